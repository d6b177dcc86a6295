//! Which state may follow which, by the events that say so: the tables of the design, a second
//! time.

use super::{Happened, Witness};
use crate::row::histories::invariants::Promise;

/// Noun, state, and what may follow it.
const TABLE: &[(&str, &str, &str)] = &[
    ("quote", "draft", "draft priced pending_approval cancelled superseded"),
    ("quote", "priced", "draft priced pending_approval accepted cancelled expired superseded"),
    ("quote", "pending_approval", "draft priced pending_approval cancelled superseded"),
    ("quote", "expired", "draft priced pending_approval cancelled superseded"),
    ("contract", "generated", "sent voided"),
    ("contract", "sent", "viewed signed declined expired voided"),
    ("contract", "viewed", "signed declined expired voided"),
    ("contract", "signed", "terminated"),
    ("credit_check", "requested", "approved in_review declined failed"),
    ("credit_check", "in_review", "approved declined"),
    ("credit_check", "declined", "approved"),
    ("sub_order", "draft", "submitted"),
    ("sub_order", "submitted", "acknowledged rejected"),
    ("sub_order", "acknowledged", "in_progress"),
    ("sub_order", "in_progress", "pending held assessing_cancellation completed failed"),
    ("catalogue", "proposed", "published refused withdrawn"),
    ("catalogue", "published", "withdrawn"),
    ("exception", "open", "approved denied withdrawn"),
    ("loa", "generated", "on_file withdrawn"),
    ("loa", "lapsed", "withdrawn"),
    ("loa", "on_file", "revoked"),
    ("webhook_endpoint", "active", "disabled removed"),
    ("webhook_endpoint", "disabled", "active removed"),
];

/// What the clock makes expired.
const LAPSING: [&str; 5] = ["priced", "pending_approval", "sent", "viewed", "approved"];

/// What the partner sends of a sub-order before handoff.
const OPEN_ONLY: [&str; 6] = [
    "sub_order.enriched",
    "sub_order.installation_set",
    "sub_order.shipping_set",
    "sub_order.port_reserved",
    "sub_order.billing_set",
    "sub_order.customer_assigned",
];

fn may(noun: &str, from: &str, to: &str) -> bool {
    from == to
        || TABLE
            .iter()
            .any(|(n, f, next)| (*n, *f) == (noun, from) && next.split(' ').any(|s| s == to))
}

impl Witness {
    /// Whether an event follows from what was said of its object before.
    pub(super) fn follows(&mut self, event: &Happened) {
        let Happened { object, kind, doc, .. } = event;
        let sequence = doc["sequence"].as_i64().unwrap_or_default();
        let before = self.sequences.insert(object.clone(), sequence).unwrap_or_default();
        let noun = kind.split('.').next().unwrap_or_default();
        // Of a job only what people do is said.
        if sequence != before + 1 && noun != "job" {
            let what = format!("{kind} of {object} has number {sequence} after {before}");
            self.blame(Promise::EventsInOrder, what);
        }
        let Some(to) = doc["to"].as_str() else { return };
        let was = self.states.insert(object.clone(), to.to_owned());
        let Some(was) = was else { return };
        let from = doc["from"].as_str().unwrap_or(&was);
        let lapsed = |a: &str, b: &str| {
            (a == "expired" && LAPSING.contains(&b)) || (a == "lapsed" && b == "generated")
        };
        if from != was && !lapsed(from, &was) && noun != "job" {
            let what = format!("{kind} of {object} says that it was {from}; it was {was}");
            self.blame(Promise::MovesAllowed, what);
        }
        let tabled = TABLE.iter().any(|(n, ..)| *n == noun);
        if tabled && !may(noun, from, to) && !may(noun, &was, to) {
            let what = format!("{kind}: {object} went from {from} to {to}");
            self.blame(Promise::MovesAllowed, what);
        }
        if OPEN_ONLY.contains(&kind.as_str()) && was != "draft" {
            let what = format!("{kind} of {object}, which is {was}");
            self.blame(Promise::HandoffFreezes, what);
        }
    }

    /// Whether each handoff hands something off, and nothing twice.
    pub(super) fn handoffs(&mut self, change: &[Happened]) {
        let parts = change.iter().filter(|e| e.kind == "sub_order.handed_off").count();
        for event in change.iter().filter(|event| event.kind == "order.handed_off") {
            if parts == 0 {
                let what = format!("order {} was handed off without any part", event.object);
                self.blame(Promise::HandedOffOnce, what);
            }
        }
        for event in change.iter().filter(|event| event.kind == "sub_order.handed_off") {
            if self.states.get(&event.object).is_some_and(|state| state != "draft") {
                let what = format!("sub-order {} was handed off again", event.object);
                self.blame(Promise::HandedOffOnce, what);
            }
        }
    }
}
