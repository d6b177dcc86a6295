//! The writer: changes wait in one queue, a few lanes take them, each with a connection of its
//! own for as long as a transaction lasts.
//!
//! A lane takes everything that waits, up to a limit, into one transaction. READ COMMITTED is
//! enough for it. What a change was decided on, it says itself: an update or a delete names the
//! version that was read, and PostgreSQL, when it has waited for another transaction's row, looks
//! at the condition again, so that the later of two finds no row and is refused. What must exist
//! once is a unique index, which waits for a doubtful row likewise. No noun's change reads anything
//! else, so that there is nothing that a higher level could protect.
//!
//! Each change has a sight (see `Sight`), which its transaction is told before its statements
//! wherever it differs from the one before.
//!
//! Two round trips: `begin` and all the statements in one, then, when every count is known to be
//! right, `commit`. To send the commit along would save one, but then each expected count would
//! have to be said in SQL that fails on purpose, and a statement that the driver cannot send
//! would be missing from a commit that is already under way.

mod broken;
mod rows;

use self::broken::{Broken, broken, unbegun, uncommitted};
use self::rows::{each, portions};
use super::{
    ANSWER, Client, Link, SILENCE,
    failure::{Failed, Kind},
    run::{Ran, control, jitter, pipelined, ready_as, see, without},
};
use crate::engine::stats::{Counters, Stats};
use crate::{Change, Expect, StoreError, Why, Written};
use faults::{Point, pass};
use futures::future::{Either, FutureExt};
use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::{
    sync::{Mutex as Turn, mpsc, oneshot},
    task::JoinHandle,
    time::{Instant, timeout, timeout_at},
};

/// A group takes no more changes once it has this many statements, so that a large change does not
/// keep many small ones waiting.
const GROUP_STATEMENTS: usize = 1024;
/// How often a transaction is tried that lost against another.
const TRIES: u32 = 6;
const BEGIN: &str = "begin isolation level read committed read write";

type Outcome = Result<Written, StoreError>;

#[derive(Debug)]
struct Request {
    change: Change,
    reply: oneshot::Sender<Outcome>,
    /// When its caller stops waiting. What has not begun by then never will.
    until: Instant,
}

/// The door to the lanes.
#[derive(Debug)]
pub(super) struct Writer {
    /// None when closed.
    requests: Mutex<Option<mpsc::Sender<Request>>>,
    lanes: Mutex<Vec<JoinHandle<()>>>,
    counters: Arc<Counters>,
    link: Link,
}

impl Writer {
    pub(super) fn start(link: &Link, lanes: usize, group: usize) -> Self {
        let (requests, inbox) = mpsc::channel(link.waiting);
        let inbox = Arc::new(Turn::new(inbox));
        let counters = Arc::new(Counters::default());
        let lane = || Lane {
            link: link.clone(),
            inbox: Arc::clone(&inbox),
            group,
            counters: Arc::clone(&counters),
        };
        let lanes = (0..lanes).map(|_| tokio::spawn(lane().serve())).collect();
        let (requests, lanes, link) = (Some(requests).into(), Mutex::new(lanes), link.clone());
        Self { requests, lanes, counters, link }
    }

    pub(super) async fn write(&self, change: Change) -> Outcome {
        let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let (reply, outcome) = oneshot::channel();
        let until = Instant::now() + ANSWER;
        // Never waits for room: a caller is better told at once than kept in a hidden queue.
        let sent = requests.ok_or_else(closed)?.try_send(Request { change, reply, until });
        sent.map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => {
                StoreError::Unavailable("too many writes are waiting".into())
            }
            mpsc::error::TrySendError::Closed(_) => closed(),
        })?;
        if let Ok(outcome) = timeout_at(until, outcome).await {
            return outcome.unwrap_or_else(|_| Err(closed()));
        }
        self.link.doubt();
        Err(unknown("no answer in time"))
    }

    /// Takes no more, and waits until what was accepted before is done.
    pub(super) async fn close(&self) {
        drop(self.requests.lock().unwrap_or_else(PoisonError::into_inner).take());
        let lanes = std::mem::take(&mut *self.lanes.lock().unwrap_or_else(PoisonError::into_inner));
        for lane in lanes {
            let _ = lane.await;
        }
    }

    /// Changes in the queue.
    #[cfg(test)]
    pub(super) fn waiting(&self) -> usize {
        let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        requests.as_ref().map_or(0, |queue| queue.max_capacity() - queue.capacity())
    }

    pub(super) fn stats(&self) -> Stats {
        self.counters.stats()
    }
}

/// Written, or soon to be, or not. Who asks again under the same key finds out.
fn unknown(why: impl fmt::Display) -> StoreError {
    StoreError::Unavailable(format!("whether it was written is not known: {why}"))
}

fn closed() -> StoreError {
    StoreError::Unavailable("it is closed".into())
}

struct Lane {
    link: Link,
    inbox: Arc<Turn<mpsc::Receiver<Request>>>,
    group: usize,
    counters: Arc<Counters>,
}

