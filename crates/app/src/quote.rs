//! Actions on quotes and their sites: each loads the quote, with those of its sites that the rule
//! looks at, and asks one rule.

mod assign;
mod configure;
mod versions;

pub use assign::{CustomersName, Named};
pub use configure::ConfigureAndPrice;
pub use versions::{AlternativeAdd, QuoteClone, QuoteReopen};

use crate::load::Sites;
use crate::opportunity::{check_billing_account, unknown_customer};
use crate::{Action, App, Caller, Decided, Problem, Seller};
use domain::change::Context;
use domain::code::{Because, Code};
use domain::id::Id;
use domain::law::QuoteFile;
use domain::order::{Assigned, customers_assign};
use domain::quote::{
    self, AskPrice, BillingPreferences, Configure, NewSite, Quote, QuoteSites, SiteEdit,
};
use domain::refusal::{Fault, IfMatch, Refusal, named};
use std::collections::BTreeSet;

/// What may be done to a quote as a whole.
#[derive(Debug, Clone)]
pub enum QuoteDo {
    Edit { seen: IfMatch, name: Option<String> },
    SetBilling { seen: IfMatch, billing: BillingPreferences },
    Cancel { reason: String },
    Revise,
    AskFeasibility,
}

#[derive(Debug)]
pub struct QuoteAct {
    pub quote: Id,
    pub what: QuoteDo,
}

impl Action for QuoteAct {
    type View = Quote;

    async fn decide(&self, app: &App, caller: &Caller, ctx: &mut Context) -> Decided<Quote> {
        let seller = caller.seller()?;
        let rules = app.rules(seller)?;
        let sites = match &self.what {
            QuoteDo::Revise => Sites::All,
            QuoteDo::Edit { .. }
            | QuoteDo::SetBilling { .. }
            | QuoteDo::Cancel { .. }
            | QuoteDo::AskFeasibility => Sites::None,
        };
        let file = app.quote_file(ctx.now, seller.tenant, self.quote, sites).await?;
        Ok(match self.what.clone() {
            QuoteDo::Edit { seen, name } => quote::quote_edit(ctx, rules, &file, seen, name)?,
            QuoteDo::SetBilling { seen, billing } => {
                check_billing_account(app, caller, &billing, "/billing_account_id").await?;
                quote::quote_set_billing(ctx, rules, &file, seen, billing)?
            }
            QuoteDo::Cancel { reason } => quote::quote_cancel(ctx, &file, reason)?,
            QuoteDo::Revise => quote::quote_revise(ctx, &file)?,
            QuoteDo::AskFeasibility => quote::feasibility_request(ctx, rules, &file)?,
        })
    }
}

/// What may be done to a quote's sites.
#[derive(Debug, Clone)]
pub enum SitesDo {
    Add {
        sites: Vec<NewSite>,
    },
    Edit {
        site: Id,
        seen: IfMatch,
        edit: SiteEdit,
    },
    Remove {
        site: Id,
        seen: IfMatch,
    },
    Validate,
    Accept {
        site: Id,
        choice: usize,
    },
    /// Every correction that waits for it.
    AcceptCorrections,
    Configure(Configure),
}

#[derive(Debug)]
pub struct SitesAct {
    pub quote: Id,
    pub what: SitesDo,
}

impl Action for SitesAct {
    type View = QuoteSites;

    async fn decide(&self, app: &App, caller: &Caller, ctx: &mut Context) -> Decided<QuoteSites> {
        let seller = caller.seller()?;
        let rules = app.rules(seller)?;
        let file =
            app.quote_file(ctx.now, seller.tenant, self.quote, looked_at(&self.what)).await?;
        Ok(match self.what.clone() {
            SitesDo::Add { sites } => quote::sites_add(ctx, rules, &file, sites)?,
            SitesDo::Edit { site, seen, edit } => {
                quote::site_edit(ctx, rules, &file, site, seen, edit)?
            }
            SitesDo::Remove { site, seen } => quote::site_remove(ctx, rules, &file, site, seen)?,
            SitesDo::Validate => quote::addresses_request(ctx, rules, &file)?,
            SitesDo::Accept { site, choice } => {
                quote::address_accept(ctx, rules, &file, site, choice)?
            }
            SitesDo::AcceptCorrections => quote::corrections_accept(ctx, rules, &file)?,
            SitesDo::Configure(configure) => {
                quote::sites_configure(ctx, rules, &file, &file.catalogue, configure)?
            }
        })
    }
}

/// The sites that an action looks at.
fn looked_at(what: &SitesDo) -> Sites<'_> {
    match what {
        SitesDo::Add { .. } => Sites::None,
        SitesDo::Edit { site, .. }
        | SitesDo::Remove { site, .. }
        | SitesDo::Accept { site, .. } => Sites::Named(std::slice::from_ref(site)),
        SitesDo::Validate => Sites::Open,
        SitesDo::AcceptCorrections => Sites::Unpassed,
        SitesDo::Configure(configure) => match &configure.sites {
            Some(ids) => Sites::Named(ids),
            None => Sites::All,
        },
    }
}

/// Prices a quote: the sites that have no price, or one that rests on something else.
#[derive(Debug)]
pub struct QuotePrice {
    pub quote: Id,
    pub ask: AskPrice,
}

/// So often it is looked anew which sites are to be priced, where others change the quote meanwhile;
/// then all of them are.
pub(crate) const MOST_LOOKS: usize = 3;

