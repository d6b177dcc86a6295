//! Many clients before a few servers: one command each, sent at the same moment.

use fastrand::Rng;
use reqwest::{Client, Method};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Barrier;
use tokio::task::JoinSet;

/// How many clients race.
pub(super) const CLIENTS: usize = 32;
/// How long one try may take.
const HANG: Duration = Duration::from_secs(20);
/// How often an answer that says "again, with the same key" is believed.
const PATIENCE: usize = 200;
/// The clients of a race begin within so many microseconds.
const SPREAD_US: u64 = 2_000;

/// Who sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    Partner,
    Operations,
    /// Another of operations.
    Second,
    /// The partner, as the published interfaces know it: without a key.
    Published,
}

/// A command that is to be sent.
#[derive(Debug, Clone)]
pub(super) struct Shot {
    /// Which sort of command it is, for the judge.
    pub(super) kind: &'static str,
    by: By,
    method: Method,
    path: String,
    body: Value,
    key: Option<String>,
    if_match: Option<String>,
}

impl Shot {
    pub(super) fn post(kind: &'static str, path: impl Into<String>, body: Value) -> Self {
        let (method, path) = (Method::POST, path.into());
        Self { kind, by: By::Partner, method, path, body, key: None, if_match: None }
    }

    /// An edit of the version that was seen.
    pub(super) fn edit(kind: &'static str, path: &str, body: Value, seen: &str) -> Self {
        let if_match = Some(seen.to_owned());
        Self { method: Method::PATCH, if_match, ..Self::post(kind, path, body) }
    }

    /// A call of the published interfaces.
    pub(super) fn published(kind: &'static str, path: &str, body: Value) -> Self {
        Self { by: By::Published, ..Self::post(kind, path, body) }
    }

    pub(super) fn by_operations(self) -> Self {
        Self { by: By::Operations, ..self }
    }

    pub(super) fn by_second(self) -> Self {
        Self { by: By::Second, ..self }
    }

    /// The same under this key; without one it gets a fresh one.
    pub(super) fn under(self, key: &str) -> Self {
        Self { key: Some(key.to_owned()), ..self }
    }
}

/// What came back.
#[derive(Debug, Clone)]
pub(super) struct Told {
    pub(super) kind: &'static str,
    pub(super) status: u16,
    /// The code of a problem.
    pub(super) code: String,
    pub(super) replayed: bool,
    /// `etag` and `location`.
    pub(super) headers: [String; 2],
    pub(super) text: String,
    pub(super) body: Value,
}

impl Told {
    pub(super) const fn won(&self) -> bool {
        matches!(self.status, 200..=299)
    }
}

/// The servers of one database, and who asks them.
#[derive(Debug)]
pub(super) struct Arena {
    http: Client,
    servers: Vec<String>,
    operations: String,
    second: String,
    partner: String,
    /// The partner's id, and its credential's.
    partner_id: String,
    client_id: String,
    keys: AtomicU64,
    /// Answers that asked for the same once more, by their code.
    again: Mutex<BTreeMap<String, usize>>,
}

impl Arena {
    /// Before these servers, with a partner of its own.
    pub(super) async fn enter(servers: Vec<String>, operations: String) -> Self {
        let http = Client::builder().timeout(HANG).build().expect("a client");
        let (keys, again) = (AtomicU64::new(0), Mutex::default());
        let [second, secret, partner_id, client_id] = [const { String::new() }; 4];
        let mut arena = Self {
            http,
            servers,
            operations,
            second,
            partner: secret,
            partner_id,
            client_id,
            keys,
            again,
        };
        let new = json!({ "name": "Second desk", "role": "operations" });
        let made = arena.by_operations("/v1/operations/credentials", new).await;
        made["secret"].as_str().expect("a secret").clone_into(&mut arena.second);
        let new = json!({ "name": "Northwind Networks", "programme": "alliance",
            "tier": "standard" });
        let partner = arena.by_operations("/v1/operations/partners", new).await;
        let new = json!({ "name": "Orders", "role": "partner", "partner_ids": [partner["id"]] });
        let made = arena.by_operations("/v1/operations/credentials", new).await;
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        arena.partner = text(&made["secret"]);
        arena.partner_id = text(&partner["id"]);
        arena.client_id = text(&made["credential"]["id"]);
        arena
    }

    /// How often an answer asked for the same once more, in words.
    pub(super) fn again(&self) -> String {
        let again = self.again.lock().expect("no panic here");
        let words: Vec<_> = again.iter().map(|(code, times)| format!("{times} {code}")).collect();
        if words.is_empty() { "none".to_owned() } else { words.join(", ") }
    }

    pub(super) const fn nodes(&self) -> usize {
        self.servers.len()
    }

    pub(super) fn partner_id(&self) -> &str {
        &self.partner_id
    }

