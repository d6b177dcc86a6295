//! What must hold over a whole database: it does after everything that can be done through the
//! door, and each way of breaking it is found by its name.

mod memory;
mod sale;

use crate::client::Client;
use crate::examples::tour;
use crate::story::steps::*;
use crate::world::World;
use serde_json::json;
use std::collections::BTreeMap;
use store::audit::{Audit, Invariant, audit};

/// A way of breaking a database, and what must be found.
#[derive(Debug, Clone, Copy)]
struct Damage {
    invariant: Invariant,
    /// Whether nothing else breaks with it.
    alone: bool,
    /// One after the other.
    sql: &'static [&'static str],
}

/// Breaks this and nothing else.
const fn alone(invariant: Invariant, sql: &'static [&'static str]) -> Damage {
    Damage { invariant, alone: true, sql }
}

/// Breaks this among others.
const fn among(invariant: Invariant, sql: &'static [&'static str]) -> Damage {
    Damage { invariant, alone: false, sql }
}

/// A quote of two sites, validated, configured and priced.
async fn priced(world: &World, partner: &Client, customer: &str, name: &str) -> String {
    let open = json!({ "name": name, "customer_id": customer });
    let opened = partner.post("/v1/opportunities", &open).await.expect(201);
    let quote = id(&opened["quote"]["id"]).to_owned();
    two_sites(partner, &quote).await;
    validate(world, partner, &quote).await;
    configure(partner, &quote, "OFF_ADI_MID_MARKET", adi()).await;
    let path = format!("/v1/quotes/{quote}/price");
    partner.post(&path, &json!({ "discount_percent": "5" })).await.expect(200);
    quote
}

async fn generate(partner: &Client, quote: &str) {
    let new = json!({
        "signer": { "name": "Dana Sample", "title": "Owner", "email": "dana@example.com" },
        "customer": { "company_name": "Sample Freight", "address":
            { "street": "208 S Akard St", "city": "Dallas", "state": "TX", "zip": "75202" } },
    });
    partner.post(&format!("/v1/quotes/{quote}/contracts"), &new).await.expect(202);
}

/// Everything that the door offers was done, and something waits for each of the outside systems.
async fn world() -> World {
    let world = World::start().await;
    tour::take_in(&world, |_| {}).await;
    let partner = world.partner("alliance").await;
    let freight = customer(&world, "Sample Freight", "open").await;
    let depots = customer(&world, "Sample Depots", "open").await;
    let hook = json!({ "url": "https://hooks.example.com/depots" });
    partner.post("/v1/webhook-endpoints", &hook).await.expect(201);
    let ordered = priced(&world, &partner, &freight, "Ordered").await;
    let sent = priced(&world, &partner, &freight, "Out for signature").await;
    let generated = priced(&world, &partner, &freight, "To be sent").await;
    let asked = priced(&world, &partner, &depots, "To be assessed").await;
    let application = json!({ "application": application("Sample Freight") });
    credit(&world, &partner, &ordered, &application).await;
    contract(&world, &partner, &ordered).await;
    let made = order(&partner, &ordered).await;
    let subs = made["sub_orders"].as_array().expect("sub-orders");
    let bill = json!({ "new_account": { "name": "Sample Freight", "address":
        { "street": "208 S Akard St", "city": "Dallas", "state": "TX", "zip": "75202" },
        "contacts": [contact()] } });
    for sub in subs {
        enrich(&partner, id(&sub["id"]), &bill).await;
    }
    let hand_off = |n: usize| format!("/v1/sub-orders/{}/handoff", id(&subs[n]["id"]));
    partner.post(&hand_off(0), &json!({})).await.expect(200);
    generate(&partner, &sent).await;
    world.run_jobs().await;
    world.send_webhooks().await;
    clocked(&world).await;
    // From here on nothing is done any more.
    partner.post(&hand_off(1), &json!({})).await.expect(200);
    generate(&partner, &generated).await;
    let path = format!("/v1/quotes/{asked}/credit-checks");
    partner.post(&path, &application).await.expect(202);
    let open = json!({ "name": "To be validated", "customer_id": depots });
    let opened = partner.post("/v1/opportunities", &open).await.expect(201);
    let quote = id(&opened["quote"]["id"]).to_owned();
    two_sites(&partner, &quote).await;
    let path = format!("/v1/quotes/{quote}/address-validation");
    partner.post(&path, &json!({})).await.expect(202);
    // Who reads the feed gives it what waits for its place.
    partner.get("/v1/events?limit=1").await.expect(200);
    world
}

