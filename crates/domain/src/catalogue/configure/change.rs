//! Finds the smallest change of one choice that removes a fault of a configuration.

use super::super::feature::{Feature, FeatureKind};
use super::super::offering::Offering;
use super::{Choice, ConfigurationFault, ConfigurationFaultCode, Found, NearestChoice, nearest};
use std::sync::Arc;

/// A change that might do, and how large it is.
struct Candidate {
    change: NearestChoice,
    /// Between equal ones, the first listed is taken.
    size: usize,
}

/// Larger than any step between two values of a feature.
const FAR: usize = 1_000_000;

impl Offering {
    /// The change that removes `found` and leaves the fewest other faults; among those the
    /// smallest.
    pub(super) fn nearest_choice(
        &self,
        found: &Found,
        choices: &[Choice],
        all: &[Found],
    ) -> Option<NearestChoice> {
        let same = |other: &Found| {
            let (a, b) = (&found.fault, &other.fault);
            a.code == b.code && a.feature == b.feature && a.detail == b.detail
        };
        let before = all.iter().filter(|f| same(f)).count();
        let left = |change: &NearestChoice| {
            let mut changed = choices.to_vec();
            change.apply(&mut changed);
            let (_, faults) = self.check(&changed);
            (faults.iter().filter(|f| same(f)).count() < before).then_some(faults.len())
        };
        let candidates = self.candidates(found, choices);
        let scored = candidates.into_iter().filter_map(|c| Some((left(&c.change)?, c)));
        scored.min_by_key(|(left, c)| (*left, c.size)).map(|(_, c)| c.change)
    }

    fn candidates(&self, found: &Found, choices: &[Choice]) -> Vec<Candidate> {
        let fault = &found.fault;
        let own = self.features.iter().position(|f| *f.code == *fault.feature);
        match (fault.code, own) {
            (ConfigurationFaultCode::UnknownFeature, _) => self.renamed(fault, choices),
            (ConfigurationFaultCode::DuplicateFeature, Some(own)) => vec![self.without(own, fault)],
            (ConfigurationFaultCode::ValueNotAllowed, Some(own)) => {
                let asked = fault.index.and_then(|index| choices.get(index));
                self.near_values(own, asked, fault.index)
            }
            (ConfigurationFaultCode::MissingFeature, Some(own)) => self.values(own, 0, choices),
            (ConfigurationFaultCode::NotApplicable, Some(own)) => {
                let mut candidates = vec![self.without(own, fault)];
                if let Some(only) = &self.features[own].only_when {
                    // Whoever chose what decides wants that; who did not may have forgotten it.
                    candidates[0].size = FAR / 2;
                    let explicit = place(&self.features[only.at], choices).is_some();
                    let far = usize::from(explicit) * FAR;
                    let others = self.values(only.at, 0, choices).into_iter();
                    candidates.extend(others.map(|c| Candidate { size: c.size + far, ..c }));
                }
                candidates
            }
            (ConfigurationFaultCode::Requires | ConfigurationFaultCode::Excludes, _) => {
                let Some((mine, theirs)) = found.pair else { return Vec::new() };
                let mut candidates = self.values(mine.0, mine.1, choices);
                candidates.extend(self.values(theirs.0, theirs.1, choices));
                candidates
            }
            (_, None) => Vec::new(),
        }
    }

    /// The name that was most likely meant, unless it is chosen already; or nothing.
    fn renamed(&self, fault: &ConfigurationFault, choices: &[Choice]) -> Vec<Candidate> {
        let names: Vec<_> = self.features.iter().map(|f| f.name.clone()).collect();
        let asked = fault.index.and_then(|index| choices.get(index));
        let meant = nearest::by_spelling(&fault.feature, &names);
        let meant = meant.and_then(|name| self.feature(&name));
        let meant = meant.filter(|feature| place(feature, choices).is_none());
        let value = asked.map(|choice| choice.value.trim().into());
        let name: Arc<str> = fault.feature.as_str().into();
        let change = match meant {
            Some(feature) => NearestChoice {
                index: fault.index,
                feature: feature.code.clone(),
                name: feature.name.clone(),
                value,
            },
            None => NearestChoice { index: fault.index, feature: name.clone(), name, value: None },
        };
        vec![Candidate { change, size: 0 }]
    }

    fn without(&self, own: usize, fault: &ConfigurationFault) -> Candidate {
        let change = change(&self.features[own], fault.index, None);
        Candidate { change, size: 0 }
    }

    /// The values like the one that was asked for: by size the next higher ones, then the
    /// next lower; else by spelling.
    fn near_values(
        &self,
        own: usize,
        asked: Option<&Choice>,
        index: Option<usize>,
    ) -> Vec<Candidate> {
        let feature = &self.features[own];
        let text = asked.map_or("", |choice| choice.value.trim());
        let values: Vec<Arc<str>> = match feature.kind {
            FeatureKind::Integer { least, most } => {
                let number = text.parse::<i64>().ok();
                number.map(|n| n.max(least).min(most).to_string().into()).into_iter().collect()
            }
            _ => nearest::values(text, feature.values()),
        };
        let candidate =
            |(size, value)| Candidate { change: change(feature, index, Some(value)), size };
        values.into_iter().enumerate().map(candidate).collect()
    }

    /// Every value of the feature, by its distance from `from`; of two as far, the higher.
    fn values(&self, at: usize, from: usize, choices: &[Choice]) -> Vec<Candidate> {
        let feature = &self.features[at];
        let index = place(feature, choices);
        if let FeatureKind::Integer { least, .. } = feature.kind {
            let change = change(feature, index, Some(least.to_string().into()));
            return vec![Candidate { change, size: 0 }];
        }
        let count = feature.values().len();
        let candidate = |at: usize| Candidate {
            change: change(feature, index, Some(feature.values()[at].clone())),
            size: at.abs_diff(from),
        };
        (from..count).chain((0..from).rev()).map(candidate).collect()
    }
}

fn change(feature: &Feature, index: Option<usize>, value: Option<Arc<str>>) -> NearestChoice {
    NearestChoice { index, feature: feature.code.clone(), name: feature.name.clone(), value }
}

/// Where the feature is chosen.
fn place(feature: &Feature, choices: &[Choice]) -> Option<usize> {
    choices.iter().position(|choice| feature.is(choice.feature.trim()))
}
