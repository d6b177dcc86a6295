//! The server is killed, over and over, while sixteen clients sell, and started again where it was:
//! from outside at a random moment, in the midst of its start, and by itself at each named point
//! between two steps of a change.

mod campaign;
mod deck;
mod receiver;
mod tally;
mod verdict;
mod world;

use crate::plan::Plan;
use crate::report::Report;
use crate::seeds;
use campaign::Campaign;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;
use tally::Tally;

/// On what the server keeps its data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Sqlite,
    Postgres,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

/// Kills of one server on one database. Then the next begins with a fresh one.
const A_CAMPAIGN: usize = 100;
/// Kills of the campaign that a seed is kept for.
const A_KEPT: usize = 30;

pub(super) fn run(plan: &Plan, report: &mut Report) {
    report.unit = "kills";
    let kept = seeds::kept("kill");
    let sizes = [(Kind::Sqlite, plan.of(100, 1000)), (Kind::Postgres, plan.of(30, 300))];
    report.asked = sizes.iter().map(|(_, kills)| kills + kept.len() * A_KEPT).sum();
    // Mostly waiting: so side by side.
    let tallies: Vec<Tally> = thread::scope(|scope| {
        let kept = kept.as_slice();
        let both = sizes.map(|(kind, kills)| scope.spawn(move || series(plan, kind, kills, kept)));
        both.into_iter().map(|one| one.join().expect("campaigns are caught")).collect()
    });
    for tally in tallies {
        tally.tell(plan, report);
    }
}

/// Campaigns on one kind of database: those that broke once, then as many as are asked for.
fn series(plan: &Plan, kind: Kind, kills: usize, kept: &[u64]) -> Tally {
    let mut tally = Tally::new(kind);
    let mut left = kills;
    let kept = kept.iter().map(|seed| (*seed, A_KEPT));
    let fresh = (0..).map(|nth| match nth {
        0 => plan.seed,
        nth => seeds::mix(plan.seed, &format!("campaign {nth}")),
    });
    for (seed, most) in kept.chain(fresh.map(|seed| (seed, A_CAMPAIGN))) {
        let kills = most.min(left.max(A_KEPT));
        let begun = tally.kills();
        let run = AssertUnwindSafe(|| Campaign::new(plan, kind, seed, &mut tally).run(kills));
        if catch_unwind(run).is_err() {
            tally.broke(seed, "the campaign panicked; its words are above".to_owned());
        }
        if most == A_CAMPAIGN {
            left = left.saturating_sub(tally.kills() - begun);
        }
        if left == 0 || plan.time_is_up() || tally.is_broken() {
            break;
        }
    }
    tally
}
