//! The order summary, and the handoff with its acknowledgement: the overviews name both, no page
//! shows a call, so that they are ours.

use super::{SUCCESS, id, whole};
use crate::answer::{Answered, ok};
use crate::dialects::door::Said;
use crate::dialects::shape::stamp;
use crate::dialects::words::{shouted, titled};
use crate::door::Refused;
use crate::v1::shape::{At, Faults};
use app::order::{HandOffOnce, HandOffWhat};
use app::read::OrderFile;
use domain::id::Id;
use domain::order::{Order, OrderView, SubOrder, SubOrderPhase};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An order to look at.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::dialects) struct OrderSummaryRequest {
    #[schema(max_length = 18, example = "801Kf000004FnicIAC")]
    order_id: String,
}

/// What a sub-order still misses.
#[derive(Debug, Serialize, ToSchema)]
struct MissingDetail {
    #[schema(example = "enrichment_missing")]
    code: &'static str,
    message: String,
}

/// What is ordered for one site, and whether it can be handed off.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct SubOrderSummary {
    sub_order_id: String,
    site_name: String,
    /// `DRAFT`, `SUBMITTED`, `ACKNOWLEDGED`, `IN_PROGRESS` …
    #[schema(example = "DRAFT")]
    sub_order_status: String,
    #[schema(example = "OFF_ADI_MID_MARKET")]
    product_id: String,
    /// Net, a month.
    #[schema(example = "820.00")]
    monthly_recurring_charge: String,
    /// Net, once.
    #[schema(example = "300.00")]
    non_recurring_charge: String,
    installation: bool,
    shipping: bool,
    billing: bool,
    port_reservation: bool,
    /// What stands between it and its handoff; empty if nothing does.
    missing: Vec<MissingDetail>,
}

impl SubOrderSummary {
    fn of(
        said: &Said,
        now: domain::time::Moment,
        order: &Order,
        sub: &SubOrder,
    ) -> Result<Self, Refused> {
        let missing = if sub.is_open() {
            said.app.handoff_missing(now, said.caller(), order, sub).at(&said.place)?
        } else {
            Vec::new()
        };
        let detail = |fault: domain::refusal::Fault| MissingDetail {
            code: fault.because.as_str(),
            message: fault.detail,
        };
        let given = &sub.enrichments;
        Ok(Self {
            sub_order_id: sub.id.to_string(),
            site_name: sub.name.clone(),
            sub_order_status: shouted(sub.state.word()),
            product_id: sub.offering.clone(),
            monthly_recurring_charge: sub.totals.mrc.to_string(),
            non_recurring_charge: sub.totals.nrc.to_string(),
            installation: given.installation.is_some(),
            shipping: given.shipping.is_some(),
            billing: given.billing.is_some(),
            port_reservation: given.port_reservation.is_some(),
            missing: missing.into_iter().map(detail).collect(),
        })
    }
}

/// An order before its handoff.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::dialects) struct OrderSummaryAnswer {
    #[schema(example = "Success")]
    status: &'static str,
    /// Whether every sub-order that is not handed off can be.
    #[schema(example = "The order can be handed off")]
    status_message: &'static str,
    order_id: String,
    #[schema(example = "DRAFT")]
    order_status: String,
    quote_id: String,
    contract_id: String,
    account_id: Option<String>,
    purchase_order: Option<String>,
    customer_defined_group_id: Option<String>,
    #[schema(example = "820.00")]
    monthly_recurring_charge: String,
    #[schema(example = "300.00")]
    non_recurring_charge: String,
    sub_orders: Vec<SubOrderSummary>,
}

/// Review an order
///
/// Its sub-orders, what they cost, and what each still misses before its handoff. Ours. It changes
/// nothing.
#[utoipa::path(post, path = "/order-summary", operation_id = "order_summary", tag = "Order",
    request_body = OrderSummaryRequest,
    responses((status = 200, description = "The order", body = OrderSummaryAnswer)))]
pub(in crate::dialects) async fn order_summary(said: Said) -> Answered {
    let body: OrderSummaryRequest = said.read()?;
    let order = id(&said.place, "/orderId", &body.order_id)?;
    let OrderFile { order, counts, sub_orders } =
        whole(&said.app, said.caller(), order).await.at(&said.place)?;
    let now = said.now().await?;
    let summary = |sub: &SubOrder| SubOrderSummary::of(&said, now, &order, sub);
    let sub_orders = sub_orders.iter().map(summary).collect::<Result<Vec<_>, _>>()?;
    let open = sub_orders.iter().any(|sub| !sub.missing.is_empty());
    let draft = sub_orders.iter().any(|sub| sub.sub_order_status == "DRAFT");
    let status_message = match (open, draft) {
        (true, _) => "The order cannot be handed off yet",
        (false, true) => "The order can be handed off",
        (false, false) => "The order is handed off",
    };
    Ok(ok(&OrderSummaryAnswer {
        status: SUCCESS,
        status_message,
        order_id: order.id.to_string(),
        order_status: shouted(counts.state().word()),
        quote_id: order.quote.to_string(),
        contract_id: order.contract.to_string(),
        account_id: order.account.map(|id| id.to_string()),
        purchase_order: order.purchase_order.clone(),
        customer_defined_group_id: order.group.map(|id| id.to_string()),
        monthly_recurring_charge: order.totals.mrc.to_string(),
        non_recurring_charge: order.totals.nrc.to_string(),
        sub_orders,
    }))
}