    /// A key that nobody has used.
    pub(super) fn key(&self) -> String {
        format!("key-{}", self.keys.fetch_add(1, Ordering::Relaxed))
    }

    pub(super) async fn by_operations(&self, path: &str, body: Value) -> Value {
        self.done(Shot::post("set up", path, body).by_operations()).await
    }

    /// Does what must succeed.
    pub(super) async fn post(&self, path: &str, body: Value) -> Value {
        self.done(Shot::post("set up", path, body)).await
    }

    pub(super) async fn put(&self, path: &str, body: Value) -> Value {
        let shot = Shot::edit("set up", path, body, "*");
        self.done(Shot { method: Method::PUT, ..shot }).await
    }

    async fn done(&self, shot: Shot) -> Value {
        let node = self.keys.fetch_add(1, Ordering::Relaxed);
        let path = shot.path.clone();
        let told = self.send(usize::try_from(node).unwrap_or(0), shot).await;
        assert!(told.won(), "{path}: {} {}", told.status, told.text);
        told.body
    }

    /// What is there. `etag` is the first of its headers.
    pub(super) async fn get(&self, path: &str) -> Told {
        let node = usize::try_from(self.keys.fetch_add(1, Ordering::Relaxed)).unwrap_or(0);
        let shot = Shot::post("look", path, Value::Null);
        let told = self.send(node, Shot { method: Method::GET, ..shot }).await;
        assert_eq!(told.status, 200, "{path}: {}", told.text);
        told
    }

    /// Looks until it is so.
    pub(super) async fn until(&self, path: &str, so: impl Fn(&Value) -> bool) -> Value {
        for _ in 0..100 {
            let told = self.get(&format!("{path}?wait=2")).await;
            if so(&told.body) {
                return told.body;
            }
        }
        panic!("{path}: what should come does not come")
    }

    /// Sends all of them at the same moment, to all servers in turn.
    pub(super) async fn race(self: &Arc<Self>, dice: &mut Rng, mut shots: Vec<Shot>) -> Vec<Told> {
        dice.shuffle(&mut shots);
        let barrier = Arc::new(Barrier::new(shots.len()));
        let first = dice.usize(..self.nodes());
        let mut racing = JoinSet::new();
        for (n, shot) in shots.into_iter().enumerate() {
            let (arena, barrier) = (Arc::clone(self), Arc::clone(&barrier));
            let late = Duration::from_micros(dice.u64(..SPREAD_US));
            racing.spawn(async move {
                barrier.wait().await;
                tokio::time::sleep(late).await;
                arena.send(first + n, shot).await
            });
        }
        racing.join_all().await
    }

    /// Sends until the answer is not to ask again with the same key.
    async fn send(&self, node: usize, mut shot: Shot) -> Told {
        let key = shot.key.take().unwrap_or_else(|| self.key());
        for _ in 0..PATIENCE {
            let told = self.try_once(node, &shot, &key).await;
            if !(told.body["retryable"] == "same_key" && told.code != "internal") {
                return told;
            }
            *self.again.lock().expect("no panic here").entry(told.code).or_default() += 1;
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{}: it is told to ask again for ever", shot.path)
    }

    async fn try_once(&self, node: usize, shot: &Shot, key: &str) -> Told {
        let server = &self.servers[node % self.servers.len()];
        let secret = match shot.by {
            By::Operations => &self.operations,
            By::Second => &self.second,
            By::Partner | By::Published => &self.partner,
        };
        let url = format!("{server}{}", shot.path);
        let mut request = self.http.request(shot.method.clone(), url);
        request = if shot.by == By::Published {
            let named = request.header("client_id", &self.client_id);
            named.header("client_secret", secret).header("x-trace-id", key)
        } else {
            request.bearer_auth(secret)
        };
        if shot.method != Method::GET {
            request = request.header("content-type", "application/json");
            request = request.body(shot.body.to_string());
        }
        request = match &shot.if_match {
            Some(seen) => request.header("if-match", seen),
            None if shot.method == Method::POST && shot.by != By::Published => {
                request.header("idempotency-key", key)
            }
            None => request,
        };
        let answer = request.send().await.unwrap_or_else(|e| panic!("{}: {e}", shot.path));
        let header = |name| {
            answer.headers().get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned()
        };
        let headers = ["etag", "location"].map(header);
        let replayed = answer.headers().contains_key("idempotency-replayed");
        let status = answer.status().as_u16();
        let text = answer.text().await.unwrap_or_else(|e| panic!("{}: {e}", shot.path));
        let body: Value = serde_json::from_str(&text).unwrap_or_default();
        let code = if shot.by == By::Published { &body["errorCode"] } else { &body["code"] };
        let code = code.as_str().filter(|_| status >= 400).unwrap_or_default().to_owned();
        Told { kind: shot.kind, status, code, replayed, headers, text, body }
    }
}
