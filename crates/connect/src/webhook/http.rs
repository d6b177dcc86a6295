//! The built-in sender: one HTTP/1.1 request, over TLS unless it stays on this machine.

use super::answer;
use super::resolve::Guard;
use super::walls::Reach;
use super::{Class, Delivery, Failure, Outcome, Post, Resolve, SystemResolver};
use super::{Target, Walls, check_url, sign};
use crate::client;
use async_trait::async_trait;
use reqwest::Client;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How patient the sender is, and whom it asks.
#[derive(Debug, Clone)]
pub struct Options {
    /// For a whole attempt, including the beginning of the answer's body.
    pub timeout: Duration,
    /// For resolving a name, and again for connecting.
    pub connect_timeout: Duration,
    pub resolver: Arc<dyn Resolve>,
    /// Certificates (DER) to trust beside the system's.
    pub roots: Vec<Vec<u8>>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(15),
            connect_timeout: Duration::from_secs(5),
            resolver: Arc::new(SystemResolver),
            roots: Vec::new(),
        }
    }
}

/// Why there is no sender.
#[derive(Debug, thiserror::Error)]
#[error("webhooks cannot be sent: {0} (are the system's certificates, `ca-certificates`, there?)")]
pub struct SetupError(String);

/// Posts webhooks with `reqwest`. Connections to public receivers and to receivers on this machine
/// never mix: each kind has a client and a guard of its own.
#[derive(Debug)]
pub struct HttpPost {
    timeout: Duration,
    public: Lane,
    loopback: Lane,
}

#[derive(Debug)]
struct Lane {
    guard: Guard,
    client: Client,
}

impl HttpPost {
    /// A sender. It loads the system's certificates, and fails if there are none.
    pub fn new(options: &Options) -> Result<Self, SetupError> {
        let [public, loopback] = [Reach::Public, Reach::Loopback].map(|r| Lane::new(r, options));
        Ok(Self { timeout: options.timeout, public: public?, loopback: loopback? })
    }

    /// The addresses that a delivery to the URL may connect to now. Connects to none of them.
    pub async fn look_up(&self, url: &str, walls: &Walls) -> Result<Vec<IpAddr>, Failure> {
        let target = check_url(url, walls)?;
        match target.name() {
            Some(name) => self.lane(&target).guard.look_up(name).await,
            None => Ok(target.address().into_iter().collect()),
        }
    }

    fn lane(&self, target: &Target) -> &Lane {
        if target.is_loopback() { &self.loopback } else { &self.public }
    }

    async fn send(&self, delivery: &Delivery<'_>) -> Result<reqwest::Response, Failure> {
        let headers = headers(delivery)?;
        let target = check_url(delivery.url, delivery.walls)?;
        let lane = self.lane(&target);
        let request = lane.client.post(target.url().clone()).headers(headers);
        let sent = request.body(delivery.body.clone()).send();
        match tokio::time::timeout(self.timeout, sent).await {
            Ok(sent) => sent.map_err(|e| answer::cause(&e)),
            Err(_) => Err(Failure::Timeout),
        }
    }
}

impl Lane {
    fn new(reach: Reach, options: &Options) -> Result<Self, SetupError> {
        let (resolver, patience) = (Arc::clone(&options.resolver), options.connect_timeout);
        let guard = Guard { resolver, reach, patience };
        let built = client::plain(&options.roots).and_then(|builder| {
            builder
                .dns_resolver(guard.clone())
                .https_only(reach == Reach::Public)
                // The guard's patience comes first, so that a silent resolver is known as one.
                .connect_timeout(patience * 2)
                .pool_max_idle_per_host(1)
                .build()
        });
        let client = built.map_err(|e| SetupError(client::why_none(&e)))?;
        Ok(Self { guard, client })
    }
}

#[async_trait]
impl Post for HttpPost {
    async fn post(&self, delivery: &Delivery<'_>) -> Outcome {
        let begun = Instant::now();
        let sent = self.send(delivery).await;
        let took = begun.elapsed();
        let took_ms = u32::try_from(took.as_millis()).unwrap_or(u32::MAX);
        let response = match sent {
            Ok(response) => response,
            Err(failure) => {
                let (class, excerpt) = (Class::Failed(failure), String::new());
                return Outcome { class, status: None, took_ms, excerpt, retry_after: None };
            }
        };
        let now = delivery.timestamp.saturating_add(i64::from(took_ms / 1000));
        let retry_after = answer::retry_after(&response, now);
        let (class, status) = (answer::class(response.status()), Some(response.status().as_u16()));
        let excerpt = answer::excerpt(response, self.timeout.saturating_sub(took)).await;
        Outcome { class, status, took_ms, excerpt, retry_after }
    }
}

/// The headers that carry the signature.
fn headers(delivery: &Delivery<'_>) -> Result<HeaderMap, Failure> {
    let Delivery { id, timestamp, secrets, .. } = *delivery;
    // A full stop would move the borders of what is signed.
    let plain = |b: u8| b.is_ascii_graphic() && b != b'.';
    if secrets.is_empty() || timestamp < 0 || id.is_empty() || !id.bytes().all(plain) {
        return Err(Failure::Unsendable);
    }
    let signature = sign(secrets, id, timestamp, &delivery.body);
    let values = [
        ("webhook-id", id),
        ("webhook-timestamp", &timestamp.to_string()),
        ("webhook-signature", &signature),
    ];
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    for (name, value) in values {
        let value = HeaderValue::from_str(value).map_err(|_| Failure::Unsendable)?;
        headers.insert(HeaderName::from_static(name), value);
    }
    Ok(headers)
}
