//! Opening connections, all set up alike. Not one of these settings is a choice of the operator.

use super::checkpoint::Checkpoint;
use super::failure::Failed;
use crate::StoreError;
use faults::Bug;
use rusqlite::{Connection, MAIN_DB, OpenFlags, ffi};
use std::{path::Path, time::Duration};

/// How long one process waits for another that writes.
const BUSY: Duration = Duration::from_secs(5);
/// Prepared statements kept per connection: more than all the nouns have.
const STATEMENTS: usize = 512;
/// Pages that a connection keeps, in KiB (the sign says so). It grows only as far as it is used.
const CACHE: i32 = -16_384;
/// The log is cut back to this many bytes once a long reader has let it grow.
const LOG_BYTES: u32 = 64 << 20;

/// The connection that writes. Creates the file.
///
/// `synchronous` is FULL: in WAL mode NORMAL does not sync the log at commit, so a power cut may
/// take back what a partner was told is done. The group commit pays for it once per group.
pub(super) fn writer(path: &Path) -> Result<(Connection, Checkpoint), StoreError> {
    let set_up = || {
        let mut conn = open(path, OpenFlags::SQLITE_OPEN_CREATE)?;
        let mode: String =
            conn.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
        let level = if faults::planted(Bug::SyncNormal) { "NORMAL" } else { "FULL" };
        conn.pragma_update(None, "synchronous", level)?;
        conn.pragma_update(None, "foreign_keys", true)?;
        conn.pragma_update(None, "journal_size_limit", LOG_BYTES)?;
        let checkpoint = Checkpoint::of(&mut conn)?;
        Ok(((conn, checkpoint), mode))
    };
    let (conn, mode) = set_up().map_err(|error| opening(path, error))?;
    if mode.eq_ignore_ascii_case("wal") {
        Ok(conn)
    } else {
        let message = format!("this place allows no write-ahead log (journal mode {mode})");
        Err(StoreError::Engine { statement: format!("open {}", path.display()), message })
    }
}

/// A connection that only reads. It may write by its flags (a log must be recoverable by whoever
/// opens it), but `query_only` forbids it every statement that would.
pub(super) fn reader(path: &Path) -> Result<Connection, StoreError> {
    let set_up = || {
        let conn = open(path, OpenFlags::empty())?;
        conn.pragma_update(None, "query_only", true)?;
        Ok(conn)
    };
    set_up().map_err(|error| opening(path, error))
}

fn open(path: &Path, more: OpenFlags) -> rusqlite::Result<Connection> {
    // NO_MUTEX: a connection lives on one thread.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | more;
    let conn = Connection::open_with_flags(path, flags)?;
    // What SQLite cannot open for writing it opens for reading, and says so nowhere: a server on it
    // would refuse every write until it is started again.
    if conn.is_readonly(MAIN_DB)? {
        let code = ffi::Error::new(ffi::SQLITE_CANTOPEN);
        let why = "it could be opened for reading only".to_owned();
        return Err(rusqlite::Error::SqliteFailure(code, Some(why)));
    }
    conn.busy_timeout(BUSY)?;
    conn.pragma_update(None, "cache_size", CACHE)?;
    conn.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(conn)
}

fn opening(path: &Path, error: rusqlite::Error) -> StoreError {
    Failed::new(&format!("open {}", path.display()), error).error
}
