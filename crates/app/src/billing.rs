//! Reads of billing accounts.

use crate::{App, Caller, Problem};
use domain::id::Id;
use domain::order::BillingAccount;
use domain::refusal::Refusal;

impl App {
    /// One of the caller's billing accounts.
    pub async fn billing_account_get(
        &self,
        caller: &Caller,
        id: Id,
    ) -> Result<BillingAccount, Problem> {
        let found = self.store.ask(store::billing::by_id(caller.seller()?.tenant, id)).await?;
        Ok(found.ok_or_else(|| Refusal::not_found("billing account"))?)
    }

    /// The one of that name that a sub-order billed to `now` is billed to when the name is all
    /// that is said: that one itself, else the oldest among the caller's 200 newest.
    pub async fn billing_account_named(
        &self,
        caller: &Caller,
        now: Option<Id>,
        name: &str,
    ) -> Result<Option<BillingAccount>, Problem> {
        let tenant = caller.seller()?.tenant;
        let is_meant = |account: &BillingAccount| account.name == name;
        if let Some(id) = now
            && let Some(account) = self.store.ask(store::billing::by_id(tenant, id)).await?
            && is_meant(&account)
        {
            return Ok(Some(account));
        }
        let known = self.store.ask(store::billing::list(tenant)).await?;
        Ok(known.into_iter().filter(is_meant).min_by_key(|account| account.id))
    }
}
