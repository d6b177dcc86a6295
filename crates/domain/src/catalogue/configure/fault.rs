//! Why a configuration is refused, and what would do instead.

use super::Choice;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

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
    /// The smallest change after which this fault is gone, if one is near.
    pub nearest: Option<NearestChoice>,
}

/// A change of one choice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NearestChoice {
    /// The place of the choice that it replaces; `None` if it is added.
    pub index: Option<usize>,
    /// The feature's code.
    pub feature: Arc<str>,
    pub name: Arc<str>,
    /// `None`: leave the choice out.
    pub value: Option<Arc<str>>,
}

/// The reasons, in the order in which they are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConfigurationFaultCode {
    UnknownFeature,
    DuplicateFeature,
    ValueNotAllowed,
    /// The feature is only there with certain values of another one.
    NotApplicable,
    MissingFeature,
    Requires,
    Excludes,
}

impl ConfigurationFaultCode {
    pub const ALL: [Self; 7] = [
        Self::UnknownFeature,
        Self::DuplicateFeature,
        Self::ValueNotAllowed,
        Self::NotApplicable,
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
            Self::NotApplicable => "not_applicable",
            Self::MissingFeature => "missing_feature",
            Self::Requires => "requires",
            Self::Excludes => "excludes",
        }
    }
}

impl ConfigurationFault {
    /// The nearest choice in words: a value of the feature itself stands alone, `250M`; else
    /// with its feature, `Port Speed 100M`, or `no Router`.
    pub fn nearest_words(&self) -> Option<String> {
        let nearest = self.nearest.as_ref()?;
        let name = &nearest.name;
        Some(match &nearest.value {
            None => format!("no {name}"),
            Some(_) if self.code == ConfigurationFaultCode::UnknownFeature => name.to_string(),
            Some(value) if *nearest.feature == *self.feature => value.to_string(),
            Some(value) => format!("{name} {value}"),
        })
    }
}

impl NearestChoice {
    /// Makes the change.
    pub fn apply(&self, choices: &mut Vec<Choice>) {
        let choice = self
            .value
            .as_ref()
            .map(|value| Choice { feature: self.feature.to_string(), value: value.to_string() });
        match (self.index.filter(|index| *index < choices.len()), choice) {
            (Some(index), Some(choice)) => choices[index] = choice,
            (Some(index), None) => _ = choices.remove(index),
            (None, Some(choice)) => choices.push(choice),
            (None, None) => {}
        }
    }
}
