//! What the families' calls have in common: a published call often does several steps of the
//! flow, and answers what outside systems say to them.

use super::door::Said;
use crate::door::Refused;
use app::quote::{SitesAct, SitesDo};
use app::read::SitesPage;
use domain::contract::{Contract, ContractState};
use domain::credit::{CreditCheck, CreditState};
use domain::id::Id;
use domain::order::{SubOrder, SubOrderPhase};
use domain::quote::{NewSite, Site};

/// Adds sites, asks for the validation of their addresses and answers the quote with all of its
/// sites once every address is decided. With `accept`, every close match of the quote is taken as
/// it was corrected.
pub(super) async fn add_sites(
    said: &Said,
    quote: Id,
    new: Vec<NewSite>,
    accept: bool,
) -> Result<(Vec<Id>, SitesPage), Refused> {
    let made = if new.is_empty() {
        Vec::new()
    } else {
        let add = SitesAct { quote, what: SitesDo::Add { sites: new } };
        said.perform(add, |done| done.sites.iter().map(|site| site.id).collect()).await?
    };
    let page = decided_sites(said, quote, accept).await?;
    Ok((made, page))
}

/// Changes one site and answers the quote with all of its sites once every address is decided.
pub(super) async fn change_site(
    said: &Said,
    quote: Id,
    what: SitesDo,
) -> Result<SitesPage, Refused> {
    said.perform(SitesAct { quote, what }, |_| Vec::new()).await?;
    decided_sites(said, quote, false).await
}

/// Has every address validated that is not yet, and accepts corrections where the caller does.
async fn decided_sites(said: &Said, quote: Id, accept: bool) -> Result<SitesPage, Refused> {
    let mut page = sites(said, quote).await?;
    if page.sites.iter().any(Site::is_unchecked) {
        said.then(SitesAct { quote, what: SitesDo::Validate }).await?;
        page = sites(said, quote).await?;
    }
    if accept && page.sites.iter().any(|site| site.correction().is_some()) {
        said.then(SitesAct { quote, what: SitesDo::AcceptCorrections }).await?;
        page = sites(said, quote).await?;
    }
    Ok(page)
}

/// The quote with all of its sites, once no validation is under way.
pub(super) async fn sites(said: &Said, quote: Id) -> Result<SitesPage, Refused> {
    let read = || said.app.sites_list(said.caller(), quote, 0, u32::MAX);
    said.settle(quote, read, |page: &SitesPage| page.quote.tally.requested == 0).await
}

/// The credit check once it is decided, or in the hands of a person.
pub(super) async fn decided(said: &Said, check: Id) -> Result<CreditCheck, Refused> {
    let read = || said.app.credit_get(said.caller(), check);
    said.settle(check, read, |check: &CreditCheck| check.state != CreditState::Requested).await
}

/// The contract once it is out for signature.
pub(super) async fn out(said: &Said, contract: Id) -> Result<Contract, Refused> {
    let read = || said.app.contract_get(said.caller(), contract);
    said.settle(contract, read, |c: &Contract| c.state != ContractState::Generated).await
}

/// The sub-order once fulfilment has answered its handoff.
pub(super) async fn answered(said: &Said, sub: Id) -> Result<SubOrder, Refused> {
    let read = || async { Ok(said.app.sub_order_get(said.caller(), sub).await?.1) };
    said.settle(sub, read, |sub: &SubOrder| sub.state != SubOrderPhase::Submitted).await
}
