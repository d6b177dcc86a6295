//! What a client asks, and what it was told.

use super::base::Caller;
use http::{Method, Request};
use serde_json::Value;

/// Who is behind an ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Aim {
    /// It shall work, if it is time.
    Honest,
    /// Another partner's id: it must look as if there were none.
    Prying,
    /// The key of an ask, by its number, with another body.
    OtherBody(usize),
    /// A body that is not of the documented form.
    Faulty,
    /// A part of the feed.
    Feed,
}

/// What the published interfaces promise of a call that is asked again. None has a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Repeated {
    /// It has one effect, for good.
    Once,
    /// It makes nothing more while what it made stands.
    Standing,
    /// It sets what it says each time, and makes nothing twice.
    Set,
}

/// Another person of operations, who is not among the callers of a history.
pub(super) const SECOND: usize = usize::MAX;

/// One thing that a client wants, however often it must ask for it.
#[derive(Debug, Clone)]
pub(super) struct Ask {
    pub(super) kind: &'static str,
    /// Its place among the callers; 0 is operations, or [`SECOND`].
    pub(super) caller: usize,
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) key: Option<String>,
    /// Whether it needs a key.
    pub(super) keyed: bool,
    /// A call of the published interfaces: without a key, and yet to be asked again.
    pub(super) published: Option<Repeated>,
    pub(super) if_match: Option<String>,
    pub(super) body: Option<String>,
    pub(super) deal: Option<usize>,
    pub(super) aim: Aim,
}

impl Ask {
    fn new(
        kind: &'static str,
        caller: usize,
        method: Method,
        path: String,
        body: Option<&Value>,
    ) -> Self {
        let body = body.map(Value::to_string);
        let (key, keyed, published, if_match) = (None, false, None, None);
        let (deal, aim) = (None, Aim::Honest);
        Self { kind, caller, method, path, key, keyed, published, if_match, body, deal, aim }
    }

    pub(super) fn get(kind: &'static str, caller: usize, path: String) -> Self {
        Self::new(kind, caller, Method::GET, path, None)
    }

    pub(super) fn post(kind: &'static str, caller: usize, path: String, body: Value) -> Self {
        Self { keyed: true, ..Self::new(kind, caller, Method::POST, path, Some(&body)) }
    }

    /// A call of the published interfaces.
    pub(super) fn published(
        kind: &'static str,
        repeated: Repeated,
        caller: usize,
        path: &str,
        body: &Value,
    ) -> Self {
        let ask = Self::new(kind, caller, Method::POST, path.to_owned(), Some(body));
        Self { published: Some(repeated), ..ask }
    }

    /// A POST that changes nothing and takes no key.
    pub(super) fn question(kind: &'static str, caller: usize, path: String, body: &Value) -> Self {
        Self::new(kind, caller, Method::POST, path, Some(body))
    }

    /// A change of what was seen in this version.
    pub(super) fn edit(
        kind: &'static str,
        caller: usize,
        method: &str,
        path: String,
        seen: &str,
        body: Value,
    ) -> Self {
        let method = method.parse().expect("a method");
        let ask = Self::new(kind, caller, method, path, Some(&body));
        Self { if_match: Some(seen.to_owned()), ..ask }
    }

    pub(super) fn set(kind: &'static str, caller: usize, path: String, body: Value) -> Self {
        Self::new(kind, caller, Method::PUT, path, Some(&body))
    }

    pub(super) fn of(self, deal: usize) -> Self {
        Self { deal: Some(deal), ..self }
    }

    pub(super) fn aim(self, aim: Aim) -> Self {
        Self { aim, ..self }
    }

    /// Whether it changes something.
    pub(super) fn changes(&self) -> bool {
        self.method != Method::GET
    }

    /// Whether it is asked again until it is known what became of it.
    pub(super) fn may_repeat(&self) -> bool {
        self.key.is_some() || self.published.is_some()
    }

    pub(super) fn request(&self, caller: &Caller) -> Request<axum::body::Body> {
        let mut request = Request::builder().method(self.method.clone()).uri(&self.path);
        request = if self.published.is_some() {
            let named = request.header("client_id", &caller.client);
            named.header("client_secret", &caller.secret).header("x-trace-id", "1325r364")
        } else {
            request.header("authorization", format!("Bearer {}", caller.secret))
        };
        if let Some(key) = &self.key {
            request = request.header("idempotency-key", key);
        }
        if let Some(seen) = &self.if_match {
            request = request.header("if-match", seen);
        }
        if self.body.is_some() {
            request = request.header("content-type", "application/json");
        }
        let body = self.body.clone().unwrap_or_default();
        request.body(body.into()).expect("a request")
    }
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) status: u16,
    /// `etag` and `location`.
    pub(super) headers: Vec<(String, String)>,
    pub(super) replayed: bool,
    pub(super) body: String,
}

impl Told {
    pub(super) fn done(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Whether it is not known what became of it, or it is to be asked again.
    pub(super) fn open(&self) -> bool {
        self.status == 503 || matches!(self.code().as_str(), "busy" | "idempotency_key_in_use")
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    /// The problem's code.
    pub(super) fn code(&self) -> String {
        if self.done() {
            return String::new();
        }
        let body = self.json();
        let code = body["code"].as_str().or(body["errorCode"].as_str());
        code.unwrap_or_default().to_owned()
    }

    /// The same answer, whether or not it is said to be a replay.
    pub(super) fn same(&self, other: &Self) -> bool {
        (self.status, &self.headers, &self.body) == (other.status, &other.headers, &other.body)
    }
}
