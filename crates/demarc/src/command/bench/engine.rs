//! The store's engine for a bench: it keeps what goes through it.

use super::base::Database;
use crate::failure::Outcome;
use async_trait::async_trait;
use std::sync::{Arc, Mutex, PoisonError};
use store::Written;
use store::{
    Applied, Change, Engine, Migration, Postgres, PostgresOptions, Query, Row, Sqlite, StoreError,
    Value,
};

/// What one flow stores when nobody else is there.
#[derive(Debug, Clone, Default)]
pub(super) struct Alone {
    /// Everything written, in its order.
    pub(super) changes: Vec<Change>,
    /// Transactions that made it durable: changes that wait together share one.
    pub(super) commits: u64,
    /// What idempotency keys begin with.
    pub(super) key: String,
}

/// How much that is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Counts {
    /// Of all the values bound to statements that write: eight for a number.
    pub(super) bytes: u64,
    pub(super) statements: u64,
    pub(super) transactions: u64,
}

impl Alone {
    pub(super) fn counts(&self) -> Counts {
        let statements = || self.changes.iter().flat_map(|change| &change.statements);
        let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        Counts {
            bytes: statements().flat_map(|s| &s.values).map(size).sum(),
            statements: number(statements().count()),
            transactions: self.commits,
        }
    }
}

fn size(value: &Value) -> u64 {
    match value {
        Value::Null => 0,
        Value::Int(_) => 8,
        Value::Text(text) => u64::try_from(text.len()).unwrap_or(0),
    }
}

/// An engine that keeps every change that was written.
#[derive(Debug)]
pub(super) struct Kept {
    engine: Inner,
    changes: Mutex<Vec<Change>>,
}

#[derive(Debug)]
enum Inner {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

impl Inner {
    fn any(&self) -> &dyn Engine {
        match self {
            Self::Sqlite(engine) => engine,
            Self::Postgres(engine) => engine,
        }
    }
}

impl Kept {
    pub(super) async fn open(database: &Database) -> Outcome<Arc<Self>> {
        let engine = if let Some(url) = &database.url {
            Inner::Postgres(Postgres::connect(url, PostgresOptions::default()).await?)
        } else {
            let file = database.config()?.database();
            Inner::Sqlite(Sqlite::open(file, store::Options::default())?)
        };
        Ok(Arc::new(Self { engine, changes: Mutex::default() }))
    }

    /// Transactions committed so far.
    pub(super) fn commits(&self) -> u64 {
        match &self.engine {
            Inner::Sqlite(engine) => engine.stats().commits,
            Inner::Postgres(engine) => engine.stats().commits,
        }
    }

    /// What was written since it was last asked.
    pub(super) fn take(&self) -> Vec<Change> {
        std::mem::take(&mut *self.changes.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[async_trait]
impl Engine for Kept {
    async fn read(&self, queries: Vec<Query>) -> Result<Vec<Vec<Row>>, StoreError> {
        self.engine.any().read(queries).await
    }

    async fn write(&self, change: Change) -> Result<Written, StoreError> {
        let written = self.engine.any().write(change.clone()).await?;
        if written.is_done() {
            self.changes.lock().unwrap_or_else(PoisonError::into_inner).push(change);
        }
        Ok(written)
    }

    async fn migrate(&self, migrations: &'static [Migration]) -> Result<Applied, StoreError> {
        self.engine.any().migrate(migrations).await
    }

    fn skips_locked(&self) -> bool {
        self.engine.any().skips_locked()
    }

    fn one_writer(&self) -> bool {
        self.engine.any().one_writer()
    }

    fn shows_what_may_vanish(&self) -> bool {
        self.engine.any().shows_what_may_vanish()
    }

    async fn close(&self) -> Result<(), StoreError> {
        self.engine.any().close().await
    }

    async fn prepare_all(&self, sql: &[&'static str]) -> Result<(), StoreError> {
        self.engine.any().prepare_all(sql).await
    }
}
