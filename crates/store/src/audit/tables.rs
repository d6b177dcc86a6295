//! The tables of objects: the document, the columns beside it, the events, what it belongs to.

use super::{Audit, Invariant, PAGE};
use crate::ask::Ask;
use crate::{Query, Row, Statement, Store, StoreError, Value};
use domain::change::Mode;
use serde::de::DeserializeOwned;

/// A page of a table: tenant, id, version, the noun's own columns as its insert names them, the
/// document; then what `more` counts.
macro_rules! page {
    ($table:literal, $own:literal, $($more:expr),*) => {
        concat!(
            "select t.tenant, t.id, t.version, ", $own, "t.doc", $($more,)* " from ", $table,
            " t where (t.tenant, t.id) > ($1, $2) order by t.tenant, t.id limit $3"
        )
    };
}
/// How many events it has, the first and the last.
macro_rules! events {
    () => {
        ", (select count(*) from event e where e.tenant = t.tenant and e.object = t.id), \
          (select min(e.sequence) from event e where e.tenant = t.tenant and e.object = t.id), \
          (select max(e.sequence) from event e where e.tenant = t.tenant and e.object = t.id)"
    };
}
/// How many rows of the partner's own space it refers to: one.
macro_rules! parent {
    ($table:literal, $key:literal, $column:literal) => {
        concat!(
            ", (select count(*) from ",
            $table,
            " p where p.tenant = t.tenant and p.",
            $key,
            " = t.",
            $column,
            ")"
        )
    };
}
/// The same of an end customer, if it names one: those are in the carrier's space.
macro_rules! customer {
    () => {
        ", case when t.account is null then 1 else (select count(*) from account p \
          where p.id = t.account and p.tenant = \
          case when t.tenant like '%.live' then 'carrier.live' else 'carrier.test' end) end"
    };
}

pub(super) const PARTNER: &str = page!("partner", "", events!());
pub(super) const CREDENTIAL: &str = page!("credential", "t.secret_sha256, ", events!());
pub(super) const ACCOUNT: &str =
    page!("account", "t.name_key, t.city, t.state, t.zip, t.owner, ", events!());
pub(super) const EXCEPTION_REQUEST: &str =
    page!("exception_request", "t.environment, t.account, t.state, ", events!(), customer!());
pub(super) const OPPORTUNITY: &str = page!("opportunity", "t.account, ", events!(), customer!());
pub(super) const QUOTE: &str = page!(
    "quote",
    "t.environment, t.opportunity, t.account, t.subject, t.state, ",
    events!(),
    customer!(),
    parent!("opportunity", "id", "opportunity")
);
pub(super) const SITE: &str =
    page!("site", "t.quote, t.position, ", parent!("quote", "id", "quote"));
pub(super) const CREDIT_CHECK: &str = page!(
    "credit_check",
    "t.environment, t.subject, t.quote, t.state, ",
    events!(),
    parent!("quote", "id", "quote")
);
pub(super) const CONTRACT: &str = page!(
    "contract",
    "t.quote, t.state, ",
    events!(),
    parent!("quote", "id", "quote"),
    parent!("document", "contract", "id")
);
pub(super) const ORDERS: &str = page!(
    "orders",
    "t.quote, t.account, ",
    events!(),
    customer!(),
    parent!("quote", "id", "quote")
);
pub(super) const SUB_ORDER: &str = page!(
    "sub_order",
    "t.orders, t.quote, t.site, t.position, t.state, ",
    events!(),
    parent!("orders", "id", "orders"),
    parent!("quote", "id", "quote"),
    parent!("site", "id", "site")
);
pub(super) const BILLING_ACCOUNT: &str = page!("billing_account", "", events!());
pub(super) const CUSTOMER_GROUP: &str = page!("customer_group", "t.name, ", events!());
pub(super) const WEBHOOK_ENDPOINT: &str = page!("webhook_endpoint", "t.state, ", events!());

/// A table of objects.
struct Table {
    name: &'static str,
    page: &'static str,
    /// Where the document is; before it stand the columns of the insert.
    doc: usize,
    /// Whether its changes are events of its own; a part's are its whole's.
    events: bool,
    /// What it belongs to, in the order of the counts.
    parents: &'static [&'static str],
    look: fn(&Row, &Table, &mut Audit),
}

/// Column of the document of a noun with `own` columns beside tenant, id and version.
const fn doc_after(own: usize) -> usize {
    3 + own
}

