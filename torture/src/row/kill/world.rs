//! What a campaign works with: one server on one database, its clients, a receiver of its events,
//! and a person who retries what was put aside.

use super::Kind;
use super::receiver::Receiver;
use crate::database::Database;
use crate::ledger::Ledger;
use crate::plan::Plan;
use crate::seller::Seller;
use crate::server::Server;
use pgtest::Cluster;
use reqwest::Client;
use serde_json::json;
use std::os::unix::process::ExitStatusExt as _;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout_at};

const CLIENTS: usize = 16;
/// One in so many sells by the published calls, without a key.
const PUBLISHING: usize = 4;
/// A client that does not settle what it has sent within this time never will.
const PATIENCE: Duration = Duration::from_mins(1);
/// A start that takes longer is given up.
const LONGEST_START: Duration = Duration::from_secs(30);

/// Where the two endpoints are: a partner's, and the carrier's own.
pub(super) const ENDPOINTS: [&str; 2] = ["partner", "carrier"];

pub(super) struct World {
    pub(super) server: Server,
    pub(super) database: Database,
    /// PostgreSQL itself: a cluster of its own, since it is crashed.
    pub(super) cluster: Option<Cluster>,
    pub(super) ledger: Arc<Ledger>,
    pub(super) receiver: Receiver,
    http: Client,
    /// One that asks again afterwards.
    pub(super) asking: Seller,
    resting: Vec<Seller>,
    selling: Vec<JoinHandle<Seller>>,
    /// What the person at the desk has done.
    desk: Arc<Ledger>,
    tending: JoinHandle<()>,
    /// After the server, whose data are in it; and last what runs the clients.
    _folder: TempDir,
    pub(super) runtime: Runtime,
}

/// How a start ended.
pub(super) enum Started {
    /// It was ready so long after.
    Ready(Duration),
    /// It died before.
    Died,
    /// It lives and is not ready.
    Never,
}

impl World {
    /// A server that runs, with clients that do not sell yet.
    pub(super) fn new(plan: &Plan, kind: Kind) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let cluster = (kind == Kind::Postgres).then(Cluster::start);
        let database = match &cluster {
            Some(cluster) => Database::Url(cluster.database()),
            None => Database::file(folder.path()),
        };
        let mut server = Server::new(plan, folder.path(), &database)
            // What a dead process has claimed is free again soon.
            .with("DEMARC_JOB_LEASE_MS", "1000")
            .with("DEMARC_FULFILMENT__WORKING_DAY_MS", "5")
            // A published call that waits for the outside does not wait until it is killed.
            .with("DEMARC_DIALECTS__PATIENCE_MS", "500");
        server.start_again();
        let operations = server.operations();
        let runtime =
            Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
        let ledger = Arc::new(Ledger::default());
        let servers = [server.url()];
        let (receiver, mut resting) = runtime.block_on(async {
            let receiver = Receiver::start().await;
            let mut team = Seller::team(&servers, &operations, CLIENTS + 1, &ledger).await;
            let mut carrier = Seller::new(&servers, &operations, "carrier", &Arc::default());
            for (seller, name) in [&mut team[CLIENTS], &mut carrier].into_iter().zip(ENDPOINTS) {
                let endpoint = json!({ "url": receiver.url(name), "types": ["*"] });
                seller.post("/v1/webhook-endpoints", endpoint).await.expect("an endpoint");
            }
            (receiver, team)
        });
        let asking = resting.pop().expect("one more than sell");
        let by_turn = |(turn, seller): (usize, Seller)| {
            if turn.is_multiple_of(PUBLISHING) { seller.publishing() } else { seller }
        };
        let resting = resting.into_iter().enumerate().map(by_turn).collect();
        let desk = Arc::new(Ledger::default());
        let person = Seller::new(&servers, &operations, "desk", &desk);
        let tending = runtime.spawn(tend(person));
        Self {
            server,
            database,
            cluster,
            ledger,
            receiver,
            http: Client::builder().timeout(Duration::from_secs(5)).build().expect("a client"),
            asking,
            resting,
            selling: Vec::new(),
            desk,
            tending,
            _folder: folder,
            runtime,
        }
    }

    /// Starts the server and waits until it is ready.
    pub(super) fn start(&mut self, more: &[(&str, &str)]) -> Started {
        let begun = Instant::now();
        if self.server.start_with(more).is_err() {
            return Started::Died;
        }
        while begun.elapsed() < LONGEST_START {
            if self.is_ready() {
                return Started::Ready(begun.elapsed());
            }
            if self.server.ended().is_some() {
                return Started::Died;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        Started::Never
    }

    pub(super) fn is_ready(&self) -> bool {
        let asked = async { self.http.get(format!("{}/readyz", self.server.url())).send().await };
        self.runtime.block_on(asked).is_ok_and(|answer| answer.status() == 200)
    }

    /// Whether the server, which has ended, was killed.
    pub(super) fn was_killed(&mut self) -> bool {
        // Its log ends a little before its process.
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(2) {
            if let Some(status) = self.server.ended() {
                return status.signal() == Some(9);
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        false
    }

    /// Lets the clients sell.
    pub(super) fn open(&mut self) {
        self.asking.go_on();
        for seller in self.resting.drain(..) {
            self.selling.push(self.runtime.spawn(seller.deliver_on()));
        }
    }

    /// Whether a client has broken off.
    pub(super) fn is_short_of_clients(&self) -> bool {
        self.selling.iter().any(JoinHandle::is_finished)
    }

    /// Stops the clients, each when it has settled what it sent. Answers what went wrong.
    pub(super) fn close(&mut self) -> Vec<String> {
        self.asking.stop_all();
        let mut wrong = Vec::new();
        let until = tokio::time::Instant::now() + PATIENCE;
        for client in self.selling.drain(..) {
            match self.runtime.block_on(async { timeout_at(until, client).await }) {
                Ok(Ok(seller)) => self.resting.push(seller),
                Ok(Err(panic)) => wrong.push(format!("a client broke off: {}", words(panic))),
                Err(_) => wrong.push("a client never gets an answer".to_owned()),
            }
        }
        self.asking.go_on();
        if self.tending.is_finished() {
            wrong.push("the person at the desk broke off; the words are above".to_owned());
        }
        wrong
    }

    /// Jobs that were put aside and retried.
    pub(super) fn retried(&self) -> usize {
        self.desk.count()
    }
}

fn words(error: tokio::task::JoinError) -> String {
    match error.try_into_panic() {
        Ok(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no words").to_owned()
        }
        Err(error) => error.to_string(),
    }
}

/// Retries what was put aside after too many tries that never ended.
async fn tend(mut desk: Seller) {
    while let Some(page) = desk.look("/v1/operations/jobs?state=quarantined").await {
        for job in page["items"].as_array().into_iter().flatten() {
            let path = format!("/v1/operations/jobs/{}/retry", job["id"].as_str().expect("an id"));
            desk.post(&path, json!({ "reason": "The server was killed." })).await;
        }
        sleep(Duration::from_millis(300)).await;
    }
}
