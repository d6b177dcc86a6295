//! What happens later: the closed list of work that a decision leaves for the worker.

use crate::change::{Change, Context, Settle};
use crate::decision::Decision;
use crate::event::{Event, EventKind, Happened};
use crate::id::{Id, Kind};
use crate::party::Tenant;
use crate::refusal::Refusal;
use crate::state::phases;
use crate::time::Moment;
use serde::{Deserialize, Serialize};

/// Work that needs the outside. Each is done by asking a connector and bringing its answer
/// back as a command; asking twice is harmless.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "job", rename_all = "snake_case")]
pub enum Work {
    /// Validate the addresses of a quote's sites that wait for it.
    ValidateAddresses { quote: Id },
    /// Ask the credit bureau.
    AssessCredit { check: Id },
    /// Send the contract out for signature.
    SendContract { contract: Id },
    /// Pass a sub-order to fulfilment.
    SubmitOrder { sub_order: Id },
    /// Ask fulfilment for the sub-order's next milestone.
    FollowOrder { sub_order: Id },
    /// Let a scripted signer answer. Left in the test environment only.
    AwaitSignature { contract: Id },
    /// Take the partner's test clock on to where it shall be.
    AdvanceClock { partner: Id },
}

/// The outside systems that work, or a question, asks.
pub const CONNECTORS: [&str; 5] =
    ["address", "credit", "signature", "fulfilment", "serviceability"];

impl Work {
    pub const fn name(&self) -> &'static str {
        match self {
            Self::ValidateAddresses { .. } => "validate_addresses",
            Self::AssessCredit { .. } => "assess_credit",
            Self::SendContract { .. } => "send_contract",
            Self::SubmitOrder { .. } => "submit_order",
            Self::FollowOrder { .. } => "follow_order",
            Self::AwaitSignature { .. } => "await_signature",
            Self::AdvanceClock { .. } => "advance_clock",
        }
    }

    /// The object that waits for it.
    pub const fn object(&self) -> Id {
        match self {
            Self::ValidateAddresses { quote: id }
            | Self::AssessCredit { check: id }
            | Self::SendContract { contract: id }
            | Self::SubmitOrder { sub_order: id }
            | Self::FollowOrder { sub_order: id }
            | Self::AwaitSignature { contract: id }
            | Self::AdvanceClock { partner: id } => *id,
        }
    }

    /// Which of the outside systems it asks; empty: none.
    pub const fn connector(&self) -> &'static str {
        match self {
            Self::ValidateAddresses { .. } => "address",
            Self::AssessCredit { .. } => "credit",
            Self::SendContract { .. } | Self::AwaitSignature { .. } => "signature",
            Self::AdvanceClock { .. } => "",
            Self::SubmitOrder { .. } | Self::FollowOrder { .. } => "fulfilment",
        }
    }

    /// Whether it is the server's own: it asks nobody, and what keeps it from its end passes. So it
    /// is tried again by the server's clock, and never put aside.
    pub const fn is_own(&self) -> bool {
        matches!(self, Self::AdvanceClock { .. })
    }
}

/// A job as stored: work, when it is due, and how often it was tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    pub id: Id,
    pub tenant: Tenant,
    pub work: Work,
    /// Not before this moment of the server's clock.
    pub due_at: Moment,
    /// By the partner's test clock, if it had one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_clock: Option<Moment>,
    /// Tries that have begun. A claim counts one before anything else happens, so that a try
    /// counts which ends the process; what is given back unused is taken off again.
    pub tries: u32,
    /// Fencing: rises with each change of the job; an outcome counts only while the job still has
    /// the epoch it was claimed with.
    pub epoch: u64,
}

/// After so many tries without an outcome, whatever the reason, a job is put aside for a person
/// to look at.
pub const MOST_TRIES: u32 = 5;

/// Milliseconds to wait after `tries` tries: 1 s, 5 s, 30 s, then 2 min.
pub const fn backoff_ms(tries: u32) -> i64 {
    match tries {
        0 | 1 => 1_000,
        2 => 5_000,
        3 => 30_000,
        _ => 120_000,
    }
}

phases! {
    /// ready → running | quarantined; running → ready | quarantined; quarantined → ready.
    JobPhase of "job" {
        Ready = "ready" => [Ready, Running, Quarantined];
        Running = "running" => [Ready, Quarantined];
        Quarantined = "quarantined" => [Ready];
    }
}

/// A job as operations look at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobFile {
    pub id: Id,
    pub tenant: Tenant,
    /// None: what is stored cannot be read.
    pub work: Option<Work>,
    /// The outside system that it asks; empty if unknown.
    pub connector: String,
    /// By the partner's test clock, if it has one.
    pub due_at: Moment,
    /// A worker has it until then; in the past: none has.
    pub lease_until: Moment,
    pub tries: u32,
    pub epoch: u64,
    /// Why it is where it is: what the last try ended with, or who moved it.
    pub why: Option<String>,
    /// When it was put aside.
    pub quarantined_at: Option<Moment>,
    /// How often a person moved it.
    pub moves: u64,
}

impl JobFile {
    pub fn phase(&self, now: Moment) -> JobPhase {
        match self.quarantined_at {
            Some(_) => JobPhase::Quarantined,
            None if self.lease_until > now => JobPhase::Running,
            None => JobPhase::Ready,
        }
    }

    fn said(ctx: &Context, what: &str, reason: Option<&str>) -> String {
        let who = ctx.actor.label();
        reason.map_or_else(|| format!("{what} by {who}"), |r| format!("{what} by {who}: {r}"))
    }

