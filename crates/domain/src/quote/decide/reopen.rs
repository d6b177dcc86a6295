//! An expired quote is opened again: a new version, priced under the catalogue in force on the
//! terms that it had, as far as they still hold.

use super::price::{offered, price_ask, unpriceable};
use super::versions::{Succession, succeed};
use super::{AskPrice, Rules};
use crate::catalogue::Catalogue;
use crate::change::{Change, Context};
use crate::decision::Decision;
use crate::event::{EventKind, Happened};
use crate::law::{self, Facts, QuoteFile};
use crate::pricing::{self, PriceRefusal, QuotePrice, RefusalCode};
use crate::programme::Stage;
use crate::quote::{Comparison, Quote, QuotePhase, QuoteState, Side, Site, Tally, compare};
use crate::refusal::Refusal;

/// Something that the expired offer had and the new one cannot have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// `promotion ADI-PORT10`, or `discount 12 %`.
    pub what: String,
    /// For a person.
    pub why: String,
}

/// What re-opening a quote gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Reopened {
    /// The new version.
    pub quote: Quote,
    pub left_out: Vec<LeftOut>,
    /// With the version that had expired.
    pub comparison: Comparison,
}

/// Opens an expired quote again, in one change: the version is superseded by another with the same
/// sites, which is priced with the same discount and promotions. What of those no longer holds is
/// left out and told; a discount that now needs approval waits for operations. The file has all
/// sites.
pub fn quote_reopen(
    ctx: &mut Context,
    rules: Rules<'_>,
    tier: &str,
    file: &QuoteFile,
    catalogue: &Catalogue,
) -> Result<Decision<Reopened>, Refusal> {
    let phase = file.quote.phase(ctx.now);
    let expired = file.quote.offer().filter(|_| phase == QuotePhase::Expired);
    let Some(offer) = expired else {
        return Err(Refusal::state("quote", phase.word(), "re-opened: its offer has not expired"));
    };
    // A contract that is still out goes with the version.
    let facts = file.facts(ctx.now, rules.programme, rules.partner);
    law::gate(Stage::Pricing, &Facts { contracts: &[], ..facts })?;
    let asked = AskPrice {
        discount_percent: offer.discount_percent,
        promotions: offer.promotions.clone(),
        level: offer.level,
    };
    let (level, counter) = (asked.level, file.quote.counter.as_ref());
    let mut change = Change::default();
    let Succession { old, new, sites } = succeed(ctx, file, "re-opened", &mut change)?;
    let (price, left_out) = priced(ctx, tier, file, &sites, catalogue, asked)?;
    let why = format!("re-opens version {}, whose offer had expired", old.revision);
    let draft = change.insert(ctx, new, Happened::new(EventKind::QuoteCreated).because(why));
    let became = offered(ctx, catalogue, &price, level, counter);
    let (quote, sites) = put(ctx, draft, sites, (price, became), &left_out, &mut change)?;
    let (before, after) =
        (Side { quote: &old, sites: &file.sites }, Side { quote: &quote, sites: &sites });
    let comparison = explained(compare(Some(before), after)?, &left_out);
    Ok(Decision { change, view: Reopened { quote, left_out, comparison } })
}

/// Puts the priced version and its sites into the change.
fn put(
    ctx: &mut Context,
    draft: Quote,
    mut sites: Vec<Site>,
    (price, (to, state, kind)): (QuotePrice, (QuotePhase, QuoteState, EventKind)),
    left_out: &[LeftOut],
    change: &mut Change,
) -> Result<(Quote, Vec<Site>), Refusal> {
    let mut quote = draft;
    let from = quote.go(ctx.now, to, state, "priced")?;
    for (site, priced) in sites.iter_mut().zip(price.sites) {
        site.price = Some(priced);
    }
    quote.tally = Tally::of(&sites);
    let mut what = Happened::new(kind).from(from);
    if !left_out.is_empty() {
        let parts: Vec<_> =
            left_out.iter().map(|one| format!("{}: {}", one.what, one.why)).collect();
        what = what.because(format!("left out: {}", parts.join("; ")));
    }
    let quote = change.update(ctx, quote, what);
    let sites = sites.into_iter().map(|site| change.insert_part(site)).collect();
    Ok((quote, sites))
}

/// The price on those terms that can still be had, and the others.
fn priced(
    ctx: &Context,
    tier: &str,
    file: &QuoteFile,
    sites: &[Site],
    catalogue: &Catalogue,
    mut asked: AskPrice,
) -> Result<(QuotePrice, Vec<LeftOut>), Refusal> {
    let mut left_out = Vec::new();
    loop {
        let ask = price_ask(ctx, tier, sites, file, asked.clone());
        let refusals = match pricing::price(catalogue, &ask) {
            Ok(price) => return Ok((price, left_out)),
            Err(refusals) => refusals,
        };
        let told = give_up(&refusals, &mut asked);
        if told.is_empty() {
            return Err(unpriceable(refusals));
        }
        left_out.extend(told);
    }
}

