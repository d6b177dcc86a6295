//! The lives of a quote beyond one version: opened again, given alternatives, cloned.

use super::shape::QuoteBody;
use super::{At, Faults, Nothing, made};
use crate::answer::{Answered, draw_version, located, ok, perform};
use crate::door::{Command, PathId, Reading};
use crate::v1::comparison::ComparisonBody;
use app::quote::{AlternativeAdd, QuoteClone, QuoteReopen};
use domain::quote::{LeftOut, MOST_SHOWN, Reopened};
use domain::time::Moment;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<crate::State> {
    OpenApiRouter::new()
        .routes(routes!(quote_reopen))
        .routes(routes!(alternatives_list, alternative_add))
        .routes(routes!(quote_clone))
}

/// Something that the expired offer had and the new one cannot have.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LeftOut)]
struct LeftOutBody {
    #[schema(example = "promotion ADI-WELCOME")]
    what: String,
    #[schema(example = "it ended on 2026-12-31")]
    why: String,
}

impl From<&LeftOut> for LeftOutBody {
    fn from(one: &LeftOut) -> Self {
        let LeftOut { what, why } = one.clone();
        Self { what, why }
    }
}

/// A quote that was opened again, and what has changed by it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReopenedQuote)]
struct ReopenedBody {
    /// The new version.
    quote: QuoteBody,
    /// Promotions and a discount that no longer hold.
    left_out: Vec<LeftOutBody>,
    /// With the version that had expired; its first 100 sites that differ.
    comparison: ComparisonBody,
}

impl ReopenedBody {
    fn of(done: &Reopened, now: Moment) -> Self {
        Self {
            quote: QuoteBody::of(&done.quote, now),
            left_out: done.left_out.iter().map(Into::into).collect(),
            comparison: ComparisonBody::of(&done.comparison, MOST_SHOWN),
        }
    }
}

/// Re-open an expired quote
///
/// A new version with the same number and sites, priced under the catalogue in force with the same
/// discount and promotions. What of those no longer holds is left out and told, and the comparison
/// says what costs otherwise, and by which rule. A discount that now needs approval waits for
/// operations. The expired version is superseded.
#[utoipa::path(post, path = "/v1/quotes/{id}/reopen", operation_id = "quote_reopen",
    tag = "Quotes", params(("id" = String, Path, description = "The quote's id")),
    request_body = Nothing,
    responses((status = 201, description = "The new version, and what has changed",
        body = ReopenedBody)))]
async fn quote_reopen(PathId(quote): PathId, command: Command<Nothing>) -> Answered {
    let Command { app, call, place, .. } = command;
    let now = app.now(&call.caller).await.at(&place)?;
    perform(&app, &call, &place, QuoteReopen { quote }, |done| {
        let body = ReopenedBody::of(done, now);
        let answer = draw_version(StatusCode::CREATED, &body, done.quote.version);
        located(answer, format!("/v1/quotes/{}", done.quote.id))
    })
    .await
}

/// The alternatives of a quote.
#[derive(Debug, Serialize, ToSchema)]
struct Alternatives {
    number: String,
    /// The newest version of each, by their letters.
    items: Vec<QuoteBody>,
}

/// List a quote's alternatives
///
/// The newest version of each. At most one of them is ever signed; the others are superseded by it
/// at that moment.
#[utoipa::path(get, path = "/v1/quotes/{id}/alternatives", operation_id = "alternatives_list",
    tag = "Quotes",
    params(("id" = String, Path, description = "The id of any version of the quote")),
    responses((status = 200, description = "All of them", body = Alternatives)))]
async fn alternatives_list(PathId(quote): PathId, reading: Reading) -> Answered {
    reading.no_params()?;
    let Reading { app, caller, place, .. } = reading;
    let found = app.alternatives_list(&caller, quote).await.at(&place)?;
    let now = app.now(&caller).await.at(&place)?;
    let number = found.first().map_or_else(String::new, |quote| quote.number.clone());
    let items = found.iter().map(|quote| QuoteBody::of(quote, now)).collect();
    Ok(ok(&Alternatives { number, items }))
}

/// A further alternative.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewAlternative {
    #[schema(min_length = 1, max_length = 200, example = "The same for 60 months")]
    name: String,
}

/// Add an alternative to a quote
///
/// A further draft in the same quote: with the next letter, versions of its own, and copies of this
/// version's sites and configurations. Not beside an alternative that is signed.
#[utoipa::path(post, path = "/v1/quotes/{id}/alternatives", operation_id = "alternative_add",
    tag = "Quotes",
    params(("id" = String, Path, description = "The id of the version that it begins as a copy of")),
    request_body = NewAlternative,
    responses((status = 201, description = "The new alternative", body = QuoteBody)))]
async fn alternative_add(PathId(quote): PathId, command: Command<NewAlternative>) -> Answered {
    let Command { app, call, place, body } = command;
    let now = app.now(&call.caller).await.at(&place)?;
    let action = AlternativeAdd { quote, name: body.name };
    perform(&app, &call, &place, action, |quote| made(quote, now)).await
}

/// A copy of a quote.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewClone {
    #[schema(min_length = 1, max_length = 200, example = "Branch offices, second wave")]
    name: String,
    /// Another opportunity of this partner; the same unless given.
    #[serde(default)]
    #[schema(min_length = 15, max_length = 18)]
    opportunity_id: Option<String>,
}

/// Clone a quote
///
/// A quote of its own, with its own number: a draft with copies of the sites, their configurations
/// and what the validation of their addresses has found. Of a quote in any state.
#[utoipa::path(post, path = "/v1/quotes/{id}/clone", operation_id = "quote_clone",
    tag = "Quotes", params(("id" = String, Path, description = "The quote's id")),
    request_body = NewClone,
    responses((status = 201, description = "The new quote", body = QuoteBody)))]
async fn quote_clone(PathId(quote): PathId, command: Command<NewClone>) -> Answered {
    let Command { app, call, place, body } = command;
    let mut faults = Faults::default();
    let opportunity = faults.maybe_id("/opportunity_id", body.opportunity_id.as_ref());
    let opportunity = faults.finish(Some(opportunity)).at(&place)?;
    let now = app.now(&call.caller).await.at(&place)?;
    let action = QuoteClone { quote, name: body.name, opportunity };
    perform(&app, &call, &place, action, |quote| made(quote, now)).await
}
