//! The narrow seam below the SQL: values in, rows out. It knows no noun and no dialect.

pub(crate) mod postgres;
pub(crate) mod sqlite;
pub(crate) mod stats;
#[cfg(test)]
mod tests;

use crate::{Applied, Change, Migration, Query, Row, Statement, StoreError, Written};
use async_trait::async_trait;
use domain::time::Moment;
use std::fmt;

/// The engine's own tables, by the same SQL on every engine.
pub(crate) const OWN_TABLES: [&str; 2] = [
    "create table if not exists schema_history (number bigint not null primary key, \
     name text not null, checksum text not null, applied_at bigint not null)",
    "create table if not exists readiness (name text not null primary key, checks bigint not null)",
];
const TOUCH: &str = "insert into readiness (name, checks) values ($1, 1) \
     on conflict (name) do update set checks = readiness.checks + 1";
const LOOK: &str = "select checks from readiness where name = $1";

/// A database that answers queries and applies changes.
///
/// SQL given to it is plain: types `TEXT` and `BIGINT` only, `$1..$n` numbered in the order of
/// first appearance, `on conflict` and `returning` allowed, no engine's own functions, no
/// deferred constraints. Text compares by bytes.
#[async_trait]
pub trait Engine: Send + Sync + fmt::Debug {
    /// Answers all the queries from one snapshot, in their order.
    async fn read(&self, queries: Vec<Query>) -> Result<Vec<Vec<Row>>, StoreError>;

    /// Applies a change, whole or not at all. Succeeds only when the outcome is durable. Once
    /// begun a change runs to its end, even if nobody waits for the answer any more.
    /// `Unavailable` may leave open whether it was written; to repeat it is safe.
    async fn write(&self, change: Change) -> Result<Written, StoreError>;

    /// Brings the schema up to the last of `migrations`, each in its own transaction, so that a
    /// run that was interrupted is simply run again. Safe to run from several processes at once.
    async fn migrate(&self, migrations: &'static [Migration]) -> Result<Applied, StoreError>;

    /// Whether it can write a row and read it back, durably. Needs a migrated database.
    async fn check(&self) -> Result<(), StoreError> {
        let _ = self.write(Change::new([Statement::new(TOUCH, ["probe".into()])])).await?;
        let answers = self.read(vec![Query::new(LOOK, ["probe".into()])]).await?;
        match answers.first().and_then(|rows| rows.first()) {
            Some(row) => row.int(0).map(drop),
            None => Err(StoreError::Unavailable("a row just written cannot be read".into())),
        }
    }

    /// Whether `for update skip locked` is the way for several nodes to take different rows of one
    /// queue. An engine with one writer has no need of it, and may not know the words.
    fn skips_locked(&self) -> bool {
        false
    }

    /// Whether every change passes one writer, so that the order of commits is the order of
    /// writing.
    fn one_writer(&self) -> bool {
        !self.skips_locked()
    }

    /// Whether a row can be read before it is sure to stay. A server that waits for a second one
    /// shows a commit whose wait was broken off, as by a crash: only a later write that is
    /// acknowledged says that the second has it.
    fn shows_what_may_vanish(&self) -> bool {
        false
    }

    /// What time it is in a database that several nodes share; None if there is one node only, whose
    /// own clock is as good.
    async fn time(&self) -> Result<Option<Moment>, StoreError> {
        Ok(None)
    }

    /// Finishes what was accepted, makes a file whole and lets go of it. Calls that come later
    /// are `Unavailable`; closing again does nothing.
    async fn close(&self) -> Result<(), StoreError>;

    /// Prepares each statement without running it and checks its placeholders; names every
    /// statement at fault.
    async fn prepare_all(&self, sql: &[&'static str]) -> Result<(), StoreError>;
}
