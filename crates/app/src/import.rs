//! Importing sites from a file: what it would do, doing it, and reading it later.

use crate::load::Sites;
use crate::{Action, App, Caller, Decided, Problem};
use domain::catalogue::Catalogue;
use domain::change::Context;
use domain::code::Code;
use domain::id::Id;
use domain::party::Tenant;
use domain::quote::{self, Import, ImportSites, Imported};
use domain::refusal::Refusal;
use std::sync::Arc;

/// Adds the sites of a file, read and checked already.
#[derive(Debug)]
pub struct SitesImport {
    pub quote: Id,
    pub asked: Arc<ImportSites>,
    /// The catalogue that it was checked by.
    pub catalogue: Arc<Catalogue>,
}

impl Action for SitesImport {
    type View = Imported;

    async fn decide(&self, app: &App, caller: &Caller, ctx: &mut Context) -> Decided<Imported> {
        let seller = caller.seller()?;
        let rules = app.rules(seller)?;
        let file = app.quote_file(ctx.now, seller.tenant, self.quote, Sites::None).await?;
        if file.catalogue.digest() != self.catalogue.digest() {
            let detail = "another catalogue has come into force while the file was read";
            return Err(Refusal::new(Code::Busy, detail).into());
        }
        Ok(quote::sites_import(ctx, rules, &file, self.asked.as_ref().clone())?)
    }
}

impl App {
    /// The codes of the offerings that the caller may sell.
    pub fn offerings_of(&self, caller: &Caller) -> Result<Vec<String>, Problem> {
        Ok(self.programme(caller.seller()?)?.offerings.clone())
    }

    /// Whether a quote could take so many more sites now.
    pub async fn import_preview(
        &self,
        caller: &Caller,
        quote: Id,
        sites: usize,
    ) -> Result<(), Problem> {
        let seller = caller.seller()?;
        let rules = self.rules(seller)?;
        let ctx = self.context_of(seller.tenant, caller.actor(), None).await?;
        let file = self.quote_file(ctx.now, seller.tenant, quote, Sites::None).await?;
        Ok(quote::import_possible(&ctx, rules, &file, sites)?)
    }

    pub async fn import_get(&self, caller: &Caller, quote: Id, id: Id) -> Result<Import, Problem> {
        let tenant = caller.seller()?.tenant;
        let found = self.store.ask(store::import::by_id(tenant, id)).await?;
        Ok(found.filter(of_quote(quote)).ok_or_else(|| Refusal::not_found("import"))?)
    }

    /// An import with its file, as it is kept.
    pub async fn import_file(
        &self,
        caller: &Caller,
        quote: Id,
        id: Id,
    ) -> Result<(Import, String), Problem> {
        let tenant = caller.seller()?.tenant;
        self.import_with_file(tenant, id, of_quote(quote)).await
    }

    /// An import of enrichments.
    pub async fn enrichment_import_get(&self, caller: &Caller, id: Id) -> Result<Import, Problem> {
        let tenant = caller.seller()?.tenant;
        let found = self.store.ask(store::import::by_id(tenant, id)).await?;
        Ok(found.filter(of_order).ok_or_else(|| Refusal::not_found("import"))?)
    }

    /// The same with its file, as it is kept.
    pub async fn enrichment_import_file(
        &self,
        caller: &Caller,
        id: Id,
    ) -> Result<(Import, String), Problem> {
        self.import_with_file(caller.seller()?.tenant, id, of_order).await
    }

    async fn import_with_file(
        &self,
        tenant: Tenant,
        id: Id,
        is: impl Fn(&Import) -> bool,
    ) -> Result<(Import, String), Problem> {
        let asks = (store::import::by_id(tenant, id), store::import::file(tenant, id));
        match self.store.ask(asks).await? {
            (Some(import), Some(body)) if is(&import) => Ok((import, body)),
            _ => Err(Refusal::not_found("import").into()),
        }
    }
}

/// Whether an import brought sites into this quote.
fn of_quote(quote: Id) -> impl Fn(&Import) -> bool {
    move |import| import.quote == quote && import.order.is_none()
}

/// Whether an import brought enrichments.
const fn of_order(import: &Import) -> bool {
    import.order.is_some()
}
