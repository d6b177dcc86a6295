//! Actions on orders: create, group, hand off.

mod identifier;

pub use identifier::{IdentifiedOrder, IdentifiersOf, Identify, IdentifyWhat};

use crate::load::Sites;
use crate::{Action, App, Caller, Decided, Problem, Seller};
use domain::change::Context;
use domain::code::{Because, Code};
use domain::enrichment;
use domain::id::Id;
use domain::order::{self, CustomerGroup, NewOrder, Order, OrderView, SubOrder};
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
        let file = file.map_err(named_in_body)?;
        Ok(order::order_create(ctx, rules, &file, self.new.clone())?)
    }
}

/// Creates the order of a signed quote, or answers it if the very same was ordered before.
#[derive(Debug)]
pub struct OrderOnce {
    pub quote: Id,
    pub new: NewOrder,
}

impl Action for OrderOnce {
    type View = OrderView;

    async fn decide(&self, app: &App, caller: &Caller, ctx: &mut Context) -> Decided<OrderView> {
        let seller = caller.seller()?;
        let rules = app.rules(seller)?;
        let file = app.quote_file(ctx.now, seller.tenant, self.quote, Sites::All).await;
        let mut file = file.map_err(named_in_body)?;
        if file.order.is_some() {
            let ask = store::order::sub_orders_of_quote(seller.tenant, self.quote);
            file.sub_orders = app.store.ask(ask).await?;
        }
        Ok(order::order_once(ctx, rules, &file, self.new.clone())?)
    }
}

/// The quote is named in the body here, not in the path.
fn named_in_body(problem: Problem) -> Problem {
    match problem {
        Problem::Refused(refusal) if refusal.code == Code::NotFound => {
            let fault = Fault::new("/quote_id", Because::UnknownId, "no such quote");
            Refusal::new(Code::UnknownReference, "no such quote").with(vec![fault]).into()
        }
        other => other,
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
        let (order, subs) = self.what.load(app, seller).await?;
        Ok(order::hand_off(ctx, rules, &order, &subs)?)
    }
}

/// Hands off what is open of it; if all was handed off before, answers it as it is now.
#[derive(Debug)]
pub struct HandOffOnce {
    pub what: HandOffWhat,
}

impl Action for HandOffOnce {
    type View = OrderView;

    async fn decide(&self, app: &App, caller: &Caller, ctx: &mut Context) -> Decided<OrderView> {
        let seller = caller.seller()?;
        let rules = app.rules(seller)?;
        let (order, mut subs) = self.what.load(app, seller).await?;
        let done = !subs.iter().any(SubOrder::is_open);
        if matches!(self.what, HandOffWhat::Order(_)) && done {
            // Only the first of them were looked at.
            subs = app.store.ask(store::order::sub_orders(seller.tenant, order.id)).await?;
        }
        Ok(order::hand_off_once(ctx, rules, &order, &subs)?)
    }
}

impl HandOffWhat {
    /// The order, and what may be handed off of it.
    async fn load(self, app: &App, seller: Seller<'_>) -> Result<(Order, Vec<SubOrder>), Problem> {
        match self {
            Self::Order(id) => app.open_file(seller.tenant, id, u32::MAX).await,
            Self::SubOrder(id) => {
                let (order, sub) = app.sub_order_file(seller.tenant, id).await?;
                Ok((order, vec![sub]))
            }
        }
    }
}
