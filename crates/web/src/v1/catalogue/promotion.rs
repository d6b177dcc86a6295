//! Promotions on the wire: what they take off, and what they ask for.

use domain::catalogue::{ChargeKind, Promotion, Wanted};
use domain::party::Partner;
use domain::time::Date;
use serde::Serialize;
use utoipa::ToSchema;

/// A reduction for a time, under conditions. A quote names it by its code when it is priced.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Promotion)]
pub(super) struct PromotionBody {
    #[schema(example = "ADI-PORT10")]
    code: String,
    name: String,
    /// The first day on which it may be priced.
    #[schema(format = Date, example = "2026-01-01")]
    from: String,
    /// The last day on which it may be priced.
    #[schema(format = Date, example = "2027-12-31")]
    until: String,
    /// The code of the offering that it belongs to.
    #[schema(example = "OFF_ADI_MID_MARKET")]
    offering: String,
    /// The codes of the components that it reduces; empty: all of them.
    components: Vec<String>,
    /// `mrc` or `nrc`.
    #[schema(example = "mrc")]
    charge: &'static str,
    /// Taken off what the steps before it left.
    #[schema(example = "7.5")]
    percent: String,
    /// The shortest term, in months.
    #[schema(example = 24)]
    min_term: u32,
    /// The fewest sites of its offering that the quote must have.
    #[schema(example = 5)]
    min_sites: u32,
    /// The access zones in which it reduces sites; empty: all of them.
    zones: Vec<String>,
    /// What a site must have chosen to be reduced: each of these.
    with: Vec<WantedFeature>,
    /// Whether it is for partners like the caller: for its tier and its programme.
    eligible: bool,
    /// Whether it stands with no other promotion on the same charge.
    exclusive: bool,
    /// Whether it may be priced today.
    in_force: bool,
}

/// A feature that must have one of these values.
#[derive(Debug, Serialize, ToSchema)]
struct WantedFeature {
    #[schema(example = "ATT_MGMT_OPT")]
    code: String,
    #[schema(example = "Management Option")]
    name: String,
    #[schema(example = json!(["Customer Managed"]))]
    values: Vec<String>,
}

impl From<&Wanted> for WantedFeature {
    fn from(wanted: &Wanted) -> Self {
        Self {
            code: wanted.code.to_string(),
            name: wanted.name.to_string(),
            values: wanted.among.iter().map(ToString::to_string).collect(),
        }
    }
}

impl PromotionBody {
    pub(super) fn of(promotion: &Promotion, today: Date, partner: Option<&Partner>) -> Self {
        let eligibility = &promotion.eligibility;
        // Operations look at what anybody may have.
        let eligible = partner.is_none_or(|partner| {
            eligibility.is_for_tier(&partner.tier)
                && eligibility.is_for_programme(&partner.programme)
        });
        Self {
            code: promotion.code.to_string(),
            name: promotion.name.to_string(),
            from: promotion.from.to_string(),
            until: promotion.until.to_string(),
            offering: promotion.offering.to_string(),
            components: promotion.components.iter().map(ToString::to_string).collect(),
            charge: match promotion.charge {
                ChargeKind::Mrc => "mrc",
                ChargeKind::Nrc => "nrc",
            },
            percent: promotion.percent.normalize().to_string(),
            min_term: promotion.min_term,
            min_sites: eligibility.min_sites,
            zones: eligibility.zones.iter().map(ToString::to_string).collect(),
            with: eligibility.features.iter().map(Into::into).collect(),
            eligible,
            exclusive: promotion.exclusive,
            in_force: promotion.in_force(today),
        }
    }
}
