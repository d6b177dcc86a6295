//! The published interfaces know no idempotency key: what must not happen twice does not, however
//! often it is sent.

use super::*;
use crate::client::Reply;

const SP: &str = "A-06399x";
const CROWD: usize = 64;

/// The one body that all were answered.
fn same(replies: Vec<Reply>) -> Value {
    assert_eq!(replies.len(), CROWD);
    let mut bodies: Vec<Value> = replies.into_iter().map(|reply| reply.expect(200)).collect();
    let first = bodies.remove(0);
    for other in bodies {
        assert_eq!(other, first);
    }
    first
}

async fn count(world: &World, sql: &'static str) -> i64 {
    world.rows(sql).await[0].int(0).expect("a count")
}

#[tokio::test]
async fn sixty_four_equal_calls_at_once_have_one_effect_and_one_answer() {
    let world = World::start().await;
    let partner = provider(&world, SP, "Example Solutions, Inc.").await;
    let (quote, sites) = quote(&partner, &three_sites()[..1]).await;
    let call = config(&quote, &[input(&sites[0], "1G")]);
    partner.post("/config-apex", &call).await.expect(200);
    let asked = json!({ "quoteId": quote, "spId": SP });
    let credit = same(partner.crowd("/creditCheck-apex", &asked, CROWD).await);
    assert_eq!(credit["status"], "Success");
    assert_eq!(partner.post("/creditCheck-apex", &asked).await.expect(200), credit);
    assert_eq!(count(&world, "select count(*) from credit_check").await, 1);

    let signer = contract(&quote, SP, "signs@sign.example.com");
    let sent = same(partner.crowd("/contract-apex", &signer, CROWD).await);
    assert_eq!(sent["ESignIntegrationResponseStep"]["isSuccess"], true);
    assert_eq!(count(&world, "select count(*) from contract").await, 1);
    is_signed(&partner, &quote).await;
    assert_eq!(partner.post("/contract-apex", &signer).await.expect(200), sent, "signed by then");
    let other = contract(&quote, SP, "another@example.com");
    let refused = partner.post("/contract-apex", &other).await.expect(409);
    assert_eq!(refused["errorCode"], "already_exists");

    let made = same(partner.crowd("/order-apex", &order(&quote), CROWD).await);
    let (order_id, sub) = (text(&made["orderId"]), text(&made["subOrder"]["subOrderId"]));
    assert_eq!(count(&world, "select count(*) from orders").await, 1);
    let mut other = order(&quote);
    other["contacts"]["contactDetails"]["primary"]["firstName"] = json!("Robin");
    let refused = partner.post("/order-apex", &other).await.expect(409);
    assert_eq!(refused["errorCode"], "already_exists");

    let path = "/order-enrichment/newBilling-apex";
    let billed = same(partner.crowd(path, &billing(order_id, sub), CROWD).await);
    assert_eq!(billed["status"], "Billing Account created successfully");
    assert_eq!(count(&world, "select count(*) from billing_account").await, 1);

    enrich(&partner, order_id, sub).await;
    let whose = json!({ "quoteId": quote, "sites": [ { "siteId": sites[0],
        "endCustomerName": "Harbor Point Bakery LLC", "address": { "street": "1 Dell Way",
            "city": "Round Rock", "state": "TX", "zipCode": "78682" } } ] });
    partner.patch("/customerAccountLookup-apex", &whose).await.expect(200);
    let hand_off = json!({ "orderId": order_id, "subOrderId": sub });
    let done = same(partner.crowd("/order-apex", &hand_off, CROWD).await);
    assert_eq!(done["status"], "success");
    let handed = "select count(*) from event where doc like '%sub_order.handed_off%'";
    assert_eq!(count(&world, handed).await, 1);
    // A billing account is answered also when nothing can be changed any more.
    assert_eq!(partner.post(path, &billing(order_id, sub)).await.expect(200), billed);
}
