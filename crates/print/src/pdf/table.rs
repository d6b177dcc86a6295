//! Tables: columns by their shares, rows that stay together, and a header on every sheet.

use super::flow::{fitting, rows};
use super::lines::wrap;
use super::sheets::{FULL, LEFT, Sheets, WIDTH};
use super::tags::{Node, Sort};
use super::typeface::{Ink, Style, Typeface};
use crate::model::{Align, Cell, Column, Row, Rows, Table};

const HEAD: Style = Style::bold(7.6, Ink::Faint);
const TEXT: Style = Style::regular(8.4, Ink::Black);
const BELOW: Style = Style::regular(7.4, Ink::Faint);
const DETAIL: Style = Style::regular(7.6, Ink::Faint);
const TOTAL: Style = Style::bold(8.4, Ink::Black);
/// Between two columns.
const GUTTER: f32 = 9.0;
const HAIR: f32 = 0.5;
const RULE: f32 = 1.0;

/// A line of a cell.
type Line = (String, Style);

/// A row, broken into lines.
struct Laid {
    sort: Rows,
    cells: Vec<Vec<Line>>,
    height: f32,
}

/// Where a column stands.
#[derive(Clone, Copy)]
struct Place {
    x: f32,
    width: f32,
    align: Align,
}

fn places(columns: &[Column]) -> Vec<Place> {
    let total: f32 = columns.iter().map(|c| f32::from(c.share)).sum();
    let gutters = GUTTER * rows(columns.len().saturating_sub(1));
    let mut x = LEFT;
    let mut places = Vec::with_capacity(columns.len());
    for column in columns {
        let width = (WIDTH - gutters) * f32::from(column.share) / total.max(1.0);
        places.push(Place { x, width, align: column.align });
        x += width + GUTTER;
    }
    places
}

const fn padding(sort: Rows) -> (f32, f32) {
    match sort {
        Rows::Plain | Rows::Total => (3.2, 3.2),
        Rows::Detail => (0.0, 0.8),
    }
}

fn lay(face: &Typeface, row: &Row, places: &[Place]) -> Laid {
    let text = match row.sort {
        Rows::Plain => TEXT,
        Rows::Detail => DETAIL,
        Rows::Total => TOTAL,
    };
    let lines = |(cell, place): (&Cell, &Place)| {
        [(&cell.text, text), (&cell.below, BELOW)]
            .into_iter()
            .flat_map(|(words, style)| broken(face, words, style, place))
            .collect()
    };
    let cells: Vec<Vec<Line>> = row.cells.iter().zip(places).map(lines).collect();
    let (above, below) = padding(row.sort);
    let height = cells.iter().map(|cell| height(cell)).fold(0.0, f32::max) + above + below;
    Laid { sort: row.sort, cells, height }
}

/// Words in lines. An amount is never broken; one that is too wide is set smaller.
fn broken(face: &Typeface, words: &str, style: Style, place: &Place) -> Vec<Line> {
    match place.align {
        Align::Start => {
            let lines = wrap(face, words, style, place.width).into_iter();
            lines.map(|line| (line, style)).collect()
        }
        Align::End if words.is_empty() => Vec::new(),
        Align::End => {
            let shown = face.shown(words).into_owned();
            let style = fitting(face, &shown, style, place.width);
            vec![(shown, style)]
        }
    }
}

fn height(lines: &[Line]) -> f32 {
    lines.iter().map(|(_, style)| style.leading()).sum()
}

fn head_lines(face: &Typeface, table: &Table, places: &[Place]) -> Vec<Vec<String>> {
    let columns = table.columns.iter().zip(places);
    columns.map(|(column, place)| wrap(face, &column.heading, HEAD, place.width)).collect()
}

fn head_height(lines: &[Vec<String>]) -> f32 {
    HEAD.leading() * rows(lines.iter().map(Vec::len).max().unwrap_or(0)) + 5.0
}

/// How high the header is with the first rows that stay together.
pub(super) fn least(sheets: &Sheets<'_>, table: &Table) -> f32 {
    let places = places(&table.columns);
    let head = head_height(&head_lines(sheets.face, table, &places));
    let first = together(&table.rows).next().unwrap_or_default();
    head + kept(&first.iter().map(|row| lay(sheets.face, row, &places)).collect::<Vec<_>>())
}

/// Rows that stay on one sheet: a plain one with its details, and with the total if it is the
/// last.
fn together(all: &[Row]) -> impl Iterator<Item = &[Row]> {
    all.chunk_by(|_, next| next.sort != Rows::Plain)
}

/// How much of rows that belong together must have room: all of them, unless that would leave
/// half a sheet empty.
fn kept(laid: &[Laid]) -> f32 {
    let all: f32 = laid.iter().map(|row| row.height).sum();
    if all <= FULL / 2.0 { all } else { laid.iter().take(2).map(|row| row.height).sum() }
}

