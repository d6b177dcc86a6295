//! What operations do about credit: decide by one and by two, look at a tax id, answer for a
//! bureau.

use crate::client::Client;
use crate::story::steps::*;
use crate::world::World;
use serde_json::{Value, json};

pub(super) async fn reviews(world: &World, partner: &Client, desk: &Client, quote: &str) {
    let path = |check: &Value, what: &str| {
        format!("/v1/operations/credit-reviews/{}{what}", id(&check["id"]))
    };
    let mut young = application("Lone Star Dental Group, LLC");
    young["years_in_business"] = json!(1);
    let mut bare = young.clone();
    bare.as_object_mut().expect("an application").remove("tax_id");
    let asked = json!({ "application": bare, "requested_amount": "30000.00" });
    let check = credit(world, partner, quote, &asked).await;
    let why = json!({ "reason": "No statements, and no tax id." });
    world.operations.post(&path(&check, "/decline"), &why).await.expect(200);
    let asked = json!({ "application": young, "requested_amount": "30000.00" });
    let check = credit(world, partner, quote, &asked).await;
    let why = json!({ "reason": "No statements." });
    world.operations.post(&path(&check, "/decline"), &why).await.expect(200);
    // Against the rules, and by two, since it is for more than one may approve alone.
    let large = json!({ "reason": "A guarantee was given.", "limit": "1500000.00" });
    let proposed = world.operations.post(&path(&check, "/approve"), &large).await.expect(200);
    let seen = json!({ "version": proposed["version"] });
    desk.post(&path(&check, "/confirm"), &seen).await.expect(200);
    let why = json!({ "reason": "The bureau asked for it by telephone." });
    world.operations.post(&path(&check, "/reveal-tax-id"), &why).await.expect(200);
    let check = credit(world, partner, quote, &asked).await;
    assert_eq!(check["state"], "in_review", "{check:#}");
    world.operations.get("/v1/operations/credit-reviews").await.expect(200);
    world.operations.get(&path(&check, "")).await.expect(200);
    let approve = json!({ "reason": "Statements seen.", "limit": "35000.00" });
    world.operations.post(&path(&check, "/approve"), &approve).await.expect(200);
    partner.get(&format!("/v1/quotes/{quote}/credit-standing")).await.expect(200);
    // A bureau that answers by itself, before it is asked again.
    let asked = json!({ "application": application("Lone Star Dental Group, LLC") });
    let asks = format!("/v1/quotes/{quote}/credit-checks");
    let check = partner.post(&asks, &asked).await.expect(202);
    let answer = json!({ "reference": check["id"], "verdict": "approved", "limit": "25000.00",
        "class": "low", "bureau_reference": "B-2026-4711" });
    world.operations.post(&path(&check, "/bureau-answer"), &answer).await.expect(200);
    assert_eq!(world.run_jobs().await, 1, "there is nothing left to ask");
}
