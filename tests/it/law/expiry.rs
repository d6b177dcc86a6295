//! What expires is enforced when it is used and shown in the journey, by the clock alone: no
//! job runs and nothing sweeps.

use super::Story;
use crate::story::steps::*;
use crate::world::{DAY_MS, World};
use serde_json::{Value, json};

/// The codes of what is missing before a stage.
async fn codes(story: &Story, stage: &str) -> Vec<String> {
    let missing = missing(&story.partner, &story.quote, stage).await;
    let faults = missing.as_array().expect("faults").iter();
    faults.map(|f| id(&f["code"]).to_owned()).collect()
}

/// Moves the clock to the last millisecond before `days` have passed since now, checks that
/// nothing is missing before `stage`, and moves it one further.
async fn pass(story: &mut Story, days: i64, stage: &str) {
    let before = story.world.memory().await;
    story.world.clock.advance_ms(days * DAY_MS - 1);
    assert_eq!(codes(story, stage).await, [""; 0], "{stage} one moment before");
    story.world.clock.advance_ms(1);
    assert!(story.world.memory().await == before, "time alone writes nothing");
}

/// A story up to a price and, where it comes first, credit.
async fn priced(programme: &'static str) -> Story {
    let mut story = Story::begin(programme).await;
    two_sites(&story.partner, &story.quote).await;
    validate(&story.world, &story.partner, &story.quote).await;
    if programme == "aiab" {
        ask_credit(&mut story).await;
    }
    let (offering, features) = story.offering();
    configure(&story.partner, &story.quote, offering, features).await;
    price(&story).await;
    story
}

async fn price(story: &Story) {
    story.partner.post(&story.of_quote("price"), &json!({})).await.expect(200);
}

async fn ask_credit(story: &mut Story) {
    let body = json!({ "application": application("Lone Star Dental Group"),
        "requested_amount": "9000.00" });
    let check = credit(&story.world, &story.partner, &story.quote, &body).await;
    assert_eq!(check["state"], "approved");
}

#[tokio::test]
async fn an_expired_price_offer_cannot_go_into_a_contract() {
    for programme in ["alliance", "apex"] {
        let mut story = priced(programme).await;
        pass(&mut story, 60, "credit_check").await;
        assert_eq!(codes(&story, "credit_check").await, ["price_expired"]);
        story.check("price expired").await;
        let quote = story.partner.get(&format!("/v1/quotes/{}", story.quote)).await;
        assert_eq!(quote.expect(200)["state"], "expired");
        price(&story).await;
        ask_credit(&mut story).await;
        pass(&mut story, 60, "contract").await;
        assert_eq!(codes(&story, "contract").await, ["price_expired"]);
        story.check("price expired again").await;
    }
}

#[tokio::test]
async fn an_expired_credit_approval_clears_nothing() {
    for programme in ["alliance", "aiab", "apex"] {
        let mut story = priced(programme).await;
        if programme != "aiab" {
            ask_credit(&mut story).await;
        }
        story.world.clock.advance_ms(40 * DAY_MS);
        price(&story).await;
        pass(&mut story, 50, "contract").await;
        assert_eq!(codes(&story, "contract").await, ["credit_expired"]);
        story.check("credit expired").await;
        let checks = story.partner.get(&story.of_quote("credit-checks")).await.expect(200);
        assert_eq!(checks["valid"], Value::Null);
        assert_eq!(checks["items"][0]["state"], "expired");
        if programme == "aiab" {
            let edit = json!({ "offering": "OFF_AIAB", "features": [] });
            let path = story.of_quote("configuration");
            let problem = story.partner.post(&path, &edit).await.refused(409, "premature_step");
            assert_eq!(problem["errors"][0]["code"], "credit_expired");
        }
        ask_credit(&mut story).await;
        assert_eq!(codes(&story, "contract").await, [""; 0], "a new approval clears it");
    }
}

