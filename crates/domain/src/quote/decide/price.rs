//! A quote is priced; a discount beyond the partner's authority waits for operations, unless
//! they have offered as much before.

use super::super::edits::{Edits, QuoteSites};
use super::Rules;
use crate::catalogue::Catalogue;
use crate::change::Context;
use crate::code::{Because, Code};
use crate::decision::Decision;
use crate::event::{EventKind, Happened};
use crate::law::QuoteFile;
use crate::pricing::{self, PriceAsk, PriceRefusal, PriceSums, QuotePrice, RefusalCode, SiteAsk};
use crate::programme::Stage;
use crate::quote::{AskedLevel, CounterOffer, Offer, QuotePhase, QuoteState, Site};
use crate::refusal::{self, Fault, Refusal};
use rust_decimal::Decimal;
use std::sync::Arc;

/// How a quote shall be priced.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AskPrice {
    /// Off the monthly charges, in per cent.
    pub discount_percent: Option<Decimal>,
    /// Codes of promotions.
    pub promotions: Vec<String>,
    pub level: AskedLevel,
}

/// On which bases this quote has prices that the ask does not price on: the sites of those are
/// priced anew, with those that have none.
pub fn stale_bases(
    ctx: &Context,
    tier: &str,
    file: &QuoteFile,
    catalogue: &Catalogue,
    ask: &AskPrice,
) -> Vec<Arc<str>> {
    let ask = price_ask(ctx, tier, &file.sites, file, ask.clone());
    let good = pricing::bases(catalogue, &ask, &beside(file));
    let stale = file.quote.tally.priced.bases().filter(|basis| !good.contains(basis));
    stale.cloned().collect()
}

/// Prices the quote under the catalogue in force. The file has the sites to be priced: those
/// without a price and those of stale bases at least, all of them at most. The result is the same;
/// only of a refusal, all sites tell more.
pub fn quote_price(
    ctx: &mut Context,
    rules: Rules<'_>,
    tier: &str,
    file: &QuoteFile,
    catalogue: &Catalogue,
    ask: AskPrice,
) -> Result<Decision<QuoteSites>, Refusal> {
    file.gate(ctx, rules, Stage::Pricing)?;
    let kept = kept(file)?;
    let level = ask.level;
    let ask = price_ask(ctx, tier, &file.sites, file, ask);
    let price = pricing::price_beside(catalogue, &ask, &kept).map_err(unpriceable)?;
    let mut quote = file.quote.clone();
    let (to, state, what) = offered(ctx, catalogue, &price, level, quote.counter.as_ref());
    let from = quote.go(ctx.now, to, state, "priced")?;
    let mut edits = Edits::of(quote);
    for (site, priced) in file.sites.iter().zip(price.sites) {
        edits.update(site, Site { price: Some(priced), ..site.clone() });
    }
    Ok(edits.end(ctx, Happened::new(what).from(from)))
}

/// What a price makes of its quote: an offer, or one that waits for operations, unless their
/// counter-offer covers it.
pub(super) fn offered(
    ctx: &Context,
    catalogue: &Catalogue,
    price: &QuotePrice,
    level: AskedLevel,
    counter: Option<&CounterOffer>,
) -> (QuotePhase, QuoteState, EventKind) {
    let offer = offer(ctx, catalogue, price, level);
    let counter = counter.filter(|counter| counter.covers(ctx.now, price));
    match (price.approval, counter) {
        (None, _) => (QuotePhase::Priced, QuoteState::Priced { offer }, EventKind::QuotePriced),
        (Some(_), Some(counter)) => {
            let offer = Offer { approved_by: Some(counter.by.clone()), ..offer };
            (QuotePhase::Priced, QuoteState::Priced { offer }, EventKind::QuoteCounterOfferTaken)
        }
        (Some(approval), None) => {
            let state = QuoteState::PendingApproval { offer, approval };
            (QuotePhase::PendingApproval, state, EventKind::QuoteApprovalRequested)
        }
    }
}

