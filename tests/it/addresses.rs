//! Addresses in depth: many at once, an outside service that fails in every way, and how the
//! network reaches a place.

mod service;

use crate::client::Client;
use crate::story::steps::*;
use crate::world::{World, builtin};
use app::{Outside, Settings};
use serde_json::{Value, json};
use service::{Does, Service};
use std::sync::Arc;

const HOUR_MS: i64 = 3_600_000;

fn given(street: &str, zip: &str) -> Value {
    json!({ "street": street, "city": "Dallas", "state": "TX", "zip": zip })
}

async fn asked(partner: &Client, addresses: Vec<Value>) -> Vec<Value> {
    let body = json!({ "addresses": addresses });
    let answer = partner.post("/v1/address-validations", &body).await.expect(200);
    answer["results"].as_array().expect("a list").clone()
}

/// A world that asks outside services, and keeps answers for a day.
async fn outside() -> (World, Arc<Service>) {
    let service = Service::start().await;
    let (address, serviceability) = (service.address(), service.serviceability());
    let outside = Outside { address, serviceability, ..builtin() };
    let settings = Settings { answers_kept: 1000, ..Settings::default() };
    (World::start_with(outside, settings).await, service)
}

#[tokio::test]
async fn five_hundred_addresses_are_answered_in_their_order() {
    let world = World::start().await;
    let partner = world.partner("alliance").await;
    let street = |number: u32| match number % 4 {
        0 => format!("PO Box {number}"),
        1 => format!("{number} South Akard Street, Building 4, Floor 2"),
        _ => format!("{number} South Akard Street"),
    };
    let rows: Vec<_> = (1..=500).map(|number| given(&street(number), "75202")).collect();
    let results = asked(&partner, rows).await;
    assert_eq!(results.len(), 500);
    for (at, result) in results.iter().enumerate() {
        let number = at + 1;
        let found = &result["found"];
        if number % 4 == 0 {
            assert_eq!(found["result"], "no_match");
            let why = found["why"].as_str().expect("a text");
            assert!(why.starts_with(&format!("a post office box (PO BOX {number})")), "{why}");
        } else {
            assert_eq!(found["address"]["street"], format!("{number} S AKARD ST"), "{result:#}");
            let parts = [&found["address"]["building"], &found["address"]["floor"]];
            let expected =
                if number % 4 == 1 { ["4", "2"].map(Value::from) } else { Default::default() };
            assert_eq!(parts, [&expected[0], &expected[1]]);
        }
    }
}

#[tokio::test]
async fn what_no_schema_would_take_is_answered_row_by_row() {
    let world = World::start().await;
    let partner = world.partner("alliance").await;
    let odd = json!({ "street": "", "state": "Somewhere", "zip": "x", "country": "FR" });
    let parts = json!({ "street": "1500 Marilla Street", "building": "4", "floor": "2",
        "room": "210", "city": "Dallas", "state": "Texas", "zip": "75201" });
    let results = asked(&partner, vec![odd, parts]).await;
    assert_eq!(results[0]["found"]["result"], "no_match");
    assert_eq!(results[1]["found"]["address"]["unit"], "BLDG 4 FL 2 RM 210", "{results:#?}");
    assert_eq!(results[1]["found"]["address"]["room"], "210");
    let none = partner.post("/v1/address-validations", &json!({ "addresses": [] })).await;
    none.refused(422, "invalid_body");
    let bad = json!({ "addresses": [{ "street": "x", "stret": "y" }] });
    let refused = partner.post("/v1/address-validations", &bad).await.refused(422, "invalid_body");
    assert_eq!(refused["errors"][0]["pointer"], "/addresses/0/stret", "{refused:#}");
}

