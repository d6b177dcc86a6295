//! What receivers heard. Whatever can be judged by one message alone is judged when it comes.

use bytes::Bytes;
use domain::time::Moment;
use http::HeaderMap;
use serde_json::Value;
use standardwebhooks::Webhook;
use std::collections::HashMap;
use std::sync::{Mutex, OnceLock};

/// Faults of single messages that are told.
const SHOWN: usize = 20;

/// One message as it came.
#[derive(Debug)]
pub(super) struct Heard {
    receiver: usize,
    /// Whether it came to the receiver's own path.
    mine: bool,
    taken: bool,
    at: Moment,
    headers: HeaderMap,
    body: Bytes,
}

impl Heard {
    pub(super) fn new(
        receiver: usize,
        mine: bool,
        taken: bool,
        headers: HeaderMap,
        body: Bytes,
    ) -> Self {
        let at = app::Clock::now(&app::SystemClock);
        Self { receiver, mine, taken, at, headers, body }
    }
}

/// Whose endpoint a receiver is.
pub(super) struct Owner {
    /// As events name it.
    pub(super) partner: String,
    /// What it listens to.
    pub(super) filter: String,
    /// Knows the endpoint's secret; the official library.
    pub(super) verifier: Webhook,
}

impl Owner {
    /// Whether it listens to this kind of event.
    pub(super) fn listens_to(&self, kind: &str) -> bool {
        let noun = kind.split('.').next().unwrap_or_default();
        self.filter == "*" || self.filter == kind || self.filter == format!("{noun}.*")
    }
}

impl std::fmt::Debug for Owner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Owner").field("partner", &self.partner).finish_non_exhaustive()
    }
}

/// What all receivers heard.
#[derive(Debug, Default)]
pub(super) struct Log {
    owners: OnceLock<Vec<Owner>>,
    told: Mutex<Told>,
}

/// The sum of it.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// The bytes of each event, the same everywhere and on every attempt.
    bodies: HashMap<String, Bytes>,
    /// When the event was first taken, by receiver and event; and when it had happened.
    pub(super) taken: HashMap<(usize, String), (Moment, Moment)>,
    /// Messages that came, taken or not.
    pub(super) attempts: usize,
    /// Messages that were taken already.
    pub(super) again: usize,
    pub(super) faults: usize,
    pub(super) wrong: Vec<String>,
}

impl Log {
    /// Says whose the receivers are, by their numbers, before the first message is sent.
    pub(super) fn owned_by(&self, owners: Vec<Owner>) {
        self.owners.set(owners).expect("it is said once");
    }

    pub(super) fn owners(&self) -> &[Owner] {
        self.owners.get().map_or(&[], Vec::as_slice)
    }

    pub(super) fn note(&self, heard: Heard) {
        // What comes before is about the endpoints themselves.
        let Some(owner) = self.owners().get(heard.receiver) else { return };
        let event: Value = serde_json::from_slice(&heard.body).unwrap_or_default();
        let fault = fault(owner, &heard, &event);
        let id = event["id"].as_str().unwrap_or_default().to_owned();
        let happened = event["time"].as_str().and_then(Moment::parse).unwrap_or(heard.at);
        let mut told = self.told.lock().unwrap();
        told.attempts += 1;
        let first = told.bodies.entry(id.clone()).or_insert_with(|| heard.body.clone());
        let fault = match fault {
            None if *first != heard.body => Some("it came with other bytes before".to_owned()),
            fault => fault,
        };
        if let Some(fault) = fault {
            told.faults += 1;
            if told.wrong.len() < SHOWN {
                told.wrong.push(format!("receiver {}, event {id}: {fault}", heard.receiver));
            }
            return;
        }
        if heard.taken {
            let known = told.taken.len();
            // As it is stored: without its checksum.
            let id = id.get(..15).unwrap_or_default().to_owned();
            told.taken.entry((heard.receiver, id)).or_insert((heard.at, happened));
            told.again += usize::from(told.taken.len() == known);
        }
    }

    /// How many different events were taken, at all receivers together.
    pub(super) fn taken(&self) -> usize {
        self.told.lock().unwrap().taken.len()
    }

    pub(super) fn told(&self) -> Told {
        std::mem::take(&mut self.told.lock().unwrap())
    }
}

/// What is wrong with a message by itself.
fn fault(owner: &Owner, heard: &Heard, event: &Value) -> Option<String> {
    if !heard.mine {
        return Some("it was sent to another receiver".to_owned());
    }
    if let Err(e) = owner.verifier.verify(&heard.body, &heard.headers) {
        return Some(format!("the official library refuses it: {e}"));
    }
    let id = heard.headers.get("webhook-id").and_then(|value| value.to_str().ok());
    if event["id"].as_str().is_none() || id != event["id"].as_str() {
        return Some(format!("it is called {id:?}"));
    }
    if event["data"]["partner_id"] != owner.partner.as_str() {
        return Some("it is another partner's".to_owned());
    }
    let kind = event["type"].as_str().unwrap_or_default();
    (!owner.listens_to(kind)).then(|| format!("nobody asked for {kind} here"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use connect::webhook::{Secret, sign};

    const BODY: &str = r#"{"id":"evt1","type":"quote.created","time":"2026-01-01T00:00:00Z",
        "data":{"partner_id":"p1"}}"#;

    fn log(partner: &str, filter: &str, secret: &Secret) -> Log {
        let log = Log::default();
        let verifier = Webhook::new(&secret.reveal()).unwrap();
        let (partner, filter) = (partner.to_owned(), filter.to_owned());
        log.owned_by(vec![Owner { partner, filter, verifier }]);
        log
    }

    fn message(secret: &Secret, body: &str) -> Heard {
        let now = app::Clock::now(&app::SystemClock).ms() / 1000;
        let signature = sign(std::slice::from_ref(secret), "evt1", now, body.as_bytes());
        let mut headers = HeaderMap::new();
        headers.insert("webhook-id", "evt1".parse().unwrap());
        headers.insert("webhook-timestamp", now.to_string().parse().unwrap());
        headers.insert("webhook-signature", signature.parse().unwrap());
        Heard::new(0, true, true, headers, Bytes::copy_from_slice(body.as_bytes()))
    }

    #[test]
    fn a_message_counts_if_it_is_signed_its_owners_and_the_same_as_before() {
        let (secret, other) = (Secret::new([1; 32]), Secret::new([2; 32]));
        let faults = |log: &Log, heard: Heard| {
            log.note(heard);
            log.told().faults
        };
        let right = log("p1", "quote.*", &secret);
        right.note(message(&secret, BODY));
        right.note(message(&secret, BODY));
        assert_eq!((right.taken(), right.told.lock().unwrap().again), (1, 1));
        assert_eq!(faults(&right, message(&secret, &BODY.replace("00Z", "01Z"))), 1);
        assert_eq!(faults(&log("p1", "*", &secret), message(&other, BODY)), 1, "signed otherwise");
        assert_eq!(faults(&log("p2", "*", &secret), message(&secret, BODY)), 1, "another's");
        assert_eq!(faults(&log("p1", "opportunity.*", &secret), message(&secret, BODY)), 1);
        let elsewhere = Heard { mine: false, ..message(&secret, BODY) };
        assert_eq!(faults(&log("p1", "*", &secret), elsewhere), 1);
    }
}
