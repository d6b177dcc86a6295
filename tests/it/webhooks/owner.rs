//! What an owner does with an endpoint: secrets, off and on, replay, removal.

use super::{URL, endpoint, happen, kinds, secrets, signed};
use crate::receivers::Answer;
use crate::world::{DAY_MS, World};
use serde_json::{Value, json};

const HOUR_MS: i64 = 3_600_000;

#[tokio::test]
async fn while_secrets_rotate_both_sign() {
    let world = World::start().await;
    let partner = world.partner("apex").await;
    let path = endpoint(&partner, URL, &["quote.created"]).await;
    let before = secrets(&partner, &path).await.remove(0);
    let rotate = partner.post(&format!("{path}/rotate-secret"), &json!({})).await;
    assert!(!rotate.text.contains("whsec_"), "a secret is where it is asked for only");
    rotate.expect(200);
    let [new, old] = &secrets(&partner, &path).await[..] else { panic!("two secrets") };
    assert_eq!(*old, before);
    happen(&partner).await;
    world.clock.advance_ms(24 * HOUR_MS - 1000);
    world.send_webhooks().await;
    world.clock.advance_ms(1000);
    happen(&partner).await;
    world.send_webhooks().await;
    let [during, after] = &world.receivers.at(URL)[..] else { panic!("two messages") };
    assert_eq!(during.signature.split(' ').count(), 2);
    assert!(signed(during, new) && signed(during, old));
    assert_eq!(after.signature.split(' ').count(), 1);
    assert!(signed(after, new) && !signed(after, old));
    assert_eq!(secrets(&partner, &path).await, std::slice::from_ref(new));
    world.told_as_published().await;
}

#[tokio::test]
async fn a_replay_sends_what_waits_for_its_next_attempt_at_once() {
    let world = World::start().await;
    let partner = world.partner("apex").await;
    let path = endpoint(&partner, URL, &["quote.created"]).await;
    world.receivers.tell(URL, [Answer::Status(500), Answer::Status(500)]);
    happen(&partner).await;
    world.send_webhooks().await;
    world.clock.advance_ms(10_000);
    world.send_webhooks().await;
    assert_eq!(world.receivers.at(URL).len(), 2, "the next attempt is minutes away");
    let replay = json!({ "since": "2026-11-23T00:00:00Z" });
    partner.post(&format!("{path}/replay"), &replay).await.expect(200);
    world.send_webhooks().await;
    let arrived = world.receivers.at(URL);
    assert_eq!(arrived.len(), 3);
    assert_eq!((&arrived[2].id, &arrived[2].body), (&arrived[0].id, &arrived[0].body));
    world.told_as_published().await;
}

#[tokio::test]
async fn a_replay_leaves_what_has_no_place_in_the_feed_yet_to_the_feed() {
    let world = World::start().await;
    let partner = world.partner("apex").await;
    // It hears of its own replay too, which is as new as an event can be.
    let path = endpoint(&partner, URL, &["quote.created", "webhook_endpoint.replayed"]).await;
    happen(&partner).await;
    let replay = json!({ "since": "2026-11-23T00:00:00Z" });
    partner.post(&format!("{path}/replay"), &replay).await.expect(200);
    world.send_webhooks().await;
    let heard = kinds(&world.receivers.at(URL));
    assert_eq!(heard, ["quote.created", "webhook_endpoint.replayed"], "each once");
    world.told_as_published().await;
}

