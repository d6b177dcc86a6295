//! One time for all nodes: the database's, whatever their machines believe.

use crate::world::World;
use app::{Clock, DatabaseClock, SteadyClock};
use domain::change::{Change, Context};
use domain::id::{Id, Ids, Kind};
use domain::job::Work;
use domain::party::{Actor, Environment, Tenant};
use domain::time::Moment;
use std::sync::Arc;
use store::{Committed, Store};

/// A machine whose clock is ahead by so many milliseconds.
#[derive(Debug)]
struct Skewed(SteadyClock, i64);

impl Clock for Skewed {
    fn now(&self) -> Moment {
        self.0.now().plus_ms(self.1)
    }
}

fn node(skew_ms: i64) -> DatabaseClock {
    DatabaseClock::new(Arc::new(Skewed(SteadyClock::start(), skew_ms)))
}

async fn measured(store: &Store, skew_ms: i64) -> DatabaseClock {
    let clock = node(skew_ms);
    clock.measure(store).await.expect("the database's time");
    clock
}

const FIVE_MINUTES: i64 = 300_000;

#[tokio::test]
async fn nodes_whose_machines_disagree_agree() {
    let world = World::start().await;
    let store = &world.app.store;
    let exact = measured(store, 0).await;
    for skew in [FIVE_MINUTES, -FIVE_MINUTES, 3_600_000, -86_400_000] {
        let other = measured(store, skew).await;
        let apart = exact.now().ms() - other.now().ms();
        assert!(apart.abs() < 100, "{apart} ms apart with a machine {skew} ms ahead");
    }
}

#[tokio::test]
async fn a_node_that_is_five_minutes_ahead_takes_no_lease_that_another_holds() {
    const LEASE_MS: i64 = 60_000;
    let world = World::start().await;
    // Its one job is about nothing.
    world.is_made_up();
    let store = &world.app.store;
    let (right, ahead) = (measured(store, 0).await, measured(store, FIVE_MINUTES).await);
    let now = right.now();
    let mut ctx = Context {
        now,
        ids: Ids::new(now.ms(), 1),
        actor: Actor::System,
        request: None,
        clock: None,
    };
    let mut change = Change::default();
    let quote = Id::new(Kind::Quote, now.ms(), 1);
    let tenant = Tenant::partner(Id::new(Kind::Partner, now.ms(), 1), Environment::Test);
    change.later(&mut ctx, tenant, Work::ValidateAddresses { quote }, now);
    assert_eq!(store.commit(now, &change, None).await, Ok(Committed::Done));

    let [one, two] = [1, 2].map(|owner| Id::new(Kind::Job, 0, owner));
    let claim = async |owner, now| {
        store.claim(owner, now, LEASE_MS, &[("address", 5)], 5).await.expect("a claim").len()
    };
    assert_eq!(claim(one, right.now()).await, 1);
    assert_eq!(claim(two, ahead.now()).await, 0, "the lease runs");
    // By its own machine's clock it would have been over.
    assert_eq!(claim(two, node(FIVE_MINUTES).now()).await, 1);
}
