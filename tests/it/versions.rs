//! The lives of a quote beyond one version: opened again when its offer has expired, given
//! alternatives of which one at most is signed, and cloned.

use crate::catalogues::{DEARER, labelled, publish, second};
use crate::client::{Client, Reply};
use crate::story::steps::*;
use crate::world::{DAY_MS, World};
use serde_json::{Value, json};
use store::{Change, Engine as _, Statement};

/// An offer stands 60 days.
const PAST_THE_OFFER_MS: i64 = 61 * DAY_MS;

fn at(quote: &str, what: &str) -> String {
    format!("/v1/quotes/{quote}/{what}")
}

async fn opened(partner: &Client) -> Value {
    let open = json!({ "name": "Resale", "new_customer": { "name": "Lone Star Dental Group",
        "address": { "street": "208 S Akard St", "city": "Dallas", "state": "TX",
            "zip": "75202" } } });
    partner.post("/v1/opportunities", &open).await.expect(201)
}

/// A quote of two sites, priced on these terms.
async fn priced(world: &World, partner: &Client, ask: &Value) -> String {
    let quote = id(&opened(partner).await["quote"]["id"]).to_owned();
    two_sites(partner, &quote).await;
    validate(world, partner, &quote).await;
    configure(partner, &quote, "OFF_ADI_MID_MARKET", adi()).await;
    partner.post(&at(&quote, "price"), ask).await.expect(200);
    quote
}

async fn reopen(partner: &Client, quote: &str) -> Reply {
    partner.post(&at(quote, "reopen"), &json!({})).await
}

async fn state(partner: &Client, quote: &str) -> Value {
    partner.get(&format!("/v1/quotes/{quote}")).await.expect(200)["state"].clone()
}

/// A further alternative, priced.
async fn alternative(partner: &Client, quote: &str, name: &str) -> Value {
    let new = json!({ "name": name });
    let added = partner.post(&at(quote, "alternatives"), &new).await.expect(201);
    partner.post(&at(id(&added["id"]), "price"), &json!({})).await.expect(200);
    added
}

/// A contract that is out: its path, and what signs it.
async fn out(world: &World, partner: &Client, quote: &str) -> (String, Value) {
    let signer = json!({ "name": "Dana Sample", "title": "Owner", "email": "dana@example.com" });
    let new = json!({ "signer": signer, "customer": { "company_name": "Lone Star Dental Group",
        "address": { "street": "208 S Akard St", "city": "Dallas", "state": "TX",
            "zip": "75202" } } });
    let made = partner.post(&at(quote, "contracts"), &new).await.expect(202);
    world.run_jobs().await;
    let sign = json!({ "signer": signer, "document_sha256": made["document_sha256"] });
    (format!("/v1/contracts/{}", id(&made["id"])), sign)
}

/// Two alternatives with a contract of each out: their ids and their contracts.
async fn two_out(world: &World, partner: &Client) -> [(String, (String, Value)); 2] {
    let first = priced(world, partner, &json!({})).await;
    let asked = json!({ "application": application("Lone Star Dental Group") });
    credit(world, partner, &first, &asked).await;
    let second = id(&alternative(partner, &first, "The other").await["id"]).to_owned();
    let (one, two) = (out(world, partner, &first).await, out(world, partner, &second).await);
    [(first, one), (second, two)]
}

fn last_event(history: &Value) -> &Value {
    history["items"].as_array().and_then(|items| items.last()).expect("an event")
}

