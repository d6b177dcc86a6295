//! The adapter for an outside serviceability service, which speaks the shapes of
//! `docs/addresses.md`.

use super::ServiceCheck;
use crate::ConnectorError;
use crate::http::{About, HttpJson};
use async_trait::async_trait;
use domain::address::Address;
use domain::serviceability::{Access, Confidence, Reach, Serviceability};
use domain::time::Moment;
use serde::{Deserialize, Serialize};

/// Asks an outside service by HTTP.
#[derive(Debug)]
pub struct HttpServiceCheck {
    service: HttpJson,
}

impl HttpServiceCheck {
    pub fn new(service: HttpJson) -> Self {
        Self { service }
    }
}

#[derive(Debug, Serialize)]
struct Question<'a> {
    /// Of the address: the answer must name it.
    reference: &'a str,
    address: &'a Address,
}

#[derive(Debug, Deserialize)]
struct Answer {
    reference: String,
    reach: Reach,
    accesses: Vec<Access>,
    confidence: Confidence,
    reason: String,
    /// RFC 3339.
    guaranteed_until: String,
}

#[async_trait]
impl ServiceCheck for HttpServiceCheck {
    async fn look_up(
        &self,
        address: &Address,
        now: Moment,
    ) -> Result<Serviceability, ConnectorError> {
        let reference = address.reference();
        let about = About { reference: Some(&reference), key: None };
        let question = Question { reference: &reference, address };
        let answer: Answer = self.service.ask(about, &question).await?;
        let nonsense = |why: &str| {
            let why = format!("the serviceability service's answer makes no sense: {why}");
            ConnectorError::Later(why)
        };
        if answer.reference != reference {
            let why = "the serviceability service answered for another address";
            return Err(ConnectorError::Later(why.to_owned()));
        }
        let Some(guaranteed_until) = Moment::parse(&answer.guaranteed_until) else {
            return Err(nonsense("`guaranteed_until` is no moment such as 2026-01-31T00:00:00Z"));
        };
        let Answer { reach, accesses, confidence, reason, .. } = answer;
        let found = Serviceability { reach, accesses, confidence, reason, guaranteed_until };
        match found.nonsense(now) {
            Some(why) => Err(nonsense(why)),
            None => Ok(found),
        }
    }
}
