//! The wire forms of the four enrichments that a sub-order has of its own.

use crate::v1::shape::{AddressBody, ContactBody, Faults, contacts};
use app::enrichment::{BillingAccountChoice, EnrichDo};
use domain::code::Because;
use domain::enrichment::{Billing, BillingCodes, Installation, PortReservation, Shipping};
use domain::id::{Id, Kind};
use domain::refusal::Fault;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where and when to install.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = InstallationEnrichment)]
pub(super) struct InstallationBody {
    /// The first is asked first.
    #[schema(min_items = 1, max_items = 20)]
    contacts: Vec<ContactBody>,
    /// Today or later.
    #[schema(max_length = 10, format = Date, example = "2026-03-02")]
    requested_start: String,
    /// Not before `requested_start`.
    #[schema(max_length = 10, format = Date, example = "2026-04-15")]
    requested_due: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 1000, example = "The telecom closet is on the second floor.")]
    premise_notes: Option<String>,
    /// Whether billing may start before the requested due date.
    #[serde(default)]
    #[schema(default = false)]
    start_billing_before_due: bool,
}

impl InstallationBody {
    pub(super) fn read(self, faults: &mut Faults) -> Option<Installation> {
        let start = faults.date("/requested_start", &self.requested_start);
        let due = faults.date("/requested_due", &self.requested_due);
        Some(Installation {
            contacts: contacts(self.contacts),
            requested_start: start?,
            requested_due: due?,
            premise_notes: self.premise_notes,
            start_billing_before_due: self.start_billing_before_due,
        })
    }
}

impl From<&Installation> for InstallationBody {
    fn from(i: &Installation) -> Self {
        Self {
            contacts: i.contacts.iter().map(Into::into).collect(),
            requested_start: i.requested_start.to_string(),
            requested_due: i.requested_due.to_string(),
            premise_notes: i.premise_notes.clone(),
            start_billing_before_due: i.start_billing_before_due,
        }
    }
}

/// Where to send equipment.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ShippingEnrichment)]
pub(super) struct ShippingBody {
    #[schema(min_items = 1, max_items = 20)]
    contacts: Vec<ContactBody>,
    /// The site's own address unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    address: Option<AddressBody>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 1000, example = "Deliver to the loading dock.")]
    notes: Option<String>,
}

impl From<ShippingBody> for Shipping {
    fn from(body: ShippingBody) -> Self {
        Self {
            contacts: contacts(body.contacts),
            address: body.address.map(Into::into),
            notes: body.notes,
        }
    }
}

impl From<&Shipping> for ShippingBody {
    fn from(s: &Shipping) -> Self {
        Self {
            contacts: s.contacts.iter().map(Into::into).collect(),
            address: s.address.as_ref().map(Into::into),
            notes: s.notes.clone(),
        }
    }
}

/// Where the port ends.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PortReservationEnrichment)]
pub(super) struct PortReservationBody {
    /// Of the demarcation.
    #[schema(min_length = 1, max_length = 50, example = "2")]
    floor: String,
    #[schema(min_length = 1, max_length = 50, example = "204")]
    room: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 1000, example = "Behind the reception desk.")]
    notes: Option<String>,
    /// Telecommunications Service Priority authorization code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 40, example = "TSP12C456-44")]
    tsp_code: Option<String>,
}

impl From<PortReservationBody> for PortReservation {
    fn from(body: PortReservationBody) -> Self {
        let PortReservationBody { floor, room, notes, tsp_code } = body;
        Self { floor, room, notes, tsp_code }
    }
}

impl From<&PortReservation> for PortReservationBody {
    fn from(port: &PortReservation) -> Self {
        let PortReservation { floor, room, notes, tsp_code } = port.clone();
        Self { floor, room, notes, tsp_code }
    }
}

/// A reference in the partner's or the carrier's books.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(min_length = 1, max_length = 100, example = "4711")]
pub(super) struct Reference(String);

/// A billing account that is made with the enrichment.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewBillingAccount {
    #[schema(min_length = 1, max_length = 200, example = "Lone Star Dental, accounts payable")]
    name: String,
    address: AddressBody,
    #[serde(default)]
    #[schema(max_items = 20)]
    contacts: Vec<ContactBody>,
}

