//! The section `limits`: how much the doors let in.

use super::read::Reader;
use web::{Limits, Rate};

/// Far more than a machine can do, and few enough to count with.
const MOST: u32 = 1_000_000;

pub(super) fn read(r: &mut Reader, d: &Limits) -> Limits {
    let mut number = |key, default| r.within(key, default, 0..=MOST);
    Limits {
        live: Rate {
            per_second: number("limits.live_per_second", d.live.per_second),
            burst: number("limits.live_burst", d.live.burst),
        },
        test: Rate {
            per_second: number("limits.test_per_second", d.test.per_second),
            burst: number("limits.test_burst", d.test.burst),
        },
        concurrent: number("limits.concurrent", d.concurrent),
        waiting: number("limits.waiting", d.waiting),
        in_flight: number("limits.in_flight", d.in_flight),
        waiting_in_flight: number("limits.waiting_in_flight", d.waiting_in_flight),
        oldest_ms: number("limits.oldest_ms", d.oldest_ms),
    }
}
