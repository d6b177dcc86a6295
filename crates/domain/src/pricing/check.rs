//! What stands against an ask as a whole, and against the promotions asked for.

use super::authority::Counts;
use super::refusal::{PriceRefusal, RefusalCode};
use super::selection::{Selection, Wants};
use super::{PriceAsk, PriceSums};
use crate::catalogue::{Catalogue, Promotion, Tier};
use crate::promotion::{self, Given};
use std::collections::HashSet;

/// Checks what concerns the whole ask; gives the tier.
pub(super) fn ask<'c>(
    catalogue: &'c Catalogue,
    ask: &PriceAsk<'_>,
    kept: &PriceSums,
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
    if ask.sites.is_empty() && kept.sites() == 0 {
        refuse(RefusalCode::NoSites, "there is no site to price".to_owned());
    }
    let percent = ask.discount_percent;
    refusals.extend(percent.and_then(|percent| counts.refuse_discount(catalogue, tier, percent)));
    let mut seen = HashSet::with_capacity(ask.sites.len());
    for (index, site) in ask.sites.iter().enumerate() {
        if !seen.insert(site.site) {
            let detail = "the site is there twice".to_owned();
            let code = RefusalCode::DuplicateSite;
            refusals.push(PriceRefusal::of_site(code, site.site, index, detail));
        }
    }
    tier
}

/// The promotions that are asked for and can be had, in the order in which they stack.
pub(super) fn promotions<'c>(
    catalogue: &'c Catalogue,
    ask: &PriceAsk<'_>,
    kept: &PriceSums,
    counts: &Counts<'_>,
    selections: &[Option<Selection<'c>>],
    refusals: &mut Vec<PriceRefusal>,
) -> Vec<&'c Promotion> {
    let mut taken: Vec<&Promotion> = Vec::new();
    for (index, code) in ask.promotions.iter().enumerate() {
        let found = catalogue.promotion(code);
        let reason = found.map_or_else(
            || Some("there is no such promotion".to_owned()),
            |promotion| {
                let reason = withheld(promotion, ask, counts);
                reason.or_else(|| ineligible(promotion, ask, kept, selections, &taken))
            },
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

/// Why a promotion is not for this partner, or not for a quote of so few sites.
fn withheld(promotion: &Promotion, ask: &PriceAsk<'_>, counts: &Counts<'_>) -> Option<String> {
    let eligibility = &promotion.eligibility;
    if !eligibility.is_for_tier(ask.tier) {
        return Some(format!("it is not for partners of tier {}", ask.tier));
    }
    if !eligibility.is_for_programme(ask.programme) {
        return Some(format!("it is not for the programme {}", ask.programme));
    }
    let (least, sites) = (eligibility.min_sites, counts.sites(&promotion.offering));
    let offering = &promotion.offering;
    (0 < sites && sites < least)
        .then(|| format!("it needs {least} sites or more of {offering}, the quote has {sites}"))
}

/// Why no site can have a promotion, or not with the others that are taken.
fn ineligible(
    promotion: &Promotion,
    ask: &PriceAsk<'_>,
    kept: &PriceSums,
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
    if kept.sites_given(&promotion.code) > 0 {
        return None;
    }
    if terms.peek().is_none() {
        return Some(format!("no site has the offering {}", promotion.offering));
    }
    if !terms.any(|months| months >= promotion.min_term) {
        return Some(format!("it needs a term of {} months or more", promotion.min_term));
    }
    if let Some(reason) = wanting(promotion, selections) {
        return Some(reason);
    }
    // A site that could not be read might have had the component.
    let reduces = |s: &Option<Selection<'_>>| s.as_ref().is_none_or(|s| s.has_line_for(promotion));
    if !selections.iter().any(reduces) {
        return Some("no site has a charge that it reduces".to_owned());
    }
    None
}

/// What every site of the offering lacks; a site that could not be read might have it.
fn wanting(promotion: &Promotion, selections: &[Option<Selection<'_>>]) -> Option<String> {
    if selections.iter().any(Option::is_none) {
        return None;
    }
    let of_it = || selections.iter().flatten().filter(|s| s.offering.code == promotion.offering);
    let all_lack = |what| of_it().all(|site| site.lacks(promotion).any(|lacks| lacks == what));
    if all_lack(Wants::Zone) {
        let zones = promotion.eligibility.zones.join(", ");
        return Some(format!("it is for sites in the access zones {zones}"));
    }
    let features = promotion.eligibility.features.iter().enumerate();
    let lacking = features.filter(|(at, _)| all_lack(Wants::Feature(*at)));
    let lacking: Vec<_> = lacking.map(|(_, wanted)| wanted.words()).collect();
    if !lacking.is_empty() {
        return Some(format!("it needs {}", lacking.join(" and ")));
    }
    let none = of_it().all(|site| !site.suits(promotion));
    none.then(|| "no site has all that it needs at once".to_owned())
}

/// The promotions of which too little is left for what they would take off here.
pub(super) fn used_up(ask: &PriceAsk<'_>, given: &[Given]) -> Vec<PriceRefusal> {
    let refusal = |given: &Given| {
        let code = &given.promotion;
        let reason = promotion::of(ask.allowances, code)?.objection(given.amount)?;
        let index = ask.promotions.iter().position(|asked| asked.eq_ignore_ascii_case(code))?;
        Some(PriceRefusal::of_promotion(index, format!("promotion {code}: {reason}")))
    };
    given.iter().filter_map(refusal).collect()
}
