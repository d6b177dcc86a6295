//! JSON: a list of objects, or one object on each line. Members are columns by their names.

use super::{too_many_columns, too_many_rows, within};
use crate::fault::{Fault, Place};
use crate::table::{Cell, Format, Kind, Row, Table};
use crate::{MOST_COLUMNS, MOST_ROWS};
use domain::code::Because;
use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use std::collections::HashMap;
use std::fmt;

const LIST: &str = "Send a list of objects, one for each site.";

pub(super) fn read(bytes: &[u8]) -> Result<Table, Fault> {
    let List(objects) = serde_json::from_slice(bytes).map_err(|e| malformed(&e))?;
    if objects.len() > MOST_ROWS {
        return Err(too_many_rows(MOST_ROWS));
    }
    let mut columns = Columns::new(Format::Json);
    for (number, object) in (1..).zip(objects) {
        columns.take(number, object)?;
    }
    Ok(columns.table)
}

pub(super) fn read_lines(bytes: &[u8]) -> Result<Table, Fault> {
    let mut columns = Columns::new(Format::JsonLines);
    for (number, line) in (1..).zip(bytes.split(|b| *b == b'\n')) {
        if line.trim_ascii().is_empty() {
            continue;
        }
        let object = serde_json::from_slice(line).map_err(|e| {
            let fault = malformed(&e);
            let detail = format!("line {number}: {}", fault.detail);
            Fault { detail, ..fault }.at(Place { row: Some(number), ..Place::default() })
        })?;
        columns.take(number, object)?;
    }
    Ok(columns.table)
}

fn malformed(error: &serde_json::Error) -> Fault {
    Fault::of_file(Because::BadFormat, format!("not JSON of the documented form: {error}"), LIST)
}

/// The members of an object in their order, which a map would lose.
struct Object(Vec<(String, Value)>);

/// The objects of a list: one more than allowed at most, the rest is only looked over.
struct List(Vec<Object>);

struct ObjectVisitor;

impl<'de> Visitor<'de> for ObjectVisitor {
    type Value = Object;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            // A further one is not kept, but faulted by the number of columns.
            if members.len() <= MOST_COLUMNS {
                members.push(member);
            }
        }
        Ok(Object(members))
    }
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor)
    }
}

struct ListVisitor;

impl<'de> Visitor<'de> for ListVisitor {
    type Value = List;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<List, A::Error> {
        let mut objects = Vec::new();
        while objects.len() <= MOST_ROWS {
            match seq.next_element()? {
                Some(object) => objects.push(object),
                None => return Ok(List(objects)),
            }
        }
        while seq.next_element::<de::IgnoredAny>()?.is_some() {}
        Ok(List(objects))
    }
}

impl<'de> Deserialize<'de> for List {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(ListVisitor)
    }
}

/// The table as it grows: a column for each name, in the order in which names first come.
struct Columns {
    table: Table,
    places: HashMap<String, usize>,
}

impl Columns {
    fn new(format: Format) -> Self {
        let table = Table {
            format,
            separator: b',',
            sheet: None,
            heading_row: None,
            headings: Vec::new(),
            rows: Vec::new(),
            notes: Vec::new(),
        };
        Self { table, places: HashMap::new() }
    }

    fn take(&mut self, number: u32, Object(members): Object) -> Result<(), Fault> {
        let mut cells = vec![Cell::default(); self.table.headings.len()];
        let mut seen = vec![false; self.table.headings.len()];
        for (name, value) in members {
            let at = *self.places.entry(name.clone()).or_insert_with(|| {
                self.table.headings.push(name.clone());
                self.table.headings.len() - 1
            });
            if at >= MOST_COLUMNS {
                return Err(too_many_columns());
            }
            if at >= cells.len() {
                cells.resize(at + 1, Cell::default());
                seen.resize(at + 1, false);
            }
            if std::mem::replace(&mut seen[at], true) {
                let detail = format!("row {number} has the member {name} twice");
                return Err(Fault::of_file(Because::Duplicate, detail, "Leave one out."));
            }
            cells[at] = cell(value);
            within(&Cell::text(name), number, at)?;
            within(&cells[at], number, at)?;
        }
        if cells.iter().all(Cell::is_blank) {
            return Ok(());
        }
        if self.table.rows.len() == MOST_ROWS {
            return Err(too_many_rows(MOST_ROWS));
        }
        self.table.rows.push(Row { number, cells });
        Ok(())
    }
}

fn cell(value: Value) -> Cell {
    match value {
        Value::Null => Cell::default(),
        Value::Bool(flag) => Cell::of(Kind::Flag, flag.to_string()),
        Value::Number(number) => Cell::of(Kind::Number, number.to_string()),
        Value::String(text) => Cell::text(text),
        nested @ (Value::Array(_) | Value::Object(_)) => Cell::of(Kind::Nested, nested.to_string()),
    }
}
