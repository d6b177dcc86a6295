//! Letters of agency: what becomes of them, and what the lookup says by them.

use crate::client::Client;
use crate::story::steps::{customer, id};
use crate::world::{DAY_MS, World};
use serde_json::{Value, json};

const PATH: &str = "/v1/letters-of-agency";

fn new(customer: &str) -> Value {
    json!({ "customer_id": customer,
        "signer": { "name": "Dana Sample", "email": "dana@example.com" } })
}

fn own(letter: &Value, what: &str) -> String {
    format!("{PATH}/{}{what}", id(&letter["id"]))
}

fn day(letter: &Value) -> &str {
    &id(&letter["created_at"])[..10]
}

fn signature(letter: &Value) -> Value {
    json!({ "signed_on": day(letter), "document_sha256": letter["document_sha256"],
        "attachment_reference": "DOC-7" })
}

async fn generate(partner: &Client, customer: &str) -> Value {
    partner.post(PATH, &new(customer)).await.expect(201)
}

async fn sign(partner: &Client, letter: &Value) -> Value {
    partner.post(&own(letter, "/sign"), &signature(letter)).await.expect(200)
}

/// What a partner is told of a customer's consent: by the lookup, which says the same as reading.
async fn consent(partner: &Client, customer: &str, name: &str) -> (Value, Value) {
    let found = partner.post("/v1/customers/lookup", &json!({ "name": name })).await.expect(200);
    let read = partner.get(&format!("/v1/customers/{customer}")).await.expect(200);
    let found = &found["customers"][0];
    for member in ["id", "loa_on_file", "loa_status", "loa_valid_until"] {
        assert_eq!(found[member], read[member], "{member}");
    }
    assert_eq!(read["loa_on_file"], read["loa_status"] == "on_file");
    (read["loa_status"].clone(), read["loa_valid_until"].clone())
}

#[tokio::test]
async fn a_letter_is_drawn_signed_and_taken_back_and_the_lookup_says_so() {
    const NAME: &str = "Harbour Lights Hotels";
    let world = World::start().await;
    let (partner, other) = (world.partner("alliance").await, world.partner("alliance").await);
    let theirs = customer(&world, NAME, "open").await;
    let letter = generate(&partner, &theirs).await;
    assert_eq!((&letter["state"], &letter["months"]), (&json!("generated"), &json!(12)));
    assert_eq!(letter["signer"]["title"], Value::Null);
    let text = partner.get(&own(&letter, "/document")).await;
    assert_eq!(text.header("content-type"), "text/plain; charset=utf-8");
    for says in [NAME, "208 S Akard St, Dallas, TX 75202", "Dana Sample, dana@example.com"] {
        assert!(text.text.contains(says), "{says} in {}", text.text);
    }
    assert_eq!(consent(&partner, &theirs, NAME).await.0, "none");
    let again = partner.post(PATH, &new(&theirs)).await.refused(409, "already_exists");
    assert!(id(&again["detail"]).contains(id(&letter["id"])), "{again:#}");

    let on_file = sign(&partner, &letter).await;
    assert_eq!(on_file["state"], "on_file");
    let until = &on_file["filing"]["valid_until"];
    assert_eq!(consent(&partner, &theirs, NAME).await, (json!("on_file"), until.clone()));
    assert_eq!(consent(&other, &theirs, NAME).await, (json!("none"), Value::Null));
    partner.post(PATH, &new(&theirs)).await.refused(409, "already_exists");
    let open = json!({ "name": "Two hotels", "customer_id": theirs });
    partner.post("/v1/opportunities", &open).await.expect(201);
    let details = json!({ "doing_business_as": "Harbour" });
    let path = format!("/v1/customers/{theirs}");
    let edited = partner.edit("PATCH", &path, "*", &details).await.expect(200);
    assert_eq!((&edited["loa_status"], &edited["loa_valid_until"]), (&json!("on_file"), until));
    // The other partner's own is its own.
    let others = generate(&other, &theirs).await;
    for path in [own(&letter, ""), own(&letter, "/document")] {
        other.get(&path).await.refused(404, "not_found");
    }
    let all = format!("/v1/operations/letters-of-agency?customer_id={theirs}");
    let all = world.operations.get(&all).await.expect(200);
    let ids: Vec<&Value> = all["items"].as_array().expect("letters").iter().collect();
    let ids: Vec<&Value> = ids.iter().map(|letter| &letter["id"]).collect();
    assert_eq!(ids.len(), 2);
    assert!(ids.contains(&&letter["id"]) && ids.contains(&&others["id"]));

    let why = json!({ "reason": "The customer changed its agent." });
    let path = format!("/v1/operations/letters-of-agency/{}/revoke", id(&letter["id"]));
    let revoked = world.operations.post(&path, &why).await.expect(200);
    assert_eq!((&revoked["state"], &revoked["filing"]), (&json!("revoked"), &on_file["filing"]));
    assert_eq!(revoked["revocation"]["reason"], why["reason"]);
    assert!(id(&revoked["revocation"]["by"]).starts_with("operations ("));
    assert_eq!(consent(&partner, &theirs, NAME).await, (json!("none"), Value::Null));
    partner.post(&own(&letter, "/revoke"), &why).await.refused(409, "state_conflict");
    let list = |state: &str| format!("{PATH}?customer_id={theirs}&state={state}");
    let found = partner.get(&list("revoked")).await.expect(200);
    assert_eq!(found["items"], json!([revoked]));
    assert_eq!(partner.get(&list("on_file")).await.expect(200)["items"], json!([]));
    let elsewhere = customer(&world, "Somebody Else", "open").await;
    let none = format!("{PATH}?customer_id={elsewhere}");
    assert_eq!(partner.get(&none).await.expect(200)["items"], json!([]));
    generate(&partner, &theirs).await;
}

