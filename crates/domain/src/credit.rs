//! The credit check: the decision on whether the sale may go on, with validity and
//! conditions. It fails closed: what is not an answer is not an approval.

use crate::address::Address;
use crate::change::{Change, Context, Settle};
use crate::code::{Because, Code};
use crate::decision::Decision;
use crate::event::{EventKind, Happened};
use crate::id::{Id, Kind};
use crate::job::Work;
use crate::law::{self, QuoteFile};
use crate::money::Money;
use crate::party::Tenant;
use crate::programme::Stage;
use crate::quote::{Rules, exposure};
use crate::refusal::{Fault, Refusal};
use crate::state::phases;
use crate::time::Moment;
use faults::{Bug, planted};
use serde::{Deserialize, Serialize};

phases! {
    /// requested → approved | in_review | declined | failed; in_review → approved | declined
    /// (operations); approved → expired (by the clock).
    CreditPhase of "credit check" {
        Requested = "requested" => [Approved, InReview, Declined, Failed];
        InReview = "in_review" => [Approved, Declined];
        Approved = "approved" => [Expired];
        Declined = "declined" => [];
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
    pub years_in_business: Option<u32>,
    /// What the applicant says it owes the carrier past due, in minor units.
    pub past_due: Option<Money>,
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

/// What a bureau answers to an application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assessment {
    pub verdict: Verdict,
    pub class: CreditClass,
    /// Which rules led there, in words.
    pub reasons: Vec<String>,
    /// The bureau's own reference.
    pub reference: String,
}

impl Assessment {
    /// What is impossible in an answer to somebody who asked for `amount`, in words: an approval
    /// of nothing, or a deposit below nothing. An approval of less than was asked for is possible.
    pub fn nonsense(&self, amount: Money) -> Option<String> {
        let Verdict::Approved { limit, deposit } = &self.verdict else { return None };
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
    },
    Declined {
        decided_by: String,
        assessment: Assessment,
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
    pub created_at: Moment,
}

/// Days that an approval is good for.
pub const APPROVAL_DAYS: u32 = 90;

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
        let mut change = Change { settle, ..Change::default() };
        let view = change.update(ctx, self, what.from(from.word()));
        Ok(Decision { change, view })
    }
}

/// Asks for a credit decision on the quote's exposure. Where the programme checks credit before
/// the price is known, `requested` says how much; otherwise the price does.
pub fn credit_request(
    ctx: &mut Context,
    rules: Rules<'_>,
    file: &QuoteFile,
    application: Application,
    requested: Option<Money>,
) -> Result<Decision<CreditCheck>, Refusal> {
    let facts = file.facts(ctx.now, rules.programme, rules.partner);
    law::gate(Stage::CreditCheck, &facts)?;
    let priced =
        file.quote.offer().and_then(|o| exposure(&o.totals, rules.programme.exposure_months));
    let amount = match (priced, requested) {
        (Some(priced), Some(asked)) => priced.max(asked),
        (Some(amount), None) | (None, Some(amount)) => amount,
        (None, None) => {
            let detail = "the quote has no price yet: say how much credit is asked for";
            return Err(Refusal::new(Code::InvalidBody, detail).with(vec![Fault::new(
                "/requested_amount",
                Because::Missing,
                detail,
            )]));
        }
    };
    if let Some(open) = file.credit.iter().find(|c| is_undecided(c, ctx.now)) {
        let detail = format!("credit check {} is {}", open.id, open.state.word());
        return Err(Refusal::new(Code::AlreadyExists, detail));
    }
    let check = CreditCheck {
        id: ctx.ids.next(Kind::CreditCheck),
        tenant: file.quote.tenant,
        version: 0,
        subject: file.quote.credit_subject(),
        quote: file.quote.id,
        amount,
        application,
        state: CreditState::Requested,
        created_at: ctx.now,
    };
    let mut change = Change::default();
    let view = change.insert(ctx, check, Happened::new(EventKind::CreditCheckRequested));
    let now = ctx.now;
    change.later(ctx, view.tenant, Work::AssessCredit { check: view.id }, now);
    Ok(Decision { change, view })
}

