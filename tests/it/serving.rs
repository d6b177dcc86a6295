//! Starting, stopping and starting again: what has begun is finished, what was stored stays.

use crate::story::steps::*;
use crate::world::{World, sqlite};
use serde_json::json;
use store::{Options, Sqlite, StoreError};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A connection on which the head of a command and half of its body are sent.
async fn half_a_command(world: &World, secret: &str, body: &str) -> (TcpStream, String) {
    let address = world.base().strip_prefix("http://").expect("http");
    let mut slow = TcpStream::connect(address).await.expect("a connection");
    let head = format!(
        "POST /v1/opportunities HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {secret}\r\n\
         content-type: application/json\r\nidempotency-key: slow-1\r\nexpect: 100-continue\r\n\
         content-length: {}\r\n\r\n",
        body.len()
    );
    slow.write_all(head.as_bytes()).await.expect("the head is sent");
    // The server asks for the body once it reads it: from here on the request is under way.
    let mut said = [0; 25];
    slow.read_exact(&mut said).await.expect("the server says go on");
    assert!(said.starts_with(b"HTTP/1.1 100 Continue"), "{said:?}");
    let (half, rest) = body.split_at(body.len() / 2);
    slow.write_all(half.as_bytes()).await.expect("half is sent");
    (slow, rest.to_owned())
}

#[tokio::test]
async fn a_request_under_way_is_answered_before_the_server_ends_and_none_is_taken_after() {
    let mut world = World::start().await;
    let partner = world.partner("apex").await;
    let body = json!({ "name": "Resale" }).to_string();
    let (mut slow, rest) = half_a_command(&world, partner.secret(), &body).await;
    world.stop();
    slow.write_all(rest.as_bytes()).await.expect("the rest is sent");
    world.stopped().await;
    let mut answer = String::new();
    slow.read_to_string(&mut answer).await.expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 201 Created"), "{answer}");
    let address = world.base().strip_prefix("http://").expect("http");
    assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");

    let world = world.restart().await;
    let partner = world.client(partner.secret());
    let kept = partner.get("/v1/opportunities").await.expect(200);
    assert_eq!(kept["items"][0]["name"], "Resale", "what was answered is stored");
}

#[tokio::test]
async fn a_read_that_waits_is_answered_with_what_is_known_when_the_server_ends() {
    let mut world = World::start().await;
    let partner = world.partner("apex").await;
    let opened = partner.post("/v1/opportunities", &json!({ "name": "Resale" })).await.expect(201);
    let quote = id(&opened["quote"]["id"]).to_owned();
    two_sites(&partner, &quote).await;
    let validation = format!("/v1/quotes/{quote}/address-validation");
    partner.post(&validation, &json!({})).await.expect(202);
    let reads = world.engine().reads();
    let waiting = {
        let (client, path) = (partner.clone(), format!("/v1/quotes/{quote}/sites?wait=30"));
        tokio::spawn(async move { client.get(&path).await })
    };
    // It is under way once it has asked the store.
    pgtest::until("it has looked", async || world.engine().reads() > reads).await;
    world.stopped().await;
    let answered = waiting.await.expect("no panic").expect(200);
    assert_eq!(answered["sites"][0]["validation"]["state"], "requested");
    assert_eq!(world.jobs_left().await, 1, "what it waited for is still to be done");
}

#[tokio::test]
async fn what_was_stored_is_there_after_a_restart_and_jobs_that_were_left_run() {
    let world = World::start().await;
    let partner = world.partner("apex").await;
    let opened = partner.post("/v1/opportunities", &json!({ "name": "Resale" })).await.expect(201);
    let quote = id(&opened["quote"]["id"]).to_owned();
    two_sites(&partner, &quote).await;
    let validation = format!("/v1/quotes/{quote}/address-validation");
    partner.post_with_key(&validation, &json!({}), "k-1").await.expect(202);
    assert_eq!(world.jobs_left().await, 1);
    let before = world.memory().await;

    let world = world.restart().await;
    assert!(world.memory().await == before, "a restart changes nothing");
    let partner = world.client(partner.secret());
    let replay = partner.post_with_key(&validation, &json!({}), "k-1").await;
    assert_eq!(replay.header("idempotency-replayed"), "true", "keys outlive a restart");
    assert_eq!(world.run_jobs().await, 1, "the job that was left");
    let sites = partner.get(&format!("/v1/quotes/{quote}/sites")).await.expect(200);
    assert_eq!(sites["sites"][0]["validation"]["state"], "match");
    assert_eq!(world.jobs_left().await, 0);
}

#[tokio::test]
async fn a_second_server_on_the_same_file_is_refused() {
    let world = World::start().await;
    let options = Options { exclusive_server: true, ..Options::default() };
    let second = Sqlite::open(world.file(), options);
    assert!(matches!(second, Err(StoreError::AlreadyServed { .. })), "{second:?}");
    // A short-lived command works beside it.
    let beside = Sqlite::open(world.file(), Options::default()).expect("beside the server");
    let rows = store::Engine::read(&beside, vec![store::Query::new("select 1", [])]).await;
    assert_eq!(rows.expect("an answer").len(), 1);
    drop(beside);
    world.operations.get("/v1/me").await.expect(200);
}

#[tokio::test]
async fn the_file_is_free_again_once_the_server_has_ended() {
    let world = World::start().await;
    let world = world.restart().await;
    world.app.store.close().await.expect("the store closes");
    drop(sqlite(world.file().parent().expect("a folder")));
}

#[tokio::test]
async fn it_lives_without_its_store_but_is_not_ready() {
    let world = World::start().await;
    let anybody = world.client("");
    assert_eq!(anybody.get("/livez").await.text, "ok\n");
    let ready = anybody.get("/readyz").await;
    assert_eq!((ready.status, ready.text.as_str()), (200, "ready\n"));
    world.app.store.close().await.expect("the store closes");
    assert_eq!(anybody.get("/livez").await.status, 200);
    assert_eq!(anybody.get("/readyz").await.status, 503);
    let unavailable = world.operations.get("/v1/operations/partners").await;
    assert_eq!(unavailable.header("retry-after"), "1");
    unavailable.refused(503, "unavailable");
}

#[tokio::test]
async fn every_answer_has_a_request_id_of_its_own() {
    let world = World::start().await;
    let partner = world.partner("apex").await;
    let open = json!({ "name": "Resale" });
    let mut ids = Vec::new();
    let replies = [
        partner.get("/livez").await,
        partner.get("/readyz").await,
        partner.get("/openapi.json").await,
        partner.get("/docs").await,
        partner.get("/docs/scalar.js").await,
        partner.get("/errors").await,
        partner.get("/errors/busy").await,
        partner.get("/errors/none").await,
        partner.get("/nowhere").await,
        partner.send("DELETE", "/v1/me", &[], None).await,
        partner.get("/v1/me").await,
        partner.get("/v1/quotes/none").await,
        partner.post_with_key("/v1/opportunities", &open, "k-1").await,
        partner.post_with_key("/v1/opportunities", &open, "k-1").await,
        world.client("").get("/v1/me").await,
    ];
    for reply in replies {
        let name = reply.header("request-id").to_owned();
        assert!(name.starts_with("req") && name.len() == 18, "{} says {name:?}", reply.path);
        if reply.header("content-type") == "application/problem+json" {
            assert_eq!(reply.body["request_id"], name);
        }
        ids.push(name);
    }
    let count = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), count, "no id stands twice");
}
