//! Paging by cursor: newest first, the cursor is the last id seen.

use crate::Value;
use domain::id::{Id, Kind};
use domain::time::Moment;

/// Which part of a list is asked for. Ids sort by time, so bounds in time are bounds on ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// Only ids before this one.
    pub before: Option<Id>,
    /// Only objects created at or after this moment.
    pub since: Option<Moment>,
    /// At most so many.
    pub limit: u32,
}

/// Sorts after every id.
const AFTER_ALL: &str = "zzzzzzzzzzzzzzzz";

impl Page {
    /// The exclusive upper bound, the inclusive lower bound, and the limit: one more than asked
    /// for, so that the reader knows whether there is a next page.
    pub(crate) fn values(self, kind: Kind) -> (Value, Value, Value) {
        let upper = self.before.map_or_else(|| AFTER_ALL.into(), |id| id.short().into());
        let lower = self.since.map_or_else(
            || String::new().into(),
            |moment| Id::new(kind, moment.ms(), 0).short().into(),
        );
        (upper, lower, i64::from(self.limit + 1).into())
    }
}
