//! The outside: address, credit, signature, fulfilment, webhooks. Traits and what answers them; no
//! SQL.

pub mod address;
pub mod breaker;
pub mod credit;
pub mod fulfilment;
pub mod sandbox;
pub mod signature;
pub mod tls;
pub mod webhook;

/// Why a connector gave no answer. Two words only, since a worker can do only two things.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConnectorError {
    /// Trying again later may succeed: a timeout, an outage, a limit on calls.
    #[error("try again later: {0}")]
    Later(String),
    /// No retry helps: a wrong setting, a request the other side refuses for good.
    #[error("never: {0}")]
    Never(String),
    /// As [`ConnectorError::Later`], because a scripted value of the test environment wants it:
    /// it says nothing about the connector.
    #[error("as scripted: {0}")]
    Scripted(String),
}
