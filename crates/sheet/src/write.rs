//! The same file again, with a column that says what is wrong in each row.

use crate::FAULTS;
use crate::fault::Fault;
use crate::heading::{Means, meaning};
use crate::table::{Cell, Format, Kind, Row, Table};
use domain::code::Because;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;
use std::collections::HashMap;

/// Writes the table again in the form that it came in, with the column `Demarc: faults` at its
/// end; one from an earlier time is replaced. A workbook comes back with the one worksheet that
/// was read, as values.
///
/// # Errors
/// What the writer of workbooks refuses.
pub fn annotate(table: &Table, faults: &[Fault]) -> Result<Vec<u8>, Fault> {
    let mut lines: HashMap<Option<u32>, Vec<String>> = HashMap::new();
    for fault in faults {
        // What is wrong with the file as a whole stands at its headings.
        let row = fault.place.row.filter(|row| Some(*row) != table.heading_row);
        lines.entry(row).or_default().push(fault.line());
    }
    let lines = lines.into_iter().map(|(row, lines)| (row, lines.join(" | "))).collect();
    let kept = (0..table.headings.len())
        .filter(|at| meaning(&table.headings[*at]) != Some(Means::Faults))
        .collect();
    let sheet = Annotated { table, kept, lines };
    match table.format {
        Format::Csv => Ok(sheet.csv()),
        Format::Xlsx => sheet.xlsx().map_err(|e| {
            let detail = format!("the workbook cannot be written: {e}");
            Fault::of_file(Because::BadFormat, detail, "Send the sites as CSV.")
        }),
        Format::Json => Ok(sheet.json()),
        Format::JsonLines => Ok(sheet.json_lines()),
    }
}

struct Annotated<'a> {
    table: &'a Table,
    /// The columns that go back.
    kept: Vec<usize>,
    /// What is wrong, by row; with the file, without one.
    lines: HashMap<Option<u32>, String>,
}

impl Annotated<'_> {
    /// What is wrong in a row. What is wrong with the file as a whole stands in its first.
    fn of(&self, row: &Row) -> String {
        let first = self.table.rows.first().is_some_and(|first| first.number == row.number);
        let whole = self.lines.get(&None).filter(|_| first);
        let own = self.lines.get(&Some(row.number));
        whole.into_iter().chain(own).map(String::as_str).collect::<Vec<_>>().join(" | ")
    }

    fn csv(&self) -> Vec<u8> {
        let mut writer = csv::WriterBuilder::new()
            .delimiter(self.table.separator)
            .from_writer(b"\xef\xbb\xbf".to_vec());
        let headings = self.kept.iter().map(|at| &*self.table.headings[*at]);
        // Writing to memory cannot fail, and every record has the same length.
        let _ = writer.write_record(headings.chain([FAULTS]));
        for row in &self.table.rows {
            let cells = self.kept.iter().map(|at| &*row.cells[*at].text);
            let _ = writer.write_record(cells.chain([&*self.of(row)]));
        }
        writer.into_inner().unwrap_or_default()
    }

    fn xlsx(&self) -> Result<Vec<u8>, XlsxError> {
        let mut book = Workbook::new();
        // The writer would ask the clock.
        let made = ExcelDateTime::from_ymd(2000, 1, 1)?;
        book.set_properties(&DocProperties::new().set_creation_datetime(&made));
        let sheet = book.add_worksheet();
        if let Some(name) = &self.table.sheet {
            sheet.set_name(name)?;
        }
        let last = u16::try_from(self.kept.len()).unwrap_or(u16::MAX);
        for (column, at) in (0..last).zip(&self.kept) {
            sheet.write_string(0, column, &self.table.headings[*at])?;
        }
        sheet.write_string(0, last, FAULTS)?;
        for (line, row) in (1..).zip(&self.table.rows) {
            for (column, at) in (0..last).zip(&self.kept) {
                let cell = &row.cells[*at];
                match (cell.kind, cell.text.parse::<f64>()) {
                    (Kind::Empty, _) => {}
                    (Kind::Number, Ok(number)) => {
                        sheet.write_number(line, column, number)?;
                    }
                    (Kind::Flag, _) => {
                        sheet.write_boolean(line, column, cell.text == "true")?;
                    }
                    _ => {
                        sheet.write_string(line, column, &cell.text)?;
                    }
                }
            }
            let faults = self.of(row);
            if !faults.is_empty() {
                sheet.write_string(line, last, within_a_cell(&faults))?;
            }
        }
        book.save_to_buffer()
    }

    fn json(&self) -> Vec<u8> {
        let objects: Vec<_> =
            self.table.rows.iter().map(|row| Object { sheet: self, row }).collect();
        // Texts and numbers always have a JSON form.
        serde_json::to_vec_pretty(&objects).unwrap_or_default()
    }

    fn json_lines(&self) -> Vec<u8> {
        let mut lines = Vec::new();
        for row in &self.table.rows {
            lines.extend(serde_json::to_vec(&Object { sheet: self, row }).unwrap_or_default());
            lines.push(b'\n');
        }
        lines
    }
}

/// No more than a spreadsheet shows in one cell.
fn within_a_cell(text: &str) -> &str {
    let end = text.char_indices().nth(32_000).map_or(text.len(), |(at, _)| at);
    &text[..end]
}

/// A row as the object that it was.
struct Object<'a> {
    sheet: &'a Annotated<'a>,
    row: &'a Row,
}

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for at in &self.sheet.kept {
            let cell = &self.row.cells[*at];
            if cell.kind != Kind::Empty {
                map.serialize_entry(&self.sheet.table.headings[*at], &value(cell))?;
            }
        }
        map.serialize_entry(FAULTS, &self.sheet.of(self.row))?;
        map.end()
    }
}

fn value(cell: &Cell) -> Value {
    match cell.kind {
        Kind::Empty => Value::Null,
        Kind::Number | Kind::Flag | Kind::Nested => {
            serde_json::from_str(&cell.text).unwrap_or_else(|_| cell.text.clone().into())
        }
        Kind::Text | Kind::Error => cell.text.clone().into(),
    }
}
