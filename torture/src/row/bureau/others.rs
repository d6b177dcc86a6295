//! Those who have nothing to do with credit: they read a quote, its journey and the opportunities,
//! and open new ones, at an even pace whatever becomes of it.

use super::sale;
use super::world::World;
use crate::wire::{Wire, beat};
use serde_json::json;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use tokio::time::sleep_until;

const CLIENTS: u32 = 3;
/// Between two requests of one of them.
const EVERY: Duration = Duration::from_millis(20);
static KEYS: AtomicUsize = AtomicUsize::new(0);

/// How long each waited, from when it should have been answered at once.
pub(super) async fn stretch(world: &World, quote: &str, length: Duration) -> Vec<Duration> {
    let mut clients = JoinSet::new();
    for client in 0..CLIENTS {
        let mut wire = Wire::new(&world.url, &world.partner);
        let quote = quote.to_owned();
        // They do not all ask at once.
        let begun = Instant::now() + EVERY / CLIENTS * client;
        clients.spawn(async move {
            let mut times = Vec::new();
            for number in 0.. {
                let due = beat(begun, number, EVERY);
                if due > begun + length {
                    break;
                }
                sleep_until(due.into()).await;
                ask(&mut wire, &quote, number).await;
                times.push(due.elapsed());
            }
            times
        });
    }
    clients.join_all().await.concat()
}

async fn ask(wire: &mut Wire, quote: &str, number: u32) {
    let answer = match number % 4 {
        0 => wire.get(quote).await,
        1 => wire.get(&format!("{quote}/journey")).await,
        2 => wire.get("/v1/opportunities?limit=5").await,
        _ => {
            let key = format!("other-{}", KEYS.fetch_add(1, Ordering::Relaxed));
            let customer = json!({ "name": key, "address": sale::address() });
            let body = json!({ "name": "Resale", "new_customer": customer });
            wire.post("/v1/opportunities", &key, &body.to_string()).await
        }
    };
    let answer = answer.unwrap_or_else(|e| panic!("a request that has nothing to do with it: {e}"));
    assert!(answer.status < 300, "{}: {}", answer.status, answer.json());
}
