//! What `bench flow` found, as a table and as JSON.

use super::child::Starts;
use super::engine::Counts;
use super::floor::Floors;
use super::load::{Load, percentile};
use super::machine::Machine;
use crate::command::table;
use crate::figures::{bytes, count, span};
use comfy_table::{Cell, CellAlignment};
use serde_json::{Value, json};
use std::time::Duration;

/// One point beside its floor.
#[derive(Debug, Default, Clone)]
pub(super) struct Row {
    /// The database's name.
    pub(super) base: String,
    pub(super) sites: u16,
    pub(super) clients: u16,
    pub(super) load: Load,
    pub(super) alone: Counts,
    /// One a round.
    pub(super) floors: Vec<Floors>,
    pub(super) server_cpu: Option<Duration>,
    pub(super) base_cpu: Option<Duration>,
    pub(super) peak_rss: Option<u64>,
    pub(super) written: Option<u64>,
}

#[derive(Debug)]
pub(super) struct Report {
    pub(super) rows: Vec<Row>,
    pub(super) starts: Starts,
    pub(super) machine: Machine,
    /// What the databases are, with their settings.
    pub(super) bases: Vec<Value>,
}

pub(super) fn ms(time: Duration) -> Value {
    json!((time.as_secs_f64() * 1e6).round() / 1e3)
}

pub(super) fn tenth(x: f64) -> f64 {
    (x * 10.0).round() / 10.0
}

/// A time that may not be known.
pub(super) fn or_none(time: Option<Duration>) -> String {
    time.map_or("–".to_owned(), span)
}

/// A row of figures: the first column to the left, all others to the right.
pub(super) fn cells(texts: impl IntoIterator<Item = String>) -> Vec<Cell> {
    let cell = |(at, text): (usize, String)| match at {
        0 => Cell::new(text),
        _ => Cell::new(text).set_alignment(CellAlignment::Right),
    };
    texts.into_iter().enumerate().map(cell).collect()
}

impl Row {
    fn written_a_flow(&self) -> Option<u64> {
        let flows = u64::try_from(self.load.flows.len()).ok()?;
        self.written.and_then(|w| w.checked_div(flows))
    }

    fn of_floor(&self) -> Option<f64> {
        self.floor().map(|floor| self.load.flows_a_second() / floor.flows_a_second)
    }

    fn cells(&self) -> Vec<Cell> {
        let load = &self.load;
        cells([
            self.base.clone(),
            self.sites.to_string(),
            self.clients.to_string(),
            count(u64::try_from(load.flows.len()).unwrap_or(0)),
            format!("{:.1}", load.flows_a_second()),
            format!("{:.0}", load.requests_a_second()),
            span(percentile(&load.requests, 50)),
            span(percentile(&load.requests, 99)),
            span(percentile(&load.flows, 50)),
            self.of_floor().map_or("–".to_owned(), |f| format!("{:.0} %", f * 100.0)),
            or_none(load.each(self.server_cpu)),
            or_none(load.each(self.base_cpu)),
            self.peak_rss.map_or("–".to_owned(), bytes),
            self.written_a_flow().map_or("–".to_owned(), bytes),
        ])
    }

    fn floor_cells(&self) -> Option<Vec<Cell>> {
        let floor = self.floor()?;
        Some(cells([
            self.base.clone(),
            self.sites.to_string(),
            bytes(self.alone.bytes),
            self.alone.statements.to_string(),
            self.alone.transactions.to_string(),
            format!("{:.1}", floor.flows_a_second),
            floor.connections.to_string(),
            or_none(floor.cpu),
            floor.one_transaction.map_or("–".to_owned(), |f| format!("{f:.1}")),
            floor.right.map_or("–".to_owned(), |r| format!("{:.1} %", r * 100.0)),
        ]))
    }

