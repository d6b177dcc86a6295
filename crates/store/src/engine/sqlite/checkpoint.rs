//! Copying the log into the file, so that the log begins anew. SQLite would do it by itself after a
//! commit, but tell nobody when it fails.

use super::failure::{self, Failed};
use crate::StoreError;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, Error};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// Pages (of 4 KiB) in the log before they are copied into the file: a page that is written often
/// is copied once. SQLite's own 1,000 copy nearly every page nearly every time. More would only
/// make opening after a crash slower.
const PAGES: u32 = 8_192;

/// What is known of the log.
#[derive(Debug)]
pub(super) struct Checkpoint {
    /// Its pages after the last commit.
    pages: Arc<AtomicU32>,
    /// A reader held the last copying up: what was copied is not synced.
    partly: bool,
}

impl Checkpoint {
    /// From now on copying is done by [`after_commits`](Self::after_commits) only.
    pub(super) fn of(conn: &mut Connection) -> Result<Self, Error> {
        let pages = Arc::new(AtomicU32::new(0));
        conn.pragma_update(None, "wal_autocheckpoint", 0)?;
        let seen = Arc::clone(&pages);
        conn.wal_hook(Some(move |_: &mut rusqlite::hooks::Wal, count| {
            seen.store(u32::try_from(count).unwrap_or_default(), Ordering::Relaxed);
            Ok(())
        }))?;
        Ok(Self { pages, partly: false })
    }

    /// Copies if the log has grown long enough. Waits for no reader.
    ///
    /// A failure harms nobody: the pages are in the log, and the next time copies them again. But
    /// not those of an earlier time that a reader held up: SQLite counts them as copied, they were
    /// to be synced with the rest, and the system forgets what a failed sync did not bring to the
    /// disk. The log must not begin anew then. Only a process that is started counts from the
    /// beginning again; so this one ends, as it would if it were killed, which loses nothing.
    pub(super) fn after_commits(&mut self, conn: &Connection) {
        if self.pages.load(Ordering::Relaxed) < PAGES {
            return;
        }
        let count = |(in_log, copied): (i64, i64)| 0 < copied && copied < in_log;
        let copied = conn
            .query_row("pragma wal_checkpoint(passive)", [], |row| Ok((row.get(1)?, row.get(2)?)));
        match copied.map(count) {
            Ok(partly) => {
                self.partly = partly;
                self.pages.store(0, Ordering::Relaxed);
            }
            Err(error) if self.partly && failure::in_sync(&error) => {
                tracing::error!(%error, "the database file cannot be synced: the server ends");
                std::process::exit(1);
            }
            Err(error) => tracing::error!(%error, "the log could not be copied into the file"),
        }
    }
}

/// Copies all of the log into the file and closes it. If that fails the log stays: closing would
/// copy once more, and then remove it as if all were well.
pub(super) fn end(conn: Connection) -> Result<(), StoreError> {
    let moved = conn.query_row("pragma wal_checkpoint(truncate)", [], |_| Ok(()));
    let moved = moved.map_err(|error| Failed::new("wal_checkpoint", error).error);
    if moved.is_err() {
        let kept = conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
        kept.map_err(|error| Failed::new("keep the log", error).error)?;
    }
    let shut = conn.close().map_err(|(_, error)| Failed::new("close", error).error);
    moved.and(shut)
}
