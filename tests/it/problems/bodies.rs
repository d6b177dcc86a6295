//! Bodies: every fault at once, each with its place, and nothing is left behind.

use super::draft;
use crate::story::steps::*;
use crate::world::{MAX_BODY_BYTES, World};
use serde_json::{Value, json};

/// Pointer and code of each fault, sorted.
fn faults(problem: &Value) -> Vec<(String, String)> {
    let faults = problem["errors"].as_array().expect("faults").iter();
    let mut found: Vec<(String, String)> =
        faults.map(|f| (id(&f["pointer"]).to_owned(), id(&f["code"]).to_owned())).collect();
    found.sort();
    found
}

fn owned(faults: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut owned: Vec<(String, String)> =
        faults.iter().map(|(p, c)| ((*p).to_owned(), (*c).to_owned())).collect();
    owned.sort();
    owned
}

#[tokio::test]
async fn all_faults_of_a_body_are_named_at_once_with_their_places() {
    let world = World::start().await;
    let (partner, quote) = draft(&world).await;
    let sites = format!("/v1/quotes/{quote}/sites");
    let fine = json!({ "street": "1 Dell Way", "city": "Round Rock", "state": "TX",
        "zip": "78682" });
    let with = |member: &str, value: Value| {
        let mut address = fine.clone();
        address[member] = value;
        address
    };
    let before = world.memory().await;
    for (body, expected) in [
        (json!({}), &[("/sites", "missing")][..]),
        (json!({ "sites": [] }), &[("/sites", "too_short")]),
        (json!({ "sites": {} }), &[("/sites", "wrong_type")]),
        (json!([]), &[("", "wrong_type")]),
        (json!({ "sites": [null] }), &[("/sites/0", "wrong_type")]),
        (
            json!({ "sites": [{ "name": "", "address": with("state", json!("Texas")) },
                { "name": 7, "address": with("zip", json!("7868")) },
                { "name": "Third", "address": with("storey", json!(2)), "colour": "red" }] }),
            &[
                ("/sites/0/name", "too_short"),
                ("/sites/0/address/state", "too_long"),
                ("/sites/0/address/state", "bad_format"),
                ("/sites/1/name", "wrong_type"),
                ("/sites/1/address/zip", "bad_format"),
                ("/sites/2/address/storey", "unknown_member"),
                ("/sites/2/colour", "unknown_member"),
            ],
        ),
        (
            json!({ "sites": [{ "address": { "unit": null } }], "more": 1 }),
            &[
                ("/more", "unknown_member"),
                ("/sites/0/name", "missing"),
                ("/sites/0/address/street", "missing"),
                ("/sites/0/address/city", "missing"),
                ("/sites/0/address/state", "missing"),
            ],
        ),
    ] {
        let problem = partner.post(&sites, &body).await.refused(422, "invalid_body");
        assert_eq!(faults(&problem), owned(expected), "{body}");
    }
    assert!(world.memory().await == before);
}

#[tokio::test]
async fn several_unknown_members_are_each_named() {
    let world = World::start().await;
    let partner = world.partner("apex").await;
    let body = json!({ "name": "Resale", "colour": "red", "shape": "round" });
    let problem = partner.post("/v1/opportunities", &body).await.refused(422, "invalid_body");
    let expected = [("/colour", "unknown_member"), ("/shape", "unknown_member")];
    assert_eq!(faults(&problem), owned(&expected));
}

#[tokio::test]
async fn an_optional_object_is_checked_as_wholly_as_a_required_one() {
    let world = World::start().await;
    let partner = world.partner("alliance").await;
    let body = json!({ "name": "Resale", "new_customer": { "colour": "red",
        "address": { "street": "", "city": 7, "state": "TX" } } });
    let problem = partner.post("/v1/opportunities", &body).await.refused(422, "invalid_body");
    let expected = [
        ("/new_customer/name", "missing"),
        ("/new_customer/colour", "unknown_member"),
        ("/new_customer/address/street", "too_short"),
        ("/new_customer/address/city", "wrong_type"),
    ];
    assert_eq!(faults(&problem), owned(&expected));
}

#[tokio::test]
async fn null_where_a_member_may_be_left_out_is_the_same_as_leaving_it_out() {
    let world = World::start().await;
    let partner = world.partner("apex").await;
    let body = json!({ "name": "Resale", "external_id": null, "customer_id": null,
        "new_customer": null, "quote": null });
    let opened = partner.post("/v1/opportunities", &body).await.expect(201);
    assert!(opened["opportunity"]["external_id"].is_null());
    let null = json!({ "name": null });
    let problem = partner.post("/v1/opportunities", &null).await.refused(422, "invalid_body");
    assert_eq!(faults(&problem), owned(&[("/name", "wrong_type")]));
}

