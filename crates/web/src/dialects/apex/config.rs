//! Product configuration of a quote's sites, with discount and promotions; the price follows.

use super::super::config::{self, ConfigCall, Wanted};
use super::super::door::Said;
use super::SUCCESS;
use super::price::{PriceOffer, PricingOutput, quote_status};
use crate::State;
use crate::answer::{Answered, ok};
use crate::v1::shape::At;
use app::quote::ConfigureAndPrice;
use domain::quote::{AskedLevel, Quote, QuoteState};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(config_make))
}

const FLOW: &str = "sendconfigDiscountPromoDetails";

/// What the caller gave to have it back.
struct Echo {
    flow_name: String,
    id: String,
}

/// The quote as it is configured, and what it costs.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ConfigAnswer {
    #[schema(example = "sendconfigDiscountPromoDetails")]
    flow_name: String,
    #[schema(example = "1234")]
    id: String,
    /// `Success`, or `Pending` while a discount waits for the carrier.
    #[schema(example = "Success")]
    status: &'static str,
    status_message: String,
    quote_id: String,
    #[schema(example = "Priced")]
    quote_status: String,
    /// Null until every site is configured and has a valid address.
    price_offer: Option<PriceOffer>,
    /// Every site of the quote, in their order.
    pricing_outputs: Vec<PricingOutput>,
}

fn message(quote: &Quote) -> (&'static str, String) {
    let tally = &quote.tally;
    match &quote.state {
        QuoteState::PendingApproval { approval, .. } => {
            let (asked, authority) = (approval.asked_percent, approval.authority_percent);
            let message = format!(
                "Configuration has been saved and priced; the discount of {asked} % waits for the \
                 carrier, up to {authority} % need no approval"
            );
            ("Pending", message)
        }
        QuoteState::Priced { .. } => {
            (SUCCESS, "Configuration has been saved and the quote is priced".to_owned())
        }
        _ => {
            let message = format!(
                "Configuration has been saved; the quote is priced when every site is configured \
                 and has a valid address: {} of {} are configured, {} have a valid address",
                tally.configured, tally.sites, tally.passed
            );
            (SUCCESS, message)
        }
    }
}

/// Add product configuration to quote
///
/// Published. Each site with features of its own, all or none. As soon as every site of the quote
/// is configured and its address is valid, the quote is priced in the same step. The same content
/// again sets the same and prices again.
#[utoipa::path(post, path = "/config-apex", operation_id = "config_apex", tag = "Quote",
    request_body = ConfigCall,
    responses((status = 200, description = "Configured", body = ConfigAnswer)))]
async fn config_make(mut said: Said) -> Answered {
    let body: ConfigCall = said.read()?;
    let mut request = body.config_discount_promo_request;
    let echo = Echo {
        flow_name: request.flow_name.take().unwrap_or_else(|| FLOW.to_owned()),
        id: request.id.take().unwrap_or_default(),
    };
    let wanted = request.read(AskedLevel::Firm).at(&said.place)?;
    config::name(&mut said);
    let Wanted { quote, each, ask, mut config_ids } = wanted;
    let action = ConfigureAndPrice { quote, each, ask };
    let quote = said.perform_one(action, |done| done.quote.id).await?;
    let page = said.app.sites_list(said.caller(), quote, 0, u32::MAX).await.at(&said.place)?;
    let now = said.now().await?;
    let (status, status_message) = message(&page.quote);
    let outputs = page.sites.iter().map(|s| PricingOutput::of(s, config_ids.remove(&s.id)));
    Ok(ok(&ConfigAnswer {
        flow_name: echo.flow_name,
        id: echo.id,
        status,
        status_message,
        quote_id: quote.to_string(),
        quote_status: quote_status(&page.quote, now),
        price_offer: PriceOffer::of(&page.quote),
        pricing_outputs: outputs.collect(),
    }))
}
