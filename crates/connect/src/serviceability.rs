//! What knows how a building can be reached by the network. The rules are in what answers it.

mod builtin;
mod http;

pub use builtin::TableServiceCheck;
pub use http::HttpServiceCheck;

use crate::ConnectorError;
use async_trait::async_trait;
use domain::address::Address;
use domain::serviceability::Serviceability;
use domain::time::Moment;
use std::fmt::Debug;

/// Serviceability of an address.
///
/// Every implementation owes its caller:
/// * A call changes nothing, so a worker may repeat it.
/// * An answer makes sense ([`Serviceability::nonsense`]) and is about the address that was asked
///   about. That it cannot be served is an answer: one without an access.
/// * A failure is a [`ConnectorError`], never an answer.
#[async_trait]
pub trait ServiceCheck: Send + Sync + Debug {
    /// What is known of `address` at `now`.
    async fn look_up(
        &self,
        address: &Address,
        now: Moment,
    ) -> Result<Serviceability, ConnectorError>;

    /// The answer, where it is known without asking anybody.
    fn known(&self, _address: &Address, _now: Moment) -> Option<Serviceability> {
        None
    }
}
