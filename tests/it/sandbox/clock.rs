//! A partner's own time: it stands, it goes forward, and what it brings is done when it says so.

use super::*;
use crate::world::DAY_MS;
use app::Clock as _;
use domain::time::Moment;
use std::time::{Duration, Instant};

fn moment(value: &Value) -> Moment {
    Moment::parse(id(value)).expect("a moment")
}

/// The codes of what is missing before a stage.
async fn codes(partner: &Client, quote: &str, stage: &str) -> Vec<String> {
    let missing = missing(partner, quote, stage).await;
    missing.as_array().expect("faults").iter().map(|f| id(&f["code"]).to_owned()).collect()
}

#[tokio::test]
async fn time_stands_until_it_is_advanced_and_never_goes_back() {
    let world = World::start().await;
    let partner = world.partner("apex").await;
    let before = partner.get(CLOCK).await.expect(200);
    assert_eq!((&before["state"], &before["version"]), (&json!("released"), &json!(0)));
    let frozen = freeze(&partner).await;
    assert_eq!((&frozen["state"], &frozen["now"]), (&json!("ready"), &before["now"]));
    world.clock.advance_ms(DAY_MS);
    assert_eq!(freeze(&partner).await, frozen, "it stands");
    let opened = partner.post("/v1/opportunities", &json!({ "name": "Then" })).await.expect(201);
    assert_eq!(opened["opportunity"]["created_at"], frozen["now"]);

    let path = "/v1/test-clock/advance";
    let start = moment(&frozen["now"]);
    for (body, pointer, code) in [
        (json!({ "to": start.plus_ms(-1).to_string() }), "/to", "out_of_range"),
        (json!({ "to": start.plus_months(18).plus_ms(1).to_string() }), "/to", "out_of_range"),
        (json!({ "by": "-1 day" }), "/by", "out_of_range"),
        (json!({ "by": "19 months" }), "/by", "out_of_range"),
        (json!({ "by": "soon" }), "/by", "bad_format"),
        (json!({ "to": "soon" }), "/to", "bad_format"),
        (json!({}), "/to", "missing"),
        (json!({ "to": "2027-01-01T00:00:00Z", "by": "1 day" }), "/to", "duplicate"),
    ] {
        let refused = partner.post(path, &body).await.refused(422, "invalid_body");
        let fault = &refused["errors"][0];
        assert_eq!((&fault["pointer"], &fault["code"]), (&json!(pointer), &json!(code)), "{body}");
    }
    let there = advance(&world, &partner, "18 months").await;
    assert_eq!(moment(&there["now"]), start.plus_months(18));
    let refused = partner.send("DELETE", CLOCK, &[], Some("{}".to_owned())).await;
    refused.refused(409, "state_conflict");
    world.clock.advance_ms(600 * DAY_MS);
    let released = partner.send("DELETE", CLOCK, &[], Some("{}".to_owned())).await.expect(200);
    assert_eq!(released["state"], "released");
    let opened = partner.post("/v1/opportunities", &json!({ "name": "Now" })).await.expect(201);
    assert_eq!(opened["opportunity"]["created_at"], world.clock.now().to_string());
    let again = freeze(&partner).await;
    assert_eq!((&again["state"], &again["version"]), (&json!("ready"), &json!(5)));
}

