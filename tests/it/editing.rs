//! Editing: an edit names the version it was made on, and of two that name the same only one
//! wins. The edits are those of the tour, which visits every operation.

use crate::atlas::{operation, operations};
use crate::client::{Client, Reply};
use crate::examples::tour;
use crate::story::steps::*;
use crate::world::World;
use serde_json::{Value, json};
use std::collections::BTreeSet;

#[tokio::test]
async fn every_edit_needs_the_current_version_and_answers_the_next() {
    let world = World::start().await;
    let clients = tour::take_in(&world, Client::doubt).await;
    let all = operations();
    let mut seen = BTreeSet::new();
    for sent in clients.iter().map(Client::sent) {
        // Each edit was first sent without a version, then with a stale one.
        for three in sent.windows(3).filter(|w| w[0].status == 428) {
            let [missing, stale, made] = three else { unreachable!("windows of three") };
            let operation = operation(&all, &made.method, &made.path);
            assert!(operation.versioned, "{} is documented without If-Match", operation.id);
            assert_eq!((missing.path.as_str(), stale.status), (made.path.as_str(), 412));
            assert_eq!(made.status, 200, "{}", made.text);
            let current = stale.body["current_version"].as_u64().expect("a version");
            if made.method != "DELETE" {
                let next = format!("\"{}\"", current + 1);
                assert_eq!(made.header("etag"), next, "the ETag that {} answers", operation.id);
            }
            seen.insert(operation.id.as_str());
        }
    }
    let documented: BTreeSet<&str> =
        all.iter().filter(|o| o.versioned).map(|o| o.id.as_str()).collect();
    assert_eq!(seen, documented, "the tour makes every edit");
}

#[tokio::test]
async fn a_refused_edit_leaves_nothing_behind() {
    let world = World::start().await;
    let (partner, quote) = draft(&world).await;
    let path = format!("/v1/quotes/{quote}");
    let before = world.memory().await;
    let body = json!({ "name": "Another name" });
    for (seen, code, status) in [
        ("\"1\"", "stale_version", 412),
        ("\"0\"", "stale_version", 412),
        ("7", "invalid_header", 400),
        ("W/\"2\"", "invalid_header", 400),
        ("\"two\"", "invalid_header", 400),
        ("\"99999999999999999999\"", "invalid_header", 400),
    ] {
        let problem = partner.edit("PATCH", &path, seen, &body).await.refused(status, code);
        if status == 412 {
            assert_eq!(problem["current_version"], 2);
        } else {
            assert_eq!(problem["errors"][0]["pointer"], "/headers/if-match");
        }
    }
    assert!(world.memory().await == before);
    partner.edit("PATCH", &path, "*", &body).await.expect(200);
    partner.edit("PATCH", &path, "\"3\"", &body).await.expect(200);
}

#[tokio::test]
async fn an_etag_of_a_read_is_the_one_that_an_edit_takes() {
    let world = World::start().await;
    let (partner, quote) = draft(&world).await;
    let path = format!("/v1/quotes/{quote}");
    let sites = partner.get(&format!("{path}/sites")).await.expect(200);
    let site = format!("{path}/sites/{}", id(&sites["sites"][0]["id"]));
    for path in [path, site] {
        let read = partner.get(&path).await;
        let seen = read.header("etag").to_owned();
        let edited = partner.edit("PATCH", &path, &seen, &json!({ "name": "Renamed" })).await;
        let next = edited.header("etag").to_owned();
        edited.expect(200);
        assert_eq!(partner.get(&path).await.header("etag"), next);
        partner.edit("PATCH", &path, &next, &json!({ "name": "Again" })).await.expect(200);
    }
}

/// An APEX partner with a draft of two sites.
async fn draft(world: &World) -> (Client, String) {
    let partner = world.partner("apex").await;
    let opened = partner.post("/v1/opportunities", &json!({ "name": "Resale" })).await.expect(201);
    let quote = id(&opened["quote"]["id"]).to_owned();
    two_sites(&partner, &quote).await;
    (partner, quote)
}

/// An APEX partner with a quote that is ready for its contract.
async fn cleared(world: &World) -> (Client, String) {
    let (partner, quote) = draft(world).await;
    validate(world, &partner, &quote).await;
    configure(&partner, &quote, "OFF_ADI_MID_MARKET", adi()).await;
    partner.post(&format!("/v1/quotes/{quote}/price"), &json!({})).await.expect(200);
    let asked = json!({ "application": application("Sample apex partner") });
    credit(world, &partner, &quote, &asked).await;
    (partner, quote)
}

fn new_contract() -> Value {
    json!({
        "signer": { "name": "Dana Sample", "title": "Owner", "email": "dana@example.com" },
        "customer": { "company_name": "Lone Star Dental Group", "address":
            { "street": "208 S Akard St", "city": "Dallas", "state": "TX", "zip": "75202" } },
    })
}

