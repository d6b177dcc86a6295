//! The credit check: the decision on whether the sale may go on, with validity and
//! conditions. It fails closed: what is not an answer is not an approval.

mod decide;
mod once;
mod policy;
mod review;
mod tax_id;
#[cfg(test)]
mod tests;

pub use decide::{credit_fail, credit_record, credit_request};
pub use once::credit_once;
pub use policy::{BureauVerdict, CREDIT, CreditPolicy, Fact, Looked, Notice, Rule, Tested};
pub use review::{
    Agreement, Approval, Proposal, credit_approve, credit_confirm, credit_decline, credit_reveal,
};
pub use tax_id::{
    DataKey, SealedTaxId, TaxId, TaxIdKind, hidden_tax_ids, holds_tax_id,
    keep_tax_ids_out_of_reason,
};

use crate::address::Address;
use crate::change::{Change, Context, Settle};
use crate::customer::Contact;
use crate::decision::Decision;
use crate::event::Happened;
use crate::id::Id;
use crate::money::Money;
use crate::party::{Partner, Tenant};
use crate::refusal::Refusal;
use crate::state::phases;
use crate::time::Moment;
use faults::{Bug, planted};
use serde::{Deserialize, Serialize};

phases! {
    /// requested → approved | in_review | declined | failed; in_review → approved | declined
    /// (operations); declined → approved (operations, against the rules); approved → expired (by
    /// the clock).
    CreditPhase of "credit check" {
        Requested = "requested" => [Approved, InReview, Declined, Failed];
        InReview = "in_review" => [Approved, Declined];
        Approved = "approved" => [Expired];
        Declined = "declined" => [Approved];
        Failed = "failed" => [];
        Expired = "expired" => [];
    }
}

/// Who applies for credit. Field meanings follow the published credit check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Application {
    pub business_name: String,
    pub doing_business_as: Option<String>,
    /// `S` sole proprietor, `P` partnership, `C` corporation, `L` limited liability company.
    pub business_type: BusinessType,
    /// Where the legal entity resides.
    pub legal_address: Address,
    pub primary_first_name: String,
    pub primary_last_name: String,
    pub email: String,
    /// The end customer's sub-account, where it has one.
    #[serde(default)]
    pub sub_account: Option<String>,
    /// The sales segment that the applicant is served in.
    #[serde(default)]
    pub segment: Option<String>,
    /// The employer identification number, or the social security number of a sole proprietor.
    #[serde(default)]
    pub tax_id: Option<SealedTaxId>,
    pub years_in_business: Option<u32>,
    /// What the applicant says it owes the carrier past due, in minor units.
    pub past_due: Option<Money>,
}

impl Application {
    /// Of a partner that is checked itself: of what the carrier knows of it, which may be its name
    /// alone.
    pub fn of_partner(partner: &Partner) -> Self {
        let legal = partner.legal.as_deref();
        let contact = legal.map(|legal| &legal.contact);
        let text = |of: fn(&Contact) -> &String| contact.map(of).cloned().unwrap_or_default();
        let nowhere = Address {
            street: String::new(),
            unit: None,
            city: String::new(),
            state: String::new(),
            zip: String::new(),
            country: "US".to_owned(),
        };
        Self {
            business_name: legal.map_or(&partner.name, |legal| &legal.legal_name).clone(),
            doing_business_as: legal.and_then(|legal| legal.doing_business_as.clone()),
            business_type: legal.map_or(BusinessType::Corporation, |legal| legal.business_type),
            legal_address: legal.map_or(nowhere, |legal| legal.address.clone()),
            primary_first_name: text(|contact| &contact.first_name),
            primary_last_name: text(|contact| &contact.last_name),
            email: text(|contact| &contact.email),
            sub_account: None,
            segment: None,
            tax_id: None,
            years_in_business: None,
            past_due: None,
        }
    }

    /// What an applicant writes freely, each text with the name of its member.
    pub fn texts(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let texts = [
            ("business_name", Some(&self.business_name)),
            ("doing_business_as", self.doing_business_as.as_ref()),
            ("primary_first_name", Some(&self.primary_first_name)),
            ("primary_last_name", Some(&self.primary_last_name)),
            ("email", Some(&self.email)),
            ("sub_account_id", self.sub_account.as_ref()),
            ("segment", self.segment.as_ref()),
            ("legal_address/street", Some(&self.legal_address.street)),
            ("legal_address/unit", self.legal_address.unit.as_ref()),
            ("legal_address/city", Some(&self.legal_address.city)),
        ];
        texts.into_iter().filter_map(|(member, text)| Some((member, text?.as_str())))
    }

    /// Whoever applies may hide no tax id in a text: there it would be kept in clear. `sent`: the
    /// one that comes with the application, to be sealed.
    ///
    /// # Errors
    /// Refused with the place of each text that holds one, below `/application`.
    pub fn keep_tax_ids_out(&self, sent: Option<&TaxId>) -> Result<(), Refusal> {
        let placed = |(member, text)| (format!("/application/{member}"), text);
        tax_id::keep_tax_ids_out(self.texts().map(placed), sent)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BusinessType {
    SoleProprietor,
    Partnership,
    Corporation,
    Llc,
}

/// The bureau's grade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CreditClass {
    Low,
    Medium,
    High,
}

/// What a bureau answers to an application: what it knows of the applicant, and its own verdict,
/// if it gives one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// None: the bureau leaves the decision to the carrier's rules.
    pub verdict: Option<Verdict>,
    pub class: Option<CreditClass>,
    /// On the bureau's own scale; more is better.
    pub score: Option<u32>,
    /// What the bureau knows to be past due, in minor units.
    pub past_due: Option<Money>,
    /// The bureau's reasons, in words.
    pub reasons: Vec<String>,
    /// The bureau's own reference.
    pub reference: String,
}

