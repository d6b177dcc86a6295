//! A partner's program that keeps every acknowledgement it got, so that it can ask for it again.

use reqwest::{Method, StatusCode};
use serde_json::Value;
use std::sync::{Arc, Mutex};
use tokio::sync::watch;

/// What was acknowledged: the request, and the answer byte for byte.
#[derive(Debug, Clone)]
pub(crate) struct Acknowledged {
    pub(crate) key: String,
    pub(crate) path: String,
    pub(crate) body: Value,
    pub(crate) status: StatusCode,
    pub(crate) text: String,
}

/// Shared by all clients of a test.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ledger {
    pub(crate) lines: Arc<Mutex<Vec<Acknowledged>>>,
    /// How many lines there are.
    pub(crate) count: Arc<watch::Sender<usize>>,
}

#[derive(Debug, Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    pub(crate) base: String,
    secret: String,
    name: String,
    next: Arc<std::sync::atomic::AtomicU64>,
    ledger: Ledger,
}

#[derive(Debug)]
pub(crate) struct Answer {
    asked: String,
    pub(crate) status: StatusCode,
    etag: Option<String>,
    text: String,
    pub(crate) json: Value,
}

pub(crate) struct CallError(String);

impl std::fmt::Debug for CallError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl CallError {
    pub(crate) fn new(say: impl Into<String>) -> Self {
        Self(say.into())
    }
}

type Answered = Result<Answer, CallError>;

impl Client {
    pub(crate) fn new(base: &str, secret: &str, name: &str, ledger: Ledger) -> Self {
        let (base, secret, name) = (base.to_owned(), secret.to_owned(), name.to_owned());
        connect::tls::provide();
        Self { http: reqwest::Client::new(), base, secret, name, next: Arc::default(), ledger }
    }

    pub(crate) fn fresh_key(&self) -> String {
        let next = self.next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        format!("{}-{next}", self.name)
    }

    pub(crate) async fn get(&self, path: &str) -> Answered {
        self.send(Method::GET, path, None, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answered {
        let key = self.fresh_key();
        let answer = self.post_as(&key, path, body.clone()).await?;
        if answer.status.is_success() {
            let (path, status, text) = (path.to_owned(), answer.status, answer.text.clone());
            let mut lines = self.ledger.lines.lock().unwrap();
            lines.push(Acknowledged { key, path, body, status, text });
            self.ledger.count.send_replace(lines.len());
        }
        Ok(answer)
    }

    pub(crate) async fn post_as(&self, key: &str, path: &str, body: Value) -> Answered {
        self.send(Method::POST, path, Some(body), Some(("idempotency-key", key))).await
    }

    pub(crate) async fn put(&self, path: &str, etag: Option<&str>, body: Value) -> Answered {
        self.send(Method::PUT, path, Some(body), etag.map(|etag| ("if-match", etag))).await
    }

    /// The acknowledgement asked for again: the status and the answer.
    pub(crate) async fn again(&self, line: &Acknowledged) -> (StatusCode, String) {
        let answer = self.post_as(&line.key, &line.path, line.body.clone()).await.unwrap();
        (answer.status, answer.text)
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
        header: Option<(&str, &str)>,
    ) -> Answered {
        let asked = format!("{method} {path}");
        let failed = |e: reqwest::Error| CallError(format!("{asked}: {e}"));
        let mut request = self.http.request(method.clone(), format!("{}{path}", self.base));
        request = request.bearer_auth(&self.secret);
        if let Some((name, value)) = header {
            request = request.header(name, value);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.map_err(failed)?;
        let etag = response.headers().get("etag").and_then(|v| v.to_str().ok()).map(str::to_owned);
        let status = response.status();
        let text = response.text().await.map_err(failed)?;
        let json = serde_json::from_str(&text).unwrap_or(Value::Null);
        Ok(Answer { asked, status, etag, text, json })
    }
}

impl Answer {
    pub(crate) fn expect(self, status: u16) -> Answered {
        if self.status.as_u16() == status {
            return Ok(self);
        }
        Err(CallError(format!("{}: {} {}", self.asked, self.status, self.text)))
    }

    pub(crate) fn asked(&self) -> &str {
        &self.asked
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        assert_eq!(name, "etag");
        self.etag.as_deref()
    }

    pub(crate) fn str(&self, pointer: &str) -> Result<&str, CallError> {
        let found = self.json.pointer(pointer).and_then(Value::as_str);
        found.ok_or_else(|| CallError(format!("{}: no text at {pointer}", self.asked)))
    }

    pub(crate) fn list(&self, pointer: &str) -> Result<&[Value], CallError> {
        let found = self.json.pointer(pointer).and_then(Value::as_array).map(Vec::as_slice);
        found.ok_or_else(|| CallError(format!("{}: no list at {pointer}", self.asked)))
    }
}
