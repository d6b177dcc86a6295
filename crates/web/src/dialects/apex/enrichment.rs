//! What fulfilment needs to know of a sub-order: installation and shipping in one call, the port
//! reservation, and how far it is.

use super::super::door::{Asked, Said};
use super::super::shape::{Person, flag, moment, stamp};
use super::order::pair;
use super::{SUCCESS, asked_id, one_id};
use crate::State;
use crate::answer::{Answered, ok};
use crate::v1::shape::{At, Faults};
use app::enrichment::{EnrichDo, EnrichOnce, EnrichRow, OrderEnrich};
use domain::code::Because;
use domain::customer::Contact;
use domain::enrichment::{Installation, PortReservation, Shipping};
use domain::order::SubOrder;
use domain::refusal::{Fault, IfMatch, Refusal};
use domain::time::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(installation_shipping))
        .routes(routes!(port_reserve))
        .routes(routes!(enrichment_status))
}

/// The persons, by their `type` or by the member that they stand under: `installation` and
/// `shipping`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged)]
enum People {
    Listed(Vec<Person>),
    Named(BTreeMap<String, Person>),
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
/// Whom to turn to on site, and to whom equipment is sent.
struct SiteContacts {
    contact_details: People,
}

/// Where and when to install, and where to ship.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct InstallationShipping {
    #[schema(min_length = 15, max_length = 18, example = "801dx00000YC2M8AAL")]
    order_id: String,
    #[schema(min_length = 15, max_length = 18, example = "801dx00000YCwPmAAL")]
    sub_order_id: String,
    #[serde(default)]
    #[schema(max_length = 1000, example = "Test")]
    premise_notes: Option<String>,
    /// Its day counts, in UTC: today or later.
    #[schema(max_length = 40, example = "2024-01-16T20:00:00.000+0000")]
    customer_requested_start_date: String,
    /// Not before the start.
    #[schema(max_length = 40, example = "2024-06-30T19:00:00.000+0000")]
    customer_requested_due_date: String,
    /// `"true"` or `"false"`: a text, as published.
    #[serde(deserialize_with = "flag")]
    #[schema(value_type = String, max_length = 10, example = "true")]
    start_billing_before_req_due_date: Option<bool>,
    contacts: SiteContacts,
}

fn day(faults: &mut Faults, pointer: &str, text: &str) -> Option<Date> {
    let day = moment(text).map(domain::time::Moment::date);
    if day.is_none() {
        let fault = Fault::new(pointer, Because::BadFormat, "not a moment");
        faults.push(fault.expected("2024-01-16T20:00:00.000+0000"));
    }
    day
}

impl InstallationShipping {
    fn read(self) -> Result<[EnrichDo; 2], Refusal> {
        let mut faults = Faults::default();
        let (start, due) = (&self.customer_requested_start_date, &self.customer_requested_due_date);
        let start = day(&mut faults, "/customerRequestedStartDate", start);
        let due = day(&mut faults, "/customerRequestedDueDate", due);
        let (on_site, receivers) = self.contacts.contact_details.sorted();
        if on_site.is_empty() {
            let detail = "nobody is named for the installation";
            let fault = Fault::new("/contacts/contactDetails", Because::Missing, detail);
            faults.push(fault.expected("a contact of the type installation"));
        }
        let address = receivers.iter().find_map(|contact| contact.address.clone());
        let both = start.zip(due).map(|(requested_start, requested_due)| {
            let installation = Installation {
                contacts: on_site,
                requested_start,
                requested_due,
                premise_notes: self.premise_notes.filter(|notes| !notes.is_empty()),
                start_billing_before_due: self.start_billing_before_req_due_date.unwrap_or(false),
            };
            let shipping = Shipping { contacts: receivers, address, notes: None };
            [EnrichDo::Installation(installation), EnrichDo::Shipping(shipping)]
        });
        faults.finish(both)
    }
}

