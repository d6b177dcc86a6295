//! The configuration call, which APEX publishes and its siblings have like it: several sites, each
//! with features of its own.

use super::door::Said;
use crate::v1::shape::Faults;
use domain::catalogue::Choice;
use domain::code::Because;
use domain::id::Id;
use domain::quote::{AskPrice, AskedLevel, Configure};
use domain::refusal::{Fault, Refusal};
use serde::Deserialize;
use std::collections::HashMap;
use utoipa::ToSchema;

/// One feature's value.
#[derive(Debug, Deserialize, ToSchema)]
struct FeatureInput {
    /// The feature's name or code.
    #[schema(min_length = 1, max_length = 100, example = "Architecture")]
    name: String,
    #[schema(min_length = 1, max_length = 100, example = "Switched")]
    value: String,
}

/// A product's features.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ConfigurationInput {
    /// Chosen by the caller; given back with the answer.
    #[serde(default)]
    #[schema(max_length = 100, example = "jrjfjf")]
    config_id: Option<String>,
    /// Features that are not given take their default.
    #[schema(max_items = 100)]
    features: Vec<FeatureInput>,
}

/// A product for one site.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct PricingInput {
    #[schema(min_length = 15, max_length = 18, example = "a7ldx000000o0pdAAA")]
    site_id: String,
    #[schema(min_length = 1, max_length = 100, example = "OFF_ADI_MID_MARKET")]
    product_id: String,
    configuration: ConfigurationInput,
}

/// What is configured, and how it shall be priced.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ConfigDiscountPromoRequest {
    /// Given back.
    #[serde(default)]
    #[schema(max_length = 100, example = "sendconfigDiscountPromoDetails")]
    pub(super) flow_name: Option<String>,
    /// Given back.
    #[serde(default)]
    #[schema(max_length = 100, example = "1234")]
    pub(super) id: Option<String>,
    #[schema(min_length = 15, max_length = 18, example = "0Q0dx000002UEnZCAW")]
    quote_id: String,
    /// Each site once; none only to price the quote again.
    #[schema(max_items = 10000)]
    pricing_inputs: Vec<PricingInput>,
    /// Off the monthly charges, in per cent. Beyond the partner's authority the carrier decides.
    /// Ours.
    #[serde(default)]
    #[schema(pattern = "^([0-9]{1,3}(\\.[0-9]{1,4})?)?$", max_length = 10, example = "5")]
    discount_percent: Option<String>,
    /// Codes of promotions. Ours.
    #[serde(default)]
    #[schema(max_items = 20)]
    promotions: Vec<String>,
}

/// A product configuration for a quote.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ConfigCall {
    pub(super) config_discount_promo_request: ConfigDiscountPromoRequest,
}

/// What is configured, as the flow takes it; and the names that the caller gave.
pub(super) struct Wanted {
    pub(super) quote: Id,
    /// Of one site each, in the order of the call.
    pub(super) each: Vec<Configure>,
    pub(super) ask: AskPrice,
    pub(super) config_ids: HashMap<Id, String>,
}

impl ConfigDiscountPromoRequest {
    /// In the words of the flow, priced at `level`.
    pub(super) fn read(self, level: AskedLevel) -> Result<Wanted, Refusal> {
        const AT: &str = "/configDiscountPromoRequest";
        let mut faults = Faults::default();
        let quote = faults.id(&format!("{AT}/quoteId"), &self.quote_id);
        let (mut each, mut config_ids) = (Vec::new(), HashMap::new());
        for (at, input) in self.pricing_inputs.into_iter().enumerate() {
            let pointer = format!("{AT}/pricingInputs/{at}/siteId");
            let Some(site) = faults.id(&pointer, &input.site_id) else { continue };
            config_ids.extend(input.configuration.config_id.map(|name| (site, name)));
            let choice = |f: FeatureInput| Choice { feature: f.name, value: f.value };
            let choices = input.configuration.features.into_iter().map(choice).collect();
            each.push(Configure { sites: Some(vec![site]), offering: input.product_id, choices });
        }
        let discount = self.discount_percent.filter(|text| !text.is_empty());
        let discount_percent = discount.and_then(|text| {
            let percent = text.parse().ok();
            if percent.is_none() {
                let pointer = format!("{AT}/discountPercent");
                faults.push(Fault::new(pointer, Because::BadFormat, "not a percentage"));
            }
            percent
        });
        let ask = AskPrice { discount_percent, promotions: self.promotions, level };
        faults.finish(quote.map(|quote| Wanted { quote, each, ask, config_ids }))
    }
}

/// Says what the call's members are named.
pub(super) fn name(said: &mut Said) {
    said.naming(&[
        (
            "/configurations/*/features",
            "/configDiscountPromoRequest/pricingInputs/*/configuration/features",
        ),
        ("/configurations/*/site_ids/0", "/configDiscountPromoRequest/pricingInputs/*/siteId"),
        ("/configurations/*/offering", "/configDiscountPromoRequest/pricingInputs/*/productId"),
        ("/discount_percent", "/configDiscountPromoRequest/discountPercent"),
        ("/promotions", "/configDiscountPromoRequest/promotions"),
    ]);
}
