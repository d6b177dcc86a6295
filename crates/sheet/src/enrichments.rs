//! Files of enrichments: a row for each sub-order, named by its site or by its id.

mod heading;
mod row;

use crate::fault::{Fault, Note};
use crate::known::{self, Known, Reading, columns};
use crate::table::Table;
use domain::code::Because;
use domain::enrichment::NamedRow;

pub use heading::Means;

/// A table of enrichments, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrichments {
    /// What each column means.
    pub means: Vec<Option<Means>>,
    /// Those that name a sub-order, sound by themselves or not, in the order of the file.
    pub rows: Vec<NamedRow>,
    /// Everything that is wrong, in the order of the file.
    pub faults: Vec<Fault>,
    pub notes: Vec<Note>,
    /// Whether the file as a whole is not understood, so that no row of it may be taken.
    pub broken: bool,
}

/// Finds what the columns mean and reads the rows.
pub fn understand(table: &Table) -> Enrichments {
    let Known { means, mut faults, mut notes } = columns::<Means>(table);
    faults.extend(unnamed(&means));
    let broken = !faults.is_empty();
    let mut rows = Vec::new();
    if !broken {
        let mut reading = Reading::new(table, &means);
        rows.extend(table.rows.iter().filter_map(|row| row::read(&mut reading, row)));
        faults.append(&mut reading.faults);
        notes.append(&mut reading.notes);
    }
    Enrichments { means, rows, faults, notes, broken }
}

/// A file without a column that says which sub-order a row means.
fn unnamed(means: &[Option<Means>]) -> Option<Fault> {
    let names = [Means::SubOrder, Means::Site];
    if names.iter().any(|name| means.contains(&Some(*name))) {
        return None;
    }
    let detail = "no column says which sub-order a row means";
    let remedy = "Add a column with the heading Site Name or Sub-Order.";
    let fault = Fault::of_file(Because::Missing, detail, remedy);
    let all: Vec<&str> = names.iter().flat_map(|name| name.names()).copied().collect();
    Some(fault.expected(all.join(", ")))
}

/// What stands against a row beside its order, at the column that its pointer names.
pub fn beside(
    table: &Table,
    means: &[Option<Means>],
    number: u32,
    fault: &domain::refusal::Fault,
) -> Fault {
    let told = Fault::of_file(fault.because, fault.detail.clone(), remedy(fault.because));
    let told = Fault { expected: fault.expected.clone(), ..told };
    match table.rows.binary_search_by_key(&number, |row| row.number) {
        Ok(at) => {
            let column = Means::at(&fault.pointer).filter(|of| means.contains(&Some(*of)));
            known::placed(told, table, means, &table.rows[at], column)
        }
        Err(_) => told,
    }
}

/// What to do in the file.
const fn remedy(because: Because) -> &'static str {
    match because {
        Because::OutOfRange => "Write another day.",
        Because::Duplicate => "Leave one of the rows out.",
        Because::NotAllowedValue => "Write the name as the order has it, or the sub-order's id.",
        Because::UnknownId => "Copy the id from the list that the interface gives.",
        Because::Conflicting => "Name the sub-order by its id alone.",
        Because::Missing | Because::BadFormat => "Mend the cell.",
        Because::HandedOff => "Leave the row out.",
        other => other.remedy(),
    }
}

/// Every meaning with the headings that have it, for a page of documentation.
pub fn headings() -> Vec<(&'static str, &'static [&'static str])> {
    let own = Means::ALL.iter().filter(|m| **m != Means::Faults);
    own.map(|m| (m.names()[0], &m.names()[1..])).collect()
}

#[cfg(test)]
mod tests;
