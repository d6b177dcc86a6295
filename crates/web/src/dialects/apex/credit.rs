//! The credit check. In APEX the carrier checks the partner itself, so that a call names nobody.

use super::super::door::Said;
use super::super::flow;
use super::super::shape::stamp;
use super::{SUCCESS, number_of, one_id};
use crate::State;
use crate::answer::{Answered, ok};
use crate::v1::shape::At;
use app::credit::CreditOfPartner;
use domain::credit::{CreditCheck, CreditClass, CreditState};
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

/// The check in full: the members of the Alliance check and four of ours. What the carrier's rules
/// know nothing of is empty or false.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct CreditCheckDetails {
    /// Empty when fine; else `credit_declined`, `credit_undecided` or `credit_failed`.
    #[schema(example = "")]
    error_code: &'static str,
    #[schema(example = "CAS DEFAULT")]
    bureau_name: &'static str,
    /// Whether credit is approved.
    no_error_flag: bool,
    /// `LOW`, `MEDIUM` or `HIGH` risk; empty until it is decided.
    #[schema(example = "LOW")]
    credit_class: &'static str,
    credit_check_id: String,
    past_due_amount: String,
    account_balance: &'static str,
    minimum_amount_due: &'static str,
    /// `Auto-Approved`, `Approved` by a person, `In Review`, `Declined`, `Failed` or `Pending`.
    #[schema(example = "Auto-Approved")]
    approval_status: &'static str,
    is_refused_to_pay: &'static str,
    log_error_message: Option<String>,
    display_error_page: bool,
    #[schema(example = "B")]
    credit_destination: &'static str,
    #[schema(example = "N/A")]
    approval_status_notes: String,
    cas_application_number: u32,
    #[schema(example = "000000000")]
    individual_customer_key: &'static str,
    affiliate_account_number: &'static str,
    is_debt_resolution_pending: bool,
    /// The bureau's own reference.
    unified_credit_transaction_id: String,
    is_updated_application_required: bool,
    is_identity_verification_required: bool,
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

/// A decision as the family words it.
struct Worded {
    status: &'static str,
    error_code: &'static str,
    approval_status: &'static str,
    notes: String,
}

/// `Success` is said of an approval and of nothing else.
fn worded(check: &CreditCheck) -> Worded {
    let reasons = || check.assessment().map(|a| a.reasons.join("; ")).unwrap_or_default();
    let (status, error_code, approval_status, notes) = match &check.state {
        CreditState::Approved { agreement: None, .. } => (SUCCESS, "", "Auto-Approved", reasons()),
        CreditState::Approved { .. } => (SUCCESS, "", "Approved", reasons()),
        CreditState::InReview { .. } => ("Pending", "credit_undecided", "In Review", reasons()),
        CreditState::Requested => ("Pending", "credit_undecided", "Pending", String::new()),
        CreditState::Declined { .. } => ("Failed", "credit_declined", "Declined", reasons()),
        CreditState::Failed { why } => ("Failed", "credit_failed", "Failed", why.clone()),
    };
    let notes = if notes.is_empty() { "N/A".to_owned() } else { notes };
    Worded { status, error_code, approval_status, notes }
}

impl From<&CreditCheck> for CreditCheckDetails {
    fn from(check: &CreditCheck) -> Self {
        let Worded { status, error_code, approval_status, notes } = worded(check);
        let assessment = check.assessment();
        let (limit, deposit, until) = match &check.state {
            CreditState::Approved { limit, deposit, valid_until, .. } => {
                (Some(*limit), *deposit, Some(*valid_until))
            }
            _ => (None, None, None),
        };
        let class = assessment.map(|a| match a.class {
            CreditClass::Low => "LOW",
            CreditClass::Medium => "MEDIUM",
            CreditClass::High => "HIGH",
        });
        Self {
            error_code,
            bureau_name: "CAS DEFAULT",
            no_error_flag: status == SUCCESS,
            credit_class: class.unwrap_or_default(),
            credit_check_id: check.id.to_string(),
            past_due_amount: check.application.past_due.map(|m| m.to_string()).unwrap_or_default(),
            account_balance: "",
            minimum_amount_due: "",
            approval_status,
            is_refused_to_pay: "",
            log_error_message: match &check.state {
                CreditState::Failed { why } => Some(why.clone()),
                _ => None,
            },
            display_error_page: status == "Failed",
            credit_destination: "B",
            approval_status_notes: notes,
            cas_application_number: number_of(check.id),
            individual_customer_key: "000000000",
            affiliate_account_number: "",
            is_debt_resolution_pending: false,
            unified_credit_transaction_id: assessment
                .map(|a| a.reference.clone())
                .unwrap_or_default(),
            is_updated_application_required: false,
            is_identity_verification_required: false,
            requested_amount: check.amount.to_string(),
            approved_amount: limit.map(|limit| limit.to_string()),
            deposit_amount: deposit.map(|deposit| deposit.to_string()),
            valid_until: until.map(stamp),
        }
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

impl From<&CreditCheck> for CreditAnswer {
    fn from(check: &CreditCheck) -> Self {
        const MADE: &str = "New credit check record has been created";
        let Worded { status, approval_status, notes, .. } = worded(check);
        let status_message = if status == SUCCESS {
            MADE.to_owned()
        } else {
            format!("{MADE}; it is not an approval: {approval_status} ({notes})")
        };
        Self {
            flow_name: "createCreditCheck",
            id: number_of(check.id).to_string(),
            status,
            status_message,
            credit_check_id: check.id.to_string(),
            credit_check_details: check.into(),
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
    Ok(ok(&CreditAnswer::from(&check)))
}
