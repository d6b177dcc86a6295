//! Clients that sell, and what they measured.

use super::sale::Seller;
use crate::client::Client;
use crate::failure::{Failure, Outcome, at};
use crate::sites::SiteRow;
use app::{OsRandom, Random as _};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// What was measured.
#[derive(Debug, Default, Clone)]
pub(super) struct Load {
    /// Until the last flow was finished.
    pub(super) time: Duration,
    /// Sorted.
    pub(super) flows: Vec<Duration>,
    /// Sorted.
    pub(super) requests: Vec<Duration>,
    /// How many flows each server had.
    pub(super) by_server: Vec<usize>,
}

impl Load {
    /// Lets `clients` sell for `time`, spread evenly over the servers at `urls`.
    pub(super) async fn measure(
        urls: &[&str],
        secret: &str,
        sites: &[SiteRow],
        clients: usize,
        time: Duration,
    ) -> Outcome<Self> {
        let sites: Arc<[SiteRow]> = sites.into();
        let mut tasks = JoinSet::new();
        let begun = Instant::now();
        for (server, url) in (0..urls.len()).zip(urls).cycle().take(clients) {
            let times = Arc::new(Mutex::new(Vec::new()));
            let client = Client::new(url, secret, OsRandom.seed())?.timed(times.clone());
            let selling = sell(Seller { client }, sites.clone(), begun, time, times);
            tasks.spawn(async move { selling.await.map(|done| (server, done)) });
        }
        let mut load = Self { by_server: vec![0; urls.len()], ..Self::default() };
        while let Some(done) = tasks.join_next().await {
            let (server, (flows, requests)) = done.map_err(at("client"))??;
            if let Some(count) = load.by_server.get_mut(server) {
                *count += flows.len();
            }
            load.flows.extend(flows);
            load.requests.extend(requests);
        }
        load.time = begun.elapsed();
        load.flows.sort_unstable();
        load.requests.sort_unstable();
        Ok(load)
    }

    /// Takes in another run of the same.
    pub(super) fn add(&mut self, other: Self) {
        self.time += other.time;
        self.flows.extend(other.flows);
        self.requests.extend(other.requests);
        self.flows.sort_unstable();
        self.requests.sort_unstable();
        self.by_server.resize(other.by_server.len(), 0);
        self.by_server.iter_mut().zip(other.by_server).for_each(|(sum, more)| *sum += more);
    }

    pub(super) fn flows_a_second(&self) -> f64 {
        number(self.flows.len()) / self.time.as_secs_f64()
    }

    pub(super) fn requests_a_second(&self) -> f64 {
        number(self.requests.len()) / self.time.as_secs_f64()
    }

    /// The share of one flow in what all of them used.
    pub(super) fn each(&self, total: Option<Duration>) -> Option<Duration> {
        let flows = u32::try_from(self.flows.len()).ok().filter(|flows| *flows > 0)?;
        total.map(|total| total / flows)
    }
}

pub(super) fn number(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::from(u32::MAX), f64::from)
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
pub(super) fn percentile<T: Copy + Default>(sorted: &[T], percent: usize) -> T {
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
        assert_eq!(percentile::<Duration>(&[], 50), Duration::ZERO);
    }
}
