//! End customers: looked up, and assigned to the sites of a quote.

use super::super::address::PostalAddress;
use super::super::door::{Asked, Said};
use super::super::words;
use super::SUCCESS;
use crate::State;
use crate::answer::{Answered, ok};
use crate::door::{Place, Refused};
use crate::v1::shape::{At, Faults};
use app::quote::{CustomersName, Named};
use domain::code::{Because, Code};
use domain::customer::lookup::Lookup;
use domain::customer::{Account, NewAccount};
use domain::id::Id;
use domain::refusal::{Fault, Refusal};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(lookup, lookup_get, assign))
}

/// Where to look. What is empty does not restrict.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Where {
    #[serde(default)]
    #[schema(max_length = 200, example = "")]
    #[expect(dead_code, reason = "a street is spelt in too many ways to look for")]
    street: String,
    #[serde(default)]
    #[schema(max_length = 100, example = "Dallas")]
    city: String,
    #[serde(default)]
    #[schema(max_length = 2, example = "TX")]
    state: String,
    #[serde(default)]
    #[schema(max_length = 10, example = "75202")]
    zip_code: String,
    #[serde(default)]
    #[schema(max_length = 30, example = "USA")]
    #[expect(dead_code, reason = "all customers are in one country")]
    country: Option<String>,
}

/// Whom to look for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct CustomerLookup {
    #[serde(default)]
    #[schema(max_length = 40, example = "A-06399x")]
    #[expect(dead_code, reason = "the door has read it")]
    sp_id: Option<String>,
    /// Three letters or digits at least; it may be misspelt.
    #[schema(min_length = 3, max_length = 200, example = "Lone Star Dental Group")]
    account_name: String,
    #[serde(default)]
    address: Where,
}

/// An end customer that was found.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct EndCustomer {
    account_address: PostalAddress,
    account_name: String,
    #[schema(example = "0013g00000cUIRtAAO")]
    account_id: String,
    /// The carrier's customer number.
    acid: Option<String>,
    /// `Active`, `Inactive`, or `Prospect` of this partner.
    #[schema(example = "Active")]
    account_status: &'static str,
}

impl From<&Account> for EndCustomer {
    fn from(account: &Account) -> Self {
        Self {
            account_address: (&account.address).into(),
            account_name: account.name.clone(),
            account_id: account.id.to_string(),
            acid: account.acid.clone(),
            account_status: words::account_status(account.account_status),
        }
    }
}

/// What the lookup calls its members here.
const NAMES: &[(&str, &str)] = &[("/name", "/accountName")];

async fn found(
    app: &app::App,
    caller: &app::Caller,
    place: &Place,
    lookup: Lookup,
) -> Result<Vec<EndCustomer>, Refused> {
    let found = app.customers_find(caller, lookup).await.at(place)?;
    if found.is_empty() {
        return Err(place.refuse(Refusal::new(Code::NotFound, "No customer found.")));
    }
    Ok(found.iter().map(|(found, _)| (&found.account).into()).collect())
}

/// End customer lookup
///
/// Ours. At most five, best first; 404 with `No customer found.` where there is none.
#[utoipa::path(post, path = "/customerAccountLookup-apex",
    operation_id = "customer_account_lookup_apex", tag = "End customer",
    request_body = CustomerLookup,
    responses((status = 200, description = "Found", body = Vec<EndCustomer>)))]
async fn lookup(mut said: Said) -> Answered {
    let body: CustomerLookup = said.read()?;
    said.naming(NAMES);
    let lookup = Lookup {
        name: Some(body.account_name),
        city: Some(body.address.city),
        state: Some(body.address.state),
        zip: Some(body.address.zip_code),
        ..Lookup::default()
    };
    Ok(ok(&found(&said.app, said.caller(), &said.place, lookup).await?))
}

/// End customer lookup by query
///
/// Ours. As the same by POST.
#[utoipa::path(get, path = "/customerAccountLookup-apex",
    operation_id = "customer_account_lookup_apex_get", tag = "End customer",
    params(("accountName" = String, Query, min_length = 3, description = "Three letters at least"),
        ("city" = Option<String>, Query, description = "Exact"),
        ("state" = Option<String>, Query, description = "Two letters"),
        ("zipCode" = Option<String>, Query, description = "The first five digits count")),
    responses((status = 200, description = "Found", body = Vec<EndCustomer>)))]
async fn lookup_get(asked: Asked) -> Answered {
    let mut params = asked.params();
    let name = params.text("accountName");
    let name = params.needs("accountName", name);
    let [city, state, zip] = ["city", "state", "zipCode"].map(|name| params.text(name));
    params.sound().at(&asked.place)?;
    let lookup = Lookup { name, city, state, zip, ..Lookup::default() };
    Ok(ok(&found(&asked.app, &asked.caller, &asked.place, lookup).await?))
}