#[tokio::test]
async fn offers_approvals_and_envelopes_end_by_the_partners_clock_alone() {
    let world = World::start().await;
    let (partner, other) = (world.partner("apex").await, world.partner("apex").await);
    freeze(&partner).await;
    let mut quotes = Vec::new();
    for partner in [&partner, &other] {
        let quote = priced(&world, partner, &["Dallas"]).await;
        approved(&world, partner, &quote).await;
        let contract = sent(&world, partner, &quote, "dana@example.com").await;
        assert_eq!(contract["state"], "sent");
        quotes.push((quote, format!("/v1/contracts/{}", id(&contract["id"]))));
    }
    let (quote, contract) = &quotes[0];
    let of_quote = format!("/v1/quotes/{quote}");
    // The envelope is for 30 days, the offer for 60, the approval for 90.
    for (by, envelope, offer, credit) in [
        ("29 days 23h 59m", "sent", "priced", "approved"),
        ("1 minute", "expired", "priced", "approved"),
        ("29 days 23h 59m", "expired", "priced", "approved"),
        ("1 minute", "expired", "expired", "approved"),
        ("29 days 23h 59m", "expired", "expired", "approved"),
        ("1 minute", "expired", "expired", "expired"),
    ] {
        advance(&world, &partner, by).await;
        assert_eq!(partner.get(contract).await.expect(200)["state"], envelope, "{by}");
        assert_eq!(partner.get(&of_quote).await.expect(200)["state"], offer, "{by}");
        let checks = partner.get(&format!("{of_quote}/credit-checks")).await.expect(200);
        assert_eq!(checks["items"][0]["state"], credit, "{by}");
    }
    assert_eq!(codes(&partner, quote, "contract").await, ["price_expired", "credit_expired"]);
    let made = partner.get(contract).await.expect(200);
    let sign = json!({ "signer": made["signer"], "document_sha256": made["document_sha256"] });
    let late = partner.post(&format!("{contract}/sign"), &sign).await;
    late.refused(409, "premature_step");
    partner.post(&format!("{of_quote}/price"), &json!({})).await.expect(200);
    assert_eq!(codes(&partner, quote, "contract").await, ["credit_expired"]);

    // For another partner no time has passed: the same envelope is signed.
    let (_, contract) = &quotes[1];
    let made = other.get(contract).await.expect(200);
    let sign = json!({ "signer": made["signer"], "document_sha256": made["document_sha256"] });
    other.post(&format!("{contract}/sign"), &sign).await.expect(200);
}

#[tokio::test]
async fn what_operations_decide_is_decided_in_the_partners_time() {
    let world = World::start().await;
    let partner = world.partner("alliance").await;
    let me = partner.get("/v1/me").await.expect(200);
    let path = format!("/v1/operations/partners/{}/test-clock", id(&me["partner"]["id"]));
    let body = || Some("{}".to_owned());
    world.operations.send("PUT", &path, &[], body()).await.expect(200);
    let by = json!({ "by": "P1Y" });
    world.operations.post(&format!("{path}/advance"), &by).await.expect(202);
    assert_eq!(world.operations.get(&path).await.expect(200)["state"], "advancing");
    world.run_jobs().await;
    let clock = world.operations.get(&format!("{path}?wait=1")).await.expect(200);
    assert_eq!(clock["state"], "ready");
    let theirs = customer(&world, "Lone Star Dental Group, LLC", "carrier_only").await;
    let plea = json!({ "customer_id": theirs, "reason": "They asked us to move them." });
    let filed = partner.post("/v1/exception-requests", &plea).await.expect(201);
    let approve = format!("/v1/operations/exception-requests/{}/approve", id(&filed["id"]));
    let decided = world.operations.post(&approve, &json!({ "valid_days": 30 })).await.expect(200);
    let until = moment(&clock["now"]).plus_days(30).to_string();
    assert_eq!(
        (&decided["state"], &decided["decision"]["valid_until"]),
        (&json!("approved"), &json!(until))
    );
    let at = format!("/v1/exception-requests/{}", id(&filed["id"]));
    advance(&world, &partner, "29 days").await;
    assert_eq!(partner.get(&at).await.expect(200)["state"], "approved");
    advance(&world, &partner, "1 day").await;
    assert_eq!(partner.get(&at).await.expect(200)["state"], "expired");
    let refused = world.operations.send("DELETE", &path, &[], body()).await;
    refused.refused(409, "state_conflict");
}

#[tokio::test]
async fn a_try_that_failed_waits_for_the_partners_clock() {
    let world = World::start().await;
    let (partner, other) = (world.partner("apex").await, world.partner("apex").await);
    freeze(&partner).await;
    let mut checks = Vec::new();
    for partner in [&partner, &other] {
        let quote = priced(&world, partner, &["Dallas"]).await;
        let asked = json!({ "application": application("Sandbox Bureau Down Twice") });
        let path = format!("/v1/quotes/{quote}/credit-checks");
        let check = partner.post(&path, &asked).await.expect(202);
        checks.push(format!("/v1/credit-checks/{}", id(&check["id"])));
    }
    world.run_jobs().await;
    world.clock.advance_ms(60_000);
    world.run_jobs().await;
    world.clock.advance_ms(60_000);
    world.run_jobs().await;
    assert_eq!(other.get(&checks[1]).await.expect(200)["state"], "approved");
    let state = async || partner.get(&checks[0]).await.expect(200)["state"].clone();
    assert_eq!(state().await, "requested", "its time stands");
    advance(&world, &partner, "999ms").await;
    assert_eq!(state().await, "requested");
    advance(&world, &partner, "1ms").await;
    assert_eq!(state().await, "requested", "the second try has failed");
    advance(&world, &partner, "4999ms").await;
    assert_eq!(state().await, "requested");
    advance(&world, &partner, "1ms").await;
    assert_eq!(state().await, "approved", "5 seconds after the second try");
    assert_eq!(world.jobs_left().await, 0);
}

