//! Actions on end customers.

mod import;

use crate::{Action, App, Caller, Decided};
use domain::change::Context;
use domain::customer::{self, Account, AccountDetails, CarrierAccount, Known, Loa};
use domain::decision::Decision;
use domain::id::Id;
use domain::letter;
use domain::refusal::{IfMatch, Refusal};

pub use import::CustomersImport;

/// Updates a customer with what opportunity and quote captured.
#[derive(Debug)]
pub struct CustomerUpdate {
    pub account: Id,
    pub seen: IfMatch,
    pub details: AccountDetails,
}

impl Action for CustomerUpdate {
    /// With its consent as it stands for this partner.
    type View = (Account, Loa);

    async fn decide(
        &self,
        app: &App,
        caller: &Caller,
        ctx: &mut Context,
    ) -> Decided<(Account, Loa)> {
        let seller = caller.seller()?;
        let asks = (
            store::customer::by_id(caller.environment, self.account),
            store::opportunity::engaged(seller.tenant, self.account),
            store::letter::of_account(seller.tenant, self.account),
        );
        let (account, engaged, letters) = app.store.ask(asks).await?;
        let account = account
            .filter(|a| a.visible_to(seller.partner.id))
            .ok_or_else(|| Refusal::not_found("customer"))?;
        let details = self.details.clone();
        let decided = customer::customer_update(ctx, account, engaged, self.seen, details)?;
        let loa = letter::consent(&decided.view, &letters);
        Ok(Decision { change: decided.change, view: (decided.view, loa) })
    }
}

/// Operations load an end customer's account.
#[derive(Debug)]
pub struct CustomerCreate(pub CarrierAccount);

impl Action for CustomerCreate {
    type View = Account;

    async fn decide(&self, app: &App, caller: &Caller, ctx: &mut Context) -> Decided<Account> {
        let environment = caller.operations()?;
        let partner = match self.0.partner {
            Some(id) => app.store.ask(store::partner::by_id(environment, id)).await?.is_some(),
            None => false,
        };
        let acid = match &self.0.acid {
            Some(acid) => app.store.ask(store::customer::has_acid(environment, acid)).await?,
            None => false,
        };
        let known = Known { partner, acid };
        Ok(customer::customer_create(ctx, environment, self.0.clone(), known)?)
    }
}
