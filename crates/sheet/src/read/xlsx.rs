//! XLSX: one worksheet of a workbook, weighed before it is unpacked.

use super::{too_many_columns, too_many_rows, within};
use crate::fault::{Fault, Note, Place};
use crate::table::{Cell, Format, Kind, Row, Table};
use crate::{MOST_COLUMNS, MOST_ROWS, MOST_UNPACKED};
use calamine::{DataRef, Dimensions, ExcelDateTime, Reader as _, Xlsx, XlsxError};
use domain::code::Because;
use std::collections::BTreeMap;
use std::io::{self, Cursor, Read as _};
use std::panic::{AssertUnwindSafe, catch_unwind};

const SAVE_ANEW: &str = "Open the workbook in a spreadsheet program and save it anew as XLSX.";
/// The most files in a workbook's archive.
const MOST_PARTS: usize = 1_000;

pub(super) fn read(bytes: &[u8], sheet: Option<&str>) -> Result<Table, Fault> {
    // The readers of others meet bytes of anybody's: where one gives up, the file is damaged.
    catch_unwind(AssertUnwindSafe(|| {
        weigh(bytes)?;
        unpack(bytes, sheet)
    }))
    .unwrap_or_else(|_| Err(damaged("it cannot be read")))
}

fn damaged(why: impl std::fmt::Display) -> Fault {
    let detail = format!("the file is no sound workbook: {why}");
    Fault::of_file(Because::BadFormat, detail, SAVE_ANEW)
}

/// Unpacks every part without keeping it: what the archive says of its sizes may be untrue.
fn weigh(bytes: &[u8]) -> Result<(), Fault> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    if archive.len() > MOST_PARTS {
        return Err(damaged(format!("it has more than {MOST_PARTS} parts")));
    }
    let mut left = MOST_UNPACKED;
    for part in 0..archive.len() {
        let part = archive.by_index(part).map_err(damaged)?;
        let read = io::copy(&mut part.take(left + 1), &mut io::sink()).map_err(damaged)?;
        left = left.checked_sub(read).ok_or_else(|| {
            let most = MOST_UNPACKED / 1024 / 1024;
            let detail = format!("the workbook unpacks to more than {most} MB");
            let remedy = "Keep the one worksheet with the sites, as values without formats.";
            Fault::of_file(Because::TooLong, detail, remedy)
        })?;
    }
    Ok(())
}

/// Cells by row, both counted from 0.
type Cells = BTreeMap<u32, Vec<Cell>>;

fn unpack(bytes: &[u8], sheet: Option<&str>) -> Result<Table, Fault> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|e: XlsxError| damaged(e))?;
    let name = named(&book.sheet_names(), sheet)?;
    let mut notes = Vec::new();
    let others = book.sheet_names().len() - 1;
    if sheet.is_none() && others > 0 {
        let s = if others == 1 { "" } else { "s" };
        let detail = format!("the worksheet {name} was read, {others} other{s} not");
        notes.push(Note { place: Place::default(), detail });
    }
    let mut cells = Cells::new();
    let mut reader = book.worksheet_cells_reader(&name).map_err(damaged)?;
    while let Some(cell) = reader.next_cell().map_err(damaged)? {
        let (row, column) = cell.get_position();
        put(&mut cells, row, column, self::cell(cell.get_value())?)?;
    }
    drop(reader);
    let merged = book.merge_cells_by_sheet_name(&name).map_err(damaged)?;
    notes.extend(spread(&mut cells, &merged));
    Ok(table(name, cells, notes))
}

fn named(names: &[String], asked: Option<&str>) -> Result<String, Fault> {
    let found = match asked {
        None => names.first(),
        Some(asked) => names.iter().find(|name| name.eq_ignore_ascii_case(asked.trim())),
    };
    found.cloned().ok_or_else(|| match asked {
        None => damaged("it has no worksheet"),
        Some(asked) => {
            let detail = format!("the workbook has no worksheet {asked}");
            Fault::of_file(Because::NotAllowedValue, detail, "Name one that is there.")
                .expected(names.join(", "))
        }
    })
}

