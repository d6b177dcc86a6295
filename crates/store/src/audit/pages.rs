//! Reading a table page by page, each page from one snapshot.

use super::{Audit, PAGE};
use crate::ask::{Ask, Asks, doc_in};
use crate::{Query, Row, Store, StoreError, Value};
use serde::de::DeserializeOwned;

/// Objects of a page where each brings its relations along: all of them are one read, which a
/// database under load must answer in time.
const FEW: u32 = 10;

/// A page of a table's tenants, ids and documents.
macro_rules! page {
    ($table:literal) => {
        concat!(
            "select tenant, id, doc from ",
            $table,
            " where (tenant, id) > ($1, $2) order by tenant, id limit $3"
        )
    };
}
pub(super) use page;

/// What leads a table's key, as texts: the page after them is the next.
pub(super) struct Keys(pub(super) &'static [usize]);

/// By tenant and id, where those are the first two columns.
pub(super) const BY_ID: Keys = Keys(&[0, 1]);

/// Reads all of a table, page by page.
pub(super) async fn pages(
    store: &Store,
    audit: &mut Audit,
    (table, sql, keys): (&'static str, &'static str, Keys),
    mut look: impl FnMut(&[Row], &mut Audit),
) -> Result<(), StoreError> {
    let mut after: Vec<Value> = keys.0.iter().map(|_| Value::from("")).collect();
    loop {
        let mut values = after;
        values.push(PAGE.into());
        let rows = store.ask(Ask { query: Query::new(sql, values), read: Ok }).await?;
        look(&rows, audit);
        audit.count(table, rows.len());
        let Some(last) = rows.last() else { return Ok(()) };
        after = keys.0.iter().map(|c| last.text(*c).map(Value::from)).collect::<Result<_, _>>()?;
    }
}

/// Asks about every object of a table, page by page. One whose documents do not parse is left
/// out: another invariant tells of it.
pub(super) async fn each<T: DeserializeOwned, A: Asks>(
    store: &Store,
    sql: &'static str,
    ask: impl Fn(&T) -> A,
    mut look: impl FnMut(A::Answers),
) -> Result<(), StoreError> {
    let mut after = [Value::from(""), "".into()];
    loop {
        let [tenant, id] = after;
        let query = Query::new(sql, [tenant, id, FEW.into()]);
        let rows = store.ask(Ask { query, read: Ok }).await?;
        let nouns: Vec<T> = rows.iter().filter_map(|row| doc_in(row, 2).ok()).collect();
        match store.ask(nouns.iter().map(&ask).collect::<Vec<A>>()).await {
            Ok(files) => files.into_iter().for_each(&mut look),
            Err(StoreError::Corrupt { .. }) => {
                for noun in &nouns {
                    match store.ask(ask(noun)).await {
                        Ok(file) => look(file),
                        Err(StoreError::Corrupt { .. }) => {}
                        Err(e) => return Err(e),
                    }
                }
            }
            Err(e) => return Err(e),
        }
        let Some(last) = rows.last() else { return Ok(()) };
        after = [last.text(0)?.into(), last.text(1)?.into()];
    }
}

/// Whose row it is, for reports.
pub(super) fn place(table: &str, row: &Row) -> String {
    let text = |column| row.text(column).unwrap_or("?");
    format!("{table} {} of {}", text(1), text(0))
}
