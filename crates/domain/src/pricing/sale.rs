//! What the sites of a quote are sold under, and its short name for each offering: the basis of a
//! price. Two sites alike cost the same on the same basis.

use super::authority::Counts;
use super::near::{self, Candidate};
use super::selection::Selection;
use super::waterfall::{Discount, Reductions};
use super::{PriceAsk, PriceSums};
use crate::catalogue::{Catalogue, Offering, Promotion, Tier, VolumeStep};
use crate::contract::hex;
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// The discount and the promotions, and what follows from them for each offering.
pub(super) struct Sale<'c> {
    /// Those taken, in the order in which they stack.
    pub(super) promotions: Vec<&'c Promotion>,
    discount: Option<Discount<'c>>,
    /// One for each offering that the quote has sites of, in the catalogue's order: what nobody
    /// buys costs a small quote most of its time.
    pub(super) parts: Vec<Part<'c>>,
}

/// The sale of one offering.
pub(super) struct Part<'c> {
    pub(super) offering: &'c Offering,
    /// What its number of sites brings.
    volume: Option<&'c VolumeStep>,
    pub(super) basis: Arc<str>,
    /// What might have made it cheaper.
    pub(super) candidates: Vec<Candidate<'c>>,
}

impl<'c> Sale<'c> {
    pub(super) fn new(
        catalogue: &'c Catalogue,
        ask: &PriceAsk<'_>,
        tier: Option<&'c Tier>,
        counts: &Counts<'c>,
        promotions: Vec<&'c Promotion>,
    ) -> Self {
        let part = |offering: &'c Offering| {
            let volume = counts.volume(&offering.code);
            let basis = basis(catalogue, offering, ask, volume, &promotions);
            let candidates = near::candidates(catalogue, offering, volume, &promotions);
            Part { offering, volume, basis, candidates }
        };
        let parts =
            catalogue.offerings().iter().filter(|o| counts.has(&o.code)).map(part).collect();
        let discount = ask.discount_percent.and_then(|percent| Discount::new(percent, tier));
        Self { promotions, discount, parts }
    }

    pub(super) fn part(&self, offering: &Offering) -> Option<&Part<'c>> {
        self.parts.iter().find(|part| part.offering.code == offering.code)
    }

    /// What is taken off the charges of a site.
    pub(super) fn reductions<'r>(
        &'r self,
        part: &Part<'c>,
        site: &'r Selection<'r>,
    ) -> Reductions<'r> {
        self.reductions_with(part, site, &self.promotions)
    }

    /// The same with other promotions.
    pub(super) fn reductions_with<'r>(
        &'r self,
        part: &Part<'c>,
        site: &'r Selection<'r>,
        promotions: &'r [&'c Promotion],
    ) -> Reductions<'r> {
        let (volume, discount) = (part.volume, self.discount.as_ref());
        Reductions { site, volume, promotions, discount }
    }
}

/// The bases that sites are priced on by `ask` beside the sites of `kept`, one for each offering: a
/// site that has its price on one of them keeps it. Of the sites only their number matters.
pub fn bases(catalogue: &Catalogue, ask: &PriceAsk<'_>, kept: &PriceSums) -> Vec<Arc<str>> {
    let counts = Counts::of(catalogue, ask, kept);
    let asked =
        |p: &&Promotion| ask.promotions.iter().any(|code| p.code.eq_ignore_ascii_case(code));
    let promotions: Vec<&Promotion> = catalogue.promotions().iter().filter(asked).collect();
    let of = |offering: &Offering| {
        basis(catalogue, offering, ask, counts.volume(&offering.code), &promotions)
    };
    catalogue.offerings().iter().map(of).collect()
}

/// What a site's share in the sums consists of. A price from before it was so has another basis,
/// and is made anew when its quote is priced again.
const FORM: &str = "2";

/// Everything besides the site itself that decides what a site of this offering costs, what the
/// promotions take off there and what would have made it cheaper, hashed. The day is not in it:
/// which promotions may be had on it is asked each time.
fn basis(
    catalogue: &Catalogue,
    offering: &Offering,
    ask: &PriceAsk<'_>,
    volume: Option<&VolumeStep>,
    promotions: &[&Promotion],
) -> Arc<str> {
    let tier = catalogue.tier(ask.tier).map_or(ask.tier, |tier| &*tier.code);
    let discount = ask.discount_percent.unwrap_or_default().normalize().to_string();
    let volume = volume.map_or_else(String::new, |step| step.sites.to_string());
    let mut words = vec![FORM, catalogue.fingerprint(), &*offering.code, tier, &discount, &volume];
    let own = promotions.iter().filter(|p| p.offering == offering.code);
    words.extend(own.map(|p| &*p.code));
    let mut hash = Sha256::new();
    for word in words {
        hash.update(word.as_bytes());
        hash.update([0]); // No word holds it.
    }
    hex(&hash.finalize()[..8]).into()
}
