//! One campaign: a server is killed and started again, card by card of its deck, and every so many
//! kills everything is looked at.

use super::Kind;
use super::deck::{self, Cut};
use super::tally::Tally;
use super::verdict;
use super::world::{Started, World};
use crate::plan::Plan;
use crate::seeds;
use fastrand::Rng;
use faults::Point;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Kills between two looks at everything.
const ROUND: usize = 25;
/// Every so many kills on PostgreSQL, the database itself crashes too.
const CRASH: usize = 10;
/// A server that is started again is ready within this time: the second, in the long form; the
/// first, in the short one, whose build is not optimised and whose machine may have other work.
const READY: (Duration, Duration) = (Duration::from_secs(10), Duration::from_secs(2));
/// One that lives is ready this long after its database is back.
const READY_AGAIN: (Duration, Duration) = (Duration::from_secs(10), Duration::from_secs(5));
/// A server under load passes a point within this time; else it is killed from outside.
const REACH: Duration = Duration::from_secs(6);
/// A server that is ready acknowledges something within this time.
const PROGRESS: Duration = Duration::from_secs(15);
/// Kills that are added where a point was not reached at the first try.
const MORE: usize = 20;

pub(super) struct Campaign<'a> {
    plan: &'a Plan,
    kind: Kind,
    seed: u64,
    dice: Rng,
    tally: &'a mut Tally,
    world: World,
    crashes: usize,
    /// What is wrong, to be told with the seed.
    wrong: Vec<String>,
}

impl<'a> Campaign<'a> {
    pub(super) fn new(plan: &'a Plan, kind: Kind, seed: u64, tally: &'a mut Tally) -> Self {
        let dice = Rng::with_seed(seeds::mix(seed, kind.name()));
        let world = World::new(plan, kind);
        Self { plan, kind, seed, dice, tally, world, crashes: 0, wrong: Vec::new() }
    }

    /// Kills the server so many times; a few more where a named point is still missing.
    pub(super) fn run(mut self, kills: usize) {
        let mut deck = deck::deal(&mut self.dice, self.kind, kills);
        let mut more = MORE;
        self.world.server.end();
        self.world.open();
        let mut done = 0;
        while let Some(cut) = deck.pop() {
            self.cut(cut, self.crashes < (done + 1) / CRASH);
            done += 1;
            if self.world.is_short_of_clients() {
                self.wrong.push(format!("not every client sells on after {done} kills"));
            }
            if deck.is_empty() && more > 0 {
                let missing = self.tally.missing();
                more = more.saturating_sub(missing.len().max(1));
                deck.extend(missing.into_iter().map(|point| deck::at(&mut self.dice, point)));
            }
            let up = self.plan.time_is_up();
            if done % ROUND == 0 || deck.is_empty() || up || !self.wrong.is_empty() {
                let last = deck.is_empty() || up || !self.wrong.is_empty();
                self.look(done, last);
            }
            if up || !self.wrong.is_empty() {
                break;
            }
        }
        for what in self.wrong {
            self.tally.broke(self.seed, what);
        }
    }

    /// From one kill to the next.
    fn cut(&mut self, cut: Cut, crash: bool) {
        let before = self.world.ledger.count();
        match cut {
            Cut::Starting { after } => {
                self.world.server.start_and_kill(after);
                self.tally.starting += 1;
            }
            Cut::At(point, nth) => self.cut_at(point, nth),
            Cut::Outside { after, later } => {
                if !self.start() {
                    return;
                }
                if crash && self.kind == Kind::Postgres {
                    self.crash();
                }
                self.wait_for(after);
                sleep(later);
                self.kill_from_outside();
            }
        }
        self.tally.between.push(self.world.ledger.count() - before);
    }

    /// Starts it, to live until it is killed. Says whether it does.
    fn start(&mut self) -> bool {
        match self.world.start(&[]) {
            Started::Ready(took) => {
                self.was_ready(took);
                return true;
            }
            Started::Died => self.broke("the server ended when it was started"),
            Started::Never => self.broke("the server is not ready after 30 s"),
        }
        false
    }

    fn was_ready(&mut self, took: Duration) {
        self.tally.ready.push(took);
        if took > self.plan.of(READY.0, READY.1) {
            self.wrong.push(format!("ready only {} ms after its start", took.as_millis()));
        }
    }

    /// With the last words of the server.
    fn broke(&mut self, what: &str) {
        self.wrong.push(what.to_owned());
        eprintln!("{}", self.world.server.log());
    }

    fn cut_at(&mut self, point: Point, nth: u64) {
        let told = format!("{}:{nth}", point.name());
        match self.world.start(&[("FAULTS_KILL_AT", &told)]) {
            Started::Ready(took) => self.was_ready(took),
            Started::Died => return self.died_at(point),
            Started::Never => return self.broke("the server is not ready after 30 s"),
        }
        let begun = Instant::now();
        while begun.elapsed() < REACH {
            if self.world.server.ended().is_some() {
                return self.died_at(point);
            }
            sleep(Duration::from_millis(2));
        }
        self.kill_from_outside();
    }

    fn died_at(&mut self, point: Point) {
        if self.world.was_killed() {
            *self.tally.at.entry(point).or_default() += 1;
        } else {
            self.broke(&format!("it should have died at {} and ended otherwise", point.name()));
        }
        self.world.server.kill();
    }

    fn kill_from_outside(&mut self) {
        if let Some(status) = self.world.server.ended() {
            self.broke(&format!("the server ended by itself: {status}"));
        }
        self.world.server.kill();
        self.tally.outside += 1;
    }

    /// Until so many more are acknowledged.
    fn wait_for(&mut self, more: usize) {
        let (begun, from) = (Instant::now(), self.world.ledger.count());
        while self.world.ledger.count() < from + more {
            if begun.elapsed() > PROGRESS {
                if self.world.ledger.count() == from {
                    self.broke("nothing is acknowledged any more");
                }
                return;
            }
            sleep(Duration::from_millis(5));
        }
    }

    /// The database's own processes die and are started again under a server that lives.
    fn crash(&mut self) {
        self.wait_for(5);
        let Some(cluster) = &self.world.cluster else { return };
        cluster.crash();
        cluster.start_again();
        self.crashes += 1;
        self.tally.crashes += 1;
        let back = Instant::now();
        while !self.world.is_ready() {
            if back.elapsed() > self.plan.of(READY_AGAIN.0, READY_AGAIN.1) {
                return self.broke("still not ready after its database is back");
            }
            sleep(Duration::from_millis(5));
        }
        self.tally.ready_again.push(back.elapsed());
    }

    /// Everything is looked at: the clients rest, the server runs to its end in order.
    fn look(&mut self, done: usize, last: bool) {
        let begun = Instant::now();
        if !self.start() {
            return;
        }
        let wrong = self.world.close();
        self.wrong.extend(wrong);
        let verdict = verdict::look(&mut self.world, &mut self.wrong);
        eprintln!(
            "  kill: {}: {done} kills, looked at in {} ms: {verdict}",
            self.kind.name(),
            begun.elapsed().as_millis()
        );
        if last || !self.wrong.is_empty() {
            verdict::events(&self.world, self.tally, &mut self.wrong);
            self.tally.add(&verdict);
            self.tally.delivered += self.world.ledger.delivered();
            self.tally.retried += self.world.retried();
        } else {
            self.world.open();
        }
        self.world.server.end();
    }
}
