//! From nothing to delivery on three sites, through the published calls alone; recorded.

use super::super::golden::is_current;
use super::*;
use crate::client::Reply;
use web::Family;

const SP: &str = "A-06399x";

async fn configured(partner: &Published<'_>, quote: &str, sites: &[String]) {
    let first = [input(&sites[0], "10G"), input(&sites[1], "1G")];
    let answer = partner.post("/config-apex", &config(quote, &first)).await.expect(200);
    assert_eq!(answer["status"], "Success");
    assert_eq!(answer["quoteStatus"], "Draft", "one site has no configuration yet");
    assert!(answer["priceOffer"].is_null());
    let mut last = config(quote, &[input(&sites[2], "100M")]);
    last["configDiscountPromoRequest"]["discountPercent"] = json!("5");
    let answer = partner.post("/config-apex", &last).await.expect(200);
    assert_eq!(answer["flowName"], "sendconfigDiscountPromoDetails");
    assert_eq!(answer["id"], "1234");
    assert_eq!(answer["quoteStatus"], "Priced", "{answer:#}");
    assert_eq!(answer["priceOffer"]["priceLevel"], "firm_subject_to_feasibility");
    let outputs = answer["pricingOutputs"].as_array().expect("outputs");
    assert_eq!(outputs.len(), 3);
    assert_eq!(outputs[2]["configuration"]["configId"], "c-100M");
    let cents = |value: &Value| text(value).replace('.', "").parse::<i64>().expect("cents");
    let sum = |member: &str| outputs.iter().map(|o| cents(&o["totals"][member])).sum::<i64>();
    let totals = &answer["priceOffer"]["totals"];
    for member in ["monthlyRecurringCharge", "nonRecurringCharge", "totalContractValue"] {
        assert_eq!(sum(member), cents(&totals[member]), "{member}");
    }
    let read = partner.get(&format!("/quote-apex?quoteId={quote}")).await.expect(200);
    assert_eq!(read["priceOffer"], answer["priceOffer"]);
    assert_eq!(
        read["statusMessage"],
        "3 of 3 sites have a valid address, 3 are configured, 3 priced"
    );
}

async fn sites(partner: &Published<'_>, quote: &str) -> Vec<String> {
    let [chicago, round_rock, dallas] = three_sites();
    let new = json!({ "quoteId": quote, "sites": [chicago, round_rock] });
    let added = partner.post("/site-apex", &new).await.expect(200);
    assert_eq!(added["status"], "Action Required", "one address is corrected");
    assert_eq!(added["sites"][0]["avpsResult"], "success");
    assert_eq!(added["sites"][1]["avpsResult"], "closematch");
    assert_eq!(added["sites"][1]["avpsPassed"], false);
    assert_eq!(added["sites"][1]["validatedAddress"]["zipCode"], "78682");
    let mut ids: Vec<String> = Vec::new();
    let mut take = |answer: &Value| {
        let sites = answer["sites"].as_array().expect("sites").iter();
        ids.extend(sites.map(|site| text(&site["siteId"]).to_owned()));
    };
    take(&added);
    let new = json!({ "quoteId": quote, "sites": [dallas], "acceptCorrection": "true" });
    let added = partner.post("/site-apex", &new).await.expect(200);
    assert_eq!(added["status"], "Success");
    assert_eq!(added["sites"].as_array().map(Vec::len), Some(1), "those that were added");
    take(&added);
    let named = json!({ "quoteId": quote, "siteId": ids[2], "siteName": "Dallas, ground floor" });
    let named = partner.patch("/site-apex", &named).await.expect(200);
    assert_eq!(named["sites"][0]["siteName"], "Dallas, ground floor");
    assert_eq!(named["status"], "Success", "its address is as it was");
    ids
}

