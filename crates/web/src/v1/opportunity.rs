//! Opportunities: opened with the first version of their quote.

use super::customer::CustomerBody;
use super::quote::{BillingBody, QuoteBody};
use super::shape::{AddressBody, At, ContactBody, Faults, ListOf, Paging, contacts, page_of};
use crate::answer::{Answered, draw_version, located, ok, ok_version, perform};
use crate::door::{Command, PathId, Reading};
use app::opportunity::{Customer, OpportunityOpen};
use domain::code::Because;
use domain::customer::NewAccount;
use domain::opportunity::{OpenOpportunity, Opened, Opportunity};
use domain::refusal::{Fault, Refusal};
use domain::time::Moment;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<crate::State> {
    OpenApiRouter::new()
        .routes(routes!(opportunities_list, opportunity_open))
        .routes(routes!(opportunity_get))
}

/// A chance of business.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Opportunity)]
struct OpportunityBody {
    id: String,
    name: String,
    /// Null where the programme assigns customers to sites.
    customer_id: Option<String>,
    /// The partner's own reference.
    external_id: Option<String>,
    version: u64,
    created_at: String,
}

impl From<&Opportunity> for OpportunityBody {
    fn from(o: &Opportunity) -> Self {
        Self {
            id: o.id.to_string(),
            name: o.name.clone(),
            customer_id: o.account.map(|a| a.to_string()),
            external_id: o.external_id.clone(),
            version: o.version,
            created_at: o.created_at.to_string(),
        }
    }
}

/// An end customer that the lookup did not find.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewCustomer {
    #[schema(min_length = 3, max_length = 200, example = "Harbor Point Bakery LLC")]
    name: String,
    #[serde(default)]
    #[schema(max_length = 200)]
    doing_business_as: Option<String>,
    address: AddressBody,
    #[serde(default)]
    #[schema(max_items = 20)]
    contacts: Vec<ContactBody>,
}

/// The first quote's own settings.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct FirstQuote {
    /// The opportunity's name unless given.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 200)]
    name: Option<String>,
    #[serde(default)]
    billing: Option<BillingBody>,
}

/// An opportunity to open. Alliance and AIAB: with `customer_id` or `new_customer`. APEX: with
/// neither; customers are assigned to sites later.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewOpportunity {
    #[schema(min_length = 1, max_length = 200, example = "Twelve branch offices to fibre")]
    name: String,
    /// An end customer that the lookup found.
    #[serde(default)]
    #[schema(min_length = 15, max_length = 18)]
    customer_id: Option<String>,
    #[serde(default)]
    new_customer: Option<NewCustomer>,
    /// The partner's own reference.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100)]
    external_id: Option<String>,
    #[serde(default)]
    quote: Option<FirstQuote>,
}

/// What opening made.
#[derive(Debug, Serialize, ToSchema)]
struct OpportunityOpened {
    opportunity: OpportunityBody,
    quote: QuoteBody,
    /// The customer that was captured, where `new_customer` was given.
    customer: Option<CustomerBody>,
}

impl OpportunityOpened {
    fn of(opened: &Opened, now: Moment) -> Self {
        let partner = opened.opportunity.tenant.partner;
        let captured = opened.captured.as_ref();
        Self {
            opportunity: (&opened.opportunity).into(),
            quote: QuoteBody::of(&opened.quote, now),
            customer: captured.map(|account| CustomerBody::of(account, partner, now)),
        }
    }
}

impl NewOpportunity {
    fn into_action(self) -> Result<OpportunityOpen, Refusal> {
        let mut faults = Faults::default();
        let first = self.quote.unwrap_or_default();
        let billing = first.billing.unwrap_or_default().read(&mut faults, "/quote/billing");
        if self.customer_id.is_some() && self.new_customer.is_some() {
            let detail = "either customer_id or new_customer, not both";
            faults.push(Fault::new("/new_customer", Because::Conflicting, detail));
        }
        let customer = match (self.customer_id, self.new_customer) {
            (Some(id), _) => faults.id("/customer_id", &id).map(Customer::Found),
            (None, None) => Some(Customer::Later),
            (None, Some(new)) => Some(Customer::New(Box::new(NewAccount {
                name: new.name,
                doing_business_as: new.doing_business_as,
                address: new.address.into(),
                contacts: contacts(new.contacts),
            }))),
        };
        let open = OpenOpportunity {
            name: self.name,
            external_id: self.external_id,
            quote_name: first.name,
            billing,
        };
        faults.finish(customer.map(|customer| OpportunityOpen { customer, open }))
    }
}

/// Open an opportunity
///
/// With the first version of its quote. A customer whose status refuses this partner needs an
/// approved exception first.
#[utoipa::path(post, path = "/v1/opportunities", operation_id = "opportunity_open",
    tag = "Opportunities", request_body = NewOpportunity,
    responses((status = 201, description = "Opened", body = OpportunityOpened)))]
async fn opportunity_open(command: Command<NewOpportunity>) -> Answered {
    let Command { app, call, place, body } = command;
    let action = body.into_action().at(&place)?;
    let now = app.now(&call.caller).await.at(&place)?;
    perform(&app, &call, &place, action, |opened| {
        let body = OpportunityOpened::of(opened, now);
        let answer = draw_version(StatusCode::CREATED, &body, opened.opportunity.version);
        located(answer, format!("/v1/opportunities/{}", opened.opportunity.id))
    })
    .await
}

/// List opportunities
///
/// This partner's own, newest first.
#[utoipa::path(get, path = "/v1/opportunities", operation_id = "opportunities_list",
    tag = "Opportunities",
    params(("customer_id" = Option<String>, Query, description = "Only of this end customer"), Paging),
    responses((status = 200, description = "One page", body = ListOf<OpportunityBody>)))]
async fn opportunities_list(reading: Reading) -> Answered {
    let mut params = reading.params();
    let (customer, page) = (params.id("customer_id"), params.page());
    let Reading { app, caller, place, .. } = reading;
    params.finish().at(&place)?;
    let found = app.opportunities_list(&caller, customer, page).await.at(&place)?;
    Ok(ok(&page_of(found, page.limit, |o| o.id, |o| OpportunityBody::from(o))))
}

/// Read an opportunity
///
/// Its quotes are in the list of quotes, by `opportunity_id`.
#[utoipa::path(get, path = "/v1/opportunities/{id}", operation_id = "opportunity_get",
    tag = "Opportunities", params(("id" = String, Path, description = "The opportunity's id")),
    responses((status = 200, description = "The opportunity", body = OpportunityBody)))]
async fn opportunity_get(PathId(id): PathId, reading: Reading) -> Answered {
    reading.no_params()?;
    let Reading { app, caller, place, .. } = reading;
    let found = app.opportunity_get(&caller, id).await.at(&place)?;
    Ok(ok_version(&OpportunityBody::from(&found), found.version))
}
