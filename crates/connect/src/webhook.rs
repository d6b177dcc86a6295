//! Webhooks as they leave: signed after Standard Webhooks 1.0, posted once, and only to addresses
//! that anybody may reach. Which events go where, and when to try again, is not here.

mod address;
pub(crate) mod answer;
mod failure;
mod http;
pub(crate) mod resolve;
mod secret;
mod unable;
pub(crate) mod walls;

pub use address::is_public;
pub use failure::Failure;
pub use http::{HttpPost, Options, SetupError};
pub use resolve::{Resolve, SystemResolver};
pub use secret::{BadSecret, Received, Secret, TOLERANCE, Unverified, sign, verify};
pub use unable::Unable;
pub use walls::{Target, Walls, check_url};

use async_trait::async_trait;
use bytes::Bytes;
use std::fmt::Debug;

/// One attempt to deliver one message.
#[derive(Debug, Clone)]
pub struct Delivery<'a> {
    /// Where to, as it was registered. It is checked again before it is used.
    pub url: &'a str,
    /// The message's id, the same on every attempt: visible ASCII without a full stop.
    pub id: &'a str,
    /// When this attempt is made, in seconds since 1970 UTC.
    pub timestamp: i64,
    /// JSON, sent as it is.
    pub body: Bytes,
    /// The endpoint's secrets; several while they rotate.
    pub secrets: &'a [Secret],
    /// What may be reached.
    pub walls: &'a Walls,
}

/// What came of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    pub class: Class,
    /// The answer's status, if an answer came.
    pub status: Option<u16>,
    /// How long it took, in milliseconds, without the reading of the answer's body.
    pub took_ms: u32,
    /// The beginning of the answer's body, at most 1 KiB, without control characters.
    pub excerpt: String,
    /// In how many seconds, counted from the answer, the receiver wants to be asked again: at most
    /// 24 hours.
    pub retry_after: Option<u32>,
}

/// What an outcome means for what comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// 2xx: the receiver has it.
    Delivered,
    /// 410: the receiver wants nothing more.
    Gone,
    /// 429, 502, 503, 504: the receiver asks for less.
    Throttled,
    /// Anything else.
    Failed(Failure),
}

/// Sends webhooks.
///
/// MUST make one attempt and no more, end within a known time whatever the receiver does, follow no
/// redirect, and connect to no address that the delivery's walls forbid. MUST NOT panic.
#[async_trait]
pub trait Post: Send + Sync + Debug {
    async fn post(&self, delivery: &Delivery<'_>) -> Outcome;
}
