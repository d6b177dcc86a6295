//! How far an order is: its state, firm date, milestones and items. Ours.

use super::super::door::Asked;
use super::super::shape::stamp;
use super::super::words::titled;
use super::SUCCESS;
use crate::State;
use crate::answer::{Answered, ok};
use crate::v1::shape::At;
use domain::code::{Because, Code};
use domain::order::{JeopardyLevel, Milestone, OrderItem, SubOrder};
use domain::refusal::{Fault, Refusal};
use domain::time::Moment;
use serde::Serialize;
use store::order::Part;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(order_status))
}

/// A step of delivery.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Milestone)]
struct MilestoneBody {
    name: String,
    /// Known from the handoff on.
    #[schema(example = "2027-01-15")]
    planned_date: Option<String>,
    #[schema(example = "2027-01-14T15:00:00.000+0000")]
    reached_date: Option<String>,
}

impl From<&Milestone> for MilestoneBody {
    fn from(milestone: &Milestone) -> Self {
        Self {
            name: milestone.name.clone(),
            planned_date: milestone.planned.map(|date| date.to_string()),
            reached_date: milestone.reached_at.map(stamp),
        }
    }
}

/// One component, or the bundle itself.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct StatusItem {
    order_item_id: String,
    #[schema(example = "Port")]
    order_item_type: String,
    #[schema(example = "935.00")]
    monthly_recurring_charge: String,
    #[schema(example = "0.00")]
    non_recurring_charge: String,
}

impl From<&OrderItem> for StatusItem {
    fn from(item: &OrderItem) -> Self {
        Self {
            order_item_id: item.id.to_string(),
            order_item_type: item.item_type.clone(),
            monthly_recurring_charge: item.mrc.to_string(),
            non_recurring_charge: item.nrc.to_string(),
        }
    }
}

/// A site's sub-order, and how far it is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Delivery {
    sub_order_id: String,
    site_id: String,
    site_name: String,
    /// `Draft`, `Submitted`, `Acknowledged`, `Rejected`, `In Progress`, `Pending`, `Held`,
    /// `Assessing Cancellation`, `Pending Cancellation`, `Cancelled`, `Completed` or `Failed`.
    #[schema(example = "In Progress")]
    sub_order_status: String,
    /// Firm order commitment: the date that the carrier stands by.
    #[schema(example = "2027-02-01")]
    firm_order_commitment_date: Option<String>,
    /// Why the date is at risk, if it is.
    jeopardy: Option<String>,
    /// Why it was rejected or failed.
    reason: Option<String>,
    /// The carrier's own reference for what was handed off.
    acknowledgement_reference: Option<String>,
    end_customer_id: Option<String>,
    billing_account_id: Option<String>,
    milestones: Vec<MilestoneBody>,
    sub_order_item: Vec<StatusItem>,
}

impl Delivery {
    fn of(sub: &SubOrder, now: Moment) -> Self {
        let risk = sub.jeopardy(now).map(|risk| {
            let level = match risk.level {
                JeopardyLevel::Medium => "Medium",
                JeopardyLevel::High => "High",
            };
            format!("{level}: {}", risk.reason)
        });
        let billing = sub.enrichments.billing.as_ref();
        Self {
            sub_order_id: sub.id.to_string(),
            site_id: sub.site.to_string(),
            site_name: sub.name.clone(),
            sub_order_status: titled(sub.state.word()),
            firm_order_commitment_date: sub.foc.map(|date| date.to_string()),
            jeopardy: risk,
            reason: sub.trouble.clone(),
            acknowledgement_reference: sub.acknowledgement.as_ref().map(|a| a.reference.clone()),
            end_customer_id: sub.customer.map(|id| id.to_string()),
            billing_account_id: billing.map(|b| b.value.billing_account.to_string()),
            milestones: sub.milestones.iter().map(Into::into).collect(),
            sub_order_item: sub.items.iter().map(Into::into).collect(),
        }
    }
}

/// An order, and how far it is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct OrderProgress {
    order_id: String,
    quote_id: String,
    #[schema(example = "Success")]
    status: &'static str,
    #[schema(example = "3 of 3 sub-orders have been handed off")]
    status_message: String,
    /// What all its sub-orders have in common, or `Partial` when they have ended and not alike.
    #[schema(example = "In Progress")]
    order_status: String,
    #[schema(example = "2026-11-23T15:00:00.000+0000")]
    created_date: String,
    /// One for each site, in their order; the one that was asked for alone.
    sub_orders: Vec<Delivery>,
}

/// Order status
///
/// Ours. Of an order with all of its sub-orders, or of one sub-order.
#[utoipa::path(get, path = "/order-status-apex", operation_id = "order_status_apex",
    tag = "Order", params(("orderId" = Option<String>, Query, description = "The order's id"),
        ("subOrderId" = Option<String>, Query, description = "Or the id of one of its sub-orders")),
    responses((status = 200, description = "How far it is", body = OrderProgress)))]
async fn order_status(asked: Asked) -> Answered {
    let mut params = asked.params();
    let (order, sub) = (params.id("orderId"), params.id("subOrderId"));
    params.sound().at(&asked.place)?;
    let (app, caller, place) = (&asked.app, &asked.caller, &asked.place);
    let order = match (order, sub) {
        (Some(order), None) => order,
        (_, Some(sub)) => {
            let found = app.sub_order_get(caller, sub).await.at(place)?.0.id;
            if order.is_some_and(|order| order != found) {
                return Err(place.refuse(super::not_there("order", "/query/orderId")));
            }
            found
        }
        (None, None) => {
            let detail = "orderId or subOrderId is missing";
            let fault = Fault::new("/query/orderId", Because::Missing, detail);
            return Err(place.refuse(Refusal::new(Code::InvalidQuery, detail).with(vec![fault])));
        }
    };
    let all = Part { after: 0, state: String::new(), limit: u32::MAX };
    let file = app.order_part(caller, order, &all).await.at(place)?;
    let now = asked.now().await?;
    let handed = file.sub_orders.iter().filter(|sub| sub.handed_off_at.is_some()).count();
    let count = file.sub_orders.len();
    let wanted = file.sub_orders.iter().filter(|one| sub.is_none_or(|sub| sub == one.id));
    Ok(ok(&OrderProgress {
        order_id: order.to_string(),
        quote_id: file.order.quote.to_string(),
        status: SUCCESS,
        status_message: format!("{handed} of {count} sub-orders have been handed off"),
        order_status: titled(file.counts.state().word()),
        created_date: stamp(file.order.created_at),
        sub_orders: wanted.map(|one| Delivery::of(one, now)).collect(),
    }))
}
