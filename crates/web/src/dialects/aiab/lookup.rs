//! The lookup of end customers.

use crate::answer::{Answered, ok};
use crate::dialects::door::Said;
use crate::dialects::sale::lookup::{EndCustomer, LookupAddress, find};
use serde::Deserialize;
use utoipa::ToSchema;

/// Whom to look for, and where.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct LookupRequest {
    #[serde(rename = "spId")]
    #[schema(min_length = 1, max_length = 40, example = "10067")]
    _sp_id: String,
    /// Compared without case, punctuation and legal forms; misspelt words are understood.
    #[schema(min_length = 3, max_length = 200, example = "AT&T CLOUD TEST FOUNDRY")]
    account_name: String,
    address: LookupAddress,
}

/// Look an end customer up
///
/// At most five, best first. Nobody: 404 with `No customer found.`
#[utoipa::path(post, path = "/customerAccountLookup", operation_id = "customer_lookup",
    tag = "End customer", request_body = LookupRequest,
    responses((status = 200, description = "At most five", body = Vec<EndCustomer>)))]
pub(super) async fn customer_lookup(mut said: Said) -> Answered {
    let body: LookupRequest = said.read()?;
    let answer = find(&mut said, body.account_name, body.address).await?;
    Ok(ok(&EndCustomer::all(&answer)))
}
