//! A postal address: as given, and as the validation found it. Never the other way round.

use serde::{Deserialize, Serialize};

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

    /// On one line, as on an envelope.
    pub fn one_line(&self) -> String {
        let unit = self.unit.as_deref().map(|u| format!(" {u}")).unwrap_or_default();
        format!("{}{unit}, {}, {} {}", self.street, self.city, self.state, self.zip)
    }
}
