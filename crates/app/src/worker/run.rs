//! One job: ask the outside, then bring its reply back as a command and commit what it means
//! together with the job's end. Whatever goes wrong, the job has an end: an outcome, a later try,
//! or quarantine after the last.

mod advance;
mod ask;
mod bring;
mod signer;

use super::call::{Limits, NoAnswer, clean, said};
use super::lanes::Owed;
use crate::{App, Problem};
use connect::ConnectorError;
use domain::address::Address;
use domain::change::{Change, Context, Settle};
use domain::credit::Report;
use domain::decision::Decision;
use domain::fulfilment::{Progress, Received};
use domain::job::{Job, MOST_TRIES, Work, backoff_ms};
use domain::party::{Actor, Tenant};
use domain::quote::Validated;
use domain::time::Moment;
use faults::{Bug, Point, pass, planted};
use futures::FutureExt as _;
use std::panic::AssertUnwindSafe;
use store::job::Claimed;
use store::{Committed, StoreError};

/// What the outside replied: the command that a job brings back.
#[derive(Debug)]
enum Reply {
    /// Per site: the address that was asked about, and what was found.
    Addresses(Vec<(Address, Validated)>),
    Credit(Report),
    /// The envelope is out under this reference.
    ContractSent(String),
    Received(Received),
    Progress(Progress),
    /// A scripted signer does its part.
    Signer,
    /// No answer, for good.
    Unanswered(String),
}

/// What asking the outside came to.
#[derive(Debug)]
enum Asked {
    Replied(Reply),
    /// Some of it; the rest is still to be asked for.
    Partly(Reply),
    /// The object no longer waits for an answer.
    Moot,
    Unanswered(NoAnswer),
}

/// How a try ended.
#[derive(Debug)]
enum Tried {
    Settled,
    /// Not before this moment, and the try does not count.
    PutOff(Moment, String),
    /// Again later, unless it was the last: not before so many milliseconds, if the other side
    /// said so.
    Failed(String, i64),
    /// No try helps.
    Hopeless(String),
}

/// How often the meaning of a reply is decided anew when others are faster.
const MOST_ROUNDS: usize = 64;

/// An outside system may put a try off for an hour at most: somebody waits for its answer.
const LONGEST_WAIT_MS: i64 = 3_600_000;

impl App {
    /// Runs a claimed job to an end.
    pub(crate) async fn run_job(&self, claimed: Claimed, limits: &Limits) {
        pass(Point::JobClaimed);
        let (id, tries) = (claimed.id, claimed.tries);
        let name = claimed.job.as_ref().map_or("unreadable", |job| job.work.name());
        let tried = match &claimed.job {
            Ok(job) if tries > MOST_TRIES && !job.work.is_own() => {
                Ok(Tried::Failed(never_ended(&claimed), 0))
            }
            Ok(job) => {
                let run = AssertUnwindSafe(self.try_job(job, limits)).catch_unwind();
                run.await.unwrap_or_else(|panic| {
                    Ok(Tried::Failed(format!("the run panicked: {}", said(&*panic)), 0))
                })
            }
            Err(fault) => Err(fault.clone().into()),
        };
        let ended = match tried {
            Ok(Tried::Settled) => Ok(()),
            Ok(Tried::PutOff(due_at, why)) => {
                tracing::debug!(job = %id, name, why, "job put off");
                self.put_off(&owed(&claimed), due_at, Some(why)).await
            }
            Ok(Tried::Failed(why, wait)) => self.failed(&claimed, why, wait).await,
            Ok(Tried::Hopeless(why)) => self.give_up(&claimed, why).await,
            Err(fault @ Problem::Fault(StoreError::Unavailable(_))) => Err(fault),
            Err(fault) => self.failed(&claimed, clean(&fault.to_string()), 0).await,
        };
        match ended {
            Ok(()) => {
                pass(Point::JobSettled);
                tracing::debug!(job = %id, name, "job settled");
            }
            Err(fault) => {
                tracing::warn!(job = %id, name, error = %fault, "job not settled");
                self.lanes.owe(owed(&claimed));
            }
        }
    }

