//! What a document of a quote is drawn from: the quote with what stands around it, and its sites
//! page by page, so that ten thousand of them are never held at once.

use crate::{App, Caller, Problem};
use domain::catalogue::Catalogue;
use domain::code::Code;
use domain::customer::Account;
use domain::id::Id;
use domain::opportunity::Opportunity;
use domain::party::Partner;
use domain::quote::{Quote, Site};
use domain::refusal::Refusal;
use domain::time::Moment;
use std::sync::Arc;

/// A quote with what stands around it.
#[derive(Debug, Clone)]
pub struct Dossier {
    pub quote: Quote,
    pub partner: Arc<Partner>,
    pub opportunity: Opportunity,
    /// None where customers are assigned to sites.
    pub account: Option<Account>,
    /// The one that priced it; the one in force where there is no price, or that one was never
    /// kept.
    pub catalogue: Arc<Catalogue>,
}

/// So many sites are read at once.
const A_PAGE: u32 = 250;
/// So often is begun anew when somebody changes the quote meanwhile.
const MOST_ROUNDS: usize = 4;

impl App {
    /// Reads a quote of this partner with all of its sites, as they were at one moment. `begin`
    /// makes what `gather` puts each site into, in the order of their places; it is made anew when
    /// the quote has changed in between.
    pub async fn quote_dossier<T: Send>(
        &self,
        caller: &Caller,
        id: Id,
        begin: impl Fn(&Dossier) -> T + Send,
        gather: impl Fn(&mut T, Site) + Send,
    ) -> Result<(Dossier, T), Problem> {
        for _ in 0..MOST_ROUNDS {
            let dossier = self.dossier(caller, id).await?;
            let mut gathered = begin(&dossier);
            if self.gather(&dossier.quote, |site| gather(&mut gathered, site)).await? {
                return Ok((dossier, gathered));
            }
        }
        Err(Refusal::new(Code::Busy, "others kept changing the quote").into())
    }

    async fn dossier(&self, caller: &Caller, id: Id) -> Result<Dossier, Problem> {
        let seller = caller.seller()?;
        let tenant = seller.tenant;
        let asks = (
            store::quote::by_id(tenant, id),
            store::customer::of_quote(tenant, id),
            store::credit::of_quote(tenant, id),
        );
        let (quote, account, credit) = self.store.ask(asks).await?;
        let quote = quote.ok_or_else(|| Refusal::not_found("quote"))?;
        // An opportunity keeps its name.
        let opportunity = self.store.ask(store::opportunity::by_id(tenant, quote.opportunity));
        let opportunity = opportunity.await?.ok_or_else(|| Refusal::not_found("opportunity"))?;
        let now = self.now(caller).await?;
        let quote = self.with_credit(quote, &credit, now);
        let partner = Arc::new(seller.partner.clone());
        let catalogue = self.priced_by(&quote, now).await?;
        Ok(Dossier { quote, partner, opportunity, account, catalogue })
    }

    async fn priced_by(&self, quote: &Quote, now: Moment) -> Result<Arc<Catalogue>, Problem> {
        let at = quote.tenant.environment;
        let digest = quote.last_offer().and_then(|offer| offer.catalogue.as_deref());
        let kept = match digest {
            Some(digest) => self.read_catalogue(at, digest).await?,
            None => None,
        };
        match kept {
            Some(catalogue) => Ok(catalogue),
            None => self.in_force(at, now).await,
        }
    }

    /// Whether all sites were read while the quote stood still: whoever changes a site, changes
    /// what the quote knows of its sites too.
    async fn gather(&self, quote: &Quote, mut put: impl FnMut(Site)) -> Result<bool, Problem> {
        let tenant = quote.tenant;
        let mut after = 0;
        loop {
            let asks = (
                store::quote::by_id(tenant, quote.id),
                store::site::page(tenant, quote.id, after, A_PAGE),
            );
            let (now, sites) = self.store.ask(asks).await?;
            if now.is_none_or(|now| now.version != quote.version) {
                return Ok(false);
            }
            let Some(last) = sites.last().map(|site| site.position) else { return Ok(true) };
            let full = u32::try_from(sites.len()).is_ok_and(|count| count == A_PAGE);
            sites.into_iter().for_each(&mut put);
            if !full {
                return Ok(true);
            }
            after = last;
        }
    }
}