#[tokio::test]
async fn an_outside_answer_is_kept_for_its_time_and_a_failure_never_is() {
    let (world, service) = outside().await;
    let partner = world.partner("alliance").await;
    let row = || vec![given("208 S Akard St", "75202")];
    for does in [Does::Astray, Does::Malformed, Does::Refuse, Does::Hang, Does::Busy(90)] {
        service.tell(does);
        let results = asked(&partner, row()).await;
        assert_eq!(results[0]["validated"], false, "{does:?}: {results:#?}");
        assert_eq!(results[0]["found"], Value::Null);
        let none = &results[0]["not_validated"];
        let why = none["why"].as_str().expect("a text");
        assert!(why.contains("the service") || why.contains("the address service"), "{why}");
        let late = if does == Does::Busy(90) {
            "2026-11-23T15:01:30.000Z"
        } else {
            "2026-11-23T15:00:01.000Z"
        };
        assert_eq!(none["retry_at"], late, "{does:?}");
    }
    assert_eq!(service.calls(), 5);
    service.tell(Does::Answer);
    let results = asked(&partner, row()).await;
    assert_eq!(results[0]["found"]["address"]["zip"], "75202-0001");
    service.tell(Does::Refuse);
    assert_eq!(asked(&partner, vec![given(" 208 s akard  ST ", "75202")]).await, results);
    assert_eq!(service.calls(), 6, "the second is known");
    world.clock.advance_ms(24 * HOUR_MS);
    assert_eq!(asked(&partner, row()).await[0]["validated"], false);
    assert_eq!(service.calls(), 7);
}

#[tokio::test]
async fn a_site_whose_validation_fails_says_why_and_when_it_is_tried_next() {
    let (world, service) = outside().await;
    let partner = world.partner("apex").await;
    let open = json!({ "name": "Resale" });
    let opened = partner.post("/v1/opportunities", &open).await.expect(201);
    let quote = id(&opened["quote"]["id"]).to_owned();
    two_sites(&partner, &quote).await;
    service.tell(Does::Busy(600));
    let validate = format!("/v1/quotes/{quote}/address-validation");
    partner.post(&validate, &json!({})).await.expect(202);
    let sites = format!("/v1/quotes/{quote}/sites");
    let first = async || partner.get(&sites).await.expect(200)["sites"][0].clone();
    assert_eq!(first().await["validation"]["next_try_at"], Value::Null, "no try has failed yet");
    assert_eq!(world.run_jobs().await, 1);
    let waiting = first().await["validation"].clone();
    assert_eq!(waiting["state"], "requested");
    assert_eq!(waiting["why"], "the service answered 503");
    assert_eq!(waiting["next_try_at"], "2026-11-23T15:10:00.000Z", "as it was asked to");
    world.clock.advance_ms(599_000);
    assert_eq!(world.run_jobs().await, 0);
    service.tell(Does::Hang);
    for _ in 0..4 {
        world.clock.advance_ms(120_000);
        assert_eq!(world.run_jobs().await, 1);
    }
    let failed = first().await;
    assert_eq!(failed["validation"]["state"], "unchecked", "{failed:#}");
    assert_eq!(failed["validation"]["why"], "the service gave no answer in 300 ms");
    assert_eq!(failed["validation"]["next_try_at"], Value::Null);
    let one = partner.get(&format!("{sites}/{}", id(&failed["id"]))).await.expect(200);
    assert_eq!(one["validation"], failed["validation"]);
    let journey = partner.get(&format!("/v1/quotes/{quote}/journey")).await.expect(200);
    assert!(journey.to_string().contains("not validated: the service gave no answer"));

    service.tell(Does::Answer);
    partner.post(&validate, &json!({})).await.expect(202);
    world.run_jobs().await;
    let passed = first().await["validation"].clone();
    assert_eq!((&passed["state"], &passed["why"]), (&json!("match"), &Value::Null));
}

