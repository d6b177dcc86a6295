//! Every fault that a caller can meet is met, in a refusal or in a journey.

use crate::catalogues;
use crate::client::Client;
use crate::promotions::ALMOST_ALL;
use crate::story::steps::*;
use crate::world::{DAY_MS, World};
use domain::code::Because;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Faults that no request can bring about, with the reason.
const UNREACHABLE: [(Because, &str); 7] = [
    (Because::CreditFailed, "the built-in bureau always answers"),
    (Because::UnknownTier, "a catalogue is only published with the tiers of all partners"),
    (Because::ConfigurationNotSold, "it needs another catalogue than the one configured under"),
    (Because::FeasibilityMissing, "no shipped programme contracts only what is confirmed"),
    (Because::FeasibilityPending, "the same"),
    (Because::AccessUnavailable, "no shipped programme needs the access to be there"),
    (Because::AmountTooLarge, "10,000 sites of the dearest component are far below the bound"),
];

/// The codes in everything that the clients were answered.
fn met(clients: &[&Client]) -> BTreeSet<String> {
    let mut codes = BTreeSet::new();
    for reply in clients.iter().flat_map(|c| c.sent()) {
        let stages = reply.body["stages"].as_array().cloned().unwrap_or_default();
        let missing = stages.iter().map(|stage| stage["missing"].clone());
        for list in missing.chain([reply.body["errors"].clone()]) {
            let faults = list.as_array().cloned().unwrap_or_default();
            codes.extend(faults.iter().map(|f| id(&f["code"]).to_owned()));
        }
    }
    codes
}

#[tokio::test]
async fn every_fault_is_met_but_those_that_no_request_can_bring_about() {
    let world = World::start().await;
    let alliance = world.partner("alliance").await;
    let apex = world.partner("apex").await;
    let aiab = world.partner("aiab").await;
    forms(&apex).await;
    configurations(&apex, &aiab).await;
    addresses(&world, &apex).await;
    customers(&world, &alliance).await;
    credit_refused(&world, &aiab).await;
    let reveal = "/v1/operations/credit-reviews/a9X000000000000AAA/reveal-tax-id";
    world.operations.post(reveal, &json!({ "reason": "It is 123-45-6789." })).await;
    used_up(&world, &apex).await;
    unfeasible(&world, &apex).await;
    ended(&world, &apex).await;
    to_the_end(&world, &apex).await;
    let desk = catalogues(&world).await;
    let live = world.live_operations().await;
    let scripted = json!({ "name": "Sandbox Declined", "programme": "apex", "tier": "standard" });
    live.post("/v1/operations/partners", &scripted).await;
    let met = met(&[&alliance, &apex, &aiab, &world.operations, &desk, &live]);
    let unreachable: BTreeSet<String> =
        UNREACHABLE.iter().map(|(b, _)| b.as_str().to_owned()).collect();
    let both: Vec<&String> = met.intersection(&unreachable).collect();
    assert!(both.is_empty(), "{both:?} can be met after all");
    let covered: BTreeSet<String> = met.union(&unreachable).cloned().collect();
    let all: BTreeSet<String> = Because::ALL.iter().map(|b| b.as_str().to_owned()).collect();
    let left: Vec<&String> = all.difference(&covered).collect();
    assert!(left.is_empty(), "not met: {left:?}");
    assert!(met.is_subset(&all), "a code that is in no registry");
}

async fn opened(partner: &Client) -> String {
    let opened = partner.post("/v1/opportunities", &json!({ "name": "Resale" })).await.expect(201);
    id(&opened["quote"]["id"]).to_owned()
}

/// A file with a wrong line, and prices that may not be offered yet.
async fn catalogues(world: &World) -> Client {
    let wrong = catalogues::labelled("2026.2", &[("offer_days = 60", "offer_days = 0")]);
    world.operations.post(catalogues::PATH, &wrong).await.refused(422, "invalid_catalogue");
    let later = ("effective_from = 2026-01-01", "effective_from = 2031-01-01");
    let later = catalogues::labelled("2031.1", &[later]);
    let proposed = world.operations.post(catalogues::PATH, &later).await.expect(201);
    let second = catalogues::second(world).await;
    let path = format!("{}/{}/publish", catalogues::PATH, id(&proposed["id"]));
    second.post(&path, &json!({})).await.refused(422, "invalid_body");
    second
}

