//! APEX: the quote comes first; end customers are assigned to its sites later.

use super::steps::*;
use crate::world::World;
use serde_json::json;

#[tokio::test]
async fn an_apex_partner_assigns_end_customers_to_sites_before_handoff() {
    let world = World::start().await;
    let partner = world.partner("apex").await;
    let whose = customer(&world, "Lone Star Dental Group, LLC", "open").await;
    let wrong = json!({ "name": "With a customer", "customer_id": whose });
    let problem = partner.post("/v1/opportunities", &wrong).await.refused(422, "invalid_body");
    assert_eq!(problem["errors"][0]["code"], "conflicting");

    let opened = partner.post("/v1/opportunities", &json!({ "name": "Resale" })).await.expect(201);
    assert!(opened["quote"]["customer_id"].is_null());
    let quote = id(&opened["quote"]["id"]).to_owned();
    let sites = two_sites(&partner, &quote).await;
    validate(&world, &partner, &quote).await;
    configure(&partner, &quote, "OFF_ADI_MID_MARKET", adi()).await;
    let priced = partner.post(&format!("/v1/quotes/{quote}/price"), &json!({})).await.expect(200);
    adds_up(&priced);
    let asked = json!({ "application": application("Sample apex partner") });
    assert_eq!(credit(&world, &partner, &quote, &asked).await["state"], "approved");
    contract(&world, &partner, &quote).await;

    // One customer before the order exists, one after.
    let assign = |site: &str| format!("/v1/quotes/{quote}/sites/{site}/customer");
    let body = Some(json!({ "customer_id": whose }).to_string());
    let on_site = partner.send("PUT", &assign(&sites[0]), &[], body.clone()).await.expect(200);
    assert_eq!(on_site["site"]["customer_id"], whose);
    let made = order(&partner, &quote).await;
    let order_id = id(&made["id"]).to_owned();
    let bill = json!({ "new_account": { "name": "Resale", "address":
        { "street": "208 S Akard St", "city": "Dallas", "state": "TX", "zip": "75202" } } });
    for sub in made["sub_orders"].as_array().expect("subs") {
        let bare = json!({ "floor": "2", "room": "201" });
        let path = format!("/v1/sub-orders/{}/enrichments/port-reservation", id(&sub["id"]));
        let problem = partner.put(&path, "*", &bare).await.refused(422, "invalid_body");
        assert_eq!(problem["errors"][0]["pointer"], "/tsp_code", "the programme requires it");
        enrich(&partner, id(&sub["id"]), &bill).await;
    }
    let handoff = format!("/v1/orders/{order_id}/handoff");
    let early = partner.post(&handoff, &json!({})).await.refused(409, "premature_step");
    assert_eq!(early["errors"].as_array().map(Vec::len), Some(1), "{early:#}");
    assert_eq!(early["errors"][0]["code"], "customer_unassigned");
    let on_sub = partner.send("PUT", &assign(&sites[1]), &[], body.clone()).await.expect(200);
    assert_eq!(on_sub["sub_order"]["customer_id"], whose);
    partner.post(&handoff, &json!({})).await.expect(200);
    partner.send("PUT", &assign(&sites[1]), &[], body).await.refused(409, "state_conflict");
    deliver(&world, &partner, &order_id).await;
    world.told_as_published().await;
}
