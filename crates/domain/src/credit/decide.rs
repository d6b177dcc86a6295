//! Asking for credit, and what a bureau's report on it comes to.

use super::{
    Application, CreditCheck, CreditPhase, CreditPolicy, CreditState, DataKey, Report, Verdict,
};
use crate::change::{Change, Context, Settle};
use crate::code::{Because, Code};
use crate::decision::Decision;
use crate::event::{EventKind, Happened};
use crate::id::Kind;
use crate::job::Work;
use crate::law::{self, QuoteFile};
use crate::money::Money;
use crate::programme::Stage;
use crate::quote::{Rules, exposure};
use crate::refusal::{Fault, Refusal};
use crate::time::Moment;
use faults::{Bug, planted};

/// Asks for a credit decision on the quote's exposure. Where the programme checks credit before
/// the price is known, `requested` says how much; otherwise the price does. `key`: the data key
/// that the tax id is sealed with, where it is a new one.
///
/// # Errors
/// Refused where the flow is not there yet, nobody said how much, or a check is undecided.
pub fn credit_request(
    ctx: &mut Context,
    rules: Rules<'_>,
    file: &QuoteFile,
    application: Application,
    requested: Option<Money>,
    key: Option<DataKey>,
) -> Result<Decision<CreditCheck>, Refusal> {
    let facts = file.facts(ctx.now, rules.programme, rules.partner);
    law::gate(Stage::CreditCheck, &facts)?;
    let Some(amount) = amount(rules, file, requested) else {
        let detail = "the quote has no price yet: say how much credit is asked for";
        let fault = Fault::new("/requested_amount", Because::Missing, detail);
        return Err(Refusal::new(Code::InvalidBody, detail).with(vec![fault]));
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
        proposal: None,
        created_at: ctx.now,
    };
    let mut change = Change::default();
    if let Some(key) = key {
        change.insert_data_key(key);
    }
    let view = change.insert(ctx, check, Happened::new(EventKind::CreditCheckRequested));
    let now = ctx.now;
    change.later(ctx, view.tenant, Work::AssessCredit { check: view.id }, now);
    Ok(Decision { change, view })
}

/// The exposure that is asked about; none where the quote has no price and nobody said how much.
pub(super) fn amount(
    rules: Rules<'_>,
    file: &QuoteFile,
    requested: Option<Money>,
) -> Option<Money> {
    let months = rules.programme.exposure_months;
    let priced = file.quote.offer().and_then(|offer| exposure(&offer.totals, months));
    priced.max(requested)
}

fn is_undecided(check: &CreditCheck, now: Moment) -> bool {
    matches!(check.phase(now), CreditPhase::Requested | CreditPhase::InReview)
}

/// Records what the bureau's report came to: by its own verdict where that stands, else by the
/// carrier's rules. `settle`: what becomes of the job that asked; none where the bureau called.
///
/// # Errors
/// Refused of a check that no longer waits for the bureau.
pub fn credit_record(
    ctx: &mut Context,
    policy: &CreditPolicy,
    check: CreditCheck,
    report: &Report,
    settle: Option<Settle>,
) -> Result<Decision<CreditCheck>, Refusal> {
    let by = ctx.actor.label();
    let assessment = policy.assess(&check.application, check.amount, report);
    let reasons = assessment.reasons.join("; ");
    let (to, state, kind) = match assessment.verdict.clone() {
        Verdict::Approved { limit, deposit } => {
            let valid_until = ctx.now.plus_days(policy.approval_days());
            let state = CreditState::Approved {
                limit,
                deposit,
                valid_until,
                decided_by: by,
                assessment,
                agreement: None,
            };
            (CreditPhase::Approved, state, EventKind::CreditCheckApproved)
        }
        Verdict::InReview => (
            CreditPhase::InReview,
            CreditState::InReview { assessment },
            EventKind::CreditCheckReferred,
        ),
        Verdict::Declined => {
            let notice = policy.notice().text(&check, &assessment.reasons, ctx.now);
            let state = CreditState::Declined { decided_by: by, assessment, notice: Some(notice) };
            (CreditPhase::Declined, state, EventKind::CreditCheckDeclined)
        }
    };
    check.go(ctx, to, state, Happened::new(kind).because(reasons), settle)
}

/// The bureau gave no answer, for good.
///
/// # Errors
/// Refused of a check that no longer waits for the bureau.
pub fn credit_fail(
    ctx: &mut Context,
    policy: &CreditPolicy,
    check: CreditCheck,
    why: String,
    settle: Settle,
) -> Result<Decision<CreditCheck>, Refusal> {
    if planted(Bug::BureauFailsOpen) {
        let verdict = Some(Verdict::Approved { limit: check.amount, deposit: None });
        let made_up = Report { verdict, reasons: vec![why], ..Report::default() };
        return credit_record(ctx, policy, check, &made_up, Some(settle));
    }
    let what = Happened::new(EventKind::CreditCheckFailed).because(why.clone());
    check.go(ctx, CreditPhase::Failed, CreditState::Failed { why }, what, Some(settle))
}
