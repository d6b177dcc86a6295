//! The status of orders, by any of the numbers that they are known by: published request, and the
//! published part of the answer.

use super::whole;
use crate::answer::{Answered, ok};
use crate::dialects::door::Asked;
use crate::dialects::shape::stamp;
use crate::dialects::words::shouted;
use crate::v1::shape::At;
use app::order::IdentifiedOrder;
use app::{App, Caller, Problem};
use domain::code::Code;
use domain::customer::name_key;
use domain::order::{IdentifierKind, SubOrder};
use domain::refusal::Refusal;
use domain::time::Moment;
use serde::Serialize;
use store::Page;
use utoipa::ToSchema;

/// A step of delivery.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Milestone {
    #[schema(example = "Order accepted")]
    name: String,
    #[schema(example = "2026-12-24")]
    planned_date: Option<String>,
    reached_date: Option<String>,
}

/// How far the delivery of one site is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "as on the wire")]
struct SubOrderStatus {
    sub_order_id: String,
    site_name: String,
    #[schema(example = "IN_PROGRESS")]
    sub_order_status: String,
    /// The date that fulfilment stands by.
    #[schema(example = "2027-01-15")]
    firm_order_commitment_date: Option<String>,
    /// Why a date is at risk.
    jeopardy: Option<String>,
    /// Why it was rejected or failed.
    reason: Option<String>,
    milestones: Vec<Milestone>,
}

impl SubOrderStatus {
    fn of(sub: &SubOrder, now: Moment) -> Self {
        let milestone = |m: &domain::order::Milestone| Milestone {
            name: m.name.clone(),
            planned_date: m.planned.map(|day| day.to_string()),
            reached_date: m.reached_at.map(stamp),
        };
        Self {
            sub_order_id: sub.id.to_string(),
            site_name: sub.name.clone(),
            sub_order_status: shouted(sub.state.word()),
            firm_order_commitment_date: sub.foc.map(|day| day.to_string()),
            jeopardy: sub.jeopardy(now).map(|jeopardy| jeopardy.reason),
            reason: sub.trouble.clone(),
            milestones: sub.milestones.iter().map(milestone).collect(),
        }
    }
}

/// An order's status.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "as on the wire")]
struct OrderStatus {
    /// The order's id.
    #[schema(example = "801Kf000004FnicIAC")]
    order_number: String,
    #[schema(example = "IN_PROGRESS")]
    order_status: String,
    /// The sub-order that has the number, where it is not the order's own.
    sub_order_id: Option<String>,
    sub_orders: Vec<SubOrderStatus>,
}

/// The first order of the page, and all of them.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ResponseData {
    #[serde(flatten)]
    first: OrderStatus,
    /// Where further orders have the same number: those of this page. Ours.
    further_orders: Vec<OrderStatus>,
}

/// What is known of the orders of a number.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::dialects) struct OrdersAnswer {
    #[schema(example = 200)]
    status: u16,
    response_data: ResponseData,
    #[schema(example = "2026-02-19T15:04:05Z")]
    timestamp: String,
}

/// `2026-02-19T15:04:05Z`: whole seconds.
fn seconds(moment: Moment) -> String {
    let text = moment.to_string();
    text.split_once('.').map_or(text.clone(), |(whole, _)| format!("{whole}Z"))
}

/// The page that a caller may ask for, and how far it may skip.
const MOST: u32 = 100;
const FARTHEST: u32 = 900;

/// Orders of the number whose end customer or billing account has the name.
async fn of_business(
    app: &App,
    caller: &Caller,
    found: Vec<IdentifiedOrder>,
    name: &str,
) -> Result<Vec<IdentifiedOrder>, Problem> {
    let wanted = name_key(name);
    let mut meant = Vec::with_capacity(found.len());
    for one in found {
        let customer = one.order.account;
        let customer = match customer.or(one.sub_order.as_ref().and_then(|sub| sub.customer)) {
            Some(id) => Some(app.customer_get(caller, id).await?.account),
            None => None,
        };
        let names = customer.iter().flat_map(|a| [Some(&a.name), a.doing_business_as.as_ref()]);
        let is_customer = names.flatten().any(|name| name_key(name) == wanted);
        if is_customer || is_billed_to(app, caller, &one, &wanted).await? {
            meant.push(one);
        }
    }
    Ok(meant)
}

async fn is_billed_to(
    app: &App,
    caller: &Caller,
    one: &IdentifiedOrder,
    wanted: &str,
) -> Result<bool, Problem> {
    let subs = whole(app, caller, one.order.id).await?.sub_orders;
    let billed = subs.iter().filter_map(|sub| sub.enrichments.billing.as_ref());
    let mut accounts: Vec<_> = billed.map(|billing| billing.value.billing_account).collect();
    accounts.sort();
    accounts.dedup();
    for account in accounts {
        if name_key(&app.billing_account_get(caller, account).await?.name) == wanted {
            return Ok(true);
        }
    }
    Ok(false)
}

