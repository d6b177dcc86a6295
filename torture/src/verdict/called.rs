//! Calls of the published interfaces, which have no key: of what each makes there is one, however
//! often it was asked for.

use crate::database::Database;
use crate::ledger::{Called, What};
use crate::seller::Seller;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// How many are asked for once more.
const ASKED_AGAIN: usize = 20;

/// What there is of each, with what it is about, and in which state it is.
const THERE: [(What, &str); 5] = [
    (What::CreditCheck, "select quote, id, state from credit_check"),
    (What::Contract, "select quote, id, 'made' from contract"),
    (What::Order, "select quote, id, 'made' from orders"),
    (What::BillingAccount, "select doc, id, 'made' from billing_account"),
    (What::Handoff, "select object, object, 'made' from event where kind = 'sub_order.handed_off'"),
];

/// Adds what was made and is not there to `lost`, and answers how many are there beyond the one.
pub(super) async fn look(
    called: &[Called],
    database: &Database,
    lost: &mut BTreeSet<String>,
) -> usize {
    let mut doubled = 0;
    for (what, sql) in THERE {
        let mut there: BTreeMap<String, Vec<(String, bool)>> = BTreeMap::new();
        for row in database.rows(sql).await {
            let text = |column| row.text(column).expect("a text");
            let stands = text(2) != "failed";
            there.entry(about(text(0))).or_default().push((text(1).to_owned(), stands));
        }
        // A check that failed is asked for anew: the last answer counts.
        let of = called.iter().filter(|called| called.what == what);
        let last: BTreeMap<&str, &Called> = of.map(|c| (c.about.as_str(), c)).collect();
        for (about, called) in last {
            let made = there.get(about).map(Vec::as_slice).unwrap_or_default();
            let is_it = |(id, _): &(String, bool)| called.made.is_empty() || *id == called.made;
            if !made.iter().any(is_it) {
                lost.insert(format!("{what:?} of {about}"));
            }
            doubled += made.iter().filter(|(_, stands)| *stands).count().saturating_sub(1);
        }
    }
    doubled
}

/// An account is about its name; anything else is about an object.
fn about(text: &str) -> String {
    let doc: Option<Value> = serde_json::from_str(text).ok();
    let name = doc.and_then(|doc| doc["name"].as_str().map(str::to_owned));
    name.unwrap_or_else(|| text.to_owned())
}

/// Asks the last of them once more: each names what it made, though all went on since. A check may
/// have failed.
pub(super) async fn again(called: &[Called], asking: &mut Seller, lost: &mut BTreeSet<String>) {
    let last = called.iter().rev().filter(|called| called.what != What::CreditCheck);
    for called in last.take(ASKED_AGAIN) {
        let told = asking.call_again(called).await;
        if told.as_ref() != Ok(&called.made) {
            lost.insert(format!("{:?} of {}: {told:?}", called.what, called.about));
        }
    }
}
