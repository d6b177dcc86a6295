//! Two versions of a quote side by side, from one snapshot.

use crate::{App, Caller, Problem};
use domain::id::Id;
use domain::quote::{Comparison, Side, compare};
use domain::refusal::Refusal;

impl App {
    /// What `to` has that `from` has not, both this partner's. Without `from`: the version that
    /// `to` replaces, or nothing.
    pub async fn quotes_compare(
        &self,
        caller: &Caller,
        from: Option<Id>,
        to: Id,
    ) -> Result<Comparison, Problem> {
        let tenant = caller.seller()?.tenant;
        let unknown = || Refusal::not_found("quote");
        let from = if from.is_some() {
            from
        } else {
            let to = self.store.ask(store::quote::by_id(tenant, to)).await?;
            to.ok_or_else(unknown)?.replaces
        };
        let quote = |id| store::quote::by_id(tenant, id);
        let sites = |id| store::site::of_quote(tenant, id);
        let credit = |id| store::credit::of_quote(tenant, id);
        let now = self.clock.now();
        let Some(from) = from else {
            let (new, sites, checks) = self.store.ask((quote(to), sites(to), credit(to))).await?;
            let new = self.with_credit(new.ok_or_else(unknown)?, &checks, now);
            return Ok(compare(None, Side { quote: &new, sites: &sites })?);
        };
        let asks = (quote(from), sites(from), quote(to), sites(to), credit(from), credit(to));
        let (old, old_sites, new, new_sites, old_credit, new_credit) = self.store.ask(asks).await?;
        let (Some(old), Some(new)) = (old, new) else {
            return Err(unknown().into());
        };
        let old = self.with_credit(old, &old_credit, now);
        let new = self.with_credit(new, &new_credit, now);
        let old = Side { quote: &old, sites: &old_sites };
        Ok(compare(Some(old), Side { quote: &new, sites: &new_sites })?)
    }
}
