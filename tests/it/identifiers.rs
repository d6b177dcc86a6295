//! By what orders are known elsewhere: who gives it, and how orders are found by it.

use crate::client::Client;
use crate::story::steps::*;
use crate::world::World;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A signed quote's order, of two sub-orders that lack nothing.
struct Sale {
    world: World,
    partner: Client,
    order: Value,
}

impl Sale {
    async fn made() -> Self {
        let world = World::start().await;
        let partner = world.partner("alliance").await;
        let order = Self::another(&world, &partner).await;
        Self { world, partner, order }
    }

    async fn another(world: &World, partner: &Client) -> Value {
        let theirs = customer(world, "Sample Freight", "open").await;
        let open = json!({ "name": "Depots", "customer_id": theirs });
        let opened = partner.post("/v1/opportunities", &open).await.expect(201);
        let quote = id(&opened["quote"]["id"]).to_owned();
        two_sites(partner, &quote).await;
        validate(world, partner, &quote).await;
        configure(partner, &quote, "OFF_ADI_MID_MARKET", adi()).await;
        partner.post(&format!("/v1/quotes/{quote}/price"), &json!({})).await.expect(200);
        let asked = json!({ "application": application("Sample Freight") });
        credit(world, partner, &quote, &asked).await;
        contract(world, partner, &quote).await;
        let new = json!({ "quote_id": quote, "accept_terms": true, "primary_contact": contact(),
            "purchase_order": "PO-4711" });
        partner.post("/v1/orders", &new).await.expect(201)
    }

    fn id(&self) -> &str {
        id(&self.order["id"])
    }

    fn sub(&self, at: usize) -> &str {
        id(&self.order["sub_orders"][at]["id"])
    }

    async fn give(&self, whose: &str, kind: &str, value: Value) -> Value {
        let path = format!("/v1/operations/{whose}/identifiers");
        let body = Some(json!({ "kind": kind, "value": value }).to_string());
        self.world.operations.send("PUT", &path, &[], body).await.expect(200)
    }

    /// The orders that are found by a number, each with the sub-order that has it.
    async fn found(&self, kind: &str, value: &str) -> Vec<(String, Option<String>)> {
        found(&self.partner, kind, value).await
    }
}

async fn found(partner: &Client, kind: &str, value: &str) -> Vec<(String, Option<String>)> {
    let path = format!("/v1/orders?identifier_kind={kind}&identifier={value}");
    let page = partner.get(&path).await.expect(200);
    let items = page["items"].as_array().expect("items").iter();
    let text = |value: &Value| value.as_str().map(str::to_owned);
    items.map(|item| (id(&item["id"]).to_owned(), text(&item["sub_order_id"]))).collect()
}

#[tokio::test]
async fn an_order_is_found_by_what_follows_from_itself() {
    let sale = Sale::made().await;
    let (order, sub) = (sale.id().to_owned(), sale.sub(1).to_owned());
    let whole = vec![(order.clone(), None)];
    let by = |key: &str| id(&sale.order[key]).to_owned();
    for (kind, value) in [
        ("order_number", order.clone()),
        ("order_number", order[..15].to_owned()),
        ("order_number", by("number")),
        ("contract_number", by("contract_id")),
        ("contract_number", by("contract_id")[..15].to_owned()),
        ("purchase_order_number", "PO-4711".to_owned()),
    ] {
        assert_eq!(sale.found(kind, &value).await, whole, "{kind} {value}");
    }
    let part = vec![(order.clone(), Some(sub.clone()))];
    assert_eq!(sale.found("order_number", &sub).await, part);
    assert_eq!(sale.found("order_number", &sub[..15]).await, part);

    let bill = json!({ "new_account": { "name": "Books", "address":
        { "street": "208 S Akard St", "city": "Dallas", "state": "TX", "zip": "75202" } },
        "contract_id": "MSPS00049851SF", "soc": "F3", "bill_group": "001", "mcn": "TW8157",
        "sub_account_id": "X014TZQM" });
    let path = format!("/v1/sub-orders/{sub}/enrichments/billing");
    let billed = sale.partner.put(&path, "*", &bill).await.expect(200);
    for member in ["contract_id", "soc", "bill_group", "mcn", "sub_account_id"] {
        assert_eq!(billed["billing"][member], bill[member], "{member}");
    }
    let account = id(&billed["billing"]["billing_account_id"]).to_owned();
    assert_eq!(sale.found("universal_billing_account_number", &account).await, part);
    assert_eq!(sale.found("universal_billing_account_number", &account[..15]).await, part);
    assert_eq!(sale.found("saart_sub_account_id", "X014TZQM").await, part);
    let other = json!({ "billing_account_id": account, "sub_account_id": "TWNN1I" });
    sale.partner.put(&path, "*", &other).await.expect(200);
    assert_eq!(sale.found("saart_sub_account_id", "X014TZQM").await, []);
    assert_eq!(sale.found("saart_sub_account_id", "TWNN1I").await, part);

    // Exactly, of this kind, and only one's own.
    for (kind, value) in [
        ("purchase_order_number", "PO-471"),
        ("purchase_order_number", "po-4711"),
        ("contract_number", "PO-4711"),
        ("circuit_id", "PO-4711"),
        ("order_number", "nothing"),
        ("contract_number", &order),
    ] {
        assert_eq!(sale.found(kind, value).await, [], "{kind} {value}");
    }
    let stranger = sale.world.partner("alliance").await;
    for (kind, value) in [
        ("order_number", order.as_str()),
        ("order_number", &sub),
        ("order_number", &by("number")),
        ("purchase_order_number", "PO-4711"),
        ("saart_sub_account_id", "TWNN1I"),
        ("universal_billing_account_number", &account),
    ] {
        assert_eq!(found(&stranger, kind, value).await, [], "{kind} {value}");
    }
}

