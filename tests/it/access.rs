//! Who may see and do what. The cases are made from the published document, so an operation
//! that is added is covered, or fails here until somebody says whose ids its path takes.

use crate::atlas::{Operation, operations};
use crate::catalogues;
use crate::client::{Client, Reply};
use crate::story::steps::*;
use crate::world::World;
use domain::id::Id;
use domain::time::Moment;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// One of everything that a path can name, by the segment before it.
type Things = BTreeMap<&'static str, String>;

/// Paths that name what all partners share.
const SHARED: [&str; 1] = ["offerings"];

/// An Alliance partner whose story went as far as an order, with the ids of all that it made.
async fn story(world: &World) -> (Client, Things) {
    let partner = world.partner("alliance").await;
    let theirs = customer(world, "Lone Star Dental Group, LLC", "carrier_only").await;
    let plea = json!({ "customer_id": theirs, "reason": "They asked us to move them." });
    let filed = partner.post("/v1/exception-requests", &plea).await.expect(201);
    let new = json!({ "customer_id": theirs,
        "signer": { "name": "Dana Sample", "email": "dana@example.com" } });
    let letter = partner.post("/v1/letters-of-agency", &new).await.expect(201);
    let address = json!({ "street": "208 S Akard St", "city": "Dallas", "state": "TX",
        "zip": "75202" });
    let open = json!({ "name": "Two shops",
        "new_customer": { "name": "Harbor Point Bakery LLC", "address": address } });
    let opened = partner.post("/v1/opportunities", &open).await.expect(201);
    let quote = id(&opened["quote"]["id"]).to_owned();
    let row = json!([{ "Name": "Third", "Street": "208 S Akard St", "City": "Dallas",
        "State": "TX", "ZIP": "75202" }]);
    let imported = partner.post(&format!("/v1/quotes/{quote}/imports"), &row).await.expect(201);
    let added = partner.get(&format!("/v1/quotes/{quote}/sites")).await.expect(200);
    let gone = format!("/v1/quotes/{quote}/sites/{}", id(&added["sites"][0]["id"]));
    partner.edit("DELETE", &gone, "*", &json!({})).await.expect(200);
    let sites = two_sites(&partner, &quote).await;
    validate(world, &partner, &quote).await;
    configure(&partner, &quote, "OFF_ADI_MID_MARKET", adi()).await;
    partner.post(&format!("/v1/quotes/{quote}/price"), &json!({})).await.expect(200);
    let asked = json!({ "application": application("Harbor Point Bakery") });
    let check = credit(world, &partner, &quote, &asked).await;
    let contract = contract(world, &partner, &quote).await;
    let made = order(&partner, &quote).await;
    let enrichments = format!("/v1/orders/{}/enrichment-imports", id(&made["id"]));
    let row = json!([{ "Sub-Order": made["sub_orders"][0]["id"], "Floor": "2", "Room": "204" }]);
    let enriched = partner.post(&enrichments, &row).await.expect(201);
    let open = json!({ "name": "Left undone", "customer_id": opened["customer"]["id"] });
    let later = partner.post("/v1/opportunities", &open).await.expect(201);
    let undone = id(&later["quote"]["id"]).to_owned();
    two_sites(&partner, &undone).await;
    let path = format!("/v1/quotes/{undone}/address-validation");
    partner.post(&path, &json!({})).await.expect(202);
    let jobs = world.operations.get("/v1/operations/jobs").await.expect(200);
    let me = partner.get("/v1/me").await.expect(200);
    let hook = json!({ "url": "https://hooks.example.com/demarc" });
    let hook = partner.post("/v1/webhook-endpoints", &hook).await.expect(201);
    let hook_id = id(&hook["id"]).to_owned();
    let tested = format!("/v1/webhook-endpoints/{hook_id}/test");
    partner.post(&tested, &json!({})).await.expect(200);
    let event = partner.get("/v1/events?type=webhook_endpoint.tested").await.expect(200);
    let event = id(&event["items"][0]["id"]).to_owned();
    let text = |value: &Value| id(value).to_owned();
    let proposed = catalogues::labelled("2026.2-sample", &[]);
    let proposed = world.operations.post(catalogues::PATH, &proposed).await.expect(201);
    let things = Things::from([
        ("customers", text(&opened["customer"]["id"])),
        ("exception-requests", text(&filed["id"])),
        ("exceptions", text(&filed["customer_id"])),
        ("letters-of-agency", text(&letter["id"])),
        ("opportunities", text(&opened["opportunity"]["id"])),
        ("quotes", quote.clone()),
        ("sites", sites[0].clone()),
        ("imports", text(&imported["import"]["id"])),
        ("enrichment-imports", text(&enriched["import"]["id"])),
        ("credit-checks", text(&check["id"])),
        ("contracts", contract),
        ("orders", text(&made["id"])),
        ("sub-orders", text(&made["sub_orders"][0]["id"])),
        ("history", quote.clone()),
        ("offerings", "OFF_ADI_MID_MARKET".to_owned()),
        ("discount-approvals", quote.clone()),
        ("feasibility-checks", quote),
        ("credit-reviews", text(&check["id"])),
        ("credentials", text(&me["credential_id"])),
        ("webhook-endpoints", hook_id),
        ("events", event.clone()),
        ("deliveries", event),
        ("catalogues", text(&proposed["id"])),
        ("partners", text(&me["partner"]["id"])),
        ("jobs", text(&jobs["items"][0]["id"])),
    ]);
    (partner, things)
}

