//! Many clients on few objects: of all that want what only one can have, one gets it, and each of
//! the others is told why not. A case is one sale with a race at each of its turns, or a promotion
//! with little left, or an approval of credit that ends meanwhile. A seed says which races, who
//! goes to which node and how late; which of them is first is the machine's doing.

mod arena;
mod budget;
mod desk;
mod ends;
mod expiry;
mod flow;
mod judge;
mod published;
mod walk;

use crate::database::Database;
use crate::plan::Plan;
use crate::report::Report;
use crate::seeds;
use crate::server::Server;
use arena::Arena;
use budget::Round;
use domain::time::Moment;
use futures::future::join_all;
use judge::Verdicts;
use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::sync::Arc;

/// The name that its seeds are kept under.
const ROW: &str = "races";
/// Servers on PostgreSQL; a file has one.
const NODES: usize = 3;
/// Sales of one database that go on at the same time.
const SALES: usize = 3;
/// The clock of the servers in this process begins here.
const BEGINNING: &str = "2026-11-23T15:00:00Z";

/// A case, and what it came to.
type Judged = (u64, Verdicts);

pub(super) fn run(plan: &Plan, report: &mut Report) {
    report.unit = "races";
    report.asked = plan.of(150, 5000);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let budgets = budgets(plan);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let catalogue = folder.path().join("catalogue");
    std::fs::create_dir(&catalogue).expect("a folder");
    budget::write(&catalogue, &budgets);
    let databases = [Database::file(folder.path()), Database::postgres()];
    let share = report.asked / databases.len();
    let mut all = Verdicts::default();
    for (database, nodes) in databases.into_iter().zip([1, NODES]) {
        let servers: Vec<Server> =
            (0..nodes).map(|_| serve(plan, folder.path(), &database, &catalogue)).collect();
        let urls = servers.iter().map(Server::url).collect();
        let operations = servers[0].operations();
        let mut walks = cases(plan, "sales");
        let mut judged = runtime.block_on(async {
            let arena = Arc::new(Arena::enter(urls, operations).await);
            let mut judged = Vec::new();
            for round in &budgets {
                if !plan.time_is_up() {
                    let racing = budget::round(&arena, &database, *round);
                    judged.push(caught(round.seed, racing).await);
                    let promotion = round.last_unit();
                    let racing = ends::last_unit(&arena, &database, &promotion, round.seed);
                    judged.push(caught(round.seed, racing).await);
                    let racing = desk::publications(&arena, round.seed);
                    judged.push(caught(round.seed, racing).await);
                }
            }
            judged.extend(expiring(plan, folder.path(), &database).await);
            while count(&judged) < share && !plan.time_is_up() {
                let seeds: Vec<u64> = walks.by_ref().take(SALES).collect();
                let racing = seeds.iter().map(|seed| caught(*seed, walk::walk(&arena, *seed)));
                judged.extend(join_all(racing).await);
            }
            report.figure(format!("{}: asked again", database.name()), arena.again());
            judged
        });
        drop(servers);
        let found = runtime.block_on(database.audit());
        judged.push((plan.seed, Verdicts { broken: found, ..Verdicts::default() }));
        report.figure(format!("{}: races", database.name()), count(&judged));
        for (seed, verdicts) in judged {
            for what in &verdicts.broken {
                report.broke(seed, format!("{}: {what}", database.name()));
            }
            all.add(verdicts);
        }
        report.done = all.count();
    }
    for (race, count) in &all.races {
        report.figure(*race, count);
    }
    for (code, count) in &all.refused {
        report.figure(format!("refused: {code}"), count);
    }
}

fn count(judged: &[Judged]) -> usize {
    judged.iter().map(|(_, verdicts)| verdicts.count()).sum()
}

/// A case; where it panics, that is what broke.
async fn caught(seed: u64, case: impl Future<Output = Verdicts>) -> Judged {
    let ended = futures::FutureExt::catch_unwind(AssertUnwindSafe(case)).await;
    let broken = || Verdicts {
        broken: vec!["the case panicked; its words are above".to_owned()],
        ..Verdicts::default()
    };
    (seed, ended.unwrap_or_else(|_| broken()))
}

/// Seeds of cases without end: those kept first, then the run's own, so that `--seed` shows a case
/// again, then others.
fn cases(plan: &Plan, purpose: &str) -> impl Iterator<Item = u64> + use<> {
    let mut dice = plan.dice(purpose);
    let first = seeds::kept(ROW).into_iter().chain([plan.seed]);
    first.chain(std::iter::repeat_with(move || dice.u64(..)))
}

/// So many of them, and those kept besides.
fn some(plan: &Plan, purpose: &str, count: usize) -> impl Iterator<Item = u64> + use<> {
    cases(plan, purpose).take(count + seeds::kept(ROW).len())
}

fn budgets(plan: &Plan) -> Vec<Round> {
    let seeds = some(plan, "budgets", plan.of(1, 40));
    seeds.enumerate().map(|(at, seed)| Round::new(at, seed)).collect()
}

fn serve(plan: &Plan, folder: &Path, database: &Database, catalogue: &Path) -> Server {
    let mut server = Server::new(plan, folder, database)
        .with("DEMARC_CATALOGUE", catalogue.to_string_lossy())
        .with("DEMARC_LIMITS__WAITING", "0")
        // What is handed off is not delivered while the races go on.
        .with("DEMARC_FULFILMENT__WORKING_DAY_MS", "86400000");
    server.start_again();
    server
}

/// Approvals that end while contracts are asked for, on a database of their own.
async fn expiring(plan: &Plan, folder: &Path, beside: &Database) -> Vec<Judged> {
    let own = folder.join("expiry");
    let (database, nodes) = match beside {
        Database::File(_) => {
            std::fs::create_dir_all(own.join("demarc-data")).expect("a folder");
            (Database::file(&own), 1)
        }
        Database::Url(_) => (Database::postgres(), NODES),
    };
    let beginning = Moment::parse(BEGINNING).expect("a moment");
    let world = expiry::World::start(&database, nodes, beginning).await;
    let mut judged = Vec::new();
    for seed in some(plan, "expiry", plan.of(3, 60)) {
        if plan.time_is_up() {
            break;
        }
        let racing = async {
            let mut verdicts = Verdicts::default();
            world.round(&database, seed, &mut verdicts).await;
            verdicts
        };
        judged.push(caught(seed, racing).await);
    }
    world.end();
    let broken = database.audit().await;
    judged.push((plan.seed, Verdicts { broken, ..Verdicts::default() }));
    judged
}
