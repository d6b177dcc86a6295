//! `demarc bench quotes`: what large quotes cost, each figure as a ratio within one run.

mod bare;
mod edits;
mod file;
mod order;
mod pricing;
mod report;
mod stages;

use super::base::Database;
use super::child::Served;
use super::machine::Machine;
use super::process;
use crate::client::Client;
use crate::command::{print, print_json};
use crate::failure::{Failure, Outcome, at};
use clap::Args;
use edits::Edited;
use order::Desk;
use report::{Memory, Report};
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
#[command(after_help = "\
Four measurements, the first three each beside its own yardstick in the same run, on SQLite:

  pricing alone    domain code on one core, no server: quotes of 1 to --sites sites with four
                   components each are priced again and again. Lines a second, and processor time
                   by line at each size beside that of the cheapest size: pricing is linear if
                   that stays near 1
  a whole quote    `demarc serve` in a process of its own: a CSV file of --sites configured sites is
                   imported, its addresses are validated, it is priced; every answer waits for
                   the disk. Beside it a bare loop: parses the same file and inserts the same site
                   rows, with the same indexes, durably in one transaction of a bare SQLite
                   connection (WAL, synchronous=FULL); nothing is understood, checked, validated,
                   priced, told as events or answered
  to fulfilment    that quote from its price to the handoff: credit, which two people of
                   operations grant, contract, signature, order, enrichment of every sub-order at
                   once and once more from a file of as many rows, handoff. Figures alone
  one-site edit    one site of that quote is configured anew and the quote is priced, in turns with
                   the same on a quote of ten sites of the same server

Processor time is the server's (/proc/PID/stat); the client's is not in it. Peak memory is VmHWM of
the server after everything, and before the large quote.

Examples:
  demarc bench quotes
  demarc bench quotes --sites 1000 --rounds 5 --json")]
pub(in crate::command) struct Quotes {
    /// Sites of the large quote; an import takes 10,000 at most
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(10..=10_000))]
    sites: u32,
    /// How often the whole quote and its bare loop are measured, in turns
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..=100))]
    rounds: u16,
    /// Edits of each of the two quotes, in turns
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    edits: u16,
    /// Folder on the disk to measure [default: the system's temporary folder]
    #[arg(long)]
    dir: Option<PathBuf>,
    /// As one JSON object
    #[arg(long)]
    json: bool,
}

/// Sites of the quote that the large one is measured beside.
const SMALL: u32 = 10;

impl Quotes {
    pub(super) async fn run(self) -> Outcome {
        let folder = self.dir.clone().unwrap_or_else(std::env::temp_dir);
        let machine = Machine::read(&folder)?;
        eprintln!("pricing alone");
        let sites = self.sites;
        let priced = tokio::task::spawn_blocking(move || pricing::measure(sites));
        let pricing = priced.await.map_err(at("pricing"))??;
        let mut report = Report {
            sites,
            pricing,
            whole: Vec::new(),
            bare: Vec::new(),
            edits: <[Edited; 2]>::default(),
            order: Vec::new(),
            memory: Memory::default(),
            machine,
        };
        for round in 1..=self.rounds {
            eprintln!("round {round}: a quote of {sites} sites");
            let edits = (round == self.rounds).then_some(self.edits);
            self.round(&folder, edits, &mut report).await?;
        }
        if self.json { print_json(&report.json()) } else { print(&report.text()) }
    }

    /// A server on a fresh database makes the quote, and the bare loop beside it inserts its rows.
    async fn round(&self, folder: &Path, edits: Option<u16>, report: &mut Report) -> Outcome {
        let database = Database::in_folder(folder)?;
        let (secret, people) = database.partner_and_desk().await?;
        let served = Served::start(&database, folder).await?;
        let client = Client::new(&served.url, &secret, u32::from(self.rounds))?;
        let small = stages::quote(&client, served.id(), &file::csv(SMALL)?).await?;
        report.memory.before = process::peak_rss(served.id());
        let csv = file::csv(self.sites)?;
        let large = stages::quote(&client, served.id(), &csv).await?;
        if let Some(count) = edits {
            eprintln!("one-site edits");
            report.edits =
                edits::measure(&client, served.id(), [&small.id, &large.id], count).await?;
            eprintln!("from the price to the handoff");
            let people = people.map(|secret| client.with_secret(&secret));
            let desk = Desk { client: &client, people, process: served.id() };
            report.order = desk.order(&large.id, &file::enrichments(self.sites)?).await?;
        }
        report.memory.after = process::peak_rss(served.id());
        drop(served);
        let home = database.folder.as_ref().map(tempfile::TempDir::path);
        let home = home.ok_or_else(|| Failure::failed("no folder"))?.to_owned();
        let quote = large.id.clone();
        let bare = move || bare::measure(&home, &quote, &csv);
        report.bare.push(tokio::task::spawn_blocking(bare).await.map_err(at("bare loop"))??);
        report.whole.push(large);
        Ok(())
    }
}