/// The path of an operation among these things.
fn path(operation: &Operation, things: &Things) -> String {
    let value = |(noun, name): (String, String)| {
        let (id, template) = (&operation.id, &operation.template);
        let thing = things.get(noun.as_str());
        thing.unwrap_or_else(|| panic!("{id}: whose id is {name} in {template}?")).clone()
    };
    operation.path(&operation.parameters().into_iter().map(value).collect::<Vec<_>>())
}

/// An id of the same kind that names nothing.
fn unknown(of: &str) -> String {
    let kind = of.parse::<Id>().ok().and_then(|id| id.kind()).expect("an id of ours");
    let long_ago = Moment::parse("2021-01-01T00:00:00Z").expect("a moment");
    Id::new(kind, long_ago.ms(), 99).to_string()
}

/// Sends an operation as well as can be: recorded body, a fresh key, any version.
async fn ask(client: &Client, operation: &Operation, path: &str, more: &[(&str, &str)]) -> Reply {
    let key = format!("access-{}-{}", operation.id, client.sent().len());
    let mut headers = vec![("idempotency-key", key.as_str()), ("if-match", "*")];
    headers.extend(more);
    client.send(&operation.method, path, &headers, operation.body()).await
}

/// Whether an operation reads what has one owner, which this client is not.
fn owned(operation: &str, client: &Client, owner: &Client) -> bool {
    let owned = ["webhook_get", "webhook_secret", "deliveries_list", "delivery_get"];
    operation == "history_get" || (client.secret() != owner.secret() && owned.contains(&operation))
}

/// What a problem says, without what is of this one request.
fn saying(reply: Reply) -> Value {
    let mut body = reply.body;
    for own in ["request_id", "instance"] {
        body.as_object_mut().expect("a problem").remove(own).expect("every problem has it");
    }
    body
}

#[tokio::test]
async fn without_a_valid_credential_nobody_comes_in() {
    let world = World::start().await;
    let (partner, things) = story(&world).await;
    let secret = partner.secret();
    let revoked = world.partner("alliance").await;
    let me = revoked.get("/v1/me").await.expect(200);
    let revoke = format!("/v1/operations/credentials/{}/revoke", id(&me["credential_id"]));
    world.operations.post(&revoke, &json!({})).await.expect(200);
    let last = if secret.ends_with('0') { "1" } else { "0" };
    let mistyped = format!("{}{last}", &secret[..secret.len() - 1]);
    let other_space = secret.replace("dmc_test_", "dmc_live_");
    let nobody = world.client("");
    let before = world.memory().await;
    for operation in operations() {
        let path = path(&operation, &things);
        let wrong = [
            String::new(),
            format!("Bearer {mistyped}"),
            format!("Bearer {}", &secret[..secret.len() - 1]),
            format!("Bearer {}", revoked.secret()),
            format!("Bearer {other_space}"),
            "Bearer".to_owned(),
            "Bearer ".to_owned(),
            format!("Basic {secret}"),
            secret.to_owned(),
        ];
        for value in &wrong {
            let header = [("authorization", value.as_str())];
            let header = if value.is_empty() { &[][..] } else { &header[..] };
            let reply = ask(&nobody, &operation, &path, header).await;
            assert_eq!(reply.header("www-authenticate"), "Bearer", "{} {value}", operation.id);
            reply.refused(401, "unauthenticated");
        }
    }
    assert!(world.memory().await == before);
}

