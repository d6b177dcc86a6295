//! What the compiler cannot check: every statement of every noun prepares on every engine. And
//! an engine that counts what it is asked, and refuses when told.

use crate::world::World;
use async_trait::async_trait;
use domain::time::Moment;
use serde_json::json;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use store::{Applied, Change, Engine, Guard, Migration, Query, Row, StoreError, Why, Written};
use tokio::sync::watch;

/// An engine in front of another.
#[derive(Debug)]
pub(crate) struct Watched {
    inner: Arc<dyn Engine>,
    reads: AtomicUsize,
    /// How many more changes find that others were faster.
    crowded: AtomicUsize,
    /// Whether writes wait.
    held: watch::Sender<bool>,
    writes: AtomicUsize,
    /// How many more writes arrive.
    left: AtomicUsize,
    /// Told at the next claim of jobs.
    at_claim: Mutex<Option<watch::Sender<bool>>>,
}

impl Watched {
    pub(crate) fn new(inner: Arc<dyn Engine>) -> Self {
        Self {
            inner,
            reads: AtomicUsize::new(0),
            crowded: AtomicUsize::new(0),
            held: watch::Sender::new(false),
            writes: AtomicUsize::new(0),
            left: AtomicUsize::new(usize::MAX),
            at_claim: Mutex::default(),
        }
    }

    /// How often it was read from.
    pub(crate) fn reads(&self) -> usize {
        self.reads.load(Ordering::SeqCst)
    }

    /// From now on every change that depends on a version is refused, as if others were always
    /// faster; or no longer.
    pub(crate) fn crowd(&self, yes: bool) {
        self.crowd_for(if yes { usize::MAX } else { 0 });
    }

    /// The next `changes` that depend on a version are refused.
    pub(crate) fn crowd_for(&self, changes: usize) {
        self.crowded.store(changes, Ordering::SeqCst);
    }

    fn was_slower(&self) -> bool {
        let fewer = |left: usize| left.checked_sub(1);
        self.crowded.fetch_update(Ordering::SeqCst, Ordering::SeqCst, fewer).is_ok()
    }

    /// From now on every write waits; or no longer.
    pub(crate) fn hold(&self, yes: bool) {
        self.held.send_replace(yes);
    }

    /// How often it was written to, counting what is held.
    pub(crate) fn writes(&self) -> usize {
        self.writes.load(Ordering::SeqCst)
    }

    /// From now on every write is unavailable; or no longer.
    pub(crate) fn away(&self, yes: bool) {
        self.away_after(if yes { 0 } else { usize::MAX });
    }

    /// After so many more writes every one is unavailable.
    pub(crate) fn away_after(&self, writes: usize) {
        self.left.store(writes, Ordering::SeqCst);
    }

    /// Says `true` as soon as a job is claimed.
    pub(crate) fn at_claim(&self, tell: watch::Sender<bool>) {
        *self.at_claim.lock().expect("no panic while it is held") = Some(tell);
    }
}

#[async_trait]
impl Engine for Watched {
    async fn read(&self, queries: Vec<Query>) -> Result<Vec<Vec<Row>>, StoreError> {
        self.reads.fetch_add(1, Ordering::SeqCst);
        self.inner.read(queries).await
    }

    async fn write(&self, change: Change) -> Result<Written, StoreError> {
        self.writes.fetch_add(1, Ordering::SeqCst);
        // Grouped with others, two of them could wait for each other.
        let takes_turns = change.statements.iter().any(|s| s.sql.contains("sender_turn"));
        assert!(change.alone || !takes_turns || self.inner.one_writer(), "{change:?}");
        let mut held = self.held.subscribe();
        // The one who holds lives as long as this.
        let _ = held.wait_for(|held| !held).await;
        let fewer = |left: usize| match left {
            usize::MAX => Some(left),
            left => left.checked_sub(1),
        };
        if self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, fewer).is_err() {
            return Err(StoreError::Unavailable("it is away".to_owned()));
        }
        if change.statements.iter().any(|s| s.sql.contains("tries = tries + 1"))
            && let Some(tell) = self.at_claim.lock().expect("no panic while it is held").take()
        {
            tell.send_replace(true);
        }
        let versioned = change.statements.iter().position(|s| s.guard == Guard::Version);
        match versioned.filter(|_| self.was_slower()) {
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
