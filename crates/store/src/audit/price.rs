//! The arithmetic of a price: steps, lines, sites, the quote.

use super::{Audit, Invariant};
use domain::money::Money;
use domain::order::{OrderItem, SubOrder};
use domain::pricing::{LinePrice, SitePrice, StepKind, Totals, Waterfall};
use domain::quote::{Quote, Site};

/// What a quote costs, down to the steps of each charge.
pub(super) fn quote(quote: &Quote, sites: &[Site], audit: &mut Audit) {
    for (site, price) in sites.iter().filter_map(|s| Some((s, s.price.as_ref()?))) {
        self::site(site, price, audit);
    }
    let Some(offer) = quote.offer() else { return };
    let priced = || sites.iter().filter_map(|s| s.price.as_ref());
    if sites.is_empty() || priced().count() != sites.len() {
        let say = format!("quote {}: an offer, and a site without a price", quote.id);
        audit.blame(Invariant::OffersPriceEverySite, say);
    }
    if !sums_to(&offer.totals, priced().map(|p| &p.totals)) {
        let say = format!("quote {}: its sites do not sum to its offer", quote.id);
        audit.blame(Invariant::QuotesAddUp, say);
    }
}

fn site(site: &Site, price: &SitePrice, audit: &mut Audit) {
    let as_configured = site
        .configuration
        .as_ref()
        .is_some_and(|c| *c.offering == *price.offering && c.term_months == price.term_months);
    if price.site != site.id || !as_configured {
        let say = format!("site {}: its price is for something else", site.id);
        audit.blame(Invariant::PricesAreOfTheirSites, say);
    }
    if !sums_to(&price.totals, price.lines.iter().map(|line| &line.totals)) {
        let say = format!("site {}: its lines do not sum to its totals", site.id);
        audit.blame(Invariant::SitesAddUp, say);
    }
    for line in &price.lines {
        let place = format!("site {}, {}", site.id, line.component);
        if !line_adds_up(line, price.term_months) {
            let say = format!("{place}: its charges do not sum to its totals");
            audit.blame(Invariant::LinesAddUp, say);
        }
        for (word, charge) in [("mrc", &line.mrc), ("nrc", &line.nrc)] {
            if !flows(charge) {
                let say = format!("{place}: the steps of the {word} do not lead to its net");
                audit.blame(Invariant::WaterfallsFlow, say);
            }
            if charge.net < charge.floor.unwrap_or_default().max(Money::ZERO) {
                let say = format!("{place}: the {word} of {} is below its floor", charge.net);
                audit.blame(Invariant::FloorsAreKept, say);
            }
        }
    }
}

fn line_adds_up(line: &LinePrice, months: u32) -> bool {
    let value = line.mrc.net.times(i64::from(months)).and_then(|m| m.checked_add(line.nrc.net));
    line.totals.mrc == line.mrc.net
        && line.totals.nrc == line.nrc.net
        && value.is_ok_and(|value| value == line.totals.total_contract_value)
}

fn flows(charge: &Waterfall) -> bool {
    let (Some(first), Some(last)) = (charge.steps.first(), charge.steps.last()) else {
        return false;
    };
    let each = charge.steps.windows(2).all(|pair| {
        let [before, step] = pair else { return false };
        before.kind <= step.kind
            && step.kind != StepKind::List
            && before.kind != StepKind::Net
            && before.subtotal.checked_add(step.amount).is_ok_and(|sum| sum == step.subtotal)
            && (step.amount < Money::ZERO) == (step.kind != StepKind::Net)
            && step.amount <= Money::ZERO
    });
    first.kind == StepKind::List
        && first.amount == first.subtotal
        && last.kind == StepKind::Net
        && last.subtotal == charge.net
        && each
}

/// Whether the parts sum to the whole, to the cent.
pub(super) fn sums_to<'t>(whole: &Totals, parts: impl Iterator<Item = &'t Totals>) -> bool {
    Totals::sum(parts).is_ok_and(|sum| sum == *whole)
}

/// Items have no total over the term of their own: it follows from the other two.
pub(super) fn items_sum(sub: &SubOrder) -> bool {
    let sum = |part: fn(&OrderItem) -> Money| Money::sum(sub.items.iter().map(part));
    let (Ok(mrc), Ok(nrc)) = (sum(|i| i.mrc), sum(|i| i.nrc)) else { return false };
    let value = mrc.times(i64::from(sub.term_months)).and_then(|m| m.checked_add(nrc));
    sub.totals.mrc == mrc
        && sub.totals.nrc == nrc
        && value.is_ok_and(|value| value == sub.totals.total_contract_value)
}

/// Whether the items are the bundle and the site's lines, at the site's price.
pub(super) fn as_quoted(sub: &SubOrder, site: &Site) -> bool {
    let Some(price) = &site.price else { return false };
    let Some((bundle, items)) = sub.items.split_first() else { return false };
    let same = |(item, line): (&OrderItem, &LinePrice)| {
        item.component.as_deref() == Some(&*line.component)
            && (item.mrc, item.nrc) == (line.totals.mrc, line.totals.nrc)
    };
    bundle.component.is_none()
        && items.len() == price.lines.len()
        && items.iter().zip(&price.lines).all(same)
        && sub.offering == *price.offering
        && sub.term_months == price.term_months
        && sub.totals == price.totals
        && sub.position == site.position
}