impl People {
    /// Those on site and those to whom is shipped: who is there for nothing else is for the
    /// installation, and gets what is shipped where nobody else does.
    fn sorted(self) -> (Vec<Contact>, Vec<Contact>) {
        let all: Vec<(String, Person)> = match self {
            Self::Listed(all) => {
                all.into_iter().map(|p| (p.kind.clone().unwrap_or_default(), p)).collect()
            }
            Self::Named(all) => all.into_iter().collect(),
        };
        let (receivers, on_site): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|(kind, _)| kind.to_ascii_lowercase().starts_with("ship"));
        let contacts = |all: Vec<(String, Person)>| -> Vec<Contact> {
            all.into_iter().map(|(_, person)| person.into()).collect()
        };
        let (on_site, receivers) = (contacts(on_site), contacts(receivers));
        let receivers = if receivers.is_empty() {
            on_site.iter().map(|contact| Contact { address: None, ..contact.clone() }).collect()
        } else {
            receivers
        };
        (on_site, receivers)
    }
}

/// A sub-order that took what was said of it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Enriched {
    order_id: String,
    sub_order_id: String,
    #[schema(example = "Success")]
    status: &'static str,
    #[schema(example = "Floor & Room info is saved")]
    status_message: &'static str,
}

/// Installation and shipping
///
/// Published. Both or neither, in place of what there was. A setting: twice is once.
#[utoipa::path(post, path = "/order-enrichment/installation-shipping-apex",
    operation_id = "installation_shipping_apex", tag = "Enrichment",
    request_body = InstallationShipping,
    responses((status = 200, description = "Saved", body = Enriched)))]
async fn installation_shipping(mut said: Said) -> Answered {
    let body: InstallationShipping = said.read()?;
    let (order, sub_order) = pair(&said, &body.order_id, &body.sub_order_id).await?;
    let own = body.read().at(&said.place)?.into();
    said.naming(&[
        ("/sub_orders/0/installation/requested_start", "/customerRequestedStartDate"),
        ("/sub_orders/0/installation/requested_due", "/customerRequestedDueDate"),
        ("/sub_orders/0/installation/premise_notes", "/premiseNotes"),
        ("/sub_orders/0/installation/contacts", "/contacts/contactDetails"),
        ("/sub_orders/0/shipping", "/contacts/contactDetails"),
        ("/sub_orders/0", "/subOrderId"),
    ]);
    let rows = Some(vec![EnrichRow { sub_order, seen: IfMatch::Any, own }]);
    let action = OrderEnrich { order, defaults: Vec::new(), rows };
    said.perform(action, |done| vec![done.order.id]).await?;
    Ok(ok(&Enriched {
        order_id: order.to_string(),
        sub_order_id: sub_order.to_string(),
        status: SUCCESS,
        status_message: "Installation and shipping info is saved",
    }))
}

/// Where the port ends. Capital letters as published.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
struct PortReserve {
    #[serde(rename = "subOrderId")]
    #[schema(min_length = 15, max_length = 18, example = "801dx00000WdaKbAAJ")]
    sub_order_id: String,
    #[schema(min_length = 1, max_length = 50, example = "201")]
    room: String,
    #[schema(min_length = 1, max_length = 50, example = "2")]
    floor: String,
    #[schema(max_length = 1000, example = "Testing additional notes")]
    notes: String,
    /// Telecommunications Service Priority authorization code.
    #[serde(rename = "TSPCode")]
    #[schema(max_length = 40, example = "TSP645321-44")]
    tsp_code: String,
}

/// RDS product validation and port reservation
///
/// Published. Keeps floor and room of the demarcation and reserves the port. A setting: twice is
/// once.
#[utoipa::path(post, path = "/order-enrichment/apexRDSProdandPortReserve",
    operation_id = "rds_port_reserve_apex", tag = "Enrichment", request_body = PortReserve,
    responses((status = 200, description = "Reserved", body = Enriched)))]
