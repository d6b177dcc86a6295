//! Every row of the table of scripted values, seen through the door.

use super::*;
use domain::party::{Environment, Role};
use domain::sandbox::{AddressScript, CreditScript, Place, Script, Scripted, VALUES};

fn of(place: Place) -> Vec<&'static Scripted> {
    let found: Vec<_> = VALUES.iter().filter(|one| one.place == place).collect();
    assert!(!found.is_empty(), "{place:?}");
    found
}

/// Lets time pass until the last of five tries is over.
const ALL_TRIES: &str = "10 minutes";

#[tokio::test]
async fn every_business_name_e_mail_address_and_tax_id_forces_its_credit_decision() {
    let world = World::start().await;
    let partner = world.partner("apex").await;
    freeze(&partner).await;
    let quote = priced(&world, &partner, &["Dallas"]).await;
    let path = format!("/v1/quotes/{quote}/credit-checks");
    let places = [Place::BusinessName, Place::CreditEmail, Place::TaxId];
    for one in places.into_iter().flat_map(of) {
        let mut asked = application("Lone Star Dental Group");
        match one.place {
            Place::BusinessName => asked["business_name"] = one.value.into(),
            Place::TaxId => asked["tax_id"] = one.value.into(),
            _ => asked["email"] = one.value.into(),
        }
        let made = partner.post(&path, &json!({ "application": asked })).await.expect(202);
        world.run_jobs().await;
        let at = format!("/v1/credit-checks/{}", id(&made["id"]));
        let first = partner.get(&at).await.expect(200);
        let script = one.script;
        let retried = [
            CreditScript::DownTwice,
            CreditScript::Down,
            CreditScript::Other,
            CreditScript::Malformed,
        ];
        let retried = retried.map(Script::Credit).contains(&script);
        assert_eq!(first["state"] == "requested", retried, "{}: {first}", one.value);
        advance(&world, &partner, ALL_TRIES).await;
        let check = partner.get(&at).await.expect(200);
        assert_eq!(check["state"], one.outcome, "{}: {check:#}", one.value);
        let deposit = script == Script::Credit(CreditScript::Deposit);
        assert_eq!(check["deposit"].is_string(), deposit, "{}: {check:#}", one.value);
        let low = script == Script::Credit(CreditScript::LowLimit);
        let missing = missing(&partner, &quote, "contract").await;
        let codes: Vec<&str> =
            missing.as_array().expect("faults").iter().map(|f| id(&f["code"])).collect();
        let insufficient = codes.contains(&"credit_insufficient");
        assert!(!low || insufficient || codes.is_empty(), "{}: {codes:?}", one.value);
        if one.outcome == "in_review" {
            let path = format!("/v1/operations/credit-reviews/{}/decline", id(&made["id"]));
            let why = json!({ "reason": "Enough seen." });
            world.operations.post(&path, &why).await.expect(200);
        }
    }
    // What was scripted says nothing about the bureau itself.
    let listed = world.operations.get("/v1/operations/jobs").await.expect(200);
    let connectors = listed["connectors"].as_array().expect("a list").iter();
    for connector in connectors {
        assert_eq!(connector["failed_calls"], 0, "{connector:#}");
    }
}

#[tokio::test]
async fn every_street_forces_its_validation() {
    let world = World::start().await;
    let partner = world.partner("apex").await;
    freeze(&partner).await;
    for one in of(Place::Street) {
        let quote = quote_of(&partner, &[("Dallas", one.value)]).await;
        let path = |what: &str| format!("/v1/quotes/{quote}/{what}");
        partner.post(&path("address-validation"), &json!({})).await.expect(202);
        world.run_jobs().await;
        let down = one.sentence.contains("fails");
        let sites = partner.get(&path("sites")).await.expect(200);
        let first = &sites["sites"][0]["validation"]["state"];
        assert_eq!(first == "requested", down, "{}: {first}", one.value);
        advance(&world, &partner, ALL_TRIES).await;
        let sites = partner.get(&path("sites")).await.expect(200);
        let validation = &sites["sites"][0]["validation"];
        assert_eq!(validation["state"], one.outcome, "{}: {validation:#}", one.value);
        let reach = match one.script {
            Script::Address(AddressScript::OnNet) => Some("on_net"),
            Script::Address(AddressScript::NearNet) => Some("near_net"),
            Script::Address(AddressScript::OffNet) => Some("off_net"),
            _ => None,
        };
        if let Some(reach) = reach {
            let path = path(&format!("sites/{}/serviceability", id(&sites["sites"][0]["id"])));
            let found = partner.get(&path).await.expect(200);
            assert_eq!(found["serviceability"]["reach"], reach, "{}: {found:#}", one.value);
        }
        // What it offers is a match when it is given back.
        if one.outcome == "close_match" || one.outcome == "ambiguous" {
            let path = path(&format!("sites/{}/address-choice", id(&sites["sites"][0]["id"])));
            let chosen = partner.post(&path, &json!({ "choice": 0 })).await.expect(200);
            assert_eq!(chosen["sites"][0]["validation"]["state"], "accepted", "{}", one.value);
        }
    }
}

