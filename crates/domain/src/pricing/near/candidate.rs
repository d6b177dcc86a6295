//! What might be near: longer terms, more sites and promotions, each as one change of a site's
//! sale.

use super::super::sale::{Part, Sale};
use super::super::selection::Selection;
use super::super::sums::Near;
use super::super::{PriceAsk, Sums, Totals};
use super::{NearMiss, NearMissCode, is_enough, is_near, per};
use crate::catalogue::{Catalogue, ChargeKind, Offering, Promotion, TermStep, VolumeStep};
use crate::money::Money;
use std::collections::BTreeMap;
use std::sync::Arc;

/// One change that might make an offering's sites cheaper.
pub(in super::super) struct Candidate<'c> {
    /// Its name among the sums: what it needs, a plus sign and the promotion's code.
    pub(super) key: Arc<str>,
    needs: Needs<'c>,
    /// The promotion that it adds.
    pub(super) promotion: Option<&'c Promotion>,
    /// The promotions taken, and the one added, in the order in which they stack.
    promotions: Vec<&'c Promotion>,
}

/// What must be otherwise.
#[derive(Clone, Copy)]
enum Needs<'c> {
    /// Nothing but the promotion.
    Nothing,
    /// A longer term.
    Term(&'c TermStep),
    /// So many sites that this step is reached.
    Volume(&'c VolumeStep),
}

/// Everything that might be near for an offering's sites: longer terms first, then the next
/// volume step, then promotions as they stack.
pub(in super::super) fn candidates<'c>(
    catalogue: &'c Catalogue,
    offering: &'c Offering,
    volume: Option<&'c VolumeStep>,
    taken: &[&'c Promotion],
) -> Vec<Candidate<'c>> {
    let plain = |key: String, needs| Candidate {
        key: key.into(),
        needs,
        promotion: None,
        promotions: taken.to_vec(),
    };
    let longer = |term: &'c TermStep| plain(term.months.to_string(), Needs::Term(term));
    let mut all: Vec<_> = offering.terms.iter().map(longer).collect();
    let reached = volume.map_or(0, |volume| volume.sites);
    let next = offering.volumes.iter().find(|v| v.sites > reached);
    all.extend(next.map(|step| plain(format!("sites {}", step.sites), Needs::Volume(step))));
    let addable = |p: &&Promotion| p.offering == offering.code && can_be_added(p, taken);
    for promotion in catalogue.promotions().iter().filter(addable) {
        let adding = |needs, key: String| Candidate {
            key: key.into(),
            needs,
            promotion: Some(promotion),
            promotions: plus(taken, promotion),
        };
        let term = offering.terms.iter().find(|t| t.months >= promotion.min_term);
        all.push(adding(Needs::Nothing, alone(promotion)));
        all.extend(term.map(|term| {
            let key = format!("{}{}", term.months, alone(promotion));
            adding(Needs::Term(term), key)
        }));
    }
    all
}

