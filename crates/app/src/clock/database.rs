//! One time for all nodes: the machine's steady clock, moved by what it is measured to differ
//! from the database's. A lease that one node takes then ends at the same moment for another,
//! whatever their machines believe.

use super::Clock;
use domain::time::Moment;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;
use store::{Store, StoreError};

/// Probes of one measurement, of which the quickest counts.
const PROBES: usize = 5;
/// The time between two measurements.
const EVERY: Duration = Duration::from_secs(10);
/// A difference worth a warning, in milliseconds.
const NOTABLE_MS: i64 = 500;
/// Up to so many milliseconds the clock stands still rather than step back. A larger step is
/// somebody's correction of a wrong clock: standing still as long would stop all work.
const MOST_STANDING_MS: i64 = 60_000;

/// One question for the time: the machine's readings around it, and the answer, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Probe {
    asked: i64,
    answered: i64,
    database: i64,
}

impl Probe {
    const fn round_trip(&self) -> i64 {
        self.answered - self.asked
    }

    /// By how much the database is ahead, if its answer was given in the middle of the round
    /// trip. It is wrong by half the round trip at most.
    const fn offset(&self) -> i64 {
        self.database - self.asked - self.round_trip() / 2
    }
}

/// The offset by the quickest of some probes: its answer had the least time to grow old.
fn best(probes: &[Probe]) -> Option<i64> {
    probes.iter().filter(|p| p.round_trip() >= 0).min_by_key(|p| p.round_trip()).map(Probe::offset)
}

/// What is to be read when the last reading was `last` and the sum says `now`.
const fn reading(last: i64, now: i64) -> i64 {
    if now < last && last - now <= MOST_STANDING_MS { last } else { now }
}

/// The time of a database that several nodes share.
#[derive(Debug)]
pub struct DatabaseClock {
    machine: Arc<dyn Clock>,
    offset_ms: AtomicI64,
    last: AtomicI64,
}

impl DatabaseClock {
    /// A clock that was never measured reads as the machine's.
    pub fn new(machine: Arc<dyn Clock>) -> Self {
        Self { machine, offset_ms: AtomicI64::new(0), last: AtomicI64::new(i64::MIN) }
    }

    /// Measures anew how far the database is ahead. Without a database that has a time of its
    /// own nothing changes.
    pub async fn measure(&self, store: &Store) -> Result<(), StoreError> {
        let mut probes = Vec::with_capacity(PROBES);
        for _ in 0..PROBES {
            let asked = self.machine.now().ms();
            let Some(database) = store.time().await? else { return Ok(()) };
            let answered = self.machine.now().ms();
            probes.push(Probe { asked, answered, database: database.ms() });
        }
        if let Some(offset) = best(&probes) {
            self.set(offset);
        }
        Ok(())
    }

    fn set(&self, offset: i64) {
        let before = self.offset_ms.swap(offset, Ordering::SeqCst);
        let (notable, changed) = (offset.abs() > NOTABLE_MS, (offset - before).abs() > NOTABLE_MS);
        if notable && changed {
            tracing::warn!(
                offset_ms = offset,
                "this machine's clock differs from the database's, whose time counts: check NTP"
            );
        }
    }

    /// Measures from time to time for as long as the clock is in use.
    pub fn keep_measuring(self: &Arc<Self>, store: Store) {
        let clock: Weak<Self> = Arc::downgrade(self);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(EVERY).await;
                let Some(clock) = clock.upgrade() else { return };
                if let Err(error) = clock.measure(&store).await {
                    tracing::debug!(%error, "the database's time is not known; the last offset stays");
                }
            }
        });
    }
}

impl Clock for DatabaseClock {
    fn now(&self) -> Moment {
        let now = self.machine.now().ms().saturating_add(self.offset_ms.load(Ordering::SeqCst));
        let step = |last| Some(reading(last, now));
        let last = self.last.fetch_update(Ordering::SeqCst, Ordering::SeqCst, step);
        Moment::from_ms(reading(last.unwrap_or(now), now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Frozen;

    fn probe(asked: i64, answered: i64, database: i64) -> Probe {
        Probe { asked, answered, database }
    }

    #[test]
    fn the_database_answered_in_the_middle_of_the_round_trip() {
        assert_eq!(probe(1000, 1010, 5005).offset(), 4000);
        assert_eq!(probe(5000, 5010, 1005).offset(), -4000);
        assert_eq!(probe(7, 7, 7).offset(), 0);
    }

    #[test]
    fn the_quickest_probe_counts_and_one_in_which_the_clock_was_set_back_does_not() {
        let probes = [probe(0, 100, 1000), probe(100, 104, 1052), probe(200, 150, 9999)];
        assert_eq!(best(&probes), Some(950));
        assert_eq!(best(&probes[2..]), None);
        assert_eq!(best(&[]), None);
    }

    #[test]
    fn the_clock_stands_still_rather_than_step_back_a_little() {
        let machine = Arc::new(Frozen::at(Moment::from_ms(1_000_000)));
        let clock = DatabaseClock::new(machine.clone());
        clock.set(30_000);
        assert_eq!(clock.now().ms(), 1_030_000);
        clock.set(10_000);
        assert_eq!(clock.now().ms(), 1_030_000);
        machine.advance_ms(20_000);
        assert_eq!(clock.now().ms(), 1_030_000);
        machine.advance_ms(1);
        assert_eq!(clock.now().ms(), 1_030_001);
        // Who corrects a clock by hours means it.
        clock.set(-3_600_000);
        assert_eq!(clock.now().ms(), 1_020_001 - 3_600_000);
    }
}
