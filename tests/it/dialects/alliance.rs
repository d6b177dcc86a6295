//! Alliance, driven by its published calls alone.

use super::sale::*;
use super::{Published, golden};
use crate::story::steps::{customer, id};
use crate::world::World;
use serde_json::{Value, json};
use web::{Dialects, Family, LookupAnswer};

const ADI: &str = "OFF_ADI_MID_MARKET";

fn adi(speed: &str) -> Value {
    json!([{ "name": "Port Speed", "value": speed }, { "name": "ATT_ACC_SPD", "value": speed },
        { "name": "Term", "value": "36" }])
}

pub(super) fn port(sub: &str) -> Value {
    json!({ "subOrderId": sub, "Room": "201", "Floor": "2", "Notes": "Testing additional notes",
        "TSPCode": "" })
}

/// A quote of three sites, priced.
async fn priced(partner: &Published<'_>) -> String {
    let quote = opened(partner).await;
    let sites = three_sites(partner, &quote).await;
    let each: Vec<_> = sites.iter().map(|site| (site, adi("1G"))).collect();
    partner.post("/config", &configuration(&quote, ADI, &each)).await.expect(200);
    quote
}

/// The order of such a quote, and its sub-orders.
pub(super) async fn ordered(partner: &Published<'_>) -> (String, Vec<String>) {
    let quote = priced(partner).await;
    let asked = application(&quote, "approved@credit.example.com");
    partner.post("/creditCheck", &asked).await.expect(200);
    signed(partner, "/contract", &quote).await;
    let made = partner.post("/order", &order(&quote)).await.expect(200);
    let subs = made["subOrders"].as_array().expect("sub-orders");
    let subs = subs.iter().map(|sub| id(&sub["subOrderId"]).to_owned()).collect();
    (id(&made["orderId"]).to_owned(), subs)
}

fn order(quote: &str) -> Value {
    json!({ "quoteId": quote, "checkT&C": true, "contacts": contacts() })
}

