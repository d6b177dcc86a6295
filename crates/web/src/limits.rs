//! Back-pressure: how much a credential may ask for, and how much the process takes on. Whoever
//! asks for more is told so at once, before a body is read, and leaves nothing behind.
//!
//! Three limits, each of which 0 switches off: requests per second of one credential
//! ([`bucket`]), requests under way of one credential ([`share`]), and requests under way in the
//! whole process ([`load`]). Reads that wait for somebody else's answer are counted apart in the
//! latter two: they hold a place for long and cost next to nothing.

mod bucket;
mod load;
mod passage;
mod share;

pub(crate) use load::Class;
pub(crate) use passage::Passage;

use bucket::Bucket;
use domain::code::Code;
use domain::id::Id;
use domain::party::Environment;
use domain::refusal::Refusal;
use load::Load;
use share::Shares;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A token bucket: so many requests a second in the long run, so many at once after a rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Requests a second; 0: no limit.
    pub per_second: u32,
    /// Requests at once; 0: no limit.
    pub burst: u32,
}

/// What an installation lets in. 0 switches the limit off, each by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Of one credential of the live environment.
    pub live: Rate,
    /// Of one credential of the test environment.
    pub test: Rate,
    /// Requests of one credential under way.
    pub concurrent: u32,
    /// Waiting reads and event streams of one credential under way.
    pub waiting: u32,
    /// Requests under way in the process.
    pub in_flight: u32,
    /// Waiting reads and event streams under way in the process.
    pub waiting_in_flight: u32,
    /// Milliseconds after which a request that got nowhere in this process is given up.
    pub oldest_ms: u32,
}

impl Default for Limits {
    fn default() -> Self {
        let rate = Rate { per_second: 100, burst: 200 };
        Self {
            live: rate,
            test: rate,
            concurrent: 32,
            waiting: 16,
            in_flight: 512,
            waiting_in_flight: 2048,
            oldest_ms: 10_000,
        }
    }
}

impl Limits {
    /// No limit at all: for measuring, and for tests of other things.
    pub const OFF: Self = Self {
        live: Rate::OFF,
        test: Rate::OFF,
        concurrent: 0,
        waiting: 0,
        in_flight: 0,
        waiting_in_flight: 0,
        oldest_ms: 0,
    };
}

impl Rate {
    /// No limit.
    pub const OFF: Self = Self { per_second: 0, burst: 0 };
}

/// The limits at work: one per server.
#[derive(Debug)]
pub(crate) struct Gate {
    live: Option<Bucket>,
    test: Option<Bucket>,
    shares: Arc<Shares>,
    load: Load,
    oldest: Option<Duration>,
}

impl Gate {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            live: Bucket::new(limits.live),
            test: Bucket::new(limits.test),
            shares: Arc::new(Shares::new(limits.concurrent, limits.waiting)),
            load: Load::new(limits.in_flight, limits.waiting_in_flight),
            oldest: (limits.oldest_ms > 0).then(|| Duration::from_millis(limits.oldest_ms.into())),
        }
    }

    /// Takes a request into the process, or sheds it.
    pub(crate) fn enter(&self, class: Class) -> Result<Passage, Refusal> {
        Ok(Passage::new(class, self.load.enter(class)?))
    }

    /// Lets a known caller's request through, or says what it has used up.
    pub(crate) fn admit(
        &self,
        passage: &Passage,
        credential: Id,
        environment: Environment,
    ) -> Result<(), Refusal> {
        self.in_time(passage)?;
        let bucket = match environment {
            Environment::Live => &self.live,
            Environment::Test => &self.test,
        };
        if let Some(bucket) = bucket {
            let (within, said) = bucket.take(credential);
            passage.say(said);
            if !within {
                let detail = "this credential sends more requests than it may";
                return Err(Refusal::new(Code::RateLimited, detail));
            }
        }
        passage.hold(self.shares.take(credential, passage.class())?);
        Ok(())
    }

    /// Refuses a request that stood in a queue for so long that nobody counts on it any more.
    fn in_time(&self, passage: &Passage) -> Result<(), Refusal> {
        let late = self.oldest.is_some_and(|oldest| passage.age() > oldest);
        if late { Err(load::overloaded()) } else { Ok(()) }
    }

    /// When a command whose body is read now is given up.
    pub(crate) fn until(&self) -> Option<Instant> {
        self.oldest.and_then(|oldest| Instant::now().checked_add(oldest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::id::Kind;

    #[test]
    fn a_request_that_stood_too_long_in_a_queue_is_not_worked_on() {
        let gate = Gate::new(Limits { oldest_ms: 1, ..Limits::OFF });
        let passage = gate.enter(Class::Work).unwrap();
        let credential = Id::new(Kind::Credential, 0, 1);
        while passage.age() <= Duration::from_millis(1) {
            std::thread::yield_now();
        }
        let refused = gate.admit(&passage, credential, Environment::Test).unwrap_err();
        assert_eq!(refused.code, Code::Overloaded);
    }

    #[test]
    fn each_environment_has_its_own_bucket_and_each_credential_its_own_tokens() {
        let rate = Rate { per_second: 1, burst: 1 };
        let gate = Gate::new(Limits { live: rate, ..Limits::OFF });
        let admit = |number, environment| {
            let passage = gate.enter(Class::Work).unwrap();
            gate.admit(&passage, Id::new(Kind::Credential, 0, number), environment)
        };
        assert_eq!(admit(1, Environment::Live), Ok(()));
        assert_eq!(admit(2, Environment::Live), Ok(()));
        assert_eq!(admit(1, Environment::Live).unwrap_err().code, Code::RateLimited);
        for _ in 0..100 {
            assert_eq!(admit(1, Environment::Test), Ok(()));
        }
    }
}
