//! Features: what can be chosen of an offering, and which choices go together. Reading them
//! from a file; applying them is `configure`.

use super::fault::FaultKind;
use super::reader::{At, Node};
use super::rule::{self, Rule};
use std::sync::Arc;

/// Something that is chosen when an offering is configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feature {
    /// As published, such as `ATT_SPEED`.
    pub code: Arc<str>,
    /// As published, such as `Port Speed`.
    pub name: Arc<str>,
    pub kind: FeatureKind,
    /// A required feature without default must be chosen.
    pub required: bool,
    /// Taken if nothing is chosen: the first that goes with the other choices.
    pub defaults: Vec<Arc<str>>,
    /// Only with these values of another feature does this one exist; always, if `None`.
    pub only_when: Option<OnlyWhen>,
}

/// The condition of a feature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnlyWhen {
    /// The code of the feature that decides; it stands above and is always chosen.
    pub feature: Arc<str>,
    pub among: Vec<Arc<str>>,
    /// The same by place.
    pub(super) at: usize,
    pub(super) places: Vec<usize>,
    pub(super) why: Arc<str>,
}

/// What a feature's value can be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FeatureKind {
    /// One of the texts, smallest first where they have a size.
    Choice(Vec<Arc<str>>),
    /// `Yes` or `No`: always these two texts, in this order.
    YesNo(Vec<Arc<str>>),
    /// A whole number from `least` to `most`.
    Integer { least: i64, most: i64 },
}

impl Feature {
    /// The values that can be listed; none for a number.
    pub fn values(&self) -> &[Arc<str>] {
        match &self.kind {
            FeatureKind::Choice(values) | FeatureKind::YesNo(values) => values,
            FeatureKind::Integer { .. } => &[],
        }
    }

    /// Where `value` stands among the values.
    pub fn position(&self, value: &str) -> Option<usize> {
        self.values().iter().position(|v| **v == *value)
    }

    /// Whether `name` is this feature's name or code, in any case of letters.
    pub fn is(&self, name: &str) -> bool {
        self.code.eq_ignore_ascii_case(name) || self.name.eq_ignore_ascii_case(name)
    }

    /// Whether the feature is a number and `number` within its range.
    pub(crate) fn holds(&self, number: i64) -> bool {
        let FeatureKind::Integer { least, most } = self.kind else { return false };
        (least..=most).contains(&number)
    }

    /// Whether every configuration has a value of it; with `when`, every one that has that
    /// value of that feature.
    pub(super) fn always_present(&self, when: Option<&(usize, Vec<usize>)>) -> bool {
        let chosen = self.required || !self.defaults.is_empty();
        chosen
            && self.only_when.as_ref().is_none_or(|only| {
                when.is_some_and(|(feature, values)| {
                    *feature == only.at && values.iter().all(|v| only.places.contains(v))
                })
            })
    }
}

const KEYS: [&str; 14] = [
    "code",
    "name",
    "type",
    "values",
    "required",
    "default",
    "least",
    "most",
    "at_least",
    "at_most",
    "only_when",
    "requires",
    "excludes",
    "about",
];

/// Reads `[[feature]]` and the rules in it.
pub(super) fn parse(root: Node<'_>) -> (Vec<Feature>, Vec<Rule>) {
    let nodes = root.children("feature", &KEYS);
    let mut features: Vec<Feature> = Vec::new();
    let mut kept = Vec::new();
    for node in nodes {
        let Some(feature) = parse_one(node) else { continue };
        for (key, name) in [("code", &feature.code), ("name", &feature.name)] {
            if features.iter().any(|f| f.is(name)) {
                let message = format!("two features are called {name}");
                node.fault(FaultKind::Duplicate, key, message, "Give each its own name and code");
            }
        }
        features.push(feature);
        kept.push(node);
    }
    for (at, node) in kept.iter().enumerate() {
        features[at].only_when = parse_only_when(*node, at, &features);
    }
    let rules = rule::parse(&kept, &features);
    (features, rules)
}

