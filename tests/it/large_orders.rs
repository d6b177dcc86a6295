//! An order of some hundred sites at every stage: read by page, enriched at once, handed off, and
//! followed.

use crate::client::{Client, Reply};
use crate::story::steps::*;
use crate::world::World;
use serde_json::{Value, json};

/// More than two answers and one page hold.
const SITES: usize = 390;

/// A signed quote of all these sites.
async fn signed(world: &World, partner: &Client) -> String {
    let open = json!({ "name": "Branches", "new_customer": { "name": "Lone Star Dental Group",
        "address": { "street": "208 S Akard St", "city": "Dallas", "state": "TX",
            "zip": "75202" } } });
    let opened = partner.post("/v1/opportunities", &open).await.expect(201);
    let quote = id(&opened["quote"]["id"]).to_owned();
    let path = |what: &str| format!("/v1/quotes/{quote}/{what}");
    let site = |n: usize| {
        json!({ "name": format!("Branch {n:05}"), "address": { "street":
            "1500 Marilla St", "city": "Dallas", "state": "TX", "zip": "75201" } })
    };
    let body = json!({ "sites": (1..=SITES).map(site).collect::<Vec<_>>() });
    partner.post(&path("sites"), &body).await.expect(201);
    partner.post(&path("address-validation"), &json!({})).await.expect(202);
    world.run_jobs().await;
    configure(partner, &quote, "OFF_ADI_MID_MARKET", adi()).await;
    partner.post(&path("price"), &json!({})).await.expect(200);
    let asked = json!({ "application": application("Lone Star Dental Group") });
    let check = credit(world, partner, &quote, &asked).await;
    assert_eq!(check["state"], "in_review", "so much is for a person to decide");
    let review = format!("/v1/operations/credit-reviews/{}/approve", id(&check["id"]));
    let why = json!({ "reason": "Statements seen." });
    let proposed = world.operations.post(&review, &why).await.expect(200);
    let second = crate::catalogues::second(world).await;
    let confirm = format!("/v1/operations/credit-reviews/{}/confirm", id(&check["id"]));
    second.post(&confirm, &json!({ "version": proposed["version"] })).await.expect(200);
    let signer = json!({ "name": "Dana Sample", "title": "Owner", "email": "dana@example.com" });
    let new = json!({ "signer": signer, "customer": { "company_name": "Lone Star Dental Group",
        "address": { "street": "208 S Akard St", "city": "Dallas", "state": "TX",
            "zip": "75202" } } });
    let made = partner.post(&path("contracts"), &new).await.expect(202);
    world.run_jobs().await;
    let sign = json!({ "signer": signer, "document_sha256": made["document_sha256"] });
    let at = format!("/v1/contracts/{}/sign", id(&made["id"]));
    partner.post(&at, &sign).await.expect(200);
    quote
}

fn everything() -> Value {
    json!({
        "installation": { "contacts": [contact()], "requested_start": "2026-12-07",
            "requested_due": "2027-03-31" },
        "shipping": { "contacts": [contact()] },
        "port_reservation": { "floor": "2", "room": "201" },
        "billing": { "new_account": { "name": "Branches", "address": { "street":
            "208 S Akard St", "city": "Dallas", "state": "TX", "zip": "75202" } } },
    })
}

/// Every sub-order's member, page by page.
async fn members(partner: &Client, order: &str, member: &str) -> Vec<Value> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/v1/orders/{order}/sub-orders?limit=200{cursor}");
        let page = partner.get(&path).await.expect(200);
        let items = page["items"].as_array().expect("items");
        all.extend(items.iter().map(|sub| sub[member].clone()));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
}

fn errors(problem: &Value) -> usize {
    problem["errors"].as_array().map_or(0, Vec::len)
}

fn counts(order: &Value) -> Value {
    order["sub_order_states"].clone()
}

