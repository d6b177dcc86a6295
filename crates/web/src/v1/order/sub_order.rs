//! Sub-orders: what is ordered for one site, how far it is, and its handoff.

use super::IdentifierBody;
use crate::answer::{Answered, draw, ok, ok_version, perform};
use crate::door::{Command, PathId, Reading};
use crate::v1::shape::{AddressBody, At, ListOf, Nothing, PagingPlaces, TotalsBody};
use app::order::{HandOff, HandOffWhat};
use app::read::SHOWN;
use domain::order::{
    Acknowledgement, Jeopardy, JeopardyLevel, Milestone, OrderItem, OrderView, SubOrder,
    SubOrderPhase,
};
use domain::time::Moment;
use http::StatusCode;
use serde::Serialize;
use store::order::Part;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<crate::State> {
    OpenApiRouter::new()
        .routes(routes!(sub_orders_list))
        .routes(routes!(sub_order_get))
        .routes(routes!(sub_order_hand_off))
}

/// One component, or the bundle itself.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = OrderItem)]
struct OrderItemBody {
    id: String,
    /// As published; for the bundle, its name.
    #[schema(example = "Access")]
    item_type: String,
    /// The component's code; null for the bundle.
    component: Option<String>,
    /// Net monthly recurring charge; zero for the bundle, whose price is its components'.
    #[schema(example = "820.00")]
    mrc: String,
    /// Net one-off charge.
    #[schema(example = "0.00")]
    nrc: String,
}

impl From<&OrderItem> for OrderItemBody {
    fn from(item: &OrderItem) -> Self {
        Self {
            id: item.id.to_string(),
            item_type: item.item_type.clone(),
            component: item.component.clone(),
            mrc: item.mrc.to_string(),
            nrc: item.nrc.to_string(),
        }
    }
}

/// Fulfilment's answer to the handoff.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Acknowledgement)]
struct AcknowledgementBody {
    /// Fulfilment's own reference.
    reference: String,
    at: String,
}

impl From<&Acknowledgement> for AcknowledgementBody {
    fn from(said: &Acknowledgement) -> Self {
        Self { reference: said.reference.clone(), at: said.at.to_string() }
    }
}

/// How much a delivery date is at risk.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = JeopardyLevel)]
enum JeopardyWord {
    /// The firm date is later than the customer asked for.
    Medium,
    /// A planned date has passed without its milestone.
    High,
}

/// A date at risk, and why.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Jeopardy)]
struct JeopardyBody {
    level: JeopardyWord,
    reason: String,
}

impl From<Jeopardy> for JeopardyBody {
    fn from(risk: Jeopardy) -> Self {
        let level = match risk.level {
            JeopardyLevel::Medium => JeopardyWord::Medium,
            JeopardyLevel::High => JeopardyWord::High,
        };
        Self { level, reason: risk.reason }
    }
}

/// A step of delivery.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Milestone)]
struct MilestoneBody {
    code: String,
    name: String,
    /// Known from the handoff on.
    #[schema(format = Date, example = "2026-03-20")]
    planned: Option<String>,
    reached_at: Option<String>,
}

impl From<&Milestone> for MilestoneBody {
    fn from(milestone: &Milestone) -> Self {
        Self {
            code: milestone.code.clone(),
            name: milestone.name.clone(),
            planned: milestone.planned.map(|date| date.to_string()),
            reached_at: milestone.reached_at.map(|at| at.to_string()),
        }
    }
}

/// How far a sub-order is.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct SubOrderProgress {
    id: String,
    /// The site's name.
    name: String,
    #[schema(example = "in_progress")]
    state: &'static str,
    /// Firm order commitment: the date that fulfilment stands by.
    #[schema(format = Date, example = "2026-04-01")]
    foc: Option<String>,
    jeopardy: Option<JeopardyBody>,
    milestones: Vec<MilestoneBody>,
}

impl SubOrderProgress {
    pub(super) fn of(sub: &SubOrder, now: Moment) -> Self {
        Self {
            id: sub.id.to_string(),
            name: sub.name.clone(),
            state: sub.state.word(),
            foc: sub.foc.map(|date| date.to_string()),
            jeopardy: sub.jeopardy(now).map(Into::into),
            milestones: sub.milestones.iter().map(Into::into).collect(),
        }
    }
}

/// What is ordered for one site.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = SubOrder)]
pub(in crate::v1) struct SubOrderBody {
    #[serde(flatten)]
    progress: SubOrderProgress,
    order_id: String,
    quote_id: String,
    site_id: String,
    /// 1, 2, 3 … as the site in its quote.
    position: u32,
    address: AddressBody,
    customer_id: Option<String>,
    /// The offering's code.
    offering: String,
    term_months: u32,
    items: Vec<OrderItemBody>,
    totals: TotalsBody,
    handed_off_at: Option<String>,
    acknowledgement: Option<AcknowledgementBody>,
    /// Why it was rejected or failed.
    trouble: Option<String>,
    /// By what fulfilment and operations know it elsewhere.
    identifiers: Vec<IdentifierBody>,
    version: u64,
    created_at: String,
}

