//! AIAB: configuration and price come after the credit check.

use super::steps::*;
use crate::world::World;
use serde_json::json;

#[tokio::test]
async fn an_aiab_partner_clears_credit_before_it_configures() {
    let world = World::start().await;
    let partner = world.partner("aiab").await;
    let open = json!({ "name": "Wireless for two shops", "new_customer": {
        "name": "Harbor Point Bakery LLC",
        "address": { "street": "208 S Akard St", "city": "Dallas", "state": "TX", "zip": "75202" },
    } });
    let opened = partner.post("/v1/opportunities", &open).await.expect(201);
    assert_eq!(opened["customer"]["account_status"], "prospect");
    let quote = id(&opened["quote"]["id"]).to_owned();
    two_sites(&partner, &quote).await;
    validate(&world, &partner, &quote).await;

    let body = json!({ "offering": "OFF_AIAB", "features": [] });
    let path = format!("/v1/quotes/{quote}/configuration");
    let early = partner.post(&path, &body).await.refused(409, "premature_step");
    assert_eq!(early["errors"][0]["code"], "credit_missing");

    let asked = json!({ "application": application("Harbor Point Bakery") });
    let path = format!("/v1/quotes/{quote}/credit-checks");
    let faulty = partner.post(&path, &asked).await.refused(422, "invalid_body");
    assert_eq!(faulty["errors"][0]["pointer"], "/requested_amount");
    let asked = json!({ "application": application("Harbor Point Bakery"),
        "requested_amount": "5000.00" });
    let check = credit(&world, &partner, &quote, &asked).await;
    assert_eq!(check["state"], "approved");

    let plan = json!([{ "name": "Plan", "value": "Advanced" }]);
    configure(&partner, &quote, "OFF_AIAB", plan).await;
    let priced = partner.post(&format!("/v1/quotes/{quote}/price"), &json!({})).await.expect(200);
    assert_eq!(priced["quote"]["state"], "priced");
    adds_up(&priced);
    contract(&world, &partner, &quote).await;
    let made = order(&partner, &quote).await;
    let order_id = id(&made["id"]).to_owned();
    let bill = json!({ "new_account": { "name": "Harbor Point", "address":
        { "street": "208 S Akard St", "city": "Dallas", "state": "TX", "zip": "75202" } } });
    for sub in made["sub_orders"].as_array().expect("subs") {
        enrich(&partner, id(&sub["id"]), &bill).await;
        let path = format!("/v1/sub-orders/{}/handoff", id(&sub["id"]));
        partner.post(&path, &json!({})).await.expect(200);
    }
    deliver(&world, &partner, &order_id).await;
    world.told_as_published().await;
}
