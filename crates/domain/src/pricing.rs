//! What a quote costs, and why: from list price to net in named steps, exact to the cent at
//! each level. Pure: the same ask and catalogue give the same answer. Not the catalogue
//! itself, and not who may approve a discount.

mod authority;
mod check;
mod near;
mod refusal;
mod reprice;
mod sale;
mod selection;
mod site;
mod sums;
#[cfg(test)]
mod tests;
mod waterfall;

pub use near::{NearMiss, NearMissCode};
pub use refusal::{PriceRefusal, RefusalCode};
pub use reprice::{Repriced, Repricing, reprice};
pub use sale::bases;
pub use sums::{PriceSums, Share, Sums};
pub use waterfall::{Step, StepKind, Waterfall};

use crate::catalogue::{Catalogue, Configuration};
use crate::id::Id;
use crate::money::{Currency, Money, Overflow};
use crate::promotion::{Allowance, Given};
use crate::time::Date;
use authority::Counts;
use faults::{Bug, planted};
use rust_decimal::Decimal;
use sale::Sale;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What is to be priced.
#[derive(Debug, Clone, PartialEq)]
pub struct PriceAsk<'a> {
    /// The day of pricing, which decides what is in force.
    pub on: Date,
    /// The code of the partner's tier.
    pub tier: &'a str,
    /// The code of the quote's programme.
    pub programme: &'a str,
    /// Off the monthly charges, in per cent.
    pub discount_percent: Option<Decimal>,
    /// The codes of the promotions asked for.
    pub promotions: Vec<String>,
    /// What is left of promotions that have limits.
    pub allowances: &'a [Allowance],
    pub sites: Vec<SiteAsk>,
}

/// One site to be priced.
#[derive(Debug, Clone, PartialEq)]
pub struct SiteAsk {
    pub site: Id,
    /// The ZIP code of its address, which decides the access zone.
    pub zip: String,
    pub configuration: Configuration,
}

/// A priced quote. Its sites are in the order of the ask.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QuotePrice {
    /// The label of the catalogue that priced it.
    pub catalogue_version: Arc<str>,
    pub currency: Currency,
    pub priced_on: Date,
    /// For how many days the offer stands.
    pub offer_days: u32,
    /// The code of the tier it was priced for.
    pub tier: Arc<str>,
    pub discount_percent: Option<Decimal>,
    /// The codes of the promotions taken, in the order in which they stack.
    pub promotions: Vec<Arc<str>>,
    /// What each of them takes off over the term.
    pub given: Vec<Given>,
    pub sites: Vec<SitePrice>,
    pub totals: Totals,
    /// Set if the discount is beyond the tier's authority.
    pub approval: Option<Approval>,
    /// What would have made it cheaper.
    pub near_misses: Vec<NearMiss>,
}

/// A priced site. Its lines are in the order of the offering's components.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SitePrice {
    pub site: Id,
    /// The offering's code.
    pub offering: Arc<str>,
    pub zone: Arc<str>,
    pub term_months: u32,
    /// The working days after the handoff that delivery is estimated to take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead_days: Option<u32>,
    pub lines: Vec<LinePrice>,
    pub totals: Totals,
    /// What it adds to the sums of its quote. None: it was priced before that was kept, or what
    /// it was priced for has changed.
    #[serde(default)]
    pub share: Option<Share>,
}

/// A priced component of a site.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LinePrice {
    /// The component's code.
    pub component: Arc<str>,
    pub name: Arc<str>,
    pub item_type: Arc<str>,
    /// How many; list prices are taken that many times.
    pub quantity: i64,
    pub mrc: Waterfall,
    pub nrc: Waterfall,
    pub totals: Totals,
}

/// Net amounts of a line, a site or a quote; each is the exact sum of the level below.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Totals {
    /// A month.
    pub mrc: Money,
    /// Once.
    pub nrc: Money,
    /// The one-off charges, and the monthly ones over the term.
    pub total_contract_value: Money,
}

/// The discount needs operations' approval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    pub authority_percent: Decimal,
    pub asked_percent: Decimal,
}

