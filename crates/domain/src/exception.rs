//! The exception request: a partner's plea to operations to serve a customer whose status
//! refuses it.

use crate::change::{Change, Context};
use crate::code::Code;
use crate::customer::Account;
use crate::decision::Decision;
use crate::event::{EventKind, Happened};
use crate::id::{Id, Kind};
use crate::party::Tenant;
use crate::refusal::Refusal;
use crate::state::phases;
use crate::time::{Moment, plus_working_days};
use serde::{Deserialize, Serialize};

phases! {
    /// open → approved | denied | withdrawn; approved → expired (by the clock).
    ExceptionPhase of "exception request" {
        Open = "open" => [Approved, Denied, Withdrawn];
        Approved = "approved" => [Expired];
        Denied = "denied" => [];
        Withdrawn = "withdrawn" => [];
        Expired = "expired" => [];
    }
}

/// A state owns its data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum ExceptionState {
    Open,
    Approved { by: String, valid_until: Moment, note: Option<String> },
    Denied { by: String, reason_code: DenialReason, note: Option<String> },
    Withdrawn,
}

/// Why operations said no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DenialReason {
    ExistingContract,
    OtherPartner,
    InsufficientReason,
    Other,
}

impl ExceptionState {
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Approved { .. } => "approved",
            Self::Denied { .. } => "denied",
            Self::Withdrawn => "withdrawn",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExceptionRequest {
    pub id: Id,
    pub tenant: Tenant,
    pub version: u64,
    pub account: Id,
    pub account_name: String,
    pub reason: String,
    /// The partner's reference to a document that supports the plea.
    pub attachment_reference: Option<String>,
    pub state: ExceptionState,
    pub created_at: Moment,
}

impl ExceptionRequest {
    /// The phase at `now`: an approval past its validity has expired, swept or not.
    pub fn phase(&self, now: Moment) -> ExceptionPhase {
        match &self.state {
            ExceptionState::Open => ExceptionPhase::Open,
            ExceptionState::Approved { valid_until, .. } if *valid_until <= now => {
                ExceptionPhase::Expired
            }
            ExceptionState::Approved { .. } => ExceptionPhase::Approved,
            ExceptionState::Denied { .. } => ExceptionPhase::Denied,
            ExceptionState::Withdrawn => ExceptionPhase::Withdrawn,
        }
    }

    pub const fn is_open(&self) -> bool {
        matches!(self.state, ExceptionState::Open)
    }

    /// Until when operations shall have decided: the same time of day, so many working days after
    /// it was filed.
    pub fn due_at(&self, target_days: u32) -> Moment {
        let day = self.created_at.date();
        let time = self.created_at.ms() - Moment::start_of(day).ms();
        Moment::start_of(plus_working_days(day, target_days)).plus_ms(time)
    }

    /// Whole hours since it was filed.
    pub fn age_hours(&self, now: Moment) -> i64 {
        (now.ms() - self.created_at.ms()).max(0) / 3_600_000
    }

    /// Whether it lets its partner serve `account` at `now`.
    pub fn lifts(&self, account: Id, now: Moment) -> bool {
        self.account == account && self.phase(now) == ExceptionPhase::Approved
    }

    fn go(
        mut self,
        ctx: &mut Context,
        to: ExceptionPhase,
        state: ExceptionState,
        what: Happened,
    ) -> Result<Decision<Self>, Refusal> {
        let from = self.phase(ctx.now);
        from.guard(to, to.word())?;
        self.state = state;
        let mut change = Change::default();
        let view = change.update(ctx, self, what.from(from.word()));
        Ok(Decision { change, view })
    }
}

/// Files a plea. Refused where the customer may be served anyway, or one is open or approved already.
pub fn exception_file(
    ctx: &mut Context,
    tenant: Tenant,
    partner: Id,
    account: &Account,
    earlier: &[ExceptionRequest],
    reason: String,
    attachment_reference: Option<String>,
) -> Result<Decision<ExceptionRequest>, Refusal> {
    if account.open_to(partner) {
        let detail = format!("{} may be served without an exception", account.name);
        return Err(Refusal::new(Code::StateConflict, detail));
    }
    let live = earlier.iter().find(|e| {
        e.account == account.id
            && matches!(e.phase(ctx.now), ExceptionPhase::Open | ExceptionPhase::Approved)
    });
    if let Some(e) = live {
        let detail = format!("exception request {} is {}", e.id, e.state.word());
        return Err(Refusal::new(Code::AlreadyExists, detail));
    }
    let request = ExceptionRequest {
        id: ctx.ids.next(Kind::ExceptionRequest),
        tenant,
        version: 0,
        account: account.id,
        account_name: account.name.clone(),
        reason: reason.clone(),
        attachment_reference,
        state: ExceptionState::Open,
        created_at: ctx.now,
    };
    let mut change = Change::default();
    let view =
        change.insert(ctx, request, Happened::new(EventKind::ExceptionFiled).because(reason));
    Ok(Decision { change, view })
}

pub fn exception_withdraw(
    ctx: &mut Context,
    request: ExceptionRequest,
) -> Result<Decision<ExceptionRequest>, Refusal> {
    let what = Happened::new(EventKind::ExceptionWithdrawn);
    request.go(ctx, ExceptionPhase::Withdrawn, ExceptionState::Withdrawn, what)
}

/// What operations say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The partner may serve the customer for so many days from now.
    Approve {
        valid_days: u32,
        note: Option<String>,
    },
    Deny {
        reason_code: DenialReason,
        note: Option<String>,
    },
}

