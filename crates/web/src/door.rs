//! The doors: a handler's signature says who may come in and in what form. No caller, no
//! handler.
//!
//! * [`Reading`]: a caller, and query parameters.
//! * [`Question`]: a caller with a body, nothing changed.
//! * [`Command`]: a caller with a body and an Idempotency-Key.
//! * [`Edit`]: a caller with a body and the version it edits.
//! * [`Setting`]: a caller with a body that says how something shall be; saying it twice is the
//!   same as once.
//! * [`FileQuestion`] and [`FileCommand`]: the same with a file of sites as the body.

mod file;

pub(crate) use file::{FileCommand, FileQuestion, Sent};

use crate::State;
use crate::limits::Passage;
use crate::params::Params;
use crate::problem;
use crate::sandbox::refuse_in_live;
use crate::schema::Schemas;
use app::{Call, Caller, Key, Problem};
use axum::extract::{FromRequest, FromRequestParts, RawPathParams, Request};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use domain::code::{Because, Code};
use domain::id::{Id, Kind};
use domain::refusal::{Fault, IfMatch, Refusal};
use http::request::Parts;
use http::{HeaderMap, header};
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::convert::Infallible;
use std::fmt::Write as _;
use std::sync::Arc;
use utoipa::ToSchema;

/// The request's id, put there by the outermost layer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RequestId(pub(crate) Id);

/// A problem on its way out, with what it needs to be drawn.
#[derive(Debug)]
pub(crate) struct Refused {
    problem: Box<Problem>,
    request: Id,
    instance: String,
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        problem::response(&self.problem, self.request, &self.instance)
    }
}

/// What a handler needs to draw its own problems.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) request: Id,
    instance: String,
}

impl Place {
    fn of(parts: &Parts, state: &State) -> Self {
        let request = parts.extensions.get::<RequestId>().map_or_else(|| state.fresh(), |r| r.0);
        Self { request, instance: parts.uri.path().to_owned() }
    }

    pub(crate) fn refuse(&self, problem: impl Into<Problem>) -> Refused {
        Refused {
            problem: Box::new(problem.into()),
            request: self.request,
            instance: self.instance.clone(),
        }
    }
}

/// A caller that only reads.
#[derive(Debug)]
pub(crate) struct Reading {
    pub(crate) app: Arc<app::App>,
    pub(crate) caller: Caller,
    pub(crate) place: Place,
    query: Option<String>,
}

impl Reading {
    /// The query parameters, to be taken out one by one.
    pub(crate) fn params(&self) -> Params {
        Params::parse(self.query.as_deref())
    }

    /// For a read without parameters.
    pub(crate) fn no_params(&self) -> Result<(), Refused> {
        self.params().finish().map_err(|r| self.place.refuse(r))
    }
}

/// A caller with a body, whose request changes nothing.
#[derive(Debug)]
pub(crate) struct Question<T> {
    pub(crate) app: Arc<app::App>,
    pub(crate) caller: Caller,
    pub(crate) place: Place,
    pub(crate) body: T,
}

/// A caller with a body and an Idempotency-Key.
#[derive(Debug)]
pub(crate) struct Command<T> {
    pub(crate) app: Arc<app::App>,
    pub(crate) call: Call,
    pub(crate) place: Place,
    pub(crate) body: T,
}

/// A caller with a body and the version that it edits.
#[derive(Debug)]
pub(crate) struct Edit<T> {
    pub(crate) app: Arc<app::App>,
    pub(crate) call: Call,
    pub(crate) place: Place,
    pub(crate) seen: IfMatch,
    pub(crate) body: T,
}

/// A caller with a body that says how something shall be, whatever it was.
#[derive(Debug)]
pub(crate) struct Setting<T> {
    pub(crate) app: Arc<app::App>,
    pub(crate) call: Call,
    pub(crate) place: Place,
    pub(crate) body: T,
}

/// The id in the path.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PathId(pub(crate) Id);

/// The two ids in the path.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PathIds(pub(crate) Id, pub(crate) Id);

async fn caller(parts: &Parts, state: &State) -> Result<(Caller, Place), Refused> {
    let place = Place::of(parts, state);
    let secret = bearer(&parts.headers).ok_or_else(|| {
        let detail = "the Authorization header has no bearer secret";
        place.refuse(Refusal::new(Code::Unauthenticated, detail))
    })?;
    let acting_for = match parts.headers.get("demarc-partner") {
        None => None,
        Some(value) => {
            let id = value.to_str().ok().and_then(|t| t.parse::<Id>().ok());
            Some(id.ok_or_else(|| {
                place.refuse(header_fault("demarc-partner", Because::NotAnId, "a partner's id"))
            })?)
        }
    };
    let found = state.app.authenticate(secret, acting_for).await;
    let caller = found.map_err(|p| place.refuse(p))?;
    if let Some(passage) = parts.extensions.get::<Passage>() {
        let admitted = state.gate.admit(passage, caller.credential, caller.environment);
        admitted.map_err(|r| place.refuse(r))?;
    }
    Ok((caller, place))
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, secret) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(secret.trim())
}

