//! The numbers that orders are known by elsewhere: operations give them, and orders are found by
//! them.

use crate::{Action, App, Caller, Decided, Problem};
use domain::change::Context;
use domain::decision::Decision;
use domain::id::{Id, Kind};
use domain::order::{
    Identifier, IdentifierKind, Order, OrderState, PhaseCounts, SubOrder, order_identify,
    sub_order_identify,
};
use domain::refusal::Refusal;
use store::Page;

/// What is given a number.
#[derive(Debug, Clone, Copy)]
pub enum IdentifyWhat {
    Order(Id),
    SubOrder(Id),
}

/// Operations give an order or a sub-order its number of a kind, or take it away.
#[derive(Debug)]
pub struct Identify {
    pub what: IdentifyWhat,
    pub kind: IdentifierKind,
    /// None: it has none any more.
    pub value: Option<String>,
}

/// All that was given to an order or to a sub-order.
#[derive(Debug, Clone)]
pub struct IdentifiersOf {
    pub order: Id,
    pub sub_order: Option<Id>,
    pub identifiers: Vec<Identifier>,
    pub version: u64,
}

impl From<Order> for IdentifiersOf {
    fn from(order: Order) -> Self {
        let Order { id, identifiers, version, .. } = order;
        Self { order: id, sub_order: None, identifiers, version }
    }
}

impl From<SubOrder> for IdentifiersOf {
    fn from(sub: SubOrder) -> Self {
        let SubOrder { id, order, identifiers, version, .. } = sub;
        Self { order, sub_order: Some(id), identifiers, version }
    }
}

impl Action for Identify {
    type View = IdentifiersOf;

    async fn decide(
        &self,
        app: &App,
        caller: &Caller,
        ctx: &mut Context,
    ) -> Decided<IdentifiersOf> {
        let environment = caller.operations()?;
        let (kind, value) = (self.kind, self.value.as_deref());
        match self.what {
            IdentifyWhat::Order(id) => {
                let found = app.store.ask(store::order::order_anywhere(environment, id)).await?;
                let order = found.ok_or_else(|| Refusal::not_found("order"))?;
                let Decision { change, view } = order_identify(ctx, &order, kind, value)?;
                Ok(Decision { change, view: view.into() })
            }
            IdentifyWhat::SubOrder(id) => {
                let ask = store::order::sub_order_anywhere(environment, id);
                let sub = app.store.ask(ask).await?;
                let sub = sub.ok_or_else(|| Refusal::not_found("sub-order"))?;
                let Decision { change, view } = sub_order_identify(ctx, &sub, kind, value)?;
                Ok(Decision { change, view: view.into() })
            }
        }
    }
}

/// An order that was found by a number of it.
#[derive(Debug, Clone, PartialEq)]
pub struct IdentifiedOrder {
    pub order: Order,
    pub state: OrderState,
    /// The first of its sub-orders that has the number; none: it is the order's own.
    pub sub_order: Option<SubOrder>,
}

impl App {
    /// The caller's orders that have this number of this kind, or a sub-order that has it, newest
    /// first; and where the next page begins. Several may share a number.
    pub async fn orders_by_identifier(
        &self,
        caller: &Caller,
        kind: IdentifierKind,
        value: &str,
        page: Page,
    ) -> Result<(Vec<IdentifiedOrder>, Option<Id>), Problem> {
        let tenant = caller.seller()?.tenant;
        let own = value.parse::<Id>().ok().filter(|id| id.is(Kind::Order));
        let mut found = match own.filter(|_| kind == IdentifierKind::OrderNumber) {
            Some(id) => {
                let asks =
                    (store::order::by_id(tenant, id), store::order::of_sub_order(tenant, id));
                let (order, parent) = self.store.ask(asks).await?;
                let order = order.map(|order| (order, None));
                order.or(parent.map(|parent| (parent, Some(id)))).into_iter().collect()
            }
            None => self.store.ask(store::order::by_identifier(tenant, kind, value, page)).await?,
        };
        let limit = usize::try_from(page.limit).unwrap_or(usize::MAX);
        let more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().map(|(order, _)| order.id).filter(|_| more);
        if found.is_empty() {
            return Ok((Vec::new(), None));
        }
        let counts: Vec<_> =
            found.iter().map(|(order, _)| store::order::counts(tenant, order.id)).collect();
        // There is no sub-order by the id of an order.
        let subs = found.iter().map(|(order, sub)| sub.unwrap_or(order.id));
        let subs: Vec<_> = subs.map(|id| store::order::sub_order(tenant, id)).collect();
        let (counts, subs) = (self.store.ask(counts).await?, self.store.ask(subs).await?);
        let with = |((order, _), (counts, sub_order)): ((Order, _), (PhaseCounts, _))| {
            IdentifiedOrder { order, state: counts.state(), sub_order }
        };
        let found = found.into_iter().zip(counts.into_iter().zip(subs)).map(with);
        Ok((found.collect(), next))
    }
}
