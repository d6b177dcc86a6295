//! Orders, found by each kind of number that they are known by elsewhere.

use super::sale::*;
use super::{Published, aiab, alliance};
use crate::client::Client;
use crate::story::steps::id;
use crate::world::World;
use domain::order::IdentifierKind;
use serde_json::{Value, json};

const NAME: &str = "Harbor%20Point%20Bakery%20LLC";

/// A number of a kind, and the sub-order that has it where it is not the whole order's.
type Number = (IdentifierKind, String, Option<String>);

/// An order that is delivered, with its sub-orders.
async fn delivery(
    world: &World,
    partner: &Published<'_>,
    (family, shipping): (&str, &str),
) -> (String, Vec<String>) {
    let (order, subs) = match family {
        "aiab" => aiab::ordered(partner).await,
        _ => alliance::ordered(partner).await,
    };
    for sub in &subs {
        enriched(partner, shipping, sub).await;
        if family == "alliance" {
            let path = "/order-enrichment/RDSProdandPortReserve";
            partner.post(path, &alliance::port(sub)).await.expect(200);
        }
    }
    handed_off(partner, &order).await;
    delivered(world, partner, &order, "Harbor Point Bakery LLC").await;
    (order, subs)
}

/// A number of every kind: those that follow from the order, those that fulfilment has given, and
/// of the others one each, which operations give to the order or to its last sub-order.
async fn numbers(world: &World, native: &Client, (order, subs): (&str, &[String])) -> Vec<Number> {
    let made = native.get(&format!("/v1/orders/{order}")).await.expect(200);
    let read = |sub: &str| format!("/v1/sub-orders/{sub}");
    let second = native.get(&read(&subs[1])).await.expect(200);
    let path = format!("/v1/sub-orders/{}/enrichments", subs[0]);
    let billed = native.get(&path).await.expect(200);
    let by_fulfilment = |kind: IdentifierKind| {
        let given = second["identifiers"].as_array().expect("identifiers");
        let one = given.iter().find(|one| one["kind"] == kind.word())?;
        Some((id(&one["value"]).to_owned(), Some(subs[1].clone())))
    };
    assert!(by_fulfilment(IdentifierKind::ServiceOrderNumber).is_some(), "{second:#}");
    let mut all = Vec::new();
    for (at, kind) in IdentifierKind::ALL.iter().copied().enumerate() {
        if let Some((value, sub)) = by_fulfilment(kind) {
            all.push((kind, value, sub));
            continue;
        }
        let (value, sub) = match kind {
            IdentifierKind::OrderNumber => (order.to_owned(), None),
            IdentifierKind::ContractNumber => (id(&made["contract_id"]).to_owned(), None),
            IdentifierKind::PurchaseOrderNumber => ("PO-4711".to_owned(), None),
            // All sub-orders are billed so: the first of them is named.
            IdentifierKind::UniversalBillingAccountNumber => {
                (id(&billed["billing"]["billing_account_id"]).to_owned(), Some(subs[0].clone()))
            }
            IdentifierKind::SaartSubAccountId => ("X014TZQM".to_owned(), Some(subs[0].clone())),
            _ => {
                let value = format!("{}-{at} / {order}", kind.word());
                let sub = subs.last().filter(|_| at % 2 == 1).cloned();
                let whose = match &sub {
                    Some(sub) => format!("sub-orders/{sub}"),
                    None => format!("orders/{order}"),
                };
                let path = format!("/v1/operations/{whose}/identifiers");
                let body = json!({ "kind": kind.word(), "value": value }).to_string();
                world.operations.send("PUT", &path, &[], Some(body)).await.expect(200);
                (value, sub)
            }
        };
        all.push((kind, value, sub));
    }
    all
}

fn path(kind: IdentifierKind, value: &str, name: &str) -> String {
    let value = value.replace(' ', "%20").replace('/', "%2F");
    let kind = kind.published();
    format!(
        "/orders?externalIdentifierType={kind}&externalIdentifierId={value}\
         &businessAccountName={name}"
    )
}

