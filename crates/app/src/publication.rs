//! Actions on versions of the catalogue: operations'.

use crate::{Action, App, Caller, Decided, Problem};
use domain::catalogue::{Catalogue, Difference, differences};
use domain::change::Context;
use domain::decision::Decision;
use domain::id::Id;
use domain::party::Partner;
use domain::pricing::Repriced;
use domain::publication::{self, Carrier, CatalogueVersion, Shelf};
use domain::quote::{Quote, Site};
use domain::refusal::Refusal;
use domain::time::Moment;
use std::collections::HashMap;
use std::sync::Arc;
use store::Page;

/// A version, and when the one after it takes effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    pub version: CatalogueVersion,
    pub next: Option<Moment>,
}

/// Proposes a catalogue, read and checked already.
#[derive(Debug, Clone)]
pub struct CataloguePropose {
    pub catalogue: Arc<Catalogue>,
    pub note: Option<String>,
}

impl Action for CataloguePropose {
    type View = Listed;

    async fn decide(&self, app: &App, caller: &Caller, ctx: &mut Context) -> Decided<Listed> {
        let at = caller.operations()?;
        let asks = (store::publication::published(at), store::partner::list(at));
        let (published, partners) = app.store.ask(asks).await?;
        let carrier = app.carrier(&published, &partners);
        let note = self.note.clone();
        let decision = publication::catalogue_propose(ctx, at, &self.catalogue, carrier, note)?;
        Ok(listed(decision, &[]))
    }
}

/// What is said of a version.
#[derive(Debug, Clone)]
pub enum CatalogueDo {
    /// None: at once.
    Publish {
        effective_at: Option<Moment>,
    },
    Refuse {
        reason: String,
    },
    Withdraw {
        reason: String,
    },
    /// Puts the one before it in force again.
    RollBack {
        reason: String,
    },
}

#[derive(Debug, Clone)]
pub struct CatalogueAct {
    pub id: Id,
    pub what: CatalogueDo,
}

impl Action for CatalogueAct {
    type View = Listed;

    async fn decide(&self, app: &App, caller: &Caller, ctx: &mut Context) -> Decided<Listed> {
        let at = caller.operations()?;
        let asks = (
            store::publication::by_id(at, self.id),
            store::publication::published(at),
            store::partner::list(at),
        );
        let (version, published, partners) = app.store.ask(asks).await?;
        let version = version.ok_or_else(|| Refusal::not_found("catalogue"))?;
        let carrier = app.carrier(&published, &partners);
        let shelf = carrier.shelf;
        let decision = match self.what.clone() {
            CatalogueDo::Publish { effective_at } => {
                let catalogue = app.catalogue_of(at, Some(&version.digest)).await?;
                publication::catalogue_publish(ctx, version, &catalogue, carrier, effective_at)?
            }
            CatalogueDo::Refuse { reason } => {
                publication::catalogue_refuse(ctx, version, shelf, reason)?
            }
            CatalogueDo::Withdraw { reason } => {
                publication::catalogue_withdraw(ctx, version, shelf, reason)?
            }
            CatalogueDo::RollBack { reason } => {
                let digest = shelf.before(&version).map(|before| before.digest.as_str());
                let back = app.catalogue_of(at, digest).await?;
                publication::catalogue_roll_back(ctx, at, version, &back, carrier, reason)?
            }
        };
        Ok(listed(decision, &published))
    }
}

/// What was decided, among those that were published before.
fn listed(
    decision: Decision<CatalogueVersion>,
    published: &[CatalogueVersion],
) -> Decision<Listed> {
    let Decision { change, view: version } = decision;
    let next = publication::next(published, &version);
    Decision { change, view: Listed { version, next } }
}

/// What a catalogue would change.
#[derive(Debug, Clone)]
pub struct Impact {
    pub version: CatalogueVersion,
    /// The version in force that it is compared with.
    pub in_force: Arc<Catalogue>,
    pub differences: Vec<Difference>,
    /// Those that would change, newest first.
    pub quotes: Vec<QuoteImpact>,
    /// Quotes on offer that were priced by both, and their sites.
    pub looked_at: usize,
    pub sites: usize,
    /// Where the next page begins, if there are more.
    pub next: Option<Id>,
}

/// A quote on offer that would cost something else.
#[derive(Debug, Clone)]
pub struct QuoteImpact {
    pub quote: Quote,
    pub by: Repriced,
}

/// A page of an impact ends behind the quote that brings it to so many sites.
const MOST_SITES: usize = 20_000;
/// Below so many sites a quote is priced at once, not away from the threads that answer others.
const FEW_SITES: usize = 100;