#[tokio::test]
async fn an_alliance_client_takes_three_sites_from_lookup_to_delivery() {
    let world = World::start().await;
    let partner = Published::of(&world, "alliance", "alliance").await;
    let account = customer(&world, "Lone Star Dental Group, LLC", "carrier_only").await;

    // The newer form of the answer; the customer is the carrier's own.
    let find = json!({ "accountName": "lone star dental", "address": dallas("") });
    let found = partner.post("/customerAccountLookup", &find).await.expect(200);
    let first = &found[0];
    assert_eq!(
        (&first["endCustomerId"], &first["allianceStatus"]),
        (&json!(account), &json!("ATT ONLY"))
    );
    assert_eq!((&first["exception"], &first["loaStatus"]), (&json!("N"), &json!("N")));
    assert_eq!((&first["subSegment"], &first["address"]["Country"]), (&json!(""), &json!("USA")));
    let open = json!({ "opportunityName": "Three offices", "accountId": account });
    let early = partner.post("/opportunity-quote", &open).await.expect(409);
    assert_eq!(
        (&early["status"], &early["errorCode"]),
        (&json!("Failed"), &json!("premature_step"))
    );
    assert_eq!(errors(&early), [("/accountId", "customer_unserved")]);

    // Operations let this partner serve it.
    let plea =
        json!({ "endCustomerId": account, "reason": "They asked us to move them to fibre." });
    let filed = partner.post("/exception-request", &plea).await.expect(200);
    let path = format!("/v1/operations/exception-requests/{}/approve", id(&filed["exceptionId"]));
    world.operations.post(&path, &json!({ "valid_days": 30 })).await.expect(200);
    let read = format!("/exception-request?exceptionId={}", id(&filed["exceptionId"]));
    let now = partner.get(&read).await.expect(200);
    assert_eq!((&now["exceptionStatus"], &now["exception"]), (&json!("Approved"), &json!("Y")));
    let found = partner.post("/customerAccountLookup", &find).await.expect(200);
    assert_eq!(found[0]["exception"], "Y");

    // The customer's own consent, which nothing of the sale waits for.
    let check = format!("/loa?endCustomerId={account}");
    let none = partner.get(&check).await.expect(200);
    assert_eq!((&none["loaStatus"], &none["loaId"]), (&json!("N"), &Value::Null));
    let ask = json!({ "endCustomerId": account, "signer": {
        "contactName": "Dana Sample", "contactTitle": "Managing Director",
        "contactEmail": "dana@example.com" } });
    let letter = partner.post("/loa", &ask).await.expect(200);
    assert_eq!(partner.post("/loa", &ask).await.expect(200), letter, "once");
    assert_eq!(partner.get(&check).await.expect(200), letter);
    assert!(id(&letter["document"]).starts_with("LETTER OF AGENCY\n"));
    let mut file = json!({ "loaId": letter["loaId"], "signedDate": "2020-01-01",
        "documentSha256": letter["documentSha256"], "attachmentReference": "LOA-2026-118" });
    let early = partner.put("/loa", &file).await.expect(422);
    assert_eq!(errors(&early), [("/signedDate", "out_of_range")]);
    file["signedDate"] = json!(app::Clock::now(&*world.clock).date().to_string());
    let on_file = partner.put("/loa", &file).await.expect(200);
    assert_eq!((&on_file["loaStatus"], &on_file["loaState"]), (&json!("Y"), &json!("On File")));
    assert_eq!((&on_file["signedDate"], &on_file["document"]), (&file["signedDate"], &Value::Null));
    assert_eq!(partner.put("/loa", &file).await.expect(200), on_file, "once");
    assert_eq!(partner.get(&check).await.expect(200), on_file);
    let found = partner.post("/customerAccountLookup", &find).await.expect(200);
    assert_eq!(found[0]["loaStatus"], "Y");

    let quote = partner.post("/opportunity-quote", &open).await.expect(200);
    let quote = id(&quote["quoteId"]).to_owned();
    let sites = three_sites(&partner, &quote).await;

    // A price comes with the last site.
    let two: Vec<_> = sites[..2].iter().map(|site| (site, adi("100M"))).collect();
    let part = partner.post("/config", &configuration(&quote, ADI, &two)).await.expect(200);
    let said = &part["statusMessage"];
    assert_eq!(*said, "2 of 3 sites are configured, 3 have a valid address: no price yet");
    let last = configuration(&quote, ADI, &[(&sites[2], adi("1G"))]);
    let all = partner.post("/config", &last).await.expect(200);
    assert_eq!((&all["quoteStatus"], &all["id"]), (&json!("Priced"), &json!("1234")));
    assert_eq!(all["pricingOutputs"][0]["configId"], "jrjfjf");
    let read = partner.get(&format!("/opportunity-quote?quoteId={quote}")).await.expect(200);
    assert_eq!(read["charges"], all["charges"]);
    assert_eq!(read["sites"].as_array().map(Vec::len), Some(3));

    let early = partner.post("/contract", &contract(&quote, "dana@example.com")).await.expect(409);
    assert!(errors(&early).contains(&("/credit_checks", "credit_missing")), "{early:#}");
    let asked = application(&quote, "approved@credit.example.com");
    let check = partner.post("/creditCheck", &asked).await.expect(200);
    assert_eq!(
        (&check["approvalStatus"], &check["noErrorFlag"]),
        (&json!("Auto-Approved"), &json!(true))
    );
    let path = format!("/creditCheck?quoteId={quote}");
    assert_eq!(partner.get(&path).await.expect(200), check);
    let path = format!("/creditCheck?creditCheckId={}", id(&check["creditCheckId"]));
    assert_eq!(partner.get(&path).await.expect(200), check);

    signed(&partner, "/contract", &quote).await;
    let refused = json!({ "quoteId": quote, "checkT&C": false, "contacts": contacts() });
    let refused = partner.post("/order", &refused).await.expect(409);
    assert_eq!(errors(&refused), [("/checkT&C", "terms_not_accepted")]);
    let made = partner.post("/order", &order(&quote)).await.expect(200);
    assert_eq!((&made["status"], &made["statusMessage"]), (&json!("Success"), &json!("Success")));
    assert_eq!(made["subOrder"], made["subOrders"][0], "one object, as published");
    let items = made["subOrder"]["subOrderItem"].as_array().expect("items");
    let types: Vec<&str> = items.iter().map(|item| id(&item["orderItemType"])).collect();
    assert_eq!(types[0], "AT&T Dedicated Internet (Mid Market)");
    assert!(["Access", "Port", "ADI Install"].iter().all(|kind| types.contains(kind)), "{types:?}");

    let order = id(&made["orderId"]);
    let early = partner.post("/order-handoff", &json!({ "orderId": order })).await.expect(409);
    assert_eq!(early["errorCode"], "premature_step");
    for sub in made["subOrders"].as_array().expect("sub-orders") {
        let sub = id(&sub["subOrderId"]);
        enriched(&partner, "/order-enrichment/shipping", sub).await;
        partner.post("/order-enrichment/RDSProdandPortReserve", &port(sub)).await.expect(200);
    }
    handed_off(&partner, order).await;
    delivered(&world, &partner, order, "Lone Star Dental Group").await;
    golden::is_current(Family::Alliance, &partner.sent());
    world.told_as_published().await;
}

