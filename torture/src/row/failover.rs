//! The database's leader is lost: three PostgreSQL under Patroni, strictly synchronous, whose
//! leader is killed, frozen, replaced or cut off while two servers sell through it. Then a rolling
//! restart of the servers themselves.
//!
//! Must: nothing acknowledged is lost or doubled; the API writes again at most two seconds after a
//! plain writer beside it does; meanwhile every answer is a 503 that says when to come again, and
//! none is later than its time.

mod blow;
mod floor;
mod rolling;
mod team;

use crate::database::Database;
use crate::plan::Plan;
use crate::report::Report;
use crate::seeds;
use crate::verdict::judge;
use blow::Blow;
use fastrand::Rng;
use floor::Floor;
use pgtest::{NODES, Patroni};
use std::sync::Arc;
use std::time::{Duration, Instant};
use team::{Ready, Team};
use tokio::runtime::Builder;
use tokio::task::block_in_place;
use tokio::time::sleep;
use tokio_postgres::NoTls;

/// Writes through Demarc are back so long after the database's own at the latest.
const BEHIND: Duration = Duration::from_secs(2);
/// Who cannot be answered is told so by then.
const TOLD: Duration = Duration::from_secs(6);
/// A cluster that was hit is whole again by then.
const WHOLE: Duration = Duration::from_secs(90);

pub(super) fn run(plan: &Plan, report: &mut Report) {
    let runtime = Builder::new_multi_thread().worker_threads(4).enable_all().build();
    let runtime = runtime.expect("a runtime");
    let seeds = seeds::kept(report.row).into_iter().chain([plan.seed]);
    let cases: Vec<Case> = seeds.flat_map(|seed| Case::all(plan, seed)).collect();
    (report.unit, report.asked) = ("failovers", cases.len());
    runtime.block_on(rolling::run(plan, report));
    runtime.block_on(failovers(plan, report, &cases));
}

/// One failover.
#[derive(Debug, Clone, Copy)]
struct Case {
    seed: u64,
    blow: Blow,
    /// How long everything has gone well before.
    after: Duration,
}

impl Case {
    /// All of one seed.
    fn all(plan: &Plan, seed: u64) -> Vec<Self> {
        let mut dice = Rng::with_seed(seeds::mix(seed, "failover"));
        let blows: &[Blow] = plan.of(&blow::SHORT, &blow::LONG);
        let case = |&blow| Self { seed, blow, after: Duration::from_millis(dice.u64(0..500)) };
        blows.iter().map(case).collect()
    }
}

/// A cluster, what runs on it, and who watches.
struct Stage {
    cluster: Arc<Patroni>,
    team: Team,
    floor: Floor,
    ready: Ready,
    /// What may still be felt when the next blow falls.
    last: Option<Blow>,
}

/// How things stood before a blow.
struct Before {
    /// Since when the blow before was over.
    quiet: Instant,
    struck: Instant,
    /// How often somebody was told that a server is not ready.
    refused: usize,
}

async fn failovers(plan: &Plan, report: &mut Report, cases: &[Case]) {
    let begun = Instant::now();
    let cluster = Arc::new(block_in_place(Patroni::start));
    create(&cluster).await;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let team = Team::start(plan, folder.path(), &Database::Url(cluster.url("demarc")), 2).await;
    let floor = Floor::start((0..NODES).map(|node| cluster.url_of(node, "demarc")).collect());
    let ready = Ready::start(&team.servers);
    let mut stage = Stage { cluster, team, floor, ready, last: None };
    eprintln!("  set up in {:.1?}", begun.elapsed());
    for (number, case) in cases.iter().enumerate() {
        if plan.time_is_up() {
            break;
        }
        if let Err(why) = stage.hit(number + 1, case, report).await {
            report.broke(case.seed, format!("{:?}: {why}", case.blow));
            return;
        }
        report.done += 1;
    }
    if let Err(why) = stage.team.stop().await {
        report.broke(plan.seed, why);
        return;
    }
    let leader = block_in_place(|| stage.cluster.wait_until_whole(WHOLE));
    let database = Database::Url(stage.cluster.url_of(leader, "demarc"));
    let verdict = judge(&stage.team.ledger, &database, stage.team.asking.clone()).await;
    report.figure("under failovers", &verdict);
    report.must(verdict.orders > 0, plan.seed, || "no order came through".to_owned());
    let harm = (verdict.lost, verdict.doubled);
    report.must(harm == (0, 0), plan.seed, || format!("failovers: {verdict}"));
    for line in database.audit().await {
        report.broke(plan.seed, format!("after the failovers: {line}"));
    }
}