impl App {
    fn carrier<'a>(
        &'a self,
        published: &'a [CatalogueVersion],
        partners: &'a [Partner],
    ) -> Carrier<'a> {
        let shelf = Shelf { published, configured: self.catalogues.configured() };
        Carrier { shelf, programmes: &self.programmes, partners }
    }

    pub async fn catalogue_get(&self, caller: &Caller, id: Id) -> Result<Listed, Problem> {
        let at = caller.operations()?;
        let asks = (store::publication::by_id(at, id), store::publication::published(at));
        let (version, published) = self.store.ask(asks).await?;
        let version = version.ok_or_else(|| Refusal::not_found("catalogue"))?;
        Ok(Listed { next: publication::next(&published, &version), version })
    }

    /// Every version, newest first.
    pub async fn catalogues_list(
        &self,
        caller: &Caller,
        page: Page,
    ) -> Result<Vec<Listed>, Problem> {
        let at = caller.operations()?;
        let asks = (store::publication::list(at, page), store::publication::published(at));
        let (versions, published) = self.store.ask(asks).await?;
        let listed = |version| Listed { next: publication::next(&published, &version), version };
        Ok(versions.into_iter().map(listed).collect())
    }

    /// The files of a version, each a name and its text.
    pub async fn catalogue_files(
        &self,
        caller: &Caller,
        id: Id,
    ) -> Result<(CatalogueVersion, Vec<(String, String)>), Problem> {
        let at = caller.operations()?;
        let version = self.catalogue_get(caller, id).await?.version;
        let files = self.store.ask(store::publication::files(at, &version.digest)).await?;
        Ok((version, files.ok_or_else(|| Refusal::not_found("catalogue"))?))
    }

    /// What publishing a version would change: against the catalogue in force, and of the quotes
    /// on offer, of which `page` says which part is looked at.
    pub async fn catalogue_impact(
        &self,
        caller: &Caller,
        id: Id,
        page: Page,
    ) -> Result<Impact, Problem> {
        let (at, now) = (caller.operations()?, self.clock.now());
        let asks = (
            store::publication::by_id(at, id),
            store::publication::in_force(at, now),
            store::partner::list(at),
            store::quote::queue(at, "priced", page),
        );
        let (version, digest, partners, mut quotes) = self.store.ask(asks).await?;
        let version = version.ok_or_else(|| Refusal::not_found("catalogue"))?;
        let new = self.catalogue_of(at, Some(&version.digest)).await?;
        let old = self.catalogue_of(at, digest.as_deref()).await?;
        let limit = usize::try_from(page.limit).unwrap_or(usize::MAX);
        let more = quotes.len() > limit;
        quotes.truncate(limit);
        let last = quotes.last().map(|quote| quote.id).filter(|_| more);
        let mut impact = Impact {
            differences: differences(&old, &new),
            in_force: old,
            version,
            quotes: Vec::new(),
            looked_at: 0,
            sites: 0,
            next: last,
        };
        let tiers = partners.iter().map(|p| (Some(p.id), p.tier.as_str())).collect();
        self.look(&mut impact, &new, quotes, &tiers, now).await?;
        Ok(impact)
    }

    async fn look(
        &self,
        impact: &mut Impact,
        new: &Arc<Catalogue>,
        quotes: Vec<Quote>,
        tiers: &HashMap<Option<Id>, &str>,
        now: Moment,
    ) -> Result<(), Problem> {
        let count = quotes.len();
        for (n, quote) in quotes.into_iter().enumerate() {
            let Some(tier) = tiers.get(&quote.tenant.partner) else { continue };
            let sites = self.store.ask(store::site::of_quote(quote.tenant, quote.id)).await?;
            let (many, id) = (sites.len(), quote.id);
            let both = (impact.in_force.clone(), new.clone());
            if let Some(found) = compared(quote, sites, (*tier).to_owned(), both, now).await? {
                impact.looked_at += 1;
                impact.sites += many;
                impact.quotes.extend(Some(found).filter(|found| found.by.changed()));
            }
            if impact.sites >= MOST_SITES && n + 1 < count {
                impact.next = Some(id);
                return Ok(());
            }
        }
        Ok(())
    }
}

/// A quote by both catalogues, on the day on which the new one can be sold first.
async fn compared(
    quote: Quote,
    sites: Vec<Site>,
    tier: String,
    (old, new): (Arc<Catalogue>, Arc<Catalogue>),
    now: Moment,
) -> Result<Option<QuoteImpact>, Problem> {
    let few = sites.len() < FEW_SITES;
    let price = move || {
        let when = (now, now.date().max(new.effective_from()));
        let by = publication::impact(&quote, &sites, &tier, (&old, &new), when)?;
        Some(QuoteImpact { quote, by })
    };
    if few {
        return Ok(price());
    }
    let priced = tokio::task::spawn_blocking(price).await;
    priced.map_err(|e| Problem::Fault(store::StoreError::Unavailable(e.to_string())))
}
