//! Receivers of events that fail in every way, while senders are killed: nothing is lost, nothing
//! goes astray, and those that are well hear in time.

mod crew;
mod heard;
mod judge;
mod machine;
mod receiver;
mod unrest;

use self::crew::{EACH, Partner, receivers};
use self::heard::{Log, Told};
use self::judge::{Expected, Lateness, expected, losses};
use self::machine::Machine;
use self::receiver::{Manner, Receiver};
use self::unrest::{Listening, Over, Progress, kill};
use crate::database::Database;
use crate::ledger::Ledger;
use crate::plan::Plan;
use crate::report::Report;
use crate::seeds;
use crate::seller::Seller;
use crate::server::Server;
use app::{Clock as _, SystemClock};
use domain::time::Moment;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::sync::Mutex;
use tokio::task::JoinSet;

const NODES: usize = 2;
const PARTNERS: usize = 50;
/// An opportunity is two events.
const EVENTS: usize = 2;
/// Milliseconds that a turn is leased for, and that a receiver has to answer.
const LEASE_MS: i64 = 8_000;
const TIMEOUT_MS: i64 = 4_000;
/// Until what a killed node left is caught up with, after its leases have run out.
const CATCH_UP_MS: i64 = 2_000;
/// What those that are well may wait for, at the 99th percentile.
const SOON_MS: i64 = 2_000;
/// Where something waits for a processor for so many hundredths of the time, lateness says nothing
/// of the server.
const STARVED: u64 = 60;
/// So many opportunities are under way, at most.
const AT_ONCE: usize = 24;
/// How long events are made for in the short form, however few there are by then.
const SHORT: Duration = Duration::from_secs(80);
/// Breaches that are told.
const SHOWN: usize = 12;

pub(super) fn run(plan: &Plan, report: &mut Report) {
    report.unit = "events";
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    for seed in seeds::kept("webhooks") {
        eprintln!("  webhooks: again what broke at seed {}", seeds::text(seed));
        let mut again = plan.clone();
        again.seed = seed;
        runtime.block_on(one(&again, 400, report));
    }
    let openings = plan.of(1_700, 50_000);
    report.asked += openings * EVENTS;
    runtime.block_on(one(plan, openings, report));
}

/// Everything that a run has.
struct Scene {
    database: Database,
    nodes: Vec<Server>,
    receivers: Vec<Arc<Receiver>>,
    log: Arc<Log>,
    partners: Vec<Arc<Mutex<Partner>>>,
    listening: Listening,
    begun: Moment,
    _folder: TempDir,
}

/// One run over a fresh database.
async fn one(plan: &Plan, openings: usize, report: &mut Report) {
    let Scene { database, nodes, receivers, log, partners, listening, begun, _folder } =
        set(plan).await;
    let progress = Arc::new(Progress { of: openings, ..Progress::default() });
    let healthy = |r: &&Arc<Receiver>| r.manner == Manner::Healthy;
    let well: Vec<usize> = receivers.iter().filter(healthy).map(|r| r.number).collect();
    // Some of them are restarted; the others are those that must hear in time.
    let (restarted, well) = well.split_at(well.len() / 5);
    let (dice, seen) = (plan.dice("restarts"), Arc::clone(&progress));
    let disturbing = tokio::spawn(listening.disturb(restarted.to_vec(), dice, seen));
    let (dice, seen, kills) = (plan.dice("kills"), Arc::clone(&progress), plan.of(3, 20));
    let killing = tokio::task::spawn_blocking(move || kill(nodes, kills, dice, &seen));
    let (clock, machine) = (Instant::now(), Machine::watch());
    // However it ends, nobody goes on with the unrest.
    let over = Over(Arc::clone(&progress));
    open(plan, &partners, &progress).await;
    let took = clock.elapsed();
    drop(over);
    let busy = machine.hundredths();
    let (_nodes, outages) = killing.await.expect("no panic");
    let (_listening, restarts) = disturbing.await.expect("no panic");
    let early = log.taken();
    for receiver in &receivers {
        receiver.mend();
    }
    let all = expected(&database, &log).await;
    let replays = settle(plan, &database, &log, &all, &partners, begun).await;
    let told = log.told();
    let opened = progress.done.load(Ordering::Relaxed);
    report.done += opened * EVENTS;
    let rate = opened * EVENTS * 1000 / usize::try_from(took.as_millis()).unwrap_or(1).max(1);
    report.figure("nodes, kills of them", format!("{NODES}, {}", outages.len()));
    report.figure("endpoints", crowd(&receivers));
    report.figure("restarts of receivers", restarts);
    report.figure("events a second", rate);
    report.figure("deliveries", format!("{} ({early} before all were well)", all.len()));
    report.figure("messages that came", format!("{} ({} again)", told.attempts, told.again));
    report.figure("endpoints replayed to", replays);
    let well = well.iter().copied().collect();
    in_time(plan, &told, &well, &outages, busy, report);
    for what in losses(&database, &all, &told).await.iter().take(SHOWN) {
        report.broke(plan.seed, what);
    }
    report.must(opened > 0 && !all.is_empty(), plan.seed, || "nothing happened".to_owned());
}

