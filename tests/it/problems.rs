//! Every problem is reached, and has its documented status, form and page. What is refused
//! leaves nothing behind.

mod bodies;
mod faults;

use crate::catalogues;
use crate::client::{Client, Reply};
use crate::credit::{Desk, review};
use crate::story::steps::*;
use crate::world::{MAX_BODY_BYTES, World, builtin};
use app::{Outside, Settings};
use connect::keys::Keyring;
use domain::code::Code;
use domain::id::Id;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use web::{Limits, Rate};

/// An APEX partner with a draft quote of two sites.
async fn draft(world: &World) -> (Client, String) {
    let partner = world.partner("apex").await;
    let opened = partner.post("/v1/opportunities", &json!({ "name": "Resale" })).await.expect(201);
    let quote = id(&opened["quote"]["id"]).to_owned();
    two_sites(&partner, &quote).await;
    (partner, quote)
}

/// A request of each kind that the door or the rules refuse, with the code that it reaches.
async fn refusals(world: &World, partner: &Client, quote: &str) -> Vec<(Code, Reply)> {
    let path = format!("/v1/quotes/{quote}");
    let open = json!({ "name": "Resale" });
    let key = [("idempotency-key", "r-1")];
    let send = |body: &str| partner.send("POST", "/v1/opportunities", &key, Some(body.to_owned()));
    let text = [("idempotency-key", "r-1"), ("content-type", "text/plain")];
    let large = json!({ "name": "x".repeat(MAX_BODY_BYTES) }).to_string();
    partner.post_with_key("/v1/opportunities", &open, "used").await.expect(201);
    let reused = json!({ "name": "Other" });
    let promotion = json!({ "promotions": ["NO-SUCH"] });
    let wrong = json!({ "offering": "OFF_ADI_MID_MARKET", "features": [] });
    let priced = format!("{path}/price");
    let order = json!({ "quote_id": "0Q0000000000000AAA", "accept_terms": true,
        "primary_contact": contact() });
    let edit = Some(json!({ "name": "New" }).to_string());
    let mut reached = vec![
        (Code::MalformedJson, send("{").await),
        (Code::InvalidBody, send("{}").await),
        (Code::InvalidQuery, partner.get("/v1/quotes?limit=0").await),
        (
            Code::InvalidHeader,
            partner.send("PATCH", &path, &[("if-match", "1")], edit.clone()).await,
        ),
        (
            Code::IdempotencyKeyMissing,
            partner.send("POST", "/v1/opportunities", &[], Some(open.to_string())).await,
        ),
        (
            Code::IdempotencyKeyReused,
            partner.post_with_key("/v1/opportunities", &reused, "used").await,
        ),
        (Code::Unauthenticated, world.client("dmc_test_none").get("/v1/me").await),
        (Code::Forbidden, partner.get("/v1/operations/partners").await),
        (Code::NotFound, partner.get("/v1/quotes/0Q0000000000000AAA").await),
        (Code::UnknownRoute, partner.get("/v1/nowhere").await),
        (Code::MethodNotAllowed, partner.send("DELETE", "/v1/quotes", &[], None).await),
        (
            Code::UnsupportedMediaType,
            partner.send("POST", "/v1/opportunities", &text, Some(open.to_string())).await,
        ),
        (Code::BodyTooLarge, send(&large).await),
        (
            Code::NotAcceptable,
            partner.send("GET", &format!("{path}/document"), &[("accept", "text/csv")], None).await,
        ),
        (Code::PreconditionRequired, partner.send("PATCH", &path, &[], edit).await),
        (Code::StaleVersion, partner.edit("PATCH", &path, "\"99\"", &json!({ "name": "N" })).await),
        (Code::PrematureStep, partner.post(&priced, &json!({})).await),
        (Code::UnknownReference, partner.post("/v1/orders", &order).await),
        (Code::InvalidConfiguration, partner.post(&format!("{path}/configuration"), &wrong).await),
    ];
    configure(partner, quote, "OFF_ADI_MID_MARKET", adi()).await;
    reached.push((Code::PriceRefused, partner.post(&priced, &promotion).await));
    let asked = format!("{path}/sites/{}/address-choice", first_site(partner, quote).await);
    reached.push((Code::StateConflict, partner.post(&asked, &json!({})).await));
    validate(world, partner, quote).await;
    partner.post(&priced, &json!({})).await.expect(200);
    let check = json!({ "application": application("Sample apex partner") });
    partner.post(&format!("{path}/credit-checks"), &check).await.expect(202);
    let again = partner.post(&format!("{path}/credit-checks"), &check).await;
    reached.push((Code::AlreadyExists, again));
    reached.extend(catalogues_refused(world).await);
    reached
}

