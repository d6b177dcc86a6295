//! What changed between two versions of a quote, and why: for a person to read. Pure; the same
//! two versions give the same words.

use super::{Quote, Site};
use crate::address::Address;
use crate::catalogue::Configuration;
use crate::code::Code;
use crate::id::Id;
use crate::money::Money;
use crate::pricing::{LinePrice, SitePrice, StepKind, Totals, Waterfall};
use crate::refusal::Refusal;
use std::collections::BTreeMap;

/// One version with all of its sites.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    pub quote: &'a Quote,
    pub sites: &'a [Site],
}

/// What a later version has that an earlier one has not.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// None: there was none, and everything is new.
    pub from: Option<Id>,
    pub to: Id,
    /// Net totals of the two, where they are priced.
    pub totals: (Option<Totals>, Option<Totals>),
    /// The deposits that go with them.
    pub deposits: (Option<Money>, Option<Money>),
    /// Of the quote as a whole.
    pub changes: Vec<Differing>,
    /// Sites that are new, gone or changed, in the order of their places.
    pub sites: Vec<SiteDifference>,
    /// Sites of which nothing has changed.
    pub unchanged: usize,
}

/// One thing that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Differing {
    /// What it is, for a person: `address`, `Port Speed`, `Port MRC`.
    pub what: String,
    /// None: it was not there.
    pub from: Option<String>,
    /// None: it is gone.
    pub to: Option<String>,
    /// For a price: the rules that made the difference.
    pub why: Option<String>,
}

/// What became of a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Added,
    Removed,
    Changed,
}

impl Fate {
    /// As it stands on the wire.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
        }
    }
}

/// One site that differs. Versions agree in a site's place.
#[derive(Debug, Clone, PartialEq)]
pub struct SiteDifference {
    pub fate: Fate,
    pub position: u32,
    /// Its name now, or the last that it had.
    pub name: String,
    pub totals: (Option<Totals>, Option<Totals>),
    pub changes: Vec<Differing>,
}

/// Compares two versions of one quote, or a first version with nothing.
///
/// # Errors
/// They are not of one quote: their numbers differ.
pub fn compare(from: Option<Side<'_>>, to: Side<'_>) -> Result<Comparison, Refusal> {
    let before = from.map(|from| from.quote);
    if let Some(before) = before.filter(|before| before.number != to.quote.number) {
        let (one, other) = (&before.number, &to.quote.number);
        let detail = format!("{one} and {other} are two quotes, not versions of one");
        return Err(Refusal::new(Code::StateConflict, detail));
    }
    let mut places: BTreeMap<u32, (Option<&Site>, Option<&Site>)> = BTreeMap::new();
    for site in from.map_or(&[][..], |from| from.sites) {
        places.entry(site.position).or_default().0 = Some(site);
    }
    for site in to.sites {
        places.entry(site.position).or_default().1 = Some(site);
    }
    let count = places.len();
    let sites: Vec<_> = places.into_values().filter_map(|(old, new)| site(old, new)).collect();
    let offers = (before.and_then(Quote::last_offer), to.quote.last_offer());
    Ok(Comparison {
        from: before.map(|before| before.id),
        to: to.quote.id,
        totals: (offers.0.map(|o| o.totals), offers.1.map(|o| o.totals)),
        deposits: (before.and_then(Quote::deposit), to.quote.deposit()),
        changes: before.map_or_else(Vec::new, |before| whole(before, to.quote)),
        unchanged: count - sites.len(),
        sites,
    })
}

/// The differences, as they are found.
#[derive(Default)]
struct Changes(Vec<Differing>);

impl Changes {
    /// Two texts of one thing; nothing if they are equal.
    fn text(&mut self, what: &str, from: Option<String>, to: Option<String>) {
        if from != to {
            self.0.push(Differing { what: what.to_owned(), from, to, why: None });
        }
    }
}

fn whole(from: &Quote, to: &Quote) -> Vec<Differing> {
    let mut changes = Changes::default();
    changes.text("name", Some(from.name.clone()), Some(to.name.clone()));
    let customer = |quote: &Quote| quote.account.map(|account| account.to_string());
    changes.text("end customer", customer(from), customer(to));
    let (old, new) = (from.last_offer(), to.last_offer());
    let version = |offer: &super::Offer| offer.catalogue_version.clone();
    changes.text("catalogue", old.map(version), new.map(version));
    let discount = |offer: Option<&super::Offer>| {
        offer.and_then(|o| o.discount_percent).map(|p| format!("{} %", p.normalize()))
    };
    changes.text("discount", discount(old), discount(new));
    let promotions = |offer: Option<&super::Offer>| {
        offer.map(|o| o.promotions.join(", ")).filter(|codes| !codes.is_empty())
    };
    changes.text("promotions", promotions(old), promotions(new));
    changes.0
}

