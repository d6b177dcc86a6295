//! What every HTTP adapter needs: one JSON question, posted to a configured URL, and its answer, or
//! whether to ask again. When that is, and whether to ask at all, is the worker's.
//!
//! Nothing of an answer that cannot be used is repeated: an error names a place and a form, so that
//! no log and no job keeps what another system let slip.

mod answer;
mod place;
mod token;

pub use place::BadUrl;
pub use token::{BadToken, Token};

use crate::ConnectorError;
use crate::client;
use crate::webhook::{answer::cause, answer::retry_after};
use place::Place;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, DATE, HeaderMap, HeaderName};
use reqwest::header::{HeaderValue, InvalidHeaderValue};
use reqwest::{Client, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt;
use std::time::{Duration, UNIX_EPOCH};

/// What the question is about, for the other side's logs.
pub const REFERENCE: &str = "demarc-reference";
/// The same on every try of one question, so that it has one effect.
pub const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// Where an outside system answers, and how patient the asking is.
#[derive(Clone)]
pub struct HttpOptions {
    /// `https`, or `http` on this machine. It may hold a secret and is never shown.
    pub url: String,
    /// Sent as `Authorization: Bearer`.
    pub token: Option<Token>,
    /// For the whole call, to the answer's last byte.
    pub timeout: Duration,
    /// For the connection alone.
    pub connect_timeout: Duration,
    /// A longer answer is none.
    pub most_bytes: usize,
    /// Certificates (DER) to trust beside the system's.
    pub roots: Vec<Vec<u8>>,
}

impl HttpOptions {
    /// With the patience that suits most: 10 s in all, 3 s to connect, 256 KiB of answer.
    pub fn to(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            token: None,
            timeout: Duration::from_secs(10),
            connect_timeout: Duration::from_secs(3),
            most_bytes: 256 * 1024,
            roots: Vec::new(),
        }
    }
}

impl fmt::Debug for HttpOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("HttpOptions");
        shown.field("token", &self.token).field("timeout", &self.timeout).finish_non_exhaustive()
    }
}

/// Why an adapter cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum HttpSetupError {
    #[error(transparent)]
    Url(#[from] BadUrl),
    #[error("no HTTP client: {0} (are the system's certificates, `ca-certificates`, there?)")]
    Client(String),
}

/// What a question is about. Both are visible ASCII; ids are.
#[derive(Debug, Clone, Copy, Default)]
pub struct About<'a> {
    /// Header [`REFERENCE`].
    pub reference: Option<&'a str>,
    /// Header [`IDEMPOTENCY_KEY`].
    pub key: Option<&'a str>,
}

/// One outside system that answers JSON with JSON.
pub struct HttpJson {
    /// As messages name it: `the address service`.
    service: &'static str,
    place: Place,
    token: Option<Token>,
    timeout: Duration,
    most_bytes: usize,
    client: Client,
}

impl fmt::Debug for HttpJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpJson").field("service", &self.service).finish_non_exhaustive()
    }
}

impl HttpJson {
    /// Connects to nothing yet.
    pub fn new(service: &'static str, options: HttpOptions) -> Result<Self, HttpSetupError> {
        let HttpOptions { url, token, timeout, connect_timeout, most_bytes, roots } = options;
        let place = Place::read(&url)?;
        let built = client::plain(&roots).and_then(|builder| {
            let builder = builder.connect_timeout(connect_timeout);
            place.guard(builder, connect_timeout).build()
        });
        let client = built.map_err(|e| HttpSetupError::Client(client::why_none(&e)))?;
        Ok(Self { service, place, token, timeout, most_bytes, client })
    }

    /// Asks once. The answer is whole and of the expected form, or it is none.
    pub async fn ask<Q, A>(&self, about: About<'_>, question: &Q) -> Result<A, ConnectorError>
    where
        Q: Serialize + Sync + ?Sized,
        A: DeserializeOwned,
    {
        let unsendable = || ConnectorError::Never(self.said("cannot be asked this"));
        let body = serde_json::to_vec(question).map_err(|_| unsendable())?;
        let headers = self.headers(about).map_err(|_| unsendable())?;
        let Ok(came) = tokio::time::timeout(self.timeout, self.exchange(headers, body)).await
        else {
            let ms = self.timeout.as_millis();
            return Err(ConnectorError::Later(self.said(&format!("gave no answer in {ms} ms"))));
        };
        answer::read(&came?).map_err(|why| ConnectorError::Later(self.said(&why)))
    }

    async fn exchange(&self, headers: HeaderMap, body: Vec<u8>) -> Result<Vec<u8>, ConnectorError> {
        let failed = |e: reqwest::Error| {
            ConnectorError::Later(self.said(&format!("gave no answer: {}", cause(&e))))
        };
        let request = self.client.post(self.place.url().clone()).headers(headers).body(body);
        let mut response = request.send().await.map_err(failed)?;
        if !response.status().is_success() {
            return Err(self.refused(&response));
        }
        let mut read = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            if read.len() + chunk.len() > self.most_bytes {
                let why = format!("answered with more than {} bytes", self.most_bytes);
                return Err(ConnectorError::Later(self.said(&why)));
            }
            read.extend_from_slice(&chunk);
        }
        Ok(read)
    }

    fn headers(&self, about: About<'_>) -> Result<HeaderMap, InvalidHeaderValue> {
        let json = HeaderValue::from_static("application/json");
        let mut headers = HeaderMap::from_iter([(ACCEPT, json.clone()), (CONTENT_TYPE, json)]);
        if let Some(token) = &self.token {
            let mut value = HeaderValue::from_str(&format!("Bearer {}", token.secret()))?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        for (name, value) in [(REFERENCE, about.reference), (IDEMPOTENCY_KEY, about.key)] {
            if let Some(value) = value {
                let name = HeaderName::from_static(name);
                headers.insert(name, HeaderValue::from_str(value)?);
            }
        }
        Ok(headers)
    }

    /// An answer that is not 2xx. What a later try may mend is told apart from what it cannot: a
    /// wrong setting, or a question that is refused for good.
    fn refused(&self, response: &Response) -> ConnectorError {
        let status = response.status().as_u16();
        let why = self.said(&format!("answered {status}"));
        if !matches!(status, 408 | 425 | 429 | 500..=599) {
            return ConnectorError::Never(why);
        }
        let date = response.headers().get(DATE).and_then(|date| date.to_str().ok());
        let date = date.and_then(|text| httpdate::parse_http_date(text).ok());
        // A date to come back at means nothing without the other side's own.
        let now = date.and_then(|d| d.duration_since(UNIX_EPOCH).ok());
        let now = now.map_or(i64::MAX, |d| i64::try_from(d.as_secs()).unwrap_or(i64::MAX));
        match retry_after(response, now) {
            Some(seconds) if seconds > 0 => ConnectorError::Busy { seconds, why },
            _ => ConnectorError::Later(why),
        }
    }

    fn said(&self, what: &str) -> String {
        format!("{} {what}", self.service)
    }
}
