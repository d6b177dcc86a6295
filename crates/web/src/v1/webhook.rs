//! Webhook endpoints: where events are sent, and the log of what became of them.

mod shape;

use super::shape::{At, Faults, ListOf, Nothing, Paging, page_of};
use crate::answer::{Answered, draw_version, located, ok, ok_version, perform};
use crate::door::{Command, Edit, PathId, PathIds, Place, Reading};
use app::webhook::{WebhookAct, WebhookChanges, WebhookCreate, WebhookDo, WebhookEdit};
use domain::code::Because;
use domain::delivery::DeliveryState;
use domain::id::Id;
use domain::refusal::{Fault, Refusal};
use domain::webhook::{Filter, Wish};
use http::StatusCode;
use serde::Serialize;
use shape::{
    DeliveryBody, NewWebhook, ReplayBody, ResendBody, RotateBody, SecretsBody, WebhookBody,
    WebhookPatch, read_moment,
};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<crate::State> {
    OpenApiRouter::new()
        .routes(routes!(webhooks_list, webhook_create))
        .routes(routes!(webhook_get, webhook_edit, webhook_remove))
        .routes(routes!(webhook_secret))
        .routes(routes!(webhook_rotate))
        .routes(routes!(webhook_test))
        .routes(routes!(webhook_disable))
        .routes(routes!(webhook_enable))
        .routes(routes!(webhook_resend))
        .routes(routes!(webhook_replay))
        .routes(routes!(deliveries_list))
        .routes(routes!(delivery_get))
}

/// The caller's endpoints.
#[derive(Debug, Serialize, ToSchema)]
struct WebhookList {
    items: Vec<WebhookBody>,
}

/// List webhook endpoints
///
/// The caller's own, oldest first; there are at most 50.
#[utoipa::path(get, path = "/v1/webhook-endpoints", operation_id = "webhooks_list",
    tag = "Webhooks", responses((status = 200, description = "The endpoints", body = WebhookList)))]
async fn webhooks_list(reading: Reading) -> Answered {
    reading.no_params()?;
    let Reading { app, caller, place, .. } = reading;
    let found = app.webhooks_list(&caller).await.at(&place)?;
    Ok(ok(&WebhookList { items: found.iter().map(Into::into).collect() }))
}

/// Filters of the body, with every fault.
fn filters(types: Vec<String>) -> Result<Vec<Filter>, Refusal> {
    let mut faults = Faults::default();
    let mut read = Vec::with_capacity(types.len());
    for (at, text) in types.iter().enumerate() {
        if let Some(filter) = Filter::parse(text) {
            read.push(filter);
        } else {
            let detail = "there is no such kind of event";
            let fault = Fault::new(format!("/types/{at}"), Because::NotAllowedValue, detail);
            faults.push(fault.expected("a kind (quote.priced), a noun's (quote.*), or *"));
        }
    }
    faults.finish(Some(read))
}

/// Create a webhook endpoint
///
/// From now on, events of these types are sent to the URL as they happen, signed after Standard
/// Webhooks 1.0 with the endpoint's secret (read it at `/secret`). The URL must be https and its
/// host public. An endpoint of operations hears of every partner's objects.
#[utoipa::path(post, path = "/v1/webhook-endpoints", operation_id = "webhook_create",
    tag = "Webhooks", request_body = NewWebhook,
    responses((status = 201, description = "The endpoint", body = WebhookBody)))]
async fn webhook_create(command: Command<NewWebhook>) -> Answered {
    let Command { app, call, place, body } = command;
    let types = filters(body.types).at(&place)?;
    let wish = Wish { url: body.url, description: body.description, types };
    perform(&app, &call, &place, WebhookCreate { wish }, |endpoint| {
        let answer =
            draw_version(StatusCode::CREATED, &WebhookBody::from(endpoint), endpoint.version);
        located(answer, format!("/v1/webhook-endpoints/{}", endpoint.id))
    })
    .await
}

/// Read a webhook endpoint
///
/// Without its secret, which has a path of its own.
#[utoipa::path(get, path = "/v1/webhook-endpoints/{id}", operation_id = "webhook_get",
    tag = "Webhooks", params(("id" = String, Path, description = "The endpoint's id")),
    responses((status = 200, description = "The endpoint", body = WebhookBody)))]
async fn webhook_get(PathId(id): PathId, reading: Reading) -> Answered {
    reading.no_params()?;
    let Reading { app, caller, place, .. } = reading;
    let endpoint = app.webhook_get(&caller, id).await.at(&place)?;
    Ok(ok_version(&WebhookBody::from(&endpoint), endpoint.version))
}

