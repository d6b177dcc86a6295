//! A counter-offer: the discount that operations would give instead of the one asked for.

use crate::pricing::QuotePrice;
use crate::time::Moment;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// An approval in advance of any discount up to a percentage, for as long as nothing has changed
/// that it rests on. An edit of the quote's sites takes it away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CounterOffer {
    /// The most, in per cent off the monthly charges.
    pub discount_percent: Decimal,
    pub reason: String,
    /// Who of operations made it.
    pub by: String,
    pub at: Moment,
    /// From this moment on it is no longer good, swept or not.
    pub valid_until: Moment,
    /// The tier that the partner had; empty if that was not kept then.
    pub tier: String,
    /// The promotions of the price that was to be approved, in the order in which they stack.
    pub promotions: Vec<String>,
    /// The catalogue version that priced it.
    pub catalogue_version: String,
}

impl CounterOffer {
    pub fn is_good(&self, now: Moment) -> bool {
        now < self.valid_until
    }

    /// Whether this price needs no other approval.
    pub(super) fn covers(&self, now: Moment, price: &QuotePrice) -> bool {
        let promotions = price.promotions.iter().map(|code| &**code);
        self.is_good(now)
            && price.discount_percent.is_some_and(|asked| asked <= self.discount_percent)
            && (self.tier.is_empty() || self.tier == *price.tier)
            && self.catalogue_version == *price.catalogue_version
            && promotions.eq(self.promotions.iter().map(String::as_str))
    }
}
