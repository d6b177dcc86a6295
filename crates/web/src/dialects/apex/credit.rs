//! The credit check. In APEX the carrier checks the partner itself, so that a call names nobody.

use super::super::credit::CreditCheckAnswer;
use super::super::door::Said;
use super::super::flow;
use super::super::shape::stamp;
use super::{SUCCESS, number_of, one_id};
use crate::State;
use crate::answer::{Answered, ok};
use crate::v1::shape::At;
use app::credit::CreditOfPartner;
use domain::credit::{CreditCheck, CreditPhase, CreditState};
use domain::time::Moment;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(credit_check))
}

/// A quote whose partner's credit is checked.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct CreditCall {
    #[schema(min_length = 15, max_length = 18, example = "0Q0dx000002BpxKCAS")]
    quote_id: String,
    #[schema(min_length = 1, max_length = 40, example = "A-06399x")]
    #[expect(dead_code, reason = "the door has read it")]
    sp_id: String,
}

/// The check in full: the published members, and four of ours.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct CreditCheckDetails {
    #[serde(flatten)]
    check: CreditCheckAnswer,
    /// The exposure that was asked about. Ours.
    #[schema(example = "4050.00")]
    requested_amount: String,
    /// The most exposure that the approval covers. Ours.
    approved_amount: Option<String>,
    /// The deposit that goes with the approval. Ours.
    deposit_amount: Option<String>,
    /// From this moment on the approval is no longer good. Ours.
    #[schema(example = "2027-02-21T15:00:00.000+0000")]
    valid_until: Option<String>,
}

impl CreditCheckDetails {
    fn of(check: &CreditCheck, now: Moment) -> Self {
        let (limit, deposit, until) = match &check.state {
            CreditState::Approved { limit, deposit, valid_until, .. } => {
                (Some(*limit), *deposit, Some(*valid_until))
            }
            _ => (None, None, None),
        };
        Self {
            check: CreditCheckAnswer::of(check, now),
            requested_amount: check.amount.to_string(),
            approved_amount: limit.map(|limit| limit.to_string()),
            deposit_amount: deposit.map(|deposit| deposit.to_string()),
            valid_until: until.map(stamp),
        }
    }
}

/// `Success` is said of an approval and of nothing else.
const fn said_of(phase: CreditPhase) -> &'static str {
    match phase {
        CreditPhase::Approved => SUCCESS,
        CreditPhase::Requested | CreditPhase::InReview => "Pending",
        CreditPhase::Declined | CreditPhase::Failed | CreditPhase::Expired => "Failed",
    }
}

/// What came of the check.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct CreditAnswer {
    #[schema(example = "createCreditCheck")]
    flow_name: &'static str,
    /// A number of this check.
    #[schema(example = "1234")]
    id: String,
    /// `Success` when credit is approved, `Pending` while it is not decided, else `Failed`.
    #[schema(example = "Success")]
    status: &'static str,
    #[schema(example = "New credit check record has been created")]
    status_message: String,
    #[schema(example = "a9Xdx000000VF2nEAG")]
    credit_check_id: String,
    credit_check_details: CreditCheckDetails,
}

impl CreditAnswer {
    fn of(check: &CreditCheck, now: Moment) -> Self {
        const MADE: &str = "New credit check record has been created";
        let status = said_of(check.phase(now));
        let details = CreditCheckDetails::of(check, now);
        let status_message = if status == SUCCESS {
            MADE.to_owned()
        } else {
            let (word, why) = (details.check.approval_status, details.check.why());
            format!("{MADE}; it is not an approval: {word} ({why})")
        };
        Self {
            flow_name: "createCreditCheck",
            id: number_of(check.id).to_string(),
            status,
            status_message,
            credit_check_id: check.id.to_string(),
            credit_check_details: details,
        }
    }
}

/// Credit check
///
/// Published. Checks the partner's own credit for the quote, with the legal details that the
/// carrier keeps of the partner. A repeat answers the check that there is, while it is good.
#[utoipa::path(post, path = "/creditCheck-apex", operation_id = "credit_check_apex", tag = "Credit",
    request_body = CreditCall,
    responses((status = 200, description = "Checked", body = CreditAnswer)))]
async fn credit_check(said: Said) -> Answered {
    let body: CreditCall = said.read()?;
    let quote = one_id("/quoteId", &body.quote_id).at(&said.place)?;
    let check = said.perform_one(CreditOfPartner { quote }, |check| check.id).await?;
    let check = flow::decided(&said, check).await?;
    let now = said.now().await?;
    Ok(ok(&CreditAnswer::of(&check, now)))
}
