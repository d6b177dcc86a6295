//! Creating an order.

use crate::answer::{Answered, ok};
use crate::dialects::door::Said;
use crate::dialects::sale::order::{OrderContacts, OrderedSite, create};
use crate::v1::shape::{At, Faults};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A quote to order.
#[derive(Debug, Deserialize, ToSchema)]
struct OrderRequest {
    /// With a capital D, as published.
    #[serde(rename = "quoteID")]
    #[schema(max_length = 18, example = "0Q0Kf000000xjXgKAI")]
    quote_id: String,
    contacts: OrderContacts,
}

/// The order.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct OrderAnswer {
    #[schema(example = "801Kf000004FnicIAC")]
    order_id: String,
    /// One for each site.
    sub_order: Vec<OrderedSite>,
}

/// Create an order
///
/// Of a quote whose contract is signed: one sub-order for each site. Whoever sends this accepts
/// the terms and conditions of the service: the published call has no member that says so. Key:
/// the quote with the content: a repeat is answered as the first, other content is refused.
#[utoipa::path(post, path = "/order", operation_id = "order", tag = "Order",
    request_body = OrderRequest,
    responses((status = 200, description = "Created", body = OrderAnswer)))]
pub(super) async fn order(mut said: Said) -> Answered {
    let body: OrderRequest = said.read()?;
    said.naming(&[("/quote_id", "/quoteID")]);
    let mut faults = Faults::default();
    let quote = faults.id("/quoteID", &body.quote_id);
    let quote = faults.finish(quote).at(&said.place)?;
    let (order, sub_order) = create(&said, quote, true, body.contacts).await?;
    Ok(ok(&OrderAnswer { order_id: order.to_string(), sub_order }))
}