#[tokio::test]
async fn operations_give_numbers_and_the_very_same_again_changes_nothing() {
    let sale = Sale::made().await;
    let (order, sub) = (sale.id().to_owned(), sale.sub(0).to_owned());
    let (whole, part) = (format!("orders/{order}"), format!("sub-orders/{sub}"));
    let first = sale.give(&whole, "uber_cart_id", json!("UC 1/2")).await;
    assert_eq!((&first["order_id"], &first["sub_order_id"]), (&json!(order), &Value::Null));
    assert_eq!(sale.give(&whole, "uber_cart_id", json!("UC 1/2")).await, first);
    assert_eq!(sale.found("uber_cart_id", "UC%201%2F2").await, [(order.clone(), None)]);

    sale.give(&part, "circuit_id", json!("C-1")).await;
    let moved = sale.give(&part, "circuit_id", json!("C-2")).await;
    assert_eq!(moved["identifiers"].as_array().map(Vec::len), Some(1), "{moved:#}");
    assert_eq!(sale.found("circuit_id", "C-1").await, []);
    let has = vec![(order.clone(), Some(sub.clone()))];
    assert_eq!(sale.found("circuit_id", "C-2").await, has);
    let shown = sale.partner.get(&format!("/v1/sub-orders/{sub}")).await.expect(200);
    assert_eq!(shown["identifiers"], moved["identifiers"]);
    assert_eq!(shown["identifiers"][0]["given_by"], "operations (night shift)");

    // A circuit that is used again, on both ends and in another order.
    sale.give(&format!("sub-orders/{}", sale.sub(1)), "circuit_id", json!("C-2")).await;
    assert_eq!(sale.found("circuit_id", "C-2").await, has, "an order stands once");
    let other = Sale::another(&sale.world, &sale.partner).await;
    let theirs = id(&other["sub_orders"][1]["id"]).to_owned();
    sale.give(&format!("sub-orders/{theirs}"), "circuit_id", json!("C-2")).await;
    let both = sale.found("circuit_id", "C-2").await;
    assert_eq!(both, [(id(&other["id"]).to_owned(), Some(theirs)), has[0].clone()]);
    let page = "/v1/orders?identifier_kind=circuit_id&identifier=C-2&limit=1";
    let first = sale.partner.get(page).await.expect(200);
    assert_eq!(first["items"].as_array().map(Vec::len), Some(1));
    let cursor = id(&first["next_cursor"]).to_owned();
    let second = sale.partner.get(&format!("{page}&cursor={cursor}")).await.expect(200);
    assert_eq!((&second["items"][0]["id"], &second["next_cursor"]), (&json!(order), &Value::Null));

    let gone = sale.give(&part, "circuit_id", Value::Null).await;
    assert_eq!(gone["identifiers"], json!([]));
    assert_eq!(sale.give(&part, "circuit_id", Value::Null).await, gone);
    let history = sale.partner.get(&format!("/v1/history/{sub}")).await.expect(200);
    let kinds = history["items"].as_array().expect("events").iter().map(|e| id(&e["kind"]));
    assert_eq!(kinds.filter(|kind| *kind == "sub_order.identified").count(), 3);
}

