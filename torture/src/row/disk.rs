//! A disk that is full, and one that fails. The shim makes calls of a running server fail: one
//! call of each kind after the other, once or until it is healed; at its start and at its end too.
//! Every answer is an error that says when to come again, or durable; none takes long; and what
//! was healed is healed for the server as well.

mod case;
mod small;

use crate::plan::{Plan, Size};
use crate::report::Report;
use crate::seeds;
use case::{Bench, Case};

pub(super) fn run(plan: &Plan, report: &mut Report) {
    report.unit = "faults";
    report.asked = plan.of(40, 1000);
    if !cfg!(target_os = "linux") {
        return report.broke(plan.seed, "this row needs Linux: the shim is loaded by its loader");
    }
    for seed in seeds::kept(report.row) {
        faults(plan, seed, plan.of(10, 40), report);
    }
    report.done = faults(plan, plan.seed, report.asked, report);
    if plan.size == Size::Long {
        small::run(plan, report);
    }
}

/// Makes so many faults on one database, and compares at the end. Answers how many happened.
fn faults(plan: &Plan, seed: u64, count: usize, report: &mut Report) -> usize {
    let mut bench = Bench::new(plan, seed);
    for number in 0..count {
        if plan.time_is_up() {
            break;
        }
        let case = Case::of(plan, seed, number);
        if let Err(why) = bench.run(case) {
            let log = bench.complaints();
            let left = bench.leave();
            report.broke(seed, format!("{case}: {why}; see {}\n{log}", left.display()));
            return number;
        }
        if (number + 1).is_multiple_of(50) {
            eprintln!("  {}: {} of {count}", report.row, number + 1);
        }
    }
    bench.settle(report)
}
