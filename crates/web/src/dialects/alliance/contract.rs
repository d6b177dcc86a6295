//! The contract of a quote version.

use crate::answer::Answered;
use crate::dialects::door::Said;
use crate::dialects::sale::contract::{self, ContractAnswer, ContractRequest};

/// Initiate the contract
///
/// Generates it and sends it out for signature. Key: the quote with the content: while a contract
/// is out or signed, a repeat is answered with it and other content is refused.
#[utoipa::path(post, path = "/contract", operation_id = "contract", tag = "Contract",
    request_body = ContractRequest,
    responses((status = 200, description = "Out for signature", body = ContractAnswer)))]
pub(super) async fn contract(said: Said) -> Answered {
    contract::contract(said).await
}
