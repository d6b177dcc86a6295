//! The rows of a table, each read as a site with its configuration, or with what is wrong in it.

mod address;
mod product;

use crate::columns::{Column, Columns, columns};
use crate::fault::{Fault, Note, Place};
use crate::heading::Means;
use crate::table::{Kind, Row, Table};
use domain::address::Address;
use domain::catalogue::{Catalogue, Configuration, Offering};
use domain::code::Because;
use product::Configured;
use std::collections::HashMap;

/// What may be sold to whoever sends the file.
#[derive(Debug, Clone, Copy)]
pub struct Sold<'a> {
    pub catalogue: &'a Catalogue,
    /// The codes of the offerings.
    pub offerings: &'a [String],
    /// The product of a row that names none: a code, a name, or what a column could say.
    pub default: Option<&'a str>,
}

/// A row that can become a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sound {
    /// As a person counts it.
    pub row: u32,
    pub name: String,
    pub address: Address,
    /// None where the row names no product.
    pub configuration: Option<Configuration>,
}

/// A table, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Understood {
    pub columns: Vec<Column>,
    /// In the order of the file.
    pub sound: Vec<Sound>,
    /// How many rows have a fault.
    pub faulty: usize,
    /// Everything that is wrong, in the order of the file.
    pub faults: Vec<Fault>,
    pub notes: Vec<Note>,
    /// Whether the file as a whole is not understood, so that no row of it may be taken.
    pub broken: bool,
}

/// The most faults that are told of one row.
const MOST_OF_A_ROW: usize = 10;

/// Finds what the columns mean and reads the rows.
pub fn understand(table: &Table, sold: Sold<'_>) -> Understood {
    let find = |code: &String| sold.catalogue.offering(code);
    let offerings: Vec<&Offering> = sold.offerings.iter().filter_map(find).collect();
    let mut columns = columns(table, &offerings);
    let default = sold.default.and_then(|named| {
        let found = product::find(&offerings, named);
        if found.is_none() {
            let fault = product::not_sold(&offerings, named);
            columns.faults.push(fault.at(Place::default()));
        }
        found
    });
    let broken = !columns.faults.is_empty();
    let faults = std::mem::take(&mut columns.faults);
    let mut notes = table.notes.clone();
    notes.append(&mut columns.notes);
    let mut reading = Reading {
        table,
        columns,
        offerings,
        default,
        products: HashMap::new(),
        configured: HashMap::new(),
        faults,
        notes,
    };
    let mut sound = Vec::new();
    let mut faulty = 0;
    if !broken {
        for row in &table.rows {
            match reading.row(row) {
                Some(site) => sound.push(site),
                None => faulty += 1,
            }
        }
        reading.alike(&sound);
    }
    let Reading { columns, faults, notes, .. } = reading;
    Understood { columns: columns.all, sound, faulty, faults, notes, broken }
}

/// A table on its way.
struct Reading<'a> {
    table: &'a Table,
    columns: Columns,
    offerings: Vec<&'a Offering>,
    /// The place of the product of a row that names none.
    default: Option<usize>,
    /// What texts named: most rows name the same.
    products: HashMap<String, Option<usize>>,
    /// What choices gave, by the texts of the cells: most rows choose alike.
    configured: HashMap<(usize, Vec<(usize, String)>), Configured>,
    faults: Vec<Fault>,
    notes: Vec<Note>,
}

