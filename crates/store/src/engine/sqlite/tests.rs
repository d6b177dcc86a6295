//! The engine's promises, each on a file of its own in a temporary directory.

mod opening;
mod reading;
mod writing;

use super::*;
use crate::engine::tests::{IDS, PUT, SHELF, change, edit, put};
use crate::{Guard, Statement, Value};
use std::sync::{Arc, mpsc};
use tempfile::TempDir;
use tokio::{sync::oneshot, task::JoinHandle};

struct Bench {
    db: Arc<Sqlite>,
    place: TempDir,
}

impl Bench {
    async fn new() -> Self {
        Self::with(Options::default()).await
    }

    async fn with(options: Options) -> Self {
        let place = tempfile::tempdir().unwrap();
        let db = Sqlite::open(place.path().join("demarc.db"), options).unwrap();
        db.migrate(&SHELF).await.unwrap();
        Self { db: Arc::new(db), place }
    }

    fn path(&self) -> std::path::PathBuf {
        self.place.path().join("demarc.db")
    }

    async fn ids(&self) -> Vec<String> {
        let rows = self.db.read(vec![Query::new(IDS, [])]).await.unwrap().remove(0);
        rows.iter().map(|row| row.text(0).unwrap().to_owned()).collect()
    }

    /// Sends `changes` so that they meet in one group.
    async fn together(&self, changes: Vec<Change>) -> Vec<Result<Written, StoreError>> {
        let held = Held::new(&self.db).await;
        let tasks: Vec<_> = changes.into_iter().map(|change| self.send(change)).collect();
        self.queued(tasks.len()).await;
        held.release().await;
        let mut outcomes = Vec::new();
        for task in tasks {
            outcomes.push(task.await.unwrap());
        }
        outcomes
    }

    /// Waits until so many messages are in the writer's queue.
    async fn queued(&self, count: usize) {
        let there = async || self.db.writer.waiting() >= count;
        pgtest::until("the messages are in the queue", there).await;
    }

    fn send(&self, change: Change) -> JoinHandle<Result<Written, StoreError>> {
        let db = Arc::clone(&self.db);
        tokio::spawn(async move { db.write(change).await })
    }

    /// Lets the file grow to `pages` pages and no further.
    async fn limit(&self, pages: u32) {
        let set = move |conn: &mut Connection| {
            conn.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(())).unwrap();
            Ok(())
        };
        self.db.writer.run(set).await.unwrap();
    }
}

/// The writer's thread, kept from its work.
struct Held {
    gate: mpsc::Sender<()>,
    task: JoinHandle<Result<(), StoreError>>,
}

impl Held {
    async fn new(db: &Arc<Sqlite>) -> Self {
        let (gate, opens) = mpsc::channel::<()>();
        let (entered, inside) = oneshot::channel();
        let db = Arc::clone(db);
        let task = tokio::spawn(async move {
            let wait = move |_: &mut Connection| {
                entered.send(()).unwrap();
                let _ = opens.recv();
                Ok(())
            };
            db.writer.run(wait).await
        });
        inside.await.unwrap();
        Self { gate, task }
    }

    async fn release(self) {
        drop(self.gate);
        self.task.await.unwrap().unwrap();
    }
}
