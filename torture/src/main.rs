//! The machine that tries to make Demarc lose or double an order. Each row is one way to try;
//! `docs/trust.md` says what each does, what must hold, and the figures of the last full run.

mod bugs;
mod database;
mod ledger;
mod plan;
mod prices;
mod report;
mod row;
mod seeds;
mod seller;
mod server;
mod shim;
mod shop;
mod verdict;
mod wire;

use clap::Parser;
use plan::{Plan, Size};
use report::Report;
use row::Row;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

#[derive(Debug, Parser)]
#[command(
    name = "cargo xtask torture",
    about,
    after_help = "Examples:
  cargo xtask torture --short                   every row in the form that CI runs
  cargo xtask torture --only histories --seed 0x5eed
  cargo xtask torture --only kill,power --minutes 30
  cargo xtask torture --short --bugs            plants each known mistake and looks who finds it"
)]
struct Arguments {
    /// The form that CI runs; without it, the long one
    #[arg(long)]
    short: bool,
    /// All randomness comes from it: decimal, or hexadecimal after 0x. Without it, the clock
    #[arg(long, value_parser = seeds::parse)]
    seed: Option<u64>,
    /// Rows to run, by name, with commas between them
    #[arg(long, value_delimiter = ',')]
    only: Vec<Row>,
    /// Each row stops after so many minutes, with what it has done by then
    #[arg(long)]
    minutes: Option<u64>,
    /// Plants mistakes instead, one after the other: all of them, or those named
    #[arg(long, num_args = 0.., value_delimiter = ',', value_name = "BUG")]
    bugs: Option<Vec<String>>,
    /// Writes the figures to this file, as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// The program under test; without it, the one beside this program
    #[arg(long, value_name = "FILE")]
    demarc: Option<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let size = if arguments.short { Size::Short } else { Size::Long };
    let limit = arguments.minutes.map(Duration::from_mins);
    let plan = Plan::new(size, arguments.seed, limit, arguments.demarc);
    connect::tls::provide();
    eprintln!("{} form, seed {}", plan.size.name(), seeds::text(plan.seed));
    let reports: Vec<Report> = match (&arguments.bugs, arguments.only.as_slice()) {
        (Some(names), rows) => vec![bugs::run(&plan, names, rows)],
        (None, []) => Row::ALL.iter().map(|row| row.run(&plan)).collect(),
        (None, rows) => rows.iter().map(|row| row.run(&plan)).collect(),
    };
    report::table(&reports);
    if let Some(file) = &arguments.json {
        report::write(file, &plan, &reports);
    }
    if reports.iter().all(Report::holds) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
