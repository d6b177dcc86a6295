//! Checks what was chosen of an offering against its features and rules, and completes it
//! with the defaults.

use super::feature::{Feature, FeatureKind};
use super::offering::{LeadTime, Offering};
use super::rule::{Rule, RuleKind};
use crate::serviceability::Speed;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

mod change;
mod fault;
mod nearest;
mod read;

pub use fault::{ConfigurationFault, ConfigurationFaultCode, NearestChoice};

/// One choice, as asked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Choice {
    /// The feature's name or code, in any case of letters.
    pub feature: String,
    /// In any case of letters; speeds also as `100 Mbps` for `100M`.
    pub value: String,
}

/// A complete, valid configuration of an offering.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Configuration {
    /// The offering's code.
    pub offering: Arc<str>,
    /// The contract term, which is also among the choices.
    pub term_months: u32,
    /// Defaults included, in the offering's order of features.
    pub choices: Vec<Chosen>,
    /// The value of the feature that says how fast the access shall be, if one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_speed: Option<Speed>,
    /// How long delivery is estimated to take, over all access zones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead_time: Option<LeadTime>,
}

/// One feature's value in a configuration.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Chosen {
    /// The feature's code.
    pub code: Arc<str>,
    pub name: Arc<str>,
    pub value: FeatureValue,
}

/// A typed value.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(untagged)]
pub enum FeatureValue {
    YesNo(bool),
    Integer(i64),
    Choice(Arc<str>),
}

impl fmt::Display for FeatureValue {
    /// As it stands on the wire: `Yes`, `5`, `100M`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::YesNo(yes) => f.write_str(if *yes { "Yes" } else { "No" }),
            Self::Integer(number) => write!(f, "{number}"),
            Self::Choice(text) => f.write_str(text),
        }
    }
}

impl Configuration {
    /// The value of the feature of that code or name.
    pub fn value(&self, feature: &str) -> Option<&FeatureValue> {
        let is = |c: &&Chosen| {
            c.code.eq_ignore_ascii_case(feature) || c.name.eq_ignore_ascii_case(feature)
        };
        self.choices.iter().find(is).map(|c| &c.value)
    }
}

/// A value on its way: the choice it came from, if any, and where it stands.
#[derive(Clone)]
struct Slot {
    index: Option<usize>,
    /// Its place among the feature's values; `None` for a number.
    at: Option<usize>,
    value: FeatureValue,
}

/// Whether a feature is there.
enum Applies<'o> {
    Yes,
    /// Why not.
    No(&'o str),
    Unknown,
}

/// What is known of a feature while choices are read.
#[derive(Clone)]
enum State {
    Open,
    /// Chosen, but wrongly: already faulted, so that nothing more is said of it.
    Wrong,
    Set(Slot),
}

/// A fault, and the two values of a broken rule: features and values by place.
struct Found {
    fault: ConfigurationFault,
    pair: Option<((usize, usize), (usize, usize))>,
}

impl From<ConfigurationFault> for Found {
    fn from(fault: ConfigurationFault) -> Self {
        Self { fault, pair: None }
    }
}

impl Offering {
    /// Checks `choices` and completes them with the defaults.
    ///
    /// # Errors
    /// Everything that is wrong with them.
    pub fn configure(&self, choices: &[Choice]) -> Result<Configuration, Vec<ConfigurationFault>> {
        let (states, found) = self.check(choices);
        if found.is_empty() {
            return Ok(self.complete(states));
        }
        let nearest: Vec<_> =
            found.iter().map(|one| self.nearest_choice(one, choices, &found)).collect();
        let faults = found.into_iter().map(|one| one.fault);
        Err(faults
            .zip(nearest)
            .map(|(fault, nearest)| ConfigurationFault { nearest, ..fault })
            .collect())
    }

