//! A circuit breaker: whether a connector may be called, by how its last calls went. A pure state
//! machine: the time is passed in, nothing is called here.
//!
//! ```text
//!            enough of the last calls failed
//!   closed ────────────────────────────────▶ open ◀──┐ the probe failed:
//!      ▲                                      │      │ twice the cool-down
//!      │ the probe was answered               │ cool-down over
//!      └────────────────────────── half-open ◀┘──────┘
//! ```

use std::collections::VecDeque;

/// When a breaker opens, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BreakerRules {
    /// So many of the last calls are looked at.
    pub calls: usize,
    /// With fewer than so many there is no verdict.
    pub at_least: usize,
    /// Opens when so many per cent of them failed.
    pub percent: usize,
    /// Calls that ended longer ago, in milliseconds, say nothing any more.
    pub window_ms: i64,
    /// Milliseconds until the first probe; doubled by each probe that fails.
    pub cool_ms: i64,
    /// The longest cool-down.
    pub longest_cool_ms: i64,
}

impl Default for BreakerRules {
    fn default() -> Self {
        Self {
            calls: 20,
            at_least: 10,
            percent: 50,
            window_ms: 60_000,
            cool_ms: 5_000,
            longest_cool_ms: 60_000,
        }
    }
}

/// How a call ended, as far as it tells of the connector's health.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// It answered, be it with a no.
    Answered,
    /// It did not, or said later.
    Failed,
    /// Nobody knows: the call was given up for a reason of ours.
    Unknown,
}

/// What a breaker is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Circuit {
    /// Calls go through.
    Closed,
    /// None does before this moment, in milliseconds.
    Open { until: i64 },
    /// One call at a time finds out whether the connector is well again.
    HalfOpen,
}

impl Circuit {
    pub const WORDS: [&str; 3] = ["closed", "open", "half_open"];

    /// The stable word, as in logs and on the wire.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Closed => Self::WORDS[0],
            Self::Open { .. } => Self::WORDS[1],
            Self::HalfOpen => Self::WORDS[2],
        }
    }
}

/// The right to make one call; its end is told with [`Breaker::end`].
#[must_use]
#[derive(Debug, PartialEq, Eq)]
pub struct Ticket {
    /// Which round of the breaker it is from: what ends later than its round says nothing.
    round: u64,
}

/// The breaker of one connector.
#[derive(Debug, Clone)]
pub struct Breaker {
    rules: BreakerRules,
    state: State,
    /// Counts the changes of state.
    round: u64,
    /// When each of the last calls ended, and whether it failed. Oldest first.
    recent: VecDeque<(i64, bool)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Closed,
    Open { until: i64, cool_ms: i64 },
    HalfOpen { probing: bool, cool_ms: i64 },
}

impl Breaker {
    pub fn new(rules: BreakerRules) -> Self {
        let recent = VecDeque::with_capacity(rules.calls);
        Self { rules, state: State::Closed, round: 0, recent }
    }

    /// What it is doing at `now`.
    pub fn circuit(&self, now: i64) -> Circuit {
        match self.state {
            State::Closed => Circuit::Closed,
            State::Open { until, cool_ms } if is_before(now, until, cool_ms) => {
                Circuit::Open { until }
            }
            State::Open { .. } | State::HalfOpen { .. } => Circuit::HalfOpen,
        }
    }

    /// How many calls may begin at `now`: none, one, or any number.
    pub fn room(&self, now: i64) -> usize {
        match (self.circuit(now), self.state) {
            (Circuit::Closed, _) => usize::MAX,
            (Circuit::Open { .. }, _) | (_, State::HalfOpen { probing: true, .. }) => 0,
            (Circuit::HalfOpen, _) => 1,
        }
    }

    /// Asks for a call. None: it must not be made now.
    pub fn begin(&mut self, now: i64) -> Option<Ticket> {
        if self.room(now) == 0 {
            return None;
        }
        if let State::Open { cool_ms, .. } | State::HalfOpen { cool_ms, .. } = self.state {
            self.state = State::HalfOpen { probing: true, cool_ms };
            self.round += 1;
        }
        Some(Ticket { round: self.round })
    }

    /// Tells how a call ended. Answers what the breaker does from now on, if that has changed.
    #[expect(clippy::needless_pass_by_value, reason = "a ticket is for one call")]
    pub fn end(&mut self, ticket: Ticket, ended: Ended, now: i64) -> Option<Circuit> {
        if ticket.round != self.round {
            return None;
        }
        match self.state {
            State::Closed => {
                self.remember(ended, now);
                let bad = ended == Ended::Failed && self.is_bad(now);
                bad.then(|| self.open(now, self.rules.cool_ms))
            }
            State::HalfOpen { cool_ms, .. } => match ended {
                Ended::Answered => {
                    self.state = State::Closed;
                    self.round += 1;
                    self.recent.clear();
                    Some(Circuit::Closed)
                }
                Ended::Failed => {
                    let longer = cool_ms.saturating_mul(2).min(self.rules.longest_cool_ms);
                    Some(self.open(now, longer))
                }
                Ended::Unknown => {
                    self.state = State::HalfOpen { probing: false, cool_ms };
                    None
                }
            },
            State::Open { .. } => None,
        }
    }

    /// Of the calls that count at `now`: how many failed, and how many there were.
    pub fn counts(&self, now: i64) -> (usize, usize) {
        let young = self.recent.iter().filter(|(at, _)| now - at < self.rules.window_ms);
        young.fold((0, 0), |(failed, all), (_, f)| (failed + usize::from(*f), all + 1))
    }

    fn remember(&mut self, ended: Ended, now: i64) {
        if ended == Ended::Unknown {
            return;
        }
        if self.recent.len() >= self.rules.calls {
            self.recent.pop_front();
        }
        self.recent.push_back((now, ended == Ended::Failed));
    }

    fn is_bad(&self, now: i64) -> bool {
        let (failed, all) = self.counts(now);
        all >= self.rules.at_least.max(1) && failed * 100 >= all * self.rules.percent
    }

    fn open(&mut self, now: i64, cool_ms: i64) -> Circuit {
        let until = now.saturating_add(cool_ms);
        self.state = State::Open { until, cool_ms };
        self.round += 1;
        self.recent.clear();
        Circuit::Open { until }
    }
}

/// Whether a cool-down still lasts. One that seems longer than it was made is over: the clock was
/// set back, and nobody shall wait for it to catch up.
const fn is_before(now: i64, until: i64, cool_ms: i64) -> bool {
    now < until && until - now <= cool_ms
}

#[cfg(test)]
mod tests;