impl QuotePrice {
    /// The quote with the sites to be priced.
    async fn to_price(
        &self,
        app: &App,
        seller: Seller<'_>,
        ctx: &Context,
    ) -> Result<QuoteFile, Problem> {
        let tier = &seller.partner.tier;
        let mut bases = Vec::new();
        for _ in 0..MOST_LOOKS {
            let sites = Sites::Unpriced(&bases);
            let file = app.quote_file(ctx.now, seller.tenant, self.quote, sites).await?;
            let stale = quote::stale_bases(ctx, tier, &file, &file.catalogue, &self.ask);
            if stale.iter().all(|basis| bases.contains(basis)) {
                return Ok(file);
            }
            bases = stale;
        }
        app.quote_file(ctx.now, seller.tenant, self.quote, Sites::All).await
    }
}

impl Action for QuotePrice {
    type View = QuoteSites;

    async fn decide(&self, app: &App, caller: &Caller, ctx: &mut Context) -> Decided<QuoteSites> {
        let seller = caller.seller()?;
        let rules = app.rules(seller)?;
        let tier = &seller.partner.tier;
        let file = self.to_price(app, seller, ctx).await?;
        let priced = quote::quote_price(ctx, rules, tier, &file, &file.catalogue, self.ask.clone());
        Ok(match priced {
            Err(refusal) if refusal.code == Code::PriceRefused => {
                // All sites together tell all that stands against it.
                let file = app.quote_file(ctx.now, seller.tenant, self.quote, Sites::All).await?;
                quote::quote_price(ctx, rules, tier, &file, &file.catalogue, self.ask.clone())?
            }
            priced => priced?,
        })
    }
}

/// Assigns end customers to sites, or takes them away, where the programme has it so.
#[derive(Debug)]
pub struct CustomersAssign {
    pub quote: Id,
    /// Each site once.
    pub wanted: Vec<(Id, Option<Id>)>,
    /// Whether they stand in a list of the body.
    pub listed: bool,
}

impl Action for CustomersAssign {
    type View = Vec<Assigned>;

    async fn decide(
        &self,
        app: &App,
        caller: &Caller,
        ctx: &mut Context,
    ) -> Decided<Vec<Assigned>> {
        let rules = app.rules(caller.seller()?)?;
        let file = self.file(app, caller, ctx).await?;
        Ok(customers_assign(ctx, rules, &file, &self.wanted)?)
    }
}

impl CustomersAssign {
    /// The quote with the sites that are named and their sub-orders. Refused if it names sites or
    /// customers that are not there.
    async fn file(&self, app: &App, caller: &Caller, ctx: &Context) -> Result<QuoteFile, Problem> {
        let seller = caller.seller()?;
        let ids: Vec<Id> = self.wanted.iter().map(|(site, _)| *site).collect();
        let sites = Sites::Named(&ids);
        let mut file = app.quote_file(ctx.now, seller.tenant, self.quote, sites).await?;
        self.sites_are_there(&file)?;
        // After the quote: one that is ordered in between has moved, and this is decided anew.
        let asks = ids.iter().map(|site| store::order::sub_order_of_site(seller.tenant, *site));
        let subs = app.store.ask(asks.collect::<Vec<_>>()).await?;
        let subs = subs.into_iter().flatten();
        file.sub_orders = subs.filter(|sub| sub.quote == self.quote).collect();
        self.customers_are_there(app, caller, seller.partner.id).await?;
        Ok(file)
    }

    /// Refuses sites of a list that are not the quote's, each by its place.
    fn sites_are_there(&self, file: &QuoteFile) -> Result<(), Refusal> {
        let there = |site: &Id| file.sites.iter().any(|known| known.id == *site);
        let wrong = self.wanted.iter().enumerate().filter(|(_, (site, _))| !there(site));
        let fault = |(at, _): (usize, _)| {
            let pointer = format!("/assignments/{at}/site_id");
            Fault::new(pointer, Because::UnknownId, "the quote has no such site")
        };
        let (faults, more) = named(wrong.map(fault).collect());
        if !self.listed || faults.is_empty() {
            return Ok(());
        }
        let detail = format!("the quote has no such sites{more}");
        Err(Refusal::new(Code::UnknownReference, detail).with(faults))
    }

    /// Refuses customers that this partner does not see, each by its place.
    async fn customers_are_there(
        &self,
        app: &App,
        caller: &Caller,
        partner: Id,
    ) -> Result<(), Problem> {
        let ids: BTreeSet<Id> = self.wanted.iter().filter_map(|(_, customer)| *customer).collect();
        let asks = ids.iter().map(|id| store::customer::by_id(caller.environment, *id));
        let found = app.store.ask(asks.collect::<Vec<_>>()).await?;
        let seen: BTreeSet<Id> =
            found.into_iter().flatten().filter(|a| a.visible_to(partner)).map(|a| a.id).collect();
        let unknown =
            |(_, customer): &(Id, Option<Id>)| customer.is_some_and(|c| !seen.contains(&c));
        let places = self.wanted.iter().enumerate().filter(|(_, wanted)| unknown(wanted));
        let pointer = |(at, _): (usize, _)| {
            if self.listed {
                format!("/assignments/{at}/customer_id")
            } else {
                "/customer_id".into()
            }
        };
        let mut refusals = places.map(|place| unknown_customer(&pointer(place)));
        let Some(first) = refusals.next() else { return Ok(()) };
        Err(refusals.fold(first, |all, one| all.with(one.faults)).into())
    }
}
