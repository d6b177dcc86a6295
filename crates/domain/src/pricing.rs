//! What a quote costs, and why: from list price to net in named steps, exact to the cent at
//! each level. Pure: the same ask and catalogue give the same answer. Not the catalogue
//! itself, and not who may approve a discount.

mod authority;
mod near;
mod refusal;
mod selection;
#[cfg(test)]
mod tests;
mod waterfall;

pub use near::{NearMiss, NearMissCode};
pub use refusal::{PriceRefusal, RefusalCode};
pub use waterfall::{Step, StepKind, Waterfall};

use crate::catalogue::{Catalogue, ChargeKind, Configuration, Promotion, Tier};
use crate::id::Id;
use crate::money::{Currency, Money, Overflow};
use crate::promotion::{self, Allowance, Given};
use crate::time::Date;
use authority::Counts;
use faults::{Bug, planted};
use rust_decimal::Decimal;
use selection::{Listed, Selection};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::sync::Arc;
use waterfall::{Discount, Reductions};

/// What is to be priced.
#[derive(Debug, Clone, PartialEq)]
pub struct PriceAsk<'a> {
    /// The day of pricing, which decides what is in force.
    pub on: Date,
    /// The code of the partner's tier.
    pub tier: &'a str,
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
    fn less_a_cent(self, sites: &[SitePrice]) -> Self {
        let cent = Money::from_minor(-i64::from(sites.len() > 1));
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
    let mut refusals = Vec::new();
    let counts = Counts::of(catalogue, ask);
    let tier = check_ask(catalogue, ask, &counts, &mut refusals);
    let selections: Vec<_> = ask
        .sites
        .iter()
        .enumerate()
        .map(|(index, site)| selection::select(catalogue, index, site, &mut refusals))
        .collect();
    let promotions = promotions(catalogue, ask, &selections, &mut refusals);
    let discount = ask.discount_percent.and_then(|percent| Discount::new(percent, tier));
    let discount = discount.as_ref();
    let mut sites = Vec::with_capacity(ask.sites.len());
    for (index, selection) in selections.iter().enumerate() {
        let Some(selection) = selection else { continue };
        let site = ask.sites[index].site;
        let volume = counts.volume(&selection.offering.code);
        let (term, promotions) = (selection.term, promotions.as_slice());
        let reductions = Reductions { term, volume, promotions, discount };
        sites.extend(price_site(site, index, selection, &reductions, &mut refusals));
    }
    let totals = Totals::sum(sites.iter().map(|s| &s.totals));
    let totals = totals.map(|t| if planted(Bug::CentLost) { t.less_a_cent(&sites) } else { t });
    let given = promotions.iter().map(|p| given(p, &sites)).collect::<Result<Vec<_>, _>>();
    let (Ok(totals), Ok(given)) = (totals, given) else {
        refusals.push(refusal::overflow(None, None));
        return Err(refusals);
    };
    refusals.extend(used_up(ask, &given));
    let Some(tier) = tier.filter(|_| refusals.is_empty()) else { return Err(refusals) };
    let found: Vec<_> = selections.into_iter().flatten().collect();
    let near_misses = near::find(catalogue, ask, &found, &counts, &promotions, discount);
    let authority_percent = counts.authority(catalogue, tier);
    Ok(QuotePrice {
        catalogue_version: catalogue.version().clone(),
        currency: catalogue.currency(),
        priced_on: ask.on,
        offer_days: catalogue.offer_days(),
        tier: tier.code.clone(),
        discount_percent: ask.discount_percent,
        promotions: promotions.iter().map(|p| p.code.clone()).collect(),
        given,
        sites,
        totals,
        approval: ask
            .discount_percent
            .filter(|asked| *asked > authority_percent)
            .map(|asked_percent| Approval { authority_percent, asked_percent }),
        near_misses,
    })
}

/// What a promotion takes off the priced sites, over their terms.
fn given(promotion: &Promotion, sites: &[SitePrice]) -> Result<Given, Overflow> {
    let mut amount = Money::ZERO;
    for site in sites.iter().filter(|site| site.offering == promotion.offering) {
        for line in &site.lines {
            let (charge, times) = match promotion.charge {
                ChargeKind::Mrc => (&line.mrc, site.term_months),
                ChargeKind::Nrc => (&line.nrc, 1),
            };
            // The rule names the promotion, whose code is its own.
            let steps = charge
                .steps
                .iter()
                .filter(|step| step.kind == StepKind::Promotion && step.rule == promotion.rule);
            for step in steps {
                amount = amount.checked_sub(step.amount.times(i64::from(times))?)?;
            }
        }
    }
    Ok(Given { promotion: promotion.code.to_string(), amount })
}

/// The promotions of which too little is left for what they would take off here.
fn used_up(ask: &PriceAsk<'_>, given: &[Given]) -> Vec<PriceRefusal> {
    let refusal = |given: &Given| {
        let code = &given.promotion;
        let reason = promotion::of(ask.allowances, code)?.objection(given.amount)?;
        let index = ask.promotions.iter().position(|asked| asked.eq_ignore_ascii_case(code))?;
        Some(PriceRefusal::of_promotion(index, format!("promotion {code}: {reason}")))
    };
    given.iter().filter_map(refusal).collect()
}

