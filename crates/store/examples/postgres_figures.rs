//! Writes and reads per second on PostgreSQL: changes of four statements through the engine,
//! against the same statements in bare transactions; reads of one and of eight queries. `cargo run -p demarc-store --example postgres_figures`
//! starts a private cluster; a URL as argument uses that database instead, which must be empty
//! (`-`: the private one). `reads` as second argument measures only those.

use domain::id::{Id, Kind};
use domain::party::{Environment, Tenant};
use futures::future::join_all;
use std::error::Error;
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use store::{
    Change, Engine, Guard, Migration, Postgres, PostgresOptions, Query, Statement, StoreError,
};
use tokio_postgres::NoTls;

const DOC: &str = "{\"a\":\"a document of some length, as a noun might be\",\"b\":[1,2,3,4,5,6]}";
const INSERT: &str = "insert into thing (tenant, id, version, doc) values ($1, $2, 1, $3)";
const UPDATE: &str =
    "update thing set version = $1, doc = $2 where tenant = $3 and id = $4 and version = $5";
const BY_ID: &str = "select doc from thing where tenant = $1 and id = $2";
const KEY: &str = "insert into key (tenant, name, body) values ($1, $2, $3)";
const EVENT: &str = "insert into happened (tenant, object, sequence, doc) values ($1, $2, $3, $4)";
const FOR: Duration = Duration::from_secs(3);

static TABLES: [Migration; 1] = [Migration {
    number: 1,
    name: "figures",
    sql: "create table thing (tenant text not null, id text not null, version bigint not null,
            doc text not null, primary key (tenant, id));
          create table key (tenant text not null, name text not null, body text not null,
            primary key (tenant, name));
          create table happened (tenant text not null, object text not null,
            sequence bigint not null, doc text not null, primary key (tenant, object, sequence));",
    // As `0004_wall.postgres.sql` does it.
    postgres: "alter table thing enable row level security;
          alter table thing force row level security;
          create policy sight on thing using (array['*', right(tenant, 4), tenant] &&
            (select string_to_array(current_setting('demarc.sight', true), ' ')));
          alter table key enable row level security;
          alter table key force row level security;
          create policy sight on key using (array['*', right(tenant, 4), tenant] &&
            (select string_to_array(current_setting('demarc.sight', true), ' ')));
          alter table happened enable row level security;
          alter table happened force row level security;
          create policy sight on happened using (array['*', right(tenant, 4), tenant] &&
            (select string_to_array(current_setting('demarc.sight', true), ' ')));",
}];

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let given = std::env::args().nth(1);
    let given = given.filter(|url| url != "-");
    let url = given.unwrap_or_else(|| pgtest::Cluster::shared().database());
    Postgres::connect(&url, PostgresOptions::default()).await?.migrate(&TABLES).await?;
    if std::env::args().nth(2).as_deref() == Some("reads") {
        return all_reads(&url).await;
    }
    println!("{:<44} {:>9} {:>9} {:>9}", "changes a second, with so many writers", 1, 8, 64);
    for (name, way) in [("bare, a round trip each", Way::Bare), ("bare, one round trip", Way::One)]
    {
        let mut line = format!("{name:<44}");
        for writers in [1, 8, 64] {
            write!(line, " {:>9.0}", bare(&url, way, writers).await?)?;
        }
        println!("{line}");
    }
    for (pool, group) in [(2, 256), (8, 1), (8, 32), (16, 1), (16, 8), (16, 32), (32, 1), (32, 8)] {
        let mut line = format!("engine, {:>2} lanes, up to {group:>3} in a group  ", pool / 2);
        line = format!("{line:<44}");
        for writers in [1, 8, 64] {
            write!(line, " {:>9.0}", engine(&url, pool, group, writers).await?)?;
        }
        println!("{line}");
    }
    all_reads(&url).await
}

