//! One fault of a disk, and what must hold while it lasts and once it is healed.

use crate::plan::Plan;
use crate::report::Report;
use crate::seeds;
use crate::shim::format::{SWITCHES, call, which};
use crate::shim::{Fault, Switches};
use crate::shop::Shop;
use fastrand::Rng;
use std::fmt;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Writes are acknowledged again so soon after the disk is whole.
const BACK: Duration = Duration::from_secs(2);
/// A fault that has not happened by then does not happen.
const PATIENCE: Duration = Duration::from_secs(2);
/// A start or an end on a disk that fails is over by then.
const OVER: Duration = Duration::from_secs(15);

/// When the disk fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum When {
    Running,
    Starting,
    Ending,
}

#[derive(Debug, Clone, Copy)]
enum What {
    /// Calls fail with EIO.
    Fails(Fault),
    /// Files may grow by so many bytes more.
    Full(u64),
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Case {
    when: When,
    what: What,
    /// How long it lasts once it has begun.
    lasts: Duration,
}

impl Case {
    /// The case of that number: of ten, two while the server starts, one while it ends, two of a
    /// full disk. The call that fails is a later one with every round.
    pub(super) fn of(plan: &Plan, seed: u64, number: usize) -> Self {
        let mut dice = Rng::with_seed(seeds::mix(seed, &format!("case {number}")));
        let round = number as u64 / 10;
        let (when, kind) = match number % 10 {
            2 => (When::Starting, [call::OPEN, call::READ][dice.usize(..2)]),
            5 => (When::Starting, [call::WRITE, call::SYNC, call::TRUNCATE][dice.usize(..3)]),
            8 => (When::Ending, [call::WRITE, call::SYNC, call::TRUNCATE][dice.usize(..3)]),
            0 | 6 => (When::Running, call::SYNC),
            1 | 7 => (When::Running, call::WRITE),
            3 => (When::Running, call::READ),
            _ => (When::Running, 0),
        };
        let lasts = Duration::from_millis(dice.u64(0..300));
        let what = if kind == 0 {
            let most = 1 << dice.u32(..18);
            What::Full(dice.u64(..most))
        } else {
            let which = match (when, dice.u8(..4)) {
                (When::Running, 0 | 1) => which::WAL,
                // Whenever the log is copied into it: too seldom to wait for in the short form.
                (When::Running, 2) => plan.of(which::WAL, which::MAIN),
                _ => which::ANY,
            };
            // A start and an end are soon over.
            let nth = 1 + round % if when == When::Running { 60 } else { 8 };
            What::Fails(Fault { call: kind, which, nth, on: dice.bool() })
        };
        Self { when, what, lasts }
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.what {
            What::Full(room) => write!(f, "full after {room} bytes for {:?}", self.lasts),
            What::Fails(Fault { call: kind, which, nth, on }) => {
                let kind = match kind {
                    call::WRITE => "write",
                    call::SYNC => "sync",
                    call::TRUNCATE => "truncate",
                    call::OPEN => "open",
                    _ => "read",
                };
                let file = match which {
                    which::WAL => "the log",
                    which::MAIN => "the database file",
                    _ => "any file",
                };
                let on = if on { " and all later ones" } else { "" };
                let when = self.when;
                write!(f, "{when:?}, {kind} {nth}{on} on {file} fails for {:?}", self.lasts)
            }
        }
    }
}

/// What was seen.
#[derive(Debug, Default)]
struct Seen {
    struck: usize,
    not_reached: usize,
    full: usize,
    refused_to_start: usize,
    ended_itself: usize,
    reads: usize,
    slowest_back: Duration,
}

/// A server whose disk fails, and its clients.
pub(super) struct Bench {
    shop: Shop,
    seed: u64,
    switches: Switches,
    seen: Seen,
}

impl Bench {
    pub(super) fn new(plan: &Plan, seed: u64) -> Self {
        let mut shop = Shop::new(plan);
        let switches = Switches::new(shop.beside("switches"));
        shop.begin();
        Self { shop, seed, switches, seen: Seen::default() }
    }

    /// What the server logged of what went wrong.
    pub(super) fn complaints(&self) -> String {
        let log = self.shop.server.log();
        let wrong = |line: &&str| !line.contains("\"level\":\"INFO\"");
        log.lines().filter(wrong).collect::<Vec<_>>().join("\n")
    }

    /// Leaves the files to be looked at.
    pub(super) fn leave(self) -> PathBuf {
        self.shop.leave()
    }

    /// Lets the fault happen. An error: what broke.
    pub(super) fn run(&mut self, case: Case) -> Result<(), String> {
        self.start_sound()?;
        match case.when {
            When::Running => self.while_running(case)?,
            When::Starting => self.while_starting(case)?,
            When::Ending => self.while_ending(case)?,
        }
        if self.shop.gave_up() {
            return Err("a client was told what it cannot use; its words are above".to_owned());
        }
        Ok(())
    }

