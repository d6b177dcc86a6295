//! Operations decide about partners' quotes: discounts beyond authority, and feasibility.

use crate::{Action, App, Caller, Decided, Problem};
use domain::change::Context;
use domain::id::Id;
use domain::quote::{
    DiscountVerdict, FeasibilityVerdict, Quote, QuoteSites, discount_decide, feasibility_decide,
};
use domain::refusal::Refusal;
use store::Page;

/// Operations decide on a discount beyond the partner's authority.
#[derive(Debug)]
pub struct DiscountDecide {
    pub quote: Id,
    pub verdict: DiscountVerdict,
}

impl Action for DiscountDecide {
    type View = Quote;

    async fn decide(&self, app: &App, caller: &Caller, ctx: &mut Context) -> Decided<Quote> {
        let quote = app.quote_of_any(caller, self.quote).await?;
        Ok(discount_decide(ctx, &quote, self.verdict.clone())?)
    }
}

/// Operations say whether a quote's sites can be served.
#[derive(Debug)]
pub struct FeasibilityDecide {
    pub quote: Id,
    pub verdict: FeasibilityVerdict,
}

impl Action for FeasibilityDecide {
    type View = QuoteSites;

    async fn decide(&self, app: &App, caller: &Caller, ctx: &mut Context) -> Decided<QuoteSites> {
        let quote = app.quote_of_any(caller, self.quote).await?;
        // After the quote: if they have changed in between, so has it, and this is decided anew.
        let sites = match self.verdict {
            FeasibilityVerdict::Confirm { .. } => {
                app.store.ask(store::site::of_quote(quote.tenant, quote.id)).await?
            }
            FeasibilityVerdict::Refuse { .. } => Vec::new(),
        };
        Ok(feasibility_decide(ctx, &quote, &sites, self.verdict.clone())?)
    }
}

impl App {
    /// Any partner's quote, for operations.
    async fn quote_of_any(&self, caller: &Caller, id: Id) -> Result<Quote, Problem> {
        let environment = caller.operations()?;
        let found = self.store.ask(store::quote::anywhere(environment, id)).await?;
        let quote = found.ok_or_else(|| Refusal::not_found("quote"))?;
        let credit = self.store.ask(store::credit::of_quote(quote.tenant, quote.id)).await?;
        Ok(self.with_credit(quote, &credit, self.clock.now()))
    }

    /// The quotes whose feasibility operations are asked for.
    pub async fn feasibility_queue(
        &self,
        caller: &Caller,
        page: Page,
    ) -> Result<Vec<Quote>, Problem> {
        let environment = caller.operations()?;
        self.with_credits(caller, self.store.ask(store::quote::asked(environment, page)).await?)
            .await
    }
}
