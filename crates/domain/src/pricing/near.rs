//! Near misses: what would have made a quote cheaper. Advice, never part of the price.

use super::PriceAsk;
use super::authority::Counts;
use super::selection::Selection;
use super::waterfall::{Discount, Reductions};
use crate::catalogue::{Catalogue, ChargeKind, Offering, Promotion, TermStep};
use crate::money::Money;
use crate::promotion;
use serde::{Deserialize, Serialize};
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

/// What stays the same while one thing is changed.
struct Sale<'s> {
    volumes: &'s Counts<'s>,
    promotions: &'s [&'s Promotion],
    discount: Option<&'s Discount<'s>>,
}

/// Everything near, by offering; longer terms first, then promotions as they stack.
pub(super) fn find(
    catalogue: &Catalogue,
    ask: &PriceAsk<'_>,
    selections: &[Selection<'_>],
    volumes: &Counts<'_>,
    promotions: &[&Promotion],
    discount: Option<&Discount<'_>>,
) -> Vec<NearMiss> {
    let sale = Sale { volumes, promotions, discount };
    let mut found = Vec::new();
    for offering in catalogue.offerings() {
        let of_it = |s: &&Selection<'_>| s.offering.code == offering.code;
        let sites: Vec<_> = selections.iter().filter(of_it).collect();
        if sites.is_empty() {
            continue;
        }
        found.extend(offering.terms.iter().filter_map(|term| longer(&sites, term, &sale)));
        for promotion in catalogue.promotions().iter().filter(|p| {
            p.offering == offering.code
                && p.in_force(ask.on)
                && is_left(p, ask)
                && can_be_added(p, promotions)
        }) {
            found.extend(available(&sites, promotion, &sale));
            found.extend(with_term(&sites, offering, promotion, &sale));
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

/// The net of one charge of a site; `None` if it would be below a floor.
fn net(site: &Selection<'_>, kind: ChargeKind, sale: &Sale<'_>) -> Option<i128> {
    let volume = sale.volumes.volume(&site.offering.code);
    let Sale { promotions, discount, .. } = *sale;
    let reductions = Reductions { term: site.term, volume, promotions, discount };
    site.lines().map(|line| reductions.net(&line?, kind).map(|m| i128::from(m.minor()))).sum()
}

/// What `sites` save if each is sold as `other` says; `None` if nothing, or if it cannot be.
fn saving<'c, 's>(
    mut sites: impl Iterator<Item = &'s Selection<'c>>,
    kind: ChargeKind,
    now: &Sale<'_>,
    then: &Sale<'_>,
    other: impl Fn(&Selection<'c>) -> Option<Selection<'c>>,
) -> Option<Money>
where
    'c: 's,
{
    let saved: i128 = sites.try_fold(0i128, |sum, site| {
        Some(sum + net(site, kind, now)? - net(&other(site)?, kind, then)?)
    })?;
    i64::try_from(saved).ok().filter(|s| *s > 0).map(Money::from_minor)
}

fn longer(sites: &[&Selection<'_>], term: &TermStep, sale: &Sale<'_>) -> Option<NearMiss> {
    let shorter = sites.iter().copied().filter(|s| s.term.months < term.months);
    let kind = ChargeKind::Mrc;
    let saved = saving(shorter, kind, sale, sale, |s| s.with_term(s.offering.term(term.months)?))?;
    Some(NearMiss {
        code: NearMissCode::LongerTerm,
        text: format!("a term of {} months would save {saved} a month", term.months),
        offering: sites.first()?.offering.code.clone(),
        term_months: Some(term.months),
        promotion: None,
        charge: kind,
        saving_minor: saved.minor(),
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

fn available(sites: &[&Selection<'_>], promotion: &Promotion, sale: &Sale<'_>) -> Option<NearMiss> {
    let more = plus(sale.promotions, promotion);
    let then = Sale { promotions: &more, ..*sale };
    let fitting = sites.iter().copied().filter(|s| s.term.months >= promotion.min_term);
    let saved = saving(fitting, promotion.charge, sale, &then, |s| Some(s.clone()))?;
    let (code, per) = (&promotion.code, per(promotion.charge));
    Some(NearMiss {
        code: NearMissCode::PromotionAvailable,
        text: format!("promotion {code} could be added and would save {saved} {per}"),
        offering: promotion.offering.clone(),
        term_months: None,
        promotion: Some(code.clone()),
        charge: promotion.charge,
        saving_minor: saved.minor(),
    })
}

fn with_term(
    sites: &[&Selection<'_>],
    offering: &Offering,
    promotion: &Promotion,
    sale: &Sale<'_>,
) -> Option<NearMiss> {
    let months = offering.terms.iter().map(|t| t.months).find(|m| *m >= promotion.min_term)?;
    let more = plus(sale.promotions, promotion);
    let then = Sale { promotions: &more, ..*sale };
    let short = sites.iter().copied().filter(|s| s.term.months < promotion.min_term);
    let saved =
        saving(short, promotion.charge, sale, &then, |s| s.with_term(s.offering.term(months)?))?;
    let (code, per) = (&promotion.code, per(promotion.charge));
    Some(NearMiss {
        code: NearMissCode::PromotionWithTerm,
        text: format!("{months} months would add promotion {code} and save {saved} {per}"),
        offering: promotion.offering.clone(),
        term_months: Some(months),
        promotion: Some(code.clone()),
        charge: promotion.charge,
        saving_minor: saved.minor(),
    })
}
