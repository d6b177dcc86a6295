//! One server that lives through many power cuts, and its clients.

use super::disk::{self, Disk};
use crate::plan::Plan;
use crate::report::Report;
use crate::seeds;
use crate::shim::format::{JOURNAL, SWITCHES, call, which};
use crate::shim::{Entry, Fault, Switches, entries};
use crate::shop::{Depth, Look, Shop};
use fastrand::Rng;
use faults::Bug;
use rustix::time::{ClockId, clock_gettime};
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// A server that was started has acknowledged something by then.
const BACK: Duration = Duration::from_secs(20);

/// What was done and found.
#[derive(Debug, Default, Clone)]
pub(super) struct Found {
    /// Power cuts that the server was started after.
    pub(super) cuts: usize,
    looked: usize,
    in_copying: usize,
    died_before: usize,
    failed_syncs: usize,
    ended: usize,
    writes: usize,
    syncs: usize,
    slowest: Duration,
    acknowledged: usize,
}

impl Found {
    pub(super) fn figures(&self) -> Vec<(&'static str, String)> {
        vec![
            ("looked at from moments before the end", self.looked.to_string()),
            ("of these while the log was copied into the file", self.in_copying.to_string()),
            ("process killed and started before the cut", self.died_before.to_string()),
            ("syncs failed before the cut", self.failed_syncs.to_string()),
            ("orderly ends cut", self.ended.to_string()),
            ("writes and syncs noted", format!("{} and {}", self.writes, self.syncs)),
            ("slowest start after a cut", format!("{} ms", self.slowest.as_millis())),
            ("acknowledged in all", self.acknowledged.to_string()),
        ]
    }
}

/// How a cycle comes to its cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Power and process go at once.
    Cut,
    /// The process is killed and started; later the power goes.
    DiedBefore,
    /// The same, and the process died over a sync that failed.
    FailedSync,
    /// The power goes while the process ends in good order.
    Ending,
}

/// In the proportions of what finds something.
const WAYS: [Way; 6] =
    [Way::Cut, Way::FailedSync, Way::Cut, Way::DiedBefore, Way::Cut, Way::Ending];

pub(super) struct Cycles {
    shop: Shop,
    seed: u64,
    planted: Option<Bug>,
    /// Looks of each cycle at earlier moments.
    looks: usize,
    disk: Disk,
    switches: Switches,
    number: usize,
    runs: usize,
    found: Found,
}

impl Cycles {
    pub(super) fn new(plan: &Plan, seed: u64, mut shop: Shop, planted: Option<Bug>) -> Self {
        let disk = Disk::holding(&disk::read(&shop.data()));
        let switches = Switches::new(shop.beside("switches"));
        shop.begin();
        let found = Found::default();
        let looks = plan.of(1, 6);
        Self { shop, seed, planted, looks, disk, switches, number: 0, runs: 0, found }
    }

    pub(super) fn found(&self) -> Found {
        self.found.clone()
    }

    /// Leaves the files to be looked at.
    pub(super) fn leave(self) -> PathBuf {
        self.shop.leave()
    }

    /// Runs until the power goes, and looks what it left. An error: what broke. Otherwise how much
    /// that was acknowledged is lost, which may be more than nothing only where that was planted.
    pub(super) fn next(&mut self, report: &mut Report) -> Result<usize, String> {
        let mut dice = Rng::with_seed(seeds::mix(self.seed, &format!("cut {}", self.number)));
        let way = if self.planted.is_some() { Way::Cut } else { WAYS[self.number % WAYS.len()] };
        self.number += 1;
        if matches!(way, Way::DiedBefore | Way::FailedSync) {
            self.run(way, &mut dice)?;
            self.start()?;
            self.found.died_before += 1;
        }
        let second = if way == Way::FailedSync { Way::Cut } else { way };
        self.run(second, &mut dice)?;
        let left = self.disk.cut(&mut dice);
        // All rules over all rows take long.
        let depth = if self.number.is_multiple_of(5) { Depth::Audit } else { Depth::Structure };
        let Look { faults, lost } = self.look(&left, Instant::now(), depth);
        self.found.cuts += 1;
        if let Some(fault) = faults.first() {
            return Err(format!("after {way:?}: {fault}, and {} more", faults.len() - 1));
        }
        if self.planted.is_some() {
            if lost > 0 {
                return Ok(lost);
            }
        } else if lost > 0 {
            return Err(format!("after {way:?}: {lost} acknowledged commands lost"));
        }
        disk::write(&self.shop.data(), &left);
        self.disk = Disk::holding(&left);
        if self.found.cuts.is_multiple_of(10) {
            let (cuts, acknowledged) = (self.found.cuts, self.shop.ledger.acknowledged().len());
            eprintln!("  {}: {cuts} cuts, {acknowledged} acknowledged", report.row);
        }
        Ok(0)
    }

    /// Settles what the clients do not know, compares, and looks over the database.
    pub(super) fn settle(mut self, report: &mut Report) -> Found {
        let seed = self.seed;
        if let Err(why) = self.start() {
            report.broke(seed, why);
            return self.found;
        }
        match self.shop.settle() {
            Ok(verdict) => {
                let whole = verdict.lost == 0 && verdict.doubled == 0 && verdict.orders > 0;
                report.must(whole, seed, || verdict.to_string());
                report.figure("verdict", &verdict);
                self.found.acknowledged = verdict.acknowledged;
            }
            Err(why) => report.broke(seed, why),
        }
        self.shop.server.end();
        let faults = self.shop.audit();
        report.must(faults.is_empty(), seed, || faults.join("; "));
        self.found
    }