#[tokio::test]
async fn what_is_no_number_to_give_is_refused_at_its_place() {
    let sale = Sale::made().await;
    let path = format!("/v1/operations/orders/{}/identifiers", sale.id());
    for (kind, value, pointer) in [
        ("order_number", json!("1"), "/kind"),
        ("contract_number", json!("1"), "/kind"),
        ("circuit", json!("1"), "/kind"),
        ("circuit_id", json!(""), "/value"),
        ("circuit_id", json!(" 1"), "/value"),
        ("circuit_id", json!("1\n2"), "/value"),
        ("circuit_id", json!("9".repeat(101)), "/value"),
    ] {
        let body = Some(json!({ "kind": kind, "value": value }).to_string());
        let told = sale.world.operations.send("PUT", &path, &[], body).await;
        let problem = told.refused(422, "invalid_body");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{kind} {value}");
    }
    for (query, pointer) in [
        ("identifier=1", "/query/identifier_kind"),
        ("identifier_kind=circuit_id", "/query/identifier"),
        ("identifier_kind=circuit&identifier=1", "/query/identifier_kind"),
        ("identifier_kind=circuit_id&identifier=", "/query/identifier"),
        ("identifier_kind=circuit_id&identifier=1&state=draft", "/query/identifier"),
    ] {
        let told = sale.partner.get(&format!("/v1/orders?{query}")).await;
        let problem = told.refused(400, "invalid_query");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{query}");
    }
    let body = Some(json!({ "kind": "gpm_id", "value": "1" }).to_string());
    sale.partner.send("PUT", &path, &[], body.clone()).await.refused(403, "forbidden");
    // Live operations see nothing of the test environment.
    let live = sale.world.live_operations().await;
    live.send("PUT", &path, &[], body).await.refused(404, "not_found");
}

#[tokio::test]
async fn fulfilment_gives_a_service_order_number_and_a_circuit() {
    let sale = Sale::made().await;
    let Sale { world, partner, order } = &sale;
    let bill = json!({ "new_account": { "name": "Books", "address":
        { "street": "208 S Akard St", "city": "Dallas", "state": "TX", "zip": "75202" } } });
    for at in 0..2 {
        enrich(partner, sale.sub(at), &bill).await;
    }
    let path = format!("/v1/orders/{}/customer-defined-group", id(&order["id"]));
    let group = Some(json!({ "name": "Freight" }).to_string());
    partner.send("PUT", &path, &[], group).await.expect(200);
    let handoff = format!("/v1/orders/{}/handoff", id(&order["id"]));
    partner.post(&handoff, &json!({})).await.expect(200);
    deliver(world, partner, sale.id()).await;
    let mut seen = BTreeSet::new();
    for at in 0..2 {
        let sub = partner.get(&format!("/v1/sub-orders/{}", sale.sub(at))).await.expect(200);
        let given = sub["identifiers"].as_array().expect("identifiers");
        let kinds: Vec<&str> = given.iter().map(|one| id(&one["kind"])).collect();
        assert_eq!(kinds, ["service_order_number", "circuit_id"]);
        assert_eq!(given[0]["value"], sub["acknowledgement"]["reference"]);
        assert_eq!(given[1]["given_by"], "fulfilment connector");
        for one in given {
            let has = sale.found(id(&one["kind"]), id(&one["value"])).await;
            assert_eq!(has, [(sale.id().to_owned(), Some(sale.sub(at).to_owned()))]);
            assert!(seen.insert(one["value"].to_string()), "each has its own");
        }
    }
}

#[tokio::test]
async fn an_order_from_before_is_found_by_what_follows_from_itself() {
    let Sale { world, partner, order } = Sale::made().await;
    let sub = id(&order["sub_orders"][0]["id"]).to_owned();
    let bill = json!({ "new_account": { "name": "Books", "address":
        { "street": "208 S Akard St", "city": "Dallas", "state": "TX", "zip": "75202" } } });
    let path = format!("/v1/sub-orders/{sub}/enrichments/billing");
    let billed = partner.put(&path, "*", &bill).await.expect(200);
    for sql in [
        "drop index delivery_finished",
        "drop table letter_of_agency",
        "drop table order_identifier",
        "drop index orders_contract",
        "drop index orders_number",
        "drop index orders_purchase_order",
        "drop index orders_id",
        "alter table orders drop column contract",
        "alter table orders drop column number",
        "alter table orders drop column purchase_order",
        "drop index sub_order_billing_account",
        "drop index sub_order_sub_account",
        "drop index sub_order_id",
        "alter table sub_order drop column billing_account",
        "alter table sub_order drop column sub_account",
        "delete from schema_history where number >= 17",
    ] {
        world.damage(sql).await;
    }
    let world = world.restart().await;
    let partner = world.client(partner.secret());
    let audit = store::audit::audit(&world.app.store).await.expect("an audit");
    assert_eq!(audit.lines(), Vec::<String>::new());
    let whole = vec![(id(&order["id"]).to_owned(), None)];
    for (kind, value) in [
        ("order_number", id(&order["number"])),
        ("contract_number", id(&order["contract_id"])),
        ("purchase_order_number", "PO-4711"),
    ] {
        assert_eq!(found(&partner, kind, value).await, whole, "{kind} {value}");
    }
    let account = id(&billed["billing"]["billing_account_id"]);
    let part = vec![(id(&order["id"]).to_owned(), Some(sub))];
    assert_eq!(found(&partner, "universal_billing_account_number", account).await, part);
}
