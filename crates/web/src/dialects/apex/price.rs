//! What a quote and its sites cost, in the family's words.

use domain::catalogue::{Chosen, Configuration};
use domain::pricing::{LinePrice, Waterfall};
use domain::quote::{Level, Offer, Quote, QuoteState, Site};
use domain::time::Moment;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::price::{Charges, NearMiss};
use super::super::shape::stamp;
use super::super::words::titled;

/// What a price offers, and until when.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct PriceOffer {
    /// How firm it is: `budgetary`, `firm_subject_to_feasibility` or `firm`.
    #[schema(example = "firm_subject_to_feasibility")]
    price_level: Option<&'static str>,
    totals: Charges,
    /// The deposit that the approval of credit asks for.
    deposit: Option<String>,
    #[schema(example = "7.5")]
    discount_percent: Option<String>,
    promotions: Vec<String>,
    /// Whether the discount waits for the carrier's approval.
    discount_pending: bool,
    near_misses: Vec<NearMiss>,
    #[schema(example = "2026-11-23T15:00:00.000+0000")]
    priced_date: String,
    /// From this moment on the offer is no longer good.
    #[schema(example = "2027-01-22T15:00:00.000+0000")]
    expiration_date: String,
}

impl PriceOffer {
    pub(super) fn of(quote: &Quote) -> Option<Self> {
        let offer: &Offer = quote.offer()?;
        let near = offer.near_misses.iter().map(Into::into);
        Some(Self {
            price_level: quote.level().map(Level::word),
            totals: (&offer.totals).into(),
            deposit: quote.deposit().map(|deposit| deposit.to_string()),
            discount_percent: offer.discount_percent.map(|percent| percent.to_string()),
            promotions: offer.promotions.clone(),
            discount_pending: matches!(quote.state, QuoteState::PendingApproval { .. }),
            near_misses: near.collect(),
            priced_date: stamp(offer.priced_at),
            expiration_date: stamp(offer.expires_at),
        })
    }
}

/// A feature as it was chosen, or by default.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Feature)]
pub(super) struct FeatureBody {
    #[schema(example = "Architecture")]
    name: String,
    #[schema(example = "ATT_ARCHITECTURE")]
    code: String,
    #[schema(example = "Switched")]
    value: String,
}

impl From<&Chosen> for FeatureBody {
    fn from(chosen: &Chosen) -> Self {
        let (name, code) = (chosen.name.to_string(), chosen.code.to_string());
        Self { name, code, value: chosen.value.to_string() }
    }
}

/// A site's configuration: every feature of the product.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Configuration)]
struct ConfigurationBody {
    /// As the call that is answered named it; it is not kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "jrjfjf")]
    config_id: Option<String>,
    #[schema(example = 36)]
    term_months: u32,
    features: Vec<FeatureBody>,
}

/// A priced component of a site.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Line)]
struct LineBody {
    #[schema(example = "Port")]
    item_type: String,
    name: String,
    #[schema(example = 1)]
    quantity: i64,
    /// Before term, volume, promotions and discount.
    #[schema(example = "1100.00")]
    monthly_list_price: String,
    #[schema(example = "935.00")]
    monthly_recurring_charge: String,
    #[schema(example = "0.00")]
    one_time_list_price: String,
    #[schema(example = "0.00")]
    non_recurring_charge: String,
}

/// Before anything was taken off.
fn listed(waterfall: &Waterfall) -> String {
    waterfall.steps.first().map_or(waterfall.net, |step| step.subtotal).to_string()
}

impl From<&LinePrice> for LineBody {
    fn from(line: &LinePrice) -> Self {
        Self {
            item_type: line.item_type.to_string(),
            name: line.name.to_string(),
            quantity: line.quantity,
            monthly_list_price: listed(&line.mrc),
            monthly_recurring_charge: line.totals.mrc.to_string(),
            one_time_list_price: listed(&line.nrc),
            non_recurring_charge: line.totals.nrc.to_string(),
        }
    }
}

/// A site with its configuration and what it costs.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct PricingOutput {
    #[schema(example = "a7ldx000000o0pdAAA")]
    site_id: String,
    #[schema(example = "Chicago office")]
    site_name: String,
    #[schema(example = "OFF_ADI_MID_MARKET")]
    product_id: Option<String>,
    configuration: Option<ConfigurationBody>,
    /// Empty until the quote is priced.
    lines: Vec<LineBody>,
    totals: Option<Charges>,
    /// Working days after the handoff that delivery is estimated to take.
    #[schema(example = 30)]
    lead_days: Option<u32>,
}

impl PricingOutput {
    /// `config_id`: as this call named the configuration.
    pub(super) fn of(site: &Site, config_id: Option<String>) -> Self {
        let body = |configuration: &Configuration| ConfigurationBody {
            config_id,
            term_months: configuration.term_months,
            features: configuration.choices.iter().map(Into::into).collect(),
        };
        let price = site.price.as_ref();
        Self {
            site_id: site.id.to_string(),
            site_name: site.name.clone(),
            product_id: site.configuration.as_ref().map(|c| c.offering.to_string()),
            configuration: site.configuration.as_ref().map(body),
            lines: price.iter().flat_map(|price| &price.lines).map(Into::into).collect(),
            totals: price.map(|price| (&price.totals).into()),
            lead_days: price.and_then(|price| price.lead_days),
        }
    }
}

/// `Draft`, `Priced`, `Pending Approval`, `Accepted`, `Expired`, `Cancelled` or `Superseded`.
pub(super) fn quote_status(quote: &Quote, now: Moment) -> String {
    titled(quote.phase(now).word())
}
