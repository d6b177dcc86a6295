//! The AsyncAPI document: valid, whole, current, and true of every event that is sent.

mod examples;
mod rest;

use crate::client::Client;
use crate::feed::read_all;
use crate::world::World;
use domain::event::EventKind;
use jsonschema::Validator;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::LazyLock;

/// Of the AsyncAPI Initiative; see ORIGIN.md beside it.
const SCHEMA: &str = include_str!("../data/asyncapi-3.0/schema.json");

/// What each kind's messages must look like: payload and headers.
static MESSAGES: LazyLock<HashMap<String, (Validator, Validator)>> = LazyLock::new(|| {
    let document = web::asyncapi();
    let compile = |schema: &Value| {
        let whole = json!({ "allOf": [schema], "components": document["components"] });
        jsonschema::draft7::new(&whole).expect("a schema")
    };
    let messages = document["components"]["messages"].as_object().expect("messages");
    let both = |m: &Value| (compile(&m["payload"]), compile(&m["headers"]));
    messages.iter().map(|(name, message)| (name.clone(), both(message))).collect()
});

/// Why an event is not as the document says it is.
pub(crate) fn faults(event: &Value) -> Vec<String> {
    let kind = event["type"].as_str().unwrap_or_default();
    let Some((payload, _)) = MESSAGES.get(kind) else {
        return vec![format!("the document knows no message {kind:?}")];
    };
    payload.iter_errors(event).map(|e| format!("{kind}: {}: {e}", e.instance_path())).collect()
}

impl World {
    /// Every event of the feed, of both environments, and every webhook that arrived anywhere is
    /// as the AsyncAPI document says. Answers how many were checked.
    pub(crate) async fn told_as_published(&self) -> usize {
        let live: Client = self.live_operations().await;
        let mut events = read_all(&self.operations, 1000).await;
        events.extend(read_all(&live, 1000).await);
        for event in &events {
            assert_eq!(faults(event), [""; 0], "{event:#}");
        }
        let arrived = self.receivers.all();
        for message in &arrived {
            let body: Value = serde_json::from_str(&message.body).expect("JSON");
            assert_eq!(faults(&body), [""; 0], "{body:#}");
            let (_, headers) = &MESSAGES[body["type"].as_str().expect("a kind")];
            let sent = examples::headers(message);
            assert!(headers.is_valid(&sent), "{sent:#}");
        }
        events.len() + arrived.len()
    }
}

#[test]
fn the_document_is_valid_by_the_schema_of_the_asyncapi_initiative() {
    let schema: Value = serde_json::from_str(SCHEMA).expect("JSON");
    let schema = jsonschema::draft7::new(&schema).expect("a schema");
    let document = web::asyncapi();
    let faults: Vec<_> = schema
        .iter_errors(&document)
        .map(|e| {
            format!(
                "{}: {}",
                e.instance_path(),
                e.to_string().chars().take(300).collect::<String>()
            )
        })
        .collect();
    assert_eq!(faults, [""; 0]);
    for (place, wrong) in [
        ("/asyncapi", json!("4.0.0")),
        ("/operations/sendWebhook/action", json!("shout")),
        ("/components/messages/quote.priced/payload", json!(7)),
    ] {
        let mut document = document.clone();
        *document.pointer_mut(place).expect("a place") = wrong;
        assert!(!schema.is_valid(&document), "{place}");
    }
}

#[test]
fn every_reference_resolves_and_every_kind_is_a_message() {
    fn walk(value: &Value, document: &Value, count: &mut usize) {
        if let Some(reference) = value.get("$ref").and_then(Value::as_str) {
            let pointer = reference.strip_prefix('#').expect("within the document");
            assert!(document.pointer(pointer).is_some(), "{reference}");
            *count += 1;
        }
        let inner: Vec<&Value> = match value {
            Value::Array(all) => all.iter().collect(),
            Value::Object(all) => all.values().collect(),
            _ => Vec::new(),
        };
        for value in inner {
            walk(value, document, count);
        }
    }
    let document = web::asyncapi();
    let mut count = 0;
    walk(&document, &document, &mut count);
    assert!(count > EventKind::ALL.len() * 4, "{count}");
    let messages = document["components"]["messages"].as_object().expect("messages");
    assert_eq!(messages.len(), EventKind::ALL.len());
    for kind in EventKind::ALL {
        let message = &messages[kind.word()];
        assert_eq!(message["name"], kind.word());
        assert_eq!(message["summary"], kind.meaning());
        for channel in ["webhook", "stream"] {
            let text = document["channels"][channel].to_string();
            let name = if channel == "webhook" { kind.word().into() } else { format!("{kind:?}") };
            assert!(text.contains(&format!("/{name}\"")), "{channel}: {kind}");
        }
    }
}

#[tokio::test]
async fn it_is_served_without_a_credential() {
    let world = World::start().await;
    let answer = world.client("").get("/asyncapi.json").await;
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.expect(200), web::asyncapi());
}

#[tokio::test]
async fn what_is_not_as_published_is_refused() {
    let world = World::start().await;
    let partner = world.partner("apex").await;
    partner.post("/v1/opportunities", &json!({ "name": "Resale" })).await.expect(201);
    let good = read_all(&partner, 10).await.remove(0);
    assert_eq!(faults(&good), [""; 0]);
    let mut mutants: Vec<(String, Value)> = Vec::new();
    let places = [(String::new(), &good), ("/data".to_owned(), &good["data"])];
    for (at, members) in places {
        for name in members.as_object().expect("members").keys() {
            let pointer = format!("{at}/{name}");
            let mut without = good.clone();
            let holder = without.pointer_mut(&at).and_then(Value::as_object_mut);
            holder.expect("an object").remove(name);
            mutants.push((format!("without {pointer}"), without));
            let mut wrong = good.clone();
            *wrong.pointer_mut(&pointer).expect("a place") = json!([7]);
            mutants.push((format!("wrong {pointer}"), wrong));
        }
    }
    for (pointer, value) in [
        ("/type", "quote.eaten"),
        ("/type", "quote.priced"),
        ("/data/object", "quote"),
        ("/data/actor", "nobody"),
        ("/source", "/elsewhere"),
        ("/specversion", "0.3"),
    ] {
        let mut wrong = good.clone();
        *wrong.pointer_mut(pointer).expect("a place") = json!(value);
        mutants.push((format!("{pointer} is {value}"), wrong));
    }
    assert!(mutants.len() > 35, "{}", mutants.len());
    for (what, mutant) in mutants {
        assert!(!faults(&mutant).is_empty(), "{what} passed: {mutant:#}");
    }
}
