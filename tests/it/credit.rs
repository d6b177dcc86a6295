//! Credit in depth: the standing of a quote, the queue and its two people, sealed tax ids, and a
//! bureau that never makes an approval by failing.

mod bureau;
mod canary;
mod keys;

use crate::catalogues;
use crate::client::Client;
use crate::story::steps::*;
use crate::world::World;
use serde_json::{Value, json};
use tokio::join;

/// A priced quote of a customer of its own, with its world and partner.
pub(crate) struct Desk {
    pub(crate) world: World,
    pub(crate) partner: Client,
    pub(crate) quote: String,
}

impl Desk {
    pub(crate) async fn open() -> Self {
        Self::at(World::start().await).await
    }

    pub(crate) async fn at(world: World) -> Self {
        let partner = world.partner("alliance").await;
        let theirs = customer(&world, "Sample Freight", "open").await;
        let open = json!({ "name": "Depots", "customer_id": theirs });
        let opened = partner.post("/v1/opportunities", &open).await.expect(201);
        let quote = id(&opened["quote"]["id"]).to_owned();
        two_sites(&partner, &quote).await;
        validate(&world, &partner, &quote).await;
        configure(&partner, &quote, "OFF_ADI_MID_MARKET", adi()).await;
        partner.post(&format!("/v1/quotes/{quote}/price"), &json!({})).await.expect(200);
        Self { world, partner, quote }
    }

    pub(crate) fn of_quote(&self, what: &str) -> String {
        format!("/v1/quotes/{}/{what}", self.quote)
    }

    /// Asks for credit and answers the check, decided or not.
    async fn ask(&self, years: u32, amount: &str) -> Value {
        let mut application = application("Sample Freight");
        application["years_in_business"] = json!(years);
        let body = json!({ "application": application, "requested_amount": amount });
        credit(&self.world, &self.partner, &self.quote, &body).await
    }
}

pub(crate) fn review(check: &Value, what: &str) -> String {
    format!("/v1/operations/credit-reviews/{}{what}", id(&check["id"]))
}

#[tokio::test]
async fn the_standing_says_what_a_contract_would_rest_on_and_a_dearer_price_asks_for_a_new_check() {
    let desk = Desk::open().await;
    let standing = |query: &str| format!("{}{query}", desk.of_quote("credit-standing"));
    let before = desk.partner.get(&standing("")).await.expect(200);
    assert_eq!(before["holds"], false);
    assert_eq!(before["missing"][0]["code"], "credit_missing");
    let needed = before["needed"].as_str().expect("an amount").to_owned();
    let check = desk.ask(12, "0.00").await;
    assert_eq!(check["amount"], needed.as_str());
    assert_eq!(check["tax_id"], "**-***6789");
    let holds = desk.partner.get(&standing("")).await.expect(200);
    assert_eq!((&holds["holds"], &holds["check"]["id"]), (&json!(true), &check["id"]));
    let more = desk.partner.get(&standing("?amount=900000.00")).await.expect(200);
    assert_eq!(more["missing"][0]["code"], "credit_insufficient");
    assert_eq!(more["missing"][0]["expected"], "an approval of at least 900000.00");
    let wrong = desk.partner.get(&standing("?amount=much")).await.refused(400, "invalid_query");
    assert_eq!(wrong["errors"][0]["pointer"], "/query/amount");
    // Faster ports make it dearer than the headroom.
    let fast = json!([{ "name": "Port Speed", "value": "10G" },
        { "name": "ATT_ACC_SPD", "value": "10G" }, { "name": "Term", "value": "36" }]);
    configure(&desk.partner, &desk.quote, "OFF_ADI_MID_MARKET", fast).await;
    desk.partner.post(&desk.of_quote("price"), &json!({})).await.expect(200);
    let missing = missing(&desk.partner, &desk.quote, "contract").await;
    assert_eq!(missing[0]["code"], "credit_insufficient", "{missing:#}");
    let limit = check["limit"].as_str().expect("a limit");
    let detail = missing[0]["detail"].as_str().expect("words");
    let asked = desk.partner.get(&standing("")).await.expect(200);
    let asked = asked["needed"].as_str().expect("an amount");
    let says = format!("credit is approved up to {limit}, the quote needs {asked}");
    assert!(detail.starts_with(&says) && detail.contains("new check"), "{detail}");
    desk.ask(12, "0.00").await;
    assert_eq!(desk.partner.get(&standing("")).await.expect(200)["holds"], true);
}

