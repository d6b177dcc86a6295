//! What happened: one row per change of an object, written with the change itself.
//!
//! An object's version and its event's sequence are the same number, so the sequence per
//! object is dense by construction; and the state history of an object is its events.

mod kind;

pub use kind::{EventKind, Noun};

use crate::id::Id;
use crate::party::{Actor, Tenant};
use crate::time::Moment;
use serde::{Deserialize, Serialize};

/// One thing that happened to one object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    pub id: Id,
    pub tenant: Tenant,
    /// `quote.priced`: noun and past participle. A word, not an [`EventKind`]: another node may
    /// be newer and know more of them.
    pub kind: String,
    pub object: Id,
    /// The object's version after the change: 1, 2, 3 … without a gap.
    pub sequence: u64,
    pub at: Moment,
    pub actor: Actor,
    /// The state before and after, where the object has one. Equal when only content changed.
    pub from: Option<String>,
    pub to: Option<String>,
    /// Why, in the words of who did it.
    pub reason: Option<String>,
    /// The request that caused it.
    pub request: Option<Id>,
}

impl Event {
    /// Why, as its partner is told: why somebody saw a tax id stays with the carrier.
    pub fn reason_told(&self) -> Option<&str> {
        let own = EventKind::parse(&self.kind) == Some(EventKind::CreditCheckTaxIdRevealed);
        self.reason.as_deref().filter(|_| !own)
    }
}

/// What an action says about a change; the rest of the event is known from the object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happened {
    pub kind: EventKind,
    pub from: Option<&'static str>,
    pub reason: Option<String>,
}

impl Happened {
    pub const fn new(kind: EventKind) -> Self {
        Self { kind, from: None, reason: None }
    }

    /// The state that the object left.
    #[must_use]
    pub const fn from(mut self, state: &'static str) -> Self {
        self.from = Some(state);
        self
    }

    #[must_use]
    pub fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }
}