#[tokio::test]
async fn an_expired_quote_is_opened_again_and_says_what_no_longer_holds() {
    let world = World::start().await;
    let partner = world.partner("alliance").await;
    let ask = json!({ "discount_percent": "5", "promotions": ["ADI-ALL7"] });
    let first = priced(&world, &partner, &ask).await;
    let early = reopen(&partner, &first).await.refused(409, "state_conflict");
    assert!(id(&early["detail"]).contains("priced"), "{early}");

    world.clock.advance_ms(PAST_THE_OFFER_MS);
    assert_eq!(state(&partner, &first).await, "expired");
    let reply = reopen(&partner, &first).await;
    let place = reply.header("location").to_owned();
    let done = reply.expect(201);
    let second = id(&done["quote"]["id"]);
    assert_eq!(place, format!("/v1/quotes/{second}"));
    let quote = &done["quote"];
    assert_eq!((&quote["revision"], &quote["alternative"]), (&json!(2), &json!("A")));
    assert_eq!((&quote["replaces"], &quote["state"]), (&json!(first), &json!("priced")));
    assert_eq!(quote["offer"]["discount_percent"], "5");
    assert_eq!(quote["offer"]["promotions"], json!([]));
    let left = json!([{ "what": "promotion ADI-ALL7", "why": "it ended on 2026-12-31" }]);
    assert_eq!(done["left_out"], left);

    let found = &done["comparison"];
    assert_eq!(found["from_quote_id"], json!(first));
    let of_quote = found["changes"].as_array().expect("changes");
    let promotions = of_quote.iter().find(|c| c["what"] == "promotions").expect("promotions");
    assert_eq!((&promotions["from"], &promotions["to"]), (&json!("ADI-ALL7"), &json!(null)));
    assert_eq!(promotions["why"], "promotion ADI-ALL7: it ended on 2026-12-31");
    assert_eq!((&found["sites_changed"], &found["sites_unchanged"]), (&json!(2), &json!(0)));
    let access = &found["sites"][0]["changes"][0];
    assert_eq!(access["what"], "Access MRC");
    let why = id(&access["why"]);
    assert!(why.starts_with("no longer: carrier.toml: promotion ADI-ALL7"), "{access}");
    // It can be asked for again.
    let again = partner.get(&at(second, "comparison")).await.expect(200);
    assert_eq!(again["sites"], found["sites"]);

    let sites = partner.get(&at(second, "sites")).await.expect(200);
    adds_up(&json!({ "quote": quote, "sites": sites["sites"] }));
    let old = partner.get(&format!("/v1/quotes/{first}")).await.expect(200);
    assert_eq!((&old["state"], &old["superseded_by"]), (&json!("superseded"), &json!(second)));
    reopen(&partner, &first).await.refused(409, "state_conflict");
    reopen(&partner, second).await.refused(409, "state_conflict");
    let history = partner.get(&format!("/v1/history/{second}")).await.expect(200);
    let why = last_event(&history)["reason"].clone();
    assert_eq!(why, "left out: promotion ADI-ALL7: it ended on 2026-12-31");
}

#[tokio::test]
async fn a_quote_that_is_opened_again_under_a_new_catalogue_says_what_that_changed() {
    let world = World::start().await;
    let (partner, second) = (world.partner("alliance").await, second(&world).await);
    let first = priced(&world, &partner, &json!({})).await;
    let was = partner.get(&format!("/v1/quotes/{first}")).await.expect(200);
    publish(&world, &second, &labelled("2026.2", &[DEARER]), Value::Null).await;
    world.clock.advance_ms(PAST_THE_OFFER_MS);
    let done = reopen(&partner, &first).await.expect(201);
    assert_eq!(done["left_out"], json!([]));
    assert_eq!(done["quote"]["offer"]["catalogue_version"], "2026.2");
    let found = &done["comparison"];
    let of_quote = json!([{ "what": "catalogue", "from": "2026.1-sample", "to": "2026.2",
        "why": null }]);
    assert_eq!(found["changes"], of_quote);
    assert_eq!(found["from_totals"], was["offer"]["totals"]);
    assert_eq!(found["to_totals"], done["quote"]["offer"]["totals"]);
    assert_eq!((&found["sites_changed"], &found["sites_unchanged"]), (&json!(2), &json!(0)));
    for site in found["sites"].as_array().expect("sites") {
        // 890.00 and 900.00, each less 15 % for three years: the port and nothing else.
        let changes = json!([{ "what": "Port MRC", "from": "756.50", "to": "765.00", "why":
            "list price 890.00 is now 900.00 (adi.toml: Port MRC, Port Speed 1G, Billing Option \
             Flat Rate)" }]);
        assert_eq!(site["changes"], changes);
    }
    let sites = partner.get(&at(id(&done["quote"]["id"]), "sites")).await.expect(200);
    adds_up(&json!({ "quote": done["quote"], "sites": sites["sites"] }));
}

