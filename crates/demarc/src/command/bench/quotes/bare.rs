//! The bare loop: the same file parsed, the same rows inserted, durably and in one transaction, and
//! nothing else.

use crate::failure::{Failure, Outcome, at};
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use std::path::Path;
use std::time::{Duration, Instant};

/// What the bare loop took, and how much it stored.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bare {
    pub(super) time: Duration,
    pub(super) rows: u32,
    pub(super) bytes: u64,
}

/// A row of the sites' table, column by column.
type Row = Vec<Value>;

const TABLE: &str = "select sql from sqlite_master where tbl_name = 'site' and sql is not null \
    order by type desc";
const ROWS: &str = "select * from site where quote = ?1 order by position";

/// For the database that the server has left in `folder`.
pub(super) fn measure(folder: &Path, quote: &str, csv: &[u8]) -> Outcome<Bare> {
    // The file has ids without their suffix.
    let (tables, rows) = taken(folder, &quote[..15]).map_err(at("the server's file"))?;
    let conn = opened(folder, &tables).map_err(at("bare file"))?;
    let begun = Instant::now();
    let stored = insert(conn, &rows, csv)?;
    let time = begun.elapsed();
    let bytes = rows.iter().flatten().map(size).sum::<usize>();
    Ok(Bare { time, rows: stored, bytes: u64::try_from(bytes).unwrap_or(u64::MAX) })
}

/// How the table of sites is made, and the quote's rows.
fn taken(folder: &Path, quote: &str) -> rusqlite::Result<(Vec<String>, Vec<Row>)> {
    let conn = Connection::open(folder.join("demarc.sqlite"))?;
    let tables = conn.prepare(TABLE)?.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let mut statement = conn.prepare(ROWS)?;
    let columns = statement.column_count();
    let row = |row: &rusqlite::Row<'_>| (0..columns).map(|at| row.get(at)).collect();
    let rows = statement.query_map([quote], row)?.collect::<Result<_, _>>()?;
    Ok((tables, rows))
}

fn size(value: &Value) -> usize {
    match value {
        Value::Null => 0,
        Value::Integer(_) | Value::Real(_) => 8,
        Value::Text(text) => text.len(),
        Value::Blob(bytes) => bytes.len(),
    }
}

fn opened(folder: &Path, tables: &[String]) -> rusqlite::Result<Connection> {
    let conn = Connection::open(folder.join("bare.sqlite"))?;
    conn.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    conn.pragma_update(None, "synchronous", "FULL")?;
    for table in tables {
        conn.execute_batch(table)?;
    }
    Ok(conn)
}

/// One row of the file, one row of the table.
fn insert(mut conn: Connection, rows: &[Row], csv: &[u8]) -> Outcome<u32> {
    let mut reader = csv::Reader::from_reader(csv);
    let mut record = csv::StringRecord::new();
    let transaction = conn.transaction().map_err(at("bare file"))?;
    let mut stored = 0;
    {
        let marks = vec!["?"; rows.first().map_or(0, Vec::len)].join(", ");
        let insert = format!("insert into site values ({marks})");
        let mut statement = transaction.prepare(&insert).map_err(at("bare file"))?;
        for row in rows {
            if !reader.read_record(&mut record).map_err(at("file"))? {
                return Err(Failure::failed("the file has fewer rows than the quote has sites"));
            }
            statement.execute(params_from_iter(row)).map_err(at("bare file"))?;
            stored += 1;
        }
    }
    transaction.commit().map_err(at("bare file"))?;
    Ok(stored)
}
