//! Discounts beyond a partner's authority, which operations approve, refuse or counter.

use crate::answer::{Answered, draw_version, ok, perform};
use crate::door::{Command, PathId, Reading};
use crate::v1::quote::{QuoteBody, percent};
use crate::v1::shape::{At, Faults, ListOf, Paging, page_of};
use app::Times;
use app::review::DiscountDecide;
use domain::quote::{DiscountVerdict, Quote};
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<crate::State> {
    OpenApiRouter::new()
        .routes(routes!(discounts_queue))
        .routes(routes!(discount_approve))
        .routes(routes!(discount_refuse))
        .routes(routes!(discount_counter))
}

/// List quotes whose discount waits for approval
///
/// Every partner's, newest first.
#[utoipa::path(get, path = "/v1/operations/discount-approvals",
    operation_id = "discounts_queue", tag = "Operations", params(Paging),
    responses((status = 200, description = "One page", body = ListOf<QuoteBody>)))]
async fn discounts_queue(reading: Reading) -> Answered {
    let mut params = reading.params();
    let page = params.page();
    let Reading { app, caller, place, .. } = reading;
    params.finish().at(&place)?;
    let found = app.discounts_queue(&caller, page).await.at(&place)?;
    let times = app.times(&caller).await.at(&place)?;
    Ok(ok(&page_of(found, page.limit, |q| q.id, |q| QuoteBody::of(q, times.of(q.tenant)))))
}

/// A yes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DiscountApprove {
    /// Kept in the quote's history.
    #[serde(default)]
    #[schema(max_length = 2000, example = "Twelve sites over three years.")]
    note: Option<String>,
}

/// Approve a discount
///
/// The quote is priced as it was asked for.
#[utoipa::path(post, path = "/v1/operations/discount-approvals/{quote_id}/approve",
    operation_id = "discount_approve", tag = "Operations",
    params(("quote_id" = String, Path, description = "The quote's id")),
    request_body = DiscountApprove,
    responses((status = 200, description = "Approved", body = QuoteBody)))]
async fn discount_approve(PathId(quote): PathId, command: Command<DiscountApprove>) -> Answered {
    let Command { app, call, place, body } = command;
    let times = app.times(&call.caller).await.at(&place)?;
    let verdict = DiscountVerdict::Approve { note: body.note };
    perform(&app, &call, &place, DiscountDecide { quote, verdict }, drawn(times)).await
}

/// A no.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DiscountRefuse {
    /// Kept in the quote's history.
    #[schema(min_length = 1, max_length = 2000, example = "Ask for at most twelve per cent.")]
    reason: String,
}

/// Refuse a discount
///
/// The quote is a draft again; the partner prices it with less.
#[utoipa::path(post, path = "/v1/operations/discount-approvals/{quote_id}/refuse",
    operation_id = "discount_refuse", tag = "Operations",
    params(("quote_id" = String, Path, description = "The quote's id")),
    request_body = DiscountRefuse,
    responses((status = 200, description = "Refused", body = QuoteBody)))]
async fn discount_refuse(PathId(quote): PathId, command: Command<DiscountRefuse>) -> Answered {
    let Command { app, call, place, body } = command;
    let times = app.times(&call.caller).await.at(&place)?;
    let verdict = DiscountVerdict::Refuse { reason: body.reason };
    perform(&app, &call, &place, DiscountDecide { quote, verdict }, drawn(times)).await
}

/// So much, and no more.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DiscountCounter {
    /// At most, off the monthly charges: more than the partner may give by itself, and less than
    /// it asked for.
    #[schema(pattern = "^[0-9]{1,3}(\\.[0-9]{1,4})?$", example = "12")]
    discount_percent: String,
    /// The partner sees it.
    #[schema(min_length = 1, max_length = 500, example = "Twelve per cent for twelve sites.")]
    reason: String,
    /// For how many days from now the partner may take it.
    #[serde(default = "a_month")]
    #[schema(minimum = 1, maximum = 365, default = 30, example = 30)]
    valid_days: u32,
}

const fn a_month() -> u32 {
    30
}

/// Counter a discount
///
/// The quote is a draft again, with the counter-offer. The partner takes it by pricing with at most
/// that discount: nobody need approve it again as long as sites, promotions, tier and catalogue are
/// the same.
#[utoipa::path(post, path = "/v1/operations/discount-approvals/{quote_id}/counter",
    operation_id = "discount_counter", tag = "Operations",
    params(("quote_id" = String, Path, description = "The quote's id")),
    request_body = DiscountCounter,
    responses((status = 200, description = "Countered", body = QuoteBody)))]
async fn discount_counter(PathId(quote): PathId, command: Command<DiscountCounter>) -> Answered {
    let Command { app, call, place, body } = command;
    let times = app.times(&call.caller).await.at(&place)?;
    let mut faults = Faults::default();
    let discount_percent = percent(&mut faults, &body.discount_percent);
    let discount_percent = faults.finish(discount_percent).at(&place)?;
    let DiscountCounter { reason, valid_days, .. } = body;
    let verdict = DiscountVerdict::Counter { discount_percent, reason, valid_days };
    perform(&app, &call, &place, DiscountDecide { quote, verdict }, drawn(times)).await
}

/// How a decided quote is drawn.
fn drawn(times: Times) -> impl Fn(&Quote) -> app::Answer + Send + Sync {
    move |quote| {
        draw_version(StatusCode::OK, &QuoteBody::of(quote, times.of(quote.tenant)), quote.version)
    }
}
