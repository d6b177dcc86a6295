//! Orders by what they are known by elsewhere: a table of its own for what was given to them,
//! columns for what follows from themselves.

use crate::ask::{Ask, doc, maybe};
use crate::page::Page;
use crate::{Guard, Query, Row, Statement, StoreError};
use domain::change::Mode;
use domain::id::{Id, Kind};
use domain::order::{IdentifierKind, IdentifierRow, Order, SubOrder};
use domain::party::{Environment, Tenant};

const INSERT: &str = "insert into order_identifier (tenant, kind, value, orders, sub_order) \
    values ($1, $2, $3, $4, $5)";
const REMOVE: &str = "delete from order_identifier \
    where tenant = $1 and kind = $2 and value = $3 and orders = $4 and sub_order = $5";
/// With each order the first of its sub-orders that has it; empty where it is the order's own.
const GIVEN: &str = "select o.doc, (select min(i.sub_order) from order_identifier i \
    where i.tenant = $1 and i.kind = $2 and i.value = $3 and i.orders = o.id) from orders o \
    where o.tenant = $1 and o.id < $4 and o.id >= $5 and o.id in (select orders \
    from order_identifier where tenant = $1 and kind = $2 and value = $3) \
    order by o.id desc limit $6";
const BILLED: &str = "select o.doc, (select min(s.id) from sub_order s \
    where s.tenant = $1 and s.billing_account = $2 and s.orders = o.id) from orders o \
    where o.tenant = $1 and o.id < $3 and o.id >= $4 and o.id in (select orders \
    from sub_order where tenant = $1 and billing_account = $2) order by o.id desc limit $5";
const SUB_ACCOUNT: &str = "select o.doc, (select min(s.id) from sub_order s \
    where s.tenant = $1 and s.sub_account = $2 and s.orders = o.id) from orders o \
    where o.tenant = $1 and o.id < $3 and o.id >= $4 and o.id in (select orders \
    from sub_order where tenant = $1 and sub_account = $2) order by o.id desc limit $5";
const NUMBERED: &str = "select doc, '' from orders where tenant = $1 and number = $2 \
    and id < $3 and id >= $4 order by id desc limit $5";
const PURCHASED: &str = "select doc, '' from orders where tenant = $1 and purchase_order = $2 \
    and id < $3 and id >= $4 order by id desc limit $5";
const CONTRACTED: &str = "select doc, '' from orders where tenant = $1 and contract = $2 \
    and id < $3 and id >= $4 order by id desc limit $5";
const ANYWHERE: &str = "select doc from orders where id = $1 and tenant like $2";
const SUB_ANYWHERE: &str = "select doc from sub_order where id = $1 and tenant like $2";

pub(crate) const SQL: &[&str] = &[
    INSERT,
    REMOVE,
    GIVEN,
    BILLED,
    SUB_ACCOUNT,
    NUMBERED,
    PURCHASED,
    CONTRACTED,
    ANYWHERE,
    SUB_ANYWHERE,
];

pub(crate) fn put_identifier(row: &IdentifierRow, mode: Mode) -> Statement {
    let values = [
        row.tenant.to_string().into(),
        row.kind.word().into(),
        row.value.as_str().into(),
        row.order.short().into(),
        row.sub_order.as_ref().map_or("", Id::short).into(),
    ];
    match mode {
        Mode::Insert => Statement::one(INSERT, values, Guard::Unique("order_identifier")),
        Mode::Update { .. } | Mode::Remove { .. } => Statement::one(REMOVE, values, Guard::Version),
    }
}

/// Orders that are known by a value of a kind, newest first, each with the first of its sub-orders
/// that the value is of, if it is a sub-order's. An order's own id is not asked for here.
pub fn by_identifier(
    tenant: Tenant,
    kind: IdentifierKind,
    value: &str,
    page: Page,
) -> Ask<Vec<(Order, Option<Id>)>> {
    let (upper, lower, limit) = page.values(Kind::Order);
    let space = tenant.to_string();
    let column = |sql, value: &str| {
        let values =
            [space.as_str().into(), value.into(), upper.clone(), lower.clone(), limit.clone()];
        Query::within(tenant, sql, values)
    };
    // Ids are kept in their short form.
    let id = value.parse::<Id>().map_or_else(|_| value.to_owned(), |id| id.short().to_owned());
    let query = match kind {
        IdentifierKind::OrderNumber => column(NUMBERED, value),
        IdentifierKind::PurchaseOrderNumber => column(PURCHASED, value),
        IdentifierKind::ContractNumber => column(CONTRACTED, &id),
        IdentifierKind::UniversalBillingAccountNumber => column(BILLED, &id),
        IdentifierKind::SaartSubAccountId => column(SUB_ACCOUNT, value),
        given => {
            let word = given.word();
            let values = [space.as_str().into(), word.into(), value.into(), upper, lower, limit];
            Query::within(tenant, GIVEN, values)
        }
    };
    Ask { query, read: |rows| rows.iter().map(found).collect() }
}

fn found(row: &Row) -> Result<(Order, Option<Id>), StoreError> {
    let sub_order = match row.opt_text(1)? {
        None | Some("") => None,
        Some(id) => Some(id.parse().map_err(|_| row.corrupt(1, "no id"))?),
    };
    Ok((doc(row)?, sub_order))
}

fn of_environment(environment: Environment) -> String {
    format!("%.{}", environment.as_str())
}

/// Any partner's order, for operations.
pub fn order_anywhere(environment: Environment, id: Id) -> Ask<Option<Order>> {
    let values = [id.short().into(), of_environment(environment).into()];
    Ask { query: Query::within(environment, ANYWHERE, values), read: maybe }
}

/// Any partner's sub-order, for operations.
pub fn sub_order_anywhere(environment: Environment, id: Id) -> Ask<Option<SubOrder>> {
    let values = [id.short().into(), of_environment(environment).into()];
    Ask { query: Query::within(environment, SUB_ANYWHERE, values), read: maybe }
}
