//! Dumps of a PostgreSQL database by its own tools, `pg_dump` and `pg_restore`, and what a dump
//! says of itself. A password goes to them in the environment, never in an argument.

mod tools;

use super::failure::{Failed, words};
use crate::StoreError;
use crate::backup::{Copied, Schema, refuse};
use crate::migration::Past;
use std::path::Path;
use tokio_postgres::{Client, Config};
use tools::{Program, Tool};

/// What a dump in the custom format begins with.
const MAGIC: &[u8; 5] = b"PGDMP";
const BEGIN: &str = "begin isolation level repeatable read read only; \
     set local idle_in_transaction_session_timeout = 0; set local statement_timeout = 0";
const TABLES: &str = "select c.relname::text from pg_class c join pg_namespace n \
     on n.oid = c.relnamespace where n.nspname = 'public' and c.relkind in ('r', 'p') order by 1";
/// Whatever would be in the way, in any schema that is not the server's own.
const THERE: &str = "select n.nspname || '.' || c.relname from pg_class c join pg_namespace n \
     on n.oid = c.relnamespace where n.nspname not in ('pg_catalog', 'information_schema') \
     and n.nspname not like 'pg\\_%' limit 1";
const HISTORY: &str =
    "select number::text, name, checksum from schema_history order by schema_history.number";

/// Whether the file begins as a dump does.
pub fn is_dump(path: &Path) -> Result<bool, StoreError> {
    use std::io::Read as _;
    let unreadable = |e| StoreError::Unavailable(format!("{}: {e}", path.display()));
    let mut begin = Vec::with_capacity(MAGIC.len());
    let file = std::fs::File::open(path).map_err(unreadable)?;
    file.take(MAGIC.len() as u64).read_to_end(&mut begin).map_err(unreadable)?;
    Ok(begin == MAGIC)
}

/// Dumps the database at `url` into the file `to`: one snapshot, durable, and read once more to
/// its end. The rows are those of the same snapshot.
pub async fn dump(url: &str, to: &Path) -> Result<Copied, StoreError> {
    let (config, client) = connect(url).await?;
    let major = version(&client).await?;
    let dump = Tool::find(Program::Dump, major).await?;
    let restore = Tool::find(Program::Restore, dump.major).await?;
    client.batch_execute(BEGIN).await.map_err(|e| failed(BEGIN, &e))?;
    let past = rows(&client, HISTORY).await.map_err(|_| {
        refuse(place(&config), "it is no database of this program: it has no schema history")
    })?;
    let schema = Schema::of(&history(past)?)?;
    let snapshot = rows(&client, "select pg_export_snapshot()").await?;
    let snapshot = snapshot.first().and_then(|row| row.first()).cloned().unwrap_or_default();
    let mut command = dump.command(&config);
    command.args([
        "--format=custom",
        "--compress=1",
        "--no-owner",
        "--no-privileges",
        "--lock-wait-timeout=60s",
        // Row-level security is held to what the session's sight is: all of it.
        "--enable-row-security",
    ]);
    command.arg(format!("--snapshot={snapshot}")).arg("--file").arg(to);
    tools::run(command, Program::Dump).await?;
    let mut tables = Vec::new();
    for row in rows(&client, TABLES).await? {
        let name = row.into_iter().next().unwrap_or_default();
        let sql = format!("select count(*)::text from \"{}\"", name.replace('"', "\"\""));
        let count = rows(&client, &sql).await?;
        let count = count.first().and_then(|row| row.first()?.parse().ok());
        tables.push((name, count.unwrap_or_default()));
    }
    complete(&restore, to, &tables).await?;
    let bytes = std::fs::metadata(to)
        .map_err(|e| StoreError::Unavailable(format!("{}: {e}", to.display())))?
        .len();
    Ok(Copied { tables, schema: schema.at, bytes })
}

/// Whether a dump lists every table and can be read to its end.
async fn complete(restore: &Tool, dump: &Path, tables: &[(String, u64)]) -> Result<(), StoreError> {
    let mut command = restore.command(&Config::new());
    command.arg("--list").arg(dump);
    let list = tools::run(command, Program::Restore).await?;
    for (table, _) in tables {
        let line = format!(" TABLE DATA public {table} ");
        if !list.contains(&line) {
            return Err(refuse(dump.display(), &format!("the dump lacks the table {table}")));
        }
    }
    let mut command = restore.command(&Config::new());
    command.args(["--file", "/dev/null"]).arg(dump);
    tools::run(command, Program::Restore).await.map(drop)
}

