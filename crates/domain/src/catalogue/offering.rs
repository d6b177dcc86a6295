//! One offering, read from one file: its terms, features, components, what fulfilment needs
//! of it and the steps of its delivery.

use super::fault::FaultKind;
use super::feature::{self, Feature, Rule};
use super::reader::{Node, Source};
use super::table::{self, ChargeTable, Frame, When};
use rust_decimal::Decimal;
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
    pub components: Vec<Component>,
    /// What must be known of a site before its order is handed off.
    pub enrichments: Vec<EnrichmentKind>,
    /// In the order of delivery.
    pub milestones: Vec<Milestone>,
    /// The place of the feature that holds the term.
    pub(super) term_feature: usize,
    pub(super) rules: Vec<Rule>,
    /// The file it comes from, and the line of its code.
    pub file: Arc<str>,
    pub(super) line: usize,
}

/// A contract term and what it takes off the list price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TermStep {
    pub months: u32,
    /// Off the monthly charge, in per cent.
    pub mrc_percent_off: Decimal,
    /// Off the one-off charge, in per cent.
    pub nrc_percent_off: Decimal,
    /// Such as `adi.toml: term of 36 months, 15 % off MRC`.
    pub(crate) mrc_rule: Arc<str>,
    pub(crate) nrc_rule: Arc<str>,
}

/// A priced part of an offering.
#[derive(Debug, Clone)]
pub struct Component {
    pub code: Arc<str>,
    pub name: Arc<str>,
    /// As an item of an order, such as `Access`.
    pub item_type: Arc<str>,
    pub mrc: Option<ChargeTable>,
    pub nrc: Option<ChargeTable>,
    /// The feature and the values with which it is there; always, if `None`.
    pub(crate) when: When,
    /// The integer feature that says how many.
    pub(crate) quantity: Option<usize>,
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

const ROOT: [&str; 5] = ["offering", "term", "feature", "component", "milestone"];
const KEYS: [&str; 5] = ["code", "name", "item_type", "term_feature", "enrichments"];

impl Offering {
    /// The step of a term of so many months.
    pub fn term(&self, months: u32) -> Option<&TermStep> {
        self.terms.iter().find(|t| t.months == months)
    }

    pub fn component(&self, code: &str) -> Option<&Component> {
        self.components.iter().find(|c| c.code.eq_ignore_ascii_case(code))
    }

    /// The place of the feature that holds the term.
    pub(crate) fn term_feature(&self) -> usize {
        self.term_feature
    }

    /// The words of a rule that these values break, if they break one; `value_of` gives the
    /// place of a feature's value by the feature's place.
    pub(crate) fn broken_rule(&self, value_of: impl Fn(usize) -> Option<usize>) -> Option<&str> {
        let broken = |rule: &&Rule| {
            value_of(rule.feature).is_some_and(|mine| !rule.allows(mine, value_of(rule.other)))
        };
        self.rules.iter().find(broken).map(|rule| &*rule.why)
    }