/// Checks what concerns the whole ask; gives the tier.
fn check_ask<'c>(
    catalogue: &'c Catalogue,
    ask: &PriceAsk<'_>,
    counts: &Counts<'_>,
    refusals: &mut Vec<PriceRefusal>,
) -> Option<&'c Tier> {
    let mut refuse = |code, detail| refusals.push(PriceRefusal::of_quote(code, detail));
    if ask.on < catalogue.effective_from() {
        let from = catalogue.effective_from();
        let detail = format!("catalogue {} is in force from {from}", catalogue.version());
        refuse(RefusalCode::CatalogueNotInForce, detail);
    }
    let tier = catalogue.tier(ask.tier);
    if tier.is_none() {
        let known: Vec<_> = catalogue.tiers().iter().map(|t| &*t.code).collect();
        let detail = format!("there is no tier {}; there are {}", ask.tier, known.join(", "));
        refuse(RefusalCode::UnknownTier, detail);
    }
    let percent = ask.discount_percent;
    refusals.extend(percent.and_then(|percent| counts.refuse_discount(catalogue, tier, percent)));
    let none = || PriceRefusal::of_quote(RefusalCode::NoSites, "there is no site to price".into());
    refusals.extend(ask.sites.is_empty().then(none));
    let mut seen = HashSet::with_capacity(ask.sites.len());
    for (index, site) in ask.sites.iter().enumerate() {
        if !seen.insert(site.site) {
            let (code, detail) = (RefusalCode::DuplicateSite, "the site is there twice".into());
            refusals.push(PriceRefusal::of_site(code, site.site, index, detail));
        }
    }
    tier
}

/// The promotions that are asked for and can be had, in the order in which they stack.
fn promotions<'c>(
    catalogue: &'c Catalogue,
    ask: &PriceAsk<'_>,
    selections: &[Option<Selection<'c>>],
    refusals: &mut Vec<PriceRefusal>,
) -> Vec<&'c Promotion> {
    let mut taken: Vec<&Promotion> = Vec::new();
    for (index, code) in ask.promotions.iter().enumerate() {
        let found = catalogue.promotion(code);
        let reason = found.map_or_else(
            || Some("there is no such promotion".to_owned()),
            |promotion| ineligible(promotion, ask, selections, &taken),
        );
        if let Some(reason) = reason {
            let detail = format!("promotion {code}: {reason}");
            refusals.push(PriceRefusal::of_promotion(index, detail));
        } else {
            taken.extend(found);
        }
    }
    let is_taken = |p: &&Promotion| taken.iter().any(|t| t.code == p.code);
    catalogue.promotions().iter().filter(is_taken).collect()
}

/// Why a promotion cannot be had, if it cannot.
fn ineligible(
    promotion: &Promotion,
    ask: &PriceAsk<'_>,
    selections: &[Option<Selection<'_>>],
    taken: &[&Promotion],
) -> Option<String> {
    let (from, until) = (promotion.from, promotion.until);
    let mut terms = ask
        .sites
        .iter()
        .filter(|s| s.configuration.offering == promotion.offering)
        .map(|s| s.configuration.term_months)
        .peekable();
    if taken.iter().any(|t| t.code == promotion.code) {
        return Some("it is asked for twice".to_owned());
    }
    if ask.on > until {
        return Some(format!("it ended on {until}"));
    }
    if ask.on < from {
        return Some(format!("it begins on {from}"));
    }
    let exclusive = |t: &&&Promotion| (t.exclusive || promotion.exclusive) && t.overlaps(promotion);
    if let Some(other) = taken.iter().find(exclusive) {
        return Some(format!("it cannot stand together with {}", other.code));
    }
    if terms.peek().is_none() {
        return Some(format!("no site has the offering {}", promotion.offering));
    }
    if !terms.any(|months| months >= promotion.min_term) {
        return Some(format!("it needs a term of {} months or more", promotion.min_term));
    }
    // A site that could not be read might have had the component.
    let reduces = |s: &Option<Selection<'_>>| s.as_ref().is_none_or(|s| s.has_line_for(promotion));
    if !selections.iter().any(reduces) {
        return Some("no site has a charge that it reduces".to_owned());
    }
    None
}

fn price_site(
    site: Id,
    index: usize,
    selection: &Selection<'_>,
    reductions: &Reductions<'_>,
    refusals: &mut Vec<PriceRefusal>,
) -> Option<SitePrice> {
    let mut lines = Vec::with_capacity(selection.offering.components.len());
    let before = refusals.len();
    for listed in selection.lines() {
        let Some(listed) = listed else {
            let detail = format!("{} has no price for it", selection.offering.name);
            let code = RefusalCode::ConfigurationNotSold;
            refusals.push(PriceRefusal::of_site(code, site, index, detail));
            continue;
        };
        match price_line(&listed, reductions) {
            Ok(line) => lines.push(line),
            Err(mut refusal) => {
                (refusal.site, refusal.index) = (Some(site), Some(index));
                refusals.push(refusal);
            }
        }
    }
    let Ok(totals) = Totals::sum(lines.iter().map(|l| &l.totals)) else {
        refusals.push(refusal::overflow(Some(site), Some(index)));
        return None;
    };
    (refusals.len() == before).then(|| SitePrice {
        site,
        offering: selection.offering.code.clone(),
        zone: selection.zone.name.clone(),
        term_months: selection.term.months,
        lead_days: selection.lead_days(),
        lines,
        totals,
    })
}

/// Prices one component; the refusal does not know its site.
fn price_line(listed: &Listed<'_>, reductions: &Reductions<'_>) -> Result<LinePrice, PriceRefusal> {
    let component = listed.component;
    let mrc = reductions.waterfall(listed, ChargeKind::Mrc)?;
    let nrc = reductions.waterfall(listed, ChargeKind::Nrc)?;
    let totals = Totals::of_line(mrc.net, nrc.net, reductions.term.months)
        .map_err(|Overflow| refusal::overflow(None, None))?;
    Ok(LinePrice {
        component: component.code.clone(),
        name: component.name.clone(),
        item_type: component.item_type.clone(),
        quantity: listed.quantity,
        mrc,
        nrc,
        totals,
    })
}
