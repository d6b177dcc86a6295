//! End customers through the door: found by what a person means, loaded from files, asked for by
//! several partners, assigned to sites.

use crate::client::{Client, Reply};
use crate::story::steps::{id, two_sites};
use crate::world::World;
use serde_json::{Value, json};

async fn load(world: &World, name: &str, more: Value) -> String {
    let mut new = json!({ "name": name, "address":
        { "street": "208 S Akard St", "city": "Dallas", "state": "TX", "zip": "75202-4206" } });
    if let (Some(new), Value::Object(more)) = (new.as_object_mut(), more) {
        new.extend(more);
    }
    let made = world.operations.post("/v1/operations/customers", &new).await.expect(201);
    id(&made["id"]).to_owned()
}

async fn look(partner: &Client, asked: Value) -> Value {
    let asked = Some(asked.to_string());
    partner.send("POST", "/v1/customers/lookup", &[], asked).await.expect(200)
}

fn names(found: &Value) -> Vec<&str> {
    found["customers"].as_array().expect("customers").iter().map(|c| id(&c["name"])).collect()
}

fn codes(found: &Value) -> Vec<&str> {
    let reasons = found["customers"][0]["match_reasons"].as_array();
    reasons.into_iter().flatten().map(|r| id(&r["code"])).collect()
}

#[tokio::test]
async fn a_customer_is_found_by_what_a_person_means_and_says_why() {
    let world = World::start().await;
    let partner = world.partner("alliance").await;
    let name = "Müller & Sons Manufacturing, L.L.C.";
    let more = json!({ "doing_business_as": "Alamo Widgets", "acid": "A-1000042",
        "sub_accounts": [{ "id": "TWNN1I" }, { "id": "U8GOM4", "status": "inactive" }],
        "loa_on_file": true, "loa_valid_until": "2020-01-31" });
    load(&world, name, more).await;
    for (asked, reasons) in [
        (json!({ "name": "MULLER AND SONS MANUFACTURING INC" }), &["exact_name"][..]),
        (json!({ "name": "muller sons mfg" }), &["exact_name", "abbreviation"]),
        (json!({ "name": "manufacturing muller sons" }), &["same_words"]),
        (json!({ "name": "mullr sons" }), &["begins_with", "typo"]),
        (json!({ "name": "sons manufacturign" }), &["contains", "typo"]),
        (json!({ "name": "muller manuf" }), &["contains", "abbreviation"]),
        (json!({ "name": "muller sons manufact" }), &["begins_with", "word_begins"]),
        (json!({ "name": "muller sons dallas" }), &["begins_with", "place_in_name"]),
        (json!({ "name": "alamo wigets" }), &["exact_name", "doing_business_as", "typo"]),
        (json!({ "acid": "a1000042" }), &["acid"]),
        (json!({ "sub_account_id": "twnn1i" }), &["sub_account"]),
        (
            json!({ "name": "muller", "city": "dallas", "state": "tx", "zip": "75202" }),
            &["begins_with", "city", "state", "zip"],
        ),
        (json!({ "name": "muller", "zip": "752029999" }), &["begins_with", "zip"]),
        (json!({ "name": "muller", "city": "DALLAS" }), &["begins_with", "city"]),
    ] {
        let found = look(&partner, asked.clone()).await;
        assert_eq!(names(&found), [name], "{asked}");
        assert_eq!(codes(&found), reasons, "{asked}");
    }
    let found = look(&partner, json!({ "acid": "a1000042" })).await;
    let customer = &found["customers"][0];
    assert_eq!(
        (&customer["loa_status"], &customer["loa_on_file"]),
        (&json!("expired"), &json!(false))
    );
    assert_eq!(customer["sub_accounts"][1]["status"], "inactive");
    assert_eq!(customer["sub_account_id"], "TWNN1I");
    for nowhere in [
        json!({ "name": "muller", "zip": "75203" }),
        json!({ "name": "muller", "city": "Austin" }),
        json!({ "name": "muller", "city": "Dallas", "state": "OK" }),
        json!({ "name": "muller plumbing" }),
        json!({ "acid": "A-1000043" }),
    ] {
        let found = look(&partner, nowhere.clone()).await;
        assert_eq!(found["message"], "No customer found.", "{nowhere}");
        assert!(id(&found["next_step"]).contains("new_customer"));
    }
}

