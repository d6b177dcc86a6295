//! A signed contract is ended by two people of operations: what it used of a promotion comes back,
//! once, and what was ordered by it is not handed off any more.

use crate::catalogues;
use crate::client::Client;
use crate::story::steps::*;
use crate::world::World;
use serde_json::{Value, json};
use store::audit::audit;

const PROMOTION: &str = "ADI-PORT10";

/// A signed contract with a promotion, and its order, ready for its handoff: the contract, the
/// quote and the order.
async fn ordered(world: &World, partner: &Client) -> (String, String, Value) {
    let name = "Lone Star Dental Group";
    let open = json!({ "name": name, "new_customer": { "name": name, "address":
        { "street": "208 S Akard St", "city": "Dallas", "state": "TX", "zip": "75202" } } });
    let opened = partner.post("/v1/opportunities", &open).await.expect(201);
    let quote = id(&opened["quote"]["id"]).to_owned();
    two_sites(partner, &quote).await;
    validate(world, partner, &quote).await;
    configure(partner, &quote, "OFF_ADI_MID_MARKET", adi()).await;
    let ask = json!({ "promotions": [PROMOTION] });
    partner.post(&format!("/v1/quotes/{quote}/price"), &ask).await.expect(200);
    credit(world, partner, &quote, &json!({ "application": application(name) })).await;
    let contract = contract(world, partner, &quote).await;
    let made = order(partner, &quote).await;
    let bill = json!({ "new_account": { "name": name, "address":
        { "street": "208 S Akard St", "city": "Dallas", "state": "TX", "zip": "75202" },
        "contacts": [contact()] } });
    for sub in made["sub_orders"].as_array().expect("sub-orders") {
        enrich(partner, id(&sub["id"]), &bill).await;
    }
    (contract, quote, made)
}

/// What is counted of the promotion: contracts, cents, and the rows that they are the sums of.
async fn used(world: &World) -> (i64, i64, usize) {
    let rows = world.rows("select uses, amount from promotion_use").await;
    let spends = world.rows("select contract from promotion_spend").await.len();
    (rows[0].int(0).expect("uses"), rows[0].int(1).expect("an amount"), spends)
}

async fn is_sound(world: &World) {
    assert_eq!(audit(&world.app.store).await.expect("an audit").lines(), Vec::<String>::new());
}

#[tokio::test]
async fn two_people_end_a_signed_contract_and_all_that_rests_on_it() {
    let world = World::start().await;
    let partner = world.partner("alliance").await;
    let desk = catalogues::second(&world).await;
    let (contract, quote, order) = ordered(&world, &partner).await;
    let (uses, cents, rows) = used(&world).await;
    assert!(uses == 1 && cents > 0 && rows == 1, "{uses} {cents} {rows}");
    let path = format!("/v1/operations/contracts/{contract}");
    let confirm = format!("{path}/confirm-termination");
    let (why, first) = (json!({ "reason": "They are being wound up." }), json!({ "version": 3 }));
    desk.post(&confirm, &first).await.refused(409, "state_conflict");
    partner.post(&format!("{path}/terminate"), &why).await.refused(403, "forbidden");

    let proposed = world.operations.post(&format!("{path}/terminate"), &why).await.expect(200);
    assert_eq!((&proposed["state"], &proposed["terminated"]), (&json!("signed"), &Value::Null));
    assert_eq!(proposed["termination_proposed"]["reason"], why["reason"]);
    assert_eq!(used(&world).await, (uses, cents, rows), "nothing has ended yet");
    let seen = json!({ "version": proposed["version"] });
    world.operations.post(&confirm, &seen).await.refused(403, "second_person_required");
    desk.post(&confirm, &first).await.refused(412, "stale_version");
    let ended = desk.post_with_key(&confirm, &seen, "end").await.expect(200);
    desk.post_with_key(&confirm, &seen, "end").await.expect(200);
    desk.post(&confirm, &seen).await.refused(409, "state_conflict");
    assert_eq!(ended["state"], "terminated");
    assert_eq!(ended["reason"], why["reason"]);
    assert!(ended["signed"]["at"].is_string() && ended["termination_proposed"].is_null());
    assert_eq!(used(&world).await, (0, 0, 0), "given back once");

    let order = format!("/v1/orders/{}", id(&order["id"]));
    let tried = partner.post(&format!("{order}/handoff"), &json!({})).await;
    let problem = tried.refused(409, "premature_step");
    assert_eq!(problem["errors"][0]["code"], "contract_terminated");
    let journey = partner.get(&format!("{order}/journey")).await.expect(200);
    let handoff = journey["stages"].as_array().expect("stages").iter();
    let handoff = handoff.filter(|stage| stage["stage"] == "handoff").collect::<Vec<_>>();
    assert_eq!(handoff[0]["missing"], problem["errors"]);
    assert_eq!(handoff[0]["status"], "blocked");
    assert_eq!(missing(&partner, &quote, "contract").await[0]["code"], "contract_terminated");

    // What was signed stays as it was, and a copy of it is sold anew.
    let path = format!("/v1/quotes/{quote}");
    assert_eq!(partner.get(&path).await.expect(200)["state"], "accepted");
    partner.post(&format!("{path}/price"), &json!({})).await.refused(409, "premature_step");
    partner.post(&format!("{path}/clone"), &json!({ "name": "Anew" })).await.expect(201);
    is_sound(&world).await;
}

#[tokio::test]
async fn what_is_with_fulfilment_is_not_ended() {
    let world = World::start().await;
    let partner = world.partner("alliance").await;
    let desk = catalogues::second(&world).await;
    let (contract, _, order) = ordered(&world, &partner).await;
    let path = format!("/v1/operations/contracts/{contract}");
    let why = json!({ "reason": "They are being wound up." });
    let proposed = world.operations.post(&format!("{path}/terminate"), &why).await.expect(200);
    let sub = id(&order["sub_orders"][1]["id"]);
    partner.post(&format!("/v1/sub-orders/{sub}/handoff"), &json!({})).await.expect(200);
    let seen = json!({ "version": proposed["version"] });
    let confirm = format!("{path}/confirm-termination");
    let problem = desk.post(&confirm, &seen).await.refused(409, "state_conflict");
    assert_eq!(problem["errors"][0]["code"], "handed_off");
    assert_eq!(problem["errors"][0]["pointer"], format!("/sub_orders/{sub}"));
    let again = world.operations.post(&format!("{path}/terminate"), &why).await;
    again.refused(409, "state_conflict");
    // One that came to nothing holds no longer.
    world
        .damage(
            "update sub_order set state = 'rejected', doc = replace(replace(doc, \
        '\"state\":\"submitted\"', '\"state\":\"rejected\"'), '\"trouble\":null', \
        '\"trouble\":\"No fibre.\"') where state = 'submitted'",
        )
        .await;
    desk.post(&confirm, &seen).await.expect(200);
    assert_eq!(used(&world).await, (0, 0, 0));
}