/// Edit a webhook endpoint
///
/// What is planned already keeps its schedule, and goes to the new URL.
#[utoipa::path(patch, path = "/v1/webhook-endpoints/{id}", operation_id = "webhook_edit",
    tag = "Webhooks", params(("id" = String, Path, description = "The endpoint's id")),
    request_body = WebhookPatch,
    responses((status = 200, description = "The endpoint as it is now", body = WebhookBody)))]
async fn webhook_edit(PathId(endpoint): PathId, edit: Edit<WebhookPatch>) -> Answered {
    let Edit { app, call, place, seen, body } = edit;
    let types = body.types.map(filters).transpose().at(&place)?;
    let description = body.description.map(|text| Some(text).filter(|t| !t.is_empty()));
    let changes = WebhookChanges { url: body.url, description, types };
    perform(&app, &call, &place, WebhookEdit { endpoint, seen, changes }, |endpoint| {
        draw_version(StatusCode::OK, &WebhookBody::from(endpoint), endpoint.version)
    })
    .await
}

/// Does something to an endpoint and answers how it is now.
async fn act(
    app: &app::App,
    call: &app::Call,
    place: &Place,
    endpoint: Id,
    what: WebhookDo,
) -> Answered {
    perform(app, call, place, WebhookAct { endpoint, what }, |endpoint| {
        draw_version(StatusCode::OK, &WebhookBody::from(endpoint), endpoint.version)
    })
    .await
}

/// Remove a webhook endpoint
///
/// For good: nothing is sent to it any more, not even what waits for another attempt.
#[utoipa::path(delete, path = "/v1/webhook-endpoints/{id}", operation_id = "webhook_remove",
    tag = "Webhooks", params(("id" = String, Path, description = "The endpoint's id")),
    responses((status = 200, description = "The endpoint as it was left", body = WebhookBody)))]
async fn webhook_remove(PathId(id): PathId, edit: Edit<Nothing>) -> Answered {
    let Edit { app, call, place, seen, .. } = edit;
    act(&app, &call, &place, id, WebhookDo::Remove { seen }).await
}

/// Read a webhook endpoint's secrets
///
/// The newest signs every message; while it is rotated, the one before signs along.
#[utoipa::path(get, path = "/v1/webhook-endpoints/{id}/secret", operation_id = "webhook_secret",
    tag = "Webhooks", params(("id" = String, Path, description = "The endpoint's id")),
    responses((status = 200, description = "The secrets that sign now", body = SecretsBody)))]
async fn webhook_secret(PathId(id): PathId, reading: Reading) -> Answered {
    reading.no_params()?;
    let Reading { app, caller, place, .. } = reading;
    let endpoint = app.webhook_get(&caller, id).await.at(&place)?;
    Ok(ok(&SecretsBody::of(&endpoint, app.clock.now())))
}

/// Give a webhook endpoint a new secret
///
/// Messages carry both signatures for `overlap_hours`, so that the receiver can change over
/// without losing one.
#[utoipa::path(post, path = "/v1/webhook-endpoints/{id}/rotate-secret",
    operation_id = "webhook_rotate", tag = "Webhooks",
    params(("id" = String, Path, description = "The endpoint's id")), request_body = RotateBody,
    responses((status = 200, description = "The endpoint as it is now", body = WebhookBody)))]
async fn webhook_rotate(PathId(id): PathId, command: Command<RotateBody>) -> Answered {
    let Command { app, call, place, body } = command;
    let what = WebhookDo::Rotate { overlap_hours: body.overlap_hours };
    act(&app, &call, &place, id, what).await
}

/// Send a test to a webhook endpoint
///
/// An event `webhook_endpoint.tested`, whatever the endpoint listens to, and to no other. Its
/// delivery tells how it went.
#[utoipa::path(post, path = "/v1/webhook-endpoints/{id}/test", operation_id = "webhook_test",
    tag = "Webhooks", params(("id" = String, Path, description = "The endpoint's id")),
    request_body = Nothing,
    responses((status = 200, description = "The endpoint as it is now", body = WebhookBody)))]
async fn webhook_test(PathId(id): PathId, command: Command<Nothing>) -> Answered {
    let Command { app, call, place, .. } = command;
    act(&app, &call, &place, id, WebhookDo::Test).await
}

/// Switch a webhook endpoint off
///
/// Nothing is sent to it until it is switched on. What happens meanwhile stays in the feed, and
/// can be replayed.
#[utoipa::path(post, path = "/v1/webhook-endpoints/{id}/disable", operation_id = "webhook_disable",
    tag = "Webhooks", params(("id" = String, Path, description = "The endpoint's id")),
    request_body = Nothing,
    responses((status = 200, description = "The endpoint as it is now", body = WebhookBody)))]
