//! Plants each known mistake, one after the other, and looks whether a row finds it: a harness that
//! finds nothing must show that it can.

use crate::plan::{Plan, Size};
use crate::report::Report;
use crate::row::Row;
use crate::seeds;
use faults::Bug;
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

/// The row that is asked first to find a mistake.
const fn finder(bug: Bug) -> Row {
    match bug {
        // Histories stop the process between two steps of the engine, not within one.
        Bug::AckBeforeCommit | Bug::SyncNormal => Row::Power,
        Bug::BudgetNotChecked => Row::Races,
        _ => Row::Histories,
    }
}

/// Plants those named, or all; asks the given rows, or each mistake's own finder.
pub(crate) fn run(plan: &Plan, names: &[String], rows: &[Row]) -> Report {
    let mut report = Report { row: "bugs", unit: "bugs", ..Report::default() };
    let begun = Instant::now();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let named = names.iter().map(|name| Bug::of(name).unwrap_or_else(|| panic!("no bug {name}")));
    let named: Vec<Bug> = named.collect();
    let bugs = if named.is_empty() { Bug::ALL } else { &named };
    for &bug in bugs {
        let own = [finder(bug)];
        for &row in if rows.is_empty() { &own } else { rows } {
            report.asked += 1;
            let told = ask(plan, bug, row, &folder.path().join("report.json"));
            match told {
                Ok(words) => {
                    report.done += 1;
                    report.figure(format!("{} by {}", bug.name(), row.name()), words);
                }
                Err(why) => report.broke(
                    plan.seed,
                    format!(
                        "{} ({}) is not found by {}: {why}",
                        bug.name(),
                        bug.what(),
                        row.name()
                    ),
                ),
            }
        }
    }
    report.took = begun.elapsed();
    report
}

/// Runs a row with the mistake in it. `Ok` says how the row found it.
fn ask(plan: &Plan, bug: Bug, row: Row, file: &Path) -> Result<String, String> {
    // What was written for the mistake before is not this one's.
    let _ = std::fs::remove_file(file);
    let me = std::env::current_exe().map_err(|e| e.to_string())?;
    let mut child = Command::new(me);
    child.args(["--only", row.name(), "--seed", &seeds::text(plan.seed), "--json"]).arg(file);
    child.arg("--demarc").arg(plan.demarc());
    if plan.size == Size::Short {
        child.arg("--short");
    }
    child.env("FAULTS_PLANT", bug.name()).stdin(Stdio::null());
    let output = child.output().map_err(|e| e.to_string())?;
    let told = std::fs::read_to_string(file).map_err(|e| format!("it told nothing: {e}"))?;
    let told: Value = serde_json::from_str(&told).map_err(|e| e.to_string())?;
    let told = &told["rows"][0];
    let found = told["broken"][0]["what"].as_str();
    match (output.status.code(), found) {
        (Some(1), Some(what)) => {
            let done = &told["done"];
            let unit = told["unit"].as_str().unwrap_or_default();
            Ok(format!("after {done} {unit}: {}", what.lines().next().unwrap_or_default()))
        }
        (code, _) => Err(format!("exit {code:?} after {} {}", told["done"], told["unit"])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use faults::Point;

    #[test]
    fn the_page_of_trust_names_every_row_mistake_and_point() {
        let page = include_str!("../../docs/trust.md");
        for row in Row::ALL {
            assert!(page.contains(&format!("### {}: ", row.name())), "{}", row.name());
        }
        let bugs = Bug::ALL.iter().map(|bug| (bug.name(), bug.what()));
        let points = Point::ALL.iter().map(|point| (point.name(), point.what()));
        for (name, what) in bugs.chain(points) {
            assert!(page.contains(&format!("| `{name}` |")), "{name} is not there");
            assert!(page.contains(what), "{name} is not said to be: {what}");
        }
    }
}