fn parse_one(node: Node<'_>) -> Option<Feature> {
    let (code, name) = (node.need_text("code"), node.need_text("name"));
    let kind = match node.need_text("type") {
        Some("yes_no") => FeatureKind::YesNo(vec!["Yes".into(), "No".into()]),
        Some("integer") => parse_range(node),
        other => {
            if other.is_some_and(|word| word != "choice") {
                let message = "`type` must be choice, yes_no or integer";
                node.fault(FaultKind::WrongForm, "type", message, "Write one of the three");
            }
            FeatureKind::Choice(parse_values(node))
        }
    };
    let code: Arc<str> = code?.into();
    let mut feature = Feature {
        name: name.map_or_else(|| code.clone(), Into::into),
        code,
        kind,
        required: node.flag("required").unwrap_or(false),
        defaults: Vec::new(),
        only_when: None,
    };
    for default in node.texts("default") {
        if fits(&feature, default.value) {
            feature.defaults.push(default.value.into());
        } else {
            let message = format!("the default `{}` is not an allowed value", default.value);
            let remedy = "Use one of the feature's values";
            node.source.fault(FaultKind::DefaultNotAllowed, default.line, message, remedy);
        }
    }
    Some(feature)
}

fn fits(feature: &Feature, value: &str) -> bool {
    match feature.kind {
        FeatureKind::Integer { least, most } => {
            value.parse::<i64>().is_ok_and(|n| (least..=most).contains(&n))
        }
        _ => feature.position(value).is_some(),
    }
}

fn parse_values(node: Node<'_>) -> Vec<Arc<str>> {
    let mut values: Vec<Arc<str>> = Vec::new();
    for At { value, line } in node.texts("values") {
        if values.iter().any(|v| v.eq_ignore_ascii_case(value)) {
            let message = format!("the value `{value}` is there twice");
            node.source.fault(FaultKind::Duplicate, line, message, "Remove one");
        } else {
            values.push(value.into());
        }
    }
    if values.is_empty() {
        node.missing("values");
    }
    values
}

fn parse_range(node: Node<'_>) -> FeatureKind {
    for key in ["least", "most"] {
        if !node.has(key) {
            node.missing(key);
        }
    }
    // No quantity of anything in an order comes near a million.
    let least = node.whole("least", 0..=1_000_000).unwrap_or(0);
    let most = node.whole("most", 0..=1_000_000).unwrap_or(1_000_000);
    if least > most {
        let message = format!("`least` is {least} but `most` is {most}");
        node.fault(FaultKind::OutOfRange, "least", message, "Write a smaller `least`");
    }
    FeatureKind::Integer { least, most }
}

/// `only_when = { feature = "ATT_BILL_OPT", among = ["Burstable"] }`.
fn parse_only_when(node: Node<'_>, at: usize, features: &[Feature]) -> Option<OnlyWhen> {
    let when = node.child("only_when", &["feature", "among"])?;
    let decides = find(when, "feature", when.need_text("feature")?, features)?;
    let feature = &features[decides];
    let places = positions(when, "among", feature);
    if decides >= at || !feature.always_present(None) || feature.only_when.is_some() {
        let message = format!("{} cannot decide whether another feature is there", feature.name);
        let remedy = "Name a feature that stands above and is required or has a default";
        when.fault(FaultKind::UnknownReference, "feature", message, remedy);
        return None;
    }
    let among: Vec<_> = places.iter().map(|place| feature.values()[*place].clone()).collect();
    let why = format!("{} is only with {} {}", features[at].name, feature.name, among.join(", "));
    Some(OnlyWhen { feature: feature.code.clone(), among, at: decides, places, why: why.into() })
}

/// The feature that `key` names; it must have values to list.
pub(super) fn find(node: Node<'_>, key: &str, name: &str, features: &[Feature]) -> Option<usize> {
    let found = features.iter().position(|f| f.is(name));
    match found {
        Some(at) if !features[at].values().is_empty() => return found,
        Some(_) => {
            let message = format!("the feature {name} has no list of values");
            node.fault(FaultKind::WrongForm, key, message, "Name a choice or yes_no feature");
        }
        None => {
            let known: Vec<_> = features.iter().map(|f| &*f.code).collect();
            let message = format!("there is no feature {name}");
            let remedy = format!("Use one of: {}", known.join(", "));
            node.fault(FaultKind::UnknownReference, key, message, remedy);
        }
    }
    None
}

/// The places of the values under `key` in the feature's list.
pub(super) fn positions(node: Node<'_>, key: &str, feature: &Feature) -> Vec<usize> {
    if !node.has(key) {
        node.missing(key);
    }
    let mut found = Vec::new();
    for At { value, line } in node.texts(key) {
        if let Some(at) = feature.position(value) {
            found.push(at);
        } else {
            let message = format!("{} has no value `{value}`", feature.name);
            let remedy = format!("Use one of: {}", feature.values().join(", "));
            node.source.fault(FaultKind::UnknownReference, line, message, remedy);
        }
    }
    found
}