    fn journal(&self) -> PathBuf {
        self.shop.beside(&format!("journal-{}", self.runs))
    }

    fn start(&mut self) -> Result<(), String> {
        if self.shop.server.id().is_some() {
            return Ok(());
        }
        self.runs += 1;
        let journal = self.journal();
        let mut more = vec![
            (JOURNAL, journal.to_str().expect("plain letters")),
            (SWITCHES, self.switches.path()),
        ];
        if let Some(bug) = self.planted {
            more.push(("FAULTS_PLANT", bug.name()));
        }
        let started = self.shop.server.start_with(&more);
        let log = |()| format!("it does not start:\n{}", self.shop.server.log());
        self.found.slowest = self.found.slowest.max(started.map_err(log)?);
        Ok(())
    }

    /// Lets it run for a while under load, stops it in that way, and plays what it did.
    fn run(&mut self, way: Way, dice: &mut Rng) -> Result<(), String> {
        self.start()?;
        let begun = Instant::now();
        if !self.shop.going(begun, 1, BACK) {
            return Err(format!("nothing is acknowledged after {BACK:?}"));
        }
        std::thread::sleep(Duration::from_millis(dice.u64(100..800)));
        if self.shop.gave_up() {
            return Err("a client gave up; its words are above".to_owned());
        }
        match way {
            Way::Ending => self.end(dice),
            Way::FailedSync => {
                self.fail_syncs(dice);
                self.shop.server.kill();
            }
            Way::Cut | Way::DiedBefore => self.shop.server.kill(),
        }
        self.play(dice)
    }

    /// Ends it in good order, as far as it can: the last copying of the log may fail.
    fn end(&mut self, dice: &mut Rng) {
        if dice.bool() {
            let nth = dice.u64(1..4);
            let fault = Fault { call: call::SYNC, which: which::MAIN, nth, on: dice.bool() };
            self.switches.break_with(fault);
        }
        self.shop.server.end_somehow();
        self.found.failed_syncs += usize::try_from(self.switches.struck()).unwrap_or_default();
        self.switches.forget();
        self.found.ended += 1;
    }

    /// Syncs of the log fail for a moment; the process dies within it or soon after.
    fn fail_syncs(&mut self, dice: &mut Rng) {
        let on = dice.bool();
        self.switches.break_with(Fault { call: call::SYNC, which: which::WAL, nth: 1, on });
        let begun = Instant::now();
        while self.switches.struck() == 0 && begun.elapsed() < Duration::from_secs(2) {
            std::thread::yield_now();
        }
        std::thread::sleep(Duration::from_millis(dice.u64(0..3) * 10));
        self.found.failed_syncs += usize::try_from(self.switches.struck()).unwrap_or_default();
        self.switches.forget();
    }

    /// Brings the disk to where the journal ends; on the way, looks at what a power cut at some
    /// earlier moment would have left.
    fn play(&mut self, dice: &mut Rng) -> Result<(), String> {
        self.switches.heal();
        let journal = fs::read(self.journal()).map_err(|e| format!("no journal: {e}"))?;
        let entries = entries(&journal);
        let stops = self.stops(&entries, dice);
        self.disk.begin();
        let (now, moment) = (Instant::now(), monotonic());
        for (index, entry) in entries.iter().enumerate() {
            self.disk.play(entry, dice);
            if self.planted.is_none() && stops.contains(&index) {
                let left = self.disk.cut(dice);
                let before = Duration::from_nanos(moment.saturating_sub(entry.moment));
                let then = now.checked_sub(before).ok_or("a journal from before the start")?;
                let Look { faults, lost } = self.look(&left, then, Depth::Structure);
                if lost > 0 || !faults.is_empty() {
                    return Err(format!("cut at step {index}: {lost} lost, {faults:?}"));
                }
                self.found.looked += 1;
                self.found.in_copying += usize::from(is_main(entry));
            }
        }
        let count = |kind| entries.iter().filter(|entry| entry.kind == kind).count();
        self.found.writes += count(crate::shim::format::kind::WRITE);
        self.found.syncs += count(crate::shim::format::kind::SYNCED);
        // What is played is not needed any more.
        fs::remove_file(self.journal()).map_err(|e| e.to_string())
    }

    /// Steps to look at: where the log is copied into the file if it is, and anywhere.
    fn stops(&self, entries: &[Entry<'_>], dice: &mut Rng) -> Vec<usize> {
        let of = |index: &usize| is_main(&entries[*index]);
        let copying: Vec<usize> = (0..entries.len()).filter(of).collect();
        let mut stops = Vec::new();
        for turn in 0..self.looks {
            if turn % 2 == 0 && !copying.is_empty() {
                stops.push(copying[dice.usize(..copying.len())]);
            } else if !entries.is_empty() {
                stops.push(dice.usize(..entries.len()));
            }
        }
        stops
    }

    /// Looks at a copy: opening it would change it.
    fn look(&self, left: &disk::Files, until: Instant, depth: Depth) -> Look {
        let folder = self.shop.beside("look");
        disk::write(&folder.join("demarc-data"), left);
        self.shop.look(&folder, until, depth)
    }
}

/// Whether it happened to the database file itself.
fn is_main(entry: &Entry<'_>) -> bool {
    !entry.name.ends_with("-wal") && !entry.bytes.is_empty()
}

/// What the shim takes for the time of a record; an `Instant` counts the same seconds.
fn monotonic() -> u64 {
    let time = clock_gettime(ClockId::Monotonic);
    time.tv_sec.unsigned_abs() * 1_000_000_000 + time.tv_nsec.unsigned_abs()
}