impl Stage {
    /// One blow, until everybody writes again. An error: that does not happen.
    async fn hit(&mut self, number: usize, case: &Case, report: &mut Report) -> Result<(), String> {
        let Case { blow, after, .. } = *case;
        let quiet = Instant::now();
        self.going().await?;
        let leader = block_in_place(|| self.cluster.wait_until_whole(WHOLE));
        sleep(after).await;
        let refused = self.ready.refused();
        let struck = Instant::now();
        let before = Before { quiet, struck, refused };
        block_in_place(|| blow.strike(&self.cluster, leader));
        if blow.others_step_in() {
            self.others_lead(leader).await?;
        } else if let Some(hold) = blow.hold() {
            sleep(hold).await;
            block_in_place(|| blow.undo(&self.cluster, leader));
        }
        // Everybody writes again: what came through just before the blow was felt is not it.
        self.going().await?;
        self.judge(number, case, &before, report);
        if blow.others_step_in() {
            block_in_place(|| blow.undo(&self.cluster, leader));
        }
        Ok(())
    }

    /// What was felt of a blow, and whether it was as promised.
    fn judge(&mut self, number: usize, case: &Case, before: &Before, report: &mut Report) {
        let Case { seed, blow, .. } = *case;
        let through = self.team.ledger.longest_gap(before.struck);
        let alone = blow.hold().unwrap_or_else(|| self.floor.longest_gap(before.struck));
        let slowest = self.team.slowest_refusal(before.struck);
        let refused = self.ready.refused() - before.refused;
        let stale = self.team.stale(before.quiet);
        let words = format!(
            "database {alone:.1?}, through demarc {through:.1?}, slowest 503 {slowest:.1?}, \
             not ready {refused} times, {stale} stale answers"
        );
        report.figure(format!("{number} {blow:?}"), words);
        let may_be_stale = [Some(blow), self.last.replace(blow)];
        let may_be_stale = may_be_stale.into_iter().flatten().any(Blow::may_show_what_was);
        report.must(stale == 0 || may_be_stale, seed, || {
            format!("{blow:?}: {stale} answers did not know of what was acknowledged")
        });
        report.must(through <= alone + BEHIND, seed, || {
            format!("{blow:?}: writes were back after {through:.1?}, the database's {alone:.1?}")
        });
        report.must(slowest <= TOLD, seed, || format!("{blow:?}: a 503 took {slowest:.1?}"));
        report.must(blow == Blow::SwitchOver || refused > 0, seed, || {
            format!("{blow:?}: the servers said that they were ready all the time")
        });
    }

    /// Waits until both, the clients and the plain writer, have written much from now on.
    async fn going(&mut self) -> Result<(), String> {
        let from = Instant::now();
        while self.team.ledger.since(from) < team::MUCH || self.floor.since(from) < team::MUCH {
            self.team.all_well().await?;
            if from.elapsed() > WHOLE {
                return Err("writes do not come back".to_owned());
            }
            sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    async fn others_lead(&self, leader: usize) -> Result<(), String> {
        let begun = Instant::now();
        while block_in_place(|| self.cluster.state().0).is_none_or(|now| now == leader) {
            if begun.elapsed() > WHOLE {
                return Err("nobody else takes the lead".to_owned());
            }
            sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }
}

async fn create(cluster: &Patroni) {
    let leader = cluster.state().0.expect("a leader");
    let url = cluster.url_of(leader, "postgres");
    let (client, connection) = tokio_postgres::connect(&url, NoTls).await.expect("the leader");
    tokio::spawn(connection);
    let create = "create database demarc template template0";
    client.batch_execute(create).await.expect("a database");
}
