//! Which catalogue a price may be of: a second account of what is in force, kept as it becomes
//! durable.

use super::{Happened, Witness};
use crate::row::histories::invariants::Promise;
use crate::row::histories::sim::Who;
use serde_json::Value;
use std::collections::BTreeMap;

const VERSION: &str = "select doc from catalogue_version where id = $1";
const QUOTE: &str = "select doc from quote where id = $1";

/// A publication as it became durable.
#[derive(Debug)]
struct Published {
    id: String,
    digest: String,
    /// When it takes effect, and which it is of those that do so at the same moment.
    order: (i64, i64),
    /// The place of its change among all changes; and of the one that took it back.
    change: usize,
    withdrawn: Option<usize>,
}

#[derive(Debug)]
pub(super) struct Prices {
    configured: String,
    published: Vec<Published>,
    /// After how many changes each attempt of a client began.
    begun: BTreeMap<usize, usize>,
}

impl Prices {
    pub(super) fn new(configured: &str) -> Self {
        let (published, begun) = (Vec::new(), BTreeMap::new());
        Self { configured: configured.to_owned(), published, begun }
    }

    /// The digests that a price of this moment may be of, asked for after so many changes.
    fn may(&self, begun: usize, at: i64) -> Vec<&str> {
        let due = || self.published.iter().filter(|p| p.order.0 <= at);
        let stood = |p: &&Published| p.change <= begun && p.withdrawn.is_none();
        let last = due().filter(stood).max_by_key(|p| p.order);
        let order = last.map_or((i64::MIN, 0), |p| p.order);
        // Published or taken back while the price was made: it may have been seen or not.
        let meanwhile = |p: &&Published| {
            let stood_then = p.withdrawn.is_none_or(|change| change > begun);
            p.order > order && stood_then
        };
        let mut all: Vec<&str> = vec![last.map_or(&self.configured, |p| &p.digest)];
        all.extend(due().filter(meanwhile).map(|p| p.digest.as_str()));
        all
    }
}

impl Witness {
    /// An attempt of a client begins.
    pub(in super::super) fn begins(&mut self, attempt: usize) {
        self.prices.begun.insert(attempt, self.changes);
    }

    /// Whether a price is of a catalogue that it may be of.
    pub(super) fn priced(&mut self, who: Who, event: &Happened) {
        match event.kind.as_str() {
            "catalogue.published" => {
                let doc = self.one(VERSION, &event.object);
                let int = |member: &str| doc["state"]["publication"][member].as_i64();
                let order = (int("effective_at"), int("number"));
                self.prices.published.push(Published {
                    id: event.object.clone(),
                    digest: doc["digest"].as_str().unwrap_or_default().to_owned(),
                    order: (order.0.unwrap_or(i64::MAX), order.1.unwrap_or_default()),
                    change: event.change,
                    withdrawn: None,
                });
            }
            "catalogue.withdrawn" => {
                let of = self.prices.published.iter_mut().filter(|p| p.id == event.object);
                of.for_each(|p| p.withdrawn = Some(event.change));
            }
            "quote.priced" | "quote.approval_requested" => {
                let Who::Client(attempt) = who else { return };
                let offer = self.one(QUOTE, &event.object)["state"]["offer"].clone();
                self.of_its_time(attempt, &event.object, &offer);
            }
            _ => {}
        }
    }

    fn of_its_time(&mut self, attempt: usize, quote: &str, offer: &Value) {
        let begun = self.prices.begun.get(&attempt).copied().unwrap_or_default();
        let at = offer["priced_at"].as_i64().unwrap_or_default();
        let digest = offer["catalogue"].as_str().unwrap_or_default();
        let may = self.prices.may(begun, at);
        if !may.contains(&digest) {
            let label = &offer["catalogue_version"];
            let what = format!("quote {quote} was priced at {at} by {label}, not one of {may:?}");
            self.blame(Promise::PricedInForce, what);
        }
    }
}
