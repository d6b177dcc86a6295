//! Reads and checks a body: declared as JSON, within the limit, well-formed, of the documented
//! form.

use crate::State;
use crate::sandbox::refuse_in_live;
use crate::schema::Schemas;
use app::Caller;
use axum::extract::Request;
use bytes::Bytes;
use domain::code::{Because, Code};
use domain::refusal::{Fault, Refusal};
use http::{HeaderValue, header};
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use utoipa::ToSchema;

/// The body, without what has no place in the caller's environment.
pub(super) async fn allowed<T: ToSchema + DeserializeOwned>(
    request: Request,
    state: &State,
    caller: &Caller,
) -> Result<(T, Value), Refusal> {
    let (declared, bytes) = bytes(request, state.options.max_body_bytes).await?;
    let (name, schemas, large) = (T::name(), state.schemas.clone(), bytes.len() > LARGE);
    let check = move || {
        let value = if bytes.is_empty() && name == "Nothing" {
            Value::Object(serde_json::Map::new())
        } else {
            parsed(declared.as_ref(), &bytes)?
        };
        checked(&name, &value, &schemas).map(|()| value)
    };
    let value = if large {
        tokio::task::spawn_blocking(check).await.map_err(|e| failed(&e.to_string()))??
    } else {
        check()?
    };
    let typed = built(&value)?;
    refuse_in_live(caller, &value)?;
    Ok((typed, value))
}

/// A larger body takes milliseconds to be read and checked: on a thread of its own.
const LARGE: usize = 128 * 1024;

/// The body as JSON, of any form.
pub(crate) async fn json(request: Request, limit: usize) -> Result<Value, Refusal> {
    let (declared, bytes) = bytes(request, limit).await?;
    parsed(declared.as_ref(), &bytes)
}

/// A value as what the schema of its name documents.
pub(crate) fn typed<T: ToSchema + DeserializeOwned>(
    value: &Value,
    schemas: &Schemas,
) -> Result<T, Refusal> {
    checked(&T::name(), value, schemas)?;
    built(value)
}

async fn bytes(request: Request, limit: usize) -> Result<(Option<HeaderValue>, Bytes), Refusal> {
    let declared = request.headers().get(header::CONTENT_TYPE).cloned();
    let bytes = axum::body::to_bytes(request.into_body(), limit).await.map_err(|_| {
        Refusal::new(Code::BodyTooLarge, format!("the body is larger than {limit} bytes"))
    })?;
    Ok((declared, bytes))
}

fn parsed(declared: Option<&HeaderValue>, bytes: &Bytes) -> Result<Value, Refusal> {
    let essence = declared.and_then(|v| v.to_str().ok()).unwrap_or_default();
    let essence = essence.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/json") {
        let detail = "the body must be declared as application/json";
        return Err(Refusal::new(Code::UnsupportedMediaType, detail));
    }
    serde_json::from_slice(bytes).map_err(|e| Refusal::new(Code::MalformedJson, e.to_string()))
}

/// Refuses what is not of the form that the schema of that name documents.
fn checked(name: &str, value: &Value, schemas: &Schemas) -> Result<(), Refusal> {
    if !schemas.has(name) {
        // A body that is not in the document cannot be checked, so it is not taken.
        return Err(failed(&format!("no schema {name} is published")));
    }
    let faults = schemas.faults(name, value);
    if faults.is_empty() {
        return Ok(());
    }
    let count = faults.len();
    let detail = format!("the body has {count} fault{}", if count == 1 { "" } else { "s" });
    Err(Refusal::new(Code::InvalidBody, detail).with(faults))
}

fn built<T: DeserializeOwned>(value: &Value) -> Result<T, Refusal> {
    serde_path_to_error::deserialize(value).map_err(|e| {
        let dotted = e.path().to_string();
        let pointer = format!("/{}", dotted.replace(['[', ']'], ".").replace('.', "/"));
        let pointer = pointer.replace("//", "/").trim_end_matches('/').to_owned();
        let fault = Fault::new(pointer, Because::BadFormat, e.into_inner().to_string());
        Refusal::new(Code::InvalidBody, "the body has 1 fault").with(vec![fault])
    })
}

fn failed(why: &str) -> Refusal {
    tracing::error!(error = why, "a request body could not be checked");
    Refusal::new(Code::Internal, "the server failed")
}

/// Of method, path and body. Members are sorted, so spelling does not matter.
pub(crate) fn fingerprint(method: &http::Method, path: &str, body: &Value) -> String {
    let mut hash = Sha256::new();
    hash.update(method.as_str());
    hash.update([0]);
    hash.update(path);
    hash.update([0]);
    // serde_json keeps the members of an object sorted by name.
    hash.update(body.to_string());
    hex(&hash.finalize())
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}"); // Writing to a String cannot fail.
        hex
    })
}
