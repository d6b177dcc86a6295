//! Partners with their endpoints and receivers, and what they do.

use super::heard::{Log, Owner};
use super::receiver::{Manner, Receiver};
use crate::seller::Seller;
use fastrand::Rng;
use reqwest::Client;
use serde_json::{Value, json};
use standardwebhooks::Webhook;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long one try may take: a node that begins has its port before it serves.
const TRY: Duration = Duration::from_secs(10);
/// How long a command may go without an answer.
const PATIENCE: Duration = Duration::from_secs(90);
/// Between two tries.
const PAUSE: Duration = Duration::from_millis(100);
/// Endpoints of one partner.
pub(super) const EACH: usize = 4;
/// What they listen to.
const FILTERS: [&str; EACH] = ["*", "opportunity.*", "quote.created", "*"];

/// A partner with the program that works for it.
#[derive(Debug)]
pub(super) struct Partner {
    id: String,
    secret: String,
    /// The ids of its endpoints, in the order of their receivers.
    pub(super) endpoints: Vec<String>,
    http: Client,
    servers: Vec<String>,
    number: usize,
    /// Commands sent.
    sent: usize,
}

impl Partner {
    /// A new partner with its credential.
    pub(super) async fn add(boss: &mut Seller, servers: &[String], number: usize) -> Self {
        // In this programme an opportunity needs no customer.
        let new = json!({ "name": format!("Northwind Networks {number}"), "programme": "apex",
            "tier": "standard" });
        let partner = boss.post("/v1/operations/partners", new).await.expect("it goes on");
        let new = json!({ "name": "Orders", "role": "partner", "partner_ids": [partner["id"]] });
        let minted = boss.post("/v1/operations/credentials", new).await.expect("it goes on");
        let (id, secret) = (text(&partner["id"]), text(&minted["secret"]));
        let http = Client::builder().timeout(TRY).build().expect("a client");
        let (endpoints, servers) = (Vec::new(), servers.to_vec());
        Self { id, secret, endpoints, http, servers, number, sent: 0 }
    }

    /// Its endpoints, at these receivers; answers who may hear what there.
    pub(super) async fn register(&mut self, receivers: &[Arc<Receiver>]) -> Vec<Owner> {
        let mut owners = Vec::new();
        for (receiver, filter) in receivers.iter().zip(FILTERS) {
            let new = json!({ "url": receiver.url(), "types": [filter] });
            let endpoint = text(&self.post("/v1/webhook-endpoints", &new).await["id"]);
            let url = format!("{}/v1/webhook-endpoints/{endpoint}/secret", self.servers[0]);
            let asked = self.http.get(url).bearer_auth(&self.secret).send();
            let told = asked.await.expect("an answer");
            let told: Value = told.json().await.expect("JSON");
            let secret = text(&told["secrets"][0]["secret"]);
            let verifier = Webhook::new(&secret).expect("a secret");
            let (partner, filter) = (self.id.clone(), filter.to_owned());
            owners.push(Owner { partner, filter, verifier });
            self.endpoints.push(endpoint);
        }
        owners
    }

    /// Opens an opportunity: two events.
    pub(super) async fn open(&mut self) {
        let name = format!("Branch {}-{}", self.number, self.sent);
        self.post("/v1/opportunities", &json!({ "name": name })).await;
    }

    /// Has everything that an endpoint has not taken since then sent again.
    pub(super) async fn replay(&mut self, endpoint: &str, since: &str) {
        let path = format!("/v1/webhook-endpoints/{endpoint}/replay");
        self.post(&path, &json!({ "since": since })).await;
    }

    /// Sends a command until it is answered, under one key, to one server after the other.
    async fn post(&mut self, path: &str, body: &Value) -> Value {
        self.sent += 1;
        let key = format!("p{}-{}", self.number, self.sent);
        let until = Instant::now() + PATIENCE;
        loop {
            let url = format!("{}{path}", self.servers[0]);
            let request = self.http.post(url).bearer_auth(&self.secret);
            let request = request.header("idempotency-key", &key).json(body);
            let answer = match request.send().await {
                Ok(answer) => Some((answer.status().as_u16(), answer.text().await)),
                Err(_) => None,
            };
            match answer {
                Some((200..=299, Ok(told))) => return serde_json::from_str(&told).expect("JSON"),
                // Broken off, or to be sent again.
                None | Some((200..=299 | 409 | 503, _)) if Instant::now() < until => {}
                answer => panic!("{path} under {key}: {answer:?}"),
            }
            self.servers.rotate_left(1);
            tokio::time::sleep(PAUSE).await;
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is not a text")).to_owned()
}

/// Receivers for so many endpoints: a fifth of them hangs, most are healthy. Which is which is
/// rolled.
pub(super) fn receivers(count: usize, dice: &mut Rng, log: &Arc<Log>) -> Vec<Arc<Receiver>> {
    let share = |hundredths: usize| count * hundredths / 100;
    let mut manners = vec![Manner::Silent; share(10)];
    manners.extend(vec![Manner::Drips; share(10)]);
    manners.extend(vec![Manner::Fails; share(6)]);
    manners.extend(vec![Manner::Resets; share(6)]);
    manners.extend((0..share(6)).map(|_| Manner::Slow { ms: dice.u64(100..1500) }));
    manners.extend((0..share(6)).map(|_| Manner::Throttles { seconds: dice.u32(1..10) }));
    manners.extend(vec![Manner::Redirects; share(4)]);
    manners.resize(count, Manner::Healthy);
    dice.shuffle(&mut manners);
    let mut receivers: Vec<Receiver> = Vec::new();
    for (number, manner) in manners.into_iter().enumerate() {
        // Another partner's, whose URL is known: all but the first partner's are.
        let elsewhere = number.checked_sub(EACH).map(|other| receivers[other].url());
        let manner = match manner {
            Manner::Redirects if elsewhere.is_none() => Manner::Fails,
            manner => manner,
        };
        receivers.push(Receiver::new(number, manner, elsewhere.unwrap_or_default(), log));
    }
    receivers.into_iter().map(Arc::new).collect()
}

/// How long a receiver that is restarted is away.
pub(super) fn away(dice: &mut Rng) -> Duration {
    Duration::from_millis(dice.u64(200..2000))
}
