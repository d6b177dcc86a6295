//! What the database allows: the writes of the flow, with nothing of this program in them.

mod replay;

use self::replay::{Script, Teller, Told};
use super::alone;
use super::base::{self, Base, Database};
use super::engine::{Alone, Counts};
use super::load::number;
use crate::failure::{Outcome, at};
use crate::sites::SiteRow;
use rusqlite::Connection;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// Connections that the floor of PostgreSQL is tried with; the best number counts.
const CONNECTIONS: [u16; 5] = [1, 2, 4, 8, 16];

/// Flows a second that bare transactions would allow.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Floors {
    /// The same writes, in as many transactions as a flow takes when it is alone.
    pub(super) flows_a_second: f64,
    /// The same bytes in one transaction a flow; a file only.
    pub(super) one_transaction: Option<f64>,
    /// Connections that did best; of a file, one.
    pub(super) connections: u16,
    /// Processor time a flow of the database's processes.
    pub(super) cpu: Option<Duration>,
    /// The share of statements that touched as many rows as in the flow.
    pub(super) right: Option<f64>,
}

/// What is told again, and how much it is.
#[derive(Debug)]
pub(super) struct Floor {
    alone: Alone,
    pub(super) counts: Counts,
}

impl Floor {
    /// Records one flow on a fresh database.
    pub(super) async fn record(base: &Base, sites: &[SiteRow]) -> Outcome<Self> {
        let database = base.fresh().await?;
        let alone = alone::measure(&database, sites).await?;
        base.remove(database).await?;
        let counts = alone.counts();
        Ok(Self { alone, counts })
    }

    /// Measures for about `time` each.
    pub(super) async fn measure(&self, base: &Base, time: Duration) -> Outcome<Floors> {
        match base {
            Base::Sqlite { .. } => {
                let (database, counts) = (base.fresh().await?, self.counts);
                let work = move || file(&database, counts, time);
                tokio::task::spawn_blocking(work).await.map_err(at("floor"))?
            }
            Base::Postgres(_) => self.server(base, time).await,
        }
    }

    async fn server(&self, base: &Base, time: Duration) -> Outcome<Floors> {
        let script = Arc::new(Script::of(&self.alone));
        let mut best = Floors::default();
        for connections in CONNECTIONS {
            let database = base.fresh().await?;
            database.partner().await?;
            let found = tell(base, &database, &script, connections, time).await?;
            base.remove(database).await?;
            let worse = found.flows_a_second < best.flows_a_second;
            if !worse {
                best = found;
            } else if found.flows_a_second < best.flows_a_second * 0.9 {
                break;
            }
        }
        Ok(best)
    }
}

async fn tell(
    base: &Base,
    database: &Database,
    script: &Arc<Script>,
    connections: u16,
    time: Duration,
) -> Outcome<Floors> {
    let mut tellers = Vec::new();
    for _ in 0..connections {
        let client = base::connect(database.url.as_deref().unwrap_or_default()).await?;
        tellers.push(Teller::new(client, script).await?);
    }
    let (before, begun) = (base.cpu(), Instant::now());
    let mut tasks = JoinSet::new();
    for teller in tellers {
        let script = script.clone();
        tasks.spawn(async move {
            let (mut flows, mut told) = (0_usize, Told::default());
            while begun.elapsed() < time {
                teller.tell(&script, &mut told).await?;
                flows += 1;
            }
            Outcome::Ok((flows, told))
        });
    }
    let (mut flows, mut told) = (0, Told::default());
    while let Some(done) = tasks.join_next().await {
        let (more, also) = done.map_err(at("floor"))??;
        flows += more;
        told.statements += also.statements;
        told.right += also.right;
    }
    let taken = begun.elapsed();
    let used = base.cpu().zip(before).map(|(after, before)| after.saturating_sub(before));
    #[expect(clippy::cast_precision_loss, reason = "a share of a bench's statements")]
    let right = told.right as f64 / told.statements.max(1) as f64;
    Ok(Floors {
        flows_a_second: number(flows) / taken.as_secs_f64(),
        one_transaction: None,
        connections,
        cpu: used.and_then(|used| used.checked_div(u32::try_from(flows).ok()?)),
        right: Some(right),
    })
}

fn file(database: &Database, counts: Counts, time: Duration) -> Outcome<Floors> {
    let both = || -> rusqlite::Result<Floors> {
        Ok(Floors {
            flows_a_second: bare(database, counts, time)?,
            one_transaction: Some(bare(database, Counts { transactions: 1, ..counts }, time)?),
            connections: 1,
            cpu: None,
            right: None,
        })
    };
    both().map_err(at("floor"))
}

fn bare(database: &Database, counts: Counts, time: Duration) -> rusqlite::Result<f64> {
    let folder = database.folder.as_ref().map_or(std::path::Path::new("."), |f| f.path());
    let file = folder.join(format!("floor-{}.sqlite", counts.transactions));
    let conn = Connection::open(file)?;
    conn.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    conn.pragma_update(None, "synchronous", "FULL")?;
    conn.execute_batch("create table floor (id integer primary key, doc text not null)")?;
    let mut insert = conn.prepare("insert into floor (doc) values ($1)")?;
    let transactions = counts.transactions.max(1);
    let each = usize::try_from(counts.bytes / transactions).unwrap_or(0);
    let doc = "x".repeat(each);
    let begun = Instant::now();
    let mut flows = 0_u32;
    while begun.elapsed() < time {
        for _ in 0..transactions {
            // Outside of an explicit transaction each statement is one.
            insert.execute([&doc])?;
        }
        flows += 1;
    }
    Ok(f64::from(flows) / begun.elapsed().as_secs_f64())
}