#[tokio::test]
async fn every_signer_does_as_the_table_says() {
    let world = World::start().await;
    let partner = world.partner("apex").await;
    freeze(&partner).await;
    let mut quote = priced(&world, &partner, &["Dallas"]).await;
    approved(&world, &partner, &quote).await;
    let signing = |one: &&Scripted| one.outcome == "signed";
    // Those who sign come last: their quote is done with.
    let (last, mut all): (Vec<&Scripted>, Vec<&Scripted>) =
        of(Place::SignerEmail).into_iter().partition(signing);
    all.extend(last);
    for one in all {
        let before = partner.get(&format!("/v1/quotes/{quote}")).await.expect(200);
        if before["state"] == "accepted" {
            quote = priced(&world, &partner, &["Dallas"]).await;
            approved(&world, &partner, &quote).await;
        }
        let contract = sent(&world, &partner, &quote, one.value).await;
        let at = format!("/v1/contracts/{}", id(&contract["id"]));
        let wait = if one.outcome == "expired" { "30 days" } else { "1 day" };
        advance(&world, &partner, wait).await;
        let ended = partner.get(&at).await.expect(200);
        assert_eq!(ended["state"], one.outcome, "{}: {ended:#}", one.value);
        if one.value.starts_with("signs@") || one.value.starts_with("declines@") {
            assert_eq!(contract["state"], one.outcome, "{}: at once", one.value);
        }
        if ["sent", "generated"].contains(&one.outcome) {
            let why = json!({ "reason": "Enough seen." });
            partner.post(&format!("{at}/void"), &why).await.expect(200);
        }
    }
}

#[tokio::test]
async fn every_name_of_a_site_forces_its_delivery() {
    let world = World::start().await;
    let partner = world.partner("apex").await;
    freeze(&partner).await;
    let all = of(Place::SiteName);
    let names: Vec<&str> = all.iter().map(|one| one.value).collect();
    let order = handed_off(&world, &partner, &names).await;
    world.run_jobs().await;
    assert_eq!(sub_order(&partner, &order, "Sandbox Instant").await["state"], "completed");
    let planned = sub_order(&partner, &order, "Sandbox Date Moved").await["foc"].clone();
    advance(&world, &partner, "59 days").await;
    for one in &all {
        let sub = sub_order(&partner, &order, one.value).await;
        assert_eq!(sub["state"], one.outcome, "{}: {sub:#}", one.value);
        let late = ["in_progress", "submitted"].contains(&one.outcome);
        assert_eq!(sub["jeopardy"].is_object(), late, "{}: {sub:#}", one.value);
        if one.value == "Sandbox Date Moved" {
            assert!(id(&sub["foc"]) > id(&planned), "{planned}: {sub:#}");
        }
    }
    advance(&world, &partner, "60 days").await;
    assert_eq!(sub_order(&partner, &order, "Sandbox Late").await["state"], "completed");
}

#[tokio::test]
async fn the_table_is_read_through_the_door_and_live_refuses_all_of_it() {
    let world = World::start().await;
    let partner = world.partner("apex").await;
    let listed = partner.get("/v1/sandbox/values").await.expect(200);
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(VALUES.len()));
    let live = world.live_operations().await;
    let new = json!({ "name": "Live partner", "programme": "apex", "tier": "standard" });
    let made = live.post("/v1/operations/partners", &new).await.expect(201);
    let role = Role::Partner { partner: id(&made["id"]).parse().expect("an id") };
    let add = app::partner::CredentialAdd { name: "desk".to_owned(), role, rights: Vec::new() };
    let minted = world.app.system_add_credential(Environment::Live, &add).await.expect("a secret");
    let seller = world.client(&minted.secret);
    let before = world.memory().await;
    for one in VALUES {
        let body = json!({ "name": one.value });
        let refused = seller.post("/v1/opportunities", &body).await.refused(422, "invalid_body");
        assert_eq!(refused["errors"][0]["code"], "sandbox_value", "{refused:#}");
        assert_eq!(refused["errors"][0]["pointer"], "/name", "{refused:#}");
    }
    let address = json!({ "street": "100 sandbox way", "city": "Dallas", "state": "TX",
        "zip": "75201" });
    let asked =
        json!({ "name": "Sample", "new_customer": { "name": "Sample", "address": address }});
    let refused = seller.post("/v1/opportunities", &asked).await.refused(422, "invalid_body");
    assert_eq!(refused["errors"][0]["pointer"], "/new_customer/address/street");
    assert!(world.memory().await == before, "nothing was kept");
    // Nor has live a clock of its own.
    for (method, path) in [("GET", CLOCK), ("PUT", CLOCK), ("DELETE", CLOCK)] {
        let body = (method != "GET").then(|| "{}".to_owned());
        seller.send(method, path, &[], body).await.refused(403, "forbidden");
    }
    let by = json!({ "by": "1 day" });
    seller.post("/v1/test-clock/advance", &by).await.refused(403, "forbidden");
}
