//! `demarc bench events`: how soon events reach webhooks and the stream, and what they cost.

mod receiver;
mod run;

use self::run::{Course, Found, Lateness, Pace, Spread};
use super::base::{Base, Bases};
use super::flow::sample;
use super::load::number;
use super::machine::Machine;
use super::report::{cells, ms, or_none, tenth, told};
use crate::command::{print, print_json, table};
use crate::failure::Outcome;
use crate::figures::{count, span};
use clap::Args;
use comfy_table::Cell;
use serde_json::{Value, json};
use std::time::Duration;

#[derive(Debug, Args)]
#[command(after_help = "\
A receiver in this process is registered over HTTP as so many webhook endpoints of one partner of
the test environment, for all kinds of events, and answers 200 at once; beside it one reader
listens to the stream of GET /v1/events. Then flows of `bench flow` with one site are made: first
at an even rate, begun whatever becomes of those before, then by clients as fast as they can. Each
run has a fresh server in a process of its own and a fresh database. A run without endpoints is
made each time, and tells what the endpoints add.

  after event    from the event's `time` to its arrival. The time is taken when the change is
                 decided, before its commit, on the same clock, in whole milliseconds: the latency
                 from the commit is less than this
  after answer   from the arrival of the answer that caused the event to the event's own arrival.
                 The answer leaves behind the commit: the latency from the commit is more than
                 this. Below zero: the event was there first. Only of events that a request caused
  CPU an event   processor time of the server's process and of PostgreSQL's processes, of the
                 whole run, flows and all, by event
  more a delivery  what both used more than in the run without endpoints, by delivery
  behind         from the end of the last flow to the last delivery, at full speed
  lost, twice    deliveries that did not come within 30 s, and that came again

Examples:
  demarc bench events
  demarc bench events --database sqlite --private-postgres --endpoints 1,10 --rate 4")]
pub(in crate::command) struct Events {
    #[command(flatten)]
    bases: Bases,
    /// Numbers of endpoints
    #[arg(long, value_delimiter = ',', default_value = "1,10",
          value_parser = clap::value_parser!(u16).range(1..=50))]
    endpoints: Vec<u16>,
    /// Flows a second at the even rate
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=1000))]
    rate: u16,
    /// Clients at full speed
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=1024))]
    clients: u16,
    /// Seconds of each run
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=3600))]
    seconds: u64,
    /// As one JSON object
    #[arg(long)]
    json: bool,
}

/// One number of endpoints on one database.
struct Row {
    base: String,
    endpoints: u16,
    even: Found,
    full: Found,
    /// Processor time that a delivery adds at the even rate.
    more: Option<Duration>,
}

impl Events {
    pub(super) async fn run(self) -> Outcome {
        let bases = self.bases.open(true).await?;
        let machine = Machine::read(&self.bases.folder())?;
        let sites = sample(1)?;
        let time = Duration::from_secs(self.seconds);
        let mut rows: Vec<Row> = Vec::new();
        for endpoints in [0].iter().chain(&self.endpoints).copied() {
            for base in &bases {
                let course = Course { base, sites: &sites, time };
                let name = base.name();
                eprintln!("{name}, {endpoints} endpoints: {} flows/s", self.rate);
                let even = course.run(endpoints, Pace::Rate(f64::from(self.rate))).await?;
                eprintln!("{name}, {endpoints} endpoints: {} clients", self.clients);
                let full = course.run(endpoints, Pace::Clients(self.clients)).await?;
                let without = rows.iter().find(|row| row.base == name && row.endpoints == 0);
                let more = without.and_then(|without| more(&even, &without.even));
                rows.push(Row { base: name, endpoints, even, full, more });
            }
        }
        if self.json {
            print_json(&json!({
                "machine": machine.json(),
                "databases": bases.iter().map(Base::json).collect::<Vec<_>>(),
                "flows_per_second_asked": self.rate, "clients_at_full_speed": self.clients,
                "runs": rows.iter().map(Row::json).collect::<Vec<_>>(),
            }))
        } else {
            self.say(&rows, &bases, &machine)
        }
    }

    fn say(&self, rows: &[Row], bases: &[Base], machine: &Machine) -> Outcome {
        let mut even = table(&[
            "database",
            "endpoints",
            "events",
            "deliveries",
            "webhook after event p50, p99",
            "webhook after answer p50, p99",
            "stream after event p50, p99",
            "stream after answer p50, p99",
            "server CPU an event",
            "database CPU an event",
            "more a delivery",
            "lost, twice",
        ]);
        even.set_width(160);
        let mut full = table(&[
            "database",
            "endpoints",
            "flows/s",
            "events/s",
            "deliveries/s",
            "behind",
            "webhook after event p50, p99",
            "lost, twice",
        ]);
        for row in rows {
            even.add_row(row.even_cells());
            full.add_row(row.full_cells());
        }
        let settings: Vec<_> = bases.iter().map(|base| told(&base.json())).collect();
        print(&format!(
            "At {} flows/s, {} s each:\n{even}\n\nAt full speed, {} clients, {} s each:\n{full}\n\n\
             {}{}",
            self.rate,
            self.seconds,
            self.clients,
            self.seconds,
            settings.concat(),
            machine.text(),
        ))
    }
}

