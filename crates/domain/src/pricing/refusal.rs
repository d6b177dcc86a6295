//! Why a quote cannot be priced.

use crate::id::Id;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// One reason why there is no price.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PriceRefusal {
    pub code: RefusalCode,
    /// The site it concerns, if it is one.
    pub site: Option<Id>,
    /// The place of the site among the sites of the ask; for `promotion_not_eligible` the
    /// place of the promotion among its promotions.
    pub index: Option<usize>,
    /// The code of the component, for `below_floor`.
    pub component: Option<Arc<str>>,
    /// In plain words.
    pub detail: String,
    /// For `below_floor`: the least part of the list price that must remain, in per cent;
    /// `None` where the floor is an amount.
    pub floor_percent: Option<Decimal>,
    /// For `below_floor`: the highest discount that the charge bears; `None` if it is below
    /// the floor without any. For `discount_out_of_range`: the most that anybody may give.
    pub most_discount_percent: Option<Decimal>,
}

/// The reasons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalCode {
    CatalogueNotInForce,
    UnknownTier,
    /// The discount is below 0, or beyond what anybody may give.
    DiscountOutOfRange,
    NoSites,
    DuplicateSite,
    /// Not a ZIP code, so that the access zone cannot be told.
    ZipNotUsable,
    /// The configuration does not belong to this catalogue; it must be chosen anew.
    ConfigurationNotSold,
    PromotionNotEligible,
    BelowFloor,
    /// The amounts do not fit in 64 bits of cents.
    Overflow,
}

impl RefusalCode {
    pub const ALL: [Self; 10] = [
        Self::CatalogueNotInForce,
        Self::UnknownTier,
        Self::DiscountOutOfRange,
        Self::NoSites,
        Self::DuplicateSite,
        Self::ZipNotUsable,
        Self::ConfigurationNotSold,
        Self::PromotionNotEligible,
        Self::BelowFloor,
        Self::Overflow,
    ];

    /// As it stands on the wire.
    pub const fn word(self) -> &'static str {
        match self {
            Self::CatalogueNotInForce => "catalogue_not_in_force",
            Self::UnknownTier => "unknown_tier",
            Self::DiscountOutOfRange => "discount_out_of_range",
            Self::NoSites => "no_sites",
            Self::DuplicateSite => "duplicate_site",
            Self::ZipNotUsable => "zip_not_usable",
            Self::ConfigurationNotSold => "configuration_not_sold",
            Self::PromotionNotEligible => "promotion_not_eligible",
            Self::BelowFloor => "below_floor",
            Self::Overflow => "overflow",
        }
    }
}

impl PriceRefusal {
    pub(super) fn of_quote(code: RefusalCode, detail: String) -> Self {
        Self {
            code,
            site: None,
            index: None,
            component: None,
            detail,
            floor_percent: None,
            most_discount_percent: None,
        }
    }

    pub(super) fn of_site(code: RefusalCode, site: Id, index: usize, detail: String) -> Self {
        Self { site: Some(site), index: Some(index), ..Self::of_quote(code, detail) }
    }

    pub(super) fn of_promotion(index: usize, detail: String) -> Self {
        let code = RefusalCode::PromotionNotEligible;
        Self { index: Some(index), ..Self::of_quote(code, detail) }
    }
}

pub(super) fn overflow(site: Option<Id>, index: Option<usize>) -> PriceRefusal {
    let detail = "the amounts are too large to be priced".to_owned();
    PriceRefusal { site, index, ..PriceRefusal::of_quote(RefusalCode::Overflow, detail) }
}
