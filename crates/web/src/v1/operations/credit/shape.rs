//! A credit check as operations see it.

use crate::v1::credit::{CreditCheckBody, text};
use app::credit::ReviewFile;
use domain::credit::{Agreement, CreditPolicy, CreditState, Looked, Proposal, Tested};
use domain::event::Event;
use domain::time::Moment;
use serde::Serialize;
use utoipa::ToSchema;

/// A credit check with all that a decision on it needs.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CreditReview)]
pub(super) struct CreditReviewBody {
    /// The credit check's id.
    id: String,
    check: CreditCheckBody,
    /// Whole hours since it was asked for.
    #[schema(example = 3)]
    age_hours: u64,
    /// When it should be decided.
    decide_by: String,
    /// Whether that is past, and it is still to be decided.
    overdue: bool,
    /// What the carrier stands to lose by what is signed for this customer, in US dollars.
    #[schema(example = "12000.00")]
    exposure: String,
    /// The same with what this check is about.
    #[schema(example = "16050.00")]
    exposure_with_this: String,
    /// The most that one person may approve alone.
    #[schema(example = "1000000.00")]
    alone: String,
    /// Each rule that was looked at, in order; the last one decided. Empty where the bureau did.
    trace: Vec<LookedBody>,
    /// An approval that waits for a second person.
    proposal: Option<ProposalBody>,
    /// Who agreed to the approval, where people did.
    agreement: Option<AgreementBody>,
    /// Other checks of applicants with the same tax id, the newest first.
    same_tax_id: Vec<String>,
    /// When the tax id was revealed, to whom and why: oldest first.
    reveals: Vec<RevealBody>,
}

/// Somebody saw the tax id.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CreditReveal)]
struct RevealBody {
    at: String,
    #[schema(example = "operations (night shift)")]
    by: String,
    #[schema(example = "The bureau asked for it by telephone.")]
    reason: String,
}

impl From<&Event> for RevealBody {
    fn from(event: &Event) -> Self {
        Self {
            at: event.at.to_string(),
            by: event.actor.label(),
            reason: event.reason.clone().unwrap_or_default(),
        }
    }
}

/// A rule that was looked at.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CreditRuleLookedAt)]
struct LookedBody {
    #[schema(example = "past due")]
    rule: String,
    matched: bool,
    /// Its conditions up to the first that does not hold.
    tested: Vec<TestedBody>,
}

/// A condition that was looked at.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CreditConditionTested)]
struct TestedBody {
    #[schema(example = "past_due")]
    fact: &'static str,
    /// What it is; null: nobody knows.
    #[schema(example = "0.00")]
    value: Option<String>,
    #[schema(example = "above 500.00")]
    wanted: String,
    holds: bool,
}

/// An approval that one person proposed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CreditProposal)]
struct ProposalBody {
    #[schema(example = "1500000.00")]
    limit: String,
    #[schema(example = "150000.00")]
    deposit: Option<String>,
    reason: String,
    #[schema(example = "operations (night shift)")]
    proposed_by: String,
    proposed_at: String,
}

/// How people agreed to an approval.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CreditAgreement)]
struct AgreementBody {
    reason: String,
    /// Who approved it, or proposed to.
    #[schema(example = "operations (night shift)")]
    by: String,
    /// Who confirmed it; null: one person could approve it alone.
    #[schema(example = "operations (day shift)")]
    second: Option<String>,
}

impl CreditReviewBody {
    pub(super) fn of(file: &ReviewFile, policy: &CreditPolicy, now: Moment) -> Self {
        let check = &file.check;
        let hour = 3_600_000;
        let age = now.ms().saturating_sub(check.created_at.ms()).max(0);
        let decide_by = check.created_at.plus_ms(i64::from(policy.review_hours()) * hour);
        let in_review = matches!(check.state, CreditState::InReview { .. });
        let agreement = match &check.state {
            CreditState::Approved { agreement, .. } => agreement.as_ref(),
            _ => None,
        };
        Self {
            id: check.id.to_string(),
            check: CreditCheckBody::of(check, now),
            age_hours: u64::try_from(age / hour).unwrap_or_default(),
            decide_by: decide_by.to_string(),
            overdue: in_review && decide_by < now,
            exposure: file.exposure.to_string(),
            exposure_with_this: file.with_this.to_string(),
            alone: policy.override_limit().to_string(),
            trace: check.assessment().iter().flat_map(|a| &a.trace).map(Into::into).collect(),
            proposal: check.proposal.as_ref().map(Into::into),
            agreement: agreement.map(Into::into),
            same_tax_id: file.same_tax_id.iter().map(|other| other.id.to_string()).collect(),
            reveals: file.reveals.iter().map(Into::into).collect(),
        }
    }
}

impl From<&Looked> for LookedBody {
    fn from(looked: &Looked) -> Self {
        let Looked { rule, matched, tested } = looked;
        let tested = tested.iter().map(Into::into).collect();
        Self { rule: rule.clone(), matched: *matched, tested }
    }
}

impl From<&Tested> for TestedBody {
    fn from(tested: &Tested) -> Self {
        Self {
            fact: tested.fact.word(),
            value: tested.value.clone(),
            wanted: tested.wanted.clone(),
            holds: tested.holds,
        }
    }
}

impl From<&Proposal> for ProposalBody {
    fn from(proposal: &Proposal) -> Self {
        Self {
            limit: proposal.limit.to_string(),
            deposit: text(proposal.deposit),
            reason: proposal.reason.clone(),
            proposed_by: proposal.by.label(),
            proposed_at: proposal.at.to_string(),
        }
    }
}

impl From<&Agreement> for AgreementBody {
    fn from(agreement: &Agreement) -> Self {
        Self {
            reason: agreement.reason.clone(),
            by: agreement.by.label(),
            second: agreement.second.as_ref().map(domain::party::Actor::label),
        }
    }
}
