//! The credit bureau: who may buy on account, and for how much.

mod builtin;

pub use builtin::{BuiltinBureau, CreditRules};

use crate::ConnectorError;
use async_trait::async_trait;
use domain::credit::{Application, Assessment};
use domain::id::Id;
use domain::money::Money;
use std::fmt::Debug;

/// What a bureau is asked.
#[derive(Debug, Clone)]
pub struct CreditAsk {
    /// The credit check's id: the bureau's key, the same on every try.
    pub reference: Id,
    /// The exposure asked for, in minor units.
    pub amount: Money,
    pub application: Application,
}

/// A credit bureau.
///
/// MUST answer the same to the same reference however often it is asked, and make at most one
/// inquiry for it. MUST NOT answer `Approved` unless the bureau said so.
#[async_trait]
pub trait CreditBureau: Send + Sync + Debug {
    async fn assess(&self, ask: &CreditAsk) -> Result<Assessment, ConnectorError>;
}