/// A promotion that others have used up since the price.
async fn used_up(world: &World, apex: &Client) {
    let quote = opened(apex).await;
    two_sites(apex, &quote).await;
    configure(apex, &quote, "OFF_ADI_MID_MARKET", adi()).await;
    let ask = json!({ "promotions": ["ADI-PORT10"] });
    apex.post(&format!("/v1/quotes/{quote}/price"), &ask).await.expect(200);
    world.damage(ALMOST_ALL).await;
    apex.get(&format!("/v1/quotes/{quote}/journey")).await.expect(200);
}

/// A quote whose sites cannot be served.
async fn unfeasible(world: &World, apex: &Client) {
    let quote = opened(apex).await;
    two_sites(apex, &quote).await;
    validate(world, apex, &quote).await;
    configure(apex, &quote, "OFF_ADI_MID_MARKET", adi()).await;
    apex.post(&format!("/v1/quotes/{quote}/price"), &json!({})).await.expect(200);
    apex.post(&format!("/v1/quotes/{quote}/feasibility"), &json!({})).await.expect(202);
    let path = format!("/v1/operations/feasibility-checks/{quote}/refuse");
    world.operations.post(&path, &json!({ "reason": "No fibre." })).await.expect(200);
    apex.get(&format!("/v1/quotes/{quote}/journey")).await.expect(200);
}

/// A signed contract that operations have ended.
async fn ended(world: &World, apex: &Client) {
    let quote = opened(apex).await;
    two_sites(apex, &quote).await;
    validate(world, apex, &quote).await;
    configure(apex, &quote, "OFF_ADI_MID_MARKET", adi()).await;
    apex.post(&format!("/v1/quotes/{quote}/price"), &json!({})).await.expect(200);
    let asked = json!({ "application": application("Sample resale") });
    credit(world, apex, &quote, &asked).await;
    let path = format!("/v1/operations/contracts/{}", contract(world, apex, &quote).await);
    let why = json!({ "reason": "They are being wound up." });
    let proposed = world.operations.post(&format!("{path}/terminate"), &why).await.expect(200);
    let seen = json!({ "version": proposed["version"] });
    let second = catalogues::second(world).await;
    second.post(&format!("{path}/confirm-termination"), &seen).await.expect(200);
    apex.get(&format!("/v1/quotes/{quote}/journey")).await.expect(200);
}

/// Bodies and queries that are not of the documented form.
async fn forms(apex: &Client) {
    let body = json!({ "name": "", "external_id": "x".repeat(101), "colour": "red",
        "quote": { "name": 7 } });
    apex.post("/v1/opportunities", &body).await.refused(422, "invalid_body");
    apex.post("/v1/opportunities", &json!({})).await.refused(422, "invalid_body");
    let both = json!({ "name": "Resale", "customer_id": "0010000000000000AA" });
    apex.post("/v1/opportunities", &both).await;
    let query = "/v1/quotes?limit=0&cursor=x&since=x&state=x&limit=1";
    apex.get(query).await.refused(400, "invalid_query");
    let order = json!({ "quote_id": "0Q0000000000000AAA", "accept_terms": true,
        "primary_contact": contact() });
    apex.post("/v1/orders", &order).await.refused(422, "unknown_reference");
    let whose = json!({ "name": "Resale", "customer_id": "0010000000000000AA",
        "new_customer": { "name": "Both", "address": { "street": "1 Dell Way",
            "city": "Round Rock", "state": "TX" } } });
    apex.post("/v1/opportunities", &whose).await.refused(422, "invalid_body");
    let inside = json!({ "url": "https://10.0.0.1/" });
    apex.post("/v1/webhook-endpoints", &inside).await.refused(422, "invalid_body");
}

