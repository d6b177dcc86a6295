//! One job: ask the outside, then bring its reply back as a command and commit what it means
//! together with the job's end.

mod ask;
mod bring;

use crate::{App, Problem};
use connect::ConnectorError;
use domain::address::{Address, Avps};
use domain::change::{Change, Settle};
use domain::credit::Assessment;
use domain::decision::Decision;
use domain::fulfilment::{Progress, Received};
use domain::id::Id;
use domain::job::{Job, MOST_TRIES, backoff_ms};
use domain::party::Actor;
use store::Committed;

/// What the outside replied: the command that a job brings back.
#[derive(Debug)]
enum Reply {
    /// Per site: the address that was asked about, and the answer.
    Addresses(Vec<(Id, Address, Avps)>),
    Credit(Assessment),
    /// The envelope is out under this reference.
    ContractSent(String),
    Received(Received),
    Progress(Progress),
    /// No answer, for good.
    Unanswered(String),
}

/// What asking the outside came to.
#[derive(Debug)]
enum Asked {
    Replied(Reply),
    /// The object no longer waits for an answer.
    Moot,
    Failed(ConnectorError),
}

impl App {
    /// Runs a claimed job to an end: an outcome, a later try, or quarantine. A fault of our own
    /// store leaves it to be claimed again when its lease runs out.
    pub(crate) async fn run_job(&self, job: Job) {
        let name = job.work.name();
        match self.try_job(&job).await {
            Ok(()) => tracing::debug!(job = %job.id, name, "job settled"),
            Err(problem) => {
                tracing::warn!(job = %job.id, name, error = %problem, "job not settled");
            }
        }
    }

    async fn try_job(&self, job: &Job) -> Result<(), Problem> {
        let (id, epoch) = (job.id, job.epoch);
        match self.ask_outside(job).await? {
            Asked::Replied(reply) => {
                self.bring_back(job, &reply, Settle::Done { job: id, epoch }).await
            }
            Asked::Moot => self.settle(Settle::Done { job: id, epoch }).await,
            Asked::Failed(ConnectorError::Later(why)) if job.tries + 1 < MOST_TRIES => {
                let tries = job.tries + 1;
                tracing::info!(job = %id, tries, why, "the connector says later");
                let due_at = self.clock.now().plus_ms(backoff_ms(tries));
                self.settle(Settle::Again { job: id, epoch, due_at, tries }).await
            }
            Asked::Failed(ConnectorError::Later(why) | ConnectorError::Never(why)) => {
                tracing::error!(job = %id, why, "the job is put aside");
                let settle = Settle::Quarantine { job: id, epoch, why: why.clone() };
                self.bring_back(job, &Reply::Unanswered(why), settle).await
            }
        }
    }

    /// Decides what a reply means on fresh facts and commits it, again while others are faster.
    async fn bring_back(&self, job: &Job, reply: &Reply, settle: Settle) -> Result<(), Problem> {
        loop {
            let actor = Actor::Connector { name: job.work.connector().to_owned() };
            let mut ctx = self.context(actor, None);
            let change = match self.decide_reply(job, reply, &settle, &mut ctx).await {
                Ok(change) => change,
                Err(Problem::Refused(refusal)) => {
                    // The rules do not allow what the outside answered: for a person to see.
                    let why = format!("{}: {}", refusal.code.as_str(), refusal.detail);
                    tracing::error!(job = %job.id, why, "the rules refuse a reply");
                    let (job, epoch) = (job.id, job.epoch);
                    return self.settle(Settle::Quarantine { job, epoch, why }).await;
                }
                Err(fault) => return Err(fault),
            };
            match self.save(&ctx, &Decision { change, view: () }, None).await? {
                Committed::Done | Committed::LeaseLost => return Ok(()),
                Committed::Stale | Committed::KeyTaken => {}
            }
        }
    }

    /// Settles the job alone. A lost lease means that somebody else does.
    async fn settle(&self, settle: Settle) -> Result<(), Problem> {
        let ctx = self.context(Actor::System, None);
        self.save(&ctx, &Decision { change: only(&settle), view: () }, None).await.map(drop)
    }
}

/// A change that only settles the job.
fn only(settle: &Settle) -> Change {
    Change { settle: Some(settle.clone()), ..Change::default() }
}
