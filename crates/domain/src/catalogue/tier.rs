//! Partner tiers: which discount a partner may give by itself, and which one nobody may.

use super::fault::FaultKind;
use super::offering::Offering;
use super::reader::{At, Node};
use rust_decimal::Decimal;
use std::sync::Arc;

/// A class of partner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tier {
    pub code: Arc<str>,
    pub name: Arc<str>,
    /// What holds where no range of its own is given.
    pub discount: DiscountRange,
    /// What holds for an offering, or for components of one.
    special: Vec<Special>,
}

/// How far the monthly charges may be discounted, in per cent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiscountRange {
    /// What the partner may give by itself; beyond it, operations decide.
    pub authority_percent: Decimal,
    /// What nobody may go beyond, operations included.
    pub most_percent: Decimal,
    /// Such as `carrier.toml: tier standard may give 5 %`.
    pub(crate) rule: Arc<str>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Special {
    offering: Arc<str>,
    /// All, if empty.
    components: Vec<Arc<str>>,
    range: DiscountRange,
}

const KEYS: [&str; 5] = ["code", "name", "discount_percent", "most_discount_percent", "range"];
const RANGE: [&str; 4] = ["offering", "components", "discount_percent", "most_discount_percent"];

impl Tier {
    /// The range of one component of an offering: the one that names the component, or else
    /// the one for the offering, or else the tier's.
    pub fn range(&self, offering: &str, component: &str) -> &DiscountRange {
        let of_offering = || self.special.iter().filter(|s| *s.offering == *offering);
        of_offering()
            .find(|s| s.components.iter().any(|c| **c == *component))
            .or_else(|| of_offering().find(|s| s.components.is_empty()))
            .map_or(&self.discount, |special| &special.range)
    }

    /// The tier's own range, and those of its offerings and components.
    pub fn all_ranges(&self) -> impl Iterator<Item = &DiscountRange> {
        std::iter::once(&self.discount).chain(self.special.iter().map(|s| &s.range))
    }

    /// The same, each with what it is for: empty, ` on OFF_AIAB`, ` on AIAB_CPE`.
    pub(super) fn named_ranges(&self) -> impl Iterator<Item = (String, &DiscountRange)> {
        let special = self.special.iter().map(|s| {
            let parts = s.components.join(", ");
            let of = if parts.is_empty() { &*s.offering } else { &parts };
            (format!(" on {of}"), &s.range)
        });
        std::iter::once((String::new(), &self.discount)).chain(special)
    }

    /// The ranges of what has a monthly charge in the offering. A quote has one discount, so
    /// that the narrowest of them decides.
    pub fn ranges<'t>(&'t self, offering: &'t Offering) -> impl Iterator<Item = &'t DiscountRange> {
        let monthly = offering.components.iter().filter(|c| c.mrc.is_some());
        monthly.map(|component| self.range(&offering.code, &component.code))
    }
}

/// Reads `[[tier]]`; its ranges are checked against the offerings.
pub(super) fn parse(root: Node<'_>, offerings: &[Offering]) -> Vec<Tier> {
    let mut tiers: Vec<Tier> = Vec::new();
    for node in root.children("tier", &KEYS) {
        let (code, name) = (node.need_text("code"), node.need_text("name"));
        let title = format!("tier {}", code.unwrap_or_default());
        let discount = parse_range(node, Decimal::ONE_HUNDRED, &title);
        let most = discount.most_percent;
        let mut special: Vec<Special> = Vec::new();
        for range in node.children("range", &RANGE) {
            let Some(read) = parse_special(range, most, &title, offerings) else { continue };
            if special.iter().any(|s| s.names_what(&read)) {
                let message = "an earlier range of the tier is for the same";
                range.fault(FaultKind::Duplicate, "offering", message, "Keep one of them");
            }
            special.push(read);
        }
        let Some(code) = code else { continue };
        if tiers.iter().any(|t| t.code.eq_ignore_ascii_case(code)) {
            node.fault(FaultKind::Duplicate, "code", format!("two tiers {code}"), "Rename one");
        }
        let name = name.unwrap_or(code).into();
        tiers.push(Tier { code: code.into(), name, discount, special });
    }
    if tiers.is_empty() && !root.has("tier") {
        root.missing("tier");
    }
    tiers
}

impl Special {
    /// Whether the other one is for the same components, or for one of them.
    fn names_what(&self, other: &Self) -> bool {
        self.offering == other.offering
            && (self.components.iter().any(|c| other.components.contains(c))
                || self.components.is_empty() && other.components.is_empty())
    }
}

/// `most` holds where no other is given.
fn parse_range(node: Node<'_>, most: Decimal, title: &str) -> DiscountRange {
    if !node.has("discount_percent") {
        node.missing("discount_percent");
    }
    let authority_percent = node.percent("discount_percent").unwrap_or_default();
    let most_percent = node.percent("most_discount_percent").unwrap_or(most);
    if authority_percent > most_percent {
        let (authority, most) = (authority_percent.normalize(), most_percent.normalize());
        let message = format!("{title} may give {authority} %, and nobody more than {most} %");
        let remedy = "Lower discount_percent, or raise most_discount_percent";
        node.fault(FaultKind::AuthorityTooHigh, "discount_percent", message, remedy);
    }
    let (file, percent) = (node.source.name, authority_percent.normalize());
    let rule = format!("{file}: {title} may give {percent} %").into();
    DiscountRange { authority_percent, most_percent, rule }
}

fn parse_special(
    node: Node<'_>,
    most: Decimal,
    title: &str,
    offerings: &[Offering],
) -> Option<Special> {
    let code = node.need_text("offering")?;
    let offering = find_offering(node, code, offerings)?;
    let components = parse_components(node, offering);
    let of = if components.is_empty() { code.to_owned() } else { components.join(", ") };
    let range = parse_range(node, most, &format!("{title} on {of}"));
    Some(Special { offering: offering.code.clone(), components, range })
}

/// The offering that `offering` names.
pub(super) fn find_offering<'o>(
    node: Node<'_>,
    code: &str,
    offerings: &'o [Offering],
) -> Option<&'o Offering> {
    let found = offerings.iter().find(|o| *o.code == *code);
    if found.is_none() {
        let known: Vec<_> = offerings.iter().map(|o| &*o.code).collect();
        let message = format!("there is no offering {code}");
        let remedy = format!("Use one of: {}", known.join(", "));
        node.fault(FaultKind::UnknownReference, "offering", message, remedy);
    }
    found
}

/// The components of `offering` that `components` names.
pub(super) fn parse_components(node: Node<'_>, offering: &Offering) -> Vec<Arc<str>> {
    let mut components = Vec::new();
    for At { value, line } in node.texts("components") {
        if let Some(component) = offering.components.iter().find(|c| *c.code == *value) {
            components.push(component.code.clone());
        } else {
            let known: Vec<_> = offering.components.iter().map(|c| &*c.code).collect();
            let message = format!("{} has no component {value}", offering.code);
            let remedy = format!("Use one of: {}", known.join(", "));
            node.source.fault(FaultKind::UnknownReference, line, message, remedy);
        }
    }
    components
}
