//! Actions that enrich sub-orders: one with one kind, or many of an order at once.

use crate::{Action, App, Caller, Decided, Problem};
use domain::address::Address;
use domain::change::Context;
use domain::code::{Because, Code};
use domain::customer::Contact;
use domain::decision::Decision;
use domain::enrichment::{
    self, BillTo, Billing, Enrich, Installation, PortReservation, Row, Shipping,
};
use domain::id::Id;
use domain::order::{BillingAccount, Order, OrderView, SubOrder};
use domain::party::Tenant;
use domain::refusal::{Fault, IfMatch, Refusal, named};
use std::collections::HashMap;
use std::collections::hash_map::Entry;

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
        let mut accounts = Accounts::new(seller.tenant);
        let what = accounts.with(app, self.what.clone(), "").await?;
        let what = accounts.known(what)?;
        let decision = enrichment::enrich(ctx, programme, &order, &sub, self.seen, what)?;
        let view = (order, decision.view);
        Ok(Decision { change: decision.change, view })
    }
}

/// One sub-order of a request for many.
#[derive(Debug, Clone)]
pub struct EnrichRow {
    pub sub_order: Id,
    pub seen: IfMatch,
    /// What it gets of its own.
    pub own: Vec<EnrichDo>,
}

/// Gives many sub-orders of an order their enrichments.
#[derive(Debug)]
pub struct OrderEnrich {
    pub order: Id,
    /// What each gets that has nothing of this kind of its own.
    pub defaults: Vec<EnrichDo>,
    /// None: every sub-order that is open.
    pub rows: Option<Vec<EnrichRow>>,
}

impl Action for OrderEnrich {
    type View = OrderView;

    async fn decide(&self, app: &App, caller: &Caller, ctx: &mut Context) -> Decided<OrderView> {
        let seller = caller.seller()?;
        let programme = app.programme(seller)?;
        let mut accounts = Accounts::new(seller.tenant);
        let mut defaults = Vec::with_capacity(self.defaults.len());
        for what in &self.defaults {
            defaults.extend(accounts.with(app, what.clone(), "/defaults/billing").await?);
        }
        let (order, rows) = match &self.rows {
            None => {
                let (order, subs) = app.open_file(seller.tenant, self.order, u32::MAX).await?;
                let row = |sub: SubOrder| {
                    let place = format!("/sub_orders/{}", sub.id);
                    Row { sub, seen: IfMatch::Any, own: Vec::new(), place }
                };
                (order, subs.into_iter().map(row).collect())
            }
            Some(rows) => self.named(app, &mut accounts, rows).await?,
        };
        let rows = accounts.known(Some(rows))?;
        Ok(enrichment::enrich_many(ctx, programme, &order, defaults, rows)?)
    }
}

impl OrderEnrich {
    /// The sub-orders that the request names.
    async fn named(
        &self,
        app: &App,
        accounts: &mut Accounts,
        rows: &[EnrichRow],
    ) -> Result<(Order, Vec<Row>), Problem> {
        let tenant = accounts.tenant;
        let asks = rows.iter().map(|row| store::order::sub_order(tenant, row.sub_order)).collect();
        let order = app.store.ask(store::order::by_id(tenant, self.order)).await?;
        let order = order.ok_or_else(|| Refusal::not_found("order"))?;
        let found: Vec<Option<SubOrder>> = app.store.ask::<Vec<_>>(asks).await?;
        let mut named = Vec::with_capacity(rows.len());
        for (at, (row, sub)) in rows.iter().zip(found).enumerate() {
            let place = format!("/sub_orders/{at}");
            let Some(sub) = sub.filter(|sub| sub.order == order.id) else {
                accounts.lacks(format!("{place}/id"), "the order has no such sub-order");
                continue;
            };
            let mut own = Vec::with_capacity(row.own.len());
            for what in &row.own {
                own.extend(accounts.with(app, what.clone(), &format!("{place}/billing")).await?);
            }
            named.push(Row { sub, seen: row.seen, own, place });
        }
        Ok((order, named))
    }
}

/// The billing accounts that a request names, each looked up once; and what it names in vain.
struct Accounts {
    tenant: Tenant,
    found: HashMap<Id, Option<BillingAccount>>,
    unknown: Vec<Fault>,
}

impl Accounts {
    fn new(tenant: Tenant) -> Self {
        Self { tenant, found: HashMap::new(), unknown: Vec::new() }
    }

    fn lacks(&mut self, pointer: String, what: &str) {
        self.unknown.push(Fault::new(pointer, Because::UnknownId, what));
    }

    /// What was found, if nothing was named in vain.
    fn known<T>(self, found: Option<T>) -> Result<T, Refusal> {
        match found {
            Some(found) if self.unknown.is_empty() => Ok(found),
            _ => {
                let first = self.unknown.first().map(|fault| fault.detail.clone());
                let (faults, more) = named(self.unknown);
                let detail = format!("{}{more}", first.unwrap_or_default());
                Err(Refusal::new(Code::UnknownReference, detail).with(faults))
            }
        }
    }

    /// The enrichment with the account that it is billed to; None if there is no such account.
    async fn with(
        &mut self,
        app: &App,
        what: EnrichDo,
        place: &str,
    ) -> Result<Option<Enrich>, Problem> {
        let (account, billing) = match what {
            EnrichDo::Installation(value) => return Ok(Some(Enrich::Installation(value))),
            EnrichDo::Shipping(value) => return Ok(Some(Enrich::Shipping(value))),
            EnrichDo::PortReservation(value) => return Ok(Some(Enrich::PortReservation(value))),
            EnrichDo::Billing { account, billing } => (account, billing),
        };
        let to = match account {
            BillingAccountChoice::New { name, address, contacts } => {
                BillTo::New { name, address, contacts }
            }
            BillingAccountChoice::Existing(id) => {
                let found = match self.found.entry(id) {
                    Entry::Occupied(known) => known.get().clone(),
                    Entry::Vacant(new) => {
                        let ask = store::billing::by_id(self.tenant, id);
                        new.insert(app.store.ask(ask).await?).clone()
                    }
                };
                let Some(found) = found else {
                    let pointer = format!("{place}/billing_account_id");
                    self.lacks(pointer, "no such billing account");
                    return Ok(None);
                };
                BillTo::Existing(found)
            }
        };
        Ok(Some(Enrich::Billing { to: Box::new(to), billing }))
    }
}
