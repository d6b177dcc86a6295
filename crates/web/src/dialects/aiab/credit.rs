//! The credit check of an end customer.

use crate::answer::Answered;
use crate::dialects::credit::CreditCheckAnswer;
use crate::dialects::door::Said;
use crate::dialects::sale::credit::{self, CreditCheckRequest};

/// Check an end customer's credit
///
/// Answers once it is decided, or in the hands of a person: then it is read until it is. Key: the
/// quote with the content: while a check is undecided or good, a repeat is answered with it.
#[utoipa::path(post, path = "/creditCheck/aiab", operation_id = "credit_check", tag = "Credit",
    request_body = CreditCheckRequest,
    responses((status = 200, description = "The decision", body = CreditCheckAnswer)))]
pub(super) async fn credit_check(said: Said) -> Answered {
    credit::credit_check(said).await
}
