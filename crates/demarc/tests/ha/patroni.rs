//! Two servers on a cluster under Patroni, strictly synchronous, whose leader is taken away.
//!
//! By itself: one crash and one planned change of the lead. `DEMARC_FAILOVERS=20` (which is what
//! `cargo xtask patroni --failovers 20` sets) makes so many, of every kind in turn.

use crate::floor::Floor;
use crate::ledger::{Ledger, Unknown};
use crate::seller::Seller;
use crate::server::{self, Server};
use crate::verdict::judge;
use pgtest::{NODES, Patroni};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::time::sleep;
use tokio_postgres::NoTls;

const CLIENTS: usize = 8;
/// Writes through Demarc are back so long after the database's own at the latest.
const BEHIND: Duration = Duration::from_secs(2);
/// Who cannot be answered is told so by then.
const TOLD: Duration = Duration::from_secs(6);
/// A cluster that was hit is whole again by then.
const WHOLE: Duration = Duration::from_secs(90);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Blow {
    CrashPostgres,
    SwitchOver,
    CrashNode,
    FreezeNode,
    FreezePatroni,
}

const SHORT: [Blow; 2] = [Blow::CrashPostgres, Blow::SwitchOver];
/// In the proportions of what happens.
const LONG: [Blow; 10] = [
    Blow::CrashPostgres,
    Blow::SwitchOver,
    Blow::CrashNode,
    Blow::FreezePatroni,
    Blow::CrashPostgres,
    Blow::FreezeNode,
    Blow::CrashPostgres,
    Blow::SwitchOver,
    Blow::CrashNode,
    Blow::CrashPostgres,
];

impl Blow {
    fn strike(self, cluster: &Patroni, leader: usize) {
        match self {
            Self::CrashPostgres => cluster.crash_postgres(leader),
            Self::SwitchOver => cluster.switch_over(leader),
            Self::CrashNode => cluster.crash_node(leader),
            Self::FreezeNode => cluster.freeze_node(leader),
            Self::FreezePatroni => cluster.freeze_patroni(leader),
        }
    }