fn site(old: Option<&Site>, new: Option<&Site>) -> Option<SiteDifference> {
    let known = new.or(old)?;
    let totals = |site: Option<&Site>| site.and_then(|s| s.price.as_ref()).map(|p| p.totals);
    let (fate, changes) = match (old, new) {
        (Some(old), Some(new)) => (Fate::Changed, changed(old, new)),
        (None, _) => (Fate::Added, Vec::new()),
        (_, None) => (Fate::Removed, Vec::new()),
    };
    let totals = (totals(old), totals(new));
    if fate == Fate::Changed && changes.is_empty() && totals.0 == totals.1 {
        return None;
    }
    let (position, name) = (known.position, known.name.clone());
    Some(SiteDifference { fate, position, name, totals, changes })
}

fn changed(old: &Site, new: &Site) -> Vec<Differing> {
    let mut changes = Changes::default();
    changes.text("name", Some(old.name.clone()), Some(new.name.clone()));
    let address = |site: &Site| Some(Address::one_line(site.address()));
    changes.text("address", address(old), address(new));
    let customer = |site: &Site| site.customer.map(|customer| customer.to_string());
    changes.text("end customer", customer(old), customer(new));
    features(old.configuration.as_ref(), new.configuration.as_ref(), &mut changes);
    // A price that is only taken away, or new, is no change of its lines.
    if let (Some(old), Some(new)) = (&old.price, &new.price) {
        lines(old, new, &mut changes);
    }
    changes.0
}

fn features(old: Option<&Configuration>, new: Option<&Configuration>, changes: &mut Changes) {
    let offering = |c: Option<&Configuration>| c.map(|c| c.offering.to_string());
    changes.text("offering", offering(old), offering(new));
    if offering(old) != offering(new) {
        return; // Its features are others.
    }
    let (Some(old), Some(new)) = (old, new) else { return };
    for chosen in &new.choices {
        let before = old.choices.iter().find(|c| c.code == chosen.code);
        let before = before.map(|c| c.value.to_string());
        changes.text(&chosen.name, before, Some(chosen.value.to_string()));
    }
    let gone = |code| !new.choices.iter().any(|c| c.code == code);
    for chosen in old.choices.iter().filter(|c| gone(c.code.clone())) {
        changes.text(&chosen.name, Some(chosen.value.to_string()), None);
    }
}

fn lines(old: &SitePrice, new: &SitePrice, changes: &mut Changes) {
    let before = |line: &LinePrice| old.lines.iter().find(|l| l.component == line.component);
    for line in &new.lines {
        let old = before(line);
        charge(line, "MRC", old.map(|l| &l.mrc), Some(&line.mrc), changes);
        charge(line, "NRC", old.map(|l| &l.nrc), Some(&line.nrc), changes);
    }
    for line in old.lines.iter().filter(|o| !new.lines.iter().any(|n| n.component == o.component)) {
        charge(line, "MRC", Some(&line.mrc), None, changes);
        charge(line, "NRC", Some(&line.nrc), None, changes);
    }
}

/// One charge of a component; a charge of nothing is as good as none.
fn charge(
    line: &LinePrice,
    kind: &str,
    old: Option<&Waterfall>,
    new: Option<&Waterfall>,
    changes: &mut Changes,
) {
    let net = |waterfall: Option<&Waterfall>| {
        waterfall
            .map(|w| w.net)
            .filter(|net| *net != Money::ZERO || (old.is_some() && new.is_some()))
    };
    let (from, to) = (net(old), net(new));
    if from == to {
        return;
    }
    changes.0.push(Differing {
        what: format!("{} {kind}", line.name),
        from: from.map(|m| m.to_string()),
        to: to.map(|m| m.to_string()),
        why: old.zip(new).map(|(old, new)| why(old, new)),
    });
}

/// The rules that are in one of two waterfalls only, and another list price. A rule that is in both
/// takes off another amount only because of what stands before it.
fn why(old: &Waterfall, new: &Waterfall) -> String {
    let mut reasons = Vec::new();
    let list = |w: &Waterfall| {
        let step = w.steps.iter().find(|s| s.kind == StepKind::List);
        step.map_or((Money::ZERO, String::new()), |s| (s.amount, s.rule.to_string()))
    };
    let ((from, _), (to, rule)) = (list(old), list(new));
    if from != to {
        reasons.push(format!("list price {from} is now {to} ({rule})"));
    }
    let reduces = |s: &&crate::pricing::Step| !matches!(s.kind, StepKind::List | StepKind::Net);
    let missing_in = |w: &Waterfall, rule: &str| !w.steps.iter().any(|s| *s.rule == *rule);
    for step in old.steps.iter().filter(reduces).filter(|s| missing_in(new, &s.rule)) {
        reasons.push(format!("no longer: {} ({})", step.rule, step.amount));
    }
    for step in new.steps.iter().filter(reduces).filter(|s| missing_in(old, &s.rule)) {
        reasons.push(format!("now: {} ({})", step.rule, step.amount));
    }
    reasons.join("; ")
}

#[cfg(test)]
mod tests;
