//! The sender: takes endpoints' turns, sends what is due to them, and settles what came of it.
//!
//! An endpoint is sent to by one node at a time, so that one that hangs takes up its own turn and
//! nobody else's.

mod turn;

use crate::{App, Problem};
use domain::event::Event;
use domain::id::{Id, Ids, Kind};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

/// Draws an event as it goes over the wire.
pub type Draw = fn(&Event) -> String;

/// Sends webhooks until told to stop.
#[derive(Debug)]
pub struct Sender {
    app: Arc<App>,
    owner: Id,
    draw: Draw,
}

/// However quiet it is, look again after this long: another node may have planned something.
const LONGEST_SLEEP: Duration = Duration::from_millis(500);
/// Finished deliveries past their time are forgotten this often.
const SWEEP_EVERY_MS: i64 = 60_000;

impl Sender {
    pub fn new(app: Arc<App>, draw: Draw) -> Self {
        let owner = Ids::new(app.clock.now().ms(), app.random.seed()).next(Kind::Job);
        Self { app, owner, draw }
    }

    /// Sends until `stop` turns true; then ends the attempts under way and gives its turns back.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let places = Arc::new(Semaphore::new(self.app.settings.endpoints_at_once.max(1)));
        let mut running = JoinSet::new();
        let mut end = self.app.store.feed_end();
        let mut swept_at = self.app.clock.now();
        while !*stop.borrow() {
            while running.try_join_next().is_some() {}
            self.sweep(&mut swept_at).await;
            end.mark_unchanged();
            let free = u32::try_from(places.available_permits()).unwrap_or(u32::MAX);
            let turns = match self.turns(free).await {
                Ok(turns) => turns,
                Err(e) => {
                    tracing::warn!(error = %e, "no webhooks could be taken up");
                    Vec::new()
                }
            };
            if turns.is_empty() {
                let until = self.pause().await;
                tokio::select! {
                    _ = end.changed(), if free > 0 => {}
                    () = tokio::time::sleep(until), if free > 0 => {}
                    _ = places.acquire(), if free == 0 => {}
                    _ = stop.changed() => {}
                }
            }
            for taken in turns {
                // Never more are taken than there are places, so this does not wait.
                let Ok(place) = places.clone().acquire_owned().await else { return };
                let (app, draw, stop) = (self.app.clone(), self.draw, stop.clone());
                running.spawn(async move {
                    turn::run(&app, draw, taken, &stop).await;
                    drop(place);
                });
            }
        }
        while running.join_next().await.is_some() {}
    }

    async fn turns(&self, free: u32) -> Result<Vec<store::delivery::Turn>, Problem> {
        if free == 0 {
            return Ok(Vec::new());
        }
        let (now, lease) = (self.app.clock.now(), self.app.settings.lease_ms);
        Ok(self.app.store.take_turns(self.owner, now, lease, free).await?)
    }

    async fn sweep(&self, swept_at: &mut domain::time::Moment) {
        let now = self.app.clock.now();
        if now.ms() - swept_at.ms() < SWEEP_EVERY_MS {
            return;
        }
        *swept_at = now;
        let days = i64::from(self.app.settings.delivery_log_days);
        let before = now.plus_ms(-days * 86_400_000);
        if let Err(e) = self.app.store.sweep_deliveries(before).await {
            tracing::warn!(error = %e, "old deliveries could not be swept");
        }
    }

    /// Until the next turn is due, as far as this node knows.
    async fn pause(&self) -> Duration {
        let now = self.app.clock.now();
        let next = self.app.store.ask(store::delivery::next_turn(now)).await.ok().flatten();
        next.map_or(LONGEST_SLEEP, |due| {
            let ms = u64::try_from(due.ms() - now.ms()).unwrap_or(0);
            Duration::from_millis(ms.max(1)).min(LONGEST_SLEEP)
        })
    }

    /// Sends everything that is due at the clock's reading, one endpoint after the other, and
    /// answers how many turns there were. For a world whose clock stands still.
    pub async fn drain(&self) -> Result<usize, Problem> {
        let stop = watch::Sender::new(false).subscribe();
        let mut count = 0;
        loop {
            self.app.store.place(self.app.clock.now()).await?;
            let Some(taken) = self.turns(1).await?.pop() else { return Ok(count) };
            turn::run(&self.app, self.draw, taken, &stop).await;
            count += 1;
        }
    }
}