/// A catalogue with a wrong line, and one that nobody else has agreed to.
async fn catalogues_refused(world: &World) -> [(Code, Reply); 2] {
    let wrong = catalogues::labelled("2026.2", &[("offer_days = 60", "offer_days = 0")]);
    let wrong = world.operations.post(catalogues::PATH, &wrong).await;
    let sound = catalogues::labelled("2026.2", &[]);
    let proposed = world.operations.post(catalogues::PATH, &sound).await.expect(201);
    let path = format!("{}/{}/publish", catalogues::PATH, id(&proposed["id"]));
    let alone = world.operations.post(&path, &json!({})).await;
    [(Code::InvalidCatalogue, wrong), (Code::SecondPersonRequired, alone)]
}

async fn first_site(partner: &Client, quote: &str) -> String {
    let sites = partner.get(&format!("/v1/quotes/{quote}/sites")).await.expect(200);
    id(&sites["sites"][0]["id"]).to_owned()
}

/// What the server itself cannot do: others are always faster, a row is damaged, the store is
/// closed.
async fn failures(world: &World, partner: &Client, quote: &str) -> Vec<(Code, Reply)> {
    let path = format!("/v1/quotes/{quote}");
    let new = json!({ "name": "New" });
    world.engine().crowd(true);
    let busy = partner.edit("PATCH", &path, "*", &new).await;
    world.engine().crowd(false);
    partner.edit("PATCH", &path, "*", &new).await.expect(200);
    world.damage("update quote set doc = '{'").await;
    let internal = partner.get(&path).await;
    world.app.store.close().await.expect("the store closes");
    let unavailable = partner.get("/v1/quotes").await;
    vec![(Code::Busy, busy), (Code::Internal, internal), (Code::Unavailable, unavailable)]
}

/// A tax id without a key to seal it with, and one whose customer's key is gone.
async fn unsealed() -> [(Code, Reply); 2] {
    let outside = Outside { keys: Arc::new(Keyring::none()), ..builtin() };
    let bare = Desk::at(World::start_with(outside, Settings::default()).await).await;
    let body = json!({ "application": application("Sample Freight") });
    let missing = bare.partner.post(&bare.of_quote("credit-checks"), &body).await;
    let desk = Desk::open().await;
    let check = credit(&desk.world, &desk.partner, &desk.quote, &body).await;
    let sold = desk.partner.get(&format!("/v1/quotes/{}", desk.quote)).await.expect(200);
    let customer: Id = id(&sold["customer_id"]).parse().expect("an id");
    assert_eq!(desk.world.app.store.destroy_keys(customer).await.expect("a store"), 1);
    let why = json!({ "reason": "The bureau asked." });
    let gone = desk.world.operations.post(&review(&check, "/reveal-tax-id"), &why).await;
    [(Code::SealingKeyMissing, missing), (Code::TaxIdUnreadable, gone)]
}