/// A site, and the end customer at it: by its id, or by name and address.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct SiteCustomer {
    #[schema(min_length = 15, max_length = 18, example = "a7ldx000000o0pdAAA")]
    site_id: String,
    /// As the lookup found it.
    #[serde(default)]
    #[schema(min_length = 15, max_length = 18, example = "0013g00000cUIRtAAO")]
    end_customer_id: Option<String>,
    /// With `address`, where there is no id. Whoever has this name and address is taken; if nobody
    /// has, the customer is captured.
    #[serde(default)]
    #[schema(min_length = 3, max_length = 200, example = "Harbor Point Bakery LLC")]
    end_customer_name: Option<String>,
    #[serde(default)]
    address: Option<PostalAddress>,
}

/// End customers of a quote's sites.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct AssignCall {
    #[schema(min_length = 15, max_length = 18, example = "0Q0dx000002T7wDCAS")]
    quote_id: String,
    /// Each site once.
    #[schema(min_items = 1, max_items = 1000)]
    sites: Vec<SiteCustomer>,
}

impl AssignCall {
    fn read(self) -> Result<(Id, Vec<(Id, Named)>), Refusal> {
        let mut faults = Faults::default();
        let quote = faults.id("/quoteId", &self.quote_id);
        let (mut wanted, mut seen) = (Vec::new(), BTreeMap::new());
        for (at, site) in self.sites.into_iter().enumerate() {
            let id = faults.id(&format!("/sites/{at}/siteId"), &site.site_id);
            if id.is_some_and(|id| seen.insert(id, at).is_some()) {
                let pointer = format!("/sites/{at}/siteId");
                faults.push(Fault::new(pointer, Because::Duplicate, "the site stands here twice"));
            }
            let named = whom(&mut faults, at, site);
            wanted.extend(id.zip(named));
        }
        faults.finish(quote.map(|quote| (quote, wanted)))
    }
}

fn whom(faults: &mut Faults, at: usize, site: SiteCustomer) -> Option<Named> {
    let SiteCustomer { end_customer_id, end_customer_name, address, .. } = site;
    match (end_customer_id, end_customer_name, address) {
        (Some(id), _, _) => faults.id(&format!("/sites/{at}/endCustomerId"), &id).map(Named::Known),
        (None, Some(name), Some(address)) => Some(Named::Called(Box::new(NewAccount {
            name,
            doing_business_as: None,
            address: address.into(),
            contacts: Vec::new(),
        }))),
        (None, name, _) => {
            let member = if name.is_some() { "address" } else { "endCustomerId" };
            let pointer = format!("/sites/{at}/{member}");
            let fault = Fault::new(pointer, Because::Missing, "no end customer is named");
            faults.push(fault.expected("endCustomerId, or endCustomerName with address"));
            None
        }
    }
}

/// A site with the end customer that it has now.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct InputValue {
    site_id: String,
    end_customer_id: String,
    end_customer_name: String,
    #[schema(example = "Success")]
    status: &'static str,
}

/// What was assigned.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Assigned {
    quote_id: String,
    /// In the order asked.
    input_values: Vec<InputValue>,
}

/// Assign end customer names
///
/// Published; what stands in `sites` and `inputValues` is ours. All or none, until a site's
/// sub-order is handed off. A setting: twice is once.
#[utoipa::path(patch, path = "/customerAccountLookup-apex", operation_id = "customer_assign_apex",
    tag = "End customer", request_body = AssignCall,
    responses((status = 200, description = "Assigned", body = Assigned)))]
async fn assign(mut said: Said) -> Answered {
    let body: AssignCall = said.read()?;
    let (quote, wanted) = body.read().at(&said.place)?;
    said.naming(&[
        ("/assignments/*/site_id", "/sites/*/siteId"),
        ("/assignments/*/customer_id", "/sites/*/endCustomerId"),
        ("/name", "/sites"),
    ]);
    let sites: Vec<Id> = wanted.iter().map(|(site, _)| *site).collect();
    let action = CustomersName { quote, wanted };
    let customers = said.perform(action, |done| done.iter().map(|(_, id)| *id).collect()).await?;
    let mut names = BTreeMap::new();
    for id in &customers {
        if !names.contains_key(id) {
            let found = said.app.customer_get(said.caller(), *id).await.at(&said.place)?;
            names.insert(*id, found.account.name);
        }
    }
    let value = |(site, customer): (Id, &Id)| InputValue {
        site_id: site.to_string(),
        end_customer_id: customer.to_string(),
        end_customer_name: names.get(customer).cloned().unwrap_or_default(),
        status: SUCCESS,
    };
    let input_values = sites.into_iter().zip(&customers).map(value).collect();
    Ok(ok(&Assigned { quote_id: quote.to_string(), input_values }))
}
