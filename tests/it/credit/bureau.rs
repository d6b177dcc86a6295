//! An outside bureau over HTTP, and one that calls back: whatever goes wrong, nothing is approved.

use super::{Desk, review};
use crate::story::steps::*;
use crate::world::{World, builtin};
use app::{Outside, Settings};
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use connect::credit::HttpBureau;
use connect::http::HttpOptions;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpListener;

type Heard = Arc<Mutex<Vec<(String, Value)>>>;

/// A bureau on loopback.
#[derive(Clone)]
struct Bureau {
    says: Arc<Mutex<Says>>,
    heard: Heard,
}

#[derive(Clone)]
enum Says {
    This(u16, Value),
    Text(&'static str),
    Nothing,
}

/// What stands for the check's own reference.
const OWN: &str = "OWN";

async fn answer(
    State(bureau): State<Bureau>,
    headers: HeaderMap,
    body: String,
) -> (StatusCode, [(&'static str, &'static str); 1], String) {
    let json = [("content-type", "application/json")];
    let asked: Value = serde_json::from_str(&body).expect("JSON");
    let key = headers.get("idempotency-key").and_then(|v| v.to_str().ok()).unwrap_or_default();
    bureau.heard.lock().expect("open").push((key.to_owned(), asked.clone()));
    let says = bureau.says.lock().expect("open").clone();
    match says {
        Says::This(status, said) => {
            let own = asked["reference"].as_str().expect("a reference");
            let said = said.to_string().replace(OWN, own);
            (StatusCode::from_u16(status).expect("a status"), json, said)
        }
        Says::Text(text) => (StatusCode::OK, json, text.to_owned()),
        Says::Nothing => std::future::pending().await,
    }
}

async fn desk(says: Says) -> (Desk, Bureau) {
    let bureau = Bureau { says: Arc::new(Mutex::new(says)), heard: Arc::default() };
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/assess", listener.local_addr().expect("an address"));
    let router = Router::new().fallback(answer).with_state(bureau.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });
    let options = HttpOptions { timeout: Duration::from_millis(150), ..HttpOptions::to(url) };
    let credit = Arc::new(HttpBureau::new(options).expect("a bureau"));
    let outside = Outside { credit, ..builtin() };
    (Desk::at(World::start_with(outside, Settings::default()).await).await, bureau)
}

async fn asked(desk: &Desk) -> Value {
    let body = json!({ "application": application("Sample Freight") });
    desk.partner.post(&desk.of_quote("credit-checks"), &body).await.expect(202)
}

async fn now(desk: &Desk, check: &Value) -> Value {
    desk.partner.get(&format!("/v1/credit-checks/{}", id(&check["id"]))).await.expect(200)
}

/// Lets every try happen that will.
async fn wait(desk: &Desk) {
    for _ in 0..8 {
        desk.world.run_jobs().await;
        desk.world.clock.advance_ms(3_600_000);
    }
}

fn approval() -> Value {
    json!({ "reference": OWN, "verdict": "approved", "limit": "90000.00", "class": "low",
        "reasons": ["known for years"], "bureau_reference": "B-1" })
}

#[tokio::test]
async fn a_bureau_that_answers_is_asked_once_with_the_tax_id_and_its_verdict_stands() {
    let (desk, bureau) = desk(Says::This(200, approval())).await;
    let check = asked(&desk).await;
    wait(&desk).await;
    let decided = now(&desk, &check).await;
    assert_eq!((&decided["state"], &decided["limit"]), (&json!("approved"), &json!("90000.00")));
    assert_eq!(decided["bureau_reference"], "B-1");
    let heard = bureau.heard.lock().expect("open").clone();
    assert_eq!(heard.len(), 1);
    assert_eq!((heard[0].0.as_str(), &heard[0].1["reference"]), (id(&check["id"]), &check["id"]));
    assert_eq!(heard[0].1["tax_id"], "123456789");
    let file = desk.world.operations.get(&review(&check, "")).await.expect(200);
    assert_eq!(file["trace"], json!([]));
}

#[tokio::test]
async fn a_bureau_without_a_verdict_leaves_it_to_the_rules_and_what_it_knows_counts() {
    let knows = json!({ "reference": OWN, "past_due": "700.00", "bureau_reference": "B-2" });
    let (desk, _) = desk(Says::This(200, knows)).await;
    let check = asked(&desk).await;
    wait(&desk).await;
    let decided = now(&desk, &check).await;
    assert_eq!(decided["state"], "declined");
    let file = desk.world.operations.get(&review(&check, "")).await.expect(200);
    assert_eq!(file["trace"][0]["tested"][0]["value"], "700.00");
}