    /// What is chosen or comes by default, and what is wrong with it.
    fn check(&self, choices: &[Choice]) -> (Vec<State>, Vec<Found>) {
        let mut found: Vec<Found> = Vec::new();
        let mut states = vec![State::Open; self.features.len()];
        for (index, choice) in choices.iter().enumerate() {
            found.extend(self.take(index, choice, &mut states).map(Found::from));
        }
        for (at, feature) in self.features.iter().enumerate() {
            match self.applies(at, &states) {
                Applies::Unknown => continue,
                Applies::No(why) => {
                    let index = choices.iter().position(|c| feature.is(c.feature.trim()));
                    states[at] = State::Open;
                    found.extend(index.map(|index| not_applicable(feature, index, why).into()));
                    continue;
                }
                Applies::Yes => {}
            }
            if matches!(states[at], State::Open) {
                match self.default_of(at, &states) {
                    Some(slot) => states[at] = State::Set(slot),
                    None if feature.required => found.push(missing(feature).into()),
                    None => {}
                }
            }
        }
        found.extend(self.broken_rules(&states));
        (states, found)
    }

    /// Whether the feature is there with what is known so far.
    fn applies(&self, at: usize, states: &[State]) -> Applies<'_> {
        let Some(only) = &self.features[at].only_when else { return Applies::Yes };
        match &states[only.at] {
            State::Set(slot) if slot.at.is_some_and(|v| only.places.contains(&v)) => Applies::Yes,
            State::Set(_) => Applies::No(&only.why),
            // What decides is faulted itself.
            State::Open | State::Wrong => Applies::Unknown,
        }
    }

    /// Reads one choice into its feature's state.
    fn take(
        &self,
        index: usize,
        choice: &Choice,
        states: &mut [State],
    ) -> Option<ConfigurationFault> {
        let fault = |code, feature: &str, detail, allowed: Vec<Arc<str>>| {
            let (index, feature) = (Some(index), feature.to_owned());
            Some(ConfigurationFault { index, code, feature, detail, allowed, nearest: None })
        };
        let named = choice.feature.trim();
        let Some(at) = self.features.iter().position(|f| f.is(named)) else {
            let names: Vec<_> = self.features.iter().map(|f| f.name.clone()).collect();
            let detail = format!("{} has no feature {named}", self.name);
            return fault(ConfigurationFaultCode::UnknownFeature, named, detail, names);
        };
        let feature = &self.features[at];
        if !matches!(states[at], State::Open) {
            let detail = format!("{} is chosen more than once", feature.name);
            let code = ConfigurationFaultCode::DuplicateFeature;
            return fault(code, &feature.code, detail, Vec::new());
        }
        if let Some(slot) = read(feature, choice.value.trim(), Some(index)) {
            states[at] = State::Set(slot);
            return None;
        }
        states[at] = State::Wrong;
        let detail = format!("{} cannot be {}", feature.name, choice.value.trim());
        let allowed = allowed(feature);
        fault(ConfigurationFaultCode::ValueNotAllowed, &feature.code, detail, allowed)
    }

    /// The first default that goes with what is known, or else the first.
    fn default_of(&self, at: usize, states: &[State]) -> Option<Slot> {
        let feature = &self.features[at];
        let slots: Vec<_> =
            feature.defaults.iter().filter_map(|d| read(feature, d, None)).collect();
        let goes = |slot: &&Slot| {
            let own = |rule: &&Rule| rule.feature == at || rule.other == at;
            self.rules.iter().filter(own).all(|rule| {
                let known = |of: usize| match &states[of] {
                    _ if of == at => slot.at,
                    State::Set(other) => other.at,
                    _ => None,
                };
                match (known(rule.feature), known(rule.other)) {
                    (Some(mine), Some(theirs)) => rule.allows(mine, Some(theirs)),
                    _ => true,
                }
            })
        };
        slots.iter().find(goes).or(slots.first()).cloned()
    }

    fn broken_rules(&self, states: &[State]) -> Vec<Found> {
        let mut found = Vec::new();
        for rule in &self.rules {
            let State::Set(Slot { index, at: Some(mine), .. }) = &states[rule.feature] else {
                continue;
            };
            let (theirs, other_index) = match &states[rule.other] {
                State::Set(other) => (other.at, other.index),
                State::Open => (None, None),
                State::Wrong => continue,
            };
            // What is missing and required is faulted as such.
            let required = self.features[rule.other].required;
            if rule.allows(*mine, theirs) || (theirs.is_none() && required) {
                continue;
            }
            let feature = &self.features[rule.feature];
            let fits = (0..feature.values().len()).filter(|value| rule.allows(*value, theirs));
            let fault = ConfigurationFault {
                index: index.or(other_index),
                code: match rule.kind {
                    RuleKind::Requires => ConfigurationFaultCode::Requires,
                    RuleKind::Excludes => ConfigurationFaultCode::Excludes,
                },
                feature: feature.code.to_string(),
                detail: rule.why.to_string(),
                allowed: fits.map(|at| feature.values()[at].clone()).collect(),
                nearest: None,
            };
            let pair = ((rule.feature, *mine), (rule.other, theirs.unwrap_or(0)));
            found.push(Found { fault, pair: Some(pair) });
        }
        found
    }

    fn complete(&self, states: Vec<State>) -> Configuration {
        let (mut term_months, mut access_speed) = (0, None);
        let lead_time = self.lead_time_of(|of| match &states[of] {
            State::Set(slot) => slot.at,
            State::Open | State::Wrong => None,
        });
        let mut choices = Vec::with_capacity(states.len());
        for (at, (feature, state)) in self.features.iter().zip(states).enumerate() {
            let State::Set(slot) = state else { continue };
            if at == self.term_feature {
                // The catalogue's check made every value a number of months.
                term_months = slot.value.to_string().parse().unwrap_or(0);
            }
            if Some(at) == self.access_feature {
                access_speed = Speed::parse(&slot.value.to_string());
            }
            let (code, name) = (feature.code.clone(), feature.name.clone());
            choices.push(Chosen { code, name, value: slot.value });
        }
        let offering = self.code.clone();
        Configuration { offering, term_months, choices, access_speed, lead_time }
    }
}

