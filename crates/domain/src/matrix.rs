//! A price matrix: what one offering costs by value, term and place, without a quote. Budgetary:
//! it promises nothing and keeps nothing. Every cell is a price of one site by `pricing`, without
//! promotions and discounts.

use crate::address::Avps;
use crate::catalogue::{Catalogue, Choice, ConfigurationFault, Offering};
use crate::code::{Because, Code};
use crate::id::{Id, Kind};
use crate::money::Currency;
use crate::pricing::{self, PriceAsk, SiteAsk, SitePrice};
use crate::programme::Programme;
use crate::refusal::{Fault, Refusal};
use crate::time::Date;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The most cells of one matrix, over all zones.
pub const MOST_CELLS: usize = 10_000;

/// What is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct MatrixAsk {
    /// The offering's code.
    pub offering: String,
    /// Chosen alike in every cell.
    pub choices: Vec<Choice>,
    /// The features that take each of the values together, such as port and access speed; none: the
    /// cells differ by term only.
    pub vary: Vec<String>,
    /// None: every value of the first of `vary`.
    pub values: Option<Vec<String>>,
    /// In months; none: every term of the offering.
    pub terms: Option<Vec<u32>>,
    /// ZIP codes of places.
    pub zips: Vec<String>,
    /// What was found of the addresses of further places; none where nobody answered.
    pub found: Vec<Option<Avps>>,
}

/// Prices by zone; all places of one zone cost the same.
#[derive(Debug, Clone, PartialEq)]
pub struct Matrix {
    pub catalogue_version: Arc<str>,
    pub currency: Currency,
    pub priced_on: Date,
    /// The offering's code.
    pub offering: Arc<str>,
    /// The zone of each ZIP code, in the order of the ask.
    pub places: Vec<Arc<str>>,
    /// Of each address its zone, in the order of the ask.
    pub addresses: Vec<Located>,
    /// By the zone's name.
    pub zones: BTreeMap<Arc<str>, Vec<Cell>>,
}

/// Where an address is, as far as its price needs that: the name of its zone; or in words why
/// nobody can say.
pub type Located = Result<Arc<str>, String>;

/// One value at one term.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    pub value: Option<String>,
    pub term_months: u32,
    pub outcome: Outcome,
}

/// What a cell came to.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    Priced(SitePrice),
    /// The choices do not fit together, or there is no price: why, in plain words.
    NotSold(Vec<String>),
}

/// For whom and when the cells are priced.
#[derive(Debug, Clone, Copy)]
struct Sale<'s> {
    catalogue: &'s Catalogue,
    programme: &'s str,
    offering: &'s Offering,
    tier: &'s str,
    on: Date,
}

/// Draws the matrix for a partner of this programme and tier, at the prices of the day `on`.
///
/// # Errors
/// Every fault of the ask itself, with pointers into it. What cannot be had in one cell only is
/// said in that cell, and of an address that has no zone, in its place.
pub fn matrix(
    catalogue: &Catalogue,
    programme: &Programme,
    tier: &str,
    on: Date,
    ask: &MatrixAsk,
) -> Result<Matrix, Refusal> {
    let Some(offering) = programme.offering(catalogue, &ask.offering) else {
        let detail = "no such offering for this programme";
        let fault = Fault::new("/offering", Because::NotAllowedValue, detail);
        return Err(refused(vec![fault.expected(programme.offerings.join(", "))]));
    };
    let mut faults = Vec::new();
    let values = values(offering, ask, &mut faults);
    let terms = terms(offering, ask, &mut faults);
    let places = places(catalogue, ask, &mut faults);
    let mut first_zips = BTreeMap::new();
    for (zone, zip) in places.iter().zip(&ask.zips) {
        first_zips.entry(Arc::clone(zone)).or_insert(zip.as_str());
    }
    let mut addresses = Vec::with_capacity(ask.found.len());
    for found in &ask.found {
        let located = located(catalogue, found.as_ref());
        if let Ok((zone, zip)) = &located {
            first_zips.entry(Arc::clone(zone)).or_insert(zip);
        }
        addresses.push(located.map(|(zone, _)| zone));
    }
    let cells = first_zips.len() * values.len() * terms.len();
    if cells > MOST_CELLS {
        let detail = format!("the matrix has {cells} cells, at most {MOST_CELLS}");
        faults.push(Fault::new("/values", Because::TooLong, detail));
    }
    if !faults.is_empty() {
        return Err(refused(faults));
    }
    let sale = Sale { catalogue, programme: &programme.code, offering, tier, on };
    let mut zones = BTreeMap::new();
    for (zone, zip) in first_zips {
        let mut cells = Vec::with_capacity(values.len() * terms.len());
        for value in &values {
            for months in &terms {
                let outcome = sale.outcome(ask, value.as_deref(), *months, zip)?;
                cells.push(Cell { value: value.clone(), term_months: *months, outcome });
            }
        }
        zones.insert(zone, cells);
    }
    Ok(Matrix {
        catalogue_version: catalogue.version().clone(),
        currency: catalogue.currency(),
        priced_on: on,
        offering: offering.code.clone(),
        places,
        addresses,
        zones,
    })
}