macro_rules! table {
    ($name:literal, $page:ident, $own:literal, $events:literal, $parents:expr, $put:path) => {
        Table {
            name: $name,
            page: $page,
            doc: doc_after($own),
            events: $events,
            parents: &$parents,
            look: |row, table, audit| look(row, table, audit, $put),
        }
    };
}

const TABLES: &[Table] = &[
    table!("partner", PARTNER, 0, true, [], crate::partner::put),
    table!("credential", CREDENTIAL, 1, true, [], crate::credential::put),
    table!("account", ACCOUNT, 5, true, [], crate::customer::put),
    table!("exception_request", EXCEPTION_REQUEST, 3, true, ["account"], crate::exception::put),
    table!("opportunity", OPPORTUNITY, 1, true, ["account"], crate::opportunity::put),
    table!("quote", QUOTE, 5, true, ["account", "opportunity"], crate::quote::put),
    table!("site", SITE, 2, false, ["quote"], crate::site::put),
    table!("credit_check", CREDIT_CHECK, 4, true, ["quote"], crate::credit::put),
    table!("contract", CONTRACT, 2, true, ["quote", "document"], crate::contract::put),
    table!("orders", ORDERS, 2, true, ["account", "quote"], crate::order::put),
    table!("sub_order", SUB_ORDER, 5, true, ["order", "quote", "site"], crate::order::put_sub),
    table!("billing_account", BILLING_ACCOUNT, 0, true, [], crate::billing::put),
    table!("customer_group", CUSTOMER_GROUP, 1, true, [], crate::billing::put_group),
    table!("webhook_endpoint", WEBHOOK_ENDPOINT, 1, true, [], crate::webhook::put_noun),
];

/// Reads every table of objects.
pub(super) async fn walk(store: &Store, audit: &mut Audit) -> Result<(), StoreError> {
    for table in TABLES {
        let mut after = [Value::from(""), Value::from("")];
        loop {
            let [tenant, id] = after;
            let query = Query::new(table.page, [tenant, id, PAGE.into()]);
            let rows = store.ask(Ask { query, read: Ok }).await?;
            for row in &rows {
                (table.look)(row, table, audit);
            }
            audit.count(table.name, rows.len());
            let Some(last) = rows.last() else { break };
            after = [last.text(0)?.into(), last.text(1)?.into()];
        }
    }
    Ok(())
}

fn look<T: DeserializeOwned>(
    row: &Row,
    table: &Table,
    audit: &mut Audit,
    put: fn(&T, Mode) -> Result<Statement, StoreError>,
) {
    let place = place(table.name, row);
    match crate::ask::doc_in::<T>(row, table.doc) {
        Err(e) => audit.blame(Invariant::DocumentsParse, format!("{place}: {e}")),
        Ok(noun) => {
            if let Some(column) = disagreeing(row, table.doc, put(&noun, Mode::Insert)) {
                let say = format!("{place}: column {column} is not as in the document");
                audit.blame(Invariant::ColumnsAgree, say);
            }
        }
    }
    let mut next = table.doc + 1;
    if table.events {
        let [count, first, last] = [0, 1, 2].map(|n| row.opt_int(next + n).ok().flatten());
        let version = row.int(2).ok();
        if version.is_none() || count != version || first != Some(1) || last != version {
            let seen = |n: Option<i64>| n.map_or("none".to_owned(), |n| n.to_string());
            let (version, count) = (seen(version), seen(count));
            let say = format!(
                "{place}: version {version}, {count} events, {} to {}",
                seen(first),
                seen(last)
            );
            audit.blame(Invariant::EventsAreDense, say);
        }
        next += 3;
    }
    for (n, parent) in table.parents.iter().enumerate() {
        if row.int(next + n) != Ok(1) {
            audit.blame(Invariant::ParentsExist, format!("{place}: its {parent} is not there"));
        }
    }
}

/// The first of the columns before the document that is not what an insert would write there.
fn disagreeing(row: &Row, doc: usize, insert: Result<Statement, StoreError>) -> Option<usize> {
    let insert = insert.ok()?;
    (0..doc).find(|column| row.value(*column) != insert.values.get(*column))
}

/// Whose row it is, for reports.
pub(super) fn place(table: &str, row: &Row) -> String {
    let text = |column| row.text(column).unwrap_or("?");
    format!("{table} {} of {}", text(1), text(0))
}
