//! PDFs read back: what a document says, on how many sheets, in which order.

use super::lines::wrap;
use super::pdf;
use super::typeface::{Ink, Style, Typeface, UNKNOWN};
use crate::model::*;
use lopdf::{Dictionary, Object};

const STYLE: Style = Style::regular(8.0, Ink::Black);

fn document(rows: Vec<Row>) -> Document {
    let columns = vec![Column::words("Site", 60), Column::amounts("Monthly, USD", 20)];
    let table = Table { caption: "Sites".to_owned(), columns, rows };
    Document {
        language: "en".to_owned(),
        issuer: "Sample Carrier".to_owned(),
        title: "Quote Q-1, version 1".to_owned(),
        name: "Branch offices".to_owned(),
        marks: vec![Mark::new("Draft", "It is no offer.")],
        facts: vec![Fact::new("Customer", "Example Industries")],
        figures: vec![Fact::new("Each month", "USD 1,234.50")],
        parts: vec![
            Part { heading: "Sites".to_owned(), blocks: vec![Block::Table(table)] },
            Part {
                heading: "Notes".to_owned(),
                blocks: vec![
                    Block::Text("Net.".to_owned()),
                    Block::List(vec!["Taxes.".to_owned()]),
                ],
            },
        ],
        foot: "Quote Q-1".to_owned(),
    }
}

fn row(sort: Rows, name: &str, amount: &str) -> Row {
    Row::new(sort, vec![Cell::new(name).below("233 S WACKER DR"), Cell::new(amount)])
}

fn sites(count: usize) -> Document {
    let mut rows: Vec<_> =
        (0..count).map(|at| row(Rows::Plain, &format!("Office {at}"), "10.00")).collect();
    rows.push(row(Rows::Total, "All sites", "1,230.00"));
    document(rows)
}

/// The words of each sheet.
fn read(bytes: &[u8]) -> Vec<String> {
    let read = lopdf::Document::load_mem(bytes).unwrap();
    let numbers: Vec<u32> = read.get_pages().keys().copied().collect();
    numbers.iter().map(|number| read.extract_text(&[*number]).unwrap()).collect()
}

fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

#[test]
fn every_word_can_be_read_back_in_its_order() {
    let text = squeezed(&read(&pdf(&sites(2)).unwrap()).join(""));
    let mut from = 0;
    for said in [
        "Sample Carrier",
        "Quote Q-1, version 1",
        "Branch offices",
        "Draft",
        "It is no offer.",
        "Customer",
        "Example Industries",
        "Each month",
        "USD 1,234.50",
        "Sites",
        "Site",
        "Monthly, USD",
        "Office 0",
        "233 S WACKER DR",
        "10.00",
        "Office 1",
        "10.00",
        "All sites",
        "1,230.00",
        "Notes",
        "Net.",
        "Taxes.",
        "Quote Q-1",
        "Page 1 of 1",
    ] {
        let at = text[from..].find(&squeezed(said));
        from += at.unwrap_or_else(|| panic!("{said} is missing in {text}"));
    }
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    assert_eq!(pdf(&sites(30)).unwrap(), pdf(&sites(30)).unwrap());
}

#[test]
fn each_sheet_has_the_header_a_row_and_its_number() {
    for count in (20..64).step_by(4) {
        let sheets = read(&pdf(&sites(count)).unwrap());
        let of = sheets.len();
        assert!(of <= 4, "{count} rows take {of} sheets");
        for (at, sheet) in sheets.iter().enumerate() {
            let foot = format!("Page {} of {of}", at + 1);
            assert!(sheet.contains(&foot), "{count}: {sheet}");
            // A part that is not of the table may have the last sheet for itself.
            assert_eq!(sheet.contains("Monthly, USD"), sheet.contains("10.00"), "{count}: {sheet}");
            let total = sheet.find("All sites");
            let last = sheet.rfind("Office");
            assert!(total.is_none() || last < total && last.is_some(), "{count}: {sheet}");
            let heading = sheet.find("Notes");
            assert!(heading.is_none() || sheet.contains("Net."), "{count}: {sheet}");
        }
        let all = sheets.join("");
        assert_eq!(all.matches("Office").count(), count);
    }
}

