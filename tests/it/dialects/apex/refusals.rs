//! What APEX refuses, in its own words; and what it takes although nobody published it.

use super::*;

const SP: &str = "A-06399x";
const ELSEWHERE: &str = "A-70001y";

fn paths(refused: &Value) -> Vec<&str> {
    refused["errors"].as_array().expect("errors").iter().map(|e| text(&e["path"])).collect()
}

#[tokio::test]
async fn a_premature_step_says_what_is_missing_and_changes_nothing() {
    let world = World::start().await;
    let partner = provider(&world, SP, "Example Solutions, Inc.").await;
    let (quote, sites) = quote(&partner, &three_sites()).await;
    let early = partner.post("/order-apex", &order(&quote)).await.expect(409);
    assert_eq!(early["status"], "Failed");
    assert_eq!(early["errorCode"], "premature_step");
    assert_eq!(early["errors"][0]["code"], "contract_missing", "{early:#}");
    let early = partner.post("/contract-apex", &contract(&quote, SP, "d@example.com")).await;
    let early = early.expect(409);
    let codes: Vec<_> = early["errors"]
        .as_array()
        .expect("errors")
        .iter()
        .map(|error| text(&error["code"]).to_owned())
        .collect();
    assert!(codes.contains(&"unpriced".to_owned()), "{codes:?}");
    let asked = json!({ "quoteId": quote, "spId": SP });
    partner.post("/creditCheck-apex", &asked).await.expect(409);

    // Nothing to configure: it says what is missing for a price.
    let bare = partner.post("/config-apex", &config(&quote, &[])).await.expect(409);
    assert_eq!(bare["errors"][0]["code"], "site_unconfigured", "{bare:#}");
    // Terms that are not accepted.
    let inputs: Vec<Value> = sites.iter().map(|site| input(site, "1G")).collect();
    partner.post("/config-apex", &config(&quote, &inputs)).await.expect(200);
    partner.post("/creditCheck-apex", &asked).await.expect(200);
    let signer = contract(&quote, SP, "signs@sign.example.com");
    partner.post("/contract-apex", &signer).await.expect(200);
    is_signed(&partner, &quote).await;
    let mut unread = order(&quote);
    unread["checkT&C"] = json!(false);
    let refused = partner.post("/order-apex", &unread).await.expect(409);
    assert_eq!(refused["errors"][0]["path"], "/checkT&C");
    partner.post("/order-apex", &order(&quote)).await.expect(200);
}

#[tokio::test]
async fn a_configuration_with_faults_is_refused_whole_with_each_place_as_it_was_sent() {
    let world = World::start().await;
    let partner = provider(&world, SP, "Example Solutions, Inc.").await;
    let (quote, sites) = quote(&partner, &three_sites()).await;
    let mut wrong = input(&sites[1], "1G");
    wrong["configuration"]["features"][1]["value"] = json!("1 light year");
    let unknown = input("a7ldx000000o0pdAAA", "1G");
    let mut unsold = input(&sites[2], "1G");
    unsold["productId"] = json!("OFF_NOTHING");
    let call = config(&quote, &[input(&sites[0], "1G"), wrong, unknown, unsold]);
    let refused = partner.post("/config-apex", &call).await.expect(422);
    let at = "/configDiscountPromoRequest/pricingInputs";
    let expected = [
        format!("{at}/1/configuration/features/1"),
        format!("{at}/2/siteId"),
        format!("{at}/3/productId"),
    ];
    assert_eq!(paths(&refused), expected, "{refused:#}");
    let read = partner.get(&format!("/quote-apex?quoteId={quote}")).await.expect(200);
    assert_eq!(
        read["statusMessage"],
        "3 of 3 sites have a valid address, 0 are configured, 0 priced"
    );

    // A price that is refused takes the configuration with it.
    let all: Vec<Value> = sites.iter().map(|site| input(site, "1G")).collect();
    let mut call = config(&quote, &all);
    call["configDiscountPromoRequest"]["promotions"] = json!(["NO_SUCH_THING"]);
    let refused = partner.post("/config-apex", &call).await.expect(422);
    assert_eq!(paths(&refused), ["/configDiscountPromoRequest/promotions/0"], "{refused:#}");
    let read = partner.get(&format!("/quote-apex?quoteId={quote}")).await.expect(200);
    assert_eq!(
        read["statusMessage"],
        "3 of 3 sites have a valid address, 0 are configured, 0 priced"
    );
}