/// Choices that do not fit, and prices that are not given.
async fn configurations(apex: &Client, aiab: &Client) {
    let quote = opened(apex).await;
    let path = |what: &str| format!("/v1/quotes/{quote}/{what}");
    let sites = json!({ "sites": [{ "name": "No ZIP", "address":
        { "street": "1 Dell Way", "city": "Round Rock", "state": "TX" } }] });
    apex.post(&path("sites"), &sites).await.expect(201);
    let at_journey = format!("/v1/quotes/{quote}/journey");
    let journey = || apex.get(&at_journey);
    journey().await.expect(200);
    for features in [
        json!([]),
        json!([{ "name": "Port Sped", "value": "1G" }]),
        json!([{ "name": "Port Speed", "value": "3G" }]),
        json!([{ "name": "Port Speed", "value": "1G" }, { "name": "ATT_SPEED", "value": "2G" }]),
        json!([{ "name": "Port Speed", "value": "1G" }, { "name": "ATT_ACC_SPD", "value": "1G" },
            { "name": "Term", "value": "36" }, { "name": "Interface",
                "value": "100Base-TXElectrical" }]),
        json!([{ "name": "Port Speed", "value": "1G" }, { "name": "ATT_ACC_SPD", "value": "1G" },
            { "name": "Term", "value": "36" }, { "name": "AT&T Default Router", "value": "Yes" },
            { "name": "Management Option", "value": "Customer Managed" }]),
        json!([{ "name": "Port Speed", "value": "1G" }, { "name": "ATT_ACC_SPD", "value": "1G" },
            { "name": "Term", "value": "36" }, { "name": "Minimum Commitment",
                "value": "100M" }]),
    ] {
        let body = json!({ "offering": "OFF_ADI_MID_MARKET", "features": features });
        apex.post(&path("configuration"), &body).await.refused(422, "invalid_configuration");
    }
    configure(apex, &quote, "OFF_ADI_MID_MARKET", adi()).await;
    apex.post(&path("price"), &json!({})).await.refused(422, "price_refused");
    two_sites(apex, &quote).await;
    let listed = apex.get(&path("sites")).await.expect(200);
    let first = &listed["sites"][0];
    let site = path(&format!("sites/{}", id(&first["id"])));
    apex.edit("DELETE", &site, "*", &json!({})).await.expect(200);
    configure(apex, &quote, "OFF_ADI_MID_MARKET", adi()).await;
    for ask in [
        json!({ "discount_percent": "90" }),
        json!({ "promotions": ["AIAB-START"] }),
        json!({ "discount_percent": "101" }),
    ] {
        apex.post(&path("price"), &ask).await.refused(422, "price_refused");
    }
    let twice = json!({ "offering": "OFF_ADI_MID_MARKET", "features": adi(),
        "site_ids": [listed["sites"][1]["id"], listed["sites"][1]["id"]] });
    apex.post(&path("configuration"), &twice).await.refused(422, "unknown_reference");
    aiab.get("/v1/me").await.expect(200);
}

/// An address that nobody delivers to.
async fn addresses(world: &World, apex: &Client) {
    let quote = opened(apex).await;
    let sites = json!({ "sites": [{ "name": "Nowhere", "address":
        { "street": "no such place", "city": "Nowhere", "state": "TX", "zip": "00000" } }] });
    apex.post(&format!("/v1/quotes/{quote}/sites"), &sites).await.expect(201);
    two_sites(apex, &quote).await;
    let path = format!("/v1/quotes/{quote}/address-validation");
    apex.post(&path, &json!({})).await.expect(202);
    world.run_jobs().await;
    apex.get(&format!("/v1/quotes/{quote}/journey")).await.expect(200);
}

async fn customers(world: &World, alliance: &Client) {
    let theirs = customer(world, "Lone Star Dental Group, LLC", "carrier_only").await;
    let open = json!({ "name": "Two offices", "customer_id": theirs });
    alliance.post("/v1/opportunities", &open).await.refused(409, "premature_step");
}

/// Credit is declined, and then decided by a person.
async fn credit_refused(world: &World, aiab: &Client) {
    let open = json!({ "name": "Two shops", "new_customer": { "name": "Harbor Point Bakery LLC",
        "address": { "street": "208 S Akard St", "city": "Dallas", "state": "TX",
            "zip": "75202" } } });
    let opened = aiab.post("/v1/opportunities", &open).await.expect(201);
    let quote = id(&opened["quote"]["id"]).to_owned();
    let at_journey = format!("/v1/quotes/{quote}/journey");
    let journey = || aiab.get(&at_journey);
    two_sites(aiab, &quote).await;
    validate(world, aiab, &quote).await;
    journey().await.expect(200);
    let path = format!("/v1/quotes/{quote}/credit-checks");
    for (past_due, amount) in [("900.00", "5000.00"), ("0.00", "9999999999999.99")] {
        let mut application = application("Harbor Point Bakery");
        application["past_due"] = json!(past_due);
        let asked = json!({ "application": application, "requested_amount": amount });
        aiab.post(&path, &asked).await.expect(202);
        journey().await.expect(200);
        world.run_jobs().await;
        journey().await.expect(200);
    }
}

