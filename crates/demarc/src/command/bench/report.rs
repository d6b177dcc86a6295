//! What a bench found, as a table and as JSON.

use super::child::Starts;
use super::engine::Counts;
use super::floor::Floors;
use super::load::{Load, percentile};
use crate::command::table;
use crate::failure::{Outcome, at};
use crate::figures::{bytes, count, span};
use comfy_table::{Cell, CellAlignment};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// One run beside its floors.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) sites: u16,
    pub(super) clients: u16,
    pub(super) load: Load,
    pub(super) alone: Counts,
    pub(super) floors: Floors,
}

/// Where it was measured.
#[derive(Debug)]
pub(super) struct Machine {
    processors: usize,
    folder: PathBuf,
}

impl Machine {
    pub(super) fn read(folder: &Path) -> Outcome<Self> {
        let processors = std::thread::available_parallelism().map_err(at("processors"))?.get();
        Ok(Self { processors, folder: folder.to_owned() })
    }
}

#[derive(Debug)]
pub(super) struct Report {
    pub(super) rows: Vec<Row>,
    pub(super) starts: Starts,
    pub(super) machine: Machine,
}

fn number(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::from(u32::MAX), f64::from)
}

fn ms(time: Duration) -> Value {
    json!((time.as_secs_f64() * 1e6).round() / 1e3)
}

impl Row {
    fn flows_a_second(&self) -> f64 {
        number(self.load.flows.len()) / self.load.time.as_secs_f64()
    }

    fn requests_a_second(&self) -> f64 {
        number(self.load.requests.len()) / self.load.time.as_secs_f64()
    }

    fn written_a_flow(&self) -> Option<u64> {
        let flows = u64::try_from(self.load.flows.len()).ok()?;
        self.load.written.and_then(|w| w.checked_div(flows))
    }

    fn of_floor(&self) -> f64 {
        self.flows_a_second() / self.floors.same_transactions
    }

    fn cells(&self) -> Vec<Cell> {
        let load = &self.load;
        let or_none = |b: Option<u64>| b.map_or("?".to_owned(), bytes);
        let texts = [
            self.sites.to_string(),
            self.clients.to_string(),
            count(u64::try_from(load.flows.len()).unwrap_or(0)),
            format!("{:.1}", self.flows_a_second()),
            format!("{:.0}", self.requests_a_second()),
            span(percentile(&load.requests, 50)),
            span(percentile(&load.requests, 99)),
            span(percentile(&load.flows, 50)),
            span(percentile(&load.flows, 99)),
            or_none(load.peak_rss),
            or_none(self.written_a_flow()),
            format!("{:.0} %", self.of_floor() * 100.0),
        ];
        let right = |text: String| Cell::new(text).set_alignment(CellAlignment::Right);
        texts.into_iter().map(right).collect()
    }

    fn json(&self) -> Value {
        let load = &self.load;
        let tenth = |x: f64| (x * 10.0).round() / 10.0;
        json!({
            "sites": self.sites, "clients": self.clients,
            "seconds": load.time.as_secs_f64(), "flows": load.flows.len(),
            "requests": load.requests.len(),
            "flows_per_second": tenth(self.flows_a_second()),
            "requests_per_second": tenth(self.requests_a_second()),
            "request_ms": { "p50": ms(percentile(&load.requests, 50)),
                "p99": ms(percentile(&load.requests, 99)) },
            "flow_ms": { "p50": ms(percentile(&load.flows, 50)),
                "p99": ms(percentile(&load.flows, 99)) },
            "peak_rss_bytes": load.peak_rss,
            "disk_write_bytes_per_flow": self.written_a_flow(),
            "floor": {
                "stored_bytes_per_flow": self.alone.bytes,
                "transactions_per_flow": self.alone.transactions,
                "flows_per_second": tenth(self.floors.same_transactions),
                "flows_per_second_in_one_transaction": tenth(self.floors.one_transaction),
                "reached": (self.of_floor() * 1000.0).round() / 1000.0,
            },
        })
    }
}

impl Report {
    pub(super) fn table(&self) -> String {
        let mut runs = table(&[
            "sites", "clients", "flows", "flows/s", "req/s", "req p50", "req p99", "flow p50",
            "flow p99", "peak RSS", "written", "of floor",
        ]);
        let mut floors = table(&[
            "sites",
            "stored a flow",
            "transactions a flow",
            "floor flows/s",
            "floor flows/s, one transaction each",
        ]);
        let mut last = None;
        for row in &self.rows {
            runs.add_row(row.cells());
            if last.replace(row.sites) != Some(row.sites) {
                floors.add_row([
                    row.sites.to_string(),
                    bytes(row.alone.bytes),
                    row.alone.transactions.to_string(),
                    format!("{:.1}", row.floors.same_transactions),
                    format!("{:.1}", row.floors.one_transaction),
                ]);
            }
        }
        let starts = &self.starts;
        format!(
            "{runs}\n\n{floors}\n\nCold start to ready: {} with a new database, {} with an \
             existing one. Idle RSS: {}.\nBinary: {}{}. Processors: {}. Disk: {}.",
            span(starts.first),
            span(starts.again),
            starts.idle_rss.map_or("?".to_owned(), bytes),
            bytes(starts.binary),
            if cfg!(debug_assertions) { " (debug build: these figures mean little)" } else { "" },
            self.machine.processors,
            self.machine.folder.display(),
        )
    }

    pub(super) fn json(&self) -> Value {
        let starts = &self.starts;
        json!({
            "version": env!("CARGO_PKG_VERSION"),
            "build": if cfg!(debug_assertions) { "debug" } else { "release" },
            "processors": self.machine.processors,
            "folder": self.machine.folder.display().to_string(),
            "runs": self.rows.iter().map(Row::json).collect::<Vec<_>>(),
            "cold_start_ms": { "new_database": ms(starts.first),
                "existing_database": ms(starts.again) },
            "idle_rss_bytes": starts.idle_rss, "binary_bytes": starts.binary,
        })
    }
}