    fn json(&self) -> Value {
        let load = &self.load;
        json!({
            "database": self.base, "sites": self.sites, "clients": self.clients,
            "seconds": load.time.as_secs_f64(), "flows": load.flows.len(),
            "requests": load.requests.len(),
            "flows_per_second": tenth(load.flows_a_second()),
            "requests_per_second": tenth(load.requests_a_second()),
            "request_ms": { "p50": ms(percentile(&load.requests, 50)),
                "p99": ms(percentile(&load.requests, 99)) },
            "flow_ms": { "p50": ms(percentile(&load.flows, 50)),
                "p99": ms(percentile(&load.flows, 99)) },
            "server_cpu_ms_per_flow": load.each(self.server_cpu).map(ms),
            "database_cpu_ms_per_flow": load.each(self.base_cpu).map(ms),
            "server_peak_rss_bytes": self.peak_rss,
            "server_disk_write_bytes_per_flow": self.written_a_flow(),
            "floor": self.floor().map(|floor| json!({
                "stored_bytes_per_flow": self.alone.bytes,
                "statements_per_flow": self.alone.statements,
                "transactions_per_flow": self.alone.transactions,
                "connections": floor.connections,
                "flows_per_second": tenth(floor.flows_a_second),
                "flows_per_second_by_round":
                    self.floors.iter().map(|f| tenth(f.flows_a_second)).collect::<Vec<_>>(),
                "flows_per_second_in_one_transaction": floor.one_transaction.map(tenth),
                "database_cpu_ms_per_flow": floor.cpu.map(ms),
                "statements_with_the_same_count": floor.right,
                "reached": self.of_floor().map(|f| (f * 1000.0).round() / 1000.0),
            })),
        })
    }
}

impl Report {
    pub(super) fn table(&self) -> String {
        let mut runs = table(&[
            "database",
            "sites",
            "clients",
            "flows",
            "flows/s",
            "req/s",
            "req p50",
            "req p99",
            "flow p50",
            "of floor",
            "server CPU a flow",
            "database CPU a flow",
            "peak RSS",
            "written",
        ]);
        let mut floors = table(&[
            "floor of",
            "sites",
            "stored a flow",
            "statements",
            "transactions",
            "flows/s",
            "connections",
            "database CPU a flow",
            "flows/s in one transaction each",
            "same row counts",
        ]);
        runs.set_width(150);
        let mut last = None;
        for row in &self.rows {
            runs.add_row(row.cells());
            if last.replace((&row.base, row.sites)) != Some((&row.base, row.sites))
                && let Some(cells) = row.floor_cells()
            {
                floors.add_row(cells);
            }
        }
        let starts = &self.starts;
        let settings: Vec<_> = self.bases.iter().map(told).collect();
        format!(
            "{runs}\n\n{floors}\n\nCold start to ready: {} with a new database, {} with an \
             existing one (SQLite). Idle RSS: {}. Binary: {}.\n{}{}",
            span(starts.first),
            span(starts.again),
            starts.idle_rss.map_or("–".to_owned(), bytes),
            bytes(starts.binary),
            settings.concat(),
            self.machine.text(),
        )
    }

    pub(super) fn json(&self) -> Value {
        let starts = &self.starts;
        json!({
            "machine": self.machine.json(), "databases": self.bases,
            "runs": self.rows.iter().map(Row::json).collect::<Vec<_>>(),
            "cold_start_ms": { "new_database": ms(starts.first),
                "existing_database": ms(starts.again) },
            "idle_rss_bytes": starts.idle_rss, "binary_bytes": starts.binary,
        })
    }
}

/// A server's settings in a line; nothing of a file.
pub(super) fn told(base: &Value) -> String {
    let Some(settings) = base["settings"].as_object() else { return String::new() };
    let pairs: Vec<_> = settings
        .iter()
        .map(|(name, value)| format!("{name} = {}", value.as_str().unwrap_or_default()))
        .collect();
    format!("{}: {}.\n", base["name"].as_str().unwrap_or_default(), pairs.join(", "))
}