/// What each delivery added: all processor time of an event more than without endpoints.
fn more(with: &Found, without: &Found) -> Option<Duration> {
    let deliveries = u32::try_from(with.deliveries).ok().filter(|d| *d > 0)?;
    let expected = all_cpu(without)?.div_f64(number(without.events.max(1)));
    let expected = expected.mul_f64(number(with.events));
    Some(all_cpu(with)?.saturating_sub(expected) / deliveries)
}

fn all_cpu(found: &Found) -> Option<Duration> {
    Some(found.server_cpu? + found.base_cpu.unwrap_or_default())
}

fn each(total: Option<Duration>, events: usize) -> Option<Duration> {
    let events = u32::try_from(events).ok().filter(|events| *events > 0)?;
    total.map(|total| total / events)
}

fn signed(us: i64) -> String {
    let sign = if us < 0 { "−" } else { "" };
    format!("{sign}{}", span(Duration::from_micros(us.unsigned_abs())))
}

fn pair(spread: Spread) -> String {
    format!("{}, {}", signed(spread.p50), signed(spread.p99))
}

fn per_second(amount: usize, time: Duration) -> f64 {
    if time.is_zero() { 0.0 } else { number(amount) / time.as_secs_f64() }
}

fn counted(amount: usize) -> String {
    count(u64::try_from(amount).unwrap_or(u64::MAX))
}

impl Row {
    /// Nothing to say of deliveries where there are no endpoints.
    fn or_dash(&self, text: String) -> String {
        if self.endpoints == 0 { "–".to_owned() } else { text }
    }

    fn even_cells(&self) -> Vec<Cell> {
        let found = &self.even;
        cells([
            self.base.clone(),
            self.endpoints.to_string(),
            counted(found.events),
            counted(found.deliveries),
            self.or_dash(pair(found.webhook.since_event)),
            self.or_dash(pair(found.webhook.since_answer)),
            pair(found.feed.since_event),
            pair(found.feed.since_answer),
            or_none(each(found.server_cpu, found.events)),
            or_none(each(found.base_cpu, found.events)),
            or_none(self.more),
            format!("{}, {}", found.missing, found.again),
        ])
    }

    fn full_cells(&self) -> Vec<Cell> {
        let found = &self.full;
        cells([
            self.base.clone(),
            self.endpoints.to_string(),
            format!("{:.1}", per_second(found.flows, found.time)),
            format!("{:.0}", per_second(found.events, found.time)),
            self.or_dash(format!("{:.0}", per_second(found.deliveries, found.delivered_in))),
            self.or_dash(span(found.delivered_in.saturating_sub(found.time))),
            self.or_dash(pair(found.webhook.since_event)),
            format!("{}, {}", found.missing, found.again),
        ])
    }

    fn json(&self) -> Value {
        json!({
            "database": self.base, "endpoints": self.endpoints,
            "even_rate": found(&self.even), "full_speed": found(&self.full),
            "more_cpu_ms_per_delivery": self.more.map(ms),
        })
    }
}

fn found(found: &Found) -> Value {
    let events = |total: Option<Duration>| each(total, found.events).map(ms);
    json!({
        "seconds": found.time.as_secs_f64(), "flows": found.flows, "events": found.events,
        "flows_per_second": tenth(per_second(found.flows, found.time)),
        "events_per_second": tenth(per_second(found.events, found.time)),
        "deliveries": found.deliveries,
        "deliveries_per_second": tenth(per_second(found.deliveries, found.delivered_in)),
        "seconds_to_last_delivery": found.delivered_in.as_secs_f64(),
        "deliveries_missing": found.missing, "deliveries_repeated": found.again,
        "webhook_ms": late(&found.webhook), "stream_ms": late(&found.feed),
        "server_cpu_ms_per_event": events(found.server_cpu),
        "database_cpu_ms_per_event": events(found.base_cpu),
    })
}

fn late(lateness: &Lateness) -> Value {
    #[expect(clippy::cast_precision_loss, reason = "microseconds of a bench")]
    let in_ms = |us: i64| us as f64 / 1000.0;
    let spread = |s: Spread| json!({ "p50": in_ms(s.p50), "p99": in_ms(s.p99) });
    json!({ "after_event": spread(lateness.since_event),
        "after_answer": spread(lateness.since_answer) })
}
