//! Deterministic simulation: the real domain, actions, doors, store and SQLite engine of one or two
//! nodes, on a virtual clock and with dice from a seed, under every fault at once. One thing moves
//! at a time, and what moves next is rolled; so a seed is a history, and a broken one can be lived
//! again.

mod ask;
mod base;
mod bodies;
mod clients;
mod deal;
mod desk;
mod drive;
mod heal;
mod history;
mod invariants;
mod judge;
mod letters;
mod mischief;
mod node;
mod outside;
mod receivers;
mod sim;
mod witness;

use crate::plan::Plan;
use crate::report::Report;
use crate::seeds;
use base::Base;
use history::{History, Story};
use invariants::Promise;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Things asked in a history, at least.
const ASKS: usize = 200;
/// One in so many is lived twice, to see that its seed decides everything.
const TWICE: usize = 50;

/// Lives one history to its end.
fn live(base: &Base, seed: u64, folder: &Path, aloud: bool) -> Story {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    let runtime = runtime.expect("a runtime");
    let file = folder.join(format!("{seed:016x}.sqlite"));
    let told = catch_unwind(AssertUnwindSafe(|| {
        runtime.block_on(async {
            let mut history = History::new(base, seed, file.clone(), aloud);
            history.live(ASKS).await;
            history.heal().await;
            history.judge().await;
            history.story(seed)
        })
    }));
    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(file.with_extension(format!("sqlite{end}")));
    }
    told.unwrap_or_else(|panic| {
        let words = panic.downcast_ref::<String>().cloned();
        let words = words.or_else(|| panic.downcast_ref::<&str>().map(|&w| w.to_owned()));
        let what = format!("it panicked: {}", words.unwrap_or_default());
        let broken = vec![witness::Broken { promise: Promise::NeverFails, what }];
        Story { seed, broken, ..Story::default() }
    })
}

/// The seeds of a run: the run's own, so that a history can be lived again by it; those kept; and
/// as many fresh ones as are missing.
fn seeds_of(plan: &Plan, count: usize) -> Vec<u64> {
    let mut all = vec![plan.seed];
    all.extend(seeds::kept("histories").into_iter().filter(|seed| *seed != plan.seed));
    let fresh = (1..).map(|number| seeds::mix(plan.seed, &format!("history {number}")));
    let missing = count.saturating_sub(all.len());
    all.extend(fresh.take(missing));
    all
}

pub(super) fn run(plan: &Plan, report: &mut Report) {
    quiet_panics();
    let seeds = seeds_of(plan, plan.of(1_000, 10_000));
    report.unit = "histories";
    report.asked = seeds.len();
    let base = Base::make();
    let folder = tempfile::tempdir_in(base::memory()).expect("a folder");
    // No time at all: the one history of that seed, step by step.
    let aloud = plan.time_is_up();
    let (next, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
    let stories: Mutex<Vec<Story>> = Mutex::default();
    let work = || {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(&seed) = seeds.get(number) else { return };
            if stop.load(Ordering::Relaxed) || (number > 0 && plan.time_is_up()) {
                return;
            }
            let mut story = live(&base, seed, folder.path(), aloud);
            if number.is_multiple_of(TWICE) && story.broken.is_empty() && !aloud {
                let again = live(&base, seed, folder.path(), false);
                compare(&mut story, &again);
            }
            if let Some(first) = story.broken.first() {
                // At once: whoever reads a log that was cut off shall have the seed.
                eprintln!("  histories: broken at {}: {}", seeds::text(seed), first.promise.name());
                stop.store(faults::switched_on().is_some(), Ordering::Relaxed);
            }
            let mut stories = stories.lock().expect("no panic while it is held");
            stories.push(story);
            if stories.len().is_multiple_of(100) {
                eprintln!("  histories: {} of {}", stories.len(), seeds.len());
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(work);
        }
    });
    tell(report, stories.into_inner().expect("no panic while it is held"));
}

fn compare(story: &mut Story, again: &Story) {
    *story.tally.entry("lived twice").or_default() += 1;
    if (story.trace, story.steps, story.asks) != (again.trace, again.steps, again.asks) {
        let what = format!("{} steps and {} steps: two histories", story.steps, again.steps);
        story.broken.push(witness::Broken { promise: Promise::SameTrace, what });
    }
}

/// Panics of connectors are part of the play.
fn quiet_panics() {
    let loud = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if info.payload().downcast_ref::<String>().is_none_or(|words| words != outside::PANIC) {
            loud(info);
        }
    }));
}

fn tell(report: &mut Report, stories: Vec<Story>) {
    report.done = stories.len();
    let mut tally: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut asks, mut steps) = (0, 0);
    for story in &stories {
        asks += story.asks;
        steps += story.steps;
        for (what, count) in &story.tally {
            *tally.entry(what).or_default() += count;
        }
    }
    report.figure("asked", asks);
    report.figure("steps", steps);
    for (what, count) in tally {
        report.figure(what, count);
    }
    report.figure("promises looked at", Promise::ALL.len());
    let mut stories = stories;
    stories.sort_by_key(|story| story.seed);
    for story in stories {
        let Some(first) = story.broken.first() else { continue };
        let name = first.promise.name();
        let more = story.broken.len() - 1;
        let sentence = first.promise.what();
        let what = format!("{name}: {sentence}\n    {} (and {more} more)", first.what);
        report.broke(story.seed, what);
    }
}
