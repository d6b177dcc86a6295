//! Letters of agency: one that is withdrawn, two that are revoked, one that holds.

use crate::client::Client;
use crate::story::steps::id;
use crate::world::World;
use serde_json::{Value, json};

pub(super) async fn letters(world: &World, partner: &Client, theirs: &str) {
    let generate = || async {
        // None is made at the moment of another.
        world.clock.advance_ms(1_000);
        let new = json!({ "customer_id": theirs, "months": 12, "signer": {
            "name": "Dana Sample", "title": "Managing Director", "email": "dana@example.com" } });
        partner.post("/v1/letters-of-agency", &new).await.expect(201)
    };
    let first = generate().await;
    let path = format!("/v1/letters-of-agency/{}", id(&first["id"]));
    partner.get(&format!("{path}/document")).await.expect(200);
    partner.post(&format!("{path}/withdraw"), &json!({})).await.expect(200);
    let why = json!({ "reason": "The customer changed its agent." });
    for by in [partner, &world.operations] {
        let signed = signed(partner, &generate().await).await;
        let whose = if by.secret() == partner.secret() { "" } else { "/operations" };
        let path = format!("/v1{whose}/letters-of-agency/{}/revoke", id(&signed["id"]));
        by.post(&path, &why).await.expect(200);
    }
    let last = signed(partner, &generate().await).await;
    let path = format!("/v1/letters-of-agency/{}", id(&last["id"]));
    partner.get(&path).await.expect(200);
    let of = format!("letters-of-agency?customer_id={theirs}");
    partner.get(&format!("/v1/{of}&state=on_file")).await.expect(200);
    world.operations.get(&format!("/v1/operations/{of}")).await.expect(200);
}

async fn signed(partner: &Client, letter: &Value) -> Value {
    let body = json!({ "signed_on": &id(&letter["created_at"])[..10],
        "document_sha256": letter["document_sha256"], "attachment_reference": "LOA-2026-118" });
    let path = format!("/v1/letters-of-agency/{}/sign", id(&letter["id"]));
    partner.post(&path, &body).await.expect(200)
}
