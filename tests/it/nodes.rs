//! Several nodes on one database: what one does is seen and told by the others.

use crate::catalogues;
use crate::story::steps::{adi, configure, id, two_sites};
use crate::webhooks::{endpoint, happen};
use crate::world::World;
use app::Sender;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;

#[tokio::test]
async fn a_read_that_waits_on_one_node_sees_what_another_has_done() {
    let world = World::start().await;
    let other = world.beside().await;
    let partner = world.partner("apex").await;
    let opened = happen(&partner).await;
    let quote = id(&opened["quote"]["id"]).to_owned();
    two_sites(&partner, &quote).await;
    let validation = format!("/v1/quotes/{quote}/address-validation");
    partner.post(&validation, &json!({})).await.expect(202);
    let reader = other.client(partner.secret());
    let reads = other.engine().reads();
    let path = format!("/v1/quotes/{quote}/sites?wait=30");
    let waiting = tokio::spawn(async move { reader.get(&path).await.expect(200) });
    // The reader has looked, and the answers were not there yet.
    let looked = async || other.engine().reads() >= reads + 3;
    pgtest::until("the reader has looked", looked).await;
    assert_eq!(world.run_jobs().await, 1);
    let sites = timeout(Duration::from_secs(10), waiting).await.expect("long before its time");
    let sites = sites.expect("no panic");
    assert_eq!(sites["sites"][0]["validation"]["state"], "match");
}

#[tokio::test]
async fn no_node_prices_by_a_catalogue_that_another_has_superseded() {
    let world = World::start().await;
    let other = world.beside().await;
    let (partner, second) = (world.partner("apex").await, catalogues::second(&world).await);
    let there = other.client(partner.secret());
    let opened = happen(&partner).await;
    let quote = id(&opened["quote"]["id"]).to_owned();
    two_sites(&partner, &quote).await;
    configure(&partner, &quote, "OFF_ADI_MID_MARKET", adi()).await;
    let path = format!("/v1/quotes/{quote}/price");
    let version = |priced: Value| id(&priced["quote"]["offer"]["catalogue_version"]).to_owned();
    let before = there.post(&path, &json!({})).await.expect(200);
    assert_eq!(version(before), "2026.1-sample");
    for label in ["2026.2", "2026.3"] {
        let files = catalogues::labelled(label, &[catalogues::DEARER]);
        let published = catalogues::publish(&world, &second, &files, Value::Null).await;
        // The other node has never seen it, and is asked at once.
        let priced = there.post(&path, &json!({})).await.expect(200);
        assert_eq!(version(priced), label);
        let why = json!({ "reason": "The port prices are last year's." });
        let back = format!("{}/{published}/roll-back", catalogues::PATH);
        world.operations.post(&back, &why).await.expect(201);
        let priced = there.post(&path, &json!({})).await.expect(200);
        assert_eq!(version(priced), "2026.1-sample");
        world.clock.advance_ms(1);
        other.clock.advance_ms(1);
    }
}

const ENDPOINTS: usize = 12;
const CLIENTS: usize = 6;
const EACH: usize = 15;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn senders_of_two_nodes_reach_many_endpoints_and_never_wait_for_each_other() {
    let world = World::start().await;
    let other = world.beside().await;
    let partner = world.partner("apex").await;
    for n in 0..ENDPOINTS {
        let url = format!("https://hooks.example.com/{n}");
        endpoint(&partner, &url, &["quote.created"]).await;
    }
    let (stop, stopped) = watch::channel(false);
    let mut senders = JoinSet::new();
    for node in [&world, &other] {
        node.keep_feed();
        senders.spawn(Sender::new(node.app.clone(), web::tell).run(stopped.clone()));
    }
    let mut clients = JoinSet::new();
    for n in 0..CLIENTS {
        let node = if n % 2 == 0 { &world } else { &other };
        let client = node.client(partner.secret());
        clients.spawn(async move {
            for _ in 0..EACH {
                happen(&client).await;
            }
        });
    }
    clients.join_all().await;
    let arrived = || {
        let at = |n| format!("https://hooks.example.com/{n}");
        let both = [&world, &other];
        let count = |n| both.iter().map(|w| w.receivers.at(&at(n)).len()).sum::<usize>();
        (0..ENDPOINTS).map(count).sum::<usize>()
    };
    let all = async {
        while arrived() < ENDPOINTS * CLIENTS * EACH {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(Duration::from_secs(20), all).await.expect("every event reaches every endpoint");
    stop.send_replace(true);
    senders.join_all().await;
    assert_eq!(arrived(), ENDPOINTS * CLIENTS * EACH, "and once only");
    let deadlocks = "select deadlocks from pg_stat_database where datname = current_database()";
    assert_eq!(world.rows(deadlocks).await[0].int(0), Ok(0));
}
