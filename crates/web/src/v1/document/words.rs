//! What a quote's document says, and in which order: the one place for its words. Amounts come from
//! the quote alone, and a quote whose sites do not add up to its offer has no document.

use super::sites::{self, DETAILED, amount, product};
use app::document::Dossier;
use domain::catalogue::Catalogue;
use domain::money::{Currency, Overflow};
use domain::party::Environment;
use domain::pricing::{StepKind, Totals};
use domain::quote::{
    Alternative, Breakdown, Fall, Level, Offer, Quote, QuotePhase, QuoteState, Site,
};
use domain::time::{Moment, in_words};
use print::{Block, Cell, Column, Document, Fact, Mark, Part, Row, Rows, Table};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What was gathered of the sites.
pub(super) struct Gathered {
    catalogue: Arc<Catalogue>,
    /// Whether there is an offer whose amounts may be shown.
    priced: bool,
    detailed: bool,
    rows: Vec<Row>,
    terms: BTreeSet<u32>,
    breakdown: Result<Breakdown, Overflow>,
}

impl Gathered {
    pub(super) fn new(dossier: &Dossier) -> Self {
        Self {
            catalogue: dossier.catalogue.clone(),
            priced: dossier.quote.last_offer().is_some(),
            detailed: dossier.quote.tally.sites <= DETAILED,
            rows: Vec::new(),
            terms: BTreeSet::new(),
            breakdown: Ok(Breakdown::default()),
        }
    }

    pub(super) fn put(&mut self, site: Site) {
        self.rows.extend(sites::rows(&site, &self.catalogue, self.priced, self.detailed));
        self.terms.extend(site.configuration.as_ref().map(|c| c.term_months));
        if let (Ok(breakdown), Some(price)) = (&mut self.breakdown, &site.price)
            && breakdown.put(price).is_err()
        {
            self.breakdown = Err(Overflow);
        }
    }

    /// The document at `now`, which decides whether the offer still stands.
    ///
    /// # Errors
    /// The sites do not add up to the offer: that is not for a customer to find out.
    pub(super) fn document(self, dossier: &Dossier, now: Moment) -> Result<Document, Overflow> {
        let quote = &dossier.quote;
        let breakdown = self.breakdown?;
        let offer = quote.last_offer();
        if let Some(offer) = offer
            && breakdown.totals()? != offer.totals
        {
            return Err(Overflow);
        }
        let issuer = self.catalogue.carrier().unwrap_or("The carrier").to_owned();
        // A quote without alternatives need not say that it is the first of them.
        let alternative = match quote.alternative {
            Alternative::FIRST => String::new(),
            other => format!(", alternative {other}"),
        };
        let title = format!("Quote {}{alternative}, version {}", quote.number, quote.revision);
        let mut parts = Vec::new();
        if let Some(offer) = offer {
            parts.push(products(&breakdown, &offer.totals, &self.catalogue));
            parts.push(waterfall(&breakdown, &self.catalogue));
            parts.extend(promotions(offer, &self.catalogue));
        }
        let sum = offer.map(|offer| (offer.totals.mrc, offer.totals.nrc));
        parts.push(table_of_sites(self.rows, sum));
        parts.push(not_included());
        parts.push(notes(quote, offer, breakdown.lead_days));
        Ok(Document {
            language: "en".to_owned(),
            foot: format!("{title} · {issuer}"),
            marks: marks(quote, self.catalogue.sample(), now),
            facts: facts(dossier, &self.terms, now),
            figures: offer.map(|offer| figures(dossier, offer)).unwrap_or_default(),
            name: quote.name.clone(),
            issuer,
            title,
            parts,
        })
    }
}

fn money(amount_of: domain::money::Money) -> String {
    format!("{} {}", Currency::Usd.code(), amount(amount_of))
}

fn part(heading: &str, blocks: Vec<Block>) -> Part {
    Part { heading: heading.to_owned(), blocks }
}

/// What nobody may overlook.
/// What a price is not yet.
fn firmness(level: Option<Level>) -> Option<(&'static str, String)> {
    let (name, what) = match level? {
        Level::Budgetary => ("Budgetary", "A price to plan with; it is no binding offer."),
        Level::FirmSubjectToFeasibility => (
            "Subject to feasibility",
            "The price holds if the carrier finds that every site can be served.",
        ),
        Level::Firm => return None,
    };
    Some((name, what.to_owned()))
}