#[tokio::test]
async fn an_order_of_hundreds_of_sites_works_at_every_stage() {
    let world = World::start().await;
    let partner = world.partner("alliance").await;
    let quote = signed(&world, &partner).await;
    let new = json!({ "quote_id": quote, "accept_terms": true, "primary_contact": contact() });
    let made = partner.post("/v1/orders", &new).await.expect(201);
    let order = id(&made["id"]).to_owned();
    assert_eq!((&made["state"], &made["sub_order_count"]), (&json!("draft"), &json!(SITES)));
    assert_eq!(counts(&made), json!([{ "state": "draft", "count": SITES }]));
    assert_eq!(made["sub_orders"].as_array().map(Vec::len), Some(100), "the first of them");
    let path = |what: &str| format!("/v1/orders/{order}/{what}");
    let seen = partner.get(&format!("/v1/orders/{order}")).await.expect(200);
    assert_eq!(seen, made, "read as it was made");
    let places = members(&partner, &order, "position").await;
    assert_eq!(places, (1..=SITES).map(|n| json!(n)).collect::<Vec<_>>());

    let early = partner.post(&path("handoff"), &json!({})).await.refused(409, "premature_step");
    assert_eq!(errors(&early), 100);
    let detail = id(&early["detail"]);
    let more = format!("; and {} more", 4 * SITES - 100);
    assert!(detail.ends_with(&more), "four kinds of each are missing: {detail}");

    let ids = members(&partner, &order, "id").await;
    enriched(&partner, &order, &ids).await;
    enriched_from_a_file(&partner, &order, &ids).await;
    let first = id(&ids[0]);
    partner.post(&format!("/v1/sub-orders/{first}/handoff"), &json!({})).await.expect(200);
    let handed = partner.post(&path("handoff"), &json!({})).await.expect(200);
    assert_eq!(handed["acknowledgement"]["handed_off"], SITES - 1);
    assert_eq!(handed["acknowledgement"]["sub_orders"].as_array().map(Vec::len), Some(100));
    let late = partner.post(&path("handoff"), &json!({})).await.refused(409, "premature_step");
    assert_eq!((errors(&late), &late["errors"][0]["code"]), (100, &json!("handed_off")));

    followed(&world, &partner, &order).await;
}

/// Enriches all and some, and is refused as a whole.
async fn enriched(partner: &Client, order: &str, ids: &[Value]) {
    let path = format!("/v1/orders/{order}/enrichments");
    let all = json!({ "defaults": everything() });
    let done = partner.post(&path, &all).await.expect(200);
    assert_eq!((&done["enriched"], &done["incomplete"]), (&json!(SITES), &json!(0)));
    assert_eq!(done["sub_orders"].as_array().map(Vec::len), Some(100));
    assert_eq!(
        done["sub_orders"][0],
        json!({ "id": ids[0], "name": "Branch 00001", "version": 2,
        "missing": [] })
    );
    let accounts = partner.get("/v1/billing-accounts").await.expect(200);
    assert_eq!(accounts["items"].as_array().map(Vec::len), Some(1), "one account for all");

    let port = |room: &str| json!({ "floor": "1", "room": room });
    let shipping = json!({ "contacts": [contact()], "notes": "Attention: IT" });
    let some = json!({ "defaults": { "shipping": shipping, "port_reservation": port("9") },
        "sub_orders": [
            { "id": ids[SITES - 1], "version": 2, "port_reservation": port("7") },
            { "id": ids[0] } ] });
    let done = partner.post(&path, &some).await.expect(200);
    assert_eq!(done["enriched"], 2);
    for (sub, room) in [(&ids[SITES - 1], "7"), (&ids[0], "9")] {
        let now = format!("/v1/sub-orders/{}/enrichments", id(sub));
        let now = partner.get(&now).await.expect(200);
        assert_eq!(now["port_reservation"], port(room));
        assert_eq!(now["shipping"]["notes"], "Attention: IT");
    }
    let told = format!("/v1/history/{}", id(&ids[SITES - 1]));
    let told = partner.get(&told).await.expect(200);
    let last = &told["items"][2];
    assert_eq!((&last["kind"], &last["sequence"]), (&json!("sub_order.enriched"), &json!(3)));
    assert_eq!(last["reason"], "port_reservation, shipping");

    refused_as_a_whole(partner, &path, ids).await;
}

