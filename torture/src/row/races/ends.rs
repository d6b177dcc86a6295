//! Operations end a signed contract while somebody hands its order off, or waits for the promotion
//! that it used up.

use super::arena::{Arena, Shot};
use super::budget::GIVEN;
use super::flow::{Sale, text};
use super::judge::Verdicts;
use super::walk::{LATE, mixed};
use crate::database::Database;
use fastrand::Rng;
use serde_json::{Value, json};
use std::sync::Arc;

/// What confirms that a contract ends: one person has proposed it.
pub(super) async fn confirmation(arena: &Arena, contract: &str) -> Shot {
    let id = contract.rsplit('/').next().unwrap_or_default();
    let path = format!("/v1/operations/contracts/{id}");
    let why = json!({ "reason": "The customer is being wound up." });
    let proposed = arena.by_operations(&format!("{path}/terminate"), why).await;
    let body = json!({ "version": proposed["version"] });
    Shot::post("termination", format!("{path}/confirm-termination"), body).by_second()
}

/// A contract ends, or its order is handed off: never both.
pub(super) async fn ended_or_handed_off(
    arena: &Arc<Arena>,
    dice: &mut Rng,
    verdicts: &mut Verdicts,
    contract: &str,
    order: &Value,
) {
    let confirm = confirmation(arena, contract).await;
    let path = format!("/v1/orders/{}", text(&order["id"]));
    let hand_off = Shot::post("handoff", format!("{path}/handoff"), json!({}));
    let told = arena.race(dice, mixed(&[confirm, hand_off])).await;
    let won = verdicts.winners("terminated or handed off", &told, 1, LATE);
    let ended = won.iter().any(|told| told.kind == "termination");
    let state = arena.get(contract).await.body["state"].clone();
    let sub = arena.get(&path).await.body["sub_orders"][0]["state"].clone();
    verdicts.must(ended == (state == "terminated") && ended == (sub == "draft"), || {
        format!("{contract} is {state}, and its sub-order is {sub}")
    });
}

/// A promotion with one use is used by a contract that ends; of those that wait for it one gets it.
pub(super) async fn last_unit(
    arena: &Arc<Arena>,
    database: &Database,
    promotion: &str,
    seed: u64,
) -> Verdicts {
    let mut dice = Rng::with_seed(seed);
    let mut verdicts = Verdicts::default();
    let mut out = Vec::new();
    for _ in 0..3 {
        let sale = Sale::open(arena).await;
        sale.price(json!({ "promotions": [promotion] })).await;
        sale.credit().await;
        out.push(sale.out().await);
    }
    let (first, sign) = out.remove(0);
    arena.post(&format!("{first}/sign"), sign).await;
    let confirm = confirmation(arena, &first).await;
    let sign = |(path, body): &(String, Value)| {
        Shot::post("signature", format!("{path}/sign"), body.clone())
    };
    let mut shots: Vec<Shot> = out.iter().map(sign).collect();
    shots.push(confirm);
    let told = arena.race(&mut dice, mixed(&shots)).await;
    let (ends, signed): (Vec<_>, Vec<_>) =
        told.into_iter().partition(|told| told.kind == "termination");
    verdicts.winners("terminated beside signatures", &ends, 1, LATE);
    let early = signed.iter().filter(|told| told.won()).count().min(1);
    verdicts.winners("signed beside a termination", &signed, early, LATE);
    // By now it is free, for one of them.
    let told = arena.race(&mut dice, mixed(&out.iter().map(sign).collect::<Vec<_>>())).await;
    verdicts.winners("what a termination gave back", &told, 1 - early, LATE);
    let rows = database.rows("select code, uses, amount from promotion_use").await;
    let row = rows.iter().find(|row| row.text(0) == Ok(promotion));
    let used = row.and_then(|row| Some((row.int(1).ok()?, row.int(2).ok()?)));
    verdicts.must(used == Some((1, GIVEN)), || format!("{promotion}: {used:?} is counted"));
    verdicts
}
