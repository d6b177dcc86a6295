//! The doors for files: the body is not JSON of a documented form but a list of sites, as bytes.
//!
//! * [`FileQuestion`]: a caller with a file, nothing changed.
//! * [`FileCommand`]: a caller with a file and an Idempotency-Key.

use super::body::hex;
use super::{Place, Refused, caller, idempotency_key};
use crate::State;
use crate::params::Params;
use app::{Call, Caller, Key};
use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use domain::code::Code;
use domain::refusal::Refusal;
use http::header;
use http::request::Parts;
use sha2::{Digest, Sha256};
use sheet::Format;
use std::sync::Arc;

/// A file as it was sent.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    pub(crate) format: Format,
    pub(crate) bytes: Bytes,
    query: Option<String>,
}

impl Sent {
    /// The query parameters, to be taken out one by one.
    pub(crate) fn params(&self) -> Params {
        Params::parse(self.query.as_deref())
    }

    /// SHA-256 of the bytes, in hexadecimal.
    pub(crate) fn sha256(&self) -> String {
        hex(&Sha256::digest(&self.bytes))
    }
}

/// A caller with a file, whose request changes nothing.
#[derive(Debug)]
pub(crate) struct FileQuestion {
    pub(crate) app: Arc<app::App>,
    pub(crate) caller: Caller,
    pub(crate) place: Place,
    pub(crate) file: Sent,
}

/// A caller with a file and an Idempotency-Key.
#[derive(Debug)]
pub(crate) struct FileCommand {
    pub(crate) app: Arc<app::App>,
    pub(crate) call: Call,
    pub(crate) place: Place,
    pub(crate) file: Sent,
}

/// Reads the body: declared as a form that is read, within the limit of files.
async fn sent(parts: &Parts, request: Request) -> Result<Sent, Refusal> {
    let declared = parts.headers.get(header::CONTENT_TYPE);
    let essence = declared.and_then(|v| v.to_str().ok()).unwrap_or_default();
    let essence = essence.split(';').next().unwrap_or_default().trim();
    let format = Format::of_media(essence).ok_or_else(|| {
        let known = Format::ALL.map(Format::media).join(", ");
        Refusal::new(Code::UnsupportedMediaType, format!("the file must be declared as {known}"))
    })?;
    let limit = sheet::MOST_BYTES;
    let bytes = axum::body::to_bytes(request.into_body(), limit).await.map_err(|_| {
        Refusal::new(Code::BodyTooLarge, format!("the file is larger than {limit} bytes"))
    })?;
    Ok(Sent { format, bytes, query: parts.uri.query().map(str::to_owned) })
}

/// Of method, path, query, form and every byte.
fn fingerprint(parts: &Parts, file: &Sent) -> String {
    let mut hash = Sha256::new();
    let (path, query) = (parts.uri.path(), file.query.as_deref().unwrap_or_default());
    for part in [parts.method.as_str(), path, query, file.format.word()] {
        hash.update(part);
        hash.update([0]);
    }
    hash.update(&file.bytes);
    hex(&hash.finalize())
}

impl FromRequest<State> for FileQuestion {
    type Rejection = Refused;

    async fn from_request(request: Request, state: &State) -> Result<Self, Refused> {
        let (parts, rest) = request.into_parts();
        let (caller, place) = caller(&parts, state).await?;
        let request = Request::from_parts(parts.clone(), rest);
        let file = sent(&parts, request).await.map_err(|r| place.refuse(r))?;
        Ok(Self { app: state.app.clone(), caller, place, file })
    }
}

impl FromRequest<State> for FileCommand {
    type Rejection = Refused;

    async fn from_request(request: Request, state: &State) -> Result<Self, Refused> {
        let (parts, rest) = request.into_parts();
        let (caller, place) = caller(&parts, state).await?;
        let name = idempotency_key(&parts.headers).map_err(|r| place.refuse(r))?;
        let request = Request::from_parts(parts.clone(), rest);
        let file = sent(&parts, request).await.map_err(|r| place.refuse(r))?;
        let key = Some(Key { name, fingerprint: fingerprint(&parts, &file) });
        let call = Call { caller, request: place.request, key, until: state.gate.until() };
        Ok(Self { app: state.app.clone(), call, place, file })
    }
}