/// A partner whose clock is to advance, and a job that waits for it.
async fn clocked(world: &World) {
    let partner = world.partner("aiab").await;
    partner.send("PUT", "/v1/test-clock", &[], Some("{}".to_owned())).await.expect(200);
    let open = json!({ "name": "Later", "new_customer": { "name": "Sample Mills", "address":
        { "street": "208 S Akard St", "city": "Dallas", "state": "TX", "zip": "75202" } } });
    let opened = partner.post("/v1/opportunities", &open).await.expect(201);
    let path = |what: &str| format!("/v1/quotes/{}/{what}", id(&opened["quote"]["id"]));
    let site = json!({ "sites": [{ "name": "Dallas", "address":
        { "street": "700 Sandbox Way", "city": "Dallas", "state": "TX", "zip": "75202" } }] });
    partner.post(&path("sites"), &site).await.expect(201);
    partner.post(&path("address-validation"), &json!({})).await.expect(202);
    assert_eq!(world.run_jobs().await, 1, "it is tried again when its time has come");
    let by = json!({ "by": "18 months" });
    partner.post("/v1/test-clock/advance", &by).await.expect(202);
}

async fn look(world: &World) -> Audit {
    audit(&world.app.store).await.expect("an audit")
}

/// Breaks copies of the world, and finds each time what was broken.
async fn are_found(world: &World, planted: &[Damage]) {
    let mut missed = Vec::new();
    for damage in planted {
        let broken = world.fork().await;
        for sql in damage.sql {
            broken.damage(sql).await;
        }
        let found = look(&broken).await;
        let told = found.violated.get(&damage.invariant);
        let told = told.is_some_and(|v| v.count > 0 && (1..=5).contains(&v.first.len()));
        if !told || (damage.alone && found.violated.len() != 1) {
            let (name, lines) = (damage.invariant.name(), found.lines());
            missed.push(format!("{name}, {:?}: found {lines:#?}", damage.sql));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_holds_after_everything_was_done_and_all_of_it_was_looked_at() {
    let world = world().await;
    let sound = look(&world).await;
    assert_eq!(sound.lines(), Vec::<String>::new());
    for (table, rows) in world.memory().await {
        assert_eq!(sound.of(table), rows.len() as u64, "{table}");
        assert!(!rows.is_empty(), "{table} is empty: nothing of it was looked at");
    }
    while world.run_jobs().await > 0 {
        world.clock.advance_ms(10_000);
    }
    world.send_webhooks().await;
    assert_eq!(look(&world).await.lines(), Vec::<String>::new(), "when all is done");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_breaks_in_rows_events_and_quotes_is_found_by_its_name() {
    are_found(&world().await, memory::ROWS).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_breaks_in_jobs_keys_and_webhooks_is_found_by_its_name() {
    are_found(&world().await, memory::WORK).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_breaks_in_prices_and_credit_is_found_by_its_name() {
    are_found(&world().await, sale::PRICES).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_breaks_in_contracts_and_orders_is_found_by_its_name() {
    are_found(&world().await, sale::CONTRACTS).await;
}

#[test]
fn every_invariant_has_a_name_a_sentence_and_a_damage_that_it_finds() {
    let damages = [memory::ROWS, memory::WORK, sale::PRICES, sale::CONTRACTS].concat();
    let mut names = BTreeMap::new();
    for invariant in Invariant::ALL {
        let (name, sentence) = (invariant.name(), invariant.sentence());
        assert!(names.insert(name, sentence).is_none(), "{name} stands twice");
        assert!(sentence.ends_with('.') && !sentence[..sentence.len() - 1].contains(". "));
        assert!(damages.iter().any(|d| d.invariant == *invariant), "nothing breaks {name}");
    }
    assert!(names.len() >= 40, "{} invariants", names.len());
}
