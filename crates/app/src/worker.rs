//! The worker: claims jobs, asks the outside, and brings the answers back as commands. Every
//! outcome settles its job in the same commit, so that none counts twice.

pub(crate) mod call;
pub(crate) mod lanes;
mod run;

use crate::{App, Problem};
use call::Limits;
use domain::id::{Id, Ids, Kind};
use lanes::Place;
use std::sync::Arc;
use std::time::Duration;
use store::StoreError;
use store::job::Claimed;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// Works off jobs until told to stop.
#[derive(Debug)]
pub struct Worker {
    app: Arc<App>,
    /// Who claims.
    owner: Id,
}

/// However quiet it is, look again after this long: another node may have left work.
const LONGEST_SLEEP: Duration = Duration::from_millis(500);
/// Idempotency keys past their time are forgotten this often.
const SWEEP_EVERY_MS: i64 = 60_000;

impl Worker {
    pub fn new(app: Arc<App>) -> Self {
        let owner = Ids::new(app.clock.now().ms(), app.random.seed()).next(Kind::Job);
        Self { app, owner }
    }

    /// Claims and works until `stop` turns true; then finishes what it has begun, or gives it
    /// back if that takes long.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let mut running = JoinSet::new();
        let mut swept_at = self.app.clock.now();
        while !*stop.borrow() {
            while running.try_join_next().is_some() {}
            let now = self.app.clock.now();
            if now.ms() - swept_at.ms() >= SWEEP_EVERY_MS {
                swept_at = now;
                if let Err(e) = self.app.store.sweep(now).await {
                    tracing::warn!(error = %e, "idempotency keys could not be swept");
                }
            }
            self.app.pay().await;
            let asked = Instant::now();
            let claims = self.claim(u32::MAX).await.unwrap_or_else(|e| {
                tracing::warn!(error = %e, "no jobs could be claimed");
                Vec::new()
            });
            if claims.is_empty() {
                self.sleep(&mut stop).await;
                continue;
            }
            let limits = Limits::new(asked, self.app.settings.lease_ms, stop.clone());
            for claimed in claims {
                if *stop.borrow() {
                    self.give_back(&claimed).await;
                    continue;
                }
                let (place, limits) = (self.place(&claimed), limits.clone());
                let app = self.app.clone();
                running.spawn(async move {
                    app.run_job(claimed, &limits).await;
                    drop(place);
                });
            }
        }
        while running.join_next().await.is_some() {}
        self.app.pay().await;
    }

    /// Claims for the lanes that have room, and at most `most`.
    async fn claim(&self, most: u32) -> Result<Vec<Claimed>, StoreError> {
        let now = self.app.clock.now();
        let (rooms, free) = self.app.lanes.rooms(now);
        if rooms.is_empty() {
            return Ok(Vec::new());
        }
        let lease = self.app.settings.lease_ms;
        self.app.store.claim(self.owner, now, lease, &rooms, free.min(most)).await
    }

    fn place(&self, claimed: &Claimed) -> Place {
        Place::take(&self.app, claimed.job.as_ref().ok().map(|job| job.work.connector()))
    }

    /// Claimed, but it is time to stop: the next node need not wait for the lease.
    async fn give_back(&self, claimed: &Claimed) {
        let owed = run::owed(claimed);
        let now = self.app.clock.now();
        if let Err(e) = self.app.put_off(&owed, now, claimed.why.clone()).await {
            tracing::warn!(job = %claimed.id, error = %e, "the job waits for its lease to end");
        }
    }

    /// Until there is work, or the next job of a lane with room is due, or a place is free, or a
    /// connector may be probed, or it is time to stop.
    async fn sleep(&self, stop: &mut watch::Receiver<bool>) {
        let now = self.app.clock.now();
        let (rooms, _) = self.app.lanes.rooms(now);
        let lanes: Vec<&str> = rooms.iter().map(|(connector, _)| *connector).collect();
        let due = if lanes.is_empty() {
            None
        } else {
            self.app.store.next_due(&lanes, now).await.ok().flatten()
        };
        let next = [due, self.app.lanes.next_probe(now)].into_iter().flatten().min();
        let until = next.map_or(LONGEST_SLEEP, |due| {
            let ms = u64::try_from(due.ms() - now.ms()).unwrap_or(0);
            Duration::from_millis(ms.max(1)).min(LONGEST_SLEEP)
        });
        tokio::select! {
            () = self.app.work.notified() => {}
            () = self.app.lanes.freed.notified() => {}
            () = tokio::time::sleep(until) => {}
            _ = stop.changed() => {}
        }
    }

    /// Works off everything that is due at the clock's reading, one job after the other, and
    /// answers how many there were. For a world whose clock stands still.
    pub async fn drain(&self) -> Result<usize, Problem> {
        // Nobody tells it to stop.
        let (_, stop) = watch::channel(false);
        let mut count = 0;
        loop {
            self.app.pay().await;
            let asked = Instant::now();
            let Some(claimed) = self.claim(1).await?.pop() else { return Ok(count) };
            let limits = Limits::new(asked, self.app.settings.lease_ms, stop.clone());
            let place = self.place(&claimed);
            self.app.run_job(claimed, &limits).await;
            drop(place);
            count += 1;
        }
    }
}
