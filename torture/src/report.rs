//! What a row did and found.

use crate::plan::Plan;
use crate::seeds;
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;

/// What one row did, in figures, and where it broke the promise.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) row: &'static str,
    /// What is counted: kills, histories, keys.
    pub(crate) unit: &'static str,
    /// How many were asked for, and done.
    pub(crate) asked: usize,
    pub(crate) done: usize,
    /// What was measured, each with its name.
    pub(crate) figures: Vec<(String, String)>,
    /// Promises broken, each with the seed that shows it.
    pub(crate) broken: Vec<(u64, String)>,
    pub(crate) took: Duration,
}

impl Report {
    /// Whether nothing broke and something was tried.
    pub(crate) fn holds(&self) -> bool {
        self.broken.is_empty() && self.done > 0
    }

    /// Notes a figure, and prints it.
    pub(crate) fn figure(&mut self, name: impl Into<String>, value: impl ToString) {
        let (name, value) = (name.into(), value.to_string());
        eprintln!("  {}: {name}: {value}", self.row);
        self.figures.push((name, value));
    }

    /// Notes a broken promise; its seed is kept.
    pub(crate) fn broke(&mut self, seed: u64, what: impl Into<String>) {
        let what = what.into();
        eprintln!("  {}: BROKEN at seed {}: {what}", self.row, seeds::text(seed));
        // A planted mistake is no news.
        if faults::switched_on().is_none() {
            seeds::keep(self.row, seed, &what);
        }
        self.broken.push((seed, what));
    }

    /// Notes a broken promise unless it holds.
    pub(crate) fn must(&mut self, holds: bool, seed: u64, what: impl FnOnce() -> String) {
        if !holds {
            self.broke(seed, what());
        }
    }

    fn json(&self) -> Value {
        let figures: serde_json::Map<_, _> =
            self.figures.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
        let broken: Vec<Value> = self
            .broken
            .iter()
            .map(|(seed, what)| json!({ "seed": seeds::text(*seed), "what": what }))
            .collect();
        json!({ "row": self.row, "unit": self.unit, "asked": self.asked, "done": self.done,
            "seconds": self.took.as_secs(), "figures": figures, "broken": broken })
    }
}

/// Prints one line a row.
pub(crate) fn table(reports: &[Report]) {
    for Report { row, unit, asked, done, broken, took, .. } in reports {
        let verdict = match broken.len() {
            0 if *done == 0 => "NOTHING TRIED".to_owned(),
            0 => "holds".to_owned(),
            count => format!("BROKEN {count} times"),
        };
        println!("{row:<10} {done:>6} of {asked:>6} {unit:<10} {:>5} s  {verdict}", took.as_secs());
    }
}

/// Writes all of it to a file.
pub(crate) fn write(file: &Path, plan: &Plan, reports: &[Report]) {
    let all = json!({ "form": plan.size.name(), "seed": seeds::text(plan.seed),
        "rows": reports.iter().map(Report::json).collect::<Vec<_>>() });
    if let Err(e) = std::fs::write(file, format!("{all:#}\n")) {
        eprintln!("{}: {e}", file.display());
    }
}
