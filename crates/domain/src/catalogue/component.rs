//! The components of an offering: its priced parts, which become the items of an order.

use super::fault::FaultKind;
use super::feature::{self, Feature};
use super::grid::{Frame, When};
use super::reader::Node;
use super::rule::Rule;
use super::table::{self, ChargeTable};
use super::term::{TermStep, VolumeStep};
use std::sync::Arc;

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

/// What components are read against.
pub(super) struct Parts<'p> {
    pub(super) features: &'p [Feature],
    pub(super) rules: &'p [Rule],
    pub(super) zones: &'p [String],
    pub(super) terms: &'p [TermStep],
    pub(super) volumes: &'p [VolumeStep],
}

const COMPONENT: [&str; 7] = ["code", "name", "item_type", "when", "quantity", "mrc", "nrc"];

/// Reads `[[component]]`.
pub(super) fn parse(root: Node<'_>, parts: &Parts<'_>) -> Vec<Component> {
    let mut components: Vec<Component> = Vec::new();
    for node in root.children("component", &COMPONENT) {
        let Some(component) = parse_one(node, parts) else { continue };
        taken(node, components.iter().map(|c| &c.code), &component.code);
        components.push(component);
    }
    if components.is_empty() && !root.has("component") {
        root.missing("component");
    }
    components
}

fn parse_one(node: Node<'_>, parts: &Parts<'_>) -> Option<Component> {
    let Parts { features, rules, zones, terms, volumes } = *parts;
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
    if let Some(mrc) = &mrc {
        let left = table::steps_left(terms, volumes, |t| t.mrc_percent_off, |v| v.mrc_percent_off);
        mrc.check_floor(node.source, &left);
    }
    if let Some(nrc) = &nrc {
        let left = table::steps_left(terms, volumes, |t| t.nrc_percent_off, |v| v.nrc_percent_off);
        nrc.check_floor(node.source, &left);
    }
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

fn parse_quantity(node: Node<'_>, features: &[Feature]) -> Option<usize> {
    let name = node.text("quantity")?;
    let at = features.iter().position(|f| f.is(name));
    let fits =
        at.is_some_and(|at| features[at].values().is_empty() && features[at].always_present(None));
    if !fits {
        let message = format!("there is no integer feature {name} that is always chosen");
        let remedy = "Name an integer feature that is required or has a default";
        node.fault(FaultKind::UnknownReference, "quantity", message, remedy);
    }
    at.filter(|_| fits)
}

/// Faults a code that an earlier thing of its sort already has.
pub(super) fn taken<'c>(node: Node<'_>, mut codes: impl Iterator<Item = &'c Arc<str>>, code: &str) {
    if codes.any(|c| c.eq_ignore_ascii_case(code)) {
        let message = format!("the code {code} is already used above");
        node.fault(FaultKind::Duplicate, "code", message, "Give each its own code");
    }
}
