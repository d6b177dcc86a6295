//! What orders share: customer defined groups, and billing accounts.

use crate::answer::{Answered, draw, ok, perform};
use crate::door::{PathId, Reading, Setting};
use crate::v1::shape::{AddressBody, At, ContactBody};
use app::order::OrderGroup;
use domain::order::{BillingAccount, CustomerGroup};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<crate::State> {
    OpenApiRouter::new()
        .routes(routes!(order_set_group))
        .routes(routes!(customer_groups_list))
        .routes(routes!(billing_accounts_list))
}

/// The group that an order is to be in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct GroupName {
    /// Made if this partner has no group of that name.
    #[schema(min_length = 1, max_length = 100, example = "Lone Star Dental 2026")]
    name: String,
}

/// A group, in short.
#[derive(Debug, Serialize, ToSchema)]
struct GroupInShort {
    id: String,
    name: String,
}

/// An order in its group.
#[derive(Debug, Serialize, ToSchema)]
struct GroupedOrder {
    order_id: String,
    group: GroupInShort,
}

/// Put an order into a customer defined group
///
/// By the group's name, before the whole order is handed off. It takes the place of the group
/// that the order was in. The same request again leaves it as it is, so it needs neither an
/// Idempotency-Key nor If-Match.
#[utoipa::path(put, path = "/v1/orders/{id}/customer-defined-group",
    operation_id = "order_set_group", tag = "Orders",
    params(("id" = String, Path, description = "The order's id")),
    request_body = GroupName,
    responses((status = 200, description = "Grouped", body = GroupedOrder)))]
async fn order_set_group(PathId(order): PathId, setting: Setting<GroupName>) -> Answered {
    let Setting { app, call, place, body } = setting;
    perform(&app, &call, &place, OrderGroup { order, name: body.name }, |(order, group)| {
        let group = GroupInShort { id: group.id.to_string(), name: group.name.clone() };
        draw(StatusCode::OK, &GroupedOrder { order_id: order.id.to_string(), group })
    })
    .await
}

/// Orders that a partner keeps together under a name.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CustomerDefinedGroup)]
struct CustomerGroupBody {
    id: String,
    name: String,
    created_at: String,
}

impl From<&CustomerGroup> for CustomerGroupBody {
    fn from(group: &CustomerGroup) -> Self {
        Self {
            id: group.id.to_string(),
            name: group.name.clone(),
            created_at: group.created_at.to_string(),
        }
    }
}

/// This partner's groups, by name; the first 200.
#[derive(Debug, Serialize, ToSchema)]
struct CustomerGroups {
    items: Vec<CustomerGroupBody>,
}

/// List customer defined groups
///
/// This partner's, by name.
#[utoipa::path(get, path = "/v1/customer-defined-groups", operation_id = "customer_groups_list",
    tag = "Orders", responses((status = 200, description = "The groups", body = CustomerGroups)))]
async fn customer_groups_list(reading: Reading) -> Answered {
    reading.no_params()?;
    let Reading { app, caller, place, .. } = reading;
    let groups = app.customer_groups(&caller).await.at(&place)?;
    Ok(ok(&CustomerGroups { items: groups.iter().map(Into::into).collect() }))
}

/// A billing account that a billing enrichment made.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BillingAccount)]
struct BillingAccountBody {
    id: String,
    name: String,
    address: AddressBody,
    contacts: Vec<ContactBody>,
    paperless: bool,
    created_at: String,
}

impl From<&BillingAccount> for BillingAccountBody {
    fn from(account: &BillingAccount) -> Self {
        Self {
            id: account.id.to_string(),
            name: account.name.clone(),
            address: (&account.address).into(),
            contacts: account.contacts.iter().map(Into::into).collect(),
            paperless: account.paperless,
            created_at: account.created_at.to_string(),
        }
    }
}

/// This partner's billing accounts, newest first; at most 200.
#[derive(Debug, Serialize, ToSchema)]
struct BillingAccounts {
    items: Vec<BillingAccountBody>,
}

/// List billing accounts
///
/// This partner's, newest first. A billing enrichment names one, or makes one.
#[utoipa::path(get, path = "/v1/billing-accounts", operation_id = "billing_accounts_list",
    tag = "Orders",
    responses((status = 200, description = "The accounts", body = BillingAccounts)))]
async fn billing_accounts_list(reading: Reading) -> Answered {
    reading.no_params()?;
    let Reading { app, caller, place, .. } = reading;
    let accounts = app.billing_accounts(&caller).await.at(&place)?;
    Ok(ok(&BillingAccounts { items: accounts.iter().map(Into::into).collect() }))
}
