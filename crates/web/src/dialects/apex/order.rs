//! The order: created, and handed off. Both are the same method and path as published: what the
//! body names tells them apart.

use super::super::door::Said;
use super::super::flow;
use super::super::shape::Person;
use super::{SUCCESS, not_there, one_id};
use crate::State;
use crate::answer::{Answered, ok};
use crate::v1::shape::{At, Faults};
use app::order::{HandOffOnce, HandOffWhat, OrderOnce};
use domain::id::Id;
use domain::order::{NewOrder, OrderItem, SubOrder, SubOrderPhase};
use serde::{Deserialize, Serialize};
use store::order::Part;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(order))
}

/// Whom to turn to about the order.
#[derive(Debug, Deserialize, ToSchema)]
struct OrderContacts {
    primary: Person,
    #[serde(default)]
    alternate: Option<Person>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
/// The order's contacts.
struct OrderContactsIn {
    contact_details: OrderContacts,
}

/// An order of a signed quote.
#[derive(Debug, Deserialize, ToSchema)]
struct CreateOrder {
    #[serde(rename = "quoteId")]
    #[schema(min_length = 15, max_length = 18, example = "0Q0dx000002Y7ifCAC")]
    quote_id: String,
    /// Whether the terms and conditions are accepted.
    #[serde(rename = "checkT&C")]
    #[schema(example = true)]
    check_terms: bool,
    contacts: OrderContactsIn,
}

/// A sub-order to be handed off.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct HandOffOrder {
    #[schema(min_length = 15, max_length = 18, example = "801dx00000XEaaQAAT")]
    order_id: String,
    #[schema(min_length = 15, max_length = 18, example = "801dx00000XFEm2AAH")]
    sub_order_id: String,
}

/// With `quoteId` it creates the order; with `orderId` and `subOrderId` it hands off.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "documents the two forms; the handler reads one of them")]
enum OrderCall {
    Create(Box<CreateOrder>),
    HandOff(HandOffOrder),
}

/// What is ordered for a site, by component.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct SubOrderItem {
    #[schema(example = "802Kf000006H3ktIAC")]
    order_item_id: String,
    #[schema(example = "Port")]
    order_item_type: String,
}

impl From<&OrderItem> for SubOrderItem {
    fn from(item: &OrderItem) -> Self {
        Self { order_item_id: item.id.to_string(), order_item_type: item.item_type.clone() }
    }
}

/// The first site's sub-order, as published.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SubOrder)]
struct SubOrderBody {
    #[schema(example = "801Kf000004FnihIAC")]
    sub_order_id: String,
    sub_order_item: Vec<SubOrderItem>,
}

impl From<&SubOrder> for SubOrderBody {
    fn from(sub: &SubOrder) -> Self {
        let sub_order_item = sub.items.iter().map(Into::into).collect();
        Self { sub_order_id: sub.id.to_string(), sub_order_item }
    }
}

/// A site's sub-order.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct SubOrderOfSite {
    site_id: String,
    site_name: String,
    #[serde(flatten)]
    sub_order: SubOrderBody,
}

/// The order that was created.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct OrderCreated {
    #[schema(example = "801dx00000XWPy1AAH")]
    order_id: String,
    #[schema(example = "Success")]
    status: &'static str,
    #[schema(example = "Success")]
    status_message: &'static str,
    sub_order: Option<SubOrderBody>,
    /// One for each site, in their order, the first among them. Ours.
    sub_orders: Vec<SubOrderOfSite>,
}

/// What came of a handoff.
#[derive(Debug, Serialize, ToSchema)]
struct HandedOff {
    /// `success` when fulfilment has taken it, `pending` while it has not answered, `failed` when
    /// it has rejected it.
    #[schema(example = "success")]
    status: &'static str,
    #[schema(example = "order submitted and sent to serviceNow")]
    message: String,
}

