//! Orders and sub-orders. The parent's state is not stored: it is a fold over its sub-orders.

use crate::ask::{Ask, all, maybe};
use crate::page::Page;
use crate::put::{Texts, Written};
use crate::{Query, Statement, StoreError};
use domain::change::Mode;
use domain::id::{Id, Kind};
use domain::order::{Order, SubOrder};
use domain::party::Tenant;

const TEXTS: Texts = Texts {
    insert: "insert into orders (tenant, id, version, quote, account, doc) \
             values ($1, $2, $3, $4, $5, $6)",
    update: "update orders set version = $1, doc = $2 \
             where tenant = $3 and id = $4 and version = $5",
    remove: "delete from orders where tenant = $1 and id = $2 and version = $3",
    unique: "order",
};
const SUB_TEXTS: Texts = Texts {
    insert: "insert into sub_order \
             (tenant, id, version, orders, quote, site, position, state, doc) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    update: "update sub_order set version = $1, state = $2, doc = $3 \
             where tenant = $4 and id = $5 and version = $6",
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
/// The states of the sub-orders of the orders between two ids.
const STATES: &str = "select orders, state from sub_order \
    where tenant = $1 and orders >= $2 and orders <= $3 order by orders";

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
    STATES,
];

pub(crate) fn put(order: &Order, mode: Mode) -> Result<Statement, StoreError> {
    let noun = Written {
        tenant: order.tenant,
        id: order.id,
        version: order.version,
        fixed: vec![order.quote.short().into(), order.account.map(|a| a.short().to_owned()).into()],
        moving: vec![],
        doc: order,
    };
    TEXTS.put(noun, mode)
}

pub(crate) fn put_sub(sub: &SubOrder, mode: Mode) -> Result<Statement, StoreError> {
    let state = sub.state.word();
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
        ],
        moving: vec![state.into()],
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

/// Order id and state word of every sub-order of the orders from `first` to `last`.
pub fn states(tenant: Tenant, first: Id, last: Id) -> Ask<Vec<(String, String)>> {
    let values = [tenant.to_string().into(), first.short().into(), last.short().into()];
    let read = |rows: Vec<crate::Row>| {
        rows.iter().map(|r| Ok((r.text(0)?.to_owned(), r.text(1)?.to_owned()))).collect()
    };
    Ask { query: Query::within(tenant, STATES, values), read }
}
