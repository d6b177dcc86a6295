//! The driver: what happens next, by the dice.

use super::clients::Asked;
use super::deal::Deal;
use super::history::History;
use super::node::Node;
use super::sim::{Ticket, Who};
use super::sim::{What, alone};
use super::witness::Happened;
use std::sync::atomic::Ordering;
use store::{Engine, StoreError};

/// What becomes of a read or a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Done,
    /// Nothing is written, and it is said to be away.
    FailsBefore,
    /// It is written, and it is said to be away.
    FailsAfter,
}

/// Sales that a partner has going at the same time.
const DEALS: usize = 3;
const HOUR_MS: i64 = 3_600_000;

fn away() -> StoreError {
    StoreError::Unavailable("it is away".to_owned())
}

impl History<'_> {
    /// Lives it, until so many things were asked.
    pub(super) async fn live(&mut self, asks: usize) {
        for number in 0..self.nodes.len() {
            self.start(number);
        }
        self.settle().await;
        while self.asked.len() < asks {
            self.steps += 1;
            self.step().await;
            self.settle().await;
        }
    }

    async fn step(&mut self) {
        let waiting = self.desk.waiting();
        let under_way = self.under_way().len();
        if let Some(down) = self.nodes.iter().position(Option::is_none)
            && (self.nodes.iter().all(Option::is_none) || self.dice.u8(0..20) == 0)
        {
            self.start(down);
            return;
        }
        let weather = self.weather;
        let roll = self.dice.u32(0..1000);
        if roll < weather.crashes {
            return self.crash().await;
        }
        if roll < weather.crashes + weather.hang_ups && under_way > 0 {
            let attempt = self.dice.choice(self.under_way()).expect("one");
            self.count("hang-ups");
            return self.hang_up(attempt);
        }
        match self.dice.u32(0..100) {
            0..62 if waiting > 0 => self.turn(waiting),
            62..66 if waiting > 1 => self.together(),
            0..80 if under_way < 5 => self.client(),
            80..89 => self.on_some_node(Node::work),
            89..93 => self.on_some_node(Node::send),
            93..95 => {
                let sweep = self.dice.u8(0..4) == 0;
                self.on_some_node(|node| node.keep(sweep));
            }
            95..98 => self.time().await,
            98 => self.skew(),
            _ if waiting > 0 => self.turn(waiting),
            _ => self.time().await,
        }
    }

    fn on_some_node(&mut self, act: impl FnOnce(&mut Node)) {
        let number = self.dice.usize(0..self.nodes.len());
        if let Some(node) = &mut self.nodes[number] {
            act(node);
        }
    }

    /// A client asks again what is open, takes the next step of a sale, or does something else.
    fn client(&mut self) {
        let open: Vec<usize> = (0..self.asked.len()).filter(|n| self.asked[*n].open).collect();
        if let Some(number) = self.dice.choice(open).filter(|_| self.dice.u8(0..3) > 0) {
            self.count("asked again");
            return self.attempt(number);
        }
        if self.dice.u8(0..5) == 0 && !self.asked.is_empty() {
            return self.stray();
        }
        let going: Vec<usize> = (0..self.deals.len()).filter(|n| !self.deals[*n].over).collect();
        let partners = self.callers.len() - 1;
        if going.len() < DEALS && (going.is_empty() || self.dice.u8(0..12) == 0) {
            let caller = 1 + self.dice.usize(0..partners);
            let (number, programme) = (self.deals.len(), self.callers[caller].programme);
            let partner = self.callers[caller].id.clone();
            self.deals.push(Deal { number, caller, partner, programme, ..Deal::default() });
            return;
        }
        let Some(number) = self.dice.choice(going) else { return };
        if self.is_busy(number) && self.dice.u8(0..8) > 0 {
            return;
        }
        if self.deals[number].waits() && self.dice.u8(0..3) > 0 {
            return self.on_some_node(Node::work);
        }
        let open = &self.base.customers[..2];
        let ask = self.deals[number].step(&mut self.dice, open);
        self.ask(ask);
    }

    /// Whether a step of this sale is under way or not known.
    pub(super) fn is_busy(&self, deal: usize) -> bool {
        let recent = self.asked.iter().rev().take(40).filter(|asked| asked.ask.deal == Some(deal));
        let running = |a: &usize| self.attempts[*a].task.is_some();
        recent.into_iter().any(|asked| asked.open || asked.attempts.iter().any(running))
    }

    fn turn(&mut self, waiting: usize) {
        let place = self.dice.usize(0..waiting);
        let ticket = self.desk.take(place);
        let faults = self.weather.faults;
        let fate = match self.dice.u32(0..1000) {
            roll if roll < faults / 2 => Fate::FailsBefore,
            roll if roll < faults => Fate::FailsAfter,
            _ => Fate::Done,
        };
        self.execute(ticket, fate);
    }

    /// Several writes at once.
    fn together(&mut self) {
        let mut left = 4;
        let tickets = self.desk.take_all(|ticket| matches!(ticket.what, What::Write(..)));
        for ticket in tickets {
            // Those that are too many go alone: what was taken must be done.
            left -= 1;
            self.execute(ticket, Fate::Done);
            if left == 0 {
                self.count("writes together");
            }
        }
    }

    /// Does what a ticket is for; nothing else moves meanwhile.
    pub(super) fn execute(&mut self, ticket: Ticket, fate: Fate) {
        let Ticket { number, node, who, .. } = ticket;
        let word = ticket.word();
        if fate != Fate::Done {
            self.count("store faults");
        }
        match ticket.what {
            What::Read(queries, reply) => {
                let answer = match fate {
                    Fate::Done => alone(self.inner.read(queries)),
                    Fate::FailsBefore | Fate::FailsAfter => Err(away()),
                };
                let _ = reply.send(answer);
            }
            What::Write(change, reply) => {
                let answer = match fate {
                    Fate::FailsBefore => Err(away()),
                    Fate::Done | Fate::FailsAfter => {
                        let written = alone(self.inner.write(change.clone()));
                        if let Ok(store::Written::Done(rows)) = &written {
                            let before = self.witness.events.len();
                            self.witness.wrote(who, &change, rows);
                            for event in self.witness.events.split_off(before) {
                                let Happened { tenant, object, kind, .. } = &event;
                                let at = event.at();
                                self.trace(|| format!("{kind} of {object} of {tenant} at {at}"));
                                self.witness.events.push(event);
                            }
                        }
                        if fate == Fate::FailsAfter { Err(away()) } else { written }
                    }
                };
                let brief = answer.as_ref().map(|written| match written {
                    store::Written::Done(_) => "done".to_owned(),
                    refused @ store::Written::Refused { .. } => format!("{refused:?}"),
                });
                self.trace(|| format!("write {number} of {who:?} at {node}: {fate:?} {brief:?}"));
                let _ = reply.send(answer);
                return;
            }
            What::Outside(_, reply) => {
                let _ = reply.send(());
            }
        }
        self.trace(|| format!("{word} {number} of {who:?} at {node}: {fate:?}"));
    }

    async fn time(&mut self) {
        let ms = match self.dice.u8(0..20) {
            0..9 => self.dice.i64(1..2_000),
            9..14 => self.dice.i64(2_000..30_000),
            14..17 => self.dice.i64(30_000..300_000),
            17..19 => self.dice.i64(300_000..3 * HOUR_MS),
            _ if self.weather.ages > 0 => return self.age().await,
            _ => self.dice.i64(HOUR_MS..20 * HOUR_MS),
        };
        // Somebody may set the clocks; then nobody has slept.
        let timers = self.dice.u8(0..6) > 0;
        self.pass(ms, timers).await;
    }

    /// Weeks or months pass; what was open is settled before, since keys do not last as long.
    async fn age(&mut self) {
        self.weather.ages -= 1;
        self.calm().await;
        let days = self.dice.choice([31, 61, 91]).unwrap_or(31);
        self.count("months passed");
        self.pass(days * 24 * HOUR_MS, true).await;
    }

    /// A node's clock is set wrong by some seconds, or right again.
    fn skew(&mut self) {
        let number = self.dice.usize(0..self.machines.len());
        let off = if self.dice.bool() { 0 } else { self.dice.i64(-90_000..90_000) };
        self.machines[number].off.store(off, Ordering::Relaxed);
        self.count("clocks set");
        self.trace(|| format!("the clock of node {number} is off by {off} ms"));
    }

    /// A node dies. Of its writes that were on their way, some arrive.
    async fn crash(&mut self) {
        let number = self.dice.usize(0..self.nodes.len());
        let Some(mut node) = self.nodes[number].take() else { return };
        self.count("crashes");
        let life = node.life;
        self.trace(|| format!("node {number} dies"));
        node.kill();
        for attempt in self.under_way() {
            let of = &self.attempts[attempt];
            if (of.node, of.life) == (number, life) {
                self.hang_up(attempt);
            }
        }
        drop(node);
        self.settle().await;
        for ticket in self.desk.take_all(|ticket| (ticket.node, ticket.life) == (number, life)) {
            if matches!(ticket.what, What::Write(..)) && self.dice.bool() {
                self.count("writes after a crash");
                self.execute(ticket, Fate::Done);
            }
        }
        if self.nodes.iter().all(Option::is_none) && self.dice.u8(0..3) == 0 {
            self.reopen();
        }
    }

    /// The file is closed and opened again; a copy of what was there before would show.
    fn reopen(&mut self) {
        alone(self.inner.close()).expect("it closes");
        self.inner = super::base::open(&self.file);
        self.witness.reopened(self.inner.clone());
        self.count("files opened again");
    }

    /// Goes on without faults until nothing is under way and nothing is open.
    pub(super) async fn calm(&mut self) {
        for _ in 0..20_000 {
            for number in 0..self.nodes.len() {
                if self.nodes[number].is_none() {
                    self.start(number);
                }
            }
            self.settle().await;
            if self.desk.waiting() > 0 {
                let ticket = self.desk.take(0);
                self.execute(ticket, Fate::Done);
                continue;
            }
            if let Some(number) = self.asked.iter().position(|asked| asked.open) {
                let running = |a: &usize| self.attempts[*a].task.is_some();
                if !self.asked[number].attempts.iter().any(running) {
                    self.attempt(number);
                    continue;
                }
            }
            if self.under_way().is_empty() && !self.is_working() {
                return;
            }
            // Something waits for its time-out.
            self.pass(1_000, true).await;
        }
        panic!("it never comes to rest: {}", self.what_moves());
    }

    /// Who is not at rest: what is to be asked again and how often it was, who works, and the
    /// newest steps.
    fn what_moves(&mut self) -> String {
        let again = |asked: &Asked| {
            let told =
                asked.attempts.iter().filter_map(|a| self.attempts[*a].told.as_ref()).next_back();
            let told = told.map(|told| format!("{} {}", told.status, told.body));
            format!(
                "{} {} after {} tries, {told:?}",
                asked.ask.kind,
                asked.ask.path,
                asked.attempts.len()
            )
        };
        let open: Vec<_> = self.asked.iter().filter(|asked| asked.open).map(again).collect();
        let running = self.under_way().into_iter();
        let running: Vec<_> =
            running.map(|a| self.asked[self.attempts[a].ask].ask.path.clone()).collect();
        let works =
            |node: &mut Node| [Who::Worker, Who::Sender, Who::Keeper].map(|who| node.busy(who));
        let works: Vec<_> = self.nodes.iter_mut().flatten().map(works).collect();
        let newest = self.newest.make_contiguous().join("\n");
        format!(
            "again {open:?}, under way {running:?}, workers, senders, keepers {works:?}\n{newest}"
        )
    }

    fn is_working(&mut self) -> bool {
        let busy = |node: &mut Node| {
            [Who::Worker, Who::Sender, Who::Keeper].into_iter().any(|who| node.busy(who) > 0)
        };
        self.nodes.iter_mut().flatten().any(busy)
    }
}
