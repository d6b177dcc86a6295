//! Laying a document out: its head, then its parts, from the top of the first sheet down.

use super::lines::wrap;
use super::sheets::{LEFT, Sheets, WIDTH};
use super::table;
use super::tags::{Node, ROOT, Sort};
use super::typeface::{Ink, Style, Typeface};
use crate::model::{Block, Document, Fact, Mark, Part};

const ISSUER: Style = Style::bold(10.5, Ink::Blue);
const TITLE: Style = Style::bold(20.0, Ink::Black);
const NAME: Style = Style::regular(12.0, Ink::Faint);
const LABEL: Style = Style::regular(8.5, Ink::Faint);
const VALUE: Style = Style::regular(8.5, Ink::Black);
const FIGURE: Style = Style::bold(15.0, Ink::Blue);
const MARK: Style = Style::bold(8.5, Ink::Brown);
const MEANING: Style = Style::regular(8.5, Ink::Brown);
const HEADING: Style = Style::bold(12.0, Ink::Blue);
const TEXT: Style = Style::regular(8.5, Ink::Black);
const FINE: Style = Style::regular(7.4, Ink::Faint);
const LACKED: &str = "\u{fffd} stands for a character that the typeface of this document lacks.";
/// Between the two columns of facts, and what their labels take.
const GUTTER: f32 = 20.0;
const LABELS: f32 = 92.0;
/// Around words on a ground.
const PAD: f32 = 8.0;

pub(super) fn lay_out<'f>(document: &Document, face: &'f Typeface) -> Sheets<'f> {
    let mut sheets = Sheets::new(face);
    head(&mut sheets, document);
    for part in &document.parts {
        self::part(&mut sheets, part);
    }
    if face.lacked() {
        sheets.gap(8.0);
        paragraph(&mut sheets, ROOT, LACKED, FINE);
    }
    sheets
}

fn head(sheets: &mut Sheets<'_>, document: &Document) {
    paragraph(sheets, ROOT, &document.issuer, ISSUER);
    let title = Sort::Heading(1, document.title.clone());
    let node = sheets.tags.add(ROOT, title);
    words(sheets, node, &document.title, TITLE);
    if !document.name.is_empty() {
        paragraph(sheets, ROOT, &document.name, NAME);
    }
    for mark in &document.marks {
        sheets.gap(8.0);
        self::mark(sheets, mark);
    }
    sheets.gap(12.0);
    facts(sheets, &document.facts);
    figures(sheets, &document.figures);
}

/// Words over the whole width.
fn words(sheets: &mut Sheets<'_>, node: Node, text: &str, style: Style) {
    sheets.keep_words(node, text);
    let lines = wrap(sheets.face, text, style, WIDTH);
    sheets.lines(LEFT, lines, style, Some(node));
}

fn paragraph(sheets: &mut Sheets<'_>, parent: Node, text: &str, style: Style) {
    let node = sheets.tags.add(parent, Sort::Paragraph);
    words(sheets, node, text, style);
}

fn mark(sheets: &mut Sheets<'_>, mark: &Mark) {
    let node = sheets.tags.add(ROOT, Sort::Paragraph);
    let indent = sheets.face.width(&mark.word, MARK) + 8.0;
    let lines = wrap(sheets.face, &mark.meaning, MEANING, WIDTH - indent - 2.0 * PAD);
    let height = MARK.leading() * rows(lines.len().max(1)) + PAD;
    sheets.need(height);
    let top = sheets.y;
    sheets.area((LEFT, top), (WIDTH, height), Ink::Amber);
    sheets.area((LEFT, top), (3.0, height), Ink::Orange);
    let y = top + PAD / 2.0;
    sheets.line((LEFT + PAD, y), mark.word.clone(), MARK, Some(node));
    sheets.y = y;
    sheets.lines(LEFT + PAD + indent, lines, MEANING, Some(node));
    sheets.y = top + height;
}

#[expect(clippy::cast_precision_loss, reason = "so many lines are never on a sheet")]
pub(super) const fn rows(count: usize) -> f32 {
    count as f32
}