#[tokio::test]
async fn a_bureau_that_fails_lies_or_babbles_never_approves() {
    let with = |member: &str, value: Value| {
        let mut said = approval();
        said[member] = value;
        Says::This(200, said)
    };
    let other = "a9X000000000000AAA";
    for (what, says) in [
        ("an outage", Says::This(503, approval())),
        ("an error", Says::This(500, approval())),
        ("no answer", Says::Nothing),
        ("no JSON", Says::Text("approved")),
        ("half an answer", Says::Text("{\"reference\": \"")),
        ("nothing at all", Says::Text("{}")),
        ("somebody else's", with("reference", json!(other))),
        ("no id", with("reference", json!("whatever"))),
        ("no limit", with("limit", Value::Null)),
        ("a limit of nothing", with("limit", json!("0.00"))),
        ("a limit below nothing", with("limit", json!("-1.00"))),
        ("a limit in words", with("limit", json!("much"))),
        ("a deposit below nothing", with("deposit", json!("-1.00"))),
        ("another verdict", with("verdict", json!("approved!"))),
        ("another class", with("class", json!("best"))),
        ("pending for ever", with("verdict", json!("pending"))),
    ] {
        let (desk, bureau) = desk(says).await;
        let check = asked(&desk).await;
        wait(&desk).await;
        let decided = now(&desk, &check).await;
        assert_eq!(decided["state"], "failed", "{what}: {decided:#}");
        let heard = bureau.heard.lock().expect("open").clone();
        let keys: Vec<_> = heard.iter().map(|(key, _)| key.as_str()).collect();
        assert!(
            !keys.is_empty() && keys.iter().all(|k| *k == id(&check["id"])),
            "{what}: {keys:?}"
        );
        let missing = missing(&desk.partner, &desk.quote, "contract").await;
        assert_eq!(missing[0]["code"], "credit_failed", "{what}");
        // Too late: it was given up.
        let late = json!({ "reference": check["id"], "verdict": "approved", "limit": "90000.00",
            "bureau_reference": "B-1" });
        let path = review(&check, "/bureau-answer");
        desk.world.operations.post(&path, &late).await.refused(409, "state_conflict");
        assert_eq!(now(&desk, &check).await, decided, "{what}");
    }
}

#[tokio::test]
async fn a_bureau_may_answer_later_by_itself_and_the_first_answer_counts() {
    let pending = json!({ "reference": OWN, "verdict": "pending", "ask_again_seconds": 3000 });
    let (desk, bureau) = desk(Says::This(200, pending)).await;
    let check = asked(&desk).await;
    desk.world.run_jobs().await;
    assert_eq!(now(&desk, &check).await["state"], "requested");
    let path = review(&check, "/bureau-answer");
    let operations = &desk.world.operations;
    let said = json!({ "reference": check["id"], "verdict": "in_review", "class": "medium",
        "bureau_reference": "B-3" });
    desk.partner.post(&path, &said).await.refused(403, "forbidden");
    for (member, value, code) in [
        ("reference", json!("a9X000000000000AAA"), "conflicting"),
        ("verdict", json!("approved"), "missing"),
        ("verdict", json!("pending"), "not_allowed_value"),
    ] {
        let mut wrong = said.clone();
        wrong[member] = value;
        let refused = operations.post(&path, &wrong).await.refused(422, "invalid_body");
        assert_eq!(refused["errors"][0]["code"], code, "{refused:#}");
    }
    let first = operations.post_with_key(&path, &said, "callback-1").await.expect(200);
    assert_eq!(first["state"], "in_review");
    // The same call again is the same answer; another one changes nothing.
    let twin = operations.post_with_key(&path, &said, "callback-1").await;
    assert_eq!(twin.header("idempotency-replayed"), "true");
    let mut other = said.clone();
    (other["verdict"], other["limit"]) = (json!("approved"), json!("90000.00"));
    operations.post(&path, &other).await.refused(409, "state_conflict");
    *bureau.says.lock().expect("open") = Says::This(200, approval());
    wait(&desk).await;
    assert_eq!(now(&desk, &check).await["state"], "in_review");
    assert_eq!(bureau.heard.lock().expect("open").len(), 1, "it is not asked again");
}
