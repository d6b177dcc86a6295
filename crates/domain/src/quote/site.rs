//! A site: one service address in a quote, with its validation, configuration and price.

use crate::address::{Address, Avps};
use crate::catalogue::Configuration;
use crate::id::Id;
use crate::party::Tenant;
use crate::pricing::SitePrice;
use crate::serviceability::{Serviceability, Shortfall};
use crate::time::Moment;
use serde::{Deserialize, Serialize};

/// How far the address validation of a site has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "validation", rename_all = "snake_case")]
pub enum Validation {
    Unchecked,
    /// Asked; the answer comes.
    Requested,
    Answered {
        avps: Avps,
        at: Moment,
    },
    /// Asked, and nobody answered; it is not asked again by itself. As good as unchecked.
    Unanswered {
        why: String,
        at: Moment,
    },
    /// A proposed address was accepted by the partner; what was proposed stays on record.
    Accepted {
        address: Address,
        avps: Avps,
        at: Moment,
    },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Site {
    pub id: Id,
    pub tenant: Tenant,
    pub version: u64,
    pub quote: Id,
    /// Its place in the quote: 1, 2, 3 …
    pub position: u32,
    pub name: String,
    pub given: Address,
    pub validation: Validation,
    pub configuration: Option<Configuration>,
    pub price: Option<SitePrice>,
    /// How the network reaches the validated or the corrected address, as it was known when that
    /// was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serviceability: Option<Serviceability>,
    /// Since when it is confirmed that the site can be served as it is configured.
    #[serde(default)]
    pub feasible_since: Option<Moment>,
    /// The end customer at this site, where the programme assigns customers to sites.
    pub customer: Option<Id>,
    pub created_at: Moment,
}

impl Site {
    /// As it is after an edit: its price and the confirmation of its feasibility are gone.
    pub(super) fn edited(self) -> Self {
        Self { price: None, feasible_since: None, ..self }
    }

    /// The address that counts: validated, or none yet.
    pub const fn passed(&self) -> Option<&Address> {
        match &self.validation {
            Validation::Answered { avps: Avps::Match { address }, .. }
            | Validation::Accepted { address, .. } => Some(address),
            Validation::Unchecked
            | Validation::Requested
            | Validation::Answered { .. }
            | Validation::Unanswered { .. } => None,
        }
    }

    /// Whether nobody has asked for the validation of an address that is not valid.
    pub const fn is_open(&self) -> bool {
        self.passed().is_none() && !matches!(self.validation, Validation::Requested)
    }

    /// Whether its address was never put to the validation, or nobody answered: only who asks, or
    /// asks again, learns whether it is valid.
    pub const fn is_unchecked(&self) -> bool {
        matches!(self.validation, Validation::Unchecked | Validation::Unanswered { .. })
    }

    /// The correction of its address that waits for the partner to accept it, with what was found.
    pub const fn correction(&self) -> Option<(&Address, &Avps)> {
        match &self.validation {
            Validation::Answered { avps: avps @ Avps::CloseMatch { address, .. }, .. } => {
                Some((address, avps))
            }
            _ => None,
        }
    }

    /// Whether an address that was accepted is one of those that were offered.
    pub fn accepts_an_offer(&self) -> bool {
        match &self.validation {
            Validation::Accepted { address, avps, .. } => avps.choices().contains(address),
            _ => true,
        }
    }

    /// The access speed that it is configured for, where that is known not to be had.
    pub fn shortfall(&self) -> Option<Shortfall> {
        let asked = self.configuration.as_ref()?.access_speed?;
        self.serviceability.as_ref()?.shortfall(asked)
    }

    /// What its price rests on; none if it has no price, or one that the next pricing makes anew.
    pub fn basis(&self) -> Option<&str> {
        self.price.as_ref().and_then(|price| price.share.as_ref()).map(|share| &*share.basis)
    }

    /// The best known address: validated, else as given.
    pub fn address(&self) -> &Address {
        self.passed().unwrap_or(&self.given)
    }
}
