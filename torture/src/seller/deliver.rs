//! The second half of a sale: what the handoff asks for, the handoff, and delivery to its end.

use super::{Seller, text};
use app::{Clock as _, SystemClock};
use domain::time::plus_working_days;
use reqwest::Method;
use serde_json::{Value, json};

impl Seller {
    /// Sells and has delivered, one customer after the other, until the team is told to stop.
    pub(crate) async fn deliver_on(mut self) -> Self {
        while let Some(order) = self.sell().await {
            if self.deliver(&order).await.is_none() {
                break;
            }
        }
        self
    }

    /// From order to delivery.
    async fn deliver(&mut self, order: &Value) -> Option<()> {
        let path = format!("/v1/orders/{}", text(&order["id"]));
        let subs = order["sub_orders"].as_array().expect("sub-orders");
        let mut given = Vec::new();
        for sub in subs {
            let sub = format!("/v1/sub-orders/{}", text(&sub["id"]));
            for kind in self.asked_for(&sub).await? {
                let note = if self.publishing && kind == "billing" {
                    self.bill(order, &sub).await?
                } else {
                    self.enrich(&sub, &kind).await?
                };
                given.push((sub.clone(), kind, note));
            }
        }
        if self.publishing {
            self.hand_off(order).await?;
        } else {
            self.post(&format!("{path}/handoff"), json!({})).await?;
        }
        self.until(&path, |told| told["state"] == "completed").await?;
        for (sub, kind, note) in given {
            let there = self.look(&format!("{sub}/enrichments")).await?;
            let there = &there[kind.as_str()];
            assert!(holds(there, &note), "{sub}: the {kind} that was taken is lost: {there}");
        }
        self.ledger.deliver();
        Some(())
    }

    /// The kinds of enrichment that the handoff still misses.
    async fn asked_for(&mut self, sub: &str) -> Option<Vec<String>> {
        let told = self.look(&format!("{sub}/enrichments")).await?;
        let kinds = told["kinds"].as_array().expect("kinds").iter();
        let missing = kinds.filter(|k| k["required"] == true && k["complete"] == false);
        Some(missing.map(|k| text(&k["kind"]).to_owned()).collect())
    }

    /// Gives one enrichment and answers the note in it. An edit has no key but a version: after a
    /// try without an answer, a look tells what became of it.
    async fn enrich(&mut self, sub: &str, kind: &str) -> Option<String> {
        self.number += 1;
        let note = format!("note {}-{}", self.name, self.number);
        let body = body(kind, &note);
        let path = format!("{sub}/enrichments/{}", kind.replace('_', "-"));
        let mut unknown = false;
        loop {
            let there = self.look(&format!("{sub}/enrichments")).await?;
            if unknown && holds(&there[kind], &note) {
                return Some(note);
            }
            let version = format!("\"{}\"", self.look(sub).await?["version"]);
            let edit = Some((["if-match", version.as_str()], &body));
            match self.send(Method::PUT, &path, edit).await {
                Some((200, _, _)) => return Some(note),
                // A try that was thought lost was only late.
                Some((412, _, _)) if unknown => {}
                Some((status, _, body)) => panic!("{path}: {status} {body}"),
                None => unknown = true,
            }
        }
    }

    /// Reads until it is answered. Nothing if it is time to stop.
    pub(crate) async fn look(&mut self, path: &str) -> Option<Value> {
        loop {
            if self.stop.load(std::sync::atomic::Ordering::Relaxed) {
                return None;
            }
            let Some((status, _, body)) = self.send(Method::GET, path, None).await else {
                continue;
            };
            assert_eq!(status, 200, "{path}: {body}");
            return Some(serde_json::from_str(&body).expect("JSON"));
        }
    }
}

/// Whether an enrichment is the one with this note. A billing is named by its account only.
fn holds(there: &Value, note: &str) -> bool {
    there["billing_account_id"].is_string() || there.to_string().contains(note)
}

/// An enrichment with a note in it.
fn body(kind: &str, note: &str) -> Value {
    let contact = json!({ "first_name": "Morgan", "last_name": "Reyes",
        "email": "morgan.reyes@example.com", "phone": "214-555-0142" });
    let address = json!({ "street": "1500 Marilla St", "city": "Dallas", "state": "TX",
        "zip": "75201" });
    let today = SystemClock.now().date();
    let day = |days| plus_working_days(today, days).to_string();
    match kind {
        "installation" => json!({ "contacts": [contact], "requested_start": day(5),
            "requested_due": day(60), "premise_notes": note }),
        "shipping" => json!({ "contacts": [contact], "notes": note }),
        "port_reservation" => json!({ "floor": "2", "room": note, "tsp_code": "TSP645321-44" }),
        "billing" => json!({ "paperless": true, "new_account":
            { "name": note, "address": address, "contacts": [contact] } }),
        other => panic!("{other}: an enrichment that nobody foresaw"),
    }
}
