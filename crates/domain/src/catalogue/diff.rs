//! What changed between two versions of the catalogue, in words. Each version is laid out flat,
//! a subject and what holds of it; the difference is between the two lists.

use super::component::Component;
use super::feature::{Feature, FeatureKind};
use super::grid::When;
use super::offering::Offering;
use super::rule::Rule;
use super::table::ChargeTable;
use super::tier::DiscountRange;
use super::{Catalogue, Eligibility, Promotion};
use rust_decimal::Decimal;
use serde::Serialize;
use std::collections::HashMap;
use std::fmt;

/// One thing that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// What it is about, such as `OFF_AIAB: Router MRC, Router Indoor`.
    pub subject: String,
    /// What held in the old version; `None` if there was no such thing.
    pub from: Option<String>,
    /// What holds in the new version; `None` if there is no such thing any more.
    pub to: Option<String>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let subject = &self.subject;
        match (&self.from, &self.to) {
            (Some(from), Some(to)) => write!(f, "{subject}: from {from} to {to}"),
            (Some(from), None) => write!(f, "{subject}: gone (was {from})"),
            (None, Some(to)) => write!(f, "{subject}: new, {to}"),
            (None, None) => f.write_str(subject),
        }
    }
}

/// Everything that is not in `new` as it was in `old`: what changed or is new in the order of
/// `new`, then what is gone in the order of `old`. None, for the same catalogue.
pub fn differences(old: &Catalogue, new: &Catalogue) -> Vec<Difference> {
    let (old, new) = (lay_out(old), lay_out(new));
    let before: HashMap<_, _> = old.iter().map(|(subject, holds)| (subject, holds)).collect();
    let after: HashMap<_, _> = new.iter().map(|(subject, holds)| (subject, holds)).collect();
    let changed = new.iter().filter_map(|(subject, to)| {
        let from = before.get(subject).copied();
        (from != Some(to)).then(|| Difference {
            subject: subject.clone(),
            from: from.cloned(),
            to: Some(to.clone()),
        })
    });
    let gone =
        old.iter().filter(|(subject, _)| !after.contains_key(subject)).map(|(subject, from)| {
            Difference { subject: subject.clone(), from: Some(from.clone()), to: None }
        });
    changed.chain(gone).collect()
}

/// Subjects and what holds of each, in order.
type Facts = Vec<(String, String)>;

fn lay_out(catalogue: &Catalogue) -> Facts {
    let mut facts = vec![
        ("version".to_owned(), catalogue.version.to_string()),
        ("in force from".to_owned(), catalogue.effective_from.to_string()),
        ("days that an offer stands".to_owned(), catalogue.offer_days.to_string()),
    ];
    for zone in catalogue.zones.all() {
        facts
            .push((format!("ZIP prefixes of zone {}", zone.name), prefixes(catalogue, zone.index)));
    }
    for tier in &catalogue.tiers {
        for (of, range) in tier.named_ranges() {
            facts.push((format!("discount of tier {}{of}", tier.code), discount(range)));
        }
    }
    for promotion in &catalogue.promotions {
        lay_out_promotion(promotion, &mut facts);
    }
    let zones: Vec<_> = catalogue.zones.all().iter().map(|z| z.name.to_string()).collect();
    for offering in &catalogue.offerings {
        let mut of_it = Facts::new();
        lay_out_offering(offering, &zones, &mut of_it);
        let code = &offering.code;
        facts.extend(
            of_it.into_iter().map(|(subject, holds)| (format!("{code}: {subject}"), holds)),
        );
    }
    facts
}

/// The three-digit prefixes of the zone, as ranges.
fn prefixes(catalogue: &Catalogue, zone: usize) -> String {
    let is_in =
        |prefix: usize| catalogue.zone(&format!("{prefix:03}00")).is_some_and(|z| z.index == zone);
    let mut ranges: Vec<String> = Vec::new();
    let mut next = 0;
    while let Some(first) = (next..1000).find(|p| is_in(*p)) {
        next = (first..1000).find(|p| !is_in(*p)).unwrap_or(1000);
        let last = next - 1;
        let one = first == last;
        ranges.push(if one { format!("{first:03}") } else { format!("{first:03}-{last:03}") });
    }
    list(&ranges)
}

fn list(words: &[impl fmt::Display]) -> String {
    let words: Vec<_> = words.iter().map(ToString::to_string).collect();
    if words.is_empty() { "none".to_owned() } else { words.join(", ") }
}

fn percent(percent: Decimal) -> String {
    format!("{} %", percent.normalize())
}

fn discount(range: &DiscountRange) -> String {
    let (authority, most) = (percent(range.authority_percent), percent(range.most_percent));
    format!("{authority} by itself, {most} at most")
}

