//! The end customers of sites, where the programme assigns them one by one.

use super::SiteBody;
use crate::answer::{Answered, draw, perform};
use crate::door::{PathId, PathIds, Setting};
use crate::v1::order::SubOrderBody;
use crate::v1::shape::{At, Faults};
use app::quote::CustomersAssign;
use domain::code::Because;
use domain::order::Assigned;
use domain::refusal::Fault;
use domain::time::Moment;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<crate::State> {
    OpenApiRouter::new()
        .routes(routes!(site_assign_customer))
        .routes(routes!(sites_assign_customers))
}

/// The end customer of a site.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SiteCustomer {
    /// Null: none, for now.
    #[schema(required = true, min_length = 15, max_length = 18)]
    customer_id: Option<String>,
}

/// The end customer of one site among several.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SiteCustomerOf {
    #[schema(min_length = 15, max_length = 18)]
    site_id: String,
    /// Null: none, for now.
    #[schema(required = true, min_length = 15, max_length = 18)]
    customer_id: Option<String>,
}

/// The end customers of several sites.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SiteCustomers {
    #[schema(min_items = 1, max_items = 1000)]
    assignments: Vec<SiteCustomerOf>,
}

/// Where the end customer was assigned.
#[derive(Debug, Serialize, ToSchema)]
struct CustomerAssigned {
    /// The site, while the quote is not ordered.
    site: Option<SiteBody>,
    /// The sub-order, until it is handed off.
    sub_order: Option<SubOrderBody>,
}

impl CustomerAssigned {
    fn of(assigned: &Assigned, now: Moment) -> Self {
        match assigned {
            Assigned::Site(site) => Self { site: Some(site.as_ref().into()), sub_order: None },
            Assigned::SubOrder(sub) => {
                Self { site: None, sub_order: Some(SubOrderBody::of(sub, now)) }
            }
        }
    }
}

/// Where the end customers were assigned, in the order of the request.
#[derive(Debug, Serialize, ToSchema)]
struct CustomersAssigned {
    assignments: Vec<CustomerAssigned>,
}

/// Assign an end customer to a site
///
/// Where the programme has it so: at any time until the site's sub-order is handed off, and again
/// as often as need be. With null the site has none any more.
#[utoipa::path(put, path = "/v1/quotes/{id}/sites/{site_id}/customer",
    operation_id = "site_assign_customer", tag = "Customers",
    params(("id" = String, Path, description = "The quote's id"),
        ("site_id" = String, Path, description = "The site's id")),
    request_body = SiteCustomer,
    responses((status = 200, description = "Assigned", body = CustomerAssigned)))]
async fn site_assign_customer(
    PathIds(quote, site): PathIds,
    setting: Setting<SiteCustomer>,
) -> Answered {
    let Setting { app, call, place, body } = setting;
    let mut faults = Faults::default();
    let customer = faults.maybe_id("/customer_id", body.customer_id.as_ref());
    let customer = faults.finish(Some(customer)).at(&place)?;
    let now = app.now(&call.caller).await.at(&place)?;
    let action = CustomersAssign { quote, wanted: vec![(site, customer)], listed: false };
    perform(&app, &call, &place, action, |assigned| {
        let one = assigned.first().map(|assigned| CustomerAssigned::of(assigned, now));
        draw(StatusCode::OK, &one)
    })
    .await
}

/// Assign end customers to several sites
///
/// Where the programme has it so; all or none.
#[utoipa::path(put, path = "/v1/quotes/{id}/customers",
    operation_id = "sites_assign_customers", tag = "Customers",
    params(("id" = String, Path, description = "The quote's id")),
    request_body = SiteCustomers,
    responses((status = 200, description = "Assigned", body = CustomersAssigned)))]
async fn sites_assign_customers(
    PathId(quote): PathId,
    setting: Setting<SiteCustomers>,
) -> Answered {
    let Setting { app, call, place, body } = setting;
    let mut faults = Faults::default();
    let mut seen = BTreeSet::new();
    let mut wanted = Vec::with_capacity(body.assignments.len());
    for (at, one) in body.assignments.iter().enumerate() {
        let pointer = format!("/assignments/{at}/site_id");
        let site = faults.id(&pointer, &one.site_id);
        if site.is_some_and(|site| !seen.insert(site)) {
            faults.push(Fault::new(pointer, Because::Duplicate, "the site stands here twice"));
        }
        let pointer = format!("/assignments/{at}/customer_id");
        let customer = faults.maybe_id(&pointer, one.customer_id.as_ref());
        wanted.extend(site.map(|site| (site, customer)));
    }
    let wanted = faults.finish(Some(wanted)).at(&place)?;
    let now = app.now(&call.caller).await.at(&place)?;
    let action = CustomersAssign { quote, wanted, listed: true };
    perform(&app, &call, &place, action, |assigned| {
        let assignments = assigned.iter().map(|a| CustomerAssigned::of(a, now)).collect();
        draw(StatusCode::OK, &CustomersAssigned { assignments })
    })
    .await
}