#[tokio::test]
async fn a_discount_that_was_approved_waits_for_approval_again() {
    let world = World::start().await;
    let partner = world.partner("alliance").await;
    let first = priced(&world, &partner, &json!({ "discount_percent": "14" })).await;
    let path = format!("/v1/operations/discount-approvals/{first}/approve");
    world.operations.post(&path, &json!({ "note": "A strategic customer." })).await.expect(200);
    world.clock.advance_ms(PAST_THE_OFFER_MS);
    let done = reopen(&partner, &first).await.expect(201);
    assert_eq!(done["quote"]["state"], "pending_approval");
    assert_eq!(done["quote"]["offer"]["approved_by"], json!(null));
    assert_eq!(done["left_out"], json!([]));
    let waiting = world.operations.get("/v1/operations/discount-approvals").await.expect(200);
    assert_eq!(waiting["items"][0]["id"], done["quote"]["id"]);
    let second = id(&done["quote"]["id"]);
    let path = format!("/v1/operations/discount-approvals/{second}/approve");
    world.operations.post(&path, &json!({})).await.expect(200);
    assert_eq!(state(&partner, second).await, "priced");
}

#[tokio::test]
async fn of_many_sites_a_quote_that_is_opened_again_shows_the_first() {
    let world = World::start().await;
    let partner = world.partner("alliance").await;
    let quote = id(&opened(&partner).await["quote"]["id"]).to_owned();
    let address = json!({ "street": "233 S Wacker Dr", "city": "Chicago", "state": "IL",
        "zip": "60606" });
    let site = |n: usize| json!({ "name": format!("Site {n}"), "address": address });
    let sites: Vec<Value> = (0..130).map(site).collect();
    partner.post(&at(&quote, "sites"), &json!({ "sites": sites })).await.expect(201);
    configure(&partner, &quote, "OFF_ADI_MID_MARKET", adi()).await;
    let ask = json!({ "promotions": ["ADI-ALL7"] });
    partner.post(&at(&quote, "price"), &ask).await.expect(200);
    world.clock.advance_ms(PAST_THE_OFFER_MS);
    let done = reopen(&partner, &quote).await.expect(201);
    let found = &done["comparison"];
    assert_eq!((&found["sites_changed"], &found["sites_unchanged"]), (&json!(130), &json!(0)));
    assert_eq!(found["sites"].as_array().map(Vec::len), Some(100));
}

