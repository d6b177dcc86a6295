//! The feed of events: whole, in order, never skipping, and each told as published.

mod nodes;
mod stream;

use crate::client::Client;
use crate::story::steps::id;
use crate::world::World;
use app::Settings;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Reads the feed from its beginning, page by page.
pub(crate) async fn read_all(client: &Client, limit: u32) -> Vec<Value> {
    let mut events = Vec::new();
    let mut after = String::new();
    loop {
        let page = client.get(&format!("/v1/events?limit={limit}{after}")).await.expect(200);
        let items = page["items"].as_array().expect("items");
        if items.is_empty() {
            return events;
        }
        events.extend(items.iter().cloned());
        after = format!("&after={}", id(&page["next_after"]));
    }
}

/// Each object's events are there from the first on, in order, without a gap or a twin.
pub(crate) fn dense(events: &[Value]) {
    let mut last: BTreeMap<&str, u64> = BTreeMap::new();
    for event in events {
        let object = id(&event["subject"]);
        let sequence = event["data"]["sequence"].as_u64().expect("a number");
        let before = last.insert(object, sequence).unwrap_or(0);
        assert_eq!(sequence, before + 1, "{event:#}");
    }
}

async fn happen(partner: &Client) -> Value {
    partner.post("/v1/opportunities", &json!({ "name": "Resale" })).await.expect(201)
}

#[tokio::test]
async fn every_page_size_reads_the_same_feed() {
    let world = World::start().await;
    let partner = world.partner("apex").await;
    for n in 0..7 {
        let opened = happen(&partner).await;
        if n % 2 == 0 {
            let path = format!("/v1/quotes/{}/cancel", id(&opened["quote"]["id"]));
            partner.post(&path, &json!({ "reason": "Not needed." })).await.expect(200);
        }
    }
    let whole = read_all(&partner, 1000).await;
    assert_eq!(whole.len(), 7 * 2 + 4);
    dense(&whole);
    for limit in [1, 3, 18] {
        assert_eq!(read_all(&partner, limit).await, whole, "pages of {limit}");
    }
    let causes: Vec<&str> =
        whole.iter().take(3).map(|e| e["type"].as_str().expect("a kind")).collect();
    assert_eq!(causes, ["opportunity.opened", "quote.created", "quote.cancelled"]);
    world.told_as_published().await;
}

#[tokio::test]
async fn an_event_can_be_read_as_soon_as_its_cause_is_answered() {
    let world = World::start().await;
    let partner = world.partner("apex").await;
    let mut after = String::new();
    for _ in 0..5 {
        let opened = happen(&partner).await;
        let page = partner.get(&format!("/v1/events?limit=10{after}")).await.expect(200);
        let items = page["items"].as_array().expect("items");
        let subjects: Vec<&Value> = items.iter().map(|e| &e["subject"]).collect();
        assert_eq!(subjects, [&opened["opportunity"]["id"], &opened["quote"]["id"]]);
        after = format!("&after={}", id(&page["next_after"]));
    }
    let page = partner.get(&format!("/v1/events?limit=10{after}")).await.expect(200);
    assert_eq!(page["items"], json!([]));
    assert_eq!(format!("&after={}", id(&page["next_after"])), after, "the cursor stays");
    world.told_as_published().await;
}

#[tokio::test]
async fn rare_events_are_found_however_many_others_lie_between() {
    // So few are looked at in one read that one page takes many.
    let settings = Settings { feed_window: 2, ..Settings::default() };
    let world = World::start_with(crate::world::builtin(), settings).await;
    let partner = world.partner("apex").await;
    for n in 0..8 {
        let opened = happen(&partner).await;
        if n % 4 == 0 {
            let path = format!("/v1/quotes/{}/cancel", id(&opened["quote"]["id"]));
            partner.post(&path, &json!({ "reason": "Not needed." })).await.expect(200);
        }
    }
    let whole = read_all(&partner, 1000).await;
    let of = |kind| {
        whole.iter().filter(|e| e["type"] == kind).map(|e| e["id"].clone()).collect::<Vec<_>>()
    };
    for (reader, who) in [(&partner, "partner"), (&world.operations, "operations")] {
        for kind in ["quote.cancelled", "quote.created", "webhook_endpoint.tested"] {
            let (mut found, mut after) = (Vec::new(), String::new());
            loop {
                let path = format!("/v1/events?type={kind}&limit=1{after}");
                let page = reader.get(&path).await.expect(200);
                let items = page["items"].as_array().expect("items");
                found.extend(items.iter().map(|e| e["id"].clone()));
                let next = page["next_after"].as_str().map(|id| format!("&after={id}"));
                let next = next.unwrap_or_default();
                if items.is_empty() && next == after {
                    break;
                }
                after = next;
            }
            assert_eq!(found, of(kind), "{kind}, read by {who}");
            assert!(!after.is_empty(), "{kind}: what was looked at is not looked at again");
        }
    }
    world.told_as_published().await;
}

