//! Enrichments that may be sent again without a version: the very same changes nothing.

use super::{Accounts, BillingAccountChoice, EnrichDo};
use crate::{Action, App, Caller, Decided, Problem, Seller};
use domain::change::Context;
use domain::decision::Decision;
use domain::enrichment::{self, Billing, Enrich};
use domain::id::Id;
use domain::order::{BillingAccount, Order, SubOrder};

/// Gives a sub-order one of its enrichments, unless it has it already.
#[derive(Debug)]
pub struct EnrichOnce {
    pub sub_order: Id,
    pub what: EnrichDo,
}

impl Action for EnrichOnce {
    type View = (Order, SubOrder);

    async fn decide(
        &self,
        app: &App,
        caller: &Caller,
        ctx: &mut Context,
    ) -> Decided<(Order, SubOrder)> {
        let seller = caller.seller()?;
        let programme = app.programme(seller)?;
        let given = Given::load(app, seller, self.sub_order, self.what.clone()).await?;
        let Given { order, sub, billed, what } = given;
        let decision =
            enrichment::enrich_once(ctx, programme, &order, &sub, billed.as_ref(), what)?;
        Ok(Decision { change: decision.change, view: (order, decision.view) })
    }
}

/// Says how a sub-order is billed, unless it is billed so already. A new account with the content
/// of the one that it is billed to is that account.
#[derive(Debug)]
pub struct BillingOnce {
    pub sub_order: Id,
    pub account: BillingAccountChoice,
    /// The rule fills its account in.
    pub billing: Billing,
}

impl Action for BillingOnce {
    /// With the account that the sub-order is billed to.
    type View = (Order, SubOrder, BillingAccount);

    async fn decide(&self, app: &App, caller: &Caller, ctx: &mut Context) -> Decided<Self::View> {
        let seller = caller.seller()?;
        let programme = app.programme(seller)?;
        let (account, billing) = (self.account.clone(), self.billing.clone());
        let what = EnrichDo::Billing { account, billing: Box::new(billing) };
        let Given { order, sub, billed, what } =
            Given::load(app, seller, self.sub_order, what).await?;
        let billed = billed.as_ref();
        let decision = enrichment::billing_once(ctx, programme, &order, &sub, billed, what)?;
        let (sub, account) = decision.view;
        Ok(Decision { change: decision.change, view: (order, sub, account) })
    }
}

/// A sub-order with its parent, the account that it is billed to, and what it is given.
struct Given {
    order: Order,
    sub: SubOrder,
    billed: Option<BillingAccount>,
    what: Enrich,
}

impl Given {
    async fn load(
        app: &App,
        seller: Seller<'_>,
        sub_order: Id,
        what: EnrichDo,
    ) -> Result<Self, Problem> {
        let (order, sub) = app.sub_order_file(seller.tenant, sub_order).await?;
        // An account never changes, so that the looks need no common snapshot.
        let billed = match &sub.enrichments.billing {
            Some(billing) => {
                let ask = store::billing::by_id(seller.tenant, billing.value.billing_account);
                app.store.ask(ask).await?
            }
            None => None,
        };
        let mut accounts = Accounts::named(app, seller.tenant, [&what]).await?;
        let what = accounts.with(what, "");
        Ok(Self { order, sub, billed, what: accounts.known(what)? })
    }
}
