//! How firm a price is, a discount that operations counter, and what a quote would cost: through
//! the door.

use crate::client::Client;
use crate::story::steps::*;
use crate::world::World;
use serde_json::{Value, json};

/// A quote with two configured sites; its path.
async fn quote(partner: &Client) -> String {
    let open = json!({ "name": "Resale", "new_customer": { "name": "Lone Star Dental Group",
        "address": { "street": "208 S Akard St", "city": "Dallas", "state": "TX",
            "zip": "75202" } } });
    let opened = partner.post("/v1/opportunities", &open).await.expect(201);
    let quote = id(&opened["quote"]["id"]).to_owned();
    two_sites(partner, &quote).await;
    configure(partner, &quote, "OFF_ADI_MID_MARKET", adi()).await;
    format!("/v1/quotes/{quote}")
}

async fn price(partner: &Client, quote: &str, ask: Value) -> Value {
    partner.post(&format!("{quote}/price"), &ask).await.expect(200)["quote"].clone()
}

/// What stands against a contract now.
async fn against(partner: &Client, quote: &str) -> Vec<String> {
    let journey = partner.get(&format!("{quote}/journey")).await.expect(200);
    let stages = journey["stages"].as_array().expect("stages");
    let leg = stages.iter().find(|leg| leg["stage"] == "contract").expect("a contract");
    let missing = leg["missing"].as_array().expect("missing");
    missing.iter().map(|fault| id(&fault["code"]).to_owned()).collect()
}

#[tokio::test]
async fn a_price_is_as_firm_as_its_addresses_and_its_feasibility() {
    let world = World::start().await;
    let partner = world.partner("alliance").await;
    let quote = quote(&partner).await;
    let number = quote.rsplit('/').next().expect("an id").to_owned();
    let priced = price(&partner, &quote, json!({ "level": "budgetary" })).await;
    assert_eq!((&priced["state"], &priced["level"]), (&json!("priced"), &json!("budgetary")));
    let ask = format!("{quote}/feasibility");
    let early = partner.post(&ask, &json!({})).await.refused(409, "premature_step");
    assert_eq!(early["errors"][0]["code"], "address_unchecked");

    validate(&world, &partner, &number).await;
    let budgetary = price(&partner, &quote, json!({ "level": "budgetary" })).await;
    assert_eq!(budgetary["level"], "budgetary", "asked for as such");
    assert_eq!(against(&partner, &quote).await, ["price_budgetary", "credit_missing"]);
    let firm = price(&partner, &quote, json!({})).await;
    assert_eq!(firm["level"], "firm_subject_to_feasibility");
    assert_eq!(against(&partner, &quote).await, ["credit_missing"]);

    let asked = partner.post(&ask, &json!({})).await.expect(202);
    assert_eq!(asked["feasibility"]["state"], "requested");
    let queue = world.operations.get("/v1/operations/feasibility-checks").await.expect(200);
    assert_eq!(queue["items"][0]["id"], asked["id"]);
    let answer = |what| format!("/v1/operations/feasibility-checks/{number}/{what}");
    let no = json!({ "reason": "No fibre." });
    let refused = world.operations.post(&answer("refuse"), &no).await.expect(200);
    assert_eq!(refused["feasibility"]["reason"], "No fibre.");
    assert_eq!(against(&partner, &quote).await, ["feasibility_refused", "credit_missing"]);
    world.operations.post(&answer("confirm"), &json!({})).await.refused(409, "state_conflict");

    partner.post(&ask, &json!({})).await.expect(202);
    let confirmed = world.operations.post(&answer("confirm"), &json!({})).await.expect(200);
    assert_eq!(
        (&confirmed["level"], &confirmed["feasibility"]["sites_confirmed"]),
        (&json!("firm"), &json!(2))
    );
    let queue = world.operations.get("/v1/operations/feasibility-checks").await.expect(200);
    assert_eq!(queue["items"], json!([]));
    let sites = partner.get(&format!("{quote}/sites")).await.expect(200);
    let one = id(&sites["sites"][0]["id"]);
    let body = json!({ "offering": "OFF_ADI_MID_MARKET", "features": adi(), "site_ids": [one] });
    let edited = partner.post(&format!("{quote}/configuration"), &body).await.expect(200);
    assert_eq!(edited["sites"][0]["feasible_since"], json!(null));
    assert_eq!(edited["quote"]["feasibility"]["sites_confirmed"], 1);
    let again = price(&partner, &quote, json!({})).await;
    assert_eq!(again["level"], "firm_subject_to_feasibility");
}

