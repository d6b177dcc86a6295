//! The steps that a program takes by the published interfaces. They know no key: what is not
//! answered is asked again as it is.

use super::{ASKED_AGAIN, Seller, signer, text};
use crate::ledger::{Called, What};
use reqwest::Method;
use serde_json::{Value, json};
use std::sync::atomic::Ordering;

/// Where each is called, and the member of the answer that names what it made.
const fn call(what: What) -> (&'static str, &'static str) {
    match what {
        What::CreditCheck => ("/alliance/api/v1/creditCheck", "creditCheckId"),
        What::Contract => ("/alliance/api/v1/contract", "esignRequestId"),
        What::Order => ("/alliance/api/v1/order", "orderId"),
        What::BillingAccount => {
            ("/apex/api/v1/order-enrichment/newBilling-apex", "billingAccountId")
        }
        What::Handoff => ("/alliance/api/v1/order-handoff", ""),
    }
}

fn person() -> Value {
    json!({ "type": "primary", "firstName": "Robin", "lastName": "Castellan",
        "email": "robin.castellan@example.com", "phone": "214-555-0142",
        "street": "1500 Marilla St", "city": "Dallas", "state": "TX", "zip": "75201",
        "zipCode": "75201" })
}

/// The id that an answer names, as it is stored: without its checksum.
fn made(what: What, body: &Value) -> String {
    let (_, member) = call(what);
    body[member].as_str().and_then(|id| id.get(..15)).unwrap_or_default().to_owned()
}

impl Seller {
    /// From the price to the order, as the native interface shows it then.
    pub(super) async fn close(&mut self, quote: &str, customer: &str) -> Option<Value> {
        let about = quote.get(..15).expect("an id");
        // Scripted in the test environment, so that the bureau needs no more than is published.
        let body = json!({ "quoteId": quote, "userEmail": "approved@credit.example.com",
            "businessType": "C", "businessName": customer, "primaryFirstName": "Sample",
            "primaryLastName": "Signer", "legalEntityStreetAddress": "1500 Marilla St",
            "legalEntityCity": "Dallas", "legalEntityState": "TX",
            "legalEntityZipCode": "75201" });
        loop {
            let told = self.call(What::CreditCheck, about, body.clone()).await?;
            let path = format!("/v1/credit-checks/{}", text(&told["creditCheckId"]));
            let told = self.until(&path, |told| told["state"] != "requested").await?;
            if told["state"] == "approved" {
                break;
            }
            // A job that was put aside fails its check.
            assert_eq!(told["state"], "failed", "{told}");
        }
        let signer = signer();
        let contact = json!({ "contactName": signer["name"], "contactTitle": signer["title"],
            "contactEmail": signer["email"] });
        let body = json!({ "quoteId": quote, "contractType": "Quote-Based",
            "contractDetails": { "contactObj": contact } });
        let told = self.call(What::Contract, about, body).await?;
        self.sign(text(&told["esignRequestId"])).await?;
        let people = json!({ "primary": person(), "alternate": person() });
        let body = json!({ "quoteId": quote, "checkT&C": true,
            "contacts": { "contactDetails": people } });
        let told = self.call(What::Order, about, body).await?;
        self.look(&format!("/v1/orders/{}", text(&told["orderId"]))).await
    }

    /// Bills a sub-order to an account of its own, and answers that one's name.
    pub(super) async fn bill(&mut self, order: &Value, sub: &str) -> Option<String> {
        self.number += 1;
        let name = format!("books {}-{}", self.name, self.number);
        let sub = sub.rsplit('/').next().unwrap_or_default();
        let body = json!({ "orderId": order["id"], "subOrderId": sub, "description": name,
            "paperlessBilling": "true", "contacts": { "contactDetails": [person()] } });
        self.call(What::BillingAccount, &name, body).await?;
        Some(name)
    }

    /// Hands every sub-order off.
    pub(super) async fn hand_off(&mut self, order: &Value) -> Option<()> {
        for sub in order["sub_orders"].as_array().expect("sub-orders") {
            let about = text(&sub["id"]).get(..15).expect("an id").to_owned();
            let body = json!({ "orderId": order["id"], "subOrderId": sub["id"] });
            self.call(What::Handoff, &about, body).await?;
        }
        Some(())
    }

    /// Calls until it is answered, always the same. Nothing if it is time to stop, but then nothing
    /// was sent.
    async fn call(&mut self, what: What, about: &str, sent: Value) -> Option<Value> {
        if self.stop.load(Ordering::Relaxed) {
            return None;
        }
        let (path, member) = call(what);
        loop {
            let Some((status, _, body)) = self.send_call(path, &sent).await else { continue };
            assert_eq!(status, 200, "{path}: {body}");
            let told: Value = serde_json::from_str(&body).expect("JSON");
            let made = made(what, &told);
            assert!(member.is_empty() || !made.is_empty(), "{path} names nothing: {body}");
            let about = about.to_owned();
            self.ledger.answer(Called { what, about, made, sent });
            return Some(told);
        }
    }

    async fn send_call(&mut self, path: &str, sent: &Value) -> Option<(u16, bool, String)> {
        self.send(Method::POST, path, Some((["x-trace-id", "1325r364"], sent))).await
    }

    /// Calls once more, until it is answered. What it names then; an error: it names nothing.
    pub(crate) async fn call_again(&mut self, was: &Called) -> Result<String, String> {
        let (path, _) = call(was.what);
        for _ in 0..ASKED_AGAIN {
            let Some((status, _, body)) = self.send_call(path, &was.sent).await else { continue };
            let told = serde_json::from_str(&body).unwrap_or_default();
            let is_done = status == 200;
            return if is_done {
                Ok(made(was.what, &told))
            } else {
                Err(format!("{status} {body}"))
            };
        }
        Err("never answered".to_owned())
    }
}
