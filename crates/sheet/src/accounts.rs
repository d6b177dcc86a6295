//! Files of end customers' accounts: a row for each, told apart by the customer number.

mod heading;
mod row;

use crate::fault::{Fault, Note};
use crate::known::{Known, Reading, columns};
use crate::read::read_up_to;
use crate::table::{Format, Table};
use domain::code::Because;
use domain::customer::import::AccountRow;
use std::collections::HashMap;

pub use heading::Means;

/// The most rows of a CSV file of accounts: all of it is one change, which others wait for.
pub const MOST_ACCOUNTS: usize = 20_000;

/// A file of accounts, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accounts {
    /// Each column's heading as it stands in the file, and what it means.
    pub columns: Vec<(String, Option<Means>)>,
    /// How many rows the file has.
    pub count: usize,
    /// Those that are sound, in the order of the file.
    pub rows: Vec<AccountRow>,
    /// Everything that is wrong, in the order of the file.
    pub faults: Vec<Fault>,
    pub notes: Vec<Note>,
}

/// Reads a file of accounts.
///
/// # Errors
/// What keeps the file from being a table at all.
pub fn read(bytes: &[u8], format: Format, sheet: Option<&str>) -> Result<Accounts, Fault> {
    let table = read_up_to(bytes, format, sheet, MOST_ACCOUNTS)?;
    let Known { means, mut faults, mut notes } = columns::<Means>(&table);
    let mut rows = Vec::new();
    if faults.is_empty() {
        let mut reading = Reading::new(&table, &means);
        rows.extend(table.rows.iter().filter_map(|row| row::read(&mut reading, row)));
        faults.append(&mut reading.faults);
        notes.append(&mut reading.notes);
        twice(&table, &means, &mut faults);
    }
    let columns = table.headings.iter().cloned().zip(means).collect();
    Ok(Accounts { columns, count: table.rows.len(), rows, faults, notes })
}

/// A customer number names one account: two rows of it contradict each other or say nothing new.
fn twice(table: &Table, means: &[Option<Means>], faults: &mut Vec<Fault>) {
    let Some(column) = means.iter().position(|m| *m == Some(Means::Acid)) else { return };
    let mut seen: HashMap<&str, u32> = HashMap::new();
    for row in &table.rows {
        let acid = row.cells[column].value();
        if acid.is_empty() {
            continue;
        }
        if let Some(first) = seen.insert(acid, row.number) {
            let detail = format!("{acid} stands in row {first} already");
            let remedy = "Leave one row out; several sub-accounts stand in one cell: S-1; S-2.";
            let fault = Fault::of_file(Because::Duplicate, detail, remedy);
            faults.push(fault.at(table.place(Some(row.number), column)).value(acid));
        }
    }
}

/// Every meaning with the headings that have it, for a page of documentation.
pub fn headings() -> Vec<(&'static str, &'static [&'static str])> {
    Means::ALL.iter().map(|m| (m.title(), &m.names()[1..])).collect()
}

#[cfg(test)]
mod tests;