fn statuses(replies: &[Reply]) -> Vec<u16> {
    let mut statuses: Vec<u16> = replies.iter().map(|r| r.status).collect();
    statuses.sort_unstable();
    statuses
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_edits_on_one_version_exactly_one_wins() {
    let world = World::start().await;
    let (partner, quote) = draft(&world).await;
    let path = format!("/v1/quotes/{quote}");
    for round in 2..22 {
        let seen = format!("\"{round}\"");
        let (one, two) = (json!({ "name": "One" }), json!({ "name": "Two" }));
        let (first, second) = tokio::join!(
            partner.edit("PATCH", &path, &seen, &one),
            partner.edit("PATCH", &path, &seen, &two)
        );
        let won = if first.status == 200 { "One" } else { "Two" };
        let lost = if first.status == 200 { &second } else { &first };
        assert_eq!(lost.body["current_version"], round + 1, "{}", lost.text);
        assert_eq!(statuses(&[first, second]), [200, 412]);
        assert_eq!(partner.get(&path).await.expect(200)["name"], won);
    }
    let history = partner.get(&format!("/v1/history/{quote}")).await.expect(200);
    assert_eq!(history["items"].as_array().map(Vec::len), Some(22));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_contracts_at_once_one_is_generated() {
    let world = World::start().await;
    let (partner, quote) = cleared(&world).await;
    let path = format!("/v1/quotes/{quote}/contracts");
    let body = new_contract();
    for _ in 0..5 {
        let world = world.fork().await;
        let partner = world.client(partner.secret());
        let (one, two) = tokio::join!(
            partner.post_with_key(&path, &body, "one"),
            partner.post_with_key(&path, &body, "two")
        );
        let lost = if one.status == 202 { &two } else { &one };
        assert_eq!(lost.body["code"], "already_exists", "{}", lost.text);
        assert_eq!(statuses(&[one, two]), [202, 409]);
        let made = partner.get(&path).await.expect(200);
        assert_eq!(made["items"].as_array().map(Vec::len), Some(1));
        assert_eq!(world.run_jobs().await, 1, "one envelope is sent");
    }
}

/// Sends the same command under two keys at once, in copies of the world: one is done, the other
/// is told that there is one already.
async fn only_one(world: &World, partner: &Client, path: &str, body: &Value) {
    for _ in 0..4 {
        let world = world.fork().await;
        let partner = world.client(partner.secret());
        let (one, two) = tokio::join!(
            partner.post_with_key(path, body, "one"),
            partner.post_with_key(path, body, "two")
        );
        let (done, lost) = if one.status < 300 { (one, two) } else { (two, one) };
        assert!((200..300).contains(&done.status), "{}", done.text);
        assert_eq!(lost.body["code"], "already_exists", "{path}: {}", lost.text);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_that_may_be_there_once_one_is_made() {
    let world = World::start().await;
    let (apex, quote) = cleared(&world).await;
    let asked = json!({ "application": application("Sample apex partner") });
    only_one(&world, &apex, &format!("/v1/quotes/{quote}/credit-checks"), &asked).await;
    contract(&world, &apex, &quote).await;
    let new = json!({ "quote_id": quote, "accept_terms": true, "primary_contact": contact() });
    only_one(&world, &apex, "/v1/orders", &new).await;

    let alliance = world.partner("alliance").await;
    let theirs = customer(&world, "Lone Star Dental Group, LLC", "carrier_only").await;
    let plea = json!({ "customer_id": theirs, "reason": "They asked us to move them." });
    only_one(&world, &alliance, "/v1/exception-requests", &plea).await;
    let letter = json!({ "customer_id": theirs,
        "signer": { "name": "Dana Sample", "email": "dana@example.com" } });
    only_one(&world, &alliance, "/v1/letters-of-agency", &letter).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_contract_pins_the_quote_that_it_was_made_of() {
    let world = World::start().await;
    let (partner, quote) = cleared(&world).await;
    let contracts = format!("/v1/quotes/{quote}/contracts");
    let sites = format!("/v1/quotes/{quote}/sites");
    let third = json!({ "sites": [{ "name": "Third", "address": { "street": "350 5th Ave",
        "city": "New York", "state": "NY", "zip": "10118" } }] });
    let body = new_contract();
    for _ in 0..5 {
        let world = world.fork().await;
        let partner = world.client(partner.secret());
        let (made, added) =
            tokio::join!(partner.post(&contracts, &body), partner.post(&sites, &third));
        let count = partner.get(&sites).await.expect(200)["sites"].as_array().map(Vec::len);
        if made.status == 202 {
            let problem = added.refused(409, "premature_step");
            assert_eq!(problem["errors"][0]["code"], "contract_out");
            assert_eq!(count, Some(2));
        } else {
            added.expect(201);
            made.refused(409, "premature_step");
            assert_eq!(count, Some(3));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signature_and_what_would_undo_it_exclude_each_other() {
    let world = World::start().await;
    let (partner, quote) = cleared(&world).await;
    let made = partner.post(&format!("/v1/quotes/{quote}/contracts"), &new_contract()).await;
    let made = made.expect(202);
    world.run_jobs().await;
    let contract = id(&made["id"]);
    let sign = format!("/v1/contracts/{contract}/sign");
    let signature = json!({ "signer": new_contract()["signer"],
        "document_sha256": made["document_sha256"] });
    let why = json!({ "reason": "The customer chose another offer." });
    for (path, body, status) in [
        (format!("/v1/quotes/{quote}/cancel"), &why, 200),
        (format!("/v1/quotes/{quote}/revise"), &json!({}), 201),
        (format!("/v1/contracts/{contract}/void"), &why, 200),
        (format!("/v1/contracts/{contract}/decline"), &why, 200),
    ] {
        for _ in 0..3 {
            let world = world.fork().await;
            let partner = world.client(partner.secret());
            let (signed, undone) =
                tokio::join!(partner.post(&sign, &signature), partner.post(&path, body));
            let now = partner.get(&format!("/v1/contracts/{contract}")).await.expect(200);
            let quote = partner.get(&format!("/v1/quotes/{quote}")).await.expect(200);
            if signed.status == 200 {
                undone.refused(409, "state_conflict");
                assert_eq!(
                    (&now["state"], &quote["state"]),
                    (&json!("signed"), &json!("accepted"))
                );
            } else {
                undone.expect(status);
                let problem = signed.refused(409, "premature_step");
                assert_eq!(problem["errors"][0]["code"], "contract_not_sent");
                assert_ne!(now["state"], "signed");
                assert_ne!(quote["state"], "accepted");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eight_handoffs_at_once_hand_each_sub_order_off_once() {
    let world = World::start().await;
    let (partner, quote) = cleared(&world).await;
    let whose = customer(&world, "Lone Star Dental Group, LLC", "open").await;
    contract(&world, &partner, &quote).await;
    let made = order(&partner, &quote).await;
    let bill = json!({ "new_account": { "name": "Resale", "address":
        { "street": "208 S Akard St", "city": "Dallas", "state": "TX", "zip": "75202" } } });
    let subs: Vec<String> = made["sub_orders"]
        .as_array()
        .expect("subs")
        .iter()
        .map(|s| id(&s["id"]).to_owned())
        .collect();
    for sub in made["sub_orders"].as_array().expect("subs") {
        enrich(&partner, id(&sub["id"]), &bill).await;
        let path = format!("/v1/quotes/{quote}/sites/{}/customer", id(&sub["site_id"]));
        let body = json!({ "customer_id": whose }).to_string();
        partner.send("PUT", &path, &[], Some(body)).await.expect(200);
    }
    let whole = format!("/v1/orders/{}/handoff", id(&made["id"]));
    let one = format!("/v1/sub-orders/{}/handoff", subs[0]);
    for _ in 0..3 {
        let world = world.fork().await;
        let mut sending = tokio::task::JoinSet::new();
        for place in 0..8 {
            let client = world.client(partner.secret());
            let path = if place % 4 == 3 { one.clone() } else { whole.clone() };
            let key = format!("handoff-{place}");
            sending.spawn(async move { client.post_with_key(&path, &json!({}), &key).await });
        }
        let replies = sending.join_all().await;
        let mut acknowledged: Vec<String> = replies
            .iter()
            .filter(|r| r.status == 200)
            .flat_map(|r| r.body["acknowledgement"]["sub_orders"].as_array().expect("subs"))
            .map(|s| id(&s["id"]).to_owned())
            .collect();
        acknowledged.sort();
        let mut expected = subs.clone();
        expected.sort();
        assert_eq!(acknowledged, expected, "each is acknowledged once");
        for lost in replies.into_iter().filter(|r| r.status != 200) {
            let problem = lost.refused(409, "premature_step");
            assert_eq!(problem["errors"][0]["code"], "handed_off");
        }
        let client = world.client(partner.secret());
        for sub in &subs {
            let history = client.get(&format!("/v1/history/{sub}")).await.expect(200);
            let handed = history["items"].as_array().expect("events").iter();
            assert_eq!(handed.filter(|e| e["kind"] == "sub_order.handed_off").count(), 1);
        }
        assert_eq!(world.jobs_left().await, 2, "each is submitted once");
    }
}
