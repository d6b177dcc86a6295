//! Whether each key had one effect: what clients were told is laid beside the database.

use super::client::{Done, Made};
use super::key::blank;
use crate::database::Database;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Breaches of one kind that are told one by one.
const SHOWN: usize = 5;

/// What a request caused: kinds of events with their objects.
type Caused = BTreeMap<String, Vec<(String, String)>>;

/// What each request caused.
pub(super) async fn causes(database: &Database) -> Caused {
    let mut caused = Caused::new();
    for row in database.rows("select doc from event").await {
        let event: Value = serde_json::from_str(row.text(0).expect("a text")).expect("JSON");
        let text = |name: &str| event[name].as_str().unwrap_or_default().to_owned();
        if let Some(request) = event["request"].as_str() {
            let what = (text("kind"), text("object"));
            caused.entry(short(request).to_owned()).or_default().push(what);
        }
    }
    caused
}

/// An id as it is stored: without its checksum.
fn short(id: &str) -> &str {
    id.get(..15).unwrap_or(id)
}

/// Everything that does not hold. `before`: what was caused before the storm.
pub(super) async fn judge(database: &Database, made: &Made, before: &Caused) -> Vec<String> {
    let mut wrong = made.wrong.clone();
    let mut caused = causes(database).await;
    caused.retain(|request, _| !before.contains_key(request));
    effects(made, caused, &mut wrong);
    objects(database, &made.keys, &mut wrong).await;
    answers(database, &made.keys, &mut wrong).await;
    wrong.extend(database.audit().await);
    wrong
}

/// Each key has one request that caused something, and no other request did.
fn effects(made: &Made, mut caused: Caused, wrong: &mut Vec<String>) {
    let mut unseen = 0;
    // A clock has no events: that it goes where it was told to, its walk looks at.
    let silent = |done: &&Done| done.asked.path.ends_with("/test-clock/advance");
    for done in made.keys.iter().filter(|done| !silent(done)) {
        let replayed = done.replays.iter().filter(|id| caused.contains_key(short(id))).count();
        if replayed > 0 {
            wrong.push(format!("{}: {replayed} replays had an effect", name(done)));
        }
        match &done.first {
            Some(first) if caused.remove(short(first)).is_none() => {
                wrong.push(format!("{}: it was acknowledged and had no effect", name(done)));
            }
            Some(_) => {}
            None => unseen += 1,
        }
    }
    for id in &made.refused {
        if let Some(what) = caused.remove(short(id)) {
            wrong.push(format!("the refused request {id} had an effect: {what:?}"));
        }
    }
    caused.retain(|request, _| !made.edits.iter().any(|id| short(id) == request));
    // What is left was caused by sends whose client did not read: one for each such key.
    if caused.len() != unseen {
        let left = caused.len();
        wrong.push(format!("{left} effects without an answer, of {unseen} keys"));
        wrong.extend(caused.values().flat_map(|what| nobodys(what, &made.keys)).take(SHOWN));
    }
}

/// Effects on objects, with the keys that had to do with them.
fn nobodys(what: &[(String, String)], keys: &[Done]) -> Vec<String> {
    let about = |object: &str| {
        let of = keys.iter().filter(|k| k.asked.path.contains(object) || names(k, object));
        of.map(name).take(SHOWN).collect::<Vec<_>>().join("; ")
    };
    what.iter().map(|(kind, object)| format!("{kind} of {object}: {}", about(object))).collect()
}

fn names(done: &Done, object: &str) -> bool {
    done.first.is_none() && done.answer.body.contains(object)
}

fn name(done: &Done) -> String {
    format!("key {} of {}, {}", done.asked.key, done.asked.tenant, done.asked.path)
}

/// What is made by whom: a table, and the ends of the paths with the place of the id.
const MADE: [(&str, &[(&str, &str)]); 9] = [
    ("select id from opportunity", &[("/v1/opportunities", "/opportunity/id")]),
    (
        "select id from quote",
        &[
            ("/v1/opportunities", "/quote/id"),
            ("/v1/quotes", "/id"),
            ("/revise", "/id"),
            ("/reopen", "/quote/id"),
            ("/alternatives", "/id"),
            ("/clone", "/id"),
        ],
    ),
    ("select id from import", &[("/imports", "/import/id"), ("/enrichment-imports", "/import/id")]),
    ("select id from contract", &[("/contracts", "/id")]),
    ("select id from orders", &[("/v1/orders", "/id")]),
    ("select id from credit_check", &[("/credit-checks", "/id")]),
    ("select id from exception_request", &[("/v1/exception-requests", "/id")]),
    ("select id from letter_of_agency", &[("/v1/letters-of-agency", "/id")]),
    ("select id from webhook_endpoint", &[("/v1/webhook-endpoints", "/id")]),
];

/// Each object was told of by one key, and each that was told of is there.
async fn objects(database: &Database, keys: &[Done], wrong: &mut Vec<String>) {
    for (sql, makers) in MADE {
        let rows = database.rows(sql).await;
        let there: BTreeSet<&str> = rows.iter().map(|row| row.text(0).expect("a text")).collect();
        let mut told: BTreeMap<String, &Done> = BTreeMap::new();
        for (path, place) in makers {
            for done in keys.iter().filter(|done| done.asked.path.ends_with(path)) {
                let body = done.answer.json();
                let id = body.pointer(place).and_then(Value::as_str).unwrap_or_default();
                if let Some(other) = told.insert(short(id).to_owned(), done) {
                    wrong.push(format!("{} and {} made {id}", name(other), name(done)));
                }
            }
        }
        let nobodys = there.iter().filter(|id| !told.contains_key(**id));
        wrong.extend(nobodys.take(SHOWN).map(|id| format!("{sql}: {id} is nobody's: doubled")));
        let lost = told.iter().filter(|(id, _)| !there.contains(id.as_str()));
        wrong.extend(lost.take(SHOWN).map(|(id, done)| format!("{}: {id} is lost", name(done))));
    }
}

/// What is kept of each key is what was told.
async fn answers(database: &Database, keys: &[Done], wrong: &mut Vec<String>) {
    let sql = "select tenant, name, status, headers, body from idempotency where name like 'k-%'";
    let rows = database.rows(sql).await;
    let text = |row: &store::Row, column| row.text(column).expect("a text").to_owned();
    let kept: BTreeMap<(String, String), (i64, String, String)> = rows
        .iter()
        .map(|row| {
            let answer = (row.int(2).expect("a status"), text(row, 3), text(row, 4));
            ((text(row, 0), text(row, 1)), answer)
        })
        .collect();
    if kept.len() != keys.len() {
        wrong.push(format!("{} keys are kept of {}", kept.len(), keys.len()));
    }
    for done in keys {
        let place = (done.asked.tenant.clone(), done.asked.key.clone());
        let same = kept.get(&place).is_some_and(|(status, headers, body)| {
            let headers: Vec<(String, String)> = serde_json::from_str(headers).unwrap_or_default();
            let told = headers.iter().all(|(name, value)| done.answer.header(name) == value);
            *status == i64::from(done.answer.status) && told && same_body(body, &done.answer.body)
        });
        if !same {
            wrong.push(format!("{}: another answer is kept", name(done)));
        }
    }
}

/// The same bytes, but for a secret that is shown once.
fn same_body(kept: &str, told: &str) -> bool {
    let mut shown: Value = serde_json::from_str(told).unwrap_or_default();
    if !blank(&mut shown) {
        return kept == told;
    }
    serde_json::from_str::<Value>(kept).is_ok_and(|kept| kept == shown)
}