#[tokio::test]
async fn credit_that_is_no_approval_is_no_success() {
    let world = World::start().await;
    for (sp_id, name, status, word, code, missing) in [
        ("A-1", "Sandbox Declined", "Failed", "Declined", "credit_declined", "credit_declined"),
        ("A-2", "Sandbox Review", "Pending", "In-Review", "", "credit_undecided"),
    ] {
        let partner = provider(&world, sp_id, name).await;
        let (quote, sites) = quote(&partner, &three_sites()).await;
        let inputs: Vec<Value> = sites.iter().map(|site| input(site, "1G")).collect();
        partner.post("/config-apex", &config(&quote, &inputs)).await.expect(200);
        let asked = json!({ "quoteId": quote, "spId": sp_id });
        let credit = partner.post("/creditCheck-apex", &asked).await.expect(200);
        assert_eq!(credit["status"], status, "{credit:#}");
        let said = text(&credit["statusMessage"]);
        assert!(said.contains(&format!("it is not an approval: {word} (")), "{said}");
        // As the siblings word it.
        let details = &credit["creditCheckDetails"];
        assert_eq!(details["approvalStatus"], word);
        assert_eq!(details["errorCode"], code);
        assert_eq!(details["noErrorFlag"], status == "Pending");
        assert_eq!(details["displayErrorPage"], status == "Failed");
        assert_eq!(details["approvedAmount"], Value::Null);
        let call = contract(&quote, sp_id, "d@example.com");
        let refused = partner.post("/contract-apex", &call).await.expect(409);
        assert_eq!(refused["errors"][0]["code"], missing, "{refused:#}");
    }
    // An approval on a deposit is one, and says how much.
    let partner = provider(&world, "A-3", "Sandbox Deposit").await;
    let (quote, sites) = quote(&partner, &three_sites()).await;
    let inputs: Vec<Value> = sites.iter().map(|site| input(site, "1G")).collect();
    partner.post("/config-apex", &config(&quote, &inputs)).await.expect(200);
    let asked = json!({ "quoteId": quote, "spId": "A-3" });
    let credit = partner.post("/creditCheck-apex", &asked).await.expect(200);
    assert_eq!(credit["status"], "Success", "{credit:#}");
    let details = &credit["creditCheckDetails"];
    assert_eq!(details["approvalStatus"], "Approved-Deposit");
    assert!(details["depositAmount"].is_string(), "{details:#}");
    assert_eq!(details["minimumAmountDue"], details["depositAmount"]);
    assert_eq!(details["casApplicationNumber"], 0, "its reference is no number");
}

#[tokio::test]
async fn a_provider_is_not_known_by_a_text_that_holds_a_tax_id() {
    let world = World::start().await;
    let mut new = json!({ "name": "Sample provider", "programme": "apex", "tier": "standard",
        "legal": { "legal_name": "Example Solutions, Inc.", "business_type": "llc",
            "address": { "street": "208 S Akard St", "city": "Dallas", "state": "TX",
                "zip": "75202" },
            "contact": { "first_name": "Dana", "last_name": "Sample",
                "email": "dana@example.com" } } });
    new["legal"]["doing_business_as"] = json!("Example 12-3456789");
    new["legal"]["address"]["unit"] = json!("STE 123-45-6789");
    let path = "/v1/operations/partners";
    let refused = world.operations.post(path, &new).await.refused(422, "invalid_body");
    let faults = refused["errors"].as_array().expect("errors").iter();
    let faults: Vec<_> = faults.map(|f| (text(&f["pointer"]), text(&f["code"]))).collect();
    let places = ["/legal/doing_business_as", "/legal/address/unit"];
    assert_eq!(faults, places.map(|place| (place, "holds_tax_id")));
}

