//! The worker: claims jobs, asks the outside, and brings the answers back as commands. Every
//! outcome settles its job in the same commit, so that none counts twice.

mod run;

use crate::{App, Problem};
use domain::id::{Id, Ids, Kind};
use domain::job::Job;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

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
const SWEEP_EVERY_MS: i64 = 3_600_000;

impl Worker {
    pub fn new(app: Arc<App>) -> Self {
        let owner = Ids::new(app.clock.now().ms(), app.random.seed()).next(Kind::Job);
        Self { app, owner }
    }

    /// Claims and works until `stop` turns true; then finishes what it has begun.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let places = Arc::new(Semaphore::new(self.app.settings.jobs_at_once.max(1)));
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
            let free = u32::try_from(places.available_permits()).unwrap_or(u32::MAX);
            let jobs = self.claim(free).await;
            if jobs.is_empty() {
                self.sleep(&mut stop, &places, free == 0).await;
                continue;
            }
            for job in jobs {
                // Never more are claimed than there are places, so this does not wait.
                let Ok(place) = places.clone().acquire_owned().await else { return };
                let app = self.app.clone();
                running.spawn(async move {
                    app.run_job(job).await;
                    drop(place);
                });
            }
        }
        while running.join_next().await.is_some() {}
    }

    async fn claim(&self, free: u32) -> Vec<Job> {
        if free == 0 {
            return Vec::new();
        }
        let now = self.app.clock.now();
        let lease = self.app.settings.lease_ms;
        match self.app.store.claim(self.owner, now, lease, free).await {
            Ok(jobs) => jobs,
            Err(e) => {
                tracing::warn!(error = %e, "no jobs could be claimed");
                Vec::new()
            }
        }
    }

    /// Until there is work, or the next job is due, or a place is free, or it is time to stop.
    async fn sleep(&self, stop: &mut watch::Receiver<bool>, places: &Semaphore, full: bool) {
        let now = self.app.clock.now();
        let next = self.app.store.ask(store::job::next_due(now)).await.ok().flatten();
        let until = next.map_or(LONGEST_SLEEP, |due| {
            let ms = u64::try_from(due.ms() - now.ms()).unwrap_or(0);
            Duration::from_millis(ms.max(1)).min(LONGEST_SLEEP)
        });
        tokio::select! {
            () = self.app.work.notified(), if !full => {}
            _ = places.acquire(), if full => {}
            () = tokio::time::sleep(until), if !full => {}
            _ = stop.changed() => {}
        }
    }

    /// Works off everything that is due at the clock's reading, one job after the other, and
    /// answers how many there were. For a world whose clock stands still.
    pub async fn drain(&self) -> Result<usize, Problem> {
        let mut count = 0;
        loop {
            let now = self.app.clock.now();
            let jobs = self.app.store.claim(self.owner, now, self.app.settings.lease_ms, 1).await?;
            let Some(job) = jobs.into_iter().next() else { return Ok(count) };
            self.app.run_job(job).await;
            count += 1;
        }
    }
}
