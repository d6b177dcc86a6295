//! The readers: threads with a connection each, taking questions from one bounded queue.
//!
//! Threads of their own rather than the runtime's blocking pool: a small read costs less than the
//! hop to it, and the connections stay where their caches are.

use super::{connection, failure::Failed, run};
use crate::{Query, Row, StoreError};
use rusqlite::Connection;
use std::{
    collections::VecDeque,
    path::Path,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
};
use tokio::sync::{mpsc, oneshot};

type Answer = Result<Vec<Vec<Row>>, StoreError>;

#[derive(Debug)]
struct Question {
    queries: Vec<Query>,
    reply: oneshot::Sender<Answer>,
}

#[derive(Debug, Default)]
struct Waiting {
    questions: VecDeque<Question>,
    closed: bool,
}

#[derive(Debug)]
struct Queue {
    waiting: Mutex<Waiting>,
    changed: Condvar,
    limit: usize,
}

impl Queue {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, question: Question) -> Result<(), StoreError> {
        let mut waiting = self.waiting();
        if waiting.closed {
            return Err(StoreError::Unavailable("it is closed".into()));
        }
        if waiting.questions.len() >= self.limit {
            return Err(StoreError::Unavailable("too many reads are waiting".into()));
        }
        waiting.questions.push_back(question);
        drop(waiting);
        self.changed.notify_one();
        Ok(())
    }

    /// The next question; `None` once the queue is closed and empty.
    fn take(&self) -> Option<Question> {
        let mut waiting = self.waiting();
        loop {
            if let Some(question) = waiting.questions.pop_front() {
                return Some(question);
            }
            if waiting.closed {
                return None;
            }
            waiting = self.changed.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn close(&self) {
        self.waiting().closed = true;
        self.changed.notify_all();
    }
}

/// The pool.
#[derive(Debug)]
pub(super) struct Readers {
    queue: Arc<Queue>,
    /// Each thread holds a sender until it ends; none ever sends.
    alive: tokio::sync::Mutex<mpsc::Receiver<()>>,
}

impl Readers {
    pub(super) fn start(path: &Path, count: usize, limit: usize) -> Result<Self, StoreError> {
        let waiting = Mutex::default();
        let queue = Arc::new(Queue { waiting, changed: Condvar::new(), limit });
        let (ends, alive) = mpsc::channel(1);
        // Built first: if a later thread cannot start, dropping it ends those before.
        let readers = Self { queue: Arc::clone(&queue), alive: tokio::sync::Mutex::new(alive) };
        for number in 1..=count {
            let conn = connection::reader(path)?;
            let (queue, ends) = (Arc::clone(&queue), ends.clone());
            thread::Builder::new()
                .name(format!("store-reader-{number}"))
                .spawn(move || {
                    serve(&queue, &conn);
                    drop(conn);
                    drop(ends);
                })
                .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        }
        Ok(readers)
    }

    pub(super) async fn read(&self, queries: Vec<Query>) -> Answer {
        let (reply, answer) = oneshot::channel();
        self.queue.put(Question { queries, reply })?;
        answer.await.unwrap_or_else(|_| Err(StoreError::Unavailable("a reader is gone".into())))
    }

    /// Answers what waits, then resolves when every connection is closed.
    pub(super) async fn close(&self) {
        self.queue.close();
        self.alive.lock().await.recv().await;
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        self.queue.close();
    }
}

fn serve(queue: &Queue, conn: &Connection) {
    while let Some(Question { queries, reply }) = queue.take() {
        // A caller that went away before its turn costs nothing.
        if !reply.is_closed() {
            let _ = reply.send(snapshot(conn, &queries).map_err(|failed| failed.error));
        }
    }
}

fn snapshot(conn: &Connection, queries: &[Query]) -> Result<Vec<Vec<Row>>, Failed> {
    // One statement is a snapshot by itself.
    if let [Query { sql, values, .. }] = queries {
        return Ok(vec![run::query(conn, sql, values)?]);
    }
    run::control(conn, "begin deferred")?;
    let answers = queries.iter().map(|query| run::query(conn, query.sql, &query.values)).collect();
    // Ends the snapshot either way; there is nothing to keep.
    super::writer::roll_back(conn);
    answers
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question() -> Question {
        Question { queries: Vec::new(), reply: oneshot::channel().0 }
    }

    fn queue(limit: usize) -> Queue {
        Queue { waiting: Mutex::default(), changed: Condvar::new(), limit }
    }

    #[test]
    fn a_full_queue_refuses_at_once() {
        let queue = queue(2);
        assert_eq!(queue.put(question()), Ok(()));
        assert_eq!(queue.put(question()), Ok(()));
        assert!(matches!(queue.put(question()), Err(StoreError::Unavailable(_))));
        assert!(queue.take().is_some());
        assert_eq!(queue.put(question()), Ok(()));
    }

    #[test]
    fn a_closed_queue_gives_out_what_waits_and_takes_no_more() {
        let queue = queue(2);
        assert_eq!(queue.put(question()), Ok(()));
        queue.close();
        assert!(matches!(queue.put(question()), Err(StoreError::Unavailable(_))));
        assert!(queue.take().is_some());
        assert!(queue.take().is_none());
    }
}
