//! A promotion is given as far as its budget goes and not one contract further: the journey says
//! so, a price says so, and of many that sign at once as many succeed as there is money for.

use crate::client::Client;
use crate::story::steps::*;
use crate::world::World;
use serde_json::{Value, json};
use store::Store;
use store::audit::audit;
use tokio::task::JoinSet;

const PORT10: &str = "ADI-PORT10";

/// A quote with that promotion, priced and with credit.
async fn priced(world: &World, partner: &Client, customer: &str) -> String {
    let open = json!({ "name": customer, "new_customer": { "name": customer, "address":
        { "street": "208 S Akard St", "city": "Dallas", "state": "TX", "zip": "75202" } } });
    let opened = partner.post("/v1/opportunities", &open).await.expect(201);
    let quote = id(&opened["quote"]["id"]).to_owned();
    two_sites(partner, &quote).await;
    validate(world, partner, &quote).await;
    configure(partner, &quote, "OFF_ADI_MID_MARKET", adi()).await;
    price(partner, &quote, &[PORT10]).await.expect(200);
    let asked = json!({ "application": application(customer) });
    credit(world, partner, &quote, &asked).await;
    quote
}

async fn price(partner: &Client, quote: &str, promotions: &[&str]) -> crate::client::Reply {
    let ask = json!({ "promotions": promotions });
    partner.post(&format!("/v1/quotes/{quote}/price"), &ask).await
}

/// Asks for a contract.
async fn ask(partner: &Client, quote: &str) -> crate::client::Reply {
    let signer = json!({ "name": "Dana Sample", "title": "Owner", "email": "dana@example.com" });
    let new = json!({ "signer": signer, "customer": { "company_name": "Lone Star Dental Group",
        "address": { "street": "208 S Akard St", "city": "Dallas", "state": "TX",
            "zip": "75202" } } });
    partner.post(&format!("/v1/quotes/{quote}/contracts"), &new).await
}

/// A contract that is out: its path, and what signs it.
async fn out(world: &World, partner: &Client, quote: &str) -> (String, Value) {
    let made = ask(partner, quote).await.expect(202);
    assert_eq!(world.run_jobs().await, 1);
    let sign = json!({ "signer": made["signer"], "document_sha256": made["document_sha256"] });
    (format!("/v1/contracts/{}", id(&made["id"])), sign)
}

/// What is counted of the promotion: contracts, and cents.
async fn used(world: &World) -> (i64, i64) {
    let rows = world.rows("select uses, amount from promotion_use").await;
    assert_eq!(rows.len(), 1);
    (rows[0].int(0).expect("uses"), rows[0].int(1).expect("an amount"))
}

/// Others have used all of the budget but 0.01.
pub(crate) const ALMOST_ALL: &str = "insert into promotion_use (tenant, code, uses, amount, most_amount) \
    values ('carrier.test', 'ADI-PORT10', 7, 24999999, 25000000)";

async fn refused_as_the_journey_says(
    partner: &Client,
    quote: &str,
    stage: &str,
    tried: crate::client::Reply,
) {
    let problem = tried.refused(409, "premature_step");
    assert_eq!(problem["errors"], missing(partner, quote, stage).await);
    let fault = &problem["errors"][0];
    assert_eq!(
        (&fault["code"], &fault["pointer"]),
        (&json!("promotion_used_up"), &json!("/offer/promotions/0"))
    );
    let detail = id(&fault["detail"]);
    assert!(detail.contains(PORT10) && detail.contains("price the quote again"), "{detail}");
}

#[tokio::test]
async fn a_promotion_used_up_since_the_price_is_refused_until_the_quote_is_priced_again() {
    let world = World::start().await;
    let partner = world.partner("alliance").await;
    let quote = priced(&world, &partner, "Lone Star Dental Group").await;
    world.damage(ALMOST_ALL).await;
    let tried = ask(&partner, &quote).await;
    refused_as_the_journey_says(&partner, &quote, "contract", tried).await;

    // With it there is no price any more, and without it no advice to ask for it.
    let problem = price(&partner, &quote, &[PORT10]).await.refused(422, "price_refused");
    let fault = &problem["errors"][0];
    assert_eq!(fault["code"], "promotion_not_eligible");
    assert_eq!(fault["pointer"], "/promotions/0");
    assert!(id(&fault["detail"]).contains("0.01 of its budget is left"), "{fault:#}");
    price(&partner, &quote, &[]).await.expect(200);
    let (contract, sign) = out(&world, &partner, &quote).await;
    partner.post(&format!("{contract}/sign"), &sign).await.expect(200);
    assert_eq!(used(&world).await, (7, 24_999_999), "nothing of it was used");
}