impl Lane {
    /// Nobody who waits for an answer can stop this task: what was begun is ended.
    async fn serve(self) {
        while let Some(group) = self.gather().await {
            let (changes, replies): (Vec<_>, Vec<_>) =
                group.into_iter().map(|asked| (asked.change, asked.reply)).unzip();
            pass(Point::WriteTaken);
            let outcomes = self.commit(&changes).await;
            for (reply, outcome) in replies.into_iter().zip(outcomes) {
                // Nobody may wait any more; the change stands all the same.
                let _ = reply.send(outcome);
            }
        }
    }

    async fn gather(&self) -> Option<Vec<Request>> {
        let mut inbox = self.inbox.lock().await;
        let mut first = inbox.recv().await?;
        while first.until <= Instant::now() {
            first = inbox.recv().await?;
        }
        let mut statements = first.change.statements.len();
        let mut group = vec![first];
        while group.len() < self.group && statements < GROUP_STATEMENTS {
            let Ok(request) = inbox.try_recv() else { break };
            if request.until > Instant::now() {
                statements += request.change.statements.len();
                group.push(request);
            }
        }
        Some(group)
    }

    /// One outcome for each of `changes`, once they are durable. What disturbs a group is set
    /// aside and goes alone afterwards.
    async fn commit(&self, changes: &[Change]) -> Vec<Outcome> {
        let mut outcomes: Vec<Option<Outcome>> = vec![None; changes.len()];
        let mut together: Vec<usize> =
            (0..changes.len()).filter(|&at| !changes[at].alone).collect();
        while together.len() > 1 {
            let group: Vec<&Change> = together.iter().map(|&at| &changes[at]).collect();
            match self.attempts(&group).await {
                Ok(written) => {
                    for (at, written) in together.drain(..).zip(written) {
                        outcomes[at] = Some(Ok(written));
                    }
                }
                Err(Broken::Refused(refused)) => {
                    let aside: Vec<usize> = refused.iter().map(|(place, _)| *place).collect();
                    without(&mut together, &aside);
                }
                Err(Broken::Fault(place, _)) => without(&mut together, &[place]),
                Err(Broken::Culprit(_)) => break,
                Err(Broken::Again(error) | Broken::All(error)) => {
                    tracing::error!(%error, changes = together.len(), "writes failed");
                    for at in together.drain(..) {
                        outcomes[at] = Some(Err(error.clone()));
                    }
                }
            }
        }
        let mut all = Vec::with_capacity(changes.len());
        for (change, outcome) in changes.iter().zip(outcomes) {
            all.push(match outcome {
                Some(outcome) => outcome,
                None => self.alone(change).await,
            });
        }
        all
    }

    async fn alone(&self, change: &Change) -> Outcome {
        match self.attempts(&[change]).await {
            Ok(mut written) => Ok(written.pop().unwrap_or(Written::Done(Vec::new()))),
            Err(Broken::Refused(mut refused)) => {
                let refused = refused.pop().map(|(_, refused)| refused);
                let outcome = refused.ok_or_else(|| StoreError::ours("a refusal of nothing"));
                self.counters.count(std::slice::from_ref(&outcome));
                outcome
            }
            Err(Broken::Fault(_, error) | Broken::Culprit(error)) => Err(error),
            Err(Broken::Again(error) | Broken::All(error)) => {
                tracing::error!(%error, "a write failed");
                Err(error)
            }
        }
    }

    /// Tries until it is not just another transaction that is in the way.
    async fn attempts(&self, changes: &[&Change]) -> Result<Vec<Written>, Broken> {
        let mut tried = 1;
        loop {
            match self.attempt(changes).await {
                Err(Broken::Again(error)) if tried < TRIES => {
                    tracing::debug!(%error, tried, "a transaction is tried again");
                    tokio::time::sleep(jitter(tried)).await;
                    tried += 1;
                }
                Ok(written) => {
                    let done: Vec<Outcome> = written.into_iter().map(Ok).collect();
                    self.counters.count(&done);
                    return Ok(done.into_iter().flatten().collect());
                }
                broken => return broken,
            }
        }
    }

    /// One transaction for all of `changes`.
    async fn attempt(&self, changes: &[&Change]) -> Result<Vec<Written>, Broken> {
        let client = self.link.client().await.map_err(|failed| Broken::All(failed.error))?;
        let outcome = match timeout(SILENCE, self.send(&client, changes)).await {
            Ok(Ok(results)) => judge(changes, results),
            Ok(Err(broken)) => Err(broken),
            Err(_) => {
                // Without a commit, so that nothing of it will be.
                self.link.give_up(client);
                return Err(Broken::All(Failed::silent("the database does not answer").error));
            }
        };
        match outcome {
            Ok(written) => {
                pass(Point::WriteApplied);
                match timeout(SILENCE, control(&client, "commit")).await {
                    Ok(Ok(())) => {
                        pass(Point::WriteCommitted);
                        Ok(written)
                    }
                    Ok(Err(failed)) => Err(uncommitted(client, failed)),
                    Err(_) => {
                        self.link.give_up(client);
                        Err(Broken::All(unknown("the database does not answer")))
                    }
                }
            }
            Err(broken) => {
                // A connection that may still have a transaction open is not used again.
                let sound = matches!(broken, Broken::Refused(_) | Broken::Again(_));
                let ended = timeout(ANSWER, control(&client, "rollback")).await;
                if !matches!(ended, Ok(Ok(()))) || !sound {
                    drop(Client::take(client));
                }
                Err(broken)
            }
        }
    }

