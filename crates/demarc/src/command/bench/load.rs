//! A server under clients, and what they measured.

use super::process;
use super::sale::Seller;
use crate::client::Client;
use crate::config::Config;
use crate::failure::{Failure, Outcome, at};
use crate::running::{self, Running};
use crate::sites::SiteRow;
use crate::wire;
use app::{OsRandom, Random as _};
use domain::party::{Environment, Role};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use store::Engine;
use tokio::task::JoinSet;

/// Requests and jobs are over when it stops.
const PATIENCE: Duration = Duration::from_secs(10);

/// The real server on a loopback port, with one partner.
#[derive(Debug)]
pub(super) struct Server {
    running: Running,
    secret: String,
}

impl Server {
    pub(super) async fn start(engine: Arc<dyn Engine>) -> Outcome<Self> {
        let config = Config {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            working_day_ms: 0,
            // The server is measured, not what it lets in.
            limits: web::Limits::OFF,
            ..Config::default()
        };
        let app = wire::app(&config, engine).await?;
        let partner = app::partner::PartnerAdd {
            name: "Northwind Networks".to_owned(),
            programme: "alliance".to_owned(),
            tier: "premier".to_owned(),
            distributor: None,
        };
        let at = Environment::Test;
        let partner = app.system_add_partner(at, &partner).await?;
        let role = Role::Partner { partner: partner.id };
        let add = app::partner::CredentialAdd { name: "bench".to_owned(), role };
        let secret = app.system_add_credential(at, &add).await?.secret;
        let options = config.door();
        let running = Running::start(app, running::bind(config.listen).await?, options)?;
        // It accepts before it is ready; how long that takes is measured as the cold start.
        Client::new(&running.url(), "", 0)?.get("/readyz").await?.expect(200)?;
        Ok(Self { running, secret })
    }

    /// A partner's program with a connection of its own.
    pub(super) fn seller(&self) -> Outcome<Seller> {
        Ok(Seller { client: Client::new(&self.running.url(), &self.secret, OsRandom.seed())? })
    }

    pub(super) async fn stop(self) -> Outcome {
        self.running.stop(PATIENCE).await.map(drop)
    }
}

/// What was measured.
#[derive(Debug)]
pub(super) struct Load {
    /// Until the last flow was finished.
    pub(super) time: Duration,
    /// Sorted.
    pub(super) flows: Vec<Duration>,
    /// Sorted.
    pub(super) requests: Vec<Duration>,
    pub(super) peak_rss: Option<u64>,
    pub(super) written: Option<u64>,
}

impl Load {
    /// Lets so many clients sell for `time`.
    pub(super) async fn measure(
        server: &Server,
        sites: &[SiteRow],
        clients: usize,
        time: Duration,
    ) -> Outcome<Self> {
        let sites: Arc<[SiteRow]> = sites.into();
        let mut tasks = JoinSet::new();
        let before = process::written();
        let begun = Instant::now();
        for _ in 0..clients {
            let times = Arc::new(Mutex::new(Vec::new()));
            let mut seller = server.seller()?;
            seller.client = seller.client.timed(times.clone());
            tasks.spawn(sell(seller, sites.clone(), begun, time, times));
        }
        let mut load = Self {
            time: Duration::ZERO,
            flows: Vec::new(),
            requests: Vec::new(),
            peak_rss: None,
            written: None,
        };
        while let Some(done) = tasks.join_next().await {
            let (flows, requests) = done.map_err(at("client"))??;
            load.flows.extend(flows);
            load.requests.extend(requests);
        }
        load.time = begun.elapsed();
        load.peak_rss = process::peak_rss();
        load.written = before.and_then(|b| process::written().map(|w| w - b));
        load.flows.sort_unstable();
        load.requests.sort_unstable();
        Ok(load)
    }
}

async fn sell(
    seller: Seller,
    sites: Arc<[SiteRow]>,
    begun: Instant,
    time: Duration,
    times: Arc<Mutex<Vec<Duration>>>,
) -> Outcome<(Vec<Duration>, Vec<Duration>)> {
    let mut flows = Vec::new();
    while begun.elapsed() < time {
        let flow = Instant::now();
        seller.sell(&sites).await?;
        flows.push(flow.elapsed());
    }
    let requests = times.lock().map_err(|_| Failure::failed("client: its times are lost"))?;
    Ok((flows, requests.clone()))
}

/// The least value that `percent` of the sorted values do not exceed.
pub(super) fn percentile(sorted: &[Duration], percent: usize) -> Duration {
    let at = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted.get(at).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_occurred() {
        let ms: Vec<_> = (1..=200).map(Duration::from_millis).collect();
        assert_eq!(percentile(&ms, 50), Duration::from_millis(100));
        assert_eq!(percentile(&ms, 99), Duration::from_millis(198));
        assert_eq!(percentile(&ms[..1], 99), Duration::from_millis(1));
        assert_eq!(percentile(&[], 50), Duration::ZERO);
    }
}
