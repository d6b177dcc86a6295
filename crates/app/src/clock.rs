//! Where time and randomness come in: here and nowhere else, so that a test can hold both still.

mod database;

pub use self::database::DatabaseClock;

use domain::time::Moment;
use std::fmt::Debug;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Instant;

/// Reads the time.
pub trait Clock: Send + Sync + Debug {
    fn now(&self) -> Moment;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Moment {
        #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let ms = since.map_or(0, |d| i64::try_from(d.as_millis()).unwrap_or(i64::MAX));
        Moment::from_ms(ms)
    }
}

/// The machine's clock as it was at first, and from then on its steady one: who sets the
/// machine's clock moves this one no more.
#[derive(Debug, Clone, Copy)]
pub struct SteadyClock {
    began: Moment,
    since: Instant,
}

impl SteadyClock {
    /// Begins now.
    pub fn start() -> Self {
        Self { began: SystemClock.now(), since: Instant::now() }
    }
}

impl Clock for SteadyClock {
    fn now(&self) -> Moment {
        self.began.plus_ms(i64::try_from(self.since.elapsed().as_millis()).unwrap_or(i64::MAX))
    }
}

/// The machine's clock, finer than [`Clock`] tells it: for measurements between two programs only.
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
pub fn wall() -> std::time::SystemTime {
    std::time::SystemTime::now()
}

/// A clock that stands until it is moved.
#[derive(Debug)]
pub struct Frozen(AtomicI64);

impl Frozen {
    pub const fn at(moment: Moment) -> Self {
        Self(AtomicI64::new(moment.ms()))
    }

    /// Moves the clock forward.
    pub fn advance_ms(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }
}

impl Clock for Frozen {
    fn now(&self) -> Moment {
        Moment::from_ms(self.0.load(Ordering::SeqCst))
    }
}

/// Gives random numbers: 32 bits for the ids of one decision, bytes for secrets.
pub trait Random: Send + Sync + Debug {
    fn seed(&self) -> u32;
    fn bytes(&self) -> [u8; 32];
}

/// The operating system's randomness.
#[derive(Debug, Clone, Copy, Default)]
pub struct OsRandom;

impl Random for OsRandom {
    fn seed(&self) -> u32 {
        // Without randomness there are no unguessable secrets and no distinct ids: stop.
        getrandom::u32().unwrap_or_else(|e| panic!("the system gives no randomness: {e}"))
    }

    fn bytes(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)
            .unwrap_or_else(|e| panic!("the system gives no randomness: {e}"));
        bytes
    }
}

/// Numbers that repeat with their seed, for tests and recorded examples. Not secret.
#[derive(Debug)]
pub struct Seeded(AtomicU64);

impl Seeded {
    pub const fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    /// SplitMix64.
    fn next(&self) -> u64 {
        let state = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::SeqCst);
        let mut z = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

impl Random for Seeded {
    fn seed(&self) -> u32 {
        u32::try_from(self.next() >> 32).unwrap_or_default()
    }

    fn bytes(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        for chunk in bytes.chunks_exact_mut(8) {
            chunk.copy_from_slice(&self.next().to_le_bytes());
        }
        bytes
    }
}