fn refused(faults: Vec<Fault>) -> Refusal {
    Refusal::new(Code::InvalidConfiguration, "there is no such price matrix").with(faults)
}

/// The values that the cells differ by.
fn values(offering: &Offering, ask: &MatrixAsk, faults: &mut Vec<Fault>) -> Vec<Option<String>> {
    let unknown = |at: usize| {
        let names: Vec<_> = offering.features.iter().map(|f| &*f.code).collect();
        let detail = format!("{} has no feature {}", offering.name, ask.vary[at]);
        let fault = Fault::new(format!("/vary/{at}"), Because::UnknownFeature, detail);
        fault.expected(names.join(", "))
    };
    let found: Vec<_> = ask.vary.iter().map(|name| offering.feature(name)).collect();
    faults.extend((0..found.len()).filter(|at| found[*at].is_none()).map(unknown));
    let own = found.iter().flatten().next().map_or(&[][..], |feature| feature.values());
    let values = match &ask.values {
        Some(asked) => asked.clone(),
        None => own.iter().map(ToString::to_string).collect(),
    };
    if values.is_empty() == ask.vary.is_empty() {
        return if values.is_empty() { vec![None] } else { values.into_iter().map(Some).collect() };
    }
    let detail = "values and the features that take them are given together";
    faults.push(Fault::new("/values", Because::Conflicting, detail));
    Vec::new()
}

/// The terms that the cells differ by, in months.
fn terms(offering: &Offering, ask: &MatrixAsk, faults: &mut Vec<Fault>) -> Vec<u32> {
    let all: Vec<u32> = offering.terms.iter().map(|term| term.months).collect();
    let Some(asked) = &ask.terms else { return all };
    let words: Vec<_> = all.iter().map(ToString::to_string).collect();
    for (at, months) in asked.iter().enumerate().filter(|(_, months)| !all.contains(months)) {
        let detail = format!("{} has no term of {months} months", offering.name);
        let fault = Fault::new(format!("/terms/{at}"), Because::NotAllowedValue, detail);
        faults.push(fault.expected(words.join(", ")));
    }
    asked.clone()
}

/// The zone of what the validation found, and a ZIP code in it. A correction that is proposed is
/// taken as right, and of several places it is enough that all are in one zone: the price is
/// budgetary.
fn located<'a>(
    catalogue: &Catalogue,
    found: Option<&'a Avps>,
) -> Result<(Arc<str>, &'a str), String> {
    let zone = |zip: &'a str| {
        let zone = catalogue.zone(zip).ok_or_else(|| format!("`{zip}` is no ZIP code"))?;
        Ok((zone.name.clone(), zip))
    };
    match found {
        Some(Avps::Match { address } | Avps::CloseMatch { address, .. }) => zone(&address.zip),
        Some(Avps::Ambiguous { alternates, .. }) => {
            let mut zones = alternates.iter().map(|address| zone(&address.zip));
            let first = zones.next().unwrap_or_else(|| Err("no place was found".to_owned()))?;
            let one = zones.all(|other| other.is_ok_and(|(other, _)| other == first.0));
            let several = || "the places found are in several access zones".to_owned();
            if one { Ok(first) } else { Err(several()) }
        }
        Some(Avps::NoMatch { why }) => Err(format!("the address was not found: {why}")),
        None => Err("the address could not be validated".to_owned()),
    }
}

