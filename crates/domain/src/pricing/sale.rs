//! What the sites of a quote are sold under, and its short name for each offering: the basis of a
//! price. Two sites alike cost the same on the same basis.

use super::PriceAsk;
use super::near::{self, Candidate};
use super::waterfall::{Discount, Reductions};
use crate::catalogue::{Catalogue, Offering, Promotion, TermStep, Tier};
use crate::contract::hex;
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// The discount and the promotions, and what follows from them for each offering.
pub(super) struct Sale<'c> {
    /// Those taken, in the order in which they stack.
    pub(super) promotions: Vec<&'c Promotion>,
    discount: Option<Discount>,
    /// One for each offering, in the catalogue's order.
    pub(super) parts: Vec<Part<'c>>,
}

/// The sale of one offering.
pub(super) struct Part<'c> {
    pub(super) offering: &'c Offering,
    pub(super) basis: Arc<str>,
    /// What might have made it cheaper.
    pub(super) candidates: Vec<Candidate<'c>>,
}

impl<'c> Sale<'c> {
    pub(super) fn new(
        catalogue: &'c Catalogue,
        ask: &PriceAsk<'_>,
        tier: Option<&Tier>,
        promotions: Vec<&'c Promotion>,
    ) -> Self {
        let part = |offering: &'c Offering| Part {
            offering,
            basis: basis(catalogue, offering, ask, &promotions),
            candidates: near::candidates(catalogue, offering, &promotions),
        };
        let parts = catalogue.offerings().iter().map(part).collect();
        let discount = ask.discount_percent.and_then(|percent| Discount::new(percent, tier));
        Self { promotions, discount, parts }
    }

    pub(super) fn part(&self, offering: &Offering) -> Option<&Part<'c>> {
        self.parts.iter().find(|part| part.offering.code == offering.code)
    }

    /// What is taken off the charges of a site of that term.
    pub(super) fn reductions<'r>(&'r self, part: &Part<'c>, term: &'r TermStep) -> Reductions<'r> {
        self.reductions_with(part, term, &self.promotions)
    }

    /// The same with other promotions.
    pub(super) fn reductions_with<'r>(
        &'r self,
        _part: &Part<'c>,
        term: &'r TermStep,
        promotions: &'r [&'c Promotion],
    ) -> Reductions<'r> {
        Reductions { term, promotions, discount: self.discount.as_ref() }
    }
}

/// The bases that sites are priced on by `ask`, one for each offering: a site that has its price
/// on one of them keeps it. The sites of the ask do not matter.
pub fn bases(catalogue: &Catalogue, ask: &PriceAsk<'_>) -> Vec<Arc<str>> {
    let asked =
        |p: &&Promotion| ask.promotions.iter().any(|code| p.code.eq_ignore_ascii_case(code));
    let promotions: Vec<&Promotion> = catalogue.promotions().iter().filter(asked).collect();
    let of = |offering| basis(catalogue, offering, ask, &promotions);
    catalogue.offerings().iter().map(of).collect()
}

/// Everything besides the site itself that decides what a site of this offering costs, what the
/// promotions take off there and what would have made it cheaper, hashed. The day is not in it:
/// which promotions may be had on it is asked each time.
fn basis(
    catalogue: &Catalogue,
    offering: &Offering,
    ask: &PriceAsk<'_>,
    promotions: &[&Promotion],
) -> Arc<str> {
    let tier = catalogue.tier(ask.tier).map_or(ask.tier, |tier| &*tier.code);
    let discount = ask.discount_percent.unwrap_or_default().normalize().to_string();
    let mut words: Vec<&str> = vec![catalogue.fingerprint(), &offering.code, tier, &discount];
    let own = promotions.iter().filter(|p| p.offering == offering.code);
    words.extend(own.map(|p| &*p.code));
    let mut hash = Sha256::new();
    for word in words {
        hash.update(word.as_bytes());
        hash.update([0]); // No word holds it.
    }
    hex(&hash.finalize()[..8]).into()
}
