//! Whether a quote's sites can be served, which operations confirm or refuse.

use crate::answer::{Answered, draw_version, ok, perform};
use crate::door::{Command, PathId, Reading};
use crate::v1::quote::QuoteBody;
use crate::v1::shape::{At, ListOf, Paging, page_of};
use app::Times;
use app::review::FeasibilityDecide;
use domain::quote::{FeasibilityVerdict, QuoteSites};
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<crate::State> {
    OpenApiRouter::new()
        .routes(routes!(feasibility_queue))
        .routes(routes!(feasibility_confirm))
        .routes(routes!(feasibility_refuse))
}

/// List quotes whose feasibility is asked for
///
/// Every partner's, newest first.
#[utoipa::path(get, path = "/v1/operations/feasibility-checks",
    operation_id = "feasibility_queue", tag = "Operations", params(Paging),
    responses((status = 200, description = "One page", body = ListOf<QuoteBody>)))]
async fn feasibility_queue(reading: Reading) -> Answered {
    let mut params = reading.params();
    let page = params.page();
    let Reading { app, caller, place, .. } = reading;
    params.finish().at(&place)?;
    let found = app.feasibility_queue(&caller, page).await.at(&place)?;
    let times = app.times(&caller).await.at(&place)?;
    Ok(ok(&page_of(found, page.limit, |q| q.id, |q| QuoteBody::of(q, times.of(q.tenant)))))
}

/// A yes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct FeasibilityConfirm {
    /// The partner sees it.
    #[serde(default)]
    #[schema(max_length = 2000, example = "Fibre is in every building.")]
    note: Option<String>,
}

/// Confirm feasibility
///
/// Every site of the quote can be served as it is configured; a price that is not budgetary is firm
/// with it.
#[utoipa::path(post, path = "/v1/operations/feasibility-checks/{quote_id}/confirm",
    operation_id = "feasibility_confirm", tag = "Operations",
    params(("quote_id" = String, Path, description = "The quote's id")),
    request_body = FeasibilityConfirm,
    responses((status = 200, description = "Confirmed", body = QuoteBody)))]
async fn feasibility_confirm(
    PathId(quote): PathId,
    command: Command<FeasibilityConfirm>,
) -> Answered {
    let Command { app, call, place, body } = command;
    let times = app.times(&call.caller).await.at(&place)?;
    let verdict = FeasibilityVerdict::Confirm { note: body.note };
    perform(&app, &call, &place, FeasibilityDecide { quote, verdict }, drawn(times)).await
}

/// A no.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct FeasibilityRefuse {
    /// Which sites cannot be served, and why; the partner sees it.
    #[schema(min_length = 1, max_length = 2000, example = "No 10G in Casper before next year.")]
    reason: String,
}

/// Refuse feasibility
///
/// Not every site can be served. The quote cannot be contracted until a site is edited, or
/// operations are asked again and confirm.
#[utoipa::path(post, path = "/v1/operations/feasibility-checks/{quote_id}/refuse",
    operation_id = "feasibility_refuse", tag = "Operations",
    params(("quote_id" = String, Path, description = "The quote's id")),
    request_body = FeasibilityRefuse,
    responses((status = 200, description = "Refused", body = QuoteBody)))]
async fn feasibility_refuse(
    PathId(quote): PathId,
    command: Command<FeasibilityRefuse>,
) -> Answered {
    let Command { app, call, place, body } = command;
    let times = app.times(&call.caller).await.at(&place)?;
    let verdict = FeasibilityVerdict::Refuse { reason: body.reason };
    perform(&app, &call, &place, FeasibilityDecide { quote, verdict }, drawn(times)).await
}

/// How a quote is drawn that was answered about.
fn drawn(times: Times) -> impl Fn(&QuoteSites) -> app::Answer + Send + Sync {
    move |done| {
        let quote = &done.quote;
        draw_version(StatusCode::OK, &QuoteBody::of(quote, times.of(quote.tenant)), quote.version)
    }
}