#[tokio::test]
async fn a_credential_of_the_other_side_is_forbidden() {
    let world = World::start().await;
    let (partner, things) = story(&world).await;
    let before = world.memory().await;
    for operation in operations() {
        let path = path(&operation, &things);
        for (client, may) in
            [(&partner, operation.for_partner), (&world.operations, operation.for_operations)]
        {
            if !may {
                let reply = ask(client, &operation, &path, &[]).await;
                assert_eq!(reply.status, 403, "{}: {}", operation.id, reply.text);
                reply.refused(403, "forbidden");
            } else if operation.method == "GET" && !owned(operation.id.as_str(), client, &partner) {
                let reply = ask(client, &operation, &path, &[]).await;
                assert_eq!(reply.status, 200, "{}: {}", operation.id, reply.text);
            }
        }
    }
    assert!(world.memory().await == before);
}

#[tokio::test]
async fn what_another_partner_has_is_answered_like_what_does_not_exist() {
    let world = World::start().await;
    let (first, things) = story(&world).await;
    let second = world.partner("alliance").await;
    let open = json!({ "name": "Own", "new_customer": { "name": "Own Bakery", "address": {
        "street": "208 S Akard St", "city": "Dallas", "state": "TX", "zip": "75202" } } });
    let opened = second.post("/v1/opportunities", &open).await.expect(201);
    let own_quote = id(&opened["quote"]["id"]);
    let hook = json!({ "url": "https://hooks.example.com/demarc" });
    let hook = second.post("/v1/webhook-endpoints", &hook).await.expect(201);
    let own_endpoint = id(&hook["id"]).to_owned();
    let before = world.memory().await;
    let mut asked = 0;
    for operation in operations().iter().filter(|o| o.for_partner) {
        let parameters = operation.parameters();
        let Some((noun, _)) = parameters.last().filter(|(n, _)| !SHARED.contains(&n.as_str()))
        else {
            continue;
        };
        let foreign = path(operation, &things);
        let mut nothing = things.clone();
        for thing in nothing.iter_mut().filter(|(noun, _)| !SHARED.contains(*noun)) {
            *thing.1 = unknown(thing.1);
        }
        let unknown = path(operation, &nothing);
        let theirs = ask(&second, operation, &foreign, &[]).await;
        assert_eq!(theirs.status, 404, "{}: {}", operation.id, theirs.text);
        assert_eq!(theirs.header("etag"), "");
        let nobodys = ask(&second, operation, &unknown, &[]).await;
        assert_eq!(saying(theirs), saying(nobodys), "{}", operation.id);
        if parameters.len() > 1 {
            // In a quote of its own, a site of somebody else's.
            let (outer, own) = match noun.as_str() {
                "sites" | "imports" => ("quotes", own_quote),
                "deliveries" => ("webhook-endpoints", &*own_endpoint),
                noun => panic!("{noun} of what?"),
            };
            let mixed = foreign.replace(&things[outer], own);
            let none = unknown.replace(&nothing[outer], own);
            let theirs = ask(&second, operation, &mixed, &[]).await;
            // Not found, or refused whichever site it is.
            assert!(matches!(theirs.status, 404 | 409 | 422), "{}: {}", operation.id, theirs.text);
            assert_eq!(saying(theirs), saying(ask(&second, operation, &none, &[]).await));
        }
        if operation.method == "GET" {
            ask(&first, operation, &foreign, &[]).await.expect_some();
        }
        asked += 1;
    }
    assert!(asked > 30, "most operations name something");
    for (noun, thing) in &things {
        // Neither is a partner's: the path of exceptions names an end customer.
        if !["offerings", "exceptions"].contains(noun) {
            let history = |id: &str| format!("/v1/history/{id}");
            let theirs = second.get(&history(thing)).await;
            let nobodys = second.get(&history(&unknown(thing))).await;
            assert_eq!(theirs.status, 404, "the history of {noun}");
            assert_eq!(saying(theirs), saying(nobodys));
        }
    }
    assert!(world.memory().await == before);
}

#[tokio::test]
async fn a_body_cannot_name_what_another_partner_has() {
    let world = World::start().await;
    let (_, things) = story(&world).await;
    let second = world.partner("alliance").await;
    let new = |body: &Value, member: &str, id: String| {
        let mut body = body.clone();
        body[member] = json!(id);
        body
    };
    let order = json!({ "accept_terms": true, "primary_contact": contact() });
    let plea = json!({ "reason": "They asked us to move them." });
    let letter = json!({ "signer": { "name": "Dana Sample", "email": "dana@example.com" } });
    for (path, body, member, noun) in [
        ("/v1/orders", &order, "quote_id", "quotes"),
        ("/v1/quotes", &json!({}), "opportunity_id", "opportunities"),
        ("/v1/exception-requests", &plea, "customer_id", "customers"),
        ("/v1/letters-of-agency", &letter, "customer_id", "customers"),
        ("/v1/opportunities", &json!({ "name": "Mine" }), "customer_id", "customers"),
    ] {
        let theirs = second.post(path, &new(body, member, things[noun].clone())).await;
        let nobodys = second.post(path, &new(body, member, unknown(&things[noun]))).await;
        assert_eq!(theirs.body["code"], "unknown_reference", "{}", theirs.text);
        assert_eq!(theirs.body["errors"][0]["pointer"], format!("/{member}"));
        assert_eq!(saying(theirs), saying(nobodys));
    }
    let lookup = json!({ "name": "Harbor Point" });
    let found = second.post("/v1/customers/lookup", &lookup).await.expect(200);
    assert_eq!(found["customers"], json!([]), "another's prospect stays hidden");
}