async fn port_reserve(mut said: Said) -> Answered {
    let body: PortReserve = said.read()?;
    let sub_order = one_id("/subOrderId", &body.sub_order_id).at(&said.place)?;
    said.naming(&[
        ("/tsp_code", "/TSPCode"),
        ("/floor", "/Floor"),
        ("/room", "/Room"),
        ("/notes", "/Notes"),
    ]);
    let what = EnrichDo::PortReservation(PortReservation {
        floor: body.floor,
        room: body.room,
        notes: Some(body.notes).filter(|notes| !notes.is_empty()),
        tsp_code: Some(body.tsp_code).filter(|code| !code.is_empty()),
    });
    let action = EnrichOnce { sub_order, what };
    let order = said.perform_one(action, |(order, _)| order.id).await?;
    Ok(ok(&Enriched {
        order_id: order.to_string(),
        sub_order_id: sub_order.to_string(),
        status: SUCCESS,
        status_message: "Floor & Room info is saved",
    }))
}

/// A sub-order's port, as published: the row of its item; and what is missing, which is ours.
#[derive(Debug, Serialize, ToSchema)]
struct PortItem {
    #[serde(rename = "Id")]
    #[schema(example = "802dx00000IfgCTAAZ")]
    id: String,
    #[serde(rename = "CreatedDate")]
    #[schema(example = "2026-03-05T09:04:51.000+0000")]
    created_date: String,
    #[serde(rename = "Product2")]
    #[schema(example = "Product2")]
    product2: &'static str,
    #[serde(rename = "Product2.Name")]
    #[schema(example = "Port")]
    product2_name: String,
    #[serde(rename = "Port Speed")]
    #[schema(example = "10 Gbps")]
    port_speed: String,
    /// `Complete` when nothing is missing for the handoff, `Handed Off` after it, else
    /// `Incomplete`. Ours.
    #[serde(rename = "enrichmentStatus")]
    #[schema(example = "Incomplete")]
    enrichment_status: &'static str,
    /// What is missing, in plain words. Ours.
    missing: Vec<String>,
}

/// `10 Gbps` of `10G`.
fn speed(value: &str) -> String {
    match (value.strip_suffix('G'), value.strip_suffix('M')) {
        (Some(number), _) => format!("{number} Gbps"),
        (_, Some(number)) => format!("{number} Mbps"),
        _ => value.to_owned(),
    }
}

/// Enrichment status
///
/// Published. The port of the sub-order; where its product has none, its first component.
#[utoipa::path(get, path = "/order-enrichment/order-enrichment-status",
    operation_id = "order_enrichment_status", tag = "Enrichment",
    params(("subOrderId" = String, Query, description = "The sub-order's id")),
    responses((status = 200, description = "The status", body = PortItem)))]
async fn enrichment_status(asked: Asked) -> Answered {
    let id = asked_id(&asked, "subOrderId")?;
    let (app, caller, place) = (&asked.app, &asked.caller, &asked.place);
    let (order, sub): (_, SubOrder) = app.sub_order_get(caller, id).await.at(place)?;
    let site = app.site_get(caller, sub.quote, sub.site).await.at(place)?;
    let now = asked.now().await?;
    let missing = if sub.is_open() {
        app.handoff_missing(now, caller, &order, &sub).at(place)?
    } else {
        Vec::new()
    };
    let enrichment_status = match (sub.is_open(), missing.is_empty()) {
        (false, _) => "Handed Off",
        (true, true) => "Complete",
        (true, false) => "Incomplete",
    };
    let port = sub.items.iter().find(|item| item.item_type == "Port");
    let item = port.or_else(|| sub.items.iter().find(|item| item.component.is_some()));
    let configuration = site.configuration.as_ref();
    let port_speed = configuration.and_then(|c| c.value("Port Speed")).map(ToString::to_string);
    Ok(ok(&PortItem {
        id: item.map_or(sub.id, |item| item.id).to_string(),
        created_date: stamp(sub.created_at),
        product2: "Product2",
        product2_name: item.map(|item| item.item_type.clone()).unwrap_or_default(),
        port_speed: port_speed.as_deref().map(speed).unwrap_or_default(),
        enrichment_status,
        missing: missing.into_iter().map(|fault| fault.detail).collect(),
    }))
}
