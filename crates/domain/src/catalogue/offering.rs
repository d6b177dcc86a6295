//! One offering, read from one file: its terms, features, components, what fulfilment needs
//! of it, how long it takes and the steps of its delivery.

use super::component::{self, Component, Parts, taken};
use super::fault::FaultKind;
use super::feature::{self, Feature};
use super::grid::{self, Frame, Grid, Shape, Words};
use super::reader::{Node, Source};
use super::rule::Rule;
use super::term::{self, TermStep, VolumeStep};
use crate::serviceability::Speed;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Something that can be sold.
#[derive(Debug, Clone)]
pub struct Offering {
    /// The published product id, such as `OFF_ADI_MID_MARKET`.
    pub code: Arc<str>,
    pub name: Arc<str>,
    /// What the bundle is called as an item of an order.
    pub item_type: Arc<str>,
    /// In the order in which a configuration lists them.
    pub features: Vec<Feature>,
    /// By rising months.
    pub terms: Vec<TermStep>,
    /// By rising numbers of sites.
    pub volumes: Vec<VolumeStep>,
    pub components: Vec<Component>,
    /// What must be known of a site before its order is handed off.
    pub enrichments: Vec<EnrichmentKind>,
    /// In the order of delivery.
    pub milestones: Vec<Milestone>,
    /// Working days from the handoff to service, as estimated.
    pub(super) lead_time: Option<Grid<u32>>,
    /// The place of the feature that holds the term.
    pub(super) term_feature: usize,
    /// The place of the feature that says how fast the access shall be, if one does.
    pub(super) access_feature: Option<usize>,
    pub(super) rules: Vec<Rule>,
    /// The file it comes from, and the line of its code.
    pub file: Arc<str>,
    pub(super) line: usize,
}

/// What fulfilment needs beside the order itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EnrichmentKind {
    Installation,
    Shipping,
    PortReservation,
    Billing,
    CustomerDefinedGroup,
}

impl EnrichmentKind {
    pub const ALL: [Self; 5] = [
        Self::Installation,
        Self::Shipping,
        Self::PortReservation,
        Self::Billing,
        Self::CustomerDefinedGroup,
    ];

    /// As it stands in files and on the wire.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Installation => "installation",
            Self::Shipping => "shipping",
            Self::PortReservation => "port_reservation",
            Self::Billing => "billing",
            Self::CustomerDefinedGroup => "customer_defined_group",
        }
    }
}

/// A step of delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Milestone {
    pub code: Arc<str>,
    pub name: Arc<str>,
    /// Working days after the handoff on which it is planned.
    pub working_day: u32,
}

/// How long delivery is estimated to take, from the nearest to the farthest access zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LeadTime {
    /// Working days after the handoff.
    pub least_days: u32,
    pub most_days: u32,
}

const ROOT: [&str; 7] =
    ["offering", "term", "volume", "feature", "component", "lead_time", "milestone"];
const KEYS: [&str; 6] =
    ["code", "name", "item_type", "term_feature", "access_feature", "enrichments"];

impl Offering {
    /// The step of a term of so many months.
    pub fn term(&self, months: u32) -> Option<&TermStep> {
        self.terms.iter().find(|t| t.months == months)
    }

    /// The step that so many sites of it in one quote reach.
    pub fn volume(&self, sites: u32) -> Option<&VolumeStep> {
        self.volumes.iter().rev().find(|v| v.sites <= sites)
    }

    /// The working days that delivery is estimated to take in that access zone; `value_of`
    /// gives the place of a feature's value by the feature's place.
    pub(crate) fn lead_days(
        &self,
        value_of: impl Fn(usize) -> Option<usize>,
        zone: usize,
    ) -> Option<u32> {
        self.lead_time.as_ref()?.get(value_of, zone).copied()
    }

    /// The same over all access zones.
    pub(super) fn lead_time_of(
        &self,
        value_of: impl Fn(usize) -> Option<usize>,
    ) -> Option<LeadTime> {
        let grid = self.lead_time.as_ref()?;
        let days = (0..grid.shape().zones().max(1)).filter_map(|zone| grid.get(&value_of, zone));
        LeadTime::over(days)
    }

    /// From the shortest to the longest, whatever is chosen.
    pub fn lead_time(&self) -> Option<LeadTime> {
        LeadTime::over(self.lead_time.as_ref()?.cells().map(|(_, days)| days))
    }

