//! `demarc bench customers`: how soon the lookup answers among a million accounts.

mod asked;
mod names;

use self::asked::{Place, Way, question};
use super::base::{Base, Bases, Database, partner};
use super::child::Served;
use super::load::percentile;
use super::machine::Machine;
use super::report::{cells, ms};
use crate::client::Client;
use crate::command::{print, print_json, table};
use crate::failure::{Failure, Outcome, at};
use crate::figures::{bytes, count, span};
use crate::wire;
use clap::Args;
use domain::change::Context;
use domain::customer::import::{KnownAccounts, accounts_import};
use domain::id::Ids;
use domain::party::{Actor, Environment};
use indicatif::{ProgressBar, ProgressStyle};
use names::Dice;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use store::Committed;

#[derive(Debug, Args)]
#[command(after_help = "\
Fills an empty database with made-up accounts, as an import does but in parts, then starts `demarc
serve` in a process of its own and asks its lookup over HTTP, one question after the other: names
as they are, the first two words of them, with abbreviations, with a slip in the longest word, one
word that very many have, and names that nobody has; each without a place, in a state, in a ZIP
code, and in a city, state and ZIP code. `found` is the share of questions that have the account
they were made from among their five answers.

Examples:
  demarc bench customers
  demarc bench customers --accounts 100000 --private-postgres --json")]
pub(in crate::command) struct Customers {
    /// Accounts in the database
    #[arg(long, default_value_t = 1_000_000,
          value_parser = clap::value_parser!(u32).range(1000..=10_000_000))]
    accounts: u32,
    /// Questions of each kind
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(10..=100_000))]
    questions: u32,
    #[command(flatten)]
    bases: Bases,
    /// As one JSON object
    #[arg(long)]
    json: bool,
}

/// Accounts of one change.
const AT_ONCE: u32 = 2000;

/// One kind of question on one database.
struct Row {
    way: Way,
    place: Place,
    p50: Duration,
    p99: Duration,
    found: f64,
}

/// One database.
struct Measured {
    base: String,
    filling: Duration,
    index: (i64, i64),
    size: Option<u64>,
    rows: Vec<Row>,
}

impl Customers {
    pub(super) async fn run(self) -> Outcome {
        let folder = self.bases.folder();
        let machine = Machine::read(&folder)?;
        let mut all = Vec::new();
        for base in self.bases.open(true).await? {
            let database = base.fresh().await?;
            all.push(self.measure(&base, &database).await?);
            base.remove(database).await?;
        }
        if self.json {
            let all: Vec<Value> = all.iter().map(Measured::json).collect();
            let accounts = self.accounts;
            let found = json!({ "accounts": accounts, "bases": all, "machine": machine.json() });
            return print_json(&found);
        }
        let text: Vec<String> = all.iter().map(|m| m.text(self.accounts)).collect();
        print(&format!("{}\n{}", text.join("\n\n"), machine.text()))
    }

    async fn measure(&self, base: &Base, database: &Database) -> Outcome<Measured> {
        let config = database.config()?;
        let app = wire::app(&config, wire::engine(&config, false).await?).await?;
        let secret = partner(&app).await?;
        let begun = Instant::now();
        self.fill(&app, &base.name()).await?;
        let filling = begun.elapsed();
        let index = app.store.ask(store::customer::size()).await?;
        app.store.close().await?;
        let file = config.database();
        let size = std::fs::metadata(file).ok().map(|m| m.len()).filter(|_| database.url.is_none());
        let served = Served::start(database, &self.bases.folder()).await?;
        let client = Client::new(&served.url, &secret, 1)?;
        let mut rows = Vec::new();
        for way in Way::ALL {
            for place in Place::ALL {
                rows.push(self.ask(&client, way, place).await?);
            }
        }
        Ok(Measured { base: base.name(), filling, index, size, rows })
    }

