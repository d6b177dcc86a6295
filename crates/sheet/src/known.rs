//! Columns that are known by their headings alone, and rows that are read by them.

use crate::cell;
use crate::fault::{Fault, Note, Place};
use crate::heading::{key, nearest};
use crate::table::{Cell, Kind, Row, Table};
use domain::address::Address;
use domain::code::Because;
use domain::id::{self, Id};
use domain::time::Date;

/// As many characters as the interface takes.
pub(crate) const SHORT: usize = 100;
pub(crate) const LONG: usize = 200;

/// What a column of one kind of file can be about.
pub(crate) trait Heading: Copy + PartialEq + 'static {
    /// Everything that there is.
    const ALL: &'static [Self];

    /// The headings that mean it; the first says it best.
    fn names(self) -> &'static [&'static str];

    /// Whether no file is understood without it.
    fn is_required(self) -> bool;

    fn title(self) -> &'static str {
        self.names()[0]
    }
}

/// The columns of a table, understood.
pub(crate) struct Known<M> {
    /// What each column means.
    pub(crate) means: Vec<Option<M>>,
    /// Why the file as a whole is not understood.
    pub(crate) faults: Vec<Fault>,
    pub(crate) notes: Vec<Note>,
}

/// Finds what each column means. A column that is not understood is named, with the heading that
/// it resembles; two for one thing are a fault, and so is one that is missing.
pub(crate) fn columns<M: Heading>(table: &Table) -> Known<M> {
    let means: Vec<Option<M>> = table.headings.iter().map(|heading| meaning(heading)).collect();
    let (mut faults, mut notes) = (Vec::new(), table.notes.clone());
    for (at, heading) in table.headings.iter().enumerate() {
        let place = || table.place(None, at);
        let Some(mean) = means[at] else {
            if !heading.is_empty() {
                let names = M::ALL.iter().flat_map(|means| means.names()).copied();
                let near = nearest(heading, names).map(|n| format!("; {n} would be"));
                let near = near.unwrap_or_default();
                let detail = format!("{heading} is not understood and ignored{near}");
                notes.push(Note { place: place(), detail });
            }
            continue;
        };
        if let Some(first) = means[..at].iter().position(|other| *other == Some(mean)) {
            let detail =
                format!("{} and {heading} both mean {}", table.headings[first], mean.title());
            let remedy = "Remove one of the two columns, or give it another heading.";
            let fault = Fault::of_file(Because::Duplicate, detail, remedy);
            faults.push(fault.at(place()).value(heading));
        }
    }
    for mean in M::ALL.iter().filter(|m| m.is_required() && !means.contains(&Some(**m))) {
        let detail = format!("no column is the {}", mean.title());
        let remedy = format!("Add a column with the heading {}.", mean.title());
        let fault = Fault::of_file(Because::Missing, detail, &remedy);
        faults.push(fault.expected(mean.names().join(", ")));
    }
    Known { means, faults, notes }
}

/// What a heading means.
pub(crate) fn meaning<M: Heading>(heading: &str) -> Option<M> {
    let wanted = Some(key(heading)).filter(|key| !key.is_empty())?;
    let is = |means: &&M| means.names().iter().any(|name| key(name) == wanted);
    M::ALL.iter().find(is).copied()
}

/// Where an address stands.
pub(crate) struct AddressIn<M> {
    pub(crate) street: M,
    pub(crate) unit: M,
    pub(crate) city: M,
    pub(crate) state: M,
    pub(crate) zip: M,
}

/// Rows on their way.
pub(crate) struct Reading<'a, M> {
    table: &'a Table,
    means: &'a [Option<M>],
    pub(crate) faults: Vec<Fault>,
    pub(crate) notes: Vec<Note>,
}

impl<'a, M: Heading> Reading<'a, M> {
    pub(crate) const fn new(table: &'a Table, means: &'a [Option<M>]) -> Self {
        Self { table, means, faults: Vec::new(), notes: Vec::new() }
    }

