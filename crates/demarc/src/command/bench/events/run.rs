//! One run of `bench events`: flows on a fresh server, with endpoints and a stream that listen.

use super::super::base::Base;
use super::super::child::Served;
use super::super::flow::since;
use super::super::load::{Load, percentile};
use super::super::process;
use super::super::sale::Seller;
use super::receiver::{Ear, Heard, micros, wait};
use crate::client::{Answers, Client};
use crate::failure::{Outcome, at};
use crate::sites::SiteRow;
use app::{OsRandom, Random as _};
use serde_json::json;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// How the flows come.
#[derive(Debug, Clone, Copy)]
pub(super) enum Pace {
    /// So many begin each second, whatever becomes of those before.
    Rate(f64),
    /// So many clients, each one flow after the other.
    Clients(u16),
}

/// Median and 99th percentile, in microseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Spread {
    pub(super) p50: i64,
    pub(super) p99: i64,
}

/// How late something was heard.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Lateness {
    /// After the event's own time, which is at or before its commit.
    pub(super) since_event: Spread,
    /// After the answer to the request that caused it, which is behind its commit. Below zero:
    /// before it. Only of events that a request caused.
    pub(super) since_answer: Spread,
}

/// What one run found.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) flows: usize,
    /// Until the last flow was finished.
    pub(super) time: Duration,
    pub(super) events: usize,
    pub(super) deliveries: usize,
    /// From the begin until the last delivery came.
    pub(super) delivered_in: Duration,
    /// Pairs of event and endpoint that never came, and that came again.
    pub(super) missing: usize,
    pub(super) again: usize,
    pub(super) webhook: Lateness,
    pub(super) feed: Lateness,
    pub(super) server_cpu: Option<Duration>,
    pub(super) base_cpu: Option<Duration>,
}

/// What is not delivered by then is missing.
const LONGEST: Duration = Duration::from_secs(30);
/// As long as nothing may come before everything has.
const SILENCE: Duration = Duration::from_millis(700);

/// What the runs have in common.
#[derive(Debug)]
pub(super) struct Course<'a> {
    pub(super) base: &'a Base,
    pub(super) sites: &'a [SiteRow],
    pub(super) time: Duration,
}

impl Course<'_> {
    pub(super) async fn run(&self, endpoints: u16, pace: Pace) -> Outcome<Found> {
        let database = self.base.fresh().await?;
        let secret = database.partner().await?;
        let served = Served::start(&database, &std::env::temp_dir()).await?;
        let seller = Seller { client: Client::new(&served.url, &secret, OsRandom.seed())? };
        let hooks = Ear::webhooks().await?;
        for number in 0..endpoints {
            let url = format!("{}/{number}", hooks.url);
            let made = seller.client.post("/v1/webhook-endpoints", json!({ "url": url })).await?;
            made.expect(201)?;
        }
        let stream = Ear::stream(&served.url, &secret).await?;
        // What the endpoints hear of each other comes before the measurement.
        quiet(&hooks, &stream).await;
        let (hooks_before, stream_before) = (hooks.count(), stream.count());
        let before = (process::cpu(served.id()), self.base.cpu());
        let (begun, begun_at) = (Instant::now(), micros(app::wall()));
        let answers = Answers::default();
        let flows = match pace {
            Pace::Rate(rate) => self.paced(&seller, rate, &answers).await?,
            Pace::Clients(clients) => {
                let clients = usize::from(clients);
                let load =
                    Load::measure(&[&served.url], &secret, self.sites, clients, self.time).await?;
                load.flows.len()
            }
        };
        let time = begun.elapsed();
        quiet(&hooks, &stream).await;
        let want = || (stream.count() - stream_before) * usize::from(endpoints);
        wait(LONGEST, || hooks.count() - hooks_before >= want()).await;
        let used = (process::cpu(served.id()), self.base.cpu());
        let answers = answers.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let answers = answers.into_iter().map(|(id, when)| (id, micros(when))).collect();
        let told = stream.heard()?.split_off(stream_before);
        let came = hooks.heard()?.split_off(hooks_before);
        let last = came.last().map_or(0, |heard| heard.came - begun_at);
        let ids: HashSet<_> = told.iter().map(|heard| &heard.event).collect();
        let different: HashSet<_> = came.iter().map(|h| (h.endpoint, &h.event)).collect();
        let found = Found {
            flows,
            time,
            events: ids.len(),
            deliveries: came.len(),
            delivered_in: Duration::from_micros(u64::try_from(last).unwrap_or(0)),
            missing: (ids.len() * usize::from(endpoints)).saturating_sub(different.len()),
            again: came.len() - different.len(),
            webhook: lateness(&came, &answers),
            feed: lateness(&told, &answers),
            server_cpu: since(used.0, before.0),
            base_cpu: since(used.1, before.1),
        };
        drop(served);
        self.base.remove(database).await?;
        Ok(found)
    }

    /// Begins flows in even steps; how many there were.
    async fn paced(&self, seller: &Seller, rate: f64, answers: &Answers) -> Outcome<usize> {
        let client = seller.client.clone().noting(answers.clone());
        let sites: Arc<[SiteRow]> = self.sites.into();
        let mut tasks = JoinSet::new();
        let mut steps = tokio::time::interval(Duration::from_secs_f64(1.0 / rate));
        let begun = Instant::now();
        while begun.elapsed() < self.time {
            steps.tick().await;
            let (seller, sites) = (Seller { client: client.clone() }, sites.clone());
            tasks.spawn(async move { seller.sell(&sites).await });
        }
        let mut flows = 0;
        while let Some(done) = tasks.join_next().await {
            done.map_err(at("client"))??;
            flows += 1;
        }
        Ok(flows)
    }
}

/// Waits until nothing has come for a while.
async fn quiet(hooks: &Ear, stream: &Ear) {
    let until = Instant::now() + LONGEST;
    let mut last = (hooks.count(), stream.count());
    loop {
        tokio::time::sleep(SILENCE).await;
        let now = (hooks.count(), stream.count());
        if now == last || Instant::now() > until {
            return;
        }
        last = now;
    }
}

fn lateness(heard: &[Heard], answers: &HashMap<String, i64>) -> Lateness {
    let answered = |h: &Heard| answers.get(h.request.as_ref()?).copied();
    Lateness {
        since_event: spread(heard.iter().map(|h| h.came - h.happened)),
        since_answer: spread(heard.iter().filter_map(|h| Some(h.came - answered(h)?))),
    }
}

fn spread(times: impl Iterator<Item = i64>) -> Spread {
    let mut times: Vec<_> = times.collect();
    times.sort_unstable();
    Spread { p50: percentile(&times, 50), p99: percentile(&times, 99) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lateness_after_the_answer_counts_only_events_that_a_request_caused() {
        let heard = |came, request: Option<&str>| Heard {
            endpoint: 0,
            came,
            happened: 1000,
            event: String::new(),
            request: request.map(str::to_owned),
        };
        let all = [heard(3000, Some("a")), heard(9000, None), heard(4000, Some("b"))];
        let answers = HashMap::from([("a".to_owned(), 3500)]);
        let found = lateness(&all, &answers);
        assert_eq!(found.since_event, Spread { p50: 3000, p99: 8000 });
        assert_eq!(found.since_answer, Spread { p50: -500, p99: -500 });
    }
}
