//! How firm a quote's price is, and how far the question has come whether its sites can be
//! served. A level is derived and never set: from what was asked for, from the addresses and from
//! what operations have confirmed of the sites.

use super::Quote;
use crate::refusal::Refusal;
use crate::state::phases;
use crate::time::Moment;
use serde::{Deserialize, Serialize};

/// How firm a price the partner asks for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AskedLevel {
    /// To plan with; it cannot be contracted, whatever is known of the sites.
    Budgetary,
    /// As firm as what is known of the sites allows.
    #[default]
    Firm,
}

/// How firm a price is. Each level is firmer than the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Asked for as such, or an address is not validated. MEF: `INDICATIVE`.
    Budgetary,
    /// It holds if every site can be served. MEF: `FIRM_SUBJECT_TO_FEASIBILITY_CHECK`.
    FirmSubjectToFeasibility,
    /// Operations have confirmed that every site can be served. MEF: `FIRM`.
    Firm,
}

impl Level {
    pub const ALL: [Self; 3] = [Self::Budgetary, Self::FirmSubjectToFeasibility, Self::Firm];

    /// As it stands on the wire.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Budgetary => "budgetary",
            Self::FirmSubjectToFeasibility => "firm_subject_to_feasibility",
            Self::Firm => "firm",
        }
    }
}

phases! {
    /// An edit of a site takes back what was asked and answered about the quote; the sites that
    /// were not edited keep their confirmations.
    FeasibilityPhase of "feasibility check" {
        Unasked = "unasked" => [Requested];
        Requested = "requested" => [Unasked, Confirmed, Refused];
        Confirmed = "confirmed" => [Unasked];
        Refused = "refused" => [Unasked, Requested];
    }
}

/// How far the question has come whether the quote's sites can be served.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Feasibility {
    #[default]
    Unasked,
    /// Operations look at the sites that are not confirmed yet.
    Requested { at: Moment },
    Confirmed {
        at: Moment,
        /// Who of operations.
        by: String,
        note: Option<String>,
    },
    Refused {
        at: Moment,
        /// Who of operations.
        by: String,
        reason: String,
    },
}

impl Feasibility {
    pub const fn phase(&self) -> FeasibilityPhase {
        match self {
            Self::Unasked => FeasibilityPhase::Unasked,
            Self::Requested { .. } => FeasibilityPhase::Requested,
            Self::Confirmed { .. } => FeasibilityPhase::Confirmed,
            Self::Refused { .. } => FeasibilityPhase::Refused,
        }
    }

    /// Moves to `to`, if the table has the move.
    pub(super) fn go(&mut self, to: Self, action: &str) -> Result<(), Refusal> {
        self.phase().guard(to.phase(), action)?;
        *self = to;
        Ok(())
    }
}

impl Quote {
    /// How firm its price is; none without a price.
    pub fn level(&self) -> Option<Level> {
        let offer = self.offer()?;
        Some(if offer.level == AskedLevel::Budgetary || self.tally.unpassed() > 0 {
            Level::Budgetary
        } else if self.tally.unconfirmed() > 0 {
            Level::FirmSubjectToFeasibility
        } else {
            Level::Firm
        })
    }

    /// Whether operations have to say whether its sites can be served.
    pub const fn awaits_feasibility(&self) -> bool {
        let final_state = matches!(
            self.state,
            super::QuoteState::Accepted { .. }
                | super::QuoteState::Cancelled { .. }
                | super::QuoteState::Superseded { .. }
        );
        matches!(self.feasibility, Feasibility::Requested { .. }) && !final_state
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_move_of_a_feasibility_check_is_as_designed() {
        use FeasibilityPhase::*;
        let may = |from: FeasibilityPhase, to: FeasibilityPhase| match from {
            Unasked => to == Requested,
            Requested => to != Requested,
            Confirmed => to == Unasked,
            Refused => matches!(to, Unasked | Requested),
        };
        for from in FeasibilityPhase::ALL {
            for to in FeasibilityPhase::ALL {
                let allowed = from.guard(*to, "moved").is_ok();
                assert_eq!(allowed, may(*from, *to), "{} → {}", from.word(), to.word());
            }
        }
    }

    #[test]
    fn levels_rise() {
        assert!(Level::ALL.is_sorted());
    }
}
