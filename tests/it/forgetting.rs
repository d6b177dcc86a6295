//! What is past its time is forgotten, some at a time and by its own index, and nothing else is.

use crate::receivers::Answer;
use crate::webhooks::{OTHER, URL, endpoint, happen};
use crate::world::World;
use domain::change::Change;
use domain::party::{Environment, Tenant};
use domain::time::Moment;
use futures::future::join_all;
use serde_json::Value;
use store::Answered;

/// The answer of a key that may be forgotten from this millisecond on.
fn kept_until(ms: i64) -> Answered {
    Answered {
        tenant: Tenant::carrier(Environment::Test),
        name: format!("until {ms}"),
        fingerprint: "print".to_owned(),
        status: 201,
        headers: "[]".to_owned(),
        body: "{}".to_owned(),
        forget_at: ms,
    }
}

#[tokio::test]
async fn keys_past_their_time_are_forgotten_some_at_a_time() {
    let world = World::start().await;
    world.is_made_up();
    let store = &world.app.store;
    let keys: Vec<Answered> = (1..=1201).map(kept_until).collect();
    for some in keys.chunks(60) {
        let change = Change::default();
        let keep = some.iter().map(|key| store.commit(Moment::from_ms(0), &change, Some(key)));
        for kept in join_all(keep).await {
            assert_eq!(kept, Ok(store::Committed::Done));
        }
    }
    let others = "select name from idempotency where forget_at > 1201";
    let (others_before, writes) = (world.rows(others).await, world.engine().writes());
    store.sweep(Moment::from_ms(1200)).await.expect("a sweep");
    assert_eq!(world.engine().writes() - writes, 3, "500, 500 and 200");
    let left = world.rows("select name from idempotency where forget_at <= 1201").await;
    let left: Vec<_> = left.iter().map(|row| row.text(0)).collect();
    assert_eq!(left, [Ok("until 1201")]);
    assert_eq!(world.rows(others).await, others_before);
}

#[tokio::test]
async fn finished_deliveries_past_their_time_are_forgotten_and_waiting_ones_are_not() {
    let world = World::start().await;
    let partner = world.partner("apex").await;
    let heard = endpoint(&partner, URL, &["quote.created"]).await;
    let unheard = endpoint(&partner, OTHER, &["quote.created"]).await;
    world.receivers.always(OTHER, Answer::Status(500));
    happen(&partner).await;
    world.send_webhooks().await;
    let then = app::Clock::now(&*world.clock);
    world.clock.advance_ms(1);
    happen(&partner).await;
    world.send_webhooks().await;
    world.app.store.sweep_deliveries(then).await.expect("a sweep");
    let states = async |path: &str| -> Vec<(Value, Value)> {
        let log = partner.get(&format!("{path}/deliveries")).await.expect(200);
        let items = log["items"].as_array().expect("a log").iter();
        items.map(|item| (item["event_id"].clone(), item["state"].clone())).collect()
    };
    let arrived = world.receivers.at(URL);
    let [_, later] = arrived.as_slice() else { panic!("two messages: {arrived:?}") };
    assert_eq!(states(&heard).await, [(later.id.as_str().into(), "delivered".into())]);
    let waiting = states(&unheard).await;
    assert_eq!(waiting.len(), 2, "{waiting:?}");
    assert!(waiting.iter().all(|(_, state)| state == "pending"), "{waiting:?}");
}
