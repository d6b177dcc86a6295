//! The test clock: a partner's own time in the test environment. It stands until it is moved, and
//! it is never moved back. What time brings is done before it says that it is ready.

use crate::change::{Change, Context};
use crate::code::{Because, Code};
use crate::decision::Decision;
use crate::id::{Id, Kind};
use crate::job::Work;
use crate::party::Tenant;
use crate::refusal::{Fault, Refusal};
use crate::state::phases;
use crate::time::Moment;
use serde::{Deserialize, Serialize};

/// One advance goes at most so far, in months.
pub const MOST_MONTHS: u32 = 18;

phases! {
    /// ready → advancing | released; advancing → ready; released → ready.
    ClockPhase of "test clock" {
        Ready = "ready" => [Advancing, Released];
        Advancing = "advancing" => [Advancing, Ready];
        Released = "released" => [Ready];
    }
}

/// A state owns its data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum ClockState {
    /// It stands, and everything that was due by it is done.
    Ready,
    /// It is on its way to `target`, from one moment at which something is due to the next.
    Advancing { target: Moment },
    /// The partner's time is the server's again.
    Released,
}

/// A partner's time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestClock {
    /// The partner's.
    pub id: Id,
    pub tenant: Tenant,
    pub version: u64,
    pub now: Moment,
    pub state: ClockState,
}

/// What a move of a test clock does to the jobs of its partner, in the same commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockJobs {
    /// Those that are not due at `now` wait for the clock from now on.
    /// Holds only if the partner has no event behind `newest`.
    Hold { tenant: Tenant, now: Moment, newest: Id },
    /// Holds only if nothing that was due at `was` is left; those due at `now` wait no longer, and
    /// are due at `wall` of the server's clock.
    Move { tenant: Tenant, was: Moment, now: Moment, wall: Moment },
    /// Nothing waits for the clock any more.
    Free { tenant: Tenant },
}

impl ClockJobs {
    pub const fn tenant(&self) -> Tenant {
        match self {
            Self::Hold { tenant, .. } | Self::Move { tenant, .. } | Self::Free { tenant } => {
                *tenant
            }
        }
    }
}

impl TestClock {
    pub const fn phase(&self) -> ClockPhase {
        match self.state {
            ClockState::Ready => ClockPhase::Ready,
            ClockState::Advancing { .. } => ClockPhase::Advancing,
            ClockState::Released => ClockPhase::Released,
        }
    }

    /// Whether the partner's time is this clock's.
    pub const fn stands(&self) -> bool {
        !matches!(self.state, ClockState::Released)
    }
}

/// How far a test clock shall go: one of both.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Advance {
    /// To this moment.
    pub to: Option<Moment>,
    /// By this length of time, as it was written.
    pub by: Option<String>,
}

/// Refuses a clock to a space whose time is everybody's.
pub fn may_have_clock(tenant: Tenant) -> Result<(), Refusal> {
    if tenant.may_have_clock() {
        return Ok(());
    }
    let detail = "time in the live environment is everybody's: it has no test clocks";
    Err(Refusal::new(Code::Forbidden, detail))
}

/// The last id that an event may have without lying ahead of the server's clock.
pub fn last_event(ctx: &Context) -> Id {
    Id::last_of(Kind::Event, ctx.wall().ms())
}

/// Stops a partner's time. One that stands already stays as it is. `ahead` is the newest event of
/// the partner's behind [`last_event`]: clocks of several nodes may differ a little, and time does
/// not go back by that. Its id counts, not what it is dated: it was drawn after that, and no event
/// with an earlier id is dated after it.
pub fn clock_freeze(
    ctx: &Context,
    tenant: Tenant,
    partner: Id,
    found: Option<TestClock>,
    ahead: Option<Id>,
) -> Result<Decision<TestClock>, Refusal> {
    may_have_clock(tenant)?;
    let mut change = Change::default();
    let was = match found {
        Some(clock) if clock.stands() => return Ok(Decision { change, view: clock }),
        found => found,
    };
    let (version, then) = was.map_or((0, ctx.now), |clock| (clock.version, clock.now));
    let newest = ahead.unwrap_or_else(|| last_event(ctx));
    let now = ctx.now.max(then).max(Moment::from_ms(newest.made_at_ms()));
    let clock = TestClock { id: partner, tenant, version, now, state: ClockState::Ready };
    let view = change.put_clock(clock);
    change.clock_jobs = Some(ClockJobs::Hold { tenant, now, newest });
    Ok(Decision { change, view })
}

