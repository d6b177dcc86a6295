//! The quote: one version of a priced configuration of sites, and what may be done to it.

mod alternative;
mod breakdown;
mod compare;
mod counter;
mod decide;
mod deposit;
mod edits;
mod import;
mod level;
mod site;
mod tally;

pub use alternative::{Alternative, Sibling};
pub use breakdown::{Breakdown, Charges, Fall, OfOffering};
pub use compare::*;
pub use counter::CounterOffer;
pub use decide::*;
pub use deposit::Approvals;
pub use edits::{AddressesRequested, MOST_SHOWN, QuoteSites};
pub use import::*;
pub use level::*;
pub use site::*;
pub use tally::Tally;

use crate::change::Context;
use crate::id::{Id, Kind};
use crate::money::Money;
use crate::opportunity::Opportunity;
use crate::party::{Partner, Tenant};
use crate::pricing::{Approval, NearMiss, Totals};
use crate::promotion::Given;
use crate::refusal::Refusal;
use crate::state::phases;
use crate::time::Moment;
use faults::{Bug, planted};
use serde::{Deserialize, Serialize};

phases! {
    /// A priced quote that is edited is a draft again; the clock expires an offer.
    QuotePhase of "quote" {
        Draft = "draft" => [Draft, Priced, PendingApproval, Cancelled, Superseded];
        Priced = "priced" => [Draft, Priced, PendingApproval, Accepted, Cancelled, Expired, Superseded];
        PendingApproval = "pending_approval" => [Draft, Priced, PendingApproval, Cancelled, Expired, Superseded];
        Accepted = "accepted" => [];
        Expired = "expired" => [Draft, Priced, PendingApproval, Cancelled, Superseded];
        Cancelled = "cancelled" => [];
        Superseded = "superseded" => [];
    }
}

/// How the partner wants to be billed, as far as the quote knows it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillingPreferences {
    /// An existing billing account.
    pub billing_account: Option<Id>,
    pub purchase_order: Option<String>,
    pub invoice_email: Option<String>,
    #[serde(default)]
    pub paperless: bool,
}

/// What a price offers, and until when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Offer {
    pub totals: Totals,
    /// How firm a price was asked for.
    #[serde(default)]
    pub level: AskedLevel,
    pub discount_percent: Option<rust_decimal::Decimal>,
    pub promotions: Vec<String>,
    /// What each of the promotions takes off. None for one: priced before that was kept.
    #[serde(default)]
    pub given: Vec<Given>,
    pub near_misses: Vec<NearMiss>,
    /// The catalogue version that priced it.
    pub catalogue_version: String,
    /// The partner's tier. Empty: priced before that was kept.
    #[serde(default)]
    pub tier: String,
    /// SHA-256 of that catalogue's files. None for one: priced before that was kept.
    #[serde(default)]
    pub catalogue: Option<String>,
    pub priced_at: Moment,
    /// From this moment on the offer is no longer good, swept or not.
    pub expires_at: Moment,
    /// Who approved a discount beyond the partner's authority.
    pub approved_by: Option<String>,
}

/// A state owns its data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum QuoteState {
    Draft,
    Priced {
        offer: Offer,
    },
    PendingApproval {
        offer: Offer,
        approval: Approval,
    },
    Accepted {
        offer: Offer,
        contract: Id,
        at: Moment,
    },
    Cancelled {
        reason: String,
    },
    Superseded {
        /// The version after it, or the alternative that was signed.
        by: Id,
        /// What it offered until then. None also for one that was superseded before that was kept.
        #[serde(default)]
        offer: Option<Offer>,
    },
}

impl QuoteState {
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Priced { .. } => "priced",
            Self::PendingApproval { .. } => "pending_approval",
            Self::Accepted { .. } => "accepted",
            Self::Cancelled { .. } => "cancelled",
            Self::Superseded { .. } => "superseded",
        }
    }
}

/// One version of one alternative of a quote. All that are of one quote share its number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Quote {
    pub id: Id,
    pub tenant: Tenant,
    /// The row's version, for conditional edits; not the quote's `revision`.
    pub version: u64,
    pub opportunity: Id,
    /// The end customer; none where the programme assigns customers to sites.
    pub account: Option<Id>,
    /// Shared by all revisions of all alternatives: `Q-` and the very first one's id.
    pub number: String,
    #[serde(default)]
    pub alternative: Alternative,
    /// 1, 2, 3 …, of each alternative by itself.
    pub revision: u32,
    pub replaces: Option<Id>,
    pub name: String,
    pub programme: String,
    pub billing: BillingPreferences,
    pub state: QuoteState,
    /// Whether its sites can be served, as far as that was asked.
    #[serde(default)]
    pub feasibility: Feasibility,
    /// What operations offer instead of a discount that was asked for.
    #[serde(default)]
    pub counter: Option<CounterOffer>,
    /// How many sites were ever added; gives each its place.
    pub sites_added: u32,
    /// What is known of its sites.
    pub tally: Tally,
    /// The credit that was good when it was read; not stored with it.
    #[serde(skip)]
    pub approvals: Approvals,
    pub created_at: Moment,
}

