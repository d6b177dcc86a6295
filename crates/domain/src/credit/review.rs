//! What operations decide: a check in review, and one that was declined, against the rules. Above
//! a limit two people stand behind an approval: one proposes it, another confirms.

use super::{CreditCheck, CreditPhase, CreditPolicy, CreditState};
use crate::change::{Change, Context};
use crate::code::{Because, Code};
use crate::decision::Decision;
use crate::event::{EventKind, Happened};
use crate::money::Money;
use crate::party::Actor;
use crate::refusal::{Fault, Refusal};
use crate::time::Moment;
use faults::{Bug, planted};
use serde::{Deserialize, Serialize};

/// What a person would approve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// The most exposure that it covers; none: what was asked for.
    pub limit: Option<Money>,
    pub deposit: Option<Money>,
    pub reason: String,
}

/// An approval that waits for a second person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    pub limit: Money,
    pub deposit: Option<Money>,
    pub reason: String,
    pub by: Actor,
    pub at: Moment,
}

/// How operations agreed to an approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreement {
    pub reason: String,
    /// Who approved it, or proposed to.
    pub by: Actor,
    /// Who confirmed it.
    pub second: Option<Actor>,
    /// The most that one person could approve alone at that time.
    pub alone: Money,
}

impl Agreement {
    /// Whether enough people stand behind an approval of `limit`.
    pub fn suffices(&self, limit: Money) -> bool {
        limit <= self.alone || self.second.as_ref().is_some_and(|two| two.is_second_to(&self.by))
    }
}

/// Approves a check in review or one that was declined; above what one person may approve alone,
/// proposes to.
///
/// # Errors
/// Refused in every other state, and of an approval of nothing.
pub fn credit_approve(
    ctx: &mut Context,
    policy: &CreditPolicy,
    check: CreditCheck,
    approval: Approval,
) -> Result<Decision<CreditCheck>, Refusal> {
    let Approval { limit, deposit, reason } = approval;
    decidable(&check, ctx.now, "approved")?;
    let limit = limit.unwrap_or(check.amount);
    possible(check.amount, limit, deposit)?;
    let proposal = Proposal { limit, deposit, reason, by: ctx.actor.clone(), at: ctx.now };
    if limit <= policy.override_limit() || planted(Bug::OnePersonSuffices) {
        return approve(ctx, policy, check, proposal, None);
    }
    let what = format!("up to {limit}, which a second person confirms: {}", proposal.reason);
    let what = Happened::new(EventKind::CreditCheckApprovalProposed).because(what);
    let mut change = Change::default();
    let view = change.update(ctx, CreditCheck { proposal: Some(proposal), ..check }, what);
    Ok(Decision { change, view })
}

/// Confirms what another person proposed. `seen`: the check's version with the proposal that is
/// meant.
///
/// # Errors
/// Refused to who proposed it, where there is no proposal, or another than was seen.
pub fn credit_confirm(
    ctx: &mut Context,
    policy: &CreditPolicy,
    check: CreditCheck,
    seen: u64,
) -> Result<Decision<CreditCheck>, Refusal> {
    decidable(&check, ctx.now, "confirmed")?;
    let Some(proposal) = check.proposal.clone() else {
        let detail = "nobody has proposed an approval of this credit check";
        return Err(Refusal::new(Code::StateConflict, detail));
    };
    if seen != check.version {
        return Err(Refusal::stale(check.version));
    }
    if !ctx.actor.is_second_to(&proposal.by) {
        let detail = format!("{} proposed it: somebody else confirms", proposal.by.label());
        return Err(Refusal::new(Code::SecondPersonRequired, detail));
    }
    let second = Some(ctx.actor.clone());
    approve(ctx, policy, check, proposal, second)
}

fn approve(
    ctx: &mut Context,
    policy: &CreditPolicy,
    check: CreditCheck,
    proposal: Proposal,
    second: Option<Actor>,
) -> Result<Decision<CreditCheck>, Refusal> {
    let Some(assessment) = check.assessment().cloned() else {
        return Err(Refusal::state("credit check", check.state.word(), "approved"));
    };
    let Proposal { limit, deposit, reason, by, .. } = proposal;
    let what = Happened::new(EventKind::CreditCheckApproved).because(reason.clone());
    let state = CreditState::Approved {
        limit,
        deposit,
        valid_until: ctx.now.plus_days(policy.approval_days()),
        decided_by: ctx.actor.label(),
        assessment,
        agreement: Some(Agreement { reason, by, second, alone: policy.override_limit() }),
    };
    check.go(ctx, CreditPhase::Approved, state, what, None)
}

/// Declines a check in review. The reason is what the applicant is told.
///
/// # Errors
/// Refused in every other state.
pub fn credit_decline(
    ctx: &mut Context,
    policy: &CreditPolicy,
    check: CreditCheck,
    reason: String,
) -> Result<Decision<CreditCheck>, Refusal> {
    let CreditState::InReview { assessment } = check.state.clone() else {
        return Err(Refusal::state("credit check", check.phase(ctx.now).word(), "declined"));
    };
    let notice = policy.notice().text(&check, std::slice::from_ref(&reason), ctx.now);
    let decided_by = ctx.actor.label();
    let state = CreditState::Declined { decided_by, assessment, notice: Some(notice) };
    let what = Happened::new(EventKind::CreditCheckDeclined).because(reason);
    check.go(ctx, CreditPhase::Declined, state, what, None)
}

/// Writes down that somebody sees the tax id of a check, and why.
///
/// # Errors
/// Refused of a check that has none.
pub fn credit_reveal(
    ctx: &mut Context,
    check: CreditCheck,
    reason: String,
) -> Result<Decision<CreditCheck>, Refusal> {
    if check.application.tax_id.is_none() {
        return Err(Refusal::not_found("tax id: the application was made without one"));
    }
    let what = Happened::new(EventKind::CreditCheckTaxIdRevealed).because(reason);
    let mut change = Change::default();
    let view = change.update(ctx, check, what);
    Ok(Decision { change, view })
}

/// Whether operations may still decide.
fn decidable(check: &CreditCheck, now: Moment, what: &str) -> Result<(), Refusal> {
    match check.phase(now) {
        CreditPhase::InReview | CreditPhase::Declined => Ok(()),
        other => Err(Refusal::state("credit check", other.word(), what)),
    }
}

fn possible(amount: Money, limit: Money, deposit: Option<Money>) -> Result<(), Refusal> {
    let refuse = |pointer: &str, detail: &str, expected: &str| {
        let fault = Fault::new(pointer, Because::OutOfRange, detail).expected(expected);
        Err(Refusal::new(Code::InvalidBody, "the body has 1 fault").with(vec![fault]))
    };
    if limit == Money::ZERO && amount > Money::ZERO {
        return refuse("/limit", "an approval of nothing", "more than 0.00, or decline");
    }
    if deposit.is_some_and(|deposit| deposit > limit && limit > Money::ZERO) {
        return refuse("/deposit", "the deposit is more than is approved", "at most the limit");
    }
    Ok(())
}
