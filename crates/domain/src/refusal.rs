//! A refusal: what the rules say no to, with every place and reason at once.

use crate::code::{Because, Code};

/// One place that is wrong, or one thing that is still missing. The same value stands in a
/// refusal's `errors` and in a journey's `missing`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// JSON pointer: into the request's body, or into the object for what is missing there.
    pub pointer: String,
    pub because: Because,
    /// For a person, in plain words.
    pub detail: String,
    /// What would be right: allowed values, a form, a bound.
    pub expected: Option<String>,
}

impl Fault {
    pub fn new(pointer: impl Into<String>, because: Because, detail: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), because, detail: detail.into(), expected: None }
    }

    #[must_use]
    pub fn expected(mut self, what: impl Into<String>) -> Self {
        self.expected = Some(what.into());
        self
    }
}

/// The most faults that one refusal names. It says how many more there are.
pub const MOST_FAULTS: usize = 100;

/// As many of the faults as a refusal names, and the words for the rest: empty if there is none.
pub fn named(mut faults: Vec<Fault>) -> (Vec<Fault>, String) {
    let more = faults.len().saturating_sub(MOST_FAULTS);
    faults.truncate(MOST_FAULTS);
    (faults, if more == 0 { String::new() } else { format!("; and {more} more") })
}

/// Why a command was refused. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub code: Code,
    pub detail: String,
    pub faults: Vec<Fault>,
    /// For a stale version: the version that the object has now.
    pub current_version: Option<u64>,
}

impl Refusal {
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), faults: Vec::new(), current_version: None }
    }

    /// The flow is not there yet; `missing` says what comes first.
    pub fn premature(detail: impl Into<String>, missing: Vec<Fault>) -> Self {
        Self::new(Code::PrematureStep, detail).with(missing)
    }

    /// The object's state does not allow the action. Says both.
    pub fn state(what: &str, state: &str, action: &str) -> Self {
        Self::new(Code::StateConflict, format!("the {what} is {state}: it cannot be {action}"))
    }

    /// Unknown and foreign answer alike.
    pub fn not_found(what: &str) -> Self {
        Self::new(Code::NotFound, format!("there is no such {what}"))
    }

    pub fn stale(current: u64) -> Self {
        let detail = format!("the object is now at version {current}");
        Self { current_version: Some(current), ..Self::new(Code::StaleVersion, detail) }
    }

    #[must_use]
    pub fn with(mut self, faults: Vec<Fault>) -> Self {
        self.faults.extend(faults);
        self
    }
}

/// An edit names the version it was made on, or says explicitly that it does not care.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IfMatch {
    Any,
    Version(u64),
}

impl IfMatch {
    pub fn check(self, current: u64) -> Result<(), Refusal> {
        match self {
            Self::Version(v) if v != current => Err(Refusal::stale(current)),
            Self::Any | Self::Version(_) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_names_a_hundred_faults_and_counts_the_rest() {
        let faults = |count| {
            let fault = |n| Fault::new(format!("/sub_orders/{n}"), Because::HandedOff, "closed");
            (0..count).map(fault).collect::<Vec<_>>()
        };
        assert_eq!(named(faults(100)), (faults(100), String::new()));
        assert_eq!(named(faults(40_000)), (faults(100), "; and 39900 more".to_owned()));
    }
}
