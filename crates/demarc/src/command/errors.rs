//! `demarc errors`: the registry of codes.

use crate::failure::Outcome;
use clap::Args;
use serde_json::Value;

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  demarc errors\n  demarc errors --json | jq '.problems[].code'"
)]
pub(super) struct Errors {
    /// As one JSON object
    #[arg(long)]
    json: bool,
}

impl Errors {
    pub(super) fn run(self) -> Outcome {
        let registry = web::errors();
        if self.json {
            return super::print_json(&registry);
        }
        let text = |row: &Value, member: &str| match &row[member] {
            Value::String(text) => text.replace('_', " "),
            other => other.to_string(),
        };
        let code = |row: &Value| row["code"].as_str().unwrap_or_default().to_owned();
        let mut problems = super::table(&["problem", "status", "meaning", "remedy", "retry"]);
        for row in registry["problems"].as_array().into_iter().flatten() {
            problems.add_row([
                code(row),
                text(row, "status"),
                row["title"].as_str().unwrap_or_default().to_owned(),
                row["remedy"].as_str().unwrap_or_default().to_owned(),
                text(row, "retryable"),
            ]);
        }
        let mut faults = super::table(&["fault (in `errors`)", "meaning", "remedy"]);
        for row in registry["faults"].as_array().into_iter().flatten() {
            let plain = |member: &str| row[member].as_str().unwrap_or_default().to_owned();
            faults.add_row([code(row), plain("title"), plain("remedy")]);
        }
        super::print(&format!("{problems}\n\n{faults}"))
    }
}