#[tokio::test]
async fn an_expired_envelope_cannot_be_signed_and_makes_room_for_the_next() {
    let mut story = priced("apex").await;
    ask_credit(&mut story).await;
    let generate = || async {
        let made = story.attempt(&story.partner, "contract").await.expect("a try").expect(202);
        story.world.run_jobs().await;
        made
    };
    let made = generate().await;
    pass(&mut story, 30, "signature").await;
    assert_eq!(codes(&story, "signature").await, ["contract_not_sent"]);
    story.check("envelope expired").await;
    let contract = story.partner.get(&format!("/v1/contracts/{}", id(&made["id"]))).await;
    assert_eq!(contract.expect(200)["state"], "expired");

    // The next envelope ends with the price offer, not later.
    let made = story.attempt(&story.partner, "contract").await.expect("a try").expect(202);
    story.world.run_jobs().await;
    story.world.clock.advance_ms(29 * DAY_MS);
    story.check("second envelope out").await;
    story.world.clock.advance_ms(DAY_MS);
    story.check("second envelope expired").await;
    let contract = story.partner.get(&format!("/v1/contracts/{}", id(&made["id"]))).await;
    assert_eq!(contract.expect(200)["state"], "expired");
    assert_eq!(codes(&story, "contract").await, ["price_expired"]);
}

#[tokio::test]
async fn a_contract_is_signed_whatever_was_voided_in_the_same_moment() {
    let mut story = priced("apex").await;
    ask_credit(&mut story).await;
    // Ids of one millisecond sort by chance.
    for _ in 0..8 {
        let made = story.attempt(&story.partner, "contract").await.expect("a try").expect(202);
        let path = format!("/v1/contracts/{}/void", id(&made["id"]));
        let why = json!({ "reason": "Another term." });
        story.partner.post(&path, &why).await.expect(200);
    }
    let made = story.attempt(&story.partner, "contract").await.expect("a try").expect(202);
    story.world.run_jobs().await;
    assert_eq!(codes(&story, "signature").await, [""; 0]);
    let sign = json!({ "signer": made["signer"], "document_sha256": made["document_sha256"] });
    let path = format!("/v1/contracts/{}/sign", id(&made["id"]));
    story.partner.post(&path, &sign).await.expect(200);
}

#[tokio::test]
async fn an_expired_exception_no_longer_lets_a_partner_serve() {
    let world = World::start().await;
    let partner = world.partner("alliance").await;
    let theirs = customer(&world, "Lone Star Dental Group, LLC", "carrier_only").await;
    let plea = json!({ "customer_id": theirs, "reason": "They asked us to move them." });
    let grant = || async {
        let filed = partner.post("/v1/exception-requests", &plea).await.expect(201);
        let path = format!("/v1/operations/exception-requests/{}/approve", id(&filed["id"]));
        world.operations.post(&path, &json!({ "valid_days": 30 })).await.expect(200);
        id(&filed["id"]).to_owned()
    };
    let exception = grant().await;
    let open = json!({ "name": "Two offices", "customer_id": theirs });
    let opened = partner.post("/v1/opportunities", &open).await.expect(201);
    let quote = id(&opened["quote"]["id"]).to_owned();
    two_sites(&partner, &quote).await;
    validate(&world, &partner, &quote).await;
    configure(&partner, &quote, "OFF_ADI_MID_MARKET", adi()).await;
    partner.post(&format!("/v1/quotes/{quote}/price"), &json!({})).await.expect(200);
    world.clock.advance_ms(30 * DAY_MS - 1);
    assert_eq!(missing(&partner, &quote, "credit_check").await, json!([]));
    world.clock.advance_ms(1);
    let blocked = missing(&partner, &quote, "credit_check").await;
    assert_eq!(blocked[0]["code"], "customer_unserved");
    let asked = json!({ "application": application("Lone Star Dental Group") });
    let check = format!("/v1/quotes/{quote}/credit-checks");
    let problem = partner.post(&check, &asked).await.refused(409, "premature_step");
    assert_eq!(problem["errors"], blocked);
    let problem = partner.post("/v1/opportunities", &open).await.refused(409, "premature_step");
    assert_eq!(problem["errors"], blocked);
    let customer = partner.get(&format!("/v1/customers/{theirs}")).await.expect(200);
    assert_eq!(
        (&customer["served"], &customer["exception"]["state"]),
        (&json!(false), &json!("expired"))
    );
    let own = partner.get(&format!("/v1/exception-requests/{exception}")).await.expect(200);
    assert_eq!(own["state"], "expired");

    // A new one is filed and lets the sale go on.
    grant().await;
    partner.post(&check, &asked).await.expect(202);
}