#[tokio::test]
async fn enrichment_is_refused_at_the_members_that_the_family_has() {
    let world = World::start().await;
    let partner = provider(&world, SP, "Example Solutions, Inc.").await;
    let quote = signed(&partner, SP, &three_sites()[..1]).await;
    let made = partner.post("/order-apex", &order(&quote)).await.expect(200);
    let (order, sub) = (text(&made["orderId"]), text(&made["subOrder"]["subOrderId"]));
    let reserve = "/order-enrichment/apexRDSProdandPortReserve";
    for code in ["645321", "TSPI45321-44", ""] {
        let mut wrong = port(sub);
        wrong["TSPCode"] = json!(code);
        let refused = partner.post(reserve, &wrong).await.expect(422);
        assert_eq!(paths(&refused), ["/TSPCode"], "{refused:#}");
    }
    let install = "/order-enrichment/installation-shipping-apex";
    let mut late = installation(order, sub);
    late["customerRequestedStartDate"] = json!("2026-01-16T20:00:00.000+0000");
    let refused = partner.post(install, &late).await.expect(422);
    assert_eq!(paths(&refused), ["/customerRequestedStartDate"], "{refused:#}");
    late["customerRequestedStartDate"] = json!("soon");
    let refused = partner.post(install, &late).await.expect(422);
    assert_eq!(paths(&refused), ["/customerRequestedStartDate"]);
    let mut nobody = installation(order, sub);
    nobody["contacts"]["contactDetails"] = json!([]);
    let refused = partner.post(install, &nobody).await.expect(422);
    assert_eq!(paths(&refused), ["/contacts/contactDetails"]);
    // The members of an object do as well as a list.
    let mut named = installation(order, sub);
    let people = named["contacts"]["contactDetails"].take();
    named["contacts"]["contactDetails"] =
        json!({ "installation": people[0], "shipping": people[1] });
    partner.post(install, &named).await.expect(200);
    let mut nowhere = billing(order, sub);
    nowhere["contacts"]["contactDetails"][0]["zipCode"] = json!("752");
    let refused = partner.post("/order-enrichment/newBilling-apex", &nowhere).await.expect(422);
    assert_eq!(paths(&refused), ["/contacts/contactDetails/0/zipCode"]);
}

#[tokio::test]
async fn what_is_unknown_or_another_partners_is_not_found() {
    let world = World::start().await;
    let owner = provider(&world, SP, "Example Solutions, Inc.").await;
    let other = provider(&world, ELSEWHERE, "Other Solutions, Inc.").await;
    let quote = signed(&owner, SP, &three_sites()[..1]).await;
    let made = owner.post("/order-apex", &order(&quote)).await.expect(200);
    let (order_id, sub) = (text(&made["orderId"]), text(&made["subOrder"]["subOrderId"]));
    let site = text(&made["subOrders"][0]["siteId"]);
    let assign = |quote: &str| {
        json!({ "quoteId": quote, "sites": [ { "siteId": site,
            "endCustomerName": "Harbor Point Bakery LLC", "address": { "street": "1 Dell Way",
                "city": "Round Rock", "state": "TX", "zipCode": "78682" } } ] })
    };
    for (quote, order_id, sub) in [
        (quote.as_str(), order_id, sub),
        ("0Q0dx000002UEnZCAW", "801dx00000XEaaQAAT", "801dx00000XFEm2AAH"),
    ] {
        let credit = json!({ "quoteId": quote, "spId": ELSEWHERE });
        let hand_off = json!({ "orderId": order_id, "subOrderId": sub });
        for (path, body) in [
            ("/site-apex", json!({ "quoteId": quote, "sites": [] })),
            ("/config-apex", config(quote, &[])),
            ("/creditCheck-apex", credit),
            ("/contract-apex", contract(quote, ELSEWHERE, "d@example.com")),
            ("/order-apex", hand_off),
            ("/order-enrichment/installation-shipping-apex", installation(order_id, sub)),
            ("/order-enrichment/newBilling-apex", billing(order_id, sub)),
            ("/order-enrichment/apexRDSProdandPortReserve", port(sub)),
        ] {
            let refused = other.post(path, &body).await.expect(404);
            assert_eq!(refused["errorCode"], "not_found", "{path}: {refused:#}");
        }
        other.patch("/customerAccountLookup-apex", &assign(quote)).await.expect(404);
        // Here it is a part of something new.
        let refused = other.post("/order-apex", &order(quote)).await.expect(422);
        assert_eq!(refused["errorCode"], "unknown_reference", "{refused:#}");
        assert_eq!(paths(&refused), ["/quoteId"]);
        assert_eq!(refused["errors"][0]["code"], "unknown_id");
        for path in [
            format!("/quote-apex?quoteId={quote}"),
            format!("/contract-apex?quoteId={quote}"),
            format!("/order-status-apex?orderId={order_id}"),
            format!("/order-status-apex?subOrderId={sub}"),
            format!("/order-enrichment/order-enrichment-status?subOrderId={sub}"),
        ] {
            other.get(&path).await.expect(404);
        }
    }
    // An order and a sub-order that are the caller's, but do not belong together.
    let mixed = json!({ "orderId": sub, "subOrderId": sub });
    owner.post("/order-apex", &mixed).await.expect(404);
    let refused = owner.get("/quote-apex").await.expect(400);
    assert_eq!(paths(&refused), ["/query/quoteId"]);
    let refused = owner.get("/quote-apex?quoteId=pID-12345").await.expect(400);
    assert_eq!(paths(&refused), ["/query/quoteId"]);
    let refused = owner.post("/order-apex", &order("801ZZQ000100LQL+")).await.expect(422);
    assert_eq!(paths(&refused), ["/quoteId"]);
    // Fifteen characters of an id do.
    owner.get(&format!("/quote-apex?quoteId={}", &quote[..15])).await.expect(200);
}

