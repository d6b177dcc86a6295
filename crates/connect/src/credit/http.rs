//! An outside bureau, asked by HTTP. The check's id is the key of every try, so that the bureau
//! makes one inquiry of them.

use super::{CreditAnswer, CreditAsk, CreditBureau};
use crate::ConnectorError;
use crate::http::{About, HttpJson, HttpOptions, HttpSetupError};
use async_trait::async_trait;
use domain::credit::{CreditClass, Report, Verdict};
use domain::money::{Currency, Money};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A bureau behind a URL.
#[derive(Debug)]
pub struct HttpBureau(HttpJson);

impl HttpBureau {
    /// Connects to nothing yet.
    ///
    /// # Errors
    /// A URL or a client that cannot be used.
    pub fn new(options: HttpOptions) -> Result<Self, HttpSetupError> {
        HttpJson::new("the credit bureau", options).map(Self)
    }
}

/// What a bureau says, at once or later. Amounts are texts such as `1250.00`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// The check that it is about.
    pub reference: String,
    /// `approved`, `in_review`, `declined`, or `pending`; none: the carrier's rules decide.
    #[serde(default)]
    pub verdict: Option<String>,
    /// Of an approval: the most exposure that it covers.
    #[serde(default)]
    pub limit: Option<String>,
    #[serde(default)]
    pub deposit: Option<String>,
    /// `low`, `medium` or `high`.
    #[serde(default)]
    pub class: Option<String>,
    #[serde(default)]
    pub score: Option<u32>,
    #[serde(default)]
    pub past_due: Option<String>,
    #[serde(default)]
    pub reasons: Vec<String>,
    /// The bureau's own reference.
    #[serde(default)]
    pub bureau_reference: String,
    /// Of what is pending: when to ask again.
    #[serde(default)]
    pub ask_again_seconds: Option<u32>,
}

/// Asked again after so many seconds, where the bureau does not say when.
const SOME_TIME: u32 = 60;

impl Said {
    /// The report, or the member that makes no sense. `pending` is none.
    pub fn report(&self) -> Result<Report, &'static str> {
        let money = |text: &Option<String>, member| match text {
            None => Ok(None),
            Some(text) => Money::parse(text).map(Some).ok_or(member),
        };
        let verdict = match (self.verdict.as_deref(), money(&self.limit, "/limit")?) {
            (None, None) => None,
            (Some("approved"), Some(limit)) => {
                Some(Verdict::Approved { limit, deposit: money(&self.deposit, "/deposit")? })
            }
            (Some("approved"), None) | (None, Some(_)) => return Err("/limit"),
            (Some("in_review"), _) => Some(Verdict::InReview),
            (Some("declined"), _) => Some(Verdict::Declined),
            (Some(_), _) => return Err("/verdict"),
        };
        let class = match self.class.as_deref() {
            None => None,
            Some(word) => {
                let known = CreditClass::ALL.into_iter().find(|class| class.word() == word);
                Some(known.ok_or("/class")?)
            }
        };
        Ok(Report {
            verdict,
            class,
            score: self.score,
            past_due: money(&self.past_due, "/past_due")?,
            reasons: self.reasons.clone(),
            reference: self.bureau_reference.clone(),
        })
    }
}

fn question(ask: &CreditAsk) -> Value {
    let application = &ask.application;
    let address = &application.legal_address;
    json!({
        "reference": ask.reference.to_string(),
        "amount": ask.amount.to_string(),
        "currency": Currency::Usd.code(),
        "business_name": application.business_name,
        "doing_business_as": application.doing_business_as,
        "business_type": application.business_type.word(),
        "legal_address": {
            "street": address.street, "unit": address.unit, "city": address.city,
            "state": address.state, "zip": address.zip, "country": address.country,
        },
        "primary_first_name": application.primary_first_name,
        "primary_last_name": application.primary_last_name,
        "email": application.email,
        "sub_account_id": application.sub_account,
        "segment": application.segment,
        "years_in_business": application.years_in_business,
        "past_due": application.past_due.map(|money| money.to_string()),
        "tax_id": ask.tax_id.as_ref().map(|tax_id| tax_id.expose().to_owned()),
    })
}

#[async_trait]
impl CreditBureau for HttpBureau {
    async fn assess(&self, ask: &CreditAsk) -> Result<CreditAnswer, ConnectorError> {
        let id = ask.reference.to_string();
        let about = About { reference: Some(&id), key: Some(&id) };
        let said: Said = self.0.ask(about, &question(ask)).await?;
        // What it says is not repeated: it may hold more than it should.
        let reference = said.reference.parse().map_err(|_| {
            ConnectorError::Later("the bureau answered without a reference of ours".to_owned())
        })?;
        if said.verdict.as_deref() == Some("pending") {
            let seconds = said.ask_again_seconds.unwrap_or(SOME_TIME);
            let why = "the bureau has yet to decide".to_owned();
            return Err(ConnectorError::Busy { seconds, why });
        }
        let report = said.report().map_err(|member| {
            ConnectorError::Later(format!("the bureau's {member} makes no sense"))
        })?;
        Ok(CreditAnswer { reference, report })
    }
}
