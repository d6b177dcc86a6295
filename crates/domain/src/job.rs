//! What happens later: the closed list of work that a decision leaves for the worker.

use crate::id::Id;
use crate::party::Tenant;
use crate::time::Moment;
use serde::{Deserialize, Serialize};

/// Work that needs the outside. Each is done by asking a connector and bringing its answer
/// back as a command; asking twice is harmless.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "job", rename_all = "snake_case")]
pub enum Work {
    /// Validate the addresses of a quote's sites that wait for it.
    ValidateAddresses { quote: Id },
    /// Ask the credit bureau.
    AssessCredit { check: Id },
    /// Send the contract out for signature.
    SendContract { contract: Id },
    /// Pass a sub-order to fulfilment.
    SubmitOrder { sub_order: Id },
    /// Ask fulfilment for the sub-order's next milestone.
    FollowOrder { sub_order: Id },
}

impl Work {
    pub const fn name(&self) -> &'static str {
        match self {
            Self::ValidateAddresses { .. } => "validate_addresses",
            Self::AssessCredit { .. } => "assess_credit",
            Self::SendContract { .. } => "send_contract",
            Self::SubmitOrder { .. } => "submit_order",
            Self::FollowOrder { .. } => "follow_order",
        }
    }

    /// Which of the outside systems it asks.
    pub const fn connector(&self) -> &'static str {
        match self {
            Self::ValidateAddresses { .. } => "address",
            Self::AssessCredit { .. } => "credit",
            Self::SendContract { .. } => "signature",
            Self::SubmitOrder { .. } | Self::FollowOrder { .. } => "fulfilment",
        }
    }
}

/// A job as stored: work, when it is due, and how often it was tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    pub id: Id,
    pub tenant: Tenant,
    pub work: Work,
    /// Not before this moment.
    pub due_at: Moment,
    /// Tries that ended without an answer.
    pub tries: u32,
    /// Fencing: an effect counts only while the job still has the epoch it was claimed with.
    pub epoch: u64,
}

/// After so many tries without an answer a job is put aside for a person to look at.
pub const MOST_TRIES: u32 = 5;

/// Milliseconds to wait before try number `tries + 1`: 1 s, 5 s, 30 s, then 2 min.
pub const fn backoff_ms(tries: u32) -> i64 {
    match tries {
        0 | 1 => 1_000,
        2 => 5_000,
        3 => 30_000,
        _ => 120_000,
    }
}
