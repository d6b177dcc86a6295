//! Jobs: what waits for an outside system, what was put aside, and how the outside systems do.

use crate::answer::{Answered, draw_version, ok, perform};
use crate::door::{Command, PathId, Reading};
use crate::v1::shape::{At, Paging, page_of};
use app::job::{JobQuarantine, JobRetry};
use app::{App, Circuit, Health};
use domain::job::{JobFile, JobPhase, Work};
use domain::time::Moment;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<crate::State> {
    OpenApiRouter::new()
        .routes(routes!(jobs_list))
        .routes(routes!(job_retry))
        .routes(routes!(job_quarantine))
}

/// What a job is doing.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = JobState)]
enum StateWord {
    /// It waits until it is due, or for its connector.
    Ready,
    /// A worker has it.
    Running,
    /// Put aside for a person to look at.
    Quarantined,
}

impl From<JobPhase> for StateWord {
    fn from(phase: JobPhase) -> Self {
        match phase {
            JobPhase::Ready => Self::Ready,
            JobPhase::Running => Self::Running,
            JobPhase::Quarantined => Self::Quarantined,
        }
    }
}

/// Work that needs an outside system.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Job)]
struct JobBody {
    id: String,
    version: u64,
    created_at: String,
    state: StateWord,
    /// What is to be done: validate_addresses, assess_credit, send_contract, submit_order or
    /// follow_order; unreadable if its row is damaged.
    #[schema(example = "assess_credit")]
    kind: String,
    /// The outside system that it asks: address, credit, signature or fulfilment.
    #[schema(example = "credit")]
    connector: String,
    /// The object that waits for it.
    object_id: Option<String>,
    partner_id: Option<String>,
    /// Tries that have begun. After five without an outcome a job is put aside.
    tries: u32,
    /// Not before this moment.
    due_at: String,
    /// While it runs: another worker takes over then.
    leased_until: Option<String>,
    /// What the last try ended with, or who moved it.
    why: Option<String>,
    quarantined_at: Option<String>,
}

impl JobBody {
    fn of(job: &JobFile, now: Moment) -> Self {
        let phase = job.phase(now);
        let leased = (phase == JobPhase::Running).then_some(job.lease_until);
        Self {
            id: job.id.to_string(),
            version: version(job),
            created_at: Moment::from_ms(job.id.made_at_ms()).to_string(),
            state: phase.into(),
            kind: job.work.as_ref().map_or("unreadable", Work::name).to_owned(),
            connector: job.connector.clone(),
            object_id: job.work.as_ref().map(|work| work.object().to_string()),
            partner_id: job.tenant.partner.map(|id| id.to_string()),
            tries: job.tries,
            due_at: job.due_at.to_string(),
            leased_until: leased.map(|at| at.to_string()),
            why: job.why.clone(),
            quarantined_at: job.quarantined_at.map(|at| at.to_string()),
        }
    }
}

/// Each change of a job raises its epoch, which begins at zero.
const fn version(job: &JobFile) -> u64 {
    job.epoch + 1
}

/// What the circuit breaker of a connector does.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CircuitState)]
enum CircuitWord {
    /// Calls go through.
    Closed,
    /// None does: too many of the last ones failed.
    Open,
    /// One call at a time finds out whether it is well again.
    HalfOpen,
}

/// How a connector does, as the node that answers sees it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Connector)]
struct ConnectorBody {
    #[schema(example = "credit")]
    name: String,
    circuit: CircuitWord,
    /// While the circuit is open: not before this moment is it asked again.
    open_until: Option<String>,
    /// Of the last calls, at most 20 and none longer ago than a minute, so many failed.
    failed_calls: usize,
    calls: usize,
    /// Jobs under way on this node.
    running: usize,
}

