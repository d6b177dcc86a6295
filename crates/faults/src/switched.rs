//! What is switched on, as the environment of the process says it, once at its start.

use crate::{Bug, Point};
use rustix::process::{Signal, getpid, kill_process};
use std::env;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// The planted mistake, by its name.
const PLANT: &str = "FAULTS_PLANT";
/// `point:n`: dies at the n-th pass of that point, counted from one.
const KILL_AT: &str = "FAULTS_KILL_AT";

struct Switched {
    bug: Option<Bug>,
    kill_at: Option<(Point, u64)>,
}

static SWITCHED: OnceLock<Switched> = OnceLock::new();
static PASSED: AtomicU64 = AtomicU64::new(0);

fn switched() -> &'static Switched {
    SWITCHED.get_or_init(|| Switched {
        bug: env::var(PLANT)
            .ok()
            .map(|name| Bug::of(&name).unwrap_or_else(|| panic!("{PLANT}: no such bug: {name}"))),
        kill_at: env::var(KILL_AT).ok().map(|text| {
            kill_at(&text).unwrap_or_else(|| panic!("{KILL_AT}: not `point:n`: {text}"))
        }),
    })
}

fn kill_at(text: &str) -> Option<(Point, u64)> {
    let (name, nth) = text.split_once(':')?;
    Some((Point::of(name)?, nth.parse().ok().filter(|nth| *nth > 0)?))
}

pub(crate) fn bug() -> Option<Bug> {
    switched().bug
}

pub(crate) fn pass(point: Point) {
    let Some((at, nth)) = switched().kill_at else { return };
    if at == point && PASSED.fetch_add(1, Ordering::SeqCst) + 1 == nth {
        // Nothing is run down, nothing is flushed: the next instruction is never reached.
        while kill_process(getpid(), Signal::KILL).is_ok() {
            std::thread::yield_now();
        }
    }
}

pub(crate) fn words() -> Option<String> {
    let Switched { bug, kill_at } = switched();
    let bug = bug.map(|bug| format!("planted: {}", bug.name()));
    let kill = kill_at.map(|(point, nth)| format!("dies at {} number {nth}", point.name()));
    let words: Vec<String> = bug.into_iter().chain(kill).collect();
    (!words.is_empty()).then(|| words.join("; "))
}
