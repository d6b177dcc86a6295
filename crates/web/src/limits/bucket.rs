//! Requests per second of one credential, and the header fields that tell it where it stands:
//! `RateLimit-Policy` and `RateLimit` of draft-ietf-httpapi-ratelimit-headers.

use super::Rate;
use domain::id::Id;
use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};
use http::HeaderValue;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};

/// What a credential is told about its bucket.
#[derive(Debug, Clone)]
pub(super) struct Said {
    pub(super) policy: HeaderValue,
    pub(super) now: HeaderValue,
}

type Limiter<C> = RateLimiter<Id, HashMapStateStore<Id>, C, StateInformationMiddleware>;

/// The buckets of all credentials of one environment.
#[derive(Debug)]
pub(super) struct Bucket<C: Clock = DefaultClock> {
    per_second: NonZeroU32,
    burst: NonZeroU32,
    policy: HeaderValue,
    limiter: Limiter<C>,
    asked: AtomicU32,
}

/// After so many requests the buckets that are full again are forgotten.
const UPKEEP: u32 = 4096;

impl Bucket {
    /// None: no limit.
    pub(super) fn new(rate: Rate) -> Option<Self> {
        Self::with_clock(rate, DefaultClock::default())
    }
}

impl<C: Clock> Bucket<C> {
    fn with_clock(rate: Rate, clock: C) -> Option<Self> {
        let per_second = NonZeroU32::new(rate.per_second)?;
        let burst = NonZeroU32::new(rate.burst)?;
        let quota = Quota::per_second(per_second).allow_burst(burst);
        let window = rate.burst.div_ceil(rate.per_second);
        let policy = HeaderValue::try_from(format!("\"default\";q={burst};w={window}")).ok()?;
        let limiter = RateLimiter::hashmap_with_clock(quota, clock).with_middleware();
        Some(Self { per_second, burst, policy, limiter, asked: AtomicU32::new(0) })
    }

    /// Takes a token of this credential, if there is one, and says what is left.
    pub(super) fn take(&self, credential: Id) -> (bool, Said) {
        if self.asked.fetch_add(1, Ordering::Relaxed) % UPKEEP == UPKEEP - 1 {
            self.limiter.retain_recent();
            self.limiter.shrink_to_fit();
        }
        let left = self.limiter.check_key(&credential);
        let within = left.is_ok();
        let left = left.map_or(0, |state| state.remaining_burst_capacity());
        // Until all of it is there again.
        let full = self.burst.get().saturating_sub(left).div_ceil(self.per_second.get());
        let now = HeaderValue::try_from(format!("\"default\";r={left};t={full}"));
        let policy = self.policy.clone();
        (within, Said { now: now.unwrap_or_else(|_| policy.clone()), policy })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::id::Kind;
    use governor::clock::FakeRelativeClock;
    use std::time::Duration;

    fn credential(number: u32) -> Id {
        Id::new(Kind::Credential, 0, number)
    }

    fn bucket(per_second: u32, burst: u32) -> (FakeRelativeClock, Bucket<FakeRelativeClock>) {
        let clock = FakeRelativeClock::default();
        let bucket = Bucket::with_clock(Rate { per_second, burst }, clock.clone());
        (clock, bucket.expect("a limit"))
    }

    #[test]
    fn the_fields_say_the_policy_what_is_left_and_when_it_is_whole_again() {
        let (clock, bucket) = bucket(100, 200);
        let mut said = bucket.take(credential(1)).1;
        assert_eq!(said.policy, "\"default\";q=200;w=2");
        assert_eq!(said.now, "\"default\";r=199;t=1");
        for _ in 0..49 {
            said = bucket.take(credential(1)).1;
        }
        assert_eq!(said.now, "\"default\";r=150;t=1");
        clock.advance(Duration::from_millis(100));
        assert_eq!(bucket.take(credential(1)).1.now, "\"default\";r=159;t=1");
    }

    #[test]
    fn who_is_above_the_rate_gets_the_rate_and_no_more() {
        let (clock, bucket) = bucket(10, 20);
        let take = |times: u32| (0..times).filter(|_| bucket.take(credential(1)).0).count();
        assert_eq!(take(1000), 20, "the burst");
        for _ in 0..50 {
            clock.advance(Duration::from_secs(1));
            assert_eq!(take(1000), 10, "a second's worth, however often it was refused");
        }
        let (within, said) = bucket.take(credential(1));
        assert!(!within);
        assert_eq!(said.now, "\"default\";r=0;t=2");
        assert!(bucket.take(credential(2)).0, "others have their own");
    }

    #[test]
    fn full_buckets_are_forgotten() {
        let (clock, bucket) = bucket(100, 200);
        for number in 0..UPKEEP - 1 {
            bucket.take(credential(number));
        }
        assert_eq!(bucket.limiter.len(), 4095);
        clock.advance(Duration::from_secs(3));
        bucket.take(credential(1));
        assert_eq!(bucket.limiter.len(), 1, "only who has just asked");
    }

    #[test]
    fn a_rate_or_a_burst_of_nothing_is_no_limit() {
        assert!(Bucket::new(Rate { per_second: 0, burst: 5 }).is_none());
        assert!(Bucket::new(Rate { per_second: 5, burst: 0 }).is_none());
    }
}
