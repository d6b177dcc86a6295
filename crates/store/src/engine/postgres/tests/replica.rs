//! A server that waits for a second one before it calls a commit done.

use super::*;
use crate::{Committed, Store, put::Answered};
use domain::{
    change::{Mode, Put},
    id::{Id, Kind},
    party::{Environment, Partner, Tenant},
    time::Moment,
};

#[tokio::test]
async fn an_answer_that_may_still_vanish_is_not_given_again() {
    let cluster = Cluster::start();
    let url = cluster.database();
    let engine = Arc::new(Postgres::connect(&url, NARROW).await.unwrap());
    let store = Store::open(engine).await.unwrap();
    let other = beside(&Cluster::as_superuser(&url)).await;
    let set = |to: &str| {
        let set = format!("alter system set synchronous_standby_names = '{to}'");
        let other = &other;
        async move {
            // Its own commit must not wait for the second server.
            other.batch_execute("set synchronous_commit = local").await.unwrap();
            other.batch_execute(&set).await.unwrap();
            other.batch_execute("select pg_reload_conf()").await.unwrap();
        }
    };
    set("nobody").await;
    // Others hear of it when their time comes: until somebody waits, nobody need.
    let first = beside(&Cluster::as_superuser(&url)).await;
    let commits = "select pg_logical_emit_message(true, 'demarc', 'from the test')";
    let commits = tokio::spawn(async move { while first.query_one(commits, &[]).await.is_ok() {} });
    let end = "select count(pg_terminate_backend(pid)) from pg_stat_activity \
               where wait_event = 'SyncRep'";
    until("a commit waits for the second server", async || some(&other, end).await).await;
    commits.await.unwrap();
    let tenant = Tenant { partner: None, environment: Environment::Test };
    let now = Moment::from_ms(1);
    let answered = Answered {
        tenant,
        name: "key".into(),
        fingerprint: "print".into(),
        status: 201,
        headers: "[]".into(),
        body: "{}".into(),
        forget_at: 1_000,
    };
    let asked = {
        let store = store.clone();
        let nothing = domain::change::Change::default();
        tokio::spawn(async move { store.commit(now, &nothing, Some(&answered)).await })
    };
    until("the answer waits for it too", async || some(&other, end).await).await;
    let told = asked.await.unwrap();
    let Err(StoreError::Unavailable(message)) = told else { panic!("{told:?}") };
    assert!(message.contains("not known"), "{message}");

    // It shows, and the second server has it not.
    let seen = store.ask(crate::idempotency::find(tenant, "key", now)).await.unwrap();
    assert_eq!(seen.unwrap().body, "{}");
    let told = store.answered(tenant, "key", now).await;
    assert!(matches!(told, Err(StoreError::Unavailable(_))), "{told:?}");
    set("").await;
    let told = store.answered(tenant, "key", now).await.unwrap();
    assert_eq!(told.unwrap().status, 201);
}

#[tokio::test]
async fn what_was_done_before_is_told_again_only_while_it_is_there() {
    let url = Cluster::shared().database();
    let engine = Arc::new(Postgres::connect(&url, NARROW).await.unwrap());
    let store = Store::open(engine).await.unwrap();
    let (now, tenant) = (Moment::from_ms(1), Tenant::carrier(Environment::Test));
    let partner = Partner {
        id: Id::new(Kind::Partner, 0, 1),
        tenant,
        version: 1,
        name: "Sample Networks".into(),
        programme: "alliance".into(),
        tier: "standard".into(),
        distributor: None,
        sp_id: None,
        created_at: now,
        legal: None,
    };
    let again = domain::change::Change::resting_on(&partner);
    // It was seen, and vanished with the first server.
    assert_eq!(store.confirm(now, &again).await.unwrap(), Committed::Stale);
    let put = Put { record: partner.clone().into(), mode: Mode::Insert };
    let made = domain::change::Change { puts: vec![put], ..Default::default() };
    assert_eq!(store.commit(now, &made, None).await.unwrap(), Committed::Done);
    for _ in 0..2 {
        assert_eq!(store.confirm(now, &again).await.unwrap(), Committed::Done);
    }
    let read = store.ask(crate::partner::by_id(Environment::Test, partner.id)).await.unwrap();
    assert_eq!(read, Some(partner), "it is as it was");
}
