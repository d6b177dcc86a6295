//! Promotions: what they take off, when, and of what. Whom they are for is `eligibility`.

use super::carrier::{ChargeKind, Zone};
use super::eligibility::{self, Eligibility};
use super::fault::FaultKind;
use super::offering::Offering;
use super::reader::Node;
use super::tier::{Tier, find_offering, parse_components};
use crate::money::Money;
use crate::time::Date;
use rust_decimal::Decimal;
use std::sync::Arc;

/// A reduction for a time, under conditions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promotion {
    pub code: Arc<str>,
    pub name: Arc<str>,
    /// The first and the last day on which it may be priced.
    pub from: Date,
    pub until: Date,
    /// The code of the offering it belongs to.
    pub offering: Arc<str>,
    /// The codes of the components it reduces; all, if empty.
    pub components: Vec<Arc<str>>,
    pub charge: ChargeKind,
    /// Off what the steps before it left, in per cent.
    pub percent: Decimal,
    /// The shortest term, in months.
    pub min_term: u32,
    /// Whom and what else it is for.
    pub eligibility: Eligibility,
    /// Lower is taken off first; equal ones by code.
    pub order: i64,
    /// Whether it stands with no other promotion on the same charge of a component.
    pub exclusive: bool,
    /// The most contracts that may be signed with it, over all partners of an environment.
    pub uses: Option<u64>,
    /// The most that may be given away with it by those contracts: what it takes off, over the
    /// whole term of each site. Counted at signature, against the budget of the catalogue in
    /// force then.
    pub budget: Option<Money>,
    pub(crate) rule: Arc<str>,
    /// The file that it stands in.
    pub(crate) file: Arc<str>,
    /// The line of its programmes.
    pub(crate) line: usize,
}

impl Promotion {
    /// Whether it reduces this component of its offering.
    pub fn reduces(&self, component: &str) -> bool {
        self.components.is_empty() || self.components.iter().any(|c| **c == *component)
    }

    pub fn in_force(&self, on: Date) -> bool {
        self.from <= on && on <= self.until
    }

    /// Whether the two reduce the same charge of some component.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.offering == other.offering
            && self.charge == other.charge
            && (self.components.is_empty()
                || other.components.is_empty()
                || self.components.iter().any(|c| other.components.contains(c)))
    }
}

/// What promotions are read against.
#[derive(Clone, Copy)]
pub(super) struct Known<'k> {
    pub(super) offerings: &'k [Offering],
    pub(super) tiers: &'k [Tier],
    pub(super) zones: &'k [Zone],
}

const KEYS: [&str; 18] = [
    "code",
    "name",
    "from",
    "until",
    "offering",
    "components",
    "charge",
    "percent",
    "min_term",
    "order",
    "exclusive",
    "uses",
    "budget",
    "tiers",
    "programmes",
    "zones",
    "min_sites",
    "when",
];

/// Reads `[[promotion]]`; checked against what the catalogue has. In the order in which they stack.
pub(super) fn parse(root: Node<'_>, known: Known<'_>) -> Vec<Promotion> {
    let mut promotions: Vec<Promotion> = Vec::new();
    for node in root.children("promotion", &KEYS) {
        let Some(promotion) = parse_one(node, known) else { continue };
        if promotions.iter().any(|p| p.code.eq_ignore_ascii_case(&promotion.code)) {
            let message = format!("two promotions {}", promotion.code);
            node.fault(FaultKind::Duplicate, "code", message, "Rename one");
        }
        promotions.push(promotion);
    }
    promotions.sort_by(|a, b| (a.order, &a.code).cmp(&(b.order, &b.code)));
    promotions
}

fn parse_one(node: Node<'_>, known: Known<'_>) -> Option<Promotion> {
    for key in ["from", "until", "percent"] {
        if !node.has(key) {
            node.missing(key);
        }
    }
    let (code, name) = (node.need_text("code"), node.need_text("name"));
    let (from, until) = (node.date("from"), node.date("until"));
    if let (Some(from), Some(until)) = (from, until)
        && until < from
    {
        let message = format!("the promotion ends on {until}, before it begins on {from}");
        node.fault(FaultKind::DatesReversed, "until", message, "Swap the dates");
    }
    let charge = parse_charge(node);
    let percent = node.percent("percent").unwrap_or_default();
    let offering = node.need_text("offering");
    let found = offering.and_then(|code| find_offering(node, code, known.offerings));
    let components = found.map_or_else(Vec::new, |offering| parse_scope(node, offering));
    let eligibility = eligibility::parse(node, found, known);
    let min_term = node.whole("min_term", 0..=120).and_then(|m| u32::try_from(m).ok());
    let order = node.whole("order", 0..=1000).unwrap_or(100);
    let uses = node.whole("uses", 1..=1_000_000_000).and_then(|n| u64::try_from(n).ok());
    let budget = node.price("budget");
    let exclusive = node.flag("exclusive").unwrap_or(false);
    let (code, name) = (code?, name.or(code)?);
    let (file, percent_text) = (node.source.name, percent.normalize());
    let rule = format!("{file}: promotion {code}, {percent_text} % off {}", charge.word());
    Some(Promotion {
        code: code.into(),
        name: name.into(),
        from: from.unwrap_or_default(),
        until: until.unwrap_or_default(),
        offering: offering.unwrap_or_default().into(),
        components,
        charge,
        percent,
        min_term: min_term.unwrap_or(0),
        eligibility,
        order,
        exclusive,
        uses,
        budget,
        rule: rule.into(),
        file: file.into(),
        line: node.line_of("programmes"),
    })
}

fn parse_charge(node: Node<'_>) -> ChargeKind {
    match node.need_text("charge") {
        Some("nrc") => ChargeKind::Nrc,
        Some("mrc") | None => ChargeKind::Mrc,
        Some(_) => {
            let message = "`charge` must be mrc or nrc";
            node.fault(FaultKind::WrongForm, "charge", message, "Write one of the two");
            ChargeKind::Mrc
        }
    }
}

/// The components a promotion names, which its offering must have; a term must exist that
/// is long enough for it.
fn parse_scope(node: Node<'_>, offering: &Offering) -> Vec<Arc<str>> {
    let longest = offering.terms.last().map_or(0, |t| i64::from(t.months));
    if node.whole("min_term", 0..=120).is_some_and(|least| least > longest) {
        let message = format!("{} has no term as long as `min_term`", offering.code);
        let remedy = format!("Write {longest} or less");
        node.fault(FaultKind::TermMismatch, "min_term", message, remedy);
    }
    parse_components(node, offering)
}