#[tokio::test]
async fn an_endpoint_that_was_off_gets_what_waited_and_a_replay_brings_the_rest() {
    let world = World::start().await;
    let partner = world.partner("apex").await;
    let path = endpoint(&partner, URL, &["quote.created"]).await;
    world.receivers.tell(URL, [Answer::Status(500)]);
    happen(&partner).await;
    world.send_webhooks().await;
    partner.post(&format!("{path}/disable"), &json!({})).await.expect(200);
    world.clock.advance_ms(DAY_MS);
    world.send_webhooks().await;
    let since = "2026-11-24T00:00:00Z";
    happen(&partner).await;
    world.send_webhooks().await;
    assert_eq!(world.receivers.at(URL).len(), 1, "nothing is sent while it is off");
    partner.post(&format!("{path}/test"), &json!({})).await.refused(409, "state_conflict");
    partner.post(&format!("{path}/enable"), &json!({})).await.expect(200);
    world.send_webhooks().await;
    let arrived = world.receivers.at(URL);
    assert_eq!(arrived.len(), 2, "what waited is sent");
    assert_eq!(arrived[0].id, arrived[1].id);
    let replay = json!({ "since": since });
    partner.post(&format!("{path}/replay"), &replay).await.expect(200);
    world.send_webhooks().await;
    let arrived = world.receivers.at(URL);
    assert_eq!(arrived.len(), 3, "what happened in between is sent");
    assert_ne!(arrived[1].id, arrived[2].id);
    partner.post(&format!("{path}/replay"), &replay).await.expect(200);
    world.send_webhooks().await;
    assert_eq!(world.receivers.at(URL).len(), 3, "what was taken is not sent again");
    let again = json!({ "since": "2026-11-23T00:00:00Z", "again": true });
    partner.post(&format!("{path}/replay"), &again).await.expect(200);
    world.clock.advance_ms(1);
    world.send_webhooks().await;
    let arrived = world.receivers.at(URL);
    assert_eq!(arrived.len(), 5, "unless it is asked for");
    assert_eq!((&arrived[3].id, &arrived[3].body), (&arrived[1].id, &arrived[1].body));
    world.told_as_published().await;
}

#[tokio::test]
async fn one_event_is_sent_again_whatever_the_endpoint_listens_to() {
    let world = World::start().await;
    let partner = world.partner("apex").await;
    let path = endpoint(&partner, URL, &["order.created"]).await;
    happen(&partner).await;
    let events = partner.get("/v1/events?type=opportunity.opened").await.expect(200);
    let event = &events["items"][0]["id"];
    for _ in 0..2 {
        let resend = json!({ "event_id": event });
        partner.post(&format!("{path}/resend"), &resend).await.expect(200);
        world.send_webhooks().await;
    }
    assert_eq!(kinds(&world.receivers.at(URL)), ["opportunity.opened", "opportunity.opened"]);
    let other = world.partner("apex").await;
    let theirs = endpoint(&other, URL, &["*"]).await;
    let foreign = json!({ "event_id": event });
    other.post(&format!("{theirs}/resend"), &foreign).await.refused(404, "not_found");
    world.told_as_published().await;
}

#[tokio::test]
async fn a_removed_endpoint_is_gone_and_gets_nothing() {
    let world = World::start().await;
    let partner = world.partner("apex").await;
    let path = endpoint(&partner, URL, &["quote.created"]).await;
    world.receivers.always(URL, Answer::Status(500));
    happen(&partner).await;
    world.send_webhooks().await;
    let removed = partner.edit("DELETE", &path, "\"1\"", &json!({})).await.expect(200);
    assert_eq!(removed["state"], "removed");
    happen(&partner).await;
    world.clock.advance_ms(DAY_MS);
    world.send_webhooks().await;
    assert_eq!(world.receivers.at(URL).len(), 1);
    partner.get(&path).await.refused(404, "not_found");
    partner.get(&format!("{path}/secret")).await.refused(404, "not_found");
    let list = partner.get("/v1/webhook-endpoints").await.expect(200);
    assert_eq!(list["items"], Value::Array(vec![]));
    let memory = world.rows("select doc from webhook_endpoint").await;
    assert!(!format!("{memory:?}").contains("whsec_"), "its secret is forgotten");
    world.told_as_published().await;
}

#[tokio::test]
async fn an_edit_changes_what_it_names() {
    let world = World::start().await;
    let partner = world.partner("apex").await;
    let new = json!({ "url": URL, "description": "Order desk" });
    let made = partner.post("/v1/webhook-endpoints", &new).await.expect(201);
    assert_eq!(made["types"], json!(["*"]));
    let path = format!("/v1/webhook-endpoints/{}", made["id"].as_str().expect("an id"));
    let types = json!({ "types": ["quote.priced", "quote.*"] });
    let edited = partner.edit("PATCH", &path, "\"1\"", &types).await.expect(200);
    assert_eq!(edited["types"], json!(["quote.*"]));
    assert_eq!(edited["description"], "Order desk");
    let none = json!({ "description": "" });
    let edited = partner.edit("PATCH", &path, "\"2\"", &none).await.expect(200);
    assert_eq!(edited["description"], Value::Null);
    happen(&partner).await;
    world.send_webhooks().await;
    let heard = kinds(&world.receivers.at(URL));
    assert_eq!(heard.iter().filter(|k| k.starts_with("quote.")).count(), 1, "{heard:?}");
    assert!(!heard.contains(&"opportunity.opened".to_owned()), "{heard:?}");
    world.told_as_published().await;
}
