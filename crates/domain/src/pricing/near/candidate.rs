//! What might be near: longer terms, more sites and promotions, each as one change of a site's
//! sale.

use super::super::sale::{Part, Sale};
use super::super::selection::{Selection, Wants};
use super::super::sums::Near;
use super::super::{PriceAsk, Sums, Totals};
use super::{NearMiss, NearMissCode, is_enough, is_near, per};
use crate::catalogue::{Catalogue, ChargeKind, Offering, Promotion, TermStep, VolumeStep, Wanted};
use crate::money::Money;
use std::borrow::Cow;
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
    /// The feature at this place among the promotion's, and which one that is.
    Feature(usize, &'c Wanted),
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
        let wanted = promotion.eligibility.features.iter().enumerate();
        all.extend(wanted.map(|(at, wanted)| {
            let key = format!("{}{}", wanted.code, alone(promotion));
            adding(Needs::Feature(at, wanted), key)
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
        let only = |promotion: &Promotion, lack| site.lacks(promotion).eq([lack]);
        match (self.needs, self.promotion) {
            (Needs::Term(term), None) => site.term.months < term.months,
            (Needs::Volume(_), _) => true,
            (Needs::Nothing, Some(promotion)) => site.suits(promotion),
            (Needs::Term(_), Some(promotion)) => only(promotion, Wants::Term),
            (Needs::Feature(at, _), Some(promotion)) => only(promotion, Wants::Feature(at)),
            (Needs::Nothing | Needs::Feature(..), None) => false,
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
        let found = self.changed(site).and_then(|other| {
            let site = &*other;
            let saving = self.saving(site, now, part, sale)?;
            Some(Near { saving: Some(saving), more: self.more(site, given, part, sale)? })
        });
        found.unwrap_or_else(|| Near { saving: None, more: BTreeMap::new() })
    }

    /// The site as it must be. None: a rule of the offering forbids it.
    fn changed<'s>(&'s self, site: &'s Selection<'s>) -> Option<Cow<'s, Selection<'s>>> {
        match self.needs {
            Needs::Term(term) => site.with_term(term).map(Cow::Owned),
            Needs::Feature(_, wanted) => {
                let mut others =
                    wanted.places.iter().map(|place| site.with_value(wanted.at, *place));
                others.find_map(|other| other).map(Cow::Owned)
            }
            Needs::Nothing | Needs::Volume(_) => Some(Cow::Borrowed(site)),
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
        let mut reductions = sale.reductions_with(part, site, &self.promotions);
        if let Needs::Volume(step) = self.needs {
            reductions.volume = Some(step);
        }
        let less = |(kind, now): (ChargeKind, Money)| {
            let nets = site.lines().map(|l| reductions.net(&l?, kind));
            let then = nets.map(|net| net.map(|m| i128::from(m.minor())));
            Some(i128::from(now.minor()) - then.sum::<Option<i128>>()?)
        };
        let (mrc, nrc) = ((ChargeKind::Mrc, now.mrc), (ChargeKind::Nrc, now.nrc));
        let (own, other) = match self.charge() {
            ChargeKind::Mrc => (mrc, nrc),
            ChargeKind::Nrc => (nrc, mrc),
        };
        let saving = less(own)?;
        // Another choice costs otherwise: what is saved must not be paid elsewhere.
        if matches!(self.needs, Needs::Feature(..)) && less(other)? < 0 {
            return None;
        }
        i64::try_from(saving).ok()
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
            let reductions = sale.reductions_with(part, site, &self.promotions);
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
            if let Some(added) = self.promotion.filter(|_| !matches!(self.needs, Needs::Nothing)) {
                taken += sums.more(&alone(added), code);
            }
            is_enough(promotion, ask, taken)
        };
        let mut own = self.promotions.iter().filter(|p| *p.offering == *sums.offering);
        own.all(enough)
    }

    /// It in words, if there is something in it.
    pub(super) fn told(&self, offering: &Offering, sums: &Sums) -> Option<NearMiss> {
        let saved = sums.saving(&self.key)?;
        let missing = self.missing(sums.sites)?;
        let (code, text) = match self.promotion {
            None => self.told_of_itself(offering, sums, saved)?,
            Some(promotion) => self.told_of(promotion, offering, sums, saved)?,
        };
        let term_months = match self.needs {
            Needs::Term(term) => Some(term.months),
            Needs::Nothing | Needs::Volume(_) | Needs::Feature(..) => None,
        };
        Some(NearMiss {
            code,
            text,
            offering: offering.code.clone(),
            term_months,
            more_sites: Some(missing).filter(|missing| *missing > 0),
            promotion: self.promotion.map(|p| p.code.clone()),
            charge: self.charge(),
            saving_minor: saved.minor(),
        })
    }

    /// How many more sites it needs beside `there`, if those are few, and nothing else is needed
    /// with them.
    fn missing(&self, there: u32) -> Option<u32> {
        let needed = match (self.needs, self.promotion) {
            (Needs::Volume(step), _) => step.sites,
            (_, promotion) => promotion.map_or(0, |p| p.eligibility.min_sites),
        };
        let missing = needed.saturating_sub(there);
        let alone = matches!(self.needs, Needs::Nothing | Needs::Volume(_));
        (missing == 0 || (alone && is_near(missing, needed))).then_some(missing)
    }

    fn told_of_itself(
        &self,
        offering: &Offering,
        sums: &Sums,
        saved: Money,
    ) -> Option<(NearMissCode, String)> {
        match self.needs {
            Needs::Term(term) => {
                let text = format!("a term of {} months would save {saved} a month", term.months);
                Some((NearMissCode::LongerTerm, text))
            }
            Needs::Volume(step) => {
                let (more, there) = (more_sites(self.missing(sums.sites)?, offering), sums.sites);
                let text = format!(
                    "{more}, {} in all, would save {saved} a month on the {there} there are",
                    step.sites,
                );
                Some((NearMissCode::MoreSites, text))
            }
            Needs::Nothing | Needs::Feature(..) => None,
        }
    }

    fn told_of(
        &self,
        promotion: &Promotion,
        offering: &Offering,
        sums: &Sums,
        saved: Money,
    ) -> Option<(NearMissCode, String)> {
        // Where a site that could have it already must not, nobody can have it.
        sums.possible(&alone(promotion)).then_some(())?;
        let (code, per) = (&promotion.code, per(promotion.charge));
        Some(match self.needs {
            Needs::Term(term) => {
                let months = term.months;
                let text =
                    format!("{months} months would add promotion {code} and save {saved} {per}");
                (NearMissCode::PromotionWithTerm, text)
            }
            Needs::Feature(_, wanted) => {
                let with = wanted.words();
                let text = format!("{with} would add promotion {code} and save {saved} {per}");
                (NearMissCode::PromotionWithFeature, text)
            }
            Needs::Nothing | Needs::Volume(_) => match self.missing(sums.sites)? {
                0 => {
                    let text =
                        format!("promotion {code} could be added and would save {saved} {per}");
                    (NearMissCode::PromotionAvailable, text)
                }
                missing => {
                    let (more, there) = (more_sites(missing, offering), sums.sites);
                    let text = format!(
                        "{more} would add promotion {code} and save {saved} {per} on the {there} \
                         there are"
                    );
                    (NearMissCode::PromotionWithSites, text)
                }
            },
        })
    }
}

/// Such as `2 more sites of Switched Ethernet`.
fn more_sites(missing: u32, offering: &Offering) -> String {
    let (name, s) = (&offering.name, if missing == 1 { "" } else { "s" });
    format!("{missing} more site{s} of {name}")
}
