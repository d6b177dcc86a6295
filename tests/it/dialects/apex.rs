//! The APEX family, by a client that was written against its published pages.

mod lifecycle;
mod refusals;
mod repeats;

use super::Published;
use crate::world::World;
use serde_json::{Value, json};

pub(super) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}

/// A solution provider whom the carrier knows by name, address and contact.
pub(super) async fn provider<'a>(world: &'a World, sp_id: &str, legal_name: &str) -> Published<'a> {
    let new = json!({ "name": "Sample provider", "programme": "apex", "tier": "standard",
        "sp_id": sp_id, "legal": { "legal_name": legal_name, "business_type": "llc",
            "address": { "street": "208 S Akard St", "city": "Dallas", "state": "TX",
                "zip": "75202" },
            "contact": { "first_name": "Dana", "last_name": "Sample",
                "email": "dana@example.com" } } });
    let partner = world.operations.post("/v1/operations/partners", &new).await.expect(201);
    let ids = json!([partner["id"]]);
    let new = json!({ "name": "order desk", "role": "partner", "partner_ids": ids });
    Published::with(world, "apex", &new).await
}

pub(super) fn site(name: &str, street: &str, city: &str, state: &str, zip: &str) -> Value {
    json!({ "siteName": name, "address": { "street": street, "city": city, "state": state,
        "zipCode": zip, "country": "USA" } })
}

pub(super) fn three_sites() -> [Value; 3] {
    [
        site("Chicago", "233 S Wacker Dr", "Chicago", "IL", "60606"),
        // The ZIP code is mistyped.
        site("Round Rock", "1 Dell Way", "Round Rock", "TX", "78628"),
        site("Dallas", "208 S Akard St", "Dallas", "TX", "75202"),
    ]
}

/// A quote with its sites, whose addresses are valid. Answers the ids of both.
pub(super) async fn quote(partner: &Published<'_>, sites: &[Value]) -> (String, Vec<String>) {
    let new = json!({ "opportunityName": "Three branches to fibre" });
    let opened = partner.post("/opportunity-quote-apex", &new).await.expect(200);
    let quote = text(&opened["quoteId"]).to_owned();
    let new = json!({ "quoteId": quote, "sites": sites, "acceptCorrection": "true" });
    let added = partner.post("/site-apex", &new).await.expect(200);
    assert_eq!(added["status"], "Success", "{added:#}");
    let ids = added["sites"].as_array().expect("sites").iter();
    (quote, ids.map(|site| text(&site["siteId"]).to_owned()).collect())
}

pub(super) fn input(site: &str, speed: &str) -> Value {
    let feature = |name: &str, value: &str| json!({ "name": name, "value": value });
    json!({ "siteId": site, "productId": "OFF_ADI_MID_MARKET", "configuration": {
        "configId": format!("c-{speed}"), "features": [
            feature("Architecture", "Switched"), feature("Port Speed", speed),
            feature("Access Speed", speed), feature("Term", "36") ] } })
}

pub(super) fn config(quote: &str, inputs: &[Value]) -> Value {
    json!({ "configDiscountPromoRequest": { "flowName": "sendconfigDiscountPromoDetails",
        "id": "1234", "quoteId": quote, "pricingInputs": inputs } })
}

pub(super) fn contract(quote: &str, sp_id: &str, signer: &str) -> Value {
    json!({ "quoteId": quote, "spId": sp_id, "approverEmail": signer, "contractInput": {
        "endCustomerDetails": { "companyName": "conrr", "companyAddress": {
            "street": "3400 W PLANO PKWY", "city": "Plano", "state": "TX",
            "zipCode": "75075-8011" } } } })
}

pub(super) fn order(quote: &str) -> Value {
    let person = |kind: &str| {
        json!({ "type": kind, "firstName": "Dana", "lastName": "Sample",
            "email": "dana@example.com", "phone": "214-555-0100", "street": "208 S Akard St",
            "city": "Dallas", "state": "TX", "zip": "75202" })
    };
    json!({ "quoteId": quote, "checkT&C": true, "contacts": { "contactDetails": {
        "primary": person("primary"), "alternate": person("alternate") } } })
}

pub(super) fn billing(order: &str, sub: &str) -> Value {
    json!({ "orderId": order, "subOrderId": sub, "description": "", "paperlessBilling": "",
        "contacts": { "contactDetails": [ { "email": "bills@example.com", "type": "billing",
            "firstName": "Dana", "lastName": "Sample", "street": "208 S Akard St",
            "city": "Dallas", "state": "TX", "country": "USA", "phone": "214-555-0100",
            "zipCode": "75202" } ] } })
}

pub(super) fn installation(order: &str, sub: &str) -> Value {
    let person = |kind: &str| {
        json!({ "type": kind, "firstName": "Dana", "lastName": "Sample",
            "email": "dana@example.com", "phone": "214-555-0100" })
    };
    json!({ "orderId": order, "subOrderId": sub, "premiseNotes": "Test",
        "customerRequestedStartDate": "2026-12-07T20:00:00.000+0000",
        "customerRequestedDueDate": "2027-03-31T19:00:00.000+0000",
        "startBillingBeforeReqDueDate": "true",
        "contacts": { "contactDetails": [ person("installation"), person("shipping") ] } })
}

pub(super) fn port(sub: &str) -> Value {
    json!({ "subOrderId": sub, "Room": "201", "Floor": "2", "Notes": "Testing additional notes",
        "TSPCode": "TSP645321-44" })
}

/// A quote of these sites that is configured, priced, cleared and signed.
pub(super) async fn signed(partner: &Published<'_>, sp_id: &str, sites: &[Value]) -> String {
    let (quote, sites) = quote(partner, sites).await;
    let inputs: Vec<Value> = sites.iter().map(|site| input(site, "1G")).collect();
    let priced = partner.post("/config-apex", &config(&quote, &inputs)).await.expect(200);
    assert_eq!(priced["quoteStatus"], "Priced", "{priced:#}");
    let asked = json!({ "quoteId": quote, "spId": sp_id });
    let credit = partner.post("/creditCheck-apex", &asked).await.expect(200);
    assert_eq!(credit["status"], "Success", "{credit:#}");
    let signer = contract(&quote, sp_id, "signs@sign.example.com");
    partner.post("/contract-apex", &signer).await.expect(200);
    is_signed(partner, &quote).await;
    quote
}

/// Reads the contract until it is signed: the signer takes their time.
pub(super) async fn is_signed(partner: &Published<'_>, quote: &str) -> Value {
    for _ in 0..200 {
        let read = partner.get(&format!("/contract-apex?quoteId={quote}")).await.expect(200);
        if read["isSigned"] == true {
            return read;
        }
    }
    panic!("nobody signed");
}

/// What one sub-order needs before its handoff, but for the end customer.
pub(super) async fn enrich(partner: &Published<'_>, order: &str, sub: &str) {
    let path = "/order-enrichment/installation-shipping-apex";
    partner.post(path, &installation(order, sub)).await.expect(200);
    partner.post("/order-enrichment/newBilling-apex", &billing(order, sub)).await.expect(200);
    let path = "/order-enrichment/apexRDSProdandPortReserve";
    partner.post(path, &port(sub)).await.expect(200);
}
