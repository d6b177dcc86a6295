//! End customers: found by name and address, updated with what opportunity and quote captured.

use super::shape::{AddressBody, At, ContactBody, contacts};
use crate::answer::{Answered, draw_version, ok, ok_version, perform};
use crate::door::{Edit, PathId, Question, Reading};
use app::customer::CustomerUpdate;
use app::read::Found;
use domain::customer::{Account, AccountDetails, AccountStatus, AllianceStatus};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use store::customer::Search;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<crate::State> {
    OpenApiRouter::new()
        .routes(routes!(customers_lookup))
        .routes(routes!(customer_get, customer_update))
}

/// With whom an end customer may do business.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AllianceStatus)]
pub(super) enum AllianceWord {
    /// Any partner may serve it.
    Open,
    /// Only the carrier may, unless an exception is approved.
    CarrierOnly,
    /// Only the partner that has it may, unless an exception is approved.
    PartnerOnly,
}

impl From<AllianceStatus> for AllianceWord {
    fn from(status: AllianceStatus) -> Self {
        match status {
            AllianceStatus::Open => Self::Open,
            AllianceStatus::CarrierOnly => Self::CarrierOnly,
            AllianceStatus::PartnerOnly => Self::PartnerOnly,
        }
    }
}

impl From<AllianceWord> for AllianceStatus {
    fn from(word: AllianceWord) -> Self {
        match word {
            AllianceWord::Open => Self::Open,
            AllianceWord::CarrierOnly => Self::CarrierOnly,
            AllianceWord::PartnerOnly => Self::PartnerOnly,
        }
    }
}

/// How an account stands with the carrier.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AccountStatus)]
pub(super) enum AccountWord {
    Active,
    Inactive,
    /// Captured by an opportunity; not yet the carrier's customer.
    Prospect,
}

impl From<AccountStatus> for AccountWord {
    fn from(status: AccountStatus) -> Self {
        match status {
            AccountStatus::Active => Self::Active,
            AccountStatus::Inactive => Self::Inactive,
            AccountStatus::Prospect => Self::Prospect,
        }
    }
}

impl From<AccountWord> for AccountStatus {
    fn from(word: AccountWord) -> Self {
        match word {
            AccountWord::Active => Self::Active,
            AccountWord::Inactive => Self::Inactive,
            AccountWord::Prospect => Self::Prospect,
        }
    }
}

/// An end customer's account.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Customer)]
pub(super) struct CustomerBody {
    id: String,
    name: String,
    doing_business_as: Option<String>,
    address: AddressBody,
    /// The carrier's customer number.
    acid: Option<String>,
    sub_account_id: Option<String>,
    sales_segment: Option<String>,
    contract_status: Option<String>,
    alliance_status: AllianceWord,
    account_status: AccountWord,
    /// Whether a letter of authorisation is on file.
    loa_on_file: bool,
    contacts: Vec<ContactBody>,
    version: u64,
    created_at: String,
}

impl From<&Account> for CustomerBody {
    fn from(a: &Account) -> Self {
        Self {
            id: a.id.to_string(),
            name: a.name.clone(),
            doing_business_as: a.doing_business_as.clone(),
            address: (&a.address).into(),
            acid: a.acid.clone(),
            sub_account_id: a.sub_account_id.clone(),
            sales_segment: a.sales_segment.clone(),
            contract_status: a.contract_status.clone(),
            alliance_status: a.alliance_status.into(),
            account_status: a.account_status.into(),
            loa_on_file: a.loa_on_file,
            contacts: a.contacts.iter().map(Into::into).collect(),
            version: a.version,
            created_at: a.created_at.to_string(),
        }
    }
}

/// An exception request, in short.
#[derive(Debug, Clone, Serialize, ToSchema)]
struct ExceptionInShort {
    id: String,
    state: &'static str,
}

/// An end customer as a lookup finds it.
#[derive(Debug, Clone, Serialize, ToSchema)]
struct FoundCustomer {
    #[serde(flatten)]
    customer: CustomerBody,
    /// Whether this partner may serve it now.
    served: bool,
    /// This partner's newest exception request for it.
    exception: Option<ExceptionInShort>,
}

