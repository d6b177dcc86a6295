//! Webhooks as receivers see them, on loopback: what arrives, what comes of every answer, and that
//! nothing is reached that must not be.

mod posting;
mod receiver;
mod signing;
mod tls;
mod walls;

use async_trait::async_trait;
use bytes::Bytes;
use connect::webhook::{Delivery, HttpPost, Options, Outcome, Post as _, Resolve, Secret, Walls};
use std::collections::VecDeque;
use std::io;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// 2023-11-14 22:13:20 UTC.
const NOW: i64 = 1_700_000_000;

/// Long enough for a busy machine, short enough to wait for.
const SHORT: Duration = Duration::from_millis(400);

/// One answer of a scripted resolver.
#[derive(Debug, Clone)]
enum Said {
    Addresses(Vec<IpAddr>),
    Failure,
    Silence,
}

/// Answers what it was told to, one look-up after the other, and the last for ever.
#[derive(Debug, Default)]
struct Scripted {
    answers: Mutex<VecDeque<Said>>,
    asked: AtomicUsize,
}

impl Scripted {
    fn say(&self, answers: impl IntoIterator<Item = Said>) {
        *self.answers.lock().unwrap() = answers.into_iter().collect();
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl Resolve for Scripted {
    async fn resolve(&self, _name: &str) -> io::Result<Vec<IpAddr>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let said = {
            let mut answers = self.answers.lock().unwrap();
            let first = answers.pop_front();
            if let (Some(said), true) = (&first, answers.is_empty()) {
                answers.push_back(said.clone());
            }
            first
        };
        match said {
            Some(Said::Addresses(addresses)) => Ok(addresses),
            Some(Said::Silence) => std::future::pending().await,
            Some(Said::Failure) | None => Err(io::Error::other("no such name")),
        }
    }
}

/// How long a sender waits.
#[derive(Debug, Clone, Copy)]
enum Patience {
    /// For all that a busy machine may need.
    Long,
    /// For tests of waiting in vain.
    Short,
}

/// A sender that asks a script for addresses.
fn sender(patience: Patience) -> (HttpPost, Arc<Scripted>) {
    let resolver = Arc::new(Scripted::default());
    (sender_with(patience, &resolver, Vec::new()), resolver)
}

fn sender_with(patience: Patience, resolver: &Arc<Scripted>, roots: Vec<Vec<u8>>) -> HttpPost {
    let timeout = match patience {
        Patience::Long => Duration::from_secs(20),
        Patience::Short => SHORT,
    };
    let resolver = Arc::clone(resolver) as Arc<dyn Resolve>;
    let options = Options { timeout, connect_timeout: timeout / 4, resolver, roots };
    HttpPost::new(&options).unwrap()
}

fn secret() -> Secret {
    Secret::new([7; 32])
}

/// Sends a small message.
async fn send(post: &HttpPost, url: &str, walls: &Walls) -> Outcome {
    let secrets = [secret()];
    let body = Bytes::from_static(b"{\"n\":1}");
    let delivery = Delivery { url, id: "msg_1", timestamp: NOW, body, secrets: &secrets, walls };
    post.post(&delivery).await
}
