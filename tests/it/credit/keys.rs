//! Sealed tax ids: who may see them, without a key, with a destroyed one, and after a rotation.

use super::{Desk, review};
use crate::story::steps::*;
use crate::world::{World, builtin};
use app::{Outside, Settings};
use connect::keys::{KeyFile, Keyring};
use domain::id::Id;
use serde_json::{Value, json};
use std::sync::Arc;

async fn approved(desk: &Desk) -> Value {
    let body = json!({ "application": application("Sample Freight") });
    credit(&desk.world, &desk.partner, &desk.quote, &body).await
}

#[tokio::test]
async fn a_tax_id_is_revealed_to_operations_with_a_reason_once_and_it_is_written_down() {
    let desk = Desk::open().await;
    let check = approved(&desk).await;
    let (path, why) = (review(&check, "/reveal-tax-id"), json!({ "reason": "The bureau asked." }));
    desk.partner.post(&path, &why).await.refused(403, "forbidden");
    let shown = desk.world.operations.post_with_key(&path, &why, "reveal-1").await.expect(200);
    assert_eq!(shown["tax_id"], "12-3456789");
    let again = desk.world.operations.post_with_key(&path, &why, "reveal-1").await.expect(200);
    assert_eq!((&again["tax_id"], &again["masked"]), (&Value::Null, &json!("**-***6789")));
    let history = desk.partner.get(&format!("/v1/history/{}", id(&check["id"]))).await.expect(200);
    let last = history["items"].as_array().and_then(|all| all.last()).expect("an event").clone();
    let text = last.to_string();
    assert!(text.contains("credit_check.tax_id_revealed"), "{text}");
    // Why stays with the carrier.
    assert_eq!((&last["reason"], text.contains("night shift")), (&Value::Null, true), "{text}");
    let file = desk.world.operations.get(&review(&check, "")).await.expect(200);
    let reveal = &file["reveals"][0];
    assert_eq!(reveal["reason"], "The bureau asked.", "{file:#}");
    assert_eq!(reveal["by"], "operations (night shift)", "{file:#}");
    let long = json!({ "reason": "ssn is 123-45-6789" });
    let refused = desk.world.operations.post(&path, &long).await.refused(422, "invalid_body");
    assert_eq!(refused["errors"][0]["code"], "holds_tax_id");
}

#[tokio::test]
async fn a_tax_id_is_revealed_to_whoever_has_the_right_and_nobody_gives_what_they_do_not_have() {
    let desk = Desk::open().await;
    let check = approved(&desk).await;
    let credential =
        |name: &str, rights: Value| json!({ "name": name, "role": "operations", "rights": rights });
    let path = "/v1/operations/credentials";
    let made = desk.world.operations.post(path, &credential("day shift", json!([]))).await;
    let plain = desk.world.client(id(&made.expect(201)["secret"]));
    let (reveal, why) = (review(&check, "/reveal-tax-id"), json!({ "reason": "Curious." }));
    let refused = plain.post(&reveal, &why).await.refused(403, "forbidden");
    assert!(id(&refused["detail"]).contains("reveal_tax_ids"), "{refused:#}");
    let right = credential("credit desk", json!(["reveal_tax_ids"]));
    plain.post(path, &right).await.refused(403, "forbidden");
    let made = desk.world.operations.post(path, &right).await.expect(201);
    assert_eq!(made["credential"]["rights"], json!(["reveal_tax_ids"]));
    let desk_of_credit = desk.world.client(id(&made["secret"]));
    assert_eq!(desk_of_credit.get("/v1/me").await.expect(200)["rights"], json!(["reveal_tax_ids"]));
    desk_of_credit.post(&reveal, &why).await.expect(200);
    let partner = id(&desk.partner.get("/v1/me").await.expect(200)["partner"]["id"]).to_owned();
    let theirs = json!({ "name": "theirs", "role": "partner", "partner_ids": [partner],
        "rights": ["reveal_tax_ids"] });
    let refused = desk.world.operations.post(path, &theirs).await.refused(422, "invalid_body");
    assert_eq!(refused["errors"][0]["pointer"], "/rights");
}

#[tokio::test]
async fn without_a_key_a_tax_id_is_refused_and_nothing_is_kept() {
    let outside = Outside { keys: Arc::new(Keyring::none()), ..builtin() };
    let desk = Desk::at(World::start_with(outside, Settings::default()).await).await;
    let before = desk.world.memory().await;
    let body = json!({ "application": application("Sample Freight") });
    let asked = desk.partner.post(&desk.of_quote("credit-checks"), &body).await;
    asked.refused(422, "sealing_key_missing");
    assert!(desk.world.memory().await == before);
    let mut without = application("Sample Freight");
    without.as_object_mut().expect("an object").remove("tax_id");
    let body = json!({ "application": without });
    desk.partner.post(&desk.of_quote("credit-checks"), &body).await.expect(202);
}

#[tokio::test]
async fn a_destroyed_key_takes_its_tax_ids_with_it_and_a_new_one_takes_its_place() {
    let desk = Desk::open().await;
    let check = approved(&desk).await;
    let sold = desk.partner.get(&format!("/v1/quotes/{}", desk.quote)).await.expect(200);
    let customer: Id = id(&sold["customer_id"]).parse().expect("an id");
    assert_eq!(desk.world.app.store.destroy_keys(customer).await.expect("a store"), 1);
    assert_eq!(desk.world.app.store.destroy_keys(customer).await.expect("a store"), 0);
    let why = json!({ "reason": "The bureau asked." });
    let path = review(&check, "/reveal-tax-id");
    desk.world.operations.post(&path, &why).await.refused(409, "tax_id_unreadable");
    let again = approved(&desk).await;
    let shown = desk.world.operations.post(&review(&again, "/reveal-tax-id"), &why).await;
    assert_eq!(shown.expect(200)["tax_id"], "12-3456789");
    let sealed = desk.world.app.store.keys_by_seal().await.expect("a count");
    assert_eq!(sealed.into_iter().collect::<Vec<_>>(), [(String::new(), 1), ("k1".into(), 1)]);
}

#[tokio::test]
async fn a_rotation_seals_every_key_anew_and_all_stays_readable() {
    let desk = Desk::open().await;
    let check = approved(&desk).await;
    let rows = "select sealed from data_key";
    let before = desk.world.rows(rows).await;
    let ring = Keyring::new(KeyFile::made([7; 32], [8; 32]).with([9; 32]), None);
    let node = desk.world.node(Outside { keys: Arc::new(ring), ..builtin() });
    assert_eq!(node.keys_reseal().await.expect("sealed anew"), 1);
    assert_eq!(node.keys_reseal().await.expect("nothing to do"), 0);
    assert!(desk.world.rows(rows).await != before);
    let sealed = desk.world.app.store.keys_by_seal().await.expect("a count");
    assert_eq!(sealed.into_iter().collect::<Vec<_>>(), [("k2".to_owned(), 1)]);
    // This server does not know the new key, and says so; the other opens it.
    let why = json!({ "reason": "The bureau asked." });
    let path = review(&check, "/reveal-tax-id");
    desk.world.operations.post(&path, &why).await.refused(409, "tax_id_unreadable");
}
