//! Credit checks, the partner's side: asked for on a quote, decided elsewhere, read here.

mod application;

pub(super) use application::BusinessWord;

use super::shape::{At, Faults};
use crate::answer::{Answered, draw_version, located, ok, ok_version, perform};
use crate::door::{Command, PathId, Reading};
use crate::problem::FaultBody;
use app::Call;
use app::credit::CreditRequest;
use application::{ApplicationBody, ClassWord};
use domain::credit::{CreditCheck, CreditState};
use domain::law;
use domain::money::{Currency, Money};
use domain::time::Moment;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<crate::State> {
    OpenApiRouter::new()
        .routes(routes!(credits_list, credit_request))
        .routes(routes!(credit_standing))
        .routes(routes!(credit_get))
}

pub(super) fn text(money: Option<Money>) -> Option<String> {
    money.map(|m| m.to_string())
}

/// The decision on whether the sale may go on, up to which amount and until when.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = CreditCheck)]
pub(super) struct CreditCheckBody {
    id: String,
    /// The quote that asked.
    quote_id: String,
    #[schema(example = "USD")]
    currency: &'static str,
    /// The exposure that was asked for.
    #[schema(example = "4050.00")]
    amount: String,
    /// `requested`, `in_review`, `approved`, `declined`, `failed` or `expired`.
    #[schema(example = "approved")]
    state: &'static str,
    /// The most exposure that the approval covers.
    #[schema(example = "25000.00")]
    limit: Option<String>,
    /// The deposit on which it is approved, if one is asked for.
    #[schema(example = "500.00")]
    deposit: Option<String>,
    /// Until when an approval is good.
    valid_until: Option<String>,
    class: Option<ClassWord>,
    /// Which rules led to the answer, in words; for a failed check, why there is none.
    reasons: Vec<String>,
    decided_by: Option<String>,
    /// Whether an approval waits for a second person of operations.
    approval_proposed: bool,
    /// What to tell an applicant that was declined, and why: the adverse action notice.
    adverse_action: Option<String>,
    /// The bureau's own reference.
    bureau_reference: Option<String>,
    /// The applicant's tax id, but for its last four digits.
    #[schema(example = "**-***6789")]
    tax_id: Option<String>,
    application: ApplicationBody,
    version: u64,
    created_at: String,
}

impl CreditCheckBody {
    pub(super) fn of(check: &CreditCheck, now: Moment) -> Self {
        let assessment = check.assessment();
        let decided_by = match &check.state {
            CreditState::Approved { decided_by, .. } | CreditState::Declined { decided_by, .. } => {
                Some(decided_by.clone())
            }
            _ => None,
        };
        let (limit, deposit, valid_until) = match &check.state {
            CreditState::Approved { limit, deposit, valid_until, .. } => {
                (Some(*limit), *deposit, Some(*valid_until))
            }
            _ => (None, None, None),
        };
        let notice = match &check.state {
            CreditState::Declined { notice, .. } => notice.clone(),
            _ => None,
        };
        let reasons = match &check.state {
            CreditState::Failed { why } => vec![why.clone()],
            _ => assessment.map(|a| a.reasons.clone()).unwrap_or_default(),
        };
        Self {
            id: check.id.to_string(),
            quote_id: check.quote.to_string(),
            currency: Currency::Usd.code(),
            amount: check.amount.to_string(),
            state: check.phase(now).word(),
            limit: text(limit),
            deposit: text(deposit),
            valid_until: valid_until.map(|m| m.to_string()),
            class: assessment.map(|a| a.class.into()),
            reasons,
            decided_by,
            approval_proposed: check.proposal.is_some(),
            adverse_action: notice,
            bureau_reference: assessment.map(|a| a.reference.clone()),
            tax_id: check.application.tax_id.as_ref().map(domain::credit::SealedTaxId::masked),
            application: (&check.application).into(),
            version: check.version,
            created_at: check.created_at.to_string(),
        }
    }
}

/// An application for credit.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewCreditCheck {
    application: ApplicationBody,
    /// How much credit is asked for, in US dollars. Required where credit is checked before the
    /// price; otherwise the price says the least.
    #[serde(default)]
    #[schema(max_length = 16, pattern = "^[0-9]{1,13}([.][0-9]{1,2})?$", example = "4050.00")]
    requested_amount: Option<String>,
}

/// The credit checks that count for a quote.
#[derive(Debug, Serialize, ToSchema)]
struct CreditChecks {
    /// Oldest first; those of earlier quotes for the same applicant are among them.
    items: Vec<CreditCheckBody>,
    /// The newest approval that is good for this quote as it is now.
    valid: Option<CreditCheckBody>,
}

/// Whether the flow may rest on the credit that there is.
#[derive(Debug, Serialize, ToSchema)]
struct CreditStanding {
    /// Whether there is an unexpired approval for this customer that covers the amount.
    holds: bool,
    #[schema(example = "USD")]
    currency: &'static str,
    /// What has to be covered: the quote's exposure, or `amount` if that is more. Null where there
    /// is neither: then any approval will do.
    #[schema(example = "4050.00")]
    needed: Option<String>,
    /// The approval that counts, until when, and up to what.
    check: Option<CreditCheckBody>,
    /// What is missing, and what would be right; empty if it holds.
    missing: Vec<FaultBody>,
}