async fn webhook_disable(PathId(id): PathId, command: Command<Nothing>) -> Answered {
    let Command { app, call, place, .. } = command;
    act(&app, &call, &place, id, WebhookDo::Disable).await
}

/// Switch a webhook endpoint on
///
/// What waited when it was switched off is sent at once; replay what happened in between.
#[utoipa::path(post, path = "/v1/webhook-endpoints/{id}/enable", operation_id = "webhook_enable",
    tag = "Webhooks", params(("id" = String, Path, description = "The endpoint's id")),
    request_body = Nothing,
    responses((status = 200, description = "The endpoint as it is now", body = WebhookBody)))]
async fn webhook_enable(PathId(id): PathId, command: Command<Nothing>) -> Answered {
    let Command { app, call, place, .. } = command;
    act(&app, &call, &place, id, WebhookDo::Enable).await
}

/// Send one event again
///
/// To this endpoint, whether or not it listens to the event's kind, with a full schedule of
/// attempts.
#[utoipa::path(post, path = "/v1/webhook-endpoints/{id}/resend", operation_id = "webhook_resend",
    tag = "Webhooks", params(("id" = String, Path, description = "The endpoint's id")),
    request_body = ResendBody,
    responses((status = 200, description = "The endpoint as it is now", body = WebhookBody)))]
async fn webhook_resend(PathId(id): PathId, command: Command<ResendBody>) -> Answered {
    let Command { app, call, place, body } = command;
    let mut faults = Faults::default();
    let event = faults.id("/event_id", &body.event_id);
    let event = faults.finish(event).at(&place)?;
    act(&app, &call, &place, id, WebhookDo::Resend { event }).await
}

/// Replay past events
///
/// Every event from `since` to `until` (now, unless given) that the endpoint listens to and has
/// not taken yet; with `again`, also those that it has.
#[utoipa::path(post, path = "/v1/webhook-endpoints/{id}/replay", operation_id = "webhook_replay",
    tag = "Webhooks", params(("id" = String, Path, description = "The endpoint's id")),
    request_body = ReplayBody,
    responses((status = 200, description = "The endpoint as it is now", body = WebhookBody)))]
async fn webhook_replay(PathId(id): PathId, command: Command<ReplayBody>) -> Answered {
    let Command { app, call, place, body } = command;
    let mut faults = Faults::default();
    let since = read_moment(&mut faults, "/since", Some(&body.since));
    let until = read_moment(&mut faults, "/until", body.until.as_ref());
    if let (Some(since), Some(until)) = (since, until)
        && until <= since
    {
        let fault = Fault::new("/until", Because::Conflicting, "it is not after `since`");
        faults.push(fault.expected("a later moment"));
    }
    let since = faults.finish(since).at(&place)?;
    let what = WebhookDo::Replay { since, until, again: body.again };
    act(&app, &call, &place, id, what).await
}

/// The states of a delivery, for the query.
const STATES: [&str; 3] =
    [DeliveryState::Pending.word(), DeliveryState::Delivered.word(), DeliveryState::Failed.word()];

/// List a webhook endpoint's deliveries
///
/// The newest event first, each with its attempts. Finished ones are kept for 30 days.
#[utoipa::path(get, path = "/v1/webhook-endpoints/{id}/deliveries",
    operation_id = "deliveries_list", tag = "Webhooks",
    params(("id" = String, Path, description = "The endpoint's id"),
        ("state" = Option<String>, Query, description = "pending, delivered or failed"), Paging),
    responses((status = 200, description = "One page", body = ListOf<DeliveryBody>)))]
async fn deliveries_list(PathId(id): PathId, reading: Reading) -> Answered {
    let mut params = reading.params();
    let (state, page) = (params.word("state", &STATES), params.page());
    let Reading { app, caller, place, .. } = reading;
    params.finish().at(&place)?;
    let found = app.deliveries_list(&caller, id, &state, page).await.at(&place)?;
    Ok(ok(&page_of(found, page.limit, |d| d.event.id, |d| DeliveryBody::from(d))))
}

/// Read a delivery
///
/// What became of one event at one endpoint.
#[utoipa::path(get, path = "/v1/webhook-endpoints/{id}/deliveries/{event_id}",
    operation_id = "delivery_get", tag = "Webhooks",
    params(("id" = String, Path, description = "The endpoint's id"),
        ("event_id" = String, Path, description = "The event's id")),
    responses((status = 200, description = "The delivery", body = DeliveryBody)))]
async fn delivery_get(PathIds(id, event): PathIds, reading: Reading) -> Answered {
    reading.no_params()?;
    let Reading { app, caller, place, .. } = reading;
    let found = app.delivery_get(&caller, id, event).await.at(&place)?;
    Ok(ok(&DeliveryBody::from(&found)))
}
