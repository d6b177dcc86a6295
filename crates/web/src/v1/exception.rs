//! Exception requests, the partner's side.

use super::shape::{At, Faults, ListOf, Nothing, Paging, page_of};
use crate::answer::{Answered, draw_version, located, ok, ok_version, perform};
use crate::door::{Command, PathId, Reading};
use app::exception::{ExceptionFile, ExceptionWithdraw};
use domain::exception::{DenialReason, ExceptionRequest, ExceptionState};
use domain::time::Moment;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<crate::State> {
    OpenApiRouter::new()
        .routes(routes!(exceptions_list, exception_file))
        .routes(routes!(exception_get))
        .routes(routes!(exception_withdraw))
}

/// Why operations said no.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DenialReason)]
pub(super) enum DenialWord {
    ExistingContract,
    OtherPartner,
    InsufficientReason,
    Other,
}

impl From<DenialReason> for DenialWord {
    fn from(reason: DenialReason) -> Self {
        match reason {
            DenialReason::ExistingContract => Self::ExistingContract,
            DenialReason::OtherPartner => Self::OtherPartner,
            DenialReason::InsufficientReason => Self::InsufficientReason,
            DenialReason::Other => Self::Other,
        }
    }
}

impl From<DenialWord> for DenialReason {
    fn from(word: DenialWord) -> Self {
        match word {
            DenialWord::ExistingContract => Self::ExistingContract,
            DenialWord::OtherPartner => Self::OtherPartner,
            DenialWord::InsufficientReason => Self::InsufficientReason,
            DenialWord::Other => Self::Other,
        }
    }
}

/// What operations decided.
#[derive(Debug, Clone, Serialize, ToSchema)]
struct ExceptionDecision {
    by: String,
    note: Option<String>,
    /// Until when an approval is good.
    valid_until: Option<String>,
    /// Why it was denied.
    reason_code: Option<DenialWord>,
}

/// A partner's plea to serve an end customer whose status refuses it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ExceptionRequest)]
pub(super) struct ExceptionBody {
    id: String,
    customer_id: String,
    customer_name: String,
    reason: String,
    attachment_reference: Option<String>,
    /// `open`, `approved`, `denied`, `withdrawn` or `expired`.
    #[schema(example = "open")]
    state: &'static str,
    decision: Option<ExceptionDecision>,
    version: u64,
    created_at: String,
}

impl ExceptionBody {
    pub(super) fn of(request: &ExceptionRequest, now: Moment) -> Self {
        let decision = match &request.state {
            ExceptionState::Open | ExceptionState::Withdrawn => None,
            ExceptionState::Approved { by, valid_until, note } => Some(ExceptionDecision {
                by: by.clone(),
                note: note.clone(),
                valid_until: Some(valid_until.to_string()),
                reason_code: None,
            }),
            ExceptionState::Denied { by, reason_code, note } => Some(ExceptionDecision {
                by: by.clone(),
                note: note.clone(),
                valid_until: None,
                reason_code: Some((*reason_code).into()),
            }),
        };
        Self {
            id: request.id.to_string(),
            customer_id: request.account.to_string(),
            customer_name: request.account_name.clone(),
            reason: request.reason.clone(),
            attachment_reference: request.attachment_reference.clone(),
            state: request.phase(now).word(),
            decision,
            version: request.version,
            created_at: request.created_at.to_string(),
        }
    }
}

/// The words that a list may be filtered by: as stored, so `expired` ones are among `approved`.
pub(super) const STATES: [&str; 4] = ["open", "approved", "denied", "withdrawn"];

/// A plea.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewExceptionRequest {
    #[schema(min_length = 15, max_length = 18)]
    customer_id: String,
    /// Why this partner should serve the customer.
    #[schema(
        min_length = 10,
        max_length = 2000,
        example = "The customer asked us to move its sites to fibre."
    )]
    reason: String,
    /// The partner's reference to a document that supports the plea.
    #[serde(default)]
    #[schema(max_length = 200)]
    attachment_reference: Option<String>,
}

