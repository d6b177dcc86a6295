//! Checks what was chosen of an offering against its features and rules, and completes it
//! with the defaults.

use super::feature::{Feature, FeatureKind, RuleKind};
use super::offering::Offering;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

mod nearest;

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
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
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

/// Why a configuration is refused; all reasons are given at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigurationFault {
    /// The place of the choice among those asked for; `None` for a feature that is missing.
    pub index: Option<usize>,
    pub code: ConfigurationFaultCode,
    /// The feature's code, or what was asked for where there is no such feature.
    pub feature: String,
    /// In plain words.
    pub detail: String,
    /// The values that would do, or the features there are. A range of numbers stands as
    /// one text, `0 to 5`.
    pub allowed: Vec<Arc<str>>,
    /// The nearest of them: for sizes the next higher, or the highest.
    pub nearest: Option<Arc<str>>,
}

/// The reasons, in the order in which they are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConfigurationFaultCode {
    UnknownFeature,
    DuplicateFeature,
    ValueNotAllowed,
    MissingFeature,
    Requires,
    Excludes,
}

impl ConfigurationFaultCode {
    pub const ALL: [Self; 6] = [
        Self::UnknownFeature,
        Self::DuplicateFeature,
        Self::ValueNotAllowed,
        Self::MissingFeature,
        Self::Requires,
        Self::Excludes,
    ];

    /// As it stands on the wire.
    pub const fn word(self) -> &'static str {
        match self {
            Self::UnknownFeature => "unknown_feature",
            Self::DuplicateFeature => "duplicate_feature",
            Self::ValueNotAllowed => "value_not_allowed",
            Self::MissingFeature => "missing_feature",
            Self::Requires => "requires",
            Self::Excludes => "excludes",
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

/// What is known of a feature while choices are read.
#[derive(Clone)]
enum State {
    Open,
    /// Chosen, but wrongly: already faulted, so that nothing more is said of it.
    Wrong,
    Set(Slot),
}

impl Offering {
    /// Checks `choices` and completes them with the defaults.
    ///
    /// # Errors
    /// Everything that is wrong with them.
    pub fn configure(&self, choices: &[Choice]) -> Result<Configuration, Vec<ConfigurationFault>> {
        let mut faults = Vec::new();
        let mut states = vec![State::Open; self.features.len()];
        for (index, choice) in choices.iter().enumerate() {
            if let Some(fault) = self.take(index, choice, &mut states) {
                faults.push(fault);
            }
        }
        for at in 0..self.features.len() {
            if matches!(states[at], State::Open) {
                match self.default_of(at, &states) {
                    Some(slot) => states[at] = State::Set(slot),
                    None if self.features[at].required => faults.push(missing(&self.features[at])),
                    None => {}
                }
            }
        }
        faults.extend(self.broken_rules(&states));
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(self.complete(states))
    }

    /// Reads one choice into its feature's state.
    fn take(
        &self,
        index: usize,
        choice: &Choice,
        states: &mut [State],
    ) -> Option<ConfigurationFault> {
        let fault = |code, feature: &str, detail, allowed: Vec<Arc<str>>, nearest| {
            let feature = feature.to_owned();
            Some(ConfigurationFault { index: Some(index), code, feature, detail, allowed, nearest })
        };
        let named = choice.feature.trim();
        let Some(at) = self.features.iter().position(|f| f.is(named)) else {
            let names: Vec<_> = self.features.iter().map(|f| f.name.clone()).collect();
            let detail = format!("{} has no feature {named}", self.name);
            let nearest = nearest::by_spelling(named, &names);
            return fault(ConfigurationFaultCode::UnknownFeature, named, detail, names, nearest);
        };
        let feature = &self.features[at];
        if !matches!(states[at], State::Open) {
            let detail = format!("{} is chosen more than once", feature.name);
            let code = ConfigurationFaultCode::DuplicateFeature;
            return fault(code, &feature.code, detail, Vec::new(), None);
        }
        if let Some(slot) = read(feature, choice.value.trim(), Some(index)) {
            states[at] = State::Set(slot);
            return None;
        }
        states[at] = State::Wrong;
        let detail = format!("{} cannot be {}", feature.name, choice.value.trim());
        let text = choice.value.trim();
        let nearest = if let FeatureKind::Integer { least, most } = feature.kind {
            text.parse::<i64>().ok().map(|n| n.max(least).min(most).to_string().into())
        } else {
            nearest::value(text, feature.values())
        };
        let allowed = allowed(feature);
        fault(ConfigurationFaultCode::ValueNotAllowed, &feature.code, detail, allowed, nearest)
    }

    /// The first default that goes with what is known, or else the first.
    fn default_of(&self, at: usize, states: &[State]) -> Option<Slot> {
        let feature = &self.features[at];
        let slots: Vec<_> =
            feature.defaults.iter().filter_map(|d| read(feature, d, None)).collect();
        let goes = |slot: &&Slot| {
            self.rules.iter().all(|rule| {
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

    fn broken_rules(&self, states: &[State]) -> Vec<ConfigurationFault> {
        let mut faults = Vec::new();
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
            let fits: Vec<_> =
                (0..feature.values().len()).filter(|value| rule.allows(*value, theirs)).collect();
            // Values stand from small to large: the next higher, or else the next lower.
            let nearest = fits.iter().find(|at| *at > mine).or(fits.last());
            let text = |at: &usize| feature.values()[*at].clone();
            let (allowed, nearest) = (fits.iter().map(text).collect(), nearest.map(text));
            faults.push(ConfigurationFault {
                index: index.or(other_index),
                code: match rule.kind {
                    RuleKind::Requires => ConfigurationFaultCode::Requires,
                    RuleKind::Excludes => ConfigurationFaultCode::Excludes,
                },
                feature: feature.code.to_string(),
                detail: rule.why.to_string(),
                allowed,
                nearest,
            });
        }
        faults
    }

    fn complete(&self, states: Vec<State>) -> Configuration {
        let mut term_months = 0;
        let mut choices = Vec::with_capacity(states.len());
        for (at, (feature, state)) in self.features.iter().zip(states).enumerate() {
            let State::Set(slot) = state else { continue };
            if at == self.term_feature {
                // The catalogue's check made every value a number of months.
                term_months = slot.value.to_string().parse().unwrap_or(0);
            }
            let (code, name) = (feature.code.clone(), feature.name.clone());
            choices.push(Chosen { code, name, value: slot.value });
        }
        Configuration { offering: self.code.clone(), term_months, choices }
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
