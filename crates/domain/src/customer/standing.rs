//! How an account stands with the carrier: its sub-accounts and the letter of agency that
//! operations loaded.

use crate::time::{Date, Moment};
use serde::{Deserialize, Deserializer, Serialize};

/// Whether a sub-account may be used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubAccountStatus {
    #[default]
    Active,
    Inactive,
}

/// A part of an account that is ordered and billed for by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubAccount {
    /// As the carrier's billing names it.
    pub id: String,
    #[serde(default)]
    pub status: SubAccountStatus,
}

/// The letter by which a customer lets a partner act for it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Loa {
    #[default]
    None,
    OnFile {
        /// The last day on which it holds; none: until it is taken back.
        valid_until: Option<Date>,
    },
}

/// How the letter stands on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoaStatus {
    None,
    OnFile,
    Expired,
}

impl Loa {
    /// The status at `now`: what the clock ends has ended, noted or not.
    pub fn status(&self, now: Moment) -> LoaStatus {
        match self {
            Self::None => LoaStatus::None,
            Self::OnFile { valid_until: Some(day) } if *day < now.date() => LoaStatus::Expired,
            Self::OnFile { .. } => LoaStatus::OnFile,
        }
    }

    /// The last day on which it holds, if there is one.
    pub const fn valid_until(&self) -> Option<Date> {
        match self {
            Self::None => None,
            Self::OnFile { valid_until } => *valid_until,
        }
    }
}

/// Documents had one sub-account's id or none, once.
pub(super) fn sub_accounts<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Vec<SubAccount>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Stored {
        Many(Vec<SubAccount>),
        One(Option<String>),
    }
    Ok(match Stored::deserialize(from)? {
        Stored::Many(many) => many,
        Stored::One(one) => {
            let active = SubAccountStatus::Active;
            one.into_iter().map(|id| SubAccount { id, status: active }).collect()
        }
    })
}

/// Documents said yes or no, once.
pub(super) fn loa<'de, D: Deserializer<'de>>(from: D) -> Result<Loa, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Stored {
        Flag(bool),
        Letter(Loa),
    }
    Ok(match Stored::deserialize(from)? {
        Stored::Flag(false) => Loa::None,
        Stored::Flag(true) => Loa::OnFile { valid_until: None },
        Stored::Letter(letter) => letter,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Part {
        #[serde(default, alias = "sub_account_id", deserialize_with = "sub_accounts")]
        sub_accounts: Vec<SubAccount>,
        #[serde(default, alias = "loa_on_file", deserialize_with = "loa")]
        loa: Loa,
    }

    #[test]
    fn documents_of_before_are_understood() {
        let read = |text: &str| serde_json::from_str::<Part>(text).unwrap();
        let part = read(r#"{"sub_account_id":"S-77","loa_on_file":true}"#);
        assert_eq!(part.sub_accounts[0].id, "S-77");
        assert_eq!(part.loa, Loa::OnFile { valid_until: None });
        let none = Part { sub_accounts: Vec::new(), loa: Loa::None };
        assert_eq!(read(r#"{"sub_account_id":null,"loa_on_file":false}"#), none);
        assert_eq!(read("{}"), none);
    }

    #[test]
    fn a_letter_holds_to_the_end_of_its_last_day() {
        let day = "2026-03-31".parse().unwrap();
        let letter = Loa::OnFile { valid_until: Some(day) };
        let at = |text| letter.status(Moment::parse(text).unwrap());
        assert_eq!(at("2026-03-31T23:59:59Z"), LoaStatus::OnFile);
        assert_eq!(at("2026-04-01T00:00:00Z"), LoaStatus::Expired);
        let stored = serde_json::to_string(&letter).unwrap();
        assert_eq!(serde_json::from_str::<Loa>(&stored).unwrap(), letter);
    }
}
