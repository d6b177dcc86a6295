//! A partner's and the carrier's own receiver of events: takes all and remembers their ids.

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::post;
use http::{HeaderMap, StatusCode};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;

/// Of each endpoint, how often each event came.
type Came = Arc<Mutex<BTreeMap<String, BTreeMap<String, usize>>>>;

#[derive(Debug, Clone)]
pub(super) struct Receiver {
    url: String,
    came: Came,
}

impl Receiver {
    /// One on a free port of this machine, for as long as the runtime lives.
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let came = Came::default();
        let app = Router::new().route("/{name}", post(take)).with_state(Arc::clone(&came));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { url, came }
    }

    pub(super) fn url(&self, name: &str) -> String {
        format!("{}/{name}", self.url)
    }

    /// How often each event came to an endpoint, by its id as it is stored: without the checksum.
    pub(super) fn came(&self, name: &str) -> BTreeMap<String, usize> {
        let came = self.came.lock().expect("no panic while it is held");
        came.get(name).cloned().unwrap_or_default()
    }
}

async fn take(
    State(came): State<Came>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> StatusCode {
    let id = headers.get("webhook-id").and_then(|id| id.to_str().ok());
    let Some(id) = id.and_then(|id| id.get(..15)) else { return StatusCode::BAD_REQUEST };
    let mut came = came.lock().expect("no panic while it is held");
    *came.entry(name).or_default().entry(id.to_owned()).or_default() += 1;
    StatusCode::NO_CONTENT
}
