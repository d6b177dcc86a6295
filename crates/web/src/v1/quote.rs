//! Quotes: one version each; created, listed, edited, priced, revised, cancelled.

mod level;
mod preview;
mod shape;
mod versions;

pub(super) use shape::{BillingBody, QuoteBody};

use super::shape::{At, Faults, ListOf, Nothing, Paging, page_of};
use super::site::QuoteSitesBody;
use crate::answer::{Answered, draw_version, located, ok, ok_version, perform};
use crate::door::{Command, Edit, PathId, Reading};
use app::opportunity::QuoteCreate;
use app::quote::{QuoteAct, QuoteDo, QuotePrice};
use domain::code::Because;
use domain::quote::{AskPrice, Quote};
use domain::refusal::Fault;
use domain::time::Moment;
use http::StatusCode;
use level::LevelWord;
use serde::Deserialize;
use std::str::FromStr;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<crate::State> {
    OpenApiRouter::new()
        .routes(routes!(quotes_list, quote_create))
        .routes(routes!(quote_get, quote_edit))
        .routes(routes!(quote_set_billing))
        .routes(routes!(quote_price))
        .routes(routes!(quote_revise))
        .routes(routes!(quote_cancel))
        .merge(versions::routes())
        .merge(level::routes())
        .merge(preview::routes())
}

fn made(quote: &Quote, now: Moment) -> app::Answer {
    let answer = draw_version(StatusCode::CREATED, &QuoteBody::of(quote, now), quote.version);
    located(answer, format!("/v1/quotes/{}", quote.id))
}

fn changed(quote: &Quote, now: Moment) -> app::Answer {
    draw_version(StatusCode::OK, &QuoteBody::of(quote, now), quote.version)
}

/// Another quote for an opportunity.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewQuote {
    #[schema(min_length = 15, max_length = 18)]
    opportunity_id: String,
    /// The opportunity's name unless given.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 200, example = "Second offer, 60 months")]
    name: Option<String>,
    #[serde(default)]
    billing: Option<BillingBody>,
}

/// Create a quote
///
/// Another one for an opportunity; the first came with the opportunity.
#[utoipa::path(post, path = "/v1/quotes", operation_id = "quote_create", tag = "Quotes",
    request_body = NewQuote,
    responses((status = 201, description = "Created", body = QuoteBody)))]
async fn quote_create(command: Command<NewQuote>) -> Answered {
    let Command { app, call, place, body } = command;
    let mut faults = Faults::default();
    let opportunity = faults.id("/opportunity_id", &body.opportunity_id);
    let billing = body.billing.unwrap_or_default().read(&mut faults, "/billing");
    let opportunity = faults.finish(opportunity).at(&place)?;
    let now = app.now(&call.caller).await.at(&place)?;
    let action = QuoteCreate { opportunity, name: body.name, billing };
    perform(&app, &call, &place, action, |quote| made(quote, now)).await
}

const STATES: [&str; 6] =
    ["draft", "priced", "pending_approval", "accepted", "cancelled", "superseded"];

/// List quotes
///
/// This partner's own, newest first; one item for each version of a quote.
#[utoipa::path(get, path = "/v1/quotes", operation_id = "quotes_list", tag = "Quotes",
    params(
        ("state" = Option<String>, Query, description = "Only in this state, as last written: \
            draft, priced, pending_approval, accepted, cancelled, superseded"),
        ("opportunity_id" = Option<String>, Query, description = "Only of this opportunity"),
        Paging),
    responses((status = 200, description = "One page", body = ListOf<QuoteBody>)))]
async fn quotes_list(reading: Reading) -> Answered {
    let mut params = reading.params();
    let (state, opportunity) = (params.word("state", &STATES), params.id("opportunity_id"));
    let page = params.page();
    let Reading { app, caller, place, .. } = reading;
    params.finish().at(&place)?;
    let found = app.quotes_list(&caller, &state, opportunity, page).await.at(&place)?;
    let now = app.now(&caller).await.at(&place)?;
    Ok(ok(&page_of(found, page.limit, |q| q.id, |q| QuoteBody::of(q, now))))
}

/// Read a quote
///
/// Its sites are read by themselves, and what it still needs is in its journey.
#[utoipa::path(get, path = "/v1/quotes/{id}", operation_id = "quote_get", tag = "Quotes",
    params(("id" = String, Path, description = "The quote's id")),
    responses((status = 200, description = "The quote", body = QuoteBody)))]
async fn quote_get(PathId(id): PathId, reading: Reading) -> Answered {
    reading.no_params()?;
    let Reading { app, caller, place, .. } = reading;
    let quote = app.quote_get(&caller, id).await.at(&place)?;
    Ok(ok_version(&QuoteBody::of(&quote, app.now(&caller).await.at(&place)?), quote.version))
}

/// What an edit changes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct QuoteEdit {
    #[serde(default)]
    #[schema(min_length = 1, max_length = 200, example = "Branch offices, first wave")]
    name: Option<String>,
}

/// Edit a quote
///
/// Renames it; a price stays.
#[utoipa::path(patch, path = "/v1/quotes/{id}", operation_id = "quote_edit", tag = "Quotes",
    params(("id" = String, Path, description = "The quote's id")), request_body = QuoteEdit,
    responses((status = 200, description = "The quote as it is now", body = QuoteBody)))]
