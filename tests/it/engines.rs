//! What the compiler cannot check: every statement of every noun prepares on every engine. And
//! an engine that counts what it is asked, and refuses when told.

use crate::world::World;
use async_trait::async_trait;
use domain::time::Moment;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use store::{Applied, Change, Engine, Guard, Migration, Query, Row, StoreError, Why, Written};

/// An engine in front of another.
#[derive(Debug)]
pub(crate) struct Watched {
    inner: Arc<dyn Engine>,
    reads: AtomicUsize,
    /// Whether others are always faster.
    crowded: AtomicBool,
}

impl Watched {
    pub(crate) fn new(inner: Arc<dyn Engine>) -> Self {
        Self { inner, reads: AtomicUsize::new(0), crowded: AtomicBool::new(false) }
    }

    /// How often it was read from.
    pub(crate) fn reads(&self) -> usize {
        self.reads.load(Ordering::SeqCst)
    }

    /// From now on every change that depends on a version is refused, as if others were always
    /// faster; or no longer.
    pub(crate) fn crowd(&self, yes: bool) {
        self.crowded.store(yes, Ordering::SeqCst);
    }
}

#[async_trait]
impl Engine for Watched {
    async fn read(&self, queries: Vec<Query>) -> Result<Vec<Vec<Row>>, StoreError> {
        self.reads.fetch_add(1, Ordering::SeqCst);
        self.inner.read(queries).await
    }

    async fn write(&self, change: Change) -> Result<Written, StoreError> {
        let versioned = change.statements.iter().position(|s| s.guard == Guard::Version);
        match versioned.filter(|_| self.crowded.load(Ordering::SeqCst)) {
            Some(statement) => {
                let (guard, why) = (Guard::Version, Why::RowCount(0));
                Ok(Written::Refused { statement, guard, why })
            }
            None => self.inner.write(change).await,
        }
    }

    async fn migrate(&self, migrations: &'static [Migration]) -> Result<Applied, StoreError> {
        self.inner.migrate(migrations).await
    }

    fn skips_locked(&self) -> bool {
        self.inner.skips_locked()
    }

    async fn time(&self) -> Result<Option<Moment>, StoreError> {
        self.inner.time().await
    }

    async fn close(&self) -> Result<(), StoreError> {
        self.inner.close().await
    }

    async fn prepare_all(&self, sql: &[&'static str]) -> Result<(), StoreError> {
        self.inner.prepare_all(sql).await
    }
}

#[tokio::test]
async fn every_statement_prepares() {
    let world = World::start().await;
    world.app.store.prepare_all().await.expect("every statement prepares");
}

/// PostgreSQL keeps no text with a zero in it. Whoever sends one hears where, on every engine.
#[tokio::test]
async fn a_text_with_a_zero_in_it_is_refused_at_its_place() {
    let world = World::start().await;
    let partner = world.partner("aiab").await;
    let body = json!({ "name": "a\u{0}b", "new_customer": { "name": "Sample Bakery",
        "address": { "street": "1 Main St", "city": "Dal\u{0}las", "state": "TX", "zip": "75202" },
    } });
    let problem = partner.post("/v1/opportunities", &body).await.refused(422, "invalid_body");
    let pointers: Vec<_> = problem["errors"].as_array().expect("errors").iter().collect();
    let pointers: Vec<_> = pointers.iter().map(|e| e["pointer"].as_str()).collect();
    assert_eq!(pointers, [Some("/name"), Some("/new_customer/address/city")]);
}