/// What is asked for too often, too much at once, or twice at the same time.
async fn crowds() -> Vec<(Code, Reply)> {
    let rate = Rate { per_second: 1, burst: 1 };
    let limits = Limits { live: rate, concurrent: 1, in_flight: 2, ..Limits::OFF };
    let world = World::start_within(limits).await;
    let live = world.live_operations().await;
    let mut limited = live.get("/v1/me").await;
    while limited.status == 200 {
        limited = live.get("/v1/me").await;
    }
    let (one, two) = (world.partner("apex").await, world.partner("apex").await);
    world.engine().hold(true);
    let first = world.writing(open(&one, "k-1")).await;
    let concurrent = one.get("/v1/me").await;
    let second = world.writing(open(&two, "k-1")).await;
    let overloaded = one.get("/v1/me").await;
    world.engine().hold(false);
    for sent in [first, second] {
        sent.await.expect("no panic").expect(201);
    }
    let (twin, first) = twins().await;
    first.expect(201);
    vec![
        (Code::RateLimited, limited),
        (Code::TooManyConcurrent, concurrent),
        (Code::Overloaded, overloaded),
        (Code::IdempotencyKeyInUse, twin),
    ]
}

/// A request whose first did not end while it waited, and that first.
async fn twins() -> (Reply, Reply) {
    let world = World::start().await;
    let partner = world.partner("apex").await;
    world.engine().hold(true);
    let first = world.writing(open(&partner, "k-1")).await;
    let twin = open(&partner, "k-1").await;
    world.engine().hold(false);
    (twin, first.await.expect("no panic"))
}

/// Opens an opportunity.
fn open(partner: &Client, key: &'static str) -> impl Future<Output = Reply> + use<> {
    let partner = partner.clone();
    async move { partner.post_with_key("/v1/opportunities", &json!({ "name": "R" }), key).await }
}

/// A problem has everything that is documented of its code.
fn is_documented(code: Code, reply: &Reply, page: &Value) {
    let problem = reply.clone().refused(web::status(code).as_u16(), code.as_str());
    let place = reply.path.split('?').next().expect("a path");
    assert_eq!(problem["type"], format!("/errors/{}", code.as_str()));
    assert_eq!(problem["title"], code.title());
    assert_eq!(problem["status"], reply.status);
    assert_eq!(problem["instance"], place);
    assert_eq!(problem["request_id"], reply.header("request-id"));
    assert_eq!(problem["retryable"], json!(web::retryable(code)));
    assert!(problem["detail"].as_str().is_some_and(|d| !d.is_empty()));
    for fault in problem["errors"].as_array().expect("a list") {
        assert!(fault["pointer"].is_string() && fault["detail"].is_string(), "{fault}");
    }
    assert_eq!(problem.get("current_version").is_some(), code == Code::StaleVersion);
    let same = web::retryable(code) == web::Retryable::SameKey;
    let waits = same && code != Code::Internal;
    assert_eq!(reply.header("retry-after").is_empty(), !waits, "{}", code.as_str());
    assert_eq!(page["status"], reply.status, "the page of {}", code.as_str());
    assert_eq!(page["retryable"], problem["retryable"]);
}

#[tokio::test]
async fn every_problem_is_reached_and_is_as_documented() {
    let world = World::start().await;
    let (partner, quote) = draft(&world).await;
    let mut reached = refusals(&world, &partner, &quote).await;
    reached.extend(failures(&world, &partner, &quote).await);
    reached.extend(crowds().await);
    reached.extend(unsealed().await);
    for (code, reply) in &reached {
        let kind = problem_type(reply);
        let page = partner.get(&kind).await.expect(200);
        is_documented(*code, reply, &page);
    }
    let codes: BTreeSet<Code> = reached.iter().map(|(code, _)| *code).collect();
    let all: BTreeSet<Code> = Code::ALL.iter().copied().collect();
    assert_eq!(codes, all, "every code has a case here");
}

fn problem_type(reply: &Reply) -> String {
    reply.body["type"].as_str().unwrap_or_else(|| panic!("{}", reply.text)).to_owned()
}

#[tokio::test]
async fn a_failure_tells_a_caller_nothing_of_the_inside() {
    let world = World::start().await;
    let (partner, quote) = draft(&world).await;
    for (code, reply) in failures(&world, &partner, &quote).await {
        let text = reply.text.to_lowercase();
        for inside in ["sql", "select", "column", "corrupt", "panick", "demarc.sqlite", "serde"] {
            assert!(!text.contains(inside), "{} says {inside}: {text}", code.as_str());
        }
    }
}