#[tokio::test]
async fn at_most_five_are_told_best_first_and_too_little_is_refused() {
    let world = World::start().await;
    let partner = world.partner("alliance").await;
    for name in [
        "Big Prairie Clinics",
        "Prairie Clinics of Tulsa",
        "Prairie Clinics",
        "Clinics Prairie",
        "Prairie Clinics West",
        "Prairie Clinics East",
        "Prarie Clinics",
        "Prairie Lights",
    ] {
        load(&world, name, json!({})).await;
    }
    let found = look(&partner, json!({ "name": "prairie clinics" })).await;
    let expected = [
        "Prairie Clinics",
        "Clinics Prairie",
        "Prairie Clinics East",
        "Prairie Clinics West",
        "Prairie Clinics of Tulsa",
    ];
    let mut five = names(&found);
    assert_eq!(five[..2], expected[..2]);
    five.sort_unstable();
    let mut expected = expected.to_vec();
    expected.sort_unstable();
    assert_eq!(five, expected);
    let again = look(&partner, json!({ "name": "prairie clinics" })).await;
    assert_eq!(found, again);
    for (asked, pointer) in [(json!({ "name": "A&B" }), "/name"), (json!({}), "/name")] {
        let path = "/v1/customers/lookup";
        let refused = partner.send("POST", path, &[], Some(asked.to_string())).await;
        let problem = refused.refused(422, "invalid_body");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem:#}");
    }
}

#[tokio::test]
async fn no_partner_finds_the_prospects_of_another_nor_who_serves_a_customer() {
    let world = World::start().await;
    let (one, two) = (world.partner("alliance").await, world.partner("alliance").await);
    let open = json!({ "name": "First", "new_customer": { "name": "Whispering Oaks Lumber",
        "address": { "street": "1 Main St", "city": "Dallas", "state": "TX", "zip": "75202" } } });
    let opened = one.post("/v1/opportunities", &open).await.expect(201);
    let me = one.get("/v1/me").await.expect(200);
    let serving = json!({ "alliance_status": "partner_only", "partner_id": me["partner"]["id"] });
    load(&world, "Whistling Elms Lumber", serving).await;
    for asked in ["whispering oaks lumber", "whispring oaks", "lumber whispering"] {
        let own = look(&one, json!({ "name": asked })).await;
        assert_eq!(names(&own), ["Whispering Oaks Lumber"], "{asked}");
        assert!(own["customers"][0]["partner_id"].is_string());
        let foreign = look(&two, json!({ "name": asked })).await;
        assert_eq!(foreign["message"], "No customer found.", "{asked}");
    }
    let foreign = look(&two, json!({ "name": "whistling elms" })).await;
    let customer = &foreign["customers"][0];
    assert_eq!((&customer["served"], &customer["partner_id"]), (&json!(false), &json!(null)));
    let own = look(&one, json!({ "name": "whistling elms" })).await;
    assert_eq!(own["customers"][0]["partner_id"], me["partner"]["id"]);
    // What is edited is found anew, and no longer as it was.
    let path = format!("/v1/customers/{}", id(&opened["customer"]["id"]));
    let details = json!({ "doing_business_as": "Timber Town", "address": { "street": "1 Elm St",
        "city": "Austin", "state": "TX", "zip": "78701" } });
    one.edit("PATCH", &path, "\"1\"", &details).await.expect(200);
    assert_eq!(names(&look(&one, json!({ "name": "timber town" })).await).len(), 1);
    assert_eq!(names(&look(&one, json!({ "name": "whispering", "zip": "78701" })).await).len(), 1);
    let before = look(&one, json!({ "name": "whispering", "zip": "75202" })).await;
    assert!(names(&before).is_empty());
}

const PATH: &str = "/v1/operations/customer-imports";
const FILE: &str = "Customer Number,Company,DBA,Address,City,State,Zip Code,Sub-Accounts,Alliance\n\
    0042,Harbor Point Bakery LLC,Sweet Harbor,1 Beacon St,Boston,Massachusetts,2108,S-1; S-2,open\n\
    0043,Sample Freight,,208 S Akard St,Dallas,TX,75202,,carrier_only\n";

