//! The judgement at the end of a history, when everything is at rest.

mod kept;
mod published;
mod told;

use super::ask::Ask;
use super::bodies;
use super::history::History;
use super::invariants::Promise;
use super::sim::alone;
use super::witness::docs;
use serde_json::{Value, json};
use store::Store;

/// Sales whose journey is compared with a refusal, and keys that are asked for once more.
const JOURNEYS: usize = 2;
const AGAIN: usize = 6;

impl History<'_> {
    pub(super) async fn judge(&mut self) {
        self.ask_again().await;
        self.journeys().await;
        // Whatever these left to do.
        self.heal().await;
        self.read_to_the_end().await;
        self.effects();
        self.published_effects();
        self.answers_kept();
        self.signed_are_frozen();
        self.approvals();
        self.inquiries();
        self.folds().await;
        self.waiting_has_work();
        self.feeds();
        self.webhooks_arrived();
        let store = alone(Store::open(self.inner.clone())).expect("a store");
        let audit = alone(store::audit::audit(&store)).expect("an audit");
        for line in audit.lines() {
            self.witness.blame(Promise::AuditSound, line);
        }
    }

    /// Some answers once more; each is compared as it comes.
    async fn ask_again(&mut self) {
        let kept: Vec<usize> = (0..self.asked.len())
            .filter(|n| self.asked[*n].ask.may_repeat() && self.is_kept(*n))
            .collect();
        for _ in 0..AGAIN {
            if let Some(number) = self.dice.choice(&kept).copied() {
                self.attempt(number);
                self.calm().await;
                let told = self.asked[number]
                    .attempts
                    .last()
                    .and_then(|a| self.attempts[*a].told.as_ref());
                let keyed = self.asked[number].ask.key.is_some();
                // What it made may have ended since; then it may well be refused.
                let ended = told.is_some_and(|told| !told.done()) && !self.still_stands(number);
                if told.is_none_or(|told| !told.done() || told.replayed != keyed) && !ended {
                    let what = format!("ask {number} is answered {told:?}");
                    let promise =
                        if keyed { Promise::AnswersRepeat } else { Promise::PublishedRepeats };
                    self.witness.blame(promise, what);
                }
            }
        }
    }

    /// Asks and waits for the answer.
    async fn hear_of(&mut self, ask: Ask) -> (u16, Value) {
        self.ask(ask);
        let number = self.asked.len() - 1;
        self.calm().await;
        let attempt = self.asked[number].attempts.last().map(|a| &self.attempts[*a]);
        let told = attempt.and_then(|attempt| attempt.told.as_ref()).expect("an answer");
        (told.status, told.json())
    }

    /// What a journey says is missing, and what the refusal of the step says.
    async fn journeys(&mut self) {
        let mut some: Vec<usize> =
            (0..self.deals.len()).filter(|n| !self.deals[*n].quote.is_empty()).collect();
        self.dice.shuffle(&mut some);
        for number in some.into_iter().take(JOURNEYS) {
            let deal = self.deals[number].clone();
            let path = |rest: &str| deal.quote_path(rest);
            let price = || bodies::price(deal.programme, &mut fastrand::Rng::with_seed(6));
            let (stage, to, body) = match self.dice.u8(0..6) {
                0 => ("pricing", path("/price"), price()),
                1 => {
                    let body = bodies::credit("aiab", &mut fastrand::Rng::with_seed(9));
                    ("credit_check", path("/credit-checks"), body)
                }
                2 => ("address_validation", path("/address-validation"), json!({})),
                3 if !deal.order.id.is_empty() => {
                    ("handoff", format!("/v1/orders/{}/handoff", deal.order.id), json!({}))
                }
                4 => ("order", "/v1/orders".to_owned(), bodies::order(&deal.quote)),
                _ => ("contract", path("/contracts"), bodies::contract()),
            };
            let journey = Ask::get("look at a journey", deal.caller, path("/journey"));
            let (_, journey) = self.hear_of(journey).await;
            let stages = journey["stages"].as_array();
            let said = stages.and_then(|all| all.iter().find(|s| s["stage"] == stage));
            // A stage that is done, or not needed, says nothing.
            let said = said.filter(|said| said["status"] == "ready" || said["status"] == "blocked");
            let Some(missing) = said.map(|said| said["missing"].clone()) else { continue };
            let (status, told) = self.hear_of(Ask::post("a step", deal.caller, to, body)).await;
            let premature = told["code"] == "premature_step";
            let nothing = missing.as_array().is_none_or(Vec::is_empty);
            // Refused for another reason, such as one that is there already: no word of the law.
            let agree =
                if premature { told["errors"] == missing } else { nothing || status != 200 };
            let done_against = !nothing && (200..300).contains(&status);
            if !agree || done_against {
                let what = format!("{stage} of {}: {missing} and {status} {told}", deal.quote);
                self.witness.blame(Promise::JourneyIsLaw, what);
            }
        }
    }

    /// Each order's state beside its parts.
    async fn folds(&mut self) {
        let orders = docs(&self.inner, "select doc from orders order by id", &[]);
        for order in orders {
            let id = order["id"].as_str().unwrap_or_default();
            let sql = "select doc from sub_order where orders = $1 order by position";
            let parts = docs(&self.inner, sql, &[id]);
            let states: Vec<&str> =
                parts.iter().filter_map(|part| part["state"].as_str()).collect();
            let want = fold(&states);
            let tenant = self.owners.get(id).cloned().unwrap_or_default();
            let caller = self
                .callers
                .iter()
                .position(|c| !c.id.is_empty() && tenant.starts_with(&c.id[..15]));
            let Some(caller) = caller else { continue };
            let look = Ask::get("look at an order", caller, format!("/v1/orders/{id}"));
            let (_, told) = self.hear_of(look).await;
            if told["state"] != want {
                let what = format!("order {id} is {}, its parts are {states:?}", told["state"]);
                self.witness.blame(Promise::ParentIsFold, what);
            }
        }
    }
}

/// What the parts' states make of the order.
fn fold(parts: &[&str]) -> &'static str {
    const EARLY: [&str; 3] = ["draft", "submitted", "acknowledged"];
    const ENDED: [&str; 4] = ["rejected", "cancelled", "completed", "failed"];
    let all = |such: &[&str]| parts.iter().all(|part| such.contains(part));
    for state in EARLY.into_iter().chain(ENDED) {
        if all(&[state]) {
            return state;
        }
    }
    if all(&ENDED) {
        return "partial";
    }
    match EARLY.into_iter().find(|state| parts.contains(state)) {
        Some(slowest) if all(&EARLY) => slowest,
        _ => "in_progress",
    }
}
