//! Actions on orders: create, enrich, group, hand off.

use crate::load::Sites;
use crate::{Action, App, Caller, Decided, Problem};
use domain::address::Address;
use domain::change::Context;
use domain::code::{Because, Code};
use domain::customer::Contact;
use domain::enrichment::{self, BillTo, Billing, Enrich, Installation, PortReservation, Shipping};
use domain::id::Id;
use domain::order::{self, CustomerGroup, NewOrder, Order, OrderView, SubOrder};
use domain::refusal::{Fault, IfMatch, Refusal};

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
        let file = app.quote_file(seller.tenant, self.quote, Sites::All).await;
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
        Ok(order::order_create(ctx, rules, &file, &app.catalogue, self.new.clone())?)
    }
}

/// Whose billing account, as the request says it.
#[derive(Debug, Clone)]
pub enum BillingAccountChoice {
    Existing(Id),
    New { name: String, address: Address, contacts: Vec<Contact> },
}

/// One enrichment, as the request gives it.
#[derive(Debug, Clone)]
pub enum EnrichDo {
    Installation(Installation),
    Shipping(Shipping),
    PortReservation(PortReservation),
    Billing { account: BillingAccountChoice, billing: Billing },
}

/// Gives a sub-order one of its enrichments.
#[derive(Debug)]
pub struct SubOrderEnrich {
    pub sub_order: Id,
    pub seen: IfMatch,
    pub what: EnrichDo,
}

impl Action for SubOrderEnrich {
    type View = (Order, SubOrder);

    async fn decide(
        &self,
        app: &App,
        caller: &Caller,
        ctx: &mut Context,
    ) -> Decided<(Order, SubOrder)> {
        let seller = caller.seller()?;
        let programme = app.programme(seller)?;
        let (order, sub) = app.sub_order_file(seller.tenant, self.sub_order).await?;
        let what = match self.what.clone() {
            EnrichDo::Installation(value) => Enrich::Installation(value),
            EnrichDo::Shipping(value) => Enrich::Shipping(value),
            EnrichDo::PortReservation(value) => Enrich::PortReservation(value),
            EnrichDo::Billing { account, billing } => {
                Enrich::Billing { to: Box::new(bill_to(app, caller, account).await?), billing }
            }
        };
        let decision = enrichment::enrich(ctx, programme, &order, &sub, self.seen, what)?;
        let view = (order, decision.view);
        Ok(domain::decision::Decision { change: decision.change, view })
    }
}

async fn bill_to(
    app: &App,
    caller: &Caller,
    account: BillingAccountChoice,
) -> Result<BillTo, Problem> {
    let id = match account {
        BillingAccountChoice::New { name, address, contacts } => {
            return Ok(BillTo::New { name, address, contacts });
        }
        BillingAccountChoice::Existing(id) => id,
    };
    let found = app.store.ask(store::billing::by_id(caller.tenant(), id)).await?;
    let account = found.ok_or_else(|| {
        let fault =
            Fault::new("/billing_account_id", Because::UnknownId, "no such billing account");
        Refusal::new(Code::UnknownReference, "no such billing account").with(vec![fault])
    })?;
    Ok(BillTo::Existing(account))
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
        let (order, subs) = app.order_file(seller.tenant, self.order).await?;
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
            HandOffWhat::Order(id) => app.order_file(seller.tenant, id).await?,
            HandOffWhat::SubOrder(id) => {
                let (order, sub) = app.sub_order_file(seller.tenant, id).await?;
                (order, vec![sub])
            }
        };
        Ok(order::hand_off(ctx, rules, &order, &subs)?)
    }
}
