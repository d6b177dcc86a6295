//! `demarc customers`, over HTTP: `import` takes end customers' accounts from a file.

use super::print_json;
use super::remote::Remote;
use super::upload::{File, Steps};
use crate::client::Client;
use crate::failure::{Failure, Outcome};
use crate::figures::count;
use clap::{Args, Subcommand};
use serde_json::Value;
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(super) enum Customers {
    /// Take end customers' accounts from a CSV, XLSX or JSON file
    Import(Import),
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  DEMARC_OPERATIONS_SECRET=dmc_test_… demarc customers import accounts.csv --preview
  demarc customers import accounts.csv

Every row is taken or none. An account whose customer number (ACID) is known is updated; to import
the same file again changes nothing. Which headings are understood: docs/customers.md")]
pub(super) struct Import {
    /// The file; how its name ends says what it is
    file: PathBuf,
    /// Only say what would be done
    #[arg(long)]
    preview: bool,
    /// As one JSON object
    #[arg(long)]
    json: bool,
    /// The server
    #[arg(
        long,
        value_name = "URL",
        default_value = "http://127.0.0.1:8480",
        env = "DEMARC_SERVER"
    )]
    server: String,
    /// The variable of the environment that has the secret of an operations credential
    #[arg(long, value_name = "NAME", default_value = "DEMARC_OPERATIONS_SECRET")]
    secret_env: String,
}

impl Customers {
    pub(super) async fn run(self) -> Outcome {
        match self {
            Self::Import(import) => import.run().await,
        }
    }
}

impl Import {
    async fn run(self) -> Outcome {
        let file = File::read(&self.file)?;
        let (server, secret_env) = (self.server.clone(), self.secret_env.clone());
        let client = Remote { server, secret_env }.client()?;
        let step = Steps::begin(if self.preview { 1 } else { 2 });
        let called = file.called(&self.file);
        step.next(format!("sending {called}; the server reads and checks it"));
        let found = preview(&client, &file).await;
        let found = found.inspect_err(|_| step.end())?;
        let faults = found["faults_count"].as_u64().unwrap_or_default();
        if faults > 0 {
            step.end();
            return self.faulty(&found, faults);
        }
        if self.preview {
            step.end();
            return self.told(&found, &found["would"], "would be");
        }
        let rows = found["rows"].as_u64().unwrap_or_default();
        step.next(format!("taking {} accounts in one commit", count(rows)));
        let (path, media) = ("/v1/operations/customer-imports", file.format.media());
        let taken = client.upload(path, media, file.bytes, true);
        let taken = taken.await;
        step.end();
        self.told(&found, &taken?.expect(200)?.json, "were")
    }

    /// What was done, or would be.
    fn told(&self, found: &Value, taken: &Value, tense: &str) -> Outcome {
        if self.json {
            return print_json(if self.preview { found } else { taken });
        }
        for note in found["notes"].as_array().into_iter().flatten() {
            let row = note["row"].as_u64().map(|row| format!("row {row}: ")).unwrap_or_default();
            eprintln!("note: {row}{}", note["detail"].as_str().unwrap_or_default());
        }
        let number = |member: &str| count(taken[member].as_u64().unwrap_or_default());
        super::print(&format!(
            "{} accounts {tense} created, {} updated, {} left as they are.",
            number("created"),
            number("updated"),
            number("unchanged")
        ))
    }

    /// Every fault on a line of its own; nothing was taken.
    fn faulty(&self, found: &Value, faults: u64) -> Outcome {
        if self.json {
            print_json(found)?;
        } else {
            for fault in found["faults"].as_array().into_iter().flatten() {
                eprintln!("{}", line(fault));
            }
        }
        let s = if faults == 1 { "" } else { "s" };
        Err(Failure::failed(format!("the file has {} fault{s}; nothing was taken", count(faults))))
    }
}

async fn preview(client: &Client, file: &File) -> Outcome<Value> {
    let path = "/v1/operations/customer-imports/preview";
    let sent = client.upload(path, file.format.media(), file.bytes.clone(), false);
    Ok(sent.await?.expect(200)?.json)
}

/// `row 7, column E (State), "Texs": Texs is no state; expected: …. What to do.`
fn line(fault: &Value) -> String {
    let text = |member: &str| fault[member].as_str().unwrap_or_default();
    let row = fault["row"].as_u64().map(|row| format!("row {row}")).unwrap_or_default();
    let column = match (text("column"), text("heading")) {
        ("", _) => String::new(),
        (column, "") => format!(", column {column}"),
        (column, heading) => format!(", column {column} ({heading})"),
    };
    let value = fault["value"].as_str().map(|v| format!(", {v:?}")).unwrap_or_default();
    let place =
        if row.is_empty() { "the file".to_owned() } else { format!("{row}{column}{value}") };
    let expected = fault["expected"].as_str().map(|e| format!("; expected: {e}"));
    let expected = expected.unwrap_or_default();
    format!("{place}: {}{expected}. {}", text("detail"), text("remedy"))
}
