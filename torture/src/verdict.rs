//! Whether what clients were told is what the database holds.

mod called;

use crate::database::Database;
use crate::ledger::{Acknowledged, Ledger, What};
use crate::seller::Seller;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// How many answers are asked for again through the door; all are compared in the database.
const ASKED_AGAIN: usize = 50;
/// So many lost say all.
const TOLD_ENOUGH: usize = 5;

const ORDERS: &str = "/v1/orders";
/// What a client makes, by its path.
const MADE: [(&str, &str); 2] =
    [("select id from orders", ORDERS), ("select id from opportunity", "/v1/opportunities")];

/// The result of a run.
pub(crate) struct Verdict {
    pub(crate) acknowledged: usize,
    pub(crate) orders: usize,
    /// Of the acknowledged those that had no key.
    pub(crate) called: usize,
    pub(crate) unknown: usize,
    /// Commands that had their effect at a try after which nobody knew.
    pub(crate) found: usize,
    pub(crate) lost: usize,
    pub(crate) doubled: usize,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { acknowledged, orders, called, unknown, found, lost, doubled } = self;
        write!(
            f,
            "{acknowledged} acknowledged ({orders} orders, {called} without a key), {unknown} \
             tries unknown of which {found} had been done, {lost} lost, {doubled} doubled"
        )
    }
}

/// Compares, when every client has settled what it did not know.
pub(crate) async fn judge(ledger: &Ledger, database: &Database, mut asking: Seller) -> Verdict {
    let all = ledger.acknowledged();
    let text = |row: &store::Row, column| row.text(column).expect("a text").to_owned();
    let kept = database.answers().await;
    let mut lost: BTreeSet<String> = all
        .iter()
        .filter(|entry| kept.get(&entry.key) != Some(&entry.body))
        .map(|entry| entry.key.clone())
        .collect();
    let called = ledger.called();
    let mut doubled = called::look(&called, database, &mut lost).await;
    for (sql, path) in MADE {
        let there: BTreeSet<String> =
            database.rows(sql).await.iter().map(|row| text(row, 0)).collect();
        let mut told: BTreeMap<String, String> =
            all.iter().filter(|entry| entry.path == path).map(|e| (id(e), e.key.clone())).collect();
        if path == ORDERS {
            let orders = called.iter().filter(|called| called.what == What::Order);
            told.extend(orders.map(|called| (called.made.clone(), called.about.clone())));
        }
        let missing = told.iter().filter(|(id, _)| !there.contains(*id));
        lost.extend(missing.map(|(_, name)| name.clone()));
        doubled += there.iter().filter(|id| !told.contains_key(*id)).count();
    }
    for entry in all.iter().rev().take(ASKED_AGAIN) {
        // Enough is lost already: to ask on would only take long.
        if lost.len() > TOLD_ENOUGH {
            break;
        }
        let (status, replayed, body) = asking.again(entry).await;
        if (status, replayed, &body) != (entry.status, true, &entry.body) {
            lost.insert(entry.key.clone());
        }
    }
    called::again(&called, &mut asking, &mut lost).await;
    let by_call = called.iter().filter(|called| called.what == What::Order).count();
    Verdict {
        acknowledged: all.len() + called.len(),
        orders: all.iter().filter(|entry| entry.path == ORDERS).count() + by_call,
        called: called.len(),
        unknown: ledger.unknown().len(),
        found: ledger.found(),
        lost: lost.len(),
        doubled,
    }
}

fn id(entry: &Acknowledged) -> String {
    let body: Value = serde_json::from_str(&entry.body).unwrap();
    let id = body["id"].as_str().or_else(|| body["opportunity"]["id"].as_str());
    // As it is stored: without its checksum.
    id.and_then(|id| id.get(..15)).unwrap_or_else(|| panic!("{body}")).to_owned()
}
