//! `demarc bench flow`: which runs there are, in which order.

use super::base::{Base, Bases};
use super::child::{self, Served};
use super::floor::{Floor, Floors};
use super::load::Load;
use super::machine::Machine;
use super::process;
use super::report::{Report, Row};
use crate::command::{print, print_json};
use crate::failure::{Failure, Outcome};
use crate::figures;
use crate::sites::{self, SiteRow};
use clap::Args;
use std::time::Duration;

#[derive(Debug, Args)]
#[command(after_help = "\
A flow is one order made by a partner over HTTP: opportunity and quote for a new customer,
sites, address validation, configuration of all sites, price, credit check, contract, signature,
order, a customer defined group, four enrichments a sub-order, handoff, and waiting until every
milestone is reached. Answers that the server gives later are fetched with `wait=`.

For each number of sites and of clients `demarc serve` is started in a process of its own, on a
fresh database and a loopback port, with a working day of delivery of 0 ms and no limits. Each
client is a task of this process with one kept-alive connection that makes flow after flow. At the
end of --seconds no new flow is begun; those under way are finished, and the time until the last
of them counts. Nothing is warmed up and nothing is left out. Databases take turns at each point,
in the other order each round, so that what disturbs the machine disturbs all of them.

  flows/s, req/s   finished flows and answered requests, by that time
  req p50, p99     of single requests (those that wait for the server's own work included)
  CPU a flow       processor time of the server's process, and of PostgreSQL's processes
                   (/proc/PID/stat), by flow; the clients' is not in it
  peak RSS         VmHWM of the server's process
  written          write_bytes of /proc/PID/io of the server's process, by flow: what SQLite gave
                   to the kernel to bring to the disk, in whole pages
  of floor         flows/s beside the floor

The floors are measured in the same run, each round. One flow is made alone while everything that
it writes is recorded. On PostgreSQL the floor is the same statements with the same values but
fresh ids, in the same transactions, each sent in one piece over a bare connection, by as many
connections as do best; nothing is read, decided or answered. On SQLite it is a bare loop on one
connection (WAL, synchronous=FULL, as the server's) that stores as many bytes in as many
transactions, one row each. Several clients may beat a floor, because the server commits what
waits together in one transaction.

Cold start: from starting `demarc serve` to the first 200 of /readyz, on no database and on an
existing file. Idle RSS: VmRSS of that process a second later.

Examples:
  demarc bench flow
  demarc bench flow --database sqlite --private-postgres --sites 1
  demarc bench flow --database sqlite,postgres://bench@127.0.0.1/postgres --json
  demarc bench flow --clients 1,64 --sites 12 --seconds 10 --dir /var/tmp")]
pub(in crate::command) struct Flow {
    #[command(flatten)]
    bases: Bases,
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
    /// How often each point is measured; its runs are added up
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=100))]
    rounds: u16,
    /// As one JSON object
    #[arg(long)]
    json: bool,
}

impl Flow {
    pub(super) async fn run(self) -> Outcome {
        let folder = self.bases.folder();
        let bases = self.bases.open(true).await?;
        let machine = Machine::read(&folder)?;
        let mut rows = Vec::new();
        for sites in &self.sites {
            rows.extend(self.with_sites(&bases, *sites).await?);
        }
        eprintln!("cold start of `demarc serve`");
        let starts = child::measure(&folder).await?;
        let bases = bases.iter().map(Base::json).collect();
        let report = Report { rows, starts, machine, bases };
        if self.json { print_json(&report.json()) } else { print(&report.table()) }
    }

    async fn with_sites(&self, bases: &[Base], sites: u16) -> Outcome<Vec<Row>> {
        let sample = sample(usize::from(sites))?;
        let time = Duration::from_secs(self.seconds);
        let mut floors = Vec::new();
        for base in bases {
            let floor = Floor::record(base, &sample).await?;
            let counts = floor.counts;
            eprintln!(
                "{}, sites {sites}: a flow alone writes {} bytes, {} statements, {} transactions",
                base.name(),
                figures::count(counts.bytes),
                figures::count(counts.statements),
                figures::count(counts.transactions)
            );
            floors.push(floor);
        }
        let mut rows: Vec<_> = floors
            .iter()
            .zip(bases)
            .map(|(f, base)| Row::new(base.name(), sites, f.counts))
            .flat_map(|row| self.clients.iter().map(move |c| Row { clients: *c, ..row.clone() }))
            .collect();
        for round in 0..self.rounds {
            let mut order: Vec<_> = (0..bases.len()).collect();
            if round % 2 == 1 {
                order.reverse();
            }
            for &at in &order {
                eprintln!("round {}, {}: floor", round + 1, bases[at].name());
                let found = floors[at].measure(&bases[at], time.min(FLOOR)).await?;
                let own = at * self.clients.len()..(at + 1) * self.clients.len();
                rows[own].iter_mut().for_each(|row| row.floors.push(found));
            }
            for (client, clients) in self.clients.iter().enumerate() {
                for &at in &order {
                    eprintln!("round {}, {}: {clients} clients", round + 1, bases[at].name());
                    let row = &mut rows[at * self.clients.len() + client];
                    point(&bases[at], &sample, row, time).await?;
                }
            }
        }
        Ok(rows)
    }
}

/// Each number of connections of the floor gets so long.
const FLOOR: Duration = Duration::from_secs(2);

/// So many sites: the sample's, again and again.
pub(super) fn sample(count: usize) -> Outcome<Vec<SiteRow>> {
    let rows = sites::read("sample sites", sites::SAMPLE)
        .map_err(|faults| Failure::failed(faults.join("\n")))?;
    Ok(rows.into_iter().cycle().take(count).collect())
}

/// One run on a fresh database, added to its row.
async fn point(base: &Base, sample: &[SiteRow], row: &mut Row, time: Duration) -> Outcome {
    let database = base.fresh().await?;
    let secret = database.partner().await?;
    let served = Served::start(&database, &std::env::temp_dir()).await?;
    let (id, written) = (served.id(), process::written(served.id()));
    let before = (process::cpu(id), base.cpu());
    let clients = usize::from(row.clients);
    let load = Load::measure(&[&served.url], &secret, sample, clients, time).await?;
    add(&mut row.server_cpu, since(process::cpu(id), before.0));
    add(&mut row.base_cpu, since(base.cpu(), before.1));
    if let (Base::Sqlite { .. }, Some(written), Some(now)) = (base, written, process::written(id)) {
        row.written = Some(row.written.unwrap_or(0) + now.saturating_sub(written));
    }
    row.peak_rss = row.peak_rss.max(process::peak_rss(id));
    row.load.add(load);
    drop(served);
    base.remove(database).await
}

pub(super) fn since(now: Option<Duration>, before: Option<Duration>) -> Option<Duration> {
    now.zip(before).map(|(now, before)| now.saturating_sub(before))
}

fn add(sum: &mut Option<Duration>, more: Option<Duration>) {
    if let Some(more) = more {
        *sum = Some(sum.unwrap_or_default() + more);
    }
}

impl Row {
    fn new(base: String, sites: u16, alone: super::engine::Counts) -> Self {
        Self { base, sites, alone, ..Self::default() }
    }

    /// The mean of the rounds.
    pub(super) fn floor(&self) -> Option<Floors> {
        let last = *self.floors.last()?;
        let count = super::load::number(self.floors.len());
        let mean = self.floors.iter().map(|f| f.flows_a_second).sum::<f64>() / count;
        Some(Floors { flows_a_second: mean, ..last })
    }
}
