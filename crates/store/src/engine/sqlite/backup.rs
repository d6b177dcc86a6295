//! Copying a database file while others write to it, and checking such a copy. Blocks.

use super::connection;
use super::failure::Failed;
use super::run::query;
use crate::backup::{Copied, Schema, refuse};
use crate::migration::{HISTORY, Past};
use crate::{Row, StoreError};
use rusqlite::{Connection, OpenFlags};
use std::fmt::Write as _;
use std::fs::File;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// What every SQLite file begins with.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";
/// How often a growing copy is brought to the disk: spread, so that no commit of a server queues
/// behind the whole of it.
const STEP: Duration = Duration::from_millis(50);

const TABLES: &str = "select name from sqlite_schema where type = 'table' \
     and name not like 'sqlite\\_%' escape '\\' order by name";
const DEEP: &str = "pragma integrity_check(20)";
const QUICK: &str = "pragma quick_check(20)";

/// How closely a file's structure is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Pages and rows.
    Quick,
    /// Also whether each index has just what its table has.
    Deep,
}

/// Copies the database `from` into the empty file `to`: one snapshot, without free space, and
/// durable. Writers go on meanwhile.
pub fn copy(from: &Path, to: &Path) -> Result<(), StoreError> {
    let statement = format!("copy {}", from.display());
    let conn = connection::reader(from)?;
    // It holds the connection to its own file only, and this is about another.
    let failed = |e| Failed::new(&statement, e).error;
    conn.pragma_update(None, "query_only", false).map_err(failed)?;
    let target = File::options().write(true).open(to).map_err(|e| io(to, &e))?;
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let flusher = scope.spawn(|| {
            while !done.load(Ordering::Acquire) {
                std::thread::park_timeout(STEP);
                // The last sync is the one that counts.
                let _ = target.sync_data();
            }
        });
        let copied = conn.execute("vacuum into ?1", [to.to_string_lossy().as_ref()]);
        done.store(true, Ordering::Release);
        flusher.thread().unpark();
        copied.map(drop).map_err(failed)
    })?;
    target.sync_all().map_err(|e| io(to, &e))
}

/// Whether the file begins as SQLite's do.
pub fn is_file(path: &Path) -> Result<bool, StoreError> {
    use std::io::Read as _;
    let mut begin = Vec::with_capacity(MAGIC.len());
    let file = File::open(path).map_err(|e| io(path, &e))?;
    file.take(MAGIC.len() as u64).read_to_end(&mut begin).map_err(|e| io(path, &e))?;
    Ok(begin == MAGIC)
}

/// Checks a file that nobody writes to: whether it is ours, of a schema that this program knows,
/// and sound.
pub fn check(path: &Path, depth: Depth) -> Result<Copied, StoreError> {
    if !is_file(path)? {
        return Err(refuse(path.display(), "it is no SQLite database"));
    }
    let conn = still(path)?;
    let schema = history(&conn, path)?;
    let faults = damage(&conn, depth)?;
    if !faults.is_empty() {
        return Err(refuse(path.display(), &format!("it is damaged: {}", faults.join("; "))));
    }
    let mut tables = Vec::new();
    for row in query(&conn, TABLES, &[]).map_err(|failed| failed.error)? {
        let name = row.text(0)?.to_owned();
        let sql = format!("select count(*) from \"{}\"", name.replace('"', "\"\""));
        let rows = conn.query_row(&sql, [], |row| row.get::<_, i64>(0));
        let rows = rows.map_err(|e| Failed::new(&sql, e).error)?;
        tables.push((name, u64::try_from(rows).unwrap_or_default()));
    }
    let bytes = std::fs::metadata(path).map_err(|e| io(path, &e))?.len();
    Ok(Copied { tables, schema: schema.at, bytes })
}

/// What is wrong with the structure of a database that may be in use; empty if nothing is.
pub fn structure(path: &Path, depth: Depth) -> Result<Vec<String>, StoreError> {
    damage(&connection::reader(path)?, depth)
}

/// The file as it lies there: nothing is written beside it, no log is looked for.
fn still(path: &Path) -> Result<Connection, StoreError> {
    let opened = |e| Failed::new(&format!("open {}", path.display()), e).error;
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_URI;
    let mut url = String::from("file:");
    for byte in path.to_string_lossy().bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => {
                url.push(char::from(byte));
            }
            // Writing to a String cannot fail.
            _ => {
                let _ = write!(url, "%{byte:02X}");
            }
        }
    }
    url.push_str("?immutable=1");
    Connection::open_with_flags(url, flags).map_err(opened)
}

fn history(conn: &Connection, path: &Path) -> Result<Schema, StoreError> {
    let Ok(rows) = query(conn, HISTORY, &[]) else {
        return Err(refuse(path.display(), "it is no database of this program"));
    };
    let history: Result<Vec<Past>, StoreError> = rows.iter().map(Past::read).collect();
    let schema = Schema::of(&history?)?;
    if schema.at == 0 {
        return Err(refuse(path.display(), "it has no schema: nothing was ever stored in it"));
    }
    Ok(schema)
}

fn damage(conn: &Connection, depth: Depth) -> Result<Vec<String>, StoreError> {
    let sql = if depth == Depth::Deep { DEEP } else { QUICK };
    let rows = query(conn, sql, &[]).map_err(|failed| failed.error)?;
    let words: Result<Vec<&str>, StoreError> = rows.iter().map(|row: &Row| row.text(0)).collect();
    Ok(words?.into_iter().filter(|word| *word != "ok").map(str::to_owned).collect())
}

fn io(path: &Path, error: &std::io::Error) -> StoreError {
    StoreError::Unavailable(format!("{}: {error}", path.display()))
}