impl From<&Health> for ConnectorBody {
    fn from(health: &Health) -> Self {
        let (circuit, until) = match health.circuit {
            Circuit::Closed => (CircuitWord::Closed, None),
            Circuit::Open { until } => (CircuitWord::Open, Some(Moment::from_ms(until))),
            Circuit::HalfOpen => (CircuitWord::HalfOpen, None),
        };
        Self {
            name: health.connector.to_owned(),
            circuit,
            open_until: until.map(|at| at.to_string()),
            failed_calls: health.failed,
            calls: health.calls,
            running: health.running,
        }
    }
}

/// One page of jobs, and how the connectors do that they wait for.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = JobPage)]
struct JobPage {
    items: Vec<JobBody>,
    /// Send it as `cursor` for the next page; null on the last one.
    next_cursor: Option<String>,
    /// Every connector.
    connectors: Vec<ConnectorBody>,
}

/// List jobs
///
/// Every partner's, newest first: what waits for an outside system, what runs, and what was put
/// aside. A job that is done is gone. With it, how the connectors do on the node that answers.
#[utoipa::path(get, path = "/v1/operations/jobs", operation_id = "jobs_list", tag = "Operations",
    params(("state" = Option<String>, Query, description = "ready, running or quarantined"),
        Paging),
    responses((status = 200, description = "One page", body = JobPage)))]
async fn jobs_list(reading: Reading) -> Answered {
    let mut params = reading.params();
    let words: Vec<&str> = JobPhase::ALL.iter().map(|phase| phase.word()).collect();
    let (state, page) = (params.word("state", &words), params.page());
    let Reading { app, caller, place, .. } = reading;
    params.finish().at(&place)?;
    let found = app.jobs_list(&caller, &state, page).await.at(&place)?;
    let now = app.clock.now();
    let listed = page_of(found, page.limit, |job| job.id, |job| JobBody::of(job, now));
    let connectors = app.health().iter().map(Into::into).collect();
    Ok(ok(&JobPage { items: listed.items, next_cursor: listed.next_cursor, connectors }))
}

/// Another chance.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = JobRetry)]
struct Again {
    /// Kept with the job.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 500, example = "The bureau answers again.")]
    reason: Option<String>,
}

/// Retry a job
///
/// One that was put aside becomes ready with all its tries before it; one that waits for its next
/// try is due at once. A job that runs is left alone: 409.
#[utoipa::path(post, path = "/v1/operations/jobs/{id}/retry", operation_id = "job_retry",
    tag = "Operations", params(("id" = String, Path, description = "The job's id")),
    request_body = Again,
    responses((status = 200, description = "Ready", body = JobBody)))]
async fn job_retry(PathId(job): PathId, command: Command<Again>) -> Answered {
    let Command { app, call, place, body } = command;
    let draw = drawn(&app);
    perform(&app, &call, &place, JobRetry { job, reason: body.reason }, draw).await
}

/// Taken out.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = JobQuarantine)]
struct Aside {
    /// Kept with the job.
    #[schema(min_length = 1, max_length = 500, example = "The bureau is closed this week.")]
    reason: String,
}

/// Put a job aside
///
/// It is not tried until it is retried, and the object that waits for it goes on waiting. A job
/// that runs is left alone: 409.
#[utoipa::path(post, path = "/v1/operations/jobs/{id}/quarantine",
    operation_id = "job_quarantine", tag = "Operations",
    params(("id" = String, Path, description = "The job's id")), request_body = Aside,
    responses((status = 200, description = "Put aside", body = JobBody)))]
async fn job_quarantine(PathId(job): PathId, command: Command<Aside>) -> Answered {
    let Command { app, call, place, body } = command;
    let draw = drawn(&app);
    perform(&app, &call, &place, JobQuarantine { job, reason: body.reason }, draw).await
}

/// How a job that was moved is drawn.
fn drawn(app: &App) -> impl Fn(&JobFile) -> app::Answer + Send + Sync + use<> {
    let now = app.clock.now();
    move |job| draw_version(StatusCode::OK, &JobBody::of(job, now), version(job))
}