async fn send(client: &Client, key: &str, body: &str) -> Reply {
    client.upload(PATH, key, "text/csv", body.as_bytes().to_vec()).await
}

#[tokio::test]
async fn a_file_of_accounts_is_taken_as_a_whole_and_again_changes_nothing() {
    let world = World::start().await;
    let partner = world.partner("alliance").await;
    let preview = format!("{PATH}/preview");
    let would = world.operations.upload(&preview, "-", "text/csv", FILE.into()).await.expect(200);
    assert_eq!(would["would"]["created"], 2, "{would:#}");
    assert_eq!(would["columns"][0]["means"], "ACID");
    let done = send(&world.operations, "k-1", FILE).await.expect(200);
    assert_eq!(done, json!({ "created": 2, "updated": 0, "unchanged": 0 }));
    let found = look(&partner, json!({ "name": "sweet harbour" })).await;
    assert_eq!(found["customers"][0]["acid"], "0042");
    assert_eq!(found["customers"][0]["address"]["zip"], "02108");
    let before = world.rows("select id, version, doc from account order by id").await;
    let done = send(&world.operations, "k-2", FILE).await.expect(200);
    assert_eq!(done, json!({ "created": 0, "updated": 0, "unchanged": 2 }));
    assert!(world.rows("select id, version, doc from account order by id").await == before);
    // A row that says otherwise moves the account, and the lookup with it.
    let moved = FILE.replace("Sample Freight", "Sample Freight & Cartage");
    let done = send(&world.operations, "k-3", &moved).await.expect(200);
    assert_eq!(done, json!({ "created": 0, "updated": 1, "unchanged": 1 }));
    assert_eq!(names(&look(&partner, json!({ "name": "freight cartage" })).await).len(), 1);
    let new = json!({ "name": "Another", "acid": "0042", "address":
        { "street": "1 Main St", "city": "Dallas", "state": "TX", "zip": "75202" } });
    let twin = world.operations.post("/v1/operations/customers", &new).await;
    twin.refused(409, "already_exists");
    partner.upload(PATH, "k-4", "text/csv", FILE.into()).await.refused(403, "forbidden");
}

#[tokio::test]
async fn a_file_with_faults_names_each_and_leaves_nothing_behind() {
    let world = World::start().await;
    let before = world.memory().await;
    let faulty = format!("{FILE}0042,Twin,,1 Main St,Dallas,Texs,7520x,,closed\n");
    let problem = send(&world.operations, "k-1", &faulty).await.refused(422, "invalid_body");
    let pointers: Vec<_> = problem["errors"]
        .as_array()
        .expect("faults")
        .iter()
        .map(|f| (id(&f["pointer"]), id(&f["code"])))
        .collect();
    for expected in [
        ("/rows/4/A", "duplicate"),
        ("/rows/4/F", "not_allowed_value"),
        ("/rows/4/G", "bad_format"),
        ("/rows/4/I", "not_allowed_value"),
    ] {
        assert!(pointers.contains(&expected), "{expected:?}: {problem:#}");
    }
    let partner_only = FILE.replace("carrier_only", "partner_only");
    let problem = send(&world.operations, "k-2", &partner_only).await.refused(422, "invalid_body");
    assert_eq!(problem["errors"][0]["pointer"], "/rows/3/Partner");
    assert!(world.memory().await == before, "a refused file leaves nothing behind");
}