impl FoundCustomer {
    fn of(found: &Found, now: domain::time::Moment) -> Self {
        let exception = found
            .exception
            .as_ref()
            .map(|e| ExceptionInShort { id: e.id.to_string(), state: e.phase(now).word() });
        Self { customer: (&found.account).into(), served: found.served, exception }
    }
}

/// What to look for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CustomerLookup {
    /// The business's name or a part of it, in any case and with or without its legal form.
    #[schema(min_length = 3, max_length = 200, example = "lone star dental")]
    name: String,
    #[serde(default)]
    #[schema(max_length = 100, example = "Dallas")]
    city: Option<String>,
    #[serde(default)]
    #[schema(pattern = "^[A-Za-z]{2}$", example = "TX")]
    state: Option<String>,
    #[serde(default)]
    #[schema(pattern = "^[0-9]{5}(-?[0-9]{4})?$", example = "75202")]
    zip: Option<String>,
}

/// Up to five matches, best first.
#[derive(Debug, Serialize, ToSchema)]
struct CustomersFound {
    customers: Vec<FoundCustomer>,
    /// `No customer found.` when there is no match: open an opportunity with `new_customer`.
    message: Option<&'static str>,
}

/// Look up an end customer
///
/// Finds up to five accounts by name and, where given, city, state and ZIP code. Each says
/// whether this partner may serve it; where not, an exception request is the way on.
#[utoipa::path(post, path = "/v1/customers/lookup", operation_id = "customers_lookup",
    tag = "Customers", request_body = CustomerLookup,
    responses((status = 200, description = "Up to five matches", body = CustomersFound)))]
async fn customers_lookup(asked: Question<CustomerLookup>) -> Answered {
    let Question { app, caller, place, body } = asked;
    let search = Search {
        name_key: body.name,
        city: body.city.unwrap_or_default(),
        state: body.state.unwrap_or_default(),
        zip: body.zip.unwrap_or_default().chars().take(5).collect(),
    };
    let found = app.customers_find(&caller, search).await.at(&place)?;
    let now = app.now(&caller).await.at(&place)?;
    let customers: Vec<_> = found.iter().map(|f| FoundCustomer::of(f, now)).collect();
    let message = customers.is_empty().then_some("No customer found.");
    Ok(ok(&CustomersFound { customers, message }))
}

/// Read an end customer
///
/// The account, and whether this partner may serve it now.
#[utoipa::path(get, path = "/v1/customers/{id}", operation_id = "customer_get",
    tag = "Customers", params(("id" = String, Path, description = "The customer's id")),
    responses((status = 200, description = "The customer", body = FoundCustomer)))]
async fn customer_get(PathId(id): PathId, reading: Reading) -> Answered {
    reading.no_params()?;
    let Reading { app, caller, place, .. } = reading;
    let found = app.customer_get(&caller, id).await.at(&place)?;
    Ok(ok_version(
        &FoundCustomer::of(&found, app.now(&caller).await.at(&place)?),
        found.account.version,
    ))
}

/// What opportunity and quote captured: only what is given changes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CustomerDetails {
    #[serde(default)]
    #[schema(max_length = 200, example = "Lone Star Smiles")]
    doing_business_as: Option<String>,
    #[serde(default)]
    address: Option<AddressBody>,
    #[serde(default)]
    #[schema(max_items = 20)]
    contacts: Option<Vec<ContactBody>>,
}

/// Update an end customer's details
///
/// With what opportunity and quote captured. Only a partner that has an opportunity with the
/// customer may.
#[utoipa::path(patch, path = "/v1/customers/{id}", operation_id = "customer_update",
    tag = "Customers", params(("id" = String, Path, description = "The customer's id")),
    request_body = CustomerDetails,
    responses((status = 200, description = "The customer as it is now", body = CustomerBody)))]
async fn customer_update(PathId(account): PathId, edit: Edit<CustomerDetails>) -> Answered {
    let Edit { app, call, place, seen, body } = edit;
    let details = AccountDetails {
        doing_business_as: body.doing_business_as,
        address: body.address.map(Into::into),
        contacts: body.contacts.map(contacts),
    };
    let action = CustomerUpdate { account, seen, details };
    perform(&app, &call, &place, action, |account| {
        draw_version(StatusCode::OK, &CustomerBody::from(account), account.version)
    })
    .await
}
