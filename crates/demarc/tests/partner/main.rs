//! The partner engineer's commands against a real server: events are triggered, listened to,
//! forwarded, listed and sent again, and a restart of the server loses none.

mod guides;
mod import;
mod numbers;
mod publish;
mod receiver;
mod server;

use receiver::Receiver;
use serde_json::{Value, json};
use server::{Server, code, stderr, stdout};
use std::collections::BTreeSet;

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

/// Everything in the partner's feed.
fn feed(server: &Server, secret: &str) -> Vec<Value> {
    let listed = server.run(secret, &["events", "list", "--limit", "100000", "--json"]);
    assert_eq!(code(&listed), 0, "{}", stderr(&listed));
    let listed: Value = serde_json::from_str(&stdout(&listed)).unwrap();
    listed["items"].as_array().unwrap().clone()
}

fn ids(events: &[Value]) -> Vec<String> {
    events.iter().map(|e| text(&e["id"])).collect()
}

#[test]
fn every_kind_that_can_be_triggered_really_happens() {
    let server = Server::start();
    let partners = ["alliance", "apex", "aiab"].map(|programme| server.partner(programme));
    let [alliance, apex, aiab] = &partners;
    let list = server.run("", &["trigger", "--list", "--json"]);
    let list: Value = serde_json::from_str(&stdout(&list)).unwrap();
    let mut wanted = Vec::new();
    for row in list["items"].as_array().unwrap() {
        let (kind, needs) = (text(&row["type"]), text(&row["needs"]));
        let secret =
            if needs.contains("APEX") && !needs.contains("AIAB") { apex } else { alliance };
        wanted.push((kind.clone(), secret, row["can"] == true));
        if kind.starts_with("credit_check") || kind == "quote.priced" || kind == "order.handed_off"
        {
            wanted.push((kind, aiab, row["can"] == true));
        }
    }
    wanted.push(("order.handed_off".to_owned(), apex, true));
    assert!(wanted.len() > 65, "{}", wanted.len());
    let todo = std::sync::Mutex::new(wanted);
    let next = || todo.lock().unwrap().pop();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some((kind, secret, can)) = next() {
                    triggered(&server, &kind, secret, can);
                }
            });
        }
    });
    let left: BTreeSet<String> = server.get(alliance, "/v1/webhook-endpoints")["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| text(&e["id"]))
        .collect();
    assert_eq!(left, BTreeSet::new(), "endpoints are not left behind");
}