/// What a report on an application came to: the carrier's rules decided, or the bureau's verdict
/// stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assessment {
    pub verdict: Verdict,
    pub class: CreditClass,
    /// What led there, in words.
    pub reasons: Vec<String>,
    /// The bureau's own reference.
    pub reference: String,
    /// Each rule that was looked at, in order: for operations only. Empty where the bureau's
    /// verdict stands.
    #[serde(default)]
    pub trace: Vec<Looked>,
}

impl Report {
    /// What a bureau says may hold no tax id either: its reasons are kept and shown.
    ///
    /// # Errors
    /// Refused with the place of each reason that holds one, below `/reasons`.
    pub fn keep_tax_ids_out(&self) -> Result<(), Refusal> {
        let placed = |(at, reason): (usize, _)| (format!("/reasons/{at}"), reason);
        let reasons = self.reasons.iter().map(String::as_str);
        tax_id::keep_tax_ids_out(reasons.enumerate().map(placed), None)
    }

    /// What is impossible in an answer to somebody who asked for `amount`, in words: an approval
    /// of nothing, or a deposit below nothing. An approval of less than was asked for is possible.
    pub fn nonsense(&self, amount: Money) -> Option<String> {
        if self.past_due.is_some_and(|owed| owed < Money::ZERO) {
            return Some("a past due amount below nothing".to_owned());
        }
        let Some(Verdict::Approved { limit, deposit }) = &self.verdict else { return None };
        if *limit < Money::ZERO || (*limit == Money::ZERO && amount > Money::ZERO) {
            return Some(format!("an approval of {limit}"));
        }
        let deposit = deposit.filter(|deposit| *deposit < Money::ZERO)?;
        Some(format!("an approval on a deposit of {deposit}"))
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// Up to `limit` of exposure, on a deposit if one is named.
    Approved {
        limit: Money,
        deposit: Option<Money>,
    },
    InReview,
    Declined,
}

/// A state owns its data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum CreditState {
    Requested,
    InReview {
        assessment: Assessment,
    },
    Approved {
        /// The most exposure that the approval covers.
        limit: Money,
        deposit: Option<Money>,
        valid_until: Moment,
        decided_by: String,
        assessment: Assessment,
        /// How operations agreed to it; none: nobody of them was asked.
        #[serde(default)]
        agreement: Option<Agreement>,
    },
    Declined {
        decided_by: String,
        assessment: Assessment,
        /// What the applicant is told of the refusal.
        #[serde(default)]
        notice: Option<String>,
    },
    /// The bureau gave no answer. Not an approval.
    Failed {
        why: String,
    },
}

impl CreditState {
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::InReview { .. } => "in_review",
            Self::Approved { .. } => "approved",
            Self::Declined { .. } => "declined",
            Self::Failed { .. } => "failed",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreditCheck {
    pub id: Id,
    pub tenant: Tenant,
    pub version: u64,
    /// The end customer, or the opportunity where the customer comes later.
    pub subject: Id,
    /// The quote that asked.
    pub quote: Id,
    /// The exposure that was asked for.
    pub amount: Money,
    pub application: Application,
    pub state: CreditState,
    /// An approval that one person proposes and a second has yet to confirm.
    #[serde(default)]
    pub proposal: Option<Proposal>,
    pub created_at: Moment,
}

impl CreditCheck {
    /// The phase at `now`: an approval past its validity has expired, swept or not.
    pub fn phase(&self, now: Moment) -> CreditPhase {
        match &self.state {
            CreditState::Requested => CreditPhase::Requested,
            CreditState::InReview { .. } => CreditPhase::InReview,
            CreditState::Approved { valid_until, .. }
                if *valid_until <= now && !planted(Bug::ApprovalNeverExpires) =>
            {
                CreditPhase::Expired
            }
            CreditState::Approved { .. } => CreditPhase::Approved,
            CreditState::Declined { .. } => CreditPhase::Declined,
            CreditState::Failed { .. } => CreditPhase::Failed,
        }
    }

    /// The most exposure that this check allows at `now`; none unless approved and unexpired.
    pub fn approved_limit(&self, now: Moment) -> Option<Money> {
        match &self.state {
            CreditState::Approved { limit, .. } if self.phase(now) == CreditPhase::Approved => {
                Some(*limit)
            }
            _ => None,
        }
    }

    /// What it was assessed as, once it was.
    pub const fn assessment(&self) -> Option<&Assessment> {
        match &self.state {
            CreditState::InReview { assessment }
            | CreditState::Approved { assessment, .. }
            | CreditState::Declined { assessment, .. } => Some(assessment),
            CreditState::Requested | CreditState::Failed { .. } => None,
        }
    }

    fn go(
        mut self,
        ctx: &mut Context,
        to: CreditPhase,
        state: CreditState,
        what: Happened,
        settle: Option<Settle>,
    ) -> Result<Decision<Self>, Refusal> {
        let from = self.phase(ctx.now);
        from.guard(to, to.word())?;
        self.state = state;
        // Decided: nothing is left to be confirmed.
        self.proposal = None;
        let mut change = Change { settle, ..Change::default() };
        let view = change.update(ctx, self, what.from(from.word()));
        Ok(Decision { change, view })
    }
}