/// As the body was one or the other.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "documents the two forms; the handler draws one of them")]
enum OrderAnswer {
    Created(OrderCreated),
    HandedOff(HandedOff),
}

/// Create order, or hand off a sub-order
///
/// Published, both under this path. With `quoteId` the order of a signed quote is created, one
/// sub-order for each site: a quote is ordered once, and a repeat with the same contacts answers
/// that order. With `orderId` and `subOrderId` the sub-order is handed off to fulfilment: once, and
/// a repeat answers what came of it.
#[utoipa::path(post, path = "/order-apex", operation_id = "order_apex", tag = "Order",
    request_body = OrderCall,
    responses((status = 200, description = "Created or handed off", body = OrderAnswer)))]
async fn order(said: Said) -> Answered {
    if said.has("orderId") && !said.has("quoteId") {
        return hand_off(said).await;
    }
    create(said).await
}

async fn create(mut said: Said) -> Answered {
    let body: CreateOrder = said.read()?;
    let quote = one_id("/quoteId", &body.quote_id).at(&said.place)?;
    said.naming(&[
        ("/quote_id", "/quoteId"),
        ("/accept_terms", "/checkT&C"),
        ("/primary_contact", "/contacts/contactDetails/primary"),
        ("/alternate_contact", "/contacts/contactDetails/alternate"),
    ]);
    let contacts = body.contacts.contact_details;
    let new = NewOrder {
        accept_terms: body.check_terms,
        primary_contact: contacts.primary.into(),
        alternate_contact: contacts.alternate.map(Into::into),
        purchase_order: None,
        external_id: None,
    };
    let order = said.perform_one(OrderOnce { quote, new }, |made| made.order.id).await?;
    let all = Part { after: 0, state: String::new(), limit: u32::MAX };
    let file = said.app.order_part(said.caller(), order, &all).await.at(&said.place)?;
    let of_site = |sub: &SubOrder| SubOrderOfSite {
        site_id: sub.site.to_string(),
        site_name: sub.name.clone(),
        sub_order: sub.into(),
    };
    Ok(ok(&OrderCreated {
        order_id: order.to_string(),
        status: SUCCESS,
        status_message: SUCCESS,
        sub_order: file.sub_orders.first().map(Into::into),
        sub_orders: file.sub_orders.iter().map(of_site).collect(),
    }))
}

/// The order and sub-order that a body names, which must be there and belong together.
pub(super) async fn pair(
    said: &Said,
    order: &str,
    sub_order: &str,
) -> Result<(Id, Id), crate::door::Refused> {
    let mut faults = Faults::default();
    let ids = (faults.id("/orderId", order), faults.id("/subOrderId", sub_order));
    let (order, sub_order) = faults.finish(ids.0.zip(ids.1)).at(&said.place)?;
    let found = said.app.sub_order_get(said.caller(), sub_order).await.at(&said.place)?;
    if found.0.id == order {
        return Ok((order, sub_order));
    }
    Err(said.place.refuse(not_there("order with this sub-order", "/orderId")))
}

async fn hand_off(said: Said) -> Answered {
    let body: HandOffOrder = said.read()?;
    let (_, sub) = pair(&said, &body.order_id, &body.sub_order_id).await?;
    let action = HandOffOnce { what: HandOffWhat::SubOrder(sub) };
    said.perform_one(action, |_| sub).await?;
    let sub = flow::answered(&said, sub).await?;
    let (status, message) = match sub.state {
        SubOrderPhase::Draft | SubOrderPhase::Submitted => {
            ("pending", "order submitted; serviceNow has not acknowledged it yet".to_owned())
        }
        SubOrderPhase::Rejected => {
            let why = sub.trouble.unwrap_or_else(|| "no reason is given".to_owned());
            ("failed", format!("order submitted and rejected by serviceNow: {why}"))
        }
        _ => ("success", "order submitted and sent to serviceNow".to_owned()),
    };
    Ok(ok(&HandedOff { status, message }))
}