fn lay_out_promotion(promotion: &Promotion, facts: &mut Facts) {
    let code = &promotion.code;
    let mut say = |of: &str, holds: String| facts.push((format!("promotion {code}, {of}"), holds));
    let parts = if promotion.components.is_empty() {
        "every component".to_owned()
    } else {
        list(&promotion.components)
    };
    let (off, charge) = (percent(promotion.percent), promotion.charge.word());
    say("name", promotion.name.to_string());
    say("reduction", format!("{off} off {charge} of {parts} in {}", promotion.offering));
    say("period", format!("{} to {}", promotion.from, promotion.until));
    say("shortest term", format!("{} months", promotion.min_term));
    say("order", promotion.order.to_string());
    say("exclusive", promotion.exclusive.to_string());
    let Eligibility { tiers, programmes, min_sites, zones, features } = &promotion.eligibility;
    for (of, names) in [("tiers", tiers), ("programmes", programmes), ("access zones", zones)] {
        if !names.is_empty() {
            say(of, list(names));
        }
    }
    if *min_sites > 0 {
        say("fewest sites", min_sites.to_string());
    }
    for wanted in features {
        say(&format!("only with {}", wanted.name), list(&wanted.among));
    }
    if let Some(uses) = promotion.uses {
        say("most uses", uses.to_string());
    }
    if let Some(budget) = promotion.budget {
        say("budget", budget.to_string());
    }
}

fn lay_out_offering(offering: &Offering, zones: &[String], facts: &mut Facts) {
    let mut say = |subject: String, holds: String| facts.push((subject, holds));
    say("name".to_owned(), offering.name.to_string());
    say("item type".to_owned(), offering.item_type.to_string());
    if let Some(feature) = offering.access_feature() {
        say("access feature".to_owned(), feature.code.to_string());
    }
    say("required enrichments".to_owned(), {
        let words: Vec<_> = offering.enrichments.iter().map(|e| e.word()).collect();
        list(&words)
    });
    let off = |mrc, nrc| format!("{} off MRC, {} off NRC", percent(mrc), percent(nrc));
    for term in &offering.terms {
        let holds = off(term.mrc_percent_off, term.nrc_percent_off);
        say(format!("term of {} months", term.months), holds);
    }
    for volume in &offering.volumes {
        let holds = off(volume.mrc_percent_off, volume.nrc_percent_off);
        say(format!("volume of {} sites", volume.sites), holds);
    }
    for feature in &offering.features {
        say(format!("feature {}", feature.name), of_feature(feature));
        if let Some(only) = &feature.only_when {
            say(format!("feature {}, condition", feature.name), only.why.to_string());
        }
        for value in feature.values() {
            say(format!("feature {}, value {value}", feature.name), "allowed".to_owned());
        }
    }
    for rule in &offering.rules {
        say(format!("rule: {}", rule.why), forbidden(rule, &offering.features));
    }
    for component in &offering.components {
        let name = &component.name;
        say(format!("component {name}"), of_component(component, &offering.features));
        for (word, table) in [("MRC", &component.mrc), ("NRC", &component.nrc)] {
            let Some(table) = table else { continue };
            charges(table, &format!("{name} {word}"), offering, zones, &mut say);
        }
    }
    if let Some(grid) = &offering.lead_time {
        for (at, days) in grid.cells() {
            let cell = grid.shape().words(at, &offering.features, zones);
            let comma = if cell.is_empty() { "" } else { ", " };
            say(format!("lead time{comma}{cell}"), format!("{days} working days"));
        }
    }
    for milestone in &offering.milestones {
        let holds = format!("{}, working day {}", milestone.name, milestone.working_day);
        say(format!("milestone {}", milestone.code), holds);
    }
}

fn of_feature(feature: &Feature) -> String {
    let sort = match feature.kind {
        FeatureKind::Choice(_) => "choice".to_owned(),
        FeatureKind::YesNo(_) => "yes or no".to_owned(),
        FeatureKind::Integer { least, most } => format!("a number from {least} to {most}"),
    };
    let need = if feature.required { "required" } else { "optional" };
    format!("{} ({sort}, {need}, default {})", feature.code, list(&feature.defaults))
}

fn condition(when: &When, features: &[Feature]) -> String {
    let Some((at, among)) = when else { return "always".to_owned() };
    let feature = &features[*at];
    let values: Vec<_> = among.iter().map(|place| &feature.values()[*place]).collect();
    format!("with {} {}", feature.name, list(&values))
}

fn of_component(component: &Component, features: &[Feature]) -> String {
    let Component { code, item_type, when, quantity, .. } = component;
    let when = condition(when, features);
    let many = quantity.map_or("one".to_owned(), |at| format!("as many as {}", features[at].name));
    format!("{code} ({item_type}, {when}, {many})")
}

/// The values that a rule keeps apart.
fn forbidden(rule: &Rule, features: &[Feature]) -> String {
    let (mine, theirs) = (features[rule.feature].values(), features[rule.other].values());
    let mut pairs = Vec::new();
    for (at, value) in mine.iter().enumerate() {
        let apart = theirs.iter().enumerate().filter(|(other, _)| !rule.allows(at, Some(*other)));
        let apart: Vec<_> = apart.map(|(_, other)| other).collect();
        if !apart.is_empty() {
            pairs.push(format!("{value} not with {}", list(&apart)));
        }
    }
    list(&pairs)
}

fn charges(
    table: &ChargeTable,
    title: &str,
    offering: &Offering,
    zones: &[String],
    say: &mut impl FnMut(String, String),
) {
    if let Some(floor) = table.floor_percent {
        say(format!("{title}, floor"), format!("{} of the list price", percent(floor)));
    }
    for (cell, price) in table.priced(&offering.features, zones) {
        let comma = if cell.is_empty() { "" } else { ", " };
        say(format!("{title}{comma}{cell}"), price.list.to_string());
        if let Some(floor) = price.floor {
            say(format!("{title}{comma}{cell}, floor"), floor.to_string());
        }
    }
}
