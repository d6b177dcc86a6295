//! Two versions of a quote, compared through the door.

use crate::story::steps::*;
use crate::world::World;
use serde_json::json;

#[tokio::test]
async fn a_revision_says_what_it_has_that_its_predecessor_has_not() {
    let world = World::start().await;
    let partner = world.partner("alliance").await;
    let open = json!({ "name": "Resale", "new_customer": { "name": "Lone Star Dental Group",
        "address": { "street": "208 S Akard St", "city": "Dallas", "state": "TX",
            "zip": "75202" } } });
    let opened = partner.post("/v1/opportunities", &open).await.expect(201);
    let first = id(&opened["quote"]["id"]).to_owned();
    let comparison = |quote: &str| format!("/v1/quotes/{quote}/comparison");
    two_sites(&partner, &first).await;
    let alone = partner.get(&comparison(&first)).await.expect(200);
    assert_eq!((&alone["from_quote_id"], &alone["sites_changed"]), (&json!(null), &json!(2)));
    assert_eq!(alone["sites"][1]["fate"], "added");

    validate(&world, &partner, &first).await;
    configure(&partner, &first, "OFF_ADI_MID_MARKET", adi()).await;
    let price = |quote: &str| format!("/v1/quotes/{quote}/price");
    partner.post(&price(&first), &json!({})).await.expect(200);
    let revised = partner.post(&format!("/v1/quotes/{first}/revise"), &json!({})).await.expect(201);
    let second = id(&revised["id"]).to_owned();
    let ask = json!({ "promotions": ["ADI-PORT10"] });
    partner.post(&price(&second), &ask).await.expect(200);

    let found = partner.get(&comparison(&second)).await.expect(200);
    assert_eq!(found["from_quote_id"], json!(first));
    assert_eq!(found["changes"][0]["what"], "promotions");
    assert_eq!((&found["sites_changed"], &found["sites_unchanged"]), (&json!(2), &json!(0)));
    let port = &found["sites"][0]["changes"][0];
    // 890.00 less 15 % for three years, and a tenth of that.
    assert_eq!(
        (&port["what"], &port["from"], &port["to"]),
        (&json!("Port MRC"), &json!("756.50"), &json!("680.85"))
    );
    assert!(id(&port["why"]).starts_with("now: carrier.toml: promotion ADI-PORT10"), "{port}");

    let other = json!({ "opportunity_id": opened["opportunity"]["id"] });
    let other = partner.post("/v1/quotes", &other).await.expect(201);
    let path = format!("{}?from={}", comparison(&second), id(&other["id"]));
    partner.get(&path).await.refused(409, "state_conflict");
    let stranger = world.partner("alliance").await;
    stranger.get(&comparison(&second)).await.refused(404, "not_found");
}
