//! The street line and the unit in the standard form of USPS Publication 28, if there is a
//! premises at all. Knows nothing of which cities there are.

use doorplate::{Fields, ParsedAddress, Parser, Warning};

use super::last_line::LastLine;
use super::zip_table::five;

/// The standard form of a standard form is itself; a street that never settles has none.
const MOST_READINGS: usize = 4;

/// Where in its city the premises is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Delivery {
    /// Upper case, abbreviated, without the unit.
    pub(super) street: String,
    pub(super) unit: Option<String>,
    /// What was changed beyond spelling, and why: it needs the customer's consent.
    pub(super) changed: Vec<String>,
}

/// The lines above the last, as given.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lines<'a> {
    pub(super) street: &'a str,
    pub(super) unit: &'a str,
}

/// Reads the lines in the light of the city they are in.
///
/// # Errors
/// In plain words, why this is no premises: a post office box, a corner, no house number …
pub(super) fn read(given: Lines<'_>, last: LastLine) -> Result<Delivery, String> {
    let mut changed = Vec::new();
    let mut form = standard(&parse(given, last)?, &mut changed)?;
    for _ in 0..MOST_READINGS {
        let (street, unit) = &form;
        let lines = Lines { street, unit: unit.as_deref().unwrap_or_default() };
        let again = standard(&parse(lines, last)?, &mut changed)?;
        if again == form {
            let (street, unit) = form;
            return Ok(Delivery { street, unit, changed });
        }
        form = again;
    }
    Err("the street line has no standard form".into())
}

fn parse(lines: Lines<'_>, last: LastLine) -> Result<ParsedAddress, String> {
    let fields = Fields {
        line1: Some(lines.street.to_owned()),
        line2: (!lines.unit.is_empty()).then(|| lines.unit.to_owned()),
        // Without these, a unit such as `FL 34` would be read as Florida.
        city: Some(last.city.name.to_owned()),
        state: Some(last.city.state.to_owned()),
        zip: Some(five(last.zip)),
    };
    Parser::new().parse_fields(&fields).map_err(|_| "the street is empty".to_owned())
}

/// Street and unit, or why there is no premises. The first reason in this order is given.
/// Adds to `changed` what was left out.
fn standard(
    parsed: &ParsedAddress,
    changed: &mut Vec<String>,
) -> Result<(String, Option<String>), String> {
    let has = |warning| parsed.diagnostics.has(&warning);
    if parsed.po_box.is_some() {
        return Err("a post office box is no premises; a circuit ends in a building".into());
    }
    if parsed.military.is_some() || parsed.military_post_office.is_some() {
        return Err("a military mail address is no premises; give the street address".into());
    }
    if parsed.rural_route.is_some() || parsed.general_delivery {
        return Err("a mail route is no premises; give the street address".into());
    }
    if has(Warning::Placeholder) {
        return Err("the street is a placeholder".into());
    }
    if has(Warning::IntersectionDetected) {
        return Err("a corner is no premises; give one street and its house number".into());
    }
    if has(Warning::NonUsAddress) {
        return Err("the street line names another country".into());
    }
    let number = parsed.street_number.as_deref().unwrap_or_default();
    if !number.bytes().any(|b| b.is_ascii_digit()) || has(Warning::ZeroStreetNumber) {
        return Err("the street has no house number".into());
    }
    if parsed.street_name.is_none() && parsed.highway.is_none() {
        return Err("the street has no name".into());
    }
    if let Some(rest) = parsed.diagnostics.unparsed.as_deref().filter(|r| !r.trim().is_empty()) {
        return Err(format!("\"{rest}\" in the street line is not understood"));
    }
    if has(Warning::MissingUnitNumber) {
        return Err("the unit has no number".into());
    }
    for (part, what) in [(&parsed.attention, "attention line"), (&parsed.building, "building")] {
        if let Some(text) = part {
            changed.push(format!("the {what} {text} is no part of the street address"));
        }
    }
    // A limit of none puts the unit on a line of its own.
    let usps = parsed.to_usps_wrapped(0);
    let street = usps.line1.ok_or("the street is empty")?;
    Ok((street, usps.line2))
}