/// What the priced sites that are not looked at add up to.
fn beside(file: &QuoteFile) -> PriceSums {
    let mut beside = file.quote.tally.priced.clone();
    for price in file.sites.iter().filter_map(|site| site.price.as_ref()) {
        beside.take(price);
    }
    beside
}

/// The same, if no site is missing.
fn kept(file: &QuoteFile) -> Result<PriceSums, Refusal> {
    let (tally, kept) = (&file.quote.tally, beside(file));
    let looked_at = u32::try_from(file.sites.len()).unwrap_or(u32::MAX);
    if kept.sites().checked_add(looked_at) == Some(tally.sites) {
        return Ok(kept);
    }
    Err(Refusal::new(Code::Busy, "the quote's sites are not all there yet; try again"))
}

pub(super) fn unpriceable(refusals: Vec<PriceRefusal>) -> Refusal {
    let (faults, more) = refusal::named(refusals.into_iter().map(price_fault).collect());
    let detail = format!("the quote cannot be priced so{more}");
    Refusal::new(Code::PriceRefused, detail).with(faults)
}

pub(super) fn price_ask<'a>(
    ctx: &Context,
    tier: &'a str,
    sites: &[Site],
    file: &'a QuoteFile,
    ask: AskPrice,
) -> PriceAsk<'a> {
    let site_ask = |site: &Site| {
        site.configuration.clone().map(|configuration| SiteAsk {
            site: site.id,
            zip: site.address().zip.clone(),
            configuration,
        })
    };
    PriceAsk {
        on: ctx.now.date(),
        tier,
        programme: &file.quote.programme,
        discount_percent: ask.discount_percent.filter(|d| !d.is_zero()),
        promotions: ask.promotions,
        allowances: &file.promotions,
        // The gate has seen that every site is configured.
        sites: sites.iter().filter_map(site_ask).collect(),
    }
}

fn offer(ctx: &Context, catalogue: &Catalogue, price: &QuotePrice, level: AskedLevel) -> Offer {
    Offer {
        totals: price.totals,
        level,
        discount_percent: price.discount_percent,
        promotions: price.promotions.iter().map(ToString::to_string).collect(),
        given: price.given.clone(),
        near_misses: price.near_misses.clone(),
        catalogue_version: price.catalogue_version.to_string(),
        tier: price.tier.to_string(),
        catalogue: Some(catalogue.digest().to_owned()),
        priced_at: ctx.now,
        expires_at: ctx.now.plus_days(price.offer_days),
        approved_by: None,
    }
}

fn price_fault(refusal: PriceRefusal) -> Fault {
    let site = |member: &str| match refusal.site {
        Some(site) => format!("/sites/{site}/{member}"),
        None => format!("/sites/{member}"),
    };
    let (because, pointer) = match refusal.code {
        RefusalCode::CatalogueNotInForce => (Because::CatalogueNotInForce, String::new()),
        RefusalCode::UnknownTier => (Because::UnknownTier, String::new()),
        RefusalCode::DiscountOutOfRange => (Because::OutOfRange, "/discount_percent".to_owned()),
        RefusalCode::NoSites => (Because::SitesMissing, "/sites".to_owned()),
        RefusalCode::DuplicateSite => (Because::Duplicate, site("id")),
        RefusalCode::ZipNotUsable => (Because::ZipNotUsable, site("address/zip")),
        RefusalCode::ConfigurationNotSold => (Because::ConfigurationNotSold, site("configuration")),
        RefusalCode::PromotionNotEligible => {
            let at = refusal.index.unwrap_or_default();
            (Because::PromotionNotEligible, format!("/promotions/{at}"))
        }
        RefusalCode::BelowFloor => (Because::BelowFloor, "/discount_percent".to_owned()),
        RefusalCode::Overflow => (Because::AmountTooLarge, site("price")),
    };
    let fault = Fault::new(pointer, because, refusal.detail);
    match refusal.most_discount_percent {
        Some(most) => fault.expected(format!("a discount of at most {most} %")),
        None => fault,
    }
}