/// File an exception request
///
/// For an end customer that the lookup found with a status that refuses this partner.
/// Operations decide. One may be open or approved at a time.
#[utoipa::path(post, path = "/v1/exception-requests", operation_id = "exception_file",
    tag = "Exception requests", request_body = NewExceptionRequest,
    responses((status = 201, description = "Filed", body = ExceptionBody)))]
async fn exception_file(command: Command<NewExceptionRequest>) -> Answered {
    let Command { app, call, place, body } = command;
    let mut faults = Faults::default();
    let account = faults.id("/customer_id", &body.customer_id);
    let account = faults.finish(account).at(&place)?;
    let now = app.now(&call.caller).await.at(&place)?;
    let action = ExceptionFile {
        account,
        reason: body.reason,
        attachment_reference: body.attachment_reference,
    };
    perform(&app, &call, &place, action, |request| {
        let body = ExceptionBody::of(request, now);
        let answer = draw_version(StatusCode::CREATED, &body, request.version);
        located(answer, format!("/v1/exception-requests/{}", request.id))
    })
    .await
}

/// List exception requests
///
/// This partner's own, newest first.
#[utoipa::path(get, path = "/v1/exception-requests", operation_id = "exceptions_list",
    tag = "Exception requests",
    params(("state" = Option<String>, Query,
        description = "Only in this state: open, approved, denied, withdrawn"), Paging),
    responses((status = 200, description = "One page", body = ListOf<ExceptionBody>)))]
async fn exceptions_list(reading: Reading) -> Answered {
    let mut params = reading.params();
    let (state, page) = (params.word("state", &STATES), params.page());
    let Reading { app, caller, place, .. } = reading;
    params.finish().at(&place)?;
    let found = app.exceptions_list(&caller, &state, page).await.at(&place)?;
    let now = app.now(&caller).await.at(&place)?;
    Ok(ok(&page_of(found, page.limit, |r| r.id, |r| ExceptionBody::of(r, now))))
}

/// Read an exception request
///
/// With what operations decided, once they have.
#[utoipa::path(get, path = "/v1/exception-requests/{id}", operation_id = "exception_get",
    tag = "Exception requests", params(("id" = String, Path, description = "The request's id")),
    responses((status = 200, description = "The request", body = ExceptionBody)))]
async fn exception_get(PathId(id): PathId, reading: Reading) -> Answered {
    reading.no_params()?;
    let Reading { app, caller, place, .. } = reading;
    let request = app.exception_get(&caller, id).await.at(&place)?;
    Ok(ok_version(
        &ExceptionBody::of(&request, app.now(&caller).await.at(&place)?),
        request.version,
    ))
}

/// Withdraw an exception request
///
/// While it is open.
#[utoipa::path(post, path = "/v1/exception-requests/{id}/withdraw",
    operation_id = "exception_withdraw", tag = "Exception requests",
    params(("id" = String, Path, description = "The request's id")), request_body = Nothing,
    responses((status = 200, description = "Withdrawn", body = ExceptionBody)))]
async fn exception_withdraw(PathId(request): PathId, command: Command<Nothing>) -> Answered {
    let Command { app, call, place, .. } = command;
    let now = app.now(&call.caller).await.at(&place)?;
    perform(&app, &call, &place, ExceptionWithdraw { request }, |request| {
        draw_version(StatusCode::OK, &ExceptionBody::of(request, now), request.version)
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::STATES;
    use domain::exception::ExceptionPhase;

    #[test]
    fn every_stored_state_can_be_filtered_by() {
        let stored = ExceptionPhase::ALL.iter().filter(|p| **p != ExceptionPhase::Expired);
        assert_eq!(stored.map(|p| p.word()).collect::<Vec<_>>(), STATES);
    }
}