#[tokio::test]
async fn the_lookup_takes_each_published_form_and_answers_the_configured_one() {
    let dialects = Dialects { alliance_lookup: LookupAnswer::Older, ..Dialects::default() };
    let world = World::start_speaking(dialects).await;
    let partner = Published::of(&world, "alliance", "alliance").await;
    for at in 0..6 {
        customer(&world, &format!("Prairie Wind Clinics {at}"), "open").await;
    }
    let old = json!({ "accountName": "prairie wind", "address": { "street": "208 S Akard St",
        "city": "DALLAS", "state": "TX", "zipCode": "752021234" } });
    let found = partner.post("/customerAccountLookup", &old).await.expect(200);
    assert_eq!(found.as_array().map(Vec::len), Some(5), "at most five");
    let members: Vec<&str> =
        found[0].as_object().expect("members").keys().map(String::as_str).collect();
    assert_eq!(
        members,
        [
            "accountAddress",
            "accountId",
            "accountName",
            "accountStatus",
            "acid",
            "allianceStatus",
            "contractStatus",
            "exception",
            "loaStatus",
            "parentPartnerAccId",
            "partnerId",
            "salesSegment",
            "subAccountId",
        ]
    );
    assert_eq!((&found[0]["subAccountId"], &found[0]["acid"]), (&json!("U8GOM4"), &Value::Null));
    assert_eq!(found[0]["allianceStatus"], "OPEN");
    let none = json!({ "accountName": "nobody at all", "address": dallas("Pecan") });
    let none = partner.post("/customerAccountLookup", &none).await.expect(404);
    assert_eq!(
        (&none["statusMessage"], &none["errorCode"]),
        (&json!("No customer found."), &json!("not_found"))
    );
    let short = json!({ "accountName": "ab", "address": { "city": "", "state": "TX" } });
    let short = partner.post("/customerAccountLookup", &short).await.expect(422);
    let mut wrong = errors(&short);
    wrong.sort_unstable();
    assert_eq!(
        wrong,
        [
            ("/accountName", "too_short"),
            ("/address/city", "too_short"),
            ("/address/street", "missing"),
            ("/address/zipCode", "missing"),
        ]
    );
}

#[tokio::test]
async fn a_configuration_of_several_sites_is_made_whole_or_not_at_all() {
    let world = World::start().await;
    let partner = Published::of(&world, "alliance", "alliance").await;
    let quote = opened(&partner).await;
    let sites = three_sites(&partner, &quote).await;
    let wrong =
        json!([{ "name": "Port Speed", "value": "7G" }, { "name": "Colour", "value": "x" }]);
    let each = [(&sites[0], adi("1G")), (&sites[1], wrong), (&sites[0], adi("1G"))];
    let refused = partner.post("/config", &configuration(&quote, ADI, &each)).await.expect(422);
    let at = |rest: &str| format!("/configDiscountPromoRequest/pricingInputs/{rest}");
    let places: Vec<String> =
        errors(&refused).iter().map(|(place, _)| (*place).to_owned()).collect();
    assert!(places.contains(&at("1/configuration/features/0")), "{refused:#}");
    assert!(places.contains(&at("2/siteId")), "{refused:#}");
    let read = partner.get(&format!("/opportunity-quote?quoteId={quote}")).await.expect(200);
    let sites = read["sites"].as_array().expect("sites");
    assert!(sites.iter().all(|site| site["productId"].is_null()), "nothing is half-written");

    // A price that is refused takes the configuration with it.
    let each: Vec<_> =
        sites.iter().map(|site| (id(&site["siteId"]).to_owned(), adi("1G"))).collect();
    let each: Vec<_> = each.iter().map(|(site, features)| (site, features.clone())).collect();
    let mut body = configuration(&quote, ADI, &each);
    body["configDiscountPromoRequest"]["promotions"] = json!(["NO_SUCH_PROMOTION"]);
    let refused = partner.post("/config", &body).await.expect(422);
    assert_eq!(refused["errorCode"], "price_refused", "{refused:#}");
    let read = partner.get(&format!("/opportunity-quote?quoteId={quote}")).await.expect(200);
    assert!(read["sites"][0]["productId"].is_null());
}

