//! Journeys, which say what comes next and what it still needs; and what happened to an object.

use super::shape::At;
use crate::answer::{Answered, ok};
use crate::door::{PathId, Reading};
use crate::problem::FaultBody;
use domain::event::Event;
use domain::id::Id;
use domain::journey::{Journey, Leg};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<crate::State> {
    OpenApiRouter::new()
        .routes(routes!(quote_journey))
        .routes(routes!(order_journey))
        .routes(routes!(history_get))
}

/// One stage of a journey.
#[derive(Debug, Serialize, ToSchema)]
struct JourneyStage {
    #[schema(example = "credit_check")]
    stage: &'static str,
    #[schema(example = "Credit check")]
    title: &'static str,
    /// `done`, `waiting` (for somebody else's answer), `ready`, `blocked` or `not_needed`.
    #[schema(example = "blocked")]
    status: &'static str,
    /// What must come first; empty unless blocked.
    missing: Vec<FaultBody>,
}

impl From<&Leg> for JourneyStage {
    fn from(leg: &Leg) -> Self {
        Self {
            stage: leg.stage.word(),
            title: leg.stage.title(),
            status: leg.standing.word(),
            missing: leg.missing.iter().map(Into::into).collect(),
        }
    }
}

/// Every stage of the programme, in its order.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Journey)]
struct JourneyBody {
    /// The quote or order that was asked for.
    subject_id: String,
    /// The programme's code.
    #[schema(example = "alliance")]
    programme: String,
    /// The first stage that is neither done nor unneeded; null when all is done.
    #[schema(example = "credit_check")]
    current_stage: Option<&'static str>,
    stages: Vec<JourneyStage>,
}

impl JourneyBody {
    fn of(subject: Id, programme: &str, journey: &Journey) -> Self {
        Self {
            subject_id: subject.to_string(),
            programme: programme.to_owned(),
            current_stage: journey.current().map(|leg| leg.stage.word()),
            stages: journey.legs.iter().map(Into::into).collect(),
        }
    }
}

/// Read a quote's journey
///
/// Which stages are done, which one is next, and exactly what each still needs: the same list
/// that a premature step is refused with. It goes on to the delivery of the quote's order.
#[utoipa::path(get, path = "/v1/quotes/{id}/journey", operation_id = "quote_journey",
    tag = "Journey", params(("id" = String, Path, description = "The quote's id")),
    responses((status = 200, description = "The journey", body = JourneyBody)))]
async fn quote_journey(PathId(id): PathId, reading: Reading) -> Answered {
    reading.no_params()?;
    let Reading { app, caller, place, .. } = reading;
    let journey = app.quote_journey(&caller, id).await.at(&place)?;
    let programme = app.programme_of(&caller).at(&place)?;
    Ok(ok(&JourneyBody::of(id, &programme.code, &journey)))
}

/// Read an order's journey
///
/// That of its quote, seen from the order.
#[utoipa::path(get, path = "/v1/orders/{id}/journey", operation_id = "order_journey",
    tag = "Journey", params(("id" = String, Path, description = "The order's id")),
    responses((status = 200, description = "The journey", body = JourneyBody)))]
async fn order_journey(PathId(id): PathId, reading: Reading) -> Answered {
    reading.no_params()?;
    let Reading { app, caller, place, .. } = reading;
    let journey = app.order_journey(&caller, id).await.at(&place)?;
    let programme = app.programme_of(&caller).at(&place)?;
    Ok(ok(&JourneyBody::of(id, &programme.code, &journey)))
}

/// One change of an object.
#[derive(Debug, Serialize, ToSchema)]
struct HistoryEntry {
    /// The object's version after the change: 1, 2, 3 … without a gap.
    sequence: u64,
    /// Noun and past participle.
    #[schema(example = "quote.priced")]
    kind: String,
    /// The state before; null for a new object and for one without states.
    #[schema(example = "draft")]
    from: Option<String>,
    /// The state after; the same as before where only content changed.
    #[schema(example = "priced")]
    to: Option<String>,
    at: String,
    /// Who did it.
    #[schema(example = "credit connector")]
    actor: String,
    /// Why, in the words of who did it; null where that stays with the carrier.
    reason: Option<String>,
    /// The request that caused it.
    request_id: Option<String>,
}

impl From<&Event> for HistoryEntry {
    fn from(event: &Event) -> Self {
        Self {
            sequence: event.sequence,
            kind: event.kind.clone(),
            from: event.from.clone(),
            to: event.to.clone(),
            at: event.at.to_string(),
            actor: event.actor.label(),
            reason: event.reason_told().map(str::to_owned),
            request_id: event.request.map(|id| id.to_string()),
        }
    }
}

/// What happened to an object, oldest first; the first 1,000 changes.
#[derive(Debug, Serialize, ToSchema)]
struct History {
    items: Vec<HistoryEntry>,
}

/// Read an object's history
///
/// Every change of one object of this partner's: when, from which state to which, by whom and
/// why. An end customer's own history stays with the carrier.
#[utoipa::path(get, path = "/v1/history/{object_id}", operation_id = "history_get",
    tag = "Journey", params(("object_id" = String, Path, description = "Any object's id")),
    responses((status = 200, description = "The history", body = History)))]
async fn history_get(PathId(id): PathId, reading: Reading) -> Answered {
    reading.no_params()?;
    let Reading { app, caller, place, .. } = reading;
    let events = app.history(&caller, id).await.at(&place)?;
    Ok(ok(&History { items: events.iter().map(Into::into).collect() }))
}
