//! Lanes: one a connector. Each has a breaker and at most half of the places, so that a connector
//! that is slow or down keeps no other waiting.

use crate::App;
use connect::breaker::{Breaker, BreakerRules, Circuit, Ended, Ticket};
use domain::id::Id;
use domain::job::CONNECTORS;
use domain::party::Tenant;
use domain::time::Moment;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use store::job::Room;
use tokio::sync::Notify;

/// The lane of jobs whose connector is not known before they are read.
const UNKNOWN: &str = "";

/// The lanes of one process.
#[derive(Debug)]
pub(crate) struct Lanes {
    all: Mutex<Vec<Lane>>,
    /// Places in all, and of one lane.
    at_once: usize,
    a_lane: usize,
    /// Rings when a place is free again.
    pub(super) freed: Notify,
    /// Claims that could not be settled because the store was away.
    owed: Mutex<Vec<Owed>>,
}

#[derive(Debug)]
struct Lane {
    connector: &'static str,
    breaker: Breaker,
    running: usize,
    /// Of the running: those claimed to probe.
    probing: usize,
}

/// A claim that is to be given back, uncounted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Owed {
    pub(super) job: Id,
    /// Whose it is, if the job could be read.
    pub(super) tenant: Option<Tenant>,
    pub(super) epoch: u64,
    /// With the one that is given back.
    pub(super) tries: u32,
}

/// How a connector does, as this process sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Health {
    pub connector: &'static str,
    pub circuit: Circuit,
    /// Of the last calls: how many failed, and how many there were.
    pub failed: usize,
    pub calls: usize,
    /// Jobs under way.
    pub running: usize,
}

fn hold<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing that can panic is done while it is held.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Lanes {
    pub(crate) fn new(at_once: usize, rules: BreakerRules) -> Self {
        let at_once = at_once.max(1);
        let lane =
            |connector| Lane { connector, breaker: Breaker::new(rules), running: 0, probing: 0 };
        let lanes = CONNECTORS.into_iter().chain([UNKNOWN]).map(lane).collect();
        let a_lane = (at_once / 2).max(1);
        let (freed, owed) = (Notify::new(), Mutex::default());
        Self { all: Mutex::new(lanes), at_once, a_lane, freed, owed }
    }

    /// The lanes with room at `now`, and how many places are free in all.
    pub(super) fn rooms(&self, now: Moment) -> (Vec<Room>, u32) {
        let lanes = hold(&self.all);
        let running: usize = lanes.iter().map(|l| l.running).sum();
        let free = self.at_once.saturating_sub(running);
        let room = |lane: &Lane| {
            let calls = lane.breaker.room(now.ms());
            let calls = if calls == 1 { 1_usize.saturating_sub(lane.probing) } else { calls };
            let room = calls.min(self.a_lane.saturating_sub(lane.running)).min(free);
            (lane.connector, u32::try_from(room).unwrap_or(u32::MAX))
        };
        let rooms = lanes.iter().map(room).filter(|(_, room)| *room > 0).collect();
        (rooms, u32::try_from(free).unwrap_or(u32::MAX))
    }

    /// When the next breaker lets a call through again.
    pub(super) fn next_probe(&self, now: Moment) -> Option<Moment> {
        let lanes = hold(&self.all);
        let until = lanes.iter().filter_map(|l| match l.breaker.circuit(now.ms()) {
            Circuit::Open { until } => Some(Moment::from_ms(until)),
            Circuit::Closed | Circuit::HalfOpen => None,
        });
        until.min()
    }

    /// How every connector does.
    pub(crate) fn health(&self, now: Moment) -> Vec<Health> {
        let lanes = hold(&self.all);
        let known = lanes.iter().filter(|l| l.connector != UNKNOWN);
        let health = known.map(|l| {
            let (failed, calls) = l.breaker.counts(now.ms());
            let circuit = l.breaker.circuit(now.ms());
            Health { connector: l.connector, circuit, failed, calls, running: l.running }
        });
        health.collect()
    }

    fn with<T>(&self, connector: &str, act: impl FnOnce(&mut Lane) -> T) -> Option<T> {
        hold(&self.all).iter_mut().find(|l| l.connector == connector).map(act)
    }

    /// Asks for one call. An error says when to ask again.
    pub(super) fn begin(&self, connector: &str, now: Moment) -> Result<Option<Ticket>, Moment> {
        let begun = self.with(connector, |lane| match lane.breaker.begin(now.ms()) {
            Some(ticket) => Ok(ticket),
            None => Err(match lane.breaker.circuit(now.ms()) {
                Circuit::Open { until } => Moment::from_ms(until),
                // A probe is under way.
                Circuit::Closed | Circuit::HalfOpen => now.plus_ms(SOON_MS),
            }),
        });
        begun.transpose()
    }

    /// Tells how a call ended.
    pub(super) fn end(&self, connector: &str, ticket: Ticket, ended: Ended, now: Moment) {
        let change = self.with(connector, |lane| {
            let counts = lane.breaker.counts(now.ms());
            lane.breaker.end(ticket, ended, now.ms()).map(|circuit| (circuit, counts))
        });
        match change.flatten() {
            Some((Circuit::Open { until }, (failed, calls))) => {
                let until = Moment::from_ms(until);
                tracing::warn!(connector, %until, failed, calls, "circuit open: it rests");
            }
            Some((circuit, _)) => {
                tracing::info!(connector, state = circuit.word(), "circuit closed: it answers");
            }
            None => {}
        }
    }

    pub(super) fn owe(&self, owed: Owed) {
        hold(&self.owed).push(owed);
    }

    /// What is owed, to be paid now; what cannot be is owed again.
    pub(super) fn take_owed(&self) -> Vec<Owed> {
        std::mem::take(&mut *hold(&self.owed))
    }
}

/// Milliseconds after which a job that met a probe under way asks again.
const SOON_MS: i64 = 1_000;

/// A job's place in its lane; free again when it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    app: Arc<App>,
    connector: &'static str,
    probing: bool,
}

impl Place {
    pub(super) fn take(app: &Arc<App>, connector: Option<&'static str>) -> Self {
        let connector = connector.unwrap_or(UNKNOWN);
        let now = app.clock.now();
        let probing = app.lanes.with(connector, |lane| {
            let probing = lane.breaker.circuit(now.ms()) != Circuit::Closed;
            lane.running += 1;
            lane.probing += usize::from(probing);
            probing
        });
        Self { app: app.clone(), connector, probing: probing == Some(true) }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.app.lanes.with(self.connector, |lane| {
            lane.running = lane.running.saturating_sub(1);
            lane.probing = lane.probing.saturating_sub(usize::from(self.probing));
        });
        self.app.lanes.freed.notify_one();
    }
}
