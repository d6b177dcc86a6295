//! Whom a promotion is for, and which sites: what it wants besides a day and a term.

use super::fault::FaultKind;
use super::feature;
use super::offering::Offering;
use super::promotion::Known;
use super::reader::{At, Node};
use std::sync::Arc;

/// What must hold for a promotion. Each condition holds by itself; one that is empty holds always.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Eligibility {
    /// The codes of the partner tiers that may have it.
    pub tiers: Vec<Arc<str>>,
    /// The codes of the programmes that may have it.
    pub programmes: Vec<Arc<str>>,
    /// The fewest sites of its offering that the quote must have.
    pub min_sites: u32,
    /// The names of the access zones in which it reduces sites.
    pub zones: Vec<Arc<str>>,
    /// What a site must have chosen to be reduced.
    pub features: Vec<Wanted>,
}

/// A feature that must have one of some values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The feature's code and name.
    pub code: Arc<str>,
    pub name: Arc<str>,
    pub among: Vec<Arc<str>>,
    /// The same by place in the offering and among the feature's values.
    pub(crate) at: usize,
    pub(crate) places: Vec<usize>,
}

impl Wanted {
    /// Such as `Management Option Customer Managed`.
    pub fn words(&self) -> String {
        format!("{} {}", self.name, self.among.join(" or "))
    }
}

impl Eligibility {
    /// Whether partners of this tier may have it.
    pub fn is_for_tier(&self, tier: &str) -> bool {
        holds(&self.tiers, tier)
    }

    /// Whether quotes of this programme may have it.
    pub fn is_for_programme(&self, programme: &str) -> bool {
        holds(&self.programmes, programme)
    }

    /// Whether sites in this access zone may have it.
    pub fn is_for_zone(&self, zone: &str) -> bool {
        holds(&self.zones, zone)
    }
}

fn holds(among: &[Arc<str>], one: &str) -> bool {
    among.is_empty() || among.iter().any(|other| other.eq_ignore_ascii_case(one))
}

/// Reads the conditions in a promotion's table. Programmes are no part of the catalogue, and are
/// checked where the two come together.
pub(super) fn parse(node: Node<'_>, offering: Option<&Offering>, known: Known<'_>) -> Eligibility {
    let tiers: Vec<&Arc<str>> = known.tiers.iter().map(|tier| &tier.code).collect();
    let zones: Vec<&Arc<str>> = known.zones.iter().map(|zone| &zone.name).collect();
    Eligibility {
        tiers: named(node, "tiers", "tier", &tiers),
        programmes: node.texts("programmes").iter().map(|code| code.value.into()).collect(),
        min_sites: node
            .whole("min_sites", 1..=10_000)
            .and_then(|n| u32::try_from(n).ok())
            .unwrap_or(0),
        zones: named(node, "zones", "zone", &zones),
        features: parse_features(node, offering),
    }
}

/// The texts under `key`, each of which must be among those known.
fn named(node: Node<'_>, key: &str, what: &str, known: &[&Arc<str>]) -> Vec<Arc<str>> {
    let mut found = Vec::new();
    for At { value, line } in node.texts(key) {
        if let Some(one) = known.iter().find(|one| ****one == *value) {
            found.push(Arc::clone(one));
        } else {
            let known: Vec<_> = known.iter().map(|one| &***one).collect();
            let message = format!("there is no {what} {value}");
            let remedy = format!("Use one of: {}", known.join(", "));
            node.source.fault(FaultKind::UnknownReference, line, message, remedy);
        }
    }
    found
}

/// `[[promotion.when]]`: a feature of the offering, and the values among which it must be.
fn parse_features(node: Node<'_>, offering: Option<&Offering>) -> Vec<Wanted> {
    let mut wanted: Vec<Wanted> = Vec::new();
    for when in node.children("when", &["feature", "among"]) {
        let (Some(name), Some(offering)) = (when.need_text("feature"), offering) else { continue };
        let features = &offering.features;
        let Some(at) = feature::find(when, "feature", name, features) else { continue };
        let places = feature::positions(when, "among", &features[at]);
        if at == offering.term_feature() {
            let message = "the term is no condition of this sort";
            when.fault(FaultKind::WrongForm, "feature", message, "Write `min_term`");
        } else if wanted.iter().any(|other| other.at == at) {
            let message = format!("{} is a condition twice", features[at].name);
            let remedy = "Keep one, with all of its values";
            when.fault(FaultKind::Duplicate, "feature", message, remedy);
        } else {
            let feature = &features[at];
            let among = places.iter().map(|place| feature.values()[*place].clone()).collect();
            let (code, name) = (feature.code.clone(), feature.name.clone());
            wanted.push(Wanted { code, name, among, at, places });
        }
    }
    wanted
}
