//! What follows a failed attempt: the schedule on a clock that is moved, and when it is given up.

use super::{OTHER, URL, endpoint, happen, kinds};
use crate::receivers::Answer;
use crate::story::steps::id;
use crate::world::{DAY_MS, World};
use domain::delivery::SCHEDULE_MS;
use serde_json::Value;

/// A delivery as its log shows it.
async fn delivery(owner: &crate::client::Client, path: &str, event: &str) -> Value {
    owner.get(&format!("{path}/deliveries/{event}")).await.expect(200)
}

#[tokio::test]
async fn a_failed_message_is_tried_ten_times_by_the_published_schedule_with_the_same_bytes() {
    let world = World::start().await;
    let partner = world.partner("apex").await;
    let path = endpoint(&partner, URL, &["quote.created"]).await;
    world.receivers.always(URL, Answer::Status(500));
    happen(&partner).await;
    world.send_webhooks().await;
    for (tries, pause) in (1..).zip(&SCHEDULE_MS[1..]) {
        assert_eq!(world.receivers.at(URL).len(), tries);
        // Not before four fifths of the pause, and not after six.
        world.clock.advance_ms(pause * 4 / 5 - 1);
        world.send_webhooks().await;
        assert_eq!(world.receivers.at(URL).len(), tries, "attempt {} came early", tries + 1);
        world.clock.advance_ms(pause * 2 / 5 + 2);
        world.send_webhooks().await;
        assert_eq!(world.receivers.at(URL).len(), tries + 1, "attempt {} is late", tries + 1);
    }
    let arrived = world.receivers.at(URL);
    let (first, rest) = arrived.split_first().expect("attempts");
    for again in rest {
        assert_eq!((&again.id, &again.body), (&first.id, &first.body));
        assert!(again.timestamp > first.timestamp, "each attempt is signed anew");
        assert_ne!(again.signature, first.signature);
    }
    world.clock.advance_ms(3 * DAY_MS);
    world.send_webhooks().await;
    assert_eq!(world.receivers.at(URL).len(), SCHEDULE_MS.len(), "then it is given up");
    let kept = delivery(&partner, &path, &first.id).await;
    assert_eq!(kept["state"], "failed");
    assert_eq!(kept["next_attempt_at"], Value::Null);
    let attempts = kept["attempts"].as_array().expect("attempts");
    assert_eq!(attempts.len(), SCHEDULE_MS.len());
    assert!(attempts.iter().all(|a| a["status"] == 500 && a["outcome"] == "status"), "{kept:#}");
    let failed = partner.get(&format!("{path}/deliveries?state=failed")).await.expect(200);
    assert_eq!(failed["items"].as_array().expect("items").len(), 1);
    world.told_as_published().await;
}

#[tokio::test]
async fn what_is_taken_at_last_is_not_tried_again() {
    let world = World::start().await;
    let partner = world.partner("apex").await;
    let path = endpoint(&partner, URL, &["quote.created"]).await;
    let failures = [Answer::Hangs, Answer::Status(302), Answer::Status(503)];
    world.receivers.tell(URL, failures);
    happen(&partner).await;
    for _ in 0..8 {
        world.send_webhooks().await;
        world.clock.advance_ms(DAY_MS);
    }
    let arrived = world.receivers.at(URL);
    assert_eq!(arrived.len(), 4);
    let kept = delivery(&partner, &path, &arrived[0].id).await;
    assert_eq!(kept["state"], "delivered");
    let said: Vec<&Value> =
        kept["attempts"].as_array().expect("attempts").iter().map(|a| &a["outcome"]).collect();
    assert_eq!(said, ["timeout", "redirect", "throttled", "delivered"]);
    world.told_as_published().await;
}

#[tokio::test]
async fn a_receiver_that_asks_for_more_time_gets_it() {
    let world = World::start().await;
    let partner = world.partner("apex").await;
    endpoint(&partner, URL, &["quote.created"]).await;
    world.receivers.tell(URL, [Answer::Later(3600)]);
    happen(&partner).await;
    world.send_webhooks().await;
    world.clock.advance_ms(3600 * 1000 - 1);
    world.send_webhooks().await;
    assert_eq!(world.receivers.at(URL).len(), 1);
    world.clock.advance_ms(1);
    world.send_webhooks().await;
    assert_eq!(world.receivers.at(URL).len(), 2);
    world.told_as_published().await;
}

