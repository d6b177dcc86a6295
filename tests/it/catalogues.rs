//! Catalogues published on a running server: who may, what is in force when, and what stays as it
//! was sold.

use crate::client::Client;
use crate::promotions::ALMOST_ALL;
use crate::story::steps::*;
use crate::world::{DAY_MS, World};
use app::Clock as _;
use domain::catalogue::SHIPPED;
use serde_json::{Value, json};

pub(crate) const PATH: &str = "/v1/operations/catalogues";
/// The monthly list price of a port of 1 Gbps, and a dearer one.
pub(crate) const DEARER: (&str, &str) =
    ("\"1G\" = { \"Flat Rate\" = 890.00,", "\"1G\" = { \"Flat Rate\" = 900.00,");

/// What is shipped under another label, with some texts replaced.
pub(crate) fn labelled(label: &str, changes: &[(&str, &str)]) -> Value {
    let file = |(name, text): (&str, &str)| {
        let text = text.replace("2026.1-sample", label);
        let change = |text: String, (from, to): &(&str, &str)| text.replace(from, to);
        (name.to_owned(), Value::String(changes.iter().fold(text, change)))
    };
    json!({ "files": SHIPPED.into_iter().map(file).collect::<serde_json::Map<_, _>>() })
}

/// Another person of operations.
pub(crate) async fn second(world: &World) -> Client {
    let new = json!({ "name": "price desk", "role": "operations" });
    let minted = world.operations.post("/v1/operations/credentials", &new).await.expect(201);
    world.client(id(&minted["secret"]))
}

/// Proposes it as one, publishes it as the other; answers its id.
pub(crate) async fn publish(world: &World, second: &Client, files: &Value, at: Value) -> String {
    let proposed = world.operations.post(PATH, files).await.expect(201);
    let version = id(&proposed["id"]).to_owned();
    let path = format!("{PATH}/{version}/publish");
    second.post(&path, &json!({ "effective_at": at })).await.expect(200);
    version
}

/// A quote of two sites, configured and valid.
async fn quote(world: &World, partner: &Client) -> String {
    let open = json!({ "name": "Resale", "new_customer": { "name": "Lone Star Dental Group",
        "address": { "street": "208 S Akard St", "city": "Dallas", "state": "TX",
            "zip": "75202" } } });
    let opened = partner.post("/v1/opportunities", &open).await.expect(201);
    let quote = id(&opened["quote"]["id"]).to_owned();
    two_sites(partner, &quote).await;
    validate(world, partner, &quote).await;
    configure(partner, &quote, "OFF_ADI_MID_MARKET", adi()).await;
    quote
}

async fn price(partner: &Client, quote: &str, ask: Value) -> Value {
    partner.post(&format!("/v1/quotes/{quote}/price"), &ask).await.expect(200)
}

fn label(priced: &Value) -> &str {
    id(&priced["quote"]["offer"]["catalogue_version"])
}

async fn matrix_version(partner: &Client) -> String {
    let ask = json!({ "offering": "OFF_ADI_MID_MARKET", "zips": ["60606"], "terms": [36],
        "vary": ["Port Speed", "Access Speed"], "values": ["1G"] });
    let drawn = partner.post("/v1/price-matrix", &ask).await.expect(200);
    id(&drawn["catalogue_version"]).to_owned()
}

#[tokio::test]
async fn a_publication_is_in_force_from_its_millisecond_and_offers_keep_their_price() {
    let world = World::start().await;
    let (partner, second) = (world.partner("alliance").await, second(&world).await);
    let (kept, moved) = (quote(&world, &partner).await, quote(&world, &partner).await);
    let old = price(&partner, &kept, json!({})).await;
    price(&partner, &moved, json!({})).await;
    let at = world.clock.now().plus_ms(DAY_MS);
    let next = labelled("2026.2", &[DEARER]);
    let version = publish(&world, &second, &next, json!(at.to_string())).await;

    world.clock.advance_ms(DAY_MS - 1);
    let before = price(&partner, &moved, json!({})).await;
    assert_eq!((label(&before), before["sites_touched"].as_u64()), ("2026.1-sample", Some(0)));
    assert_eq!(matrix_version(&partner).await, "2026.1-sample");
    let told = world.operations.get(&format!("{PATH}/{version}")).await.expect(200);
    assert_eq!((&told["state"], &told["in_force"]), (&json!("published"), &json!(false)));

    world.clock.advance_ms(1);
    let after = price(&partner, &moved, json!({})).await;
    assert_eq!((label(&after), after["sites_touched"].as_u64()), ("2026.2", Some(2)));
    assert_ne!(after["quote"]["offer"]["totals"], before["quote"]["offer"]["totals"]);
    adds_up(&after);
    assert_eq!(matrix_version(&partner).await, "2026.2");
    let shown = partner.get("/v1/catalogue").await.expect(200);
    assert_eq!(shown["version"], "2026.2");
    let told = world.operations.get(&format!("{PATH}/{version}")).await.expect(200);
    assert_eq!(told["in_force"], true);
    let same = partner.get(&format!("/v1/quotes/{kept}")).await.expect(200);
    assert_eq!(same["offer"], old["quote"]["offer"], "an offer stands as it was made");
    // And it is signed and ordered as it was made.
    let asked = json!({ "application": application("Lone Star Dental Group") });
    credit(&world, &partner, &kept, &asked).await;
    contract(&world, &partner, &kept).await;
    let made = order(&partner, &kept).await;
    assert_eq!(made["totals"], old["quote"]["offer"]["totals"]);

    let world = world.restart().await;
    let partner = world.client(partner.secret());
    assert_eq!(matrix_version(&partner).await, "2026.2", "a restart keeps what is in force");
}

