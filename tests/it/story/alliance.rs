//! Alliance: the lookup comes first; one customer needs an exception.

use super::steps::*;
use crate::world::World;
use serde_json::json;

#[tokio::test]
async fn an_alliance_partner_takes_an_order_from_lookup_to_delivery() {
    let world = World::start().await;
    let partner = world.partner("alliance").await;
    customer(&world, "Prairie Wind Clinics Inc.", "open").await;
    let theirs = customer(&world, "Lone Star Dental Group, LLC", "carrier_only").await;

    // The lookup: one found, one not, one refused.
    let lookup = |name: &str| json!({ "name": name, "state": "TX" });
    let path = "/v1/customers/lookup";
    let found = partner.post(path, &lookup("prairie wind")).await.expect(200);
    assert_eq!(found["customers"][0]["served"], true);
    let none = partner.post(path, &lookup("nobody at all")).await.expect(200);
    assert_eq!(none["message"], "No customer found.");
    assert_eq!(none["customers"].as_array().map(Vec::len), Some(0));
    let refused = partner.post(path, &lookup("LONE STAR")).await.expect(200);
    assert_eq!(refused["customers"][0]["served"], false);

    let open = json!({ "name": "Two offices", "customer_id": theirs });
    let problem = partner.post("/v1/opportunities", &open).await.refused(409, "premature_step");
    assert_eq!(problem["errors"][0]["code"], "customer_unserved");

    let plea = json!({ "customer_id": theirs, "reason": "They asked us to move them to fibre." });
    let filed = partner.post("/v1/exception-requests", &plea).await.expect(201);
    let queue = world.operations.get("/v1/operations/exception-requests?state=open").await;
    assert_eq!(queue.expect(200)["items"][0]["id"], filed["id"]);
    let path = format!("/v1/operations/exception-requests/{}/approve", id(&filed["id"]));
    let approved = world.operations.post(&path, &json!({ "valid_days": 30 })).await.expect(200);
    assert_eq!(approved["state"], "approved");

    let opened = partner.post("/v1/opportunities", &open).await.expect(201);
    let quote = id(&opened["quote"]["id"]).to_owned();

    // Too early: the refusal says what the journey says.
    let asked = json!({ "application": application("Lone Star Dental Group") });
    let path = format!("/v1/quotes/{quote}/credit-checks");
    let early = partner.post(&path, &asked).await.refused(409, "premature_step");
    assert_eq!(early["errors"], missing(&partner, &quote, "credit_check").await);
    assert_eq!(early["errors"].as_array().map(Vec::len), Some(2), "{early:#}");

    two_sites(&partner, &quote).await;
    validate(&world, &partner, &quote).await;
    configure(&partner, &quote, "OFF_ADI_MID_MARKET", adi()).await;

    // A discount beyond the partner's authority waits for operations.
    let path = format!("/v1/quotes/{quote}/price");
    let priced = partner.post(&path, &json!({ "discount_percent": "12" })).await.expect(200);
    assert_eq!(priced["quote"]["state"], "pending_approval");
    adds_up(&priced);
    let early = partner.post(&format!("/v1/quotes/{quote}/credit-checks"), &asked).await;
    assert_eq!(early.refused(409, "premature_step")["errors"][0]["code"], "approval_pending");
    let queue = world.operations.get("/v1/operations/discount-approvals").await.expect(200);
    assert_eq!(queue["items"][0]["id"], quote);
    let path = format!("/v1/operations/discount-approvals/{quote}/approve");
    let approved = world.operations.post(&path, &json!({ "note": "Volume" })).await.expect(200);
    assert_eq!(approved["state"], "priced");

    let check = credit(&world, &partner, &quote, &asked).await;
    assert_eq!(check["state"], "approved", "{check:#}");
    let checks = partner.get(&format!("/v1/quotes/{quote}/credit-checks")).await.expect(200);
    assert_eq!(checks["valid"]["id"], check["id"]);

    contract(&world, &partner, &quote).await;
    let late = json!({ "reason": "too late" });
    let path = format!("/v1/quotes/{quote}/cancel");
    partner.post(&path, &late).await.refused(409, "state_conflict");

    let made = order(&partner, &quote).await;
    let order_id = id(&made["id"]).to_owned();
    let subs: Vec<&str> =
        made["sub_orders"].as_array().expect("subs").iter().map(|s| id(&s["id"])).collect();
    let types: Vec<&str> = made["sub_orders"][0]["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|i| id(&i["item_type"]))
        .collect();
    assert_eq!(types[0], "AT&T Dedicated Internet (Mid Market)");
    assert!(types.contains(&"Access") && types.contains(&"Port") && types.contains(&"ADI Install"));

    // Handoff too early names every missing enrichment of both sub-orders.
    let handoff = format!("/v1/orders/{order_id}/handoff");
    let early = partner.post(&handoff, &json!({})).await.refused(409, "premature_step");
    assert_eq!(early["errors"], missing(&partner, &quote, "handoff").await);

    let bill = json!({ "new_account": { "name": "Lone Star Dental, branches", "address":
        { "street": "208 S Akard St", "city": "Dallas", "state": "TX", "zip": "75202" },
        "contacts": [contact()] }, "paperless": true });
    let first = enrich(&partner, subs[0], &bill).await;
    let account = first["billing"]["billing_account_id"].clone();
    let again = json!({ "billing_account_id": account, "invoice_numbers": ["INV-1"] });
    enrich(&partner, subs[1], &again).await;
    let group = format!("/v1/orders/{order_id}/customer-defined-group");
    partner
        .send("PUT", &group, &[], Some(json!({ "name": "Dental" }).to_string()))
        .await
        .expect(200);
    let status = partner.get(&format!("/v1/sub-orders/{}/enrichments", subs[0])).await.expect(200);
    assert_eq!(status["complete"], true, "{status:#}");

    let acknowledged = partner.post(&handoff, &json!({})).await.expect(200);
    assert_eq!(acknowledged["acknowledgement"]["sub_orders"].as_array().map(Vec::len), Some(2));
    let port = json!({ "floor": "3", "room": "1" });
    let path = format!("/v1/sub-orders/{}/enrichments/port-reservation", subs[0]);
    let late = partner.put(&path, "*", &port).await.refused(409, "premature_step");
    assert_eq!(late["errors"][0]["code"], "handed_off");

    deliver(&world, &partner, &order_id).await;
    let done = stages(&partner, &format!("/v1/orders/{order_id}/journey"), "done").await;
    assert_eq!(done.len(), 13, "{done:?}");
    let history = partner.get(&format!("/v1/history/{}", subs[0])).await.expect(200);
    let kinds: Vec<&str> =
        history["items"].as_array().expect("events").iter().map(|e| id(&e["kind"])).collect();
    assert_eq!(kinds.first(), Some(&"sub_order.created"));
    assert_eq!(kinds.last(), Some(&"sub_order.completed"));
    let sequence: Vec<u64> = history["items"]
        .as_array()
        .expect("events")
        .iter()
        .filter_map(|e| e["sequence"].as_u64())
        .collect();
    assert_eq!(sequence, (1..=sequence.len() as u64).collect::<Vec<_>>(), "no gap");
    world.told_as_published().await;
}