    /// Begins the transaction and runs every statement, all in one round trip.
    async fn send(
        &self,
        client: &Client,
        changes: &[&Change],
    ) -> Result<Vec<Result<Ran, Failed>>, Broken> {
        let mut statements = Vec::new();
        for (place, change) in changes.iter().enumerate() {
            for portion in portions(&change.statements) {
                let (rows, values) = (portion.statements.len(), portion.values());
                let ready = ready_as(&self.link, client, portion.sql, portion.text, values).await;
                let ready = ready.map_err(|failed| broken(place, failed))?;
                statements.push((change.sight, rows, ready));
            }
        }
        let mut seen = statements.first().map(|(sight, ..)| *sight).unwrap_or_default();
        let begin = format!("{BEGIN}; {}", see(seen));
        // Where the session cannot forbid a write outside of a transaction (see `config`), the
        // transaction must have begun before the first statement leaves.
        let mut acts = Vec::with_capacity(statements.len() + 1);
        if self.link.statement_cache {
            let begun = control(client, begin).map(|done| {
                pass(Point::WriteBegun);
                done.map(|()| None)
            });
            acts.push(Either::Left(Either::Left(begun)));
        } else {
            control(client, begin).await.map(|()| pass(Point::WriteBegun)).map_err(unbegun)?;
        }
        for (place, (sight, _, statement)) in statements.iter().enumerate() {
            if *sight != seen {
                seen = *sight;
                // Fails only where the transaction is broken already: the statement says why.
                let told = control(client, see(seen)).map(|_| Ok(None));
                acts.push(Either::Left(Either::Right(told)));
            }
            let last = place + 1 == statements.len();
            acts.push(Either::Right(statement.run(client).map(move |ran| {
                if !last {
                    pass(Point::WriteHalf);
                }
                ran.map(Some)
            })));
        }
        let mut results = Vec::with_capacity(statements.len());
        for result in pipelined(acts).await {
            match result {
                Ok(None) => {}
                Ok(Some(ran)) => results.push(Ok(ran)),
                Err(failed) => results.push(Err(failed)),
            }
        }
        if results.len() == statements.len() {
            let sent = statements.iter().map(|(_, rows, _)| *rows);
            return Ok(results
                .into_iter()
                .zip(sent)
                .flat_map(|(ran, rows)| each(ran, rows))
                .collect());
        }
        // One more than the statements: the `begin` failed, and with it all the others.
        let first = results.into_iter().find_map(Result::err);
        Err(first.map_or(Broken::All(closed()), unbegun))
    }
}

/// Compares what happened with what each statement expects.
fn judge(changes: &[&Change], results: Vec<Result<Ran, Failed>>) -> Result<Vec<Written>, Broken> {
    let mut results = results.into_iter();
    let mut written = Vec::with_capacity(changes.len());
    let mut all_refused = Vec::new();
    for (place, change) in changes.iter().enumerate() {
        let mut returned = Vec::with_capacity(change.statements.len());
        let mut refused = None;
        for (index, statement) in change.statements.iter().enumerate() {
            let refuse = |why| Written::Refused { statement: index, guard: statement.guard, why };
            match results.next() {
                Some(Ok(ran)) => match statement.expect {
                    Expect::Rows(rows) if rows != ran.count && refused.is_none() => {
                        refused = Some(refuse(Why::RowCount(ran.count)));
                    }
                    Expect::Rows(_) | Expect::Any => returned.push(ran.rows),
                },
                // After this one nothing was run any more.
                Some(Err(Failed { kind: Kind::Unique, .. })) => {
                    let why = refuse(Why::UniqueViolation);
                    all_refused.push((place, refused.unwrap_or(why)));
                    return Err(Broken::Refused(all_refused));
                }
                // A change that was refused before may be what made a later statement fail.
                Some(Err(failed)) => match refused {
                    Some(refused) => {
                        all_refused.push((place, refused));
                        return Err(Broken::Refused(all_refused));
                    }
                    None if all_refused.is_empty() => return Err(broken(place, failed)),
                    None => return Err(Broken::Refused(all_refused)),
                },
                None => return Err(Broken::All(StoreError::ours("an answer is missing"))),
            }
        }
        match refused {
            Some(refused) => all_refused.push((place, refused)),
            None => written.push(Written::Done(returned)),
        }
    }
    if all_refused.is_empty() { Ok(written) } else { Err(Broken::Refused(all_refused)) }
}