/// In two columns, read line by line.
fn facts(sheets: &mut Sheets<'_>, facts: &[Fact]) {
    let column = (WIDTH - GUTTER) / 2.0;
    for pair in facts.chunks(2) {
        let cells: Vec<_> = pair
            .iter()
            .map(|fact| wrap(sheets.face, &fact.value, VALUE, column - LABELS))
            .collect();
        let most = cells.iter().map(Vec::len).max().unwrap_or(0).max(1);
        let height = VALUE.leading() * rows(most) + 1.5;
        sheets.need(height);
        let top = sheets.y;
        let mut x = LEFT;
        for (fact, lines) in pair.iter().zip(cells) {
            let node = sheets.tags.add(ROOT, Sort::Paragraph);
            let said = format!("{}: {}", fact.label, fact.value);
            sheets.tags.actually(node, said);
            sheets.line((x, top), fact.label.clone(), LABEL, Some(node));
            sheets.y = top;
            sheets.lines(x + LABELS, lines, VALUE, Some(node));
            x += column + GUTTER;
        }
        sheets.y = top + height;
    }
}

/// Beside each other on a ground.
fn figures(sheets: &mut Sheets<'_>, figures: &[Fact]) {
    if figures.is_empty() {
        return;
    }
    sheets.gap(12.0);
    let height = LABEL.leading() + FIGURE.leading() + 2.0 * PAD;
    sheets.need(height);
    let top = sheets.y;
    sheets.area((LEFT, top), (WIDTH, height), Ink::Tint);
    let column = (WIDTH - 2.0 * PAD) / rows(figures.len());
    let mut x = LEFT + PAD + 4.0;
    for figure in figures {
        let node = sheets.tags.add(ROOT, Sort::Paragraph);
        sheets.tags.actually(node, format!("{}: {}", figure.label, figure.value));
        sheets.line((x, top + PAD), figure.label.clone(), LABEL, Some(node));
        let y = top + PAD + LABEL.leading();
        let style = fitting(sheets.face, &figure.value, FIGURE, column - PAD);
        sheets.line((x, y), figure.value.clone(), style, Some(node));
        x += column;
    }
    sheets.y = top + height;
}

/// The style, made smaller until the words have room.
pub(super) fn fitting(face: &Typeface, text: &str, style: Style, width: f32) -> Style {
    let needs = face.width(text, style);
    if needs <= width { style } else { Style { size: style.size * width / needs, ..style } }
}

fn part(sheets: &mut Sheets<'_>, part: &Part) {
    let above = 16.0;
    let heading = HEADING.leading() + 4.0;
    // A heading stays with what it is the heading of.
    let first = part.blocks.first().map_or(0.0, |block| least(sheets, block));
    sheets.need(above + heading + first);
    sheets.gap(above);
    let section = sheets.tags.add(ROOT, Sort::Section);
    let node = sheets.tags.add(section, Sort::Heading(2, part.heading.clone()));
    let sheet = sheets.done.len() - 1;
    sheets.headings.push((part.heading.clone(), sheet, sheets.y));
    words(sheets, node, &part.heading, HEADING);
    sheets.y += 3.0;
    for block in &part.blocks {
        match block {
            Block::Text(text) => {
                paragraph(sheets, section, text, TEXT);
                sheets.gap(4.0);
            }
            Block::List(points) => list(sheets, section, points),
            Block::Table(table) => {
                table::lay_out(sheets, section, table);
                sheets.gap(4.0);
            }
        }
    }
}

/// What a block needs at the least, so that it has begun.
fn least(sheets: &Sheets<'_>, block: &Block) -> f32 {
    match block {
        Block::Text(_) | Block::List(_) => 2.0 * TEXT.leading(),
        Block::Table(table) => table::least(sheets, table),
    }
}

fn list(sheets: &mut Sheets<'_>, parent: Node, points: &[String]) {
    let list = sheets.tags.add(parent, Sort::List);
    for point in points {
        let item = sheets.tags.add(list, Sort::Item);
        let node = sheets.tags.add(item, Sort::ItemBody);
        sheets.keep_words(node, point);
        let lines = wrap(sheets.face, point, TEXT, WIDTH - 12.0);
        sheets.need(TEXT.leading());
        sheets.line((LEFT + 2.0, sheets.y), "•".to_owned(), TEXT, None);
        sheets.lines(LEFT + 12.0, lines, TEXT, Some(node));
        sheets.y += 2.0;
    }
}
