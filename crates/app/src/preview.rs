//! What a quote would cost after edits. Nothing is saved.

use crate::load::Sites;
use crate::quote::MOST_LOOKS;
use crate::{App, Caller, Problem};
use domain::change::Context;
use domain::code::Code;
use domain::id::Id;
use domain::law::QuoteFile;
use domain::quote::{
    AskPrice, Edited, Looked, Preview, SiteEdits, price_preview, sites_edited,
    sites_edited_as_loaded,
};
use std::sync::Arc;

impl App {
    /// The price of this partner's quote as it would be asked for after the edits.
    pub async fn price_preview(
        &self,
        caller: &Caller,
        quote: Id,
        ask: &AskPrice,
        edits: &SiteEdits,
    ) -> Result<Preview, Problem> {
        let seller = caller.seller()?;
        let rules = self.rules(seller)?;
        let tier = &seller.partner.tier;
        let mut ctx = self.context_of(seller.tenant, caller.actor(), None).await?;
        let (file, edited) = self.edited(caller, &mut ctx, quote, ask, edits).await?;
        let catalogue = &file.catalogue;
        let priced = price_preview(&mut ctx, rules, tier, &file, edited, catalogue, ask.clone());
        Ok(match priced {
            Err(refusal) if refusal.code == Code::PriceRefused => {
                // All sites together tell all that stands against it.
                let file = self.quote_file(ctx.now, seller.tenant, quote, Sites::All).await?;
                let catalogue = &file.catalogue;
                let edited = sites_edited(&mut ctx, rules, file.clone(), catalogue, edits)?;
                price_preview(&mut ctx, rules, tier, &file, edited, catalogue, ask.clone())?
            }
            priced => priced?,
        })
    }

    /// The quote as it is and as it would be, with the sites that are edited and those that would
    /// be priced.
    async fn edited(
        &self,
        caller: &Caller,
        ctx: &mut Context,
        quote: Id,
        ask: &AskPrice,
        edits: &SiteEdits,
    ) -> Result<(QuoteFile, Edited), Problem> {
        let seller = caller.seller()?;
        let rules = self.rules(seller)?;
        let tier = &seller.partner.tier;
        let mut bases: Vec<Arc<str>> = Vec::new();
        if let Some(named) = edits.named() {
            for _ in 0..MOST_LOOKS {
                let sites = Sites::Edited(&named, &bases);
                let file = self.quote_file(ctx.now, seller.tenant, quote, sites).await?;
                match sites_edited_as_loaded(ctx, rules, tier, &file, &bases, ask, edits)? {
                    Looked::Whole(edited) => return Ok((file, *edited)),
                    Looked::Lacks(needed) => bases = needed,
                }
            }
        }
        let file = self.quote_file(ctx.now, seller.tenant, quote, Sites::All).await?;
        let edited = sites_edited(ctx, rules, file.clone(), &file.catalogue, edits)?;
        Ok((file, edited))
    }
}
