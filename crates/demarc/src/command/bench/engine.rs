//! The store's engine for a bench: as it is, or counting what goes through it.

use crate::failure::{Outcome, at};
use async_trait::async_trait;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use store::{Applied, Change, Engine, Migration, Query, Row, Sqlite, StoreError, Value, Written};

fn open(folder: &Path) -> Outcome<Sqlite> {
    std::fs::create_dir_all(folder).map_err(at(folder.display()))?;
    Ok(Sqlite::open(folder.join("demarc.sqlite"), store::Options::default())?)
}

/// A fresh database in `folder`.
pub(super) fn plain(folder: &Path) -> Outcome<Arc<dyn Engine>> {
    Ok(Arc::new(open(folder)?))
}

/// What was stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Counts {
    /// Of all the values bound to statements that write: eight for a number.
    pub(super) bytes: u64,
    /// Transactions that made them durable.
    pub(super) transactions: u64,
}

impl Counts {
    pub(super) const fn since(self, before: Self) -> Self {
        Self {
            bytes: self.bytes - before.bytes,
            transactions: self.transactions - before.transactions,
        }
    }
}

/// An engine that counts.
#[derive(Debug)]
pub(super) struct Counted {
    engine: Sqlite,
    bytes: AtomicU64,
}

impl Counted {
    pub(super) fn open(folder: &Path) -> Outcome<Arc<Self>> {
        Ok(Arc::new(Self { engine: open(folder)?, bytes: AtomicU64::new(0) }))
    }

    pub(super) fn counts(&self) -> Counts {
        let transactions = self.engine.stats().commits;
        Counts { bytes: self.bytes.load(Ordering::SeqCst), transactions }
    }
}

fn size(value: &Value) -> u64 {
    match value {
        Value::Null => 0,
        Value::Int(_) => 8,
        Value::Text(text) => u64::try_from(text.len()).unwrap_or(0),
    }
}

#[async_trait]
impl Engine for Counted {
    async fn read(&self, queries: Vec<Query>) -> Result<Vec<Vec<Row>>, StoreError> {
        self.engine.read(queries).await
    }

    async fn write(&self, change: Change) -> Result<Written, StoreError> {
        let bytes = change.statements.iter().flat_map(|s| &s.values).map(size).sum();
        let written = self.engine.write(change).await?;
        if matches!(written, Written::Done(_)) {
            self.bytes.fetch_add(bytes, Ordering::SeqCst);
        }
        Ok(written)
    }

    async fn migrate(&self, migrations: &'static [Migration]) -> Result<Applied, StoreError> {
        self.engine.migrate(migrations).await
    }

    async fn close(&self) -> Result<(), StoreError> {
        self.engine.close().await
    }

    async fn prepare_all(&self, sql: &[&'static str]) -> Result<(), StoreError> {
        self.engine.prepare_all(sql).await
    }
}
