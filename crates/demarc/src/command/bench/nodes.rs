//! `demarc bench nodes`: several servers on one PostgreSQL, each with the same small share of a
//! processor, so that the servers are the limit and not the machine.

use super::base::{Base, Bases};
use super::child::Served;
use super::flow::{sample, since};
use super::load::{Load, number, percentile};
use super::machine::Machine;
use super::process;
use super::report::{cells, ms, or_none, tenth, told};
use super::share::Held;
use crate::command::{print, print_json, table};
use crate::failure::Outcome;
use crate::figures::span;
use crate::sites::SiteRow;
use clap::Args;
use comfy_table::Cell;
use serde_json::{Value, json};
use std::time::Duration;

#[derive(Debug, Args)]
#[command(after_help = "\
For each number of nodes so many `demarc serve` are started on one fresh database, and then each
is held to --share per cent of one processor: by a control group of the kernel (cgroup v1) where
that may be made, else by pausing the process whenever it has used more (or always so with
--pause). Clients make the flows of `bench flow` with one site; each node has as many.

  flows/s      of all nodes together
  efficiency   flows/s by node, beside the smallest number of nodes that was measured
  node CPU     what each node really used, in per cent of one processor (/proc/PID/stat)
  database CPU, clients' CPU
               the same of PostgreSQL's processes and of this one: while the sum of everything
               stays well below the processors that the machine has, the nodes are the limit

The numbers of nodes take turns, in the other order each round, and each round has a fresh
database.

Examples:
  demarc bench nodes --private-postgres
  demarc bench nodes --database postgres://bench@127.0.0.1/postgres --nodes 1,2,3 --share 12")]
pub(in crate::command) struct Nodes {
    #[command(flatten)]
    bases: Bases,
    /// Numbers of nodes
    #[arg(long = "nodes", value_name = "NODES", value_delimiter = ',', default_value = "1,2,3",
          value_parser = clap::value_parser!(u16).range(1..=64))]
    numbers: Vec<u16>,
    /// Clients of each node
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=256))]
    clients: u16,
    /// What a node may use, in per cent of one processor
    #[arg(long, default_value_t = 12, value_parser = clap::value_parser!(u16).range(5..=100))]
    share: u16,
    /// Hold the share by pausing, even where the kernel could
    #[arg(long)]
    pause: bool,
    /// Seconds of each run
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=3600))]
    seconds: u64,
    /// How often each number is measured; its runs are added up
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=100))]
    rounds: u16,
    /// As one JSON object
    #[arg(long)]
    json: bool,
}

/// A server and what holds it; in this order, for the group must be empty when it is removed.
struct Node {
    served: Served,
    held: Held,
}

/// One number of nodes.
#[derive(Debug, Default)]
struct Row {
    nodes: u16,
    load: Load,
    how: &'static str,
    node_cpu: Vec<Duration>,
    base_cpu: Option<Duration>,
    clients_cpu: Option<Duration>,
}

impl Nodes {
    pub(super) async fn run(self) -> Outcome {
        let bases = self.bases.open(false).await?;
        let machine = Machine::read(&self.bases.folder())?;
        let sample = sample(1)?;
        let mut all = Vec::new();
        for base in &bases {
            let fresh = |nodes: &u16| Row { nodes: *nodes, ..Row::default() };
            let mut rows: Vec<Row> = self.numbers.iter().map(fresh).collect();
            for round in 0..self.rounds {
                let mut order: Vec<_> = (0..rows.len()).collect();
                if round % 2 == 1 {
                    order.reverse();
                }
                for at in order {
                    eprintln!("round {}, {}: {} nodes", round + 1, base.name(), rows[at].nodes);
                    self.point(base, &sample, &mut rows[at]).await?;
                }
            }
            all.push((base.json(), rows));
        }
        if self.json { print_json(&self.as_json(&all, &machine)) } else { self.say(&all, &machine) }
    }

    async fn point(&self, base: &Base, sample: &[SiteRow], row: &mut Row) -> Outcome {
        let database = base.fresh().await?;
        let secret = database.partner().await?;
        let mut nodes = Vec::new();
        for _ in 0..row.nodes {
            nodes.push(Served::start(&database, &std::env::temp_dir()).await?);
        }
        let hold = |served: Served| {
            let held = Held::new(served.id(), self.share, self.pause);
            Node { served, held }
        };
        let nodes: Vec<Node> = nodes.into_iter().map(hold).collect();
        row.how = nodes.first().map_or("", |node| node.held.how());
        let own = std::process::id();
        let used = || nodes.iter().map(|n| process::cpu(n.served.id()).unwrap_or_default());
        let before: Vec<_> = used().collect();
        let (base_before, own_before) = (base.cpu(), process::cpu(own));
        let urls: Vec<_> = nodes.iter().map(|node| node.served.url.as_str()).collect();
        let clients = usize::from(self.clients) * nodes.len();
        let time = Duration::from_secs(self.seconds);
        let load = Load::measure(&urls, &secret, sample, clients, time).await?;
        row.node_cpu.resize(nodes.len(), Duration::ZERO);
        for ((sum, now), before) in row.node_cpu.iter_mut().zip(used()).zip(before) {
            *sum += now.saturating_sub(before);
        }
        let plus = |sum: Option<Duration>, more: Option<Duration>| {
            more.map(|more| sum.unwrap_or_default() + more)
        };
        row.base_cpu = plus(row.base_cpu, since(base.cpu(), base_before));
        row.clients_cpu = plus(row.clients_cpu, since(process::cpu(own), own_before));
        row.load.add(load);
        drop(nodes);
        base.remove(database).await
    }