async fn nobody(partner: &Published<'_>, path: &str) {
    let none = partner.get(path).await.expect(404);
    assert_eq!(none["errorCode"], "not_found", "{path}");
}

async fn each_kind_finds_it(family: &'static str, shipping: &str) {
    let world = World::start().await;
    let partner = Published::of(&world, family, family).await;
    let (order, subs) = delivery(&world, &partner, (family, shipping)).await;
    // Another partner of the programme, with such an order of its own.
    let other = Published::of(&world, family, family).await;
    let (theirs, _) = delivery(&world, &other, (family, shipping)).await;
    let native = world.client(&partner.client_secret);
    let all = numbers(&world, &native, (&order, &subs)).await;
    assert_eq!(all.len(), 20);
    assert!(all.iter().any(|(_, _, sub)| sub.as_ref() == subs.last()), "{all:?}");
    for (kind, value, sub) in &all {
        let found = partner.get(&path(*kind, value, NAME)).await.expect(200);
        let data = &found["responseData"];
        let told = (&data["orderNumber"], &data["orderStatus"], &data["subOrderId"]);
        assert_eq!(told, (&json!(order), &json!("COMPLETED"), &json!(sub)), "{kind:?} {value}");
        assert_eq!(data["furtherOrders"], json!([]), "{kind:?} {value}");
        assert_eq!(data["subOrders"].as_array().map(Vec::len), Some(3), "{kind:?}");
        // The same number of somebody else.
        nobody(&partner, &path(*kind, value, "Somebody%20Else")).await;
        // Both ordered by this number, and are billed so; each finds its own.
        let shared =
            matches!(kind, IdentifierKind::PurchaseOrderNumber | IdentifierKind::SaartSubAccountId);
        if shared {
            let found = other.get(&path(*kind, value, NAME)).await.expect(200);
            assert_eq!(found["responseData"]["orderNumber"], json!(theirs), "{kind:?}");
            assert_eq!(found["responseData"]["furtherOrders"], json!([]), "{kind:?}");
        } else {
            nobody(&other, &path(*kind, value, NAME)).await;
        }
        for (wrong, _, _) in all.iter().filter(|(wrong, _, _)| wrong != kind) {
            nobody(&partner, &path(*wrong, value, NAME)).await;
        }
    }
    let native = "externalIdentifierType=circuit_id&externalIdentifierId=1&businessAccountName=x";
    let unheard = partner.get(&format!("/orders?{native}")).await.expect(400);
    assert_eq!(errors(&unheard).len(), 1, "{unheard:#}");
    assert_eq!(unheard["errors"][0]["path"], "/query/externalIdentifierType");
}

#[tokio::test]
async fn an_alliance_order_is_found_by_each_of_the_twenty_kinds_of_number() {
    each_kind_finds_it("alliance", "/order-enrichment/shipping").await;
}

#[tokio::test]
async fn an_aiab_order_is_found_by_each_of_the_twenty_kinds_of_number() {
    each_kind_finds_it("aiab", "/order-enrichment/shipping/aiab").await;
}

/// As a page of the published guide says it: every kind by this word.
#[test]
fn the_kinds_have_their_published_words() {
    let words: Vec<Value> =
        IdentifierKind::ALL.iter().map(|kind| json!(kind.published())).collect();
    let published = json!([
        "UberCartId",
        "MasterOrderNumber",
        "UverseBillingAccountNumber",
        "LsOmsOrderNumber",
        "PurchaseOrderNumber",
        "OrderNumber",
        "UsrpOrderNumber",
        "ServiceOrderNumber",
        "ServiceAccessOrderNumber",
        "ServiceGroup",
        "CircuitId",
        "SaartSubAccountId",
        "UniversalBillingAccountNumber",
        "LeeCircuitId",
        "SalesViewId",
        "ServiceMcmTriplet",
        "SolutionId",
        "GpmId",
        "UsoNumber",
        "ContractNumber"
    ]);
    assert_eq!(json!(words), published);
}
