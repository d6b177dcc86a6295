//! A price matrix through the door: what it says is what a quote then costs, and it keeps nothing.

use crate::story::steps::*;
use crate::world::World;
use serde_json::json;

#[tokio::test]
async fn a_cell_says_what_a_site_of_a_quote_then_costs() {
    let world = World::start().await;
    let partner = world.partner("alliance").await;
    let ask = json!({ "offering": "OFF_ADI_MID_MARKET", "zips": ["60606", "78682-0001"],
        "vary": ["Port Speed", "ATT_ACC_SPD"], "values": ["1G", "2G"], "terms": [36, 60] });
    let drawn = partner.post("/v1/price-matrix", &ask).await.expect(200);
    assert_eq!(drawn["places"][0], json!({ "zip": "60606", "zone": "A" }));
    assert_eq!(drawn["places"][1], json!({ "zip": "78682-0001", "zone": "C" }));

    let open = json!({ "name": "Resale", "new_customer": { "name": "Lone Star Dental Group",
        "address": { "street": "208 S Akard St", "city": "Dallas", "state": "TX",
            "zip": "75202" } } });
    let opened = partner.post("/v1/opportunities", &open).await.expect(201);
    let quote = id(&opened["quote"]["id"]);
    two_sites(&partner, quote).await;
    validate(&world, &partner, quote).await;
    configure(&partner, quote, "OFF_ADI_MID_MARKET", adi()).await;
    let priced = partner.post(&format!("/v1/quotes/{quote}/price"), &json!({})).await.expect(200);
    for (site, zone) in [(0, 0), (1, 1)] {
        let cell = &drawn["zones"][zone]["cells"][0];
        assert_eq!((&cell["value"], &cell["term_months"]), (&json!("1G"), &json!(36)));
        let price = &priced["sites"][site]["price"];
        assert_eq!(cell["totals"], price["totals"], "zone {zone}");
        let component = &cell["components"][0];
        assert_eq!(component["component"], price["lines"][0]["component"]);
        assert_eq!(component["totals"]["mrc"], price["lines"][0]["mrc"]["net"]);
    }
}

#[tokio::test]
async fn addresses_are_validated_and_priced_each_by_itself() {
    let world = World::start().await;
    let partner = world.partner("alliance").await;
    let address = |street: &str, city: &str, state: &str, zip: &str| {
        json!({ "street": street, "city": city,
        "state": state, "zip": zip })
    };
    let ask = json!({ "offering": "OFF_ADI_MID_MARKET", "vary": ["Port Speed", "Access Speed"],
        "values": ["1G"], "terms": [36], "addresses": [
            address("233 S Wacker Dr", "Chicago", "IL", "60606"),
            address("P.O. Box 123", "Dallas", "TX", "75202"),
            address("1 Dell Way", "Round Rock", "TX", "78628") ] });
    let drawn = partner.post("/v1/price-matrix", &ask).await.expect(200);
    let rows = drawn["addresses"].as_array().expect("rows");
    let said: Vec<_> = rows.iter().map(|row| (&row["found"]["result"], &row["zone"])).collect();
    let (matched, close, none) = (json!("match"), json!("close_match"), json!("no_match"));
    let (a, c) = (json!("A"), json!("C"));
    assert_eq!(said, [(&matched, &a), (&none, &json!(null)), (&close, &c)]);
    assert!(id(&rows[1]["no_price"]).starts_with("the address was not found: "), "{rows:#?}");
    assert_eq!((&rows[0]["no_price"], &drawn["places"]), (&json!(null), &json!([])));
    // As by the ZIP codes that were found.
    let mut by_zip = ask.clone();
    by_zip["zips"] = json!(["60606", "78682"]);
    let members = by_zip.as_object_mut().expect("an object");
    members.remove("addresses");
    let other = partner.post("/v1/price-matrix", &by_zip).await.expect(200);
    assert_eq!(drawn["zones"], other["zones"]);
    let none = json!({ "offering": "OFF_ADI_MID_MARKET" });
    let problem = partner.post("/v1/price-matrix", &none).await;
    let problem = problem.refused(422, "invalid_configuration");
    assert_eq!(problem["errors"][0]["pointer"], "/zips");
}

#[tokio::test]
async fn what_a_programme_does_not_sell_has_no_matrix() {
    let world = World::start().await;
    let partner = world.partner("aiab").await;
    let ask = json!({ "offering": "OFF_ADI_MID_MARKET", "zips": ["60606", "6060"] });
    let refused = partner.post("/v1/price-matrix", &ask).await;
    let problem = refused.refused(422, "invalid_configuration");
    assert_eq!(problem["errors"][0]["pointer"], "/offering");
    let ask = json!({ "offering": "OFF_AIAB", "zips": ["60606", "6060"] });
    let problem = partner.post("/v1/price-matrix", &ask).await;
    let problem = problem.refused(422, "invalid_configuration");
    assert_eq!(problem["errors"][0]["pointer"], "/zips/1");
}
