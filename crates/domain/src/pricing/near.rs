//! Near misses: what would have made a quote cheaper. Advice, never part of the price.

mod candidate;

pub(super) use candidate::{Candidate, candidates};

use super::sale::{Part, Sale};
use super::selection::Selection;
use super::sums::Near;
use super::{PriceAsk, PriceSums, Totals};
use crate::catalogue::{ChargeKind, Promotion};
use crate::money::Money;
use crate::promotion;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Something that would have made the quote cheaper, and by how much.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NearMiss {
    pub code: NearMissCode,
    /// In plain words.
    pub text: String,
    /// The offering whose sites it concerns.
    pub offering: Arc<str>,
    /// The term that it needs, if not the one chosen.
    pub term_months: Option<u32>,
    /// How many more sites of the offering it needs, if it needs some.
    #[serde(default)]
    pub more_sites: Option<u32>,
    /// The promotion that it adds.
    pub promotion: Option<Arc<str>>,
    /// Which charge gets cheaper.
    pub charge: ChargeKind,
    /// In minor units, over all the sites: a month for `mrc`, once for `nrc`.
    pub saving_minor: i64,
}

/// The sorts of near miss.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NearMissCode {
    /// The same for longer.
    LongerTerm,
    /// A volume step that a few more sites reach.
    MoreSites,
    /// A promotion that could have been asked for.
    PromotionAvailable,
    /// A promotion that a longer term would bring.
    PromotionWithTerm,
    /// A promotion that a few more sites would bring.
    PromotionWithSites,
    /// A promotion that another value of a feature would bring.
    PromotionWithFeature,
}

impl NearMissCode {
    pub const ALL: [Self; 6] = [
        Self::LongerTerm,
        Self::MoreSites,
        Self::PromotionAvailable,
        Self::PromotionWithTerm,
        Self::PromotionWithSites,
        Self::PromotionWithFeature,
    ];

    /// As it stands on the wire.
    pub const fn word(self) -> &'static str {
        match self {
            Self::LongerTerm => "longer_term",
            Self::MoreSites => "more_sites",
            Self::PromotionAvailable => "promotion_available",
            Self::PromotionWithTerm => "promotion_with_term",
            Self::PromotionWithSites => "promotion_with_sites",
            Self::PromotionWithFeature => "promotion_with_feature",
        }
    }
}

/// What each thing that is near would save at one site, by the candidate's key. `given` is what
/// each promotion takes off there now.
pub(super) fn of_site(
    site: &Selection<'_>,
    now: &Totals,
    given: &BTreeMap<Arc<str>, Money>,
    part: &Part<'_>,
    sale: &Sale<'_>,
) -> BTreeMap<Arc<str>, Near> {
    let concerning = part.candidates.iter().filter(|c| c.concerns(site));
    concerning.map(|c| (c.key.clone(), c.at(site, now, given, part, sale))).collect()
}

/// Everything near, by offering, from what the sites add up to.
pub(super) fn find(ask: &PriceAsk<'_>, sale: &Sale<'_>, sums: &PriceSums) -> Vec<NearMiss> {
    let mut found = Vec::new();
    for part in &sale.parts {
        let Some(of_part) = sums.get(&part.basis) else { continue };
        let may_be = |c: &&Candidate<'_>| {
            c.promotion.is_none_or(|p| may_have(p, ask)) && c.leaves(ask, of_part)
        };
        for candidate in part.candidates.iter().filter(may_be) {
            found.extend(candidate.told(part.offering, of_part));
        }
    }
    found
}

/// Whether a promotion is for this partner, this programme and this day.
fn may_have(promotion: &Promotion, ask: &PriceAsk<'_>) -> bool {
    let eligibility = &promotion.eligibility;
    promotion.in_force(ask.on)
        && eligibility.is_for_tier(ask.tier)
        && eligibility.is_for_programme(ask.programme)
}

/// Whether enough of a promotion is left for what it would take off.
fn is_enough(promotion: &Promotion, ask: &PriceAsk<'_>, taken: i128) -> bool {
    let Some(left) = promotion::of(ask.allowances, &promotion.code) else { return true };
    i64::try_from(taken).is_ok_and(|taken| left.objection(Money::from_minor(taken)).is_none())
}

/// Whether so few sites are missing that they are worth a word: one, or a quarter of those needed.
fn is_near(missing: u32, needed: u32) -> bool {
    missing == 1 || (missing > 0 && missing.saturating_mul(4) <= needed)
}

fn per(charge: ChargeKind) -> &'static str {
    match charge {
        ChargeKind::Mrc => "a month",
        ChargeKind::Nrc => "once",
    }
}
