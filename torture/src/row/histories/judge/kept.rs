//! What was acknowledged, signed and approved, compared with what is there.

use crate::row::histories::ask::{Repeated, SECOND};
use crate::row::histories::history::History;
use crate::row::histories::invariants::Promise;
use crate::row::histories::witness::{docs, look};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const ANSWERS: &str = "select tenant, name, status, body from idempotency";
/// What waits for the outside, in which table and state, and the states of a quote that still
/// takes an answer.
const WAITING: [(&str, &str); 3] = [
    ("select id from credit_check where state = 'requested'", "credit check"),
    ("select id from contract where state = 'generated'", "contract"),
    (
        "select id from sub_order where state in ('submitted', 'acknowledged', 'in_progress')",
        "sub-order",
    ),
];
const UNANSWERED: &str = "select q.id from site s join quote q on q.id = s.quote \
    and q.tenant = s.tenant where s.address = 'requested' \
    and q.state in ('draft', 'priced', 'pending_approval')";

impl History<'_> {
    /// At most one effect a key, and exactly one where one was acknowledged.
    pub(super) fn effects(&mut self) {
        let mut broken = Vec::new();
        for (number, asked) in self.asked.iter().enumerate() {
            let effects: Vec<_> =
                asked.attempts.iter().filter(|a| self.witness.effects.contains(a)).collect();
            let words =
                || format!("ask {number}, {} {}: {effects:?}", asked.ask.kind, asked.ask.path);
            if asked.ask.key.is_some() && effects.len() > 1 {
                broken.push((Promise::OneEffectAKey, words()));
            }
            if asked.ask.published == Some(Repeated::Once) && effects.len() > 1 {
                broken.push((Promise::PublishedRepeats, words()));
            }
            let acknowledged = asked.done.is_some() && asked.ask.key.is_some();
            if acknowledged && effects.is_empty() {
                broken.push((Promise::EffectKept, words()));
            }
        }
        for ((tenant, key), times) in &self.witness.keys {
            if *times > 1 {
                broken.push((Promise::OneEffectAKey, format!("{key} of {tenant}: {times} times")));
            }
        }
        for (promise, what) in broken {
            self.witness.blame(promise, what);
        }
    }

    /// Every acknowledged answer is kept under its key as it was told.
    pub(super) fn answers_kept(&mut self) {
        let rows = look(&self.inner, ANSWERS, &[]);
        let kept: BTreeMap<&str, (i64, &str)> = rows
            .iter()
            .map(|row| {
                let text = |at| row.text(at).expect("a text");
                (text(1), (row.int(2).expect("a status"), text(3)))
            })
            .collect();
        let mut broken = Vec::new();
        for (number, asked) in self.asked.iter().enumerate() {
            let Some(told) = asked.done.as_ref().filter(|_| self.is_kept(number)) else { continue };
            let Some(key) = &asked.ask.key else { continue };
            let same = kept.get(key.as_str()) == Some(&(i64::from(told.status), &told.body));
            // The key is another ask's, which is compared itself.
            let own = *key == format!("k-{number}");
            if own && !same {
                broken.push(format!(
                    "{key}: {} was told, {:?} is kept",
                    told.body,
                    kept.get(key.as_str())
                ));
            }
        }
        for what in broken {
            self.witness.blame(Promise::EffectKept, what);
        }
    }

    pub(super) fn signed_are_frozen(&mut self) {
        for (quote, pinned) in self.witness.frozen.clone() {
            let now = self.witness.pin(&quote, &pinned.contract);
            if (&now.offer, &now.sites) != (&pinned.offer, &pinned.sites) {
                let what = format!("quote {quote} is not as it was signed");
                self.witness.blame(Promise::SignedIsFrozen, what);
            }
        }
    }

    /// Each approval is one that the bureau gave, or a person.
    pub(super) fn approvals(&mut self) {
        let checks = docs(&self.inner, "select doc from credit_check order by id", &[]);
        let mut broken = Vec::new();
        for check in checks.iter().filter(|check| check["state"]["state"] == "approved") {
            let id = check["id"].as_str().unwrap_or_default();
            let state = &check["state"];
            let by_person = state["agreement"].is_object();
            let given = if by_person { self.reviewed(id, state) } else { self.said(id, state) };
            if !given {
                broken.push(format!("check {id} is {state}: nobody said so"));
            }
        }
        for what in broken {
            self.witness.blame(Promise::ApprovalWasGiven, what);
        }
    }

    /// The bureau is asked about checks that are there, about each in the same words every time.
    pub(super) fn inquiries(&mut self) {
        let rows = look(&self.inner, "select id from credit_check", &[]);
        let there: BTreeSet<&str> = rows.iter().map(|row| row.text(0).expect("an id")).collect();
        let inquiries = self.outsiders.play().inquiries.clone();
        for (reference, words) in inquiries {
            if words.len() != 1 || !there.contains(reference.as_str()) {
                let what = format!("under {reference} the bureau was asked {words:?}");
                self.witness.blame(Promise::OneInquiry, what);
            }
        }
    }

    fn said(&self, check: &str, state: &Value) -> bool {
        let play = self.outsiders.play();
        let said = play.assessed.get(check).into_iter().flatten();
        said.into_iter().any(|assessment| {
            let assessment = serde_json::to_value(assessment).expect("JSON");
            let verdict = &assessment["verdict"];
            assessment == state["assessment"]
                && verdict["verdict"] == "approved"
                && verdict["limit"].as_i64() >= state["limit"].as_i64()
        })
    }

    /// Whether a person asked for it, and above the limit a second one too.
    fn reviewed(&self, check: &str, state: &Value) -> bool {
        let by = |caller: usize, what: &str| {
            let path = |asked: &str| asked.contains(check) && asked.ends_with(what);
            self.asked.iter().any(|asked| asked.ask.caller == caller && path(&asked.ask.path))
        };
        let agreement = &state["agreement"];
        let small = state["limit"].as_i64() <= agreement["alone"].as_i64();
        (by(0, "/approve") && small)
            || (by(0, "/approve") && by(SECOND, "/confirm") && agreement["second"].is_object())
    }

    /// What waits for the outside has a job, be it one that was put aside.
    pub(super) fn waiting_has_work(&mut self) {
        let jobs = docs(&self.inner, "select doc from job", &[]);
        let about: BTreeSet<String> = jobs
            .iter()
            .filter_map(|job| job["work"].as_object())
            .flat_map(|work| work.values().filter_map(Value::as_str).map(str::to_owned))
            .collect();
        for (sql, noun) in WAITING.into_iter().chain([(UNANSWERED, "quote")]) {
            for row in look(&self.inner, sql, &[]) {
                let id = row.text(0).expect("an id");
                if !about.contains(id) {
                    let what = format!("{noun} {id} waits, and no job is about it");
                    self.witness.blame(Promise::WaitingHasWork, what);
                }
            }
        }
    }
}
