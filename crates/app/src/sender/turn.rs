//! One endpoint's turn: send what is due, settle it, until nothing is left.

use super::Draw;
use crate::{App, Problem};
use connect::webhook::{Class, Delivery, Outcome, Secret};
use domain::change::Context;
use domain::delivery::{Attempt, DeliveryState, Ended, follows};
use domain::party::Actor;
use domain::time::Moment;
use domain::webhook::{DisabledBecause, WebhookEndpoint, webhook_disable, webhook_judge};
use faults::{Point, pass};
use futures::StreamExt;
use std::time::Duration;
use store::Committed;
use store::delivery::{Due, Settled, Turn};
use tokio::sync::watch;

/// Deliveries that are read at once.
const BATCH: u32 = 64;
/// Attempts under way to one endpoint; while it fails, one.
const AT_ONCE: usize = 8;

/// Runs a turn to its end. A fault of our own store leaves it to be taken again when its lease
/// runs out.
pub(super) async fn run(app: &App, draw: Draw, turn: Turn, stop: &watch::Receiver<bool>) {
    pass(Point::TurnTaken);
    let endpoint = turn.endpoint;
    for pause in PAUSES {
        match (Run { app, draw, turn, stop }).until_done().await {
            Ok(()) => return,
            Err(problem) => tracing::warn!(%endpoint, error = %problem, "webhooks not settled"),
        }
        tokio::time::sleep(pause).await;
    }
}

struct Run<'a> {
    app: &'a App,
    draw: Draw,
    turn: Turn,
    stop: &'a watch::Receiver<bool>,
}

/// After a fault of the store, how long until the next look; then the lease runs out.
const PAUSES: [Duration; 3] =
    [Duration::from_millis(200), Duration::from_secs(1), Duration::from_secs(5)];

/// What follows from a stretch of attempts.
enum Next {
    GoOn,
    /// The turn is somebody else's, or the endpoint is off.
    End,
}

impl Run<'_> {
    async fn until_done(mut self) -> Result<(), Problem> {
        loop {
            let now = self.app.clock.now();
            let asks = (
                store::webhook::by_id(self.turn.tenant, self.turn.endpoint),
                store::delivery::batch(&self.turn, now, BATCH),
            );
            let (endpoint, due) = self.app.store.ask(asks).await?;
            let Some(endpoint) = endpoint.filter(WebhookEndpoint::is_active) else {
                return Ok(());
            };
            if due.is_empty() || *self.stop.borrow() {
                let next = self.app.store.ask(store::delivery::next_due(&self.turn)).await?;
                match self.app.store.give_turn_back(&self.turn, next).await? {
                    Committed::Done => return Ok(()),
                    // Told to stop: whoever comes next finds it when the lease runs out.
                    _ if *self.stop.borrow() => return Ok(()),
                    _ => match self.app.store.see_turn(&self.turn).await? {
                        Committed::Done => continue,
                        _ => return Ok(()),
                    },
                }
            }
            match self.send(&endpoint, due).await? {
                Next::GoOn => {}
                Next::End => return Ok(()),
            }
        }
    }

    async fn send(&mut self, endpoint: &WebhookEndpoint, due: Vec<Due>) -> Result<Next, Problem> {
        let app = self.app;
        let secrets: Vec<Secret> = endpoint
            .signs_with(app.clock.now())
            .filter_map(|text| Secret::parse(text).ok())
            .collect();
        let at_once = if self.turn.failing_since.is_some() { 1 } else { AT_ONCE };
        let (draw, stop) = (self.draw, self.stop);
        let attempts = futures::stream::iter(due)
            // What is not begun when it is time to stop is left to the next node.
            .take_while(|_| std::future::ready(!*stop.borrow()))
            .map(|due| attempt(app, draw, endpoint, &secrets, due))
            .buffer_unordered(at_once)
            .ready_chunks(AT_ONCE);
        let mut attempts = std::pin::pin!(attempts);
        while let Some(ended) = attempts.next().await {
            if let Next::End = self.settle(endpoint, ended).await? {
                return Ok(Next::End);
            }
        }
        Ok(Next::GoOn)
    }

    async fn settle(
        &mut self,
        endpoint: &WebhookEndpoint,
        ended: Vec<(Settled, Ended)>,
    ) -> Result<Next, Problem> {
        let now = self.app.clock.now();
        let ends = ended.iter().map(|(_, ended)| *ended);
        let (since, because) = webhook_judge(now, self.turn.failing_since, ends);
        self.turn.failing_since = since;
        let settled: Vec<Settled> = ended.into_iter().map(|(settled, _)| settled).collect();
        let until = now.plus_ms(self.app.settings.lease_ms);
        match self.app.store.settle_deliveries(&self.turn, until, &settled).await? {
            Committed::Done => pass(Point::WebhookSettled),
            _ => return Ok(Next::End),
        }
        let Some(because) = because else { return Ok(Next::GoOn) };
        self.app.webhook_switch_off(endpoint, because).await?;
        Ok(Next::End)
    }
}

