//! Events: what happened, as CloudEvents, read page by page or as a stream.

mod stream;

use super::shape::At;
use crate::answer::{Answered, ok};
use crate::door::{PathId, Reading};
use app::Wanted;
use axum::http::HeaderMap;
use domain::event::{Event, EventKind, Noun};
use domain::id::Id;
use domain::party::Actor;
use http::header;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<crate::State> {
    OpenApiRouter::new().routes(routes!(events_list)).routes(routes!(event_get))
}

/// Something that happened to one object, as a CloudEvent 1.0. The same bytes in the feed, in the
/// stream and in a webhook's body.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Event)]
pub(crate) struct EventBody {
    #[schema(example = "1.0")]
    specversion: &'static str,
    /// The same wherever and however often it is told: what a receiver knows it again by.
    id: String,
    /// Which space it happened in: `/demarc/test` or `/demarc/live`.
    #[schema(example = "/demarc/live")]
    source: String,
    /// Noun and past participle; new ones may come.
    #[serde(rename = "type")]
    #[schema(example = "quote.priced")]
    kind: String,
    /// The object's id.
    subject: String,
    time: String,
    #[schema(example = "application/json")]
    datacontenttype: &'static str,
    data: EventData,
}

/// What changed: ids, numbers and states, and nothing that is secret or personal. Read the object
/// for the rest.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EventData {
    /// What kind of object it happened to.
    #[schema(example = "quote")]
    object: String,
    object_id: String,
    /// Where the object can be read; null where it has no path of its own.
    href: Option<String>,
    /// The partner whose object it is; null for the carrier's own.
    partner_id: Option<String>,
    /// The object's version after the change: 1, 2, 3 … without a gap. Events may come late or
    /// twice; this number tells their order.
    sequence: u64,
    /// The state before; null for a new object and for one without states.
    #[schema(example = "draft")]
    from: Option<String>,
    /// The state after; the same as before where only content changed.
    #[schema(example = "priced")]
    to: Option<String>,
    /// Who did it: `partner`, `operations`, `connector` or `system`.
    #[schema(example = "partner")]
    actor: &'static str,
    /// The request that caused it.
    request_id: Option<String>,
}

impl From<&Event> for EventBody {
    fn from(event: &Event) -> Self {
        let noun = event.kind.split('.').next().unwrap_or_default();
        Self {
            specversion: "1.0",
            id: event.id.to_string(),
            source: format!("/demarc/{}", event.tenant.environment.as_str()),
            kind: event.kind.clone(),
            subject: event.object.to_string(),
            time: event.at.to_string(),
            datacontenttype: "application/json",
            data: EventData {
                object: noun.to_owned(),
                object_id: event.object.to_string(),
                href: href(&event.kind, event.object),
                partner_id: event.tenant.partner.map(|id| id.to_string()),
                sequence: event.sequence,
                from: event.from.clone(),
                to: event.to.clone(),
                actor: match event.actor {
                    Actor::Partner { .. } => "partner",
                    Actor::Operations { .. } => "operations",
                    Actor::Connector { .. } => "connector",
                    Actor::System => "system",
                },
                request_id: event.request.map(|id| id.to_string()),
            },
        }
    }
}

/// Where an object can be read.
fn href(kind: &str, object: Id) -> Option<String> {
    let list = match EventKind::parse(kind)?.noun() {
        Noun::Customer => "customers",
        Noun::Exception => "exception-requests",
        Noun::Loa => "letters-of-agency",
        Noun::Opportunity => "opportunities",
        Noun::Quote => "quotes",
        Noun::CreditCheck => "credit-checks",
        Noun::Contract => "contracts",
        Noun::Order => "orders",
        Noun::SubOrder => "sub-orders",
        Noun::WebhookEndpoint => "webhook-endpoints",
        Noun::Catalogue => "operations/catalogues",
        Noun::Partner
        | Noun::Credential
        | Noun::BillingAccount
        | Noun::CustomerGroup
        | Noun::Job => return None,
    };
    Some(format!("/v1/{list}/{object}"))
}

/// An event as every reader gets it.
pub(crate) fn tell(event: &Event) -> String {
    // A struct of texts and numbers always has a JSON form.
    serde_json::to_string(&EventBody::from(event)).unwrap_or_default()
}

/// A stretch of the feed, oldest first.
#[derive(Debug, Serialize, ToSchema)]
struct Feed {
    items: Vec<EventBody>,
    /// Send it as `after` to read on. Where nothing new came, the one that was sent; null at the
    /// very beginning. With `type` or `object_id` it may move on while `items` is empty: the feed
    /// goes on behind it.
    next_after: Option<String>,
}

/// The most that one page of the feed holds, and what it holds unless asked.
const MOST: u32 = 1000;
const UNLESS_ASKED: u32 = 100;

/// Read the feed of events
///
/// Everything that happened to this partner's objects (for operations: to everybody's in this
/// environment), oldest first, behind the event that `after` names. An event is in its place for
/// good: one that was committed late comes behind those that were read before it, so that a
/// reader who goes on from `next_after` misses nothing. With `wait`, an empty answer waits for the
/// next event. With `Accept: text/event-stream` the answer is a stream of server-sent events
/// instead, which begins behind `Last-Event-ID`, or `after`, or now.
#[utoipa::path(get, path = "/v1/events", operation_id = "events_list", tag = "Events",
    params(
        ("after" = Option<String>, Query, description = "The id of the last event seen; from the \
            beginning if it is left out"),
        ("type" = Option<String>, Query, description = "Only these: `quote.priced`, or all of a \
            noun's, `quote.*`"),
        ("object_id" = Option<String>, Query, description = "Only what happened to this object"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 1000,
            description = "At most so many; 100 unless given"),
        ("wait" = Option<u32>, Query, minimum = 0, maximum = 30,
            description = "Seconds to wait for an event if there is none")),
    responses((status = 200, description = "A stretch of the feed", body = Feed)))]
async fn events_list(reading: Reading, headers: HeaderMap) -> Answered {
    let mut params = reading.params();
    let wanted = Wanted {
        after: params.id("after"),
        filter: params.filter("type"),
        object: params.id("object_id"),
        limit: params.number("limit", 1, MOST).unwrap_or(UNLESS_ASKED),
    };
    let wait = params.wait();
    let Reading { app, caller, place, .. } = reading;
    params.finish().at(&place)?;
    if accepts_stream(&headers) {
        return stream::begin(app, caller, &place, wanted, &headers).await;
    }
    let mut cursor = app.feed_cursor(&caller, &wanted).await.at(&place)?;
    let found = app.feed_next(&caller, &mut cursor, wait).await.at(&place)?;
    let next_after = cursor.seen().map(|id| id.to_string());
    Ok(ok(&Feed { items: found.iter().map(Into::into).collect(), next_after }))
}

fn accepts_stream(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|v| v.to_str().ok()).unwrap_or_default();
    accept.split(',').any(|kind| kind.split(';').next().unwrap_or_default().trim() == STREAM)
}

const STREAM: &str = "text/event-stream";

/// Read an event
#[utoipa::path(get, path = "/v1/events/{id}", operation_id = "event_get", tag = "Events",
    description = "As it was told, byte for byte.",
    params(("id" = String, Path, description = "The event's id")),
    responses((status = 200, description = "The event", body = EventBody)))]
async fn event_get(PathId(id): PathId, reading: Reading) -> Answered {
    reading.no_params()?;
    let Reading { app, caller, place, .. } = reading;
    let event = app.event_get(&caller, id).await.at(&place)?;
    Ok(ok(&EventBody::from(&event)))
}
