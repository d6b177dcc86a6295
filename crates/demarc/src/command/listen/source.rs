//! Where events come from: the stream, and the pages of the feed where the stream has no place to
//! begin. It knows how far it is, so that it can go on after any break.

use super::sse::{Parser, Told};
use crate::failure::{Failure, Outcome, at};
use domain::time::Moment;
use reqwest::header::DATE;
use reqwest::{Response, StatusCode};
use serde_json::Value;
use std::error::Error as _;
use std::time::{Duration, UNIX_EPOCH};

/// How far the reader is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// What comes from now on.
    Now,
    /// What came from this moment on, when the stream began; none has come yet.
    Since(String),
    Beginning,
    /// Behind this event.
    Behind(String),
}

/// What one look brought.
#[derive(Debug)]
pub(super) enum Round {
    Told(Vec<Told>),
    /// The server cannot be reached, or does not want to be asked now.
    Lost(String),
}

/// The server says something every ten seconds; a silence of three times that is a broken line.
const SILENCE: Duration = Duration::from_secs(30);
/// Longer than the longest `wait=` of the feed.
const PATIENCE: Duration = Duration::from_mins(1);
/// Events in a page that is only looked through.
const LARGE_PAGE: usize = 1000;

/// One reader of the feed.
#[derive(Debug)]
pub(super) struct Source {
    http: reqwest::Client,
    base: String,
    secret: String,
    /// One filter, which the server keeps to.
    filter: Option<String>,
    place: Place,
    stream: Option<(Response, Parser)>,
    /// Whether it was said that the stream is heard.
    said: bool,
}

impl Source {
    pub(super) fn new(
        base: &str,
        secret: &str,
        filter: Option<String>,
        place: Place,
    ) -> Outcome<Self> {
        let http = crate::client::http(base)
            .connect_timeout(Duration::from_secs(5))
            .build()
            .map_err(at("HTTP client"))?;
        let (base, secret) = (base.to_owned(), secret.to_owned());
        Ok(Self { http, base, secret, filter, place, stream: None, said: false })
    }

    /// Remembers that this event was told: reading goes on behind it.
    pub(super) fn told(&mut self, told: &Told) {
        self.place = Place::Behind(told.id.clone());
    }

    /// The next events, none if the server only said that it is there. An error is a refusal that
    /// will not change by itself.
    pub(super) async fn next(&mut self) -> Outcome<Round> {
        let round = match (&self.stream, &self.place) {
            (Some(_), _) => self.heard().await,
            (None, Place::Beginning) => self.first().await,
            (None, Place::Since(moment)) => self.find(&moment.clone()).await,
            (None, Place::Now | Place::Behind(_)) => self.open().await,
        };
        match round {
            Ok(told) => Ok(Round::Told(told)),
            Err(Broken::Lost(why)) => {
                self.stream = None;
                Ok(Round::Lost(why))
            }
            Err(Broken::Refused(say)) => Err(Failure::failed(say)),
        }
    }

    async fn open(&mut self) -> Result<Vec<Told>, Broken> {
        let filter = self.filter.as_ref().map(|f| format!("?type={f}")).unwrap_or_default();
        let url = format!("{}/v1/events{filter}", self.base);
        let request = self.http.get(url).bearer_auth(&self.secret);
        let mut request = request.header("accept", "text/event-stream");
        if let Place::Behind(id) = &self.place {
            request = request.header("last-event-id", id);
        }
        let response = answered(request.send().await).await?;
        if self.place == Place::Now {
            self.place = Place::Since(begun(&response)?);
        }
        match &self.place {
            Place::Behind(id) => eprintln!("demarc: listening to {} behind {id}", self.base),
            _ => eprintln!("demarc: listening to {} from now on", self.base),
        }
        self.said = true;
        self.stream = Some((response, Parser::default()));
        Ok(Vec::new())
    }

    async fn heard(&mut self) -> Result<Vec<Told>, Broken> {
        let Some((response, parser)) = &mut self.stream else { return Ok(Vec::new()) };
        let chunk = tokio::time::timeout(SILENCE, response.chunk()).await;
        let chunk = chunk.map_err(|_| Broken::Lost("it is silent".to_owned()))?;
        match chunk.map_err(lost)? {
            Some(bytes) => parser.push(&bytes).map_err(Broken::Lost),
            None => Err(Broken::Lost("the stream ended".to_owned())),
        }
    }