#[test]
fn details_stay_with_their_row() {
    for count in (1..24).step_by(3) {
        let of = |at: usize| {
            let details = ["Access", "Port", "Router"].map(|name| row(Rows::Detail, name, "1.00"));
            std::iter::once(row(Rows::Plain, &format!("Office {at}"), "3.00")).chain(details)
        };
        let sheets = read(&pdf(&document((0..count).flat_map(of).collect())).unwrap());
        for sheet in sheets {
            let rows = sheet.matches("Office").count();
            assert_eq!(sheet.matches("Router").count(), rows, "{sheet}");
        }
    }
}

#[test]
fn a_row_that_is_higher_than_a_sheet_goes_on_on_the_next() {
    let long: Vec<_> = (0..4000).map(|at| format!("word{at}")).collect();
    let rows = vec![row(Rows::Plain, &long.join(" "), "10.00"), row(Rows::Plain, "After", "1.00")];
    let sheets = read(&pdf(&document(rows)).unwrap());
    assert!(sheets.len() > 2);
    let text = sheets.join(" ");
    let mut words = text.split_whitespace().filter(|word| word.starts_with("word"));
    assert!(long.iter().all(|word| words.next() == Some(word)));
    assert!(text.contains("After"));
}

fn actual(object: &Object) -> Option<String> {
    let dictionary: &Dictionary = object.as_dict().ok()?;
    lopdf::decode_text_string(dictionary.get(b"ActualText").ok()?).ok()
}

#[test]
fn what_the_typeface_lacks_is_shown_as_a_sign_and_kept_as_it_is() {
    let name = "\u{5317}\u{4eac} office \u{5e9}\u{5dc}";
    let bytes = pdf(&document(vec![row(Rows::Plain, name, "10.00")])).unwrap();
    let text = read(&bytes).join("");
    assert!(text.contains(&format!("{UNKNOWN}{UNKNOWN} office {UNKNOWN}{UNKNOWN}")), "{text}");
    assert!(text.contains("stands for a character"), "{text}");
    let read = lopdf::Document::load_mem(&bytes).unwrap();
    let kept: Vec<_> = read.objects.values().filter_map(actual).collect();
    assert!(kept.contains(&format!("{name} 233 S WACKER DR")), "{kept:?}");
}

#[test]
fn no_line_is_wider_than_its_column_and_no_letter_is_lost() {
    let face = Typeface::new().unwrap();
    for text in [
        "A short one",
        "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
        "a/very/long/path/without/any/space/at/all/but/with/slashes/in/between/them/as/usual",
        "Łódź – Škoda & Sønner, Straße 12 · Αθήνα · Москва · e\u{301}te\u{301}",
        "tabs\tand\nlines\u{2028}and\u{202e}turns",
        "",
        "   ",
    ] {
        for width in [20.0, 60.0, 200.0] {
            let lines = wrap(&face, text, STYLE, width);
            for line in &lines {
                assert!(face.width(line, STYLE) <= width + 0.5, "{line} in {width}");
            }
            assert_eq!(squeezed(&lines.concat()), squeezed(&face.shown(text)), "in {width}");
        }
    }
}

#[test]
fn an_amount_is_never_broken() {
    let amount = "12,345,678,901,234.56";
    let rows = vec![row(Rows::Plain, "Office", amount), row(Rows::Total, "All", amount)];
    let text = read(&pdf(&document(rows)).unwrap()).join("");
    assert_eq!(text.matches(amount).count(), 2, "{text}");
}

#[test]
fn a_pdf_is_tagged_and_says_its_title_and_language() {
    let bytes = pdf(&sites(1)).unwrap();
    let read = lopdf::Document::load_mem(&bytes).unwrap();
    let catalog = read.catalog().unwrap();
    let marked = catalog.get(b"MarkInfo").and_then(Object::as_dict).unwrap();
    assert!(marked.get(b"Marked").and_then(Object::as_bool).unwrap());
    assert!(catalog.get(b"StructTreeRoot").is_ok() && catalog.get(b"Outlines").is_ok());
    let language = lopdf::decode_text_string(catalog.get(b"Lang").unwrap()).unwrap();
    assert_eq!(language, "en");
    let kinds: Vec<_> = read
        .objects
        .values()
        .filter_map(|object| object.as_dict().ok()?.get(b"S").ok()?.as_name().ok())
        .map(|name| String::from_utf8_lossy(name).into_owned())
        .collect();
    for kind in ["H1", "H2", "Table", "THead", "TH", "TR", "TD", "L", "LI"] {
        assert!(kinds.iter().any(|k| k == kind), "no {kind} among {kinds:?}");
    }
}