    /// As an import does, in parts.
    async fn fill(&self, app: &app::App, name: &str) -> Outcome {
        let bar = ProgressBar::new(self.accounts.into());
        let form = "{msg} {wide_bar} {human_pos} of {human_len} accounts, {eta} left";
        bar.set_style(ProgressStyle::with_template(form).map_err(at("progress"))?);
        bar.set_message(name.to_owned());
        for first in (0..self.accounts).step_by(usize::try_from(AT_ONCE).unwrap_or(1)) {
            let rows = (first..self.accounts.min(first + AT_ONCE)).map(names::row).collect();
            let now = app.clock.now();
            let ids = Ids::new(now.ms(), first);
            let mut ctx = Context { now, ids, actor: Actor::System, request: None, clock: None };
            let known = KnownAccounts::default();
            let taken = accounts_import(&mut ctx, Environment::Test, rows, &known);
            let taken = taken.map_err(|refusal| Failure::failed(refusal.detail))?;
            match app.store.commit(now, &taken.change, None).await? {
                Committed::Done => {}
                other => {
                    return Err(Failure::failed(format!("accounts were not taken: {other:?}")));
                }
            }
            app.store.place(now).await?;
            bar.inc(AT_ONCE.into());
        }
        bar.finish_and_clear();
        Ok(())
    }

    async fn ask(&self, client: &Client, way: Way, place: Place) -> Outcome<Row> {
        let accounts = usize::try_from(self.accounts).unwrap_or(usize::MAX);
        let mut dice = Dice::new(u64::from(self.questions));
        let (mut times, mut found) = (Vec::new(), 0_u32);
        for _ in 0..self.questions {
            let about = u32::try_from(dice.below(accounts)).unwrap_or_default();
            let (body, acid) = question(about, way, place);
            let begun = Instant::now();
            let answer = client.ask("/v1/customers/lookup", body).await?.expect(200)?;
            times.push(begun.elapsed());
            let customers = answer.list("/customers")?;
            let right = if way == Way::Absent {
                customers.is_empty()
            } else {
                customers.iter().any(|c| c["acid"] == acid.as_str())
            };
            found += u32::from(right);
        }
        times.sort_unstable();
        let (p50, p99) = (percentile(&times, 50), percentile(&times, 99));
        let found = f64::from(found) / f64::from(self.questions);
        Ok(Row { way, place, p50, p99, found })
    }
}

impl Measured {
    fn worst(&self) -> Duration {
        self.rows.iter().map(|row| row.p99).max().unwrap_or_default()
    }

    fn text(&self, accounts: u32) -> String {
        let mut table = table(&["asked", "place", "p50", "p99", "found"]);
        for Row { way, place, p50, p99, found } in &self.rows {
            let found = format!("{:.0} %", found * 100.0);
            let (way, place) = (way.word().to_owned(), place.word().to_owned());
            table.add_row(cells([way, place, span(*p50), span(*p99), found]));
        }
        let size = self.size.map(|b| format!(", the whole file {}", bytes(b))).unwrap_or_default();
        let number = |n: i64| count(u64::try_from(n).unwrap_or_default());
        format!(
            "{}, {} accounts, filled in {}\n{table}\nWorst p99: {}. The index has {} words and \
             pairs and {} forms of words{size}.",
            self.base,
            count(accounts.into()),
            span(self.filling),
            span(self.worst()),
            number(self.index.0),
            number(self.index.1),
        )
    }

    fn json(&self) -> Value {
        let row = |row: &Row| {
            json!({ "asked": row.way.word(), "place": row.place.word(), "p50_ms": ms(row.p50),
                "p99_ms": ms(row.p99), "found": row.found })
        };
        json!({
            "base": self.base, "filling_ms": ms(self.filling), "worst_p99_ms": ms(self.worst()),
            "index": { "words": self.index.0, "forms": self.index.1 }, "file_bytes": self.size,
            "rows": self.rows.iter().map(row).collect::<Vec<_>>(),
        })
    }
}
