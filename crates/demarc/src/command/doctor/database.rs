//! The database, whichever it is: reached, current, durable, whole; its jobs and its times.

use super::finding::Findings;
use super::{machine, postgres};
use crate::command::backup::apart;
use crate::config::Config;
use crate::failure::{Outcome, at};
use crate::figures;
use app::{Clock as _, SystemClock};
use domain::id::{Id, Kind};
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::audit::audit;
use store::backup::{self, sqlite::Depth};
use store::{Engine, Postgres, Sqlite, Store, StoreError, standing};

/// A job that waits longer than this has no worker, in milliseconds.
const LATE: i64 = 60_000;
/// A durable write that takes longer is felt by everybody.
const SLOW: Duration = Duration::from_millis(200);
/// How far ahead of the clock something stored may be, in milliseconds.
const AHEAD: i64 = 60_000;
/// Before this the program was not written: 2026-01-01.
const BEGINNING: i64 = 1_767_225_600_000;

/// Everything about the configured database. The error is what kept it from going on.
pub(super) async fn look(config: &Config, deep: bool, findings: &mut Findings) -> Outcome {
    let now = SystemClock.now();
    if now.ms() < BEGINNING {
        findings.fault("clock", format!("{now}: that is long past"), "set this machine's clock");
    }
    let engine: Arc<dyn Engine> = if let Some(url) = &config.postgres {
        let options = store::PostgresOptions { pool: 2, ..config.postgres_options.clone() };
        let engine = Postgres::connect(url.secret(), options).await.map_err(at(url))?;
        findings.ok("database", format!("{url} answers"));
        let server = engine.standing().await?;
        let now_ms = SystemClock.now().ms();
        postgres::judge(&server, now_ms, config.postgres_options.pool, findings);
        Arc::new(engine)
    } else {
        machine::folder(&config.data, findings);
        let file = config.database();
        if !file.exists() {
            let say = format!("{} is not there", file.display());
            findings.warning("database", say, "demarc serve makes it on its first start");
            return Ok(());
        }
        let name = file.display().to_string();
        // What is no database, or damaged, is told before anything is opened for writing.
        structure(config, deep, findings).await?;
        let engine = Sqlite::open(&file, store::Options { readers: 1, ..Default::default() });
        findings.ok("database", format!("{name} is open"));
        Arc::new(engine?)
    };
    let looked = inside(engine.clone(), deep, findings).await;
    engine.close().await?;
    looked
}

async fn structure(config: &Config, deep: bool, findings: &mut Findings) -> Outcome {
    let file = config.database();
    let depth = if deep { Depth::Deep } else { Depth::Quick };
    let begun = Instant::now();
    let faults = apart(move || {
        if backup::sqlite::is_file(&file)? {
            backup::sqlite::structure(&file, depth)
        } else {
            Ok(vec!["it is no SQLite database".to_owned()])
        }
    })
    .await;
    let remedy = "stop the server, keep the file, and restore the last backup";
    let said = match faults {
        Ok(faults) if faults.is_empty() => {
            let how = if deep { "every page, row and index" } else { "every page and row" };
            let took = figures::span(begun.elapsed());
            findings.ok("integrity", format!("{how} is sound ({took})"));
            return Ok(());
        }
        Ok(faults) => faults.join("; "),
        Err(e) => e.to_string(),
    };
    findings.fault("integrity", said.as_str(), remedy);
    Err(crate::failure::Failure::failed("the file is damaged"))
}

async fn inside(engine: Arc<dyn Engine>, deep: bool, findings: &mut Findings) -> Outcome {
    let schema = match backup::schema(engine.as_ref()).await {
        Ok(schema) => schema,
        Err(e @ StoreError::Engine { .. }) => {
            let say = format!("it has none yet ({e})");
            findings.warning("schema", say, "demarc serve makes it on its first start");
            return Ok(());
        }
        Err(e) => {
            findings.fault("schema", e.to_string(), "run the program that the database is of");
            return Ok(());
        }
    };
    if schema.pending > 0 {
        let say = format!("at {}, {} to be applied", schema.at, schema.pending);
        findings.warning("schema", say, "demarc serve applies them; make a backup before");
        return Ok(());
    }
    findings.ok("schema", format!("at {}, as this program has it", schema.at));
    durable_write(engine.as_ref(), findings).await?;
    let store = Store::open(engine).await?;
    jobs(&store, findings).await?;
    times(&store, findings).await?;
    if deep { invariants(&store, findings).await } else { Ok(()) }
}

async fn durable_write(engine: &dyn Engine, findings: &mut Findings) -> Outcome {
    let mut times = Vec::new();
    for _ in 0..5 {
        let begun = Instant::now();
        engine.check().await?;
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    let middle = times.get(times.len() / 2).copied().unwrap_or_default();
    let say = format!("a durable write, read back, takes {}", figures::span(middle));
    if middle > SLOW {
        findings.warning("durable write", say, "look at the disk, or at what else uses it");
    } else {
        findings.ok("durable write", say);
    }
    Ok(())
}

async fn jobs(store: &Store, findings: &mut Findings) -> Outcome {
    let then = SystemClock.now().plus_ms(-LATE);
    let (given_up, late) = store.ask((standing::quarantined(), standing::overdue(then))).await?;
    if given_up > 0 {
        let say = format!("{given_up} were given up after too many tries");
        findings.warning("jobs", say, "look into the outside systems that they ask");
    }
    if late > 0 {
        let say = format!("{late} are due for more than a minute, and nobody works on them");
        findings.warning("jobs", say, "start a server; if one runs, raise jobs_at_once");
    }
    if given_up == 0 && late == 0 {
        findings.ok("jobs", "none given up, none overdue");
    }
    Ok(())
}

/// Ids hold the time at which they were made: none may be of the future.
async fn times(store: &Store, findings: &mut Findings) -> Outcome {
    let now = SystemClock.now();
    let bound = Id::new(Kind::Quote, now.plus_ms(AHEAD).ms(), 0);
    match store.ask(standing::newest_quote()).await? {
        Some(newest) if newest.as_str() > bound.short() => {
            let say = format!("it is {now} here, but a quote was made later than that");
            findings.warning("clock", say, "set this machine's clock; keep it by NTP");
        }
        _ => findings.ok("clock", format!("{now}, and nothing stored is later")),
    }
    Ok(())
}

async fn invariants(store: &Store, findings: &mut Findings) -> Outcome {
    let begun = Instant::now();
    let found = audit(store).await?;
    if found.is_sound() {
        let rows = figures::count(found.rows.values().sum());
        let took = figures::span(begun.elapsed());
        findings.ok("invariants", format!("all hold in {rows} rows ({took})"));
    }
    for line in found.lines() {
        findings.fault("invariants", line, "keep a copy, and report it with these ids");
    }
    Ok(())
}
