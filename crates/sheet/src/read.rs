//! Reading a file of any form into a table.

mod csv;
mod json;
mod xlsx;

use crate::fault::{Fault, letters};
use crate::table::{Cell, Format, Table};
use crate::{MOST_BYTES, MOST_COLUMNS, MOST_IN_A_CELL, MOST_ROWS};
use domain::code::Because;

/// Reads a file. `sheet` names the worksheet of a workbook; the first unless given.
///
/// # Errors
/// What keeps the file from being a table at all.
pub fn read(bytes: &[u8], format: Format, sheet: Option<&str>) -> Result<Table, Fault> {
    read_up_to(bytes, format, sheet, MOST_ROWS)
}

/// The same with so many rows at most, if it is CSV; the other forms keep to theirs.
pub(crate) fn read_up_to(
    bytes: &[u8],
    format: Format,
    sheet: Option<&str>,
    most_rows: usize,
) -> Result<Table, Fault> {
    if bytes.len() > MOST_BYTES {
        let detail = format!("the file is larger than {} MB", MOST_BYTES / 1024 / 1024);
        return Err(Fault::of_file(Because::TooLong, detail, SPLIT));
    }
    if sheet.is_some() && format != Format::Xlsx {
        let detail = "only a workbook has worksheets to name";
        return Err(Fault::of_file(Because::Conflicting, detail, "Leave the worksheet out."));
    }
    let table = match format {
        Format::Csv => csv::read(bytes, most_rows)?,
        Format::Xlsx => xlsx::read(bytes, sheet)?,
        Format::Json => json::read(bytes)?,
        Format::JsonLines => json::read_lines(bytes)?,
    };
    let table = table.squared();
    if table.rows.is_empty() {
        let detail = "the file has no row below its headings";
        return Err(Fault::of_file(Because::Missing, detail, "Write the rows below the headings."));
    }
    Ok(table)
}

const SPLIT: &str = "Split the file and import it in parts.";

fn too_many_rows(most: usize) -> Fault {
    let detail = format!("the file has more than {most} rows");
    Fault::of_file(Because::TooLong, detail, SPLIT)
}

fn too_many_columns() -> Fault {
    let detail = format!("the file has more than {MOST_COLUMNS} columns");
    Fault::of_file(Because::TooLong, detail, "Remove the columns that no site needs.")
}

/// Refuses a cell that is too long or that no database stores. `column` is counted from 0.
fn within(cell: &Cell, row: u32, column: usize) -> Result<(), Fault> {
    let (code, what, remedy) = if cell.text.chars().count() > MOST_IN_A_CELL {
        let most = format!("is longer than {MOST_IN_A_CELL} characters");
        (Because::TooLong, most, "Shorten the cell; a lost quotation mark joins many into one.")
    } else if cell.text.contains('\0') {
        let what = "holds the character U+0000".to_owned();
        (Because::BadFormat, what, "Save the file anew as text in UTF-8.")
    } else {
        return Ok(());
    };
    let detail = format!("row {row}, column {}: the cell {what}", letters(column));
    Err(Fault::of_file(code, detail, remedy))
}