#[tokio::test]
async fn a_fault_says_what_would_be_right() {
    let world = World::start().await;
    let partner = world.partner("apex").await;
    let body = json!({ "name": "x".repeat(300), "quote": { "billing": { "paperless": "yes" } } });
    let problem = partner.post("/v1/opportunities", &body).await.refused(422, "invalid_body");
    let expected = |pointer: &str| -> Vec<Value> {
        let faults = problem["errors"].as_array().expect("faults").iter();
        faults.filter(|f| f["pointer"] == pointer).map(|f| f["expected"].clone()).collect()
    };
    assert_eq!(expected("/name"), [json!("at most 200")]);
    assert_eq!(expected("/quote/billing/paperless"), [json!("boolean")], "{problem:#}");
}

#[tokio::test]
async fn malformed_json_names_line_and_column() {
    let world = World::start().await;
    let partner = world.partner("apex").await;
    let key = [("idempotency-key", "k-1")];
    let before = world.memory().await;
    for (text, place) in [
        ("{\n  \"name\": \"Resale\",\n}", "line 3 column 1"),
        ("{\"name\": \"Resale\"", "line 1 column 17"),
        ("{\"name\": 'Resale'}", "line 1 column 10"),
        ("{} {}", "line 1 column 4"),
        ("", "line 1 column 0"),
        ("\u{feff}{}", "line 1 column 1"),
        ("{\"name\": NaN}", "line 1 column 10"),
    ] {
        let body = Some(text.to_owned());
        let reply = partner.send("POST", "/v1/opportunities", &key, body).await;
        let problem = reply.refused(400, "malformed_json");
        let detail = problem["detail"].as_str().expect("a detail");
        assert!(detail.contains(place), "{text:?}: {detail}");
    }
    let deep = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
    let reply = partner.send("POST", "/v1/opportunities", &key, Some(deep)).await;
    reply.refused(400, "malformed_json");
    assert!(world.memory().await == before);
}

#[tokio::test]
async fn an_empty_body_is_enough_where_nothing_is_to_be_said() {
    let world = World::start().await;
    let (partner, quote) = draft(&world).await;
    let path = format!("/v1/quotes/{quote}/address-validation");
    partner.send("POST", &path, &[("idempotency-key", "k-1")], None).await.expect(202);
    // And it is the same request as the one that says `{}`.
    let replay = partner.post_with_key(&path, &json!({}), "k-1").await;
    assert_eq!(replay.header("idempotency-replayed"), "true");
}

#[tokio::test]
async fn a_body_must_be_declared_as_json_and_be_within_the_limit() {
    let world = World::start().await;
    let partner = world.partner("apex").await;
    let body = || Some(json!({ "name": "Resale" }).to_string());
    let before = world.memory().await;
    for kind in ["text/plain", "application/xml", "application/jsonx", ""] {
        let headers = [("idempotency-key", "k-1"), ("content-type", kind)];
        let reply = partner.send("POST", "/v1/opportunities", &headers, body()).await;
        reply.refused(415, "unsupported_media_type");
    }
    let filled = |size: usize| {
        let frame = json!({ "name": "" }).to_string().len();
        Some(json!({ "name": "x".repeat(size - frame) }).to_string())
    };
    let key = [("idempotency-key", "k-1")];
    let over = filled(MAX_BODY_BYTES + 1);
    let problem = partner.send("POST", "/v1/opportunities", &key, over).await;
    let problem = problem.refused(413, "body_too_large");
    let limit = MAX_BODY_BYTES.to_string();
    assert!(problem["detail"].as_str().is_some_and(|d| d.contains(&limit)), "{problem}");
    let at = partner.send("POST", "/v1/opportunities", &key, filled(MAX_BODY_BYTES)).await;
    at.refused(422, "invalid_body");
    assert!(world.memory().await == before);
    let kind = "Application/JSON; charset=utf-8";
    let headers = [("idempotency-key", "k-1"), ("content-type", kind)];
    partner.send("POST", "/v1/opportunities", &headers, body()).await.expect(201);
}

#[tokio::test]
async fn a_refused_command_leaves_version_and_history_as_they_were() {
    let world = World::start().await;
    let (partner, quote) = draft(&world).await;
    let path = format!("/v1/quotes/{quote}");
    let history = format!("/v1/history/{quote}");
    let (first, events) = (partner.get(&path).await, partner.get(&history).await.text);
    for (what, body) in [
        ("price", json!({})),
        ("price", json!({ "discount_percent": "five" })),
        ("configuration", json!({ "offering": "OFF_NONE", "features": [] })),
        ("credit-checks", json!({ "application": application("Sample") })),
        ("contracts", json!({})),
        ("cancel", json!({})),
        ("sites", json!({ "sites": [] })),
    ] {
        let reply = partner.post(&format!("{path}/{what}"), &body).await;
        assert!((400..500).contains(&reply.status), "{what}: {}", reply.text);
        let now = partner.get(&path).await;
        assert_eq!((now.header("etag"), &now.text), (first.header("etag"), &first.text), "{what}");
        assert_eq!(partner.get(&history).await.text, events, "{what}");
    }
}
