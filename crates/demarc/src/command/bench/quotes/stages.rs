//! A quote's way from a file to a price, over HTTP, stage by stage.

use super::super::flow::since;
use super::super::process;
use crate::client::Client;
use crate::failure::{Failure, Outcome};
use crate::steps;
use serde_json::json;
use std::time::{Duration, Instant};

/// What a stage took.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stage {
    pub(super) name: &'static str,
    pub(super) time: Duration,
    /// Of the server's process.
    pub(super) cpu: Option<Duration>,
}

/// A priced quote, and what its stages took.
#[derive(Debug, Clone)]
pub(super) struct Whole {
    pub(super) id: String,
    pub(super) stages: Vec<Stage>,
}

impl Whole {
    pub(super) fn time(&self) -> Duration {
        self.stages.iter().map(|stage| stage.time).sum()
    }

    /// None where it is not known of a stage.
    pub(super) fn cpu(&self) -> Option<Duration> {
        self.stages.iter().map(|stage| stage.cpu).sum()
    }
}

/// A stopwatch of one process.
pub(super) struct Watch {
    process: u32,
    begun: Instant,
    cpu: Option<Duration>,
}

impl Watch {
    pub(super) fn start(process: u32) -> Self {
        Self { process, begun: Instant::now(), cpu: process::cpu(process) }
    }

    pub(super) fn stop(self, name: &'static str) -> Stage {
        let time = self.begun.elapsed();
        Stage { name, time, cpu: since(process::cpu(self.process), self.cpu) }
    }
}

/// As long as a read waits for validations.
const LONGEST_WAIT: Duration = Duration::from_secs(29);
/// So often it is waited.
const MOST_WAITS: usize = 20;

/// Makes a quote of the file's sites.
pub(super) async fn quote(client: &Client, process: u32, csv: &[u8]) -> Outcome<Whole> {
    let name = format!("Bench {}", client.fresh_key());
    let made = steps::open(client, "Bench", Some(&name)).await?;
    let id = made.str("/quote/id")?.to_owned();
    let path = |rest: &str| format!("/v1/quotes/{id}/{rest}");
    let mut stages = Vec::new();

    let watch = Watch::start(process);
    let imports = path("imports?mode=commit");
    client.upload(&imports, "text/csv", csv.to_vec(), true).await?.expect(201)?;
    stages.push(watch.stop("import"));

    let watch = Watch::start(process);
    client.post(&path("address-validation"), json!({})).await?.expect(202)?;
    validated(client, &path("sites?limit=1&wait=30")).await?;
    stages.push(watch.stop("validate"));

    let watch = Watch::start(process);
    steps::price(client, &id, json!({ "discount_percent": "5" }), "priced").await?;
    stages.push(watch.stop("price"));
    Ok(Whole { id, stages })
}

/// Until no address is being validated.
async fn validated(client: &Client, path: &str) -> Outcome {
    for _ in 0..MOST_WAITS {
        let begun = Instant::now();
        let page = client.get(path).await?.expect(200)?;
        if begun.elapsed() < LONGEST_WAIT {
            let state = page.str("/sites/0/validation/state")?;
            return match state {
                "match" => Ok(()),
                other => Err(Failure::failed(format!("an address is {other}, not a match"))),
            };
        }
    }
    Err(Failure::failed("the addresses are not validated after ten minutes"))
}
