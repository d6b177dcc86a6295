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
    assert!(text.contains("The bureau asked.") && text.contains("night shift"), "{text}");
    let long = json!({ "reason": "ssn is 123-45-6789" });
    let refused = desk.world.operations.post(&path, &long).await.refused(422, "invalid_body");
    assert_eq!(refused["errors"][0]["code"], "holds_tax_id");
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
