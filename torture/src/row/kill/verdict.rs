//! What must hold when the clients rest: nothing acknowledged is lost and nothing doubled, the
//! database is sound, every job has ended, every event has come to its receivers.

use super::tally::Tally;
use super::world::{ENDPOINTS, World};
use crate::verdict::{Verdict, judge};
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

/// Jobs and deliveries that are open still end within this time.
const PATIENCE: Duration = Duration::from_mins(1);
/// Of a list of what is wrong, so many are told.
const TOLD: usize = 5;

const JOBS: &str = "select id, state, connector, tries from job";
const PENDING: &str =
    "select endpoint, event, state, tries from delivery where state <> 'delivered'";
const EVENTS: &str = "select id, tenant, kind, coalesce(position, 0) from event";

/// Looks at everything, and adds what is wrong to `wrong`. The server runs, its clients rest.
pub(super) fn look(world: &mut World, wrong: &mut Vec<String>) -> Verdict {
    settle(world, wrong);
    let World { runtime, ledger, database, asking, .. } = world;
    let verdict = runtime.block_on(judge(ledger, database, asking.clone()));
    if verdict.lost > 0 || verdict.doubled > 0 {
        wrong.push(verdict.to_string());
    }
    let mut lines = runtime.block_on(database.audit());
    if database.path().is_some() {
        let rows = runtime.block_on(database.rows("pragma integrity_check"));
        let told = rows.iter().map(|row| row.text(0).expect("a text").to_owned());
        lines.extend(told.filter(|told| told != "ok"));
    }
    wrong.extend(some("the audit", &lines));
    verdict
}

/// Waits until nothing is open any more.
fn settle(world: &World, wrong: &mut Vec<String>) {
    let begun = Instant::now();
    loop {
        let open: Vec<String> = [JOBS, PENDING].iter().flat_map(|sql| lines(world, sql)).collect();
        if open.is_empty() {
            return;
        }
        if begun.elapsed() > PATIENCE {
            wrong.extend(some("not ended", &open));
            return;
        }
        std::thread::sleep(Duration::from_millis(200));
    }
}

fn lines(world: &World, sql: &'static str) -> Vec<String> {
    let rows = world.runtime.block_on(world.database.rows(sql));
    let line = |row: &store::Row| {
        let texts = (0..3).map(|column| row.text(column).expect("a text").to_owned());
        let mut texts: Vec<String> = texts.collect();
        texts.push(format!("tries {}", row.int(3).expect("a number")));
        texts.join(" ")
    };
    rows.iter().map(line).collect()
}

/// Compares what the receivers got with what happened.
pub(super) fn events(world: &World, tally: &mut Tally, wrong: &mut Vec<String>) {
    let rows = world.runtime.block_on(world.database.rows(EVENTS));
    let text = |row: &store::Row, column| row.text(column).expect("a text").to_owned();
    let mut known = BTreeSet::new();
    let mut feed: BTreeMap<i64, (String, String, String)> = BTreeMap::new();
    for row in &rows {
        let (id, tenant, kind) = (text(row, 0), text(row, 1), text(row, 2));
        known.insert(id.clone());
        match row.int(3).expect("a number") {
            0 => wrong.push(format!("{id} ({kind}) has no place in the feed")),
            place => drop(feed.insert(place, (id, tenant, kind))),
        }
    }
    let born = |(_, (_, tenant, kind)): &(&i64, &(String, String, String))| {
        let carrier = tenant.starts_with("carrier.");
        (kind == "webhook_endpoint.created").then_some(carrier)
    };
    for name in ENDPOINTS {
        let came = world.receiver.came(name);
        let is_carrier = name == "carrier";
        let begin = feed.iter().find(|entry| born(entry) == Some(is_carrier));
        let (begin, (_, own, _)) = begin.expect("the endpoint's own event");
        let due = feed.range(begin + 1..).map(|(_, event)| event);
        let due = due.filter(|(_, tenant, _)| is_carrier || tenant == own);
        let due: Vec<&(String, String, String)> = due.collect();
        let never = due.iter().filter(|(id, ..)| !came.contains_key(id));
        let never: Vec<String> = never.map(|(id, _, kind)| format!("{id} {kind}")).collect();
        let made_up = came.keys().filter(|id| !known.contains(*id)).cloned();
        let made_up: Vec<String> = made_up.collect();
        wrong.extend(some(&format!("events that the {name} never got"), &never));
        wrong.extend(some(&format!("events that the {name} got and nobody knows"), &made_up));
        tally.events += due.len();
        tally.never_came += never.len();
        tally.came += due.iter().filter_map(|(id, ..)| came.get(id)).sum::<usize>();
    }
}

/// How many there are and the first of them, in one line; nothing if there is none.
fn some(what: &str, lines: &[String]) -> Option<String> {
    let first = lines.iter().take(TOLD).map(String::as_str).collect::<Vec<_>>().join("; ");
    (!lines.is_empty()).then(|| format!("{what}: {}: {first}", lines.len()))
}
