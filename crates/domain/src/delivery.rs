//! Deliveries: one event on its way to one webhook endpoint, its attempts, and when to try again.

use crate::id::Id;
use crate::party::Tenant;
use crate::time::Moment;
use faults::{Bug, planted};
use serde::{Deserialize, Serialize};

/// Milliseconds to wait before each attempt, the first of which is made at once: 5 s, 5 min,
/// 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h. Source: the example of Standard Webhooks 1.0.
pub const SCHEDULE_MS: [i64; 10] = [
    0, 5_000, 300_000, 1_800_000, 7_200_000, 18_000_000, 36_000_000, 50_400_000, 72_000_000,
    86_400_000,
];

/// Milliseconds to wait after `tries` attempts, up to a fifth more or less by `roll`, so that many
/// that failed together do not come back together. None: that was the last.
pub fn pause_ms(tries: u32, roll: u32) -> Option<i64> {
    let planned = usize::try_from(tries).ok().and_then(|n| SCHEDULE_MS.get(n)).copied()?;
    // From 800 to 1200 thousandths.
    let share = 800 + i64::from(roll % 401);
    Some(planned * share / 1000)
}

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// To be sent, now or later.
    Pending,
    Delivered,
    /// The last attempt of the schedule failed too. It can be replayed.
    Failed,
}

impl DeliveryState {
    pub const ALL: [Self; 3] = [Self::Pending, Self::Delivered, Self::Failed];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
        }
    }
}

/// One attempt, as the log keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    pub at: Moment,
    /// Milliseconds until the answer's head, or until it was given up.
    pub took_ms: u32,
    /// The answer's status, if an answer came.
    pub status: Option<u16>,
    /// `delivered`, `gone`, `throttled`, or why it failed, in a stable word.
    pub outcome: String,
    /// The beginning of the answer.
    pub excerpt: String,
}

/// What is kept of a delivery besides its columns.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Log {
    /// Oldest first.
    pub attempts: Vec<Attempt>,
    /// What was sent, once an attempt has failed: the next one sends the same bytes, even if a
    /// newer program would draw the event otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
}

/// Attempts that are kept; older ones make room.
const MOST_ATTEMPTS: usize = 50;

impl Log {
    pub fn add(&mut self, attempt: Attempt) {
        self.attempts.push(attempt);
        if self.attempts.len() > MOST_ATTEMPTS {
            self.attempts.remove(0);
        }
    }
}

/// What became of an attempt, as far as the schedule cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    Delivered,
    /// The endpoint wants nothing more, ever.
    Gone,
    /// Not taken. It may have asked to be left alone for so many seconds.
    Refused {
        retry_after: Option<u32>,
    },
}

/// What follows an attempt, which was number `tries` (the first is 1).
pub fn follows(
    now: Moment,
    tries: u32,
    ended: Ended,
    roll: u32,
) -> (DeliveryState, Option<Moment>) {
    let retry_after = match ended {
        Ended::Delivered => return (DeliveryState::Delivered, None),
        Ended::Refused { .. } if planted(Bug::RefusedIsDelivered) => {
            return (DeliveryState::Delivered, None);
        }
        Ended::Gone => return (DeliveryState::Failed, None),
        Ended::Refused { retry_after } => retry_after.unwrap_or(0),
    };
    match pause_ms(tries, roll) {
        Some(pause) => {
            let pause = pause.max(i64::from(retry_after) * 1000);
            (DeliveryState::Pending, Some(now.plus_ms(pause)))
        }
        None => (DeliveryState::Failed, None),
    }
}

/// A delivery that an action plans itself, besides those that follow from subscriptions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// The endpoint's.
    pub tenant: Tenant,
    pub endpoint: Id,
    pub event: Id,
    pub at: Moment,
}

/// Past events for one endpoint, once more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replay {
    pub tenant: Tenant,
    pub endpoint: Id,
    pub which: Which,
    /// When they are due.
    pub at: Moment,
}

/// Which events a replay sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// One, whether or not the endpoint listens to its kind.
    One(Id),
    /// All that the endpoint listens to, from `since` on and before `until`; those that it has
    /// taken already only if `again`.
    Range { since: Moment, until: Moment, again: bool },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schedule_is_the_published_one_within_a_fifth() {
        let hours: i64 = SCHEDULE_MS.iter().sum();
        assert_eq!(hours, ((75 * 60 + 35) * 60 + 5) * 1000, "75 h 35 min 5 s in all");
        for (tries, planned) in (0..).zip(SCHEDULE_MS) {
            assert_eq!(pause_ms(tries, 200), Some(planned));
            assert_eq!(pause_ms(tries, 0), Some(planned * 4 / 5));
            assert_eq!(pause_ms(tries, 400), Some(planned * 6 / 5));
            for roll in [1, 399, 401, 77_777, u32::MAX] {
                let pause = pause_ms(tries, roll).expect("within the schedule");
                assert!((planned * 4 / 5..=planned * 6 / 5).contains(&pause));
            }
        }
        assert_eq!(pause_ms(10, 200), None);
        assert_eq!(pause_ms(u32::MAX, 200), None);
    }

    #[test]
    fn what_follows_an_attempt() {
        let now = Moment::from_ms(1_000_000);
        let refused = |retry_after| Ended::Refused { retry_after };
        let pending = |ms| (DeliveryState::Pending, Some(now.plus_ms(ms)));
        assert_eq!(follows(now, 1, Ended::Delivered, 200), (DeliveryState::Delivered, None));
        assert_eq!(follows(now, 1, Ended::Gone, 200), (DeliveryState::Failed, None));
        assert_eq!(follows(now, 1, refused(None), 200), pending(5_000));
        assert_eq!(follows(now, 1, refused(Some(2)), 200), pending(5_000));
        assert_eq!(follows(now, 1, refused(Some(60)), 200), pending(60_000));
        assert_eq!(follows(now, 9, refused(None), 200), pending(86_400_000));
        assert_eq!(follows(now, 10, refused(Some(60)), 200), (DeliveryState::Failed, None));
    }

    #[test]
    fn the_log_keeps_the_last_attempts() {
        let mut log = Log::default();
        for n in 0..60 {
            let at = Moment::from_ms(n);
            let outcome = "status".to_owned();
            log.add(Attempt { at, took_ms: 1, status: Some(500), outcome, excerpt: String::new() });
        }
        assert_eq!(log.attempts.len(), MOST_ATTEMPTS);
        assert_eq!(log.attempts[0].at, Moment::from_ms(10));
        assert_eq!(serde_json::from_str::<Log>("{}").ok(), Some(Log::default()));
    }
}
