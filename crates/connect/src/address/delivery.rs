//! The street line and the unit in the standard form of USPS Publication 28, if there is a
//! premises at all. Knows nothing of which cities there are.

use domain::address::standard_of_many;
use doorplate::{Fields, ParsedAddress, Parser, Warning};

use super::last_line::LastLine;
use super::zip_table::five;

/// More units than the parser reads.
const MANY_UNITS: usize = 3;
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
    // The parser reads two units; a building, its floor and a room are three.
    let Some(unit) = standard_of_many(given.unit, MANY_UNITS) else {
        return settle(given, last);
    };
    let alone = settle(Lines { street: given.street, unit: "" }, last)?;
    match alone.unit {
        None => Ok(Delivery { unit: Some(unit), ..alone }),
        Some(_) => Err("the street line has a unit, and there is a unit line too".into()),
    }
}

/// Reads until nothing changes any more.
fn settle(given: Lines<'_>, last: LastLine) -> Result<Delivery, String> {
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

/// Why mail gets there and a circuit does not, with the standard form of what was given.
fn mail_only(parsed: &ParsedAddress) -> Option<String> {
    let (what, hint) = if parsed.po_box.is_some() {
        ("a post office box", "a circuit ends in a building")
    } else if parsed.military.is_some() || parsed.military_post_office.is_some() {
        ("a military mail address", "give the street address")
    } else if parsed.rural_route.is_some() {
        ("a mail route", "give the street address")
    } else if parsed.general_delivery {
        ("general delivery", "give the street address")
    } else {
        return None;
    };
    // Where a street stands beside it, the first line is that street's.
    let alone = parsed.street_number.is_none() && parsed.street_name.is_none();
    let alone = alone && !parsed.general_delivery;
    let form = alone.then(|| parsed.to_usps_wrapped(0).line1).flatten();
    let form = form.map(|form| format!(" ({form})")).unwrap_or_default();
    Some(format!("{what}{form} is no premises; {hint}"))
}

/// Street and unit, or why there is no premises. The first reason in this order is given.
/// Adds to `changed` what was left out.
fn standard(
    parsed: &ParsedAddress,
    changed: &mut Vec<String>,
) -> Result<(String, Option<String>), String> {
    let has = |warning| parsed.diagnostics.has(&warning);
    if let Some(why) = mail_only(parsed) {
        return Err(why);
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
