//! How firm a price is: what may be asked for, and whether the quote's sites can be served.

use super::QuoteBody;
use crate::answer::{Answered, draw_version, perform};
use crate::door::{Command, PathId};
use crate::v1::shape::{At, Nothing};
use app::quote::{QuoteAct, QuoteDo};
use domain::quote::{AskedLevel, CounterOffer, Feasibility};
use domain::time::Moment;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<crate::State> {
    OpenApiRouter::new().routes(routes!(feasibility_request))
}

/// How firm a price is asked for.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum LevelWord {
    /// To plan with; no address need be valid.
    Budgetary,
    /// As firm as what is known of the sites allows.
    #[default]
    Firm,
}

impl From<LevelWord> for AskedLevel {
    fn from(word: LevelWord) -> Self {
        match word {
            LevelWord::Budgetary => Self::Budgetary,
            LevelWord::Firm => Self::Firm,
        }
    }
}

/// Whether the quote's sites can be served, as far as operations were asked.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Feasibility)]
pub(super) struct FeasibilityBody {
    /// `unasked`, `requested`, `confirmed` or `refused`.
    #[schema(example = "confirmed")]
    state: &'static str,
    /// How many sites are confirmed. An edit of a site takes its confirmation away.
    #[schema(example = 12)]
    sites_confirmed: u32,
    /// When it came to this state.
    at: Option<String>,
    /// Who of operations answered.
    by: Option<String>,
    note: Option<String>,
    /// Why not every site can be served.
    reason: Option<String>,
}

impl FeasibilityBody {
    pub(super) fn of(feasibility: &Feasibility, sites_confirmed: u32) -> Self {
        let state = feasibility.phase().word();
        let mut body =
            Self { state, sites_confirmed, at: None, by: None, note: None, reason: None };
        match feasibility.clone() {
            Feasibility::Unasked => {}
            Feasibility::Requested { at } => body.at = Some(at.to_string()),
            Feasibility::Confirmed { at, by, note } => {
                (body.at, body.by, body.note) = (Some(at.to_string()), Some(by), note);
            }
            Feasibility::Refused { at, by, reason } => {
                (body.at, body.by, body.reason) = (Some(at.to_string()), Some(by), Some(reason));
            }
        }
        body
    }
}

/// A discount that operations offer instead of the one asked for. Price the quote again with at
/// most so much, under the same promotions: it needs no other approval. An edit of a site takes it
/// away, and so does another tier or catalogue.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = CounterOffer)]
pub(super) struct CounterBody {
    /// At most, off the monthly charges.
    #[schema(example = "12")]
    discount_percent: String,
    reason: String,
    /// Who of operations offers it.
    by: String,
    at: String,
    /// From this moment on it is no longer good.
    valid_until: String,
}

impl CounterBody {
    /// None: there is none that is still good.
    pub(super) fn of(counter: Option<&CounterOffer>, now: Moment) -> Option<Self> {
        counter.filter(|counter| counter.is_good(now)).map(|counter| Self {
            discount_percent: counter.discount_percent.to_string(),
            reason: counter.reason.clone(),
            by: counter.by.clone(),
            at: counter.at.to_string(),
            valid_until: counter.valid_until.to_string(),
        })
    }
}

/// Ask for feasibility
///
/// Operations look at the sites that are not confirmed yet; when every site is, the price is firm.
/// The addresses must be valid and every site configured. An edit takes the question back.
#[utoipa::path(post, path = "/v1/quotes/{id}/feasibility", operation_id = "feasibility_request",
    tag = "Quotes", params(("id" = String, Path, description = "The quote's id")),
    request_body = Nothing,
    responses((status = 202, description = "Operations are asked", body = QuoteBody)))]
async fn feasibility_request(PathId(quote): PathId, command: Command<Nothing>) -> Answered {
    let Command { app, call, place, .. } = command;
    let now = app.now(&call.caller).await.at(&place)?;
    let action = QuoteAct { quote, what: QuoteDo::AskFeasibility };
    perform(&app, &call, &place, action, |quote| {
        draw_version(StatusCode::ACCEPTED, &QuoteBody::of(quote, now), quote.version)
    })
    .await
}
