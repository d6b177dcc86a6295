//! Credit checks in review, which operations decide: one person, or two where much is at stake.

mod answer;
mod shape;

use crate::answer::{Answered, draw, draw_version, ok, ok_version, perform};
use crate::door::{Command, PathId, Reading};
use crate::v1::credit::CreditCheckBody;
use crate::v1::shape::{At, Faults, ListOf, Paging, page_of};
use app::Times;
use app::credit::{CreditApprove, CreditConfirm, CreditDecline, CreditReveal, ReviewFile};
use axum::body::Body;
use domain::code::Because;
use domain::credit::{Approval, CreditCheck};
use domain::refusal::Fault;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use shape::CreditReviewBody;
use std::sync::{Mutex, PoisonError};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<crate::State> {
    OpenApiRouter::new()
        .routes(routes!(credit_queue))
        .routes(routes!(credit_review))
        .routes(routes!(credit_approve))
        .routes(routes!(credit_confirm))
        .routes(routes!(credit_decline))
        .routes(routes!(credit_reveal))
        .routes(routes!(answer::credit_answer))
}

/// List credit checks in review
///
/// Every partner's, the oldest first, with the trace of the rules and what the carrier stands to
/// lose.
#[utoipa::path(get, path = "/v1/operations/credit-reviews", operation_id = "credit_queue",
    tag = "Operations", params(Paging),
    responses((status = 200, description = "One page", body = ListOf<CreditReviewBody>)))]
async fn credit_queue(reading: Reading) -> Answered {
    let mut params = reading.params();
    let page = params.page();
    let Reading { app, caller, place, .. } = reading;
    params.finish().at(&place)?;
    let found = app.credit_queue(&caller, page).await.at(&place)?;
    let (times, policy) = (app.times(&caller).await.at(&place)?, app.programmes.credit());
    let shape = |file: &ReviewFile| CreditReviewBody::of(file, policy, times.of(file.check.tenant));
    Ok(ok(&page_of(found, page.limit, |file| file.check.id, shape)))
}

/// Read a credit check as operations do
///
/// In whatever state: with the trace, the exposure, who agreed to it, and other checks of the same
/// tax id.
#[utoipa::path(get, path = "/v1/operations/credit-reviews/{id}", operation_id = "credit_review",
    tag = "Operations", params(("id" = String, Path, description = "The credit check's id")),
    responses((status = 200, description = "The credit check", body = CreditReviewBody)))]
async fn credit_review(PathId(id): PathId, reading: Reading) -> Answered {
    reading.no_params()?;
    let Reading { app, caller, place, .. } = reading;
    let file = app.credit_file(&caller, id).await.at(&place)?;
    let now = app.times(&caller).await.at(&place)?.of(file.check.tenant);
    let body = CreditReviewBody::of(&file, app.programmes.credit(), now);
    Ok(ok_version(&body, file.check.version))
}

/// A yes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CreditApproval {
    /// Kept in the check's history.
    #[schema(min_length = 1, max_length = 2000, example = "Bank reference seen.")]
    reason: String,
    /// The most exposure that the approval covers, in US dollars; what was asked for, if left
    /// out.
    #[serde(default)]
    #[schema(max_length = 16, pattern = "^[0-9]{1,13}(\\.[0-9]{1,2})?$", example = "25000.00")]
    limit: Option<String>,
    /// A deposit on which the approval rests, in US dollars.
    #[serde(default)]
    #[schema(max_length = 16, pattern = "^[0-9]{1,13}(\\.[0-9]{1,2})?$", example = "1500.00")]
    deposit: Option<String>,
}

/// Approve a credit check in review
///
/// Or one that was declined, against the rules. Up to what one person may approve alone it is
/// approved at once; above that, the answer says `approval_proposed`, and a second person confirms
/// it. The approval is valid for as long as one by the rules.
#[utoipa::path(post, path = "/v1/operations/credit-reviews/{id}/approve",
    operation_id = "credit_approve", tag = "Operations",
    params(("id" = String, Path, description = "The credit check's id")),
    request_body = CreditApproval,
    responses((status = 200, description = "Approved, or proposed", body = CreditCheckBody)))]
async fn credit_approve(PathId(check): PathId, command: Command<CreditApproval>) -> Answered {
    let Command { app, call, place, body } = command;
    let times = app.times(&call.caller).await.at(&place)?;
    let mut faults = Faults::default();
    let limit = faults.money("/limit", body.limit.as_ref());
    let deposit = faults.money("/deposit", body.deposit.as_ref());
    let approval = Approval { limit, deposit, reason: body.reason };
    let approval = faults.finish(Some(approval)).at(&place)?;
    perform(&app, &call, &place, CreditApprove { check, approval }, drawn(times)).await
}