#[tokio::test]
async fn live_operations_do_not_see_what_is_in_the_test_environment() {
    let world = World::start().await;
    let (_, things) = story(&world).await;
    let live = world.live_operations().await;
    assert!(live.secret().starts_with("dmc_live_"));
    assert_eq!(live.get("/v1/me").await.expect(200)["environment"], "live");
    for operation in operations().iter().filter(|o| o.for_operations) {
        let own = operation.parameters().iter().any(|(noun, _)| !SHARED.contains(&noun.as_str()));
        if own {
            let reply = ask(&live, operation, &path(operation, &things), &[]).await;
            assert_eq!(reply.status, 404, "{}: {}", operation.id, reply.text);
        }
    }
    let partners = live.get("/v1/operations/partners").await.expect(200);
    assert_eq!(partners["items"], json!([]));
    let queue = live.get("/v1/operations/exception-requests?state=open").await.expect(200);
    assert_eq!(queue["items"], json!([]));
    let letters = live.get("/v1/operations/letters-of-agency").await.expect(200);
    assert_eq!(letters["items"], json!([]));
}

#[tokio::test]
async fn a_connector_acts_for_its_own_partners_only_and_says_for_which() {
    let world = World::start().await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        let me = world.partner("apex").await.get("/v1/me").await.expect(200);
        ids.push(id(&me["partner"]["id"]).to_owned());
    }
    let new = json!({ "name": "middleware", "role": "connector", "partner_ids": &ids[..2] });
    let minted = world.operations.post("/v1/operations/credentials", &new).await.expect(201);
    let connector = world.client(id(&minted["secret"]));
    for own in &ids[..2] {
        let header = [("demarc-partner", own.as_str())];
        let me = connector.send("GET", "/v1/me", &header, None).await.expect(200);
        assert_eq!(me["partner"]["id"], *own);
    }
    let without = connector.get("/v1/me").await;
    let foreign = [("demarc-partner", ids[2].as_str())];
    let foreign = connector.send("GET", "/v1/me", &foreign, None).await;
    let nobody = unknown(&ids[2]);
    let nobody = [("demarc-partner", nobody.as_str())];
    let nobody = connector.send("GET", "/v1/me", &nobody, None).await;
    for reply in [&without, &foreign, &nobody] {
        let problem = reply.clone().refused(400, "invalid_header");
        assert_eq!(problem["errors"][0]["pointer"], "/headers/demarc-partner");
    }
    assert_eq!(saying(foreign), saying(nobody));
    let garbled = connector.send("GET", "/v1/me", &[("demarc-partner", "Acme")], None).await;
    assert_eq!(garbled.refused(400, "invalid_header")["errors"][0]["code"], "not_an_id");

    // What it makes for one, the other does not see; keys do not meet either.
    let mut quotes = Vec::new();
    for own in &ids[..2] {
        let headers = [("demarc-partner", own.as_str()), ("idempotency-key", "k-1")];
        let body = Some(json!({ "name": "Resale" }).to_string());
        let opened = connector.send("POST", "/v1/opportunities", &headers, body).await.expect(201);
        quotes.push(format!("/v1/quotes/{}", id(&opened["quote"]["id"])));
    }
    let header = [("demarc-partner", ids[0].as_str())];
    connector.send("GET", &quotes[0], &header, None).await.expect(200);
    connector.send("GET", &quotes[1], &header, None).await.refused(404, "not_found");
}

#[tokio::test]
async fn a_partner_cannot_choose_another_by_header() {
    let world = World::start().await;
    let (one, two) = (world.partner("apex").await, world.partner("apex").await);
    let other = two.get("/v1/me").await.expect(200);
    let header = [("demarc-partner", id(&other["partner"]["id"]))];
    let me = one.send("GET", "/v1/me", &header, None).await.expect(200);
    assert_ne!(me["partner"]["id"], other["partner"]["id"]);
}

impl Reply {
    /// It is there for whom it belongs to.
    #[track_caller]
    fn expect_some(self) {
        assert_eq!(self.status, 200, "{} {} answered {}", self.method, self.path, self.text);
    }
}
