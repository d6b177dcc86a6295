//! The partner's time: the server's, unless the partner has a test clock. Whoever decides by a
//! clock commits only while it still shows that.

use crate::{App, Caller, Problem, Who};
use domain::change::{Context, Reading};
use domain::id::{Id, Ids};
use domain::party::{Actor, Environment, Tenant};
use domain::test_clock::TestClock;
use domain::time::Moment;
use std::collections::HashMap;

/// The time of every partner that a caller may see.
#[derive(Debug, Clone)]
pub struct Times {
    wall: Moment,
    clocks: HashMap<Tenant, Moment>,
}

impl Times {
    /// What time it is for the server.
    pub const fn wall(&self) -> Moment {
        self.wall
    }

    /// What time it is for the owner of an object.
    pub fn of(&self, tenant: Tenant) -> Moment {
        self.clocks.get(&tenant).copied().unwrap_or(self.wall)
    }
}

impl App {
    /// What time it is for a partner, and by which clock.
    pub(crate) async fn reading(
        &self,
        tenant: Tenant,
    ) -> Result<(Moment, Option<Reading>), Problem> {
        let wall = self.clock.now();
        if !tenant.may_have_clock() {
            return Ok((wall, None));
        }
        let found = self.store.ask(store::test_clock::of(tenant)).await?;
        let clock = found.filter(TestClock::stands);
        let now = clock.as_ref().map_or(wall, |clock| clock.now);
        let version = clock.map(|clock| clock.version);
        Ok((now, Some(Reading { tenant, wall, version })))
    }

    /// What time it is for whoever asks: a partner's own time, or the server's.
    pub async fn now(&self, caller: &Caller) -> Result<Moment, Problem> {
        Ok(self.reading(caller.tenant()).await?.0)
    }

    /// The time of every partner that the caller may see.
    pub async fn times(&self, caller: &Caller) -> Result<Times, Problem> {
        let wall = self.clock.now();
        let clocks = match (&caller.who, caller.environment) {
            (_, Environment::Live) => Vec::new(),
            (Who::Operations, Environment::Test) => {
                self.store.ask(store::test_clock::list()).await?
            }
            (Who::Partner(_), Environment::Test) => {
                let own = self.store.ask(store::test_clock::of(caller.tenant())).await?;
                own.into_iter().collect()
            }
        };
        let standing = clocks.into_iter().filter(TestClock::stands);
        let clocks = standing.map(|clock| (clock.tenant, clock.now)).collect();
        Ok(Times { wall, clocks })
    }

    /// The context of a decision about what is a partner's: its time, and fresh ids.
    pub(crate) async fn context_of(
        &self,
        tenant: Tenant,
        actor: Actor,
        request: Option<Id>,
    ) -> Result<Context, Problem> {
        let (now, clock) = self.reading(tenant).await?;
        // Ids rise with the server's time, also where a partner's stands. They are never older than
        // what is dated by the reading, even if the machine's clock was set back since.
        let wall = clock.map_or(now, |reading| reading.wall);
        let ids = Ids::new(self.clock.now().max(wall).ms(), self.random.seed());
        Ok(Context { now, ids, actor, request, clock })
    }
}