    fn break_with(&self, case: Case) {
        self.switches.forget();
        match case.what {
            What::Fails(fault) => self.switches.break_with(fault),
            What::Full(room) => self.switches.fill(room),
        }
    }

    fn while_running(&mut self, case: Case) -> Result<(), String> {
        self.break_with(case);
        let begun = Instant::now();
        while self.switches.struck() == 0 && begun.elapsed() < PATIENCE {
            std::thread::sleep(Duration::from_millis(1));
        }
        self.count(case);
        // Where only writing fails, what is there can be read.
        let reads = match case.what {
            What::Full(_) => true,
            What::Fails(fault) => fault.call != call::READ,
        };
        if reads {
            self.read()?;
        }
        std::thread::sleep(case.lasts);
        self.healed()
    }

    fn while_starting(&mut self, case: Case) -> Result<(), String> {
        self.shop.server.kill();
        self.break_with(case);
        let begun = Instant::now();
        let started = self.start();
        self.count(case);
        if begun.elapsed() > OVER {
            return Err(format!("neither up nor down after {:?}", begun.elapsed()));
        }
        if started.is_ok() {
            std::thread::sleep(case.lasts);
            return self.healed();
        }
        self.seen.refused_to_start += 1;
        self.shop.server.kill();
        self.switches.heal();
        self.start_sound()
    }

    fn while_ending(&mut self, case: Case) -> Result<(), String> {
        self.break_with(case);
        let (_, took) = self.shop.server.end_somehow();
        self.count(case);
        if took > OVER {
            return Err(format!("still not down after {took:?}"));
        }
        self.switches.heal();
        self.start_sound()
    }

    fn count(&mut self, case: Case) {
        let struck = self.switches.struck() > 0;
        self.seen.struck += usize::from(struck);
        self.seen.not_reached += usize::from(!struck);
        self.seen.full += usize::from(struck && matches!(case.what, What::Full(_)));
    }

    /// Heals the disk; the server must be back by itself, or have ended by itself.
    fn healed(&mut self) -> Result<(), String> {
        let healed = Instant::now();
        self.switches.heal();
        if self.shop.going(healed, 1, BACK) {
            self.seen.slowest_back = self.seen.slowest_back.max(healed.elapsed());
            return Ok(());
        }
        if self.shop.server.ended().is_some() {
            self.seen.ended_itself += 1;
            self.shop.server.kill();
            return self.start_sound();
        }
        Err(format!("writes do not come back within {BACK:?} after the disk is whole"))
    }

    /// One read, while the server is up.
    fn read(&mut self) -> Result<(), String> {
        match self.shop.read_once("/v1/orders") {
            Some(200) => {
                self.seen.reads += 1;
                Ok(())
            }
            other => match self.shop.server.ended() {
                Some(_) => Ok(()),
                None => Err(format!("a read is answered {other:?}")),
            },
        }
    }

    fn start(&mut self) -> Result<Duration, ()> {
        self.shop.server.start_with(&[(SWITCHES, self.switches.path())])
    }

    /// Starts it if it does not run, on a sound disk; clients are served.
    fn start_sound(&mut self) -> Result<(), String> {
        if self.shop.server.id().is_none() {
            self.start().map_err(|()| "it does not start on a sound disk".to_owned())?;
            let started = Instant::now();
            if !self.shop.going(started, 1, BACK) {
                return Err(format!("nothing is acknowledged {BACK:?} after a start"));
            }
        }
        Ok(())
    }

    /// Settles what the clients do not know and compares. Answers how many faults happened.
    pub(super) fn settle(mut self, report: &mut Report) -> usize {
        let seed = self.seed;
        if let Err(why) = self.start_sound() {
            report.broke(seed, why);
            return self.seen.struck;
        }
        match self.shop.settle() {
            Ok(verdict) => {
                let whole = verdict.lost == 0 && verdict.doubled == 0 && verdict.orders > 0;
                report.must(whole, seed, || verdict.to_string());
                report.figure("verdict", &verdict);
            }
            Err(why) => report.broke(seed, why),
        }
        self.shop.server.end();
        let faults = self.shop.audit();
        report.must(faults.is_empty(), seed, || faults.join("; "));
        let Seen { struck, not_reached, full, refused_to_start, ended_itself, reads, slowest_back } =
            self.seen;
        report.figure("not reached", not_reached);
        report.figure("of a full disk", full);
        report.figure("starts refused", refused_to_start);
        report.figure("servers that ended themselves", ended_itself);
        report.figure("reads while writing failed", reads);
        report.figure("slowest return", format!("{} ms", slowest_back.as_millis()));
        struck
    }
}
