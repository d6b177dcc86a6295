//! Several nodes on one database: each handle here is a node.

use super::*;
use std::collections::BTreeSet;

const JOB: &str = "insert into job (id, tenant, state, due_at, lease_until, owner, epoch, tries, \
     connector, doc) values ($1, 't', 'ready', 5, 0, '', 0, 0, 'credit', $1)";

async fn with_jobs(url: &str, jobs: usize) -> Arc<Postgres> {
    let db = Postgres::connect(url, PostgresOptions { pool: 4, ..PostgresOptions::default() });
    let db = Arc::new(db.await.unwrap());
    db.migrate(crate::MIGRATIONS).await.unwrap();
    let job = |n| Statement::one(JOB, [format!("{n:04}").into()], Guard::None);
    let all: Vec<_> = (0..jobs).map(job).collect();
    assert!(db.write(change(all)).await.unwrap().is_done());
    db
}

async fn claim(db: &Postgres, owner: &str, limit: i64) -> Vec<String> {
    let values =
        [owner.into(), 100_i64.into(), "credit".into(), 10_i64.into(), 10_i64.into(), limit.into()];
    let claim = Statement::new(crate::job::claim_sql(true), values);
    let Written::Done(mut rows) = db.write(change([claim])).await.unwrap() else {
        panic!("a claim is never refused")
    };
    rows.remove(0).iter().map(|row| row.text(0).unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_that_claim_at_once_never_get_the_same_job() {
    let url = Cluster::shared().database();
    let one = with_jobs(&url, 200).await;
    let two = Arc::new(Postgres::connect(&url, PostgresOptions::default()).await.unwrap());
    let workers: Vec<_> = (0..8)
        .map(|worker| {
            let db = Arc::clone(if worker % 2 == 0 { &one } else { &two });
            tokio::spawn(async move {
                let mut got = Vec::new();
                loop {
                    let more = claim(&db, &worker.to_string(), 7).await;
                    if more.is_empty() {
                        return got;
                    }
                    got.extend(more);
                }
            })
        })
        .collect();
    let mut all = Vec::new();
    for worker in workers {
        all.extend(worker.await.unwrap());
    }
    assert_eq!(all.len(), 200);
    assert_eq!(all.into_iter().collect::<BTreeSet<_>>().len(), 200);
    // Each was claimed once, and each claim counted a try.
    let claimed = "select count(*), min(epoch + tries), max(epoch + tries) from job \
         where owner <> ''";
    let row = one.read(vec![Query::new(claimed, [])]).await.unwrap().remove(0).remove(0);
    assert_eq!((row.int(0), row.int(1), row.int(2)), (Ok(200), Ok(2), Ok(2)));
}

#[tokio::test]
async fn a_claim_passes_over_what_another_node_is_claiming() {
    let url = Cluster::shared().database();
    let db = with_jobs(&url, 3).await;
    let other = beside(&url).await;
    other
        .batch_execute(
            "begin; set local demarc.sight = '*'; select 1 from job where id = '0000' for update",
        )
        .await
        .unwrap();
    // It would wait for ever if it waited.
    let others = claim(&db, "me", 2);
    let others = tokio::time::timeout(std::time::Duration::from_secs(10), others).await;
    assert_eq!(others.expect("no waiting"), ["0001", "0002"]);
    other.batch_execute("rollback").await.unwrap();
    assert_eq!(claim(&db, "me", 2).await, ["0000"]);
}

#[tokio::test]
async fn a_deadlock_is_tried_again_and_nobody_hears_of_it() {
    let url = Cluster::shared().database();
    let db = open(&url, NARROW).await;
    assert!(db.write(change([put("a"), put("b")])).await.unwrap().is_done());
    let other = beside(&Cluster::as_superuser(&url)).await;
    // The engine's transaction is the one that notices and is rolled back.
    other.batch_execute("set deadlock_timeout = '1h'; begin").await.unwrap();
    other.batch_execute("update item set note = 'x' where id = 'b'").await.unwrap();
    let ours = send(&db, change([edit("a", 1), edit("b", 1)]));
    blocked(&other).await;
    other.batch_execute("update item set note = 'y' where id = 'a'").await.unwrap();
    other.batch_execute("commit").await.unwrap();
    assert!(ours.await.unwrap().unwrap().is_done());
    let deadlocks = "select count(*) from item where version = 2";
    let row = db.read(vec![Query::new(deadlocks, [])]).await.unwrap().remove(0).remove(0);
    assert_eq!(row.int(0), Ok(2));
}

#[tokio::test]
async fn every_statement_of_every_noun_prepares() {
    let url = Cluster::shared().database();
    let engine = Postgres::connect(&url, PostgresOptions::default()).await.unwrap();
    let store = crate::Store::open(Arc::new(engine)).await.unwrap();
    assert_eq!(store.prepare_all().await, Ok(()));
}