#[tokio::test]
async fn who_proposes_does_not_publish_and_every_step_is_told() {
    let world = World::start().await;
    let second = second(&world).await;
    let proposed = world.operations.post(PATH, &labelled("2026.2", &[])).await.expect(201);
    let version = id(&proposed["id"]);
    let path = |what: &str| format!("{PATH}/{version}/{what}");
    let mine = world.operations.post(&path("publish"), &json!({})).await;
    mine.refused(403, "second_person_required");
    let why = json!({ "reason": "No." });
    let mine = world.operations.post(&path("refuse"), &why).await;
    mine.refused(403, "second_person_required");
    second.post(&path("publish"), &json!({})).await.expect(200);
    second.post(&path("publish"), &json!({})).await.refused(409, "state_conflict");
    world.operations.post(&path("withdraw"), &why).await.refused(409, "state_conflict");
    world.clock.advance_ms(1);
    // One person may roll back.
    let back = world.operations.post(&path("roll-back"), &why).await.expect(201);
    assert_eq!((&back["in_force"], &back["rolls_back"]), (&json!(true), &json!(version)));
    assert_eq!(back["label"], "2026.1-sample");
    second.post(&path("roll-back"), &why).await.refused(409, "state_conflict");
    let told = world.operations.get(&format!("/v1/history/{version}")).await.expect(200);
    let kinds: Vec<&str> =
        told["items"].as_array().into_iter().flatten().map(|e| id(&e["kind"])).collect();
    assert_eq!(kinds, ["catalogue.proposed", "catalogue.published", "catalogue.rolled_back"]);
    let listed = world.operations.get(PATH).await.expect(200);
    let items = listed["items"].as_array().expect("a list");
    let states: Vec<_> = items.iter().map(|v| (id(&v["label"]), id(&v["state"]))).collect();
    assert_eq!(states, [("2026.1-sample", "published"), ("2026.2", "superseded")]);
}

#[tokio::test]
async fn what_is_faulty_is_refused_line_by_line_and_leaves_nothing() {
    let world = World::start().await;
    let before = world.memory().await;
    let broken = labelled("2026.2", &[("discount_percent = 5\n", "discount_percent = 500\n")]);
    let refused = world.operations.post(PATH, &broken).await.refused(422, "invalid_catalogue");
    let first = &refused["errors"][0];
    assert_eq!(first["pointer"], "/files/carrier.toml");
    assert_eq!(first["code"], "catalogue_fault");
    assert!(id(&first["detail"]).starts_with("carrier.toml:"), "{first}");
    assert!(id(&first["expected"]).contains("from 0 to 100"), "{first}");
    let same = labelled("2026.1-sample", &[DEARER]);
    world.operations.post(PATH, &same).await.refused(409, "already_exists");
    let mut more = labelled("2026.2", &[]);
    more["files"]["programmes.toml"] = json!("");
    let refused = world.operations.post(PATH, &more).await.refused(422, "invalid_body");
    assert_eq!(refused["errors"][0]["pointer"], "/files/programmes.toml");
    let less = labelled("2026.2", &[("OFF_AIAB", "OFF_AIAC")]);
    let refused = world.operations.post(PATH, &less).await.refused(422, "invalid_catalogue");
    let told = refused.to_string();
    assert!(told.contains("programme aiab sells OFF_AIAB, which no file offers"), "{told}");
    assert!(world.memory().await == before);
}

#[tokio::test]
async fn files_are_kept_byte_for_byte() {
    let world = World::start().await;
    let odd = labelled("2026.2", &[("# SAMPLE PRICES.", "# \u{7}\t\"quoted\" \u{1f4b6} \\ \r\n#")]);
    let proposed = world.operations.post(PATH, &odd).await;
    if proposed.status != 201 {
        // A control character is no TOML.
        proposed.refused(422, "invalid_catalogue");
    }
    let odd = labelled("2026.3", &[("# SAMPLE PRICES.", "# \t\"quoted\" \u{1f4b6} \\ \r\n#")]);
    let proposed = world.operations.post(PATH, &odd).await.expect(201);
    let path = format!("{PATH}/{}/files", id(&proposed["id"]));
    let kept = world.operations.get(&path).await.expect(200);
    assert_eq!(kept["files"], odd["files"]);
    assert_eq!(kept["digest"], proposed["digest"]);
}