/// How the product is billed. Exactly one of `billing_account_id` and `new_account` is given.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewBillingEnrichment)]
pub(super) struct BillingForm {
    #[serde(default)]
    #[schema(min_length = 15, max_length = 18, example = "0013g00000cUIRtAAO")]
    billing_account_id: Option<String>,
    #[serde(default)]
    new_account: Option<NewBillingAccount>,
    #[serde(default)]
    #[schema(default = false)]
    paperless: bool,
    #[serde(default)]
    #[schema(max_items = 200)]
    process_ids: Vec<Reference>,
    /// Quotes that are billed together.
    #[serde(default)]
    #[schema(max_items = 200)]
    quote_ids: Vec<String>,
    /// Items of orders that are billed together, by id.
    #[serde(default)]
    #[schema(max_items = 200)]
    ordered_items: Vec<String>,
    /// Sub-orders that are billed together, by id.
    #[serde(default)]
    #[schema(max_items = 200)]
    sub_orders: Vec<String>,
    #[serde(default)]
    #[schema(max_items = 200)]
    invoice_numbers: Vec<Reference>,
    /// The number of the contract in the carrier's books.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 40, example = "MSPS00049851SF")]
    contract_id: Option<String>,
    /// Service order code.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 40, example = "F3")]
    soc: Option<String>,
    #[serde(default)]
    #[schema(min_length = 1, max_length = 40, example = "001")]
    bill_group: Option<String>,
    /// Master customer number.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 40, example = "TW8157")]
    mcn: Option<String>,
    /// The sub-account in the carrier's books; orders are found by it.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 40, example = "X014TZQM")]
    sub_account_id: Option<String>,
}

impl BillingForm {
    pub(super) fn read(self, faults: &mut Faults) -> Option<EnrichDo> {
        let account = choice(self.billing_account_id, self.new_account, faults);
        let quote_ids = faults.ids("/quote_ids", &self.quote_ids);
        let ordered_items = faults.ids("/ordered_items", &self.ordered_items);
        let sub_orders = faults.ids("/sub_orders", &self.sub_orders);
        let billing = Billing {
            // The rule fills it in, from the account that is chosen or made.
            billing_account: Id::new(Kind::Account, 0, 0),
            paperless: self.paperless,
            process_ids: texts(self.process_ids),
            quote_ids,
            ordered_items,
            sub_orders,
            invoice_numbers: texts(self.invoice_numbers),
            codes: BillingCodes {
                contract: self.contract_id,
                soc: self.soc,
                bill_group: self.bill_group,
                mcn: self.mcn,
                sub_account: self.sub_account_id,
            },
        };
        Some(EnrichDo::Billing { account: account?, billing: Box::new(billing) })
    }
}

fn texts(references: Vec<Reference>) -> Vec<String> {
    references.into_iter().map(|r| r.0).collect()
}

fn choice(
    existing: Option<String>,
    new: Option<NewBillingAccount>,
    faults: &mut Faults,
) -> Option<BillingAccountChoice> {
    match (existing, new) {
        (Some(id), None) => {
            faults.id("/billing_account_id", &id).map(BillingAccountChoice::Existing)
        }
        (None, Some(new)) => Some(BillingAccountChoice::New {
            name: new.name,
            address: new.address.into(),
            contacts: contacts(new.contacts),
        }),
        (Some(_), Some(_)) => {
            let detail = "an account is named and another is described";
            let fault = Fault::new("/new_account", Because::Conflicting, detail);
            faults.push(fault.expected("either billing_account_id or new_account"));
            None
        }
        (None, None) => {
            let detail = "no billing account is named or described";
            let fault = Fault::new("/billing_account_id", Because::Missing, detail);
            faults.push(fault.expected("either billing_account_id or new_account"));
            None
        }
    }
}

/// How the product is billed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BillingEnrichment)]
pub(super) struct BillingBody {
    billing_account_id: String,
    paperless: bool,
    process_ids: Vec<String>,
    quote_ids: Vec<String>,
    ordered_items: Vec<String>,
    sub_orders: Vec<String>,
    invoice_numbers: Vec<String>,
    /// The number of the contract in the carrier's books.
    contract_id: Option<String>,
    /// Service order code.
    soc: Option<String>,
    bill_group: Option<String>,
    /// Master customer number.
    mcn: Option<String>,
    /// The sub-account in the carrier's books.
    sub_account_id: Option<String>,
}

impl From<&Billing> for BillingBody {
    fn from(b: &Billing) -> Self {
        let ids = |ids: &[Id]| ids.iter().map(Id::to_string).collect();
        Self {
            billing_account_id: b.billing_account.to_string(),
            paperless: b.paperless,
            process_ids: b.process_ids.clone(),
            quote_ids: ids(&b.quote_ids),
            ordered_items: ids(&b.ordered_items),
            sub_orders: ids(&b.sub_orders),
            invoice_numbers: b.invoice_numbers.clone(),
            contract_id: b.codes.contract.clone(),
            soc: b.codes.soc.clone(),
            bill_group: b.codes.bill_group.clone(),
            mcn: b.codes.mcn.clone(),
            sub_account_id: b.codes.sub_account.clone(),
        }
    }
}