fn header_fault(name: &str, because: Because, expected: &str) -> Refusal {
    let detail = format!("the header {name} is wrong");
    let fault = Fault::new(format!("/headers/{name}"), because, &*detail).expected(expected);
    Refusal::new(Code::InvalidHeader, detail).with(vec![fault])
}

/// 1 to 255 visible ASCII characters, bare or as a quoted string.
fn idempotency_key(headers: &HeaderMap) -> Result<String, Refusal> {
    let Some(value) = headers.get("idempotency-key") else {
        let detail = "this request changes something: it needs an Idempotency-Key";
        return Err(Refusal::new(Code::IdempotencyKeyMissing, detail));
    };
    let text = value.to_str().unwrap_or_default();
    let bare = text.strip_prefix('"').and_then(|t| t.strip_suffix('"')).unwrap_or(text);
    let visible = bare.bytes().all(|b| b.is_ascii_graphic());
    if bare.is_empty() || bare.len() > 255 || !visible {
        let expected = "1 to 255 visible ASCII characters";
        return Err(header_fault("idempotency-key", Because::BadFormat, expected));
    }
    Ok(bare.to_owned())
}

/// `"7"`, as the ETag says it, or `*`.
fn if_match(headers: &HeaderMap) -> Result<IfMatch, Refusal> {
    let Some(value) = headers.get(header::IF_MATCH) else {
        let detail = "this edit needs If-Match with the ETag of what was read";
        return Err(Refusal::new(Code::PreconditionRequired, detail));
    };
    let text = value.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(IfMatch::Any);
    }
    let version = text.strip_prefix('"').and_then(|t| t.strip_suffix('"'));
    version.and_then(|v| v.parse().ok()).map(IfMatch::Version).ok_or_else(|| {
        header_fault("if-match", Because::BadFormat, "the ETag as it was given, or *")
    })
}

/// Reads and checks a body: declared as JSON, within the limit, well-formed, of the documented
/// form.
async fn body<T: ToSchema + DeserializeOwned>(
    request: Request,
    state: &State,
) -> Result<(T, Value), Refusal> {
    let declared = request.headers().get(header::CONTENT_TYPE).cloned();
    let limit = state.options.max_body_bytes;
    let bytes = axum::body::to_bytes(request.into_body(), limit).await.map_err(|_| {
        Refusal::new(Code::BodyTooLarge, format!("the body is larger than {limit} bytes"))
    })?;
    let large = bytes.len() > LARGE;
    let (name, schemas) = (T::name(), state.schemas.clone());
    let check = move || checked(&name, declared.as_ref(), &bytes, &schemas);
    let value = if large {
        tokio::task::spawn_blocking(check).await.map_err(|e| failed(&e.to_string()))??
    } else {
        check()?
    };
    let typed = serde_path_to_error::deserialize(&value).map_err(|e| {
        let dotted = e.path().to_string();
        let pointer = format!("/{}", dotted.replace(['[', ']'], ".").replace('.', "/"));
        let pointer = pointer.replace("//", "/").trim_end_matches('/').to_owned();
        let fault = Fault::new(pointer, Because::BadFormat, e.into_inner().to_string());
        Refusal::new(Code::InvalidBody, "the body has 1 fault").with(vec![fault])
    })?;
    Ok((typed, value))
}

/// A larger body takes milliseconds to be read and checked: on a thread of its own.
const LARGE: usize = 128 * 1024;

fn failed(why: &str) -> Refusal {
    tracing::error!(error = why, "a request body could not be checked");
    Refusal::new(Code::Internal, "the server failed")
}

/// The body, if it is of the form that the schema of that name documents.
fn checked(
    name: &str,
    declared: Option<&http::HeaderValue>,
    bytes: &Bytes,
    schemas: &Schemas,
) -> Result<Value, Refusal> {
    let value = if bytes.is_empty() && name == "Nothing" {
        Value::Object(serde_json::Map::new())
    } else {
        json(declared, bytes)?
    };
    if !schemas.has(name) {
        // A body that is not in the document cannot be checked, so it is not taken.
        return Err(failed(&format!("no schema {name} is published")));
    }
    let faults = schemas.faults(name, &value);
    if faults.is_empty() {
        return Ok(value);
    }
    let count = faults.len();
    let detail = format!("the body has {count} fault{}", if count == 1 { "" } else { "s" });
    Err(Refusal::new(Code::InvalidBody, detail).with(faults))
}