#[tokio::test]
async fn an_address_that_is_ambiguous_is_put_right_by_one_of_its_alternates() {
    let world = World::start().await;
    let partner = provider(&world, SP, "Example Solutions, Inc.").await;
    let new = json!({ "opportunityName": "Fibre" });
    let opened = partner.post("/opportunity-quote-apex", &new).await.expect(200);
    let one = site("Dallas", "300 Sandbox Way", "Dallas", "Texas", "75202");
    let new = json!({ "quoteId": opened["quoteId"], "sites": [one], "acceptCorrection": "true" });
    let added = partner.post("/site-apex", &new).await.expect(200);
    assert_eq!(added["status"], "Action Required");
    let site = &added["sites"][0];
    assert_eq!(site["avpsResult"], "closematch-mdu");
    assert_eq!(site["address"]["state"], "TX", "a state is read by its name, too");
    let mut address = site["alternateAddresses"][0].clone();
    assert!(address["street"].is_string(), "{site:#}");
    address["street"] = json!("100 Sandbox Way");
    let right = json!({ "quoteId": opened["quoteId"], "siteId": site["siteId"],
        "address": address });
    let corrected = partner.patch("/site-apex", &right).await.expect(200);
    assert_eq!(corrected["status"], "Success", "{corrected:#}");
    assert_eq!(corrected["sites"][0]["siteId"], site["siteId"]);
}

#[tokio::test]
async fn members_that_nobody_published_are_tolerated_and_nobody_found_is_said_so() {
    let world = World::start().await;
    let partner = provider(&world, SP, "Example Solutions, Inc.").await;
    let new = json!({ "opportunityName": "Fibre", "salesCampaign": { "code": 7 } });
    let opened = partner.post("/opportunity-quote-apex", &new).await.expect(200);
    let mut one = site("Dallas", "208 S Akard St", "Dallas", "TX", "75202");
    one["address"]["county"] = json!("Dallas County");
    let new = json!({ "quoteId": opened["quoteId"], "sites": [one], "dryRun": true });
    partner.post("/site-apex", &new).await.expect(200);
    let asked = json!({ "accountName": "Nobody Of That Name", "address": { "street": "",
        "city": "Dallas", "state": "TX", "zipCode": "75202" } });
    let nobody = partner.post("/customerAccountLookup-apex", &asked).await.expect(404);
    assert_eq!(nobody["statusMessage"], "No customer found.");
    let read = format!("/quote-apex?quoteId={}&verbose=1", text(&opened["quoteId"]));
    partner.get(&read).await.expect(200);
}

#[tokio::test]
async fn a_connector_names_its_partner_in_the_body_or_in_a_header() {
    let world = World::start().await;
    let new = json!({ "name": "Sample provider", "programme": "apex", "tier": "standard",
        "sp_id": SP });
    let partner = world.operations.post("/v1/operations/partners", &new).await.expect(201);
    let ids = json!([partner["id"]]);
    let new = json!({ "name": "integrator", "role": "connector", "partner_ids": ids });
    let connector = Published::with(&world, "apex", &new).await;
    let new = json!({ "opportunityName": "Fibre" });
    connector.post("/opportunity-quote-apex", &new).await.expect(403);
    let named = json!({ "opportunityName": "Fibre", "spId": SP });
    let opened = connector.post("/opportunity-quote-apex", &named).await.expect(200);
    // Where the published call has no spId, the header has it.
    let call = config(text(&opened["quoteId"]), &[]);
    let header = [("spId", SP)];
    connector.send("POST", "/config-apex", Some(&call), &header).await.expect(409);
    // Of a provider of whom only the name is known, credit is asked for by that.
    let (quote, sites) = {
        let id = text(&opened["quoteId"]).to_owned();
        let new = json!({ "quoteId": id, "spId": SP, "sites": [three_sites()[0]] });
        let added = connector.post("/site-apex", &new).await.expect(200);
        (id, text(&added["sites"][0]["siteId"]).to_owned())
    };
    let call = config(&quote, &[input(&sites, "1G")]);
    connector.send("POST", "/config-apex", Some(&call), &header).await.expect(200);
    let asked = json!({ "quoteId": quote, "spId": SP });
    let credit = connector.post("/creditCheck-apex", &asked).await.expect(200);
    assert_eq!(credit["status"], "Success", "{credit:#}");
}
