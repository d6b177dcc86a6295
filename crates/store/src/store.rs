//! The store as the actions see it: ask, commit, claim.

use crate::ask::Asks;
use crate::job::{Claimed, Room};
use crate::put::{Answered, statements};
use crate::rooms::Rooms;
use crate::{
    Change, Engine, Guard, MIGRATIONS, Query, Row, Statement, StoreError, Why, Written,
    idempotency::{self, Kept},
    test_clock,
};
use domain::change::Reading;
use domain::id::Id;
use domain::party::Tenant;
use domain::time::Moment;
use faults::{Bug, Point, pass, planted};
use std::sync::Arc;
use tokio::sync::{Notify, watch};

/// So many rows are forgotten by one write, so that nobody's own waits for long.
const FORGOTTEN_AT_ONCE: u32 = 500;

/// What became of a change.
#[must_use]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Committed {
    /// Durable.
    Done,
    /// Something read has changed since, or a fresh id was taken: load and decide again.
    Stale,
    /// The idempotency key was used meanwhile: look at its answer.
    KeyTaken,
    /// The job belongs to somebody else by now: drop the outcome.
    LeaseLost,
}

/// A handle to the memory; clones share it.
#[derive(Debug, Clone)]
pub struct Store {
    pub(crate) engine: Arc<dyn Engine>,
    /// Where readers wait for the next commit.
    rooms: Rooms,
    /// The feed's end, as far as this process knows.
    head: Arc<watch::Sender<i64>>,
    /// Rings when a commit of this process left events without a place.
    unplaced: Arc<Notify>,
}

impl Store {
    /// Brings the schema up to date and opens the store.
    pub async fn open(engine: Arc<dyn Engine>) -> Result<Self, StoreError> {
        engine.migrate(MIGRATIONS).await?;
        let store = Self::over(engine);
        crate::customer::index_all(&store).await?;
        Ok(store)
    }

    /// A store over a database that has been opened by this version before.
    pub fn over(engine: Arc<dyn Engine>) -> Self {
        let rooms = Rooms::default();
        let (head, unplaced) = (Arc::new(watch::Sender::new(0)), Arc::new(Notify::new()));
        Self { engine, rooms, head, unplaced }
    }

    /// Answers questions from one snapshot.
    pub async fn ask<A: Asks>(&self, mut asks: A) -> Result<A::Answers, StoreError> {
        let queries: Vec<Query> = asks.queries();
        let answers = self.engine.read(queries).await?;
        asks.read(answers)
    }

    /// Commits a decision whole or not at all, with the answer that was given for it.
    pub async fn commit(
        &self,
        now: Moment,
        change: &domain::change::Change,
        answered: Option<&Answered>,
    ) -> Result<Committed, StoreError> {
        self.commit_under(now, None, change, answered).await
    }

    /// The same, only if the partner's test clock is still as it was read.
    pub async fn commit_under(
        &self,
        now: Moment,
        clock: Option<&Reading>,
        change: &domain::change::Change,
        answered: Option<&Answered>,
    ) -> Result<Committed, StoreError> {
        let placed = self.engine.one_writer().then_some(now);
        let mut writing = statements(change, answered, placed)?;
        for reading in clock.into_iter().chain(&change.clocks) {
            writing.statements.insert(0, test_clock::fence(reading));
            // Its row is locked first, by this change alone.
            writing.alone |= reading.version.is_some();
        }
        if let Some(answered) = answered {
            writing.statements.insert(0, idempotency::forget_one(answered, now));
        }
        match self.engine.write(writing).await? {
            Written::Done(rows) => {
                if !change.events.is_empty() {
                    match placed {
                        Some(_) => self.end_is(rows)?,
                        None => self.unplaced.notify_one(),
                    }
                }
                self.rooms.ring(change.puts.iter().map(|put| put.record.concerns()));
                Ok(Committed::Done)
            }
            Written::Refused { guard, why, statement } => match guard {
                Guard::Unique(idempotency::KEY) => Ok(Committed::KeyTaken),
                Guard::Lease => Ok(Committed::LeaseLost),
                Guard::Version if planted(Bug::IgnoreStale) => Ok(Committed::Done),
                Guard::Version | Guard::Clock | Guard::Unique(_) => Ok(Committed::Stale),
                // An unguarded statement met a unique constraint: an update onto one, such as
                // a second contract coming alive. Others were faster there too.
                Guard::None if why == Why::UniqueViolation => Ok(Committed::Stale),
                Guard::None => {
                    Err(StoreError::ours(format!("statement {statement} was refused: {why:?}")))
                }
            },
        }
    }

