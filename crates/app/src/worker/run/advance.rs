//! Taking a test clock on: from one moment at which something of the partner's is due to the next.
//! What is due is done before the clock goes further; each move is one commit, and one that was
//! killed in between goes on from the last.

use super::Tried;
use crate::worker::call::Limits;
use crate::{App, Problem};
use domain::change::Change;
use domain::decision::Decision;
use domain::id::{Ids, Kind};
use domain::job::Job;
use domain::party::{Actor, Tenant};
use domain::test_clock::{ClockPhase, ClockState, TestClock, clock_step};
use futures::future::join_all;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;
use store::Committed;
use store::job::Claimed;
use tokio::time::sleep;

/// So many jobs of one partner are worked on at once.
const AT_ONCE: u32 = 8;
/// Where another worker has the partner's jobs, it is looked again so often before the turn ends.
const MOST_WAITS: u32 = 10;
const PAUSE: Duration = Duration::from_millis(2);
/// Milliseconds until the next turn then.
const SOON_MS: i64 = 50;

/// A job within a job: its future has no end of types.
type Running<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

impl App {
    pub(super) async fn advance_clock(&self, job: &Job, limits: &Limits) -> Result<Tried, Problem> {
        let mut waited = 0;
        while !limits.are_over() && !*limits.stop.borrow() {
            let asks =
                (store::test_clock::of(job.tenant), store::test_clock::first_due(job.tenant));
            let (clock, first) = self.store.ask(asks).await?;
            let Some(clock) = clock.filter(|c| c.phase() == ClockPhase::Advancing) else {
                return self.done(job, Change::default()).await;
            };
            let Some(change) = clock_step(self.clock.now(), clock, first) else {
                if self.work_off(job.tenant, limits).await? == 0 {
                    waited += 1;
                    if waited < MOST_WAITS {
                        sleep(PAUSE).await;
                        continue;
                    }
                    let why = "another worker has jobs of this partner";
                    return Ok(Tried::PutOff(self.clock.now().plus_ms(SOON_MS), why.to_owned()));
                }
                continue;
            };
            if ends(&change) {
                return self.done(job, change).await;
            }
            // Where something came in between, it is looked anew.
            let _ = self.step(job.tenant, change).await?;
        }
        Ok(Tried::PutOff(self.clock.now(), "the clock goes on in another turn".to_owned()))
    }

    /// One move.
    async fn step(&self, tenant: Tenant, change: Change) -> Result<Committed, Problem> {
        let ctx = self.context_of(tenant, Actor::System, None).await?;
        self.save(&ctx, &Decision { change, view: () }, None).await
    }

    /// The last move, and with it the job's end. Where something came in between, another turn.
    async fn done(&self, job: &Job, change: Change) -> Result<Tried, Problem> {
        let settle = domain::change::Settle::Done { job: job.id, epoch: job.epoch };
        let change = Change { settle: Some(settle), ..change };
        Ok(match self.step(job.tenant, change).await? {
            Committed::Done | Committed::LeaseLost => Tried::Settled,
            Committed::Stale | Committed::KeyTaken => {
                Tried::PutOff(self.clock.now(), "something came in between".to_owned())
            }
        })
    }

    /// Runs what is due of a partner's, and answers how many jobs there were.
    async fn work_off(&self, tenant: Tenant, limits: &Limits) -> Result<usize, Problem> {
        let now = self.clock.now();
        let owner = Ids::new(now.ms(), self.random.seed()).next(Kind::Job);
        let lease = self.settings.lease_ms;
        let claims = self.store.claim_of(tenant, owner, now, lease, AT_ONCE).await?;
        let count = claims.len();
        join_all(claims.into_iter().map(|claimed| self.within(claimed, limits))).await;
        Ok(count)
    }

    fn within<'a>(&'a self, claimed: Claimed, limits: &'a Limits) -> Running<'a> {
        Box::pin(self.run_job(claimed, limits))
    }
}

/// Whether the clock is at its target with this move.
fn ends(change: &Change) -> bool {
    let clocks = change.puts.iter().filter_map(|put| match &put.record {
        domain::change::Record::TestClock(clock) => Some(clock),
        _ => None,
    });
    clocks.map(|clock: &TestClock| clock.state).any(|state| state == ClockState::Ready)
}
