//! The one way to change anything: load and decide, draw the answer, commit both together; if
//! somebody was faster, load and decide again.

use crate::in_flight::{Entered, Guard, PATIENCE};
use crate::{App, Caller, Problem};
use domain::change::{Context, Settle};
use domain::code::Code;
use domain::decision::Decision;
use domain::id::{Id, Ids};
use domain::party::Actor;
use domain::refusal::Refusal;
use domain::test_clock::ClockJobs;
use faults::{Bug, Point, pass, planted};
use futures::future::join;
use std::future::Future;
use std::time::Instant;
use store::{Answered, Committed, StoreError};
use tokio::time::timeout_at;

/// What an action's deciding gives.
pub type Decided<V> = Result<Decision<V>, Problem>;

/// An idempotency key with the fingerprint of the request that it came with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// As the caller sent it.
    pub name: String,
    /// Of method, route and canonical body.
    pub fingerprint: String,
}

/// One request: who asks, under which key.
#[derive(Debug, Clone)]
pub struct Call {
    pub caller: Caller,
    pub request: Id,
    /// Required by the native doors for every POST that creates or moves state.
    pub key: Option<Key>,
    /// When it is no longer worked on: whoever sent it has given up by then. None: never.
    pub until: Option<Instant>,
}

/// An answer as a dialect drew it: stored with the effect, so that a replay is the same bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    /// `etag`, `location`.
    pub headers: Vec<(String, String)>,
    /// JSON.
    pub body: String,
}

/// What performing gives: the answer, and whether it is one that was given before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Performed {
    pub answer: Answer,
    pub replayed: bool,
}

/// Something that a caller may do.
pub trait Action: Send + Sync {
    /// What the answer is drawn from.
    type View: Send;
    /// Whether it goes by the server's clock even where the partner has a test clock.
    const BY_WALL: bool = false;

    /// Loads the facts and decides. Called again if the facts changed before the commit.
    fn decide(
        &self,
        app: &App,
        caller: &Caller,
        ctx: &mut Context,
    ) -> impl Future<Output = Decided<Self::View>> + Send;
}

/// How often a decision is made anew when others are faster. With clients that all move one
/// object, each round lets at least one of them through.
const MOST_ROUNDS: usize = 64;

/// Whose turn it is.
enum Turn<'a> {
    /// This request's; without a guard if it has no key.
    Mine(Option<Guard<'a>>),
    /// Nobody's: a twin has just been given this answer.
    Answered(Answer),
}

fn reused() -> Refusal {
    let detail = "this key was used for a request with another method, path or body";
    Refusal::new(Code::IdempotencyKeyReused, detail)
}

impl App {
    /// Performs `action`. The answer is drawn before the commit, because it is committed with
    /// the effect: a replay gives the same bytes.
    pub async fn perform<A: Action>(
        &self,
        call: &Call,
        action: A,
        render: impl Fn(&A::View) -> Answer + Send + Sync,
    ) -> Result<Performed, Problem> {
        let actor = call.caller.actor();
        // Held until the end, however it ends: a twin waits for it.
        let _turn = match self.turn(call).await? {
            Turn::Mine(guard) => guard,
            Turn::Answered(answer) => return Ok(Performed { answer, replayed: true }),
        };
        // Whose time it goes by. Operations act in the time of whom their decision concerns.
        let mut tenant = Some(call.caller.tenant()).filter(|_| !A::BY_WALL);
        for _ in 0..MOST_ROUNDS {
            if call.until.is_some_and(|until| until < Instant::now()) {
                let detail = "the request stood in a queue for too long and was given up";
                return Err(Refusal::new(Code::Overloaded, detail).into());
            }
            let (actor, request) = (actor.clone(), Some(call.request));
            let mut ctx = match tenant {
                Some(tenant) => self.context_of(tenant, actor, request).await?,
                None => self.context(actor, request),
            };
            // Asked together: a replay is rare, and its decision is thrown away.
            let before = self.answered_before(call);
            let (before, decided) = join(before, action.decide(self, &call.caller, &mut ctx)).await;
            if let Some(answer) = before? {
                return Ok(Performed { answer, replayed: true });
            }
            let decision = match decided {
                Ok(decision) => decision,
                // Perhaps refused only because the same request, sent twice at once, has just
                // had its effect: then that answer is this one's too.
                Err(problem) => match self.answered_before(call).await? {
                    Some(answer) => return Ok(Performed { answer, replayed: true }),
                    None => return Err(problem),
                },
            };
            if !A::BY_WALL && ctx.clock.is_none() {
                let other = decision.change.clocked();
                if let Some(other) = other
                    && let (_, Some(reading)) = self.reading(other).await?
                {
                    if reading.version.is_some() {
                        tenant = Some(other);
                        continue;
                    }
                    ctx.clock = Some(reading);
                }
            }
            let answer = render(&decision.view);
            let key = call.key.as_ref().filter(|_| !planted(Bug::ForgetKey));
            let kept = key.map(|key| self.kept(call, key, &answer, &ctx));
            match self.save(&ctx, &decision, kept.as_ref()).await? {
                Committed::Done => return Ok(Performed { answer, replayed: false }),
                Committed::Stale | Committed::KeyTaken => {}
                Committed::LeaseLost => break,
            }
        }
        Err(Refusal::new(Code::Busy, "others kept changing the same object").into())
    }

