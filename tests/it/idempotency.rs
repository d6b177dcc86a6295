//! Idempotency: the first answer to a key is the only one, however often and whenever the
//! request is sent. The requests are those of the tour, which visits every operation.

use crate::atlas::{Operation, operation, operations};
use crate::client::{Client, Reply};
use crate::examples::tour;
use crate::story::steps::{adi, id, two_sites};
use crate::world::{DAY_MS, World};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;

/// The commands among what a client sent, each with its operation.
fn commands<'a>(all: &'a [Operation], sent: &[Reply]) -> Vec<(&'a Operation, Reply)> {
    let done = sent.iter().filter(|r| !r.key.is_empty() && (200..300).contains(&r.status));
    let with = done.map(|r| (operation(all, &r.method, &r.path), r.clone()));
    with.filter(|(o, _)| o.keyed).collect()
}

/// The ids of the operations that need a key.
fn keyed(all: &[Operation]) -> BTreeSet<&str> {
    all.iter().filter(|o| o.keyed).map(|o| o.id.as_str()).collect()
}

/// The same request with another content that is still valid; none for an empty one.
fn other_body(body: &Value) -> Option<Value> {
    let mut body = body.clone();
    if let Some(first) = body.get_mut(0) {
        *first = other_body(first)?;
        return Some(body);
    }
    for (name, value) in body.as_object_mut()? {
        let changed = match (name.as_str(), &*value) {
            (
                "name" | "Name" | "Site Name" | "reason" | "note" | "first_name" | "business_name",
                Value::String(text),
            ) => Some(json!(format!("{text} again"))),
            ("by", _) => Some(json!("1 day")),
            ("choice" | "overlap_hours", _) => Some(json!(1)),
            ("discount_percent", _) => Some(json!("1")),
            ("url", _) => Some(json!("https://hooks.example.com/another")),
            ("bureau_reference", _) => Some(json!("B-2026-4712")),
            ("valid_days", _) => Some(json!(30)),
            ("reason_code", _) => Some(json!("other")),
            ("customer_id", Value::String(_)) => Some(json!("001000000000001")),
            ("version", _) => Some(json!(7777)),
            ("effective_at", _) => Some(json!("2028-01-01T00:00:00Z")),
            ("since", _) => Some(json!("2026-11-22T00:00:00Z")),
            ("signed_on", _) => Some(json!("2026-11-22")),
            ("event_id", _) => Some(json!("evt000000000001")),
            ("offering", _) => Some(json!("OFF_OTHER")),
            (_, Value::Object(_)) => other_body(value),
            (_, Value::Array(items)) => items.first().and_then(other_body).map(|one| json!([one])),
            _ => None,
        };
        if let Some(changed) = changed {
            *value = changed;
            return Some(body);
        }
    }
    None
}

fn same_answer(replay: &Reply, first: &Reply, operation: &Operation) {
    assert_eq!(replay.status, first.status, "{}", replay.text);
    for name in ["etag", "location", "content-type"] {
        assert_eq!(replay.header(name), first.header(name), "{name} of {}", operation.id);
    }
    if operation.id == "credential_add" {
        // A secret is shown once and not kept.
        assert_eq!(replay.body["secret"], Value::Null);
        assert_eq!(replay.body["credential"], first.body["credential"]);
    } else if operation.id == "credit_reveal" {
        assert_eq!(replay.body["tax_id"], Value::Null);
        assert_eq!(replay.body["masked"], first.body["masked"]);
    } else {
        assert_eq!(replay.text, first.text, "{}", operation.id);
    }
}

#[tokio::test]
async fn every_command_replays_its_first_answer_and_its_key_refuses_every_other_request() {
    let world = World::start().await;
    let clients = tour::take_in(&world, |_| ()).await;
    let all = operations();
    let before = world.memory().await;
    let mut seen = BTreeSet::new();
    for client in &clients {
        for (operation, first) in commands(&all, &client.sent()) {
            seen.insert(operation.id.as_str());
            let body = || Some(first.request.to_string());
            let missing = client.send("POST", &first.path, &[], body()).await;
            missing.refused(400, "idempotency_key_missing");
            let replay = client.post_with_key(&first.path, &first.request, &first.key).await;
            assert_eq!(replay.header("idempotency-replayed"), "true", "{}", operation.id);
            same_answer(&replay, &first, operation);
            assert_ne!(replay.header("request-id"), first.header("request-id"));
            refuses_every_other(client, operation, &first).await;
        }
    }
    assert_eq!(seen, keyed(&all), "the tour visits every command");
    assert!(world.memory().await == before, "neither replays nor refusals change anything");
}

