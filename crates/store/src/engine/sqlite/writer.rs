//! The writer: one thread that owns the connection which writes, and commits in groups.
//!
//! A commit waits for the disk; the changes that arrive meanwhile share the next one. Each has a
//! savepoint of its own in it, so that a refused one leaves its neighbours alone. Nobody is
//! answered before the commit that holds his change.

use super::{
    checkpoint::{Checkpoint, end},
    failure::{Failed, Kind},
    run::{control, run},
};
use crate::engine::stats::{Counters, Stats};
use crate::{Change, Expect, StoreError, Why, Written};
use faults::{Bug, Point, pass, planted};
use rusqlite::Connection;
use std::{fs::File, sync::Arc, thread};
use tokio::sync::{mpsc, oneshot};

/// The most changes that share a commit.
const GROUP_CHANGES: usize = 256;
/// A group takes no more changes once it has this many statements, so that a large change does not
/// keep many small ones waiting.
const GROUP_STATEMENTS: usize = 4096;

type Outcome = Result<Written, StoreError>;
type Act = Box<dyn FnOnce(&mut Connection) + Send>;

struct Request {
    change: Change,
    reply: oneshot::Sender<Outcome>,
}

enum Message {
    Write(Request),
    Run(Act),
    Close(oneshot::Sender<Result<(), StoreError>>),
}

/// The door to the writer's thread.
#[derive(Debug)]
pub(super) struct Writer {
    messages: mpsc::Sender<Message>,
    counters: Arc<Counters>,
}

impl Writer {
    /// Starts the thread. It holds `lock` until the connection is closed.
    pub(super) fn start(
        (conn, checkpoint): (Connection, Checkpoint),
        lock: Option<File>,
        waiting: usize,
    ) -> Result<Self, StoreError> {
        let (messages, inbox) = mpsc::channel(waiting.max(1));
        let counters = Arc::new(Counters::default());
        let counted = Arc::clone(&counters);
        let desk = Desk { conn, checkpoint, inbox, held: None, counters: counted };
        thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || desk.serve(lock))
            .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        Ok(Self { messages, counters })
    }

    pub(super) async fn write(&self, change: Change) -> Outcome {
        let (reply, outcome) = oneshot::channel();
        // Never waits for room: a caller is better told at once than kept in a hidden queue.
        self.messages.try_send(Message::Write(Request { change, reply })).map_err(|error| {
            match error {
                mpsc::error::TrySendError::Full(_) => {
                    StoreError::Unavailable("too many writes are waiting".into())
                }
                mpsc::error::TrySendError::Closed(_) => closed(),
            }
        })?;
        outcome.await.unwrap_or_else(|_| Err(closed()))
    }

    /// Runs `act` between two groups, alone with the connection.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        act: impl FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        let act: Act = Box::new(move |conn| {
            let _ = reply.send(act(conn));
        });
        self.messages.send(Message::Run(act)).await.map_err(|_| closed())?;
        answer.await.unwrap_or_else(|_| Err(closed()))
    }

    pub(super) async fn close(&self) -> Result<(), StoreError> {
        let (reply, answer) = oneshot::channel();
        if self.messages.send(Message::Close(reply)).await.is_err() {
            return Ok(());
        }
        answer.await.unwrap_or(Ok(()))
    }

    /// Messages in the queue.
    #[cfg(test)]
    pub(super) fn waiting(&self) -> usize {
        self.messages.max_capacity() - self.messages.capacity()
    }

    pub(super) fn stats(&self) -> Stats {
        self.counters.stats()
    }
}

fn closed() -> StoreError {
    StoreError::Unavailable("it is closed".into())
}

/// What the thread works with.
struct Desk {
    conn: Connection,
    checkpoint: Checkpoint,
    inbox: mpsc::Receiver<Message>,
    /// Taken from the inbox while gathering a group, but no part of it.
    held: Option<Message>,
    counters: Arc<Counters>,
}

impl Desk {
    fn serve(mut self, lock: Option<File>) {
        let mut closing = Vec::new();
        while let Some(message) = self.held.take().or_else(|| self.inbox.blocking_recv()) {
            match message {
                Message::Write(first) => self.group(first),
                Message::Run(act) => {
                    act(&mut self.conn);
                    roll_back(&self.conn);
                    self.checkpoint.after_commits(&self.conn);
                }
                Message::Close(reply) => {
                    // Takes no more, but what was accepted before is still to be done.
                    self.inbox.close();
                    closing.push(reply);
                }
            }
        }
        let ended = end(self.conn);
        drop(lock);
        for reply in closing {
            let _ = reply.send(ended.clone());
        }
    }

    fn group(&mut self, first: Request) {
        let mut statements = first.change.statements.len();
        let mut group = vec![first];
        while group.len() < GROUP_CHANGES && statements < GROUP_STATEMENTS {
            match self.inbox.try_recv() {
                Ok(Message::Write(request)) => {
                    statements += request.change.statements.len();
                    group.push(request);
                }
                Ok(other) => {
                    self.held = Some(other);
                    break;
                }
                Err(_) => break,
            }
        }
        let (changes, replies): (Vec<_>, Vec<_>) =
            group.into_iter().map(|Request { change, reply }| (change, reply)).unzip();
        pass(Point::WriteTaken);
        let outcomes = if planted(Bug::AckBeforeCommit) {
            promise(&self.conn, &changes)
        } else {
            self.commit(&changes)
        };
        for (reply, outcome) in replies.into_iter().zip(outcomes) {
            // Nobody may wait any more; the change stands all the same.
            let _ = reply.send(outcome);
        }
        if planted(Bug::AckBeforeCommit) {
            let _ = make_durable(&self.conn);
        }
        self.checkpoint.after_commits(&self.conn);
    }

