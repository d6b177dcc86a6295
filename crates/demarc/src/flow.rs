//! The bodies that a partner sends on the way from lookup to handoff. Sample data only: every
//! business and person here is made up.

use app::{Clock as _, SystemClock};
use domain::time::plus_working_days;
use serde_json::{Value, json};

/// The offering that `demo` and `bench` sell.
pub(crate) const OFFERING: &str = "OFF_ADI_MID_MARKET";

/// A made-up person.
pub(crate) fn contact(first: &str, last: &str) -> Value {
    let email = format!("{}.{}@example.com", first.to_lowercase(), last.to_lowercase());
    json!({ "first_name": first, "last_name": last, "email": email, "phone": "214-555-0142" })
}

/// The head office of the made-up customers.
pub(crate) fn address() -> Value {
    json!({ "street": "1500 Marilla St", "city": "Dallas", "state": "TX", "zip": "75201" })
}

/// An end customer, as operations load it.
pub(crate) fn customer(name: &str, alliance_status: &str) -> Value {
    json!({
        "name": name, "address": address(), "contacts": [contact("Sample", "Signer")],
        "alliance_status": alliance_status, "account_status": "active",
    })
}

/// Choices of the offering for one site.
pub(crate) fn features(port_speed: &str, access_speed: &str, term: &str) -> Value {
    let choice = |name: &str, value: &str| json!({ "name": name, "value": value });
    json!([
        choice("Port Speed", port_speed),
        choice("Access Speed", access_speed),
        choice("Term", term),
        choice("Management Option", "AT&T Managed"),
        choice("AT&T Default Router", "Yes"),
        choice("Billing Option", "Flat Rate"),
    ])
}

/// A credit application of a sound business.
pub(crate) fn credit_check(customer: &str) -> Value {
    json!({ "application": {
        "business_name": customer, "business_type": "corporation", "legal_address": address(),
        "primary_first_name": "Sample", "primary_last_name": "Signer",
        "email": "dana.whitfield@example.com", "years_in_business": 14, "past_due": "0.00",
    }})
}

fn signer() -> Value {
    json!({ "name": "Sample Signer", "title": "Chief Information Officer",
        "email": "dana.whitfield@example.com" })
}

/// Asks for the contract of a quote.
pub(crate) fn contract(customer: &str) -> Value {
    json!({
        "signer": signer(),
        "customer": { "company_name": customer, "address": address() },
    })
}

/// Signs the document with this SHA-256.
pub(crate) fn signature(document_sha256: &str) -> Value {
    json!({ "signer": signer(), "document_sha256": document_sha256 })
}

/// Orders a quote whose contract is signed.
pub(crate) fn order(quote_id: &str) -> Value {
    json!({
        "quote_id": quote_id, "accept_terms": true, "purchase_order": "PO-4711",
        "primary_contact": contact("Robin", "Castellan"),
        "alternate_contact": contact("Jules", "Okafor"),
    })
}

/// Where and when to install: begin in five working days, due in sixty.
pub(crate) fn installation() -> Value {
    let today = SystemClock.now().date();
    json!({
        "contacts": [contact("Morgan", "Reyes")],
        "requested_start": plus_working_days(today, 5).to_string(),
        "requested_due": plus_working_days(today, 60).to_string(),
        "premise_notes": "Loading dock at the rear; badge at the front desk.",
    })
}

/// Where to send the equipment.
pub(crate) fn shipping() -> Value {
    json!({ "contacts": [contact("Morgan", "Reyes")], "notes": "Deliver before noon." })
}

/// Where the port ends, with a priority code of the published form.
pub(crate) fn port_reservation(floor: usize) -> Value {
    json!({ "floor": floor.to_string(), "room": "MDF", "tsp_code": "TSP645321-44" })
}

/// Whose account is billed: a new one, or one that exists.
pub(crate) fn billing(account: Option<&str>, customer: &str) -> Value {
    match account {
        Some(id) => json!({ "billing_account_id": id, "paperless": true }),
        None => json!({
            "new_account": { "name": format!("{customer} accounts payable"),
                "address": address(), "contacts": [contact("Avery", "Lindqvist")] },
            "paperless": true,
        }),
    }
}