async fn all_reads(url: &str) -> Result<(), Box<dyn Error>> {
    println!("{:<44} {:>9} {:>9} {:>9}", "reads a second, with so many readers", 1, 8, 64);
    for queries in [1, 8] {
        let mut line = format!("engine, 16 connections, {queries} queries a read");
        line = format!("{line:<44}");
        for readers in [1, 8, 64] {
            write!(line, " {:>9.0}", reads(url, queries, readers).await?)?;
        }
        println!("{line}");
    }
    // What the wall costs a single query: by turns, so that both meet the same machine.
    for round in 0..3 {
        for walled in [false, true] {
            let name = if walled { "bare, with a sight" } else { "bare, without" };
            let mut line = format!("{:<44}", format!("{name}, round {round}"));
            for readers in [1, 8, 64] {
                write!(line, " {:>9.0}", bare_reads(url, walled, readers).await?)?;
            }
            println!("{line}");
        }
    }
    Ok(())
}

/// Single queries on a connection each, up to 16: as one statement, or with a transaction around
/// it that says what it may see, in the same round trip.
async fn bare_reads(url: &str, walled: bool, readers: usize) -> Result<f64, Box<dyn Error>> {
    let until = Instant::now() + FOR;
    let tasks = (0..readers.min(16)).map(|_| async move {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
        tokio::spawn(connection);
        let tenant = fresh().to_string();
        client.batch_execute("set demarc.sight = '*'").await?;
        client.execute(INSERT, &[&tenant, &"o", &DOC]).await?;
        let query = client.prepare(BY_ID).await?;
        let begin = format!(
            "begin isolation level repeatable read read only; set local demarc.sight = '{tenant}'"
        );
        let mut done = 0_u32;
        while Instant::now() < until {
            let values: [&(dyn tokio_postgres::types::ToSql + Sync); 2] = [&tenant, &"o"];
            let rows = client.query(&query, &values);
            if walled {
                let (begin, end) = (client.batch_execute(&begin), client.batch_execute("commit"));
                tokio::try_join!(biased; begin, rows, end)?;
            } else {
                rows.await?;
            }
            done += 1;
        }
        Ok::<_, tokio_postgres::Error>(done)
    });
    let done: u32 = futures::future::try_join_all(tasks).await?.into_iter().sum();
    Ok(f64::from(done) / FOR.as_secs_f64())
}

/// Reads by key, of a tenant for each reader.
async fn reads(url: &str, queries: usize, readers: usize) -> Result<f64, StoreError> {
    let db = Arc::new(Postgres::connect(url, PostgresOptions::default()).await?);
    let tenants: Vec<Tenant> = (0..readers).map(|_| fresh()).collect();
    for tenant in &tenants {
        let values = [tenant.to_string().into(), "o".into(), DOC.into()];
        let first = Statement::one(INSERT, values, Guard::None);
        let _ = db.write(Change::new([first])).await?;
    }
    let until = Instant::now() + FOR;
    let tasks = tenants.into_iter().map(|tenant| {
        let db = Arc::clone(&db);
        tokio::spawn(async move {
            let mut done = 0_u32;
            while Instant::now() < until {
                let query = Query::within(tenant, BY_ID, [tenant.to_string().into(), "o".into()]);
                let answers = db.read(vec![query; queries]).await?;
                if answers.iter().any(|rows| rows.len() != 1) {
                    return Err(StoreError::Unavailable("a row is missing".into()));
                }
                done += 1;
            }
            Ok(done)
        })
    });
    let mut all = 0;
    for done in join_all(tasks).await {
        all += done.map_err(|e| StoreError::Unavailable(e.to_string()))??;
    }
    db.close().await?;
    Ok(f64::from(all) / FOR.as_secs_f64())
}

/// A tenant that no other writer or run has.
fn fresh() -> Tenant {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let partner = Id::new(Kind::Partner, std::process::id().into(), number);
    Tenant::partner(partner, Environment::Test)
}

