//! The sandbox through the door: what each scripted value forces, and a partner's own time.

mod clock;
mod values;

use crate::client::Client;
use crate::story::steps::*;
use crate::world::World;
use serde_json::{Value, json};

const CLOCK: &str = "/v1/test-clock";

async fn freeze(partner: &Client) -> Value {
    partner.send("PUT", CLOCK, &[], Some("{}".to_owned())).await.expect(200)
}

/// Advances a partner's clock and lets the worker do what that brings.
async fn advance(world: &World, partner: &Client, by: &str) -> Value {
    let moved = partner.post("/v1/test-clock/advance", &json!({ "by": by })).await.expect(202);
    assert_eq!(moved["state"], "advancing");
    world.run_jobs().await;
    let ready = partner.get(CLOCK).await.expect(200);
    assert_eq!((&ready["state"], &ready["now"]), (&json!("ready"), &moved["target"]));
    ready
}

/// A quote with sites of these names and streets.
async fn quote_of(partner: &Client, sites: &[(&str, &str)]) -> String {
    let opened = partner.post("/v1/opportunities", &json!({ "name": "Resale" })).await.expect(201);
    let quote = id(&opened["quote"]["id"]).to_owned();
    let site = |(name, street): &(&str, &str)| {
        json!({ "name": name, "address":
            { "street": street, "city": "Dallas", "state": "TX", "zip": "75201" } })
    };
    let body = json!({ "sites": sites.iter().map(site).collect::<Vec<_>>() });
    partner.post(&format!("/v1/quotes/{quote}/sites"), &body).await.expect(201);
    quote
}

/// A quote of sites of these names, validated and priced.
async fn priced(world: &World, partner: &Client, names: &[&str]) -> String {
    let sites: Vec<(&str, &str)> = names.iter().map(|name| (*name, "1500 Marilla St")).collect();
    let quote = quote_of(partner, &sites).await;
    let path = |what: &str| format!("/v1/quotes/{quote}/{what}");
    partner.post(&path("address-validation"), &json!({})).await.expect(202);
    world.run_jobs().await;
    configure(partner, &quote, "OFF_ADI_MID_MARKET", adi()).await;
    partner.post(&path("price"), &json!({})).await.expect(200);
    quote
}

async fn approved(world: &World, partner: &Client, quote: &str) {
    let asked = json!({ "application": application("Sandbox Approved") });
    assert_eq!(credit(world, partner, quote, &asked).await["state"], "approved");
}

/// Generates a contract for a signer, and lets the worker send it out.
async fn sent(world: &World, partner: &Client, quote: &str, email: &str) -> Value {
    let new = json!({
        "signer": { "name": "Dana Sample", "title": "Owner", "email": email },
        "customer": { "company_name": "Lone Star Dental Group", "address":
            { "street": "208 S Akard St", "city": "Dallas", "state": "TX", "zip": "75202" } },
    });
    let made = partner.post(&format!("/v1/quotes/{quote}/contracts"), &new).await.expect(202);
    world.run_jobs().await;
    partner.get(&format!("/v1/contracts/{}", id(&made["id"]))).await.expect(200)
}

/// An order of sites of these names, signed, enriched and handed off.
async fn handed_off(world: &World, partner: &Client, names: &[&str]) -> Value {
    let quote = priced(world, partner, names).await;
    approved(world, partner, &quote).await;
    assert_eq!(sent(world, partner, &quote, "signs@sign.example.com").await["state"], "signed");
    let new = json!({ "quote_id": quote, "accept_terms": true, "primary_contact": contact() });
    let order = partner.post("/v1/orders", &new).await.expect(201);
    let path = |what: &str| format!("/v1/orders/{}/{what}", id(&order["id"]));
    let whose = customer(world, "Lone Star Dental Group, LLC", "open").await;
    for sub in order["sub_orders"].as_array().expect("sub-orders") {
        let bill = json!({ "new_account": { "name": "Branches", "address":
            { "street": "208 S Akard St", "city": "Dallas", "state": "TX", "zip": "75202" },
            "contacts": [contact()] } });
        enrich(partner, id(&sub["id"]), &bill).await;
        let site = format!("/v1/quotes/{quote}/sites/{}/customer", id(&sub["site_id"]));
        let body = json!({ "customer_id": whose }).to_string();
        partner.send("PUT", &site, &[], Some(body)).await.expect(200);
    }
    partner.post(&path("handoff"), &json!({})).await.expect(200);
    order
}

/// The sub-order of a site's name.
async fn sub_order(partner: &Client, order: &Value, name: &str) -> Value {
    let path = format!("/v1/orders/{}/sub-orders", id(&order["id"]));
    let listed = partner.get(&path).await.expect(200);
    let mut all = listed["items"].as_array().expect("sub-orders").iter();
    all.find(|sub| sub["name"] == name).unwrap_or_else(|| panic!("no {name}")).clone()
}