impl Totals {
    fn of_line(mrc: Money, nrc: Money, months: u32) -> Result<Self, Overflow> {
        let total_contract_value = mrc.times(i64::from(months))?.checked_add(nrc)?;
        Ok(Self { mrc, nrc, total_contract_value })
    }

    /// Where there are several sites: a planted mistake, see [`Bug::CentLost`].
    fn less_a_cent(self, sites: u32) -> Self {
        let cent = Money::from_minor(-i64::from(sites > 1));
        Self { mrc: self.mrc.checked_add(cent).unwrap_or(self.mrc), ..self }
    }

    /// The exact sum, member by member.
    pub fn sum<'t>(mut parts: impl Iterator<Item = &'t Self>) -> Result<Self, Overflow> {
        parts.try_fold(Self::default(), |sum, part| {
            Ok(Self {
                mrc: sum.mrc.checked_add(part.mrc)?,
                nrc: sum.nrc.checked_add(part.nrc)?,
                total_contract_value: sum
                    .total_contract_value
                    .checked_add(part.total_contract_value)?,
            })
        })
    }
}

/// Prices `ask` from `catalogue`.
///
/// # Errors
/// Everything that stands against it: first what is wrong with the ask, then its promotions,
/// then its sites in order.
pub fn price(catalogue: &Catalogue, ask: &PriceAsk<'_>) -> Result<QuotePrice, Vec<PriceRefusal>> {
    price_beside(catalogue, ask, &PriceSums::default())
}

/// Prices the sites of `ask` beside others of the same quote that keep their prices: `kept` is
/// what those add up to, each on a basis that is among [`bases`]. The same as pricing all of them
/// anew, but that only the sites of the ask are among the answer's.
///
/// # Errors
/// As [`price`]; but of the ask's sites alone, so that it need not be everything.
pub fn price_beside(
    catalogue: &Catalogue,
    ask: &PriceAsk<'_>,
    kept: &PriceSums,
) -> Result<QuotePrice, Vec<PriceRefusal>> {
    let mut refusals = Vec::new();
    let counts = Counts::of(catalogue, ask, kept);
    let tier = check::ask(catalogue, ask, kept, &counts, &mut refusals);
    let selections: Vec<_> = ask
        .sites
        .iter()
        .enumerate()
        .map(|(index, site)| selection::select(catalogue, index, site, &mut refusals))
        .collect();
    let promotions = check::promotions(catalogue, ask, kept, &counts, &selections, &mut refusals);
    let sale = Sale::new(catalogue, ask, tier, &counts, promotions);
    let mut sums = kept.clone();
    let mut sites = Vec::with_capacity(ask.sites.len());
    for (index, selection) in selections.iter().enumerate() {
        let Some(selection) = selection else { continue };
        let id = ask.sites[index].site;
        if let Some(priced) = site::price(id, index, selection, &sale, &mut refusals) {
            sums.put(&priced);
            sites.push(priced);
        }
    }
    drop(selections);
    let given = sale.promotions.iter().map(|p| sums.given(&p.code)).collect();
    let (Ok(totals), Ok(given)) = (sums.totals(), given) else {
        refusals.push(refusal::overflow(None, None));
        return Err(refusals);
    };
    let given: Vec<Given> = given;
    let totals = if planted(Bug::CentLost) { totals.less_a_cent(sums.sites()) } else { totals };
    refusals.extend(check::used_up(ask, &given));
    let Some(tier) = tier.filter(|_| refusals.is_empty()) else { return Err(refusals) };
    let authority_percent = counts.authority(catalogue, tier);
    Ok(QuotePrice {
        catalogue_version: catalogue.version().clone(),
        currency: catalogue.currency(),
        priced_on: ask.on,
        offer_days: catalogue.offer_days(),
        tier: tier.code.clone(),
        discount_percent: ask.discount_percent,
        promotions: sale.promotions.iter().map(|p| p.code.clone()).collect(),
        given,
        sites,
        totals,
        approval: ask
            .discount_percent
            .filter(|asked| *asked > authority_percent)
            .map(|asked_percent| Approval { authority_percent, asked_percent }),
        near_misses: near::find(ask, &sale, &sums),
    })
}