/// The zone of each ZIP code.
fn places(catalogue: &Catalogue, ask: &MatrixAsk, faults: &mut Vec<Fault>) -> Vec<Arc<str>> {
    if ask.zips.is_empty() && ask.found.is_empty() {
        let detail = "a matrix is of places: neither ZIP codes nor addresses are given";
        faults.push(Fault::new("/zips", Because::Missing, detail));
    }
    let mut zones = Vec::with_capacity(ask.zips.len());
    for (at, zip) in ask.zips.iter().enumerate() {
        let Some(zone) = catalogue.zone(zip) else {
            let detail = format!("{zip} is no ZIP code");
            let fault = Fault::new(format!("/zips/{at}"), Because::ZipNotUsable, detail);
            faults.push(fault.expected("five digits, or nine with a hyphen"));
            continue;
        };
        zones.push(zone.name.clone());
    }
    zones
}

impl Sale<'_> {
    /// One cell. What stands against all cells alike is an error.
    fn outcome(
        &self,
        ask: &MatrixAsk,
        value: Option<&str>,
        months: u32,
        zip: &str,
    ) -> Result<Outcome, Refusal> {
        let mut choices = ask.choices.clone();
        let mut choose = |feature: &str, value: String| {
            choices.push(Choice { feature: feature.to_owned(), value });
        };
        if let Some(value) = value {
            ask.vary.iter().for_each(|feature| choose(feature, value.to_owned()));
        }
        choose(&self.offering.features[self.offering.term_feature()].code, months.to_string());
        let configuration = match self.offering.configure(&choices) {
            Ok(configuration) => configuration,
            Err(faults) => return Ok(Outcome::NotSold(faults.into_iter().map(said).collect())),
        };
        let site = SiteAsk { site: Id::new(Kind::Site, 0, 0), zip: zip.to_owned(), configuration };
        let one = PriceAsk {
            on: self.on,
            tier: self.tier,
            programme: self.programme,
            discount_percent: None,
            promotions: Vec::new(),
            allowances: &[],
            sites: vec![site],
        };
        let none = || Outcome::NotSold(Vec::new());
        match pricing::price(self.catalogue, &one) {
            Ok(mut priced) => Ok(priced.sites.pop().map_or_else(none, Outcome::Priced)),
            Err(refusals) => match refusals.iter().find(|refusal| refusal.site.is_none()) {
                Some(all) => Err(Refusal::new(Code::PriceRefused, all.detail.clone())),
                None => Ok(Outcome::NotSold(refusals.into_iter().map(|r| r.detail).collect())),
            },
        }
    }
}