    /// The answer that was given to this key, safe to be given again. What can be read may still
    /// be on its way to a second server, and vanish with the first; then a write is what asks.
    pub async fn answered(
        &self,
        tenant: Tenant,
        name: &str,
        now: Moment,
    ) -> Result<Option<Kept>, StoreError> {
        let seen = self.ask(idempotency::find(tenant, name, now)).await?;
        if seen.is_none() || !self.engine.shows_what_may_vanish() {
            return Ok(seen);
        }
        match self
            .engine
            .write(Change::within(tenant, [idempotency::confirm(tenant, name)]))
            .await?
        {
            Written::Done(mut rows) => idempotency::kept(rows.pop().unwrap_or_default()),
            Written::Refused { why, .. } => {
                Err(StoreError::ours(format!("a confirmation was refused: {why:?}")))
            }
        }
    }

    /// Says whether what a change rests on, and does again, may be told as done: it is written
    /// once more as it was read, where what can be read may vanish.
    pub async fn confirm(
        &self,
        now: Moment,
        change: &domain::change::Change,
    ) -> Result<Committed, StoreError> {
        if change.rests_on.is_some() && self.engine.shows_what_may_vanish() {
            return self.commit(now, change, None).await;
        }
        Ok(Committed::Done)
    }

    /// Whether every commit is this process's own, so that [`touched`](Self::touched) tells all.
    pub fn alone(&self) -> bool {
        self.engine.one_writer()
    }

    /// A receiver that changes with each commit of this process that touches `object` or a part
    /// of it; now and then with one that does not.
    pub fn touched(&self, object: Id) -> watch::Receiver<u64> {
        self.rooms.of(object).subscribe()
    }

    /// Gives every committed event that has no place in the feed its place. Asks before it writes.
    /// `Ok` means that everything committed before the call can be read in the feed after it.
    pub async fn place(&self, now: Moment) -> Result<(), StoreError> {
        loop {
            let head = self.ask(crate::feed::head()).await?;
            self.head.send_if_modified(|known| raise(known, head.position));
            if !head.behind {
                return Ok(());
            }
            pass(Point::FeedPlacing);
            match self.engine.write(crate::feed::place(now)).await? {
                Written::Done(rows) => self.end_is(rows)?,
                Written::Refused { why, statement, .. } => {
                    let what = format!("placing events, statement {statement}: {why:?}");
                    return Err(StoreError::ours(what));
                }
            }
        }
    }

    /// The last statement of a change that placed events returned the feed's end.
    fn end_is(&self, rows: Vec<Vec<Row>>) -> Result<(), StoreError> {
        if let Some(row) = rows.last().and_then(|rows| rows.first()) {
            let end = row.int(0)?;
            self.head.send_if_modified(|known| raise(known, end));
        }
        Ok(())
    }

    /// The feed's end, as far as this process knows; changes as it grows.
    pub fn feed_end(&self) -> watch::Receiver<i64> {
        self.head.subscribe()
    }

    /// Waits until a commit of this process has left events without a place.
    pub async fn unplaced(&self) {
        self.unplaced.notified().await;
    }

