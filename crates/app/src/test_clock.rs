//! Actions on test clocks: a partner's own, or operations' for a partner.

use crate::{Action, App, Caller, Decided, Problem};
use domain::change::{Change, Context};
use domain::decision::Decision;
use domain::id::Id;
use domain::party::Tenant;
use domain::refusal::Refusal;
use domain::test_clock::{
    Advance, ClockState, TestClock, clock_advance, clock_freeze, clock_release, last_event,
    may_have_clock,
};

/// What may be done to a test clock.
#[derive(Debug, Clone)]
pub enum ClockDo {
    Freeze,
    Advance(Advance),
    Release,
}

/// Moves the clock of a partner: of the caller, or of the one that operations name.
#[derive(Debug)]
pub struct ClockAct {
    pub partner: Option<Id>,
    pub what: ClockDo,
}

impl Action for ClockAct {
    type View = TestClock;

    async fn decide(&self, app: &App, caller: &Caller, ctx: &mut Context) -> Decided<TestClock> {
        let tenant = app.clocked(caller, self.partner).await?;
        let partner = tenant.partner.ok_or_else(|| Refusal::not_found("partner"))?;
        let found = app.store.ask(store::test_clock::of(tenant)).await?;
        let standing = || {
            let clock = found.clone().filter(TestClock::stands);
            clock.ok_or_else(|| Refusal::not_found("test clock"))
        };
        Ok(match &self.what {
            ClockDo::Freeze => {
                let ahead = store::test_clock::newest_event(tenant, last_event(ctx));
                let ahead = app.store.ask(ahead).await?.map(|event| event.id);
                clock_freeze(ctx, tenant, partner, found, ahead)?
            }
            ClockDo::Advance(advance) => {
                let clock = standing()?;
                clock_advance(ctx, clock, advance)?
            }
            ClockDo::Release => {
                if let Some(clock) = found {
                    clock_release(ctx, clock)?
                } else {
                    let view = app.released(tenant, 0)?;
                    Decision { change: Change::default(), view }
                }
            }
        })
    }
}

impl App {
    /// A partner's test clock; one that does not stand shows the server's time.
    pub async fn test_clock(
        &self,
        caller: &Caller,
        partner: Option<Id>,
    ) -> Result<TestClock, Problem> {
        let tenant = self.clocked(caller, partner).await?;
        let found = self.store.ask(store::test_clock::of(tenant)).await?;
        Ok(match found {
            Some(clock) if clock.stands() => clock,
            found => self.released(tenant, found.map_or(0, |clock| clock.version))?,
        })
    }

    /// What a partner without a clock of its own sees.
    fn released(&self, tenant: Tenant, version: u64) -> Result<TestClock, Refusal> {
        let id = tenant.partner.ok_or_else(|| Refusal::not_found("partner"))?;
        let (now, state) = (self.clock.now(), ClockState::Released);
        Ok(TestClock { id, tenant, version, now, state })
    }

    /// The space whose clock is meant.
    async fn clocked(&self, caller: &Caller, partner: Option<Id>) -> Result<Tenant, Problem> {
        let tenant = match partner {
            None => caller.seller()?.tenant,
            Some(id) => {
                let at = caller.operations()?;
                let found = self.store.ask(store::partner::by_id(at, id)).await?;
                let found = found.ok_or_else(|| Refusal::not_found("partner"))?;
                Tenant::partner(found.id, at)
            }
        };
        may_have_clock(tenant)?;
        Ok(tenant)
    }
}