    /// Brings back what was taken away, once others have stepped in.
    fn undo(self, cluster: &Patroni, leader: usize) {
        match self {
            Self::CrashNode => cluster.start_node(leader),
            Self::FreezeNode | Self::FreezePatroni => cluster.thaw_node(leader),
            Self::CrashPostgres | Self::SwitchOver => {}
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_failover_loses_or_doubles_what_was_acknowledged() {
    let begun = Instant::now();
    let blows: Vec<Blow> = match std::env::var("DEMARC_FAILOVERS") {
        Ok(count) => LONG.into_iter().cycle().take(count.parse().expect("a number")).collect(),
        Err(_) => SHORT.to_vec(),
    };
    let cluster = Arc::new(tokio::task::block_in_place(Patroni::start));
    let url = cluster.url("demarc");
    create(&cluster).await;
    let folder = tempfile::tempdir().unwrap();
    let mut team = Team::start(folder.path(), &url).await;
    let floor = Floor::start((0..NODES).map(|node| cluster.url_of(node, "demarc")).collect());
    let ready = Ready::start(&team.servers);
    eprintln!("set up in {:.1?}", begun.elapsed());

    for (number, &blow) in blows.iter().enumerate() {
        let quiet = Instant::now();
        team.going(&floor, quiet).await;
        let refused = ready.refused();
        let leader = tokio::task::block_in_place(|| cluster.wait_until_whole(WHOLE));
        let struck = Instant::now();
        tokio::task::block_in_place(|| blow.strike(&cluster, leader));
        if !matches!(blow, Blow::CrashPostgres | Blow::SwitchOver) {
            others_lead(&cluster, leader).await;
        }
        // Everybody writes again: what came through just before the blow was felt is not it.
        team.going(&floor, Instant::now()).await;
        let (alone, through) = (floor.longest_gap(struck), team.ledger.longest_gap(struck));
        let slowest = slowest(&team.ledger.unknown(), struck);
        eprintln!(
            "{:2} {blow:?}: database {alone:.1?}, through demarc {through:.1?}, slowest 503 \
             {slowest:.1?}, not ready {} times",
            number + 1,
            ready.refused() - refused,
        );
        tokio::task::block_in_place(|| blow.undo(&cluster, leader));
        assert!(through <= alone + BEHIND, "{blow:?}: {through:?}, the database {alone:?}");
        assert!(slowest <= TOLD, "{blow:?}: an answer took {slowest:?}");
        assert!(blow == Blow::SwitchOver || ready.refused() > refused, "{blow:?}: always ready");
    }
    team.stop().await;
    let leader = tokio::task::block_in_place(|| cluster.state().0).expect("a leader");
    let verdict = judge(&team.ledger, &cluster.url_of(leader, "demarc"), team.asking.clone()).await;
    eprintln!("{} failovers: {verdict}, in all {:.1?}", blows.len(), begun.elapsed());
    assert!(verdict.orders > 0);
    assert_eq!((verdict.lost, verdict.doubled), (0, 0), "{verdict}");
}

async fn create(cluster: &Patroni) {
    let leader = cluster.state().0.expect("a leader");
    let url = cluster.url_of(leader, "postgres");
    let (client, connection) = tokio_postgres::connect(&url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client.batch_execute("create database demarc template template0").await.unwrap();
}

async fn others_lead(cluster: &Arc<Patroni>, leader: usize) {
    let begun = Instant::now();
    while tokio::task::block_in_place(|| cluster.state().0).is_none_or(|now| now == leader) {
        assert!(begun.elapsed() < WHOLE, "nobody else takes the lead");
        sleep(Duration::from_millis(50)).await;
    }
}

/// How long the slowest answer took that was none.
fn slowest(unknown: &[Unknown], from: Instant) -> Duration {
    let told = unknown.iter().filter(|u| u.at > from && u.status.is_some());
    told.map(|u| u.took).max().unwrap_or_default()
}

/// Two servers and the clients that sell through them.
struct Team {
    servers: Vec<Server>,
    ledger: Arc<Ledger>,
    asking: Seller,
    selling: Vec<tokio::task::JoinHandle<()>>,
}

impl Team {
    async fn start(folder: &Path, url: &str) -> Self {
        let servers: Vec<_> = (0..2).map(|_| Server::start(folder, url)).collect();
        let places: Vec<String> = servers.iter().map(Server::url).collect();
        let operations = server::operations(folder, url);
        let ledger = Arc::new(Ledger::default());
        let team = Seller::team(&places, &operations, CLIENTS, &ledger).await;
        let asking = team[0].clone();
        let selling = team.into_iter().map(|seller| tokio::spawn(seller.sell_on())).collect();
        Self { servers, ledger, asking, selling }
    }

    /// Waits until both, the clients and the plain writer, have written much since.
    async fn going(&self, floor: &Floor, from: Instant) {
        while self.ledger.since(from) < CLIENTS * 4 || floor.since(from) < CLIENTS * 4 {
            assert!(from.elapsed() < WHOLE, "writes do not come back");
            assert!(!self.selling.iter().any(tokio::task::JoinHandle::is_finished));
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// Ends the clients when each has settled what it began.
    async fn stop(&mut self) {
        self.asking.stop_all();
        for client in self.selling.drain(..) {
            client.await.unwrap();
        }
    }
}

/// Asks every server all the time whether it is ready, as a load balancer does.
struct Ready {
    refused: Arc<AtomicUsize>,
    asking: Vec<tokio::task::JoinHandle<()>>,
}

impl Ready {
    fn start(servers: &[Server]) -> Self {
        let refused = Arc::new(AtomicUsize::new(0));
        let ask = |server: &Server| {
            let (url, refused) = (format!("{}/readyz", server.url()), Arc::clone(&refused));
            tokio::spawn(async move {
                loop {
                    let answer = reqwest::get(&url).await;
                    if !answer.is_ok_and(|answer| answer.status() == 200) {
                        refused.fetch_add(1, Ordering::Relaxed);
                    }
                    sleep(Duration::from_millis(100)).await;
                }
            })
        };
        Self { asking: servers.iter().map(ask).collect(), refused }
    }

    fn refused(&self) -> usize {
        self.refused.load(Ordering::Relaxed)
    }
}

impl Drop for Ready {
    fn drop(&mut self) {
        for asking in &self.asking {
            asking.abort();
        }
    }
}