fn missing(feature: &Feature) -> ConfigurationFault {
    ConfigurationFault {
        index: None,
        code: ConfigurationFaultCode::MissingFeature,
        feature: feature.code.to_string(),
        detail: format!("{} must be chosen", feature.name),
        allowed: allowed(feature),
        nearest: None,
    }
}

fn not_applicable(feature: &Feature, index: usize, why: &str) -> ConfigurationFault {
    ConfigurationFault {
        index: Some(index),
        code: ConfigurationFaultCode::NotApplicable,
        feature: feature.code.to_string(),
        detail: why.to_owned(),
        allowed: Vec::new(),
        nearest: None,
    }
}

/// The values, or the range of a number as one text.
fn allowed(feature: &Feature) -> Vec<Arc<str>> {
    match feature.kind {
        FeatureKind::Integer { least, most } => vec![format!("{least} to {most}").into()],
        _ => feature.values().to_vec(),
    }
}

/// The value that `text` stands for.
fn read(feature: &Feature, text: &str, index: Option<usize>) -> Option<Slot> {
    let values = feature.values();
    let listed = || {
        values
            .iter()
            .position(|v| v.eq_ignore_ascii_case(text))
            .or_else(|| nearest::same_size(text, values))
    };
    let (at, value) = match &feature.kind {
        FeatureKind::Integer { least, most } => {
            let number = text.parse().ok().filter(|n| (least..=most).contains(&n))?;
            (None, FeatureValue::Integer(number))
        }
        FeatureKind::YesNo(_) => {
            let yes = match text.to_ascii_lowercase().as_str() {
                "yes" | "true" => true,
                "no" | "false" => false,
                _ => return None,
            };
            (Some(usize::from(!yes)), FeatureValue::YesNo(yes))
        }
        FeatureKind::Choice(_) => {
            let at = listed()?;
            (Some(at), FeatureValue::Choice(values[at].clone()))
        }
    };
    Some(Slot { index, at, value })
}