fn marks(quote: &Quote, sample: bool, now: Moment) -> Vec<Mark> {
    let ended = quote.offer().map(|offer| offer.expires_at.in_words()).unwrap_or_default();
    let state = match quote.phase(now) {
        QuotePhase::Draft => {
            Some(("Draft", "This version has no price yet and is no offer.".to_owned()))
        }
        QuotePhase::PendingApproval => Some((
            "Awaiting approval",
            "The carrier has not approved the discount yet; until then this is no offer."
                .to_owned(),
        )),
        QuotePhase::Expired => {
            Some(("Expired", format!("The offer ended on {ended}; its prices no longer hold.")))
        }
        QuotePhase::Cancelled => {
            Some(("Cancelled", "This version was cancelled and is no offer.".to_owned()))
        }
        QuotePhase::Superseded => Some((
            "Superseded",
            "Another version has taken the place of this one, or another alternative was signed."
                .to_owned(),
        )),
        QuotePhase::Priced => firmness(quote.level()),
        QuotePhase::Accepted => None,
    };
    let test = quote.tenant.environment == Environment::Test;
    let test = test.then(|| ("Test", "Made in the test environment; it binds nobody.".to_owned()));
    let sample = sample.then(|| {
        ("Sample prices", "The catalogue is a sample: nobody sells at these prices.".to_owned())
    });
    let all = state.into_iter().chain(sample).chain(test);
    all.map(|(word, meaning)| Mark::new(word, meaning)).collect()
}

/// Each of them a line. What is not known has none.
fn facts(dossier: &Dossier, terms: &BTreeSet<u32>, now: Moment) -> Vec<Fact> {
    let Dossier { quote, partner, opportunity, account, .. } = dossier;
    let customer = account.as_ref().map_or("assigned to each site", |account| &account.name);
    let mut facts = vec![
        Fact::new("Customer", customer),
        Fact::new("Offered by", &partner.name),
        Fact::new("Opportunity", &opportunity.name),
        Fact::new("State", state(quote, now)),
        Fact::new("Created on", in_words(quote.created_at.date())),
        Fact::new("Sites", quote.tally.sites.to_string()),
    ];
    if !terms.is_empty() {
        let terms: Vec<_> = terms.iter().map(u32::to_string).collect();
        facts.push(Fact::new("Term", format!("{} months", terms.join(", "))));
    }
    if let Some(offer) = quote.last_offer() {
        facts.push(Fact::new("Priced on", in_words(offer.priced_at.date())));
        facts.push(Fact::new("Valid until", offer.expires_at.in_words()));
        facts.push(Fact::new("Catalogue", &offer.catalogue_version));
    }
    if let Some(order) = &quote.billing.purchase_order {
        facts.push(Fact::new("Purchase order", order));
    }
    facts
}

fn state(quote: &Quote, now: Moment) -> String {
    match (&quote.state, quote.phase(now)) {
        (QuoteState::Accepted { contract, at, .. }, _) => {
            format!("accepted on {}, contract {contract}", in_words(at.date()))
        }
        (QuoteState::Cancelled { .. }, _) => "cancelled".to_owned(),
        (_, QuotePhase::Priced) => "offered".to_owned(),
        (_, phase) => phase.word().replace('_', " "),
    }
}

fn figures(dossier: &Dossier, offer: &Offer) -> Vec<Fact> {
    let totals = &offer.totals;
    let mut figures = vec![
        Fact::new("Each month", money(totals.mrc)),
        Fact::new("Once", money(totals.nrc)),
        Fact::new("Contract value over the term", money(totals.total_contract_value)),
    ];
    figures.extend(dossier.quote.deposit().map(|deposit| Fact::new("Deposit", money(deposit))));
    figures
}

/// What each product comes to.
fn products(breakdown: &Breakdown, totals: &Totals, catalogue: &Catalogue) -> Part {
    let currency = Currency::Usd.code();
    let columns = vec![
        Column::words("Product", 40),
        Column::amounts("Sites", 10),
        Column::amounts(format!("Monthly, {currency}"), 20),
        Column::amounts(format!("One-off, {currency}"), 20),
        Column::amounts(format!("Contract value, {currency}"), 24),
    ];
    let cells = |name: String, sites: u32, totals: &Totals| {
        let amounts = [totals.mrc, totals.nrc, totals.total_contract_value].map(amount);
        let head = [Cell::new(name), Cell::new(sites.to_string())];
        head.into_iter().chain(amounts.map(Cell::new)).collect()
    };
    let mut count = 0;
    let mut rows = Vec::new();
    for of in breakdown.offerings() {
        count += of.sites;
        let cells = cells(product(catalogue, &of.offering), of.sites, &of.totals);
        rows.push(Row::new(Rows::Plain, cells));
    }
    rows.push(Row::new(Rows::Total, cells("All products".to_owned(), count, totals)));
    let caption = "What each product comes to".to_owned();
    part("Products", vec![Block::Table(Table { caption, columns, rows })])
}

const fn step(kind: StepKind) -> &'static str {
    match kind {
        StepKind::List => "List price",
        StepKind::Term => "Term",
        StepKind::Volume => "Number of sites",
        StepKind::Promotion => "Promotion",
        StepKind::Discount => "Discount",
        StepKind::Net => "Net price",
    }
}

