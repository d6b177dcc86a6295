//! Orders and sub-orders. The parent's state is not stored: it is a fold over its sub-orders.

mod identifier;

pub(crate) use identifier::{SQL as IDENTIFIERS, put_identifier};
pub use identifier::{by_identifier, order_anywhere, sub_order_anywhere};

use crate::ask::{Ask, all, maybe};
use crate::page::Page;
use crate::put::{Texts, Written};
use crate::{Query, Row, Statement, StoreError, Value};
use domain::change::Mode;
use domain::id::{Id, Kind};
use domain::order::{Order, PhaseCounts, SubOrder, SubOrderPhase};
use domain::party::Tenant;

const TEXTS: Texts = Texts {
    insert: "insert into orders \
             (tenant, id, version, quote, account, contract, number, purchase_order, doc) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    update: "update orders set version = $1, doc = $2 \
             where tenant = $3 and id = $4 and version = $5",
    remove: "delete from orders where tenant = $1 and id = $2 and version = $3",
    unique: "order",
};
const SUB_TEXTS: Texts = Texts {
    insert: "insert into sub_order \
             (tenant, id, version, orders, quote, site, position, state, billing_account, \
             sub_account, doc) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    update: "update sub_order set version = $1, state = $2, billing_account = $3, \
             sub_account = $4, doc = $5 where tenant = $6 and id = $7 and version = $8",
    remove: "delete from sub_order where tenant = $1 and id = $2 and version = $3",
    unique: "sub_order",
};
const BY_ID: &str = "select doc from orders where tenant = $1 and id = $2";
const OF_QUOTE: &str = "select doc from orders where tenant = $1 and quote = $2";
const OF_SUB: &str = "select doc from orders where tenant = $1 and id = \
    (select orders from sub_order where tenant = $2 and id = $3)";
const LIST: &str = "select doc from orders where tenant = $1 and id < $2 and id >= $3 \
    and ($4 = '' or account = $4) and ($5 = '' or quote = $5) order by id desc limit $6";
const SUB_BY_ID: &str = "select doc from sub_order where tenant = $1 and id = $2";
const SUBS: &str = "select doc from sub_order where tenant = $1 and orders = $2 order by position";
const SUBS_OF_QUOTE: &str =
    "select doc from sub_order where tenant = $1 and quote = $2 order by position";
const SUB_OF_SITE: &str = "select doc from sub_order where tenant = $1 and site = $2";
/// A page in the order of their places.
const PAGE: &str = "select doc from sub_order where tenant = $1 and orders = $2 \
    and position > $3 and ($4 = '' or state = $4) order by position limit $5";
const OPEN: &str = "select doc from sub_order where tenant = $1 and orders = $2 \
    and state = 'draft' order by position limit $3";
/// What was handed off and has not come to nothing.
const WITH_FULFILMENT: &str = "select doc from sub_order where tenant = $1 and quote = $2 \
    and state in ('submitted', 'acknowledged', 'in_progress', 'pending', 'held', \
    'assessing_cancellation', 'pending_cancellation', 'completed') order by position limit $3";
const COUNTS: &str = "select state, count(*) from sub_order \
    where tenant = $1 and orders = $2 group by state";
/// Which states the sub-orders of the orders between two ids are in. Each is one look into the
/// index, however many sub-orders there are: the limit keeps a planner from reading them all.
const STATES: &str = "select o.id, p.column1 from orders o, (values ('draft'), ('submitted'), \
    ('acknowledged'), ('rejected'), ('in_progress'), ('pending'), ('held'), \
    ('assessing_cancellation'), ('pending_cancellation'), ('cancelled'), ('completed'), \
    ('failed')) p where o.tenant = $1 and o.id >= $2 and o.id <= $3 \
    and (select s.id from sub_order s where s.tenant = o.tenant and s.orders = o.id \
    and s.state = p.column1 limit 1) is not null";

