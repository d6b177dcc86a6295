//! Actions that enrich sub-orders: one with one kind, or many of an order at once.

mod import;
mod once;

use crate::{Action, App, Caller, Decided, Problem};
use domain::change::Context;
use domain::code::{Because, Code};
use domain::decision::Decision;
use domain::enrichment::{self, Enrich, Row};
use domain::id::Id;
use domain::order::{BillingAccount, Order, OrderView, SubOrder};
use domain::party::Tenant;
use domain::refusal::{Fault, IfMatch, Refusal, named};
use std::collections::{BTreeMap, BTreeSet};

pub use domain::enrichment::{BillingAccountChoice, EnrichDo};
pub use import::EnrichmentImport;
pub use once::{BillingOnce, EnrichOnce};

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
        let mut accounts = Accounts::named(app, seller.tenant, [&self.what]).await?;
        let what = accounts.with(self.what.clone(), "");
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
        let own = self.rows.iter().flatten().flat_map(|row| &row.own);
        let all = self.defaults.iter().chain(own);
        let mut accounts = Accounts::named(app, seller.tenant, all).await?;
        let mut defaults = Vec::with_capacity(self.defaults.len());
        for what in &self.defaults {
            defaults.extend(accounts.with(what.clone(), "/defaults/billing"));
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
            Some(rows) => self.named(app, seller.tenant, &mut accounts, rows).await?,
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
        tenant: Tenant,
        accounts: &mut Accounts,
        rows: &[EnrichRow],
    ) -> Result<(Order, Vec<Row>), Problem> {
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
                own.extend(accounts.with(what.clone(), &format!("{place}/billing")));
            }
            named.push(Row { sub, seen: row.seen, own, place });
        }
        Ok((order, named))
    }
}

/// The billing accounts that a request names, looked up; and what it names in vain.
pub(crate) struct Accounts {
    pub(crate) found: BTreeMap<Id, BillingAccount>,
    unknown: Vec<Fault>,
}

impl Accounts {
    /// Looks for all of them at once.
    pub(crate) async fn named<'a>(
        app: &App,
        tenant: Tenant,
        by: impl IntoIterator<Item = &'a EnrichDo>,
    ) -> Result<Self, Problem> {
        let ids: BTreeSet<Id> = by.into_iter().filter_map(EnrichDo::account).collect();
        let asks: Vec<_> = ids.iter().map(|id| store::billing::by_id(tenant, *id)).collect();
        let found = if asks.is_empty() { Vec::new() } else { app.store.ask(asks).await? };
        let found = found.into_iter().flatten().map(|account| (account.id, account)).collect();
        Ok(Self { found, unknown: Vec::new() })
    }

    fn lacks(&mut self, pointer: String, what: &str) {
        self.unknown.push(Fault::new(pointer, Because::UnknownId, what));
    }

    /// What was found, if nothing was named in vain.
    pub(crate) fn known<T>(self, found: Option<T>) -> Result<T, Refusal> {
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
    pub(crate) fn with(&mut self, what: EnrichDo, place: &str) -> Option<Enrich> {
        match what.with(&self.found) {
            Ok(enrich) => Some(enrich),
            Err(fault) => {
                let pointer = format!("{place}{}", fault.pointer);
                self.unknown.push(Fault { pointer, ..fault });
                None
            }
        }
    }
}
