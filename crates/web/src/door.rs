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

mod body;
mod file;
mod place;

pub(crate) use body::{fingerprint, json, typed};
pub(crate) use file::{FileCommand, FileQuestion, Sent};
pub(crate) use place::{Manner, Place, Refused, RequestId};

use crate::State;
use crate::limits::Passage;
use crate::params::Params;
use app::{Call, Caller, Key};
use axum::extract::{FromRequest, FromRequestParts, RawPathParams, Request};
use body::allowed;
use domain::code::{Because, Code};
use domain::id::{Id, Kind};
use domain::refusal::{Fault, IfMatch, Refusal};
use http::request::Parts;
use http::{HeaderMap, header};
use serde::de::DeserializeOwned;
use std::convert::Infallible;
use std::sync::Arc;
use utoipa::ToSchema;

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
    admit(parts, state, &caller).map_err(|r| place.refuse(r))?;
    Ok((caller, place))
}

/// Lets a known caller pass within its limits.
pub(crate) fn admit(parts: &Parts, state: &State, caller: &Caller) -> Result<(), Refusal> {
    let Some(passage) = parts.extensions.get::<Passage>() else { return Ok(()) };
    state.gate.admit(passage, caller.credential, caller.environment)
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, secret) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(secret.trim())
}

pub(crate) fn header_fault(name: &str, because: Because, expected: &str) -> Refusal {
    let detail = format!("the header {name} is wrong");
    let fault = Fault::new(format!("/headers/{name}"), because, &*detail).expected(expected);
    Refusal::new(Code::InvalidHeader, detail).with(vec![fault])
}

/// 1 to 255 visible ASCII characters, bare or as a quoted string.
pub(crate) fn idempotency_key(headers: &HeaderMap) -> Result<String, Refusal> {
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
