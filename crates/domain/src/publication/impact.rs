//! What a catalogue would change for a quote that is on offer.

use crate::catalogue::Catalogue;
use crate::pricing::{PriceAsk, Repriced, SiteAsk, reprice};
use crate::quote::{Quote, QuotePhase, QuoteState, Site};
use crate::time::{Date, Moment};

/// Prices a quote as it was asked for by both catalogues, on the same day; none if it has no
/// offer that stands at `now`. Limits of promotions are left out: they are asked at the pricing.
pub fn impact(
    quote: &Quote,
    sites: &[Site],
    tier: &str,
    (old, new): (&Catalogue, &Catalogue),
    (now, on): (Moment, Date),
) -> Option<Repriced> {
    let QuoteState::Priced { offer } = &quote.state else { return None };
    if quote.phase(now) != QuotePhase::Priced {
        return None;
    }
    let site = |site: &Site| {
        site.configuration.clone().map(|configuration| SiteAsk {
            site: site.id,
            zip: site.address().zip.clone(),
            configuration,
        })
    };
    let ask = || PriceAsk {
        on,
        tier,
        programme: &quote.programme,
        discount_percent: offer.discount_percent,
        promotions: offer.promotions.clone(),
        allowances: &[],
        sites: sites.iter().filter_map(site).collect(),
    };
    Some(Repriced { old: reprice(old, ask()), new: reprice(new, ask()) })
}