/// The key of a promotion that needs nothing else.
fn alone(promotion: &Promotion) -> String {
    format!("+{}", promotion.code)
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

impl Candidate<'_> {
    /// Which charge gets cheaper.
    fn charge(&self) -> ChargeKind {
        self.promotion.map_or(ChargeKind::Mrc, |p| p.charge)
    }

    /// Whether it would be a change for this site.
    pub(super) fn concerns(&self, site: &Selection<'_>) -> bool {
        let months = site.term.months;
        match (self.needs, self.promotion) {
            (Needs::Term(term), None) => months < term.months,
            (Needs::Volume(_), _) => true,
            (Needs::Nothing, Some(promotion)) => months >= promotion.min_term,
            (Needs::Term(_), Some(promotion)) => months < promotion.min_term,
            (Needs::Nothing, None) => false,
        }
    }

    /// What comes of it at a site.
    pub(super) fn at(
        &self,
        site: &Selection<'_>,
        now: &Totals,
        given: &BTreeMap<Arc<str>, Money>,
        part: &Part<'_>,
        sale: &Sale<'_>,
    ) -> Near {
        let impossible = || Near { saving: None, more: BTreeMap::new() };
        let other = match self.needs {
            Needs::Term(term) => {
                let with = site.offering.term(term.months).and_then(|term| site.with_term(term));
                let Some(with) = with else { return impossible() };
                Some(with)
            }
            Needs::Nothing | Needs::Volume(_) => None,
        };
        let site = other.as_ref().unwrap_or(site);
        let saving = self.saving(site, now, part, sale);
        let more = saving.and_then(|_| self.more(site, given, part, sale));
        more.map_or_else(impossible, |more| Near { saving, more })
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
        let kind = self.charge();
        let mut reductions = sale.reductions_with(part, site.term, &self.promotions);
        if let Needs::Volume(step) = self.needs {
            reductions.volume = Some(step);
        }
        let then = site.lines().map(|l| reductions.net(&l?, kind).map(|m| i128::from(m.minor())));
        let then: i128 = then.sum::<Option<i128>>()?;
        let now = match kind {
            ChargeKind::Mrc => now.mrc,
            ChargeKind::Nrc => now.nrc,
        };
        i64::try_from(i128::from(now.minor()) - then).ok()
    }

    /// By how much more each promotion with a budget would be used at a site, over its term.
    fn more(
        &self,
        site: &Selection<'_>,
        given: &BTreeMap<Arc<str>, Money>,
        part: &Part<'_>,
        sale: &Sale<'_>,
    ) -> Option<BTreeMap<Arc<str>, i64>> {
        let mut more = BTreeMap::new();
        for promotion in self.budgeted() {
            let reductions = sale.reductions_with(part, site.term, &self.promotions);
            let times = match promotion.charge {
                ChargeKind::Mrc => i128::from(site.term.months),
                ChargeKind::Nrc => 1,
            };
            let mut taken: i128 = 0;
            for listed in site.lines() {
                taken += i128::from(reductions.taken(&listed?, promotion)?.minor()) * times;
            }
            let now = given.get(&promotion.code).map_or(0, |now| i128::from(now.minor()));
            match i64::try_from(taken - now).ok()? {
                0 => {}
                by => drop(more.insert(promotion.code.clone(), by)),
            }
        }
        Some(more)
    }

    /// The promotions with a budget of which it changes what they take off.
    fn budgeted(&self) -> impl Iterator<Item = &Promotion> {
        let changes = !matches!(self.needs, Needs::Volume(_));
        // Those of other offerings take off nothing here, with or without it.
        self.promotions.iter().copied().filter(move |p| changes && p.budget.is_some())
    }

    /// Whether every promotion that it rests on has enough left for what it would take off then.
    pub(super) fn leaves(&self, ask: &PriceAsk<'_>, sums: &Sums) -> bool {
        let enough = |promotion: &&Promotion| {
            let code = &*promotion.code;
            let mut taken = sums.given_minor(code) + sums.more(&self.key, code);
            // Who adds a promotion adds it at each site that may have it already, too.
            if let (Needs::Term(_), Some(added)) = (self.needs, self.promotion) {
                taken += sums.more(&alone(added), code);
            }
            is_enough(promotion, ask, taken)
        };
        let mut own = self.promotions.iter().filter(|p| *p.offering == *sums.offering);
        own.all(|promotion| enough(&promotion))
    }

    /// It in words, if there is something in it.
    pub(super) fn told(&self, offering: &Offering, sums: &Sums) -> Option<NearMiss> {
        let saved = sums.saving(&self.key)?;
        let per = per(self.charge());
        let mut more_sites = None;
        let (code, text) = match (self.needs, self.promotion) {
            (Needs::Volume(step), _) => {
                let missing = step.sites.saturating_sub(sums.sites);
                if !is_near(missing, step.sites) {
                    return None;
                }
                more_sites = Some(missing);
                (NearMissCode::MoreSites, more(missing, offering, step.sites, saved, sums.sites))
            }
            (Needs::Term(term), None) => {
                let text = format!("a term of {} months would save {saved} {per}", term.months);
                (NearMissCode::LongerTerm, text)
            }
            (Needs::Term(term), Some(promotion)) => {
                // Where a site that could have it already must not, nobody can have it.
                sums.possible(&alone(promotion)).then_some(())?;
                let (months, code) = (term.months, &promotion.code);
                let text =
                    format!("{months} months would add promotion {code} and save {saved} {per}");
                (NearMissCode::PromotionWithTerm, text)
            }
            (Needs::Nothing, promotion) => {
                let code = promotion.map(|p| &*p.code).unwrap_or_default();
                let text = format!("promotion {code} could be added and would save {saved} {per}");
                (NearMissCode::PromotionAvailable, text)
            }
        };
        let term_months = match self.needs {
            Needs::Term(term) => Some(term.months),
            Needs::Nothing | Needs::Volume(_) => None,
        };
        Some(NearMiss {
            code,
            text,
            offering: offering.code.clone(),
            term_months,
            more_sites,
            promotion: self.promotion.map(|p| p.code.clone()),
            charge: self.charge(),
            saving_minor: saved.minor(),
        })
    }
}

/// What a few more sites would save on those that are there.
fn more(missing: u32, offering: &Offering, needed: u32, saved: Money, there: u32) -> String {
    let (name, s) = (&offering.name, if missing == 1 { "" } else { "s" });
    format!(
        "{missing} more site{s} of {name}, {needed} in all, would save {saved} a month on the \
         {there} there are"
    )
}