#[tokio::test]
async fn each_outcome_of_a_credit_check_has_its_words() {
    let world = World::start().await;
    let partner = Published::of(&world, "alliance", "alliance").await;
    for (email, status, code, ends) in [
        ("deposit@credit.example.com", "Approved-Deposit", "", false),
        ("review@credit.example.com", "In-Review", "", false),
        ("declined@credit.example.com", "Declined", "credit_declined", true),
    ] {
        let quote = priced(&partner).await;
        let check = partner.post("/creditCheck", &application(&quote, email)).await.expect(200);
        assert_eq!(check["approvalStatus"], status, "{check:#}");
        assert_eq!((&check["errorCode"], &check["displayErrorPage"]), (&json!(code), &json!(ends)));
        assert_eq!(check["noErrorFlag"], !ends);
        assert_eq!(check.as_object().map(serde_json::Map::len), Some(21), "all members");
        assert_eq!(check["minimumAmountDue"] != "", status == "Approved-Deposit");
        let again = partner.post("/creditCheck", &application(&quote, email)).await.expect(200);
        assert_eq!(again, check, "asked again, the same check");
        if status != "Approved-Deposit" {
            let early = contract(&quote, "signs@sign.example.com");
            let early = partner.post("/contract", &early).await.expect(409);
            assert_eq!(early["errorCode"], "premature_step", "no approval: no contract");
        }
    }
    let quote = priced(&partner).await;
    for member in [
        "subAccountId",
        "businessName",
        "doingBusinessAs",
        "primaryFirstName",
        "primaryLastName",
        "legalEntityCity",
        "legalEntityStreetAddress",
    ] {
        let mut holding = application(&quote, "dana@example.com");
        holding[member] = json!("Harbor 123-45-6789");
        let refused = partner.post("/creditCheck", &holding).await.expect(422);
        let place = format!("/{member}");
        assert_eq!(errors(&refused), [(place.as_str(), "holds_tax_id")]);
    }
    let holding = application(&quote, "123-45-6789@example.com");
    let refused = partner.post("/creditCheck", &holding).await.expect(422);
    assert_eq!(errors(&refused), [("/userEmail", "holds_tax_id")]);
}

#[tokio::test]
async fn a_bureau_that_does_not_answer_in_time_is_said_to_be_pending() {
    let patience = std::time::Duration::from_millis(50);
    let world = World::start_speaking(Dialects { patience, ..Dialects::default() }).await;
    let partner = Published::of(&world, "alliance", "alliance").await;
    let quote = priced(&partner).await;
    let down = application(&quote, "down@credit.example.com");
    let check = partner.post("/creditCheck", &down).await.expect(200);
    assert_eq!((&check["approvalStatus"], &check["creditClass"]), (&json!("Pending"), &json!("")));
    for _ in 0..5 {
        world.clock.advance_ms(200_000);
        world.run_jobs().await;
    }
    let check = partner.get(&format!("/creditCheck?quoteId={quote}")).await.expect(200);
    assert_eq!(
        (&check["approvalStatus"], &check["errorCode"]),
        (&json!("Failed"), &json!("credit_failed"))
    );
    assert!(check["logErrorMessage"].is_string(), "{check:#}");
}

