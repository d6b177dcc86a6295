//! Actions on the lives of a quote beyond one version: opened again, given an alternative, cloned.

use crate::load::Sites;
use crate::opportunity::opportunity_named;
use crate::{Action, App, Caller, Decided, Problem};
use domain::change::Context;
use domain::id::Id;
use domain::opportunity::Opportunity;
use domain::party::Tenant;
use domain::quote::{self, Quote, Reopened, Sibling};
use domain::refusal::Refusal;

/// Opens an expired quote again.
#[derive(Debug)]
pub struct QuoteReopen {
    pub quote: Id,
}

impl Action for QuoteReopen {
    type View = Reopened;

    async fn decide(&self, app: &App, caller: &Caller, ctx: &mut Context) -> Decided<Reopened> {
        let seller = caller.seller()?;
        let (rules, tier) = (app.rules(seller)?, &seller.partner.tier);
        let file = app.quote_file(ctx.now, seller.tenant, self.quote, Sites::All).await?;
        Ok(quote::quote_reopen(ctx, rules, tier, &file, &file.catalogue)?)
    }
}

/// Gives a quote a further alternative.
#[derive(Debug)]
pub struct AlternativeAdd {
    pub quote: Id,
    pub name: String,
}

impl Action for AlternativeAdd {
    type View = Quote;

    async fn decide(&self, app: &App, caller: &Caller, ctx: &mut Context) -> Decided<Quote> {
        let tenant = caller.seller()?.tenant;
        let file = app.quote_file(ctx.now, tenant, self.quote, Sites::All).await?;
        // After the quote: a signature in between has moved it, or is seen here.
        let all = app.store.ask(store::quote::alternatives(tenant, &file.quote.number)).await?;
        Ok(quote::alternative_add(ctx, &file, &all, self.name.clone())?)
    }
}

/// Makes a quote of its own that begins as a copy.
#[derive(Debug)]
pub struct QuoteClone {
    pub quote: Id,
    pub name: String,
    /// None: the same.
    pub opportunity: Option<Id>,
}

impl Action for QuoteClone {
    type View = Quote;

    async fn decide(&self, app: &App, caller: &Caller, ctx: &mut Context) -> Decided<Quote> {
        let seller = caller.seller()?;
        let file = app.quote_file(ctx.now, seller.tenant, self.quote, Sites::All).await?;
        let opportunity = self.opportunity.unwrap_or(file.quote.opportunity);
        let opportunity: Opportunity = opportunity_named(app, seller.tenant, opportunity).await?;
        Ok(quote::quote_clone(ctx, &file, &opportunity, seller.partner, self.name.clone()))
    }
}

impl App {
    /// The newest version of each alternative of a quote, by their letters.
    pub async fn alternatives_list(
        &self,
        caller: &Caller,
        quote: Id,
    ) -> Result<Vec<Quote>, Problem> {
        let tenant = caller.seller()?.tenant;
        let found = self.store.ask(store::quote::by_id(tenant, quote)).await?;
        let number = found.ok_or_else(|| Refusal::not_found("quote"))?.number;
        self.with_credits(
            caller,
            self.store.ask(store::quote::alternatives(tenant, &number)).await?,
        )
        .await
    }

    /// The other alternatives of a quote, with their contracts. Asked after the quote was read: what
    /// joins them later moves the quote itself or one of these.
    pub(crate) async fn siblings(
        &self,
        tenant: Tenant,
        quote: &Quote,
    ) -> Result<Vec<Sibling>, Problem> {
        let mut others = self.store.ask(store::quote::alternatives(tenant, &quote.number)).await?;
        others.retain(|other| other.id != quote.id);
        if others.is_empty() {
            return Ok(Vec::new());
        }
        let asks = others.iter().map(|other| store::contract::of_quote(tenant, other.id));
        let contracts = self.store.ask(asks.collect::<Vec<_>>()).await?;
        let with = |(quote, contracts)| Sibling { quote, contracts };
        Ok(others.into_iter().zip(contracts).map(with).collect())
    }
}