    async fn try_job(&self, job: &Job, limits: &Limits) -> Result<Tried, Problem> {
        let (id, epoch) = (job.id, job.epoch);
        if let Work::AdvanceClock { .. } = job.work {
            return self.advance_clock(job, limits).await;
        }
        match self.ask_outside(job, limits).await? {
            Asked::Replied(reply) => {
                self.bring_back(job, &reply, |_| Settle::Done { job: id, epoch }).await
            }
            Asked::Partly(reply) => {
                let again = |ctx: &Context| {
                    let due = ctx.due(ctx.now);
                    Settle::Again { job: id, epoch, due, tries: 0, why: None }
                };
                self.bring_back(job, &reply, again).await
            }
            Asked::Moot => {
                self.settle(Some(job.tenant), |_| Settle::Done { job: id, epoch }).await?;
                Ok(Tried::Settled)
            }
            Asked::Unanswered(NoAnswer::PutOff { due_at, why }) => Ok(Tried::PutOff(due_at, why)),
            Asked::Unanswered(NoAnswer::Failed(error)) => Ok(match error {
                ConnectorError::Later(why) | ConnectorError::Scripted(why) => Tried::Failed(why, 0),
                ConnectorError::Busy { seconds, why } => {
                    Tried::Failed(why, (i64::from(seconds) * 1000).min(LONGEST_WAIT_MS))
                }
                ConnectorError::Never(why) => Tried::Hopeless(why),
            }),
        }
    }

    /// A try ended without an outcome: another later, or none after the last.
    async fn failed(&self, claimed: &Claimed, why: String, wait_ms: i64) -> Result<(), Problem> {
        let Claimed { id: job, epoch, tries, .. } = *claimed;
        let tries = if planted(Bug::TriesNotCounted) { 0 } else { tries };
        let own = claimed.job.as_ref().is_ok_and(|job| job.work.is_own());
        if tries >= MOST_TRIES && !own {
            return self.give_up(claimed, why).await;
        }
        let tries = tries.min(MOST_TRIES - 1);
        tracing::info!(%job, tries, why, "the job is tried again later");
        // By the partner's clock, where it has one: to wait for it is what time brings.
        let again = |ctx: &Context| {
            let wait = backoff_ms(tries).max(wait_ms);
            // A clock does not wait for itself.
            let due = if own {
                ctx.due_by_wall(ctx.wall().plus_ms(wait))
            } else {
                ctx.due(ctx.now.plus_ms(wait))
            };
            Settle::Again { job, epoch, due, tries, why: Some(why.clone()) }
        };
        self.settle(tenant(claimed), again).await
    }

    /// Puts a job aside, and tells the object that waits that there will be no answer: unless
    /// that is what cannot be done.
    async fn give_up(&self, claimed: &Claimed, why: String) -> Result<(), Problem> {
        let Claimed { id: job, epoch, .. } = *claimed;
        tracing::error!(%job, why, "the job is put aside");
        let reply = Reply::Unanswered(why.clone());
        let aside =
            |ctx: &Context| Settle::Quarantine { job, epoch, at: ctx.wall(), why: why.clone() };
        if let Ok(job) = &claimed.job {
            let bring = AssertUnwindSafe(self.bring_back(job, &reply, aside));
            if let Ok(Ok(Tried::Settled)) = bring.catch_unwind().await {
                return Ok(());
            }
        }
        self.settle(tenant(claimed), aside).await
    }

    /// Gives a claim back; its try does not count.
    pub(super) async fn put_off(
        &self,
        owed: &Owed,
        due_at: Moment,
        why: Option<String>,
    ) -> Result<(), Problem> {
        let Owed { job, epoch, tries, tenant } = *owed;
        // A claim that finds all tries spent is not one: it leaves no more behind.
        let tries = tries.saturating_sub(1).min(MOST_TRIES);
        let again = |ctx: &Context| {
            let due = ctx.due_by_wall(due_at);
            Settle::Again { job, epoch, due, tries, why: why.clone() }
        };
        self.settle(tenant, again).await
    }

