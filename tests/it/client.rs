//! A client that sends what a partner would, and keeps what it sent for the examples.

use reqwest::Method;
use serde_json::Value;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// One exchange, as it went over the wire.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) request: Value,
    /// The Idempotency-Key that went with it; empty without.
    pub(crate) key: String,
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) text: String,
    pub(crate) body: Value,
}

impl Reply {
    /// The body, if the status is as expected.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Value {
        let Self { method, path, text, .. } = &self;
        assert_eq!(self.status, status, "{method} {path} answered {text}");
        self.body
    }

    /// The problem, if its status and code are as expected.
    #[track_caller]
    pub(crate) fn refused(self, status: u16, code: &str) -> Value {
        let kind = self.header("content-type").to_owned();
        let body = self.expect(status);
        assert_eq!(body["code"], code, "{body:#}");
        assert_eq!(kind, "application/problem+json");
        body
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default()
    }
}

/// Keys are fresh across all clients, as random ones would be.
static KEYS: AtomicU64 = AtomicU64::new(0);

/// How many clients send a command at once in a crowd.
const CROWD: usize = 16;

/// HTTP that gives up on an answer that never comes, long after a `wait` is over.
pub(crate) fn patient() -> reqwest::Client {
    connect::tls::provide();
    let builder = reqwest::Client::builder().timeout(Duration::from_mins(2));
    builder.build().expect("a client for HTTP")
}

#[derive(Debug, Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    base: String,
    secret: String,
    sent: Arc<Mutex<Vec<Reply>>>,
    /// Whether each POST is sent many times at once under one key.
    crowding: Arc<AtomicBool>,
    crowds: Arc<Mutex<Vec<Vec<Reply>>>>,
    /// Whether each edit is first sent without a version and with a stale one.
    doubting: Arc<AtomicBool>,
}

impl Client {
    pub(crate) fn new(base: &str, secret: &str) -> Self {
        Self {
            http: patient(),
            base: base.to_owned(),
            secret: secret.to_owned(),
            sent: Arc::default(),
            crowding: Arc::default(),
            crowds: Arc::default(),
            doubting: Arc::default(),
        }
    }

    pub(crate) fn secret(&self) -> &str {
        &self.secret
    }

    /// From now on sends every POST sixteen times at once, under one key.
    pub(crate) fn crowd(&self) {
        self.crowding.store(true, Ordering::SeqCst);
    }

    /// The answers to each crowd.
    pub(crate) fn crowds(&self) -> Vec<Vec<Reply>> {
        self.crowds.lock().expect("no panic while recording").clone()
    }

    /// From now on tries every edit without If-Match and with a stale one before it is made.
    pub(crate) fn doubt(&self) {
        self.doubting.store(true, Ordering::SeqCst);
    }

    /// Everything that was sent, in order.
    pub(crate) fn sent(&self) -> Vec<Reply> {
        self.sent.lock().expect("no panic while recording").clone()
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send("GET", path, &[], None).await
    }

    /// With a fresh idempotency key.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Reply {
        let key = format!("key-{}", KEYS.fetch_add(1, Ordering::SeqCst));
        self.post_with_key(path, body, &key).await
    }

    pub(crate) async fn post_with_key(&self, path: &str, body: &Value, key: &str) -> Reply {
        if self.crowding.load(Ordering::SeqCst) {
            return self.post_as_crowd(path, body, key).await;
        }
        self.send("POST", path, &[("idempotency-key", key)], Some(body.to_string())).await
    }

    /// Answers the one that was not a replay.
    async fn post_as_crowd(&self, path: &str, body: &Value, key: &str) -> Reply {
        let mut sending = tokio::task::JoinSet::new();
        for _ in 0..CROWD {
            let (client, path, body) = (self.clone(), path.to_owned(), body.to_string());
            let key = key.to_owned();
            sending.spawn(async move {
                client.send("POST", &path, &[("idempotency-key", &key)], Some(body)).await
            });
        }
        let replies = sending.join_all().await;
        let first = replies.iter().find(|r| r.header("idempotency-replayed").is_empty());
        let first = first.expect("one that is no replay").clone();
        self.crowds.lock().expect("no panic while recording").push(replies);
        first
    }

    /// A file, as it is.
    pub(crate) async fn upload(&self, path: &str, key: &str, kind: &str, bytes: Vec<u8>) -> Reply {
        let request = self.http.post(format!("{}{path}", self.base)).bearer_auth(&self.secret);
        let request = request.header("idempotency-key", key).header("content-type", kind);
        let answer = request.body(bytes).send().await.expect("an answer");
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let text = answer.text().await.expect("a text");
        let body = serde_json::from_str(&text).unwrap_or_default();
        let (method, path, key) = ("POST".to_owned(), path.to_owned(), key.to_owned());
        Reply { method, path, request: Value::Null, key, status, headers, text, body }
    }

    /// The bytes of a file.
    pub(crate) async fn download(&self, path: &str) -> Vec<u8> {
        let request = self.http.get(format!("{}{path}", self.base)).bearer_auth(&self.secret);
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status().as_u16(), 200);
        answer.bytes().await.expect("the bytes").to_vec()
    }

    /// With the version that is edited: an ETag or `*`.
    pub(crate) async fn edit(&self, method: &str, path: &str, seen: &str, body: &Value) -> Reply {
        let mut seen = seen.to_owned();
        if self.doubting.load(Ordering::SeqCst) {
            let body = || Some(body.to_string());
            self.send(method, path, &[], body()).await.refused(428, "precondition_required");
            let stale = self.send(method, path, &[("if-match", "\"999999\"")], body()).await;
            let stale = stale.refused(412, "stale_version");
            seen = format!("\"{}\"", stale["current_version"]);
        }
        self.send(method, path, &[("if-match", &seen)], Some(body.to_string())).await
    }

    pub(crate) async fn put(&self, path: &str, seen: &str, body: &Value) -> Reply {
        self.edit("PUT", path, seen, body).await
    }

    /// Anything, as it is.
    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<String>,
    ) -> Reply {
        let verb = Method::from_bytes(method.as_bytes()).expect("a method");
        let mut request = self.http.request(verb, format!("{}{path}", self.base));
        if !self.secret.is_empty() {
            request = request.bearer_auth(&self.secret);
        }
        if body.is_some() && !headers.iter().any(|(name, _)| *name == "content-type") {
            request = request.header("content-type", "application/json");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let key = request_key(headers);
        let sent = body.as_deref().and_then(|b| serde_json::from_str(b).ok()).unwrap_or_default();
        if let Some(body) = body {
            request = request.body(body);
        }
        let answer = request.send().await.expect("an answer");
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let text = answer.text().await.expect("a text");
        let body = serde_json::from_str(&text).unwrap_or_default();
        let (method, path) = (method.to_owned(), path.to_owned());
        let reply = Reply { method, path, request: sent, key, status, headers, text, body };
        self.sent.lock().expect("no panic while recording").push(reply.clone());
        reply
    }
}

fn request_key(headers: &[(&str, &str)]) -> String {
    let key = headers.iter().find(|(name, _)| *name == "idempotency-key");
    key.map(|(_, value)| (*value).to_owned()).unwrap_or_default()
}
