//! The carrier's own file: version, access zones, partner tiers and promotions.

use super::fault::FaultKind;
use super::offering::Offering;
use super::reader::{At, Node, Source};
use super::tier::{self, Tier, find_offering, parse_components};
use crate::money::Money;
use crate::time::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A price area for access.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    pub name: Arc<str>,
    /// Its place among the zones: the last key of a zoned price table.
    pub(crate) index: usize,
}

/// Which zone each three-digit ZIP prefix is in.
#[derive(Debug, Clone)]
pub(super) struct Zones {
    all: Vec<Zone>,
    /// By prefix, 000 to 999.
    by_prefix: Vec<usize>,
}

/// Which of the two charges of a component.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChargeKind {
    /// Monthly recurring.
    Mrc,
    /// Non-recurring: once.
    Nrc,
}

impl ChargeKind {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Mrc => "MRC",
            Self::Nrc => "NRC",
        }
    }
}

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

/// What the carrier's file says.
pub(super) struct Carrier {
    pub(super) version: Arc<str>,
    /// Who sells, as customers know it.
    pub(super) name: Option<Arc<str>>,
    /// Whether nobody sells at these prices.
    pub(super) sample: bool,
    pub(super) effective_from: Date,
    pub(super) offer_days: u32,
    pub(super) zones: Zones,
    pub(super) tiers: Vec<Tier>,
    pub(super) promotions: Vec<Promotion>,
}

const ROOT: [&str; 4] = ["catalogue", "zone", "tier", "promotion"];
const NEEDED: [&str; 5] = ["version", "effective_from", "currency", "offer_days", "default_zone"];
const KEYS: [&str; 7] =
    ["version", "effective_from", "currency", "offer_days", "default_zone", "carrier", "sample"];
const PROMOTION: [&str; 13] = [
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
];

/// The names of the zones, which price tables are checked against.
pub(super) fn zone_names(source: &Source<'_>) -> Vec<String> {
    let zones = source.root(&ROOT).children("zone", &["name", "prefixes"]);
    zones.iter().filter_map(|z| z.text("name")).map(str::to_owned).collect()
}

/// Reads the carrier's file; promotions are checked against the offerings.
pub(super) fn parse(source: &Source<'_>, offerings: &[Offering]) -> Carrier {
    let root = source.root(&ROOT);
    let head = root.child("catalogue", &KEYS);
    for key in NEEDED {
        if let Some(head) = head.filter(|h| !h.has(key)) {
            head.missing(key);
        }
    }
    if let Some((head, currency)) = head.and_then(|h| Some((h, h.text("currency")?)))
        && currency != "USD"
    {
        let message = format!("the currency {currency} is not known");
        head.fault(FaultKind::UnknownReference, "currency", message, "Write USD");
    }
    let days = head.and_then(|h| h.whole("offer_days", 1..=3650));
    let promotions = parse_promotions(root, offerings);
    Carrier {
        version: head.and_then(|h| h.text("version")).unwrap_or_default().into(),
        name: head.and_then(|h| h.text("carrier")).map(Into::into),
        sample: head.and_then(|h| h.flag("sample")).unwrap_or_default(),
        effective_from: head.and_then(|h| h.date("effective_from")).unwrap_or_default(),
        offer_days: days.and_then(|d| u32::try_from(d).ok()).unwrap_or_default(),
        zones: parse_zones(root, head),
        tiers: tier::parse(root, offerings),
        promotions,
    }
}

impl Zones {
    pub(super) fn of(&self, zip: &str) -> Option<&Zone> {
        let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        let (five, four) = zip.split_once('-').unwrap_or((zip, "0000"));
        let valid = five.len() == 5 && four.len() == 4 && digits(five) && digits(four);
        let prefix: usize = five.get(..3).filter(|_| valid)?.parse().ok()?;
        self.all.get(*self.by_prefix.get(prefix)?)
    }

    pub(super) fn all(&self) -> &[Zone] {
        &self.all
    }
}

