//! A credit bureau that is slow, fails, hangs, panics and lies, under a server in this process,
//! while others use the server for other things.
//!
//! Must: nothing counts as an approval that is none; a check has one call under way at most, and
//! none once an answer was taken; what gets no answer ends failed, its job put aside and visible;
//! and the others' 99th percentile is at most 1.2 times what it is with a bureau that is well.
//!
//! Stretches with a well and an ill bureau alternate, on the same server with the same load, so
//! that whatever else the machine does falls on both. What counts is the smaller of two ratios:
//! of the percentiles over all stretches of a kind, and the median of each pair's own. An effect
//! of the bureau shows in both; a hiccup of the machine within a few stretches does not. Where
//! the bound seems passed, up to three times as many pairs are compared before it is said: an
//! effect stays, a busy neighbour of the machine goes.

mod judge;
mod liar;
mod others;
mod sale;
mod world;

use crate::plan::Plan;
use crate::report::Report;
use crate::seeds;
use crate::wire::{Wire, percentile};
use fastrand::Rng;
use judge::Asked;
use liar::{Liar, Mood};
use sale::Sale;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::runtime::Builder;
use tokio::task::JoinSet;
use tokio::time::{sleep, sleep_until};
use world::World;

/// What is promised of a quiet machine, and what a short run can tell from noise.
const PROMISE: f64 = 1.2;
const SHORT_BOUND: f64 = 1.7;
/// How many times as many pairs are compared, at most, where the bound seems passed.
const PATIENCE: u32 = 3;
/// Checks asked for in a second.
const PER_SECOND: u32 = 6;
/// Every job has ended by then.
const SETTLED: Duration = Duration::from_secs(30);
/// How long the bureau stays ill after the last stretch.
const STILL_ILL: Duration = Duration::from_secs(5);

pub(super) fn run(plan: &Plan, report: &mut Report) {
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.expect("a runtime");
    report.unit = "checks";
    runtime.block_on(async {
        for seed in seeds::kept(report.row) {
            Trial::run(plan, report, seed, 1).await;
        }
        Trial::run(plan, report, plan.seed, plan.of(8, 60)).await;
    });
}

/// One server's life with one bureau.
struct Trial {
    world: World,
    bureau: Arc<Liar>,
    /// How many were priced so far.
    sales: u32,
    stretch: Duration,
    asked: Vec<Asked>,
    /// What the others waited for: of each stretch with a well bureau, and with an ill one.
    well: Vec<Vec<Duration>>,
    ill: Vec<Vec<Duration>>,
}

impl Trial {
    async fn run(plan: &Plan, report: &mut Report, seed: u64, pairs: u32) {
        let bureau = Liar::new(Rng::with_seed(seeds::mix(seed, "bureau")));
        let world = World::start(Arc::clone(&bureau), seed).await;
        let stretch = plan.of(Duration::from_secs(1), Duration::from_secs(3));
        let bound = plan.of(SHORT_BOUND, PROMISE);
        let mut trial = Self {
            world,
            bureau,
            sales: 0,
            stretch,
            asked: Vec::new(),
            well: Vec::new(),
            ill: Vec::new(),
        };
        for number in 0..pairs * PATIENCE {
            let enough = number >= pairs && (pairs == 1 || trial.compare().ratio() <= bound);
            if plan.time_is_up() || enough {
                break;
            }
            trial.pair().await;
        }
        let settled = trial.settle(plan.of(24, 240)).await;
        report.asked += trial.asked.len();
        if !settled {
            report.broke(seed, format!("jobs are under way {SETTLED:?} after the bureau is well"));
        }
        judge::all(&trial, report, seed).await;
        if pairs > 1 {
            let found = trial.compare();
            report.figure("others' p99", found.to_string());
            report.must(found.ratio() <= bound, seed, || {
                format!("others wait longer, {found}: at most {bound}")
            });
        }
        trial.world.end().await;
    }