/// A rule as a customer reads it: without the file that it stands in, and without what the partner
/// may give.
fn rule(words: &str) -> String {
    let words = words.split_once(": ").filter(|(file, _)| file.strip_suffix(".toml").is_some());
    let words = words.map_or("", |(_, rule)| rule);
    words.replace("off MRC", "off monthly charges").replace("off NRC", "off one-off charges")
}

fn told(fall: &Fall, catalogue: &Catalogue) -> String {
    let Some((offering, words)) = &fall.rule else { return String::new() };
    let said = match fall.kind {
        StepKind::Discount => words.split_once(" (").map_or(&**words, |(said, _)| said).to_owned(),
        _ => rule(words),
    };
    format!("{}: {said}", product(catalogue, offering))
}

/// From the list price to the net, over all the sites.
fn waterfall(breakdown: &Breakdown, catalogue: &Catalogue) -> Part {
    let currency = Currency::Usd.code();
    let columns = vec![
        Column::words("Step", 20),
        Column::words("Rule", 54),
        Column::amounts(format!("Monthly, {currency}"), 20),
        Column::amounts(format!("One-off, {currency}"), 20),
    ];
    let falls: Vec<Fall> = breakdown.falls().collect();
    let all: Vec<String> = falls.iter().map(|fall| told(fall, catalogue)).collect();
    let row = |(fall, said): (&Fall, &String)| {
        let sort = if fall.kind == StepKind::Net { Rows::Total } else { Rows::Plain };
        let amounts = [fall.charges.mrc, fall.charges.nrc].map(|sum| Cell::new(amount(sum)));
        // Two rules that read alike differ in what they are on.
        let alike = falls.iter().zip(&all).filter(|(f, a)| f.kind == fall.kind && *a == said);
        let said = match alike.count() {
            0 | 1 => said.clone(),
            _ => format!("{said} on {}", fall.on.join(", ")),
        };
        let words = [Cell::new(step(fall.kind)), Cell::new(said)];
        Row::new(sort, words.into_iter().chain(amounts).collect())
    };
    let rows = falls.iter().zip(&all).map(row).collect();
    let caption = "From the list price to the net price, by step and rule".to_owned();
    part("How the price is made", vec![Block::Table(Table { caption, columns, rows })])
}

/// What each promotion gives over the terms of the sites.
fn promotions(offer: &Offer, catalogue: &Catalogue) -> Option<Part> {
    let columns = vec![
        Column::words("Promotion", 24),
        Column::words("What it is", 50),
        Column::amounts(format!("Taken off over the term, {}", Currency::Usd.code()), 34),
    ];
    let row = |code: &String| {
        let name = catalogue.promotion(code).map_or_else(String::new, |p| p.name.to_string());
        let given = offer.given.iter().find(|given| given.promotion == *code);
        let given = given.map_or_else(|| "–".to_owned(), |given| amount(given.amount));
        Row::new(Rows::Plain, vec![Cell::new(code), Cell::new(name), Cell::new(given)])
    };
    let rows: Vec<_> = offer.promotions.iter().map(row).collect();
    let caption = "The promotions and what each takes off".to_owned();
    let table = Table { caption, columns, rows };
    (!table.rows.is_empty()).then(|| part("Promotions", vec![Block::Table(table)]))
}

fn table_of_sites(
    rows: Vec<Row>,
    sum: Option<(domain::money::Money, domain::money::Money)>,
) -> Part {
    if rows.is_empty() {
        return part("Sites", vec![Block::Text("This version has no sites yet.".to_owned())]);
    }
    part("Sites", vec![Block::Table(sites::table(rows, sum))])
}

fn not_included() -> Part {
    let points = [
        "Taxes, surcharges and regulatory fees.",
        "Use beyond a minimum commitment or beyond what a plan includes.",
        "Construction, and work at the site beyond a standard installation.",
        "What the table of sites does not name.",
    ];
    part("Not included", vec![Block::List(points.map(str::to_owned).into())])
}

fn notes(quote: &Quote, offer: Option<&Offer>, lead_days: Option<u32>) -> Part {
    let currency = Currency::Usd.code();
    let mut points = vec![format!("Amounts are in {currency}, net, to the cent.")];
    if let Some(offer) = offer {
        points.push(
            "The contract value is the one-off charges, and the monthly ones over each site's term."
                .to_owned(),
        );
        if quote.tally.sites > DETAILED {
            points.push(format!(
                "A quote of more than {DETAILED} sites shows one line a site; its charges one by \
                 one are part of the quote."
            ));
        }
        points.push(format!("Priced from the catalogue {}.", offer.catalogue_version));
    }
    if let Some(days) = lead_days.filter(|_| offer.is_some()) {
        points.push(format!(
            "Delivery is estimated to take up to {days} working days after an order is handed off."
        ));
    }
    let open = quote.tally.unpassed();
    if open > 0 {
        points.push(format!("Addresses that are not validated yet: {open}."));
    }
    part("Notes", vec![Block::List(points)])
}
