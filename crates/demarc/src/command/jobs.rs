//! `demarc jobs`: what waits for an outside system, on the database itself, beside a running
//! server or without one.

use super::{Place, Space, print, print_json, table};
use crate::failure::{Failure, Outcome};
use crate::wire;
use app::App;
use app::job::{JobQuarantine, JobRetry};
use clap::{Args, Subcommand, ValueEnum};
use domain::id::{Id, Kind};
use domain::job::{JobFile, Work};
use domain::time::Moment;
use serde_json::{Value, json};
use std::sync::Arc;
use store::Page;

#[derive(Debug, Subcommand)]
pub(super) enum Jobs {
    /// List jobs that wait, run or were put aside; one that is done is gone
    List(List),
    /// Make a job due at once, with all its tries before it
    Retry(Retry),
    /// Take a job out until it is retried
    Quarantine(Quarantine),
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum StateWord {
    /// Waits until it is due, or for its connector
    Ready,
    /// A worker has it
    Running,
    /// Put aside for a person to look at
    Quarantined,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  demarc jobs list --state quarantined
  demarc jobs list --json | jq -r '.items[].why'")]
pub(super) struct List {
    /// Only those in this state
    #[arg(long, value_enum)]
    state: Option<StateWord>,
    #[command(flatten)]
    at: At,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:
  demarc jobs retry job3fK… --why 'The bureau answers again'")]
pub(super) struct Retry {
    /// The job's id, as `list` shows it
    #[arg(value_parser = job_id)]
    id: Id,
    /// The reason, kept with the job
    #[arg(long, value_name = "TEXT")]
    why: Option<String>,
    #[command(flatten)]
    at: At,
}

#[derive(Debug, Args)]
pub(super) struct Quarantine {
    /// The job's id, as `list` shows it
    #[arg(value_parser = job_id)]
    id: Id,
    /// The reason, kept with the job
    #[arg(long, value_name = "TEXT")]
    why: String,
    #[command(flatten)]
    at: At,
}

/// What all of them take.
#[derive(Debug, Args)]
struct At {
    /// Which space they belong to
    #[arg(long, value_enum, default_value_t = Space::Test)]
    environment: Space,
    /// As one JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Place,
}

impl At {
    async fn app(&self) -> Outcome<Arc<App>> {
        let config = self.place.load()?;
        wire::app(&config, wire::engine(&config, false).await?).await
    }
}

fn job_id(text: &str) -> Result<Id, String> {
    let id: Id = text.parse().map_err(|e| format!("{e}"))?;
    if id.is(Kind::Job) {
        Ok(id)
    } else {
        Err(format!("a job's id begins with {}", Kind::Job.prefix()))
    }
}

impl Jobs {
    pub(super) async fn run(self) -> Outcome {
        match self {
            Self::List(list) => list.run().await,
            Self::Retry(retry) => retry.run().await,
            Self::Quarantine(quarantine) => quarantine.run().await,
        }
    }
}

/// Read from the database at a time.
const A_PAGE: u32 = 200;

impl List {
    async fn run(self) -> Outcome {
        let app = self.at.app().await?;
        let word = self.state.and_then(|s| s.to_possible_value());
        let state = word.as_ref().map_or("", |word| word.get_name());
        let mut jobs: Vec<JobFile> = Vec::new();
        loop {
            let before = jobs.last().map(|job| job.id);
            let page = Page { before, since: None, limit: A_PAGE };
            let mut found = app.system_jobs(self.at.environment.into(), state, page).await?;
            let more = found.len() > A_PAGE as usize;
            found.truncate(A_PAGE as usize);
            jobs.append(&mut found);
            if !more {
                break;
            }
        }
        let now = app.clock.now();
        app.store.close().await?;
        if self.at.json {
            let items: Vec<_> = jobs.iter().map(|job| shape(job, now)).collect();
            return print_json(&json!({ "items": items }));
        }
        if jobs.is_empty() {
            eprintln!("There is no such job.");
            return Ok(());
        }
        let mut table = table(&["id", "state", "kind", "object", "tries", "due at", "why"]);
        for job in &jobs {
            let object = job.work.as_ref().map(|w| w.object().to_string()).unwrap_or_default();
            let why = job.why.clone().unwrap_or_default();
            let (id, tries, due) =
                (job.id.to_string(), job.tries.to_string(), job.due_at.to_string());
            table.add_row([&id, job.phase(now).word(), kind(job), &object, &tries, &due, &why]);
        }
        print(&table.to_string())
    }
}

impl Retry {
    async fn run(self) -> Outcome {
        let app = self.at.app().await?;
        let retry = JobRetry { job: self.id, reason: reason("--why", self.why)? };
        let job = app.system_retry_job(self.at.environment.into(), &retry).await?;
        moved(&app, &job, self.at.json, "It is due now: a running server takes it up.").await
    }
}

impl Quarantine {
    async fn run(self) -> Outcome {
        let app = self.at.app().await?;
        let reason = reason("--why", Some(self.why))?.unwrap_or_default();
        let quarantine = JobQuarantine { job: self.id, reason };
        let job = app.system_quarantine_job(self.at.environment.into(), &quarantine).await?;
        moved(&app, &job, self.at.json, "It is put aside until `demarc jobs retry`.").await
    }
}

fn reason(flag: &str, text: Option<String>) -> Outcome<Option<String>> {
    let Some(text) = text else { return Ok(None) };
    let text = text.trim().to_owned();
    if text.is_empty() || text.chars().count() > 500 || text.contains(char::is_control) {
        return Err(Failure::usage(format!("{flag}: give 1 to 500 characters on one line")));
    }
    Ok(Some(text))
}

async fn moved(app: &App, job: &JobFile, json: bool, said: &str) -> Outcome {
    let now = app.clock.now();
    app.store.close().await?;
    if json {
        return print_json(&shape(job, now));
    }
    eprintln!("{said}");
    print(&job.id.to_string())
}

fn kind(job: &JobFile) -> &'static str {
    job.work.as_ref().map_or("unreadable", Work::name)
}

/// As the API shows a job.
fn shape(job: &JobFile, now: Moment) -> Value {
    json!({
        "id": job.id.to_string(), "state": job.phase(now).word(), "kind": kind(job),
        "connector": job.connector, "tries": job.tries, "due_at": job.due_at.to_string(),
        "object_id": job.work.as_ref().map(|work| work.object().to_string()),
        "partner_id": job.tenant.partner.map(|id| id.to_string()),
        "environment": job.tenant.environment.as_str(), "why": job.why,
        "quarantined_at": job.quarantined_at.map(|at| at.to_string()),
        "version": job.epoch + 1,
    })
}