/// Whether those that are well heard in time. `busy`: for how many hundredths of the time
/// something waited for a processor.
fn in_time(
    plan: &Plan,
    told: &Told,
    well: &BTreeSet<usize>,
    outages: &[(Moment, Moment)],
    busy: Option<u64>,
    report: &mut Report,
) {
    // What happened just before a kill was perhaps on its way.
    let whole = |(from, until): &(Moment, Moment)| {
        (from.plus_ms(-SOON_MS), until.plus_ms(LEASE_MS + CATCH_UP_MS))
    };
    let outages: Vec<(Moment, Moment)> = outages.iter().map(whole).collect();
    let calm = Lateness::of(told, well, &outages);
    report.figure("from event to a healthy endpoint", calm.words());
    let always = Lateness::of(told, well, &[]);
    report.figure("the same with the kills", always.words());
    let told = busy.map_or("nobody knows".to_owned(), |busy| format!("{busy} % of the time"));
    report.figure("something waited for a processor", told);
    let soon = calm.percentile(99).is_some_and(|ms| ms <= SOON_MS);
    if soon || busy.is_none_or(|busy| busy < STARVED) {
        report.must(soon, plan.seed, || format!("healthy endpoints hear late: {}", calm.words()));
    } else {
        report.figure("whether that is in time", "not judged: no processor is free");
    }
}

/// Nodes, partners, endpoints and receivers.
async fn set(plan: &Plan) -> Scene {
    let database = Database::postgres();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut nodes = Vec::new();
    for _ in 0..NODES {
        let mut node = Server::new(plan, folder.path(), &database)
            .with("DEMARC_JOB_LEASE_MS", LEASE_MS.to_string())
            .with("DEMARC_WEBHOOKS__TIMEOUT_MS", TIMEOUT_MS.to_string())
            .with("DEMARC_LOG__FILTER", "warn,demarc=info");
        node.start_again();
        nodes.push(node);
    }
    let begun = SystemClock.now();
    let mut urls: Vec<String> = nodes.iter().map(Server::url).collect();
    let log = Arc::new(Log::default());
    let receivers = receivers(PARTNERS * EACH, &mut plan.dice("receivers"), &log);
    let listening = Listening::begin(&receivers);
    let ledger = Arc::new(Ledger::default());
    let mut boss = Seller::new(&urls, &nodes[0].operations(), "operations", &ledger);
    let (mut partners, mut owners) = (Vec::new(), Vec::new());
    for (number, receivers) in receivers.chunks(EACH).enumerate() {
        // Half of them begin with each node.
        urls.rotate_left(1);
        let mut partner = Partner::add(&mut boss, &urls, number).await;
        owners.extend(partner.register(receivers).await);
        partners.push(Arc::new(Mutex::new(partner)));
    }
    log.owned_by(owners);
    Scene { database, nodes, receivers, log, partners, listening, begun, _folder: folder }
}

/// Opens opportunities at an even rate, of partners by dice.
async fn open(plan: &Plan, partners: &[Arc<Mutex<Partner>>], progress: &Arc<Progress>) {
    let mut dice = plan.dice("openings");
    let rate = plan.of(25.0, 50.0);
    let mut beat = tokio::time::interval(Duration::from_secs_f64(1.0 / rate));
    let mut opening = JoinSet::new();
    let begun = Instant::now();
    for number in 1..=progress.of {
        beat.tick().await;
        if plan.time_is_up() || plan.of(begun.elapsed() > SHORT, false) {
            break;
        }
        if opening.len() >= AT_ONCE {
            opening.join_next().await.expect("one").expect("no panic");
        }
        let partner = Arc::clone(&partners[dice.usize(0..partners.len())]);
        let seen = Arc::clone(progress);
        opening.spawn(async move {
            partner.lock().await.open().await;
            seen.done.fetch_add(1, Ordering::Relaxed);
        });
        if number % (progress.of / 5).max(1) == 0 {
            eprintln!("  webhooks: {number} opportunities");
        }
    }
    while let Some(one) = opening.join_next().await {
        one.expect("no panic");
    }
}

/// When all receivers are well: lets the schedule's first retries come, then has the rest sent
/// again by its owner. Answers for how many endpoints that was asked.
async fn settle(
    plan: &Plan,
    database: &Database,
    log: &Log,
    all: &Expected,
    partners: &[Arc<Mutex<Partner>>],
    begun: Moment,
) -> usize {
    let until = Instant::now() + plan.of(Duration::from_mins(1), Duration::from_mins(10));
    let mut replays = 0;
    // A turn that a killed node held, and the retry after five seconds.
    tokio::time::sleep(Duration::from_secs(10)).await;
    let mut next = Instant::now();
    while Instant::now() < until {
        let sql = "select distinct endpoint from delivery where state <> 'delivered'";
        let waiting: BTreeSet<String> = database
            .rows(sql)
            .await
            .iter()
            .map(|row| row.text(0).expect("a text").to_owned())
            .collect();
        if waiting.is_empty() && log.taken() >= all.len() {
            break;
        }
        if next <= Instant::now() {
            replays += replay(&waiting, partners, begun).await;
            next = Instant::now() + Duration::from_secs(15);
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    replays
}

async fn replay(
    waiting: &BTreeSet<String>,
    partners: &[Arc<Mutex<Partner>>],
    since: Moment,
) -> usize {
    let mut asked = 0;
    for partner in partners {
        let mut partner = partner.lock().await;
        let endpoints = partner.endpoints.clone();
        for endpoint in endpoints.iter().filter(|id| waiting.contains(&id[..15])) {
            partner.replay(endpoint, &since.to_string()).await;
            asked += 1;
        }
    }
    asked
}

/// How many endpoints behave how.
fn crowd(receivers: &[Arc<Receiver>]) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for receiver in receivers {
        *counts.entry(receiver.manner.word()).or_default() += 1;
    }
    let each: Vec<String> = counts.iter().map(|(word, count)| format!("{count} {word}")).collect();
    format!("{}: {}", receivers.len(), each.join(", "))
}