#[tokio::test]
async fn the_queue_is_oldest_first_with_its_age_the_trace_and_what_is_at_stake() {
    let desk = Desk::open().await;
    let first = desk.ask(1, "30000.00").await;
    desk.world.clock.advance_ms(25 * 3_600_000);
    let other = desk.world.partner("apex").await;
    let opened = other.post("/v1/opportunities", &json!({ "name": "Later" })).await.expect(201);
    let quote = id(&opened["quote"]["id"]).to_owned();
    two_sites(&other, &quote).await;
    validate(&desk.world, &other, &quote).await;
    configure(&other, &quote, "OFF_ADI_MID_MARKET", adi()).await;
    other.post(&format!("/v1/quotes/{quote}/price"), &json!({})).await.expect(200);
    let body = json!({ "application": application("Later"), "requested_amount": "600000.00" });
    let second = credit(&desk.world, &other, &quote, &body).await;
    let queue = desk.world.operations.get("/v1/operations/credit-reviews?limit=1").await;
    let queue = queue.expect(200);
    let item = &queue["items"][0];
    assert_eq!((&item["id"], &item["age_hours"]), (&first["id"], &json!(25)));
    assert_eq!((&item["overdue"], &item["exposure"]), (&json!(true), &json!("0.00")));
    assert_eq!(item["exposure_with_this"], first["amount"]);
    assert_eq!(item["same_tax_id"], json!([second["id"]]));
    let trace = item["trace"].as_array().expect("a trace");
    assert_eq!(trace[0]["matched"], false);
    assert_eq!(trace[1]["rule"], "young business, large amount");
    let next = format!("/v1/operations/credit-reviews?cursor={}", id(&queue["next_cursor"]));
    let rest = desk.world.operations.get(&next).await.expect(200);
    assert_eq!(rest["items"][0]["id"], second["id"]);
    assert_eq!(rest["items"][0]["overdue"], false);
    // The partner sees the reasons, not the rules.
    let seen = desk.partner.get(&format!("/v1/credit-checks/{}", id(&first["id"]))).await;
    let seen = seen.expect(200);
    assert_eq!(seen["trace"], Value::Null);
    assert_eq!(seen["reasons"].as_array().map(Vec::len), Some(1));
    desk.partner.get(&review(&first, "")).await.refused(403, "forbidden");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn above_the_limit_two_people_approve_and_of_two_who_confirm_at_once_one_does() {
    let desk = Desk::open().await;
    let check = desk.ask(1, "30000.00").await;
    let operations = &desk.world.operations;
    let large = json!({ "reason": "A guarantee was given.", "limit": "1000000.01" });
    let proposed = operations.post(&review(&check, "/approve"), &large).await.expect(200);
    assert_eq!(
        (&proposed["state"], &proposed["approval_proposed"]),
        (&json!("in_review"), &json!(true))
    );
    let missing = missing(&desk.partner, &desk.quote, "contract").await;
    assert_eq!(missing[0]["code"], "credit_undecided");
    let seen = json!({ "version": proposed["version"] });
    let path = review(&check, "/confirm");
    operations.post(&path, &seen).await.refused(403, "second_person_required");
    // It is proposed again, for more: what was seen before is not confirmed.
    let larger = json!({ "reason": "A larger guarantee.", "limit": "2000000.00" });
    let again = operations.post(&review(&check, "/approve"), &larger).await.expect(200);
    let (one, two) = (catalogues::second(&desk.world).await, catalogues::second(&desk.world).await);
    one.post(&path, &seen).await.refused(412, "stale_version");
    let seen = json!({ "version": again["version"] });
    let (a, b) = join!(one.post(&path, &seen), two.post(&path, &seen));
    let mut went = [a.status, b.status];
    went.sort_unstable();
    assert_eq!(went, [200, 409], "{} {}", a.text, b.text);
    let file = operations.get(&review(&check, "")).await.expect(200);
    assert_eq!(file["check"]["limit"], "2000000.00");
    assert_ne!(file["agreement"]["second"], Value::Null);
    assert_eq!(file["proposal"], Value::Null);
}

#[tokio::test]
async fn a_declined_applicant_is_told_why_and_may_be_approved_against_the_rules() {
    let desk = Desk::open().await;
    let mut owing = application("Sample Freight");
    owing["past_due"] = json!("500.01");
    let body = json!({ "application": owing });
    let check = credit(&desk.world, &desk.partner, &desk.quote, &body).await;
    assert_eq!(check["state"], "declined");
    let notice = check["adverse_action"].as_str().expect("a notice");
    assert!(notice.contains("Sample Freight"), "{notice}");
    assert!(notice.contains("More is past due than our credit policy allows."), "{notice}");
    let nothing = json!({ "reason": "No.", "limit": "0.00" });
    let path = review(&check, "/approve");
    let refused = desk.world.operations.post(&path, &nothing).await.refused(422, "invalid_body");
    assert_eq!(refused["errors"][0]["pointer"], "/limit");
    let yes = json!({ "reason": "It was paid this morning.", "deposit": "100.00" });
    let approved = desk.world.operations.post(&path, &yes).await.expect(200);
    assert_eq!((&approved["state"], &approved["deposit"]), (&json!("approved"), &json!("100.00")));
    assert_eq!(approved["adverse_action"], Value::Null);
    desk.world.operations.post(&path, &yes).await.refused(409, "state_conflict");
    desk.world
        .operations
        .post(&review(&check, "/decline"), &json!({ "reason": "x" }))
        .await
        .refused(409, "state_conflict");
}

#[tokio::test]
async fn the_deposit_of_an_approval_stands_with_the_totals_of_the_quotes_that_it_covers() {
    let desk = Desk::open().await;
    let (partner, quote) = (&desk.partner, format!("/v1/quotes/{}", desk.quote));
    let before = partner.get(&quote).await.expect(200);
    assert_eq!(before["offer"]["totals"].get("deposit"), None, "no credit, no deposit");
    let needed = before["offer"]["totals"].clone();
    let check = desk.ask(1, "60000.00").await;
    assert_eq!(check["state"], "in_review");
    let yes = json!({ "reason": "A guarantee was given.", "deposit": "750.00" });
    desk.world.operations.post(&review(&check, "/approve"), &yes).await.expect(200);

    let deposit = json!("750.00");
    let after = partner.get(&quote).await.expect(200);
    assert_eq!(after["offer"]["totals"]["deposit"], deposit, "{needed}");
    let listed = partner.get("/v1/quotes").await.expect(200);
    assert_eq!(listed["items"][0]["offer"], after["offer"]);
    let ask = json!({ "discount_percent": "2" });
    let seen = partner.post(&desk.of_quote("price/preview"), &ask).await.expect(200);
    assert_eq!(seen["before"]["offer"]["totals"]["deposit"], deposit);
    assert_eq!(seen["after"]["offer"]["totals"]["deposit"], deposit);
    assert_eq!(seen["difference"].get("deposit"), None);
    let done = partner.post(&desk.of_quote("price"), &ask).await.expect(200);
    assert_eq!(done["quote"]["offer"]["totals"], seen["after"]["offer"]["totals"]);
    assert_eq!(done["sites"][0]["price"]["totals"].get("deposit"), None, "a site has none");
    let compared = partner.get(&desk.of_quote("comparison")).await.expect(200);
    assert_eq!(compared["to_totals"], done["quote"]["offer"]["totals"]);
    let html = partner.download(&desk.of_quote("document")).await;
    let html = String::from_utf8(html).expect("a page");
    assert!(html.contains("Deposit") && html.contains("750.00"), "{html}");

    // A version that the approval does not cover has not got its deposit.
    let revised = partner.post(&desk.of_quote("revise"), &json!({})).await.expect(201);
    let revised = id(&revised["id"]).to_owned();
    let more: Vec<_> = (0..40)
        .map(|n| {
            json!({ "name": format!("Site {n}"), "address": { "street": "233 S Wacker Dr",
            "city": "Chicago", "state": "IL", "zip": "60606" } })
        })
        .collect();
    let path = format!("/v1/quotes/{revised}");
    partner.post(&format!("{path}/sites"), &json!({ "sites": more })).await.expect(201);
    configure(partner, &revised, "OFF_ADI_MID_MARKET", adi()).await;
    let level = json!({ "level": "budgetary" });
    let larger = partner.post(&format!("{path}/price"), &level).await.expect(200);
    assert_eq!(larger["quote"]["offer"]["totals"].get("deposit"), None, "it is not covered");
    let compared = partner.get(&format!("{path}/comparison")).await.expect(200);
    assert_eq!(compared["from_totals"]["deposit"], deposit);
    assert_eq!(compared["to_totals"].get("deposit"), None);
}