    /// Waits while the same request is under way in this process, for as long as is decent. That
    /// a key has at most one effect is not decided here, but by the commit: on several nodes, two
    /// may be at it at once.
    async fn turn(&self, call: &Call) -> Result<Turn<'_>, Problem> {
        let Some(key) = &call.key else { return Ok(Turn::Mine(None)) };
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let mut first = match self.in_flight.enter(call.caller.tenant(), key) {
                Entered::First(guard) => return Ok(Turn::Mine(Some(guard))),
                Entered::Twin(first) => first,
                Entered::Other => return Err(reused().into()),
            };
            if timeout_at(deadline, first.ended()).await.is_err() {
                let detail = "the first request with this key has no answer yet";
                return Err(Refusal::new(Code::IdempotencyKeyInUse, detail).into());
            }
            // None: it was refused or lost, and this one may try.
            if let Some(answer) = self.answered_before(call).await? {
                return Ok(Turn::Answered(answer));
            }
        }
    }

    /// Commits a decision and wakes the worker if it left work that is due.
    pub(crate) async fn save<V>(
        &self,
        ctx: &Context,
        decision: &Decision<V>,
        answered: Option<&Answered>,
    ) -> Result<Committed, Problem> {
        let change = &decision.change;
        if change.is_empty() && answered.is_none() {
            return Ok(self.store.confirm(ctx.wall(), change).await?);
        }
        pass(Point::Decided);
        let (now, clock) = (ctx.wall(), ctx.clock.as_ref());
        let committed = match self.store.commit_under(now, clock, change, answered).await {
            Err(StoreError::Unavailable(_)) if planted(Bug::AckFailedWrite) => Committed::Done,
            committed => committed?,
        };
        pass(Point::Saved);
        let left_work = !change.jobs.is_empty()
            || matches!(change.settle, Some(Settle::Retry { .. } | Settle::Again { .. }))
            || matches!(change.clock_jobs, Some(ClockJobs::Free { .. }));
        if committed == Committed::Done && left_work {
            self.work.notify_one();
        }
        Ok(committed)
    }

    /// The clock's reading and a source of fresh ids, for one decision.
    pub(crate) fn context(&self, actor: Actor, request: Option<Id>) -> Context {
        let now = self.clock.now();
        let ids = Ids::new(now.ms(), self.random.seed());
        Context { now, ids, actor, request, clock: None }
    }

    async fn answered_before(&self, call: &Call) -> Result<Option<Answer>, Problem> {
        let Some(key) = &call.key else { return Ok(None) };
        let now = self.clock.now();
        let kept = self.store.answered(call.caller.tenant(), &key.name, now).await?;
        let Some(kept) = kept else { return Ok(None) };
        if kept.fingerprint != key.fingerprint && !planted(Bug::ForgetFingerprint) {
            return Err(reused().into());
        }
        Ok(Some(Answer { status: kept.status, headers: kept.headers, body: kept.body }))
    }

    fn kept(&self, call: &Call, key: &Key, answer: &Answer, ctx: &Context) -> Answered {
        Answered {
            tenant: call.caller.tenant(),
            name: key.name.clone(),
            fingerprint: key.fingerprint.clone(),
            status: answer.status,
            // A list of pairs of texts always has a JSON form.
            headers: if planted(Bug::AnswerDrifts) {
                "[]".to_owned()
            } else {
                serde_json::to_string(&answer.headers).unwrap_or_default()
            },
            body: answer.body.clone(),
            forget_at: ctx.wall().plus_days(self.settings.idempotency_days).ms(),
        }
    }
}