impl Quote {
    /// The first revision, empty.
    pub fn draft(
        ctx: &mut Context,
        opportunity: &Opportunity,
        partner: &Partner,
        name: Option<String>,
        billing: BillingPreferences,
    ) -> Self {
        let id = ctx.ids.next(Kind::Quote);
        Self {
            id,
            tenant: opportunity.tenant,
            version: 0,
            opportunity: opportunity.id,
            account: opportunity.account,
            number: format!("Q-{}", &id.short()[3..]),
            alternative: Alternative::FIRST,
            revision: 1,
            replaces: None,
            name: name.unwrap_or_else(|| opportunity.name.clone()),
            programme: partner.programme.clone(),
            billing,
            state: QuoteState::Draft,
            feasibility: Feasibility::Unasked,
            counter: None,
            sites_added: 0,
            tally: Tally::default(),
            approvals: Approvals::default(),
            created_at: ctx.now,
        }
    }

    /// The phase at `now`: a price past its expiry has expired, swept or not.
    pub fn phase(&self, now: Moment) -> QuotePhase {
        match &self.state {
            QuoteState::Draft => QuotePhase::Draft,
            QuoteState::Priced { offer } | QuoteState::PendingApproval { offer, .. }
                if offer.expires_at <= now && !planted(Bug::OfferNeverExpires) =>
            {
                QuotePhase::Expired
            }
            QuoteState::Priced { .. } => QuotePhase::Priced,
            QuoteState::PendingApproval { .. } => QuotePhase::PendingApproval,
            QuoteState::Accepted { .. } => QuotePhase::Accepted,
            QuoteState::Cancelled { .. } => QuotePhase::Cancelled,
            QuoteState::Superseded { .. } => QuotePhase::Superseded,
        }
    }

    /// The price, whether offered, pending, accepted or expired.
    pub const fn offer(&self) -> Option<&Offer> {
        match &self.state {
            QuoteState::Priced { offer }
            | QuoteState::PendingApproval { offer, .. }
            | QuoteState::Accepted { offer, .. } => Some(offer),
            QuoteState::Draft | QuoteState::Cancelled { .. } | QuoteState::Superseded { .. } => {
                None
            }
        }
    }

    /// The price, also that of a version that was superseded: nothing rests on it any more.
    pub fn last_offer(&self) -> Option<&Offer> {
        match &self.state {
            QuoteState::Superseded { offer, .. } => offer.as_ref(),
            _ => self.offer(),
        }
    }

    /// The deposit that goes with the totals of its price, if its credit asks for one.
    pub fn deposit(&self) -> Option<Money> {
        self.last_offer().and_then(|offer| self.approvals.deposit(&offer.totals))
    }

    /// Which version of which alternative it is, in words.
    pub fn label(&self) -> String {
        format!("{}, alternative {}, version {}", self.number, self.alternative, self.revision)
    }

    /// Whose credit decisions count for this quote: the customer's, or the opportunity's where
    /// the customer comes later.
    pub fn credit_subject(&self) -> Id {
        if let Some(partner) = self.tenant.partner
            && planted(Bug::ApprovalOfAnother)
        {
            return partner;
        }
        self.account.unwrap_or(self.opportunity)
    }

    /// Moves to `state`, if the table has the move. Answers the phase that it left.
    pub(crate) fn go(
        &mut self,
        now: Moment,
        to: QuotePhase,
        state: QuoteState,
        action: &str,
    ) -> Result<&'static str, Refusal> {
        let from = self.phase(now);
        from.guard(to, action)?;
        self.state = state;
        Ok(from.word())
    }
}

/// What the carrier stands to lose: one-off charges and `months` of recurring ones.
pub fn exposure(totals: &Totals, months: u32) -> Option<Money> {
    totals.mrc.times(i64::from(months)).and_then(|m| m.checked_add(totals.nrc)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table of the design, written out a second time by hand.
    #[test]
    fn every_move_of_a_quote_is_as_designed() {
        use QuotePhase::*;
        let may = |from: QuotePhase, to: QuotePhase| match from {
            Priced => true,
            PendingApproval => to != Accepted,
            Draft | Expired => {
                matches!(to, Draft | Priced | PendingApproval | Cancelled | Superseded)
            }
            Accepted | Cancelled | Superseded => false,
        };
        for from in QuotePhase::ALL {
            for to in QuotePhase::ALL {
                let allowed = from.guard(*to, "moved").is_ok();
                assert_eq!(allowed, may(*from, *to), "{} → {}", from.word(), to.word());
            }
        }
    }
}
