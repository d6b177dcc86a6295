//! Actions on quotes and their sites: each loads the whole quote and asks one rule.

use crate::opportunity::{check_billing_account, unknown_customer};
use crate::{Action, App, Caller, Decided};
use domain::change::Context;
use domain::id::Id;
use domain::order::{Assigned, customer_assign};
use domain::quote::{
    self, AskPrice, BillingPreferences, Configure, DiscountVerdict, NewSite, Quote, QuoteSites,
    SiteEdit,
};
use domain::refusal::{IfMatch, Refusal};

/// What may be done to a quote as a whole.
#[derive(Debug, Clone)]
pub enum QuoteDo {
    Edit { seen: IfMatch, name: Option<String> },
    SetBilling { seen: IfMatch, billing: BillingPreferences },
    Cancel { reason: String },
    Revise,
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
        let file = app.quote_file(seller.tenant, self.quote).await?;
        Ok(match self.what.clone() {
            QuoteDo::Edit { seen, name } => quote::quote_edit(ctx, rules, &file, seen, name)?,
            QuoteDo::SetBilling { seen, billing } => {
                check_billing_account(app, caller, &billing, "/billing_account_id").await?;
                quote::quote_set_billing(ctx, rules, &file, seen, billing)?
            }
            QuoteDo::Cancel { reason } => quote::quote_cancel(ctx, &file, reason)?,
            QuoteDo::Revise => quote::quote_revise(ctx, &file)?,
        })
    }
}

/// What may be done to a quote's sites.
#[derive(Debug, Clone)]
pub enum SitesDo {
    Add { sites: Vec<NewSite> },
    Edit { site: Id, seen: IfMatch, edit: SiteEdit },
    Remove { site: Id, seen: IfMatch },
    Validate,
    Accept { site: Id, choice: usize },
    Configure(Configure),
    Price(AskPrice),
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
        let file = app.quote_file(seller.tenant, self.quote).await?;
        let catalogue = &app.catalogue;
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
            SitesDo::Configure(configure) => {
                quote::sites_configure(ctx, rules, &file, catalogue, configure)?
            }
            SitesDo::Price(ask) => {
                quote::quote_price(ctx, rules, &seller.partner.tier, &file, catalogue, ask)?
            }
        })
    }
}

/// Assigns the end customer of a site, where the programme has it so.
#[derive(Debug)]
pub struct CustomerAssign {
    pub quote: Id,
    pub site: Id,
    pub account: Id,
}

impl Action for CustomerAssign {
    type View = Assigned;

    async fn decide(&self, app: &App, caller: &Caller, ctx: &mut Context) -> Decided<Assigned> {
        let seller = caller.seller()?;
        let rules = app.rules(seller)?;
        let file = app.quote_file(seller.tenant, self.quote).await?;
        let account = app.store.ask(store::customer::by_id(caller.environment, self.account));
        let account = account
            .await?
            .filter(|a| a.visible_to(seller.partner.id))
            .ok_or_else(|| unknown_customer("/customer_id"))?;
        Ok(customer_assign(ctx, rules, &file, self.site, &account)?)
    }
}

/// Operations decide on a discount beyond the partner's authority.
#[derive(Debug)]
pub struct DiscountDecide {
    pub quote: Id,
    pub verdict: DiscountVerdict,
}

impl Action for DiscountDecide {
    type View = Quote;

    async fn decide(&self, app: &App, caller: &Caller, ctx: &mut Context) -> Decided<Quote> {
        let environment = caller.operations()?;
        let found = app.store.ask(store::quote::anywhere(environment, self.quote)).await?;
        let quote = found.ok_or_else(|| Refusal::not_found("quote"))?;
        Ok(quote::discount_decide(ctx, &quote, self.verdict.clone())?)
    }
}
