//! The signature desk: where contracts go out for signature.

mod builtin;

pub use builtin::BuiltinDesk;

use crate::ConnectorError;
use async_trait::async_trait;
use domain::contract::Contract;
use std::fmt::Debug;

/// A signature service.
///
/// MUST make at most one envelope for a contract, however often it is asked.
#[async_trait]
pub trait SignatureDesk: Send + Sync + Debug {
    /// Puts the contract out for signature; answers the service's reference of the envelope.
    async fn send(&self, contract: &Contract, document: &str) -> Result<String, ConnectorError>;
}
