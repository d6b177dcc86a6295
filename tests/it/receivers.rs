//! What a world's webhooks meet: receivers that answer as they are told, and remember.

use async_trait::async_trait;
use connect::webhook::{Class, Delivery, Failure, Outcome, Post, check_url, sign};
use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard};

/// How a receiver answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    Status(u16),
    /// 429, to be asked again in so many seconds.
    Later(u32),
    Hangs,
}

/// One message that arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Arrived {
    pub(crate) url: String,
    pub(crate) id: String,
    pub(crate) timestamp: i64,
    pub(crate) body: String,
    pub(crate) signature: String,
}

/// Every receiver, by URL; one that was told nothing answers 204.
#[derive(Debug, Default)]
pub(crate) struct Receivers {
    told: Mutex<HashMap<String, VecDeque<Answer>>>,
    always: Mutex<HashMap<String, Answer>>,
    arrived: Mutex<Vec<Arrived>>,
}

fn open<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("no test broke off while it looked")
}

impl Receivers {
    /// The next answers of one receiver.
    pub(crate) fn tell(&self, url: &str, answers: impl IntoIterator<Item = Answer>) {
        open(&self.told).entry(url.to_owned()).or_default().extend(answers);
    }

    /// What one receiver answers when it was told nothing else.
    pub(crate) fn always(&self, url: &str, answer: Answer) {
        open(&self.always).insert(url.to_owned(), answer);
    }

    /// Everything that arrived at one receiver so far, oldest first.
    pub(crate) fn at(&self, url: &str) -> Vec<Arrived> {
        open(&self.arrived).iter().filter(|a| a.url == url).cloned().collect()
    }

    /// Everything that arrived anywhere, oldest first.
    pub(crate) fn all(&self) -> Vec<Arrived> {
        open(&self.arrived).clone()
    }

    fn answer(&self, url: &str) -> Answer {
        let told = open(&self.told).get_mut(url).and_then(VecDeque::pop_front);
        let always = || open(&self.always).get(url).copied();
        told.or_else(always).unwrap_or(Answer::Status(204))
    }
}

#[async_trait]
impl Post for Receivers {
    async fn post(&self, delivery: &Delivery<'_>) -> Outcome {
        let refused = |failure| Outcome {
            class: Class::Failed(failure),
            status: None,
            took_ms: 1,
            excerpt: String::new(),
            retry_after: None,
        };
        if let Err(failure) = check_url(delivery.url, delivery.walls) {
            return refused(failure);
        }
        open(&self.arrived).push(Arrived {
            url: delivery.url.to_owned(),
            id: delivery.id.to_owned(),
            timestamp: delivery.timestamp,
            body: String::from_utf8(delivery.body.to_vec()).expect("text"),
            signature: sign(delivery.secrets, delivery.id, delivery.timestamp, &delivery.body),
        });
        let (status, retry_after) = match self.answer(delivery.url) {
            Answer::Hangs => return refused(Failure::Timeout),
            Answer::Later(seconds) => (429, Some(seconds)),
            Answer::Status(status) => (status, None),
        };
        let class = match status {
            200..=299 => Class::Delivered,
            410 => Class::Gone,
            429 | 502..=504 => Class::Throttled,
            300..=399 => Class::Failed(Failure::Redirect),
            _ => Class::Failed(Failure::Status),
        };
        let excerpt = format!("answered {status}");
        Outcome { class, status: Some(status), took_ms: 3, excerpt, retry_after }
    }
}
