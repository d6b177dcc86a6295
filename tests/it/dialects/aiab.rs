//! AIAB, driven by its published calls alone: credit before configuration and price.

use super::sale::*;
use super::{Published, golden};
use crate::story::steps::{customer, id};
use crate::world::World;
use serde_json::{Value, json};
use web::Family;

const AIAB: &str = "OFF_AIAB";

fn plan(name: &str) -> Value {
    json!([{ "name": "Plan", "value": name }, { "name": "Static IP Addresses", "value": "1" }])
}

/// A quote of three sites with credit and a price.
async fn priced(partner: &Published<'_>) -> String {
    let quote = opened(partner).await;
    let sites = three_sites(partner, &quote).await;
    let each = [
        (&sites[0], plan("Standard")),
        (&sites[1], plan("Advanced")),
        (&sites[2], plan("Premium")),
    ];
    let configuration = configuration(&quote, AIAB, &each);
    let early = partner.post("/config/aiab", &configuration).await.expect(409);
    assert_eq!(errors(&early), [("/credit_checks", "credit_missing")]);
    let asked = application(&quote, "approved@credit.example.com");
    let check = partner.post("/creditCheck/aiab", &asked).await.expect(200);
    assert_eq!(check["approvalStatus"], "Auto-Approved", "{check:#}");
    let path = format!("/creditCheck?creditCheckId={}", id(&check["creditCheckId"]));
    assert_eq!(partner.get(&path).await.expect(200), check);
    let priced = partner.post("/config/aiab", &configuration).await.expect(200);
    assert_eq!(priced["quoteStatus"], "Priced", "{priced:#}");
    quote
}

/// The order of such a quote, and its sub-orders.
pub(super) async fn ordered(partner: &Published<'_>) -> (String, Vec<String>) {
    let quote = priced(partner).await;
    signed(partner, "/contract/aiab", &quote).await;
    let made = partner.post("/order", &order(&quote)).await.expect(200);
    let subs = made["subOrder"].as_array().expect("sub-orders");
    let subs = subs.iter().map(|sub| id(&sub["subOrderId"]).to_owned()).collect();
    (id(&made["orderId"]).to_owned(), subs)
}

fn order(quote: &str) -> Value {
    json!({ "quoteID": quote, "contacts": contacts() })
}

#[tokio::test]
async fn an_aiab_client_takes_three_sites_from_lookup_to_delivery() {
    let world = World::start().await;
    let partner = Published::numbered(&world, "aiab", "aiab", Some("10067")).await;
    customer(&world, "Prairie Wind Clinics Inc.", "open").await;
    let path = "/customerAccountLookup";
    let find = |name: &str| json!({ "accountName": name, "address": dallas(""), "spId": "10067" });
    let unnamed = json!({ "accountName": "prairie wind", "address": dallas("") });
    let refused = partner.post(path, &unnamed).await.expect(422);
    assert_eq!(errors(&refused), [("/spId", "missing")]);
    assert_eq!((&refused["code"], &refused["message"]), (&json!(422), &json!("Failed")));
    let found = partner.post(path, &find("prairie wind")).await.expect(200);
    assert_eq!(found[0]["accountAddress"]["zipCode"], "75202");
    let none = partner.post(path, &find("nobody at all")).await.expect(404);
    assert_eq!(none["description"], "No customer found.");

    let quote = priced(&partner).await;
    let read = partner.get(&format!("/opportunity-quote?quoteId={quote}")).await.expect(200);
    assert_eq!(read["quoteStatus"], "Priced");
    let early = partner.post("/order", &order(&quote)).await.expect(409);
    assert!(errors(&early).contains(&("/contracts", "contract_missing")), "{early:#}");
    let contract = signed(&partner, "/contract/aiab", &quote).await;
    let made = partner.post("/order", &order(&quote)).await.expect(200);
    let members: Vec<&String> = made.as_object().expect("members").keys().collect();
    assert_eq!(members, ["orderId", "subOrder"], "as published");
    let subs = made["subOrder"].as_array().expect("an array, as published");
    assert_eq!(subs.len(), 3);
    assert_eq!(subs[0]["subOrderItem"][0]["orderItemType"], "AT&T Internet Air for Business");
    for sub in subs {
        enriched(&partner, "/order-enrichment/shipping/aiab", id(&sub["subOrderId"])).await;
    }
    let order = id(&made["orderId"]);
    handed_off(&partner, order).await;
    for (kind, value) in [("ContractNumber", contract.as_str()), ("PurchaseOrderNumber", "PO-4711")]
    {
        let name = "harbor%20point%20bakery";
        let path = format!(
            "/orders?externalIdentifierId={value}&externalIdentifierType={kind}\
             &businessAccountName={name}"
        );
        let found = partner.get(&path).await.expect(200);
        assert_eq!(found["responseData"]["orderNumber"], order, "{kind}");
        partner.get(&format!("{path}&offset=1")).await.expect(404);
    }
    delivered(&world, &partner, order, "Harbor Point Bakery").await;
    golden::is_current(Family::Aiab, &partner.sent());
    let unknown = partner.post("/order", &self::order("0Q0Kf000000xjXgKAI")).await.expect(422);
    assert_eq!(unknown["errorCode"], "unknown_reference");
    assert_eq!(errors(&unknown), [("/quoteID", "unknown_id")]);
    world.told_as_published().await;
}

