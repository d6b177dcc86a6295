//! Events that are committed later than others which were written after them.

use super::*;
use crate::{Committed, Store, delivery, event::Stretch};
use domain::{
    change::{Change as Decision, Context},
    event::{EventKind, Happened},
    id::{Id, Ids, Kind},
    order::CustomerGroup,
    party::{Actor, Environment, Scope, Tenant},
    time::Moment,
};

const TEST: Environment = Environment::Test;

fn tenant() -> Tenant {
    Tenant::partner(Id::new(Kind::Partner, 0, 1), TEST)
}

/// Something that happens.
fn happened(number: u32) -> Decision {
    let now = Moment::from_ms(i64::from(number));
    let ids = Ids::new(now.ms(), number);
    let mut ctx = Context { now, ids, actor: Actor::System, request: None, clock: None };
    let group = CustomerGroup {
        id: ctx.ids.next(Kind::CustomerGroup),
        tenant: tenant(),
        version: 0,
        name: format!("group {number}"),
        created_at: now,
    };
    let mut change = Decision::default();
    let _ = change.insert(&mut ctx, group, Happened::new(EventKind::CustomerGroupCreated));
    change
}

async fn feed(store: &Store, after: i64) -> Vec<(i64, Id)> {
    store.place(Moment::from_ms(0)).await.unwrap();
    let stretch = Stretch { after, limit: 100, ..Stretch::default() };
    let found = store.ask(crate::event::feed(Scope::Partner(tenant()), &stretch)).await.unwrap();
    found.iter().map(|placed| (placed.position, placed.event.id)).collect()
}

#[tokio::test]
async fn an_event_that_is_committed_late_comes_behind_what_was_read_already() {
    let url = Cluster::shared().database();
    let engine = Postgres::connect(&url, PostgresOptions::default()).await.unwrap();
    let store = Store::open(Arc::new(engine)).await.unwrap();
    let now = Moment::from_ms(0);

    // Another node writes its event, and does not commit yet.
    let late = happened(1).events.remove(0);
    let other = beside(&url).await;
    other.batch_execute("begin; set local demarc.sight = '*'").await.unwrap();
    let insert = "insert into event (tenant, object, sequence, id, environment, noun, kind, doc) \
        values ($1, $2, 1, $3, 'test', 'customer_group', $4, $5)";
    let doc = serde_json::to_string(&late).unwrap();
    let (of, object, id) = (tenant().to_string(), late.object.short(), late.id.short());
    other.execute(insert, &[&of, &object, &id, &late.kind, &doc]).await.unwrap();

    let early = happened(2);
    assert!(matches!(store.commit(now, &early, None).await, Ok(crate::Committed::Done)));
    let seen = feed(&store, 0).await;
    assert_eq!(seen, [(1, early.events[0].id)], "what is not committed has no place");

    other.batch_execute("commit").await.unwrap();
    assert_eq!(feed(&store, 1).await, [(2, late.id)], "and is not skipped when it has one");
    assert_eq!(feed(&store, 0).await, [(1, early.events[0].id), (2, late.id)]);
}

#[tokio::test]
async fn one_that_places_waits_for_its_turn_and_leaves_no_gap() {
    let url = Cluster::shared().database();
    let engine = Postgres::connect(&url, PostgresOptions::default()).await.unwrap();
    let store = Store::open(Arc::new(engine)).await.unwrap();
    let now = Moment::from_ms(0);
    for number in 1..=40 {
        assert!(matches!(
            store.commit(now, &happened(number), None).await,
            Ok(crate::Committed::Done)
        ));
        if number % 10 == 0 {
            let all = (0..8).map(|_| store.place(now));
            for placed in futures::future::join_all(all).await {
                placed.unwrap();
            }
        }
    }
    let places: Vec<i64> = feed(&store, 0).await.into_iter().map(|(place, _)| place).collect();
    assert_eq!(places, (1..=40).collect::<Vec<_>>());
}

/// An endpoint that hears everything of the tenant, whose turn has been due since the moment 5.
const LISTENS: &str = "insert into subscription (tenant, endpoint, kind) values ($1, $2, '*')";
const DUE_SINCE_5: &str = "insert into sender_turn \
    (tenant, endpoint, due_at, lease_until, owner, epoch, failing_since) \
    values ($1, $2, 5, 0, '', 0, 0)";

