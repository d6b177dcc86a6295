//! Who decides, when, and by which clock.

use crate::id::{Id, Ids};
use crate::party::{Actor, Tenant};
use crate::time::Moment;

/// Who decides, when, and where fresh ids come from: all that a rule may know besides the
/// facts. The same context and facts give the same decision.
#[derive(Debug, Clone)]
pub struct Context {
    pub now: Moment,
    pub ids: Ids,
    pub actor: Actor,
    /// The request that asks, for the events.
    pub request: Option<Id>,
    /// What `now` rests on, where the partner may have a test clock. None: the server's clock.
    pub clock: Option<Reading>,
}

/// A look at a partner's test clock. What is decided by it is committed only while it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    pub tenant: Tenant,
    /// The server's own clock.
    pub wall: Moment,
    /// The version of the test clock that stands; none: there is none, and time is the server's.
    pub version: Option<u64>,
}

/// When a job is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// By the server's clock; [`Moment::NEVER`] while it waits for a test clock.
    pub at: Moment,
    /// By the partner's test clock, if it has one.
    pub by_clock: Option<Moment>,
}

impl Due {
    /// By the server's clock alone.
    pub const fn at(moment: Moment) -> Self {
        Self { at: moment, by_clock: None }
    }
}

impl Context {
    /// The server's own clock, whatever the partner's says.
    pub fn wall(&self) -> Moment {
        self.clock.map_or(self.now, |reading| reading.wall)
    }

    fn goes_by_clock(&self) -> bool {
        self.clock.is_some_and(|reading| reading.version.is_some())
    }

    /// Work that is due at a moment of the partner's.
    pub fn due(&self, moment: Moment) -> Due {
        if !self.goes_by_clock() {
            return Due::at(moment);
        }
        let at = if moment > self.now { Moment::NEVER } else { self.wall() };
        Due { at, by_clock: Some(moment.max(self.now)) }
    }

    /// Work that is not to be done before a moment of the server's clock, for a reason of the
    /// server's own.
    pub fn due_by_wall(&self, moment: Moment) -> Due {
        Due { at: moment, by_clock: self.goes_by_clock().then_some(self.now) }
    }
}