fn triggered(server: &Server, kind: &str, secret: &str, can: bool) {
    let done = server.run(secret, &["trigger", kind]);
    if !can {
        assert_eq!(code(&done), 2, "{kind}");
        assert!(stderr(&done).contains(&format!("{kind} cannot be triggered: ")), "{kind}");
        return;
    }
    assert_eq!(code(&done), 0, "{kind}: {}", stderr(&done));
    let event: Value = serde_json::from_str(&stdout(&done)).unwrap();
    assert_eq!(event["type"], kind);
    let object = text(&event["data"]["object_id"]);
    assert!(stderr(&done).contains(&object), "{kind}: it says what it made: {}", stderr(&done));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listener_loses_and_doubles_nothing_while_the_server_restarts() {
    let mut server = Server::start();
    let secret = server.partner("alliance");
    let receiver = Receiver::start().await;
    let mut listener = server.spawn(&secret, &["listen", "--json", "--forward-to", receiver.url()]);
    listener.hears("from now on");
    // Before the first event: there is no event yet to come back behind.
    server.restart();
    listener.hears("again in");
    for kind in ["quote.priced", "webhook_endpoint.tested"] {
        assert_eq!(code(&server.run(&secret, &["trigger", kind])), 0, "{kind}");
    }
    let before = feed(&server, &secret).len();
    listener.tells(before);
    server.restart();
    for kind in ["credit_check.declined", "order.created"] {
        assert_eq!(code(&server.run(&secret, &["trigger", kind])), 0, "{kind}");
    }
    let events = feed(&server, &secret);
    assert!(events.len() > before + 10, "{}", events.len());
    listener.tells(events.len());
    assert_eq!(listener.interrupt(), 0, "Ctrl-C ends it well");
    let told: Vec<Value> =
        listener.lines().iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(ids(&told), ids(&events), "each event once, in the order of the feed");
    assert_eq!(told, events);
    let said = listener.said();
    let signing = said.split_whitespace().find(|w| w.starts_with("whsec_")).expect("its secret");
    let arrived = receiver.all();
    assert_eq!(arrived.len(), events.len());
    for (message, event) in arrived.iter().zip(&events) {
        assert!(message.is_signed_with(signing), "{message:?}");
        assert_eq!(message.id, text(&event["id"]));
        assert_eq!(serde_json::from_str::<Value>(&message.body).unwrap(), *event);
    }
    let other = connect::webhook::Secret::new([7; 32]).reveal();
    assert!(!arrived[0].is_signed_with(&other));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listener_begins_where_it_is_told_and_forwards_in_the_server_s_own_bytes() {
    let server = Server::start();
    let secret = server.partner("apex");
    assert_eq!(code(&server.run(&secret, &["trigger", "quote.cancelled"])), 0);
    assert_eq!(code(&server.run(&secret, &["trigger", "quote.sites_added"])), 0);
    let receiver = Receiver::start().await;
    let own = connect::webhook::Secret::new([9; 32]).reveal();
    let listened = server.run(
        &secret,
        &[
            "listen",
            "--from-start",
            "--limit",
            "4",
            "--types",
            "quote.*,order.*",
            "--forward-to",
            receiver.url(),
            "--signing-secret",
            &own,
        ],
    );
    assert_eq!(code(&listened), 0, "{}", stderr(&listened));
    assert!(!stderr(&listened).contains(&own), "a given secret is not repeated");
    let lines = stdout(&listened);
    let kinds: Vec<&str> = lines.lines().map(|l| l.split_whitespace().nth(1).unwrap()).collect();
    assert_eq!(kinds, ["quote.created", "quote.cancelled", "quote.created", "quote.sites_added"]);
    assert!(lines.lines().all(|l| l.contains("⇒ 204 in ")), "{lines}");
    for message in receiver.all() {
        assert!(message.is_signed_with(&own));
        let path = format!("/v1/events/{}", message.id);
        assert_eq!(server.get_text(&secret, &path), message.body, "the bytes that the feed has");
    }
    let first = ids(&feed(&server, &secret))[0].clone();
    let listened = server.run(
        &secret,
        &["listen", "--since", &first, "--limit", "1", "--types", "quote.*", "--json"],
    );
    let event: Value = serde_json::from_str(&stdout(&listened)).unwrap();
    assert_eq!(event["type"], "quote.created");
    let shown = server.run(&secret, &["events", "show", &text(&event["id"])]);
    assert_eq!(serde_json::from_str::<Value>(&stdout(&shown)).unwrap(), event);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_sent_again_to_those_who_listen_or_to_the_one_named() {
    let server = Server::start();
    let secret = server.partner("apex");
    let (quotes, orders) = (Receiver::start().await, Receiver::start().await);
    let mut endpoints = Vec::new();
    for (receiver, types) in [(&quotes, "quote.*"), (&orders, "order.*")] {
        let new = json!({ "url": receiver.url(), "types": [types] });
        endpoints.push(text(&server.post(&secret, "/v1/webhook-endpoints", &new)["id"]));
    }
    let done = server.run(&secret, &["trigger", "quote.created"]);
    let event: Value = serde_json::from_str(&stdout(&done)).unwrap();
    let event = text(&event["id"]);
    quotes.arrives(1).await;
    let sent = server.run(&secret, &["events", "resend", &event]);
    assert_eq!(code(&sent), 0, "{}", stderr(&sent));
    assert_eq!(stdout(&sent).lines().count(), 1, "only one listens: {}", stdout(&sent));
    quotes.arrives(2).await;
    let sent = server.run(&secret, &["events", "resend", &event, "--endpoint", &endpoints[1]]);
    assert_eq!(code(&sent), 0, "{}", stderr(&sent));
    orders.arrives(1).await;
    let all: Vec<_> = quotes.all().into_iter().chain(orders.all()).map(|m| m.id).collect();
    assert_eq!(all, [event.clone(), event.clone(), event]);
    let opened = server.run(&secret, &["events", "list", "--type", "opportunity.opened", "--json"]);
    let opened: Value = serde_json::from_str(&stdout(&opened)).unwrap();
    let nobody = server.run(&secret, &["events", "resend", &text(&opened["items"][0]["id"])]);
    assert_eq!(code(&nobody), 1);
    assert!(stderr(&nobody).contains("no active webhook endpoint listens to opportunity.opened"));
}

#[test]
fn what_is_asked_wrongly_exits_with_2_and_repeats_no_secret() {
    let server = Server::start();
    let secret = server.partner("apex");
    let live = "dmc_live_0123456789abcdef";
    for (secret, arguments, says) in [
        (live, &["trigger", "quote.priced"][..], "no test secret"),
        ("", &["trigger", "quote.priced"], "DEMARC_SECRET: set it"),
        ("swordfish", &["listen"], "no secret of a credential"),
        (&secret, &["trigger", "quote.eaten"], "no such kind of event"),
        (&secret, &["listen", "--types", "quote.eaten"], "quote.priced"),
        (&secret, &["listen", "--since", "quote"], "an event's id begins with evt"),
        (&secret, &["listen", "--server", "example.com"], "expected a URL"),
        (&secret, &["trigger", "exception.filed"], "a partner of alliance is needed"),
    ] {
        let done = server.run(secret, arguments);
        assert_eq!(code(&done), 2, "{arguments:?}: {}", stderr(&done));
        assert!(stderr(&done).contains(says), "{arguments:?}: {}", stderr(&done));
        let hidden = ["swordfish", "0123456789abcdef"];
        assert!(!hidden.iter().any(|h| stderr(&done).contains(h)), "{}", stderr(&done));
    }
    let alone = server.run_without_operations(&secret, &["trigger", "customer.created"]);
    assert_eq!(code(&alone), 2);
    assert!(stderr(&alone).contains("set DEMARC_OPERATIONS_SECRET"), "{}", stderr(&alone));
    let unknown = server.run("dmc_test_0123456789abcdef", &["listen"]);
    assert_eq!(code(&unknown), 1, "a refusal is not tried again");
}

#[test]
fn the_asyncapi_document_is_what_the_server_answers() {
    let server = Server::start();
    let printed = server.run("", &["asyncapi"]);
    let printed: Value = serde_json::from_str(&stdout(&printed)).unwrap();
    assert_eq!(printed, server.get("", "/asyncapi.json"));
    assert_eq!(printed["asyncapi"], "3.0.0");
}