    /// Gives back what could not be settled while the store was away.
    pub(super) async fn pay(&self) {
        for owed in self.lanes.take_owed() {
            let why = Some("the store was away".to_owned());
            match self.put_off(&owed, self.clock.now(), why).await {
                Err(Problem::Fault(StoreError::Unavailable(_))) => self.lanes.owe(owed),
                Err(fault) => tracing::warn!(job = %owed.job, error = %fault, "not given back"),
                Ok(()) => {}
            }
        }
    }

    /// Decides what a reply means on fresh facts and commits it, again while others are faster.
    async fn bring_back(
        &self,
        job: &Job,
        reply: &Reply,
        settling: impl Fn(&Context) -> Settle + Send + Sync,
    ) -> Result<Tried, Problem> {
        for _ in 0..MOST_ROUNDS {
            let actor = Actor::Connector { name: job.work.connector().to_owned() };
            let mut ctx = self.context_of(job.tenant, actor, None).await?;
            let settle = settling(&ctx);
            let change = match self.decide_reply(job, reply, &settle, &mut ctx).await {
                Ok(change) => change,
                Err(Problem::Refused(refusal)) => {
                    // The rules do not allow what the outside answered: for a person to see.
                    let why = format!("{}: {}", refusal.code.as_str(), refusal.detail);
                    tracing::error!(job = %job.id, why, "the rules refuse a reply");
                    let (tenant, job, epoch) = (Some(job.tenant), job.id, job.epoch);
                    let aside = |ctx: &Context| Settle::Quarantine {
                        job,
                        epoch,
                        at: ctx.wall(),
                        why: clean(&why),
                    };
                    self.settle(tenant, aside).await?;
                    return Ok(Tried::Settled);
                }
                Err(fault) => return Err(fault),
            };
            match self.save(&ctx, &Decision { change, view: () }, None).await? {
                Committed::Done | Committed::LeaseLost => return Ok(Tried::Settled),
                Committed::Stale | Committed::KeyTaken => {}
            }
        }
        Ok(Tried::Failed("others kept changing the same object".to_owned(), 0))
    }

    /// Settles the job alone. A lost lease means that somebody else does.
    async fn settle(
        &self,
        tenant: Option<Tenant>,
        settling: impl Fn(&Context) -> Settle + Send + Sync,
    ) -> Result<(), Problem> {
        for _ in 0..MOST_ROUNDS {
            let ctx = match tenant {
                Some(tenant) => self.context_of(tenant, Actor::System, None).await?,
                None => self.context(Actor::System, None),
            };
            let decision = Decision { change: only(&settling(&ctx)), view: () };
            // Stale: the partner's test clock has moved meanwhile.
            if self.save(&ctx, &decision, None).await? != Committed::Stale {
                return Ok(());
            }
        }
        Err(StoreError::Unavailable("a test clock kept moving".to_owned()).into())
    }
}

/// The claim itself, to be given back.
pub(super) fn owed(claimed: &Claimed) -> Owed {
    let Claimed { id: job, epoch, tries, .. } = *claimed;
    Owed { job, tenant: tenant(claimed), epoch, tries }
}

/// Whose time a job goes by.
fn tenant(claimed: &Claimed) -> Option<Tenant> {
    claimed.job.as_ref().ok().map(|job| job.tenant)
}

fn never_ended(claimed: &Claimed) -> String {
    let before = claimed.why.as_deref().map(|why| format!("; before that: {why}"));
    let before = before.unwrap_or_default();
    format!("begun {MOST_TRIES} times and the last never ended{before}")
}

/// A change that only settles the job.
fn only(settle: &Settle) -> Change {
    Change { settle: Some(settle.clone()), ..Change::default() }
}
