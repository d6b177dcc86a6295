//! Binding and running one prepared statement. It opens and ends no transaction.

use super::failure::Failed;
use crate::{Row, StoreError, Value};
use rusqlite::{
    Connection, Statement, ToSql,
    types::{ToSqlOutput, ValueRef},
};

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(number) => ValueRef::Integer(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
        }))
    }
}

/// What a statement did.
pub(super) struct Ran {
    /// Rows touched, or returned if the statement returns rows.
    pub(super) count: u64,
    pub(super) rows: Vec<Row>,
}

/// Runs a statement that may write.
pub(super) fn run(conn: &Connection, sql: &'static str, values: &[Value]) -> Result<Ran, Failed> {
    let mut statement = prepared(conn, sql, values)?;
    if statement.column_count() == 0 {
        let count = statement.raw_execute().map_err(|error| Failed::new(sql, error))?;
        return Ok(Ran { count: count as u64, rows: Vec::new() });
    }
    let rows = collect(&mut statement, sql)?;
    Ok(Ran { count: rows.len() as u64, rows })
}

/// Runs a statement that must not write.
pub(super) fn query(
    conn: &Connection,
    sql: &'static str,
    values: &[Value],
) -> Result<Vec<Row>, Failed> {
    let mut statement = prepared(conn, sql, values)?;
    if statement.readonly() {
        collect(&mut statement, sql)
    } else {
        Err(fault(sql, "a read may not write"))
    }
}

/// Runs a statement of transaction control.
pub(super) fn control(conn: &Connection, sql: &'static str) -> Result<(), Failed> {
    run(conn, sql, &[]).map(drop)
}

/// The first placeholder that is not where its number says. SQLite numbers `$n` by first
/// appearance, whatever `n` is; binding by position is right only if the two agree.
pub(super) fn misplaced(statement: &Statement<'_>) -> Option<String> {
    (1..=statement.parameter_count()).find_map(|place| {
        let expected = format!("${place}");
        let found = statement.parameter_name(place).unwrap_or("?");
        (found != expected).then(|| {
            format!("the placeholder that appears as number {place} is {found}, not {expected}")
        })
    })
}

fn prepared<'conn>(
    conn: &'conn Connection,
    sql: &'static str,
    values: &[Value],
) -> Result<rusqlite::CachedStatement<'conn>, Failed> {
    let mut statement = conn.prepare_cached(sql).map_err(|error| Failed::new(sql, error))?;
    let places = statement.parameter_count();
    if places != values.len() {
        return Err(fault(sql, &format!("{places} placeholders, {} values", values.len())));
    }
    // A release build trusts `prepare_all`, which a test runs over every statement there is.
    if cfg!(debug_assertions)
        && let Some(problem) = misplaced(&statement)
    {
        return Err(fault(sql, &problem));
    }
    for (index, value) in values.iter().enumerate() {
        statement.raw_bind_parameter(index + 1, value).map_err(|error| Failed::new(sql, error))?;
    }
    Ok(statement)
}

fn collect(statement: &mut Statement<'_>, sql: &'static str) -> Result<Vec<Row>, Failed> {
    let columns = statement.column_count();
    let mut found = Vec::new();
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next().map_err(|error| Failed::new(sql, error))? {
        let mut values = Vec::with_capacity(columns);
        for column in 0..columns {
            let raw = row.get_ref(column).map_err(|error| Failed::new(sql, error))?;
            values.push(value(raw).map_err(|found| {
                let problem = format!("expected a text, a number or null, found {found}");
                Failed::ours(StoreError::Corrupt { statement: sql, column, problem })
            })?);
        }
        found.push(Row::new(sql, values));
    }
    Ok(found)
}

fn value(raw: ValueRef<'_>) -> Result<Value, &'static str> {
    match raw {
        ValueRef::Null => Ok(Value::Null),
        ValueRef::Integer(number) => Ok(Value::Int(number)),
        ValueRef::Text(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Value::Text(text.to_owned())),
            Err(_) => Err("bytes that are no UTF-8"),
        },
        ValueRef::Real(_) => Err("a fraction"),
        ValueRef::Blob(_) => Err("bytes"),
    }
}

fn fault(sql: &str, message: &str) -> Failed {
    Failed::ours(StoreError::Engine { statement: sql.to_owned(), message: message.to_owned() })
}
