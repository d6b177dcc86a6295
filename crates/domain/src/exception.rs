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
use crate::time::Moment;
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

/// Operations say yes, for `valid_days` days from now.
pub fn exception_approve(
    ctx: &mut Context,
    request: ExceptionRequest,
    valid_days: u32,
    note: Option<String>,
) -> Result<Decision<ExceptionRequest>, Refusal> {
    let state = ExceptionState::Approved {
        by: ctx.actor.label(),
        valid_until: ctx.now.plus_days(valid_days),
        note: note.clone(),
    };
    let what = Happened { reason: note, ..Happened::new(EventKind::ExceptionApproved) };
    request.go(ctx, ExceptionPhase::Approved, state, what)
}

pub fn exception_deny(
    ctx: &mut Context,
    request: ExceptionRequest,
    reason_code: DenialReason,
    note: Option<String>,
) -> Result<Decision<ExceptionRequest>, Refusal> {
    let state = ExceptionState::Denied { by: ctx.actor.label(), reason_code, note: note.clone() };
    let what = Happened { reason: note, ..Happened::new(EventKind::ExceptionDenied) };
    request.go(ctx, ExceptionPhase::Denied, state, what)
}
