//! Alternatives: what else a quote offers under the same number, told apart by a letter.

use super::Quote;
use crate::contract::Contract;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Which alternative of its quote a version is of: `A`, `B`, `C` … Each has versions of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "char", into = "char")]
pub struct Alternative(char);

impl Alternative {
    /// The one that a quote begins with.
    pub const FIRST: Self = Self('A');
    const LAST: char = 'Z';

    /// The one after it. None: there are no more letters.
    pub fn next(self) -> Option<Self> {
        (self.0..=Self::LAST).nth(1).map(Self)
    }
}

impl Default for Alternative {
    fn default() -> Self {
        Self::FIRST
    }
}

impl fmt::Display for Alternative {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl From<Alternative> for char {
    fn from(alternative: Alternative) -> Self {
        alternative.0
    }
}

impl TryFrom<char> for Alternative {
    type Error = String;

    fn try_from(letter: char) -> Result<Self, String> {
        let known = letter.is_ascii_uppercase();
        known.then_some(Self(letter)).ok_or_else(|| format!("{letter} is no letter from A to Z"))
    }
}

/// Another alternative of a quote: its newest version, with the contracts of that.
#[derive(Debug, Clone, PartialEq)]
pub struct Sibling {
    pub quote: Quote,
    pub contracts: Vec<Contract>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alternatives_are_the_letters_from_a_to_z() {
        let all: Vec<_> =
            std::iter::successors(Some(Alternative::FIRST), |one| one.next()).collect();
        let words: String = all.iter().map(ToString::to_string).collect();
        assert_eq!(words, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
        let json = serde_json::to_string(&all[1]).unwrap();
        assert_eq!(json, "\"B\"");
        assert_eq!(serde_json::from_str::<Alternative>(&json).unwrap(), all[1]);
        for wrong in ["\"a\"", "\"AB\"", "\"\"", "\"[\""] {
            assert!(serde_json::from_str::<Alternative>(wrong).is_err(), "{wrong}");
        }
    }
}
