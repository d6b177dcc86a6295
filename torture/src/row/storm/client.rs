//! A partner's program in the storm: each of its commands is a key, each key a storm of sends.

use super::key::{Asked, Told, storm};
use super::wire::{Answer, Fate, request, send};
use crate::database::Database;
use fastrand::Rng;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// How long what a worker does may take.
const PATIENCE: Duration = Duration::from_secs(90);

/// A key that was answered.
#[derive(Debug)]
pub(super) struct Done {
    pub(super) asked: Asked,
    pub(super) answer: Answer,
    /// The request that had the effect, if its answer was seen.
    pub(super) first: Option<String>,
    pub(super) replays: Vec<String>,
}

/// Everything that clients did and were told.
#[derive(Debug, Default)]
pub(super) struct Made {
    pub(super) keys: Vec<Done>,
    /// The requests that changed something without a key.
    pub(super) edits: BTreeSet<String>,
    /// Requests that were refused.
    pub(super) refused: Vec<String>,
    pub(super) sends: usize,
    pub(super) cut: usize,
    pub(super) later: usize,
    pub(super) reused: usize,
    pub(super) rivals: usize,
    pub(super) wrong: Vec<String>,
}

/// What all clients share.
#[derive(Debug, Default)]
pub(super) struct Storm {
    /// As `host:port`.
    pub(super) nodes: Vec<String>,
    pub(super) operations: String,
    /// Another person of operations.
    pub(super) second: String,
    /// Held while a catalogue is put in force and taken back.
    pub(super) price_desk: tokio::sync::Mutex<()>,
    /// Where webhooks may go.
    pub(super) sink: String,
    /// What they all write to, so that an offer can be made to expire.
    pub(super) database: Option<Database>,
    pub(super) made: Mutex<Made>,
    pub(super) keys: AtomicUsize,
}

/// It cannot go on: what it needs for the next step is not there. What is wrong has been noted.
#[derive(Debug)]
pub(super) struct Stuck;

pub(super) type Went<T = ()> = Result<T, Stuck>;

/// One partner, doing one thing after the other.
#[derive(Debug)]
pub(super) struct Client {
    pub(super) storm: Arc<Storm>,
    pub(super) number: usize,
    pub(super) dice: Rng,
    pub(super) partner: String,
    pub(super) secret: String,
    /// Walks begun, and commands within this one.
    pub(super) walk: usize,
    pub(super) step: usize,
}

impl Client {
    /// A command of the partner. All partners name their keys alike.
    pub(super) async fn post(&mut self, path: &str, body: Value) -> Went<Value> {
        self.ask(path, body, None).await
    }

    /// The same while another request is sent under the same key.
    pub(super) async fn post_beside(
        &mut self,
        path: &str,
        body: Value,
        rival: Value,
    ) -> Went<Value> {
        self.ask(path, body, Some(rival)).await
    }

    /// A command of the carrier's.
    pub(super) async fn operate(&mut self, path: &str, body: Value) -> Went<Value> {
        let secret = self.storm.operations.clone();
        self.carriers(secret, path, body).await
    }

    /// The same by another person.
    pub(super) async fn agree(&mut self, path: &str, body: Value) -> Went<Value> {
        let secret = self.storm.second.clone();
        self.carriers(secret, path, body).await
    }

    async fn carriers(&mut self, secret: String, path: &str, body: Value) -> Went<Value> {
        self.step += 1;
        let key = format!("k-{}-{}-{}", self.number, self.walk, self.step);
        let (tenant, path) = ("carrier.test".to_owned(), path.to_owned());
        self.perform(Asked { secret, tenant, key, path, body, rival: None }).await
    }

    async fn ask(&mut self, path: &str, body: Value, rival: Option<Value>) -> Went<Value> {
        self.step += 1;
        let key = format!("k-{}-{}", self.walk, self.step);
        let tenant = format!("{}.test", &self.partner[..15]);
        let (secret, path) = (self.secret.clone(), path.to_owned());
        self.perform(Asked { secret, tenant, key, path, body, rival }).await
    }

    async fn perform(&mut self, asked: Asked) -> Went<Value> {
        let told = storm(&self.storm.nodes, &mut self.dice, &asked).await;
        self.storm.keys.fetch_add(1, Ordering::Relaxed);
        self.storm.made.lock().unwrap().note(asked, told)
    }

