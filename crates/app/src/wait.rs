//! Waiting for somebody else's answer: a read that is asked again after each commit that touched
//! the object, until it is settled, or time is up, or the server stops.

use crate::{App, Problem};
use domain::id::Id;
use std::future::Future;
use std::time::Duration;
use tokio::time::{Instant, sleep, sleep_until};

/// The longest that a wait rests between two looks.
const LONGEST_PAUSE: Duration = Duration::from_millis(10);
/// How often a wait looks whether another node has touched the object: of that nobody tells it.
const LOOK_EVERY: Duration = Duration::from_millis(100);

impl App {
    /// Reads until `settled` says so or `wait` has passed; then answers what was read last.
    pub async fn wait_until<T, F>(
        &self,
        object: Id,
        wait: Duration,
        read: impl Fn() -> F + Send + Sync,
        settled: impl Fn(&T) -> bool + Send + Sync,
    ) -> Result<T, Problem>
    where
        F: Future<Output = Result<T, Problem>> + Send,
    {
        let deadline = Instant::now() + wait;
        let mut touched = self.store.touched(object);
        let mut stopping = self.stopping.subscribe();
        let mut pause = Duration::ZERO;
        let look_every = if self.store.alone() { wait } else { LOOK_EVERY };
        let mut last_look = wait.is_zero();
        loop {
            // Marked before the read, so that no commit in between is missed.
            touched.mark_unchanged();
            let found = read().await?;
            if last_look || settled(&found) || *stopping.borrow() {
                return Ok(found);
            }
            tokio::select! {
                _ = touched.changed() => {}
                _ = stopping.changed() => return Ok(found),
                () = sleep_until(deadline.min(Instant::now() + look_every)) => {
                    last_look = Instant::now() >= deadline;
                    continue;
                }
            }
            // The first change is looked at at once; one of many is not worth a look each.
            sleep(pause).await;
            pause = (pause * 2).clamp(Duration::from_millis(1), LONGEST_PAUSE);
        }
    }

    /// Ends every wait with what was read last: the server is stopping.
    pub fn end_waits(&self) {
        self.stopping.send_replace(true);
    }
}