/// What happened to a sub-order: kind and moment.
async fn history(partner: &Client, sub: &Value) -> Vec<(String, String)> {
    let path = format!("/v1/history/{}", id(&sub["id"]));
    let items = partner.get(&path).await.expect(200)["items"].clone();
    let told = |e: &Value| (id(&e["kind"]).to_owned(), id(&e["at"]).to_owned());
    items.as_array().expect("events").iter().map(told).collect()
}

#[tokio::test]
async fn eighteen_months_deliver_an_order_each_milestone_at_its_own_moment_in_two_seconds() {
    let world = World::start().await;
    let partner = world.partner("apex").await;
    let frozen = freeze(&partner).await;
    let order = handed_off(&world, &partner, &["Dallas"]).await;
    let begun = Instant::now();
    let there = advance(&world, &partner, "18 months").await;
    let took = begun.elapsed();
    assert!(took < Duration::from_secs(2), "{took:?}");
    let sub = sub_order(&partner, &order, "Dallas").await;
    assert_eq!(sub["state"], "completed");
    assert_eq!(world.jobs_left().await, 0);
    // A working day is a second here: each is reached so many seconds after the handoff.
    let handed_off = moment(&frozen["now"]);
    for milestone in sub["milestones"].as_array().expect("milestones") {
        let reached = moment(&milestone["reached_at"]);
        assert!(reached >= handed_off && reached < moment(&there["now"]), "{milestone:#}");
        assert_eq!((reached.ms() - handed_off.ms()) % 1000, 0, "{milestone:#}");
    }
    let told = history(&partner, &sub).await;
    assert!(told.windows(2).all(|pair| pair[0].1 <= pair[1].1), "{told:?}");
    assert!(told.iter().map(|(_, at)| at).collect::<std::collections::BTreeSet<_>>().len() > 2);
}

#[tokio::test]
async fn an_advance_that_is_killed_anywhere_goes_on_and_ends_the_same() {
    let world = World::start().await;
    let partner = world.partner("apex").await;
    freeze(&partner).await;
    let order = handed_off(&world, &partner, &["Dallas"]).await;
    partner.post("/v1/test-clock/advance", &json!({ "by": "18 months" })).await.expect(202);
    let whole = world.fork().await;
    let before = whole.engine().writes();
    whole.run_jobs().await;
    let seller = whole.client(partner.secret());
    let sub = sub_order(&seller, &order, "Dallas").await;
    let expected = (history(&seller, &sub).await, seller.get(CLOCK).await.expect(200));
    assert_eq!(expected.1["state"], "ready");
    let writes = whole.engine().writes() - before;
    assert!(writes > 10, "{writes}");
    for after in (1..writes).step_by(4) {
        let killed = world.fork().await;
        killed.engine().away_after(after);
        // Whether it says so or gives up until its lease is over: it is not there.
        let _ = killed.try_jobs().await;
        let seller = killed.client(partner.secret());
        let state = seller.get(CLOCK).await.expect(200)["state"].clone();
        assert_eq!(state, "advancing", "after {after} of {writes} writes");
        let again = killed.restart().await;
        // What it had claimed is free when its lease is over.
        again.clock.advance_ms(60_000);
        again.run_jobs().await;
        let seller = again.client(partner.secret());
        let ended = (history(&seller, &sub).await, seller.get(CLOCK).await.expect(200));
        assert_eq!(ended.0, expected.0, "after {after} of {writes} writes");
        assert_eq!(ended.1["now"], expected.1["now"]);
        assert_eq!(ended.1["state"], "ready");
        assert_eq!(again.jobs_left().await, 0);
    }
}
