//! Webhooks: who hears of what, how often it is tried, and what an owner can do about it.

mod live;
mod owner;
mod retry;

use crate::client::Client;
use crate::receivers::Arrived;
use crate::story::steps::id;
use crate::world::World;
use connect::webhook::{Received, Secret, verify};
use serde_json::{Value, json};

pub(crate) const URL: &str = "https://hooks.example.com/demarc";
pub(crate) const OTHER: &str = "https://hooks.example.com/other";

/// An endpoint at a URL that listens to these.
pub(crate) async fn endpoint(owner: &Client, url: &str, types: &[&str]) -> String {
    let new = json!({ "url": url, "types": types });
    let made = owner.post("/v1/webhook-endpoints", &new).await.expect(201);
    format!("/v1/webhook-endpoints/{}", id(&made["id"]))
}

/// Something that happens: an opportunity with its quote.
pub(crate) async fn happen(partner: &Client) -> Value {
    partner.post("/v1/opportunities", &json!({ "name": "Resale" })).await.expect(201)
}

pub(crate) fn kinds(arrived: &[Arrived]) -> Vec<String> {
    let kind = |a: &Arrived| {
        let body: Value = serde_json::from_str(&a.body).expect("JSON");
        body["type"].as_str().expect("a kind").to_owned()
    };
    arrived.iter().map(kind).collect()
}

/// The secrets that sign now, newest first.
pub(crate) async fn secrets(owner: &Client, path: &str) -> Vec<String> {
    let found = owner.get(&format!("{path}/secret")).await.expect(200);
    let secrets = found["secrets"].as_array().expect("secrets").iter();
    secrets.map(|s| s["secret"].as_str().expect("a text").to_owned()).collect()
}

/// Whether a message is signed with this secret.
pub(crate) fn signed(arrived: &Arrived, secret: &str) -> bool {
    let secret = Secret::parse(secret).expect("a secret");
    let timestamp = arrived.timestamp.to_string();
    let received = Received {
        id: arrived.id.as_bytes(),
        timestamp: timestamp.as_bytes(),
        signature: arrived.signature.as_bytes(),
        body: arrived.body.as_bytes(),
    };
    verify(&[secret], &received, arrived.timestamp, 300).is_ok()
}

#[tokio::test]
async fn an_endpoint_hears_what_it_listens_to_once_and_in_the_bytes_of_the_feed() {
    let world = World::start().await;
    let partner = world.partner("apex").await;
    let path = endpoint(&partner, URL, &["quote.*"]).await;
    let all = endpoint(&partner, OTHER, &["*"]).await;
    happen(&partner).await;
    world.send_webhooks().await;
    world.send_webhooks().await;
    assert_eq!(kinds(&world.receivers.at(URL)), ["quote.created"]);
    let heard = kinds(&world.receivers.at(OTHER));
    assert!(heard.contains(&"opportunity.opened".to_owned()), "{heard:?}");
    assert!(heard.contains(&"webhook_endpoint.created".to_owned()), "its own beginning: {heard:?}");
    let [arrived] = &world.receivers.at(URL)[..] else { panic!("one message") };
    let event = partner.get(&format!("/v1/events/{}", arrived.id)).await;
    assert_eq!(event.text, arrived.body, "the same bytes");
    let [secret] = &secrets(&partner, &path).await[..] else { panic!("one secret") };
    assert!(signed(arrived, secret), "{arrived:?}");
    let [other] = &secrets(&partner, &all).await[..] else { panic!("one secret") };
    assert!(!signed(arrived, other), "each endpoint has its own secret");
    world.told_as_published().await;
}

#[tokio::test]
async fn nobody_hears_of_anothers_objects_but_the_carrier_hears_of_all() {
    let world = World::start().await;
    let (one, two) = (world.partner("apex").await, world.partner("apex").await);
    endpoint(&one, URL, &["*"]).await;
    endpoint(&world.operations, OTHER, &["opportunity.*", "partner.*"]).await;
    let live = world.live_operations().await;
    endpoint(&live, "https://hooks.example.com/live", &["*"]).await;
    happen(&two).await;
    world.partner("apex").await;
    world.send_webhooks().await;
    assert_eq!(kinds(&world.receivers.at(URL)), ["webhook_endpoint.created"]);
    assert_eq!(kinds(&world.receivers.at(OTHER)), ["opportunity.opened", "partner.added"]);
    let live = kinds(&world.receivers.at("https://hooks.example.com/live"));
    assert!(live.iter().all(|kind| kind.starts_with("webhook_endpoint.")), "{live:?}");
    world.told_as_published().await;
}

#[tokio::test]
async fn a_test_reaches_its_own_endpoint_and_no_other() {
    let world = World::start().await;
    let partner = world.partner("apex").await;
    let path = endpoint(&partner, URL, &["order.created"]).await;
    endpoint(&partner, OTHER, &["*"]).await;
    partner.post(&format!("{path}/test"), &json!({})).await.expect(200);
    world.send_webhooks().await;
    assert_eq!(kinds(&world.receivers.at(URL)), ["webhook_endpoint.tested"]);
    let other = kinds(&world.receivers.at(OTHER));
    assert!(!other.contains(&"webhook_endpoint.tested".to_owned()), "{other:?}");
    world.told_as_published().await;
}

#[tokio::test]
async fn a_url_that_webhooks_must_not_reach_is_refused_with_its_place() {
    let world = World::start().await;
    let partner = world.partner("apex").await;
    let new = |url: &str| json!({ "url": url });
    for url in [
        "http://hooks.example.com/",
        "https://10.0.0.1/",
        "https://[::ffff:10.0.0.1]/",
        "https://169.254.169.254/latest",
        "https://user:pass@hooks.example.com/",
        "https://hooks.example.com:22/",
        "ftp://hooks.example.com/",
        "nonsense",
    ] {
        let refused = partner.post("/v1/webhook-endpoints", &new(url)).await;
        let problem = refused.refused(422, "invalid_body");
        assert_eq!(problem["errors"][0]["pointer"], "/url", "{url}");
        assert_eq!(problem["errors"][0]["code"], "url_refused", "{url}");
    }
    // A sandbox may have its receiver beside it; what is live never.
    partner.post("/v1/webhook-endpoints", &new("http://127.0.0.1:9000/")).await.expect(201);
    let live = world.live_operations().await;
    let refused = live.post("/v1/webhook-endpoints", &new("https://127.0.0.1/")).await;
    refused.refused(422, "invalid_body");
    let path = endpoint(&partner, URL, &["*"]).await;
    let edit = partner.edit("PATCH", &path, "*", &new("https://10.0.0.1/")).await;
    edit.refused(422, "invalid_body");
    world.told_as_published().await;
}

#[tokio::test]
async fn every_wrong_filter_is_named() {
    let world = World::start().await;
    let partner = world.partner("apex").await;
    let new = json!({ "url": URL, "types": ["quote.*", "quote.eaten", "*", "eggs.*"] });
    let problem = partner.post("/v1/webhook-endpoints", &new).await.refused(422, "invalid_body");
    let places: Vec<&Value> =
        problem["errors"].as_array().expect("errors").iter().map(|e| &e["pointer"]).collect();
    assert_eq!(places, ["/types/1", "/types/3"]);
    let new = json!({ "url": URL, "types": ["customer.created"] });
    partner.post("/v1/webhook-endpoints", &new).await.refused(422, "invalid_body");
    world.operations.post("/v1/webhook-endpoints", &new).await.expect(201);
    world.told_as_published().await;
}
