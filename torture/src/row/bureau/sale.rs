//! One sale as far as the credit check, and what comes of it.

use super::world::made;
use crate::wire::Wire;
use domain::id::Id;
use serde_json::{Value, json};

/// A quote that is priced, for a customer of its own.
#[derive(Debug, Clone)]
pub(super) struct Sale {
    /// Its path.
    pub(super) quote: String,
    customer: String,
}

pub(super) fn address() -> Value {
    json!({ "street": "1500 Marilla St", "city": "Dallas", "state": "TX", "zip": "75201" })
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is not a text"))
}

/// Sells up to the price.
pub(super) async fn price(wire: &mut Wire, number: u32) -> Sale {
    let customer = format!("Lone Star Dental Group {number}");
    let key = |step: &str| format!("sale-{number}-{step}");
    let body = json!({ "name": customer, "new_customer":
        { "name": customer, "address": address() } });
    let opened = made(wire, "/v1/opportunities", &key("open"), &body).await;
    let quote = format!("/v1/quotes/{}", text(&opened["quote"]["id"]));
    let site = json!({ "name": "Dallas", "address": { "street": "208 S Akard St",
        "city": "Dallas", "state": "TX", "zip": "75202" } });
    let body = json!({ "sites": [site] });
    made(wire, &format!("{quote}/sites"), &key("sites"), &body).await;
    made(wire, &format!("{quote}/address-validation"), &key("validate"), &json!({})).await;
    let site = validated(wire, &quote).await;
    if matches!(text(&site["validation"]["state"]), "close_match" | "ambiguous") {
        let path = format!("{quote}/sites/{}/address-choice", text(&site["id"]));
        made(wire, &path, &key("choice"), &json!({ "choice": 0 })).await;
    }
    let choice = |name: &str, value: &str| json!({ "name": name, "value": value });
    let features = json!([
        choice("Port Speed", "1G"),
        choice("Access Speed", "1G"),
        choice("Term", "36"),
        choice("Management Option", "AT&T Managed"),
        choice("AT&T Default Router", "Yes"),
        choice("Billing Option", "Flat Rate"),
    ]);
    let body = json!({ "offering": "OFF_ADI_MID_MARKET", "features": features });
    made(wire, &format!("{quote}/configuration"), &key("configure"), &body).await;
    made(wire, &format!("{quote}/price"), &key("price"), &json!({})).await;
    Sale { quote, customer }
}

async fn validated(wire: &mut Wire, quote: &str) -> Value {
    for _ in 0..100 {
        let reply = wire.get(&format!("{quote}/sites?wait=5")).await.expect("an answer");
        let mut told = reply.json();
        if told["sites"][0]["validation"]["state"] != "requested" {
            return told["sites"][0].take();
        }
    }
    panic!("the address is never validated")
}

impl Sale {
    /// Asks for credit; the check's id.
    pub(super) async fn ask_credit(&self, wire: &mut Wire) -> Id {
        let application = json!({ "business_name": self.customer, "business_type": "corporation",
            "legal_address": address(), "primary_first_name": "Sample",
            "primary_last_name": "Signer", "email": "sample.signer@example.com" });
        let path = format!("{}/credit-checks", self.quote);
        let key = format!("{}-credit", self.customer.replace(' ', "-"));
        let asked = made(wire, &path, &key, &json!({ "application": application })).await;
        text(&asked["id"]).parse().expect("an id")
    }

    /// Asks for a contract: whether there is one, or which codes refuse it.
    pub(super) async fn contract(&self, wire: &mut Wire) -> Result<(), String> {
        let signer = json!({ "name": "Sample Signer", "title": "Owner",
            "email": "sample.signer@example.com" });
        let body = json!({ "signer": signer, "customer":
            { "company_name": self.customer, "address": address() } });
        let path = format!("{}/contracts", self.quote);
        let key = format!("{}-contract", self.customer.replace(' ', "-"));
        let reply = wire.post(&path, &key, &body.to_string()).await.expect("an answer");
        if (200..300).contains(&reply.status) { Ok(()) } else { Err(reply.json().to_string()) }
    }
}
