//! Configuration and price, in the manner of the one published configuration call: several sites
//! with features of their own, all or none.

use super::SUCCESS;
use super::quote::QuoteOffer;
use super::site::{LineItem, lines};
use crate::answer::{Answered, ok};
use crate::dialects::config::{self, ConfigCall, Wanted};
use crate::dialects::door::Said;
use crate::dialects::flow;
use crate::dialects::price::Charges;
use crate::v1::shape::At;
use app::quote::ConfigureAndPrice;
use domain::id::Id;
use domain::quote::AskedLevel;
use serde::Serialize;
use utoipa::ToSchema;

/// A site as it is configured and priced.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct PricingOutput {
    site_id: String,
    product_id: Option<String>,
    /// As it was sent.
    config_id: Option<String>,
    term_months: Option<u32>,
    /// Empty as long as the quote is not priced.
    line_items: Vec<LineItem>,
    charges: Option<Charges>,
}

/// The quote as it is configured, and priced if that was possible.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::dialects) struct ConfigAnswer {
    flow_name: Option<String>,
    id: Option<String>,
    #[schema(example = "Success")]
    status: &'static str,
    #[schema(example = "The sites are configured and the quote is priced")]
    status_message: String,
    quote_id: String,
    #[serde(flatten)]
    offer: QuoteOffer,
    /// The sites of the call, in its order.
    pricing_outputs: Vec<PricingOutput>,
}

/// Configures the sites of a call and draws the answer.
pub(in crate::dialects) async fn config(mut said: Said) -> Answered {
    let body: ConfigCall = said.read()?;
    config::name(&mut said);
    let mut request = body.config_discount_promo_request;
    let (flow_name, echoed) = (request.flow_name.take(), request.id.take());
    let wanted = request.read(AskedLevel::default()).at(&said.place)?;
    let Wanted { quote, each, ask, mut config_ids } = wanted;
    let called: Vec<Id> = each.iter().flat_map(|c| c.sites.iter().flatten()).copied().collect();
    // The addresses may still be on their way to the validation.
    flow::sites(&said, quote).await?;
    said.perform(ConfigureAndPrice { quote, each, ask }, |_| Vec::new()).await?;
    let page = said.app.sites_list(said.caller(), quote, 0, u32::MAX).await.at(&said.place)?;
    let now = said.now().await?;
    let output = |id: Id| {
        let site = page.sites.iter().find(|site| site.id == id)?;
        Some(PricingOutput {
            site_id: site.id.to_string(),
            product_id: site.configuration.as_ref().map(|c| c.offering.to_string()),
            config_id: config_ids.remove(&id),
            term_months: site.configuration.as_ref().map(|c| c.term_months),
            line_items: lines(site),
            charges: site.price.as_ref().map(|price| (&price.totals).into()),
        })
    };
    let status_message = if page.quote.offer().is_some() {
        "The sites are configured and the quote is priced".to_owned()
    } else {
        let (all, done) = (page.quote.tally.sites, page.quote.tally.configured);
        let valid = page.quote.tally.passed;
        format!("{done} of {all} sites are configured, {valid} have a valid address: no price yet")
    };
    Ok(ok(&ConfigAnswer {
        flow_name,
        id: echoed,
        status: SUCCESS,
        status_message,
        quote_id: page.quote.id.to_string(),
        offer: QuoteOffer::of(&page.quote, now),
        pricing_outputs: called.into_iter().filter_map(output).collect(),
    }))
}
