//! Creating an order: contacts and sub-orders as both families have them, and how it is done.

use super::whole;
use crate::dialects::door::Said;
use crate::dialects::shape::Person;
use crate::door::Refused;
use crate::v1::shape::At;
use app::order::OrderOnce;
use domain::id::Id;
use domain::order::{NewOrder, OrderView, SubOrder};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whom to ask.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub(in crate::dialects) struct PrimaryAndAlternate {
    primary: Person,
    #[serde(default)]
    alternate: Option<Person>,
}

impl PrimaryAndAlternate {
    pub(super) fn all(self) -> Vec<Person> {
        std::iter::once(self.primary).chain(self.alternate).collect()
    }
}

/// Whom to ask.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::dialects) struct OrderContacts {
    contact_details: PrimaryAndAlternate,
}

/// One component, or the bundle itself.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct SubOrderItem {
    #[schema(example = "802Kf000006H3ktIAC")]
    order_item_id: String,
    #[schema(example = "AT&T Dedicated Internet (Mid Market)")]
    order_item_type: String,
}

/// What is ordered for one site.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::dialects) struct OrderedSite {
    #[schema(example = "801Kf000004FnihIAC")]
    sub_order_id: String,
    sub_order_item: Vec<SubOrderItem>,
}

impl From<&SubOrder> for OrderedSite {
    fn from(sub: &SubOrder) -> Self {
        let item = |item: &domain::order::OrderItem| SubOrderItem {
            order_item_id: item.id.to_string(),
            order_item_type: item.item_type.clone(),
        };
        Self {
            sub_order_id: sub.id.to_string(),
            sub_order_item: sub.items.iter().map(item).collect(),
        }
    }
}

/// Creates the order of a quote, or answers the one that the very same call has created.
pub(in crate::dialects) async fn create(
    said: &Said,
    quote: Id,
    accept_terms: bool,
    contacts: OrderContacts,
) -> Result<(Id, Vec<OrderedSite>), Refused> {
    let PrimaryAndAlternate { primary, alternate } = contacts.contact_details;
    let new = NewOrder {
        accept_terms,
        primary_contact: primary.into(),
        alternate_contact: alternate.map(Into::into),
        purchase_order: None,
        external_id: None,
    };
    let made = |view: &OrderView| view.order.id;
    let order = said.perform_one(OrderOnce { quote, new }, made).await?;
    let file = whole(&said.app, said.caller(), order).await.at(&said.place)?;
    Ok((order, file.sub_orders.iter().map(Into::into).collect()))
}
