//! Running migrations. Which of them are needed is decided in `migration.rs`.

use super::{
    failure::Failed,
    run::{control, query, run},
};
use crate::{
    Applied, Migration, StoreError,
    engine::OWN_TABLES,
    migration::{HISTORY, Past, pending},
};
use rusqlite::Connection;

const NOTE: &str = "insert into schema_history (number, name, checksum, applied_at) \
     values ($1, $2, $3, cast(unixepoch('subsec') * 1000 as integer))";

/// Applies what is pending, one transaction each. The history is read again inside each of them,
/// so that two processes which migrate at once take turns instead of colliding.
pub(super) fn migrate(
    conn: &mut Connection,
    migrations: &'static [Migration],
) -> Result<Applied, StoreError> {
    let mut numbers = Vec::new();
    loop {
        let step = inside(conn, |conn| next(conn, migrations))?;
        match step {
            Step::Applied(number) => numbers.push(number),
            Step::Current(at) => return Ok(Applied { numbers, at }),
        }
    }
}

enum Step {
    Applied(u32),
    Current(u32),
}

fn next(conn: &Connection, migrations: &'static [Migration]) -> Result<Step, Failed> {
    for table in OWN_TABLES {
        run(conn, table, &[])?;
    }
    let rows = query(conn, HISTORY, &[])?;
    let history: Result<Vec<Past>, StoreError> = rows.iter().map(Past::read).collect();
    let history = history.map_err(Failed::ours)?;
    let Some(migration) = pending(migrations, &history).map_err(Failed::ours)?.first() else {
        return Ok(Step::Current(history.last().map_or(0, |last| last.number)));
    };
    let Migration { number, name, sql, .. } = *migration;
    let title = format!("migration {number} ({name})");
    conn.execute_batch(sql).map_err(|error| Failed::new(&title, error))?;
    if conn.is_autocommit() {
        let message = "it ends the transaction that it runs in".to_owned();
        return Err(Failed::ours(StoreError::Engine { statement: title, message }));
    }
    run(conn, NOTE, &[number.into(), name.into(), migration.checksum().into()])?;
    tracing::info!(number, name, "migration applied");
    Ok(Step::Applied(number))
}

fn inside<T>(
    conn: &Connection,
    act: impl FnOnce(&Connection) -> Result<T, Failed>,
) -> Result<T, StoreError> {
    let whole = || {
        control(conn, "begin immediate")?;
        let value = act(conn)?;
        control(conn, "commit")?;
        Ok(value)
    };
    whole().map_err(|failed: Failed| {
        super::writer::roll_back(conn);
        failed.error
    })
}
