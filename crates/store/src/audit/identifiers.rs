//! What orders are known by elsewhere: each number that was given leads to what has it, and no
//! other number leads anywhere.

use super::pages::{Keys, page, pages};
use super::{Audit, Invariant};
use crate::ask::{Ask, any, doc_in};
use crate::{Query, Row, Store, StoreError, Value};
use domain::order::{IdentifierRow, Order, SubOrder};
use serde::de::DeserializeOwned;

pub(super) const ORDERS: &str = page!("orders");
pub(super) const SUB_ORDERS: &str = page!("sub_order");
pub(super) const ROWS: &str = "select i.tenant, i.kind, i.value, i.orders, i.sub_order, \
    case when i.sub_order = '' \
    then (select o.doc from orders o where o.tenant = i.tenant and o.id = i.orders) \
    else (select s.doc from sub_order s where s.tenant = i.tenant and s.id = i.sub_order) end \
    from order_identifier i \
    where (i.tenant, i.kind, i.value, i.orders, i.sub_order) > ($1, $2, $3, $4, $5) \
    order by i.tenant, i.kind, i.value, i.orders, i.sub_order limit $6";
pub(super) const ROW: &str = "select 1 from order_identifier where tenant = $1 and kind = $2 \
    and value = $3 and orders = $4 and sub_order = $5";

/// The key of a row.
const BY_ROW: Keys = Keys(&[0, 1, 2, 3, 4]);

/// Reads every order, every sub-order and every number.
pub(super) async fn walk(store: &Store, audit: &mut Audit) -> Result<(), StoreError> {
    has_all(store, audit, ("order", ORDERS), Order::identifier_rows).await?;
    has_all(store, audit, ("sub-order", SUB_ORDERS), SubOrder::identifier_rows).await?;
    pages(store, audit, ("order_identifier", ROWS, BY_ROW), |rows, audit| {
        for row in rows.iter().filter(|row| !belongs(row)) {
            let text = |column| row.text(column).unwrap_or("?");
            let say = format!("{} {} leads to {}, which has it not", text(1), text(2), text(3));
            audit.blame(Invariant::IdentifiersLead, say);
        }
    })
    .await
}

/// Whether every number of every noun of a table leads to it.
async fn has_all<T: DeserializeOwned>(
    store: &Store,
    audit: &mut Audit,
    (noun, page): (&str, &'static str),
    rows_of: fn(&T) -> Vec<IdentifierRow>,
) -> Result<(), StoreError> {
    let mut after = [Value::from(""), "".into()];
    loop {
        let [tenant, id] = after;
        let query = Query::new(page, [tenant, id, super::PAGE.into()]);
        let rows = store.ask(Ask { query, read: Ok }).await?;
        let nouns = rows.iter().filter_map(|row| doc_in::<T>(row, 2).ok());
        let expected: Vec<IdentifierRow> = nouns.flat_map(|noun| rows_of(&noun)).collect();
        for row in expected {
            // One that was taken away between the two looks is in no document any more.
            if !store.ask(there(&row)).await? && is_still(store, page, &row, rows_of).await? {
                let id = row.sub_order.unwrap_or(row.order);
                let say = format!("{noun} {id}: {} {} is not found", row.kind.word(), row.value);
                audit.blame(Invariant::IdentifiersLead, say);
            }
        }
        let Some(last) = rows.last() else { return Ok(()) };
        after = [last.text(0)?.into(), last.text(1)?.into()];
    }
}

fn there(row: &IdentifierRow) -> Ask<bool> {
    let values = [
        row.tenant.to_string().into(),
        row.kind.word().into(),
        row.value.as_str().into(),
        row.order.short().into(),
        row.sub_order.as_ref().map_or("", domain::id::Id::short).into(),
    ];
    Ask { query: Query::new(ROW, values), read: any }
}

/// Looks again, in one snapshot: whether the noun has the number and the index has not.
async fn is_still<T: DeserializeOwned>(
    store: &Store,
    page: &'static str,
    row: &IdentifierRow,
    rows_of: fn(&T) -> Vec<IdentifierRow>,
) -> Result<bool, StoreError> {
    // The page that begins with the noun: no id lies between it and its own beginning.
    let id = row.sub_order.unwrap_or(row.order);
    let before = id.short().get(..14).unwrap_or_default();
    let values = [row.tenant.to_string().into(), before.into(), super::PAGE.into()];
    let noun = Ask { query: Query::new(page, values), read: Ok };
    let (nouns, there) = store.ask((noun, there(row))).await?;
    let has = |found: &Row| doc_in::<T>(found, 2).is_ok_and(|noun| rows_of(&noun).contains(row));
    Ok(!there && nouns.iter().any(has))
}

/// Whether what it leads to has the number.
fn belongs(row: &Row) -> bool {
    let own = |rows: Vec<IdentifierRow>| {
        rows.iter().any(|one| {
            row.text(1) == Ok(one.kind.word())
                && row.text(2) == Ok(one.value.as_str())
                && row.text(3) == Ok(one.order.short())
        })
    };
    match row.text(4) {
        Ok("") => doc_in::<Order>(row, 5).is_ok_and(|order| own(order.identifier_rows())),
        _ => doc_in::<SubOrder>(row, 5).is_ok_and(|sub| own(sub.identifier_rows())),
    }
}
