//! One hop of a partner's call: the headers by which it is followed through its systems, read
//! once and given back with every answer.

use super::{Family, refused};
use crate::door::RequestId;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use domain::code::{Because, Code};
use domain::id::{Id, Kind};
use domain::refusal::{Fault, Refusal};
use http::{HeaderMap, HeaderName, HeaderValue};

/// Required, as published: a random text for each call.
const TRACE: HeaderName = HeaderName::from_static("x-trace-id");
/// Optional: what several calls have in common.
const TRANSACTION: HeaderName = HeaderName::from_static("x-transaction-id");
/// Optional: the calling system.
const SOURCE: HeaderName = HeaderName::from_static("source");
/// Examples have 8 to 36 characters; no length is published.
const LONGEST: usize = 128;

/// Whose manner an answer has, and what it gives back.
#[derive(Debug, Clone)]
pub(crate) struct Hop {
    pub(super) family: Family,
    pub(super) trace: Option<String>,
    pub(super) transaction: Option<String>,
    source: Option<String>,
    /// What members are called here, by the beginning of the pointer that the flow says.
    pub(super) names: &'static [(&'static str, &'static str)],
}

impl Hop {
    /// The headers, as far as they can be given back.
    pub(crate) fn of(family: Family, headers: &HeaderMap) -> Self {
        let text = |name: &HeaderName| {
            let text = headers.get(name)?.to_str().ok()?.trim();
            (1..=LONGEST).contains(&text.len()).then(|| text.to_owned())
        };
        let (trace, transaction, source) = (text(&TRACE), text(&TRANSACTION), text(&SOURCE));
        Self { family, trace, transaction, source, names: &[] }
    }

    /// Refuses a call that cannot be followed.
    pub(super) fn is_traced(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        if self.trace.is_some() {
            return Ok(());
        }
        let (because, detail) = match headers.get(&TRACE) {
            None => (Because::Missing, "the header x-trace-id is missing"),
            Some(_) => (Because::BadFormat, "the header x-trace-id is wrong"),
        };
        let fault = Fault::new("/headers/x-trace-id", because, detail);
        let expected = format!("1 to {LONGEST} visible ASCII characters");
        Err(Refusal::new(Code::InvalidHeader, detail).with(vec![fault.expected(expected)]))
    }
}

/// What every call of a family passes: its hop, the log, and the headers that go back.
pub(super) async fn around(family: Family, mut request: Request, next: Next) -> Response {
    let hop = Hop::of(family, request.headers());
    let id = request.extensions().get::<RequestId>().map_or_else(nobody, |r| r.0);
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    request.extensions_mut().insert(hop.clone());
    let response = next.run(request).await;
    tracing::info!(
        request = %id, family = family.word(), %method, path,
        trace = hop.trace.as_deref().unwrap_or_default(),
        transaction = hop.transaction.as_deref().unwrap_or_default(),
        source = hop.source.as_deref().unwrap_or_default(),
        status = response.status().as_u16(), "hop"
    );
    hop.give_back(response)
}

impl Hop {
    /// The answer with the headers that go back.
    pub(super) fn give_back(&self, mut response: Response) -> Response {
        for (name, text) in [(TRACE, &self.trace), (TRANSACTION, &self.transaction)] {
            if let Some(value) = text.as_ref().and_then(|t| HeaderValue::from_str(t).ok()) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}

fn nobody() -> Id {
    Id::new(Kind::Request, 0, 0)
}

pub(super) async fn unknown_route(request: Request) -> Response {
    let refusal = Refusal::new(Code::UnknownRoute, "there is no such path");
    at_the_door(&request, &refusal)
}

pub(super) async fn method_not_allowed(request: Request) -> Response {
    let detail = format!("the path does not take {}", request.method());
    at_the_door(&request, &Refusal::new(Code::MethodNotAllowed, detail))
}

fn at_the_door(request: &Request, refusal: &Refusal) -> Response {
    let id = request.extensions().get::<RequestId>().map_or_else(nobody, |r| r.0);
    match request.extensions().get::<Hop>() {
        Some(hop) => refused(refusal, id, hop),
        None => crate::problem::refused(refusal, id, request.uri().path()),
    }
}
