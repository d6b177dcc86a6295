//! What is PostgreSQL's own: groups, several nodes, and servers that go away.

mod feed;
mod grouping;
mod nodes;
mod outage;
mod replica;
mod tls;
mod wall;

use super::*;
use crate::engine::tests::{IDS, PUT, SHELF, change, edit, ids, put};
use crate::{Guard, Statement, Value, Why};
use pgtest::{Cluster, until};
use tokio::task::JoinHandle;
use tokio_postgres::NoTls;

/// One lane, so that changes meet in it.
const NARROW: PostgresOptions = PostgresOptions {
    pool: 2,
    statement_cache: true,
    waiting: 64,
    group: 32,
    root_certificate: None,
};

async fn open(url: &str, options: PostgresOptions) -> Arc<Postgres> {
    let db = Postgres::connect(url, options).await.unwrap();
    db.migrate(&SHELF).await.unwrap();
    Arc::new(db)
}

fn send(db: &Arc<Postgres>, change: Change) -> JoinHandle<Result<Written, StoreError>> {
    let db = Arc::clone(db);
    tokio::spawn(async move { db.write(change).await })
}

/// Waits until so many changes are in the queue.
async fn queued(db: &Postgres, count: usize) {
    until("the changes are in the queue", async || db.writer.waiting() >= count).await;
}

/// A connection of the test's own, beside the engine.
async fn beside(url: &str) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// Waits until somebody waits for a lock in this database.
async fn blocked(client: &tokio_postgres::Client) {
    let sql = "select count(*) from pg_stat_activity \
               where datname = current_database() and wait_event_type = 'Lock'";
    until("somebody waits for a lock", async || some(client, sql).await).await;
}

/// Whether there are any, by a statement that counts them.
async fn some(client: &tokio_postgres::Client, count: &str) -> bool {
    client.query_one(count, &[]).await.unwrap().get::<_, i64>(0) > 0
}

/// The lanes, kept from their work: the next change meets a locked table, the others queue up.
struct Held {
    other: tokio_postgres::Client,
    first: JoinHandle<Result<Written, StoreError>>,
}

impl Held {
    async fn new(url: &str, db: &Arc<Postgres>) -> Self {
        let other = beside(url).await;
        other.batch_execute("begin; lock table item in exclusive mode").await.unwrap();
        let first = send(db, change([put("first")]));
        blocked(&other).await;
        Self { other, first }
    }

    async fn release(self) {
        self.other.batch_execute("commit").await.unwrap();
        assert!(self.first.await.unwrap().unwrap().is_done());
    }
}

#[tokio::test]
async fn a_database_that_does_not_compare_by_bytes_is_refused_with_the_remedy() {
    for (arguments, word) in [
        (["--template=template0", "--locale=C.UTF-8"], "C.UTF-8"),
        (["--template=template0", "--encoding=SQL_ASCII"], "SQL_ASCII"),
    ] {
        let url = Cluster::shared().database_with(&arguments);
        let refused = Postgres::connect(&url, PostgresOptions::default()).await.unwrap_err();
        let shown = refused.to_string();
        assert!(shown.contains(word) && shown.contains("create database t"), "{shown}");
    }
}

#[tokio::test]
async fn a_database_that_acknowledges_too_early_is_refused() {
    let url = Cluster::shared().database();
    let early = "do $$ begin execute format('alter database %I set synchronous_commit = off', \
                 current_database()); end $$";
    beside(&url).await.batch_execute(early).await.unwrap();
    let refused = Postgres::connect(&url, PostgresOptions::default()).await.unwrap_err();
    assert!(refused.to_string().contains("synchronous_commit is off"), "{refused}");
}

#[tokio::test]
async fn a_url_that_makes_no_sense_does_not_show_its_password() {
    let url = "postgres://user:hunter2@host:port/name";
    let shown = Postgres::connect(url, PostgresOptions::default()).await.unwrap_err().to_string();
    assert!(shown.contains("the database URL") && !shown.contains("hunter2"), "{shown}");
}

#[tokio::test]
async fn outside_of_a_transaction_nothing_can_be_written() {
    let db = open(&Cluster::shared().database(), NARROW).await;
    let client = db.link.client().await.unwrap();
    let refused = client.batch_execute("insert into item (id, version) values ('a', 1)").await;
    assert_eq!(refused.unwrap_err().code().unwrap().code(), "25006");
}

#[tokio::test]
async fn a_node_that_falls_silent_does_not_keep_its_locks() {
    let db = open(&Cluster::shared().database(), NARROW).await;
    let client = db.link.client().await.unwrap();
    let limit = client.query_one("show idle_in_transaction_session_timeout", &[]).await.unwrap();
    assert_eq!(limit.get::<_, String>(0), "10s");
}

#[tokio::test]
async fn a_column_of_another_type_is_corrupt() {
    let db = open(&Cluster::shared().database(), NARROW).await;
    for sql in ["select 1, 1.5", "select 1, true", "select 1, 'x'::bytea"] {
        let outcome = db.read(vec![Query::new(sql, [])]).await;
        let Err(StoreError::Corrupt { statement, column, .. }) = outcome else {
            panic!("{sql}: {outcome:?}")
        };
        assert_eq!((statement, column), (sql, 1));
    }
    assert!(ids(&*db).await.is_empty(), "the connection is none the worse");
}

#[tokio::test]
async fn a_value_of_the_wrong_type_is_a_fault_and_leaves_nothing() {
    let db = open(&Cluster::shared().database(), NARROW).await;
    let wrong = Statement::new(PUT, [7_i64.into(), Value::Null]);
    let outcome = db.write(change([put("a"), wrong, put("b")])).await;
    let Err(StoreError::Engine { message, .. }) = outcome else { panic!("{outcome:?}") };
    assert!(message.contains("a number where a text belongs"), "{message}");
    assert!(ids(&*db).await.is_empty());
}
