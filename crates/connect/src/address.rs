//! The address service as the rest of the server sees it. The rules are in what answers it.

use std::fmt::Debug;

use async_trait::async_trait;
use domain::address::{Address, Avps};

use crate::ConnectorError;

mod builtin;
mod delivery;
mod http;
mod last_line;
mod zip_table;

pub use builtin::BuiltinAddressCheck;
pub use http::HttpAddressCheck;

/// What validates a service address (AVPS).
///
/// Every implementation owes its caller:
/// * The same address gets the same answer as long as the data behind it stay the same; a call
///   changes nothing, so a worker may repeat it.
/// * An address it offered (of a match, a correction or an alternate) is a match when given back,
///   and comes out unchanged.
/// * A failure is a [`ConnectorError`], never `Match`: an unchecked address must not pass a gate.
/// * It answers for any text, however long or strange, in bounded time.
#[async_trait]
pub trait AddressCheck: Send + Sync + Debug {
    /// Validates `given`. That no such address is known is an answer, [`Avps::NoMatch`], and not an
    /// error.
    async fn validate(&self, given: &Address) -> Result<Avps, ConnectorError>;

    /// The answer, where it is known without asking anybody. It takes microseconds and cannot fail.
    fn known(&self, _given: &Address) -> Option<Avps> {
        None
    }
}
