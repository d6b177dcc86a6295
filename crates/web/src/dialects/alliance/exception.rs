//! Exception requests: the published flow has them out of band, so that these calls are ours.

use crate::answer::{Answered, ok};
use crate::dialects::door::{Asked, Said};
use crate::dialects::shape::stamp;
use crate::dialects::words::titled;
use crate::v1::shape::{At, Faults};
use app::exception::ExceptionFile;
use domain::exception::{ExceptionPhase, ExceptionRequest, ExceptionState};
use domain::refusal::Refusal;
use domain::time::Moment;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A plea to serve a customer whose status refuses this partner.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ExceptionBody {
    #[serde(default, rename = "spId")]
    #[schema(max_length = 40, example = "10067")]
    _sp_id: Option<String>,
    /// As the lookup says it.
    #[schema(max_length = 18, example = "0013g00000cUIRtAAO")]
    end_customer_id: String,
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

/// A plea, and what operations said.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ExceptionAnswer {
    #[schema(example = "Success")]
    status: &'static str,
    #[schema(example = "Exception request is open")]
    status_message: String,
    exception_id: String,
    end_customer_id: String,
    end_customer_name: String,
    /// `Open`, `Approved`, `Denied`, `Withdrawn` or `Expired`.
    #[schema(example = "Open")]
    exception_status: String,
    /// As the lookup says it: `Y` while it is approved.
    #[schema(example = "N")]
    exception: &'static str,
    /// Until when an approval holds.
    valid_until: Option<String>,
    /// What operations said.
    note: Option<String>,
}

impl ExceptionAnswer {
    fn of(request: &ExceptionRequest, now: Moment) -> Self {
        let phase = request.phase(now);
        let (valid_until, note) = match &request.state {
            ExceptionState::Approved { valid_until, note, .. } => {
                (Some(stamp(*valid_until)), note.clone())
            }
            ExceptionState::Denied { note, .. } => (None, note.clone()),
            ExceptionState::Open | ExceptionState::Withdrawn => (None, None),
        };
        Self {
            status: "Success",
            status_message: format!("Exception request is {}", phase.word()),
            exception_id: request.id.to_string(),
            end_customer_id: request.account.to_string(),
            end_customer_name: request.account_name.clone(),
            exception_status: titled(phase.word()),
            exception: if phase == ExceptionPhase::Approved { "Y" } else { "N" },
            valid_until,
            note,
        }
    }
}

/// Request an exception
///
/// For a customer that the lookup found with a status that refuses this partner. Operations
/// decide. One may be open or approved at a time. Ours.
#[utoipa::path(post, path = "/exception-request", operation_id = "exception_request",
    tag = "End customer", request_body = ExceptionBody,
    responses((status = 200, description = "Filed", body = ExceptionAnswer)))]
pub(super) async fn exception_request(mut said: Said) -> Answered {
    let body: ExceptionBody = said.read()?;
    said.naming(&[("/customer_id", "/endCustomerId")]);
    let mut faults = Faults::default();
    let account = faults.id("/endCustomerId", &body.end_customer_id);
    let account = faults.finish(account).at(&said.place)?;
    let (reason, attachment_reference) = (body.reason, body.attachment_reference);
    let file = ExceptionFile { account, reason, attachment_reference };
    let made = said.perform_one(file, |request: &ExceptionRequest| request.id).await?;
    let request = said.app.exception_get(said.caller(), made).await.at(&said.place)?;
    let now = said.now().await?;
    Ok(ok(&ExceptionAnswer::of(&request, now)))
}

/// Read an exception request
///
/// With what operations decided, once they have. Ours.
#[utoipa::path(get, path = "/exception-request", operation_id = "exception_read",
    tag = "End customer",
    params(("exceptionId" = String, Query, description = "The request's id")),
    responses((status = 200, description = "The request", body = ExceptionAnswer)))]
pub(super) async fn exception_read(asked: Asked) -> Answered {
    let (app, caller, place) = (&asked.app, &asked.caller, &asked.place);
    let mut params = asked.params();
    let id = params.id("exceptionId");
    let id = params.needs("exceptionId", id);
    params.sound().at(place)?;
    let id = id.ok_or_else(|| place.refuse(Refusal::not_found("exception request")))?;
    let request = app.exception_get(caller, id).await.at(place)?;
    let now = asked.now().await?;
    Ok(ok(&ExceptionAnswer::of(&request, now)))
}
