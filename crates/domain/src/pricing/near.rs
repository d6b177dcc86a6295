//! Near misses: what would have made a quote cheaper. Advice, never part of the price.

use super::sale::{Part, Sale};
use super::selection::Selection;
use super::{PriceAsk, PriceSums, Totals};
use crate::catalogue::{Catalogue, ChargeKind, Offering, Promotion, TermStep};
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
    /// A promotion that could have been asked for.
    PromotionAvailable,
    /// A promotion that a longer term would bring.
    PromotionWithTerm,
}

impl NearMissCode {
    /// As it stands on the wire.
    pub const fn word(self) -> &'static str {
        match self {
            Self::LongerTerm => "longer_term",
            Self::PromotionAvailable => "promotion_available",
            Self::PromotionWithTerm => "promotion_with_term",
        }
    }
}

/// One change that might make an offering's sites cheaper.
pub(super) struct Candidate<'c> {
    /// Its name among the sums: the months, a plus sign and the promotion's code.
    key: Arc<str>,
    /// The term that it needs, if not the site's own.
    term: Option<&'c TermStep>,
    /// The promotion that it adds.
    promotion: Option<&'c Promotion>,
    /// The promotions taken, and the one added, in the order in which they stack.
    promotions: Vec<&'c Promotion>,
}

/// Everything that might be near for an offering's sites: longer terms first, then promotions as
/// they stack.
pub(super) fn candidates<'c>(
    catalogue: &'c Catalogue,
    offering: &'c Offering,
    taken: &[&'c Promotion],
) -> Vec<Candidate<'c>> {
    let longer = |term: &'c TermStep| Candidate {
        key: term.months.to_string().into(),
        term: Some(term),
        promotion: None,
        promotions: taken.to_vec(),
    };
    let mut all: Vec<_> = offering.terms.iter().map(longer).collect();
    let addable = |p: &&Promotion| p.offering == offering.code && can_be_added(p, taken);
    for promotion in catalogue.promotions().iter().filter(addable) {
        let (code, promotions) = (&promotion.code, plus(taken, promotion));
        let term = offering.terms.iter().find(|t| t.months >= promotion.min_term);
        all.push(Candidate {
            key: format!("+{code}").into(),
            term: None,
            promotion: Some(promotion),
            promotions: promotions.clone(),
        });
        all.extend(term.map(|term| Candidate {
            key: format!("{}+{code}", term.months).into(),
            term: Some(term),
            promotion: Some(promotion),
            promotions,
        }));
    }
    all
}

/// What each thing that is near would save at one site, in minor units, by the candidate's key;
/// none where it cannot be.
pub(super) fn of_site(
    site: &Selection<'_>,
    now: &Totals,
    part: &Part<'_>,
    sale: &Sale<'_>,
) -> BTreeMap<Arc<str>, Option<i64>> {
    let concerning = part.candidates.iter().filter(|c| c.concerns(site.term.months));
    concerning.map(|c| (c.key.clone(), c.saving(site, now, part, sale))).collect()
}

/// Everything near, by offering, from what the sites add up to.
pub(super) fn find(ask: &PriceAsk<'_>, sale: &Sale<'_>, sums: &PriceSums) -> Vec<NearMiss> {
    let mut found = Vec::new();
    for part in &sale.parts {
        let Some(sums) = sums.get(&part.basis) else { continue };
        let may_be =
            |c: &&Candidate<'_>| c.promotion.is_none_or(|p| p.in_force(ask.on) && is_left(p, ask));
        for candidate in part.candidates.iter().filter(may_be) {
            let saved = sums.saving(&candidate.key);
            found.extend(saved.map(|saved| candidate.told(part.offering, saved)));
        }
    }
    found
}

/// Whether any of it is left; whether it is enough, the price would say.
fn is_left(promotion: &Promotion, ask: &PriceAsk<'_>) -> bool {
    let allowance = promotion::of(ask.allowances, &promotion.code);
    allowance.is_none_or(|left| left.objection(Money::from_minor(1)).is_none())
}

fn can_be_added(promotion: &Promotion, taken: &[&Promotion]) -> bool {
    taken.iter().all(|t| {
        t.code != promotion.code && !((t.exclusive || promotion.exclusive) && t.overlaps(promotion))
    })
}

/// The promotions taken, and one more, in the order in which they stack.
fn plus<'p>(taken: &[&'p Promotion], promotion: &'p Promotion) -> Vec<&'p Promotion> {
    let mut all = taken.to_vec();
    all.push(promotion);
    all.sort_by(|a, b| (a.order, &a.code).cmp(&(b.order, &b.code)));
    all
}

fn per(charge: ChargeKind) -> &'static str {
    match charge {
        ChargeKind::Mrc => "a month",
        ChargeKind::Nrc => "once",
    }
}

impl Candidate<'_> {
    /// Which charge gets cheaper.
    fn charge(&self) -> ChargeKind {
        self.promotion.map_or(ChargeKind::Mrc, |p| p.charge)
    }

    /// Whether it would be a change for a site of that term.
    fn concerns(&self, months: u32) -> bool {
        match (self.term, self.promotion) {
            (Some(term), None) => months < term.months,
            (None, Some(promotion)) => months >= promotion.min_term,
            (Some(_), Some(promotion)) => months < promotion.min_term,
            (None, None) => false,
        }
    }

    /// What a site saves by it, which may be less than nothing; none if it cannot be: against a
    /// rule of the offering, or below a floor.
    fn saving(
        &self,
        site: &Selection<'_>,
        now: &Totals,
        part: &Part<'_>,
        sale: &Sale<'_>,
    ) -> Option<i64> {
        let longer = match self.term {
            Some(term) => Some(site.with_term(site.offering.term(term.months)?)?),
            None => None,
        };
        let site = longer.as_ref().unwrap_or(site);
        let kind = self.charge();
        let reductions = sale.reductions_with(part, site.term, &self.promotions);
        let then = site.lines().map(|l| reductions.net(&l?, kind).map(|m| i128::from(m.minor())));
        let then: i128 = then.sum::<Option<i128>>()?;
        let now = match kind {
            ChargeKind::Mrc => now.mrc,
            ChargeKind::Nrc => now.nrc,
        };
        i64::try_from(i128::from(now.minor()) - then).ok()
    }

    fn told(&self, offering: &Offering, saved: Money) -> NearMiss {
        let per = per(self.charge());
        let (code, text) = match (self.term, self.promotion) {
            (Some(term), None) => {
                let text = format!("a term of {} months would save {saved} {per}", term.months);
                (NearMissCode::LongerTerm, text)
            }
            (Some(term), Some(promotion)) => {
                let (months, code) = (term.months, &promotion.code);
                let text =
                    format!("{months} months would add promotion {code} and save {saved} {per}");
                (NearMissCode::PromotionWithTerm, text)
            }
            (None, promotion) => {
                let code = promotion.map(|p| &*p.code).unwrap_or_default();
                let text = format!("promotion {code} could be added and would save {saved} {per}");
                (NearMissCode::PromotionAvailable, text)
            }
        };
        NearMiss {
            code,
            text,
            offering: offering.code.clone(),
            term_months: self.term.map(|t| t.months),
            promotion: self.promotion.map(|p| p.code.clone()),
            charge: self.charge(),
            saving_minor: saved.minor(),
        }
    }
}