    /// One more chance: due at once, with all its tries before it. A worker that still thinks that
    /// it has the job is fenced off by the epoch. Refused while it runs.
    pub fn retry(
        mut self,
        ctx: &mut Context,
        reason: Option<&str>,
    ) -> Result<Decision<Self>, Refusal> {
        let phase = self.phase(ctx.now);
        if phase == JobPhase::Running {
            return Err(Refusal::state("job", phase.word(), "retried"));
        }
        phase.guard(JobPhase::Ready, "retried")?;
        let why = Self::said(ctx, "retried", reason);
        let settle =
            Settle::Retry { job: self.id, epoch: self.epoch, due_at: ctx.now, why: why.clone() };
        (self.tries, self.due_at, self.quarantined_at) = (0, ctx.now, None);
        let what =
            Happened { reason: reason.map(str::to_owned), ..Happened::new(EventKind::JobRetried) };
        Ok(self.moved(ctx, settle, why, what.from(phase.word())))
    }

    /// Taken out by a person, until it is retried. Refused while it runs.
    pub fn quarantine(
        mut self,
        ctx: &mut Context,
        reason: &str,
    ) -> Result<Decision<Self>, Refusal> {
        let phase = self.phase(ctx.now);
        if phase == JobPhase::Running {
            return Err(Refusal::state("job", phase.word(), "quarantined"));
        }
        phase.guard(JobPhase::Quarantined, "quarantined")?;
        let why = Self::said(ctx, "put aside", Some(reason));
        let settle =
            Settle::PutAside { job: self.id, epoch: self.epoch, at: ctx.now, why: why.clone() };
        self.quarantined_at = Some(ctx.now);
        let what = Happened::new(EventKind::JobQuarantined).because(reason);
        Ok(self.moved(ctx, settle, why, what.from(phase.word())))
    }

    /// A person's move is an event of the carrier's: partners know nothing of jobs. Moves are
    /// counted for themselves, so that the events are dense; a worker's leave none.
    fn moved(
        mut self,
        ctx: &mut Context,
        settle: Settle,
        why: String,
        what: Happened,
    ) -> Decision<Self> {
        self.epoch += 1;
        self.moves += 1;
        self.lease_until = Moment::from_ms(0);
        self.why = Some(why);
        let event = Event {
            id: ctx.ids.next(Kind::Event),
            tenant: Tenant::carrier(self.tenant.environment),
            kind: what.kind.word().to_owned(),
            object: self.id,
            sequence: self.moves,
            at: ctx.now,
            actor: ctx.actor.clone(),
            from: what.from.map(str::to_owned),
            to: Some(self.phase(ctx.now).word().to_owned()),
            reason: what.reason,
            request: ctx.request,
        };
        let (events, settle) = (vec![event], Some(settle));
        Decision { change: Change { events, settle, ..Change::default() }, view: self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::Ids;
    use crate::party::{Actor, Environment};

    const NOW: Moment = Moment::from_ms(1_800_000_000_000);

    fn file(phase: JobPhase) -> JobFile {
        JobFile {
            id: Id::new(Kind::Job, NOW.ms(), 1),
            tenant: Tenant::carrier(Environment::Test),
            work: None,
            connector: "credit".to_owned(),
            due_at: NOW.plus_ms(60_000),
            lease_until: NOW.plus_ms(i64::from(phase == JobPhase::Running)),
            tries: 4,
            epoch: 9,
            why: None,
            quarantined_at: (phase == JobPhase::Quarantined).then_some(NOW),
            moves: 2,
        }
    }

    fn ctx() -> Context {
        Context {
            now: NOW,
            ids: Ids::new(NOW.ms(), 1),
            actor: Actor::System,
            request: None,
            clock: None,
        }
    }

    #[test]
    fn every_phase_is_what_the_row_says() {
        for phase in JobPhase::ALL {
            assert_eq!(file(*phase).phase(NOW), *phase);
        }
    }

    #[test]
    fn a_person_moves_what_no_worker_has() {
        for phase in JobPhase::ALL {
            let retried = file(*phase).retry(&mut ctx(), None);
            assert_eq!(retried.is_ok(), *phase != JobPhase::Running, "{}", phase.word());
            let aside = file(*phase).quarantine(&mut ctx(), "why");
            assert_eq!(aside.is_ok(), *phase == JobPhase::Ready, "{}", phase.word());
        }
    }

    #[test]
    fn a_retried_job_is_due_at_once_with_all_its_tries_and_another_epoch() {
        let decided = file(JobPhase::Quarantined).retry(&mut ctx(), Some("mended")).unwrap();
        let JobFile { due_at, tries, epoch, why, .. } = decided.view.clone();
        assert_eq!((due_at, tries, epoch), (NOW, 0, 10));
        assert_eq!(why.as_deref(), Some("retried by system: mended"));
        assert_eq!(decided.view.phase(NOW), JobPhase::Ready);
        let event = &decided.change.events[0];
        assert_eq!((event.kind.as_str(), event.sequence), ("job.retried", 3));
        assert_eq!(
            (event.from.as_deref(), event.to.as_deref()),
            (Some("quarantined"), Some("ready"))
        );
    }

    #[test]
    fn every_kind_of_work_asks_one_of_the_connectors() {
        let id = Id::new(Kind::Quote, 0, 0);
        for work in [
            Work::ValidateAddresses { quote: id },
            Work::AssessCredit { check: id },
            Work::SendContract { contract: id },
            Work::SubmitOrder { sub_order: id },
            Work::FollowOrder { sub_order: id },
            Work::AwaitSignature { contract: id },
        ] {
            assert!(CONNECTORS.contains(&work.connector()), "{}", work.name());
            assert_eq!(work.object(), id);
        }
    }
}
