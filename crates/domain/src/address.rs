//! A postal address: as given, and as the validation found it. Never the other way round.

mod unit;

pub use unit::{UnitParts, standard_of_many, with_parts};

use crate::contract::hex;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// A United States postal address.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Address {
    /// Number and street, such as `233 S WACKER DR`.
    pub street: String,
    /// Secondary unit: suite, floor, room; `STE 700`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    pub city: String,
    /// Two-letter state code.
    pub state: String,
    /// Five digits, `75075`, or nine, `75075-8011`. May be empty as given, never once validated.
    pub zip: String,
    /// Two-letter country code; only `US` is served.
    pub country: String,
}

/// One correction that the validation proposes, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    /// The member of the address: `street`, `unit`, `city`, `state` or `zip`.
    pub field: String,
    pub from: String,
    pub to: String,
    /// In plain words, for a person.
    pub why: String,
}

/// What address validation (AVPS) found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum Avps {
    /// The address is deliverable as given, up to the spelling of its standard form.
    Match { address: Address },
    /// One deliverable address is near; it counts only once accepted.
    CloseMatch { address: Address, corrections: Vec<Correction> },
    /// Several are near; one must be chosen.
    Ambiguous { alternates: Vec<Address>, why: String },
    /// None is near.
    NoMatch { why: String },
}

impl Avps {
    /// The published word for the result.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Match { .. } => "match",
            Self::CloseMatch { .. } => "close_match",
            Self::Ambiguous { .. } => "ambiguous",
            Self::NoMatch { .. } => "no_match",
        }
    }

    /// The one address that it found, exactly or nearly.
    pub const fn found(&self) -> Option<&Address> {
        match self {
            Self::Match { address } | Self::CloseMatch { address, .. } => Some(address),
            Self::Ambiguous { .. } | Self::NoMatch { .. } => None,
        }
    }

    /// What may be chosen to go on: the correction, or the alternates.
    pub fn choices(&self) -> &[Address] {
        match self {
            Self::CloseMatch { address, .. } => std::slice::from_ref(address),
            Self::Ambiguous { alternates, .. } => alternates,
            Self::Match { .. } | Self::NoMatch { .. } => &[],
        }
    }
}

impl Address {
    /// The first five digits of the ZIP code.
    pub fn zip5(&self) -> &str {
        self.zip.get(..5).unwrap_or(&self.zip)
    }

    /// Building, floor and room, as far as the unit line says them.
    pub fn parts(&self) -> UnitParts {
        self.unit.as_deref().and_then(UnitParts::read).unwrap_or_default()
    }

    /// What of two spellings is the same: letters of either case, and space of any length.
    pub fn key(&self) -> String {
        let unit = self.unit.as_deref().unwrap_or_default();
        let lines = [&self.street, unit, &self.city, &self.state, &self.zip, &self.country];
        let plain = |line: &str| {
            let words: Vec<_> = line.split_whitespace().map(str::to_uppercase).collect();
            words.join(" ")
        };
        lines.map(plain).join("\n")
    }

    /// A name of the address that says nothing of it: of those with one key it is the same.
    pub fn reference(&self) -> String {
        hex(&Sha256::digest(self.key()))[..32].to_owned()
    }

    /// On one line, as on an envelope.
    pub fn one_line(&self) -> String {
        let unit = self.unit.as_deref().map(|u| format!(" {u}")).unwrap_or_default();
        format!("{}{unit}, {}, {} {}", self.street, self.city, self.state, self.zip)
    }
}