fn put(cells: &mut Cells, row: u32, column: u32, cell: Cell) -> Result<(), Fault> {
    if cell.is_blank() {
        return Ok(());
    }
    let at = usize::try_from(column).unwrap_or(usize::MAX);
    if at >= MOST_COLUMNS {
        return Err(too_many_columns());
    }
    within(&cell, row.saturating_add(1), at)?;
    if !cells.contains_key(&row) && cells.len() > MOST_ROWS {
        return Err(too_many_rows(MOST_ROWS));
    }
    let line = cells.entry(row).or_default();
    if line.len() <= at {
        line.resize(at + 1, Cell::default());
    }
    line[at] = cell;
    Ok(())
}

fn cell(value: &DataRef<'_>) -> Result<Cell, Fault> {
    let text = |text: &str| {
        // What is longer than any cell is not copied for each that refers to it.
        if text.len() > crate::MOST_IN_A_CELL * 4 {
            let most = crate::MOST_IN_A_CELL;
            let detail = format!("a cell is longer than {most} characters");
            return Err(Fault::of_file(Because::TooLong, detail, "Shorten the cell."));
        }
        Ok(Cell::text(text))
    };
    Ok(match value {
        DataRef::Empty => Cell::default(),
        DataRef::Int(number) => Cell::of(Kind::Number, number.to_string()),
        DataRef::Float(number) => Cell::of(Kind::Number, number.to_string()),
        DataRef::Bool(flag) => Cell::of(Kind::Flag, flag.to_string()),
        DataRef::String(own) | DataRef::DateTimeIso(own) | DataRef::DurationIso(own) => text(own)?,
        DataRef::SharedString(shared) => text(shared)?,
        DataRef::DateTime(moment) => Cell::text(moment_text(moment)),
        DataRef::Error(error) => Cell::of(Kind::Error, error.to_string()),
    })
}

fn moment_text(moment: &ExcelDateTime) -> String {
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    let date = format!("{year:04}-{month:02}-{day:02}");
    if (hour, minute, second) == (0, 0, 0) {
        return date;
    }
    format!("{date} {hour:02}:{minute:02}:{second:02}")
}

/// Gives each cell of a merged area the value that stands in its first. A note says which.
fn spread(cells: &mut Cells, merged: &[Dimensions]) -> Vec<Note> {
    // Areas may overlap: no more is filled than there is room for.
    let mut left = cells.len() * MOST_COLUMNS;
    let mut notes = Vec::new();
    for area in merged.iter().take(MOST_ROWS) {
        let (top, first) = area.start;
        let Some(from) = usize::try_from(first).ok() else { continue };
        let Some(value) = cells.get(&top).and_then(|row| row.get(from)).cloned() else { continue };
        let to = usize::try_from(area.end.1).unwrap_or(from).min(MOST_COLUMNS - 1);
        if value.is_blank() || area.end.0 < top || to < from {
            continue;
        }
        let mut filled = 0;
        for (_, row) in cells.range_mut(top..=area.end.0) {
            if row.len() <= to {
                row.resize(to + 1, Cell::default());
            }
            for cell in &mut row[from..=to] {
                if cell.is_blank() && left > 0 {
                    *cell = value.clone();
                    (left, filled) = (left - 1, filled + 1);
                }
            }
        }
        if filled > 0 {
            let detail = format!("merged cells: {} was taken for each of them", value.value());
            let (row, column) = (top.saturating_add(1), crate::fault::letters(from));
            let place = Place { row: Some(row), column: Some(column), heading: None };
            notes.push(Note { place, detail });
        }
    }
    notes
}

fn table(sheet: String, cells: Cells, notes: Vec<Note>) -> Table {
    let mut rows = cells.into_iter().map(|(row, cells)| (row.saturating_add(1), cells));
    let (heading_row, headings) = match rows.next() {
        Some((number, cells)) => {
            (Some(number), cells.iter().map(|c| c.value().to_owned()).collect())
        }
        None => (None, Vec::new()),
    };
    Table {
        format: Format::Xlsx,
        separator: b',',
        sheet: Some(sheet),
        heading_row,
        headings,
        rows: rows.map(|(number, cells)| Row { number, cells }).collect(),
        notes,
    }
}