#[tokio::test]
async fn a_reader_asks_for_kinds_and_objects() {
    let world = World::start().await;
    let partner = world.partner("apex").await;
    let opened = happen(&partner).await;
    let quote = id(&opened["quote"]["id"]);
    partner.post(&format!("/v1/quotes/{quote}/cancel"), &json!({ "reason": "No." })).await;
    happen(&partner).await;
    let types = async |query: &str| {
        let page = partner.get(&format!("/v1/events?{query}")).await.expect(200);
        let items = page["items"].as_array().expect("items").iter();
        items.map(|e| e["type"].as_str().expect("a kind").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(types("type=quote.cancelled").await, ["quote.cancelled"]);
    let quotes = ["quote.created", "quote.cancelled", "quote.created"];
    assert_eq!(types("type=quote.*").await, quotes);
    assert_eq!(types(&format!("object_id={quote}")).await, quotes[..2]);
    assert_eq!(types("type=*").await.len(), 5);
    let refused = partner.get("/v1/events?type=quote.eaten&limit=0&after=x&more=1").await;
    let problem = refused.refused(400, "invalid_query");
    assert_eq!(problem["errors"].as_array().map(Vec::len), Some(4), "{problem:#}");
    world.told_as_published().await;
}

#[tokio::test]
async fn everybody_reads_what_is_theirs_and_a_foreign_cursor_is_unknown() {
    let world = World::start().await;
    let (one, two) = (world.partner("apex").await, world.partner("apex").await);
    let mine = happen(&one).await;
    happen(&two).await;
    let own = read_all(&one, 100).await;
    let subjects: Vec<&Value> = own.iter().map(|e| &e["subject"]).collect();
    assert_eq!(subjects, [&mine["opportunity"]["id"], &mine["quote"]["id"]]);
    let all = read_all(&world.operations, 100).await;
    dense(&all);
    for kind in ["partner.added", "credential.added", "opportunity.opened"] {
        assert_eq!(
            all.iter().filter(|e| e["type"] == kind).count(),
            if kind.starts_with('c') { 3 } else { 2 },
            "{kind}"
        );
    }
    let theirs = read_all(&two, 100).await;
    let event = id(&theirs[0]["id"]);
    one.get(&format!("/v1/events/{event}")).await.refused(404, "not_found");
    let foreign = one.get(&format!("/v1/events?after={event}")).await;
    let problem = foreign.refused(400, "invalid_query");
    assert_eq!(problem["errors"][0]["code"], "unknown_id");
    let live = world.live_operations().await;
    let live = read_all(&live, 100).await;
    assert!(live.iter().all(|e| e["source"] == "/demarc/live"), "{live:#?}");
    world.told_as_published().await;
}

#[tokio::test]
async fn a_reader_at_the_end_waits_for_what_comes_next() {
    let world = World::start().await;
    world.keep_feed();
    let partner = world.partner("apex").await;
    happen(&partner).await;
    let page = partner.get("/v1/events").await.expect(200);
    let path = format!("/v1/events?wait=30&after={}", id(&page["next_after"]));
    let reader = partner.clone();
    let reads = world.engine().reads();
    let waiting = tokio::spawn(async move { reader.get(&path).await.expect(200) });
    // The reader has looked, and found nothing.
    let looked = async || world.engine().reads() >= reads + 3;
    pgtest::until("the reader has looked", looked).await;
    let opened = happen(&partner).await;
    let page = waiting.await.expect("no panic");
    assert_eq!(page["items"][0]["subject"], opened["opportunity"]["id"]);
    world.told_as_published().await;
}
