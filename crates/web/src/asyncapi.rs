//! The AsyncAPI 3.0 document: every kind of event as a message, drawn from the list of kinds and
//! from the types that are sent. What a webhook and the stream carry is the same payload.

use domain::event::EventKind;
use domain::webhook::FAILING_DAYS;
use http::header;
use serde_json::{Map, Value, json};
use std::sync::LazyLock;

/// Recorded messages: for each kind the headers and body that a receiver got. A test records them
/// again and proves the file current.
const RECORDED: &str = include_str!("asyncapi/examples.json");

const ABOUT: &str = "What happened to a partner's objects, as CloudEvents 1.0: sent to the \
partner's own server as signed webhooks (Standard Webhooks 1.0), and told as server-sent events. \
Both carry the same bytes as the feed, `GET /v1/events`. An event may arrive more than once and \
out of order: know it again by `id`, order an object's events by `data.sequence`. New kinds and \
new members may come.";

/// The document.
pub fn asyncapi() -> Value {
    drawn(&crate::openapi())
}

/// As it is served.
static TEXT: LazyLock<String> = LazyLock::new(|| asyncapi().to_string());

pub(crate) async fn document() -> impl axum::response::IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], TEXT.as_str())
}

/// Draws it with the schemas of the OpenAPI document, which come from the types.
fn drawn(openapi: &Value) -> Value {
    let recorded: Map<String, Value> = serde_json::from_str(RECORDED).unwrap_or_default();
    let kinds = || EventKind::ALL.iter().copied();
    let messages: Map<_, _> =
        kinds().map(|k| (k.word().to_owned(), message(k, recorded.get(k.word())))).collect();
    let mut schemas = shared_schemas(&openapi["components"]["schemas"]);
    schemas.extend(kinds().map(|kind| (schema_name(kind), payload(kind))));
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "Demarc events",
            "version": env!("CARGO_PKG_VERSION"),
            "description": ABOUT,
            "license": { "name": "Apache-2.0" },
        },
        "defaultContentType": "application/json",
        "servers": servers(),
        "channels": channels(),
        "operations": operations(),
        "components": {
            "messages": messages,
            "schemas": schemas,
            "securitySchemes": { "secret": {
                "type": "http",
                "scheme": "bearer",
                "bearerFormat": "dmc_test_… or dmc_live_…",
                "description": "The secret of a credential.",
            } },
        },
    })
}

fn servers() -> Value {
    json!({
        "receiver": {
            "host": "{receiver}",
            "protocol": "https",
            "title": "The partner's server",
            "description": "The URL of a webhook endpoint, `POST /v1/webhook-endpoints`.",
            "variables": { "receiver": {
                "default": "hooks.example.com",
                "description": "A public host; in the sandbox also a loopback address.",
            } },
        },
        "demarc": {
            "host": "{demarc}",
            "protocol": "http",
            "title": "This server",
            "variables": { "demarc": { "default": "127.0.0.1:8480" } },
            "security": [{ "$ref": "#/components/securitySchemes/secret" }],
        },
    })
}

fn channels() -> Value {
    let refer = |kind: &EventKind| {
        let name = kind.word();
        (name.to_owned(), json!({ "$ref": format!("#/components/messages/{name}") }))
    };
    let webhooks: Map<_, _> = EventKind::ALL.iter().map(refer).collect();
    let told = |kind: &EventKind| json!({ "$ref": schema_reference(*kind) });
    let told: Vec<_> = EventKind::ALL.iter().map(told).collect();
    json!({
        "webhook": {
            "address": "/{path}",
            "title": "A webhook endpoint",
            "description": format!("One POST for each event that the endpoint listens to. Any 2xx \
                within 15 seconds takes it; 410 switches the endpoint off; after anything \
                else it is tried again, ten attempts within 76 hours. {FAILING_DAYS} days of \
                nothing but failures switch the endpoint off."),
            "servers": [{ "$ref": "#/servers/receiver" }],
            "parameters": { "path": { "description": "The path of the registered URL." } },
            "messages": webhooks,
        },
        "stream": {
            "address": "/v1/events",
            "title": "The stream",
            "description": "`GET` with `Accept: text/event-stream`: server-sent events from now \
                on, or behind `Last-Event-ID` (or `?after=`). `?type=quote.*` and `?object_id=` \
                choose. A comment comes at least every ten seconds.",
            "servers": [{ "$ref": "#/servers/demarc" }],
            "messages": { "event": {
                "name": "event",
                "title": "A server-sent event",
                "summary": "Its `data` is the payload, in one line.",
                "contentType": "application/json",
                "headers": {
                    "type": "object",
                    "required": ["id", "event"],
                    "properties": {
                        "id": { "type": "string", "description": "The field `id`: the event's id, \
                            to come back with in `Last-Event-ID`." },
                        "event": { "type": "string", "description": "The field `event`: the \
                            event's type." },
                    },
                },
                "payload": { "oneOf": told },
            } },
        },
    })
}

