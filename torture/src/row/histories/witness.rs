//! Who sees every change at the moment at which it becomes durable, in that order, and judges it
//! by the rules of the flow as they are written here a second time.

mod jobs;
mod law;
mod moves;
mod prices;

use super::invariants::Promise;
use super::sim::{Who, alone};
use jobs::Jobs;
use prices::Prices;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use store::{Change, Engine, Query, Row, Sqlite, Statement};

/// An event as it was written.
#[derive(Debug, Clone)]
pub(super) struct Happened {
    pub(super) tenant: String,
    pub(super) object: String,
    pub(super) kind: String,
    pub(super) doc: Value,
    /// The place of its change among all changes.
    pub(super) change: usize,
}

impl Happened {
    pub(super) fn at(&self) -> i64 {
        self.doc["at"].as_i64().unwrap_or_default()
    }
}

/// A broken promise.
#[derive(Debug, Clone)]
pub(super) struct Broken {
    pub(super) promise: Promise,
    pub(super) what: String,
}

/// What a signature is about: an offer and the sites that it is for.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Pinned {
    pub(super) contract: String,
    pub(super) offer: Value,
    pub(super) sites: Vec<Value>,
    /// When the envelope's time is up, once it is out.
    expires_at: Option<i64>,
}

pub(super) struct Witness {
    engine: Arc<Sqlite>,
    /// In the order of commits.
    pub(super) events: Vec<Happened>,
    pub(super) changes: usize,
    /// The state that each object was last said to be in.
    states: BTreeMap<String, String>,
    sequences: BTreeMap<String, i64>,
    /// Quotes with a contract that is out, and quotes that are signed.
    pinned: BTreeMap<String, Pinned>,
    pub(super) frozen: BTreeMap<String, Pinned>,
    /// Quotes whose signed contract was terminated.
    ended: BTreeSet<String>,
    jobs: Jobs,
    prices: Prices,
    /// After how many changes events were given their places, where that is done apart.
    pub(super) placings: Vec<usize>,
    pub(super) broken: Vec<Broken>,
    /// Attempts of clients that had an effect.
    pub(super) effects: BTreeSet<usize>,
    /// The events of each of them, by their places.
    pub(super) told: BTreeMap<usize, Vec<usize>>,
    /// By caller's space and key: the attempts that had an effect.
    pub(super) keys: BTreeMap<(String, String), usize>,
}

fn text(statement: &Statement, at: usize) -> String {
    match statement.values.get(at) {
        Some(store::Value::Text(text)) => text.clone(),
        _ => String::new(),
    }
}

fn number(statement: &Statement, at: usize) -> i64 {
    match statement.values.get(at) {
        Some(store::Value::Int(number)) => *number,
        _ => 0,
    }
}

/// Looks into the database, past everything.
pub(super) fn look(engine: &Sqlite, sql: &'static str, values: &[&str]) -> Vec<Row> {
    let values: Vec<store::Value> = values.iter().map(|value| (*value).into()).collect();
    let mut answers = alone(engine.read(vec![Query::new(sql, values)])).expect("rows");
    answers.remove(0)
}

pub(super) fn doc(row: &Row, column: usize) -> Value {
    serde_json::from_str(row.text(column).expect("a text")).expect("a document")
}

/// The documents that a query's first column has.
pub(super) fn docs(engine: &Sqlite, sql: &'static str, values: &[&str]) -> Vec<Value> {
    look(engine, sql, values).iter().map(|row| doc(row, 0)).collect()
}

impl Witness {
    /// `catalogue`: the digest of the one that is in force while nothing is published.
    pub(super) fn new(engine: Arc<Sqlite>, catalogue: &str) -> Self {
        let mut states = BTreeMap::new();
        let mut sequences = BTreeMap::new();
        for event in docs(&engine, "select doc from event order by position", &[]) {
            let object = event["object"].as_str().unwrap_or_default().to_owned();
            states.insert(object.clone(), event["to"].as_str().unwrap_or_default().to_owned());
            sequences.insert(object, event["sequence"].as_i64().unwrap_or_default());
        }
        Self {
            engine,
            events: Vec::new(),
            changes: 0,
            states,
            sequences,
            pinned: BTreeMap::new(),
            frozen: BTreeMap::new(),
            ended: BTreeSet::new(),
            jobs: Jobs::default(),
            prices: Prices::new(catalogue),
            placings: Vec::new(),
            broken: Vec::new(),
            effects: BTreeSet::new(),
            told: BTreeMap::new(),
            keys: BTreeMap::new(),
        }
    }

    /// The file was opened anew.
    pub(super) fn reopened(&mut self, engine: Arc<Sqlite>) {
        self.engine = engine;
    }

    pub(super) fn blame(&mut self, promise: Promise, what: impl Into<String>) {
        self.broken.push(Broken { promise, what: what.into() });
    }

    /// A change became durable.
    pub(super) fn wrote(&mut self, who: Who, change: &Change, rows: &[Vec<Row>]) {
        self.changes += 1;
        let begins = self.events.len();
        let mut keyed = false;
        for (place, statement) in change.statements.iter().enumerate() {
            let sql = statement.sql;
            if sql.starts_with("insert into event") {
                self.events.push(Happened {
                    tenant: text(statement, 0),
                    object: text(statement, 1),
                    kind: text(statement, 6),
                    doc: serde_json::from_str(&text(statement, 7)).expect("an event"),
                    change: self.changes,
                });
            } else if sql.starts_with("insert into idempotency") {
                keyed = true;
                let key = (text(statement, 0), text(statement, 1));
                *self.keys.entry(key).or_default() += 1;
            } else if sql.starts_with("update event set position") {
                self.placings.push(self.changes);
            } else if sql.contains("job") {
                let found = self.jobs.wrote(who, statement, rows.get(place));
                self.broken.extend(found);
                if sql.contains("tries = tries + 1") {
                    let claimed = rows.get(place).into_iter().flatten();
                    self.broken.extend(claimed.filter_map(|row| jobs::early(&self.engine, row)));
                }
            }
        }
        if let Who::Client(attempt) = who
            && (keyed || self.events.len() > begins)
        {
            self.effects.insert(attempt);
            self.told.entry(attempt).or_default().extend(begins..self.events.len());
        }
        let happened = self.events[begins..].to_vec();
        self.handoffs(&happened);
        for event in &happened {
            self.follows(event);
            self.lawful(event);
            self.priced(who, event);
        }
    }
}
