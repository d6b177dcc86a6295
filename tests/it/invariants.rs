//! What must hold over a whole database: it does after everything that can be done through the
//! door, and each way of breaking it is found by its name.

use crate::examples::tour;
use crate::story::steps::{contact, two_sites};
use crate::world::World;
use serde_json::json;
use store::audit::{Audit, Invariant, audit};

/// Everything that the door offers was done, and one job is left to do.
async fn world() -> World {
    let world = World::start().await;
    tour::take_in(&world, |_| {}).await;
    let partner = world.partner("alliance").await;
    let customer = json!({ "name": "Sample Freight", "contacts": [contact()], "address":
        { "street": "208 S Akard St", "city": "Dallas", "state": "TX", "zip": "75202" } });
    let open = json!({ "name": "Depots", "new_customer": customer });
    let opened = partner.post("/v1/opportunities", &open).await.expect(201);
    let quote = opened["quote"]["id"].as_str().expect("an id");
    two_sites(&partner, quote).await;
    let path = format!("/v1/quotes/{quote}/address-validation");
    partner.post(&path, &json!({})).await.expect(202);
    let hook = json!({ "url": "https://hooks.example.com/depots" });
    partner.post("/v1/webhook-endpoints", &hook).await.expect(201);
    world.send_webhooks().await;
    world
}

async fn look(world: &World) -> Audit {
    audit(&world.app.store).await.expect("an audit")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_violation_is_found_by_its_name() {
    let world = world().await;
    let sound = look(&world).await;
    assert_eq!(sound.lines(), Vec::<String>::new());
    for (table, rows) in world.memory().await {
        assert_eq!(sound.of(table), rows.len() as u64, "{table}");
        assert!(!rows.is_empty(), "{table} is empty: nothing of it was looked at");
    }
    let planted = [
        (Invariant::DocumentsParse, "update opportunity set doc = '{}'"),
        (Invariant::DocumentsParse, "update event set doc = 'null' where sequence = 1"),
        (Invariant::ColumnsAgree, "update contract set state = 'voided' where state = 'signed'"),
        (
            Invariant::ColumnsAgree,
            "update event set id = 'evt000000000000' \
             where id = (select min(id) from event where sequence = 2)",
        ),
        (Invariant::EventsAreDense, "delete from event where sequence = 2"),
        (Invariant::EventsAreDense, "delete from event where sequence = 1"),
        (Invariant::EventsHaveObjects, "delete from billing_account"),
        (Invariant::ParentsExist, "delete from opportunity"),
        (Invariant::ParentsExist, "delete from account"),
        (Invariant::ParentsExist, "delete from document"),
        (Invariant::ParentsExist, "update site set tenant = 'carrier.test'"),
        (Invariant::TextsAreOriginal, "update document set body = body || '.'"),
        (
            Invariant::SignedIsAccepted,
            "update quote set doc = replace(doc, '\"state\":\"accepted\"', '\"state\":\"priced\"')",
        ),
        (
            Invariant::OrdersAreSigned,
            "update contract set doc = replace(doc, '\"state\":\"signed\"', '\"state\":\"expired\"')",
        ),
        (Invariant::SubOrdersAreSites, "delete from sub_order where position = 2"),
        (Invariant::SubOrdersAreSites, "delete from site where position = 2"),
        (Invariant::SumsAreExact, "update orders set doc = replace(doc, '\"nrc\":', '\"nrc\":1')"),
        (
            Invariant::SumsAreExact,
            "update sub_order set doc = replace(doc, '\"total_contract_value\":', \
             '\"total_contract_value\":1')",
        ),
        (
            Invariant::SumsAreExact,
            "update site set doc = replace(doc, '\"totals\":{\"mrc\":', '\"totals\":{\"mrc\":1')",
        ),
        (
            Invariant::JobsHaveObjects,
            "update job set doc = replace(doc, '\"quote\":\"0Q0', '\"quote\":\"0Q1')",
        ),
        (Invariant::FeedIsWhole, "update event set position = 1 where position = 2"),
        (Invariant::FeedIsWhole, "update feed set position = position - 1"),
        (Invariant::FeedIsWhole, "delete from feed"),
        (Invariant::ToldIsKnown, "delete from webhook_endpoint"),
        (
            Invariant::ToldIsKnown,
            "update delivery set event = 'evt000000000000' \
             where event = (select max(event) from delivery)",
        ),
        (
            Invariant::ToldIsKnown,
            "update sender_turn set endpoint = 'a6W000000000000' \
             where endpoint = (select max(endpoint) from sender_turn)",
        ),
        (Invariant::ToldIsKnown, "update subscription set tenant = 'carrier.live'"),
        (Invariant::DocumentsParse, "update delivery set doc = '{\"attempts\":1}'"),
        (
            Invariant::PromotionsWithinBudget,
            "update promotion_use set most_amount = amount - 1, most_uses = 9",
        ),
        (Invariant::PromotionsWithinBudget, "update promotion_use set most_uses = uses - 1"),
        (Invariant::PromotionsAreSpentOnce, "update promotion_use set uses = uses + 1"),
        (Invariant::PromotionsAreSpentOnce, "update promotion_spend set amount = amount + 1"),
        (Invariant::PromotionsAreSpentOnce, "delete from promotion_use"),
        (Invariant::PromotionsAreSpentOnce, "delete from promotion_spend"),
        (
            Invariant::PromotionsAreSpentOnce,
            "update promotion_spend set contract = '800000000000000'",
        ),
        (Invariant::AnswersParse, "update idempotency set headers = 'x'"),
        (Invariant::AnswersParse, "update idempotency set body = substr(body, 2)"),
    ];
    for (invariant, damage) in planted {
        let broken = world.fork().await;
        broken.damage(damage).await;
        let found = look(&broken).await;
        let violations = found.violated.get(&invariant);
        let violations = violations
            .unwrap_or_else(|| panic!("{damage}: no {} in {:?}", invariant.name(), found.lines()));
        assert!(
            violations.count > 0 && !violations.first.is_empty() && violations.first.len() <= 5
        );
    }
    let named: Vec<_> = planted.iter().map(|(invariant, _)| *invariant).collect();
    for invariant in Invariant::ALL {
        assert!(named.contains(&invariant), "nothing breaks {}", invariant.name());
    }
}