    /// Claims due jobs for `owner`: from each lane at most its room, in all at most `limit`. Asks
    /// before it writes, so that an idle worker writes nothing.
    pub async fn claim(
        &self,
        owner: Id,
        now: Moment,
        lease_ms: i64,
        rooms: &[Room],
        limit: u32,
    ) -> Result<Vec<Claimed>, StoreError> {
        let due = rooms.iter().map(|room| crate::job::due(*room, now)).collect();
        let shares = crate::job::share(rooms, &self.engine.read(due).await?, limit)?;
        if shares.is_empty() {
            return Ok(Vec::new());
        }
        let sql = crate::job::claim_sql(self.engine.skips_locked());
        let until = now.plus_ms(lease_ms);
        let claims = shares.iter().map(|share| crate::job::claim(sql, owner, now, until, *share));
        match self.engine.write(Change::new(claims.collect::<Vec<_>>())).await? {
            Written::Done(rows) => rows.iter().flatten().map(crate::job::claimed).collect(),
            Written::Refused { why, .. } => {
                Err(StoreError::ours(format!("a claim was refused: {why:?}")))
            }
        }
    }

    /// Claims up to `limit` jobs that are due by the test clock of `tenant`.
    pub async fn claim_of(
        &self,
        tenant: Tenant,
        owner: Id,
        now: Moment,
        lease_ms: i64,
        limit: u32,
    ) -> Result<Vec<Claimed>, StoreError> {
        let sql = test_clock::claim_sql(self.engine.skips_locked());
        let claim = test_clock::claim(sql, tenant, owner, now, now.plus_ms(lease_ms), limit);
        match self.engine.write(Change::within(tenant, [claim])).await? {
            Written::Done(rows) => rows.iter().flatten().map(crate::job::claimed).collect(),
            Written::Refused { why, .. } => {
                Err(StoreError::ours(format!("a claim was refused: {why:?}")))
            }
        }
    }

    /// When the next free job of these lanes is due.
    pub async fn next_due(
        &self,
        connectors: &[&str],
        now: Moment,
    ) -> Result<Option<Moment>, StoreError> {
        let asks = connectors.iter().map(|lane| crate::job::next_due(lane, now)).collect();
        let mut next = None;
        for rows in self.engine.read(asks).await? {
            let due = rows.first().map(|row| row.opt_int(0)).transpose()?.flatten();
            next = [next, due].into_iter().flatten().min();
        }
        Ok(next.map(Moment::from_ms))
    }

    /// Forgets idempotency keys whose time is over.
    pub async fn sweep(&self, now: Moment) -> Result<(), StoreError> {
        self.forget(|most| idempotency::forget(now, most)).await
    }

    /// Forgets some at a time, until there are no more: others write in between.
    pub(crate) async fn forget(&self, some: impl Fn(u32) -> Statement) -> Result<(), StoreError> {
        loop {
            let statement = some(FORGOTTEN_AT_ONCE);
            match self.engine.write(Change::new([statement])).await? {
                Written::Done(rows) => {
                    let count = u32::try_from(rows.iter().flatten().count());
                    if count.is_ok_and(|count| count < FORGOTTEN_AT_ONCE) {
                        return Ok(());
                    }
                }
                Written::Refused { why, .. } => {
                    return Err(StoreError::ours(format!("forgetting was refused: {why:?}")));
                }
            }
        }
    }

    /// What time it is in a database that several nodes share; None if there is one node only.
    pub async fn time(&self) -> Result<Option<Moment>, StoreError> {
        self.engine.time().await
    }

    /// Whether it can write and read, durably.
    pub async fn check(&self) -> Result<(), StoreError> {
        self.engine.check().await
    }

    /// Finishes what was accepted and closes.
    pub async fn close(&self) -> Result<(), StoreError> {
        self.engine.close().await
    }

    /// Prepares every statement that any noun uses: what the compiler cannot check.
    pub async fn prepare_all(&self) -> Result<(), StoreError> {
        let mut all: Vec<&'static str> =
            crate::ALL_SQL.iter().flat_map(|s| s.iter()).copied().collect();
        all.push(crate::job::claim_sql(self.engine.skips_locked()));
        all.push(crate::delivery::claim_sql(self.engine.skips_locked()));
        all.push(test_clock::claim_sql(self.engine.skips_locked()));
        self.engine.prepare_all(&all).await
    }
}

/// Two that hear of it may come in either order.
fn raise(known: &mut i64, position: i64) -> bool {
    let risen = position > *known;
    *known = position.max(*known);
    risen
}
