//! A rolling restart: three servers on one database, each ended and started again in turn under
//! load. No request fails but by a connection that breaks, or a 503 that says when to come again.

use super::team::{MUCH, Team};
use crate::database::Database;
use crate::plan::Plan;
use crate::report::Report;
use crate::verdict::judge;
use std::time::{Duration, Instant};
use tokio::task::block_in_place;
use tokio::time::sleep;

const SERVERS: usize = 3;
/// A server that is told to end has done so by then.
const DRAIN: Duration = Duration::from_secs(10);
/// Clients that get nothing for so long are held up.
const PATIENCE: Duration = Duration::from_secs(30);

pub(super) async fn run(plan: &Plan, report: &mut Report) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let database = block_in_place(Database::postgres);
    let mut team = Team::start(plan, folder.path(), &database, SERVERS).await;
    let mut drains = Vec::new();
    if let Err(why) = restarts(&mut team, &mut drains).await {
        report.broke(plan.seed, format!("rolling restart: {why}"));
        return;
    }
    let verdict = judge(&team.ledger, &database, team.asking.clone()).await;
    report.figure("rolling restart", format!("{verdict}, drained in {drains:.2?}"));
    report.must(verdict.orders > 0, plan.seed, || "no order came through".to_owned());
    let harm = (verdict.lost, verdict.doubled);
    report.must(harm == (0, 0), plan.seed, || format!("rolling restart: {verdict}"));
    report.must(drains.iter().all(|&drain| drain < DRAIN), plan.seed, || {
        format!("rolling restart: drained in {drains:.2?}")
    });
    for line in database.audit().await {
        report.broke(plan.seed, format!("after the rolling restart: {line}"));
    }
}

async fn restarts(team: &mut Team, drains: &mut Vec<Duration>) -> Result<(), String> {
    for at in 0..SERVERS {
        progress(team).await?;
        drains.push(block_in_place(|| {
            let took = team.servers[at].end();
            team.servers[at].start_again();
            took
        }));
    }
    progress(team).await?;
    team.stop().await
}

/// Waits until much more was acknowledged.
async fn progress(team: &mut Team) -> Result<(), String> {
    let from = Instant::now();
    while team.ledger.since(from) < MUCH {
        team.all_well().await?;
        if from.elapsed() > PATIENCE {
            return Err("nothing is acknowledged any more".to_owned());
        }
        sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}
