//! `demarc doctor`: is this installation sound? One line a check. It repairs nothing and changes
//! nothing but a counter that the readiness check keeps.

mod database;
mod finding;
mod machine;
mod postgres;

use super::{Place, print, print_json};
use crate::failure::{Failure, Outcome};
use clap::Args;
use finding::{Findings, Verdict};
use serde_json::json;

#[derive(Debug, Args)]
#[command(after_help = "\
Looks at the configuration, the catalogue, the data folder and its disk, the database, its schema
and its jobs, the clock, the limit of open files and the port. Works beside a running server.

Examples:
  demarc doctor
  demarc doctor --deep --json        also every page, index and row of the database

Exit codes: 0 no fault (there may be warnings), 1 a fault.")]
pub(super) struct Doctor {
    /// Read the whole database: structure, and everything that must hold between its rows
    #[arg(long)]
    deep: bool,
    /// As one JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Place,
}

impl Doctor {
    pub(super) async fn run(self) -> Outcome {
        let mut findings = Findings::default();
        match self.place.load() {
            Err(e) => findings.fault(
                "configuration",
                e.say,
                "correct what is named; config.default.toml documents every key",
            ),
            Ok(config) => {
                findings.ok("configuration", "every key is understood");
                machine::catalogue(&config, &mut findings);
                machine::files(&mut findings);
                let database = database::look(&config, self.deep, &mut findings).await;
                if let Err(e) = database {
                    let remedy = "see what it says; the checks after this one were left out";
                    findings.fault("database", e.say, remedy);
                }
                machine::port(&config, &mut findings);
            }
        }
        let faults = findings.count(Verdict::Fault);
        if self.json {
            let checks: Vec<_> = findings.list.iter().map(finding::Finding::json).collect();
            print_json(&json!({ "sound": faults == 0, "checks": checks }))?;
        } else {
            let lines: Vec<_> = findings.list.iter().map(ToString::to_string).collect();
            print(&lines.join("\n"))?;
        }
        match faults {
            0 => Ok(()),
            1 => Err(Failure::failed("1 fault")),
            n => Err(Failure::failed(format!("{n} faults"))),
        }
    }
}
