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
//! of the bureau shows in both; a hiccup of the machine within a few stretches does not.

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
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::runtime::Builder;
use tokio::task::JoinSet;
use tokio::time::{sleep, sleep_until};
use world::World;

/// What is promised of a quiet machine, and what a short run can tell from noise.
const PROMISE: f64 = 1.2;
const SHORT_BOUND: f64 = 1.7;
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
    sales: std::vec::IntoIter<Sale>,
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
        let seconds = u32::try_from(stretch.as_secs()).unwrap_or(1);
        let crowd = plan.of(24, 240);
        let sales = price_all(&world, 2 * pairs * seconds * PER_SECOND + crowd).await;
        let mut trial = Self {
            world,
            bureau,
            sales: sales.into_iter(),
            stretch,
            asked: Vec::new(),
            well: Vec::new(),
            ill: Vec::new(),
        };
        for _ in 0..pairs {
            if plan.time_is_up() {
                break;
            }
            trial.pair().await;
        }
        let settled = trial.settle().await;
        report.asked += trial.asked.len();
        if !settled {
            report.broke(seed, format!("jobs are under way {SETTLED:?} after the bureau is well"));
        }
        judge::all(&trial, report, seed).await;
        if pairs > 1 {
            trial.compare(plan, report, seed);
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
        let sales: Vec<Sale> = self.sales.by_ref().take((seconds * PER_SECOND) as usize).collect();
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
    async fn settle(&mut self) -> bool {
        self.bureau.set(Mood::Ill);
        self.world.clock.run_fast();
        let mut wire = Wire::new(&self.world.url, &self.world.partner);
        for sale in self.sales.by_ref() {
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

    fn compare(&self, plan: &Plan, report: &mut Report, seed: u64) {
        let p99 = |times: &[Duration]| percentile(times.to_vec(), 99).as_secs_f64();
        let (well, ill) = (self.well.concat(), self.ill.concat());
        let over_all = p99(&ill) / p99(&well);
        let mut each: Vec<f64> =
            self.well.iter().zip(&self.ill).map(|(well, ill)| p99(ill) / p99(well)).collect();
        each.sort_by(f64::total_cmp);
        let median = each.get(each.len() / 2).copied().unwrap_or(f64::INFINITY);
        let (well_ms, ill_ms) = (1000.0 * p99(&well), 1000.0 * p99(&ill));
        report.figure(
            "others' p99",
            format!(
                "bureau well {well_ms:.1} ms, ill {ill_ms:.1} ms, over {} answers each: \
                 {over_all:.2} times; median of {} pairs {median:.2} times",
                ill.len(),
                each.len(),
            ),
        );
        let bound = plan.of(SHORT_BOUND, PROMISE);
        report.must(over_all.min(median) <= bound, seed, || {
            format!("others wait {over_all:.2} times as long (pairs: {median:.2}), at most {bound}")
        });
    }
}

/// Quotes up to the price, some at a time.
async fn price_all(world: &World, count: u32) -> Vec<Sale> {
    let mut tasks = JoinSet::new();
    for turn in 0..4 {
        let mut wire = Wire::new(&world.url, &world.partner);
        tasks.spawn(async move {
            let mut sales = Vec::new();
            for number in (turn..count).step_by(4) {
                sales.push(sale::price(&mut wire, number).await);
            }
            sales
        });
    }
    tasks.join_all().await.concat()
}