#[tokio::test]
async fn a_promotion_used_up_while_the_contract_is_out_is_refused_at_signature() {
    let world = World::start().await;
    let partner = world.partner("alliance").await;
    let quote = priced(&world, &partner, "Lone Star Dental Group").await;
    let (contract, sign) = out(&world, &partner, &quote).await;
    world.damage(ALMOST_ALL).await;
    let tried = partner.post(&format!("{contract}/sign"), &sign).await;
    refused_as_the_journey_says(&partner, &quote, "signature", tried).await;
    // The way on that it names.
    let why = json!({ "reason": "The promotion is used up." });
    partner.post(&format!("{contract}/void"), &why).await.expect(200);
    price(&partner, &quote, &[]).await.expect(200);
    let (contract, sign) = out(&world, &partner, &quote).await;
    partner.post(&format!("{contract}/sign"), &sign).await.expect(200);
}

#[tokio::test]
async fn a_signature_uses_what_the_promotion_takes_off_over_the_term_and_uses_it_once() {
    let world = World::start().await;
    let partner = world.partner("alliance").await;
    let quote = priced(&world, &partner, "Lone Star Dental Group").await;
    let (contract, sign) = out(&world, &partner, &quote).await;
    let path = format!("{contract}/sign");
    partner.post_with_key(&path, &sign, "one").await.expect(200);
    partner.post_with_key(&path, &sign, "one").await.expect(200);
    partner.post_with_key(&path, &sign, "two").await.refused(409, "state_conflict");
    let sites = partner.get(&format!("/v1/quotes/{quote}/sites")).await.expect(200);
    let mut cents = 0;
    for line in sites["sites"]
        .as_array()
        .expect("sites")
        .iter()
        .flat_map(|site| site["price"]["lines"].as_array().expect("lines"))
    {
        let steps = line["mrc"]["steps"].as_array().expect("steps").iter();
        for step in steps.filter(|step| step["kind"] == "promotion") {
            cents -= id(&step["amount"]).replace('.', "").parse::<i64>().expect("an amount");
        }
    }
    assert!(cents > 0);
    assert_eq!(used(&world).await, (1, 36 * cents));
    assert_eq!(violations(&world.app.store).await, Vec::<String>::new());
}

async fn violations(store: &Store) -> Vec<String> {
    audit(store).await.expect("an audit").lines()
}

/// How many sign at once, and for how many the budget is enough.
const SIGNERS: i64 = 12;
const ENOUGH_FOR: i64 = 5;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_that_sign_at_once_as_many_succeed_as_the_budget_is_enough_for() {
    let world = World::start().await;
    let partner = world.partner("alliance").await;
    let mut envelopes = Vec::new();
    for n in 0..=SIGNERS {
        let quote = priced(&world, &partner, &format!("Lone Star Dental {n}")).await;
        envelopes.push(out(&world, &partner, &quote).await);
    }
    // One signs, so that what one takes is known; then the others had most of the budget.
    let (contract, sign) = envelopes.pop().expect("an envelope");
    partner.post(&format!("{contract}/sign"), &sign).await.expect(200);
    let (_, each) = used(&world).await;
    let left = ENOUGH_FOR * each + each - 1;
    let sql = format!("update promotion_use set amount = 25000000 - {left}");
    world.damage(Box::leak(sql.into_boxed_str())).await;
    let mut signing = JoinSet::new();
    for (contract, sign) in envelopes {
        let partner = partner.clone();
        signing.spawn(async move { partner.post(&format!("{contract}/sign"), &sign).await });
    }
    let mut signed = 0;
    for reply in signing.join_all().await {
        if reply.status == 200 {
            signed += 1;
        } else {
            let problem = reply.refused(409, "premature_step");
            assert_eq!(problem["errors"][0]["code"], "promotion_used_up", "{problem:#}");
        }
    }
    assert_eq!(signed, ENOUGH_FOR);
    assert_eq!(used(&world).await, (1 + ENOUGH_FOR, 25_000_000 - left + ENOUGH_FOR * each));
}
