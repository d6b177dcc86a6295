//! Actions on jobs: operations', and the command line's.

use crate::{Action, App, Caller, Decided, Health, Problem};
use domain::change::Context;
use domain::id::Id;
use domain::job::JobFile;
use domain::party::{Actor, Environment};
use domain::refusal::Refusal;
use store::Page;

/// Another chance for a job.
#[derive(Debug, Clone)]
pub struct JobRetry {
    pub job: Id,
    pub reason: Option<String>,
}

impl JobRetry {
    async fn retry(&self, app: &App, at: Environment, ctx: &mut Context) -> Decided<JobFile> {
        Ok(app.job_file(at, self.job).await?.retry(ctx, self.reason.as_deref())?)
    }
}

impl Action for JobRetry {
    type View = JobFile;

    async fn decide(&self, app: &App, caller: &Caller, ctx: &mut Context) -> Decided<JobFile> {
        self.retry(app, caller.operations()?, ctx).await
    }
}

/// Takes a job out.
#[derive(Debug, Clone)]
pub struct JobQuarantine {
    pub job: Id,
    pub reason: String,
}

impl JobQuarantine {
    async fn put_aside(&self, app: &App, at: Environment, ctx: &mut Context) -> Decided<JobFile> {
        Ok(app.job_file(at, self.job).await?.quarantine(ctx, &self.reason)?)
    }
}

impl Action for JobQuarantine {
    type View = JobFile;

    async fn decide(&self, app: &App, caller: &Caller, ctx: &mut Context) -> Decided<JobFile> {
        self.put_aside(app, caller.operations()?, ctx).await
    }
}

impl App {
    /// Every partner's jobs of the caller's environment, newest first.
    pub async fn jobs_list(
        &self,
        caller: &Caller,
        state: &str,
        page: Page,
    ) -> Result<Vec<JobFile>, Problem> {
        self.system_jobs(caller.operations()?, state, page).await
    }

    /// How every connector does, as this process sees it.
    pub fn health(&self) -> Vec<Health> {
        self.lanes.health(self.clock.now())
    }

    async fn job_file(&self, at: Environment, id: Id) -> Result<JobFile, Problem> {
        let found = self.store.ask(store::job::anywhere(at, id)).await?;
        Ok(found.ok_or_else(|| Refusal::not_found("job"))?)
    }
}

/// What the command line does on the database itself, without a caller.
impl App {
    /// Jobs of an environment, newest first; an empty `state` does not restrict.
    pub async fn system_jobs(
        &self,
        at: Environment,
        state: &str,
        page: Page,
    ) -> Result<Vec<JobFile>, Problem> {
        Ok(self.store.ask(store::job::list(at, state, self.clock.now(), page)).await?)
    }

    pub async fn system_retry_job(
        &self,
        at: Environment,
        retry: &JobRetry,
    ) -> Result<JobFile, Problem> {
        let mut ctx = self.context(Actor::System, None);
        let decision = retry.retry(self, at, &mut ctx).await?;
        self.system_save(&ctx, decision).await
    }

    pub async fn system_quarantine_job(
        &self,
        at: Environment,
        quarantine: &JobQuarantine,
    ) -> Result<JobFile, Problem> {
        let mut ctx = self.context(Actor::System, None);
        let decision = quarantine.put_aside(self, at, &mut ctx).await?;
        self.system_save(&ctx, decision).await
    }
}