#[tokio::test]
async fn all_corrections_of_a_quote_are_accepted_at_once() {
    let world = World::start().await;
    let partner = world.partner("apex").await;
    let open = json!({ "name": "Resale" });
    let opened = partner.post("/v1/opportunities", &open).await.expect(201);
    let quote = id(&opened["quote"]["id"]).to_owned();
    let address = |street: &str, zip: &str| {
        json!({ "name": street, "address": {
        "street": street, "city": "Plano", "state": "TX", "zip": zip } })
    };
    let streets = [("1 Main St", "75075"), ("2 Main St", "75057"), ("3 Main St", "75057")];
    let mut sites: Vec<_> = streets.iter().map(|(street, zip)| address(street, zip)).collect();
    sites.push(json!({ "name": "4", "address": { "street": "4 Main St", "city": "Kansas City",
        "state": "MO", "zip": "66101" } }));
    let path = format!("/v1/quotes/{quote}/sites");
    partner.post(&path, &json!({ "sites": sites })).await.expect(201);
    let all = format!("/v1/quotes/{quote}/address-choices");
    partner.post(&all, &json!({})).await.refused(409, "state_conflict");
    partner.post(&format!("/v1/quotes/{quote}/address-validation"), &json!({})).await.expect(202);
    world.run_jobs().await;
    let accepted = partner.post(&all, &json!({})).await.expect(200);
    assert_eq!(accepted["sites_touched"], 2);
    let read = partner.get(&path).await.expect(200);
    let states = read["sites"].as_array().expect("a list").iter();
    let states: Vec<_> = states.map(|site| site["validation"]["state"].clone()).collect();
    assert_eq!(states, ["match", "accepted", "accepted", "ambiguous"]);
    assert_eq!(read["sites"][1]["validation"]["address"]["zip"], "75075");
    partner.post(&all, &json!({})).await.refused(409, "state_conflict");
}

#[tokio::test]
async fn serviceability_is_answered_by_the_table_with_what_can_be_had_instead() {
    let world = World::start().await;
    let partner = world.partner("alliance").await;
    let at = |zip: &str, speed: &str| json!({ "address": given("1 Main St", zip), "access_speed": speed });
    let body = json!({ "locations": [at("60606", "100G"), at("75075", "20G"), at("", "1G")] });
    let answer = partner.post("/v1/serviceability", &body).await.expect(200);
    let [metro, suburban, nowhere] = &answer["results"].as_array().expect("a list")[..] else {
        panic!("{answer:#}")
    };
    assert_eq!(metro["serviceability"]["reach"], "on_net");
    assert_eq!(
        (&metro["serviceability"]["confidence"], &metro["shortfall"]),
        (&json!("green"), &Value::Null)
    );
    assert_eq!(metro["serviceability"]["guaranteed_until"], "2026-12-23T15:00:00.000Z");
    let short =
        json!({ "access_speed": "20G", "alternates": [{ "technology": "fiber", "speed": "10G" }] });
    assert_eq!(suburban["shortfall"], short);
    assert_eq!(nowhere["serviceability"], Value::Null);
    let why = nowhere["not_answered"]["why"].as_str().expect("a text");
    assert!(why.ends_with("the address has no ZIP code; validate it first"), "{why}");
    let bad = json!({ "locations": [at("60606", "1G"), at("60606", "0M")] });
    let refused = partner.post("/v1/serviceability", &bad).await.refused(422, "invalid_body");
    assert_eq!(refused["errors"][0]["pointer"], "/locations/1/access_speed");
}

