//! The address of a row.

use super::Reading;
use crate::cell;
use crate::heading::Means;
use crate::table::Row;
use domain::address::Address;
use domain::code::Because;

/// As many characters as the interface takes.
const MOST_STREET: usize = 200;
const MOST_CITY: usize = 100;
const MOST_UNIT: usize = 100;

impl Reading<'_> {
    pub(super) fn address(&mut self, row: &Row) -> Option<Address> {
        let street = self.needed(row, Means::Street, MOST_STREET);
        let unit = self.unit(row);
        let city = self.needed(row, Means::City, MOST_CITY);
        let state = self.state(row);
        let zip = self.zip(row);
        self.country(row);
        Some(Address {
            street: street?,
            unit,
            city: city?,
            state: state?,
            zip: zip?,
            country: "US".to_owned(),
        })
    }

    /// Building, floor, room and unit in one, as an address has them.
    fn unit(&mut self, row: &Row) -> Option<String> {
        let mut parts = Vec::new();
        for (means, word) in [(Means::Building, "BLDG"), (Means::Floor, "FL"), (Means::Room, "RM")]
        {
            parts.extend(self.of(row, means).map(|text| cell::designated(word, text)));
        }
        parts.extend(self.of(row, Means::Unit).map(str::to_owned));
        let unit = parts.join(" ");
        let columns = [Means::Unit, Means::Building, Means::Floor, Means::Room];
        let column = columns.into_iter().find_map(|m| self.columns.of(m))?;
        (!unit.is_empty() && self.short(row, column, &unit, MOST_UNIT)).then_some(unit)
    }

    fn state(&mut self, row: &Row) -> Option<String> {
        let text = self.needed(row, Means::State, MOST_CITY)?;
        if let Some(code) = cell::state(&text) {
            return Some(code.to_owned());
        }
        let column = self.columns.of(Means::State)?;
        let near = cell::nearest_state(&text).map(|n| format!("; nearest: {n}"));
        let expected = format!("a state's two letters or its name{}", near.unwrap_or_default());
        let detail = format!("{text} is no state");
        let remedy = "Write the state's two letters.";
        self.fault(row, column, Because::NotAllowedValue, detail, Some(expected), remedy);
        None
    }

    /// Empty, if nothing says it: the validation of the address finds it.
    fn zip(&mut self, row: &Row) -> Option<String> {
        let Some(column) = self.columns.of(Means::Zip) else { return Some(String::new()) };
        let before = self.faults.len();
        let Some(text) = self.said(row, column) else {
            return (self.faults.len() == before).then(String::new);
        };
        let Some((zip, padded)) = cell::zip(text) else {
            let detail = format!("{text} is no ZIP code");
            let expected = "five digits, or nine as 60606-1234".to_owned();
            let remedy = "Write the digits of the ZIP code; a column of text keeps its zeros.";
            self.fault(row, column, Because::BadFormat, detail, Some(expected), remedy);
            return None;
        };
        if padded {
            self.note(row, column, format!("{text} was read as {zip}: zeros were lost before it"));
        }
        Some(zip)
    }

    fn country(&mut self, row: &Row) {
        let Some(column) = self.columns.of(Means::Country) else { return };
        let Some(text) = self.said(row, column) else { return };
        if !cell::is_us(text) {
            let detail = format!("{text} is not served");
            let remedy = "Leave the row out; only addresses in the United States are served.";
            let expected = Some("US".to_owned());
            self.fault(row, column, Because::NotAllowedValue, detail, expected, remedy);
        }
    }
}
