//! Address validation that needs no network: Publication 28 form over an open ZIP code table.
//! It knows cities and ZIP codes, not which house numbers a street has.

use async_trait::async_trait;
use domain::address::{Address, Avps, Correction};
use doorplate::{Lexicons, StateKind};

use super::AddressCheck;
use super::delivery::{self, Delivery, Lines};
use super::last_line::{self, Finding, LastLine, ZipGiven};
use super::zip_table::{City, ZipTable, five};
use crate::ConnectorError;

/// No real field is as long; reading is bounded by it. In characters.
const LONGEST_FIELD: usize = 200;

/// A last line that is surely right.
const SOMEWHERE: LastLine =
    LastLine { city: City { state: "DC", name: "WASHINGTON" }, zip: 20_001 };

/// The built-in address service. Cheap to make and to share; the table behind it is read-only.
#[derive(Debug, Clone, Copy)]
pub struct BuiltinAddressCheck;

impl BuiltinAddressCheck {
    /// Builds the ZIP code table on first use, so that no request waits for it.
    pub fn new() -> Self {
        ZipTable::shared();
        Self
    }

    /// The answer itself, for those who need no connector. It cannot fail.
    pub fn check(&self, given: &Address) -> Avps {
        answer(given).unwrap_or_else(|why| Avps::NoMatch { why })
    }
}

impl Default for BuiltinAddressCheck {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl AddressCheck for BuiltinAddressCheck {
    async fn validate(&self, given: &Address) -> Result<Avps, ConnectorError> {
        Ok(self.check(given))
    }

    fn known(&self, given: &Address) -> Option<Avps> {
        Some(self.check(given))
    }
}

/// Two questions: do city, state and ZIP code agree, and is there a premises? `Err` says why the
/// answer is no match.
fn answer(given: &Address) -> Result<Avps, String> {
    let state = acceptable(given)?;
    let zip = ZipGiven::read(&given.zip);
    Ok(match last_line::weigh(&given.city, state, &zip) {
        Finding::Agrees(last) if matches!(zip, ZipGiven::Cut { .. }) => {
            single(given, &zip, last, "the four digits after the ZIP code are not complete")?
        }
        Finding::Agrees(last) => single(given, &zip, last, "")?,
        Finding::One(last, why) => single(given, &zip, last, &why)?,
        Finding::Several(all, why) => {
            let mut alternates = Vec::with_capacity(all.len());
            let mut told = vec![why];
            for last in all {
                let (address, changed) = compose(given, &zip, last)?;
                alternates.push(address);
                told.extend(changed);
            }
            told.dedup();
            Avps::Ambiguous { alternates, why: told.join("; ") }
        }
        Finding::Nothing(why) => {
            // Read the street all the same, in some city: all faults are told at once.
            let street = delivery::read(lines(given), SOMEWHERE).err();
            Avps::NoMatch { why: street.into_iter().chain([why]).collect::<Vec<_>>().join("; ") }
        }
    })
}

/// What can be refused without the table, all at once. Yields the state's code, if it is known.
fn acceptable(given: &Address) -> Result<Option<&'static str>, String> {
    let unit = given.unit.as_deref().unwrap_or_default();
    let fields = [
        ("street", given.street.as_str()),
        ("unit", unit),
        ("city", &given.city),
        ("state", &given.state),
        ("zip", &given.zip),
        ("country", &given.country),
    ];
    let long = |text: &str| text.chars().nth(LONGEST_FIELD).is_some();
    let mut faults: Vec<String> = fields
        .into_iter()
        .filter(|(_, text)| long(text))
        .map(|(name, _)| format!("the {name} is longer than {LONGEST_FIELD} characters"))
        .collect();
    if !given.country.trim().eq_ignore_ascii_case("US") {
        faults.push("only addresses in the United States are served".into());
    }
    if given.street.trim().is_empty() {
        faults.push("the street is empty".into());
    }
    let state = Lexicons::builtin().state(given.state.trim()).map(|found| found.value);
    if state.is_some_and(|s| s.kind() == StateKind::Military) {
        faults.push("a military mail address is no premises; give the street address".into());
    }
    if faults.is_empty() { Ok(state.map(|s| s.code())) } else { Err(faults.join("; ")) }
}

/// A match, or a close match if anything but spelling changed.
fn single(given: &Address, zip: &ZipGiven, last: LastLine, why: &str) -> Result<Avps, String> {
    let (address, changed) = compose(given, zip, last)?;
    let mut corrections = Vec::new();
    if !changed.is_empty() {
        corrections.push(correction("street", &given.street, &address.street, &changed.join("; ")));
    }
    if !why.is_empty() {
        let named = ZipTable::find(last.city.state, &given.city);
        if !named.is_some_and(|n| n.exact && n.city == last.city) {
            corrections.push(correction("city", &given.city, &address.city, why));
        }
        let state = Lexicons::builtin().state(given.state.trim());
        if state.is_none_or(|s| s.value.code() != last.city.state) {
            corrections.push(correction("state", &given.state, &address.state, why));
        }
        if !matches!(zip, ZipGiven::Formed { five, .. } if *five == last.zip) {
            corrections.push(correction("zip", &given.zip, &address.zip, why));
        }
    }
    Ok(if corrections.is_empty() {
        Avps::Match { address }
    } else {
        Avps::CloseMatch { address, corrections }
    })
}

fn correction(field: &str, from: &str, to: &str, why: &str) -> Correction {
    Correction { field: field.into(), from: from.into(), to: to.into(), why: why.into() }
}

/// The standard form with this last line, and what of the street changed beyond spelling.
fn compose(
    given: &Address,
    zip: &ZipGiven,
    last: LastLine,
) -> Result<(Address, Vec<String>), String> {
    let Delivery { street, unit, changed } = delivery::read(lines(given), last)?;
    let zip = match zip {
        // The last four digits mean nothing under another ZIP code.
        ZipGiven::Formed { five: own, four: Some(four) } if *own == last.zip => {
            format!("{}-{four}", five(last.zip))
        }
        _ => five(last.zip),
    };
    let city = last.city.name.to_owned();
    let state = last.city.state.to_owned();
    Ok((Address { street, unit, city, state, zip, country: "US".into() }, changed))
}

fn lines(given: &Address) -> Lines<'_> {
    Lines { street: &given.street, unit: given.unit.as_deref().unwrap_or_default().trim() }
}

#[cfg(test)]
mod tests;
