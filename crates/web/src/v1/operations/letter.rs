//! Letters of agency, operations' side.

use crate::answer::{Answered, draw_version, ok, perform};
use crate::door::{Command, PathId, Reading};
use crate::v1::letter::{LetterBody, LetterRevoked, STATES};
use crate::v1::shape::{At, ListOf, Paging, page_of};
use app::letter::LetterRevokeAny;
use domain::letter::LetterOfAgency;
use http::StatusCode;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<crate::State> {
    OpenApiRouter::new().routes(routes!(letters_everybodys)).routes(routes!(letter_revoke_any))
}

/// List every partner's letters of agency
///
/// Newest first: all, or those of one end customer.
#[utoipa::path(get, path = "/v1/operations/letters-of-agency",
    operation_id = "letters_everybodys", tag = "Operations",
    params(
        ("customer_id" = Option<String>, Query, description = "Only of this end customer"),
        ("state" = Option<String>, Query,
            description = "Only in this state: generated, on_file, withdrawn, revoked"), Paging),
    responses((status = 200, description = "One page", body = ListOf<LetterBody>)))]
async fn letters_everybodys(reading: Reading) -> Answered {
    let mut params = reading.params();
    let (account, state) = (params.id("customer_id"), params.word("state", &STATES));
    let page = params.page();
    let Reading { app, caller, place, .. } = reading;
    params.finish().at(&place)?;
    let found = app.letters_everybodys(&caller, account, &state, page).await.at(&place)?;
    let times = app.times(&caller).await.at(&place)?;
    Ok(ok(&page_of(found, page.limit, |l| l.id, |l| LetterBody::of(l, times.of(l.tenant)))))
}

/// Revoke a letter of agency
///
/// The end customer told the carrier that it takes its consent back. The partner sees the reason.
#[utoipa::path(post, path = "/v1/operations/letters-of-agency/{id}/revoke",
    operation_id = "letter_revoke_any", tag = "Operations",
    params(("id" = String, Path, description = "The letter's id")), request_body = LetterRevoked,
    responses((status = 200, description = "Revoked", body = LetterBody)))]
async fn letter_revoke_any(PathId(letter): PathId, command: Command<LetterRevoked>) -> Answered {
    let Command { app, call, place, body } = command;
    let times = app.times(&call.caller).await.at(&place)?;
    let action = LetterRevokeAny { letter, reason: body.reason };
    perform(&app, &call, &place, action, |letter: &LetterOfAgency| {
        let body = LetterBody::of(letter, times.of(letter.tenant));
        draw_version(StatusCode::OK, &body, letter.version)
    })
    .await
}