/// A row for each sub-order, the last of them first.
async fn enriched_from_a_file(partner: &Client, order: &str, ids: &[Value]) {
    let row = |n: usize| json!({ "Site": format!("Branch {n:05}"), "Floor": "1", "Room": n });
    let rows: Vec<Value> = (1..=SITES).rev().map(row).collect();
    let path = format!("/v1/orders/{order}/enrichment-imports");
    let taken = partner.post(&path, &json!(rows)).await.expect(201);
    assert_eq!(
        (&taken["receipt"]["enriched"], &taken["receipt"]["incomplete"]),
        (&json!(SITES), &json!(0))
    );
    let last = format!("/v1/sub-orders/{}/enrichments", id(&ids[SITES - 1]));
    let last = partner.get(&last).await.expect(200);
    assert_eq!(last["port_reservation"], json!({ "floor": "1", "room": SITES.to_string() }));
}

async fn refused_as_a_whole(partner: &Client, path: &str, ids: &[Value]) {
    let stale = |n: usize| json!({ "id": ids[n], "version": 1 });
    let rows: Vec<Value> = (0..150).map(stale).collect();
    let body = json!({ "defaults": { "shipping": { "contacts": [contact()] } },
        "sub_orders": rows });
    let problem = partner.post(path, &body).await.refused(412, "stale_version");
    assert_eq!(errors(&problem), 100);
    assert!(id(&problem["detail"]).ends_with("; and 50 more"), "{problem:#}");
    assert_eq!(
        problem["errors"][0],
        json!({ "pointer": "/sub_orders/0/version",
        "code": "outdated", "detail": "Branch 00001: it is now at version 3", "expected": "3" })
    );
    let nobody = json!({ "defaults": everything(), "sub_orders":
        [{ "id": ids[0] }, { "id": "8013g00000cUIRtAAO" }] });
    let problem = partner.post(path, &nobody).await.refused(422, "unknown_reference");
    assert_eq!(problem["errors"][0]["pointer"], "/sub_orders/1/id");
    let twice = json!({ "defaults": everything(), "sub_orders":
        [{ "id": ids[0] }, { "id": ids[0] }] });
    let problem = partner.post(path, &twice).await.refused(422, "invalid_body");
    assert_eq!(problem["errors"][0]["code"], "duplicate");
    let past = json!({ "contacts": [contact()], "requested_start": "2020-01-01",
        "requested_due": "2027-03-31" });
    let body = json!({ "defaults": { "installation": past },
        "sub_orders": [{ "id": ids[0], "installation": past }] });
    let problem = partner.post(path, &body).await.refused(422, "invalid_body");
    let at = |n: usize| problem["errors"][n]["pointer"].clone();
    assert_eq!(at(0), "/defaults/installation/requested_start");
    assert_eq!(at(1), "/sub_orders/0/installation/requested_start");
    let nothing = partner.post(path, &json!({ "sub_orders": [{ "id": ids[0] }] })).await;
    assert_eq!(nothing.refused(422, "invalid_body")["errors"][0]["pointer"], "/sub_orders/0");
    partner.post(path, &json!({})).await.refused(422, "invalid_body");
    let sub = partner.get(&format!("/v1/sub-orders/{}", id(&ids[0]))).await.expect(200);
    assert_eq!(sub["version"], 3, "nothing was changed");
}

async fn followed(world: &World, partner: &Client, order: &str) {
    let at = |state: &str| format!("/v1/orders?state={state}");
    let listed = |reply: Reply| reply.expect(200)["items"].as_array().map(Vec::len);
    assert_eq!(listed(partner.get(&at("submitted")).await), Some(1));
    // Fulfilment takes each, and each is looked after for the first time.
    assert_eq!(world.run_jobs().await, 2 * SITES);
    let now = partner.get(&format!("/v1/orders/{order}")).await.expect(200);
    assert_eq!(counts(&now), json!([{ "state": "in_progress", "count": SITES }]));
    assert_eq!(listed(partner.get(&at("in_progress")).await), Some(1));
    assert_eq!(listed(partner.get(&at("submitted")).await), Some(0));
    let page = format!("/v1/orders/{order}/milestones?limit=200&cursor=200");
    let page = partner.get(&page).await.expect(200);
    assert_eq!(page["sub_orders"].as_array().map(Vec::len), Some(SITES - 200));
    assert_eq!((&page["state"], &page["next_cursor"]), (&json!("in_progress"), &Value::Null));
}