/// The key with another body, and with another path.
async fn refuses_every_other(client: &Client, operation: &Operation, first: &Reply) {
    match other_body(&first.request) {
        Some(other) => {
            let reply = client.post_with_key(&first.path, &other, &first.key).await;
            reply.refused(422, "idempotency_key_reused");
        }
        None => assert_eq!(first.request, json!({}), "{} has another body", operation.id),
    }
    let (path, body) = if operation.for_operations {
        ("/v1/operations/credentials/a0C000000000000AAA/revoke", json!({}))
    } else {
        ("/v1/quotes/0Q0000000000000AAA/revise", json!({}))
    };
    let reply = client.post_with_key(path, &body, &first.key).await;
    reply.refused(422, "idempotency_key_reused");
}

/// A clock that is sent on has no events: a second time it would be refused while it is under way.
const SILENT: [&str; 2] = ["test_clock_advance", "partner_clock_advance"];

/// The requests that caused anything.
async fn causes(world: &World) -> BTreeSet<String> {
    let rows = world.rows("select doc from event").await;
    let docs = rows.iter().map(|row| row.text(0).expect("a document"));
    let events = docs.map(|doc| serde_json::from_str::<Value>(doc).expect("JSON"));
    events.filter_map(|e| e["request"].as_str().map(|id| id[..15].to_owned())).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixteen_sends_of_one_key_at_once_have_one_effect_and_one_answer() {
    let world = World::start().await;
    let clients = tour::take_in(&world, Client::crowd).await;
    let causes = causes(&world).await;
    let all = operations();
    let mut seen = BTreeSet::new();
    for replies in clients.iter().flat_map(Client::crowds) {
        let operation = operation(&all, "POST", &replies[0].path);
        if !operation.keyed {
            continue;
        }
        if replies[0].status >= 400 {
            // A step of the tour that shall be refused: it is, every time.
            assert!(replies.iter().all(|r| r.status == replies[0].status), "{}", operation.id);
            continue;
        }
        seen.insert(operation.id.as_str());
        let (replays, firsts): (Vec<_>, Vec<_>) =
            replies.iter().partition(|r| r.header("idempotency-replayed") == "true");
        assert_eq!((firsts.len(), replays.len()), (1, 15), "{}", operation.id);
        for replay in replays {
            same_answer(replay, firsts[0], operation);
            let cause = replay.header("request-id");
            assert!(!causes.contains(&cause[..15]), "a replay of {} had an effect", operation.id);
        }
        let cause = firsts[0].header("request-id");
        let silent = SILENT.contains(&operation.id.as_str());
        assert_eq!(!causes.contains(&cause[..15]), silent, "an event of {}", operation.id);
    }
    assert_eq!(seen, keyed(&all), "the tour visits every command");
}

#[tokio::test]
async fn a_refused_request_does_not_bind_its_key() {
    let world = World::start().await;
    let partner = world.partner("apex").await;
    let wrong = json!({ "name": "" });
    partner.post_with_key("/v1/opportunities", &wrong, "k-1").await.refused(422, "invalid_body");
    let right = json!({ "name": "Resale" });
    let opened = partner.post_with_key("/v1/opportunities", &right, "k-1").await.expect(201);

    // The very same request, once what it lacked is there.
    let quote = id(&opened["quote"]["id"]).to_owned();
    let price = format!("/v1/quotes/{quote}/price");
    let early = partner.post_with_key(&price, &json!({}), "k-2").await;
    early.refused(409, "premature_step");
    two_sites(&partner, &quote).await;
    let body = json!({ "offering": "OFF_ADI_MID_MARKET", "features": adi() });
    partner.post(&format!("/v1/quotes/{quote}/configuration"), &body).await.expect(200);
    let priced = partner.post_with_key(&price, &json!({}), "k-2").await;
    assert_eq!(priced.header("idempotency-replayed"), "");
    priced.expect(200);
}

#[tokio::test]
async fn the_spelling_of_a_body_does_not_matter_to_its_key() {
    let world = World::start().await;
    let partner = world.partner("apex").await;
    let headers = [("idempotency-key", "k-1")];
    let plain = r#"{"name":"Resale","external_id":"CRM-1"}"#.to_owned();
    let first = partner.send("POST", "/v1/opportunities", &headers, Some(plain)).await;
    let spaced = "{ \"external_id\": \"CRM-1\",\n  \"name\": \"Resale\" }".to_owned();
    let quoted = [("idempotency-key", "\"k-1\"")];
    let second = partner.send("POST", "/v1/opportunities", &quoted, Some(spaced)).await;
    assert_eq!(second.header("idempotency-replayed"), "true");
    assert_eq!(second.text, first.text);
}

#[tokio::test]
async fn the_keys_of_two_partners_do_not_meet() {
    let world = World::start().await;
    let (one, two) = (world.partner("apex").await, world.partner("apex").await);
    let open = json!({ "name": "Resale" });
    let first = one.post_with_key("/v1/opportunities", &open, "k-1").await;
    let second = two.post_with_key("/v1/opportunities", &open, "k-1").await;
    assert_eq!(second.header("idempotency-replayed"), "");
    let (first, second) = (first.expect(201), second.expect(201));
    assert_ne!(first["opportunity"]["id"], second["opportunity"]["id"]);
    // Nor do they meet the keys of operations.
    let new = json!({ "name": "Example Solutions", "programme": "apex", "tier": "standard" });
    let made = world.operations.post_with_key("/v1/operations/partners", &new, "k-1").await;
    assert_eq!(made.header("idempotency-replayed"), "");
    made.expect(201);
}

#[tokio::test]
async fn a_key_is_forgotten_after_thirty_days() {
    let world = World::start().await;
    let partner = world.partner("apex").await;
    let open = json!({ "name": "Resale" });
    let send = || partner.post_with_key("/v1/opportunities", &open, "k-1");
    let first = send().await;
    world.clock.advance_ms(30 * DAY_MS - 1);
    let replay = send().await;
    assert_eq!(replay.header("idempotency-replayed"), "true");
    assert_eq!(replay.text, first.text);
    world.clock.advance_ms(1);
    let fresh = send().await;
    assert_eq!(fresh.header("idempotency-replayed"), "");
    assert_ne!(fresh.expect(201)["opportunity"]["id"], first.body["opportunity"]["id"]);
    let again = send().await;
    assert_eq!(again.header("idempotency-replayed"), "true", "the key is bound anew");
}

#[tokio::test]
async fn a_key_must_be_visible_ascii_of_at_most_255_characters() {
    let world = World::start().await;
    let partner = world.partner("apex").await;
    let open = json!({ "name": "Resale" });
    let longest = "k".repeat(255);
    partner.post_with_key("/v1/opportunities", &open, &longest).await.expect(201);
    for wrong in ["", "\"\"", "two words", &"k".repeat(256)] {
        let reply = partner.post_with_key("/v1/opportunities", &open, wrong).await;
        let problem = reply.refused(400, "invalid_header");
        assert_eq!(problem["errors"][0]["pointer"], "/headers/idempotency-key");
        assert_eq!(problem["errors"][0]["code"], "bad_format");
    }
}

/// Sends a command.
fn sending(partner: &Client, path: &str, body: &Value) -> impl Future<Output = Reply> + use<> {
    let (partner, path, body) = (partner.clone(), path.to_owned(), body.clone());
    async move {
        let sent = partner.post_with_key(&path, &body, "k-1");
        tokio::time::timeout(Duration::from_secs(30), sent).await.expect("an answer in time")
    }
}

/// A partner whose first command is under way: its write is held.
async fn first_under_way(world: &World, body: &Value) -> (Client, JoinHandle<Reply>) {
    let partner = world.partner("apex").await;
    world.engine().hold(true);
    let first = world.writing(sending(&partner, "/v1/opportunities", body)).await;
    (partner, first)
}

/// Sees that a twin waits: other requests, sent after it, are answered.
async fn is_at_the_door(partner: &Client, twin: &JoinHandle<Reply>) {
    for _ in 0..20 {
        partner.get("/v1/opportunities").await.expect(200);
    }
    assert!(!twin.is_finished(), "it waits");
}

#[tokio::test]
async fn a_twin_waits_for_the_first_and_gets_its_answer_without_doing_the_work() {
    let world = World::start().await;
    let open = json!({ "name": "Resale" });
    let (partner, first) = first_under_way(&world, &open).await;
    let writes = world.engine().writes();
    let twin = tokio::spawn(sending(&partner, "/v1/opportunities", &open));
    is_at_the_door(&partner, &twin).await;
    world.engine().hold(false);
    let (first, twin) = (first.await.expect("no panic"), twin.await.expect("no panic"));
    assert_eq!((first.status, first.header("idempotency-replayed")), (201, ""));
    assert_eq!((twin.text.as_str(), twin.header("idempotency-replayed")), (&*first.text, "true"));
    assert_eq!(world.engine().writes(), writes, "the twin wrote nothing");
}

#[tokio::test]
async fn a_twin_that_has_waited_for_two_seconds_is_told_to_come_back() {
    let world = World::start().await;
    let open = json!({ "name": "Resale" });
    let (partner, first) = first_under_way(&world, &open).await;
    let before = Instant::now();
    let twin = sending(&partner, "/v1/opportunities", &open).await;
    assert!(before.elapsed() >= Duration::from_secs(2), "it waits first");
    assert_eq!(twin.header("retry-after"), "1");
    twin.refused(409, "idempotency_key_in_use");
    world.engine().hold(false);
    let first = first.await.expect("no panic");
    let again = sending(&partner, "/v1/opportunities", &open).await;
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(again.text, first.text);
}

#[tokio::test]
async fn another_request_under_a_key_that_is_under_way_is_refused_at_once() {
    let world = World::start().await;
    let (partner, first) = first_under_way(&world, &json!({ "name": "Resale" })).await;
    let other = sending(&partner, "/v1/opportunities", &json!({ "name": "Other" })).await;
    other.refused(422, "idempotency_key_reused");
    assert!(!first.is_finished(), "it did not wait for the first");
    world.engine().hold(false);
    first.await.expect("no panic").expect(201);
}

#[tokio::test]
async fn once_the_first_is_refused_its_twin_goes_on_by_itself() {
    let world = World::start().await;
    let partner = world.partner("apex").await;
    let opened = partner.post("/v1/opportunities", &json!({ "name": "Resale" })).await.expect(201);
    let cancel = format!("/v1/quotes/{}/cancel", id(&opened["quote"]["id"]));
    let why = json!({ "reason": "The customer chose another offer." });
    world.engine().hold(true);
    let first = world.writing(sending(&partner, &cancel, &why)).await;
    let twin = tokio::spawn(sending(&partner, &cancel, &why));
    is_at_the_door(&partner, &twin).await;
    // As often as one request tries, others are faster.
    world.engine().crowd_for(64);
    world.engine().hold(false);
    first.await.expect("no panic").refused(409, "busy");
    let twin = twin.await.expect("no panic");
    assert_eq!(twin.header("idempotency-replayed"), "", "nothing was there to be replayed");
    twin.expect(200);
}

#[tokio::test]
async fn a_first_that_nobody_waits_for_any_more_frees_its_key() {
    let world = World::start().await;
    let open = json!({ "name": "Resale" });
    let (partner, first) = first_under_way(&world, &open).await;
    first.abort();
    assert!(first.await.expect_err("aborted").is_cancelled());
    // Its connection is gone: the next one comes to its own write at last.
    let next = world.writing(sending(&partner, "/v1/opportunities", &open)).await;
    world.engine().hold(false);
    let next = next.await.expect("no panic");
    next.clone().expect(201);
    let made = partner.get("/v1/opportunities").await.expect(200);
    assert_eq!(made["items"].as_array().map(Vec::len), Some(1), "there is one effect: {made}");
}
