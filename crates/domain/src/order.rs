//! The order: one parent, one sub-order per site, one item per component and one for the
//! bundle itself. The parent has no state of its own: it is a fold over its sub-orders.

mod decide;
mod fold;
mod identifier;
mod once;

pub use decide::*;
pub use fold::*;
pub(crate) use identifier::identified;
pub use identifier::{
    Identifier, IdentifierKind, IdentifierRow, MOST_IDENTIFIER, is_identifier, order_identify,
    sub_order_identify,
};
pub use once::{hand_off_once, order_once};

use crate::address::Address;
use crate::catalogue::EnrichmentKind;
use crate::customer::Contact;
use crate::enrichment::Enrichments;
use crate::id::Id;
use crate::money::Money;
use crate::party::{Actor, Tenant};
use crate::pricing::Totals;
use crate::state::phases;
use crate::time::{Date, Moment};
use serde::{Deserialize, Serialize};

phases! {
    /// After TM Forum's product order: draft is ours, before handoff.
    SubOrderPhase of "sub-order" {
        Draft = "draft" => [Submitted];
        Submitted = "submitted" => [Acknowledged, Rejected];
        Acknowledged = "acknowledged" => [InProgress];
        Rejected = "rejected" => [];
        InProgress = "in_progress" => [Pending, Held, AssessingCancellation, Completed, Failed];
        Pending = "pending" => [InProgress, AssessingCancellation];
        Held = "held" => [InProgress, AssessingCancellation];
        AssessingCancellation = "assessing_cancellation" => [PendingCancellation, InProgress, Pending, Held];
        PendingCancellation = "pending_cancellation" => [Cancelled];
        Cancelled = "cancelled" => [];
        Completed = "completed" => [];
        Failed = "failed" => [];
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    pub id: Id,
    pub tenant: Tenant,
    pub version: u64,
    pub quote: Id,
    pub contract: Id,
    pub opportunity: Id,
    pub account: Option<Id>,
    /// The quote's number.
    pub number: String,
    pub primary_contact: Contact,
    pub alternate_contact: Option<Contact>,
    pub purchase_order: Option<String>,
    pub external_id: Option<String>,
    pub totals: Totals,
    /// Who accepted the terms, and when.
    pub terms_accepted_by: Actor,
    pub terms_accepted_at: Moment,
    /// The customer defined group that the order is in.
    pub group: Option<Id>,
    /// What operations gave to the whole order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub identifiers: Vec<Identifier>,
    /// When its contract was terminated: what is not handed off until then never is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terminated_at: Option<Moment>,
    pub created_at: Moment,
}

/// One component of a sub-order, or the bundle itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderItem {
    pub id: Id,
    /// What it is, as published: `Access`, `Port`, `ADI Install`, or the bundle's name.
    pub item_type: String,
    /// The component's code; none for the bundle.
    pub component: Option<String>,
    /// Net, in minor units; zero for the bundle, whose price is its components'.
    pub mrc: Money,
    pub nrc: Money,
}

/// A step of delivery that is planned, and when it was reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Milestone {
    pub code: String,
    pub name: String,
    /// Working days after handoff.
    pub working_days: u32,
    pub planned: Option<Date>,
    pub reached_at: Option<Moment>,
}

/// Fulfilment's answer to a handoff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledgement {
    /// Fulfilment's own reference.
    pub reference: String,
    pub at: Moment,
}

/// What is ordered for one site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubOrder {
    pub id: Id,
    pub tenant: Tenant,
    pub version: u64,
    pub order: Id,
    pub quote: Id,
    pub site: Id,
    /// 1, 2, 3 … as the site in its quote.
    pub position: u32,
    /// The site's name.
    pub name: String,
    pub address: Address,
    pub customer: Option<Id>,
    /// The offering's code.
    pub offering: String,
    pub term_months: u32,
    pub items: Vec<OrderItem>,
    pub totals: Totals,
    /// Enrichments that the product requires.
    pub requires: Vec<EnrichmentKind>,
    pub enrichments: Enrichments,
    pub state: SubOrderPhase,
    pub handed_off_at: Option<Moment>,
    pub acknowledgement: Option<Acknowledgement>,
    pub milestones: Vec<Milestone>,
    /// Firm order commitment: the date that fulfilment stands by.
    pub foc: Option<Date>,
    /// Why it was rejected or failed.
    pub trouble: Option<String>,
    /// What fulfilment and operations gave it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub identifiers: Vec<Identifier>,
    pub created_at: Moment,
}

/// How much a delivery date is at risk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JeopardyLevel {
    /// The firm date is later than the customer asked for.
    Medium,
    /// A planned date has passed without its milestone.
    High,
}

/// A date at risk, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Jeopardy {
    pub level: JeopardyLevel,
    pub reason: String,
}

impl SubOrder {
    /// Whether it can still be changed: not handed off.
    pub fn is_open(&self) -> bool {
        self.state == SubOrderPhase::Draft
    }

    /// Whether it was handed off and will never be delivered.
    pub const fn came_to_nothing(&self) -> bool {
        use SubOrderPhase::{Cancelled, Failed, Rejected};
        matches!(self.state, Rejected | Cancelled | Failed)
    }

    /// The rule over dates that says whether delivery is at risk at `now`.
    pub fn jeopardy(&self, now: Moment) -> Option<Jeopardy> {
        if self.handed_off_at.is_none() || self.state.is_final() {
            return None;
        }
        let late = self.milestones.iter().find(|m| {
            m.reached_at.is_none() && m.planned.is_some_and(|planned| planned < now.date())
        });
        if let Some(Milestone { name, planned: Some(planned), .. }) = late {
            let reason = format!("{name} was planned for {planned} and is not reached");
            return Some(Jeopardy { level: JeopardyLevel::High, reason });
        }
        let due = self.enrichments.installation.as_ref().map(|i| i.value.requested_due)?;
        let foc = self.foc.filter(|foc| *foc > due)?;
        let reason = format!("the firm date {foc} is later than the requested {due}");
        Some(Jeopardy { level: JeopardyLevel::Medium, reason })
    }
}

/// A billing account that a partner's billing enrichment made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillingAccount {
    pub id: Id,
    pub tenant: Tenant,
    pub version: u64,
    pub name: String,
    pub address: Address,
    pub contacts: Vec<Contact>,
    pub paperless: bool,
    pub created_at: Moment,
}

/// A customer defined group (CDG): orders that a partner keeps together under a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerGroup {
    pub id: Id,
    pub tenant: Tenant,
    pub version: u64,
    /// Unique within the partner.
    pub name: String,
    pub created_at: Moment,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_move_of_a_sub_order_is_as_designed() {
        use SubOrderPhase::*;
        for from in SubOrderPhase::ALL {
            for to in SubOrderPhase::ALL {
                let designed = match from {
                    Draft => matches!(to, Submitted),
                    Submitted => matches!(to, Acknowledged | Rejected),
                    Acknowledged => matches!(to, InProgress),
                    InProgress => {
                        matches!(to, Pending | Held | AssessingCancellation | Completed | Failed)
                    }
                    Pending | Held => matches!(to, InProgress | AssessingCancellation),
                    AssessingCancellation => {
                        matches!(to, PendingCancellation | InProgress | Pending | Held)
                    }
                    PendingCancellation => matches!(to, Cancelled),
                    Rejected | Cancelled | Completed | Failed => false,
                };
                let allowed = from.guard(*to, "moved").is_ok();
                assert_eq!(allowed, designed, "{} → {}", from.word(), to.word());
            }
        }
    }
}
