//! Actions on webhook endpoints: the partner's own, or the carrier's.

use crate::{Action, App, Caller, Decided, Problem};
use connect::webhook::{Secret, Walls, check_url};
use domain::change::Context;
use domain::code::{Because, Code};
use domain::delivery::{Replay, Which};
use domain::id::Id;
use domain::party::Environment;
use domain::refusal::{Fault, IfMatch, Refusal};
use domain::time::Moment;
use domain::webhook::{self, DisabledBecause, WebhookEndpoint, Wish};
use store::Page;
use store::delivery::Kept;

impl App {
    /// What the webhooks of an environment may reach.
    pub fn walls(&self, environment: Environment) -> &Walls {
        match environment {
            Environment::Test => &self.outside.webhooks.test,
            Environment::Live => &self.outside.webhooks.live,
        }
    }

    /// The caller's endpoint.
    pub async fn webhook_get(&self, caller: &Caller, id: Id) -> Result<WebhookEndpoint, Problem> {
        let found = self.store.ask(store::webhook::by_id(caller.tenant(), id)).await?;
        Ok(found.ok_or_else(|| Refusal::not_found("webhook endpoint"))?)
    }

    /// All of the caller's endpoints, oldest first.
    pub async fn webhooks_list(&self, caller: &Caller) -> Result<Vec<WebhookEndpoint>, Problem> {
        Ok(self.store.ask(store::webhook::list(caller.tenant())).await?)
    }

    /// An endpoint's deliveries, the newest event first.
    pub async fn deliveries_list(
        &self,
        caller: &Caller,
        endpoint: Id,
        state: &str,
        page: Page,
    ) -> Result<Vec<Kept>, Problem> {
        let endpoint = self.webhook_get(caller, endpoint).await?;
        let ask = store::delivery::list(endpoint.tenant, endpoint.id, state, page);
        Ok(self.store.ask(ask).await?)
    }

    /// One event's delivery to one endpoint.
    pub async fn delivery_get(
        &self,
        caller: &Caller,
        endpoint: Id,
        event: Id,
    ) -> Result<Kept, Problem> {
        let endpoint = self.webhook_get(caller, endpoint).await?;
        let ask = store::delivery::by_event(endpoint.tenant, endpoint.id, event);
        Ok(self.store.ask(ask).await?.ok_or_else(|| Refusal::not_found("delivery"))?)
    }

    /// Whoever begins to listen hears of nothing that happened before: that has its place in the
    /// feed, and is past.
    async fn begin_to_hear(&self, ctx: &Context) -> Result<(), Problem> {
        Ok(self.store.place(ctx.now).await?)
    }

    /// Refuses a URL that webhooks of this environment may not go to.
    fn check_webhook(&self, environment: Environment, url: &str) -> Result<(), Refusal> {
        let Err(failure) = check_url(url, self.walls(environment)) else { return Ok(()) };
        let fault = Fault::new("/url", Because::UrlRefused, failure.text());
        let fault = fault.expected("https, a public host, port 443 or 8443, no user name");
        Err(Refusal::new(Code::InvalidBody, "webhooks cannot go to this URL").with(vec![fault]))
    }
}

fn fresh_secret(app: &App) -> String {
    Secret::new(app.random.bytes()).reveal()
}

/// A new endpoint.
#[derive(Debug)]
pub struct WebhookCreate {
    pub wish: Wish,
}

impl Action for WebhookCreate {
    type View = WebhookEndpoint;
    // Its deliveries leave by the server's clock.
    const BY_WALL: bool = true;

    async fn decide(
        &self,
        app: &App,
        caller: &Caller,
        ctx: &mut Context,
    ) -> Decided<WebhookEndpoint> {
        app.check_webhook(caller.environment, &self.wish.url)?;
        app.begin_to_hear(ctx).await?;
        let existing = app.webhooks_list(caller).await?.len();
        let (tenant, secret) = (caller.tenant(), fresh_secret(app));
        Ok(webhook::webhook_create(ctx, tenant, existing, self.wish.clone(), secret)?)
    }
}