/// The end customer of one site by its id, those of the others by name.
async fn customers(world: &World, partner: &Published<'_>, quote: &str, sites: &[String]) {
    let known = json!({ "name": "Lone Star Dental Group, LLC", "alliance_status": "open",
        "address": { "street": "208 S Akard St", "city": "Dallas", "state": "TX",
            "zip": "75202" } });
    let known = world.operations.post("/v1/operations/customers", &known).await.expect(201);
    let asked = json!({ "spId": SP, "accountName": "lone star dentl", "address": { "street": "",
        "city": "Dallas", "state": "TX", "zipCode": "75202" } });
    let found = partner.post("/customerAccountLookup-apex", &asked).await.expect(200);
    assert_eq!(found[0]["accountId"], known["id"]);
    let asked = "/customerAccountLookup-apex?accountName=Lone%20Star&city=Dallas&state=TX";
    assert_eq!(partner.get(asked).await.expect(200), found);
    let address = json!({ "street": "1 Dell Way", "city": "Round Rock", "state": "TX",
        "zipCode": "78682" });
    let new = json!({ "quoteId": quote, "sites": [
        { "siteId": sites[0], "endCustomerId": known["id"] },
        { "siteId": sites[1], "endCustomerName": "Harbor Point Bakery LLC", "address": address },
        { "siteId": sites[2], "endCustomerName": "Harbor Point Bakery LLC", "address": address },
    ] });
    let assigned = partner.patch("/customerAccountLookup-apex", &new).await.expect(200);
    let values = &assigned["inputValues"];
    assert_eq!(assigned["quoteId"], quote);
    assert_eq!(values[0]["endCustomerName"], "Lone Star Dental Group, LLC");
    assert_eq!(values[1]["endCustomerId"], values[2]["endCustomerId"], "captured once");
    let again = partner.patch("/customerAccountLookup-apex", &new).await.expect(200);
    assert_eq!(again, assigned, "who was captured is known by then");
}

async fn ordered(partner: &Published<'_>, quote: &str) -> (String, Vec<String>) {
    let made = partner.post("/order-apex", &order(quote)).await.expect(200);
    assert_eq!((&made["status"], &made["statusMessage"]), (&json!("Success"), &json!("Success")));
    let subs = made["subOrders"].as_array().expect("sub-orders");
    assert_eq!(subs.len(), 3);
    assert_eq!(made["subOrder"]["subOrderId"], subs[0]["subOrderId"]);
    let kinds: Vec<_> = made["subOrder"]["subOrderItem"]
        .as_array()
        .expect("items")
        .iter()
        .map(|item| text(&item["orderItemType"]).to_owned())
        .collect();
    assert_eq!(kinds[0], "AT&T Dedicated Internet (Mid Market)");
    assert!(kinds.iter().any(|kind| kind == "Port"), "{kinds:?}");
    let ids = subs.iter().map(|sub| text(&sub["subOrderId"]).to_owned()).collect();
    (text(&made["orderId"]).to_owned(), ids)
}

async fn handed_off(partner: &Published<'_>, order: &str, sub: &str, speed: &str) {
    let path = format!("/order-enrichment/order-enrichment-status?subOrderId={sub}");
    let before = partner.get(&path).await.expect(200);
    assert_eq!(before["enrichmentStatus"], "Incomplete");
    let hand_off = json!({ "orderId": order, "subOrderId": sub });
    let early = partner.post("/order-apex", &hand_off).await.expect(409);
    assert_eq!(early["errorCode"], "premature_step");
    let missing = early["errors"].as_array().expect("errors");
    assert_eq!(Some(missing.len()), before["missing"].as_array().map(Vec::len), "the same law");
    enrich(partner, order, sub).await;
    let after = partner.get(&path).await.expect(200);
    assert_eq!(after["enrichmentStatus"], "Complete", "{after:#}");
    assert_eq!(after["Product2"], "Product2");
    assert_eq!(after["Product2.Name"], "Port");
    assert_eq!(after["Port Speed"], speed);
    let done = partner.post("/order-apex", &hand_off).await.expect(200);
    let published = json!({ "status": "success",
        "message": "order submitted and sent to serviceNow" });
    assert_eq!(done, published);
}