impl SubOrderBody {
    pub(in crate::v1) fn of(sub: &SubOrder, now: Moment) -> Self {
        Self {
            progress: SubOrderProgress::of(sub, now),
            order_id: sub.order.to_string(),
            quote_id: sub.quote.to_string(),
            site_id: sub.site.to_string(),
            position: sub.position,
            address: (&sub.address).into(),
            customer_id: sub.customer.map(|id| id.to_string()),
            offering: sub.offering.clone(),
            term_months: sub.term_months,
            items: sub.items.iter().map(Into::into).collect(),
            totals: (&sub.totals).into(),
            handed_off_at: sub.handed_off_at.map(|at| at.to_string()),
            acknowledgement: sub.acknowledgement.as_ref().map(Into::into),
            trouble: sub.trouble.clone(),
            identifiers: sub.identifiers.iter().map(Into::into).collect(),
            version: sub.version,
            created_at: sub.created_at.to_string(),
        }
    }
}

/// A sub-order that was handed off.
#[derive(Debug, Serialize, ToSchema)]
struct HandedOffSubOrder {
    id: String,
    name: String,
    #[schema(example = "submitted")]
    state: &'static str,
}

/// That the carrier has taken the handoff. Fulfilment's own answer comes later, on each
/// sub-order.
#[derive(Debug, Serialize, ToSchema)]
struct HandoffReceipt {
    order_id: String,
    received_at: String,
    /// How many sub-orders this request handed off.
    handed_off: u64,
    /// The first 100 of them, in the order of the quote's sites.
    sub_orders: Vec<HandedOffSubOrder>,
}

/// The answer to a handoff.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Handoff)]
pub(super) struct HandedOff {
    acknowledgement: HandoffReceipt,
}

impl HandedOff {
    /// A handoff always hands something off; `now` stands in where it says no time.
    pub(super) fn of(view: &OrderView, now: Moment) -> Self {
        let at = view.sub_orders.iter().find_map(|s| s.handed_off_at).unwrap_or(now);
        let one = |s: &SubOrder| HandedOffSubOrder {
            id: s.id.to_string(),
            name: s.name.clone(),
            state: s.state.word(),
        };
        Self {
            acknowledgement: HandoffReceipt {
                order_id: view.order.id.to_string(),
                received_at: at.to_string(),
                handed_off: view.sub_orders.len() as u64,
                sub_orders: view.sub_orders.iter().take(SHOWN as usize).map(one).collect(),
            },
        }
    }
}

/// List an order's sub-orders
///
/// In the order of the quote's sites.
#[utoipa::path(get, path = "/v1/orders/{id}/sub-orders", operation_id = "sub_orders_list",
    tag = "Orders", params(("id" = String, Path, description = "The order's id"),
        ("state" = Option<String>, Query, description = "Only those in this state"),
        PagingPlaces),
    responses((status = 200, description = "One page", body = ListOf<SubOrderBody>)))]
async fn sub_orders_list(PathId(id): PathId, reading: Reading) -> Answered {
    let mut params = reading.params();
    let words: Vec<_> = SubOrderPhase::ALL.iter().map(|phase| phase.word()).collect();
    let state = params.word("state", &words);
    let page = params.places();
    let Reading { app, caller, place, .. } = reading;
    params.finish().at(&place)?;
    let part = Part { after: page.after, state, limit: page.read() };
    let mut found = app.order_part(&caller, id, &part).await.at(&place)?.sub_orders;
    let next_cursor = page.cut(&mut found, |sub| sub.position);
    let now = app.now(&caller).await.at(&place)?;
    let items = found.iter().map(|sub| SubOrderBody::of(sub, now)).collect();
    Ok(ok(&ListOf { items, next_cursor }))
}

/// Read a sub-order
///
/// Its items and charges, its state and its milestones. Its ETag is what an enrichment needs.
#[utoipa::path(get, path = "/v1/sub-orders/{id}", operation_id = "sub_order_get", tag = "Orders",
    params(("id" = String, Path, description = "The sub-order's id")),
    responses((status = 200, description = "The sub-order", body = SubOrderBody)))]
async fn sub_order_get(PathId(id): PathId, reading: Reading) -> Answered {
    reading.no_params()?;
    let Reading { app, caller, place, .. } = reading;
    let (_, sub) = app.sub_order_get(&caller, id).await.at(&place)?;
    Ok(ok_version(&SubOrderBody::of(&sub, app.now(&caller).await.at(&place)?), sub.version))
}

/// Hand a sub-order off
///
/// One site, ahead of the others. Immutable to the partner from then on.
#[utoipa::path(post, path = "/v1/sub-orders/{id}/handoff", operation_id = "sub_order_hand_off",
    tag = "Orders", params(("id" = String, Path, description = "The sub-order's id")),
    request_body = Nothing,
    responses((status = 200, description = "Handed off", body = HandedOff)))]
async fn sub_order_hand_off(PathId(id): PathId, command: Command<Nothing>) -> Answered {
    let Command { app, call, place, .. } = command;
    let now = app.now(&call.caller).await.at(&place)?;
    perform(&app, &call, &place, HandOff { what: HandOffWhat::SubOrder(id) }, |view| {
        draw(StatusCode::OK, &HandedOff::of(view, now))
    })
    .await
}
