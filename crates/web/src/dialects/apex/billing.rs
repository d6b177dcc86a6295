//! The billing account of a sub-order.

use super::super::door::Said;
use super::super::shape::{country, flag};
use super::order::pair;
use crate::State;
use crate::answer::{Answered, ok};
use app::enrichment::{BillingAccountChoice, BillingOnce};
use domain::address::Address;
use domain::code::{Because, Code};
use domain::customer::Contact;
use domain::enrichment::Billing;
use domain::id::{Id, Kind};
use domain::refusal::{Fault, Refusal};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(new_billing))
}

/// A billing contact. Here the ZIP code is `zipCode`, as published.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct BillingContact {
    #[schema(max_length = 254, pattern = "^[^@\\s]+@[^@\\s]+$", example = "dana@example.com")]
    email: String,
    #[serde(default, rename = "type")]
    #[schema(max_length = 50, example = "billing")]
    #[expect(dead_code, reason = "all of these are for billing")]
    kind: Option<String>,
    #[schema(min_length = 1, max_length = 100, example = "Dana")]
    first_name: String,
    #[schema(min_length = 1, max_length = 100, example = "Sample")]
    last_name: String,
    #[schema(min_length = 1, max_length = 200, example = "208 S Akard St")]
    street: String,
    #[schema(min_length = 1, max_length = 100, example = "Dallas")]
    city: String,
    #[schema(min_length = 2, max_length = 2, pattern = "^[A-Za-z]{2}$", example = "TX")]
    state: String,
    #[serde(default)]
    #[schema(max_length = 30, example = "USA")]
    country: Option<String>,
    #[serde(default)]
    #[schema(max_length = 40, example = "214-555-0100")]
    phone: Option<String>,
    #[schema(max_length = 10, pattern = "^[0-9]{5}(-?[0-9]{4})?$", example = "75202")]
    zip_code: String,
}

impl BillingContact {
    fn contact(self) -> (Contact, Address) {
        let address = Address {
            street: self.street,
            unit: None,
            city: self.city,
            state: self.state.to_uppercase(),
            zip: self.zip_code,
            country: country(self.country.as_deref()),
        };
        let contact = Contact {
            first_name: self.first_name,
            last_name: self.last_name,
            email: self.email,
            phone: self.phone.filter(|phone| !phone.is_empty()),
            address: Some(address.clone()),
        };
        (contact, address)
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
/// Who gets the bills. The first one's address is the account's.
struct BillingContacts {
    #[schema(min_items = 1, max_items = 20)]
    contact_details: Vec<BillingContact>,
}

/// A billing account to be made for a sub-order.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct NewBilling {
    #[schema(min_length = 15, max_length = 18, example = "801dx00000YC2M8AAL")]
    order_id: String,
    #[schema(min_length = 15, max_length = 18, example = "801dx00000YCwPmAAL")]
    sub_order_id: String,
    /// The account's name; where it is empty, the first contact's.
    #[schema(max_length = 200, example = "")]
    description: String,
    /// `"true"`, `"false"` or empty: a text, as published.
    #[serde(deserialize_with = "flag")]
    #[schema(value_type = String, max_length = 10, example = "")]
    paperless_billing: Option<bool>,
    contacts: BillingContacts,
}

/// The billing account that was made.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct BillingMade {
    #[schema(example = "001dx00000YzuHrAAJ")]
    billing_account_id: String,
    order_id: String,
    #[schema(example = "Billing Account created successfully")]
    status: &'static str,
    sub_order_id: String,
}

/// New billing account
///
/// Published. Makes a billing account and bills the sub-order to it. A repeat with the same content
/// answers the account that there is.
#[utoipa::path(post, path = "/order-enrichment/newBilling-apex",
    operation_id = "new_billing_apex", tag = "Enrichment", request_body = NewBilling,
    responses((status = 200, description = "Made", body = BillingMade)))]
async fn new_billing(said: Said) -> Answered {
    let body: NewBilling = said.read()?;
    let (order, sub_order) = pair(&said, &body.order_id, &body.sub_order_id).await?;
    let contacts = body.contacts.contact_details.into_iter().map(BillingContact::contact);
    let (contacts, addresses): (Vec<_>, Vec<_>) = contacts.unzip();
    // The schema asks for one contact at least.
    let address = addresses.into_iter().next().ok_or_else(|| {
        let fault = Fault::new("/contacts/contactDetails", Because::TooShort, "nobody is named");
        let refusal = Refusal::new(Code::InvalidBody, "the body has 1 fault");
        said.place.refuse(refusal.with(vec![fault]))
    })?;
    let named = body.description.trim().to_owned();
    let first = contacts.first().map(|c| format!("{} {}", c.first_name, c.last_name));
    let name = Some(named).filter(|name| !name.is_empty()).or(first).unwrap_or_default();
    let paperless = body.paperless_billing.unwrap_or(false);
    let action = BillingOnce {
        sub_order,
        account: BillingAccountChoice::New { name, address, contacts },
        // The rule fills the account in.
        billing: Billing { paperless, ..Billing::to(Id::new(Kind::Account, 0, 0)) },
    };
    let account = said.perform_one(action, |(_, _, account)| account.id).await?;
    Ok(ok(&BillingMade {
        billing_account_id: account.to_string(),
        order_id: order.to_string(),
        status: "Billing Account created successfully",
        sub_order_id: sub_order.to_string(),
    }))
}
