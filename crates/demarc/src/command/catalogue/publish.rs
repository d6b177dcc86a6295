//! Publishing a catalogue on a running server, over HTTP: proposed by one person of operations,
//! published by another.

use super::{explain, failed};
use crate::client::{Answer, CallError, Client};
use crate::command::remote::Remote;
use crate::command::{print, print_json, table};
use crate::failure::Outcome;
use app::Unsound;
use clap::Args;
use domain::catalogue::Catalogue as Prices;
use domain::id::Id;
use serde_json::{Value, json};
use std::path::PathBuf;

const PATH: &str = "/v1/operations/catalogues";

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  DEMARC_SECRET=dmc_live_… demarc catalogue propose ./catalogue
  demarc catalogue propose ./catalogue --note 'Prices of the new year'

The folder is checked before anything is sent. programmes.toml stays behind: programmes are of the
server's configuration. Somebody else publishes it: demarc catalogue publish")]
pub(in crate::command) struct Propose {
    /// Folder with the catalogue's files
    folder: PathBuf,
    /// Kept with the version
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// As one JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    remote: Remote,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  DEMARC_SECRET=dmc_live_… demarc catalogue publish a5C… --at 2027-01-01T05:00:00Z
  demarc catalogue publish a5C…        at once

It takes another credential than the one that proposed the version.")]
pub(in crate::command) struct Publish {
    /// The version's id
    id: Id,
    /// The moment from which it is in force [default: at once]
    #[arg(long, value_name = "MOMENT")]
    at: Option<String>,
    /// As one JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    remote: Remote,
}

/// A version, and why something is done to it.
#[derive(Debug, Args)]
pub(in crate::command) struct Why {
    /// The version's id
    id: Id,
    /// Kept in its history
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// As one JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    remote: Remote,
}

#[derive(Debug, Args)]
pub(in crate::command) struct Refuse {
    #[command(flatten)]
    why: Why,
}

#[derive(Debug, Args)]
pub(in crate::command) struct Withdraw {
    #[command(flatten)]
    why: Why,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:
  DEMARC_SECRET=dmc_live_… demarc catalogue roll-back a5C… --reason 'Wrong port prices'

The version must be in force. What was in force before it is so again from this moment on, as a
version of its own. One person may: two have agreed to it before.")]
pub(in crate::command) struct RollBack {
    #[command(flatten)]
    why: Why,
}

#[derive(Debug, Args)]
pub(in crate::command) struct List {
    /// As JSON lines
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    remote: Remote,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  DEMARC_SECRET=dmc_live_… demarc catalogue impact a5C…
  demarc catalogue impact a5C… --most 5000

Offers stand as they were made, whatever is published: a quote changes when it is priced again.")]
pub(in crate::command) struct Impact {
    /// The version's id
    id: Id,
    /// Price at most so many quotes by both catalogues, newest first
    #[arg(long, value_name = "COUNT", default_value_t = 1000)]
    most: u64,
    /// As one JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    remote: Remote,
}

impl Propose {
    pub(super) async fn run(self) -> Outcome {
        let place = self.folder.display().to_string();
        let files = app::catalogue_files(&self.folder)
            .map_err(|fault| Unsound { faults: vec![fault], files: Vec::new() });
        let checked = files.and_then(|files| match Prices::parse(&files) {
            Ok(_) => Ok(files),
            Err(faults) => Err(Unsound { faults, files }),
        });
        let files = match checked {
            Ok(files) => files,
            Err(unsound) => {
                print(&explain(&unsound))?;
                return Err(failed(&place, &unsound));
            }
        };
        let texts: serde_json::Map<_, _> =
            files.into_iter().map(|(name, text)| (name, Value::String(text))).collect();
        let body = json!({ "files": texts, "note": self.note });
        let answer = self.remote.client()?.post(PATH, body).await?.expect(201)?;
        told(&answer, self.json)
    }
}

impl Publish {
    pub(super) async fn run(self) -> Outcome {
        let body = json!({ "effective_at": self.at });
        let path = format!("{PATH}/{}/publish", self.id);
        let answer = self.remote.client()?.post(&path, body).await?.expect(200)?;
        told(&answer, self.json)
    }
}

impl Why {
    async fn send(self, what: &str, status: u16) -> Outcome {
        let path = format!("{PATH}/{}/{what}", self.id);
        let body = json!({ "reason": self.reason });
        let answer = self.remote.client()?.post(&path, body).await?.expect(status)?;
        told(&answer, self.json)
    }
}

impl Refuse {
    pub(super) async fn run(self) -> Outcome {
        self.why.send("refuse", 200).await
    }
}

impl Withdraw {
    pub(super) async fn run(self) -> Outcome {
        self.why.send("withdraw", 200).await
    }
}

impl RollBack {
    pub(super) async fn run(self) -> Outcome {
        self.why.send("roll-back", 201).await
    }
}

/// Says what became of a version.
fn told(answer: &Answer, as_json: bool) -> Outcome {
    if as_json {
        return print_json(&answer.json);
    }
    let (id, label) = (answer.str("/id")?, answer.str("/label")?);
    print(&format!("catalogue {label}, {id}: {}", standing(&answer.json)))
}

/// The state of a version in words.
fn standing(version: &Value) -> String {
    let text = |member: &str| version[member].as_str().unwrap_or_default();
    let state = text("state");
    match (state, version["in_force"].as_bool()) {
        ("published", Some(true)) => format!("in force since {}", text("effective_at")),
        ("published", _) => format!("in force from {}", text("effective_at")),
        _ => state.to_owned(),
    }
}

/// Every page of a list.
async fn pages(client: &Client, path: &str) -> Result<Vec<Value>, CallError> {
    let (mut items, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = client.get(&format!("{path}?limit=200{cursor}")).await?.expect(200)?;
        items.extend_from_slice(page.list("/items")?);
        let Some(next) = page.json["next_cursor"].as_str() else { return Ok(items) };
        cursor = format!("&cursor={next}");
    }
}

impl List {
    pub(super) async fn run(self) -> Outcome {
        let versions = pages(&self.remote.client()?, PATH).await?;
        if self.json {
            let lines: Vec<_> = versions.iter().map(Value::to_string).collect();
            return print(&lines.join("\n"));
        }
        let mut rows = table(&["version", "id", "state", "proposed by", "decided by", "note"]);
        for version in &versions {
            let text = |pointer: &str| version.pointer(pointer).and_then(Value::as_str);
            let word = |pointer: &str| text(pointer).unwrap_or_default().to_owned();
            let state = standing(version);
            let row = [word("/label"), word("/id"), state, word("/proposed_by")];
            rows.add_row(row.into_iter().chain([word("/decided/by"), word("/note")]));
        }
        print(&rows.to_string())
    }
}

impl Impact {
    pub(super) async fn run(self) -> Outcome {
        let client = self.remote.client()?;
        let path = format!("{PATH}/{}/impact", self.id);
        let (mut looked, mut sites, mut changed) = (0, 0, Vec::new());
        let mut cursor = String::new();
        let (first, rest) = loop {
            let limit = self.most.saturating_sub(looked).clamp(1, 200);
            let page = client.get(&format!("{path}?limit={limit}{cursor}")).await?.expect(200)?;
            looked += page.json["quotes_looked_at"].as_u64().unwrap_or_default();
            sites += page.json["sites_looked_at"].as_u64().unwrap_or_default();
            changed.extend_from_slice(page.list("/items")?);
            match page.json["next_cursor"].as_str() {
                Some(next) if looked < self.most => cursor = format!("&cursor={next}"),
                next => break (page.json.clone(), next.is_some()),
            }
        };
        if self.json {
            let mut all = first;
            all["quotes_looked_at"] = looked.into();
            all["sites_looked_at"] = sites.into();
            all["items"] = changed.into();
            return print_json(&all);
        }
        say(&first, &changed, looked)?;
        if rest {
            eprintln!("older quotes were not looked at; --most takes more");
        }
        Ok(())
    }
}

fn say(impact: &Value, changed: &[Value], looked: u64) -> Outcome {
    let word = |of: &Value, member: &str| of[member].as_str().unwrap_or_default().to_owned();
    let count = impact["differences_count"].as_u64().unwrap_or_default();
    let (from, to) = (word(impact, "in_force"), word(impact, "label"));
    let mut lines = vec![format!("catalogue {from} to {to}: {count} differences")];
    for one in impact["differences"].as_array().into_iter().flatten() {
        let subject = word(one, "subject");
        lines.push(match (one["from"].as_str(), one["to"].as_str()) {
            (Some(from), Some(to)) => format!("{subject}: from {from} to {to}"),
            (Some(from), None) => format!("{subject}: gone (was {from})"),
            (None, to) => format!("{subject}: new, {}", to.unwrap_or_default()),
        });
    }
    lines.push(format!("{} of {looked} quotes on offer would change", changed.len()));
    for quote in changed {
        let (number, id) = (word(quote, "number"), word(quote, "quote_id"));
        lines.push(format!("{number} ({id}): {}", word(quote, "change")));
    }
    print(&lines.join("\n"))
}
