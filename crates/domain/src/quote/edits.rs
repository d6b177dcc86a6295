//! Sites of a quote while a decision changes them: each goes through here, so that the quote's
//! tally follows and the answer knows what was touched.

use super::{NewSite, Quote, Site, Validation};
use crate::catalogue::Configuration;
use crate::change::{Change, Context};
use crate::decision::Decision;
use crate::event::Happened;
use crate::id::{Id, Kind};
use crate::party::Tenant;

/// The most sites that the answer to a command shows. The others are read by page.
pub const MOST_SHOWN: usize = 100;

/// A quote with those of its sites that a decision touched.
#[derive(Debug, Clone, PartialEq)]
pub struct QuoteSites {
    pub quote: Quote,
    /// The first of those touched, in the order in which they were: at most [`MOST_SHOWN`].
    pub sites: Vec<Site>,
    /// How many were touched.
    pub touched: usize,
}

/// The sites of a quote whose address is open: all of them wait for its validation from now on. As
/// one, since nothing else of them changes and there may be ten thousand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AddressesRequested {
    pub tenant: Tenant,
    pub quote: Id,
    /// How many there are; another number means that they have changed since they were counted.
    pub sites: u32,
}

/// A decision on sites in the making.
pub(super) struct Edits {
    quote: Quote,
    change: Change,
    shown: Vec<Site>,
    touched: usize,
}

impl Edits {
    /// Of this quote, as it shall be.
    pub(super) fn of(quote: Quote) -> Self {
        Self { quote, change: Change::default(), shown: Vec::new(), touched: 0 }
    }

    /// Goes on with a change that has begun.
    pub(super) fn with(self, change: Change) -> Self {
        Self { change, ..self }
    }

    /// A new site with this configuration joins the quote, at the next place.
    pub(super) fn join(
        &mut self,
        ctx: &mut Context,
        new: NewSite,
        configuration: Option<Configuration>,
    ) {
        self.quote.sites_added += 1;
        self.insert(Site {
            id: ctx.ids.next(Kind::Site),
            tenant: self.quote.tenant,
            version: 0,
            quote: self.quote.id,
            position: self.quote.sites_added,
            name: new.name,
            given: new.address,
            validation: Validation::Unchecked,
            configuration,
            price: None,
            serviceability: None,
            feasible_since: None,
            customer: None,
            created_at: ctx.now,
        });
    }

    fn insert(&mut self, site: Site) {
        self.quote.tally.swap(None, Some(&site));
        let room = self.room();
        let shown = self.change.insert_shown(site, |site| room.then(|| site.clone()));
        self.show(shown);
    }

    /// Puts a site in the place of what it was.
    pub(super) fn update(&mut self, old: &Site, new: Site) {
        self.quote.tally.swap(Some(old), Some(&new));
        let room = self.room();
        let shown = self.change.update_shown(new, |site| room.then(|| site.clone()));
        self.show(shown);
    }

    /// Every site whose address is open waits for its validation. `first`: the first of those.
    pub(super) fn request(&mut self, first: &[Site]) {
        let quote = &mut self.quote;
        let sites = quote.tally.unpassed().saturating_sub(quote.tally.requested);
        if sites == 0 {
            return;
        }
        quote.tally.requested += sites;
        let (tenant, quote) = (quote.tenant, quote.id);
        self.change.requested = Some(AddressesRequested { tenant, quote, sites });
        let requested = |site: &Site| Site {
            validation: Validation::Requested,
            version: site.version + 1,
            ..site.clone()
        };
        let open = first.iter().filter(|site| site.is_open());
        self.shown.extend(open.take(MOST_SHOWN).map(requested));
        self.touched += usize::try_from(sites).unwrap_or(usize::MAX);
    }

    /// What is removed is touched no more.
    pub(super) fn remove(&mut self, site: Site) {
        self.quote.tally.swap(Some(&site), None);
        self.change.remove_part(site);
    }

    /// What operations offered in place of a discount rests on something else now.
    pub(super) fn drop_counter(&mut self) {
        self.quote.counter = None;
    }

    /// Whether one more is shown.
    fn room(&self) -> bool {
        self.shown.len() < MOST_SHOWN
    }

    fn show(&mut self, site: Option<Site>) {
        self.touched += 1;
        self.shown.extend(site);
    }

    /// The decision: the quote moves with its sites.
    pub(super) fn end(mut self, ctx: &mut Context, what: Happened) -> Decision<QuoteSites> {
        let quote = self.change.update(ctx, self.quote, what);
        let view = QuoteSites { quote, sites: self.shown, touched: self.touched };
        Decision { change: self.change, view }
    }
}