fn parse_zones(root: Node<'_>, head: Option<Node<'_>>) -> Zones {
    let mut owner: Vec<Option<usize>> = vec![None; 1000];
    let mut all: Vec<Zone> = Vec::new();
    for node in root.children("zone", &["name", "prefixes"]) {
        let Some(name) = node.need_text("name") else { continue };
        if all.iter().any(|z| *z.name == *name) {
            node.fault(FaultKind::Duplicate, "name", format!("two zones {name}"), "Rename one");
        }
        let index = all.len();
        all.push(Zone { name: name.into(), index });
        for range in node.texts("prefixes") {
            claim(node, range, index, &all, &mut owner);
        }
    }
    if all.is_empty() && !root.has("zone") {
        root.missing("zone");
    }
    let named = head.and_then(|h| h.text("default_zone"));
    let default = named.and_then(|name| all.iter().position(|z| *z.name == *name));
    if let (Some(head), Some(name), None) = (head, named, default) {
        let message = format!("there is no zone {name}");
        let remedy = "Name one of the zones, or add it";
        head.fault(FaultKind::UnknownReference, "default_zone", message, remedy);
    }
    let by_prefix = owner.into_iter().map(|o| o.or(default).unwrap_or(0)).collect();
    Zones { all, by_prefix }
}

/// Gives the prefixes of `range`, `606` or `600-606`, to the zone at `index`.
fn claim(
    node: Node<'_>,
    range: At<&str>,
    index: usize,
    zones: &[Zone],
    owner: &mut [Option<usize>],
) {
    let (first, last) = range.value.split_once('-').unwrap_or((range.value, range.value));
    let prefix = |s: &str| -> Option<usize> {
        Some(s).filter(|s| s.len() == 3 && s.bytes().all(|b| b.is_ascii_digit()))?.parse().ok()
    };
    let (Some(first), Some(last)) = (prefix(first), prefix(last)) else {
        let message = format!("`{}` is not a ZIP prefix or a range of them", range.value);
        let remedy = "Write three digits, such as 606, or a range, such as 600-606";
        node.source.fault(FaultKind::WrongForm, range.line, message, remedy);
        return;
    };
    if first > last {
        let message = format!("the range {} ends before it begins", range.value);
        node.source.fault(FaultKind::OutOfRange, range.line, message, "Swap its ends");
        return;
    }
    for (prefix, place) in owner.iter_mut().enumerate().take(last + 1).skip(first) {
        if let Some(other) = *place {
            let name = &zones[other].name;
            let message = format!("the prefix {prefix:03} is already in zone {name}");
            let remedy = "Leave it in one zone only";
            node.source.fault(FaultKind::Duplicate, range.line, message, remedy);
            return;
        }
        *place = Some(index);
    }
}

fn parse_promotions(root: Node<'_>, offerings: &[Offering]) -> Vec<Promotion> {
    let mut promotions: Vec<Promotion> = Vec::new();
    for node in root.children("promotion", &PROMOTION) {
        let Some(promotion) = parse_promotion(node, offerings) else { continue };
        if promotions.iter().any(|p| p.code.eq_ignore_ascii_case(&promotion.code)) {
            let message = format!("two promotions {}", promotion.code);
            node.fault(FaultKind::Duplicate, "code", message, "Rename one");
        }
        promotions.push(promotion);
    }
    promotions.sort_by(|a, b| (a.order, &a.code).cmp(&(b.order, &b.code)));
    promotions
}

fn parse_promotion(node: Node<'_>, offerings: &[Offering]) -> Option<Promotion> {
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
    let charge = match node.need_text("charge") {
        Some("nrc") => ChargeKind::Nrc,
        Some("mrc") | None => ChargeKind::Mrc,
        Some(_) => {
            let message = "`charge` must be mrc or nrc";
            node.fault(FaultKind::WrongForm, "charge", message, "Write one of the two");
            ChargeKind::Mrc
        }
    };
    let percent = node.percent("percent").unwrap_or_default();
    let offering = node.need_text("offering");
    let components = parse_scope(node, offering, offerings);
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
        order,
        exclusive,
        uses,
        budget,
        rule: rule.into(),
    })
}

/// The components a promotion names, which its offering must have; a term must exist that
/// is long enough for it.
fn parse_scope(node: Node<'_>, code: Option<&str>, offerings: &[Offering]) -> Vec<Arc<str>> {
    let Some(code) = code else { return Vec::new() };
    let Some(offering) = find_offering(node, code, offerings) else { return Vec::new() };
    let longest = offering.terms.last().map_or(0, |t| i64::from(t.months));
    if node.whole("min_term", 0..=120).is_some_and(|least| least > longest) {
        let message = format!("{code} has no term as long as `min_term`");
        let remedy = format!("Write {longest} or less");
        node.fault(FaultKind::TermMismatch, "min_term", message, remedy);
    }
    parse_components(node, offering)
}