    /// The feature of that name or code, in any case of letters.
    pub fn feature(&self, name: &str) -> Option<&Feature> {
        self.features.iter().find(|f| f.is(name))
    }
}

/// Reads an offering's file; `None` only where not even a code can be read.
pub(super) fn parse(source: &Source<'_>, zones: &[String]) -> Option<Offering> {
    let root = source.root(&ROOT);
    let terms = parse_terms(root);
    let (features, rules) = feature::parse(root);
    let mut components: Vec<Component> = Vec::new();
    for node in root.children("component", &COMPONENT) {
        let parsed = parse_component(node, &features, &rules, zones, &terms);
        let Some(component) = parsed else { continue };
        taken(node, components.iter().map(|c| &c.code), &component.code);
        components.push(component);
    }
    let milestones = parse_milestones(root);
    let Some(node) = root.child("offering", &KEYS) else {
        if !root.has("offering") {
            root.missing("offering");
        }
        return None;
    };
    if components.is_empty() && !root.has("component") {
        root.missing("component");
    }
    let term_feature = parse_term_feature(node, &features, &terms);
    let (name, item_type) = (node.need_text("name"), node.need_text("item_type"));
    let enrichments = parse_enrichments(node);
    let code: Arc<str> = node.need_text("code")?.into();
    Some(Offering {
        name: name.map_or_else(|| code.clone(), Into::into),
        item_type: item_type.map_or_else(|| code.clone(), Into::into),
        code,
        features,
        terms,
        components,
        enrichments,
        milestones,
        term_feature: term_feature.unwrap_or(0),
        rules,
        file: source.name.into(),
        line: node.line_of("code"),
    })
}

fn parse_terms(root: Node<'_>) -> Vec<TermStep> {
    let mut terms: Vec<TermStep> = Vec::new();
    for node in root.children("term", &["months", "mrc_percent_off", "nrc_percent_off"]) {
        if !node.has("months") {
            node.missing("months");
        }
        let Some(months) = node.whole("months", 1..=120).and_then(|m| u32::try_from(m).ok()) else {
            continue;
        };
        let mrc = node.percent("mrc_percent_off").unwrap_or_default();
        let nrc = node.percent("nrc_percent_off").unwrap_or_default();
        if terms.iter().any(|t| t.months == months) {
            let message = format!("the term of {months} months is there twice");
            node.fault(FaultKind::Duplicate, "months", message, "Remove one");
        }
        let rule = |percent: Decimal, charge| {
            let file = node.source.name;
            format!("{file}: term of {months} months, {} % off {charge}", percent.normalize())
        };
        terms.push(TermStep {
            months,
            mrc_percent_off: mrc,
            nrc_percent_off: nrc,
            mrc_rule: rule(mrc, "MRC").into(),
            nrc_rule: rule(nrc, "NRC").into(),
        });
    }
    if terms.is_empty() && !root.has("term") {
        root.missing("term");
    }
    terms.sort_by_key(|t| t.months);
    terms
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
    if !feature.always_present() {
        let message = format!("{} must be required or have a default", feature.code);
        node.fault(FaultKind::TermMismatch, "term_feature", message, "Write required = true");
    }
    Some(at)
}

const COMPONENT: [&str; 7] = ["code", "name", "item_type", "when", "quantity", "mrc", "nrc"];

fn parse_component(
    node: Node<'_>,
    features: &[Feature],
    rules: &[Rule],
    zones: &[String],
    terms: &[TermStep],
) -> Option<Component> {
    let (code, name) = (node.need_text("code"), node.need_text("name"));
    let item_type = node.need_text("item_type");
    let when = node.child("when", &["feature", "among"]).and_then(|when| {
        let at = feature::find(when, "feature", when.need_text("feature")?, features)?;
        Some((at, feature::positions(when, "among", &features[at])))
    });
    let title = name.or(code).unwrap_or("component");
    let charge = |key: &str, word: &str| {
        let title = format!("{title} {word}");
        let frame = Frame { features, rules, zones, when: &when, title: &title };
        table::parse(node, key, &frame)
    };
    let (mrc, nrc) = (charge("mrc", "MRC"), charge("nrc", "NRC"));
    if !node.has("mrc") && !node.has("nrc") {
        node.missing("mrc");
    }
    check_floor(node, mrc.as_ref(), terms, |t| t.mrc_percent_off);
    check_floor(node, nrc.as_ref(), terms, |t| t.nrc_percent_off);
    let quantity = parse_quantity(node, features);
    let code: Arc<str> = code?.into();
    Some(Component {
        name: name.map_or_else(|| code.clone(), Into::into),
        item_type: item_type.map_or_else(|| code.clone(), Into::into),
        code,
        mrc,
        nrc,
        when,
        quantity,
    })
}

/// A term that alone goes below the floor could never be sold.
fn check_floor(
    node: Node<'_>,
    table: Option<&ChargeTable>,
    terms: &[TermStep],
    off: impl Fn(&TermStep) -> Decimal,
) {
    let Some(table) = table else { return };
    let Some(floor) = table.floor_percent else { return };
    for term in terms.iter().filter(|t| Decimal::ONE_HUNDRED - off(t) < floor) {
        let months = term.months;
        let message = format!("{months} months alone leave less than the floor of {floor} %");
        let remedy = "Lower the floor or the term's percentage";
        node.source.fault(FaultKind::FloorTooHigh, table.floor_line, message, remedy);
    }
}

fn parse_quantity(node: Node<'_>, features: &[Feature]) -> Option<usize> {
    let name = node.text("quantity")?;
    let at = features.iter().position(|f| f.is(name));
    let fits =
        at.is_some_and(|at| features[at].values().is_empty() && features[at].always_present());
    if !fits {
        let message = format!("there is no integer feature {name} that is always chosen");
        let remedy = "Name an integer feature that is required or has a default";
        node.fault(FaultKind::UnknownReference, "quantity", message, remedy);
    }
    at.filter(|_| fits)
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

/// Faults a code that an earlier thing of its sort already has.
fn taken<'c>(node: Node<'_>, mut codes: impl Iterator<Item = &'c Arc<str>>, code: &str) {
    if codes.any(|c| c.eq_ignore_ascii_case(code)) {
        let message = format!("the code {code} is already used above");
        node.fault(FaultKind::Duplicate, "code", message, "Give each its own code");
    }
}
