//! Creating an order.

use crate::answer::{Answered, ok};
use crate::dialects::door::Said;
use crate::dialects::sale::order::{OrderContacts, OrderedSite, create};
use crate::v1::shape::{At, Faults};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A quote to order.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct OrderRequest {
    #[schema(max_length = 18, example = "0Q0Kf000000xjXgKAI")]
    quote_id: String,
    /// Whether the terms and conditions are accepted; an order needs `true`.
    #[serde(default, rename = "checkT&C")]
    #[schema(default = false, example = true)]
    check_terms: bool,
    contacts: OrderContacts,
}

/// The order.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct OrderAnswer {
    #[schema(example = "Success")]
    status: &'static str,
    #[schema(example = "801Kf000004FnicIAC")]
    order_id: String,
    #[schema(example = "Success")]
    status_message: &'static str,
    /// The first site's, as published.
    sub_order: Option<OrderedSite>,
    /// Of every site, the first among them. Ours: the published answer shows one only.
    sub_orders: Vec<OrderedSite>,
}

/// Create an order
///
/// Of a quote whose contract is signed: one sub-order for each site. Key: the quote with the
/// content: a repeat is answered as the first, other content is refused.
#[utoipa::path(post, path = "/order", operation_id = "order", tag = "Order",
    request_body = OrderRequest,
    responses((status = 200, description = "Created", body = OrderAnswer)))]
pub(super) async fn order(mut said: Said) -> Answered {
    let body: OrderRequest = said.read()?;
    said.naming(&[("/quote_id", "/quoteId"), ("/accept_terms", "/checkT&C")]);
    let mut faults = Faults::default();
    let quote = faults.id("/quoteId", &body.quote_id);
    let quote = faults.finish(quote).at(&said.place)?;
    let (order, sub_orders) = create(&said, quote, body.check_terms, body.contacts).await?;
    Ok(ok(&OrderAnswer {
        status: "Success",
        order_id: order.to_string(),
        status_message: "Success",
        sub_order: sub_orders.first().cloned(),
        sub_orders,
    }))
}
