//! Sends an event on as the server would send it: the same headers, the same signature. Once, and
//! to any address.

use super::sse::Told;
use crate::failure::{Outcome, at};
use app::{Clock as _, SystemClock};
use connect::webhook::{Secret, sign};
use reqwest::Url;
use std::error::Error as _;
use std::time::{Duration, Instant};

/// As long as the server waits for a receiver.
const PATIENCE: Duration = Duration::from_secs(15);

/// A receiver and the secret that it knows.
#[derive(Debug)]
pub(super) struct Forward {
    http: reqwest::Client,
    url: Url,
    secrets: [Secret; 1],
}

impl Forward {
    pub(super) fn new(url: Url, secret: Secret) -> Outcome<Self> {
        let http = crate::client::http(url.as_str())
            .user_agent(concat!("Demarc/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .timeout(PATIENCE)
            .build()
            .map_err(at("HTTP client"))?;
        Ok(Self { http, url, secrets: [secret] })
    }

    /// Sends it; answers how that went, in words.
    pub(super) async fn send(&self, told: &Told) -> String {
        let timestamp = SystemClock.now().ms() / 1000;
        let signature = sign(&self.secrets, &told.id, timestamp, told.data.as_bytes());
        let begun = Instant::now();
        let request = self.http.post(self.url.clone());
        let sent = request
            .header("content-type", "application/json")
            .header("webhook-id", &told.id)
            .header("webhook-timestamp", timestamp.to_string())
            .header("webhook-signature", signature)
            .body(told.data.clone());
        match sent.send().await {
            Ok(answer) => {
                format!("{} in {} ms", answer.status().as_u16(), begun.elapsed().as_millis())
            }
            Err(e) => {
                let cause = e.source().map(|s| format!(": {s}")).unwrap_or_default();
                format!("no answer ({}{cause})", e.without_url())
            }
        }
    }
}