    fn cell<'r>(&self, row: &'r Row, means: M) -> Option<&'r Cell> {
        let column = self.means.iter().position(|m| *m == Some(means))?;
        row.cells.get(column)
    }

    /// Whether any of these cells has something in it.
    pub(crate) fn any(&self, row: &Row, of: &[M]) -> bool {
        of.iter().any(|means| self.cell(row, *means).is_some_and(|cell| !cell.is_blank()))
    }

    /// A cell beyond the headings: a comma too many, most often.
    pub(crate) fn unheaded(&mut self, row: &Row) {
        let bare = |at: &usize| self.table.headings[*at].is_empty() && !row.cells[*at].is_blank();
        if let Some(column) = (0..row.cells.len()).find(bare) {
            let remedy = "Give the column a heading or empty the cell; in CSV, a text with commas \
                needs quotation marks.";
            let fault = Fault::of_file(Because::UnknownMember, "the column has no heading", remedy);
            let place = self.table.place(Some(row.number), column);
            self.faults.push(fault.at(place).value(row.cells[column].value()));
        }
    }

    pub(crate) fn fault(
        &mut self,
        (row, means): (&Row, M),
        code: Because,
        detail: impl Into<String>,
        expected: &str,
        remedy: &str,
    ) {
        let fault = Fault::of_file(code, detail, remedy).expected(expected);
        self.faults.push(placed(fault, self.table, self.means, row, Some(means)));
    }

    /// What a cell says, if anything, within its length.
    pub(crate) fn text(&mut self, row: &Row, means: M, most: usize) -> Option<String> {
        let cell = self.cell(row, means)?;
        if matches!(cell.kind, Kind::Error | Kind::Nested) {
            let detail = format!("the cell of {} is no text", means.title());
            let remedy = "Write the value itself.";
            self.fault((row, means), Because::BadFormat, detail, "a text", remedy);
            return None;
        }
        let value = cell.value();
        if value.chars().count() > most {
            let detail = format!("the {} is longer than {most} characters", means.title());
            let expected = format!("at most {most} characters");
            self.fault((row, means), Because::TooLong, detail, &expected, "Shorten it.");
            return None;
        }
        (!value.is_empty()).then(|| value.to_owned())
    }

    pub(crate) fn needed(&mut self, row: &Row, means: M, most: usize) -> Option<String> {
        let before = self.faults.len();
        let text = self.text(row, means, most);
        if text.is_none() && self.faults.len() == before {
            self.missing(row, means);
        }
        text
    }

    fn missing(&mut self, row: &Row, means: M) {
        let detail = format!("the {} is missing", means.title());
        let remedy = format!("Write the {}.", means.title());
        self.fault((row, means), Because::Missing, detail, "a text", &remedy);
    }

    /// A cell that has one of a few words.
    pub(crate) fn word<T: Copy>(&mut self, row: &Row, means: M, words: &[(&str, T)]) -> Option<T> {
        let text = self.text(row, means, SHORT)?;
        let wanted = key(&text);
        let found = words.iter().find(|(word, _)| key(word) == wanted);
        if found.is_none() {
            let all: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            let detail = format!("{text} is no {}", means.title());
            let remedy = "Write one of the words.";
            let place = (row, means);
            self.fault(place, Because::NotAllowedValue, detail, &all.join(", "), remedy);
        }
        found.map(|(_, value)| *value)
    }

    /// A day, as `2026-02-19` or `2/19/2026`.
    pub(crate) fn day(&mut self, row: &Row, means: M) -> Option<Date> {
        let text = self.text(row, means, SHORT)?;
        let day = cell::day(&text);
        if day.is_none() {
            let (detail, remedy) = (format!("{text} is no day"), "Write year, month and day.");
            self.fault((row, means), Because::BadFormat, detail, "YYYY-MM-DD", remedy);
        }
        day
    }

    pub(crate) fn needed_day(&mut self, row: &Row, means: M) -> Option<Date> {
        let before = self.faults.len();
        let day = self.day(row, means);
        if day.is_none() && self.faults.len() == before {
            self.missing(row, means);
        }
        day
    }

    /// An id of that kind, or of any.
    pub(crate) fn id(
        &mut self,
        row: &Row,
        means: M,
        of: Option<id::Kind>,
        remedy: &str,
    ) -> Option<Id> {
        let text = self.text(row, means, SHORT)?;
        let is = |id: &Id| of.is_none_or(|kind| id.is(kind));
        let id = text.parse::<Id>().ok().filter(is);
        if id.is_none() {
            let detail = format!("{text} is no id of a {}", means.title());
            let expected = "15 or 18 characters";
            self.fault((row, means), Because::NotAnId, detail, expected, remedy);
        }
        id
    }

    pub(crate) fn address(&mut self, row: &Row, of: &AddressIn<M>) -> Option<Address> {
        let street = self.needed(row, of.street, LONG);
        let unit = self.text(row, of.unit, SHORT);
        let city = self.needed(row, of.city, SHORT);
        let state = self.state(row, of.state);
        let zip = self.zip(row, of.zip);
        let (state, country) = (state?.to_owned(), "US".to_owned());
        Some(Address { street: street?, unit, city: city?, state, zip: zip?, country })
    }

    fn state(&mut self, row: &Row, means: M) -> Option<&'static str> {
        let text = self.needed(row, means, SHORT)?;
        let code = cell::state(&text);
        if code.is_none() {
            let near = cell::nearest_state(&text).map(|n| format!("; nearest: {n}"));
            let expected = format!("a state's two letters or its name{}", near.unwrap_or_default());
            let (detail, remedy) =
                (format!("{text} is no state"), "Write the state's two letters.");
            self.fault((row, means), Because::NotAllowedValue, detail, &expected, remedy);
        }
        code
    }

    fn zip(&mut self, row: &Row, means: M) -> Option<String> {
        let text = self.needed(row, means, SHORT)?;
        let Some((zip, padded)) = cell::zip(&text) else {
            let detail = format!("{text} is no ZIP code");
            let expected = "five digits, or nine as 60606-1234";
            let remedy = "Write the digits of the ZIP code; a column of text keeps its zeros.";
            self.fault((row, means), Because::BadFormat, detail, expected, remedy);
            return None;
        };
        if padded && let Some(column) = self.means.iter().position(|m| *m == Some(means)) {
            let place = self.table.place(Some(row.number), column);
            let detail = format!("{text} was read as {zip}: zeros were lost before it");
            self.notes.push(Note { place, detail });
        }
        Some(zip)
    }
}

/// A fault of a row, with its column and what stands there if there is such a column.
pub(crate) fn placed<M: Heading>(
    fault: Fault,
    table: &Table,
    columns: &[Option<M>],
    row: &Row,
    means: Option<M>,
) -> Fault {
    let column = columns.iter().position(|m| means.is_some() && *m == means);
    let Some(column) = column else {
        return fault.at(Place { row: Some(row.number), ..Place::default() });
    };
    let fault = fault.at(table.place(Some(row.number), column));
    let value = row.cells.get(column).map_or("", Cell::value);
    if value.is_empty() { fault } else { fault.value(value) }
}
