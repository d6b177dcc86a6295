//! Every refusal and fault as an RFC 9457 problem: the one place that decides status codes.

use app::Problem;
use axum::response::{IntoResponse, Response};
use domain::code::Code;
use domain::id::Id;
use domain::refusal::{Fault, Refusal};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use store::StoreError;
use utoipa::ToSchema;

/// One place that is wrong, or one thing that is still missing.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Fault)]
pub(crate) struct FaultBody {
    /// JSON pointer into the request's body (or `/headers/…`, `/query/…`); for what is missing
    /// before a step, into the quote or order.
    pub(crate) pointer: String,
    /// Stable code; see `/errors`.
    pub(crate) code: &'static str,
    /// In plain words.
    pub(crate) detail: String,
    /// What would be right.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) expected: Option<String>,
}

impl From<&Fault> for FaultBody {
    fn from(fault: &Fault) -> Self {
        Self {
            pointer: fault.pointer.clone(),
            code: fault.because.as_str(),
            detail: fault.detail.clone(),
            expected: fault.expected.clone(),
        }
    }
}

/// When the same request may succeed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Retryable {
    /// Not as it is.
    Never,
    /// As it is, with the same Idempotency-Key.
    SameKey,
    /// Once what `errors` names has happened.
    After,
}

/// Why there is no answer, after RFC 9457.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemBody {
    /// Address of the code's page.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) title: &'static str,
    pub(crate) status: u16,
    pub(crate) detail: String,
    /// The path that was asked for.
    pub(crate) instance: String,
    /// Stable code; see `/errors`.
    pub(crate) code: &'static str,
    /// Quote it to the carrier.
    pub(crate) request_id: String,
    pub(crate) retryable: Retryable,
    /// Every place that is wrong, and everything that is missing, at once.
    pub(crate) errors: Vec<FaultBody>,
    /// For `stale_version`: the version that the object has now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) current_version: Option<u64>,
}

/// The status of each code.
pub const fn status(code: Code) -> StatusCode {
    match code {
        Code::MalformedJson
        | Code::InvalidQuery
        | Code::InvalidHeader
        | Code::IdempotencyKeyMissing => StatusCode::BAD_REQUEST,
        Code::Unauthenticated => StatusCode::UNAUTHORIZED,
        Code::Forbidden | Code::SecondPersonRequired => StatusCode::FORBIDDEN,
        Code::NotFound | Code::UnknownRoute => StatusCode::NOT_FOUND,
        Code::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        Code::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
        Code::PrematureStep
        | Code::StateConflict
        | Code::AlreadyExists
        | Code::IdempotencyKeyInUse
        | Code::TaxIdUnreadable
        | Code::Busy => StatusCode::CONFLICT,
        Code::StaleVersion => StatusCode::PRECONDITION_FAILED,
        Code::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Code::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Code::InvalidBody
        | Code::IdempotencyKeyReused
        | Code::UnknownReference
        | Code::InvalidConfiguration
        | Code::InvalidCatalogue
        | Code::SealingKeyMissing
        | Code::PriceRefused => StatusCode::UNPROCESSABLE_ENTITY,
        Code::PreconditionRequired => StatusCode::PRECONDITION_REQUIRED,
        Code::RateLimited | Code::TooManyConcurrent => StatusCode::TOO_MANY_REQUESTS,
        Code::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        Code::Overloaded | Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// Whether the same request may succeed later.
pub const fn retryable(code: Code) -> Retryable {
    match code {
        Code::IdempotencyKeyInUse
        | Code::Busy
        | Code::RateLimited
        | Code::TooManyConcurrent
        | Code::Overloaded
        | Code::Unavailable
        | Code::Internal => Retryable::SameKey,
        Code::PrematureStep | Code::StateConflict => Retryable::After,
        _ => Retryable::Never,
    }
}

/// Whether the answer says when to try again. All that passes by itself does; a failure of the
/// server may not.
pub(crate) const fn passes(code: Code) -> bool {
    matches!(retryable(code), Retryable::SameKey) && !matches!(code, Code::Internal)
}

/// Seconds that a caller waits before it tries again: the least that can be said. No bucket
/// takes longer to have its next token.
pub(crate) const RETRY_AFTER: HeaderValue = HeaderValue::from_static("1");

/// Draws a refusal. `instance` is the path.
pub(crate) fn refused(refusal: &Refusal, request: Id, instance: &str) -> Response {
    let code = refusal.code;
    let status = status(code);
    let body = ProblemBody {
        kind: format!("/errors/{}", code.as_str()),
        title: code.title(),
        status: status.as_u16(),
        detail: refusal.detail.clone(),
        instance: instance.to_owned(),
        code: code.as_str(),
        request_id: request.to_string(),
        retryable: retryable(code),
        errors: refusal.faults.iter().map(FaultBody::from).collect(),
        current_version: refusal.current_version,
    };
    // A body of texts and numbers always has a JSON form.
    let text = serde_json::to_string(&body).unwrap_or_default();
    let kind = HeaderValue::from_static("application/problem+json");
    let mut response = (status, [(header::CONTENT_TYPE, kind)], text).into_response();
    if passes(code) {
        response.headers_mut().insert(header::RETRY_AFTER, RETRY_AFTER);
    }
    if code == Code::Unauthenticated {
        let scheme = HeaderValue::from_static("Bearer");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, scheme);
    }
    response
}

/// What the caller is told of what went wrong; a fault of ours is logged here, once, and says
/// nothing to the caller.
pub(crate) fn told(problem: Problem, request: Id, instance: &str) -> Refusal {
    match problem {
        Problem::Refused(refusal) => refusal,
        Problem::Fault(fault @ (StoreError::Unavailable(_) | StoreError::AlreadyServed { .. })) => {
            tracing::warn!(%request, instance, error = %fault, "unavailable");
            Refusal::new(Code::Unavailable, "the server cannot answer this at the moment")
        }
        Problem::Fault(fault) => {
            tracing::error!(%request, instance, error = %fault, "internal fault");
            Refusal::new(Code::Internal, "the server failed; the carrier's log has the reason")
        }
    }
}