#[tokio::test]
async fn repeated_64_times_at_once_each_call_has_one_effect_and_one_answer() {
    let world = World::start().await;
    let partner = Published::of(&world, "alliance", "alliance").await;
    let quote = priced(&partner).await;
    let asked = application(&quote, "approved@credit.example.com");
    partner.post("/creditCheck", &asked).await.expect(200);
    let ask = contract(&quote, "signs@sign.example.com");
    let made = alike(partner.crowd("/contract", &ask, CROWD).await);
    let other = contract(&quote, "dana@example.com");
    assert_eq!(partner.post("/contract", &other).await.expect(409)["errorCode"], "already_exists");
    let now = partner.get(&format!("/contract?quoteId={quote}")).await.expect(200);
    assert_eq!(now["esignRequestId"], made["esignRequestId"]);
    let made = alike(partner.crowd("/order", &order(&quote), CROWD).await);
    let order = id(&made["orderId"]);
    let mut billed = Vec::new();
    for sub in made["subOrders"].as_array().expect("sub-orders") {
        let sub = id(&sub["subOrderId"]);
        enriched(&partner, "/order-enrichment/shipping", sub).await;
        billed.push(alike(partner.crowd("/order-enrichment/billing", &billing(sub), CROWD).await));
        partner.post("/order-enrichment/RDSProdandPortReserve", &port(sub)).await.expect(200);
    }
    billed.dedup();
    assert_eq!(billed.len(), 1, "one account for all of one name");
    alike(partner.crowd("/order-handoff", &json!({ "orderId": order }), CROWD).await);
    let count = |rows: Vec<store::Row>| rows.len();
    for (sql, many) in [
        ("select id from contract", 1),
        ("select id from orders", 1),
        ("select id from sub_order", 3),
        ("select id from billing_account", 1),
    ] {
        assert_eq!(count(world.rows(sql).await), many, "{sql}");
    }
}

#[tokio::test]
async fn what_is_not_the_partners_own_is_not_there() {
    let world = World::start().await;
    let partner = Published::of(&world, "alliance", "alliance").await;
    let (order, subs) = ordered(&partner).await;
    let other = Published::of(&world, "alliance", "alliance").await;
    let summary = json!({ "orderId": order });
    for (path, body) in [
        ("/order-summary", summary.clone()),
        ("/order-handoff", summary),
        ("/order-handoff", json!({ "orderId": order, "subOrderId": subs[0] })),
        ("/order-enrichment/shipping", shipping(&subs[0])),
        ("/order-enrichment/billing", billing(&subs[0])),
        ("/order-enrichment/RDSProdandPortReserve", port(&subs[0])),
    ] {
        let foreign = other.post(path, &body).await.expect(404);
        assert_eq!(foreign["errorCode"], "not_found", "{path}");
    }
    let quote = priced(&partner).await;
    for quote in [quote.as_str(), "0Q0Kf000000xjXgKAI"] {
        let refused = other.post("/order", &self::order(quote)).await.expect(422);
        assert_eq!(refused["errorCode"], "unknown_reference", "{refused:#}");
        assert_eq!(errors(&refused), [("/quoteId", "unknown_id")]);
    }
    let number = format!("externalIdentifierId={order}&externalIdentifierType=OrderNumber");
    let path = format!("/orders?{number}&businessAccountName=Harbor%20Point%20Bakery");
    other.get(&path).await.expect(404);
    partner.get(&path).await.expect(200);
    let path = format!("/orders?{number}&businessAccountName=Somebody%20Else");
    partner.get(&path).await.expect(404);
    let unnamed = partner.get("/orders?externalIdentifierType=GpmId").await.expect(400);
    assert_eq!(unnamed["errors"].as_array().map(Vec::len), Some(2), "{unnamed:#}");
    // What is no id is said so, and where.
    let wrong =
        partner.post("/order-summary", &json!({ "orderId": "pID-12345" })).await.expect(422);
    assert_eq!(errors(&wrong), [("/orderId", "not_an_id")]);
    // Members that nobody knows are tolerated.
    let body = json!({ "orderId": order, "unheardOf": { "of": [1, 2] } });
    partner.post("/order-summary", &body).await.expect(200);
}
