//! What `bench quotes` found, as text and as JSON.

use super::super::load::percentile;
use super::super::machine::Machine;
use super::super::report::{cells, ms, or_none};
use super::SMALL;
use super::bare::Bare;
use super::edits::Edited;
use super::pricing::Size;
use super::stages::{Stage, Whole};
use crate::command::table;
use crate::figures::{bytes, count, span};
use serde_json::{Value, json};
use std::time::Duration;

/// The most that was resident in the server, in bytes.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Memory {
    /// With a small quote alone.
    pub(super) before: Option<u64>,
    /// With the large one and its edits.
    pub(super) after: Option<u64>,
}

#[derive(Debug)]
pub(super) struct Report {
    /// Of the large quote.
    pub(super) sites: u32,
    pub(super) pricing: Vec<Size>,
    /// One a round.
    pub(super) whole: Vec<Whole>,
    /// One a round.
    pub(super) bare: Vec<Bare>,
    /// Of the small quote and of the large one.
    pub(super) edits: [Edited; 2],
    /// Of the large quote, from its price to the handoff, once.
    pub(super) order: Vec<Stage>,
    pub(super) memory: Memory,
    pub(super) machine: Machine,
}

/// Two decimals.
fn rounded(ratio: f64) -> f64 {
    (ratio * 100.0).round() / 100.0
}

fn ratio(of: Duration, beside: Duration) -> f64 {
    of.as_secs_f64() / beside.as_secs_f64().max(f64::MIN_POSITIVE)
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    percentile(&times, 50)
}

impl Edited {
    fn time(&self) -> Duration {
        median(self.edits.iter().map(|edit| edit.time).collect())
    }

    /// The mean: the kernel counts in ticks of 10 ms.
    fn cpu(&self) -> Option<Duration> {
        let sum: Option<Duration> = self.edits.iter().map(|edit| edit.cpu).sum();
        sum?.checked_div(u32::try_from(self.edits.len()).ok()?)
    }
}

impl Report {
    /// Of each round, how many times as long as its bare loop the whole took.
    fn ratios(&self) -> Vec<f64> {
        let rounds = self.whole.iter().zip(&self.bare);
        rounds.map(|(whole, bare)| rounded(ratio(whole.time(), bare.time))).collect()
    }

    fn whole_ratio(&self) -> f64 {
        let mut ratios = self.ratios();
        ratios.sort_unstable_by(f64::total_cmp);
        percentile(&ratios, 50)
    }

    fn cheapest_line(&self) -> f64 {
        self.pricing.iter().map(Size::line_ns).fold(f64::INFINITY, f64::min)
    }

    /// The median of a stage, and of its processor time, over the rounds.
    fn stage(&self, at: usize) -> (&'static str, Duration, Option<Duration>) {
        let stages: Vec<_> = self.whole.iter().filter_map(|whole| whole.stages.get(at)).collect();
        let cpu: Option<Vec<_>> = stages.iter().map(|stage| stage.cpu).collect();
        let name = stages.first().map_or("", |stage| stage.name);
        (name, median(stages.iter().map(|stage| stage.time).collect()), cpu.map(median))
    }

    fn stages(&self) -> impl Iterator<Item = (&'static str, Duration, Option<Duration>)> {
        let count = self.whole.first().map_or(0, |whole| whole.stages.len());
        (0..count).map(|at| self.stage(at))
    }

    fn edit_ratio(&self) -> f64 {
        rounded(ratio(self.edits[1].time(), self.edits[0].time()))
    }

    fn edit_cpu_ratio(&self) -> Option<f64> {
        let (small, large) = self.edits[0].cpu().zip(self.edits[1].cpu())?;
        Some(rounded(ratio(large, small)))
    }

    pub(super) fn text(&self) -> String {
        let sites = count(u64::from(self.sites));
        let memory = |known: Option<u64>| known.map_or("–".to_owned(), bytes);
        format!(
            "Pricing alone, one core\n{}\n\nA quote of {sites} sites from file to price\n{}\n{}\n\n\
             The same from its price to the handoff\n{}\n\
             One-site edit and price\n{}\nPeak memory of the server: {} with a quote of {SMALL} \
             sites, {} with the large one.\n{}",
            self.pricing_table(),
            self.whole_table(),
            self.whole_line(),
            self.order_table(),
            self.edits_table(),
            memory(self.memory.before),
            memory(self.memory.after),
            self.machine.text(),
        )
    }

