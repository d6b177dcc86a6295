//! Actions on orders: create, group, hand off.

use crate::load::Sites;
use crate::{Action, App, Caller, Decided, Problem};
use domain::change::Context;
use domain::code::{Because, Code};
use domain::enrichment;
use domain::id::Id;
use domain::order::{self, CustomerGroup, NewOrder, Order, OrderView};
use domain::refusal::{Fault, Refusal};

/// Creates the order of a signed quote.
#[derive(Debug)]
pub struct OrderCreate {
    pub quote: Id,
    pub new: NewOrder,
}

impl Action for OrderCreate {
    type View = OrderView;

    async fn decide(&self, app: &App, caller: &Caller, ctx: &mut Context) -> Decided<OrderView> {
        let seller = caller.seller()?;
        let rules = app.rules(seller)?;
        let file = app.quote_file(ctx.now, seller.tenant, self.quote, Sites::All).await;
        let file = file.map_err(|problem| {
            match problem {
                // The quote is named in the body here, not in the path.
                Problem::Refused(refusal) if refusal.code == Code::NotFound => {
                    let fault = Fault::new("/quote_id", Because::UnknownId, "no such quote");
                    Refusal::new(Code::UnknownReference, "no such quote").with(vec![fault]).into()
                }
                other => other,
            }
        })?;
        Ok(order::order_create(ctx, rules, &file, self.new.clone())?)
    }
}

/// Puts an order into the customer defined group of a name.
#[derive(Debug)]
pub struct OrderGroup {
    pub order: Id,
    pub name: String,
}

impl Action for OrderGroup {
    type View = (Order, CustomerGroup);

    async fn decide(
        &self,
        app: &App,
        caller: &Caller,
        ctx: &mut Context,
    ) -> Decided<(Order, CustomerGroup)> {
        let seller = caller.seller()?;
        let programme = app.programme(seller)?;
        let (order, subs) = app.open_file(seller.tenant, self.order, 1).await?;
        let existing = app.store.ask(store::billing::group_by_name(seller.tenant, &self.name));
        let existing = existing.await?;
        let name = self.name.clone();
        Ok(enrichment::order_group(ctx, programme, &order, &subs, existing, name)?)
    }
}

/// What is handed off.
#[derive(Debug, Clone, Copy)]
pub enum HandOffWhat {
    /// Every open sub-order of an order, or none.
    Order(Id),
    SubOrder(Id),
}

#[derive(Debug)]
pub struct HandOff {
    pub what: HandOffWhat,
}

impl Action for HandOff {
    type View = OrderView;

    async fn decide(&self, app: &App, caller: &Caller, ctx: &mut Context) -> Decided<OrderView> {
        let seller = caller.seller()?;
        let rules = app.rules(seller)?;
        let (order, subs) = match self.what {
            HandOffWhat::Order(id) => app.open_file(seller.tenant, id, u32::MAX).await?,
            HandOffWhat::SubOrder(id) => {
                let (order, sub) = app.sub_order_file(seller.tenant, id).await?;
                (order, vec![sub])
            }
        };
        Ok(order::hand_off(ctx, rules, &order, &subs)?)
    }
}
