//! Opportunity and quote: opened, and read with all that is known of the sites. Ours.

use super::super::door::{Asked, Said};
use super::price::{PriceOffer, PricingOutput, quote_status};
use super::site::SiteResult;
use super::{SUCCESS, asked_id};
use crate::State;
use crate::answer::{Answered, ok};
use crate::v1::shape::At;
use app::opportunity::{Customer, OpportunityOpen};
use domain::opportunity::OpenOpportunity;
use domain::quote::BillingPreferences;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(opportunity_quote)).routes(routes!(quote_get))
}

/// An opportunity to open, with its quote.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct OpportunityQuote {
    /// The solution provider; needed where the credential acts for several.
    #[serde(default)]
    #[schema(max_length = 40, example = "A-06399x")]
    #[expect(dead_code, reason = "the door has read it")]
    sp_id: Option<String>,
    #[schema(min_length = 1, max_length = 200, example = "Three branches to fibre")]
    opportunity_name: String,
    /// The opportunity's name unless given.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 200)]
    quote_name: Option<String>,
    /// The partner's own reference.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100)]
    external_id: Option<String>,
    /// Carried to the order.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100, example = "PO-2026-118")]
    purchase_order: Option<String>,
}

/// What was opened.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct OpportunityQuoteMade {
    #[schema(example = "006Kf000000xjXgKAI")]
    opportunity_id: String,
    #[schema(example = "0Q0dx000002UEnZCAW")]
    quote_id: String,
    #[schema(example = "Success")]
    status: &'static str,
    #[schema(example = "Opportunity and quote have been created")]
    status_message: &'static str,
}

/// Create opportunity and quote
///
/// Ours. End customers are assigned to the quote's sites later. Each call opens another; a repeat
/// with the same `Idempotency-Key` does not.
#[utoipa::path(post, path = "/opportunity-quote-apex", operation_id = "opportunity_quote_apex",
    tag = "Quote", request_body = OpportunityQuote,
    responses((status = 200, description = "Opened", body = OpportunityQuoteMade)))]
async fn opportunity_quote(mut said: Said) -> Answered {
    let body: OpportunityQuote = said.read()?;
    said.naming(&[
        ("/name", "/opportunityName"),
        ("/external_id", "/externalId"),
        ("/quote/name", "/quoteName"),
    ]);
    let open = OpenOpportunity {
        name: body.opportunity_name,
        external_id: body.external_id,
        quote_name: body.quote_name,
        billing: BillingPreferences {
            purchase_order: body.purchase_order,
            ..BillingPreferences::default()
        },
    };
    let action = OpportunityOpen { customer: Customer::Later, open };
    let ids = said.perform(action, |made| vec![made.opportunity.id, made.quote.id]).await?;
    let [opportunity, quote] = [ids.first(), ids.get(1)].map(|id| id.map(ToString::to_string));
    Ok(ok(&OpportunityQuoteMade {
        opportunity_id: opportunity.unwrap_or_default(),
        quote_id: quote.unwrap_or_default(),
        status: SUCCESS,
        status_message: "Opportunity and quote have been created",
    }))
}

/// A quote with its sites.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct QuoteRead {
    quote_id: String,
    opportunity_id: String,
    quote_name: String,
    /// `Draft`, `Priced`, `Pending Approval`, `Accepted`, `Expired`, `Cancelled` or `Superseded`.
    #[schema(example = "Priced")]
    quote_status: String,
    #[schema(example = "Success")]
    status: &'static str,
    #[schema(example = "2 of 3 sites have a valid address, 3 are configured, 0 priced")]
    status_message: String,
    /// Null until the quote is priced.
    price_offer: Option<PriceOffer>,
    sites: Vec<SiteResult>,
    pricing_outputs: Vec<PricingOutput>,
}

/// Read a quote
///
/// Ours. With the result of each address validation, each configuration and each price.
#[utoipa::path(get, path = "/quote-apex", operation_id = "quote_apex", tag = "Quote",
    params(("quoteId" = String, Query, description = "The quote's id")),
    responses((status = 200, description = "The quote", body = QuoteRead)))]
async fn quote_get(asked: Asked) -> Answered {
    let id = asked_id(&asked, "quoteId")?;
    let (app, caller, place) = (&asked.app, &asked.caller, &asked.place);
    let page = app.sites_list(caller, id, 0, u32::MAX).await.at(place)?;
    let now = asked.now().await?;
    let (quote, tally) = (&page.quote, &page.quote.tally);
    let status_message = format!(
        "{} of {} sites have a valid address, {} are configured, {} priced",
        tally.passed,
        tally.sites,
        tally.configured,
        tally.priced.sites()
    );
    Ok(ok(&QuoteRead {
        quote_id: quote.id.to_string(),
        opportunity_id: quote.opportunity.to_string(),
        quote_name: quote.name.clone(),
        quote_status: quote_status(quote, now),
        status: SUCCESS,
        status_message,
        price_offer: PriceOffer::of(quote),
        sites: page.sites.iter().map(Into::into).collect(),
        pricing_outputs: page.sites.iter().map(|site| PricingOutput::of(site, None)).collect(),
    }))
}
