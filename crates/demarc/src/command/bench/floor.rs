//! What the disk allows: a bare loop of durable commits, with nothing of this program in it.

use super::engine::Counts;
use crate::failure::{Outcome, at};
use rusqlite::Connection;
use std::path::Path;
use std::time::{Duration, Instant};

/// Flows a second that bare commits would allow.
#[derive(Debug, Clone, Copy)]
pub(super) struct Floors {
    /// As many transactions as a flow takes when it is alone.
    pub(super) same_transactions: f64,
    /// One transaction a flow.
    pub(super) one_transaction: f64,
}

/// Measures both, each for `time`, on databases of their own in `folder`.
pub(super) async fn measure(folder: &Path, counts: Counts, time: Duration) -> Outcome<Floors> {
    let folder = folder.to_owned();
    let work = move || -> Outcome<Floors> {
        let failed = at::<rusqlite::Error>("floor");
        let both = || -> rusqlite::Result<Floors> {
            Ok(Floors {
                same_transactions: bare(&folder, counts, time)?,
                one_transaction: bare(&folder, Counts { transactions: 1, ..counts }, time)?,
            })
        };
        both().map_err(failed)
    };
    tokio::task::spawn_blocking(work).await.map_err(at("floor"))?
}

fn bare(folder: &Path, counts: Counts, time: Duration) -> rusqlite::Result<f64> {
    let file = folder.join(format!("floor-{}-{}.sqlite", counts.bytes, counts.transactions));
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