#[tokio::test]
async fn pleas_of_several_partners_stand_together_and_are_decided_together() {
    let world = World::start().await;
    let partners = [world.partner("alliance").await, world.partner("alliance").await];
    let theirs = json!({ "alliance_status": "carrier_only" });
    let wanted = load(&world, "Harbor Lights", theirs.clone()).await;
    let other = load(&world, "Quiet Meadows", theirs).await;
    let plea = |customer: &str| {
        json!({ "customer_id": customer, "reason": "The customer asked us to serve it.",
            "attachment_reference": "DOC-1" })
    };
    for partner in &partners {
        partner.post("/v1/exception-requests", &plea(&wanted)).await.expect(201);
        world.clock.advance_ms(3_600_000);
    }
    partners[0].post("/v1/exception-requests", &plea(&other)).await.expect(201);
    let queue = world.operations.get("/v1/operations/exceptions").await.expect(200);
    let groups = queue["items"].as_array().expect("groups");
    assert_eq!(groups.len(), 2);
    let first = &groups[0];
    assert_eq!((&first["customer_id"], &first["partners"]), (&json!(wanted), &json!(2)));
    assert_eq!((&first["age_hours"], &first["overdue"]), (&json!(2), &json!(false)));
    assert_ne!(first["requests"][0]["partner_id"], first["requests"][1]["partner_id"]);
    let page = world.operations.get("/v1/operations/exceptions?limit=1").await.expect(200);
    let next = format!("/v1/operations/exceptions?cursor={}", id(&page["next_cursor"]));
    let page = world.operations.get(&next).await.expect(200);
    assert_eq!(page["items"][0]["customer_id"], json!(other));
    // Five days are more than two working days.
    world.clock.advance_ms(5 * 86_400_000);
    let queue = world.operations.get("/v1/operations/exceptions").await.expect(200);
    assert_eq!(queue["items"][0]["overdue"], true);
    let path = format!("/v1/operations/exceptions/{wanted}/approve");
    let decided = world.operations.post(&path, &json!({ "valid_days": 30 })).await.expect(200);
    assert_eq!(decided["requests"].as_array().map(Vec::len), Some(2));
    let path = format!("/v1/operations/exceptions/{other}/deny");
    let deny = json!({ "reason_code": "existing_contract" });
    world.operations.post(&path, &deny).await.expect(200);
    world.operations.post(&path, &deny).await.refused(409, "state_conflict");
    let open = json!({ "name": "Served now", "customer_id": wanted });
    for partner in &partners {
        let own = partner.get("/v1/exception-requests").await.expect(200);
        assert!(own["items"].as_array().expect("items").iter().all(|r| r["partner_id"].is_null()));
        assert_eq!(
            own["items"].as_array().expect("items").len(),
            if own["items"][0]["state"] == "denied" { 2 } else { 1 }
        );
        partner.post("/v1/opportunities", &open).await.expect(201);
    }
    // The approvals end by themselves.
    world.clock.advance_ms(31 * 86_400_000);
    partners[1].post("/v1/opportunities", &open).await.refused(409, "premature_step");
    let found = look(&partners[1], json!({ "name": "harbor lights" })).await;
    assert_eq!(found["customers"][0]["exception"]["state"], "expired");
    assert_eq!(found["customers"][0]["served"], false);
}

#[tokio::test]
async fn customers_of_sites_are_assigned_together_and_taken_away_again() {
    let world = World::start().await;
    let apex = world.partner("apex").await;
    let whose = load(&world, "Lone Star Dental Group", json!({})).await;
    let opened = apex.post("/v1/opportunities", &json!({ "name": "Resale" })).await.expect(201);
    let quote = id(&opened["quote"]["id"]).to_owned();
    let sites = two_sites(&apex, &quote).await;
    let path = format!("/v1/quotes/{quote}/customers");
    let put = async |body: Value| apex.send("PUT", &path, &[], Some(body.to_string())).await;
    let both = json!({ "assignments": [{ "site_id": sites[0], "customer_id": whose },
        { "site_id": sites[1], "customer_id": whose }] });
    let done = put(both).await.expect(200);
    assert_eq!(done["assignments"][1]["site"]["customer_id"], whose);
    let none = json!({ "assignments": [{ "site_id": sites[1], "customer_id": null }] });
    let done = put(none).await.expect(200);
    assert!(done["assignments"][0]["site"]["customer_id"].is_null());
    let wrong = json!({ "assignments": [{ "site_id": sites[0], "customer_id": null },
        { "site_id": sites[1], "customer_id": &quote }] });
    let problem = put(wrong).await.refused(422, "unknown_reference");
    assert_eq!(problem["errors"][0]["pointer"], "/assignments/1/customer_id");
    let wrong = json!({ "assignments": [{ "site_id": quote, "customer_id": null }] });
    let problem = put(wrong).await.refused(422, "unknown_reference");
    assert_eq!(problem["errors"][0]["pointer"], "/assignments/0/site_id");
    let seen = apex.get(&format!("/v1/quotes/{quote}/sites")).await.expect(200);
    assert_eq!(seen["sites"][0]["customer_id"], whose, "all or none");
}
