//! A database as the harness sees it: named to the servers, and read behind their backs.

use pgtest::Cluster;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::{
    Change, Engine, Guard, Options, Postgres, PostgresOptions, Query, Row, Sqlite, Statement, Store,
};

/// Where a server keeps what it must not lose.
#[derive(Debug, Clone)]
pub(crate) enum Database {
    /// A file in the `demarc-data` below this folder.
    File(PathBuf),
    /// A PostgreSQL database.
    Url(String),
}

impl Database {
    /// A fresh file for a server that works in this folder.
    pub(crate) fn file(folder: &Path) -> Self {
        Self::File(folder.to_owned())
    }

    /// A fresh database of the PostgreSQL that all rows share.
    pub(crate) fn postgres() -> Self {
        Self::Url(Cluster::shared().database())
    }

    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::File(_) => "SQLite",
            Self::Url(_) => "PostgreSQL",
        }
    }

    /// The value of `DEMARC_DATABASE`.
    pub(crate) fn variable(&self) -> &str {
        match self {
            Self::File(_) => "sqlite",
            Self::Url(url) => url,
        }
    }

    /// The file itself.
    pub(crate) fn path(&self) -> Option<PathBuf> {
        match self {
            Self::File(folder) => Some(folder.join("demarc-data").join("demarc.sqlite")),
            Self::Url(_) => None,
        }
    }

    async fn engine(&self) -> Arc<dyn Engine> {
        match (self, self.path()) {
            (_, Some(file)) => {
                Arc::new(Sqlite::open(file, Options::default()).expect("the database file"))
            }
            (Self::Url(url), _) => {
                let options = PostgresOptions { pool: 4, ..PostgresOptions::default() };
                Arc::new(Postgres::connect(url, options).await.expect("the database"))
            }
            (Self::File(_), None) => unreachable!("a file has a path"),
        }
    }

    /// Opens it beside whatever server runs on it.
    pub(crate) async fn open(&self) -> Store {
        Store::open(self.engine().await).await.expect("a sound schema")
    }

    /// Everything that one query finds.
    pub(crate) async fn rows(&self, sql: &'static str) -> Vec<Row> {
        let engine = self.engine().await;
        let mut answers = engine.read(vec![Query::new(sql, [])]).await.expect("rows");
        engine.close().await.expect("it closes");
        answers.remove(0)
    }

    /// Lets the offer of a quote expire, behind the servers' backs. On PostgreSQL.
    pub(crate) async fn expire(&self, quote: &str) {
        let sql = r#"update quote set doc =
            regexp_replace(doc, '"expires_at":[0-9]+', '"expires_at":1') where id = $1"#;
        let engine = self.engine().await;
        let short = quote.get(..15).unwrap_or(quote);
        let statement = Statement::one(sql, [short.into()], Guard::None);
        let written = engine.write(Change::new([statement])).await.expect("a write");
        assert!(written.is_done(), "{quote}: {written:?}");
        engine.close().await.expect("it closes");
    }

    /// The answers that are kept, by their keys.
    pub(crate) async fn answers(&self) -> BTreeMap<String, String> {
        let rows = self.rows("select name, body from idempotency").await;
        let text = |row: &Row, column| row.text(column).expect("a text").to_owned();
        rows.iter().map(|row| (text(row, 0), text(row, 1))).collect()
    }

    /// What does not hold in it, one line each.
    pub(crate) async fn audit(&self) -> Vec<String> {
        let store = self.open().await;
        let audit = store::audit::audit(&store).await.expect("an audit");
        store.close().await.expect("it closes");
        audit.lines()
    }
}