#[tokio::test]
async fn a_busy_command_may_be_sent_again_with_its_key() {
    let world = World::start().await;
    let (partner, quote) = draft(&world).await;
    let before = world.memory().await;
    let path = format!("/v1/quotes/{quote}/cancel");
    let why = json!({ "reason": "The customer chose another offer." });
    world.engine().crowd(true);
    let busy = partner.post_with_key(&path, &why, "k-1").await;
    assert_eq!(busy.header("retry-after"), "1");
    assert_eq!(busy.refused(409, "busy")["retryable"], "same_key");
    world.engine().crowd(false);
    assert!(world.memory().await == before, "what was not done left nothing behind");
    partner.post_with_key(&path, &why, "k-1").await.expect(200);
}

#[tokio::test]
async fn a_path_that_takes_another_method_names_those_it_takes() {
    let world = World::start().await;
    let partner = world.partner("apex").await;
    let reply = partner.send("DELETE", "/v1/quotes", &[], None).await;
    let allowed: BTreeSet<&str> = reply.header("allow").split(',').map(str::trim).collect();
    assert!(allowed.contains("GET") && allowed.contains("POST"), "{allowed:?}");
}

#[tokio::test]
async fn queries_are_checked_and_every_fault_is_named() {
    let world = World::start().await;
    let partner = world.partner("apex").await;
    let faults = |body: &Value| -> Vec<(String, String)> {
        let faults = body["errors"].as_array().expect("faults").iter();
        faults.map(|f| (id(&f["pointer"]).to_owned(), id(&f["code"]).to_owned())).collect()
    };
    for (query, expected) in [
        ("limit=0", vec![("limit", "out_of_range")]),
        ("limit=201", vec![("limit", "out_of_range")]),
        ("limit=-1", vec![("limit", "wrong_type")]),
        ("limit=ten", vec![("limit", "wrong_type")]),
        ("limit=99999999999", vec![("limit", "wrong_type")]),
        ("cursor=garbage", vec![("cursor", "not_an_id")]),
        ("cursor=0Q0000000000000AAB", vec![("cursor", "not_an_id")]),
        ("since=yesterday", vec![("since", "bad_format")]),
        ("state=nonsense", vec![("state", "not_allowed_value")]),
        ("opportunity_id=%00", vec![("opportunity_id", "not_an_id")]),
        ("colour=red", vec![("colour", "unknown_member")]),
        ("limit=1&limit=2", vec![("limit", "duplicate")]),
        (
            "limit=0&cursor=x&colour=red&since=1",
            vec![
                ("colour", "unknown_member"),
                ("cursor", "not_an_id"),
                ("limit", "out_of_range"),
                ("since", "bad_format"),
            ],
        ),
    ] {
        let reply = partner.get(&format!("/v1/quotes?{query}")).await;
        let mut found = faults(&reply.refused(400, "invalid_query"));
        found.sort();
        let expected: Vec<(String, String)> =
            expected.iter().map(|(p, c)| (format!("/query/{p}"), (*c).to_owned())).collect();
        assert_eq!(found, expected, "{query}");
    }
    let unknown = partner.get("/v1/me?verbose=1").await.refused(400, "invalid_query");
    assert_eq!(faults(&unknown), [("/query/verbose".to_owned(), "unknown_member".to_owned())]);
    for fine in ["limit=1", "limit=200", "state=draft", "cursor=0Q0000000000000"] {
        partner.get(&format!("/v1/quotes?{fine}")).await.expect(200);
    }
}

#[tokio::test]
async fn a_path_id_of_any_length_or_form_names_nothing() {
    let world = World::start().await;
    let partner = world.partner("apex").await;
    let long = "x".repeat(2000);
    for text in ["x", "0Q0", "%20", "%00", "..%2f..", "%ff", "0Q0000000000000AAB", long.as_str()] {
        let reply = partner.get(&format!("/v1/quotes/{text}")).await;
        assert_eq!(reply.status, 404, "{text}: {}", reply.text);
        assert_eq!(reply.body["code"], "not_found", "{text}");
    }
}
