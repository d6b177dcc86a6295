//! Enrichments as a request or a file gives them: billing accounts are named, not yet looked up.

use super::{BillTo, Billing, Enrich, Installation, PortReservation, Shipping};
use crate::address::Address;
use crate::catalogue::EnrichmentKind;
use crate::code::Because;
use crate::customer::Contact;
use crate::id::Id;
use crate::order::BillingAccount;
use crate::refusal::Fault;
use std::collections::BTreeMap;

/// Whose billing account, as the request says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BillingAccountChoice {
    Existing(Id),
    New { name: String, address: Address, contacts: Vec<Contact> },
}

/// One enrichment, as the request gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EnrichDo {
    Installation(Installation),
    Shipping(Shipping),
    PortReservation(PortReservation),
    Billing { account: BillingAccountChoice, billing: Box<Billing> },
}

impl EnrichDo {
    pub const fn kind(&self) -> EnrichmentKind {
        match self {
            Self::Installation(_) => EnrichmentKind::Installation,
            Self::Shipping(_) => EnrichmentKind::Shipping,
            Self::PortReservation(_) => EnrichmentKind::PortReservation,
            Self::Billing { .. } => EnrichmentKind::Billing,
        }
    }

    /// The billing account that it names.
    pub const fn account(&self) -> Option<Id> {
        match self {
            Self::Billing { account: BillingAccountChoice::Existing(id), .. } => Some(*id),
            _ => None,
        }
    }

    /// The enrichment with the account that it is billed to, which is among `known`.
    ///
    /// # Errors
    /// There is no such account; the pointer is relative to the enrichment.
    pub fn with(self, known: &BTreeMap<Id, BillingAccount>) -> Result<Enrich, Fault> {
        let (account, billing) = match self {
            Self::Installation(value) => return Ok(Enrich::Installation(value)),
            Self::Shipping(value) => return Ok(Enrich::Shipping(value)),
            Self::PortReservation(value) => return Ok(Enrich::PortReservation(value)),
            Self::Billing { account, billing } => (account, billing),
        };
        let to = match account {
            BillingAccountChoice::New { name, address, contacts } => {
                BillTo::New { name, address, contacts }
            }
            BillingAccountChoice::Existing(id) => {
                let found = known.get(&id).cloned().ok_or_else(|| {
                    let pointer = "/billing_account_id";
                    Fault::new(pointer, Because::UnknownId, "no such billing account")
                })?;
                BillTo::Existing(found)
            }
        };
        Ok(Enrich::Billing { to: Box::new(to), billing: *billing })
    }
}
