//! A quote is priced; a discount beyond the partner's authority is approved or refused.

use super::{QuoteSites, Rules};
use crate::catalogue::Catalogue;
use crate::change::{Change, Context};
use crate::code::{Because, Code};
use crate::decision::Decision;
use crate::event::{EventKind, Happened};
use crate::law::QuoteFile;
use crate::pricing::{self, PriceAsk, PriceRefusal, QuotePrice, RefusalCode, SiteAsk};
use crate::programme::Stage;
use crate::quote::{Offer, Quote, QuotePhase, QuoteState, Site};
use crate::refusal::{Fault, Refusal};
use rust_decimal::Decimal;

/// How a quote shall be priced.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AskPrice {
    /// Off the monthly charges, in per cent.
    pub discount_percent: Option<Decimal>,
    /// Codes of promotions.
    pub promotions: Vec<String>,
}

/// Prices every site of the quote under the catalogue in force.
pub fn quote_price(
    ctx: &mut Context,
    rules: Rules<'_>,
    tier: &str,
    file: &QuoteFile,
    catalogue: &Catalogue,
    ask: AskPrice,
) -> Result<Decision<QuoteSites>, Refusal> {
    file.gate(ctx, rules, Stage::Pricing)?;
    let price =
        pricing::price(catalogue, &price_ask(ctx, tier, file, ask)).map_err(|refusals| {
            let faults = refusals.into_iter().map(price_fault).collect();
            Refusal::new(Code::PriceRefused, "the quote cannot be priced so").with(faults)
        })?;
    let offer = offer(ctx, &price);
    let mut quote = file.quote.clone();
    let (from, what) = match price.approval {
        None => {
            let to = QuotePhase::Priced;
            (quote.go(ctx.now, to, QuoteState::Priced { offer }, "priced")?, EventKind::QuotePriced)
        }
        Some(approval) => {
            let state = QuoteState::PendingApproval { offer, approval };
            let to = QuotePhase::PendingApproval;
            (quote.go(ctx.now, to, state, "priced")?, EventKind::QuoteApprovalRequested)
        }
    };
    let mut change = Change::default();
    let mut sites = Vec::with_capacity(file.sites.len());
    for (site, priced) in file.sites.iter().zip(price.sites) {
        sites.push(change.update_part(Site { price: Some(priced), ..site.clone() }));
    }
    let quote = change.update(ctx, quote, Happened::new(what).from(from));
    Ok(Decision { change, view: QuoteSites { quote, sites } })
}

fn price_ask<'a>(ctx: &Context, tier: &'a str, file: &'a QuoteFile, ask: AskPrice) -> PriceAsk<'a> {
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
        discount_percent: ask.discount_percent.filter(|d| !d.is_zero()),
        promotions: ask.promotions,
        allowances: &file.promotions,
        // The gate has seen that every site is configured.
        sites: file.sites.iter().filter_map(site_ask).collect(),
    }
}

fn offer(ctx: &Context, price: &QuotePrice) -> Offer {
    Offer {
        totals: price.totals,
        discount_percent: price.discount_percent,
        promotions: price.promotions.iter().map(ToString::to_string).collect(),
        given: price.given.clone(),
        near_misses: price.near_misses.clone(),
        catalogue_version: price.catalogue_version.to_string(),
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

/// What operations say to a discount beyond the partner's authority.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DiscountVerdict {
    Approve {
        note: Option<String>,
    },
    /// The quote is a draft again; the partner prices it with less.
    Refuse {
        reason: String,
    },
}

pub fn discount_decide(
    ctx: &mut Context,
    quote: &Quote,
    verdict: DiscountVerdict,
) -> Result<Decision<Quote>, Refusal> {
    let phase = quote.phase(ctx.now);
    let QuoteState::PendingApproval { offer, .. } = &quote.state else {
        return Err(Refusal::state("quote", phase.word(), "decided on: no discount is pending"));
    };
    let mut decided = quote.clone();
    let mut change = Change::default();
    let what = match verdict {
        DiscountVerdict::Approve { note } => {
            if phase == QuotePhase::Expired {
                return Err(Refusal::state("quote", phase.word(), "approved"));
            }
            let offer = Offer { approved_by: Some(ctx.actor.label()), ..offer.clone() };
            let state = QuoteState::Priced { offer };
            let from = decided.go(ctx.now, QuotePhase::Priced, state, "approved")?;
            Happened { reason: note, ..Happened::new(EventKind::QuoteDiscountApproved).from(from) }
        }
        DiscountVerdict::Refuse { reason } => {
            let from = decided.go(ctx.now, QuotePhase::Draft, QuoteState::Draft, "refused")?;
            Happened::new(EventKind::QuoteDiscountRefused).from(from).because(reason)
        }
    };
    let view = change.update(ctx, decided, what);
    Ok(Decision { change, view })
}
