//! Outside services of addresses that do as they are told, on loopback.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use connect::address::HttpAddressCheck;
use connect::http::{HttpJson, HttpOptions};
use connect::serviceability::HttpServiceCheck;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What the service does with the next calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Does {
    Answer,
    /// Answers for another address.
    Astray,
    /// 503, with so many seconds of Retry-After.
    Busy(u32),
    Malformed,
    /// Nothing, until the other side gives up.
    Hang,
    /// 401.
    Refuse,
}

/// One service that validates and knows serviceability.
#[derive(Debug)]
pub(super) struct Service {
    does: Mutex<Does>,
    calls: AtomicUsize,
    url: String,
}

impl Service {
    pub(super) async fn start() -> Arc<Self> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let (does, calls) = (Mutex::new(Does::Answer), AtomicUsize::new(0));
        let service = Arc::new(Self { does, calls, url });
        let router = Router::new()
            .route("/validate", post(validate))
            .route("/serviceability", post(look_up))
            .with_state(service.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        service
    }

    pub(super) fn tell(&self, does: Does) {
        *self.does.lock().expect("no panic while it is held") = does;
    }

    pub(super) fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    fn at(&self, path: &str) -> HttpJson {
        let timeout = Duration::from_millis(300);
        let options = HttpOptions { timeout, ..HttpOptions::to(format!("{}{path}", self.url)) };
        HttpJson::new("the service", options).expect("a client")
    }

    pub(super) fn address(&self) -> Arc<HttpAddressCheck> {
        Arc::new(HttpAddressCheck::new(self.at("/validate")))
    }

    pub(super) fn serviceability(&self) -> Arc<HttpServiceCheck> {
        Arc::new(HttpServiceCheck::new(self.at("/serviceability")))
    }

    /// What it does now; the answer, where that is no answer.
    async fn called(&self) -> Result<Does, Response> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        let does = *self.does.lock().expect("no panic while it is held");
        match does {
            Does::Answer | Does::Astray => Ok(does),
            Does::Busy(seconds) => {
                let headers = [("retry-after", seconds.to_string())];
                Err((StatusCode::SERVICE_UNAVAILABLE, headers, "later").into_response())
            }
            Does::Malformed => Err("<html>all is well</html>".into_response()),
            Does::Refuse => Err((StatusCode::UNAUTHORIZED, "who?").into_response()),
            Does::Hang => std::future::pending().await,
        }
    }
}

fn reference(asked: &Value, does: Does) -> Value {
    if does == Does::Astray { json!("somebody else's") } else { asked["reference"].clone() }
}

async fn validate(State(service): State<Arc<Service>>, body: Bytes) -> Response {
    let asked: Value = serde_json::from_slice(&body).expect("JSON");
    match service.called().await {
        Err(answer) => answer,
        Ok(does) => {
            let mut address = asked["address"].clone();
            address["zip"] = json!(format!("{}-0001", address["zip"].as_str().expect("a text")));
            let reference = reference(&asked, does);
            axum::Json(json!({ "reference": reference, "result": "match", "address": address }))
                .into_response()
        }
    }
}

async fn look_up(State(service): State<Arc<Service>>, body: Bytes) -> Response {
    let asked: Value = serde_json::from_slice(&body).expect("JSON");
    match service.called().await {
        Err(answer) => answer,
        Ok(does) => {
            let fiber = json!({ "technology": "fiber", "speeds": ["100M", "1G"],
                "install_days": { "least": 20, "most": 45 } });
            let answer = json!({ "reference": reference(&asked, does), "reach": "near_net",
                "accesses": [fiber], "confidence": "green", "reason": "surveyed",
                "guaranteed_until": "2026-11-24T00:00:00Z" });
            axum::Json(answer).into_response()
        }
    }
}