/// Takes what stands against the price out of the ask: the promotions that cannot be had; when
/// there is none, the discount that is too high. Nothing, if something else stands against it.
fn give_up(refusals: &[PriceRefusal], asked: &mut AskPrice) -> Vec<LeftOut> {
    let of = |codes: &[RefusalCode]| refusals.iter().filter(|r| codes.contains(&r.code)).count();
    let discount = [RefusalCode::DiscountOutOfRange, RefusalCode::BelowFloor];
    let promotions = of(&[RefusalCode::PromotionNotEligible]);
    if of(&discount) + promotions < refusals.len() {
        return Vec::new();
    }
    if promotions > 0 {
        return give_up_promotions(refusals, asked);
    }
    let Some(percent) = asked.discount_percent.take() else { return Vec::new() };
    let Some(first) = refusals.first() else { return Vec::new() };
    let more = match refusals.len() - 1 {
        0 => String::new(),
        more => format!("; and {more} more such charges"),
    };
    let what = format!("discount {} %", percent.normalize());
    vec![LeftOut { what, why: format!("{}{more}", first.detail) }]
}

fn give_up_promotions(refusals: &[PriceRefusal], asked: &mut AskPrice) -> Vec<LeftOut> {
    let refusal = |at: usize| {
        let of =
            |r: &&PriceRefusal| r.code == RefusalCode::PromotionNotEligible && r.index == Some(at);
        refusals.iter().find(of)
    };
    let (mut kept, mut left_out) = (Vec::new(), Vec::new());
    for (at, code) in std::mem::take(&mut asked.promotions).into_iter().enumerate() {
        let Some(refusal) = refusal(at) else {
            kept.push(code);
            continue;
        };
        let what = format!("promotion {code}");
        let why = refusal.detail.strip_prefix(&format!("{what}: ")).unwrap_or(&refusal.detail);
        left_out.push(LeftOut { why: why.to_owned(), what });
    }
    asked.promotions = kept;
    left_out
}

/// The comparison, in which the terms that were left out say why.
fn explained(mut comparison: Comparison, left_out: &[LeftOut]) -> Comparison {
    for change in &mut comparison.changes {
        let noun = change.what.trim_end_matches('s');
        let of = |one: &&LeftOut| one.what.starts_with(noun);
        let why: Vec<_> =
            left_out.iter().filter(of).map(|one| format!("{}: {}", one.what, one.why)).collect();
        if !why.is_empty() {
            change.why = Some(why.join("; "));
        }
    }
    comparison
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(code: RefusalCode, index: Option<usize>, detail: &str) -> PriceRefusal {
        PriceRefusal {
            code,
            site: None,
            index,
            component: None,
            detail: detail.to_owned(),
            floor_percent: None,
            most_discount_percent: None,
        }
    }

    fn asked() -> AskPrice {
        let promotions = ["ONE", "TWO"].map(str::to_owned).to_vec();
        AskPrice { discount_percent: Some(12.into()), promotions, ..AskPrice::default() }
    }

    #[test]
    fn promotions_are_given_up_before_the_discount() {
        let ended = refusal(RefusalCode::PromotionNotEligible, Some(1), "promotion TWO: it ended");
        let floor = refusal(RefusalCode::BelowFloor, Some(0), "Port MRC is below its floor");
        let mut ask = asked();
        let told = give_up(&[floor.clone(), ended], &mut ask);
        let left = LeftOut { what: "promotion TWO".to_owned(), why: "it ended".to_owned() };
        assert_eq!(told, [left]);
        assert_eq!(
            (ask.promotions.as_slice(), ask.discount_percent),
            (&["ONE".to_owned()][..], Some(12.into()))
        );

        let told = give_up(&[floor.clone(), floor.clone()], &mut ask);
        let why = "Port MRC is below its floor; and 1 more such charges".to_owned();
        assert_eq!(told, [LeftOut { what: "discount 12 %".to_owned(), why }]);
        assert_eq!(ask.discount_percent, None);
        assert_eq!(give_up(&[floor], &mut ask), [], "there is nothing left to give up");
    }

    #[test]
    fn nothing_is_given_up_where_that_would_not_help() {
        let ended = refusal(RefusalCode::PromotionNotEligible, Some(0), "promotion ONE: gone");
        let unsold = refusal(RefusalCode::ConfigurationNotSold, Some(3), "no such speed");
        let mut ask = asked();
        assert_eq!(give_up(&[ended, unsold], &mut ask), []);
        assert_eq!(ask, asked());
    }
}
