//! A partner's HTTP client, as small as it can be: `demo`, `bench` and the partner's commands drive
//! the server only with this. It knows no route and no rule.

use crate::failure::Failure;
use bytes::Bytes;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Map, Value};
use std::fmt;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

/// Longer than the longest `wait=` that the server allows.
const PATIENCE: Duration = Duration::from_mins(1);

/// When the answer to each request came, by the request's id.
pub(crate) type Answers = Arc<Mutex<Vec<(String, SystemTime)>>>;

/// What speaks to the server at `base`.
pub(crate) fn http(base: &str) -> reqwest::ClientBuilder {
    connect::tls::provide();
    let builder = reqwest::Client::builder().tcp_nodelay(true);
    if base.starts_with("https:") {
        return builder;
    }
    // Plain HTTP needs nobody's certificates, and no proxy of the environment may step between.
    builder.tls_certs_only([]).no_proxy()
}

/// One caller of one server; clones share the connection.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    base: String,
    secret: String,
    /// Idempotency keys are this and a number.
    key: String,
    next: Arc<AtomicU64>,
    /// How long each request took, where somebody asked for it.
    times: Option<Arc<Mutex<Vec<Duration>>>>,
    /// When each answer came, by its request's id, where somebody asked for it.
    answers: Option<Answers>,
}

/// What the server answered.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    /// `POST /v1/quotes`, for messages.
    asked: String,
    pub(crate) status: StatusCode,
    headers: HeaderMap,
    /// The body, byte for byte.
    pub(crate) bytes: Bytes,
    /// The body as text.
    pub(crate) text: String,
    /// The body as JSON; null if it is none.
    pub(crate) json: Value,
}

/// A request that got no answer, or another one than was expected.
#[derive(Debug)]
pub(crate) struct CallError(String);

impl CallError {
    pub(crate) fn new(say: impl Into<String>) -> Self {
        Self(say.into())
    }
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<CallError> for Failure {
    fn from(error: CallError) -> Self {
        Self::failed(error)
    }
}

type Answered = Result<Answer, CallError>;

impl Client {
    /// A caller of the server at `base` (no slash at its end). One connection is kept.
    pub(crate) fn new(base: &str, secret: &str, seed: u32) -> Result<Self, CallError> {
        let http = http(base)
            .pool_max_idle_per_host(1)
            .timeout(PATIENCE)
            .build()
            .map_err(|e| CallError(format!("HTTP client: {e}")))?;
        Ok(Self {
            http,
            base: base.to_owned(),
            secret: secret.to_owned(),
            key: format!("{seed:08x}"),
            next: Arc::default(),
            times: None,
            answers: None,
        })
    }

    /// The same connection with another credential.
    pub(crate) fn with_secret(&self, secret: &str) -> Self {
        Self { secret: secret.to_owned(), ..self.clone() }
    }

    /// The same, keeping how long each request took in `times`.
    pub(crate) fn timed(self, times: Arc<Mutex<Vec<Duration>>>) -> Self {
        Self { times: Some(times), ..self }
    }

    /// The same, keeping in `answers` when the answer to each request came.
    pub(crate) fn noting(self, answers: Answers) -> Self {
        Self { answers: Some(answers), ..self }
    }

    /// A fresh idempotency key.
    pub(crate) fn fresh_key(&self) -> String {
        format!("{}-{}", self.key, self.next.fetch_add(1, Ordering::Relaxed))
    }

    pub(crate) async fn get(&self, path: &str) -> Answered {
        self.send(Method::GET, path, None, &[]).await
    }

    /// Posts with a fresh idempotency key.
    pub(crate) async fn post(&self, path: &str, body: Value) -> Answered {
        let key = self.fresh_key();
        self.post_as(&key, path, body).await
    }

    /// Posts with a key of the caller's.
    pub(crate) async fn post_as(&self, key: &str, path: &str, body: Value) -> Answered {
        self.send(Method::POST, path, Some(body), &[("idempotency-key", key)]).await
    }

    /// Posts a question: nothing is changed, no key is needed.
    pub(crate) async fn ask(&self, path: &str, body: Value) -> Answered {
        self.send(Method::POST, path, Some(body), &[]).await
    }

    /// Posts a file, with a fresh idempotency key where the server wants one.
    pub(crate) async fn upload(
        &self,
        path: &str,
        media: &str,
        bytes: Vec<u8>,
        keyed: bool,
    ) -> Answered {
        let key = self.fresh_key();
        let mut headers = vec![("content-type", media)];
        headers.extend(keyed.then_some(("idempotency-key", &*key)));
        self.exchange(Method::POST, path, &headers, |request| request.body(bytes)).await
    }