impl Reading<'_> {
    fn row(&mut self, row: &Row) -> Option<Sound> {
        let before = self.faults.len();
        self.unheaded(row);
        let name = self.needed(row, Means::Site, 200);
        let address = self.address(row);
        self.quantity(row);
        let configuration = self.configuration(row);
        if self.faults.len() == before {
            let (name, address) = (name?, address?);
            return Some(Sound { row: row.number, name, address, configuration: configuration? });
        }
        let more = (self.faults.len() - before).saturating_sub(MOST_OF_A_ROW);
        if more > 0 {
            self.faults.truncate(before + MOST_OF_A_ROW);
            let detail = format!("the row has {more} faults more");
            let fault = Fault::of_file(Because::BadFormat, detail, "Mend the others first.");
            let place = Place { row: Some(row.number), ..Place::default() };
            self.faults.push(fault.at(place));
        }
        None
    }

    /// What a cell says; none if it is empty. A cell that says nothing readable is faulted.
    fn said<'r>(&mut self, row: &'r Row, column: usize) -> Option<&'r str> {
        let cell = &row.cells[column];
        let (detail, remedy) = match cell.kind {
            Kind::Error => {
                let detail = format!("the formula in the cell failed: {}", cell.value());
                (detail, "Mend the formula, or write the value.")
            }
            Kind::Nested => {
                let detail = "the member is a list or an object".to_owned();
                (detail, "Write a text, a number, true or false.")
            }
            _ => return Some(cell.value()).filter(|text| !text.is_empty()),
        };
        self.fault(row, column, Because::WrongType, detail, None, remedy);
        None
    }

    /// What the column with this meaning says; none if it is empty or there is no such column.
    fn of<'r>(&mut self, row: &'r Row, means: Means) -> Option<&'r str> {
        let column = self.columns.of(means)?;
        self.said(row, column)
    }

    /// What must be there, within so many characters.
    fn needed(&mut self, row: &Row, means: Means, most: usize) -> Option<String> {
        let column = self.columns.of(means)?;
        let before = self.faults.len();
        let Some(text) = self.said(row, column) else {
            if self.faults.len() == before {
                let detail = format!("the {} is missing", means.title());
                let remedy = "Fill the cell.";
                self.fault(row, column, Because::Missing, detail, None, remedy);
            }
            return None;
        };
        self.short(row, column, text, most).then(|| text.to_owned())
    }

    fn short(&mut self, row: &Row, column: usize, text: &str, most: usize) -> bool {
        let length = text.chars().count();
        if length > most {
            let detail = format!("the text has {length} characters");
            let expected = format!("at most {most}");
            let remedy = "Shorten the text.";
            self.fault(row, column, Because::TooLong, detail, Some(expected), remedy);
        }
        length <= most
    }

    /// A cell beyond the headings: a comma too many, most often.
    fn unheaded(&mut self, row: &Row) {
        let bare = |at: &usize| self.table.headings[*at].is_empty() && !row.cells[*at].is_blank();
        if let Some(column) = (0..row.cells.len()).find(bare) {
            let detail = "the column has no heading".to_owned();
            let remedy = "Give the column a heading or empty the cell; in CSV, a text with commas \
                needs quotation marks.";
            self.fault(row, column, Because::UnknownMember, detail, None, remedy);
        }
    }

    /// A row is one site.
    fn quantity(&mut self, row: &Row) {
        let Some(column) = self.columns.of(Means::Quantity) else { return };
        let Some(text) = self.said(row, column) else { return };
        if text.parse::<f64>().is_ok_and(|n| (n - 1.0).abs() < f64::EPSILON) {
            return;
        }
        let detail = format!("a row is one site, not {text}");
        let remedy = "Write a row for each site.";
        self.fault(row, column, Because::OutOfRange, detail, Some("1".to_owned()), remedy);
    }

    fn fault(
        &mut self,
        row: &Row,
        column: usize,
        code: Because,
        detail: String,
        expected: Option<String>,
        remedy: &str,
    ) {
        let place = Box::new(self.table.place(Some(row.number), column));
        let value = row.cells.get(column).map(|c| c.value().to_owned()).filter(|v| !v.is_empty());
        self.faults.push(Fault { place, value, code, detail, expected, remedy: remedy.to_owned() });
    }

    fn note(&mut self, row: &Row, column: usize, detail: String) {
        let place = self.table.place(Some(row.number), column);
        self.notes.push(Note { place, detail });
    }

    /// Rows with the same name and address are two sites, but a person may have meant one.
    fn alike(&mut self, sound: &[Sound]) {
        let mut seen: HashMap<(&str, &Address), u32> = HashMap::new();
        for site in sound {
            if let Some(first) = seen.insert((&site.name, &site.address), site.row) {
                let detail = format!("the same name and address as row {first}: both are added");
                let place = Place { row: Some(site.row), ..Place::default() };
                self.notes.push(Note { place, detail });
            }
        }
    }
}
