//! What enrichments answer, and the customer defined group of an order.

use super::{SUCCESS, id};
use crate::answer::{Answered, ok};
use crate::dialects::door::Said;
use crate::door::Refused;
use app::enrichment::EnrichOnce;
use app::order::OrderGroup;
use domain::id::Id;
use domain::order::{Order, SubOrder};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// That an enrichment was saved.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::dialects) struct EnrichmentAnswer {
    order_id: String,
    sub_order_id: String,
    #[schema(example = "Success")]
    status: &'static str,
    #[schema(example = "Installation details are saved")]
    status_message: String,
}

impl EnrichmentAnswer {
    /// Saves an enrichment, called `what`.
    pub(in crate::dialects) async fn after(
        said: &Said,
        action: EnrichOnce,
        what: &str,
    ) -> Result<Self, Refused> {
        let sub = action.sub_order;
        let order = said.perform_one(action, |(order, _): &(Order, SubOrder)| order.id).await?;
        Ok(Self::of(order, sub, format!("{what} details are saved")))
    }

    pub(in crate::dialects) fn of(order: Id, sub: Id, status_message: String) -> Self {
        let (order_id, sub_order_id) = (order.to_string(), sub.to_string());
        Self { order_id, sub_order_id, status: SUCCESS, status_message }
    }
}

/// The group that an order is to be in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::dialects) struct CdgRequest {
    #[schema(max_length = 18, example = "801Kf000004FnicIAC")]
    order_id: String,
    /// Made if this partner has no group of that name.
    #[schema(min_length = 1, max_length = 100, example = "Lone Star Dental 2026")]
    customer_defined_group_name: String,
}

/// An order in its group.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::dialects) struct CdgAnswer {
    order_id: String,
    customer_defined_group_id: String,
    customer_defined_group_name: String,
    #[schema(example = "Success")]
    status: &'static str,
    #[schema(example = "Customer defined group is saved")]
    status_message: &'static str,
}

/// Put an order into a customer defined group
///
/// By the group's name, in place of the group it was in. Ours: the overviews name CDG, no page
/// shows a call. Key: the order with the name.
#[utoipa::path(post, path = "/order-enrichment/cdg", operation_id = "cdg", tag = "Enrichment",
    request_body = CdgRequest,
    responses((status = 200, description = "Grouped", body = CdgAnswer)))]
pub(in crate::dialects) async fn cdg(said: Said) -> Answered {
    let CdgRequest { order_id, customer_defined_group_name: name } = said.read()?;
    let order = id(&said.place, "/orderId", &order_id)?;
    let group = OrderGroup { order, name: name.clone() };
    let group = said.perform_one(group, |(_, group)| group.id).await?;
    Ok(ok(&CdgAnswer {
        order_id: order.to_string(),
        customer_defined_group_id: group.to_string(),
        customer_defined_group_name: name,
        status: SUCCESS,
        status_message: "Customer defined group is saved",
    }))
}
