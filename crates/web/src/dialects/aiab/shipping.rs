//! Where to send equipment.

use crate::answer::Answered;
use crate::dialects::door::Said;
use crate::dialects::sale::enrichment::EnrichmentAnswer;
use crate::dialects::sale::installation::{self, ShippingRequest};

/// Give the shipping details
///
/// Contacts, address and notes for one sub-order, in place of what was given before. The body is
/// ours. Key: the sub-order with its content.
#[utoipa::path(post, path = "/order-enrichment/shipping/aiab", operation_id = "shipping",
    tag = "Enrichment", request_body = ShippingRequest,
    responses((status = 200, description = "Saved", body = EnrichmentAnswer)))]
pub(super) async fn shipping(said: Said) -> Answered {
    installation::shipping(said).await
}