#[tokio::test]
async fn a_receiver_that_is_gone_is_switched_off_with_notice() {
    let world = World::start().await;
    let partner = world.partner("apex").await;
    let path = endpoint(&partner, URL, &["quote.created"]).await;
    endpoint(&partner, OTHER, &["webhook_endpoint.disabled"]).await;
    world.receivers.tell(URL, [Answer::Status(410)]);
    happen(&partner).await;
    world.send_webhooks().await;
    let found = partner.get(&path).await.expect(200);
    assert_eq!(found["state"], "disabled");
    assert_eq!(found["disabled_because"], "gone");
    assert_eq!(kinds(&world.receivers.at(OTHER)), ["webhook_endpoint.disabled"]);
    happen(&partner).await;
    world.clock.advance_ms(DAY_MS);
    world.send_webhooks().await;
    assert_eq!(world.receivers.at(URL).len(), 1, "nothing more is sent to it");
    world.told_as_published().await;
}

#[tokio::test]
async fn five_days_of_failures_only_switch_an_endpoint_off_and_one_success_does_not() {
    for recovers in [false, true] {
        let world = World::start().await;
        let partner = world.partner("apex").await;
        let path = endpoint(&partner, URL, &["quote.created"]).await;
        endpoint(&partner, OTHER, &["webhook_endpoint.disabled"]).await;
        world.receivers.always(URL, Answer::Status(500));
        for half_day in 0..=10 {
            let found = partner.get(&path).await.expect(200);
            assert_eq!(found["state"], "active", "after {half_day} half days");
            if recovers && half_day == 6 {
                world.receivers.tell(URL, [Answer::Status(200)]);
            }
            happen(&partner).await;
            world.send_webhooks().await;
            world.clock.advance_ms(DAY_MS / 2);
        }
        let found = partner.get(&path).await.expect(200);
        let notices = world.receivers.at(OTHER).len();
        if recovers {
            assert_eq!((found["state"].as_str(), notices), (Some("active"), 0));
        } else {
            assert_eq!(found["disabled_because"], "failing");
            assert_eq!(notices, 1);
            let history = format!("/v1/history/{}", id(&found["id"]));
            let history = partner.get(&history).await.expect(200);
            let last = history["items"].as_array().expect("items").last().expect("one").clone();
            assert_eq!(last["kind"], "webhook_endpoint.disabled");
            assert_eq!(last["actor"], "system");
        }
    }
}

#[tokio::test]
async fn a_sender_that_comes_back_late_settles_nothing() {
    let world = World::start().await;
    let partner = world.partner("apex").await;
    let path = endpoint(&partner, URL, &["quote.created"]).await;
    happen(&partner).await;
    let store = &world.app.store;
    store.place(app::Clock::now(&*world.clock)).await.expect("placed");
    let owner = path.rsplit('/').next().expect("an id").parse().expect("an id");
    let now = app::Clock::now(&*world.clock);
    let [late] = store.take_turns(owner, now, 60_000, 10).await.expect("turns")[..] else {
        panic!("one turn")
    };
    assert_eq!(world.send_webhooks().await, 0, "its turn is taken");
    world.clock.advance_ms(60_000);
    assert_eq!(world.send_webhooks().await, 1, "the lease ran out");
    assert_eq!(world.receivers.at(URL).len(), 1);
    let now = app::Clock::now(&*world.clock);
    let settled = store.settle_deliveries(&late, now, &[]).await.expect("an answer");
    assert_eq!(settled, store::Committed::LeaseLost);
    let back = store.give_turn_back(&late, None).await.expect("an answer");
    assert_eq!(back, store::Committed::Stale);
    let kept = partner.get(&format!("{path}/deliveries")).await.expect(200);
    assert_eq!(kept["items"][0]["state"], "delivered");
    assert_eq!(kept["items"][0]["attempts"].as_array().expect("attempts").len(), 1);
    world.told_as_published().await;
}