/// Checks a dump before it is used: whether it is ours, of a schema that this program knows, and
/// whole. Answers its last migration.
pub async fn check(dump: &Path) -> Result<u32, StoreError> {
    if !is_dump(dump)? {
        return Err(refuse(dump.display(), "it is no dump of PostgreSQL in the custom format"));
    }
    let restore = Tool::find(Program::Restore, 0).await?;
    complete(&restore, dump, &[]).await?;
    let mut command = restore.command(&Config::new());
    command.args(["--data-only", "--table=schema_history", "--file=-"]).arg(dump);
    let copy = tools::run(command, Program::Restore).await?;
    let lines = copy.lines().skip_while(|line| !line.starts_with("COPY public.schema_history"));
    let past = lines.skip(1).take_while(|line| *line != "\\.");
    let past: Vec<Vec<String>> =
        past.map(|line| line.split('\t').map(str::to_owned).collect()).collect();
    let schema = Schema::of(&history(past)?)?;
    if schema.at == 0 {
        return Err(refuse(dump.display(), "it is no backup of this program: it has no schema"));
    }
    Ok(schema.at)
}

/// Puts a dump into the empty database at `url`, in one transaction.
pub async fn load(url: &str, dump: &Path) -> Result<(), StoreError> {
    let (config, client) = connect(url).await?;
    if let Some(row) = rows(&client, THERE).await?.first() {
        let there = row.first().cloned().unwrap_or_default();
        let say = format!(
            "it is not empty: {there} is there. Restore into a database of its own: \
             `create database NAME template template0 encoding 'UTF8' locale 'C'`"
        );
        return Err(refuse(place(&config), &say));
    }
    let restore = Tool::find(Program::Restore, version(&client).await?).await?;
    drop(client);
    let mut command = restore.command(&config);
    command.args(["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]);
    // Who and where is in the environment. The name is there too, but only this argument makes
    // the program connect at all.
    let name = config.get_dbname().or(config.get_user()).unwrap_or("postgres");
    let quoted = name.replace('\\', "\\\\").replace('\'', "\\'");
    command.arg(format!("--dbname=dbname='{quoted}'")).arg(dump);
    tools::run(command, Program::Restore).await.map(drop)
}

async fn connect(url: &str) -> Result<(Config, Client), StoreError> {
    let unusable = |e| refuse("the database URL", &words(&e));
    let mut config: Config = super::tls::known_mode(url).parse().map_err(unusable)?;
    config.connect_timeout(super::PATIENCE);
    // Everything is to be seen: by this session, and, through the environment, by the tools.
    let given = config.get_options().unwrap_or_default().to_owned();
    config.options(format!("{given} -c demarc.sight=*").trim());
    let tls = super::tls::connector(&mut config, None)?;
    let (client, connection) = config.connect(tls).await.map_err(|e| failed("connect", &e))?;
    // It ends with the client; what goes wrong on it, the client's next call says.
    tokio::spawn(connection);
    Ok((config, client))
}

/// The server's major version.
async fn version(client: &Client) -> Result<u32, StoreError> {
    let rows = rows(client, "show server_version_num").await?;
    let number = rows.first().and_then(|row| row.first()?.parse::<u32>().ok());
    Ok(number.unwrap_or_default() / 10_000)
}

/// Rows of texts; a null is empty.
async fn rows(client: &Client, sql: &str) -> Result<Vec<Vec<String>>, StoreError> {
    let answers = client.simple_query(sql).await.map_err(|e| failed(sql, &e))?;
    let row = |answer| match answer {
        tokio_postgres::SimpleQueryMessage::Row(row) => {
            Some((0..row.len()).map(|n| row.get(n).unwrap_or_default().to_owned()).collect())
        }
        _ => None,
    };
    Ok(answers.into_iter().filter_map(row).collect())
}

fn history(rows: Vec<Vec<String>>) -> Result<Vec<Past>, StoreError> {
    let past = |row: Vec<String>| match &row[..] {
        [number, name, checksum, ..] => {
            let number = number.parse().ok()?;
            Some(Past { number, name: name.clone(), checksum: checksum.clone() })
        }
        _ => None,
    };
    let history: Option<Vec<Past>> = rows.into_iter().map(past).collect();
    history.ok_or_else(|| refuse("schema_history", "it makes no sense"))
}

fn failed(sql: &str, error: &tokio_postgres::Error) -> StoreError {
    Failed::new(sql, error).error
}

/// The database's name, for messages.
fn place(config: &Config) -> String {
    format!("the database {}", config.get_dbname().unwrap_or("of this name"))
}
