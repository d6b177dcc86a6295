//! Exception requests, operations' side.

use crate::answer::{Answered, draw, draw_version, ok, perform};
use crate::door::{Command, PathId, Reading};
use crate::v1::exception::{DenialWord, ExceptionBody, STATES};
use crate::v1::shape::{At, ListOf, Paging, page_of};
use app::Times;
use app::exception::{Asked, ExceptionDecide, ExceptionsDecide};
use domain::exception::{ExceptionRequest, Verdict};
use domain::id::Id;
use domain::time::Moment;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<crate::State> {
    OpenApiRouter::new()
        .routes(routes!(exceptions_queue))
        .routes(routes!(exception_approve))
        .routes(routes!(exception_deny))
        .routes(routes!(exceptions_open))
        .routes(routes!(exceptions_approve))
        .routes(routes!(exceptions_deny))
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
    let verdict = Verdict::from(body);
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
    let verdict = Verdict::from(body);
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

impl From<ExceptionApprove> for Verdict {
    fn from(body: ExceptionApprove) -> Self {
        Self::Approve { valid_days: body.valid_days, note: body.note }
    }
}

impl From<ExceptionDeny> for Verdict {
    fn from(body: ExceptionDeny) -> Self {
        Self::Deny { reason_code: body.reason_code.into(), note: body.note }
    }
}

/// One partner's request, as operations see it.
#[derive(Debug, Clone, Serialize, ToSchema)]
struct ExceptionAsked {
    #[serde(flatten)]
    request: ExceptionBody,
    /// Who asks.
    partner_id: Option<String>,
    /// Whole hours since it was filed.
    #[schema(minimum = 0, example = 31)]
    age_hours: i64,
    /// Until when it shall be decided: so many working days after it was filed as the carrier
    /// has set.
    #[schema(format = DateTime)]
    due_at: String,
    /// Whether that moment has passed and it is open still.
    overdue: bool,
}

impl ExceptionAsked {
    fn of(request: &ExceptionRequest, target_days: u32, now: Moment) -> Self {
        let due = request.due_at(target_days);
        Self {
            request: ExceptionBody::of(request, now),
            partner_id: request.tenant.partner.map(|id| id.to_string()),
            age_hours: request.age_hours(now),
            due_at: due.to_string(),
            overdue: request.is_open() && due < now,
        }
    }
}

/// An end customer that partners ask to serve.
#[derive(Debug, Clone, Serialize, ToSchema)]
struct ExceptionGroup {
    customer_id: String,
    customer_name: String,
    /// How many partners ask.
    #[schema(minimum = 0, example = 2)]
    partners: usize,
    /// Of the oldest request.
    #[schema(minimum = 0, example = 31)]
    age_hours: i64,
    #[schema(format = DateTime)]
    due_at: String,
    overdue: bool,
    /// Oldest first.
    requests: Vec<ExceptionAsked>,
}

impl ExceptionGroup {
    fn of(asked: &Asked, target_days: u32, times: &Times) -> Self {
        let oldest = asked.requests.first();
        let now = oldest.map_or_else(|| times.wall(), |r| times.of(r.tenant));
        let due = oldest.map_or(now, |r| r.due_at(target_days));
        let each = |r: &ExceptionRequest| ExceptionAsked::of(r, target_days, times.of(r.tenant));
        Self {
            customer_id: asked.account.to_string(),
            customer_name: oldest.map(|r| r.account_name.clone()).unwrap_or_default(),
            partners: asked.requests.len(),
            age_hours: oldest.map_or(0, |r| r.age_hours(now)),
            due_at: due.to_string(),
            overdue: due < now,
            requests: asked.requests.iter().map(each).collect(),
        }
    }
}

/// One page of what waits for a decision.
#[derive(Debug, Clone, Serialize, ToSchema)]
struct ExceptionGroups {
    items: Vec<ExceptionGroup>,
    /// Send it as `cursor` for the next page; null on the last one.
    next_cursor: Option<String>,
}

/// List what waits for a decision
///
/// End customers that partners ask to serve, longest waiting first. The requests of several
/// partners for one customer stand together; no partner hears of the others.
#[utoipa::path(get, path = "/v1/operations/exceptions", operation_id = "exceptions_open",
    tag = "Operations",
    params(("limit" = Option<u32>, Query, minimum = 1, maximum = 200,
            description = "At most so many customers; 50 unless given"),
        ("cursor" = Option<String>, Query,
            description = "The `next_cursor` of the page before")),
    responses((status = 200, description = "One page", body = ExceptionGroups)))]
async fn exceptions_open(reading: Reading) -> Answered {
    let mut params = reading.params();
    let page = params.page_from();
    let Reading { app, caller, place, .. } = reading;
    params.finish().at(&place)?;
    let found = app.exceptions_open(&caller, page).await.at(&place)?;
    let (times, days) = (app.times(&caller).await.at(&place)?, app.settings.exception_target_days);
    let group = |asked: &Asked| ExceptionGroup::of(asked, days, &times);
    let ListOf { items, next_cursor } = page_of(found, page.limit, |asked| asked.oldest, group);
    Ok(ok(&ExceptionGroups { items, next_cursor }))
}

/// What was decided for one end customer.
#[derive(Debug, Clone, Serialize, ToSchema)]
struct ExceptionsDecided {
    customer_id: String,
    requests: Vec<ExceptionAsked>,
}

/// Approve every open request for an end customer
///
/// Each partner that asked may serve the customer until the approval expires; all or none.
#[utoipa::path(post, path = "/v1/operations/exceptions/{id}/approve",
    operation_id = "exceptions_approve", tag = "Operations",
    params(("id" = String, Path, description = "The customer's id")),
    request_body = ExceptionApprove,
    responses((status = 200, description = "Approved", body = ExceptionsDecided)))]
async fn exceptions_approve(
    PathId(account): PathId,
    command: Command<ExceptionApprove>,
) -> Answered {
    let Command { app, call, place, body } = command;
    let times = app.times(&call.caller).await.at(&place)?;
    let draw = decided(times, app.settings.exception_target_days, account);
    let verdict = Verdict::from(body);
    perform(&app, &call, &place, ExceptionsDecide { account, verdict }, draw).await
}

/// Deny every open request for an end customer
///
/// Each partner that asked sees the reason; all or none.
#[utoipa::path(post, path = "/v1/operations/exceptions/{id}/deny",
    operation_id = "exceptions_deny", tag = "Operations",
    params(("id" = String, Path, description = "The customer's id")),
    request_body = ExceptionDeny,
    responses((status = 200, description = "Denied", body = ExceptionsDecided)))]
async fn exceptions_deny(PathId(account): PathId, command: Command<ExceptionDeny>) -> Answered {
    let Command { app, call, place, body } = command;
    let times = app.times(&call.caller).await.at(&place)?;
    let draw = decided(times, app.settings.exception_target_days, account);
    let verdict = Verdict::from(body);
    perform(&app, &call, &place, ExceptionsDecide { account, verdict }, draw).await
}

/// How a decided group is drawn.
fn decided(
    times: Times,
    days: u32,
    account: Id,
) -> impl Fn(&Vec<ExceptionRequest>) -> app::Answer + Send + Sync {
    move |requests| {
        let asked = |r: &ExceptionRequest| ExceptionAsked::of(r, days, times.of(r.tenant));
        let requests = requests.iter().map(asked).collect();
        draw(StatusCode::OK, &ExceptionsDecided { customer_id: account.to_string(), requests })
    }
}