impl Verdict {
    fn apply(
        self,
        ctx: &mut Context,
        request: ExceptionRequest,
    ) -> Result<Decision<ExceptionRequest>, Refusal> {
        let by = ctx.actor.label();
        let (to, state, kind, note) = match self {
            Self::Approve { valid_days, note } => {
                let valid_until = ctx.now.plus_days(valid_days);
                let state = ExceptionState::Approved { by, valid_until, note: note.clone() };
                (ExceptionPhase::Approved, state, EventKind::ExceptionApproved, note)
            }
            Self::Deny { reason_code, note } => {
                let state = ExceptionState::Denied { by, reason_code, note: note.clone() };
                (ExceptionPhase::Denied, state, EventKind::ExceptionDenied, note)
            }
        };
        request.go(ctx, to, state, Happened { reason: note, ..Happened::new(kind) })
    }
}

/// Operations decide on one request.
pub fn exception_decide(
    ctx: &mut Context,
    request: ExceptionRequest,
    verdict: Verdict,
) -> Result<Decision<ExceptionRequest>, Refusal> {
    verdict.apply(ctx, request)
}

/// Operations decide on every open request for one end customer, alike and at once.
pub fn exceptions_decide(
    open: Vec<(Context, ExceptionRequest)>,
    verdict: Verdict,
) -> Result<Decision<Vec<ExceptionRequest>>, Refusal> {
    if open.is_empty() {
        let detail = "no exception request for this customer is open";
        return Err(Refusal::new(Code::StateConflict, detail));
    }
    let (mut change, mut view) = (Change::default(), Vec::with_capacity(open.len()));
    for (mut ctx, request) in open {
        let mut decided = verdict.clone().apply(&mut ctx, request)?;
        change.clocks.extend(ctx.clock);
        change.puts.append(&mut decided.change.puts);
        change.events.append(&mut decided.change.events);
        view.push(decided.view);
    }
    Ok(Decision { change, view })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::party::Environment;

    #[test]
    fn the_target_counts_working_days() {
        let partner = Id::new(Kind::Partner, 0, 1);
        let filed = |text| ExceptionRequest {
            id: Id::new(Kind::ExceptionRequest, 0, 1),
            tenant: Tenant::partner(partner, Environment::Test),
            version: 1,
            account: Id::new(Kind::Account, 0, 1),
            account_name: "Harbour Lights".into(),
            reason: "The customer asked us to.".into(),
            attachment_reference: None,
            state: ExceptionState::Open,
            created_at: Moment::parse(text).unwrap(),
        };
        for (at, due) in [
            ("2026-03-02T10:30:00Z", "2026-03-04T10:30:00.000Z"),
            ("2026-03-06T10:30:00Z", "2026-03-10T10:30:00.000Z"),
            ("2026-03-07T23:59:59Z", "2026-03-10T23:59:59.000Z"),
        ] {
            assert_eq!(filed(at).due_at(2).to_string(), due);
        }
        let request = filed("2026-03-02T10:30:00Z");
        let later = Moment::parse("2026-03-03T12:29:59Z").unwrap();
        assert_eq!((request.age_hours(later), request.age_hours(request.created_at)), (25, 0));
    }
}
