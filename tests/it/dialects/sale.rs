//! The steps that Alliance and AIAB have alike, as a program of a partner would take them.

use super::Published;
use crate::client::Reply;
use crate::story::steps::id;
use crate::world::World;
use serde_json::{Value, json};

/// How often everything is repeated at once.
pub(super) const CROWD: usize = 64;

pub(super) fn person(kind: &str) -> Value {
    json!({ "type": kind, "firstName": "Dana", "lastName": "Sample",
        "email": format!("{kind}@example.com"), "phone": "214-555-0100",
        "street": "208 S Akard St", "city": "Dallas", "state": "TX", "zip": "75202" })
}

/// As the published create-order has it, without a phone.
pub(super) fn contacts() -> Value {
    let plain = |kind: &str| {
        let mut person = person(kind);
        person.as_object_mut().expect("members").remove("phone");
        person
    };
    json!({ "contactDetails": { "primary": plain("primary"), "alternate": plain("alternate") } })
}

/// Where somebody is, as the lookup asks it.
pub(super) fn dallas(street: &str) -> Value {
    json!({ "street": street, "city": "Dallas", "state": "Texas", "zipCode": "75202",
        "country": "USA" })
}

/// Opens a quote for a customer that the lookup did not find. Answers its id.
pub(super) async fn opened(partner: &Published<'_>) -> String {
    let open = json!({ "opportunityName": "Three branch offices",
        "newCustomer": { "accountName": "Harbor Point Bakery LLC",
            "accountAddress": { "street": "208 S Akard St", "city": "Dallas", "state": "TX",
                "zipCode": "75202" } },
        "purchaseOrder": "PO-4711" });
    let opened = partner.post("/opportunity-quote", &open).await.expect(200);
    id(&opened["quoteId"]).to_owned()
}

/// Three sites, one of them with a mistyped ZIP code. Answers their ids, all addresses valid.
pub(super) async fn three_sites(partner: &Published<'_>, quote: &str) -> Vec<String> {
    let site = |name: &str, street: &str, city: &str, state: &str, zip: &str| {
        json!({ "siteName": name, "address": { "street": street, "city": city, "state": state,
            "zipCode": zip, "country": "USA" } })
    };
    let sites = json!({ "quoteId": quote, "sites": [
        site("Chicago", "233 S Wacker Dr", "Chicago", "Illinois", "60606"),
        site("Dallas", "1500 Marilla St", "Dallas", "TX", "75201"),
        site("Round Rock", "1 Dell Way", "Round Rock", "TX", "78628"),
    ] });
    let added = partner.post("/site", &sites).await.expect(200);
    let sites = added["sites"].as_array().expect("sites");
    let results: Vec<&str> =
        sites.iter().map(|s| id(&s["addressValidation"]["validationResult"])).collect();
    assert_eq!(results, ["success", "success", "closematch"]);
    assert_eq!(added["statusMessage"], "3 sites: 1 without a valid address yet");
    let settle = json!({ "quoteId": quote, "siteId": sites[2]["siteId"], "choice": 0 });
    let settled = partner.patch("/site", &settle).await.expect(200);
    let settled = &settled["sites"][0]["addressValidation"];
    assert_eq!(settled["validationResult"], "success");
    assert_eq!(settled["validGeographicAddress"]["zipCode"], "78682");
    sites.iter().map(|s| id(&s["siteId"]).to_owned()).collect()
}

/// A configuration of these sites, each with features of its own.
pub(super) fn configuration(quote: &str, product: &str, each: &[(&String, Value)]) -> Value {
    let input = |(site, features): &(&String, Value)| {
        json!({ "siteId": site, "productId": product,
            "configuration": { "configId": "jrjfjf", "features": features } })
    };
    json!({ "configDiscountPromoRequest": { "flowName": "sendconfigDiscountPromoDetails",
        "id": "1234", "quoteId": quote,
        "pricingInputs": each.iter().map(input).collect::<Vec<_>>() } })
}

/// The published application for credit.
pub(super) fn application(quote: &str, email: &str) -> Value {
    json!({ "quoteId": quote, "userEmail": email, "subAccountId": "TWNN1I", "businessType": "S",
        "businessName": "Harbor Point Bakery", "doingBusinessAs": "",
        "legalEntityCity": "Minneapolis", "primaryLastName": "Sample",
        "legalEntityState": "MN", "primaryFirstName": "Dana", "legalEntityZipCode": "55402",
        "legalEntityCountry": "US", "legalEntityStreetAddress": "901 Marquette Ave STE 700" })
}

/// A contract for a signer that signs at once.
pub(super) fn contract(quote: &str, email: &str) -> Value {
    json!({ "quoteId": quote, "contractType": "Quote-Based", "contractDetails": { "contactObj": {
        "contactName": "Dana Sample", "contactTitle": "Owner", "contactPhone": "1234567890",
        "contactEmail": email, "contactLastName": "Sample", "contactFirstName": "Dana" } } })
}