fn said(fault: ConfigurationFault) -> String {
    match fault.nearest_words() {
        Some(nearest) => format!("{}; nearest: {nearest}", fault.detail),
        None => fault.detail,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::Address;
    use crate::programme::Programmes;

    fn ask(values: Option<&[&str]>, terms: Option<&[u32]>, zips: &[&str]) -> MatrixAsk {
        let owned = |texts: &[&str]| texts.iter().map(|t| (*t).to_owned()).collect();
        MatrixAsk {
            offering: "OFF_ADI_MID_MARKET".to_owned(),
            choices: Vec::new(),
            vary: owned(&["Port Speed", "ATT_ACC_SPD"]),
            values: values.map(owned),
            terms: terms.map(<[u32]>::to_vec),
            zips: owned(zips),
            found: Vec::new(),
        }
    }

    fn at(zip: &str) -> Address {
        Address {
            street: "1 MAIN ST".into(),
            unit: None,
            city: "SPRINGFIELD".into(),
            state: "IL".into(),
            zip: zip.into(),
            country: "US".into(),
        }
    }

    #[test]
    fn an_address_is_priced_by_its_zone_and_one_that_has_none_says_why() {
        let (zip, why) = (at, "no such street".to_owned());
        let ambiguous = |zips: [&str; 2]| Avps::Ambiguous {
            alternates: zips.map(at).into(),
            why: "which one?".to_owned(),
        };
        let mut ask = ask(Some(&["1G"]), Some(&[36]), &[]);
        ask.found = vec![
            Some(Avps::Match { address: zip("60606") }),
            Some(Avps::CloseMatch { address: zip("33101"), corrections: Vec::new() }),
            Some(ambiguous(["10001", "10002"])),
            Some(ambiguous(["10001", "33101"])),
            Some(Avps::NoMatch { why }),
            None,
        ];
        let drawn = draw(&ask).unwrap();
        let found: Vec<_> =
            drawn.addresses.iter().map(|a| a.as_deref().map_err(|e| &**e)).collect();
        let expected = [
            Ok("A"),
            Ok("B"),
            Ok("A"),
            Err("the places found are in several access zones"),
            Err("the address was not found: no such street"),
            Err("the address could not be validated"),
        ];
        assert_eq!(found, expected);
        assert_eq!(drawn.zones.keys().map(|zone| &**zone).collect::<Vec<_>>(), ["A", "B"]);
        ask.found = Vec::new();
        let refused = draw(&ask).unwrap_err();
        assert_eq!(refused.faults[0].pointer, "/zips");
    }

    fn draw(ask: &MatrixAsk) -> Result<Matrix, Refusal> {
        let (catalogue, programmes) =
            (Catalogue::shipped().unwrap(), Programmes::shipped().unwrap());
        let on = "2026-11-21".parse().unwrap();
        matrix(&catalogue, programmes.get("alliance").unwrap(), "standard", on, ask)
    }

    #[test]
    fn a_cell_costs_what_a_quote_of_one_such_site_costs() {
        let drawn = draw(&ask(Some(&["100 Mbps"]), Some(&[36]), &["33101"])).unwrap();
        let [cell] = &drawn.zones["B"][..] else { panic!("one cell: {drawn:?}") };
        let Outcome::Priced(site) = &cell.outcome else { panic!("a price: {cell:?}") };
        // Access 391, port 290 and router 65 a month, less 15 % for three years; install 250 + 1000.
        assert_eq!(site.totals.mrc.to_string(), "634.10");
        assert_eq!(site.totals.nrc.to_string(), "1250.00");
    }

    #[test]
    fn places_of_one_zone_share_its_cells() {
        let zips = ["33101", "10001", "10002", "99501-0001"];
        let drawn = draw(&ask(Some(&["1G", "2G"]), None, &zips)).unwrap();
        let places: Vec<_> = drawn.places.iter().map(|zone| &**zone).collect();
        assert_eq!(places, ["B", "A", "A", "D"]);
        let cells: Vec<_> = drawn.zones.values().map(Vec::len).collect();
        assert_eq!(cells, [8, 8, 8], "two values by four terms");
    }

    #[test]
    fn what_does_not_fit_is_said_in_its_cell() {
        let mut ask = ask(Some(&["100M", "3 pigeons"]), Some(&[12]), &["10001"]);
        ask.choices =
            vec![Choice { feature: "ATT_INTERFACE".into(), value: "10GBaseLR SMF".into() }];
        let drawn = draw(&ask).unwrap();
        for cell in &drawn.zones["A"] {
            let Outcome::NotSold(why) = &cell.outcome else { panic!("sold: {cell:?}") };
            assert!(!why.is_empty(), "{cell:?}");
        }
    }

    #[test]
    fn every_fault_of_the_ask_is_named() {
        let mut ask = ask(None, Some(&[12, 13]), &["1000", "10001", "ten"]);
        ask.vary = vec!["Port Speed".to_owned(), "Colour".to_owned()];
        let pointers = |refusal: Refusal| -> Vec<String> {
            refusal.faults.into_iter().map(|fault| fault.pointer).collect()
        };
        let refused = pointers(draw(&ask).unwrap_err());
        assert_eq!(refused, ["/vary/1", "/terms/1", "/zips/0", "/zips/2"]);
        ask.vary = Vec::new();
        ask.values = Some(vec!["1G".to_owned()]);
        ask.terms = None;
        ask.zips = vec!["10001".to_owned()];
        assert_eq!(pointers(draw(&ask).unwrap_err()), ["/values"]);
        ask.offering = "OFF_AIAB".to_owned();
        assert_eq!(pointers(draw(&ask).unwrap_err()), ["/offering"]);
    }
}