    /// One outcome for each of `changes`, once they are durable.
    fn commit(&self, changes: &[Change]) -> Vec<Outcome> {
        match attempt(&self.conn, changes) {
            Ok(outcomes) => {
                self.counters.count(&outcomes);
                outcomes
            }
            Err(Broken::Culprit) => {
                tracing::warn!(changes = changes.len(), "a group failed; each change goes alone");
                changes
                    .iter()
                    .flat_map(|change| self.commit(std::slice::from_ref(change)))
                    .collect()
            }
            // Refusals fall with the rest: a neighbour that is not durable may have caused them.
            Err(Broken::All(error)) => {
                if matches!(error, StoreError::Unavailable(_)) {
                    tracing::error!(%error, changes = changes.len(), "writes failed");
                }
                changes.iter().map(|_| Err(error.clone())).collect()
            }
        }
    }
}

/// Why a group's transaction came to nothing. It is rolled back already.
enum Broken {
    /// Nothing can be written now.
    All(StoreError),
    /// One change of several did it; which one shows when each goes alone.
    Culprit,
}

impl Broken {
    fn of(conn: &Connection, failed: Failed, changes: &[Change]) -> Self {
        roll_back(conn);
        let one_did_it = matches!(failed.kind, Kind::Constraint | Kind::Full | Kind::Statement);
        if one_did_it && changes.len() > 1 { Self::Culprit } else { Self::All(failed.error) }
    }
}

/// One transaction for all of `changes`.
fn attempt(conn: &Connection, changes: &[Change]) -> Result<Vec<Outcome>, Broken> {
    let broken = |failed| Broken::of(conn, failed, changes);
    // Immediate: a transaction that upgrades from reading fails at once when another process
    // has written, without using the busy timeout.
    control(conn, "begin immediate").map_err(broken)?;
    pass(Point::WriteBegun);
    if let [change] = changes {
        return alone(conn, change).map(|outcome| vec![outcome]).map_err(broken);
    }
    let mut outcomes = Vec::with_capacity(changes.len());
    for change in changes {
        outcomes.push(beside_others(conn, change).map_err(broken)?);
    }
    make_durable(conn).map_err(|failed| {
        // Deferred constraints are checked here; anything else is the disk's doing.
        if failed.kind == Kind::Constraint {
            return broken(failed);
        }
        roll_back(conn);
        Broken::All(failed.error)
    })?;
    Ok(outcomes)
}

/// A change that has the transaction to itself needs no savepoint.
fn alone(conn: &Connection, change: &Change) -> Result<Outcome, Failed> {
    let written = apply(conn, change)?;
    if written.is_done() {
        make_durable(conn)?;
    } else {
        control(conn, "rollback")?;
    }
    Ok(Ok(written))
}

fn make_durable(conn: &Connection) -> Result<(), Failed> {
    pass(Point::WriteApplied);
    control(conn, "commit")?;
    pass(Point::WriteCommitted);
    Ok(())
}

/// What a group will come to if it is committed: see [`Bug::AckBeforeCommit`].
fn promise(conn: &Connection, changes: &[Change]) -> Vec<Outcome> {
    let begun = control(conn, "begin immediate");
    let outcome = |change| match &begun {
        Ok(()) => beside_others(conn, change).unwrap_or_else(|failed| Err(failed.error)),
        Err(failed) => Err(failed.error.clone()),
    };
    changes.iter().map(outcome).collect()
}

/// A change in its savepoint. Fails only if the whole transaction is lost.
fn beside_others(conn: &Connection, change: &Change) -> Result<Outcome, Failed> {
    control(conn, "savepoint change")?;
    let outcome = match apply(conn, change) {
        // A full disk or a failing one may have ended the transaction; its error says which.
        Err(failed) if conn.is_autocommit() => return Err(failed),
        Err(failed) if matches!(failed.kind, Kind::Full | Kind::Outage) => return Err(failed),
        Err(failed) => Err(failed.error),
        Ok(written) => Ok(written),
    };
    if !matches!(outcome, Ok(Written::Done(_))) {
        control(conn, "rollback to change")?;
    }
    control(conn, "release change")?;
    Ok(outcome)
}

/// Runs the statements of `change` until one is refused or fails; undoing them is the caller's.
fn apply(conn: &Connection, change: &Change) -> Result<Written, Failed> {
    let mut returned = Vec::with_capacity(change.statements.len());
    for (index, statement) in change.statements.iter().enumerate() {
        let refused = |why| Written::Refused { statement: index, guard: statement.guard, why };
        if index > 0 {
            pass(Point::WriteHalf);
        }
        match run(conn, statement.sql, &statement.values) {
            Ok(ran) => match statement.expect {
                Expect::Rows(rows) if rows != ran.count => {
                    return Ok(refused(Why::RowCount(ran.count)));
                }
                Expect::Rows(_) | Expect::Any => returned.push(ran.rows),
            },
            Err(Failed { kind: Kind::Unique, .. }) => return Ok(refused(Why::UniqueViolation)),
            Err(failed) => return Err(failed),
        }
    }
    Ok(Written::Done(returned))
}

/// Leaves no transaction open, whatever happened. If even this fails the next `begin` fails too,
/// and says so to whoever asked.
pub(super) fn roll_back(conn: &Connection) {
    if !conn.is_autocommit()
        && let Err(failed) = control(conn, "rollback")
    {
        tracing::error!(error = %failed.error, "rolling back failed");
    }
}
