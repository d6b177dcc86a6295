//! What the priced sites of a quote add up to. A site can be taken out again, so that an edit of
//! one of ten thousand does not look at the others.

use super::{SitePrice, Totals};
use crate::money::{Money, Overflow};
use crate::promotion::Given;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What one priced site adds to the sums of its quote, besides its totals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// What it was priced under, hashed: see [`bases`](super::bases).
    pub basis: Arc<str>,
    /// What each promotion takes off here over the term, by code; only those that reduce
    /// something here.
    pub given: BTreeMap<Arc<str>, Money>,
    /// What each thing that is near would save, in minor units; none where it cannot be.
    pub near: BTreeMap<Arc<str>, Option<i64>>,
    /// By how much more each of those would use the promotions with a budget, by their codes, in
    /// minor units.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub more: BTreeMap<Arc<str>, BTreeMap<Arc<str>, i64>>,
}

/// What something near comes to at one site.
pub(super) struct Near {
    /// In minor units; none if it cannot be.
    pub(super) saving: Option<i64>,
    /// By how much more it would use each promotion with a budget.
    pub(super) more: BTreeMap<Arc<str>, i64>,
}

impl Share {
    pub(super) fn new(
        basis: Arc<str>,
        given: BTreeMap<Arc<str>, Money>,
        near: BTreeMap<Arc<str>, Near>,
    ) -> Self {
        let mut share = Self { basis, given, near: BTreeMap::new(), more: BTreeMap::new() };
        for (key, Near { saving, more }) in near {
            if !more.is_empty() {
                share.more.insert(key.clone(), more);
            }
            share.near.insert(key, saving);
        }
        share
    }
}

/// The sums over the sites that were priced on one basis. Amounts are minor units, in 128 bits,
/// so that no order of adding and taking away overflows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sums {
    /// The offering's code; a basis is of one.
    pub offering: Arc<str>,
    pub sites: u32,
    mrc: i128,
    nrc: i128,
    total_contract_value: i128,
    given: BTreeMap<Arc<str>, GivenSum>,
    near: BTreeMap<Arc<str>, NearSum>,
}

/// What a promotion gives.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
struct GivenSum {
    /// Where it reduces something.
    sites: u32,
    amount: i128,
}

/// What something near would save.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct NearSum {
    /// Whom it concerns.
    sites: u32,
    /// Where it cannot be.
    cannot: u32,
    saving: i128,
    /// By how much more it would use each promotion with a budget.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    more: BTreeMap<Arc<str>, i128>,
}

/// The sums by basis.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PriceSums(BTreeMap<Arc<str>, Sums>);

/// One more, or one less.
#[derive(Clone, Copy)]
enum By {
    More,
    Less,
}

impl By {
    const fn one(self) -> i32 {
        match self {
            Self::More => 1,
            Self::Less => -1,
        }
    }

    /// An amount that is added, or taken away.
    fn of(self, minor: i64) -> i128 {
        i128::from(minor) * i128::from(self.one())
    }
}

/// Counts one more or one less. Less than none there is only in a damaged database, which an
/// audit tells of.
fn step(count: &mut u32, by: By) {
    *count = count.saturating_add_signed(by.one());
}

impl Sums {
    fn count(&mut self, price: &SitePrice, share: &Share, by: By) {
        self.offering = price.offering.clone();
        step(&mut self.sites, by);
        self.mrc += by.of(price.totals.mrc.minor());
        self.nrc += by.of(price.totals.nrc.minor());
        self.total_contract_value += by.of(price.totals.total_contract_value.minor());
        for (code, amount) in &share.given {
            let sum = self.given.entry(code.clone()).or_default();
            step(&mut sum.sites, by);
            sum.amount += by.of(amount.minor());
        }
        for (key, saving) in &share.near {
            let sum = self.near.entry(key.clone()).or_default();
            step(&mut sum.sites, by);
            match saving {
                Some(saving) => sum.saving += by.of(*saving),
                None => step(&mut sum.cannot, by),
            }
            for (code, more) in share.more.get(key).into_iter().flatten() {
                *sum.more.entry(code.clone()).or_default() += by.of(*more);
            }
            sum.more.retain(|_, more| *more != 0);
        }
        if matches!(by, By::Less) {
            self.given.retain(|_, sum| sum.sites > 0);
            self.near.retain(|_, sum| sum.sites > 0);
        }
    }

