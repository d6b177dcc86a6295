//! A quote of its own that begins as a copy of another.

use super::versions::copies;
use crate::change::{Change, Context};
use crate::decision::Decision;
use crate::event::{EventKind, Happened};
use crate::law::QuoteFile;
use crate::opportunity::Opportunity;
use crate::party::Partner;
use crate::quote::{Quote, Tally};

/// A draft with a number of its own, for this opportunity, with copies of the sites of a version in
/// whatever state. End customers of the sites go along within one opportunity only: another is
/// somebody else's. The file has all sites.
pub fn quote_clone(
    ctx: &mut Context,
    file: &QuoteFile,
    opportunity: &Opportunity,
    partner: &Partner,
    name: String,
) -> Decision<Quote> {
    let source = &file.quote;
    let billing = source.billing.clone();
    let mut quote = Quote::draft(ctx, opportunity, partner, Some(name), billing);
    let mut sites = copies(ctx, &file.sites, quote.id);
    if opportunity.id != source.opportunity {
        for site in &mut sites {
            site.customer = None;
        }
    }
    quote.sites_added = source.sites_added;
    quote.tally = Tally::of(&sites);
    let what = Happened::new(EventKind::QuoteCreated);
    let mut change = Change::default();
    let view = change.insert(ctx, quote, what.because(format!("a copy of {}", source.label())));
    for site in sites {
        change.insert_part(site);
    }
    Decision { change, view }
}
