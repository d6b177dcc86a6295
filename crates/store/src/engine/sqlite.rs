//! The embedded engine: one SQLite file, one writer thread that commits in groups, readers beside
//! it. No SQL of any noun.

pub mod backup;
mod checkpoint;
mod connection;
mod failure;
mod log;
mod reader;
mod run;
mod schema;
#[cfg(test)]
mod tests;
mod writer;

use self::{reader::Readers, writer::Writer};
use crate::engine::stats::Stats;
use crate::{Applied, BadStatement, Change, Engine, Migration, Query, Row, StoreError, Written};
use async_trait::async_trait;
use rusqlite::Connection;
use std::fs::File;
use std::path::{Path, PathBuf};

/// How to open a database file. Nothing of its durability is here: that is not a choice.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Refuse to open a file that another server holds. Short-lived commands leave it off and
    /// work beside a running server.
    pub exclusive_server: bool,
    /// Connections that read.
    pub readers: usize,
    /// How many writes, and how many reads, may wait; beyond it they are `Unavailable` at once.
    pub waiting: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { exclusive_server: false, readers: 4, waiting: 4096 }
    }
}

/// A database in one SQLite file.
///
/// Dropping it without [`close`](Engine::close) also finishes what was accepted, but in the
/// background: nobody hears when.
#[derive(Debug)]
pub struct Sqlite {
    readers: Readers,
    writer: Writer,
}

impl Sqlite {
    /// Opens `path`, creating it if it is not there, and starts its threads. Blocks for the
    /// opening. `AlreadyServed` if [`Options::exclusive_server`] is set and another server runs.
    pub fn open(path: impl AsRef<Path>, options: Options) -> Result<Self, StoreError> {
        let path = path.as_ref();
        let lock = if options.exclusive_server { Some(lock(path)?) } else { None };
        // The writer first: it creates the file and switches it to WAL.
        let (conn, checkpoint) = connection::writer(path)?;
        if lock.is_some() {
            log::renew(&conn, path)?;
        }
        let writer = Writer::start((conn, checkpoint), lock, options.waiting)?;
        let readers = Readers::start(path, options.readers.max(1), options.waiting)?;
        Ok(Self { readers, writer })
    }

    /// What the writer has done so far.
    pub fn stats(&self) -> Stats {
        self.writer.stats()
    }
}

#[async_trait]
impl Engine for Sqlite {
    async fn read(&self, queries: Vec<Query>) -> Result<Vec<Vec<Row>>, StoreError> {
        self.readers.read(queries).await
    }

    async fn write(&self, change: Change) -> Result<Written, StoreError> {
        self.writer.write(change).await
    }

    async fn migrate(&self, migrations: &'static [Migration]) -> Result<Applied, StoreError> {
        self.writer.run(move |conn| schema::migrate(conn, migrations)).await
    }

    async fn close(&self) -> Result<(), StoreError> {
        // Readers first: the last connection that closes empties the log into the file.
        self.readers.close().await;
        self.writer.close().await
    }

    async fn prepare_all(&self, sql: &[&'static str]) -> Result<(), StoreError> {
        let statements = sql.to_vec();
        self.writer.run(move |conn| prepare_all(conn, &statements)).await
    }
}

fn prepare_all(conn: &Connection, statements: &[&'static str]) -> Result<(), StoreError> {
    let fault = |&sql: &&'static str| match conn.prepare(sql) {
        Ok(statement) => Some(BadStatement { sql, problem: run::misplaced(&statement)? }),
        Err(error) => Some(BadStatement { sql, problem: error.to_string() }),
    };
    let faults: Vec<BadStatement> = statements.iter().filter_map(fault).collect();
    if faults.is_empty() { Ok(()) } else { Err(StoreError::BadStatements(faults)) }
}

/// Takes the server's lock, held until the file is dropped or the process dies. It lies beside
/// the database, because closing any handle of the database itself would drop SQLite's own locks.
fn lock(path: &Path) -> Result<File, StoreError> {
    // One lock for one file, by whatever link it is reached.
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let beside = beside(&path, ".lock");
    let failed =
        |error: std::io::Error| StoreError::Unavailable(format!("{}: {error}", beside.display()));
    let file =
        File::options().create(true).truncate(false).write(true).open(&beside).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => {
            Err(StoreError::AlreadyServed { path: path.display().to_string() })
        }
        Err(std::fs::TryLockError::Error(error)) => Err(failed(error)),
    }
}

/// The file of that name and ending.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut beside = path.as_os_str().to_owned();
    beside.push(ending);
    beside.into()
}
