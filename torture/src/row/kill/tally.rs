//! What came of the campaigns on one kind of database.

use super::{Kind, deck};
use crate::plan::Plan;
use crate::report::Report;
use crate::verdict::Verdict;
use faults::Point;
use std::collections::BTreeMap;
use std::time::Duration;

/// What is counted over all campaigns.
#[derive(Debug)]
pub(super) struct Tally {
    kind: Kind,
    /// Killed from outside while it served, and while it started.
    pub(super) outside: usize,
    pub(super) starting: usize,
    /// Died by itself, by the point.
    pub(super) at: BTreeMap<Point, usize>,
    /// Crashes of the database itself.
    pub(super) crashes: usize,
    /// From each start to the first "ready".
    pub(super) ready: Vec<Duration>,
    /// From each return of a database to the first "ready" of a server that lived through it.
    pub(super) ready_again: Vec<Duration>,
    /// Acknowledged between two kills.
    pub(super) between: Vec<usize>,
    acknowledged: usize,
    orders: usize,
    called: usize,
    unknown: usize,
    found: usize,
    lost: usize,
    doubled: usize,
    pub(super) delivered: usize,
    /// Jobs that were put aside, since every try was killed, and that a person retried.
    pub(super) retried: usize,
    /// Events that were to be sent, how many of them did not come, and how often any came.
    pub(super) events: usize,
    pub(super) never_came: usize,
    pub(super) came: usize,
    broken: Vec<(u64, String)>,
}

impl Tally {
    pub(super) const fn new(kind: Kind) -> Self {
        Self {
            kind,
            outside: 0,
            starting: 0,
            at: BTreeMap::new(),
            crashes: 0,
            ready: Vec::new(),
            ready_again: Vec::new(),
            between: Vec::new(),
            acknowledged: 0,
            orders: 0,
            called: 0,
            unknown: 0,
            found: 0,
            lost: 0,
            doubled: 0,
            delivered: 0,
            retried: 0,
            events: 0,
            never_came: 0,
            came: 0,
            broken: Vec::new(),
        }
    }

    /// How often the server was killed.
    pub(super) fn kills(&self) -> usize {
        self.outside + self.starting + self.at.values().sum::<usize>()
    }

    pub(super) fn broke(&mut self, seed: u64, what: String) {
        eprintln!("  kill: {}: {what}", self.kind.name());
        self.broken.push((seed, what));
    }

    pub(super) fn is_broken(&self) -> bool {
        !self.broken.is_empty()
    }

    /// The points at which nobody has died yet.
    pub(super) fn missing(&self) -> Vec<Point> {
        let mut points = deck::points(self.kind);
        points.retain(|point| !self.at.contains_key(point));
        points
    }

    /// Adds what one campaign came to.
    pub(super) fn add(&mut self, verdict: &Verdict) {
        self.acknowledged += verdict.acknowledged;
        self.orders += verdict.orders;
        self.called += verdict.called;
        self.unknown += verdict.unknown;
        self.found += verdict.found;
        self.lost += verdict.lost;
        self.doubled += verdict.doubled;
    }

    /// Tells the report.
    pub(super) fn tell(self, plan: &Plan, report: &mut Report) {
        let name = self.kind.name();
        report.done += self.kills();
        let points: usize = self.at.values().sum();
        let kills = format!(
            "{} ({} at {} of {} points, {} from outside, {} while starting), {} crashes of the \
             database itself",
            self.kills(),
            points,
            self.at.len(),
            deck::points(self.kind).len(),
            self.outside,
            self.starting,
            self.crashes
        );
        report.figure(format!("{name}, kills"), kills);
        let Self { acknowledged, orders, called, unknown, found, lost, doubled, .. } = self;
        let told = Verdict { acknowledged, orders, called, unknown, found, lost, doubled };
        report.figure(format!("{name}, commands"), format!("{told}, {} delivered", self.delivered));
        let Self { events, never_came, came, .. } = self;
        let again = (came + never_came).saturating_sub(events);
        let told = format!("{events}, of which {never_came} never came; {again} came again");
        report.figure(format!("{name}, events to receivers"), told);
        report.figure(format!("{name}, jobs put aside and retried"), self.retried);
        report.figure(format!("{name}, start to ready"), times(&self.ready));
        if !self.ready_again.is_empty() {
            let told = times(&self.ready_again);
            report.figure(format!("{name}, ready after the database is back"), told);
        }
        let mut between = self.between.clone();
        between.sort_unstable();
        if let (Some(most), Some(middle)) = (between.last(), between.get(between.len() / 2)) {
            let told = format!("p50 {middle}, at most {most}");
            report.figure(format!("{name}, acknowledged between two kills"), told);
        }
        let missing: Vec<&str> = self.missing().into_iter().map(Point::name).collect();
        if !missing.is_empty() && (plan.time_is_up() || self.is_broken()) {
            let told = format!("{}, since the row ended early", missing.join(", "));
            report.figure(format!("{name}, points not reached"), told);
        } else {
            report.must(missing.is_empty(), plan.seed, || {
                format!("{name}: the server never passed {}", missing.join(", "))
            });
        }
        for (seed, what) in self.broken {
            report.broke(seed, format!("{name}: {what}"));
        }
    }
}

/// The middle one and the longest.
fn times(all: &[Duration]) -> String {
    let mut all = all.to_vec();
    all.sort();
    match (all.get(all.len() / 2), all.last()) {
        (Some(middle), Some(longest)) => {
            let count = all.len();
            format!("p50 {} ms, max {} ms of {count}", middle.as_millis(), longest.as_millis())
        }
        _ => "never".to_owned(),
    }
}
