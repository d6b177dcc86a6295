//! `demarc order find`: orders by the numbers that they are known by.

use super::server::{Server, code, stderr, stdout};
use super::text;
use serde_json::{Value, json};

#[test]
fn an_order_is_found_by_its_numbers_and_by_nobody_elses() {
    let server = Server::start();
    let (secret, stranger) = (server.partner("alliance"), server.partner("alliance"));
    let made = server.run(&secret, &["trigger", "order.handed_off"]);
    assert_eq!(code(&made), 0, "{}", stderr(&made));
    let made: Value = serde_json::from_str(&stdout(&made)).unwrap();
    let order = text(&made["data"]["object_id"]);
    let read = server.get(&secret, &format!("/v1/orders/{order}"));
    let sub = text(&read["sub_orders"][0]["id"]);
    let circuit = "32/VLXP/000123 & more";
    let given = json!({ "kind": "lee_circuit_id", "value": circuit });
    server.put(&format!("/v1/operations/sub-orders/{sub}/identifiers"), &given);
    let find = |secret: &str, arguments: &[&str]| {
        let mut all = vec!["order", "find"];
        all.extend(arguments);
        server.run(secret, &all)
    };

    let contract = text(&read["contract_id"]);
    for (kind, value, has) in [
        ("order_number", order.as_str(), Value::Null),
        ("OrderNumber", &sub, json!(sub)),
        ("contract_number", &contract, Value::Null),
        ("lee_circuit_id", circuit, json!(sub)),
        ("LeeCircuitId", circuit, json!(sub)),
    ] {
        let found = find(&secret, &[kind, value, "--json"]);
        assert_eq!(code(&found), 0, "{kind} {value}: {}", stderr(&found));
        let found: Value = serde_json::from_str(&stdout(&found)).unwrap();
        let items = found["items"].as_array().unwrap();
        assert_eq!(items.len(), 1, "{kind} {value}");
        assert_eq!((&items[0]["id"], &items[0]["sub_order_id"]), (&json!(order), &has), "{kind}");
        let table = find(&secret, &[kind, value]);
        assert_eq!(code(&table), 0);
        assert!(stdout(&table).contains(&order), "{}", stdout(&table));

        let none = find(&stranger, &[kind, value]);
        assert_eq!((code(&none), stdout(&none).as_str()), (1, ""), "{kind} {value}");
        assert!(stderr(&none).contains(value), "{}", stderr(&none));
    }
    let wrong = find(&secret, &["circuit_id", circuit]);
    assert_eq!(code(&wrong), 1, "found by another kind: {}", stdout(&wrong));
    let none = stderr(&wrong);
    assert!(none.contains(&format!("no order has the circuit_id {circuit}")), "{none}");
    for arguments in [&["circuit", "1"][..], &["circuit_id", " 1"], &["circuit_id"]] {
        let refused = find(&secret, arguments);
        assert_eq!(code(&refused), 2, "{arguments:?}: {}", stderr(&refused));
    }
    let kinds = stderr(&find(&secret, &["circuit", "1"]));
    assert!(kinds.contains("circuit_id") && kinds.contains("uso_number"), "{kinds}");
    let open = find("", &["circuit_id", circuit]);
    assert_eq!(code(&open), 2, "{}", stderr(&open));
}

#[test]
fn orders_that_share_a_number_are_all_found_newest_first() {
    let server = Server::start();
    let secret = server.partner("alliance");
    let mut orders = Vec::new();
    for _ in 0..3 {
        let made = server.run(&secret, &["trigger", "order.created"]);
        let made: Value = serde_json::from_str(&stdout(&made)).unwrap();
        let order = text(&made["data"]["object_id"]);
        let given = json!({ "kind": "solution_id", "value": "SOL-1" });
        server.put(&format!("/v1/operations/orders/{order}/identifiers"), &given);
        orders.insert(0, order);
    }
    let find = |limit: &str| {
        let found = ["order", "find", "SolutionId", "SOL-1", "--json", "--limit", limit];
        let found = server.run(&secret, &found);
        let found: Value = serde_json::from_str(&stdout(&found)).unwrap();
        found["items"].as_array().unwrap().iter().map(|one| text(&one["id"])).collect::<Vec<_>>()
    };
    assert_eq!(find("100"), orders);
    assert_eq!(find("2"), orders[..2]);
}
