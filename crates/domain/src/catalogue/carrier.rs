//! The carrier's own file: version, access zones, and where its tiers and promotions stand.

use super::fault::FaultKind;
use super::offering::Offering;
use super::promotion::{self, Promotion};
use super::reader::{At, Node, Source};
use super::tier::{self, Tier};
use crate::time::Date;
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
    let zones = parse_zones(root, head);
    let tiers = tier::parse(root, offerings);
    let promotions =
        promotion::parse(root, promotion::Known { offerings, tiers: &tiers, zones: zones.all() });
    Carrier {
        version: head.and_then(|h| h.text("version")).unwrap_or_default().into(),
        name: head.and_then(|h| h.text("carrier")).map(Into::into),
        sample: head.and_then(|h| h.flag("sample")).unwrap_or_default(),
        effective_from: head.and_then(|h| h.date("effective_from")).unwrap_or_default(),
        offer_days: days.and_then(|d| u32::try_from(d).ok()).unwrap_or_default(),
        zones,
        tiers,
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