pub(crate) const SQL: &[&str] = &[
    TEXTS.insert,
    TEXTS.update,
    TEXTS.remove,
    SUB_TEXTS.insert,
    SUB_TEXTS.update,
    SUB_TEXTS.remove,
    BY_ID,
    OF_QUOTE,
    OF_SUB,
    LIST,
    SUB_BY_ID,
    SUBS,
    SUBS_OF_QUOTE,
    SUB_OF_SITE,
    PAGE,
    OPEN,
    WITH_FULFILMENT,
    COUNTS,
    STATES,
];

pub(crate) fn put(order: &Order, mode: Mode) -> Result<Statement, StoreError> {
    let noun = Written {
        tenant: order.tenant,
        id: order.id,
        version: order.version,
        fixed: vec![
            order.quote.short().into(),
            order.account.map(|a| a.short().to_owned()).into(),
            order.contract.short().into(),
            order.number.as_str().into(),
            order.purchase_order.clone().into(),
        ],
        moving: vec![],
        doc: order,
    };
    TEXTS.put(noun, mode)
}

pub(crate) fn put_sub(sub: &SubOrder, mode: Mode) -> Result<Statement, StoreError> {
    let state = sub.state.word();
    let billing = sub.enrichments.billing.as_ref().map(|billing| &billing.value);
    let account = Value::from(billing.map(|b| b.billing_account.short().to_owned()));
    let sub_account = Value::from(billing.and_then(|b| b.codes.sub_account.clone()));
    let noun = Written {
        tenant: sub.tenant,
        id: sub.id,
        version: sub.version,
        fixed: vec![
            sub.order.short().into(),
            sub.quote.short().into(),
            sub.site.short().into(),
            sub.position.into(),
            state.into(),
            account.clone(),
            sub_account.clone(),
        ],
        moving: vec![state.into(), account, sub_account],
        doc: sub,
    };
    SUB_TEXTS.put(noun, mode)
}

pub fn by_id(tenant: Tenant, id: Id) -> Ask<Option<Order>> {
    let values = [tenant.to_string().into(), id.short().into()];
    Ask { query: Query::within(tenant, BY_ID, values), read: maybe }
}

pub fn of_quote(tenant: Tenant, quote: Id) -> Ask<Option<Order>> {
    let values = [tenant.to_string().into(), quote.short().into()];
    Ask { query: Query::within(tenant, OF_QUOTE, values), read: maybe }
}

/// The parent of a sub-order.
pub fn of_sub_order(tenant: Tenant, sub_order: Id) -> Ask<Option<Order>> {
    let space = tenant.to_string();
    let values = [space.clone().into(), space.into(), sub_order.short().into()];
    Ask { query: Query::within(tenant, OF_SUB, values), read: maybe }
}

/// Newest first, of one end customer or quote if one is named.
pub fn list(tenant: Tenant, account: Option<Id>, quote: Option<Id>, page: Page) -> Ask<Vec<Order>> {
    let (upper, lower, limit) = page.values(Kind::Order);
    let text = |id: Option<Id>| id.map_or_else(String::new, |id| id.short().to_owned());
    let space = tenant.to_string();
    let values = [space.into(), upper, lower, text(account).into(), text(quote).into(), limit];
    Ask { query: Query::within(tenant, LIST, values), read: all }
}

pub fn sub_order(tenant: Tenant, id: Id) -> Ask<Option<SubOrder>> {
    let values = [tenant.to_string().into(), id.short().into()];
    Ask { query: Query::within(tenant, SUB_BY_ID, values), read: maybe }
}

/// In the order of their places.
pub fn sub_orders(tenant: Tenant, order: Id) -> Ask<Vec<SubOrder>> {
    let values = [tenant.to_string().into(), order.short().into()];
    Ask { query: Query::within(tenant, SUBS, values), read: all }
}

pub fn sub_orders_of_quote(tenant: Tenant, quote: Id) -> Ask<Vec<SubOrder>> {
    let values = [tenant.to_string().into(), quote.short().into()];
    Ask { query: Query::within(tenant, SUBS_OF_QUOTE, values), read: all }
}