#[tokio::test]
async fn a_site_keeps_what_is_known_of_it_until_that_no_longer_holds() {
    let (world, service) = outside().await;
    let partner = world.partner("apex").await;
    let open = json!({ "name": "Resale" });
    let opened = partner.post("/v1/opportunities", &open).await.expect(201);
    let quote = id(&opened["quote"]["id"]).to_owned();
    let sites = two_sites(&partner, &quote).await;
    configure(&partner, &quote, "OFF_ADI_MID_MARKET", adi()).await;
    partner.post(&format!("/v1/quotes/{quote}/address-validation"), &json!({})).await.expect(202);
    assert_eq!(world.run_jobs().await, 1);
    let path = format!("/v1/quotes/{quote}/sites/{}", sites[0]);
    let site = partner.get(&path).await.expect(200);
    assert_eq!(site["serviceability"]["reason"], "surveyed", "{site:#}");
    assert_eq!(site["access_shortfall"], Value::Null);
    let features = json!([{ "name": "Port Speed", "value": "2G" },
        { "name": "Access Speed", "value": "2G" }, { "name": "Term", "value": "36" }]);
    configure(&partner, &quote, "OFF_ADI_MID_MARKET", features).await;
    let site = partner.get(&path).await.expect(200);
    let short = json!({ "access_speed": "2G",
        "alternates": [{ "technology": "fiber", "speed": "1G" }] });
    assert_eq!(site["access_shortfall"], short);
    let calls = service.calls();
    let known = partner.get(&format!("{path}/serviceability")).await.expect(200);
    assert_eq!((&known["serviceability"], &known["shortfall"]), (&site["serviceability"], &short));
    assert_eq!(service.calls(), calls, "what is kept is not asked for");
    world.clock.advance_ms(9 * HOUR_MS);
    service.tell(Does::Malformed);
    let stale = partner.get(&format!("{path}/serviceability")).await.expect(200);
    assert_eq!((&stale["serviceability"], service.calls()), (&Value::Null, calls + 1));
    let price = format!("/v1/quotes/{quote}/price");
    partner.post(&price, &json!({})).await.expect(200);
}

#[tokio::test]
async fn a_validation_does_not_fail_because_nobody_knows_the_access() {
    let service = Service::start().await;
    service.tell(Does::Refuse);
    let outside = Outside { serviceability: service.serviceability(), ..builtin() };
    let world = World::start_with(outside, Settings::default()).await;
    let partner = world.partner("apex").await;
    let open = json!({ "name": "Resale" });
    let opened = partner.post("/v1/opportunities", &open).await.expect(201);
    let quote = id(&opened["quote"]["id"]).to_owned();
    two_sites(&partner, &quote).await;
    validate(&world, &partner, &quote).await;
    let sites = partner.get(&format!("/v1/quotes/{quote}/sites")).await.expect(200);
    assert_eq!(sites["sites"][0]["serviceability"], Value::Null);
    assert_eq!(service.calls(), 2);
}

#[tokio::test]
async fn a_site_says_whether_the_access_that_it_is_configured_for_can_be_had() {
    let (world, service) = outside().await;
    let partner = world.partner("apex").await;
    let open = json!({ "name": "Resale" });
    let opened = partner.post("/v1/opportunities", &open).await.expect(201);
    let quote = id(&opened["quote"]["id"]).to_owned();
    let sites = two_sites(&partner, &quote).await;
    let path = format!("/v1/quotes/{quote}/sites/{}/serviceability", sites[0]);
    let before = partner.get(&path).await.expect(200);
    assert_eq!(
        (&before["address_validated"], &before["access_speed"]),
        (&json!(false), &Value::Null)
    );
    assert_eq!(before["serviceability"]["reach"], "near_net");
    let features = json!([{ "name": "Port Speed", "value": "250M" },
        { "name": "Access Speed", "value": "500M" }, { "name": "Term", "value": "36" }]);
    configure(&partner, &quote, "OFF_ADI_MID_MARKET", features).await;
    let short = partner.get(&path).await.expect(200);
    assert_eq!(short["access_speed"], "500M");
    let alternates = json!([{ "technology": "fiber", "speed": "100M" },
        { "technology": "fiber", "speed": "1G" }]);
    assert_eq!(short["shortfall"]["alternates"], alternates);
    let calls = service.calls();
    world.clock.advance_ms(8 * HOUR_MS);
    service.tell(Does::Busy(5));
    assert_eq!(partner.get(&path).await.expect(200), short, "it still holds");
    assert_eq!(service.calls(), calls);
    // What was guaranteed until midnight is asked for again then.
    world.clock.advance_ms(HOUR_MS);
    let stale = partner.get(&path).await.expect(200);
    assert_eq!(stale["serviceability"], Value::Null, "{stale:#}");
    assert_eq!(stale["not_answered"]["retry_at"], "2026-11-24T00:00:05.000Z");
    assert_eq!(service.calls(), calls + 1);
}
