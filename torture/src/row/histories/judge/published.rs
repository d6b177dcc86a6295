//! What calls of the published interfaces have made: each one thing, for as long as that stands.

use crate::row::histories::ask::{Ask, Repeated, Told};
use crate::row::histories::history::History;
use crate::row::histories::invariants::Promise;
use crate::row::histories::witness::{Happened, docs};
use serde_json::Value;

/// The events by which such a call makes something.
const MAKES: [&str; 4] = [
    "contract.generated",
    "credit_check.requested",
    "billing_account.created",
    "customer.captured",
];
/// How a contract ends, so that its quote's version may have another.
const ENDS: [&str; 4] =
    ["contract.declined", "contract.expired", "contract.terminated", "contract.voided"];
/// How a sub-order is billed otherwise.
const BILLS: [&str; 2] = ["sub_order.billing_set", "sub_order.enriched"];
/// The member of an answer that names what was made.
const NAMES: [&str; 4] = ["billingAccountId", "ContractEnvelopeId", "creditCheckId", "orderId"];

const CONTRACT: &str = "select doc from contract where id = $1";
const CHECK: &str = "select doc from credit_check where id = $1";
const SUB_ORDER: &str = "select doc from sub_order where id = $1";

/// What an answer names, as it is stored: without its checksum.
fn named(told: &Told) -> Option<String> {
    let body = told.json();
    let id = NAMES.iter().find_map(|member| body[*member].as_str().map(str::to_owned));
    id.and_then(|id| id.get(..15).map(str::to_owned))
}

/// The sub-order that a call is about.
fn sub_order(ask: &Ask) -> Option<String> {
    let body: Value = serde_json::from_str(ask.body.as_deref()?).ok()?;
    body["subOrderId"].as_str()?.get(..15).map(str::to_owned)
}

impl History<'_> {
    /// Whether two answers to one published call name the same, or the first's had ended.
    pub(in crate::row::histories) fn names_the_same(
        &self,
        ask: &Ask,
        before: &Told,
        told: &Told,
    ) -> bool {
        let (first, second) = (named(before), named(told));
        if ask.published.is_none() || first == second {
            return true;
        }
        let of = |id: Option<String>| {
            let made = |e: &&Happened| MAKES.contains(&e.kind.as_str());
            self.witness.events.iter().filter(made).find(|e| Some(&e.object) == id.as_ref())
        };
        match (ask.published, of(first), of(second)) {
            (Some(Repeated::Standing), Some(first), Some(second)) => {
                self.gave_way(ask, first, second)
            }
            _ => false,
        }
    }

    /// Of all tries of one call the next makes something only once what was made before has ended.
    pub(in crate::row::histories) fn published_effects(&mut self) {
        let mut broken = Vec::new();
        for (number, asked) in self.asked.iter().enumerate() {
            if asked.ask.published.is_none() {
                continue;
            }
            let told = asked.attempts.iter().filter_map(|a| self.witness.told.get(a)).flatten();
            let events = told.map(|place| &self.witness.events[*place]);
            let mut made: Vec<&Happened> =
                events.filter(|event| MAKES.contains(&event.kind.as_str())).collect();
            made.sort_by_key(|event| event.change);
            for two in made.windows(2) {
                if let [first, second] = two
                    && !self.gave_way(&asked.ask, first, second)
                {
                    let Ask { kind, path, .. } = &asked.ask;
                    let what = format!(
                        "ask {number}, {kind} {path}: {} {} and {} {}",
                        first.kind, first.object, second.kind, second.object
                    );
                    broken.push(what);
                }
            }
        }
        for what in broken {
            self.witness.blame(Promise::PublishedRepeats, what);
        }
    }

    /// Whether the first had ended when the second was made, or was about something else.
    fn gave_way(&self, ask: &Ask, first: &Happened, second: &Happened) -> bool {
        let until = second.change;
        let happened = |object: &str, kinds: &[&str]| {
            let such = |e: &&Happened| e.object == object && kinds.contains(&e.kind.as_str());
            self.witness.events.iter().filter(such).map(|e| e.change).collect::<Vec<_>>()
        };
        let state = |sql, id: &str| docs(&self.inner, sql, &[id]).pop().unwrap_or_default();
        let over = |moment: &Value| moment.as_i64().is_some_and(|at| at <= second.at());
        match first.kind.as_str() {
            "contract.generated" => {
                // That its time is up may be written down later.
                let ended = happened(&first.object, &ENDS).into_iter().any(|at| at <= until)
                    || !happened(&first.object, &ENDS[1..2]).is_empty();
                ended || over(&state(CONTRACT, &first.object)["state"]["expires_at"])
            }
            "credit_check.requested" => {
                let [one, other] = [first, second].map(|made| state(CHECK, &made.object));
                let failed = happened(&first.object, &["credit_check.failed"]);
                failed.into_iter().any(|at| at <= until)
                    || one["amount"] != other["amount"]
                    || over(&one["state"]["valid_until"])
            }
            "billing_account.created" => sub_order(ask).is_some_and(|sub| {
                let between = |at: &usize| (first.change + 1..second.change).contains(at);
                happened(&sub, &BILLS).iter().any(between)
            }),
            _ => false,
        }
    }

    /// Whether what an ask was told to have made is there for good, so that it must be told again.
    pub(in crate::row::histories) fn still_stands(&self, number: usize) -> bool {
        let asked = &self.asked[number];
        let id = asked.done.as_ref().and_then(named).unwrap_or_default();
        let doc = |sql, id: &str| docs(&self.inner, sql, &[id]).pop().unwrap_or_default();
        match asked.ask.published {
            None | Some(Repeated::Once) => true,
            Some(Repeated::Set) => false,
            Some(Repeated::Standing) => {
                let billed = sub_order(&asked.ask).is_some_and(|sub| {
                    let now = &doc(SUB_ORDER, &sub)["enrichments"]["billing"];
                    now.to_string().contains(&id)
                });
                !id.is_empty() && (billed || doc(CONTRACT, &id)["state"]["state"] == "signed")
            }
        }
    }
}
