//! The power goes. The server runs with the shim under it, which writes down what it does to its
//! files; it is killed, its folder is made what the disk would hold after a power cut at that
//! moment, and it is started on that. What was acknowledged must be there, whatever else is not.

mod cycle;
mod disk;

use crate::plan::Plan;
use crate::report::Report;
use crate::seeds;
use crate::shop::Shop;
use cycle::{Cycles, Found};
use faults::Bug;

/// So many cuts show at the latest that a server which does not sync loses what it acknowledged.
const CONTROL: usize = 8;
/// For a seed that once broke it.
const KEPT: usize = 4;

pub(super) fn run(plan: &Plan, report: &mut Report) {
    report.unit = "power cuts";
    report.asked = plan.of(30, 300);
    if !cfg!(target_os = "linux") {
        return report.broke(plan.seed, "this row needs Linux: the shim is loaded by its loader");
    }
    control(plan, report);
    for seed in seeds::kept(report.row) {
        cuts(plan, seed, KEPT, report);
    }
    let found = cuts(plan, plan.seed, report.asked, report);
    report.done = found.cuts;
    for (name, count) in found.figures() {
        report.figure(name, count);
    }
}

/// The same on a server that does not sync at each commit: it must be seen to lose.
fn control(plan: &Plan, report: &mut Report) {
    let shop = Shop::new(plan);
    let mut cycles = Cycles::new(plan, plan.seed, shop, Some(Bug::SyncNormal));
    for _ in 0..CONTROL {
        let lost = match cycles.next(report) {
            Ok(lost) => lost,
            Err(why) => return report.broke(plan.seed, format!("the control: {why}")),
        };
        if lost > 0 {
            let cuts = cycles.found().cuts;
            return report.figure(
                "control, synchronous=NORMAL",
                format!("{lost} acknowledged commands lost by cut {cuts}, as they must be"),
            );
        }
    }
    report.broke(plan.seed, "a server that does not sync lost nothing: the row sees nothing");
}

fn cuts(plan: &Plan, seed: u64, count: usize, report: &mut Report) -> Found {
    let mut cycles = Cycles::new(plan, seed, Shop::new(plan), None);
    for number in 0..count {
        if plan.time_is_up() {
            break;
        }
        if let Err(why) = cycles.next(report) {
            let found = cycles.found();
            let left = cycles.leave();
            report.broke(seed, format!("cut {}: {why}; see {}", number + 1, left.display()));
            return found;
        }
    }
    cycles.settle(report)
}
