//! A rolling restart: three servers on one database, each ended and started again in turn under
//! load. No request fails but by a connection that breaks, or a 503 that says when to come again.

use crate::ledger::Ledger;
use crate::seller::Seller;
use crate::server::{self, Server};
use crate::verdict::judge;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::time::sleep;

const CLIENTS: usize = 8;
/// A server that is told to end has done so by then.
const DRAIN: Duration = Duration::from_secs(10);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rolling_restart_loses_nothing_and_doubles_nothing() {
    let url = pgtest::Cluster::shared().database();
    let folder = tempfile::tempdir().unwrap();
    let mut servers: Vec<_> = (0..3).map(|_| Server::start(folder.path(), &url)).collect();
    let places: Vec<String> = servers.iter().map(Server::url).collect();
    let operations = server::operations(folder.path(), &url);
    let ledger = Arc::new(Ledger::default());
    let team = Seller::team(&places, &operations, CLIENTS, &ledger).await;
    let asking = team[0].clone();
    let selling: Vec<_> = team.into_iter().map(|seller| tokio::spawn(seller.sell_on())).collect();
    let mut drains = Vec::new();
    for server in &mut servers {
        progress(&ledger, CLIENTS * 4).await;
        drains.push(tokio::task::block_in_place(|| {
            let took = server.end();
            server.start_again();
            took
        }));
    }
    progress(&ledger, CLIENTS * 4).await;
    asking.stop_all();
    for client in selling {
        client.await.unwrap();
    }
    let verdict = judge(&ledger, &url, asking).await;
    eprintln!("rolling restart: {verdict}, drained in {drains:?}");
    assert!(verdict.orders > 0);
    assert_eq!((verdict.lost, verdict.doubled), (0, 0), "{verdict}");
    assert!(drains.iter().all(|&drain| drain < DRAIN), "{drains:?}");
}

/// Waits until so much more was acknowledged.
async fn progress(ledger: &Ledger, count: usize) {
    let from = Instant::now();
    while ledger.since(from) < count {
        sleep(Duration::from_millis(20)).await;
    }
}