async fn delivered(world: &World, partner: &Published<'_>, order: &str) {
    for _ in 0..120 {
        world.run_jobs().await;
        let now = partner.get(&format!("/order-status-apex?orderId={order}")).await.expect(200);
        if now["orderStatus"] == "Completed" {
            assert_eq!(now["statusMessage"], "3 of 3 sub-orders have been handed off");
            for sub in now["subOrders"].as_array().expect("sub-orders") {
                assert!(sub["firmOrderCommitmentDate"].is_string(), "{sub:#}");
                let reached = |step: &Value| step["reachedDate"].is_string();
                assert!(sub["milestones"].as_array().expect("milestones").iter().all(reached));
            }
            return;
        }
        world.clock.advance_ms(1000);
    }
    panic!("the order was not delivered");
}

/// Numbers and hashes that follow from ids, which a recording counts.
fn settled(value: &mut Value, of_call: bool) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match name.as_str() {
                    "esignRequestIdABV" => *member = json!(527_957),
                    "documentSha256" => *member = json!("0".repeat(64)),
                    "unifiedCreditTransactionId" => *member = json!("U20231101408321276"),
                    "acknowledgementReference" => *member = json!("SIM-801000000000001"),
                    "id" if of_call => *member = json!("1234"),
                    _ => settled(member, of_call),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| settled(item, of_call)),
        _ => {}
    }
}

#[tokio::test]
async fn three_sites_come_from_nothing_to_delivery_by_apex_alone() {
    let world = World::start().await;
    let partner = provider(&world, SP, "Example Solutions, Inc.").await;
    let new = json!({ "spId": SP, "opportunityName": "Three branches to fibre",
        "purchaseOrder": "PO-2026-118" });
    let opened = partner.post("/opportunity-quote-apex", &new).await.expect(200);
    let quote = text(&opened["quoteId"]).to_owned();
    let sites = sites(&partner, &quote).await;
    configured(&partner, &quote, &sites).await;

    let asked = json!({ "quoteId": quote, "spId": SP });
    let credit = partner.post("/creditCheck-apex", &asked).await.expect(200);
    assert_eq!(credit["flowName"], "createCreditCheck");
    assert_eq!(credit["statusMessage"], "New credit check record has been created");
    assert_eq!(credit["creditCheckDetails"].as_object().map(serde_json::Map::len), Some(25));
    assert_eq!(credit["creditCheckDetails"]["approvalStatus"], "Auto-Approved");

    let signer = contract(&quote, SP, "signs@sign.example.com");
    let sent = partner.post("/contract-apex", &signer).await.expect(200);
    assert_eq!(sent["ESignIntegrationResponseStep"]["isSuccess"], true);
    assert!(sent["ESignIntegrationResponseStep"]["esignRequestIdABV"].is_i64());
    assert_eq!((&sent["SetError"], &sent["callContractMS"]), (&json!(false), &json!(true)));
    let read = is_signed(&partner, &quote).await;
    assert_eq!(read["ContractEnvelopeId"], sent["ContractEnvelopeId"]);

    let (order, subs) = ordered(&partner, &quote).await;
    customers(&world, &partner, &quote, &sites).await;
    for (sub, speed) in subs.iter().zip(["10 Gbps", "1 Gbps", "100 Mbps"]) {
        handed_off(&partner, &order, sub, speed).await;
    }
    delivered(&world, &partner, &order).await;
    assert_eq!(world.jobs_left().await, 0, "nothing is left to do");

    let still = |mut reply: Reply| {
        let of_call = reply.path.ends_with("/creditCheck-apex");
        settled(&mut reply.body, of_call);
        reply
    };
    let sent: Vec<Reply> = partner.sent().into_iter().map(still).collect();
    is_current(Family::Apex, &sent);
}