#[tokio::test]
async fn a_counter_offer_is_taken_by_pricing_with_at_most_its_discount() {
    let world = World::start().await;
    let partner = world.partner("alliance").await;
    let quote = quote(&partner).await;
    let number = quote.rsplit('/').next().expect("an id").to_owned();
    let asked = price(&partner, &quote, json!({ "discount_percent": "14" })).await;
    assert_eq!(asked["state"], "pending_approval");
    let path = format!("/v1/operations/discount-approvals/{number}/counter");
    let counter = |percent| json!({ "discount_percent": percent, "reason": "Two sites only." });
    let refused = world.operations.post(&path, &counter("14")).await.refused(422, "invalid_body");
    assert_eq!(refused["errors"][0]["pointer"], "/discount_percent");
    let countered = world.operations.post(&path, &counter("11")).await.expect(200);
    assert_eq!(countered["state"], "draft");
    assert_eq!(countered["counter_offer"]["discount_percent"], "11");
    let queue = world.operations.get("/v1/operations/discount-approvals").await.expect(200);
    assert_eq!(queue["items"], json!([]));

    let taken = price(&partner, &quote, json!({ "discount_percent": "11" })).await;
    assert_eq!(taken["state"], "priced");
    assert_eq!(taken["offer"]["approved_by"], countered["counter_offer"]["by"]);
    let beyond = price(&partner, &quote, json!({ "discount_percent": "11.1" })).await;
    assert_eq!(beyond["state"], "pending_approval");
    world.clock.advance_ms(31 * 86_400_000);
    let read = partner.get(&quote).await.expect(200);
    assert_eq!(read["counter_offer"], json!(null), "its time is over");
    let late = price(&partner, &quote, json!({ "discount_percent": "11" })).await;
    assert_eq!(late["state"], "pending_approval");
}

#[tokio::test]
async fn a_preview_says_what_the_price_then_says_and_saves_nothing() {
    let world = World::start().await;
    let partner = world.partner("alliance").await;
    let quote = quote(&partner).await;
    let path = format!("{quote}/price/preview");
    let draft = partner.post(&path, &json!({})).await.expect(200);
    assert_eq!((&draft["difference"], &draft["sites_touched"]), (&json!(null), &json!(2)));
    let first = price(&partner, &quote, json!({})).await;

    let sites = partner.get(&format!("{quote}/sites")).await.expect(200);
    let one = id(&sites["sites"][0]["id"]);
    let mut features = adi();
    features[2]["value"] = "60".into();
    let longer = json!({ "offering": "OFF_ADI_MID_MARKET", "features": features,
        "site_ids": [one] });
    let ask = json!({ "discount_percent": "4", "edits": { "configure": [longer] } });
    let before = world.memory().await;
    let seen = partner.post(&path, &ask).await.expect(200);
    assert!(world.memory().await == before, "nothing is saved");
    assert_eq!(seen["before"]["offer"]["totals"], first["offer"]["totals"]);
    let touches: Vec<_> = seen["sites"].as_array().expect("sites").iter().collect();
    assert_eq!(
        (&touches[0]["touch"], &touches[1]["touch"]),
        (&json!("configured"), &json!("repriced"))
    );

    partner.post(&format!("{quote}/configuration"), &longer).await.expect(200);
    let ask = json!({ "discount_percent": "4" });
    let done = partner.post(&format!("{quote}/price"), &ask).await.expect(200);
    assert_eq!(seen["after"]["offer"]["totals"], done["quote"]["offer"]["totals"]);
    assert_eq!(seen["after"]["offer"]["near_misses"], done["quote"]["offer"]["near_misses"]);
    for n in 0..2 {
        assert_eq!(seen["sites"][n]["price"], done["sites"][n]["price"], "site {n}");
        assert_eq!(seen["sites"][n]["id"], done["sites"][n]["id"], "site {n}");
    }

    let bare = json!({ "name": "New", "address": { "street": "350 5th Ave", "city": "New York",
        "state": "NY", "zip": "10118" } });
    let ask = json!({ "edits": { "add": [bare], "remove": [one] } });
    let refused = partner.post(&path, &ask).await.refused(409, "premature_step");
    assert_eq!(refused["errors"][0]["pointer"], "/edits/add/0/configuration");
    let both = json!({ "offering": "OFF_ADI_MID_MARKET", "site_ids": [one],
        "of_offering": "OFF_ADI_MID_MARKET" });
    let ask = json!({ "edits": { "configure": [both] } });
    let refused = partner.post(&path, &ask).await.refused(422, "invalid_body");
    assert_eq!(refused["errors"][0]["code"], "conflicting");
    let stranger = world.partner("alliance").await;
    stranger.post(&path, &json!({})).await.refused(404, "not_found");
}
