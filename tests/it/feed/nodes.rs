//! Three nodes on one database: what one of them commits late is never skipped by a reader of
//! another.

use super::{dense, read_all};
use crate::client::Client;
use crate::story::steps::id;
use crate::world::World;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::task::JoinSet;

const WRITERS: usize = 4;
const EACH: usize = 30;

/// Follows the feed on one node until the writers are done and nothing new comes.
async fn follow(reader: Client, done: Arc<AtomicBool>) -> Vec<String> {
    let mut seen = Vec::new();
    let mut after = String::new();
    loop {
        let was_done = done.load(Ordering::SeqCst);
        let page = reader.get(&format!("/v1/events?limit=7{after}")).await.expect(200);
        let items = page["items"].as_array().expect("items");
        seen.extend(items.iter().map(|e| id(&e["id"]).to_owned()));
        if let Some(next) = page["next_after"].as_str() {
            after = format!("&after={next}");
        }
        if items.is_empty() && was_done {
            return seen;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_on_three_nodes_see_every_event_once_in_one_order() {
    let world = World::start().await;
    let partner = world.partner("apex").await;
    let mut nodes = vec![world];
    if crate::ON_POSTGRES {
        for _ in 0..2 {
            let beside = nodes[0].beside().await;
            nodes.push(beside);
        }
    }
    let clients: Vec<Client> = nodes.iter().map(|n| n.client(partner.secret())).collect();
    let done = Arc::new(AtomicBool::new(false));
    let mut readers = JoinSet::new();
    for client in clients.iter().cycle().take(3) {
        readers.spawn(follow(client.clone(), done.clone()));
    }
    let mut writers = JoinSet::new();
    for (n, client) in clients.iter().cycle().take(3 * WRITERS).enumerate() {
        // Every other writer goes on with the next node's client: changes of one object come
        // from different nodes.
        let next = clients[(n + 1) % clients.len()].clone();
        let client = client.clone();
        writers.spawn(async move {
            for _ in 0..EACH {
                let open = json!({ "name": "Resale" });
                let opened = client.post("/v1/opportunities", &open).await.expect(201);
                let cancel = format!("/v1/quotes/{}/cancel", id(&opened["quote"]["id"]));
                next.post(&cancel, &json!({ "reason": "No." })).await.expect(200);
            }
        });
    }
    writers.join_all().await;
    done.store(true, Ordering::SeqCst);
    let orders: Vec<Vec<String>> = readers.join_all().await;
    let whole: Vec<Value> = read_all(&clients[0], 1000).await;
    assert_eq!(whole.len(), 3 * WRITERS * EACH * 3);
    dense(&whole);
    let whole: Vec<String> = whole.iter().map(|e| id(&e["id"]).to_owned()).collect();
    assert_eq!(whole.iter().collect::<BTreeSet<_>>().len(), whole.len(), "no twins");
    for seen in orders {
        assert!(
            seen == whole,
            "a reader saw {} of {} events, or another order",
            seen.len(),
            whole.len()
        );
    }
}
