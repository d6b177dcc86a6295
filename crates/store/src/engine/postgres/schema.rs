//! Running migrations. Which of them are needed is decided in `migration.rs`.

use super::{
    Client, Link,
    failure::Failed,
    run::{control, ready, see},
};
use crate::{
    Applied, Migration, Row, Sight, StoreError, Value,
    engine::OWN_TABLES,
    migration::{HISTORY, Past, pending},
};

/// Held to the end of each step, so that nodes that start together take turns. The number is
/// arbitrary; it says "demarc".
const TURN: &str = "select 1 from (select pg_advisory_xact_lock(110386840596067)) turn";
const NOTE: &str = "insert into schema_history (number, name, checksum, applied_at) \
     values ($1, $2, $3, (extract(epoch from clock_timestamp()) * 1000)::bigint)";
const WHICH: &str = "select pg_current_xact_id()::text";

/// Applies what is pending, one transaction each.
pub(super) async fn migrate(
    link: &Link,
    migrations: &'static [Migration],
) -> Result<Applied, StoreError> {
    let client = link.client().await.map_err(|failed| failed.error)?;
    let mut numbers = Vec::new();
    loop {
        match inside(link, &client, migrations).await {
            Ok(Step::Applied(number)) => numbers.push(number),
            Ok(Step::Current(at)) => return Ok(Applied { numbers, at }),
            Err(failed) => {
                if control(&client, "rollback").await.is_err() {
                    drop(Client::take(client));
                }
                return Err(failed.error);
            }
        }
    }
}

enum Step {
    Applied(u32),
    Current(u32),
}

async fn inside(
    link: &Link,
    client: &Client,
    migrations: &'static [Migration],
) -> Result<Step, Failed> {
    control(client, "begin isolation level read committed read write").await?;
    // Those who take turns wait for as long as it lasts.
    control(client, "set local lock_timeout = 0").await?;
    // A migration may touch every row that there is.
    control(client, see(Sight::System)).await?;
    // Not in one statement with what follows: that must see what the one before us did.
    run(link, client, TURN, &[]).await?;
    let step = next(link, client, migrations).await?;
    control(client, "commit").await?;
    Ok(step)
}

async fn next(
    link: &Link,
    client: &Client,
    migrations: &'static [Migration],
) -> Result<Step, Failed> {
    for table in OWN_TABLES {
        run(link, client, table, &[]).await?;
    }
    let rows = run(link, client, HISTORY, &[]).await?;
    let history: Result<Vec<Past>, StoreError> = rows.iter().map(Past::read).collect();
    let history = history.map_err(Failed::ours)?;
    let Some(migration) = pending(migrations, &history).map_err(Failed::ours)?.first() else {
        return Ok(Step::Current(history.last().map_or(0, |last| last.number)));
    };
    let Migration { number, name, sql, postgres } = *migration;
    let title = format!("migration {number} ({name})");
    let before = run(link, client, WHICH, &[]).await?;
    for sql in [sql, postgres] {
        client.batch_execute(sql).await.map_err(|error| Failed::new(&title, &error))?;
    }
    // What would have a transaction of its own is told by its error: outside of one this
    // session may not write.
    if run(link, client, WHICH, &[]).await.ok() != Some(before) {
        let message = "it ends the transaction that it runs in".to_owned();
        return Err(Failed::ours(StoreError::Engine { statement: title, message }));
    }
    run(link, client, NOTE, &[number.into(), name.into(), migration.checksum().into()]).await?;
    tracing::info!(number, name, "migration applied");
    Ok(Step::Applied(number))
}

async fn run(
    link: &Link,
    client: &Client,
    sql: &'static str,
    values: &[Value],
) -> Result<Vec<Row>, Failed> {
    Ok(ready(link, client, sql, values).await?.run(client).await?.rows)
}
