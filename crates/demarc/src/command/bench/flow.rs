//! `demarc bench flow`: which runs there are, in which order.

use super::load::{Load, Server};
use super::report::{Machine, Report, Row};
use super::{child, engine, floor, process};
use crate::command::{print, print_json};
use crate::failure::{Failure, Outcome, at};
use crate::figures;
use crate::sites::{self, SiteRow};
use clap::Args;
use std::path::{Path, PathBuf};
use std::time::Duration;

#[derive(Debug, Args)]
#[command(after_help = "\
A flow is one order made by a partner over HTTP: opportunity and quote for a new customer,
sites, address validation, configuration of all sites, price, credit check, contract, signature,
order, a customer defined group, four enrichments a sub-order, handoff, and waiting until every
milestone is reached. Answers that the server gives later are fetched with `wait=`.

For each number of sites and of clients the real server is started in this process, on a fresh
database in DIR and a loopback port, with a working day of delivery of 0 ms. Each client is a
task with one kept-alive connection that makes flow after flow. At the end of --seconds no new
flow is begun; those under way are finished, and the time until the last of them counts. Nothing
is warmed up and nothing is left out; the clients begin once /readyz answers 200.

  flows/s, req/s   finished flows and answered requests, by that time
  p50, p99         of single requests (those that wait for the server's own work included), and
                   of whole flows
  peak RSS         VmHWM of this process, server and clients together, reset before each run
  written          write_bytes of /proc/self/io by flow: what the kernel was given to bring to
                   the disk, log and checkpoints, in whole pages
  of floor         flows/s beside the first floor

The floors are measured in the same run, in the same folder. One flow is made alone while the
bytes of all values that it stores, and the transactions that it takes, are counted. Then a bare
loop on one SQLite connection (WAL, synchronous=FULL, as the server's) stores that many bytes in
that many transactions, one row each, again and again: that is the floor. The second floor stores
the same bytes in one transaction a flow. Several clients may beat the first floor, because the
server commits what waits together in one transaction.

Cold start: from starting `demarc serve` in a process of its own to the first 200 of /readyz, on
no database and on an existing one. Idle RSS: VmRSS of that process a second later.

Examples:
  demarc bench flow
  demarc bench flow --clients 1,64 --sites 12 --seconds 10 --dir /var/tmp --json")]
pub(in crate::command) struct Flow {
    /// Numbers of clients
    #[arg(long, value_delimiter = ',', default_value = "1,8,64",
          value_parser = clap::value_parser!(u16).range(1..=1024))]
    clients: Vec<u16>,
    /// Numbers of sites in a quote
    #[arg(long, value_delimiter = ',', default_value = "1,12",
          value_parser = clap::value_parser!(u16).range(1..=200))]
    sites: Vec<u16>,
    /// Seconds of each run
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=3600))]
    seconds: u64,
    /// Folder on the disk to measure [default: the system's temporary folder]
    #[arg(long)]
    dir: Option<PathBuf>,
    /// As one JSON object
    #[arg(long)]
    json: bool,
}

impl Flow {
    pub(super) async fn run(self) -> Outcome {
        let parent = self.dir.clone().unwrap_or_else(std::env::temp_dir);
        let folder = tempfile::tempdir_in(&parent).map_err(at(parent.display()))?;
        let time = Duration::from_secs(self.seconds);
        if cfg!(debug_assertions) {
            eprintln!("This is a debug build: its figures mean little.");
        }
        let mut rows = Vec::new();
        for sites in &self.sites {
            let sample = sample(usize::from(*sites))?;
            eprintln!("sites {sites}: one flow alone, then the floors");
            let place = folder.path().join(format!("alone-{sites}"));
            let alone = alone(&place, &sample).await?;
            let floors =
                floor::measure(folder.path(), alone, time.min(Duration::from_secs(3))).await?;
            for clients in &self.clients {
                eprintln!("sites {sites}, clients {clients}: {} s", self.seconds);
                let place = folder.path().join(format!("run-{sites}-{clients}"));
                let load = run(&place, &sample, usize::from(*clients), time).await?;
                std::fs::remove_dir_all(&place).map_err(at(place.display()))?;
                rows.push(Row { sites: *sites, clients: *clients, load, alone, floors });
            }
        }
        eprintln!("cold start of `demarc serve`");
        let starts = child::measure(folder.path()).await?;
        let report = Report { rows, starts, machine: Machine::read(&parent)? };
        if self.json { print_json(&report.json()) } else { print(&report.table()) }
    }
}

/// So many sites: the sample's, again and again.
fn sample(count: usize) -> Outcome<Vec<SiteRow>> {
    let rows = sites::read("sample sites", sites::SAMPLE)
        .map_err(|faults| Failure::failed(faults.join("\n")))?;
    Ok(rows.into_iter().cycle().take(count).collect())
}

/// Counts what one flow stores when nobody else is there.
async fn alone(place: &Path, sample: &[SiteRow]) -> Outcome<engine::Counts> {
    let counted = engine::Counted::open(place)?;
    let server = Server::start(counted.clone()).await?;
    let seller = server.seller()?;
    // The first flow also makes what later ones find there; the second is like all the others.
    seller.sell(sample).await?;
    let before = counted.counts();
    seller.sell(sample).await?;
    let counts = counted.counts().since(before);
    server.stop().await?;
    eprintln!(
        "  {} bytes in {} transactions",
        figures::count(counts.bytes),
        figures::count(counts.transactions)
    );
    Ok(counts)
}

async fn run(place: &Path, sample: &[SiteRow], clients: usize, time: Duration) -> Outcome<Load> {
    process::reset_peak();
    let server = Server::start(engine::plain(place)?).await?;
    let load = Load::measure(&server, sample, clients, time).await?;
    server.stop().await?;
    Ok(load)
}