    /// Puts what replaces the object at `etag`; without one where the server wants none.
    pub(crate) async fn put(&self, path: &str, etag: Option<&str>, body: Value) -> Answered {
        let if_match: Vec<_> = etag.map(|e| ("if-match", e)).into_iter().collect();
        self.send(Method::PUT, path, Some(body), &if_match).await
    }

    /// Patches what is there, whatever its version.
    pub(crate) async fn patch(&self, path: &str, body: Value) -> Answered {
        self.send(Method::PATCH, path, Some(body), &[("if-match", "*")]).await
    }

    /// Deletes what is there, whatever its version.
    pub(crate) async fn delete(&self, path: &str) -> Answered {
        self.send(Method::DELETE, path, Some(Value::Object(Map::new())), &[("if-match", "*")]).await
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
        headers: &[(&'static str, &str)],
    ) -> Answered {
        let fill = |request: RequestBuilder| match body {
            Some(body) => request.json(&body),
            None => request,
        };
        self.exchange(method, path, headers, fill).await
    }

    async fn exchange(
        &self,
        method: Method,
        path: &str,
        headers: &[(&'static str, &str)],
        fill: impl FnOnce(RequestBuilder) -> RequestBuilder,
    ) -> Answered {
        let asked = format!("{method} {path}");
        let failed = |e: reqwest::Error| {
            let cause = std::error::Error::source(&e).map(|s| format!(": {s}")).unwrap_or_default();
            CallError(format!("{asked}: {}{cause}", e.without_url()))
        };
        let mut request = self.http.request(method.clone(), format!("{}{path}", self.base));
        if !self.secret.is_empty() {
            request = request.bearer_auth(&self.secret);
        }
        for (name, value) in headers {
            let value = HeaderValue::from_str(value)
                .map_err(|e| CallError(format!("{asked}: header {name}: {e}")))?;
            request = request.header(HeaderName::from_static(name), value);
        }
        let begun = Instant::now();
        let response = fill(request).send().await.map_err(failed)?;
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.bytes().await.map_err(failed)?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some(times) = &self.times
            && let Ok(mut times) = times.lock()
        {
            times.push(begun.elapsed());
        }
        let request = headers.get("request-id").and_then(|id| id.to_str().ok());
        if let (Some(answers), Some(request)) = (&self.answers, request)
            && let Ok(mut answers) = answers.lock()
        {
            answers.push((request.to_owned(), app::wall()));
        }
        let json = serde_json::from_str(&text).unwrap_or(Value::Null);
        Ok(Answer { asked, status, headers, bytes, text, json })
    }
}

impl Answer {
    /// This answer if it has `status`; else an error that says what the server said.
    pub(crate) fn expect(self, status: u16) -> Answered {
        if self.status.as_u16() == status { Ok(self) } else { Err(self.unexpected(status)) }
    }

    fn unexpected(&self, status: u16) -> CallError {
        let word = |value: &Value, member: &str| match &value[member] {
            Value::String(text) => text.clone(),
            _ => String::new(),
        };
        let found = self.status.as_u16();
        let mut said = vec![format!("{}: expected status {status}, found {found}", self.asked)];
        if self.json["code"].is_string() {
            said.push(format!("{}: {}", word(&self.json, "code"), word(&self.json, "detail")));
        } else if !self.text.is_empty() {
            said.push(self.text.chars().take(200).collect());
        }
        for fault in self.json["errors"].as_array().into_iter().flatten() {
            let [pointer, code, detail] = ["pointer", "code", "detail"].map(|m| word(fault, m));
            let expected = fault["expected"].as_str();
            let expected = expected.map(|e| format!(" (expected: {e})")).unwrap_or_default();
            said.push(format!("{pointer} {code}: {detail}{expected}"));
        }
        CallError(said.join("; "))
    }

    /// What was asked, such as `GET /v1/me`.
    pub(crate) fn asked(&self) -> &str {
        &self.asked
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|v| v.to_str().ok())
    }

    /// The value at a JSON pointer.
    pub(crate) fn at(&self, pointer: &str) -> Result<&Value, CallError> {
        self.json
            .pointer(pointer)
            .ok_or_else(|| CallError(format!("{}: the answer has no {pointer}", self.asked)))
    }

    /// The text at a JSON pointer.
    pub(crate) fn str(&self, pointer: &str) -> Result<&str, CallError> {
        let value = self.at(pointer)?;
        value
            .as_str()
            .ok_or_else(|| CallError(format!("{}: {pointer} is {value}, not a text", self.asked)))
    }

    /// The list at a JSON pointer.
    pub(crate) fn list(&self, pointer: &str) -> Result<&[Value], CallError> {
        let value = self.at(pointer)?;
        value
            .as_array()
            .map(Vec::as_slice)
            .ok_or_else(|| CallError(format!("{}: {pointer} is {value}, not a list", self.asked)))
    }
}
