//! The sender of a machine that cannot send: every attempt fails, and what is due waits.

use super::{Class, Delivery, Failure, Outcome, Post};
use async_trait::async_trait;

/// For where [`HttpPost`](super::HttpPost) cannot be made, so that everything else works all the
/// same.
#[derive(Debug, Clone, Copy)]
pub struct Unable;

#[async_trait]
impl Post for Unable {
    async fn post(&self, _: &Delivery<'_>) -> Outcome {
        Outcome {
            class: Class::Failed(Failure::Tls),
            status: None,
            took_ms: 0,
            excerpt: String::new(),
            retry_after: None,
        }
    }
}