#[tokio::test]
async fn what_operations_loaded_counts_for_every_partner_and_the_later_day_counts() {
    const NAME: &str = "Quiet Meadows Farms";
    let world = World::start().await;
    let (partner, other) = (world.partner("alliance").await, world.partner("aiab").await);
    let load = json!({ "name": NAME, "alliance_status": "open", "loa_on_file": true,
        "loa_valid_until": "2020-01-31", "address": { "street": "208 S Akard St",
            "city": "Dallas", "state": "TX", "zip": "75202" } });
    let theirs = world.operations.post("/v1/operations/customers", &load).await.expect(201);
    let theirs = id(&theirs["id"]);
    let old = (json!("expired"), json!("2020-01-31"));
    assert_eq!(consent(&partner, theirs, NAME).await, old);
    let letter = generate(&partner, theirs).await;
    let until = sign(&partner, &letter).await["filing"]["valid_until"].clone();
    assert_eq!(consent(&partner, theirs, NAME).await, (json!("on_file"), until));
    assert_eq!(consent(&other, theirs, NAME).await, old);
}

#[tokio::test]
async fn what_cannot_have_been_signed_is_not_put_on_file() {
    let world = World::start().await;
    let partner = world.partner("alliance").await;
    let theirs = customer(&world, "Lone Star Dental Group, LLC", "open").await;
    let letter = generate(&partner, &theirs).await;
    let path = own(&letter, "/sign");
    let with = |member: &str, value: &str| {
        let mut body = signature(&letter);
        body[member] = json!(value);
        body
    };
    for (wrong, because) in
        [("2020-01-01", "out_of_range"), ("2099-01-01", "out_of_range"), ("soon", "bad_format")]
    {
        let refused = partner.post(&path, &with("signed_on", wrong)).await;
        let refused = refused.refused(422, "invalid_body");
        assert_eq!(refused["errors"][0]["pointer"], "/signed_on", "{refused:#}");
        assert_eq!(refused["errors"][0]["code"], because);
    }
    let other = with("document_sha256", &"0".repeat(64));
    partner.post(&path, &other).await.refused(409, "state_conflict");
    partner
        .post(&own(&letter, "/revoke"), &json!({ "reason": "early" }))
        .await
        .refused(409, "state_conflict");
    partner.post(&own(&letter, "/withdraw"), &json!({})).await.expect(200);
    partner.post(&path, &signature(&letter)).await.refused(409, "state_conflict");
    let mut nobody = new(&theirs);
    nobody["customer_id"] = letter["id"].clone();
    let nobody = partner.post(PATH, &nobody).await.refused(422, "unknown_reference");
    assert_eq!(nobody["errors"][0]["pointer"], "/customer_id");
    let mut long = new(&theirs);
    long["months"] = json!(61);
    let long = partner.post(PATH, &long).await.refused(422, "invalid_body");
    assert_eq!(long["errors"][0]["pointer"], "/months");
}

#[tokio::test]
async fn the_clock_lets_letters_lapse_and_expire_and_makes_room_for_the_next() {
    const NAME: &str = "Prairie Clinics";
    let world = World::start().await;
    let partner = world.partner("alliance").await;
    let theirs = customer(&world, NAME, "open").await;
    let first = generate(&partner, &theirs).await;
    world.clock.advance_ms(90 * DAY_MS - 1);
    partner.post(PATH, &new(&theirs)).await.refused(409, "already_exists");
    world.clock.advance_ms(1);
    assert_eq!(partner.get(&own(&first, "")).await.expect(200)["state"], "lapsed");
    let late = partner.post(&own(&first, "/sign"), &signature(&first)).await;
    late.refused(409, "state_conflict");
    let mut short = new(&theirs);
    short["months"] = json!(1);
    let second = partner.post(PATH, &short).await.expect(201);
    assert_eq!(partner.get(&own(&first, "")).await.expect(200)["state"], "withdrawn");
    let told = partner.get(&format!("/v1/history/{}", id(&first["id"]))).await.expect(200);
    let told = told["items"].as_array().and_then(|all| all.last()).expect("an event").clone();
    assert_eq!((&told["from"], &told["to"]), (&json!("lapsed"), &json!("withdrawn")), "{told:#}");
    let until = sign(&partner, &second).await["filing"]["valid_until"].clone();
    world.clock.advance_ms(32 * DAY_MS);
    assert_eq!(consent(&partner, &theirs, NAME).await, (json!("expired"), until));
    assert_eq!(partner.get(&own(&second, "")).await.expect(200)["state"], "expired");
    let gone = partner.post(&own(&second, "/revoke"), &json!({ "reason": "late" })).await;
    gone.refused(409, "state_conflict");
    generate(&partner, &theirs).await;
}
