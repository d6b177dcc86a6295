//! A signed contract that two people of operations end.

use super::{offer_contract, order};
use crate::client::Client;
use crate::story::steps::id;
use crate::world::World;
use serde_json::json;

/// Sells a draft whose sites are ready, and ends the sale.
pub(super) async fn ended(world: &World, partner: &Client, desk: &Client, quote: &str) {
    partner.post(&format!("/v1/quotes/{quote}/price"), &json!({})).await.expect(200);
    let contract = offer_contract(world, partner, quote).await;
    let sent = partner.get(&format!("/v1/contracts/{contract}")).await.expect(200);
    let sign = json!({ "signer": sent["signer"], "document_sha256": sent["document_sha256"] });
    partner.post(&format!("/v1/contracts/{contract}/sign"), &sign).await.expect(200);
    order(partner, quote).await;
    let path = format!("/v1/operations/contracts/{}", id(&sent["id"]));
    let why = json!({ "reason": "The customer is being wound up." });
    world.operations.post(&format!("{path}/terminate"), &why).await.expect(200);
    let seen = desk.get(&path).await.expect(200);
    let seen = json!({ "version": seen["version"] });
    desk.post(&format!("{path}/confirm-termination"), &seen).await.expect(200);
}
