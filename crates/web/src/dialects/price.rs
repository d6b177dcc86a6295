//! What a price is made of, as every family shows it.

use domain::money::Money;
use domain::pricing::Totals;
use serde::Serialize;
use utoipa::ToSchema;

/// Net amounts.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Charges {
    #[schema(example = "USD")]
    currency: &'static str,
    /// A month.
    #[schema(example = "1250.00")]
    monthly_recurring_charge: String,
    /// Once.
    #[schema(example = "300.00")]
    non_recurring_charge: String,
    /// What is charged once, and the monthly charges over the term.
    #[schema(example = "45300.00")]
    total_contract_value: String,
}

impl From<&Totals> for Charges {
    fn from(totals: &Totals) -> Self {
        Self {
            currency: domain::money::Currency::Usd.code(),
            monthly_recurring_charge: totals.mrc.to_string(),
            non_recurring_charge: totals.nrc.to_string(),
            total_contract_value: totals.total_contract_value.to_string(),
        }
    }
}

/// What would have made the quote cheaper.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct NearMiss {
    #[schema(example = "longer_term")]
    code: &'static str,
    text: String,
    /// A month for monthly charges, once for others.
    #[schema(example = "120.00")]
    saving: String,
}

impl From<&domain::pricing::NearMiss> for NearMiss {
    fn from(near: &domain::pricing::NearMiss) -> Self {
        let saving = Money::from_minor(near.saving_minor).to_string();
        Self { code: near.code.word(), text: near.text.clone(), saving }
    }
}