    /// The first event of the feed, in its own bytes; waits for one if there is none.
    async fn first(&mut self) -> Result<Vec<Told>, Broken> {
        if !self.said {
            self.said = true;
            eprintln!("demarc: listening to {} from the beginning", self.base);
        }
        let page = self.page(None, 1, 30).await?;
        let Some(id) = page.first().map(id) else { return Ok(Vec::new()) };
        let data = self.get(&format!("/v1/events/{id}")).await?;
        Ok(vec![Told { id, data }])
    }

    /// Looks where the events begin that came since the stream began, without telling them.
    async fn find(&mut self, moment: &str) -> Result<Vec<Told>, Broken> {
        let mut last: Option<String> = None;
        loop {
            let page = self.page(last.as_deref(), LARGE_PAGE, 0).await?;
            let late = |event: &&Value| event["time"].as_str().is_some_and(|time| time < moment);
            let before = page.iter().take_while(late).count();
            if before > 0 {
                last = page.get(before - 1).map(id);
            }
            if before < LARGE_PAGE {
                self.place = last.map_or(Place::Beginning, Place::Behind);
                return Ok(Vec::new());
            }
        }
    }

    async fn page(
        &self,
        after: Option<&str>,
        limit: usize,
        wait: u32,
    ) -> Result<Vec<Value>, Broken> {
        let mut path = format!("/v1/events?limit={limit}&wait={wait}");
        for (name, value) in [("type", self.filter.as_deref()), ("after", after)] {
            if let Some(value) = value {
                path.extend(["&", name, "=", value]);
            }
        }
        let mut page: Value = serde_json::from_str(&self.get(&path).await?).unwrap_or_default();
        match page["items"].take() {
            Value::Array(items) => Ok(items),
            _ => Err(Broken::Refused(format!("GET {path}: it is no feed"))),
        }
    }

    async fn get(&self, path: &str) -> Result<String, Broken> {
        let request = self.http.get(format!("{}{path}", self.base)).bearer_auth(&self.secret);
        let sent = request.timeout(PATIENCE).send().await;
        answered(sent).await?.text().await.map_err(lost)
    }
}

fn id(event: &Value) -> String {
    event["id"].as_str().unwrap_or_default().to_owned()
}

/// Why there is no next event.
#[derive(Debug)]
enum Broken {
    Lost(String),
    Refused(String),
}

fn lost(error: reqwest::Error) -> Broken {
    let mut cause: Option<&dyn std::error::Error> = error.source();
    while let Some(deeper) = cause.and_then(std::error::Error::source) {
        cause = Some(deeper);
    }
    Broken::Lost(cause.map_or_else(|| error.to_string(), ToString::to_string))
}

async fn answered(sent: reqwest::Result<Response>) -> Result<Response, Broken> {
    let response = sent.map_err(lost)?;
    let status = response.status();
    if status == StatusCode::OK {
        return Ok(response);
    }
    let text = response.text().await.unwrap_or_default();
    let problem: Value = serde_json::from_str(&text).unwrap_or_default();
    let [code, detail] = ["code", "detail"].map(|m| problem[m].as_str().unwrap_or_default());
    let say = format!("it answered {} {code}: {detail}", status.as_u16());
    let passing = status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS;
    Err(if passing { Broken::Lost(say) } else { Broken::Refused(say) })
}

/// When the server began to answer, by its own clock, to the second.
fn begun(response: &Response) -> Result<String, Broken> {
    let date = response.headers().get(DATE).and_then(|v| v.to_str().ok());
    let date = date.and_then(|text| httpdate::parse_http_date(text).ok());
    let since = date.and_then(|date| date.duration_since(UNIX_EPOCH).ok());
    let ms = since.and_then(|since| i64::try_from(since.as_millis()).ok());
    let ms = ms.ok_or_else(|| Broken::Refused("the answer has no Date".to_owned()))?;
    Ok(Moment::from_ms(ms).to_string())
}