async fn drawn(
    app: &App,
    caller: &Caller,
    one: IdentifiedOrder,
    now: Moment,
) -> Result<OrderStatus, Problem> {
    let subs = whole(app, caller, one.order.id).await?.sub_orders;
    Ok(OrderStatus {
        order_number: one.order.id.to_string(),
        order_status: shouted(one.state.word()),
        sub_order_id: one.sub_order.map(|sub| sub.id.to_string()),
        sub_orders: subs.iter().map(|sub| SubOrderStatus::of(sub, now)).collect(),
    })
}

/// What is asked.
struct Question {
    kind: IdentifierKind,
    value: String,
    name: String,
    offset: u32,
    limit: u32,
}

fn question(asked: &Asked) -> Result<Question, Refusal> {
    let mut params = asked.params();
    let words: Vec<&str> = IdentifierKind::ALL.iter().map(|kind| kind.published()).collect();
    let kind = params.word("externalIdentifierType", &words);
    let kind = IdentifierKind::ALL.iter().copied().find(|known| known.published() == kind);
    let kind = params.needs("externalIdentifierType", kind);
    let value = params.text("externalIdentifierId");
    let value = params.needs("externalIdentifierId", value);
    let name = params.text("businessAccountName");
    let name = params.needs("businessAccountName", name);
    let offset = params.number("offset", 0, FARTHEST).unwrap_or(0);
    let limit = params.number("limit", 1, MOST).unwrap_or(20);
    params.sound()?;
    let question = |kind, value, name| Question { kind, value, name, offset, limit };
    let given = kind.zip(value).zip(name);
    given
        .map(|((kind, value), name)| question(kind, value, name))
        .ok_or_else(|| Refusal::new(Code::InvalidQuery, "some query parameters are missing"))
}

/// Read the status of orders
///
/// By any of the numbers that an order is known by, and the name of its end customer or billing
/// account.
#[utoipa::path(get, path = "/orders", operation_id = "orders", tag = "Order",
    params(
        ("externalIdentifierId" = String, Query, description = "The number"),
        ("externalIdentifierType" = String, Query, description = "What number it is: \
            UberCartId, MasterOrderNumber, UverseBillingAccountNumber, LsOmsOrderNumber, \
            PurchaseOrderNumber, OrderNumber, UsrpOrderNumber, ServiceOrderNumber, \
            ServiceAccessOrderNumber, ServiceGroup, CircuitId, SaartSubAccountId, \
            UniversalBillingAccountNumber, LeeCircuitId, SalesViewId, ServiceMcmTriplet, \
            SolutionId, GpmId, UsoNumber or ContractNumber"),
        ("businessAccountName" = String, Query,
            description = "The end customer's name, or the billing account's"),
        ("offset" = Option<u32>, Query, minimum = 0, maximum = 900,
            description = "So many are left out: 20 begins with the 21st"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 100,
            description = "At most so many; 20 unless given")),
    responses((status = 200, description = "The orders", body = OrdersAnswer)))]
pub(in crate::dialects) async fn orders(asked: Asked) -> Answered {
    let (app, caller, place) = (&asked.app, &asked.caller, &asked.place);
    let Question { kind, value, name, offset, limit } = question(&asked).at(place)?;
    let page = Page { before: None, since: None, limit: FARTHEST + MOST };
    let (found, _) = app.orders_by_identifier(caller, kind, &value, page).await.at(place)?;
    let found = of_business(app, caller, found, &name).await.at(place)?;
    let now = asked.now().await?;
    let (skip, take) = (usize::try_from(offset), usize::try_from(limit));
    let part = found.into_iter().skip(skip.unwrap_or(usize::MAX)).take(take.unwrap_or(0));
    let mut each = Vec::new();
    for one in part {
        each.push(drawn(app, caller, one, now).await.at(place)?);
    }
    let mut each = each.into_iter();
    let first = each.next().ok_or_else(|| place.refuse(Refusal::not_found("order")))?;
    let response_data = ResponseData { first, further_orders: each.collect() };
    Ok(ok(&OrdersAnswer { status: 200, response_data, timestamp: seconds(now) }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timestamp_has_whole_seconds() {
        let moment = Moment::parse("2026-02-19T15:04:05.678Z").unwrap();
        assert_eq!(seconds(moment), "2026-02-19T15:04:05Z");
    }
}
