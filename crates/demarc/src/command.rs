//! The commands: their flags, their help, and which function does each.

mod asyncapi;
mod backup;
mod bench;
mod catalogue;
mod credential;
mod customers;
mod demo;
mod doctor;
mod errors;
mod events;
mod jobs;
mod keys;
mod listen;
mod openapi;
mod order;
mod partner;
mod quote;
mod remote;
mod restore;
mod sandbox;
mod serve;
mod trigger;
mod upload;

use crate::config::{Config, DatabaseUrl};
use crate::failure::{Outcome, at};
use clap::{Args, Parser, Subcommand, ValueEnum};
use domain::party::Environment;
use std::future::Future;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  demarc demo                      watch a twelve-site order from lookup to delivery
  demarc serve                     serve http://127.0.0.1:8480, data in ./demarc-data
  demarc credential add --role operations
  demarc partner add --name 'Northwind Networks' --programme alliance --tier premier

Exit codes: 0 done, 1 tried and failed, 2 asked for wrongly (flags, configuration).
Data goes to stdout, everything said about it to stderr.
Settings: config.default.toml documents every key; see `demarc serve --help`.";

/// The carrier's side of partner ordering: lookup, quote, credit, contract, order, delivery.
#[derive(Debug, Parser)]
#[command(name = "demarc", version, after_help = EXAMPLES, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API until SIGTERM or Ctrl-C
    Serve(serve::Serve),
    /// Watch a whole order being made, over HTTP, on a server of its own
    Demo(demo::Demo),
    /// Measure
    #[command(subcommand)]
    Bench(bench::Bench),
    /// Check, compare and publish catalogues
    #[command(subcommand)]
    Catalogue(catalogue::Catalogue),
    /// Bring sites into a quote from a file
    #[command(subcommand)]
    Quote(quote::Quote),
    /// Enrich an order's sub-orders from a file, and find orders by their numbers
    #[command(subcommand)]
    Order(order::Order),
    /// Take end customers' accounts from a file
    #[command(subcommand)]
    Customers(customers::Customers),
    /// Add and list partners, on the database itself
    #[command(subcommand)]
    Partner(partner::Partner),
    /// Add and revoke credentials, on the database itself
    #[command(subcommand)]
    Credential(credential::Credential),
    /// List, retry and put aside jobs, on the database itself
    #[command(subcommand)]
    Jobs(jobs::Jobs),
    /// List, rotate and destroy the keys that tax ids are sealed with
    #[command(subcommand)]
    Keys(keys::Keys),
    /// Copy the whole database into one file, beside a running server
    Backup(backup::Backup),
    /// Make a database of a backup, in an empty place
    Restore(restore::Restore),
    /// Say whether this installation is sound
    Doctor(doctor::Doctor),
    /// Print the OpenAPI document
    Openapi(openapi::Openapi),
    /// Print the AsyncAPI document: every event that is sent
    Asyncapi,
    /// Listen to events as they happen, and send them on to a receiver at work on
    Listen(listen::Listen),
    /// List, show and resend events
    #[command(subcommand)]
    Events(events::Events),
    /// Make an event of a kind really happen, in the sandbox
    Trigger(trigger::Trigger),
    /// Print the scripted values of the test environment, and what each forces
    Sandbox(sandbox::Sandbox),
    /// Print every error code with its remedy
    Errors(errors::Errors),
}

/// Where the server's things are.
#[derive(Debug, Args)]
struct Place {
    /// Configuration file [default: demarc.toml if it is there]
    #[arg(long, value_name = "FILE", env = "DEMARC_CONFIG", hide_env_values = true)]
    config: Option<PathBuf>,
    /// Folder of the database, before any configuration
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// PostgreSQL database instead of a file, before any configuration. Where others see the
    /// arguments of processes, a password belongs into the environment: DEMARC_DATABASE
    #[arg(long, value_name = "URL", conflicts_with = "data")]
    database: Option<DatabaseUrl>,
}

impl Place {
    fn load(&self) -> Outcome<Config> {
        let mut config = Config::load(self.config.as_deref())?;
        if let Some(data) = &self.data {
            config.data.clone_from(data);
            config.postgres = None;
        }
        if let Some(url) = &self.database {
            config.postgres = Some(url.clone());
        }
        Ok(config)
    }
}

/// Test and live are separate spaces with the same rules.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Space {
    Test,
    Live,
}

impl From<Space> for Environment {
    fn from(space: Space) -> Self {
        match space {
            Space::Test => Self::Test,
            Space::Live => Self::Live,
        }
    }
}

/// Runs the command to its end.
pub(crate) fn run(cli: Cli) -> Outcome {
    match cli.command {
        Command::Serve(serve) => wait(serve.run()),
        Command::Demo(demo) => wait(demo.run()),
        Command::Bench(bench) => wait(bench.run()),
        Command::Catalogue(catalogue) => wait(catalogue.run()),
        Command::Quote(quote) => wait(quote.run()),
        Command::Order(order) => wait(order.run()),
        Command::Customers(customers) => wait(customers.run()),
        Command::Partner(partner) => wait(partner.run()),
        Command::Credential(credential) => wait(credential.run()),
        Command::Jobs(jobs) => wait(jobs.run()),
        Command::Keys(keys) => wait(keys.run()),
        Command::Backup(backup) => wait(backup.run()),
        Command::Restore(restore) => wait(restore.run()),
        Command::Doctor(doctor) => wait(doctor.run()),
        Command::Openapi(asked) => openapi::run(&asked),
        Command::Asyncapi => asyncapi::run(),
        Command::Listen(listen) => wait(listen.run()),
        Command::Events(events) => wait(events.run()),
        Command::Trigger(trigger) => wait(trigger.run()),
        Command::Sandbox(sandbox) => sandbox.run(),
        Command::Errors(errors) => errors.run(),
    }
}

fn wait(work: impl Future<Output = Outcome>) -> Outcome {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.map_err(at("runtime"))?.block_on(work)
}

/// Writes data to stdout. A reader that has gone away (`demarc errors | head`) is no failure.
fn print(text: &str) -> Outcome {
    use std::io::Write as _;
    let mut out = std::io::stdout().lock();
    let end = if text.ends_with('\n') { "" } else { "\n" };
    match write!(out, "{text}{end}").and_then(|()| out.flush()) {
        Err(e) if e.kind() != std::io::ErrorKind::BrokenPipe => Err(at("stdout")(e)),
        _ => Ok(()),
    }
}

/// Writes a value to stdout, indented.
fn print_json(value: &serde_json::Value) -> Outcome {
    print(&format!("{value:#}"))
}

/// Columns of a table that goes to a file or a pipe.
const WIDTH: u16 = 120;

/// A table in the style of all of them.
fn table(heading: &[&str]) -> comfy_table::Table {
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::UTF8_FULL_CONDENSED);
    table.set_content_arrangement(comfy_table::ContentArrangement::Dynamic);
    if table.width().is_none() {
        table.set_width(WIDTH);
    }
    table.set_header(heading.to_vec());
    table
}