fn is_undecided(check: &CreditCheck, now: Moment) -> bool {
    matches!(check.phase(now), CreditPhase::Requested | CreditPhase::InReview)
}

/// Records the bureau's answer.
pub fn credit_record(
    ctx: &mut Context,
    check: CreditCheck,
    assessment: Assessment,
    settle: Settle,
) -> Result<Decision<CreditCheck>, Refusal> {
    let by = ctx.actor.label();
    let reasons = assessment.reasons.join("; ");
    let (to, state, kind) = match assessment.verdict.clone() {
        Verdict::Approved { limit, deposit } => {
            let valid_until = ctx.now.plus_days(APPROVAL_DAYS);
            let state =
                CreditState::Approved { limit, deposit, valid_until, decided_by: by, assessment };
            (CreditPhase::Approved, state, EventKind::CreditCheckApproved)
        }
        Verdict::InReview => (
            CreditPhase::InReview,
            CreditState::InReview { assessment },
            EventKind::CreditCheckReferred,
        ),
        Verdict::Declined => {
            let state = CreditState::Declined { decided_by: by, assessment };
            (CreditPhase::Declined, state, EventKind::CreditCheckDeclined)
        }
    };
    check.go(ctx, to, state, Happened::new(kind).because(reasons), Some(settle))
}

/// The bureau gave no answer, for good.
pub fn credit_fail(
    ctx: &mut Context,
    check: CreditCheck,
    why: String,
    settle: Settle,
) -> Result<Decision<CreditCheck>, Refusal> {
    if planted(Bug::BureauFailsOpen) {
        let verdict = Verdict::Approved { limit: check.amount, deposit: None };
        let (class, reasons, reference) = (CreditClass::Low, vec![why], String::new());
        let made_up = Assessment { verdict, class, reasons, reference };
        return credit_record(ctx, check, made_up, settle);
    }
    let what = Happened::new(EventKind::CreditCheckFailed).because(why.clone());
    check.go(ctx, CreditPhase::Failed, CreditState::Failed { why }, what, Some(settle))
}

/// What operations decide on a check in review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Review {
    Approve { limit: Option<Money>, deposit: Option<Money>, reason: String },
    Decline { reason: String },
}

pub fn credit_review(
    ctx: &mut Context,
    check: CreditCheck,
    review: Review,
) -> Result<Decision<CreditCheck>, Refusal> {
    let CreditState::InReview { assessment } = check.state.clone() else {
        return Err(Refusal::state("credit check", check.phase(ctx.now).word(), "reviewed"));
    };
    let decided_by = ctx.actor.label();
    let (to, state, kind, reason) = match review {
        Review::Approve { limit, deposit, reason } => {
            let limit = limit.unwrap_or(check.amount);
            let valid_until = ctx.now.plus_days(APPROVAL_DAYS);
            let state =
                CreditState::Approved { limit, deposit, valid_until, decided_by, assessment };
            (CreditPhase::Approved, state, EventKind::CreditCheckApproved, reason)
        }
        Review::Decline { reason } => {
            let state = CreditState::Declined { decided_by, assessment };
            (CreditPhase::Declined, state, EventKind::CreditCheckDeclined, reason)
        }
    };
    check.go(ctx, to, state, Happened::new(kind).because(reason), None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_move_of_a_credit_check_is_as_designed() {
        use CreditPhase::*;
        for from in CreditPhase::ALL {
            for to in CreditPhase::ALL {
                let designed = match from {
                    Requested => matches!(to, Approved | InReview | Declined | Failed),
                    InReview => matches!(to, Approved | Declined),
                    Approved => matches!(to, Expired),
                    Declined | Failed | Expired => false,
                };
                let allowed = from.guard(*to, "moved").is_ok();
                assert_eq!(allowed, designed, "{} → {}", from.word(), to.word());
            }
        }
    }
}
