//! Two versions of a quote side by side, from one snapshot.

use crate::{App, Caller, Problem};
use domain::code::{Because, Code};
use domain::id::Id;
use domain::quote::{Comparison, Side, compare};
use domain::refusal::{Fault, Refusal};

impl App {
    /// What `to` has that `from` has not, both this partner's. Without `from`: the version that
    /// `to` replaces.
    pub async fn quotes_compare(
        &self,
        caller: &Caller,
        from: Option<Id>,
        to: Id,
    ) -> Result<Comparison, Problem> {
        let tenant = caller.seller()?.tenant;
        let unknown = || Refusal::not_found("quote");
        let from = match from {
            Some(from) => from,
            None => {
                let to = self.store.ask(store::quote::by_id(tenant, to)).await?;
                to.ok_or_else(unknown)?.replaces.ok_or_else(first_version)?
            }
        };
        let asks = (
            store::quote::by_id(tenant, from),
            store::site::of_quote(tenant, from),
            store::quote::by_id(tenant, to),
            store::site::of_quote(tenant, to),
        );
        let (old, old_sites, new, new_sites) = self.store.ask(asks).await?;
        let (Some(old), Some(new)) = (old, new) else {
            return Err(unknown().into());
        };
        let old = Side { quote: &old, sites: &old_sites };
        Ok(compare(old, Side { quote: &new, sites: &new_sites })?)
    }
}

fn first_version() -> Refusal {
    let detail = "this is the first version: name another with `from`";
    let fault = Fault::new("/query/from", Because::Missing, detail).expected("a version's id");
    Refusal::new(Code::InvalidQuery, detail).with(vec![fault])
}
