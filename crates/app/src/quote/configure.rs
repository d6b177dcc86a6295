//! Configures sites and prices the quote with them, as one step.

use crate::load::Sites;
use crate::{Action, App, Caller, Decided};
use domain::change::Context;
use domain::id::Id;
use domain::quote::{AskPrice, Configure, QuoteSites, configure_and_price};

/// Configures sites, each as its own features say; where nothing is missing for a price then, the
/// quote is priced. All of it or nothing.
#[derive(Debug)]
pub struct ConfigureAndPrice {
    pub quote: Id,
    pub each: Vec<Configure>,
    pub ask: AskPrice,
}

impl Action for ConfigureAndPrice {
    type View = QuoteSites;

    async fn decide(&self, app: &App, caller: &Caller, ctx: &mut Context) -> Decided<QuoteSites> {
        let seller = caller.seller()?;
        let rules = app.rules(seller)?;
        let file = app.quote_file(ctx.now, seller.tenant, self.quote, Sites::All).await?;
        let (tier, ask) = (&seller.partner.tier, self.ask.clone());
        Ok(configure_and_price(ctx, rules, tier, file, &self.each, ask)?)
    }
}
