//! The credit bureau: who may buy on account, and for how much.

mod builtin;
mod http;

pub use builtin::BuiltinBureau;
pub use http::{HttpBureau, Said};

use crate::ConnectorError;
use async_trait::async_trait;
use domain::credit::{Application, Report, TaxId};
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
    /// In clear, for the bureau alone: none where the applicant gave none, or where it cannot be
    /// opened any more.
    pub tax_id: Option<TaxId>,
}

/// What a bureau answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreditAnswer {
    /// The reference that it answers, as the bureau names it: not copied from what was asked.
    pub reference: Id,
    pub report: Report,
}

impl CreditAnswer {
    /// The report, if it answers this and makes sense. Otherwise it is no answer at all: what
    /// is meant for another, or is impossible, says nothing about this applicant.
    pub fn to(self, ask: &CreditAsk) -> Result<Report, ConnectorError> {
        if self.reference != ask.reference {
            let why = format!("the bureau answered for {}, not {}", self.reference, ask.reference);
            return Err(ConnectorError::Later(why));
        }
        match self.report.nonsense(ask.amount) {
            Some(why) => Err(ConnectorError::Later(format!("the bureau answered {why}"))),
            None => Ok(self.report),
        }
    }
}

/// A credit bureau.
///
/// MUST answer the same to the same reference however often it is asked, and make at most one
/// inquiry for it. MUST NOT answer `Approved` unless the bureau said so. An answer for another
/// reference, or an impossible one, counts as none.
#[async_trait]
pub trait CreditBureau: Send + Sync + Debug {
    async fn assess(&self, ask: &CreditAsk) -> Result<CreditAnswer, ConnectorError>;
}

#[cfg(test)]
mod tests;