    /// A stretch of each kind.
    async fn pair(&mut self) {
        let times = self.stretch().await;
        self.well.push(times);
        self.bureau.set(Mood::Ill);
        let times = self.stretch().await;
        self.ill.push(times);
        // What still hangs belongs to neither.
        self.bureau.set(Mood::Well);
        while self.bureau.under_way() > 0 {
            sleep(Duration::from_millis(10)).await;
        }
    }

    /// Asks for credit, and answers what the others waited for meanwhile.
    async fn stretch(&mut self) -> Vec<Duration> {
        let seconds = u32::try_from(self.stretch.as_secs()).unwrap_or(1);
        let sales = self.price(seconds * PER_SECOND).await;
        let quote = sales[0].quote.clone();
        let asking = async {
            let mut wire = Wire::new(&self.world.url, &self.world.partner);
            let mut beat = tokio::time::interval(Duration::from_secs(1) / PER_SECOND);
            let mut asked = Vec::new();
            for sale in sales {
                beat.tick().await;
                let check = sale.ask_credit(&mut wire).await;
                asked.push(Asked { sale, check });
            }
            asked
        };
        let others = others::stretch(&self.world, &quote, self.stretch);
        let (asked, times) = tokio::join!(asking, others);
        self.asked.extend(asked);
        times
    }

    /// Lets a crowd ask an ill bureau while the clock runs fast, so that tries end; then it is
    /// well, until every job has ended.
    async fn settle(&mut self, crowd: u32) -> bool {
        let crowd = self.price(crowd).await;
        self.bureau.set(Mood::Ill);
        self.world.clock.run_fast();
        let mut wire = Wire::new(&self.world.url, &self.world.partner);
        for sale in crowd {
            let check = sale.ask_credit(&mut wire).await;
            self.asked.push(Asked { sale, check });
        }
        self.bureau.set(Mood::IllAtOnce);
        let well_at = Instant::now() + STILL_ILL;
        let until = well_at + SETTLED;
        while self.world.app.store.ask(store::job::open()).await.expect("a count") > 0 {
            if Instant::now() > well_at {
                self.bureau.set(Mood::Well);
            }
            if Instant::now() > until {
                return false;
            }
            sleep_until((Instant::now() + Duration::from_millis(20)).into()).await;
        }
        true
    }

    fn compare(&self) -> Compared {
        let p99 = |times: &[Duration]| percentile(times.to_vec(), 99).as_secs_f64();
        let (well, ill) = (self.well.concat(), self.ill.concat());
        let mut each: Vec<f64> =
            self.well.iter().zip(&self.ill).map(|(well, ill)| p99(ill) / p99(well)).collect();
        each.sort_by(f64::total_cmp);
        Compared {
            well: p99(&well),
            ill: p99(&ill),
            answers: ill.len(),
            pairs: each.len(),
            median: each.get(each.len() / 2).copied().unwrap_or(f64::INFINITY),
        }
    }

    /// So many quotes up to the price, some at a time.
    async fn price(&mut self, count: u32) -> Vec<Sale> {
        let numbers = self.sales..self.sales + count;
        self.sales += count;
        let mut tasks = JoinSet::new();
        for turn in 0..4 {
            let mut wire = Wire::new(&self.world.url, &self.world.partner);
            let numbers = numbers.clone().skip(turn).step_by(4);
            tasks.spawn(async move {
                let mut sales = Vec::new();
                for number in numbers {
                    sales.push(sale::price(&mut wire, number).await);
                }
                sales
            });
        }
        tasks.join_all().await.concat()
    }
}

/// What the others waited for with a well and with an ill bureau: 99th percentiles, in seconds.
struct Compared {
    well: f64,
    ill: f64,
    /// With each.
    answers: usize,
    pairs: usize,
    /// Of each pair's own ratio.
    median: f64,
}

impl Compared {
    fn ratio(&self) -> f64 {
        (self.ill / self.well).min(self.median)
    }
}

impl fmt::Display for Compared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { well, ill, answers, pairs, median } = self;
        write!(
            f,
            "bureau well {:.1} ms, ill {:.1} ms, over {answers} answers each: {:.2} times; \
             median of {pairs} pairs {median:.2} times",
            1000.0 * well,
            1000.0 * ill,
            ill / well,
        )
    }
}
