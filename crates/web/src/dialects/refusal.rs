//! Refusals in a family's manner: the status that the native interface answers, and a body as
//! the family's answers have it, with Demarc's code and everything that is wrong or missing.

use super::{Family, Hop};
use crate::problem::{RETRY_AFTER, Retryable, passes, retryable, status};
use axum::response::{IntoResponse, Response};
use domain::code::Code;
use domain::id::Id;
use domain::refusal::{Fault, Refusal};
use http::{HeaderValue, header};
use serde::Serialize;
use utoipa::ToSchema;

/// One thing that is wrong or still missing.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct ErrorDetail {
    /// JSON pointer into the request (`/headers/…`, `/query/…` beside the body); for what is
    /// missing before a step, into the quote or order as the native interface shows it.
    path: String,
    /// Stable code; see `/errors`.
    #[schema(example = "missing")]
    code: &'static str,
    /// In plain words.
    message: String,
    /// What would be right.
    #[serde(skip_serializing_if = "Option::is_none")]
    expected: Option<String>,
}

/// Why a step was refused. Nothing was changed.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Failure {
    /// `Failed`.
    #[schema(example = "Failed")]
    status: &'static str,
    /// In plain words.
    status_message: String,
    /// Stable code; see `/errors`.
    #[schema(example = "premature_step")]
    error_code: &'static str,
    /// Whether the same call may succeed later.
    retryable: Retryable,
    trace_id: Option<String>,
    /// Quote it to the carrier.
    request_id: String,
    errors: Vec<ErrorDetail>,
}

/// Why a step was refused. Nothing was changed.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct AiabFailure {
    /// The HTTP status.
    #[schema(example = 409)]
    code: u16,
    #[schema(example = "Failed")]
    message: &'static str,
    /// In plain words.
    description: String,
    /// Stable code; see `/errors`.
    #[schema(example = "premature_step")]
    error_code: &'static str,
    /// Whether the same call may succeed later.
    retryable: Retryable,
    trace_id: Option<String>,
    transaction_id: Option<String>,
    /// Quote it to the carrier.
    request_id: String,
    errors: Vec<ErrorDetail>,
}

/// Who has no credential is answered by the gateway, not by the interface behind it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct GatewayError {
    #[schema(example = "Invalid client id or secret")]
    error: &'static str,
}

const UNKNOWN_CLIENT: GatewayError = GatewayError { error: "Invalid client id or secret" };
/// What the gateways of that make name their policy.
const POLICY: HeaderValue = HeaderValue::from_static("Client-ID-Enforcement");

fn detail(fault: &Fault, hop: &Hop) -> ErrorDetail {
    ErrorDetail {
        path: renamed(&fault.pointer, hop.names),
        code: fault.because.as_str(),
        message: fault.detail.clone(),
        expected: fault.expected.clone(),
    }
}

/// The pointer with its beginning as the family has it; the longest that fits. A `*` of a name
/// stands for any one member or place, and for the same in the family's.
fn renamed(pointer: &str, names: &[(&str, &str)]) -> String {
    let fits = |(ours, theirs): &(&str, &str)| Some((ours.len(), replaced(pointer, ours, theirs)?));
    let found = names.iter().filter_map(fits).max_by_key(|(length, _)| *length);
    found.map_or_else(|| pointer.to_owned(), |(_, renamed)| renamed)
}

/// The pointer with `ours`, if it begins so, replaced by `theirs`.
fn replaced(pointer: &str, ours: &str, theirs: &str) -> Option<String> {
    let mut rest = pointer.split('/');
    let mut any = Vec::new();
    for part in ours.split('/') {
        let is = rest.next()?;
        if part == "*" {
            any.push(is);
        } else if part != is {
            return None;
        }
    }
    let mut any = any.into_iter();
    let named = theirs.split('/').map(|p| if p == "*" { any.next().unwrap_or(p) } else { p });
    Some(named.chain(rest).collect::<Vec<_>>().join("/"))
}

/// Draws a refusal as the family of `hop` would.
pub(crate) fn refused(refusal: &Refusal, request: Id, hop: &Hop) -> Response {
    let (code, status) = (refusal.code, status(refusal.code));
    let errors = || refusal.faults.iter().map(|fault| detail(fault, hop)).collect();
    let text = match (code, hop.family) {
        (Code::Unauthenticated, _) => serde_json::to_string(&UNKNOWN_CLIENT),
        (_, Family::Apex | Family::Alliance) => serde_json::to_string(&Failure {
            status: "Failed",
            status_message: refusal.detail.clone(),
            error_code: code.as_str(),
            retryable: retryable(code),
            trace_id: hop.trace.clone(),
            request_id: request.to_string(),
            errors: errors(),
        }),
        (_, Family::Aiab) => serde_json::to_string(&AiabFailure {
            code: status.as_u16(),
            message: "Failed",
            description: refusal.detail.clone(),
            error_code: code.as_str(),
            retryable: retryable(code),
            trace_id: hop.trace.clone(),
            transaction_id: hop.transaction.clone(),
            request_id: request.to_string(),
            errors: errors(),
        }),
    };
    // A body of texts and numbers always has a JSON form.
    let text = text.unwrap_or_default();
    let kind = HeaderValue::from_static("application/json");
    let mut response = (status, [(header::CONTENT_TYPE, kind)], text).into_response();
    if passes(code) {
        response.headers_mut().insert(header::RETRY_AFTER, RETRY_AFTER);
    }
    if code == Code::Unauthenticated {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, POLICY);
    }
    hop.give_back(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_takes_the_name_that_the_family_has_for_its_longest_beginning() {
        let names = [("/customer", "/c"), ("/customer/company_name", "/companyName")];
        assert_eq!(renamed("/customer/company_name", &names), "/companyName");
        assert_eq!(renamed("/customer/address/zip", &names), "/c/address/zip");
        assert_eq!(renamed("/customers/0", &names), "/customers/0");
    }

    #[test]
    fn a_place_in_a_list_stays_where_the_family_has_it_elsewhere() {
        let names = [("/rows/*/ids/0", "/call/inputs/*/id"), ("/rows/*/of", "/call/inputs/*/a/b")];
        assert_eq!(renamed("/rows/12/of/3/x", &names), "/call/inputs/12/a/b/3/x");
        assert_eq!(renamed("/rows/7/ids/0", &names), "/call/inputs/7/id");
        assert_eq!(renamed("/rows/7/ids/1", &names), "/rows/7/ids/1");
        assert_eq!(renamed("/rows", &names), "/rows");
    }
}
