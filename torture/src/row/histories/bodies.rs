//! The bodies that clients send.

use fastrand::Rng;
use serde_json::{Value, json};

/// Sites' addresses: some as they should be, some mistyped, one nowhere.
const PLACES: [(&str, &str, &str, &str); 6] = [
    ("208 S Akard St", "Dallas", "TX", "75202"),
    ("233 S Wacker Dr", "Chicago", "IL", "60606"),
    ("1 Dell Way", "Round Rock", "TX", "78628"),
    ("350 5th Ave", "New York", "NY", "10118"),
    ("1500 Marilla St", "Dallas", "TX", "75201"),
    ("1 Nowhere", "Nowhere", "TX", "00000"),
];

pub(super) fn address(place: usize) -> Value {
    let (street, city, state, zip) = PLACES[place % PLACES.len()];
    json!({ "street": street, "city": city, "state": state, "zip": zip })
}

pub(super) fn contact() -> Value {
    json!({ "first_name": "Robin", "last_name": "Castellan",
        "email": "robin.castellan@example.com", "phone": "214-555-0142" })
}

pub(super) fn signer() -> Value {
    json!({ "name": "Sample Signer", "title": "Owner", "email": "sample.signer@example.com" })
}

pub(super) fn reason() -> Value {
    json!({ "reason": "The customer wants something else." })
}

/// Some sites; the place that is nowhere is rare.
pub(super) fn sites(dice: &mut Rng) -> Value {
    let count = 1 + dice.usize(0..3);
    let site = |number| {
        let place = if dice.u8(0..16) == 0 { 5 } else { dice.usize(0..5) };
        json!({ "name": format!("Site {number}"), "address": address(place) })
    };
    json!({ "sites": (0..count).map(site).collect::<Vec<_>>() })
}

/// A file of sites; a row that is wrong is rare, and then none is taken.
pub(super) fn rows(dice: &mut Rng) -> Value {
    let row = |number| {
        let address = address(dice.usize(0..5));
        let state = if dice.u8(0..16) == 0 { json!("Nowhere") } else { address["state"].clone() };
        json!({ "Site": format!("Row {number}"), "Street": address["street"],
            "City": address["city"], "State": state, "ZIP": address["zip"] })
    };
    (0..3).map(row).collect()
}

pub(super) fn configuration(programme: &str, dice: &mut Rng) -> Value {
    let choice = |name: &str, value: &str| json!({ "name": name, "value": value });
    if programme == "aiab" {
        let plan = dice.choice(["Standard", "Advanced", "Premium"]).unwrap_or("Standard");
        return json!({ "offering": "OFF_AIAB", "features": [choice("Plan", plan)] });
    }
    let term = dice.choice(["12", "24", "36"]).unwrap_or("36");
    let features = [choice("Port Speed", "1G"), choice("ATT_ACC_SPD", "1G"), choice("Term", term)];
    json!({ "offering": "OFF_ADI_MID_MARKET", "features": features })
}

/// A price: with discounts within and beyond a partner's authority, and with promotions.
/// What operations offer to those who ask for 14.
const COUNTERED: &str = "12.5";

pub(super) fn counter() -> Value {
    json!({ "discount_percent": COUNTERED, "reason": "Not for so few sites." })
}

/// A price, as it would be without some site or with another configuration.
pub(super) fn preview(programme: &str, site: &str, dice: &mut Rng) -> Value {
    let mut body = price(programme, dice);
    body["edits"] = match dice.u8(0..4) {
        0 => json!({ "remove": [site] }),
        1 => json!({ "add": [{ "name": "Annex", "address": address(dice.usize(0..5)),
            "configuration": configuration(programme, dice) }] }),
        2 => json!({ "configure": [configuration(programme, dice)] }),
        _ => json!({}),
    };
    body
}

pub(super) fn price(programme: &str, dice: &mut Rng) -> Value {
    let mut body = json!({});
    match dice.u8(0..8) {
        0 | 1 => body["discount_percent"] = json!("5"),
        2 => body["discount_percent"] = json!("14"),
        3 => body["discount_percent"] = json!("99"),
        4 => body["discount_percent"] = json!(COUNTERED),
        _ => {}
    }
    if dice.u8(0..16) == 0 {
        body["level"] = json!("budgetary");
    }
    if dice.u8(0..4) == 0 {
        let code = match programme {
            "aiab" => "AIAB-START",
            _ => dice.choice(["ADI-WELCOME", "ADI-PORT10", "ADI-ALL7"]).unwrap_or("ADI-ALL7"),
        };
        body["promotions"] = json!([code]);
    }
    body
}

