//! `demarc sandbox`: the table of scripted values.

use crate::failure::Outcome;
use clap::Args;
use domain::sandbox::{Place, VALUES};
use serde_json::json;

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  demarc sandbox\n  demarc sandbox --json | jq -r '.[].value'")]
pub(super) struct Sandbox {
    /// As one JSON list
    #[arg(long)]
    json: bool,
}

impl Sandbox {
    pub(super) fn run(self) -> Outcome {
        if self.json {
            let row = |one: &domain::sandbox::Scripted| {
                json!({ "place": one.place.word(), "value": one.value, "outcome": one.outcome,
                    "description": one.sentence })
            };
            return super::print_json(&VALUES.iter().map(row).collect());
        }
        let mut tables = Vec::new();
        for place in Place::ALL {
            let mut table = super::table(&[place.title(), "outcome", "what happens"]);
            let rows = VALUES.iter().filter(|one| one.place == place);
            let mut rows = rows.map(|one| [one.value, one.outcome, one.sentence]).peekable();
            if rows.peek().is_some() {
                table.add_rows(rows);
                tables.push(format!("{table}\n"));
            }
        }
        super::print(&tables.join("\n"))
    }
}
