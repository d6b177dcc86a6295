//! What readers of the feed and receivers of webhooks were told, compared with what happened.

use crate::row::histories::heal::UNPLACED;
use crate::row::histories::history::History;
use crate::row::histories::invariants::Promise;
use crate::row::histories::witness::{Happened, look};
use std::collections::{BTreeMap, BTreeSet};

const EVENTS: &str = "select id, tenant, object, sequence, environment from event \
    where position is not null order by position";
const ENDPOINTS: &str = "select e.id, e.tenant, e.state, e.doc from webhook_endpoint e";
/// Attempts after which a delivery is given up.
const MOST_ATTEMPTS: usize = 10;

/// When an endpoint was on, in changes.
#[derive(Debug, Default)]
struct Stretches(Vec<(usize, Option<usize>)>);

impl Stretches {
    fn switch(&mut self, on: bool, at: usize) {
        match self.0.last_mut() {
            Some((_, end @ None)) if !on => *end = Some(at),
            Some((_, None)) => {}
            _ if on => self.0.push((at, None)),
            _ => {}
        }
    }

    /// Whether it was on from before a change until after another.
    fn over(&self, from: usize, to: usize) -> bool {
        self.0.iter().any(|(on, off)| *on < from && off.is_none_or(|off| off > to))
    }
}

impl History<'_> {
    /// Every reader reads on until nothing more comes.
    pub(super) async fn read_to_the_end(&mut self) {
        for row in look(&self.inner, UNPLACED, &[]) {
            let what = format!("{} has no place", row.text(0).expect("an id"));
            self.witness.blame(Promise::FeedIsWhole, what);
        }
        for caller in 0..self.callers.len() {
            loop {
                let before = self.feeds.get(&caller).map_or(0, Vec::len);
                let ask = self.next_of_feed(caller);
                self.hear_of(ask).await;
                if self.feeds.get(&caller).map_or(0, Vec::len) == before {
                    break;
                }
            }
        }
    }

    pub(super) fn feeds(&mut self) {
        let rows = look(&self.inner, EVENTS, &[]);
        let text = |row: &store::Row, at| row.text(at).expect("a text").to_owned();
        let mut last: BTreeMap<String, i64> = BTreeMap::new();
        for row in &rows {
            let (object, sequence) = (text(row, 2), row.int(3).expect("a number"));
            let before = last.insert(object.clone(), sequence);
            if before.is_some_and(|before| before >= sequence) {
                let what = format!("number {sequence} of {object} stands behind {before:?}");
                self.witness.blame(Promise::FeedIsWhole, what);
            }
        }
        for (caller, read) in self.feeds.clone() {
            let own = self.callers[caller].id.get(..15).unwrap_or_default();
            let theirs = rows.iter().filter(|row| text(row, 1).starts_with(own));
            // As it is stored: without its checksum.
            let there: Vec<String> = theirs.map(|row| text(row, 0)).collect();
            let read: Vec<&str> = read.iter().filter_map(|id| id.get(..15)).collect();
            let differs = there.iter().zip(&read).position(|(a, b)| a != b);
            if differs.is_some() || read.len() != there.len() {
                let what = format!(
                    "caller {caller} read {} of {}, first other at {differs:?}",
                    read.len(),
                    there.len()
                );
                self.witness.blame(Promise::FeedIsWhole, what);
            }
        }
    }

    pub(super) fn webhooks_arrived(&mut self) {
        let arrived = std::mem::take(&mut self.outsiders.play().receivers.arrived);
        let mut bytes: BTreeMap<(&str, &str), &str> = BTreeMap::new();
        let mut taken: BTreeSet<(&str, &str)> = BTreeSet::new();
        let mut attempts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        for message in &arrived {
            let place = (message.url.as_str(), &message.id[..15]);
            let before = bytes.entry(place).or_insert(&message.body);
            if *before != message.body || !message.signed {
                let what = format!("{} came otherwise to {}", message.id, message.url);
                self.witness.blame(Promise::WebhooksArrive, what);
            }
            *attempts.entry(place).or_default() += 1;
            // Who says 410 wants it no more, not even when switched on again.
            if message.taken || message.gone {
                taken.insert(place);
            }
        }
        let whose: BTreeMap<String, String> = self
            .witness
            .events
            .iter()
            .map(|e| (e.doc["id"].as_str().unwrap_or_default().to_owned(), e.tenant.clone()))
            .collect();
        for row in look(&self.inner, ENDPOINTS, &[]) {
            let text = |at| row.text(at).expect("a text");
            let (id, tenant, on) = (text(0), text(1), text(2) == "active");
            let doc: serde_json::Value = serde_json::from_str(text(3)).expect("a document");
            let url = doc["url"].as_str().unwrap_or_default();
            for (_, event) in attempts.keys().filter(|(to, _)| *to == url) {
                let owner = whose.get(*event).map_or(tenant, String::as_str);
                if owner != tenant && !tenant.starts_with("carrier") {
                    let what = format!("{url} of {tenant} was sent {event} of {owner}");
                    self.witness.blame(Promise::WebhooksAreOwn, what);
                }
            }
            if !on {
                continue;
            }
            let types: Vec<&str> =
                doc["types"].as_array().into_iter().flatten().filter_map(|t| t.as_str()).collect();
            for event in self.due(id, tenant, &types) {
                let place = (url, event.as_str());
                let tries = attempts.get(&place).copied().unwrap_or_default();
                if !taken.contains(&place) && tries < MOST_ATTEMPTS {
                    let what =
                        format!("{event} was due to {url}, tried {tries} times, never taken");
                    self.witness.blame(Promise::WebhooksArrive, what);
                }
            }
        }
    }

    /// The events that an endpoint must have been sent: it was on before they were written and
    /// until they had their places.
    fn due(&self, endpoint: &str, tenant: &str, types: &[&str]) -> Vec<String> {
        let mut on = Stretches::default();
        for event in self.witness.events.iter().filter(|event| event.object == endpoint) {
            let active = event.doc["to"] == "active";
            on.switch(active, event.change);
        }
        let heard = |event: &&Happened| {
            let noun = event.kind.split('.').next().unwrap_or_default();
            let own = event.tenant == tenant || tenant.starts_with("carrier");
            let wanted =
                |wish: &&str| *wish == "*" || *wish == event.kind || *wish == format!("{noun}.*");
            own && event.kind != "webhook_endpoint.tested" && types.iter().any(wanted)
        };
        let placed = |change: usize| {
            if self.plant.one_writer {
                return Some(change);
            }
            self.witness.placings.iter().copied().find(|placing| *placing > change)
        };
        let due =
            |event: &&Happened| placed(event.change).is_some_and(|at| on.over(event.change, at));
        let events = self.witness.events.iter().filter(heard).filter(due);
        events.map(|event| event.doc["id"].as_str().unwrap_or_default().to_owned()).collect()
    }
}