/// A second yes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CreditConfirmation {
    /// The version of the check with the proposal that is meant: one that was changed since is not
    /// confirmed.
    #[schema(minimum = 1, maximum = 1_000_000_000, example = 3)]
    version: u64,
}

/// Confirm a proposed approval of credit
///
/// By another person than who proposed it, with a credential of their own.
#[utoipa::path(post, path = "/v1/operations/credit-reviews/{id}/confirm",
    operation_id = "credit_confirm", tag = "Operations",
    params(("id" = String, Path, description = "The credit check's id")),
    request_body = CreditConfirmation,
    responses((status = 200, description = "Approved", body = CreditCheckBody)))]
async fn credit_confirm(PathId(check): PathId, command: Command<CreditConfirmation>) -> Answered {
    let Command { app, call, place, body } = command;
    let times = app.times(&call.caller).await.at(&place)?;
    let action = CreditConfirm { check, seen: body.version };
    perform(&app, &call, &place, action, drawn(times)).await
}

/// A no.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CreditRefusal {
    /// Kept in the check's history, and said to the applicant in the notice.
    #[schema(min_length = 1, max_length = 2000, example = "Invoices past due.")]
    reason: String,
}

/// Decline a credit check in review
///
/// The sale cannot go on with it. The answer has the notice that the applicant is given.
#[utoipa::path(post, path = "/v1/operations/credit-reviews/{id}/decline",
    operation_id = "credit_decline", tag = "Operations",
    params(("id" = String, Path, description = "The credit check's id")),
    request_body = CreditRefusal,
    responses((status = 200, description = "Declined", body = CreditCheckBody)))]
async fn credit_decline(PathId(check): PathId, command: Command<CreditRefusal>) -> Answered {
    let Command { app, call, place, body } = command;
    let times = app.times(&call.caller).await.at(&place)?;
    let action = CreditDecline { check, reason: body.reason };
    perform(&app, &call, &place, action, drawn(times)).await
}

/// Faults an approval without a limit.
fn no_limit<T>(faults: &mut Faults) -> Option<T> {
    let detail = "an approval says up to which amount";
    faults.push(Fault::new("/limit", Because::Missing, detail));
    None
}

/// How a decided credit check is drawn.
fn drawn(times: Times) -> impl Fn(&CreditCheck) -> app::Answer + Send + Sync {
    move |check| {
        draw_version(
            StatusCode::OK,
            &CreditCheckBody::of(check, times.of(check.tenant)),
            check.version,
        )
    }
}

/// Why a tax id is looked at.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TaxIdReveal {
    /// Kept in the check's history with who looked.
    #[schema(min_length = 1, max_length = 2000, example = "The bureau asked for it by telephone.")]
    reason: String,
}

/// A tax id in clear.
#[derive(Debug, Serialize, ToSchema)]
struct RevealedTaxId {
    credit_check_id: String,
    #[schema(example = "**-***6789")]
    masked: String,
    /// In the first answer only, and never kept: null in a replayed answer.
    #[schema(example = "12-3456789")]
    tax_id: Option<String>,
}

/// Reveal the tax id of a credit check
///
/// To operations alone. Who looked and why stands in the check's history from then on, also where
/// the answer is lost.
#[utoipa::path(post, path = "/v1/operations/credit-reviews/{id}/reveal-tax-id",
    operation_id = "credit_reveal", tag = "Operations",
    params(("id" = String, Path, description = "The credit check's id")),
    request_body = TaxIdReveal,
    responses((status = 200, description = "The tax id", body = RevealedTaxId)))]
async fn credit_reveal(PathId(check): PathId, command: Command<TaxIdReveal>) -> Answered {
    let Command { app, call, place, body } = command;
    // The drawn answer is stored for replays: the clear text is put into it after the commit.
    let shown = Mutex::new(None);
    let action = CreditReveal { check, reason: body.reason };
    let answered = perform(&app, &call, &place, action, |revealed| {
        let sealed = revealed.check.application.tax_id.as_ref();
        let body = |tax_id: Option<String>| RevealedTaxId {
            credit_check_id: revealed.check.id.to_string(),
            masked: sealed.map(domain::credit::SealedTaxId::masked).unwrap_or_default(),
            tax_id,
        };
        let whole = body(Some(revealed.tax_id.expose_written()));
        let whole = serde_json::to_string(&whole).unwrap_or_default();
        shown.lock().unwrap_or_else(PoisonError::into_inner).replace(whole);
        draw(StatusCode::OK, &body(None))
    })
    .await;
    let mut response = answered?;
    let whole = shown.into_inner().unwrap_or_else(PoisonError::into_inner);
    // A replay answers for another commit, of which nothing is left to show.
    if let Some(whole) = whole.filter(|_| !response.headers().contains_key(REPLAYED)) {
        *response.body_mut() = Body::from(whole);
    }
    Ok(response)
}

const REPLAYED: &str = "idempotency-replayed";