async fn engine(url: &str, pool: usize, group: usize, writers: usize) -> Result<f64, StoreError> {
    let options = PostgresOptions { pool, group, ..PostgresOptions::default() };
    let db = Arc::new(Postgres::connect(url, options).await?);
    let until = Instant::now() + FOR;
    let tasks = (0..writers).map(|_| {
        let db = Arc::clone(&db);
        let tenant = fresh();
        tokio::spawn(async move {
            let mut done = 0_u32;
            let first = Statement::one(
                INSERT,
                [tenant.to_string().into(), "o".into(), DOC.into()],
                Guard::None,
            );
            let _ = db.write(Change::new([first])).await?;
            while Instant::now() < until {
                if !db.write(change(tenant, i64::from(done) + 1)).await?.is_done() {
                    return Err(StoreError::Unavailable("a change was refused".into()));
                }
                done += 1;
            }
            Ok(done)
        })
    });
    let mut all = 0;
    for done in join_all(tasks).await {
        all += done.map_err(|e| StoreError::Unavailable(e.to_string()))??;
    }
    db.close().await?;
    Ok(f64::from(all) / FOR.as_secs_f64())
}

/// As an action makes it: key, fresh noun, edited noun, event.
fn change(tenant: Tenant, at: i64) -> Change {
    let name = at.to_string();
    let t = || tenant.to_string().into();
    let update = [(at + 1).into(), DOC.into(), t(), "o".into(), at.into()];
    let event = [t(), "o".into(), (at + 1).into(), DOC.into()];
    let statements = [
        Statement::one(KEY, [t(), name.as_str().into(), DOC.into()], Guard::Unique("key")),
        Statement::one(INSERT, [t(), name.as_str().into(), DOC.into()], Guard::Unique("id")),
        Statement::one(UPDATE, update, Guard::Version),
        Statement::one(EVENT, event, Guard::Version),
    ];
    Change::within(tenant, statements)
}

#[derive(Debug, Clone, Copy)]
enum Way {
    /// As pgbench would: waiting for each answer.
    Bare,
    /// `begin` to `commit` sent together, without looking at any count.
    One,
}

async fn bare(url: &str, way: Way, writers: usize) -> Result<f64, Box<dyn Error>> {
    // No more connections than a pool would have.
    let connections = writers.min(16);
    let until = Instant::now() + FOR;
    let mut tasks = Vec::new();
    for _ in 0..connections {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
        tokio::spawn(connection);
        let tenant = fresh().to_string();
        client.batch_execute("set demarc.sight = '*'").await?;
        client.execute(INSERT, &[&tenant, &"o", &DOC]).await?;
        let key = client.prepare(KEY).await?;
        let insert = client.prepare(INSERT).await?;
        let update = client.prepare(UPDATE).await?;
        let event = client.prepare(EVENT).await?;
        tasks.push(tokio::spawn(async move {
            let mut done = 0_u32;
            while Instant::now() < until {
                let at = i64::from(done) + 1;
                let (name, next) = (at.to_string(), at + 1);
                let key = client.execute_raw(&key, [tenant.as_str(), name.as_str(), DOC]);
                let insert = client.execute_raw(&insert, [tenant.as_str(), name.as_str(), DOC]);
                let values: [&(dyn tokio_postgres::types::ToSql + Sync); 5] =
                    [&next, &DOC, &tenant, &"o", &at];
                let update = client.execute(&update, &values);
                let values: [&(dyn tokio_postgres::types::ToSql + Sync); 4] =
                    [&tenant, &"o", &next, &DOC];
                let event = client.execute(&event, &values);
                let (begin, commit) =
                    (client.batch_execute("begin"), client.batch_execute("commit"));
                if matches!(way, Way::One) {
                    tokio::try_join!(biased; begin, key, insert, update, event, commit)?;
                } else {
                    begin.await?;
                    key.await?;
                    insert.await?;
                    update.await?;
                    event.await?;
                    commit.await?;
                }
                done += 1;
            }
            Ok::<_, tokio_postgres::Error>(done)
        }));
    }
    let mut all = 0;
    for done in join_all(tasks).await {
        all += done??;
    }
    Ok(f64::from(all) / FOR.as_secs_f64())
}
