//! Installation and shipping of a sub-order.

use super::enrichment::EnrichmentAnswer;
use super::order::PrimaryAndAlternate;
use super::{day, id};
use crate::answer::{Answered, ok};
use crate::dialects::address::PostalAddress;
use crate::dialects::door::Said;
use crate::dialects::shape::{Person, flag};
use crate::v1::shape::{At, Faults};
use app::enrichment::{EnrichDo, EnrichOnce};
use domain::code::Because;
use domain::customer::Contact;
use domain::enrichment::{Installation, Shipping};
use domain::refusal::Fault;
use serde::Deserialize;
use utoipa::ToSchema;

/// The published calls have a list in one place and two named persons in another: both are read.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(untagged)]
enum Persons {
    List(Vec<Person>),
    Named(Box<PrimaryAndAlternate>),
}

/// Whom to ask, first to last.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Contacts {
    contact_details: Persons,
}

impl Contacts {
    fn read(self, faults: &mut Faults) -> Vec<Contact> {
        let persons = match self.contact_details {
            Persons::List(list) => list,
            Persons::Named(named) => named.all(),
        };
        if persons.is_empty() {
            let pointer = "/contacts/contactDetails";
            faults.push(Fault::new(pointer, Because::TooShort, "nobody is named"));
        }
        persons.into_iter().map(Into::into).collect()
    }
}

/// Where and when to install.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::dialects) struct InstallationRequest {
    #[schema(max_length = 18, example = "801Kf000004FnihIAC")]
    sub_order_id: String,
    #[serde(default)]
    #[schema(max_length = 1000, example = "The telecom closet is on the second floor.")]
    premise_notes: Option<String>,
    /// Today or later; its day counts.
    #[schema(max_length = 40, example = "2026-12-07T20:00:00.000+0000")]
    customer_requested_start_date: String,
    /// Not before the start.
    #[schema(max_length = 40, example = "2027-03-31T19:00:00.000+0000")]
    customer_requested_due_date: String,
    /// A truth value, or `"true"` or `"false"`.
    #[serde(default, deserialize_with = "flag")]
    #[schema(value_type = Option<serde_json::Value>, example = "true")]
    start_billing_before_req_due_date: Option<bool>,
    contacts: Contacts,
}

/// Give the installation details
///
/// Contacts, dates and notes for one sub-order, in place of what was given before. The path is
/// published for AIAB, the body is ours after APEX's. Key: the sub-order with its content.
#[utoipa::path(put, path = "/order-enrichment/installation", operation_id = "installation",
    tag = "Enrichment", request_body = InstallationRequest,
    responses((status = 200, description = "Saved", body = EnrichmentAnswer)))]
pub(in crate::dialects) async fn installation(mut said: Said) -> Answered {
    let body: InstallationRequest = said.read()?;
    said.naming(&[
        ("/requested_start", "/customerRequestedStartDate"),
        ("/requested_due", "/customerRequestedDueDate"),
        ("/contacts", "/contacts/contactDetails"),
    ]);
    let mut faults = Faults::default();
    let sub_order = faults.id("/subOrderId", &body.sub_order_id);
    let (start, due) = (&body.customer_requested_start_date, &body.customer_requested_due_date);
    let start = day(&mut faults, "/customerRequestedStartDate", start);
    let due = day(&mut faults, "/customerRequestedDueDate", due);
    let contacts = body.contacts.read(&mut faults);
    let read = sub_order.zip(start.zip(due));
    let (sub_order, (requested_start, requested_due)) = faults.finish(read).at(&said.place)?;
    let what = EnrichDo::Installation(Installation {
        contacts,
        requested_start,
        requested_due,
        premise_notes: body.premise_notes.filter(|notes| !notes.is_empty()),
        start_billing_before_due: body.start_billing_before_req_due_date.unwrap_or(false),
    });
    let answer = EnrichmentAnswer::after(&said, EnrichOnce { sub_order, what }, "Installation");
    Ok(ok(&answer.await?))
}

/// Where to send equipment.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::dialects) struct ShippingRequest {
    #[schema(max_length = 18, example = "801Kf000004FnihIAC")]
    sub_order_id: String,
    #[serde(default)]
    #[schema(max_length = 1000, example = "Deliver to the loading dock.")]
    shipping_notes: Option<String>,
    /// The first contact's address unless given, and the site's where that has none.
    #[serde(default)]
    shipping_address: Option<PostalAddress>,
    contacts: Contacts,
}

/// Gives the shipping details and draws the answer.
pub(in crate::dialects) async fn shipping(said: Said) -> Answered {
    let body: ShippingRequest = said.read()?;
    let sub_order = id(&said.place, "/subOrderId", &body.sub_order_id)?;
    let mut faults = Faults::default();
    let contacts = body.contacts.read(&mut faults);
    faults.finish(Some(())).at(&said.place)?;
    let first = || contacts.first().and_then(|contact| contact.address.clone());
    let address = body.shipping_address.map(Into::into).or_else(first);
    let notes = body.shipping_notes.filter(|notes| !notes.is_empty());
    let what = EnrichDo::Shipping(Shipping { contacts, address, notes });
    let answer = EnrichmentAnswer::after(&said, EnrichOnce { sub_order, what }, "Shipping");
    Ok(ok(&answer.await?))
}
