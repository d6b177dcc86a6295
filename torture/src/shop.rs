//! A server on a file with the shim under it, and clients who sell through it whatever happens.

use crate::database::Database;
use crate::ledger::Ledger;
use crate::plan::Plan;
use crate::seller::Seller;
use crate::server::Server;
use crate::shim;
use crate::verdict::{Verdict, judge};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinHandle;

pub(crate) const CLIENTS: usize = 8;

/// All of it, in a folder of its own.
pub(crate) struct Shop {
    place: TempDir,
    pub(crate) database: Database,
    pub(crate) server: Server,
    pub(crate) ledger: Arc<Ledger>,
    runtime: Runtime,
    asking: Seller,
    selling: Vec<JoinHandle<()>>,
}

impl Shop {
    /// Sets one up, without the shim, and ends its server: all there is is on the disk.
    pub(crate) fn new(plan: &Plan) -> Self {
        Self::within(plan, tempfile::tempdir().expect("a folder"))
    }

    /// The same in this folder.
    pub(crate) fn within(plan: &Plan, place: TempDir) -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.expect("a runtime");
        // As the kernel names it.
        let folder = place.path().canonicalize().expect("a folder");
        let database = Database::file(&folder);
        let mut server = Server::start(plan, &folder, &database);
        let ledger = Arc::new(Ledger::default());
        let operations = server.operations();
        let servers = [server.url()];
        let team = Seller::team(&servers, &operations, CLIENTS, &ledger);
        let asking = runtime.block_on(team).swap_remove(0);
        server.end();
        // Work that a server had taken when it was killed is taken up again soon.
        let server = server.with("DEMARC_JOB_LEASE_MS", "1000");
        let server = shim::load(server, plan, &data(&folder));
        Self { place, database, server, ledger, runtime, asking, selling: Vec::new() }
    }

    /// The folder that the server keeps everything in.
    pub(crate) fn data(&self) -> PathBuf {
        data(&self.folder())
    }

    /// A place beside it.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.folder().join(name)
    }

    fn folder(&self) -> PathBuf {
        self.place.path().canonicalize().expect("a folder")
    }

    /// Clients begin to sell, and go on over every start of the server.
    pub(crate) fn begin(&mut self) {
        let sell = |turn| self.runtime.spawn(self.asking.colleague(turn).sell_on());
        self.selling = (0..CLIENTS).map(sell).collect();
    }

    /// Waits until so many more commands are acknowledged; false if that takes longer.
    pub(crate) fn going(&self, from: Instant, count: usize, limit: Duration) -> bool {
        let begun = Instant::now();
        while self.ledger.since(from) < count {
            if begun.elapsed() > limit {
                return false;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        true
    }

    /// The status that one read is answered with; nothing where there is no answer.
    pub(crate) fn read_once(&self, path: &str) -> Option<u16> {
        self.runtime.block_on(self.asking.read_once(path))
    }

    /// Whether a client gave up, which none may.
    pub(crate) fn gave_up(&self) -> bool {
        self.selling.iter().any(JoinHandle::is_finished)
    }

    /// Ends the clients when each has settled what it began, and compares. An error: one gave up.
    pub(crate) fn settle(&mut self) -> Result<Verdict, String> {
        self.asking.stop_all();
        for client in self.selling.drain(..) {
            self.runtime.block_on(client).map_err(|e| format!("a client gave up: {e}"))?;
        }
        let asking = self.asking.clone();
        Ok(self.runtime.block_on(judge(&self.ledger, &self.database, asking)))
    }

    /// Stops the clients where they are.
    pub(crate) fn abandon(&mut self) {
        self.selling.drain(..).for_each(|client| client.abort());
    }

    /// What does not hold in the database.
    pub(crate) fn audit(&self) -> Vec<String> {
        self.runtime.block_on(self.database.audit())
    }

    /// What does not hold in the database below that folder, and how many answers of the ledger
    /// from before that moment it does not have.
    pub(crate) fn look(&self, folder: &Path, until: Instant, depth: Depth) -> Look {
        let database = Database::file(folder);
        let look = async {
            let structure = database.rows("pragma integrity_check").await;
            let words = structure.iter().map(|row| row.text(0).expect("a text").to_owned());
            let mut faults: Vec<String> = words.filter(|word| word != "ok").collect();
            if faults.is_empty() && depth == Depth::Audit {
                faults = database.audit().await;
            }
            let kept = database.answers().await;
            let told = self.ledger.acknowledged();
            let told = told.iter().filter(|entry| entry.at <= until);
            let lost = told.filter(|entry| kept.get(&entry.key) != Some(&entry.body)).count();
            Look { faults, lost }
        };
        self.runtime.block_on(look)
    }

    /// Leaves everything where it lies, for a person to look at.
    pub(crate) fn leave(mut self) -> PathBuf {
        self.abandon();
        self.server.kill();
        self.place.disable_cleanup(true);
        self.folder()
    }
}

/// How closely a database is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    /// Its pages, rows and indexes.
    Structure,
    /// Also what must hold over all of it.
    Audit,
}

/// What is wrong with a database.
pub(crate) struct Look {
    pub(crate) faults: Vec<String>,
    pub(crate) lost: usize,
}

fn data(folder: &Path) -> PathBuf {
    folder.join("demarc-data")
}
