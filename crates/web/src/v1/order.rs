//! Orders: created from a signed quote, listed, read, handed off. The state is a fold over the
//! sub-orders.

mod group;
mod sub_order;

pub(super) use sub_order::SubOrderBody;

use super::shape::{At, ContactBody, Faults, ListOf, Nothing, Paging, TotalsBody};
use crate::answer::{Answered, draw, draw_version, located, ok, ok_version, perform};
use crate::door::{Command, PathId, Reading};
use app::order::{HandOff, HandOffWhat, OrderCreate};
use app::read::OrderFile;
use domain::order::{NewOrder, Order, OrderState, SubOrder, order_state};
use domain::time::Moment;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use sub_order::{HandedOff, SubOrderProgress};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<crate::State> {
    OpenApiRouter::new()
        .routes(routes!(orders_list, order_create))
        .routes(routes!(order_get))
        .routes(routes!(order_milestones))
        .routes(routes!(order_hand_off))
        .merge(sub_order::routes())
        .merge(group::routes())
}

/// Who accepted the terms and conditions, and when.
#[derive(Debug, Clone, Serialize, ToSchema)]
struct AcceptedTerms {
    accepted_at: String,
    accepted_by: String,
}

/// An order without its sub-orders.
#[derive(Debug, Clone, Serialize, ToSchema)]
struct OrderInShort {
    id: String,
    quote_id: String,
    contract_id: String,
    opportunity_id: String,
    /// Null where each site has its own end customer.
    customer_id: Option<String>,
    /// The quote's number.
    number: String,
    /// A sub-order's word, or `partial` when all have ended and not alike.
    #[schema(example = "in_progress")]
    state: &'static str,
    totals: TotalsBody,
    purchase_order: Option<String>,
    /// The partner's own reference.
    external_id: Option<String>,
    terms: AcceptedTerms,
    /// The customer defined group that the order is in.
    group_id: Option<String>,
    primary_contact: ContactBody,
    alternate_contact: Option<ContactBody>,
    version: u64,
    created_at: String,
}

impl OrderInShort {
    fn of(order: &Order, state: OrderState) -> Self {
        Self {
            id: order.id.to_string(),
            quote_id: order.quote.to_string(),
            contract_id: order.contract.to_string(),
            opportunity_id: order.opportunity.to_string(),
            customer_id: order.account.map(|id| id.to_string()),
            number: order.number.clone(),
            state: state.word(),
            totals: (&order.totals).into(),
            purchase_order: order.purchase_order.clone(),
            external_id: order.external_id.clone(),
            terms: AcceptedTerms {
                accepted_at: order.terms_accepted_at.to_string(),
                accepted_by: order.terms_accepted_by.label(),
            },
            group_id: order.group.map(|id| id.to_string()),
            primary_contact: (&order.primary_contact).into(),
            alternate_contact: order.alternate_contact.as_ref().map(Into::into),
            version: order.version,
            created_at: order.created_at.to_string(),
        }
    }
}

/// What a partner ordered: one sub-order per site.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Order)]
struct OrderBody {
    #[serde(flatten)]
    order: OrderInShort,
    /// In the order of the quote's sites.
    sub_orders: Vec<SubOrderBody>,
}

fn state_of(subs: &[SubOrder]) -> OrderState {
    order_state(subs.iter().map(|s| s.state))
}

impl OrderBody {
    fn of(order: &Order, subs: &[SubOrder], now: Moment) -> Self {
        Self {
            order: OrderInShort::of(order, state_of(subs)),
            sub_orders: subs.iter().map(|s| SubOrderBody::of(s, now)).collect(),
        }
    }
}

/// What a partner says when it orders.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewOrder)]
struct NewOrderBody {
    /// A quote whose contract is signed.
    #[schema(min_length = 15, max_length = 18, example = "0Q0Kf000000xjXgKAI")]
    quote_id: String,
    /// Whether the terms and conditions are accepted; an order needs `true`.
    #[schema(example = true)]
    accept_terms: bool,
    primary_contact: ContactBody,
    #[serde(default)]
    alternate_contact: Option<ContactBody>,
    /// The quote's own unless given.
    #[serde(default)]
    #[schema(max_length = 50, example = "PO-4711")]
    purchase_order: Option<String>,
    /// The partner's own reference.
    #[serde(default)]
    #[schema(max_length = 100, example = "crm-20881")]
    external_id: Option<String>,
}

/// Create an order
///
/// Of a quote whose contract is signed, with the terms and conditions accepted: one sub-order
/// per site, one item per component. A quote is ordered once.
#[utoipa::path(post, path = "/v1/orders", operation_id = "order_create", tag = "Orders",
    request_body = NewOrderBody,
    responses((status = 201, description = "Created", body = OrderBody)))]
