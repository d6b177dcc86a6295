//! Fulfilment: the delivery side that takes handed-off sub-orders and reports milestones.

mod builtin;

pub use builtin::Simulator;
pub(crate) use builtin::numbers;

use crate::ConnectorError;
use async_trait::async_trait;
use domain::fulfilment::{Progress, Received};
use domain::order::SubOrder;
use domain::time::Moment;
use std::fmt::Debug;

/// A delivery system.
///
/// MUST take a sub-order once, however often it is submitted under the same id, and answer the
/// same. MUST report milestones only of the sub-order's own plan.
#[async_trait]
pub trait Fulfilment: Send + Sync + Debug {
    async fn submit(&self, sub_order: &SubOrder) -> Result<Received, ConnectorError>;

    /// How far delivery is at `now`.
    async fn progress(&self, sub_order: &SubOrder, now: Moment)
    -> Result<Progress, ConnectorError>;
}
