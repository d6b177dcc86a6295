//! What is said about an import: columns and rows on stdout, everything about them on stderr.

use crate::command::{print, table};
use crate::failure::Outcome;
use domain::code::Because;
use serde_json::Value;
use sheet::{Fault, Place};

/// How many faults and notes are told on the terminal.
const TOLD: usize = 20;

pub(in crate::command) fn word<'a>(value: &'a Value, member: &str) -> &'a str {
    value[member].as_str().unwrap_or_default()
}

pub(in crate::command) fn list<'a>(value: &'a Value, member: &str) -> &'a [Value] {
    value[member].as_array().map(Vec::as_slice).unwrap_or_default()
}

/// What each column means.
pub(super) fn columns(report: &Value) -> Outcome {
    let mut rows = table(&["column", "heading", "means"]);
    for column in list(report, "columns") {
        let means = match (column["feature"].as_str(), column["means"].as_str()) {
            (Some(feature), _) => format!("feature {feature}"),
            (None, Some(means)) => means.to_owned(),
            (None, None) => "ignored".to_owned(),
        };
        rows.add_row([word(column, "column"), word(column, "heading"), &means]);
    }
    print(&rows.to_string())
}

/// Tells the first of a list that was counted, and how many more there are.
fn some(of: &Value, (what, all, count): (&str, &str, &str), line: impl Fn(&Value) -> String) {
    let listed = list(of, all);
    for one in listed.iter().take(TOLD) {
        eprintln!("{what}: {}", line(one));
    }
    let more = of[count].as_u64().unwrap_or_default();
    let more = more.saturating_sub(u64::try_from(listed.len().min(TOLD)).unwrap_or_default());
    if more > 0 {
        eprintln!("and {more} more");
    }
}

fn place(of: &Value) -> String {
    let row = of["row"].as_u64().map(|row| format!("row {row}"));
    let column = of["column"].as_str().map(|column| format!("column {column}"));
    let place: Vec<_> = row.into_iter().chain(column).collect();
    if place.is_empty() { "the file".to_owned() } else { place.join(", ") }
}

pub(super) fn notes(report: &Value) {
    let line = |note: &Value| format!("{}: {}", place(note), word(note, "detail"));
    some(report, ("note", "notes", "notes_count"), line);
}

pub(super) fn faults(report: &Value) {
    let line = |told: &Value| format!("{}: {}", place(told), fault(told).line());
    some(report, ("fault", "faults", "faults_count"), line);
}

/// What was not done, and how it would be.
pub(super) fn looked(faults: u64, commit: bool) {
    match (faults, commit) {
        (0, _) => eprintln!("nothing was changed; --commit takes the rows"),
        (_, true) => eprintln!("nothing was taken; --partial would take the sound rows"),
        (_, false) => eprintln!("nothing was changed"),
    }
}

/// A fault as the server tells it.
pub(super) fn fault(told: &Value) -> Fault {
    let text = |member: &str| told[member].as_str().map(str::to_owned);
    let row = told["row"].as_u64().and_then(|row| u32::try_from(row).ok());
    let code = Because::ALL.iter().copied().find(|b| b.as_str() == word(told, "code"));
    Fault {
        place: Box::new(Place { row, column: text("column"), heading: text("heading") }),
        value: text("value"),
        code: code.unwrap_or(Because::BadFormat),
        detail: text("detail").unwrap_or_default(),
        expected: text("expected"),
        remedy: text("remedy").unwrap_or_default(),
    }
}
