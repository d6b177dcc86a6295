//! Letters of agency, at every moment: generated, signed, withdrawn and revoked, by whom they
//! belong to, by operations and by others.

use super::ask::{Aim, Ask};
use super::bodies;
use super::history::History;
use serde_json::{Value, json};

const PATH: &str = "/v1/letters-of-agency";

/// A letter that was told of.
#[derive(Debug, Clone)]
pub(super) struct Letter {
    caller: usize,
    id: String,
    hash: String,
    /// The day it was generated.
    day: String,
}

impl Letter {
    fn told(caller: usize, told: &Value) -> Self {
        let text = |name: &str| told[name].as_str().unwrap_or_default().to_owned();
        let day = text("created_at").get(..10).unwrap_or_default().to_owned();
        Self { caller, id: text("id"), hash: text("document_sha256"), day }
    }

    pub(super) fn is(&self, id: &str) -> bool {
        self.id == id
    }
}

impl History<'_> {
    /// Generates a letter for an end customer, or does something to one that is there.
    pub(super) fn letters(&mut self) {
        let choice = self.dice.u8(0..12);
        let some = self.dice.choice(&self.letters).cloned();
        let Some(letter) = some.filter(|_| choice > 2) else {
            let Some(customer) = self.base.customers.last().cloned() else { return };
            let caller = self.dice.usize(1..self.callers.len());
            // Of two at once, one can be generated.
            for _ in 0..self.dice.usize(1..3) {
                let months = [None, Some(1), Some(12)][self.dice.usize(0..3)];
                let body = json!({ "customer_id": customer, "signer": bodies::signer(),
                    "months": months });
                self.ask(Ask::post("generate a letter", caller, PATH.to_owned(), body));
            }
            return;
        };
        let path = |what: &str| format!("{PATH}/{}/{what}", letter.id);
        let post = |kind, what, body| Ask::post(kind, letter.caller, path(what), body);
        let ask = match choice {
            3..7 => {
                let wrong = self.dice.u8(0..4) == 0;
                let hash = if wrong { "0".repeat(64) } else { letter.hash.clone() };
                self.sign(&Letter { hash, ..letter })
            }
            7 => post("withdraw a letter", "withdraw", json!({})),
            8 => post("revoke a letter", "revoke", bodies::reason()),
            9 => {
                let path = format!("/v1/operations/letters-of-agency/{}/revoke", letter.id);
                Ask::post("revoke a letter", 0, path, bodies::reason())
            }
            10 => {
                let others: Vec<usize> =
                    (1..self.callers.len()).filter(|c| *c != letter.caller).collect();
                let Some(other) = self.dice.choice(others) else { return };
                let why = bodies::reason();
                Ask::post("pry", other, path("revoke"), why).aim(Aim::Prying)
            }
            _ => Ask::get("look at letters", letter.caller, PATH.to_owned()),
        };
        self.ask(ask);
    }

    /// Somebody was told of a letter; now and then it is signed by then.
    pub(super) fn lettered(&mut self, caller: usize, told: &Value) {
        let letter = Letter::told(caller, told);
        if self.dice.bool() {
            let sign = self.sign(&letter);
            self.ask(sign);
        }
        self.letters.push(letter);
    }

    fn sign(&self, letter: &Letter) -> Ask {
        let body = json!({ "signed_on": letter.day, "document_sha256": letter.hash,
            "attachment_reference": format!("DOC-{}", self.asked.len()) });
        Ask::post("sign a letter", letter.caller, format!("{PATH}/{}/sign", letter.id), body)
    }
}
