//! Orders: created from a signed quote, listed, read, handed off. The state is a fold over the
//! sub-orders.

mod group;
mod identifier;
mod sub_order;

pub(super) use identifier::{IdentifierBody, kind_of};
pub(super) use sub_order::SubOrderBody;

use super::shape::{At, ContactBody, Faults, ListOf, Nothing, Paging, PagingPlaces, TotalsBody};
use crate::answer::{Answered, draw, draw_version, located, ok, ok_version, perform};
use crate::door::{Command, PathId, Reading};
use app::order::{HandOff, HandOffWhat, OrderCreate};
use app::read::{OrderFile, SHOWN};
use domain::order::{NewOrder, Order, OrderState, PhaseCounts, SubOrder, SubOrderPhase};
use domain::time::Moment;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use store::order::Part;
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
    /// By what operations know the whole order elsewhere.
    identifiers: Vec<IdentifierBody>,
    /// In a list by `identifier`: the first of its sub-orders that has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    sub_order_id: Option<String>,
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
            identifiers: order.identifiers.iter().map(Into::into).collect(),
            sub_order_id: None,
            version: order.version,
            created_at: order.created_at.to_string(),
        }
    }
}

/// How many sub-orders are in a state.
#[derive(Debug, Clone, Serialize, ToSchema)]
struct SubOrderCount {
    #[schema(example = "in_progress")]
    state: &'static str,
    count: u64,
}

/// What a partner ordered: one sub-order per site.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Order)]
struct OrderBody {
    #[serde(flatten)]
    order: OrderInShort,
    /// How many sub-orders there are.
    sub_order_count: u64,
    /// How many of them are in which state; states that none is in are left out.
    sub_order_states: Vec<SubOrderCount>,
    /// The first 100, in the order of the quote's sites. The rest is read by page, from
    /// `/v1/orders/{id}/sub-orders`.
    sub_orders: Vec<SubOrderBody>,
}

impl OrderBody {
    fn of(order: &Order, counts: &PhaseCounts, subs: &[SubOrder], now: Moment) -> Self {
        let count =
            |(phase, count): (SubOrderPhase, u64)| SubOrderCount { state: phase.word(), count };
        Self {
            order: OrderInShort::of(order, counts.state()),
            sub_order_count: counts.total(),
            sub_order_states: counts.present().map(count).collect(),
            sub_orders: subs
                .iter()
                .take(SHOWN as usize)
                .map(|s| SubOrderBody::of(s, now))
                .collect(),
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
    let now = app.now(&call.caller).await.at(&place)?;
    perform(&app, &call, &place, OrderCreate { quote, new }, |view| {
        let counts = view.sub_orders.iter().map(|sub| sub.state).collect();
        let body = OrderBody::of(&view.order, &counts, &view.sub_orders, now);
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
///
/// With `identifier_kind` and `identifier`, those that have exactly this number of this kind, or a
/// sub-order that has it; several orders may share one. An order number is the id of an order or
/// of a sub-order, or the order's `number`; a contract number is the contract's id, a universal
/// billing account number that of a billing account.
#[utoipa::path(get, path = "/v1/orders", operation_id = "orders_list", tag = "Orders",
    params(
        ("state" = Option<String>, Query,
            description = "Only in this state: a sub-order's word, or partial"),
        ("customer_id" = Option<String>, Query, description = "Only of this end customer"),
        ("quote_id" = Option<String>, Query, description = "Only of this quote"),
        ("identifier_kind" = Option<String>, Query,
            description = "With `identifier`: of which kind it is, such as `circuit_id`"),
        ("identifier" = Option<String>, Query,
            description = "Only those known by this; by none of the conditions above then"),
        Paging),
    responses((status = 200, description = "One page", body = ListOf<OrderInShort>)))]
async fn orders_list(reading: Reading) -> Answered {
    let mut params = reading.params();
    let words: Vec<_> = OrderState::words().collect();
    let state = params.word("state", &words);
    let (account, quote) = (params.id("customer_id"), params.id("quote_id"));
    let narrowed = !state.is_empty() || account.is_some() || quote.is_some();
    let known_by = params.identifier(narrowed);
    let page = params.page();
    let Reading { app, caller, place, .. } = reading;
    params.finish().at(&place)?;
    if let Some((kind, value)) = &known_by {
        let found = identifier::page_by(&app, &caller, &place, (*kind, value), page).await?;
        return Ok(ok(&found));
    }
    let state = Some(state.as_str()).filter(|s| !s.is_empty());
    let found = app.orders_list(&caller, account, quote, state, page).await;
    let (found, next) = found.at(&place)?;
    let next_cursor = next.map(|id| id.to_string());
    let items = found.iter().map(|(order, state)| OrderInShort::of(order, *state)).collect();
    Ok(ok(&ListOf { items, next_cursor }))
}

/// Read an order
///
/// With how many sub-orders are in which state, and the first 100 of them. With `wait`, the answer
/// is held back until every sub-order has ended.
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
    let ended = PhaseCounts::have_ended;
    app.wait_until(id, wait, || app.order_counts(&caller, id), ended).await.at(&place)?;
    let OrderFile { order, counts, sub_orders } = app.order_get(&caller, id).await.at(&place)?;
    let body = OrderBody::of(&order, &counts, &sub_orders, app.now(&caller).await.at(&place)?);
    Ok(ok_version(&body, order.version))
}

/// How far the delivery of an order is.
#[derive(Debug, Serialize, ToSchema)]
struct OrderMilestones {
    order_id: String,
    #[schema(example = "in_progress")]
    state: &'static str,
    /// One page, in the order of the quote's sites.
    sub_orders: Vec<SubOrderProgress>,
    /// Send it as `cursor` for the next page; null on the last one.
    next_cursor: Option<String>,
}

/// Read an order's milestones
///
/// For each sub-order the planned and reached steps of delivery, the firm date, and whether a
/// date is at risk; by page, in the order of the quote's sites.
#[utoipa::path(get, path = "/v1/orders/{id}/milestones", operation_id = "order_milestones",
    tag = "Orders", params(("id" = String, Path, description = "The order's id"),
        PagingPlaces),
    responses((status = 200, description = "One page", body = OrderMilestones)))]
async fn order_milestones(PathId(id): PathId, reading: Reading) -> Answered {
    let mut params = reading.params();
    let page = params.places();
    let Reading { app, caller, place, .. } = reading;
    params.finish().at(&place)?;
    let part = Part { after: page.after, state: String::new(), limit: page.read() };
    let mut file = app.order_part(&caller, id, &part).await.at(&place)?;
    let next_cursor = page.cut(&mut file.sub_orders, |sub| sub.position);
    let now = app.now(&caller).await.at(&place)?;
    Ok(ok(&OrderMilestones {
        order_id: file.order.id.to_string(),
        state: file.counts.state().word(),
        sub_orders: file.sub_orders.iter().map(|s| SubOrderProgress::of(s, now)).collect(),
        next_cursor,
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
    let now = app.now(&call.caller).await.at(&place)?;
    perform(&app, &call, &place, HandOff { what: HandOffWhat::Order(id) }, |view| {
        draw(StatusCode::OK, &HandedOff::of(view, now))
    })
    .await
}