/// Generates the contract, which is signed. Answers its id.
pub(super) async fn signed(partner: &Published<'_>, path: &str, quote: &str) -> String {
    let made = partner.post(path, &contract(quote, "signs@sign.example.com")).await.expect(200);
    assert_eq!((&made["code"], &made["message"]), (&json!(200), &json!("Success")));
    let now = partner.get(&format!("/contract?quoteId={quote}")).await.expect(200);
    assert_eq!(now["contractStatus"], "Signed", "{now:#}");
    assert_eq!(now["esignRequestId"], made["esignRequestId"]);
    id(&made["esignRequestId"]).to_owned()
}

pub(super) fn installation(sub: &str) -> Value {
    json!({ "subOrderId": sub, "premiseNotes": "Ring at the loading dock",
        "customerRequestedStartDate": "2026-12-07T20:00:00.000+0000",
        "customerRequestedDueDate": "2027-03-31T19:00:00.000+0000",
        "startBillingBeforeReqDueDate": "true",
        "contacts": { "contactDetails": [person("installation")] } })
}

pub(super) fn shipping(sub: &str) -> Value {
    json!({ "subOrderId": sub, "shippingNotes": "Attention: IT",
        "contacts": { "contactDetails": { "primary": person("shipping") } } })
}

/// The published example.
pub(super) fn billing(sub: &str) -> Value {
    json!({ "billingAccountName": "Test Existing Billing Account", "contractId": "MSPS00049851SF",
        "soc": "F3", "billGroup": "001", "mcn": "TW8157", "subAccountId": "X014TZQM",
        "subOrderId": sub })
}

/// Gives a sub-order what every product needs.
pub(super) async fn enriched(partner: &Published<'_>, shipping_path: &str, sub: &str) {
    let installed = partner.put("/order-enrichment/installation", &installation(sub)).await;
    assert_eq!(installed.expect(200)["statusMessage"], "Installation details are saved");
    partner.post(shipping_path, &shipping(sub)).await.expect(200);
    let billed = partner.post("/order-enrichment/billing", &billing(sub)).await.expect(200);
    assert_eq!(billed.as_array().map(Vec::len), Some(1), "an array, as published");
    assert_eq!(billed[0]["BillingAccountName"], "Test Existing Billing Account");
    assert!(billed[0]["BillingAccountInvoiceNumber"].is_string());
}

/// Groups, reviews and hands an order off.
pub(super) async fn handed_off(partner: &Published<'_>, order: &str) {
    let group = json!({ "orderId": order, "customerDefinedGroupName": "Harbor Point 2026" });
    partner.post("/order-enrichment/cdg", &group).await.expect(200);
    let summary = partner.post("/order-summary", &json!({ "orderId": order })).await.expect(200);
    assert_eq!(summary["statusMessage"], "The order can be handed off", "{summary:#}");
    let done = partner.post("/order-handoff", &json!({ "orderId": order })).await.expect(200);
    assert_eq!(done["status"], "Success", "{done:#}");
    let subs = done["subOrders"].as_array().expect("sub-orders");
    assert_eq!(subs.len(), 3);
    assert!(subs.iter().all(|sub| sub["handoffStatus"] == "Acknowledged"));
    assert!(subs.iter().all(|sub| sub["acknowledgementId"].is_string()));
}

/// Runs delivery to its end, asking for the status by the published call.
pub(super) async fn delivered(world: &World, partner: &Published<'_>, order: &str, name: &str) {
    let name = name.replace(' ', "%20");
    let path = format!(
        "/orders?externalIdentifierId={order}&externalIdentifierType=OrderNumber\
         &businessAccountName={name}&offset=0&limit=20"
    );
    for _ in 0..120 {
        world.run_jobs().await;
        let now = partner.get(&path).await.expect(200);
        assert_eq!(
            (&now["status"], &now["responseData"]["orderNumber"]),
            (&json!(200), &json!(order))
        );
        if now["responseData"]["orderStatus"] == "COMPLETED" {
            return;
        }
        world.clock.advance_ms(1000);
    }
    panic!("the order was not delivered in 120 working days");
}

/// The one body that a crowd of the same call is answered, but for what the headers say.
#[track_caller]
pub(super) fn alike(replies: Vec<Reply>) -> Value {
    let bodies = replies.into_iter().map(|reply| {
        let mut body = reply.expect(200);
        if let Some(members) = body.as_object_mut() {
            members.remove("traceId");
        }
        body
    });
    let mut bodies: Vec<Value> = bodies.collect();
    assert_eq!(bodies.len(), CROWD);
    bodies.dedup();
    assert_eq!(bodies.len(), 1, "answers differ: {bodies:#?}");
    bodies.remove(0)
}

/// The codes that a refusal names, and where.
pub(super) fn errors(body: &Value) -> Vec<(&str, &str)> {
    let errors = body["errors"].as_array().expect("errors");
    errors.iter().map(|e| (id(&e["path"]), id(&e["code"]))).collect()
}