    /// Reads.
    pub(super) async fn get(&mut self, path: &str) -> Went<Value> {
        let secret = self.secret.clone();
        self.once("GET", path, &secret, "", String::new()).await.map(|answer| answer.json())
    }

    /// Reads as the carrier does.
    pub(super) async fn look(&mut self, path: &str) -> Went<Value> {
        let secret = self.storm.operations.clone();
        self.once("GET", path, &secret, "", String::new()).await.map(|answer| answer.json())
    }

    /// Edits, whatever the version: sent once, without a key.
    pub(super) async fn edit(&mut self, method: &str, path: &str, body: Value) -> Went<Value> {
        let (secret, body) = (self.secret.clone(), body.to_string());
        let answer = self.once(method, path, &secret, "if-match: *\r\n", body).await?;
        let id = answer.header("request-id").to_owned();
        self.storm.made.lock().unwrap().edits.insert(id);
        Ok(answer.json())
    }

    /// Sets as the carrier does: sent once, without a key.
    pub(super) async fn set_as_carrier(&mut self, path: &str, body: &Value) -> Went {
        let secret = self.storm.operations.clone();
        let answer = self.once("PUT", path, &secret, "", body.to_string()).await?;
        let id = answer.header("request-id").to_owned();
        self.storm.made.lock().unwrap().edits.insert(id);
        Ok(())
    }

    async fn once(
        &mut self,
        method: &str,
        path: &str,
        secret: &str,
        more: &str,
        body: String,
    ) -> Went<Answer> {
        let bytes = request(method, path, secret, more, &body);
        let node = &self.storm.nodes[self.dice.usize(0..self.storm.nodes.len())];
        let what = match send(node, &bytes, Fate::Whole).await {
            Ok(Some(answer)) if (200..300).contains(&answer.status) => return Ok(answer),
            Ok(Some(answer)) => format!("{}: {}", answer.status, answer.body),
            Ok(None) => "no answer".to_owned(),
            Err(e) => e.to_string(),
        };
        self.wrong(format!("{method} {path}: {what}"))
    }

    /// Makes the offer of a quote one that has expired long ago: nobody waits for that.
    pub(super) async fn expire(&self, quote: &str) {
        let Some(database) = &self.storm.database else { return };
        database.expire(quote).await;
    }

    /// Reads until it is so.
    pub(super) async fn until(&mut self, path: &str, so: impl Fn(&Value) -> bool) -> Went<Value> {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            let told = self.get(&format!("{path}?wait=5")).await?;
            if so(&told) {
                return Ok(told);
            }
        }
        self.wrong(format!("{path}: what should come does not come"))
    }

    /// Notes what should not be, and stops this walk.
    pub(super) fn wrong<T>(&self, what: String) -> Went<T> {
        self.storm.made.lock().unwrap().wrong.push(what);
        Err(Stuck)
    }
}

impl Made {
    fn note(&mut self, asked: Asked, told: Told) -> Went<Value> {
        self.sends += told.sends;
        self.cut += told.cut;
        self.later += told.later;
        self.reused += told.reused;
        self.rivals += usize::from(asked.rival.is_some());
        let (key, path, tenant) = (&asked.key, &asked.path, &asked.tenant);
        let named = told.wrong.iter().map(|what| format!("key {key} of {tenant}, {path}: {what}"));
        self.wrong.extend(named);
        let Some(answer) = told.answer().cloned() else { return Err(Stuck) };
        self.refused.extend(told.refused);
        let (replays, firsts): (Vec<_>, Vec<_>) =
            told.answers.iter().partition(|(_, answer)| answer.replayed());
        let id = |(_, answer): &(bool, Answer)| answer.header("request-id").to_owned();
        let first = firsts.first().map(|answer| id(answer));
        let replays = replays.into_iter().chain(firsts.into_iter().skip(1)).map(id).collect();
        let json = answer.json();
        self.keys.push(Done { asked, answer, first, replays });
        Ok(json)
    }
}

/// The id at this place.
pub(super) fn id(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no id")).to_owned()
}

/// A made-up person.
pub(super) fn contact() -> Value {
    json!({ "first_name": "Robin", "last_name": "Castellan",
        "email": "robin.castellan@example.com", "phone": "214-555-0142" })
}