#[tokio::test]
async fn the_alternative_that_is_signed_ends_the_others_and_none_can_join_it() {
    let world = World::start().await;
    let partner = world.partner("alliance").await;
    let [(first, (theirs, sign_theirs)), (second, (ours, sign_ours))] =
        two_out(&world, &partner).await;
    // A third, of which two versions were made.
    let third = alternative(&partner, &second, "A third").await;
    let third = partner.post(&at(id(&third["id"]), "revise"), &json!({})).await.expect(201);
    assert_eq!((&third["alternative"], &third["revision"]), (&json!("C"), &json!(2)));
    let all = partner.get(&at(&first, "alternatives")).await.expect(200);
    let letters: Vec<_> = all["items"].as_array().expect("items").iter().collect();
    assert_eq!(letters.len(), 3);
    assert!(letters.iter().all(|quote| quote["number"] == all["number"]));
    let found = partner.get(&format!("{}?from={first}", at(&second, "comparison"))).await;
    let found = found.expect(200);
    assert_eq!(found["changes"][0]["what"], "name");
    assert_eq!((&found["sites_changed"], &found["sites_unchanged"]), (&json!(0), &json!(2)));
    let document = partner.get(&format!("{ours}/document")).await;
    assert!(document.text.contains(" alternative B revision 1\n"), "{}", document.text);

    partner.post(&format!("{ours}/sign"), &sign_ours).await.expect(200);
    for other in [first.as_str(), id(&third["id"])] {
        let ended = partner.get(&format!("/v1/quotes/{other}")).await.expect(200);
        assert_eq!(ended["state"], "superseded");
        assert_eq!(ended["superseded_by"], json!(second));
        let history = partner.get(&format!("/v1/history/{other}")).await.expect(200);
        let last = last_event(&history);
        assert_eq!(last["kind"], "quote.superseded");
        assert_eq!(last["reason"], "alternative B was signed");
    }
    let voided = partner.get(&theirs).await.expect(200);
    let why = (&voided["state"], &voided["reason"]);
    assert_eq!(why, (&json!("voided"), &json!("alternative B was signed")));
    let late = partner.post(&format!("{theirs}/sign"), &sign_theirs).await;
    late.refused(409, "premature_step");
    for quote in [first.as_str(), &second] {
        let late = partner.post(&at(quote, "alternatives"), &json!({ "name": "Late" })).await;
        let problem = late.refused(409, "state_conflict");
        assert!(id(&problem["detail"]).contains("alternative B of quote Q-"), "{problem}");
    }
    let stranger = world.partner("alliance").await;
    stranger.get(&at(&first, "alternatives")).await.refused(404, "not_found");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_alternatives_that_are_signed_at_once_one_is() {
    let world = World::start().await;
    let partner = world.partner("alliance").await;
    let [(first, (one, sign_one)), (second, (two, sign_two))] = two_out(&world, &partner).await;
    let (one, two) = (format!("{one}/sign"), format!("{two}/sign"));
    for _ in 0..4 {
        let world = world.fork().await;
        let partner = world.client(partner.secret());
        let (a, b) = tokio::join!(partner.post(&one, &sign_one), partner.post(&two, &sign_two));
        let (won, lost) = if a.status == 200 { (a, b) } else { (b, a) };
        won.expect(200);
        // Later, or at the same moment: its contract is voided, or the other is seen to be signed.
        let code = &lost.expect(409)["code"];
        assert!(code == "premature_step" || code == "state_conflict", "{code}");
        let mut states = [state(&partner, &first).await, state(&partner, &second).await];
        states.sort_by_key(ToString::to_string);
        assert_eq!(states, ["accepted", "superseded"]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_alternative_that_joins_during_a_signature_ends_with_it_or_is_refused() {
    let world = World::start().await;
    let partner = world.partner("alliance").await;
    let [(first, (one, sign)), (second, _)] = two_out(&world, &partner).await;
    let sign_path = format!("{one}/sign");
    let new = json!({ "name": "One more" });
    for quote in [&first, &second, &first, &second] {
        let world = world.fork().await;
        let partner = world.client(partner.secret());
        let add = at(quote, "alternatives");
        let (signed, added) =
            tokio::join!(partner.post(&sign_path, &sign), partner.post(&add, &new));
        signed.expect(200);
        if added.status == 201 {
            assert_eq!(state(&partner, id(&added.body["id"])).await, "superseded");
        } else {
            added.refused(409, "state_conflict");
        }
        assert_eq!(state(&partner, &second).await, "superseded");
    }
}

#[tokio::test]
async fn the_database_itself_keeps_a_second_alternative_from_being_accepted() {
    let world = World::start().await;
    let partner = world.partner("alliance").await;
    let [(_, (one, sign)), _] = two_out(&world, &partner).await;
    partner.post(&format!("{one}/sign"), &sign).await.expect(200);
    let accept = Statement::new("update quote set state = 'accepted' where alternative = 'B'", []);
    let written = world.engine().write(Change::new([accept]).alone()).await.expect("an answer");
    assert!(!written.is_done(), "{written:?}");
}

#[tokio::test]
async fn a_clone_is_a_quote_of_its_own_with_what_was_found_and_chosen() {
    let world = World::start().await;
    let partner = world.partner("alliance").await;
    let source = priced(&world, &partner, &json!({})).await;
    let why = json!({ "reason": "The customer chose another offer." });
    let number = partner.post(&at(&source, "cancel"), &why).await.expect(200)["number"].clone();
    let other = id(&opened(&partner).await["opportunity"]["id"]).to_owned();
    let new = json!({ "name": "Once more", "opportunity_id": other });
    let copy = partner.post(&at(&source, "clone"), &new).await.expect(201);
    let same = ["state", "revision", "alternative", "name", "opportunity_id", "replaces"];
    let told: Vec<_> = same.iter().map(|member| copy[*member].clone()).collect();
    assert_eq!(json!(told), json!(["draft", 1, "A", "Once more", other, null]));
    assert_ne!(copy["number"], number);
    let sites = partner.get(&at(id(&copy["id"]), "sites")).await.expect(200);
    let second = &sites["sites"][1];
    assert_eq!(second["validation"]["state"], "accepted");
    assert!(second["configuration"].is_object() && second["price"].is_null(), "{second}");
    // Nothing is left to do before its price.
    let price = partner.post(&at(id(&copy["id"]), "price"), &json!({})).await.expect(200);
    assert_eq!(price["quote"]["state"], "priced");

    let unknown = json!({ "name": "Once more", "opportunity_id": "006000000000001" });
    let problem = partner.post(&at(&source, "clone"), &unknown).await;
    let problem = problem.refused(422, "unknown_reference");
    assert_eq!(problem["errors"][0]["pointer"], "/opportunity_id");
    partner.post(&at(&source, "clone"), &json!({})).await.refused(422, "invalid_body");
}
