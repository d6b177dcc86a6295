//! Who hears of events: the receiver of webhooks, and a reader of the feed's stream. They note what
//! came when, and look at it only afterwards.

use crate::failure::{Failure, Outcome, at};
use axum::Router;
use axum::extract::{Path, State};
use axum::routing::post;
use bytes::Bytes;
use domain::time::Moment;
use serde_json::Value;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// What came: at which endpoint, when, and its bytes.
type Came = Arc<Mutex<Vec<(u16, SystemTime, Bytes)>>>;

/// A task that notes what comes, until it is dropped.
#[derive(Debug)]
pub(super) struct Ear {
    came: Came,
    task: JoinHandle<()>,
    /// Where webhooks are heard, without a slash at its end; empty for the stream.
    pub(super) url: String,
}

/// An event that came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Heard {
    pub(super) endpoint: u16,
    /// All moments are in microseconds since 1970.
    pub(super) came: i64,
    pub(super) happened: i64,
    pub(super) event: String,
    /// The request that caused it.
    pub(super) request: Option<String>,
}

pub(super) fn micros(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

fn note(came: &Came, endpoint: u16, bytes: Bytes) {
    came.lock().unwrap_or_else(PoisonError::into_inner).push((endpoint, app::wall(), bytes));
}

async fn webhook(State(came): State<Came>, Path(endpoint): Path<u16>, body: Bytes) {
    note(&came, endpoint, body);
}

impl Ear {
    /// A receiver of webhooks on a loopback port, at `/0`, `/1` …
    pub(super) async fn webhooks() -> Outcome<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(at("receiver"))?;
        let address = listener.local_addr().map_err(at("receiver"))?;
        let came = Came::default();
        let router = Router::new().route("/{endpoint}", post(webhook)).with_state(came.clone());
        // It ends only with this task.
        let task = tokio::spawn(async { drop(axum::serve(listener, router).await) });
        Ok(Self { came, task, url: format!("http://{address}") })
    }

    /// A reader of the stream of events. Returns when it is heard.
    pub(super) async fn stream(server: &str, secret: &str) -> Outcome<Self> {
        connect::tls::provide();
        let http = reqwest::Client::builder().tls_certs_only([]).no_proxy().tcp_nodelay(true);
        let http = http.build().map_err(at("stream"))?;
        let request = http.get(format!("{server}/v1/events")).bearer_auth(secret);
        let request = request.header("accept", "text/event-stream");
        let mut response = request.send().await.map_err(at("stream"))?;
        // The server says at once that it listens.
        let first = response.chunk().await.map_err(at("stream"))?;
        if first.is_none() {
            return Err(Failure::failed(format!("stream: {}", response.status())));
        }
        let came = Came::default();
        let noted = came.clone();
        let task = tokio::spawn(async move {
            let mut rest = Vec::new();
            while let Ok(Some(chunk)) = response.chunk().await {
                rest.extend_from_slice(&chunk);
                while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
                    let line: Vec<u8> = rest.drain(..=end).collect();
                    if let Some(data) = line.strip_prefix(b"data: ") {
                        note(&noted, 0, Bytes::copy_from_slice(data));
                    }
                }
            }
        });
        Ok(Self { came, task, url: String::new() })
    }

    pub(super) fn count(&self) -> usize {
        self.came.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Everything that came, in its order.
    pub(super) fn heard(&self) -> Outcome<Vec<Heard>> {
        let came = self.came.lock().unwrap_or_else(PoisonError::into_inner);
        came.iter().map(|(endpoint, when, bytes)| read(*endpoint, *when, bytes)).collect()
    }
}

impl Drop for Ear {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn read(endpoint: u16, when: SystemTime, bytes: &[u8]) -> Outcome<Heard> {
    let value: Value = serde_json::from_slice(bytes).map_err(at("an event"))?;
    let time = value["time"].as_str().and_then(Moment::parse);
    let time = time.ok_or_else(|| Failure::failed(format!("an event without a time: {value}")))?;
    Ok(Heard {
        endpoint,
        came: micros(when),
        happened: time.ms() * 1000,
        event: value["id"].as_str().unwrap_or_default().to_owned(),
        request: value["data"]["request_id"].as_str().map(str::to_owned),
    })
}

/// Waits until `enough` says so, or `longest` has passed; whether it did.
pub(super) async fn wait(longest: Duration, enough: impl Fn() -> bool) -> bool {
    let until = tokio::time::Instant::now() + longest;
    while !enough() {
        if tokio::time::Instant::now() > until {
            return false;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_read_with_its_time_and_its_cause() {
        let text = br#"{"id":"evt1","time":"2026-01-01T00:00:00.250Z","data":{"request_id":"r"}}"#;
        let heard = read(3, UNIX_EPOCH, text).unwrap();
        assert_eq!(heard.happened % 1_000_000, 250_000);
        assert_eq!((heard.endpoint, heard.came), (3, 0));
        assert_eq!((heard.event.as_str(), heard.request.as_deref()), ("evt1", Some("r")));
        assert!(read(0, UNIX_EPOCH, b"{}").is_err());
    }
}