async fn order_create(command: Command<NewOrderBody>) -> Answered {
    let Command { app, call, place, body } = command;
    let mut faults = Faults::default();
    let quote = faults.id("/quote_id", &body.quote_id);
    let quote = faults.finish(quote).at(&place)?;
    let new = NewOrder {
        accept_terms: body.accept_terms,
        primary_contact: body.primary_contact.into(),
        alternate_contact: body.alternate_contact.map(Into::into),
        purchase_order: body.purchase_order,
        external_id: body.external_id,
    };
    let now = app.clock.now();
    perform(&app, &call, &place, OrderCreate { quote, new }, |view| {
        let body = OrderBody::of(&view.order, &view.sub_orders, now);
        let answer = draw_version(StatusCode::CREATED, &body, view.order.version);
        located(answer, format!("/v1/orders/{}", view.order.id))
    })
    .await
}

/// List orders
///
/// With a `state`, a page may hold fewer items than asked for, or none, and still have a
/// `next_cursor`: the state is a fold over sub-orders, and a page looks at so many orders only.
///
/// This partner's, newest first, without their sub-orders.
#[utoipa::path(get, path = "/v1/orders", operation_id = "orders_list", tag = "Orders",
    params(
        ("state" = Option<String>, Query,
            description = "Only in this state: a sub-order's word, or partial"),
        ("customer_id" = Option<String>, Query, description = "Only of this end customer"),
        ("quote_id" = Option<String>, Query, description = "Only of this quote"),
        Paging),
    responses((status = 200, description = "One page", body = ListOf<OrderInShort>)))]
async fn orders_list(reading: Reading) -> Answered {
    let mut params = reading.params();
    let words: Vec<_> = OrderState::words().collect();
    let state = params.word("state", &words);
    let (account, quote) = (params.id("customer_id"), params.id("quote_id"));
    let page = params.page();
    let Reading { app, caller, place, .. } = reading;
    params.finish().at(&place)?;
    let state = Some(state.as_str()).filter(|s| !s.is_empty());
    let found = app.orders_list(&caller, account, quote, state, page).await;
    let (found, next) = found.at(&place)?;
    let next_cursor = next.map(|id| id.to_string());
    let items = found.iter().map(|(order, state)| OrderInShort::of(order, *state)).collect();
    Ok(ok(&ListOf { items, next_cursor }))
}

/// Read an order
///
/// With its sub-orders. With `wait`, the answer is held back until every sub-order has ended.
#[utoipa::path(get, path = "/v1/orders/{id}", operation_id = "order_get", tag = "Orders",
    params(
        ("id" = String, Path, description = "The order's id"),
        ("wait" = Option<u32>, Query,
            description = "Seconds to wait, at most 30, while a sub-order has not ended")),
    responses((status = 200, description = "The order", body = OrderBody)))]
async fn order_get(PathId(id): PathId, reading: Reading) -> Answered {
    let mut params = reading.params();
    let wait = params.wait();
    let Reading { app, caller, place, .. } = reading;
    params.finish().at(&place)?;
    let ended = |file: &OrderFile| file.sub_orders.iter().all(|s| s.state.is_final());
    let found = app.wait_until(id, wait, || app.order_get(&caller, id), ended).await;
    let OrderFile { order, sub_orders } = found.at(&place)?;
    Ok(ok_version(&OrderBody::of(&order, &sub_orders, app.clock.now()), order.version))
}

/// How far the delivery of an order is.
#[derive(Debug, Serialize, ToSchema)]
struct OrderMilestones {
    order_id: String,
    #[schema(example = "in_progress")]
    state: &'static str,
    sub_orders: Vec<SubOrderProgress>,
}

/// Read an order's milestones
///
/// For each sub-order the planned and reached steps of delivery, the firm date, and whether a
/// date is at risk.
#[utoipa::path(get, path = "/v1/orders/{id}/milestones", operation_id = "order_milestones",
    tag = "Orders", params(("id" = String, Path, description = "The order's id")),
    responses((status = 200, description = "The milestones", body = OrderMilestones)))]
async fn order_milestones(PathId(id): PathId, reading: Reading) -> Answered {
    reading.no_params()?;
    let Reading { app, caller, place, .. } = reading;
    let file = app.order_get(&caller, id).await.at(&place)?;
    let now = app.clock.now();
    Ok(ok(&OrderMilestones {
        order_id: file.order.id.to_string(),
        state: state_of(&file.sub_orders).word(),
        sub_orders: file.sub_orders.iter().map(|s| SubOrderProgress::of(s, now)).collect(),
    }))
}

/// Hand an order off
///
/// Every sub-order that is not handed off yet, or none: if one still misses something, nothing
/// is handed off and everything that is missing is said. Immutable to the partner from then on.
#[utoipa::path(post, path = "/v1/orders/{id}/handoff", operation_id = "order_hand_off",
    tag = "Orders", params(("id" = String, Path, description = "The order's id")),
    request_body = Nothing,
    responses((status = 200, description = "Handed off", body = HandedOff)))]
async fn order_hand_off(PathId(id): PathId, command: Command<Nothing>) -> Answered {
    let Command { app, call, place, .. } = command;
    let now = app.clock.now();
    perform(&app, &call, &place, HandOff { what: HandOffWhat::Order(id) }, |view| {
        draw(StatusCode::OK, &HandedOff::of(view, now))
    })
    .await
}
