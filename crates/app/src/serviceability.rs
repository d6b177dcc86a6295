//! How addresses can be reached by the network: for addresses without a quote, and for a site with
//! the access that it is configured for.

use crate::address::{Checked, attempt, is_scripted};
use crate::worker::call::{Limits, NoAnswer};
use crate::{App, Caller, Problem};
use connect::sandbox::Scripted;
use connect::serviceability::ServiceCheck as _;
use domain::address::Address;
use domain::id::Id;
use domain::quote::Site;
use domain::serviceability::{Serviceability, Speed, unanswerable};
use domain::time::Moment;
use std::sync::Arc;

/// What is known of a site, and the access speed that it is configured for.
#[derive(Debug, Clone)]
pub struct SiteService {
    pub site: Site,
    pub asked: Option<Speed>,
    pub found: Checked<Serviceability>,
}

impl App {
    /// What is known of each address, in their order.
    pub async fn serviceability(
        &self,
        caller: &Caller,
        addresses: Vec<Address>,
    ) -> Result<Vec<Checked<Serviceability>>, Problem> {
        caller.seller()?;
        let addresses: Arc<[Address]> = addresses.into();
        let (service, now) = (self.outside.serviceability.clone(), self.now(caller).await?);
        let attempt = attempt(caller);
        let known = move |address: &Address| {
            service.known(address, now).filter(|_| !is_scripted(address, attempt))
        };
        let known = self.at_desk(&addresses, known).await?;
        let ask = |address| self.served(address, now, attempt, None);
        Ok(self.ask_rest(&addresses, known, ask).await)
    }

    /// What is known of a site's address, validated or as it was given: what the site keeps, while
    /// that holds.
    pub async fn site_serviceability(
        &self,
        caller: &Caller,
        quote: Id,
        site: Id,
    ) -> Result<SiteService, Problem> {
        let site = self.site_get(caller, quote, site).await?;
        let asked = site.configuration.as_ref().and_then(|chosen| chosen.access_speed);
        let kept = site.serviceability.as_ref().filter(|_| site.passed().is_some());
        let now = self.now(caller).await?;
        if let Some(kept) = kept.filter(|kept| kept.is_good(now)) {
            let found = Ok(kept.clone());
            return Ok(SiteService { site, asked, found });
        }
        let mut found = self.serviceability(caller, vec![site.address().clone()]).await?;
        let found = found.pop().ok_or_else(|| domain::refusal::Refusal::not_found("site"))?;
        Ok(SiteService { site, asked, found })
    }

    /// One address, by its script in the test environment, by what was answered lately and still
    /// holds, or by the service.
    pub(crate) async fn served(
        &self,
        address: &Address,
        now: Moment,
        attempt: Option<u32>,
        limits: Option<&Limits>,
    ) -> Result<Serviceability, NoAnswer> {
        if let Some(why) = unanswerable(address) {
            let never = connect::ConnectorError::Never(why.to_owned());
            return Err(NoAnswer::Failed(never));
        }
        if is_scripted(address, attempt) {
            let service = Scripted::new(&*self.outside.serviceability, attempt);
            return self.call_within("serviceability", limits, service.look_up(address, now)).await;
        }
        let key = address.key();
        if let Some(found) = self.answers.serviceability.get(&key, now).filter(|f| f.is_good(now)) {
            return Ok(found);
        }
        let asking = self.outside.serviceability.look_up(address, now);
        let found = self.call_within("serviceability", limits, asking).await?;
        self.answers.serviceability.put(key, now, found.clone());
        Ok(found)
    }
}
