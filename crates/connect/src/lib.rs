//! The outside: address, credit, signature, fulfilment, webhooks, and the carrier's keys. Traits
//! and what answers them; no SQL.

pub mod address;
pub mod breaker;
mod client;
pub mod credit;
pub mod fulfilment;
pub mod http;
pub mod serviceability;
pub mod keys;
pub mod sandbox;
pub mod signature;
pub mod tls;
pub mod webhook;

/// Why a connector gave no answer: a worker can only ask again, at its own time or at the other
/// side's, or give up.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConnectorError {
    /// Trying again later may succeed: a timeout, an outage, a limit on calls.
    #[error("try again later: {0}")]
    Later(String),
    /// The same, and the other side has said in how many seconds it wants to be asked again: at
    /// most 24 hours.
    #[error("try again in {seconds} s: {why}")]
    Busy { seconds: u32, why: String },
    /// No retry helps: a wrong setting, a request the other side refuses for good.
    #[error("never: {0}")]
    Never(String),
    /// As [`ConnectorError::Later`], because a scripted value of the test environment wants it:
    /// it says nothing about the connector.
    #[error("as scripted: {0}")]
    Scripted(String),
}
