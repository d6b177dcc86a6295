//! How far a quote's monthly charges may be discounted, and what its number of sites brings:
//! what depends on the offerings of the whole quote.

use super::refusal::{PriceRefusal, RefusalCode};
use super::{PriceAsk, PriceSums};
use crate::catalogue::{Catalogue, DiscountRange, Offering, Tier, VolumeStep};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// How many sites of each offering a quote has.
pub(super) struct Counts<'c>(BTreeMap<&'c str, (u32, Option<&'c VolumeStep>)>);

impl<'c> Counts<'c> {
    /// Counts the sites of the ask, and those beside them that keep their prices.
    pub(super) fn of(catalogue: &'c Catalogue, ask: &PriceAsk<'_>, kept: &PriceSums) -> Self {
        let mut asked: BTreeMap<&str, u32> = BTreeMap::new();
        for site in &ask.sites {
            *asked.entry(&site.configuration.offering).or_default() += 1;
        }
        let count = |offering: &'c Offering| {
            let asked = asked.get(&*offering.code).copied().unwrap_or_default();
            let count = asked.saturating_add(kept.sites_of(&offering.code));
            (count > 0).then(|| (&*offering.code, (count, offering.volume(count))))
        };
        Self(catalogue.offerings().iter().filter_map(count).collect())
    }

    /// How many sites of the offering there are.
    pub(super) fn sites(&self, offering: &str) -> u32 {
        self.0.get(offering).map_or(0, |(count, _)| *count)
    }

    /// Whether the quote has sites of the offering.
    pub(super) fn has(&self, offering: &str) -> bool {
        self.0.contains_key(offering)
    }

    /// The volume step that the sites of the offering reach.
    pub(super) fn volume(&self, offering: &str) -> Option<&'c VolumeStep> {
        self.0.get(offering)?.1
    }

    /// The ranges that the tier has for what the quote has.
    fn ranges<'t>(
        &'t self,
        catalogue: &'t Catalogue,
        tier: &'t Tier,
    ) -> impl Iterator<Item = &'t DiscountRange> {
        let offerings = self.0.keys().filter_map(|code| catalogue.offering(code));
        offerings.flat_map(|offering| tier.ranges(offering))
    }

    /// The discount that the partner may give by itself: the least of its ranges.
    pub(super) fn authority(&self, catalogue: &Catalogue, tier: &Tier) -> Decimal {
        let least = self.ranges(catalogue, tier).map(|range| range.authority_percent).min();
        least.unwrap_or(tier.discount.authority_percent)
    }

    /// Refuses a discount that is none, or beyond what anybody may give.
    pub(super) fn refuse_discount(
        &self,
        catalogue: &Catalogue,
        tier: Option<&Tier>,
        percent: Decimal,
    ) -> Option<PriceRefusal> {
        let code = RefusalCode::DiscountOutOfRange;
        if percent < Decimal::ZERO || percent > Decimal::ONE_HUNDRED {
            let detail = format!("a discount of {percent} % is not between 0 and 100");
            return Some(PriceRefusal::of_quote(code, detail));
        }
        let ranges = tier.into_iter().flat_map(|tier| self.ranges(catalogue, tier));
        let range = ranges.min_by_key(|r| r.most_percent).filter(|r| percent > r.most_percent)?;
        let most = range.most_percent.normalize();
        let detail = format!(
            "a discount of {} % is beyond the {most} % that anybody may give ({})",
            percent.normalize(),
            range.rule,
        );
        Some(PriceRefusal {
            most_discount_percent: Some(most),
            ..PriceRefusal::of_quote(code, detail)
        })
    }
}
