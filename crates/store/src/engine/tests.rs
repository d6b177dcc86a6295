//! The promises of [`Engine`], each kept by every engine.

mod keeping;
mod reading;
mod schema;
mod writing;

use super::*;
use crate::{Guard, Options, Postgres, PostgresOptions, Sqlite, Value};
use pgtest::Cluster;
use std::sync::Arc;
use tempfile::TempDir;

/// The same tests on every engine: a module for each, so that a failure says where.
macro_rules! on_every_engine {
    ($($promise:ident)+) => {
        crate::engine::tests::on_every_engine!(on_sqlite Sqlite; $($promise)+);
        crate::engine::tests::on_every_engine!(on_postgres Postgres; $($promise)+);
        crate::engine::tests::on_every_engine!(on_postgres_pooled PostgresPooled; $($promise)+);
    };
    ($module:ident $kind:ident; $($promise:ident)+) => {
        mod $module {
            use crate::engine::tests::{Kind, Place};
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $promise() {
                    super::$promise(Place::new(Kind::$kind)).await;
                }
            )+
        }
    };
}
pub(crate) use on_every_engine;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Sqlite,
    Postgres,
    /// As behind a pooler that hands sessions round.
    PostgresPooled,
}

/// Where a database is, so that it can be opened twice.
pub(super) struct Place {
    kind: Kind,
    folder: TempDir,
    url: String,
}

impl Place {
    pub(super) fn new(kind: Kind) -> Self {
        let url = if kind == Kind::Sqlite { String::new() } else { Cluster::shared().database() };
        Self { kind, folder: tempfile::tempdir().unwrap(), url }
    }

    pub(super) async fn open(&self) -> Arc<dyn Engine> {
        if self.kind == Kind::Sqlite {
            let path = self.folder.path().join("demarc.db");
            return Arc::new(Sqlite::open(path, Options::default()).unwrap());
        }
        let statement_cache = self.kind == Kind::Postgres;
        let options = PostgresOptions { pool: 4, statement_cache, ..PostgresOptions::default() };
        Arc::new(Postgres::connect(&self.url, options).await.unwrap())
    }
}

pub(super) static SHELF: [Migration; 1] = [Migration {
    number: 1,
    name: "shelf",
    sql: "create table item (id text primary key, version bigint not null, note text unique);
          create table part (
              id text primary key,
              item text references item (id) deferrable initially deferred,
              whole text references item (id));",
    postgres: "",
}];

pub(super) const PUT: &str = "insert into item (id, version, note) values ($1, 1, $2)";
pub(super) const EDIT: &str =
    "update item set version = version + 1 where id = $1 and version = $2";
pub(super) const COUNT: &str = "select count(*) from item";
pub(super) const IDS: &str = "select id from item order by id";

/// An opened database with a shelf.
struct Bench {
    db: Arc<dyn Engine>,
}

impl Bench {
    async fn new(place: &Place) -> Self {
        let db = place.open().await;
        db.migrate(&SHELF).await.unwrap();
        Self { db }
    }

    async fn ids(&self) -> Vec<String> {
        ids(&*self.db).await
    }
}

pub(super) async fn ids(db: &dyn Engine) -> Vec<String> {
    let rows = db.read(vec![Query::new(IDS, [])]).await.unwrap().remove(0);
    rows.iter().map(|row| row.text(0).unwrap().to_owned()).collect()
}

pub(super) fn put(id: &str) -> Statement {
    Statement::one(PUT, [id.into(), Value::Null], Guard::Unique("item"))
}

pub(super) fn edit(id: &str, version: i64) -> Statement {
    Statement::one(EDIT, [id.into(), version.into()], Guard::Version)
}

pub(super) fn change(statements: impl Into<Vec<Statement>>) -> Change {
    Change::new(statements)
}
