//! Exception requests, operations' side.

use crate::answer::{Answered, draw_version, ok, perform};
use crate::door::{Command, PathId, Reading};
use crate::v1::exception::{DenialWord, ExceptionBody, STATES};
use crate::v1::shape::{At, ListOf, Paging, page_of};
use app::Times;
use app::exception::{ExceptionDecide, Verdict};
use domain::exception::ExceptionRequest;
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<crate::State> {
    OpenApiRouter::new()
        .routes(routes!(exceptions_queue))
        .routes(routes!(exception_approve))
        .routes(routes!(exception_deny))
}

/// List every partner's exception requests
///
/// In one state, newest first. Unless another state is asked for, those that wait for a decision.
#[utoipa::path(get, path = "/v1/operations/exception-requests",
    operation_id = "exceptions_queue", tag = "Operations",
    params(("state" = Option<String>, Query,
        description = "open (unless given), approved, denied or withdrawn"), Paging),
    responses((status = 200, description = "One page", body = ListOf<ExceptionBody>)))]
async fn exceptions_queue(reading: Reading) -> Answered {
    let mut params = reading.params();
    let (state, page) = (params.word("state", &STATES), params.page());
    let Reading { app, caller, place, .. } = reading;
    params.finish().at(&place)?;
    let state = if state.is_empty() { "open" } else { &state };
    let found = app.exceptions_queue(&caller, state, page).await.at(&place)?;
    let times = app.times(&caller).await.at(&place)?;
    Ok(ok(&page_of(found, page.limit, |r| r.id, |r| ExceptionBody::of(r, times.of(r.tenant)))))
}

/// A yes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ExceptionApprove {
    /// For how many days from now the partner may serve the customer.
    #[serde(default = "a_quarter")]
    #[schema(minimum = 1, maximum = 365, default = 90, example = 90)]
    valid_days: u32,
    #[serde(default)]
    #[schema(max_length = 2000, example = "Agreed with the account team.")]
    note: Option<String>,
}

const fn a_quarter() -> u32 {
    90
}

/// Approve an exception request
///
/// The partner may serve the customer until the approval expires.
#[utoipa::path(post, path = "/v1/operations/exception-requests/{id}/approve",
    operation_id = "exception_approve", tag = "Operations",
    params(("id" = String, Path, description = "The request's id")),
    request_body = ExceptionApprove,
    responses((status = 200, description = "Approved", body = ExceptionBody)))]
async fn exception_approve(
    PathId(request): PathId,
    command: Command<ExceptionApprove>,
) -> Answered {
    let Command { app, call, place, body } = command;
    let times = app.times(&call.caller).await.at(&place)?;
    let verdict = Verdict::Approve { valid_days: body.valid_days, note: body.note };
    let draw = drawn(times);
    perform(&app, &call, &place, ExceptionDecide { request, verdict }, draw).await
}

/// A no.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ExceptionDeny {
    reason_code: DenialWord,
    #[serde(default)]
    #[schema(max_length = 2000, example = "The customer has a contract until next year.")]
    note: Option<String>,
}

/// Deny an exception request
///
/// The partner sees the reason and may file another request.
#[utoipa::path(post, path = "/v1/operations/exception-requests/{id}/deny",
    operation_id = "exception_deny", tag = "Operations",
    params(("id" = String, Path, description = "The request's id")),
    request_body = ExceptionDeny,
    responses((status = 200, description = "Denied", body = ExceptionBody)))]
async fn exception_deny(PathId(request): PathId, command: Command<ExceptionDeny>) -> Answered {
    let Command { app, call, place, body } = command;
    let times = app.times(&call.caller).await.at(&place)?;
    let verdict = Verdict::Deny { reason_code: body.reason_code.into(), note: body.note };
    let draw = drawn(times);
    perform(&app, &call, &place, ExceptionDecide { request, verdict }, draw).await
}

/// How a decided request is drawn.
fn drawn(times: Times) -> impl Fn(&ExceptionRequest) -> app::Answer + Send + Sync {
    move |request| {
        draw_version(
            StatusCode::OK,
            &ExceptionBody::of(request, times.of(request.tenant)),
            request.version,
        )
    }
}