    pub fn component(&self, code: &str) -> Option<&Component> {
        self.components.iter().find(|c| c.code.eq_ignore_ascii_case(code))
    }

    /// The feature that holds the term.
    pub fn feature_of_term(&self) -> &Feature {
        &self.features[self.term_feature]
    }

    /// The feature that says how fast the access shall be; none if no feature does.
    pub fn access_feature(&self) -> Option<&Feature> {
        self.features.get(self.access_feature?)
    }

    /// Its place among the features.
    pub(crate) fn term_feature(&self) -> usize {
        self.term_feature
    }

    /// The words of a rule that these values break, if they break one; `value_of` gives the
    /// place of a feature's value by the feature's place.
    pub(crate) fn broken_rule(&self, value_of: impl Fn(usize) -> Option<usize>) -> Option<&str> {
        let broken = |rule: &&Rule| {
            value_of(rule.feature).is_some_and(|mine| !rule.allows(mine, value_of(rule.other)))
        };
        let conditions = self.features.iter().enumerate();
        let mut misplaced = conditions.filter_map(|(at, feature)| {
            let only = feature.only_when.as_ref().filter(|_| value_of(at).is_some())?;
            let there = value_of(only.at).is_some_and(|v| only.places.contains(&v));
            (!there).then_some(&*only.why)
        });
        self.rules.iter().find(broken).map(|rule| &*rule.why).or_else(|| misplaced.next())
    }

    /// The features that are there only with some values of this one, and whether they are with the
    /// value at `place`.
    pub(crate) fn dependants(
        &self,
        feature: usize,
        place: usize,
    ) -> impl Iterator<Item = (usize, bool)> {
        self.features.iter().enumerate().filter_map(move |(at, other)| {
            let only = other.only_when.as_ref().filter(|only| only.at == feature)?;
            Some((at, only.places.contains(&place)))
        })
    }

    /// The feature of that name or code, in any case of letters.
    pub fn feature(&self, name: &str) -> Option<&Feature> {
        self.features.iter().find(|f| f.is(name))
    }
}

impl LeadTime {
    fn over<'d>(days: impl Iterator<Item = &'d u32>) -> Option<Self> {
        days.fold(None, |range: Option<Self>, days| {
            let (least, most) = range.map_or((*days, *days), |r| (r.least_days, r.most_days));
            Some(Self { least_days: least.min(*days), most_days: most.max(*days) })
        })
    }
}

/// Reads an offering's file; `None` only where not even a code can be read.
pub(super) fn parse(source: &Source<'_>, zones: &[String]) -> Option<Offering> {
    let root = source.root(&ROOT);
    let (terms, volumes) = (term::parse_terms(root), term::parse_volumes(root));
    let (features, rules) = feature::parse(root);
    let parts =
        Parts { features: &features, rules: &rules, zones, terms: &terms, volumes: &volumes };
    let components = component::parse(root, &parts);
    let lead_time = parse_lead_time(root, &parts);
    let milestones = parse_milestones(root);
    let Some(node) = root.child("offering", &KEYS) else {
        if !root.has("offering") {
            root.missing("offering");
        }
        return None;
    };
    let term_feature = parse_term_feature(node, &features, &terms);
    if let Some(at) = term_feature {
        check_terms(source, at, &components, &parts);
    }
    let access_feature = parse_access_feature(node, &features);
    let (name, item_type) = (node.need_text("name"), node.need_text("item_type"));
    let enrichments = parse_enrichments(node);
    let code: Arc<str> = node.need_text("code")?.into();
    Some(Offering {
        name: name.map_or_else(|| code.clone(), Into::into),
        item_type: item_type.map_or_else(|| code.clone(), Into::into),
        code,
        features,
        terms,
        volumes,
        components,
        enrichments,
        milestones,
        lead_time,
        term_feature: term_feature.unwrap_or(0),
        access_feature,
        rules,
        file: source.name.into(),
        line: node.line_of("code"),
    })
}