    /// What something near would save at all the sites that it concerns; none if nothing, or if
    /// it cannot be at one of them.
    pub(super) fn saving(&self, key: &str) -> Option<Money> {
        let sum = self.near.get(key).filter(|sum| sum.cannot == 0)?;
        i64::try_from(sum.saving).ok().filter(|saving| *saving > 0).map(Money::from_minor)
    }
}

impl Sums {
    /// Whether something near can be at every site that it concerns.
    pub(super) fn possible(&self, key: &str) -> bool {
        self.near.get(key).is_none_or(|sum| sum.cannot == 0)
    }

    /// By how much more something near would use a promotion.
    pub(super) fn more(&self, key: &str, promotion: &str) -> i128 {
        let sum = self.near.get(key).and_then(|sum| sum.more.get(promotion));
        sum.copied().unwrap_or_default()
    }

    /// What a promotion takes off here, over the terms.
    pub(super) fn given_minor(&self, promotion: &str) -> i128 {
        self.given.get(promotion).map_or(0, |sum| sum.amount)
    }
}

impl PriceSums {
    /// Adds a priced site. One without a share is not counted.
    pub fn put(&mut self, price: &SitePrice) {
        self.count(price, By::More);
    }

    /// Takes a site out again, as it was put in.
    pub fn take(&mut self, price: &SitePrice) {
        self.count(price, By::Less);
    }

    fn count(&mut self, price: &SitePrice, by: By) {
        let Some(share) = &price.share else { return };
        let sums = self.0.entry(share.basis.clone()).or_default();
        sums.count(price, share, by);
        if sums.sites == 0 {
            self.0.remove(&share.basis);
        }
    }

    /// On which bases there are prices.
    pub fn bases(&self) -> impl Iterator<Item = &Arc<str>> {
        self.0.keys()
    }

    /// Those of one offering.
    pub fn bases_of(&self, offering: &str) -> impl Iterator<Item = &Arc<str>> {
        let of_it = self.0.iter().filter(move |(_, sums)| *sums.offering == *offering);
        of_it.map(|(basis, _)| basis)
    }

    /// How many sites are counted.
    pub fn sites(&self) -> u32 {
        self.0.values().fold(0, |sum, sums| sum.saturating_add(sums.sites))
    }

    /// Of one offering.
    pub fn sites_of(&self, offering: &str) -> u32 {
        let of_it = self.0.values().filter(|sums| *sums.offering == *offering);
        of_it.fold(0, |sum, sums| sum.saturating_add(sums.sites))
    }

    /// The sums of one basis; none without a site.
    pub(super) fn get(&self, basis: &str) -> Option<&Sums> {
        self.0.get(basis)
    }

    pub(super) fn totals(&self) -> Result<Totals, Overflow> {
        let sum = |part: fn(&Sums) -> i128| money(self.0.values().map(part).sum());
        Ok(Totals {
            mrc: sum(|s| s.mrc)?,
            nrc: sum(|s| s.nrc)?,
            total_contract_value: sum(|s| s.total_contract_value)?,
        })
    }

    fn given_sums(&self, promotion: &str) -> impl Iterator<Item = &GivenSum> {
        self.0.values().filter_map(move |sums| sums.given.get(promotion))
    }

    /// What a promotion takes off, over the terms of all the sites.
    pub(super) fn given(&self, promotion: &str) -> Result<Given, Overflow> {
        let amount = money(self.given_sums(promotion).map(|sum| sum.amount).sum())?;
        Ok(Given { promotion: promotion.to_owned(), amount })
    }

    /// At how many sites a promotion reduces something.
    pub(super) fn sites_given(&self, promotion: &str) -> u32 {
        self.given_sums(promotion).fold(0, |count, sum| count.saturating_add(sum.sites))
    }
}

fn money(minor: i128) -> Result<Money, Overflow> {
    i64::try_from(minor).map(Money::from_minor).map_err(|_| Overflow)
}