/// The one of a site, if it is ordered.
pub fn sub_order_of_site(tenant: Tenant, site: Id) -> Ask<Option<SubOrder>> {
    let values = [tenant.to_string().into(), site.short().into()];
    Ask { query: Query::within(tenant, SUB_OF_SITE, values), read: maybe }
}

/// Which part of an order's sub-orders is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Only places behind this one; 0: from the first.
    pub after: u32,
    /// Only those in this state; empty: in every state.
    pub state: String,
    /// At most so many.
    pub limit: u32,
}

/// A part of an order's sub-orders, in the order of their places.
pub fn sub_orders_part(tenant: Tenant, order: Id, part: &Part) -> Ask<Vec<SubOrder>> {
    let values = [
        tenant.to_string().into(),
        order.short().into(),
        part.after.into(),
        part.state.as_str().into(),
        part.limit.into(),
    ];
    Ask { query: Query::within(tenant, PAGE, values), read: all }
}

/// The sub-orders of an order that can still be changed, at most so many.
pub fn open_sub_orders(tenant: Tenant, order: Id, limit: u32) -> Ask<Vec<SubOrder>> {
    let values = [tenant.to_string().into(), order.short().into(), limit.into()];
    Ask { query: Query::within(tenant, OPEN, values), read: all }
}

/// Those of the sub-orders of a quote that were handed off and have not come to nothing, at most so
/// many.
pub fn with_fulfilment(tenant: Tenant, quote: Id, limit: u32) -> Ask<Vec<SubOrder>> {
    let values = [tenant.to_string().into(), quote.short().into(), limit.into()];
    Ask { query: Query::within(tenant, WITH_FULFILMENT, values), read: all }
}

/// How many sub-orders of an order are in each phase.
pub fn counts(tenant: Tenant, order: Id) -> Ask<PhaseCounts> {
    let values = [tenant.to_string().into(), order.short().into()];
    let read = |rows: Vec<Row>| {
        let mut counts = PhaseCounts::default();
        for row in rows {
            let count = u64::try_from(row.int(1)?).map_err(|_| row.corrupt(1, "negative"))?;
            counts.add(phase(&row, 0)?, count);
        }
        Ok(counts)
    };
    Ask { query: Query::within(tenant, COUNTS, values), read }
}

fn phase(row: &Row, column: usize) -> Result<SubOrderPhase, StoreError> {
    let word = row.text(column)?;
    let found = SubOrderPhase::ALL.iter().copied().find(|phase| phase.word() == word);
    found.ok_or_else(|| row.corrupt(column, "no state of a sub-order"))
}

/// The phases that there are among the sub-orders of each of the orders from `first` to `last`.
pub fn states(tenant: Tenant, first: Id, last: Id) -> Ask<Vec<(String, SubOrderPhase)>> {
    let values = [tenant.to_string().into(), first.short().into(), last.short().into()];
    let read = |rows: Vec<Row>| {
        rows.iter().map(|row| Ok((row.text(0)?.to_owned(), phase(row, 1)?))).collect()
    };
    Ask { query: Query::within(tenant, STATES, values), read }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_states_of_orders_are_looked_for_in_every_phase() {
        for phase in SubOrderPhase::ALL {
            let word = format!("('{}')", phase.word());
            assert_eq!(STATES.matches(&word).count(), 1, "{word}");
        }
        assert_eq!(STATES.matches("('").count(), SubOrderPhase::ALL.len());
    }

    #[test]
    fn with_fulfilment_is_what_is_neither_open_nor_came_to_nothing() {
        use SubOrderPhase::{Cancelled, Draft, Failed, Rejected};
        for phase in SubOrderPhase::ALL {
            let named = WITH_FULFILMENT.contains(&format!("'{}'", phase.word()));
            let held = !matches!(phase, Draft | Rejected | Cancelled | Failed);
            assert_eq!(named, held, "{}", phase.word());
        }
    }
}