/// The feature that holds the term: required, its values the months of the steps.
fn parse_term_feature(node: Node<'_>, features: &[Feature], terms: &[TermStep]) -> Option<usize> {
    let named = node.need_text("term_feature")?;
    let at = feature::find(node, "term_feature", named, features)?;
    let feature = &features[at];
    let mut values: Vec<_> = feature.values().iter().map(|v| v.parse::<u32>().ok()).collect();
    values.sort_unstable();
    let steps: Vec<_> = terms.iter().map(|t| Some(t.months)).collect();
    if values != steps {
        let months: Vec<_> = terms.iter().map(|t| t.months.to_string()).collect();
        let message = format!("the values of {} are not the months of [[term]]", feature.code);
        let remedy = format!("Give it the values: {}", months.join(", "));
        node.fault(FaultKind::TermMismatch, "term_feature", message, remedy);
    }
    if !feature.always_present(None) {
        let message = format!("{} must be required or have a default", feature.code);
        node.fault(FaultKind::TermMismatch, "term_feature", message, "Write required = true");
    }
    Some(at)
}

/// The feature that says how fast the access shall be: all of its values are speeds.
fn parse_access_feature(node: Node<'_>, features: &[Feature]) -> Option<usize> {
    let named = node.text("access_feature")?;
    let at = feature::find(node, "access_feature", named, features)?;
    let values = features[at].values();
    let wrong = values.iter().find(|value| Speed::parse(value).is_none());
    if values.is_empty() || wrong.is_some() {
        let message = format!("the values of {} are not all speeds", features[at].code);
        let remedy = "Name a choice of speeds such as 500M and 10G";
        node.fault(FaultKind::WrongForm, "access_feature", message, remedy);
    }
    Some(at)
}

/// A longer term never costs more a month, unless it says so.
fn check_terms(source: &Source<'_>, at: usize, components: &[Component], parts: &Parts<'_>) {
    let values = parts.features[at].values().iter();
    let months: Vec<_> = values.map(|v| v.parse().unwrap_or(0)).collect();
    for component in components {
        if let Some(mrc) = &component.mrc {
            mrc.check_terms(source, &component.name, at, &months, parts.terms);
        }
    }
}

/// Reads `[lead_time]`.
fn parse_lead_time(root: Node<'_>, parts: &Parts<'_>) -> Option<Grid<u32>> {
    let node = root.child("lead_time", &["by", "zoned", "days"])?;
    let frame = Frame {
        features: parts.features,
        rules: parts.rules,
        zones: parts.zones,
        when: &None,
        title: "the lead time",
    };
    let words = Words { many: "days", one: "days" };
    let source = node.source;
    let shape = Shape::read(node, &frame)?;
    Some(grid::read(shape, node, words, &frame, &|_, value| source.days("days", value)))
}

fn parse_enrichments(node: Node<'_>) -> Vec<EnrichmentKind> {
    let mut kinds = Vec::new();
    for text in node.texts("enrichments") {
        let Some(kind) = EnrichmentKind::ALL.into_iter().find(|k| k.word() == text.value) else {
            let words = EnrichmentKind::ALL.map(EnrichmentKind::word).join(", ");
            let message = format!("there is no enrichment {}", text.value);
            let remedy = format!("Use one of: {words}");
            node.source.fault(FaultKind::UnknownReference, text.line, message, remedy);
            continue;
        };
        if kinds.contains(&kind) {
            let message = format!("{} is there twice", text.value);
            node.source.fault(FaultKind::Duplicate, text.line, message, "Remove one");
        } else {
            kinds.push(kind);
        }
    }
    kinds
}

fn parse_milestones(root: Node<'_>) -> Vec<Milestone> {
    let mut milestones: Vec<Milestone> = Vec::new();
    for node in root.children("milestone", &["code", "name", "working_day"]) {
        if !node.has("working_day") {
            node.missing("working_day");
        }
        let (code, name) = (node.need_text("code"), node.need_text("name"));
        let day = node.whole("working_day", 0..=1000).and_then(|d| u32::try_from(d).ok());
        let (Some(code), Some(name), Some(working_day)) = (code, name, day) else { continue };
        if milestones.last().is_some_and(|last| last.working_day > working_day) {
            let message = format!("{code} is planned before the milestone above it");
            let remedy = "Order the milestones by working day";
            node.fault(FaultKind::DatesReversed, "working_day", message, remedy);
        }
        taken(node, milestones.iter().map(|m| &m.code), code);
        milestones.push(Milestone { code: code.into(), name: name.into(), working_day });
    }
    if milestones.is_empty() && !root.has("milestone") {
        root.missing("milestone");
    }
    milestones
}