async fn quote_edit(PathId(quote): PathId, edit: Edit<QuoteEdit>) -> Answered {
    let Edit { app, call, place, seen, body } = edit;
    let now = app.now(&call.caller).await.at(&place)?;
    let action = QuoteAct { quote, what: QuoteDo::Edit { seen, name: body.name } };
    perform(&app, &call, &place, action, |quote| changed(quote, now)).await
}

/// Set billing preferences
///
/// How the partner wants to be billed, as far as the quote knows it. A price stays.
#[utoipa::path(put, path = "/v1/quotes/{id}/billing", operation_id = "quote_set_billing",
    tag = "Quotes", params(("id" = String, Path, description = "The quote's id")),
    request_body = BillingBody,
    responses((status = 200, description = "The quote as it is now", body = QuoteBody)))]
async fn quote_set_billing(PathId(quote): PathId, edit: Edit<BillingBody>) -> Answered {
    let Edit { app, call, place, seen, body } = edit;
    let mut faults = Faults::default();
    let billing = body.read(&mut faults, "");
    let billing = faults.finish(Some(billing)).at(&place)?;
    let now = app.now(&call.caller).await.at(&place)?;
    let action = QuoteAct { quote, what: QuoteDo::SetBilling { seen, billing } };
    perform(&app, &call, &place, action, |quote| changed(quote, now)).await
}

/// Why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Reason {
    #[schema(min_length = 1, max_length = 500, example = "The customer chose another offer")]
    pub(super) reason: String,
}

/// Cancel a quote
///
/// While it is unsigned. A contract that is out for signature is voided with it.
#[utoipa::path(post, path = "/v1/quotes/{id}/cancel", operation_id = "quote_cancel",
    tag = "Quotes", params(("id" = String, Path, description = "The quote's id")),
    request_body = Reason,
    responses((status = 200, description = "Cancelled", body = QuoteBody)))]
async fn quote_cancel(PathId(quote): PathId, command: Command<Reason>) -> Answered {
    let Command { app, call, place, body } = command;
    let now = app.now(&call.caller).await.at(&place)?;
    let action = QuoteAct { quote, what: QuoteDo::Cancel { reason: body.reason } };
    perform(&app, &call, &place, action, |quote| changed(quote, now)).await
}

/// Revise a quote
///
/// A new version with the same number: a draft with the same sites and configurations. The
/// revised version is superseded; a contract of it that is out for signature is voided.
#[utoipa::path(post, path = "/v1/quotes/{id}/revise", operation_id = "quote_revise",
    tag = "Quotes", params(("id" = String, Path, description = "The quote's id")),
    request_body = Nothing,
    responses((status = 201, description = "The new version", body = QuoteBody)))]
async fn quote_revise(PathId(quote): PathId, command: Command<Nothing>) -> Answered {
    let Command { app, call, place, .. } = command;
    let now = app.now(&call.caller).await.at(&place)?;
    let action = QuoteAct { quote, what: QuoteDo::Revise };
    perform(&app, &call, &place, action, |quote| made(quote, now)).await
}

/// How the quote shall be priced.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PriceQuote {
    /// `budgetary` for a price to plan with, which cannot be contracted; `firm` unless given.
    #[serde(default)]
    level: LevelWord,
    /// Off the monthly charges, in per cent. Beyond the partner's authority operations decide.
    #[serde(default)]
    #[schema(pattern = "^[0-9]{1,3}(\\.[0-9]{1,4})?$", example = "7.5")]
    discount_percent: Option<String>,
    /// Codes of promotions; see the catalogue.
    #[serde(default)]
    #[schema(max_items = 20)]
    promotions: Vec<String>,
}

impl PriceQuote {
    fn read(self, faults: &mut Faults) -> AskPrice {
        let text = self.discount_percent.as_deref();
        AskPrice {
            discount_percent: text.and_then(|text| percent(faults, text)),
            promotions: self.promotions,
            level: self.level.into(),
        }
    }
}

/// Reads a percentage in `discount_percent`.
pub(super) fn percent<T: FromStr>(faults: &mut Faults, text: &str) -> Option<T> {
    let percent = text.parse().ok();
    if percent.is_none() {
        let fault = Fault::new("/discount_percent", Because::BadFormat, "not a percentage");
        faults.push(fault.expected("digits with a decimal point, such as 7.5"));
    }
    percent
}

/// Price a quote
///
/// Every site under the catalogue in force: a waterfall for each component from list to net,
/// totals, and an offer with an expiry. Pricing again replaces the offer; a site for which
/// nothing has changed keeps its price, and is not among those touched.
#[utoipa::path(post, path = "/v1/quotes/{id}/price", operation_id = "quote_price",
    tag = "Quotes", params(("id" = String, Path, description = "The quote's id")),
    request_body = PriceQuote,
    responses((status = 200, description = "The priced quote with the sites that were priced", body = QuoteSitesBody)))]
async fn quote_price(PathId(quote): PathId, command: Command<PriceQuote>) -> Answered {
    let Command { app, call, place, body } = command;
    let mut faults = Faults::default();
    let ask = body.read(&mut faults);
    let ask = faults.finish(Some(ask)).at(&place)?;
    let now = app.now(&call.caller).await.at(&place)?;
    perform(&app, &call, &place, QuotePrice { quote, ask }, |done| {
        draw_version(StatusCode::OK, &QuoteSitesBody::of(done, now), done.quote.version)
    })
    .await
}