pub(super) fn lay_out(sheets: &mut Sheets<'_>, parent: Node, table: &Table) {
    let places = places(&table.columns);
    let node = sheets.tags.add(parent, Sort::Table(table.caption.clone()));
    let head = Head { table, lines: head_lines(sheets.face, table, &places), places: &places };
    sheets.need(least(sheets, table));
    head.draw(sheets, Some(node));
    let body = sheets.tags.add(node, Sort::TableBody);
    let mut before = None;
    for rows in together(&table.rows) {
        let laid: Vec<_> = rows.iter().map(|row| lay(sheets.face, row, &places)).collect();
        if sheets.room() < kept(&laid) {
            head.again(sheets, &mut before);
        }
        for (laid, row) in laid.into_iter().zip(rows) {
            if sheets.room() < laid.height {
                head.again(sheets, &mut before);
            }
            let node = tagged(sheets, body, row);
            rule(sheets, before, laid.sort);
            before = Some(laid.sort);
            draw(sheets, laid, &node, &head);
        }
    }
    if before != Some(Rows::Total) {
        sheets.area((LEFT, sheets.y), (WIDTH, HAIR), Ink::Line);
    }
}

/// The cells of a row, as nodes.
fn tagged(sheets: &mut Sheets<'_>, body: Node, row: &Row) -> Vec<Node> {
    let node = sheets.tags.add(body, Sort::Row);
    let mut cells = Vec::with_capacity(row.cells.len());
    for cell in &row.cells {
        let node_of_cell = sheets.tags.add(node, Sort::Cell);
        let odd = [&cell.text, &cell.below].into_iter().any(|t| sheets.face.shown(t) != **t);
        if odd {
            sheets.tags.actually(node_of_cell, format!("{} {}", cell.text, cell.below));
        }
        cells.push(node_of_cell);
    }
    cells
}

/// The line above a row.
fn rule(sheets: &mut Sheets<'_>, before: Option<Rows>, sort: Rows) {
    let place = (LEFT, sheets.y);
    match (before, sort) {
        (Some(Rows::Plain | Rows::Detail), Rows::Plain) => {
            sheets.area(place, (WIDTH, HAIR), Ink::Line);
        }
        (Some(Rows::Plain | Rows::Detail), Rows::Total) => {
            sheets.area(place, (WIDTH, RULE), Ink::Black);
        }
        _ => {}
    }
}

/// Draws a row. One that is higher than a sheet goes on on the next.
fn draw(sheets: &mut Sheets<'_>, laid: Laid, nodes: &[Node], head: &Head<'_>) {
    let (above, below) = padding(laid.sort);
    let mut cells: Vec<_> = laid.cells.into_iter().map(Vec::into_iter).collect();
    loop {
        let top = sheets.y + above;
        let mut deepest = top;
        for ((cell, node), place) in cells.iter_mut().zip(nodes).zip(head.places) {
            let mut y = top;
            let fits = |line: &Line, y: f32| y + line.1.leading() <= super::sheets::BOTTOM;
            while let Some((text, style)) = cell.as_slice().first().filter(|l| fits(l, y)) {
                let (text, style) = (text.clone(), *style);
                cell.next();
                match place.align {
                    Align::Start => sheets.line((place.x, y), text, style, Some(*node)),
                    Align::End => {
                        sheets.line_to((place.x + place.width, y), text, style, Some(*node));
                    }
                }
                y += style.leading();
            }
            deepest = deepest.max(y);
        }
        sheets.y = deepest + below;
        if cells.iter().all(|cell| cell.as_slice().is_empty()) {
            return;
        }
        head.again(sheets, &mut None);
    }
}

/// The header.
struct Head<'t> {
    table: &'t Table,
    lines: Vec<Vec<String>>,
    places: &'t [Place],
}

impl Head<'_> {
    /// On a new sheet. It was read already.
    fn again(&self, sheets: &mut Sheets<'_>, before: &mut Option<Rows>) {
        sheets.next();
        self.draw(sheets, None);
        *before = None;
    }

    fn draw(&self, sheets: &mut Sheets<'_>, table: Option<Node>) {
        let row = table.map(|table| {
            let head = sheets.tags.add(table, Sort::TableHead);
            sheets.tags.add(head, Sort::Row)
        });
        let height = head_height(&self.lines);
        let bottom = sheets.y + height - 3.0;
        for ((lines, place), column) in self.lines.iter().zip(self.places).zip(&self.table.columns)
        {
            let node = row.map(|row| sheets.tags.add(row, Sort::HeadCell));
            let mut y = bottom - HEAD.leading() * rows(lines.len());
            for line in lines {
                match column.align {
                    Align::Start => sheets.line((place.x, y), line.clone(), HEAD, node),
                    Align::End => {
                        sheets.line_to((place.x + place.width, y), line.clone(), HEAD, node);
                    }
                }
                y += HEAD.leading();
            }
        }
        sheets.area((LEFT, bottom + 1.0), (WIDTH, RULE), Ink::Black);
        sheets.y += height;
    }
}
