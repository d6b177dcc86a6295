//! Servers, the clients that sell through them, and who asks all the time whether they are ready.

use crate::database::Database;
use crate::ledger::Ledger;
use crate::plan::Plan;
use crate::seller::Seller;
use crate::server::Server;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::task::{JoinHandle, block_in_place};
use tokio::time::sleep;

const CLIENTS: usize = 8;
/// So many acknowledgements show that everybody writes.
pub(super) const MUCH: usize = CLIENTS * 4;
/// A server that looks at a leader which was deposed has noticed by then.
const STALE: Duration = Duration::from_secs(3);

pub(super) struct Team {
    pub(super) servers: Vec<Server>,
    pub(super) ledger: Arc<Ledger>,
    pub(super) asking: Seller,
    selling: Vec<JoinHandle<()>>,
}

impl Team {
    /// So many servers on one database, and clients that have begun to sell.
    pub(super) async fn start(
        plan: &Plan,
        folder: &Path,
        database: &Database,
        servers: usize,
    ) -> Self {
        let start = |_| Server::start(plan, folder, database);
        let servers: Vec<_> = block_in_place(|| (0..servers).map(start).collect());
        let places: Vec<String> = servers.iter().map(Server::url).collect();
        let operations = block_in_place(|| servers[0].operations());
        let ledger = Arc::new(Ledger::default());
        let team = Seller::team(&places, &operations, CLIENTS, &ledger).await;
        let team: Vec<_> = team.into_iter().map(|one| one.bearing_stale(STALE)).collect();
        let asking = team[0].clone();
        let selling = team.into_iter().map(|seller| tokio::spawn(seller.sell_on())).collect();
        Self { servers, ledger, asking, selling }
    }

    /// An error: a client met what must not be (a hang, a wrong answer) and broke off.
    pub(super) async fn all_well(&mut self) -> Result<(), String> {
        while let Some(at) = self.selling.iter().position(JoinHandle::is_finished) {
            broke_off(self.selling.swap_remove(at)).await?;
        }
        Ok(())
    }

    /// Ends the clients when each has settled what it began.
    pub(super) async fn stop(&mut self) -> Result<(), String> {
        self.asking.stop_all();
        for client in self.selling.drain(..) {
            broke_off(client).await?;
        }
        Ok(())
    }

    /// Answers that did not know of what had been acknowledged.
    pub(super) fn stale(&self, from: Instant) -> usize {
        let unknown = self.ledger.unknown();
        unknown.iter().filter(|u| u.at > from && u.status == Some(404)).count()
    }

    /// How long the slowest answer took that was none.
    pub(super) fn slowest_refusal(&self, from: Instant) -> Duration {
        let unknown = self.ledger.unknown();
        let told = unknown.iter().filter(|u| u.at > from && u.status.is_some());
        told.map(|u| u.took).max().unwrap_or_default()
    }
}

async fn broke_off(client: JoinHandle<()>) -> Result<(), String> {
    let Err(error) = client.await else { return Ok(()) };
    let panic = error.into_panic();
    let words = panic.downcast_ref::<String>().map(String::as_str);
    let words = words.or_else(|| panic.downcast_ref::<&str>().copied());
    Err(format!("a client broke off: {}", words.unwrap_or("without words")))
}

/// Asks every server all the time whether it is ready, as a load balancer does.
pub(super) struct Ready {
    refused: Arc<AtomicUsize>,
    asking: Vec<JoinHandle<()>>,
}

impl Ready {
    pub(super) fn start(servers: &[Server]) -> Self {
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

    pub(super) fn refused(&self) -> usize {
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