#[tokio::test]
async fn repeated_64_times_at_once_each_call_has_one_effect_and_one_answer() {
    let world = World::start().await;
    let partner = Published::of(&world, "aiab", "aiab").await;
    let quote = priced(&partner).await;
    let ask = contract(&quote, "signs@sign.example.com");
    alike(partner.crowd("/contract/aiab", &ask, CROWD).await);
    let made = alike(partner.crowd("/order", &order(&quote), CROWD).await);
    for sub in made["subOrder"].as_array().expect("sub-orders") {
        let sub = id(&sub["subOrderId"]);
        alike(partner.crowd("/order-enrichment/billing", &billing(sub), CROWD).await);
        enriched(&partner, "/order-enrichment/shipping/aiab", sub).await;
    }
    let handoff = json!({ "orderId": made["orderId"] });
    alike(partner.crowd("/order-handoff", &handoff, CROWD).await);
    for (sql, many) in [
        ("select id from contract", 1),
        ("select id from orders", 1),
        ("select id from sub_order", 3),
        ("select id from billing_account", 1),
    ] {
        assert_eq!(world.rows(sql).await.len(), many, "{sql}");
    }
}

#[tokio::test]
async fn a_contract_has_its_kind_and_a_signer_with_a_name() {
    let world = World::start().await;
    let partner = Published::of(&world, "aiab", "aiab").await;
    let quote = priced(&partner).await;
    let mut wrong = contract(&quote, "dana@example.com");
    wrong["contractType"] = json!("Other");
    let refused = partner.post("/contract/aiab", &wrong).await.expect(422);
    assert_eq!(errors(&refused), [("/contractType", "not_allowed_value")]);
    assert_eq!(refused["errors"][0]["expected"], "Quote-Based");
    let nameless = json!({ "quoteId": quote, "contractType": "Quote-Based",
        "contractDetails": { "contactObj": { "contactEmail": "dana@example.com" } } });
    let refused = partner.post("/contract/aiab", &nameless).await.expect(422);
    assert_eq!(errors(&refused), [("/contractDetails/contactObj/contactName", "missing")]);
    let sent = partner.post("/contract/aiab", &contract(&quote, "dana@example.com")).await;
    assert_eq!(sent.header("x-trace-id"), sent.body["traceId"].as_str().expect("a trace"));
    assert_eq!(sent.expect(200)["description"], "Document has been sent for signature");
    let now = partner.get(&format!("/contract?quoteId={quote}")).await.expect(200);
    assert_eq!((&now["contractStatus"], &now["contractTerm"]), (&json!("Sent"), &json!(12)));
}
