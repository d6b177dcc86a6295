//! Back-pressure: whoever asks for too much hears so at once, with a way on, and nothing is left
//! behind. How it holds under load is in `limits/overload.rs`.

mod overload;

use crate::client::{Client, Reply};
use crate::story::steps::{id, two_sites};
use crate::world::World;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use web::{Limits, Rate};

/// Sends the head of a command, without its body, and gives what comes back first.
async fn head_only(world: &World, secret: &str) -> String {
    let address = world.base().strip_prefix("http://").expect("http");
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    let head = format!(
        "POST /v1/operations/partners HTTP/1.1\r\nhost: {address}\r\n\
         authorization: Bearer {secret}\r\ncontent-type: application/json\r\n\
         idempotency-key: slow-1\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.expect("the head is sent");
    let mut said = [0; 12];
    stream.read_exact(&mut said).await.expect("an answer");
    String::from_utf8_lossy(&said).into_owned()
}

/// A read that waits for an address validation which nobody makes.
async fn waiting(world: &World, partner: &Client, path: &str) -> JoinHandle<Reply> {
    let reads = world.engine().reads();
    let (client, path) = (partner.clone(), path.to_owned());
    let waiting = tokio::spawn(async move { client.get(&path).await });
    pgtest::until("it has looked", async || world.engine().reads() > reads).await;
    waiting
}

/// A partner, and the path of a read that does not settle.
async fn unsettled(world: &World) -> (Client, String) {
    let partner = world.partner("apex").await;
    let opened = partner.post("/v1/opportunities", &json!({ "name": "Resale" })).await.expect(201);
    let quote = id(&opened["quote"]["id"]);
    two_sites(&partner, quote).await;
    partner.post(&format!("/v1/quotes/{quote}/address-validation"), &json!({})).await.expect(202);
    (partner, format!("/v1/quotes/{quote}/sites?wait=30"))
}

fn open(partner: &Client) -> impl Future<Output = Reply> + use<> {
    let partner = partner.clone();
    async move { partner.post("/v1/opportunities", &json!({ "name": "Resale" })).await }
}

#[tokio::test]
async fn a_credential_is_told_its_limit_on_every_answer_and_refused_above_it() {
    let live = Rate { per_second: 1, burst: 5 };
    let world = World::start_within(Limits { live, ..Limits::OFF }).await;
    let desk = world.live_operations().await;
    let new = json!({ "name": "Example Solutions", "programme": "apex", "tier": "standard" });
    let send = || desk.post_with_key("/v1/operations/partners", &new, "k-1");
    let wrong = json!({});
    let replies = [
        desk.get("/v1/me").await,
        desk.get("/v1/quotes/none").await,
        desk.post("/v1/operations/partners", &wrong).await,
    ];
    for (reply, left) in replies.iter().zip(["4", "3", "2"]) {
        assert_eq!(reply.header("ratelimit-policy"), "\"default\";q=5;w=5");
        assert!(reply.header("ratelimit").starts_with(&format!("\"default\";r={left};t=")));
    }
    let before = world.memory().await;
    let mut limited = desk.get("/v1/me").await;
    while limited.status == 200 {
        limited = desk.get("/v1/me").await;
    }
    let refused = send().await;
    assert_eq!(refused.header("ratelimit-policy"), "\"default\";q=5;w=5");
    assert!(refused.header("ratelimit").starts_with("\"default\";r=0;t="));
    assert_eq!(refused.header("retry-after"), "1");
    assert_eq!(refused.refused(429, "rate_limited")["retryable"], "same_key");
    assert!(head_only(&world, desk.secret()).await.starts_with("HTTP/1.1 429"), "no body is read");
    assert!(world.memory().await == before, "nothing was left behind");
    let mut sent = send().await;
    while sent.status == 429 {
        sent = send().await;
    }
    assert_eq!(sent.header("idempotency-replayed"), "", "its key was not bound");
    sent.expect(201);
    // The other environment and who is not known have nothing to do with it.
    let elsewhere = world.operations.get("/v1/me").await;
    assert_eq!((elsewhere.status, elsewhere.header("ratelimit")), (200, ""));
    let nobody = world.client("dmc_live_none").get("/v1/me").await;
    assert_eq!((nobody.status, nobody.header("ratelimit")), (401, ""));
}

#[tokio::test]
async fn a_credential_has_so_many_requests_under_way_and_no_more() {
    let world = World::start_within(Limits { concurrent: 1, ..Limits::OFF }).await;
    let (one, two) = (world.partner("apex").await, world.partner("apex").await);
    world.engine().hold(true);
    let first = world.writing(open(&one)).await;
    let refused = one.get("/v1/me").await;
    assert_eq!(refused.header("retry-after"), "1");
    assert_eq!(refused.refused(429, "too_many_concurrent")["retryable"], "same_key");
    two.get("/v1/me").await.expect(200);
    world.engine().hold(false);
    first.await.expect("no panic").expect(201);
    one.get("/v1/me").await.expect(200);
}

#[tokio::test]
async fn reads_that_wait_take_no_place_from_the_others_and_give_theirs_back_when_left() {
    let limits = Limits { concurrent: 1, waiting: 1, ..Limits::OFF };
    let world = World::start_within(limits).await;
    let (partner, path) = unsettled(&world).await;
    let first = waiting(&world, &partner, &path).await;
    partner.get(&path).await.refused(429, "too_many_concurrent");
    partner.get("/v1/me").await.expect(200);
    first.abort();
    // The server learns of it when it sees the connection closed.
    let mut again = partner.get(&path.replace("30", "1")).await;
    while again.status == 429 {
        again = partner.get(&path.replace("30", "1")).await;
    }
    again.expect(200);
}

#[tokio::test]
async fn a_full_server_turns_away_at_once_whoever_it_is_but_says_that_it_lives() {
    let limits = Limits { in_flight: 1, waiting_in_flight: 1, ..Limits::OFF };
    let world = World::start_within(limits).await;
    let (partner, path) = unsettled(&world).await;
    let wait = waiting(&world, &partner, &path).await;
    world.client("").get(&path).await.refused(503, "overloaded");
    world.engine().hold(true);
    let first = world.writing(open(&partner)).await;
    let before = world.engine().reads();
    for client in [&partner, &world.operations, &world.client("")] {
        let shed = client.get("/v1/me").await;
        assert_eq!(shed.header("retry-after"), "1");
        assert!(!shed.header("request-id").is_empty());
        shed.refused(503, "overloaded");
    }
    let head = head_only(&world, partner.secret()).await;
    assert!(head.starts_with("HTTP/1.1 503"), "no body is read: {head}");
    assert_eq!(world.engine().reads(), before, "nobody asked who it was");
    assert_eq!(world.client("").get("/livez").await.text, "ok\n");
    let ready = tokio::spawn({
        let anybody = world.client("");
        async move { anybody.get("/readyz").await }
    });
    world.engine().hold(false);
    assert_eq!(ready.await.expect("no panic").text, "ready\n");
    first.await.expect("no panic").expect(201);
    partner.get("/v1/me").await.expect(200);
    wait.abort();
}

#[tokio::test]
async fn a_request_that_grows_too_old_in_the_queues_is_given_up() {
    let world = World::start_within(Limits { oldest_ms: 500, ..Limits::OFF }).await;
    let partner = world.partner("apex").await;
    let opened = partner.post("/v1/opportunities", &json!({ "name": "Resale" })).await.expect(201);
    let quote = id(&opened["quote"]["id"]);
    let before = world.memory().await;
    // Its write is held for longer than that, and then others were faster: it is not tried again.
    world.engine().hold(true);
    world.engine().crowd(true);
    let (client, path) = (partner.clone(), format!("/v1/quotes/{quote}/cancel"));
    let why: Value = json!({ "reason": "The customer chose another offer." });
    let sent = world.writing(async move { client.post(&path, &why).await }).await;
    let begun = Instant::now();
    while begun.elapsed() <= Duration::from_millis(500) {
        tokio::task::yield_now().await;
    }
    world.engine().hold(false);
    sent.await.expect("no panic").refused(503, "overloaded");
    assert!(world.memory().await == before, "nothing was left behind");
}
