//! What is wrong in a file, and what was only noticed: each with the place where a person finds it.

use crate::table::Table;
use domain::code::Because;

/// A place in a file, as a person counts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// The row as the spreadsheet numbers it, the line of JSON lines, or the place in a JSON list
    /// from 1. None: the file as a whole.
    pub row: Option<u32>,
    /// The letters of the column, `C`; none in JSON.
    pub column: Option<String>,
    /// The column's heading as it stands in the file, or the member's name.
    pub heading: Option<String>,
}

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub place: Box<Place>,
    /// What stands there.
    pub value: Option<String>,
    pub code: Because,
    /// In plain words.
    pub detail: String,
    /// What would be right.
    pub expected: Option<String>,
    /// What to do.
    pub remedy: String,
}

/// Something that was noticed and understood in one way, so that a person can look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    pub place: Place,
    pub detail: String,
}

impl Fault {
    /// A fault of the file as a whole.
    pub(crate) fn of_file(code: Because, detail: impl Into<String>, remedy: &str) -> Self {
        Self {
            place: Box::default(),
            value: None,
            code,
            detail: detail.into(),
            expected: None,
            remedy: remedy.to_owned(),
        }
    }

    #[must_use]
    pub(crate) fn at(mut self, place: Place) -> Self {
        self.place = Box::new(place);
        self
    }

    #[must_use]
    pub(crate) fn value(mut self, value: &str) -> Self {
        self.value = Some(value.to_owned());
        self
    }

    #[must_use]
    pub(crate) fn expected(mut self, expected: impl Into<String>) -> Self {
        self.expected = Some(expected.into());
        self
    }

    /// For the column that goes back with the file: where, what, what would be right, what to do.
    pub fn line(&self) -> String {
        let heading = self.place.heading.as_deref().filter(|h| !h.is_empty());
        let heading = heading.map(|h| format!("{h}: ")).unwrap_or_default();
        let expected = self.expected.as_deref().map(|e| format!(" (expected: {e})"));
        format!("{heading}{}{}. {}", self.detail, expected.unwrap_or_default(), self.remedy)
    }
}

/// The letters of a column, from 0: `A`, `Z`, `AA`.
pub(crate) fn letters(mut at: usize) -> String {
    let mut found = Vec::new();
    loop {
        found.push(char::from(b'A' + u8::try_from(at % 26).unwrap_or(0)));
        if at < 26 {
            break;
        }
        at = at / 26 - 1;
    }
    found.iter().rev().collect()
}

impl Table {
    /// The letters of a column, counted from 0; none in JSON.
    pub fn letters(&self, column: usize) -> Option<String> {
        (!self.format.is_json()).then(|| letters(column))
    }

    /// The place of a column in a row; without a row, that of its heading.
    pub(crate) fn place(&self, row: Option<u32>, column: usize) -> Place {
        let heading = self.headings.get(column).filter(|h| !h.is_empty()).cloned();
        Place { row: row.or(self.heading_row), column: self.letters(column), heading }
    }
}

#[cfg(test)]
mod tests {
    use super::letters;

    #[test]
    fn columns_are_lettered_as_a_spreadsheet_does() {
        let found = [0, 25, 26, 51, 52, 701, 702].map(letters);
        assert_eq!(found, ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]);
    }
}
