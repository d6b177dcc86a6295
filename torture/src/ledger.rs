//! What clients were told: every acknowledged answer, and every try that ended without one.

use serde_json::Value;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// An answer that says "done".
#[derive(Debug, Clone)]
pub(crate) struct Acknowledged {
    pub(crate) at: Instant,
    pub(crate) path: String,
    pub(crate) key: String,
    pub(crate) sent: Value,
    pub(crate) status: u16,
    pub(crate) body: String,
}

/// An answer to a call of the published interfaces, which has no key.
#[derive(Debug, Clone)]
pub(crate) struct Called {
    /// What it makes, of which there may be one.
    pub(crate) what: What,
    /// Its natural key: the quote or sub-order, by its id, or the account's name.
    pub(crate) about: String,
    /// The id of what it made; empty where it makes nothing.
    pub(crate) made: String,
    pub(crate) sent: Value,
}

/// What a published call makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    CreditCheck,
    Contract,
    Order,
    BillingAccount,
    Handoff,
}

/// A try after which the client did not know what had become of it.
#[derive(Debug, Clone)]
pub(crate) struct Unknown {
    pub(crate) at: Instant,
    pub(crate) took: Duration,
    /// 503, or 409 or 404 to be asked again, or nothing where the connection broke.
    pub(crate) status: Option<u16>,
}

/// Shared by all clients of a run.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    acknowledged: Mutex<Vec<Acknowledged>>,
    called: Mutex<Vec<Called>>,
    unknown: Mutex<Vec<Unknown>>,
    /// Keys that had their effect at a try whose answer was lost.
    found: Mutex<usize>,
    /// Orders that were delivered.
    delivered: Mutex<usize>,
}

impl Ledger {
    pub(crate) fn acknowledge(&self, entry: Acknowledged, replayed: bool) {
        self.acknowledged.lock().unwrap().push(entry);
        if replayed {
            *self.found.lock().unwrap() += 1;
        }
    }

    pub(crate) fn answer(&self, called: Called) {
        self.called.lock().unwrap().push(called);
    }

    pub(crate) fn called(&self) -> Vec<Called> {
        self.called.lock().unwrap().clone()
    }

    pub(crate) fn not_known(&self, unknown: Unknown) {
        self.unknown.lock().unwrap().push(unknown);
    }

    pub(crate) fn acknowledged(&self) -> Vec<Acknowledged> {
        self.acknowledged.lock().unwrap().clone()
    }

    pub(crate) fn unknown(&self) -> Vec<Unknown> {
        self.unknown.lock().unwrap().clone()
    }

    pub(crate) fn found(&self) -> usize {
        *self.found.lock().unwrap()
    }

    pub(crate) fn deliver(&self) {
        *self.delivered.lock().unwrap() += 1;
    }

    pub(crate) fn delivered(&self) -> usize {
        *self.delivered.lock().unwrap()
    }

    /// How many were acknowledged so far.
    pub(crate) fn count(&self) -> usize {
        self.acknowledged.lock().unwrap().len() + self.called.lock().unwrap().len()
    }

    /// Acknowledged since a moment.
    pub(crate) fn since(&self, moment: Instant) -> usize {
        self.acknowledged.lock().unwrap().iter().filter(|entry| entry.at > moment).count()
    }

    /// The longest time without any acknowledgement, from the moment on.
    pub(crate) fn longest_gap(&self, from: Instant) -> Duration {
        longest_gap(self.acknowledged.lock().unwrap().iter().map(|entry| entry.at), from)
    }
}

/// The longest time between two of the moments, from the one given on.
pub(crate) fn longest_gap(moments: impl Iterator<Item = Instant>, from: Instant) -> Duration {
    let mut moments: Vec<Instant> = moments.filter(|&at| at > from).collect();
    moments.push(from);
    moments.sort();
    moments.windows(2).map(|two| two[1] - two[0]).max().unwrap_or_default()
}
