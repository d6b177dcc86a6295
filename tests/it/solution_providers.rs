//! The carrier's own numbers for partners as solution providers, and the callers that name them.

use crate::client::Client;
use crate::story::steps::id;
use crate::world::World;
use app::{Caller, Problem, Who};
use domain::code::{Because, Code};
use serde_json::{Value, json};
use tokio::task::JoinSet;

fn new(sp_id: &str) -> Value {
    json!({ "name": "Sample Networks", "programme": "alliance", "tier": "standard",
        "sp_id": sp_id })
}

async fn add(world: &World, sp_id: &str) -> String {
    let added = world.operations.post("/v1/operations/partners", &new(sp_id)).await.expect(201);
    assert_eq!(added["sp_id"], sp_id);
    id(&added["id"]).to_owned()
}

/// A credential's id and its secret.
async fn credential(world: &World, role: &str, partners: &[&String]) -> (String, String) {
    let body = json!({ "name": "order desk", "role": role, "partner_ids": partners });
    let minted = world.operations.post("/v1/operations/credentials", &body).await.expect(201);
    (id(&minted["credential"]["id"]).to_owned(), id(&minted["secret"]).to_owned())
}

fn partner(caller: &Result<Caller, Problem>) -> String {
    match caller {
        Ok(Caller { who: Who::Partner(partner), .. }) => partner.id.to_string(),
        other => panic!("no partner: {other:?}"),
    }
}

/// The code of a refusal, and where and why its first fault is.
fn refused(caller: Result<Caller, Problem>) -> (Code, Option<(String, Because)>) {
    match caller {
        Err(Problem::Refused(refusal)) => {
            let fault = refusal.faults.first();
            (refusal.code, fault.map(|fault| (fault.pointer.clone(), fault.because)))
        }
        other => panic!("not refused: {other:?}"),
    }
}

fn at_sp_id(because: Because) -> (Code, Option<(String, Because)>) {
    (Code::Forbidden, Some(("/spId".to_owned(), because)))
}

#[tokio::test]
async fn a_number_is_shown_wherever_the_partner_is_and_belongs_to_one_only() {
    let world = World::start().await;
    let first = add(&world, "A-06399x").await;
    let (_, secret) = credential(&world, "partner", &[&first]).await;
    let me = world.client(&secret).get("/v1/me").await.expect(200);
    assert_eq!(me["partner"]["sp_id"], "A-06399x");
    let without = world.partner("alliance").await.get("/v1/me").await.expect(200);
    assert_eq!(without["partner"]["sp_id"], Value::Null);
    let listed = world.operations.get("/v1/operations/partners").await.expect(200);
    let listed = listed["items"].as_array().expect("partners");
    let listed = listed.iter().find(|partner| partner["id"] == first.as_str());
    assert_eq!(listed.expect("it is listed")["sp_id"], "A-06399x");

    let path = "/v1/operations/partners";
    let twin = world.operations.post(path, &new("A-06399x")).await.refused(409, "already_exists");
    assert_eq!(twin["errors"][0]["pointer"], "/sp_id");
    assert_eq!(twin["errors"][0]["code"], "duplicate");
    for wrong in ["", "two words", "tab\t", &"9".repeat(41)] {
        let problem = world.operations.post(path, &new(wrong)).await.refused(422, "invalid_body");
        assert_eq!(problem["errors"][0]["pointer"], "/sp_id", "{wrong:?}");
    }
    // The live environment is another space.
    let live = world.live_operations().await;
    live.post(path, &new("A-06399x")).await.expect(201);
}

#[tokio::test]
async fn many_at_once_cannot_have_one_number() {
    let world = World::start().await;
    let mut adding = JoinSet::new();
    for _ in 0..16 {
        let operations: Client = world.operations.clone();
        adding.spawn(async move {
            operations.post("/v1/operations/partners", &new("10067")).await.status
        });
    }
    let mut statuses = adding.join_all().await;
    statuses.sort_unstable();
    let expected: Vec<u16> = std::iter::once(201).chain([409; 15]).collect();
    assert_eq!(statuses, expected);
}

#[tokio::test]
async fn a_pair_of_client_id_and_secret_is_a_caller_and_a_connector_says_for_whom() {
    let world = World::start().await;
    let app = &world.app;
    let (a, b) = (add(&world, "10067").await, add(&world, "10006").await);
    let other = add(&world, "A-06399x").await;
    let (own, secret) = credential(&world, "partner", &[&a]).await;
    // Each twice: the second time it is known.
    for _ in 0..2 {
        for named in [None, Some("10067"), Some(a.as_str()), Some(&a[..15])] {
            let caller = app.authenticate_sp(&own, &secret, named).await;
            assert_eq!(partner(&caller), a, "{named:?}");
        }
        let short = app.authenticate_sp(&own[..15], &secret, None).await;
        assert_eq!(partner(&short), a);
        for foreign in ["10006", b.as_str(), "nobody", ""] {
            let caller = app.authenticate_sp(&own, &secret, Some(foreign)).await;
            assert_eq!(refused(caller), at_sp_id(Because::UnknownId), "{foreign:?}");
        }
        let (connector, key) = credential(&world, "connector", &[&a, &b]).await;
        for (named, whose) in [("10067", &a), ("10006", &b), (a.as_str(), &a), (&b[..15], &b)] {
            let caller = app.authenticate_sp(&connector, &key, Some(named)).await;
            assert_eq!(&partner(&caller), whose, "{named}");
        }
        for wrong in ["A-06399x", other.as_str(), "nobody", "with\u{0}zero"] {
            let caller = app.authenticate_sp(&connector, &key, Some(wrong)).await;
            assert_eq!(refused(caller), at_sp_id(Because::UnknownId), "{wrong:?}");
        }
        let unsaid = app.authenticate_sp(&connector, &key, None).await;
        assert_eq!(refused(unsaid), at_sp_id(Because::Missing));
        // What a pair is good for says nothing about another pair.
        let crossed = app.authenticate_sp(&own, &key, Some("10067")).await;
        assert_eq!(refused(crossed), (Code::Unauthenticated, None));
    }
    for (client, wrong) in [("", &*secret), ("12345", &secret), (&own, "dmc_test_0"), (&own, "0")] {
        let caller = app.authenticate_sp(client, wrong, None).await;
        assert_eq!(refused(caller), (Code::Unauthenticated, None), "{client} {wrong}");
    }
    let (desk, key) = credential(&world, "operations", &[]).await;
    assert_eq!(refused(app.authenticate_sp(&desk, &key, None).await), (Code::Forbidden, None));

    let path = format!("/v1/operations/credentials/{own}/revoke");
    world.operations.post(&path, &json!({})).await.expect(200);
    let revoked = app.authenticate_sp(&own, &secret, Some("10067")).await;
    assert_eq!(refused(revoked), (Code::Unauthenticated, None));
}