#[tokio::test]
async fn an_impact_names_the_quotes_on_offer_that_would_cost_something_else() {
    let world = World::start().await;
    let partner = world.partner("alliance").await;
    let (dearer, other) = (quote(&world, &partner).await, quote(&world, &partner).await);
    price(&partner, &dearer, json!({ "discount_percent": "5" })).await;
    let slower = json!([{ "name": "Port Speed", "value": "500M" },
        { "name": "ATT_ACC_SPD", "value": "1G" }, { "name": "Term", "value": "36" }]);
    configure(&partner, &other, "OFF_ADI_MID_MARKET", slower).await;
    price(&partner, &other, json!({})).await;
    let proposed = world.operations.post(PATH, &labelled("2026.2", &[DEARER])).await.expect(201);
    let path = format!("{PATH}/{}/impact", id(&proposed["id"]));
    let impact = world.operations.get(&path).await.expect(200);
    assert_eq!(impact["in_force"], "2026.1-sample");
    assert_eq!(impact["differences_count"], 2, "the label and the price: {impact}");
    assert_eq!((&impact["quotes_looked_at"], &impact["sites_looked_at"]), (&json!(2), &json!(4)));
    let items = impact["items"].as_array().expect("a list");
    assert_eq!((items.len(), &items[0]["quote_id"]), (1, &json!(dearer)));
    let offered = partner.get(&format!("/v1/quotes/{dearer}")).await.expect(200);
    assert_eq!(items[0]["now"], offered["offer"]["totals"]);
    let first = world.operations.get(&format!("{path}?limit=1")).await.expect(200);
    assert_eq!((&first["quotes_looked_at"], &first["items"]), (&json!(1), &json!([])));
    let next = id(&first["next_cursor"]);
    let rest = world.operations.get(&format!("{path}?limit=1&cursor={next}")).await.expect(200);
    assert_eq!((&rest["items"], &rest["next_cursor"]), (&impact["items"], &Value::Null));
    // It is what the quote then costs.
    let second = second(&world).await;
    let publish = format!("{PATH}/{}/publish", id(&proposed["id"]));
    second.post(&publish, &json!({})).await.expect(200);
    let priced = price(&partner, &dearer, json!({ "discount_percent": "5" })).await;
    assert_eq!(priced["quote"]["offer"]["totals"], items[0]["then"]);
}

#[tokio::test]
async fn a_promotion_that_a_catalogue_has_no_more_keeps_its_limits_for_who_has_it() {
    let world = World::start().await;
    let (partner, second) = (world.partner("alliance").await, second(&world).await);
    let sold = quote(&world, &partner).await;
    price(&partner, &sold, json!({ "promotions": ["ADI-PORT10"] })).await;
    let without = labelled("2026.2", &[("\"ADI-PORT10\"", "\"ADI-PORT11\"")]);
    publish(&world, &second, &without, Value::Null).await;
    let gone = json!({ "promotions": ["ADI-PORT10"] });
    let refused = partner.post(&format!("/v1/quotes/{sold}/price"), &gone).await;
    refused.refused(422, "price_refused");
    world.damage(ALMOST_ALL).await;
    let journey = partner.get(&format!("/v1/quotes/{sold}/journey")).await.expect(200);
    assert!(journey.to_string().contains("promotion_used_up"), "{journey}");
}

#[tokio::test]
async fn a_configuration_that_is_sold_no_more_is_refused_when_it_is_priced_again() {
    let world = World::start().await;
    let (partner, second) = (world.partner("apex").await, second(&world).await);
    let opened = partner.post("/v1/opportunities", &json!({ "name": "Resale" })).await.expect(201);
    let shop = id(&opened["quote"]["id"]);
    two_sites(&partner, shop).await;
    configure(&partner, shop, "OFF_ADI_MID_MARKET", adi()).await;
    price(&partner, shop, json!({})).await;
    let renamed = labelled("2026.2", &[("Flat Rate", "Flat")]);
    publish(&world, &second, &renamed, Value::Null).await;
    let refused = partner.post(&format!("/v1/quotes/{shop}/price"), &json!({})).await;
    let refused = refused.refused(422, "price_refused");
    assert_eq!(refused["errors"][0]["code"], "configuration_not_sold");
    configure(&partner, shop, "OFF_ADI_MID_MARKET", adi()).await;
    assert_eq!(label(&price(&partner, shop, json!({})).await), "2026.2");
}