fn operations() -> Value {
    let http = |method: &str| json!({ "http": { "method": method, "bindingVersion": "0.3.0" } });
    json!({
        "sendWebhook": {
            "action": "send",
            "channel": { "$ref": "#/channels/webhook" },
            "title": "Send a webhook",
            "summary": "Demarc posts an event to an endpoint.",
            "bindings": http("POST"),
        },
        "tellStream": {
            "action": "send",
            "channel": { "$ref": "#/channels/stream" },
            "title": "Tell an event",
            "summary": "Demarc tells an event to everybody who listens to the stream.",
            "bindings": http("GET"),
        },
    })
}

fn message(kind: EventKind, recorded: Option<&Value>) -> Value {
    let title = kind.word().replace(['.', '_'], " ");
    let noun = kind.noun();
    let mut message = json!({
        "name": kind.word(),
        "title": title,
        "summary": kind.meaning(),
        "contentType": "application/json",
        "headers": { "$ref": "#/components/schemas/WebhookHeaders" },
        "payload": { "$ref": schema_reference(kind) },
        "tags": [{ "name": noun.word() }],
    });
    if noun.is_carriers() {
        message["description"] = "About the carrier's own: only operations hear of it.".into();
    }
    if let Some(recorded) = recorded {
        let (headers, payload) = (&recorded["headers"], &recorded["payload"]);
        message["examples"] =
            json!([{ "name": "recorded", "headers": headers, "payload": payload }]);
    }
    message
}

/// `QuotePriced`.
fn schema_name(kind: EventKind) -> String {
    format!("{kind:?}")
}

fn schema_reference(kind: EventKind) -> String {
    format!("#/components/schemas/{}", schema_name(kind))
}

/// An event whose type and noun are those of its kind.
fn payload(kind: EventKind) -> Value {
    json!({
        "title": kind.word(),
        "description": kind.meaning(),
        "allOf": [{ "$ref": "#/components/schemas/Event" }],
        "type": "object",
        "properties": {
            "type": { "const": kind.word() },
            "data": {
                "type": "object",
                "properties": { "object": { "const": kind.noun().word() } },
            },
        },
    })
}

/// The event and its data as the types have them, said more closely; and a webhook's headers.
fn shared_schemas(types: &Value) -> Map<String, Value> {
    let [mut event, mut data] = ["Event", "EventData"].map(|name| types[name].clone());
    for schema in [&mut event, &mut data] {
        // Every member is always sent, if need be as null.
        let members = schema["properties"].as_object().into_iter().flatten();
        schema["required"] = members.map(|(name, _)| name.as_str()).collect();
    }
    let closer = |schema: &mut Value, member: &str, more: Value| {
        let known = schema["properties"][member].as_object_mut();
        if let (Some(known), Value::Object(more)) = (known, more) {
            known.extend(more);
        }
    };
    closer(&mut event, "specversion", json!({ "const": "1.0" }));
    closer(&mut event, "source", json!({ "enum": ["/demarc/test", "/demarc/live"] }));
    closer(&mut event, "time", json!({ "format": "date-time" }));
    closer(&mut event, "datacontenttype", json!({ "const": "application/json" }));
    closer(&mut event, "id", json!({ "minLength": 1 }));
    closer(&mut data, "sequence", json!({ "minimum": 1 }));
    let actors = ["partner", "operations", "connector", "system"];
    closer(&mut data, "actor", json!({ "enum": actors }));
    let headers = json!({
        "type": "object",
        "required": ["webhook-id", "webhook-timestamp", "webhook-signature"],
        "properties": {
            "webhook-id": { "type": "string",
                "description": "The event's id, the same on every attempt." },
            "webhook-timestamp": { "type": "string", "pattern": "^[0-9]+$",
                "description": "When this attempt was made, in seconds since 1970 UTC." },
            "webhook-signature": { "type": "string",
                "pattern": "^v1,[A-Za-z0-9+/]{43}=( v1,[A-Za-z0-9+/]{43}=)*$",
                "description": "HMAC-SHA256 over `id.timestamp.body`, one for each secret that \
                    signs." },
        },
    });
    let all = [("Event", event), ("EventData", data), ("WebhookHeaders", headers)];
    all.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect()
}