pub(super) fn credit(programme: &str, dice: &mut Rng) -> Value {
    let mut application = json!({ "business_name": "Lone Star Dental Group",
        "business_type": "llc", "legal_address": address(0), "primary_first_name": "Sample",
        "primary_last_name": "Signer", "email": "sample.signer@example.com",
        "years_in_business": 12 });
    match dice.u8(0..12) {
        0 => application["past_due"] = json!("900.00"),
        1 => application["years_in_business"] = json!(1),
        2 => application["business_type"] = json!("sole_proprietor"),
        _ => {}
    }
    if dice.bool() {
        application["tax_id"] = json!(format!("12-345{:04}", dice.u32(0..10_000)));
    }
    let mut body = json!({ "application": application });
    if programme == "aiab" {
        let amounts = ["500.00", "5000.00", "30000.00", "900000.00"];
        let amount = dice.choice(amounts).unwrap_or("5000.00");
        body["requested_amount"] = json!(amount);
    }
    body
}

/// More than one person may approve alone.
pub(super) fn large_approval() -> Value {
    json!({ "reason": "Statements seen.", "limit": "2000000.00" })
}

pub(super) fn contract() -> Value {
    json!({ "signer": signer(), "customer": { "company_name": "Lone Star Dental Group",
        "address": address(0) } })
}

pub(super) fn order(quote: &str) -> Value {
    json!({ "quote_id": quote, "accept_terms": true, "primary_contact": contact() })
}

/// The enrichments, with the members that each has.
pub(super) fn enrichment(kind: &str, dice: &mut Rng) -> Value {
    match kind {
        "installation" => json!({ "contacts": [contact()], "requested_start": "2027-12-07",
            "requested_due": "2028-03-31", "premise_notes": "Ring at the loading dock" }),
        "shipping" => json!({ "contacts": [contact()], "notes": "Attention: IT" }),
        "port-reservation" => {
            json!({ "floor": "2", "room": dice.u8(..).to_string(), "tsp_code": "TSP645321-44" })
        }
        _ => json!({ "new_account": { "name": "Branches", "address": address(0),
            "contacts": [contact()] }, "paperless": true }),
    }
}

/// Every enrichment for all sub-orders that are open, or for these; one of them perhaps as it was
/// when it was made, and with a port of its own.
pub(super) fn enrichments(ids: &[&str], dice: &mut Rng) -> Value {
    let mut body = json!({ "defaults": {
        "installation": enrichment("installation", dice),
        "shipping": enrichment("shipping", dice),
        "port_reservation": enrichment("port-reservation", dice),
        "billing": enrichment("billing", dice),
    } });
    if dice.bool() {
        let mut rows: Vec<Value> = ids.iter().map(|id| json!({ "id": id })).collect();
        if let Some(row) = rows.first_mut() {
            row["port_reservation"] = enrichment("port-reservation", dice);
            if dice.u8(0..4) == 0 {
                row["version"] = json!(1);
            }
        }
        body["sub_orders"] = json!(rows);
    }
    body
}

/// A file of enrichments for these sub-orders; perhaps one twice, or with a row that names none.
pub(super) fn enrichment_rows(ids: &[&str], dice: &mut Rng) -> Value {
    let rooms = dice.u8(..).to_string();
    let row = |id: &str| {
        json!({ "Sub-Order": id, "Floor": "2", "Room": rooms, "TSP Code": "TSP645321-44",
            "Bill To Name": "Branches", "Bill To Street": "208 S Akard St",
            "Bill To City": "Dallas", "Bill To State": "TX", "Bill To ZIP": "75202" })
    };
    let mut rows: Vec<Value> = ids.iter().map(|id| row(id)).collect();
    match dice.u8(0..4) {
        0 => rows.extend(ids.first().map(|id| row(id))),
        1 => rows.push(row("8013g00000cUIRtAAO")),
        _ => {}
    }
    rows.into()
}

/// A file of end customers, of which some are known from before.
pub(super) fn accounts(dice: &mut Rng) -> Value {
    let row = |_| {
        let (number, name) = (dice.u8(0..6), ["Clinics", "Bakery", "Lights"][dice.usize(0..3)]);
        json!({ "ACID": format!("A{number}"), "Name": format!("Prairie {name} {number}"),
            "Street": "233 S Wacker Dr", "City": "Chicago", "State": "IL", "ZIP": "60606" })
    };
    let mut rows: Vec<Value> = (0..3).map(row).collect();
    // Of one number a row.
    rows.sort_by_key(|row| row["ACID"].to_string());
    rows.dedup_by_key(|row| row["ACID"].clone());
    rows.into()
}