/// What an edit changes; the rest stays.
#[derive(Debug, Clone, Default)]
pub struct WebhookChanges {
    pub url: Option<String>,
    /// `Some(None)` removes it.
    pub description: Option<Option<String>>,
    pub types: Option<Vec<domain::webhook::Filter>>,
}

#[derive(Debug)]
pub struct WebhookEdit {
    pub endpoint: Id,
    pub seen: IfMatch,
    pub changes: WebhookChanges,
}

impl Action for WebhookEdit {
    type View = WebhookEndpoint;
    // Its deliveries leave by the server's clock.
    const BY_WALL: bool = true;

    async fn decide(
        &self,
        app: &App,
        caller: &Caller,
        ctx: &mut Context,
    ) -> Decided<WebhookEndpoint> {
        let endpoint = app.webhook_get(caller, self.endpoint).await?;
        let changes = self.changes.clone();
        app.begin_to_hear(ctx).await?;
        if let Some(url) = &changes.url {
            app.check_webhook(caller.environment, url)?;
        }
        let wish = Wish {
            url: changes.url.unwrap_or_else(|| endpoint.url.clone()),
            description: changes.description.unwrap_or_else(|| endpoint.description.clone()),
            types: changes.types.unwrap_or_else(|| endpoint.types.clone()),
        };
        Ok(webhook::webhook_edit(ctx, endpoint, self.seen, wish)?)
    }
}

/// What else an owner does with an endpoint.
#[derive(Debug, Clone)]
pub enum WebhookDo {
    /// A new secret; the one before it signs along for so many hours.
    Rotate {
        overlap_hours: u32,
    },
    Disable,
    Enable,
    Remove {
        seen: IfMatch,
    },
    Test,
    Resend {
        event: Id,
    },
    /// None: until now.
    Replay {
        since: Moment,
        until: Option<Moment>,
        again: bool,
    },
}

#[derive(Debug)]
pub struct WebhookAct {
    pub endpoint: Id,
    pub what: WebhookDo,
}

impl Action for WebhookAct {
    type View = WebhookEndpoint;
    // Its deliveries leave by the server's clock.
    const BY_WALL: bool = true;

    async fn decide(
        &self,
        app: &App,
        caller: &Caller,
        ctx: &mut Context,
    ) -> Decided<WebhookEndpoint> {
        let endpoint = app.webhook_get(caller, self.endpoint).await?;
        if matches!(self.what, WebhookDo::Enable) {
            app.begin_to_hear(ctx).await?;
        }
        Ok(match self.what.clone() {
            WebhookDo::Rotate { overlap_hours } => {
                webhook::webhook_rotate(ctx, endpoint, fresh_secret(app), overlap_hours)?
            }
            WebhookDo::Disable => webhook::webhook_disable(ctx, endpoint, DisabledBecause::Owner)?,
            WebhookDo::Enable => webhook::webhook_enable(ctx, endpoint)?,
            WebhookDo::Remove { seen } => {
                seen.check(endpoint.version)?;
                webhook::webhook_remove(ctx, endpoint)?
            }
            WebhookDo::Test => webhook::webhook_test(ctx, endpoint)?,
            WebhookDo::Resend { event } => {
                let found = app.store.ask(store::event::by_id(caller.scope(), event)).await?;
                let event = found.ok_or_else(|| Refusal::not_found("event"))?.event;
                let what = format!("event {} ({})", event.id, event.kind);
                let replay = replay(ctx, &endpoint, Which::One(event.id));
                webhook::webhook_replay(ctx, endpoint, replay, what)?
            }
            WebhookDo::Replay { since, until, again } => {
                // Now included.
                let until = until.unwrap_or(ctx.now.plus_ms(1));
                let which = Which::Range { since, until, again };
                let missed = if again { "" } else { ", what it has not taken yet" };
                let what = format!("from {since} until {until}{missed}");
                let replay = replay(ctx, &endpoint, which);
                webhook::webhook_replay(ctx, endpoint, replay, what)?
            }
        })
    }
}

fn replay(ctx: &Context, endpoint: &WebhookEndpoint, which: Which) -> Replay {
    Replay { tenant: endpoint.tenant, endpoint: endpoint.id, which, at: ctx.now }
}
