//! The write-ahead log as the process before left it.

use super::run::control;
use super::writer::roll_back;
use crate::StoreError;
use rusqlite::Connection;
use std::fs::File;
use std::io::{Error, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

const STEP: usize = 1 << 20;

/// Writes the log once more, byte for byte where it stands, and syncs it.
///
/// When a sync fails, the system may keep showing what it did not bring to the disk, and forget
/// that it did not: no later sync says so. The process that saw the failure overwrites those
/// bytes with its next commit. One that is started after it cannot tell them from others, would
/// take them for committed and commit after them; after a power cut they would be missing, and with
/// them everything behind. What is written again is synced again.
pub(super) fn renew(conn: &Connection, database: &Path) -> Result<(), StoreError> {
    // Keeps whoever else has the file open from writing to the log meanwhile.
    control(conn, "begin immediate").map_err(|failed| failed.error)?;
    // It lies beside the file itself, by whatever link that was reached.
    let renewed = database.canonicalize().and_then(|file| rewrite(&super::beside(&file, "-wal")));
    roll_back(conn);
    renewed.map_err(|error| {
        StoreError::Unavailable(format!("the log of {}: {error}", database.display()))
    })
}

fn rewrite(path: &Path) -> Result<(), Error> {
    let mut file = File::options().read(true).write(true).open(path)?;
    let mut bytes = vec![0; STEP];
    let mut at = 0;
    loop {
        let read = file.read(&mut bytes)?;
        if read == 0 {
            return file.sync_data();
        }
        file.seek(SeekFrom::Start(at))?;
        file.write_all(&bytes[..read])?;
        at += read as u64;
    }
}