#[tokio::test]
async fn a_sender_that_looks_while_an_event_is_placed_does_not_leave_it_waiting_for_ever() {
    let url = Cluster::shared().database();
    let engine = Postgres::connect(&url, PostgresOptions::default()).await.unwrap();
    let store = Store::open(Arc::new(engine)).await.unwrap();
    let endpoint = Id::new(Kind::WebhookEndpoint, 0, 1);
    let sender = Id::new(Kind::Job, 0, 1);
    let other = beside(&url).await;
    let (of, short) = (tenant().to_string(), endpoint.short());
    other.batch_execute("begin; set local demarc.sight = '*'").await.unwrap();
    for insert in [LISTENS, DUE_SINCE_5] {
        other.execute(insert, &[&of, &short]).await.unwrap();
    }
    other.batch_execute("commit").await.unwrap();
    let made = store.commit(Moment::from_ms(0), &happened(1), None).await.unwrap();
    assert_eq!(made, Committed::Done);

    // Another node gives the event its place and plans its delivery, and does not commit yet.
    other.batch_execute("begin; set local demarc.sight = '*'").await.unwrap();
    for statement in crate::feed::place(Moment::from_ms(10)).statements {
        let number = |value: &Value| match value {
            Value::Int(number) => *number,
            other => panic!("{other:?}"),
        };
        let values: Vec<i64> = statement.values.iter().map(number).collect();
        let values: Vec<&(dyn tokio_postgres::types::ToSql + Sync)> =
            values.iter().map(|v| v as _).collect();
        other.query(statement.sql, &values).await.unwrap();
    }
    let now = Moment::from_ms(20);
    for turn in store.take_turns(sender, now, 1_000, 1).await.unwrap() {
        assert!(store.ask(delivery::batch(&turn, now, 10)).await.unwrap().is_empty());
        let next = store.ask(delivery::next_due(&turn)).await.unwrap();
        assert_eq!(store.give_turn_back(&turn, next).await.unwrap(), Committed::Done);
    }
    other.batch_execute("commit").await.unwrap();

    let turns = store.take_turns(sender, now, 1_000, 1).await.unwrap();
    let [turn] = turns.as_slice() else { panic!("its turn is not due: {turns:?}") };
    assert_eq!(store.ask(delivery::batch(turn, now, 10)).await.unwrap().len(), 1);
}

#[tokio::test]
async fn placing_looks_at_what_is_new_however_much_is_there() {
    let url = Cluster::shared().database();
    let engine = Postgres::connect(&url, PostgresOptions::default()).await.unwrap();
    let _store = Store::open(Arc::new(engine)).await.unwrap();
    let all = beside(&Cluster::as_superuser(&url)).await;
    all.batch_execute(
        "insert into event (tenant, object, sequence, id, environment, noun, kind, doc, position) \
         select 't', 'o', n, n::text, 'test', 'quote', 'quote.created', '{}', n \
         from generate_series(1, 40000) n; \
         update feed set position = 40000; \
         insert into subscription (tenant, endpoint, kind) values ('t', 'a', '*'), ('t', 'b', '*'); \
         insert into sender_turn (tenant, endpoint, due_at, lease_until, owner, epoch, failing_since) \
         values ('t', 'a', 0, 0, '', 0, 0), ('t', 'b', 0, 0, '', 0, 0); \
         insert into delivery \
         (tenant, endpoint, event, position, state, due_at, tries, planned_at, doc) \
         select 't', e, n::text, n, 'pending', 0, 0, 0, '{}' \
         from generate_series(1, 40000) n, (values ('a'), ('b')) of (e); \
         analyze",
    )
    .await
    .unwrap();
    let looks = crate::feed::SQL.iter().filter(|sql| sql.contains("delivery"));
    let mut looked = 0;
    for sql in looks {
        let sql = sql.replace("$1", "1").replace("$2", "2");
        let rows = all.query(&format!("explain {sql}"), &[]).await.unwrap();
        let plan: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
        let plan = plan.join("\n");
        for table in ["event", "delivery"] {
            assert!(!plan.contains(&format!("Seq Scan on {table}")), "{sql}\n{plan}");
        }
        assert!(plan.contains("_position"), "{sql}\n{plan}");
        assert!(!plan.contains("delivery_due"), "{sql}\n{plan}");
        looked += 1;
    }
    assert_eq!(looked, 3);

    // And so does who forgets what is done: here nothing is.
    let mut forgets = crate::delivery::SQL.iter().filter(|sql| sql.starts_with("delete"));
    let sql = forgets.next().unwrap().replace("$1", "1").replace("$2", "500");
    let rows = all.query(&format!("explain {sql}"), &[]).await.unwrap();
    let plan: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    let plan = plan.join("\n");
    assert!(!plan.contains("Seq Scan") && plan.contains("delivery_finished"), "{sql}\n{plan}");
}
