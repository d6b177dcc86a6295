//! The steps of the flow as a partner's engineer would write them, shared by the stories.

use crate::client::Client;
use crate::world::World;
use serde_json::{Value, json};

pub(crate) fn id(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no id"))
}

pub(crate) fn contact() -> Value {
    json!({ "first_name": "Dana", "last_name": "Sample", "email": "dana@example.com",
        "phone": "+1 312 555 0100" })
}

/// An end customer's account, made by operations.
pub(crate) async fn customer(world: &World, name: &str, alliance_status: &str) -> String {
    let new = json!({
        "name": name,
        "address": { "street": "208 S Akard St", "city": "Dallas", "state": "TX", "zip": "75202" },
        "alliance_status": alliance_status,
        "sub_account_id": "U8GOM4",
    });
    let made = world.operations.post("/v1/operations/customers", &new).await.expect(201);
    id(&made["id"]).to_owned()
}

/// Two sites: one as it should be, one with a mistyped ZIP code.
pub(crate) async fn two_sites(partner: &Client, quote: &str) -> Vec<String> {
    let sites = json!({ "sites": [
        { "name": "Chicago", "address": { "street": "233 S Wacker Dr", "city": "Chicago",
            "state": "IL", "zip": "60606" } },
        { "name": "Round Rock", "address": { "street": "1 Dell Way", "city": "Round Rock",
            "state": "TX", "zip": "78628" } },
    ] });
    let added = partner.post(&format!("/v1/quotes/{quote}/sites"), &sites).await.expect(201);
    let sites = added["sites"].as_array().expect("sites");
    sites.iter().map(|s| id(&s["id"]).to_owned()).collect()
}

/// Validates the two sites' addresses and accepts the correction of the second.
pub(crate) async fn validate(world: &World, partner: &Client, quote: &str) {
    let path = format!("/v1/quotes/{quote}/address-validation");
    let asked = partner.post(&path, &json!({})).await.expect(202);
    assert_eq!(asked["sites"].as_array().map(Vec::len), Some(2));
    assert_eq!(world.run_jobs().await, 1);
    let sites = partner.get(&format!("/v1/quotes/{quote}/sites?wait=1")).await.expect(200);
    assert_eq!(sites["sites"][0]["validation"]["state"], "match");
    let second = &sites["sites"][1];
    assert_eq!(second["validation"]["state"], "close_match");
    assert_eq!(second["validation"]["proposed"]["zip"], "78682");
    let path = format!("/v1/quotes/{quote}/sites/{}/address-choice", id(&second["id"]));
    let chosen = partner.post(&path, &json!({ "choice": 0 })).await.expect(200);
    assert_eq!(chosen["sites"][0]["validation"]["state"], "accepted");
    assert_eq!(chosen["sites"][0]["validation"]["address"]["zip"], "78682");
    assert_eq!(chosen["sites"][0]["address"]["zip"], "78628", "as given stays on record");
}

pub(crate) async fn configure(partner: &Client, quote: &str, offering: &str, features: Value) {
    let body = json!({ "offering": offering, "features": features });
    let path = format!("/v1/quotes/{quote}/configuration");
    let configured = partner.post(&path, &body).await.expect(200);
    assert_eq!(configured["quote"]["state"], "draft");
}

pub(crate) fn adi() -> Value {
    json!([
        { "name": "Port Speed", "value": "1G" },
        { "name": "ATT_ACC_SPD", "value": "1G" },
        { "name": "Term", "value": "36" },
    ])
}

/// The sum of the lines is the site's, the sum of the sites is the quote's, to the cent.
pub(crate) fn adds_up(priced: &Value) {
    let cents = |v: &Value| {
        let text = v.as_str().unwrap_or_else(|| panic!("{v} is no amount"));
        text.replace('.', "").parse::<i64>().expect("an amount with two decimals")
    };
    for charge in ["mrc", "nrc"] {
        let mut quote = 0;
        for site in priced["sites"].as_array().expect("sites") {
            let lines = site["price"]["lines"].as_array().expect("lines");
            let sum: i64 = lines.iter().map(|l| cents(&l[charge]["net"])).sum();
            assert_eq!(sum, cents(&site["price"]["totals"][charge]));
            for line in lines {
                let steps = line[charge]["steps"].as_array().expect("steps");
                let net = steps.last().expect("a net step");
                assert_eq!(net["subtotal"], line[charge]["net"]);
            }
            quote += sum;
        }
        assert_eq!(quote, cents(&priced["quote"]["offer"]["totals"][charge]));
    }
}

pub(crate) fn application(name: &str) -> Value {
    json!({
        "business_name": name,
        "business_type": "llc",
        "legal_address": { "street": "208 S Akard St", "city": "Dallas", "state": "TX",
            "zip": "75202" },
        "primary_first_name": "Dana",
        "primary_last_name": "Sample",
        "email": "dana@example.com",
        "tax_id": "12-3456789",
        "years_in_business": 12,
    })
}