/// One attempt at one delivery, and how the delivery stands after it.
async fn attempt(
    app: &App,
    draw: Draw,
    endpoint: &WebhookEndpoint,
    secrets: &[Secret],
    due: Due,
) -> (Settled, Ended) {
    let Due { event, tries, mut log } = due;
    let body = log.body.take().unwrap_or_else(|| draw(&event));
    let at = app.clock.now();
    let outcome = app
        .outside
        .webhooks
        .post
        .post(&Delivery {
            url: &endpoint.url,
            id: &event.id.to_string(),
            timestamp: at.ms() / 1000,
            body: body.clone().into(),
            secrets,
            walls: app.walls(endpoint.tenant.environment),
        })
        .await;
    pass(Point::WebhookSent);
    let ended = ended(&outcome);
    let tries = tries + 1;
    let (state, due_at) = follows(app.clock.now(), tries, ended, app.random.seed());
    log.add(told(at, &outcome));
    // From the first failure on the bytes are kept: every attempt sends the same.
    log.body = (state != DeliveryState::Delivered).then_some(body);
    tracing::debug!(endpoint = %endpoint.id, event = %event.id, tries, state = state.word(), "webhook");
    (Settled { event: event.id, state, due_at, tries, log }, ended)
}

const fn ended(outcome: &Outcome) -> Ended {
    match outcome.class {
        Class::Delivered => Ended::Delivered,
        Class::Gone => Ended::Gone,
        Class::Throttled | Class::Failed(_) => Ended::Refused { retry_after: outcome.retry_after },
    }
}

fn told(at: Moment, outcome: &Outcome) -> Attempt {
    let word = match outcome.class {
        Class::Delivered => "delivered",
        Class::Gone => "gone",
        Class::Throttled => "throttled",
        Class::Failed(failure) => failure.word(),
    };
    Attempt {
        at,
        took_ms: outcome.took_ms,
        status: outcome.status,
        outcome: word.to_owned(),
        excerpt: outcome.excerpt.clone(),
    }
}

impl App {
    /// Switches an endpoint off for a reason that its owner did not ask for; the event is the
    /// notice. Again while others are faster; nothing if it is off already.
    async fn webhook_switch_off(
        &self,
        endpoint: &WebhookEndpoint,
        because: DisabledBecause,
    ) -> Result<(), Problem> {
        loop {
            let ask = store::webhook::by_id(endpoint.tenant, endpoint.id);
            let Some(found) = self.store.ask(ask).await?.filter(WebhookEndpoint::is_active) else {
                return Ok(());
            };
            let mut ctx: Context = self.context(Actor::System, None);
            let decision = webhook_disable(&mut ctx, found, because)?;
            tracing::warn!(endpoint = %endpoint.id, because = because.word(), "webhook endpoint off");
            if self.save(&ctx, &decision, None).await? == Committed::Done {
                return Ok(());
            }
        }
    }
}
