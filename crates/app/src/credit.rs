//! Actions on credit checks.

use crate::load::Sites;
use crate::{Action, App, Caller, Decided};
use domain::change::Context;
use domain::credit::{self, Application, CreditCheck, Review};
use domain::id::Id;
use domain::money::Money;
use domain::refusal::Refusal;

/// Asks for a credit decision on a quote.
#[derive(Debug)]
pub struct CreditRequest {
    pub quote: Id,
    pub application: Application,
    /// The exposure asked for, where the price is not known yet; minor units.
    pub requested: Option<Money>,
}

impl Action for CreditRequest {
    type View = CreditCheck;

    async fn decide(&self, app: &App, caller: &Caller, ctx: &mut Context) -> Decided<CreditCheck> {
        let seller = caller.seller()?;
        let rules = app.rules(seller)?;
        let file = app.quote_file(ctx.now, seller.tenant, self.quote, Sites::None).await?;
        Ok(credit::credit_request(ctx, rules, &file, self.application.clone(), self.requested)?)
    }
}

/// Operations decide on a check in review.
#[derive(Debug)]
pub struct CreditReview {
    pub check: Id,
    pub review: Review,
}

impl Action for CreditReview {
    type View = CreditCheck;

    async fn decide(&self, app: &App, caller: &Caller, ctx: &mut Context) -> Decided<CreditCheck> {
        let environment = caller.operations()?;
        let found = app.store.ask(store::credit::anywhere(environment, self.check)).await?;
        let check = found.ok_or_else(|| Refusal::not_found("credit check"))?;
        Ok(credit::credit_review(ctx, check, self.review.clone())?)
    }
}