    fn pricing_table(&self) -> String {
        let mut table =
            table(&["sites", "lines", "a quote", "a line", "lines/s", "of the cheapest"]);
        let cheapest = self.cheapest_line();
        for size in &self.pricing {
            table.add_row(cells([
                count(u64::from(size.sites)),
                count(u64::from(size.lines)),
                span(size.quote),
                format!("{:.2} µs", size.line_ns() / 1e3),
                format!("{:.0}", 1e9 / size.line_ns()),
                format!("{:.2}", size.line_ns() / cheapest),
            ]));
        }
        table.to_string()
    }

    fn whole_table(&self) -> String {
        let mut table = table(&["stage", "time", "server CPU"]);
        for (name, time, cpu) in self.stages() {
            table.add_row(cells([name.to_owned(), span(time), or_none(cpu)]));
        }
        let whole = self.whole.iter();
        let cpu: Option<Vec<_>> = whole.clone().map(Whole::cpu).collect();
        let time = median(whole.map(Whole::time).collect());
        table.add_row(cells(["all".to_owned(), span(time), or_none(cpu.map(median))]));
        let bare = median(self.bare.iter().map(|bare| bare.time).collect());
        table.add_row(cells(["bare loop".to_owned(), span(bare), "–".to_owned()]));
        table.to_string()
    }

    fn order_table(&self) -> String {
        let mut table = table(&["stage", "time", "server CPU"]);
        for Stage { name, time, cpu } in &self.order {
            table.add_row(cells([(*name).to_owned(), span(*time), or_none(*cpu)]));
        }
        table.to_string()
    }

    fn whole_line(&self) -> String {
        let stored = self.bare.first().copied();
        let (rows, size) = stored.map_or((0, 0), |bare| (bare.rows, bare.bytes));
        let rounds: Vec<_> = self.ratios().iter().map(|ratio| format!("{ratio:.2}")).collect();
        format!(
            "{:.2} times the bare loop (by round: {}), which stores {} rows, {}.",
            self.whole_ratio(),
            rounds.join(", "),
            count(u64::from(rows)),
            bytes(size),
        )
    }

    fn edits_table(&self) -> String {
        let mut table = table(&["sites", "edits", "p50", "server CPU", "of the small one", "CPU"]);
        let sizes = [SMALL, self.sites];
        let ratios = [(1.0, Some(1.0)), (self.edit_ratio(), self.edit_cpu_ratio())];
        for ((sites, edited), (time, cpu)) in sizes.into_iter().zip(&self.edits).zip(ratios) {
            table.add_row(cells([
                count(u64::from(sites)),
                edited.edits.len().to_string(),
                span(edited.time()),
                or_none(edited.cpu()),
                format!("{time:.2}"),
                cpu.map_or("–".to_owned(), |cpu| format!("{cpu:.2}")),
            ]));
        }
        table.to_string()
    }

    pub(super) fn json(&self) -> Value {
        let size = |size: &Size| {
            json!({
                "sites": size.sites, "lines": size.lines, "quote_ms": ms(size.quote),
                "line_ns": size.line_ns().round(), "lines_per_second": (1e9 / size.line_ns()).round(),
                "of_the_cheapest": rounded(size.line_ns() / self.cheapest_line()),
            })
        };
        let stage = |(name, time, cpu): (&str, Duration, Option<Duration>)| json!({ "stage": name, "ms": ms(time), "server_cpu_ms": cpu.map(ms) });
        let edited = |(sites, edited): (u32, &Edited)| {
            json!({ "sites": sites, "edits": edited.edits.len(), "p50_ms": ms(edited.time()),
                "server_cpu_ms": edited.cpu().map(ms) })
        };
        let bare =
            |bare: &Bare| json!({ "ms": ms(bare.time), "rows": bare.rows, "bytes": bare.bytes });
        let edits = [SMALL, self.sites].into_iter().zip(&self.edits);
        json!({
            "machine": self.machine.json(),
            "pricing": self.pricing.iter().map(size).collect::<Vec<_>>(),
            "whole": {
                "sites": self.sites, "stages": self.stages().map(stage).collect::<Vec<_>>(),
                "bare": self.bare.iter().map(bare).collect::<Vec<_>>(),
                "times_the_bare_loop": self.whole_ratio(),
                "times_the_bare_loop_by_round": self.ratios(),
            },
            "order": self.order.iter().map(|s| stage((s.name, s.time, s.cpu))).collect::<Vec<_>>(),
            "edits": {
                "quotes": edits.map(edited).collect::<Vec<_>>(),
                "of_the_small_one": self.edit_ratio(),
                "cpu_of_the_small_one": self.edit_cpu_ratio(),
            },
            "peak_rss_bytes": { "before": self.memory.before, "after": self.memory.after },
        })
    }
}
