//! One row of a file of enrichments: a kind is given where any of its cells is filled.

use super::Means;
use crate::known::{AddressIn, LONG, Reading, SHORT};
use crate::table::Row;
use domain::code::Because;
use domain::customer::Contact;
use domain::enrichment::{
    Billing, BillingAccountChoice, BillingCodes, EnrichDo, Installation, NamedRow, PortReservation,
    Shipping,
};
use domain::id::{Id, Kind};

/// As many characters, and members of a list, as the interface takes.
const NOTES: usize = 1_000;
const EMAIL: usize = 254;
const PHONE: usize = 40;
const PLACE: usize = 50;
const TSP: usize = 40;
const REFERENCES: usize = 200;

/// Where a person's columns are: first name, last name, email, telephone.
type Person = [Means; 4];

const CONTACT: Person = [Means::FirstName, Means::LastName, Means::Email, Means::Phone];
const INSTALLATION: [Means; 4] =
    [Means::RequestedStart, Means::RequestedDue, Means::PremiseNotes, Means::EarlyBilling];
const SHIP_CONTACT: Person =
    [Means::ShipFirstName, Means::ShipLastName, Means::ShipEmail, Means::ShipPhone];
const SHIP_TO: [Means; 5] =
    [Means::ShipStreet, Means::ShipUnit, Means::ShipCity, Means::ShipState, Means::ShipZip];
const PORT: [Means; 4] = [Means::Floor, Means::Room, Means::PortNotes, Means::TspCode];
const BILL_TO: [Means; 6] = [
    Means::BillingName,
    Means::BillingStreet,
    Means::BillingUnit,
    Means::BillingCity,
    Means::BillingState,
    Means::BillingZip,
];
const BILLING: [Means; 4] =
    [Means::BillingAccount, Means::Paperless, Means::ProcessIds, Means::InvoiceNumbers];

const fn address([street, unit, city, state, zip]: [Means; 5]) -> AddressIn<Means> {
    AddressIn { street, unit, city, state, zip }
}

const YES_NO: [(&str, bool); 9] = [
    ("yes", true),
    ("no", false),
    ("Y", true),
    ("N", false),
    ("true", true),
    ("false", false),
    ("X", true),
    ("1", true),
    ("0", false),
];

/// What a row says, as far as it can be read; none if it does not say of which sub-order.
pub(super) fn read(reading: &mut Reading<'_, Means>, row: &Row) -> Option<NamedRow> {
    let before = reading.faults.len();
    reading.unheaded(row);
    let remedy = "Copy the id from the order's list of sub-orders, or name the site.";
    let sub_order = reading.id(row, Means::SubOrder, Some(Kind::Order), remedy);
    let name = reading.text(row, Means::Site, LONG);
    if sub_order.is_none() && name.is_none() && reading.faults.len() == before {
        let detail = "the row says no sub-order";
        let expected = "the name of a site, or a sub-order's id";
        reading.fault((row, Means::Site), Because::Missing, detail, expected, "Fill the cell.");
    }
    let mut own = Vec::new();
    reading.visit(row, &mut own);
    own.extend(reading.port(row).map(EnrichDo::PortReservation));
    own.extend(reading.billing(row));
    if own.is_empty() && reading.faults.len() == before {
        let detail = "the row gives no enrichment";
        let expected = "cells of installation, shipping, port reservation or billing";
        let remedy = "Fill them, or leave the row out.";
        reading.fault((row, Means::Site), Because::Missing, detail, expected, remedy);
    }
    let sound = reading.faults.len() == before;
    let named = sub_order.is_some() || name.is_some();
    named.then_some(NamedRow { row: row.number, sub_order, name, own, sound })
}