/// The body, without what has no place in the caller's environment.
async fn allowed<T: ToSchema + DeserializeOwned>(
    request: Request,
    state: &State,
    caller: &Caller,
) -> Result<(T, Value), Refusal> {
    let (typed, value) = body(request, state).await?;
    refuse_in_live(caller, &value)?;
    Ok((typed, value))
}

fn json(declared: Option<&http::HeaderValue>, bytes: &Bytes) -> Result<Value, Refusal> {
    let essence = declared.and_then(|v| v.to_str().ok()).unwrap_or_default();
    let essence = essence.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/json") {
        let detail = "the body must be declared as application/json";
        return Err(Refusal::new(Code::UnsupportedMediaType, detail));
    }
    serde_json::from_slice(bytes).map_err(|e| Refusal::new(Code::MalformedJson, e.to_string()))
}

/// Of method, path and body. Members are sorted, so spelling does not matter.
fn fingerprint(method: &http::Method, path: &str, body: &Value) -> String {
    let mut hash = Sha256::new();
    hash.update(method.as_str());
    hash.update([0]);
    hash.update(path);
    hash.update([0]);
    // serde_json keeps the members of an object sorted by name.
    hash.update(body.to_string());
    hex(&hash.finalize())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}"); // Writing to a String cannot fail.
        hex
    })
}

impl FromRequestParts<State> for Reading {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Refused> {
        let (caller, place) = caller(parts, state).await?;
        let query = parts.uri.query().map(str::to_owned);
        Ok(Self { app: state.app.clone(), caller, place, query })
    }
}

impl<T: ToSchema + DeserializeOwned> FromRequest<State> for Question<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, state: &State) -> Result<Self, Refused> {
        let (parts, rest) = request.into_parts();
        let (caller, place) = caller(&parts, state).await?;
        let request = Request::from_parts(parts, rest);
        let body = allowed(request, state, &caller).await.map_err(|r| place.refuse(r))?.0;
        Ok(Self { app: state.app.clone(), caller, place, body })
    }
}

impl<T: ToSchema + DeserializeOwned> FromRequest<State> for Command<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, state: &State) -> Result<Self, Refused> {
        let (parts, rest) = request.into_parts();
        let (caller, place) = caller(&parts, state).await?;
        let name = idempotency_key(&parts.headers).map_err(|r| place.refuse(r))?;
        let (method, path) = (parts.method.clone(), parts.uri.path().to_owned());
        let request = Request::from_parts(parts, rest);
        let read = allowed(request, state, &caller).await;
        let (body, value) = read.map_err(|r| place.refuse(r))?;
        let key = Some(Key { name, fingerprint: fingerprint(&method, &path, &value) });
        let call = Call { caller, request: place.request, key, until: state.gate.until() };
        Ok(Self { app: state.app.clone(), call, place, body })
    }
}

impl<T: ToSchema + DeserializeOwned> FromRequest<State> for Edit<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, state: &State) -> Result<Self, Refused> {
        let (parts, rest) = request.into_parts();
        let (caller, place) = caller(&parts, state).await?;
        let seen = if_match(&parts.headers).map_err(|r| place.refuse(r))?;
        let request = Request::from_parts(parts, rest);
        let body = allowed(request, state, &caller).await.map_err(|r| place.refuse(r))?.0;
        let call = Call { caller, request: place.request, key: None, until: state.gate.until() };
        Ok(Self { app: state.app.clone(), call, place, seen, body })
    }
}

impl<T: ToSchema + DeserializeOwned> FromRequest<State> for Setting<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, state: &State) -> Result<Self, Refused> {
        let Question { app, caller, place, body } = Question::from_request(request, state).await?;
        let call = Call { caller, request: place.request, key: None, until: state.gate.until() };
        Ok(Self { app, call, place, body })
    }
}

/// The ids in the path, in their order. A text that is not an id becomes one that names nothing,
/// so that the answer is the same as for an unknown id, and comes after the caller is known.
async fn path_ids<const N: usize>(parts: &mut Parts, state: &State) -> [Id; N] {
    let nobody = Id::new(Kind::Request, 0, 0);
    let mut ids = [nobody; N];
    if let Ok(params) = RawPathParams::from_request_parts(parts, state).await {
        for (place, (_, text)) in ids.iter_mut().zip(&params) {
            *place = text.parse().unwrap_or(nobody);
        }
    }
    ids
}

impl FromRequestParts<State> for PathId {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Infallible> {
        let [id] = path_ids(parts, state).await;
        Ok(Self(id))
    }
}

impl FromRequestParts<State> for PathIds {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Infallible> {
        let [first, second] = path_ids(parts, state).await;
        Ok(Self(first, second))
    }
}
