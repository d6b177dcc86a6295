//! Rules between two features: which of their values go together. Reading them from a file;
//! applying them is `configure`.

use super::fault::FaultKind;
use super::feature::{Feature, find, positions};
use super::reader::Node;
use std::sync::Arc;

/// Whether a rule demands or forbids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RuleKind {
    Requires,
    Excludes,
}

/// A rule between two features, as a table of which values go together.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    pub(super) kind: RuleKind,
    /// The feature that has the rule, and the one it looks at.
    pub(super) feature: usize,
    pub(super) other: usize,
    /// By value of `feature`, then by value of `other`, with one place more for its absence.
    together: Vec<bool>,
    width: usize,
    pub(super) why: Arc<str>,
}

impl Rule {
    /// Whether the two values may stand together; `None` is the absence of the other.
    pub(super) fn allows(&self, value: usize, other: Option<usize>) -> bool {
        self.together[value * self.width + other.unwrap_or(self.width - 1)]
    }
}

const RULE_KEYS: [&str; 4] = ["value", "feature", "among", "why"];

/// Which side of the other feature's value a value must stand on.
#[derive(Clone, Copy)]
enum Bound {
    AtLeast,
    AtMost,
}

/// Reads the rules that stand in the features' nodes.
pub(super) fn parse(nodes: &[Node<'_>], features: &[Feature]) -> Vec<Rule> {
    let mut rules = Vec::new();
    for (at, node) in nodes.iter().enumerate() {
        rules.extend(parse_bound(*node, Bound::AtLeast, at, features));
        rules.extend(parse_bound(*node, Bound::AtMost, at, features));
        for (key, kind) in [("requires", RuleKind::Requires), ("excludes", RuleKind::Excludes)] {
            for rule in node.children(key, &RULE_KEYS) {
                rules.extend(parse_rule(rule, kind, at, features));
            }
        }
    }
    rules
}

/// `at_least = "ATT_SPEED"`: the value stands no earlier in its list than the other feature's
/// value does; `at_most`: no later.
fn parse_bound(node: Node<'_>, bound: Bound, at: usize, features: &[Feature]) -> Option<Rule> {
    let (key, words) = match bound {
        Bound::AtLeast => ("at_least", "at least"),
        Bound::AtMost => ("at_most", "at most"),
    };
    let named = node.text(key)?;
    let other = find(node, key, named, features)?;
    let (mine, theirs) = (&features[at], &features[other]);
    let absent = theirs.values().iter().find(|v| mine.position(v).is_none());
    if let Some(value) = absent {
        let message = format!("{} has no value `{value}` to compare with", mine.name);
        let remedy = format!("Add `{value}` to the values, or write a `requires`");
        node.fault(FaultKind::UnknownReference, key, message, remedy);
        return None;
    }
    let why = format!("{} must be {words} {}", mine.name, theirs.name);
    let places: Vec<_> = theirs.values().iter().filter_map(|v| mine.position(v)).collect();
    let allows = |value, other: Option<usize>| {
        other.is_none_or(|o| match bound {
            Bound::AtLeast => places[o] <= value,
            Bound::AtMost => places[o] >= value,
        })
    };
    Some(tabulate(RuleKind::Requires, at, other, features, &why, allows))
}

/// `[[feature.requires]]` and `[[feature.excludes]]`: if this feature has `value`, the other
/// one must, or must not, be `among` these.
fn parse_rule(node: Node<'_>, kind: RuleKind, at: usize, features: &[Feature]) -> Option<Rule> {
    let values = positions(node, "value", &features[at]);
    let named = node.need_text("feature")?;
    let other = find(node, "feature", named, features)?;
    let among = positions(node, "among", &features[other]);
    let word = match kind {
        RuleKind::Requires => "needs",
        RuleKind::Excludes => "cannot have",
    };
    let list = |key| node.texts(key).iter().map(|t| t.value).collect::<Vec<_>>().join(", ");
    let (mine, theirs) = (&features[at].name, &features[other].name);
    let own = || format!("{mine} {} {word} {theirs} {}", list("value"), list("among"));
    let why = node.text("why").map_or_else(own, str::to_owned);
    let allows = |value, other: Option<usize>| {
        let hit = other.is_some_and(|o| among.contains(&o));
        !values.contains(&value) || hit == (kind == RuleKind::Requires)
    };
    Some(tabulate(kind, at, other, features, &why, allows))
}

fn tabulate(
    kind: RuleKind,
    feature: usize,
    other: usize,
    features: &[Feature],
    why: &str,
    allows: impl Fn(usize, Option<usize>) -> bool,
) -> Rule {
    let width = features[other].values().len() + 1;
    let mut together = Vec::new();
    for value in 0..features[feature].values().len() {
        together.extend((0..width - 1).map(|o| allows(value, Some(o))));
        together.push(allows(value, None));
    }
    Rule { kind, feature, other, together, width, why: why.into() }
}