/// Asks for credit and answers the decided check.
pub(crate) async fn credit(world: &World, partner: &Client, quote: &str, body: &Value) -> Value {
    let path = format!("/v1/quotes/{quote}/credit-checks");
    let asked = partner.post(&path, body).await.expect(202);
    assert_eq!(asked["state"], "requested");
    assert_eq!(world.run_jobs().await, 1);
    partner.get(&format!("/v1/credit-checks/{}", id(&asked["id"]))).await.expect(200)
}

/// Generates, reads and signs the contract. Answers its id.
pub(crate) async fn contract(world: &World, partner: &Client, quote: &str) -> String {
    let signer = json!({ "name": "Dana Sample", "title": "Owner", "email": "dana@example.com" });
    let new = json!({
        "signer": signer,
        "customer": { "company_name": "Lone Star Dental Group", "address":
            { "street": "208 S Akard St", "city": "Dallas", "state": "TX", "zip": "75202" } },
    });
    let path = format!("/v1/quotes/{quote}/contracts");
    let made = partner.post(&path, &new).await.expect(202);
    let contract = id(&made["id"]).to_owned();
    let early = json!({ "signer": signer, "document_sha256": made["document_sha256"] });
    let sign = format!("/v1/contracts/{contract}/sign");
    let problem = partner.post(&sign, &early).await.refused(409, "premature_step");
    assert_eq!(problem["errors"], missing(partner, quote, "signature").await);
    assert_eq!(problem["errors"][0]["code"], "contract_not_sent");
    assert_eq!(world.run_jobs().await, 1);
    let sent = partner.get(&format!("/v1/contracts/{contract}")).await.expect(200);
    assert_eq!(sent["state"], "sent");
    let document = partner.get(&format!("/v1/contracts/{contract}/document")).await;
    assert_eq!(document.status, 200);
    assert!(document.text.contains("1 DELL WAY"), "{}", document.text);
    let signed = partner.post(&sign, &early).await.expect(200);
    assert_eq!(signed["contract"]["state"], "signed");
    assert_eq!(signed["quote"]["state"], "accepted");
    contract
}

/// Orders and answers the order.
pub(crate) async fn order(partner: &Client, quote: &str) -> Value {
    let new = json!({ "quote_id": quote, "accept_terms": true, "primary_contact": contact() });
    let made = partner.post("/v1/orders", &new).await.expect(201);
    assert_eq!(made["state"], "draft");
    assert_eq!(made["sub_orders"].as_array().map(Vec::len), Some(2));
    made
}

/// Gives a sub-order every enrichment that it can have by itself.
pub(crate) async fn enrich(partner: &Client, sub: &str, billing: &Value) -> Value {
    let path = |kind: &str| format!("/v1/sub-orders/{sub}/enrichments/{kind}");
    let installation = json!({ "contacts": [contact()], "requested_start": "2026-12-07",
        "requested_due": "2027-03-31", "premise_notes": "Ring at the loading dock" });
    partner.put(&path("installation"), "*", &installation).await.expect(200);
    let shipping = json!({ "contacts": [contact()], "notes": "Attention: IT" });
    partner.put(&path("shipping"), "*", &shipping).await.expect(200);
    let port = json!({ "floor": "2", "room": "201", "tsp_code": "TSP645321-44" });
    partner.put(&path("port-reservation"), "*", &port).await.expect(200);
    partner.put(&path("billing"), "*", billing).await.expect(200)
}

/// Runs delivery to its end, a working day at a time.
pub(crate) async fn deliver(world: &World, partner: &Client, order: &str) {
    for _ in 0..120 {
        world.run_jobs().await;
        let now = partner.get(&format!("/v1/orders/{order}")).await.expect(200);
        if now["state"] == "completed" {
            assert_eq!(world.jobs_left().await, 0, "nothing is left to do");
            return;
        }
        world.clock.advance_ms(1000);
    }
    panic!("the order was not delivered in 120 working days");
}

/// The stages of a journey by their status.
pub(crate) async fn stages(partner: &Client, path: &str, status: &str) -> Vec<String> {
    let journey = partner.get(path).await.expect(200);
    let stages = journey["stages"].as_array().expect("stages");
    let of_status = stages.iter().filter(|s| s["status"] == status);
    of_status.map(|s| id(&s["stage"]).to_owned()).collect()
}

/// What a journey says is missing before a stage.
pub(crate) async fn missing(partner: &Client, quote: &str, stage: &str) -> Value {
    let journey = partner.get(&format!("/v1/quotes/{quote}/journey")).await.expect(200);
    let stages = journey["stages"].as_array().expect("stages");
    let found = stages.iter().find(|s| s["stage"] == stage);
    found.unwrap_or_else(|| panic!("no stage {stage}"))["missing"].clone()
}