/// From a draft to a handoff, looking at the journey at every step.
async fn to_the_end(world: &World, apex: &Client) {
    let quote = opened(apex).await;
    let path = |what: &str| format!("/v1/quotes/{quote}/{what}");
    let at_journey = format!("/v1/quotes/{quote}/journey");
    let look = || apex.get(&at_journey);
    look().await.expect(200);
    two_sites(apex, &quote).await;
    validate(world, apex, &quote).await;
    configure(apex, &quote, "OFF_ADI_MID_MARKET", adi()).await;
    let ask = json!({ "discount_percent": "8" });
    apex.post(&path("price"), &ask).await.expect(200);
    look().await.expect(200);
    apex.post(&path("price"), &json!({})).await.expect(200);
    let asked = json!({ "application": application("Sample apex partner") });
    let small = credit(world, apex, &quote, &asked).await;
    assert_eq!(small["state"], "approved");
    // Ten times the port: the approval no longer covers it.
    let large = json!([{ "name": "Port Speed", "value": "10G" },
        { "name": "ATT_ACC_SPD", "value": "10G" }, { "name": "Term", "value": "12" }]);
    configure(apex, &quote, "OFF_ADI_MID_MARKET", large).await;
    apex.post(&path("price"), &json!({})).await.expect(200);
    look().await.expect(200);
    world.clock.advance_ms(90 * DAY_MS);
    look().await.expect(200);
    apex.post(&path("price"), &json!({})).await.expect(200);
    look().await.expect(200);
    credit(world, apex, &quote, &asked).await;
    let late = json!({ "name": "Third", "address": { "street": "1 Dell Way",
        "city": "Round Rock", "state": "TX" } });
    let add = json!({ "sites": [late] });
    let whose = customer(world, "Prairie Wind Clinics Inc.", "open").await;
    let new = json!({
        "signer": { "name": "Dana Sample", "title": "Owner", "email": "dana@example.com" },
        "customer": { "company_name": "Prairie Wind Clinics", "address":
            { "street": "208 S Akard St", "city": "Dallas", "state": "TX", "zip": "75202" } },
    });
    let made = apex.post(&path("contracts"), &new).await.expect(202);
    look().await.expect(200);
    apex.post(&path("sites"), &add).await.refused(409, "premature_step");
    world.run_jobs().await;
    look().await.expect(200);
    let sign = json!({ "signer": new["signer"], "document_sha256": made["document_sha256"] });
    let at = format!("/v1/contracts/{}/sign", id(&made["id"]));
    apex.post(&at, &sign).await.expect(200);
    apex.post(&path("sites"), &add).await.refused(409, "premature_step");
    let no = json!({ "quote_id": quote, "accept_terms": false, "primary_contact": contact() });
    apex.post("/v1/orders", &no).await.refused(409, "premature_step");
    let ordered = order(apex, &quote).await;
    look().await.expect(200);
    let bill = json!({ "new_account": { "name": "Resale", "address":
        { "street": "208 S Akard St", "city": "Dallas", "state": "TX", "zip": "75202" } } });
    for sub in ordered["sub_orders"].as_array().expect("subs") {
        let installation = json!({ "contacts": [contact()], "requested_start": "2027-12-07",
            "requested_due": "2027-12-31" });
        let at = format!("/v1/sub-orders/{}/enrichments", id(&sub["id"]));
        apex.put(&format!("{at}/installation"), "*", &installation).await.expect(200);
        let shipping = json!({ "contacts": [contact()] });
        apex.put(&format!("{at}/shipping"), "*", &shipping).await.expect(200);
        let port = json!({ "floor": "2", "room": "201", "tsp_code": "TSP645321-44" });
        apex.put(&format!("{at}/port-reservation"), "*", &port).await.expect(200);
        apex.put(&format!("{at}/billing"), "*", &bill).await.expect(200);
        look().await.expect(200);
        let to = path(&format!("sites/{}/customer", id(&sub["site_id"])));
        let body: Value = json!({ "customer_id": whose });
        apex.send("PUT", &to, &[], Some(body.to_string())).await.expect(200);
    }
    let at = format!("/v1/orders/{}/enrichments", id(&ordered["id"]));
    let older = json!({ "sub_orders": [{ "id": ordered["sub_orders"][0]["id"], "version": 1,
        "shipping": { "contacts": [contact()] } }] });
    apex.post(&at, &older).await.refused(412, "stale_version");
    let at = format!("/v1/orders/{}/handoff", id(&ordered["id"]));
    apex.post(&at, &json!({})).await.expect(200);
    apex.post(&at, &json!({})).await.refused(409, "premature_step");
}
