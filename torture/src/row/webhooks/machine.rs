//! Whether the machine itself is in time: without that, nothing on it can be.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::{Duration, Instant};

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(20);

/// A thread that does next to nothing, and notes how late it comes to it.
#[derive(Debug)]
pub(super) struct Machine {
    stop: Arc<AtomicBool>,
    looking: JoinHandle<Vec<Duration>>,
}

impl Machine {
    pub(super) fn watch() -> Self {
        let stop: Arc<AtomicBool> = Arc::default();
        let told = Arc::clone(&stop);
        let looking = spawn(move || {
            let mut late = Vec::new();
            while !told.load(Ordering::Relaxed) {
                let due = Instant::now() + PAUSE;
                sleep(PAUSE);
                late.push(due.elapsed());
            }
            late
        });
        Self { stop, looking }
    }

    /// How late it came, at the 90th percentile.
    pub(super) fn late(self) -> Duration {
        self.stop.store(true, Ordering::Relaxed);
        let mut late = self.looking.join().expect("no panic");
        late.sort_unstable();
        late.get(late.len() * 9 / 10).copied().unwrap_or_default()
    }
}