/// Check a quote's credit
///
/// Whether there is a valid decision for the quote's customer that covers what it needs: asks
/// nobody, and changes nothing. If there is none, request a credit check.
#[utoipa::path(get, path = "/v1/quotes/{id}/credit-standing", operation_id = "credit_standing",
    tag = "Credit",
    params(
        ("id" = String, Path, description = "The quote's id"),
        ("amount" = Option<String>, Query,
            description = "Cover at least so much, in US dollars, such as 4050.00")),
    responses((status = 200, description = "How the quote's credit stands",
        body = CreditStanding)))]
async fn credit_standing(PathId(quote): PathId, reading: Reading) -> Answered {
    let mut params = reading.params();
    let amount = params.money("amount");
    let Reading { app, caller, place, .. } = reading;
    params.finish().at(&place)?;
    let standing = app.credit_standing(&caller, quote, amount).await.at(&place)?;
    let now = app.now(&caller).await.at(&place)?;
    Ok(ok(&CreditStanding {
        holds: standing.missing.is_empty(),
        currency: Currency::Usd.code(),
        needed: text(standing.needed),
        check: standing.good.as_ref().map(|check| CreditCheckBody::of(check, now)),
        missing: standing.missing.iter().map(FaultBody::from).collect(),
    }))
}

/// Request a credit check
///
/// On the quote's exposure. The answer comes later: read the check with `wait`. One may be
/// undecided at a time.
#[utoipa::path(post, path = "/v1/quotes/{id}/credit-checks", operation_id = "credit_request",
    tag = "Credit", params(("id" = String, Path, description = "The quote's id")),
    request_body = NewCreditCheck,
    responses((status = 202, description = "Requested", body = CreditCheckBody)))]
async fn credit_request(PathId(quote): PathId, command: Command<NewCreditCheck>) -> Answered {
    let Command { app, call, place, body } = command;
    let mut faults = Faults::default();
    let requested = faults.money("/requested_amount", body.requested_amount.as_ref());
    let read = body.application.read(&mut faults);
    let (application, tax_id) = faults.finish(Some(read)).at(&place)?;
    let call = match &tax_id {
        Some(_) => Call { key: app.blinded(call.key).at(&place)?, ..call },
        None => call,
    };
    let now = app.now(&call.caller).await.at(&place)?;
    let action = CreditRequest { quote, application, tax_id, requested };
    perform(&app, &call, &place, action, |check| {
        let body = CreditCheckBody::of(check, now);
        let answer = draw_version(StatusCode::ACCEPTED, &body, check.version);
        located(answer, format!("/v1/credit-checks/{}", check.id))
    })
    .await
}

/// List a quote's credit checks
///
/// All that count for the quote: its end customer's, or its opportunity's where end customers
/// come later. `valid` is the approval that lets the flow go on.
#[utoipa::path(get, path = "/v1/quotes/{id}/credit-checks", operation_id = "credits_list",
    tag = "Credit", params(("id" = String, Path, description = "The quote's id")),
    responses((status = 200, description = "The credit checks", body = CreditChecks)))]
async fn credits_list(PathId(quote): PathId, reading: Reading) -> Answered {
    reading.no_params()?;
    let Reading { app, caller, place, .. } = reading;
    let file = app.quote_facts(&caller, quote).await.at(&place)?;
    let programme = app.programme_of(&caller).at(&place)?;
    let partner = caller.seller().at(&place)?.partner.id;
    let now = app.now(&caller).await.at(&place)?;
    let valid = law::good_approval(&file.facts(now, programme, partner));
    let body = |check| CreditCheckBody::of(check, now);
    Ok(ok(&CreditChecks { items: file.credit.iter().map(body).collect(), valid: valid.map(body) }))
}

/// Read a credit check
///
/// With the decision, once there is one. With `wait`, the answer is held back while the bureau
/// has not answered; a check that goes into review is answered at once.
#[utoipa::path(get, path = "/v1/credit-checks/{id}", operation_id = "credit_get", tag = "Credit",
    params(
        ("id" = String, Path, description = "The credit check's id"),
        ("wait" = Option<u32>, Query,
            description = "Seconds to wait, at most 30, while the check is requested")),
    responses((status = 200, description = "The credit check", body = CreditCheckBody)))]
async fn credit_get(PathId(id): PathId, reading: Reading) -> Answered {
    let mut params = reading.params();
    let wait = params.wait();
    let Reading { app, caller, place, .. } = reading;
    params.finish().at(&place)?;
    let answered = |c: &CreditCheck| c.state != CreditState::Requested;
    let found = app.wait_until(id, wait, || app.credit_get(&caller, id), answered).await;
    let check = found.at(&place)?;
    Ok(ok_version(&CreditCheckBody::of(&check, app.now(&caller).await.at(&place)?), check.version))
}
