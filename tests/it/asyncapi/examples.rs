//! The examples in the AsyncAPI document are webhooks that were sent. This records them anew on
//! a tour that lets every kind of event happen, and proves the stored file current; `BLESS=1`
//! writes it.

use super::{faults, rest};
use crate::examples::tour;
use crate::receivers::Arrived;
use crate::webhooks::endpoint;
use domain::event::EventKind;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const URL: &str = "https://hooks.example.com/everything";

/// A message's headers as they are on the wire.
pub(super) fn headers(message: &Arrived) -> Value {
    json!({
        "webhook-id": message.id,
        "webhook-timestamp": message.timestamp.to_string(),
        "webhook-signature": message.signature,
    })
}

/// Of each kind the first message that arrived, by the event's id and not by the order of arrival.
fn record(arrived: &[Arrived]) -> Map<String, Value> {
    let mut first: BTreeMap<String, (String, Value)> = BTreeMap::new();
    for message in arrived {
        let payload: Value = serde_json::from_str(&message.body).expect("JSON");
        let kind = payload["type"].as_str().expect("a kind").to_owned();
        let time = payload["time"].as_str().expect("a moment");
        let place = format!("{time} {} {}", message.id, message.timestamp);
        let example = json!({ "headers": headers(message), "payload": payload });
        let known = first.entry(kind).or_insert_with(|| (place.clone(), example.clone()));
        if place < known.0 {
            *known = (place, example);
        }
    }
    first.into_iter().map(|(kind, (_, example))| (kind, example)).collect()
}

#[tokio::test]
async fn the_recorded_events_are_current_and_there_is_one_of_every_kind() {
    let stage = rest::Stage::new().await;
    let world = &stage.world;
    endpoint(&world.operations, URL, &["*"]).await;
    tour::take_in(world, |_| ()).await;
    stage.the_rest().await;
    world.send_webhooks().await;
    let checked = world.told_as_published().await;
    assert!(checked > 400, "{checked} events and webhooks");
    let examples = record(&world.receivers.all());
    let happened: BTreeSet<&str> = examples.keys().map(String::as_str).collect();
    let known: BTreeSet<&str> = EventKind::ALL.iter().map(|k| k.word()).collect();
    assert_eq!(happened, known, "the tour lets every kind happen, and no other");
    for example in examples.values() {
        assert_eq!(faults(&example["payload"]), [""; 0]);
    }
    let text = serde_json::to_string_pretty(&examples).expect("JSON") + "\n";
    let file =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/web/src/asyncapi/examples.json");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&file, text).expect("the examples are written");
        return;
    }
    let stored = std::fs::read_to_string(&file).expect("the examples");
    assert!(stored == text, "asyncapi/examples.json is not what is sent: cargo xtask bless");
}
