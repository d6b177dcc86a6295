//! CSV: commas, semicolons or tabulators; UTF-8, or what spreadsheets on Windows save.

use super::{too_many_columns, too_many_rows, within};
use crate::MOST_COLUMNS;
use crate::fault::{Fault, Note, Place};
use crate::table::{Cell, Format, Row, Table};
use domain::code::Because;
use std::borrow::Cow;

const AS_UTF8: &str = "Save the file as CSV in UTF-8.";

/// With at most so many rows below the headings.
pub(super) fn read(bytes: &[u8], most: usize) -> Result<Table, Fault> {
    let (text, notes) = decoded(bytes)?;
    let separator = separator(&text);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator)
        .from_reader(text.as_bytes());
    let mut table = Table {
        format: Format::Csv,
        separator,
        sheet: None,
        heading_row: None,
        headings: Vec::new(),
        rows: Vec::new(),
        notes,
    };
    let mut record = csv::StringRecord::new();
    let mut number: u32 = 0;
    loop {
        let before = reader.position().line();
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => return Ok(table),
            Err(e) => {
                let detail = format!("the file is not CSV: {e}");
                return Err(Fault::of_file(Because::BadFormat, detail, AS_UTF8));
            }
        }
        // The reader passes over empty lines; a spreadsheet counts them. Lines within a cell it
        // does not.
        let lines = reader.position().line().saturating_sub(before);
        let within_cells: usize = record.iter().map(|cell| cell.matches('\n').count()).sum();
        let empty = lines.saturating_sub(1 + u64::try_from(within_cells).unwrap_or(0));
        number = number.saturating_add(1 + u32::try_from(empty).unwrap_or(0));
        take(&mut table, number, &record, most)?;
    }
}

fn take(
    table: &mut Table,
    number: u32,
    record: &csv::StringRecord,
    most: usize,
) -> Result<(), Fault> {
    let mut cells: Vec<Cell> = record.iter().map(Cell::text).collect();
    while cells.last().is_some_and(Cell::is_blank) {
        cells.pop();
    }
    if cells.is_empty() {
        return Ok(());
    }
    if cells.len() > MOST_COLUMNS {
        return Err(too_many_columns());
    }
    for (column, cell) in cells.iter().enumerate() {
        within(cell, number, column)?;
    }
    if table.heading_row.is_none() {
        table.heading_row = Some(number);
        table.headings = cells.iter().map(|c| c.value().to_owned()).collect();
        return Ok(());
    }
    if table.rows.len() == most {
        return Err(too_many_rows(most));
    }
    table.rows.push(Row { number, cells });
    Ok(())
}

/// The text of the file, and what was noticed about it.
fn decoded(bytes: &[u8]) -> Result<(Cow<'_, str>, Vec<Note>), Fault> {
    if bytes.starts_with(b"PK\x03\x04") {
        let detail = "the file is a workbook or an archive, not CSV";
        let remedy = "Send a workbook as XLSX, or save it as CSV.";
        return Err(Fault::of_file(Because::BadFormat, detail, remedy));
    }
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        let detail = "the file is in UTF-16";
        return Err(Fault::of_file(Because::BadFormat, detail, AS_UTF8));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok((Cow::Borrowed(text), Vec::new()));
    }
    let (text, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes);
    let detail = "the file is not UTF-8 and was read as Windows-1252: look at letters with accents";
    let note = Note { place: Place::default(), detail: detail.to_owned() };
    Ok((text, vec![note]))
}

/// What separates the cells of the first line that has anything in it: what stands there most
/// often outside of quotation marks.
fn separator(text: &str) -> u8 {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
    let mut quoted = false;
    for byte in first.bytes() {
        quoted ^= byte == b'"';
        if !quoted && let Some(found) = counts.iter_mut().find(|(s, _)| *s == byte) {
            found.1 += 1;
        }
    }
    // The comma wins a tie.
    counts.iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(s, _)| *s)
}