impl Reading<'_, Means> {
    /// Installation and shipping. Equipment goes to the contact at the site unless the row names
    /// another; a contact that nothing else needs is the installation's.
    fn visit(&mut self, row: &Row, own: &mut Vec<EnrichDo>) {
        let by_itself = self.any(row, &SHIP_CONTACT);
        let ships = by_itself || self.any(row, &SHIP_TO) || self.any(row, &[Means::ShipNotes]);
        let shares = ships && !by_itself;
        let installs = self.any(row, &INSTALLATION) || (self.any(row, &CONTACT) && !shares);
        let contact = if installs || shares { self.contact(row, CONTACT) } else { None };
        if installs {
            own.extend(self.installation(row, contact.clone()).map(EnrichDo::Installation));
        }
        if ships {
            let contact = if by_itself { self.contact(row, SHIP_CONTACT) } else { contact };
            own.extend(self.shipping(row, contact).map(EnrichDo::Shipping));
        }
    }

    fn contact(
        &mut self,
        row: &Row,
        [first_name, last_name, email, phone]: Person,
    ) -> Option<Contact> {
        let first_name = self.needed(row, first_name, SHORT);
        let last_name = self.needed(row, last_name, SHORT);
        let email = self.email(row, email);
        let phone = self.text(row, phone, PHONE);
        Some(Contact {
            first_name: first_name?,
            last_name: last_name?,
            email: email?,
            phone,
            address: None,
        })
    }

    fn email(&mut self, row: &Row, means: Means) -> Option<String> {
        let text = self.needed(row, means, EMAIL)?;
        let sound = |(name, host): (&str, &str)| {
            !name.is_empty() && !host.is_empty() && !host.contains('@')
        };
        if text.split_once('@').is_some_and(sound) && !text.contains(char::is_whitespace) {
            return Some(text);
        }
        let detail = format!("{text} is no email address");
        let remedy = "Write one address.";
        self.fault((row, means), Because::BadFormat, detail, "name@host", remedy);
        None
    }

    fn yes(&mut self, row: &Row, means: Means) -> bool {
        self.word(row, means, &YES_NO).unwrap_or_default()
    }

    fn installation(&mut self, row: &Row, contact: Option<Contact>) -> Option<Installation> {
        let requested_start = self.needed_day(row, Means::RequestedStart);
        let requested_due = self.needed_day(row, Means::RequestedDue);
        let premise_notes = self.text(row, Means::PremiseNotes, NOTES);
        let start_billing_before_due = self.yes(row, Means::EarlyBilling);
        Some(Installation {
            contacts: vec![contact?],
            requested_start: requested_start?,
            requested_due: requested_due?,
            premise_notes,
            start_billing_before_due,
        })
    }

    fn shipping(&mut self, row: &Row, contact: Option<Contact>) -> Option<Shipping> {
        let elsewhere = self.any(row, &SHIP_TO);
        let to = if elsewhere { self.address(row, &address(SHIP_TO)) } else { None };
        let notes = self.text(row, Means::ShipNotes, NOTES);
        let known = !elsewhere || to.is_some();
        Some(Shipping { contacts: vec![contact?], address: to, notes }).filter(|_| known)
    }

    fn port(&mut self, row: &Row) -> Option<PortReservation> {
        if !self.any(row, &PORT) {
            return None;
        }
        let floor = self.needed(row, Means::Floor, PLACE);
        let room = self.needed(row, Means::Room, PLACE);
        let notes = self.text(row, Means::PortNotes, NOTES);
        let tsp_code = self.text(row, Means::TspCode, TSP);
        Some(PortReservation { floor: floor?, room: room?, notes, tsp_code })
    }

    fn billing(&mut self, row: &Row) -> Option<EnrichDo> {
        if !self.any(row, &BILLING) && !self.any(row, &BILL_TO) {
            return None;
        }
        let account = self.account(row);
        let paperless = self.yes(row, Means::Paperless);
        let process_ids = self.references(row, Means::ProcessIds);
        let invoice_numbers = self.references(row, Means::InvoiceNumbers);
        let billing = Billing {
            codes: BillingCodes::default(),
            // The rule fills it in, from the account that is named or made.
            billing_account: Id::new(Kind::Account, 0, 0),
            paperless,
            process_ids,
            quote_ids: Vec::new(),
            ordered_items: Vec::new(),
            sub_orders: Vec::new(),
            invoice_numbers,
        };
        Some(EnrichDo::Billing { account: account?, billing: Box::new(billing) })
    }

    fn account(&mut self, row: &Row) -> Option<BillingAccountChoice> {
        let (named, described) = (self.any(row, &[Means::BillingAccount]), self.any(row, &BILL_TO));
        let at = (row, Means::BillingAccount);
        let expected = "either a Billing Account, or a Billing Name with its address";
        match (named, described) {
            (true, true) => {
                let detail = "an account is named and another is described";
                self.fault(at, Because::Conflicting, detail, expected, "Leave one out.");
                None
            }
            (false, false) => {
                let detail = "no billing account is named or described";
                self.fault(at, Because::Missing, detail, expected, "Write one of them.");
                None
            }
            (true, false) => {
                let remedy = "Copy the id from the list of billing accounts.";
                let id = self.id(row, Means::BillingAccount, Some(Kind::Account), remedy);
                id.map(BillingAccountChoice::Existing)
            }
            (false, true) => {
                let [name, rest @ ..] = BILL_TO;
                let name = self.needed(row, name, LONG);
                let address = self.address(row, &address(rest));
                let (name, address) = (name?, address?);
                Some(BillingAccountChoice::New { name, address, contacts: Vec::new() })
            }
        }
    }

    /// `PR-1; PR-2`.
    fn references(&mut self, row: &Row, means: Means) -> Vec<String> {
        let text = self.text(row, means, crate::MOST_IN_A_CELL).unwrap_or_default();
        let parts = text.split([';', '|']).map(str::trim).filter(|part| !part.is_empty());
        let all: Vec<String> = parts.map(str::to_owned).collect();
        if all.len() > REFERENCES || all.iter().any(|part| part.chars().count() > SHORT) {
            let detail = "the list, or one of its members, is too long".to_owned();
            let expected = format!("at most {REFERENCES} of at most {SHORT} characters");
            self.fault((row, means), Because::TooLong, detail, &expected, "Shorten it.");
            return Vec::new();
        }
        all
    }
}
