//! What an engine's writer has done, counted alike on every engine.

use crate::{StoreError, Written};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// What the writer has done since the engine was opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stats {
    /// Transactions committed, each for a group of changes.
    pub commits: u64,
    /// Changes made durable.
    pub changes: u64,
    /// Changes refused.
    pub refused: u64,
    /// The most changes that one transaction held, refused ones included.
    pub largest_group: u64,
}

/// The counters behind [`Stats`].
#[derive(Debug, Default)]
pub(crate) struct Counters {
    commits: AtomicU64,
    changes: AtomicU64,
    refused: AtomicU64,
    largest_group: AtomicU64,
}

impl Counters {
    /// Counts one transaction with what became of its changes.
    pub(crate) fn count(&self, outcomes: &[Result<Written, StoreError>]) {
        let done = outcomes.iter().flatten().filter(|written| written.is_done()).count() as u64;
        let answered = outcomes.iter().flatten().count() as u64;
        self.commits.fetch_add(1, Relaxed);
        self.changes.fetch_add(done, Relaxed);
        self.refused.fetch_add(answered - done, Relaxed);
        self.largest_group.fetch_max(outcomes.len() as u64, Relaxed);
    }

    pub(crate) fn stats(&self) -> Stats {
        Stats {
            commits: self.commits.load(Relaxed),
            changes: self.changes.load(Relaxed),
            refused: self.refused.load(Relaxed),
            largest_group: self.largest_group.load(Relaxed),
        }
    }
}