/// What to hand off: an order, or one of its sub-orders.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::dialects) struct HandoffRequest {
    #[schema(max_length = 18, example = "801Kf000004FnicIAC")]
    order_id: String,
    /// Only this one, unless all of the order's are meant.
    #[serde(default)]
    #[schema(max_length = 18, example = "801Kf000004FnihIAC")]
    sub_order_id: Option<String>,
}

/// Fulfilment's answer for one site.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct HandedOff {
    sub_order_id: String,
    /// `Acknowledged`, `Rejected`, or `Submitted` while fulfilment has not answered.
    #[schema(example = "Acknowledged")]
    handoff_status: String,
    /// Fulfilment's own reference.
    acknowledgement_id: Option<String>,
    acknowledged_date: Option<String>,
    /// Why it was rejected.
    reason: Option<String>,
}

impl From<&SubOrder> for HandedOff {
    fn from(sub: &SubOrder) -> Self {
        // How far delivery is, the status tells: a repeated handoff is answered as the first.
        let state = match (&sub.acknowledgement, sub.state) {
            (Some(_), _) => SubOrderPhase::Acknowledged,
            (None, state) => state,
        };
        let rejected = state == SubOrderPhase::Rejected;
        Self {
            sub_order_id: sub.id.to_string(),
            handoff_status: titled(state.word()),
            acknowledgement_id: sub.acknowledgement.as_ref().map(|a| a.reference.clone()),
            acknowledged_date: sub.acknowledgement.as_ref().map(|a| stamp(a.at)),
            reason: sub.trouble.clone().filter(|_| rejected),
        }
    }
}

/// The acknowledgement.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::dialects) struct HandoffAnswer {
    #[schema(example = "Success")]
    status: &'static str,
    #[schema(example = "Order has been submitted and acknowledged")]
    status_message: &'static str,
    order_id: String,
    sub_orders: Vec<HandedOff>,
}

impl HandoffAnswer {
    fn of(order: Id, subs: &[&SubOrder]) -> Self {
        let is = |phase| subs.iter().any(|sub| sub.state == phase);
        let (status, status_message) = if is(SubOrderPhase::Rejected) {
            ("Rejected", "Fulfilment has rejected a sub-order")
        } else if is(SubOrderPhase::Submitted) {
            ("Submitted", "Order has been submitted; fulfilment has not answered yet")
        } else {
            (SUCCESS, "Order has been submitted and acknowledged")
        };
        let sub_orders = subs.iter().map(|sub| (*sub).into()).collect();
        Self { status, status_message, order_id: order.to_string(), sub_orders }
    }
}

/// Hand an order off
///
/// All of its sub-orders or one; those of one call all or none. Answers with fulfilment's
/// acknowledgement. Immutable to the partner from then on. Ours. Key: the order or sub-order: a
/// repeat is answered as the first.
#[utoipa::path(post, path = "/order-handoff", operation_id = "order_handoff", tag = "Order",
    request_body = HandoffRequest,
    responses((status = 200, description = "Handed off", body = HandoffAnswer)))]
pub(in crate::dialects) async fn order_handoff(said: Said) -> Answered {
    let body: HandoffRequest = said.read()?;
    let mut faults = Faults::default();
    let order = faults.id("/orderId", &body.order_id);
    let sub = faults.maybe_id("/subOrderId", body.sub_order_id.as_ref());
    let order = faults.finish(order).at(&said.place)?;
    let (app, caller, place) = (&said.app, said.caller(), &said.place);
    let what = match sub {
        None => HandOffWhat::Order(order),
        Some(sub) => {
            let (parent, _) = app.sub_order_get(caller, sub).await.at(place)?;
            if parent.id != order {
                return Err(place.refuse(domain::refusal::Refusal::not_found("sub-order")));
            }
            HandOffWhat::SubOrder(sub)
        }
    };
    said.perform_one(HandOffOnce { what }, |view: &OrderView| view.order.id).await?;
    let meant = |one: &SubOrder| sub.is_none_or(|sub| sub == one.id);
    let read = || whole(app, caller, order);
    let answered = |file: &OrderFile| {
        file.sub_orders.iter().filter(|s| meant(s)).all(|s| s.state != SubOrderPhase::Submitted)
    };
    let file = said.settle(order, read, answered).await?;
    let subs: Vec<&SubOrder> = file.sub_orders.iter().filter(|sub| meant(sub)).collect();
    Ok(ok(&HandoffAnswer::of(order, &subs)))
}
