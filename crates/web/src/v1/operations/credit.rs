//! Credit checks in review, which operations decide.

use crate::answer::{Answered, draw_version, ok, perform};
use crate::door::{Command, PathId, Reading};
use crate::v1::credit::CreditCheckBody;
use crate::v1::shape::{At, Faults, ListOf, Paging, page_of};
use app::Times;
use app::credit::CreditReview;
use domain::credit::{CreditCheck, Review};
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<crate::State> {
    OpenApiRouter::new()
        .routes(routes!(credit_queue))
        .routes(routes!(credit_approve))
        .routes(routes!(credit_decline))
}

/// List credit checks in review
///
/// Every partner's, newest first.
#[utoipa::path(get, path = "/v1/operations/credit-reviews", operation_id = "credit_queue",
    tag = "Operations", params(Paging),
    responses((status = 200, description = "One page", body = ListOf<CreditCheckBody>)))]
async fn credit_queue(reading: Reading) -> Answered {
    let mut params = reading.params();
    let page = params.page();
    let Reading { app, caller, place, .. } = reading;
    params.finish().at(&place)?;
    let found = app.credit_queue(&caller, page).await.at(&place)?;
    let times = app.times(&caller).await.at(&place)?;
    Ok(ok(&page_of(found, page.limit, |c| c.id, |c| CreditCheckBody::of(c, times.of(c.tenant)))))
}

/// A yes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CreditApprove {
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
/// The approval is valid for as long as the bureau's own would be.
#[utoipa::path(post, path = "/v1/operations/credit-reviews/{id}/approve",
    operation_id = "credit_approve", tag = "Operations",
    params(("id" = String, Path, description = "The credit check's id")),
    request_body = CreditApprove,
    responses((status = 200, description = "Approved", body = CreditCheckBody)))]
async fn credit_approve(PathId(check): PathId, command: Command<CreditApprove>) -> Answered {
    let Command { app, call, place, body } = command;
    let times = app.times(&call.caller).await.at(&place)?;
    let mut faults = Faults::default();
    let limit = faults.money("/limit", body.limit.as_ref());
    let deposit = faults.money("/deposit", body.deposit.as_ref());
    let review = Review::Approve { limit, deposit, reason: body.reason };
    let review = faults.finish(Some(review)).at(&place)?;
    perform(&app, &call, &place, CreditReview { check, review }, drawn(times)).await
}

/// A no.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CreditDecline {
    /// Kept in the check's history.
    #[schema(min_length = 1, max_length = 2000, example = "Invoices past due.")]
    reason: String,
}

/// Decline a credit check in review
///
/// The sale cannot go on with it.
#[utoipa::path(post, path = "/v1/operations/credit-reviews/{id}/decline",
    operation_id = "credit_decline", tag = "Operations",
    params(("id" = String, Path, description = "The credit check's id")),
    request_body = CreditDecline,
    responses((status = 200, description = "Declined", body = CreditCheckBody)))]
async fn credit_decline(PathId(check): PathId, command: Command<CreditDecline>) -> Answered {
    let Command { app, call, place, body } = command;
    let times = app.times(&call.caller).await.at(&place)?;
    let review = Review::Decline { reason: body.reason };
    perform(&app, &call, &place, CreditReview { check, review }, drawn(times)).await
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
