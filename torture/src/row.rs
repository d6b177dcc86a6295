//! The rows: each one way to try, and what must hold meanwhile and afterwards.

mod bureau;
mod disk;
mod failover;
mod histories;
mod kill;
mod overload;
mod power;
mod races;
mod storm;
mod webhooks;

use crate::plan::Plan;
use crate::report::Report;
use clap::ValueEnum;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

/// One way to try.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Row {
    /// The process is killed, at random and between every two steps
    Kill,
    /// The power goes: what was not synced is gone, the last page torn
    Power,
    /// Histories on a virtual clock, from a seed, with every fault at once
    Histories,
    /// Many clients on few objects
    Races,
    /// Every request many times at once, over three nodes
    Storm,
    /// The database's leader is lost
    Failover,
    /// Receivers of events that fail in every way
    Webhooks,
    /// A full disk and a failing one
    Disk,
    /// A credit bureau that is slow, fails and lies
    Bureau,
    /// More than can be done, and one noisy partner
    Overload,
}

impl Row {
    pub(crate) const ALL: [Self; 10] = [
        Self::Kill,
        Self::Power,
        Self::Histories,
        Self::Races,
        Self::Storm,
        Self::Failover,
        Self::Webhooks,
        Self::Disk,
        Self::Bureau,
        Self::Overload,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Kill => "kill",
            Self::Power => "power",
            Self::Histories => "histories",
            Self::Races => "races",
            Self::Storm => "storm",
            Self::Failover => "failover",
            Self::Webhooks => "webhooks",
            Self::Disk => "disk",
            Self::Bureau => "bureau",
            Self::Overload => "overload",
        }
    }

    /// Runs it to its end. A panic in it is a broken promise like any other.
    pub(crate) fn run(self, plan: &Plan) -> Report {
        let mut report = Report { row: self.name(), ..Report::default() };
        let (begun, plan) = (Instant::now(), plan.begin());
        eprintln!("{}", self.name());
        let run = catch_unwind(AssertUnwindSafe(|| match self {
            Self::Kill => kill::run(&plan, &mut report),
            Self::Power => power::run(&plan, &mut report),
            Self::Histories => histories::run(&plan, &mut report),
            Self::Races => races::run(&plan, &mut report),
            Self::Storm => storm::run(&plan, &mut report),
            Self::Failover => failover::run(&plan, &mut report),
            Self::Webhooks => webhooks::run(&plan, &mut report),
            Self::Disk => disk::run(&plan, &mut report),
            Self::Bureau => bureau::run(&plan, &mut report),
            Self::Overload => overload::run(&plan, &mut report),
        }));
        if run.is_err() {
            report.broke(plan.seed, "the row panicked; its words are above");
        }
        report.took = begun.elapsed();
        report
    }
}