    fn say(&self, all: &[(Value, Vec<Row>)], machine: &Machine) -> Outcome {
        let mut out = table(&[
            "nodes",
            "flows/s",
            "efficiency",
            "flow p50",
            "req p50",
            "flows by node",
            "node CPU",
            "server CPU a flow",
            "database CPU a flow",
            "database CPU",
            "clients' CPU",
        ]);
        out.set_width(130);
        let mut settings = String::new();
        let mut how = "";
        for (base, rows) in all {
            settings.push_str(&told(base));
            for row in rows {
                how = row.how;
                out.add_row(row.cells(rows.first()));
            }
        }
        print(&format!(
            "{out}\n\nShare of a node: {} % of one processor, held by {how}. Clients a node: {}.\n\
             {settings}{}",
            self.share,
            self.clients,
            machine.text(),
        ))
    }

    fn as_json(&self, all: &[(Value, Vec<Row>)], machine: &Machine) -> Value {
        let base = |(base, rows): &(Value, Vec<Row>)| {
            let rows: Vec<_> = rows.iter().map(|row| row.json(rows.first())).collect();
            json!({ "database": base, "runs": rows })
        };
        json!({
            "machine": machine.json(), "share_percent_of_one_processor": self.share,
            "clients_per_node": self.clients,
            "databases": all.iter().map(base).collect::<Vec<_>>(),
        })
    }
}

impl Row {
    /// In per cent of one processor.
    fn percent(&self, used: Duration) -> f64 {
        used.as_secs_f64() / self.load.time.as_secs_f64() * 100.0
    }

    fn efficiency(&self, first: Option<&Self>) -> f64 {
        let each = |row: &Self| row.load.flows_a_second() / f64::from(row.nodes);
        first.map_or(1.0, |first| each(self) / each(first))
    }

    fn node_percents(&self) -> Vec<f64> {
        self.node_cpu.iter().map(|used| tenth(self.percent(*used))).collect()
    }

    fn server_cpu(&self) -> Option<Duration> {
        self.load.each(Some(self.node_cpu.iter().sum()))
    }

    fn cells(&self, first: Option<&Self>) -> Vec<Cell> {
        let load = &self.load;
        let list = |texts: Vec<String>| texts.join(", ");
        let percent = |used: Option<Duration>| {
            used.map_or("–".to_owned(), |used| format!("{:.0} %", self.percent(used)))
        };
        cells([
            self.nodes.to_string(),
            format!("{:.1}", load.flows_a_second()),
            format!("{:.2}", self.efficiency(first)),
            span(percentile(&load.flows, 50)),
            span(percentile(&load.requests, 50)),
            list(load.by_server.iter().map(usize::to_string).collect()),
            list(self.node_percents().iter().map(|p| format!("{p:.1} %")).collect()),
            or_none(self.server_cpu()),
            or_none(load.each(self.base_cpu)),
            percent(self.base_cpu),
            percent(self.clients_cpu),
        ])
    }

    fn json(&self, first: Option<&Self>) -> Value {
        let load = &self.load;
        let percent = |used: Duration| tenth(self.percent(used));
        json!({
            "nodes": self.nodes, "seconds": load.time.as_secs_f64(), "flows": load.flows.len(),
            "flows_per_second": tenth(load.flows_a_second()),
            "efficiency": (self.efficiency(first) * 1000.0).round() / 1000.0,
            "flows_by_node": load.by_server,
            "requests_per_second": tenth(number(load.requests.len()) / load.time.as_secs_f64()),
            "request_ms": { "p50": ms(percentile(&load.requests, 50)),
                "p99": ms(percentile(&load.requests, 99)) },
            "flow_ms": { "p50": ms(percentile(&load.flows, 50)),
                "p99": ms(percentile(&load.flows, 99)) },
            "share_held_by": self.how,
            "node_cpu_percent": self.node_percents(),
            "server_cpu_ms_per_flow": self.server_cpu().map(ms),
            "database_cpu_ms_per_flow": load.each(self.base_cpu).map(ms),
            "database_cpu_percent": self.base_cpu.map(percent),
            "clients_cpu_percent": self.clients_cpu.map(percent),
        })
    }
}