/// Says how far the clock shall go. The worker takes it there.
pub fn clock_advance(
    ctx: &mut Context,
    clock: TestClock,
    advance: &Advance,
) -> Result<Decision<TestClock>, Refusal> {
    if clock.phase() != ClockPhase::Ready {
        return Err(Refusal::state("test clock", clock.phase().word(), "advanced"));
    }
    let most = clock.now.plus_months(MOST_MONTHS);
    let expected = format!("from {} to {most}, at most {MOST_MONTHS} months ahead", clock.now);
    let refused = |pointer: &str, because, detail: &str| {
        let fault = Fault::new(pointer, because, detail).expected(expected.clone());
        Refusal::new(Code::InvalidBody, "the clock cannot go there").with(vec![fault])
    };
    let (pointer, target) = match (advance.to, &advance.by) {
        (Some(target), None) => ("/to", Some(target)),
        (None, Some(text)) => ("/by", clock.now.plus_length(text)),
        (given, _) => {
            let because = if given.is_some() { Because::Duplicate } else { Because::Missing };
            let fault = Fault::new("/to", because, "how far is said once");
            let fault = fault.expected("either `to` or `by`");
            return Err(Refusal::new(Code::InvalidBody, "the body has 1 fault").with(vec![fault]));
        }
    };
    let Some(target) = target else {
        let detail = "not a length of time such as `30 days`, `P1M` or `PT90S`";
        return Err(refused(pointer, Because::BadFormat, detail));
    };
    if target < clock.now {
        return Err(refused(pointer, Because::OutOfRange, "a test clock never goes back"));
    }
    if target > most {
        return Err(refused(pointer, Because::OutOfRange, "too far for one advance"));
    }
    let mut change = Change::default();
    let (tenant, partner, now) = (clock.tenant, clock.id, ctx.now);
    let moved = TestClock { state: ClockState::Advancing { target }, ..clock };
    let view = change.put_clock(moved);
    change.later(ctx, tenant, Work::AdvanceClock { partner }, now);
    Ok(Decision { change, view })
}

/// The next move of a clock that advances: to the `first` moment at which a job is due, or to its
/// target. None: a job that is due already comes first, or the clock does not advance.
pub fn clock_step(wall: Moment, clock: TestClock, first: Option<Moment>) -> Option<Change> {
    let ClockState::Advancing { target } = clock.state else { return None };
    let was = clock.now;
    if first.is_some_and(|first| first <= was) {
        return None;
    }
    let next = first.filter(|first| *first <= target);
    let state = if next.is_some() { clock.state } else { ClockState::Ready };
    let now = next.unwrap_or(target);
    let mut change = Change::default();
    let tenant = clock.tenant;
    change.put_clock(TestClock { now, state, ..clock });
    change.clock_jobs = Some(ClockJobs::Move { tenant, was, now, wall });
    Some(change)
}

/// Gives the partner's time back to the server's clock: only where that is no step back.
pub fn clock_release(ctx: &Context, clock: TestClock) -> Result<Decision<TestClock>, Refusal> {
    let mut change = Change::default();
    if !clock.stands() {
        return Ok(Decision { change, view: clock });
    }
    if clock.phase() != ClockPhase::Ready {
        return Err(Refusal::state("test clock", clock.phase().word(), "released"));
    }
    if clock.now > ctx.wall() {
        let detail = format!(
            "the test clock shows {}, which is still to come: time would go back",
            clock.now
        );
        return Err(Refusal::new(Code::StateConflict, detail));
    }
    let tenant = clock.tenant;
    let view = change.put_clock(TestClock { state: ClockState::Released, ..clock });
    change.clock_jobs = Some(ClockJobs::Free { tenant });
    Ok(Decision { change, view })
}

#[cfg(test)]
mod tests;
