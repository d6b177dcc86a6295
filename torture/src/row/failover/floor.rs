//! A plain writer beside Demarc: one row a transaction on the same cluster. How long it cannot
//! write is the database's own part of an outage.

use crate::ledger::longest_gap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_postgres::{Client, NoTls};

/// Before a server that does not answer is left for the next one.
const PATIENCE: Duration = Duration::from_millis(500);
const PAUSE: Duration = Duration::from_millis(20);

pub(super) struct Floor {
    written: Arc<Mutex<Vec<Instant>>>,
    task: JoinHandle<()>,
}

impl Floor {
    /// Writes until dropped, to whichever of the servers takes it.
    pub(super) fn start(servers: Vec<String>) -> Self {
        let written = Arc::new(Mutex::new(Vec::new()));
        let task = tokio::spawn(write(servers, Arc::clone(&written)));
        Self { written, task }
    }

    pub(super) fn since(&self, moment: Instant) -> usize {
        self.written.lock().unwrap().iter().filter(|&&at| at > moment).count()
    }

    pub(super) fn longest_gap(&self, from: Instant) -> Duration {
        longest_gap(self.written.lock().unwrap().iter().copied(), from)
    }
}

impl Drop for Floor {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn write(servers: Vec<String>, written: Arc<Mutex<Vec<Instant>>>) {
    for server in servers.iter().cycle() {
        if let Ok(Some(client)) = timeout(PATIENCE, connect(server)).await {
            // A commit may wait for the second server for as long as that takes to be replaced.
            let limit = 4 * PATIENCE;
            while let Ok(Ok(1)) =
                timeout(limit, client.execute("insert into floor values (1)", &[])).await
            {
                written.lock().unwrap().push(Instant::now());
                sleep(PAUSE).await;
            }
        }
        sleep(PAUSE).await;
    }
}

async fn connect(server: &str) -> Option<Client> {
    let (client, connection) = tokio_postgres::connect(server, NoTls).await.ok()?;
    tokio::spawn(connection);
    // Fails on a server that only follows.
    client.batch_execute("create table if not exists floor (n int)").await.ok()?;
    Some(client)
}
