//! `demarc quote`, over HTTP: `import` brings sites from a file into a quote; it looks first and
//! takes them only if told so. `document` writes a quote as HTML or PDF.

mod document;
mod told;

use super::print_json;
use super::remote::Remote;
use crate::client::{Answer, CallError, Client};
use crate::failure::{Failure, Outcome, at};
use clap::{Args, Subcommand};
use document::Document;
use domain::id::{Id, Kind};
use indicatif::{ProgressBar, ProgressDrawTarget};
use serde_json::Value;
use sheet::Format;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

#[derive(Debug, Subcommand)]
pub(super) enum Quote {
    /// Import sites from a CSV, XLSX or JSON file
    Import(Import),
    /// Write a quote as a document for its customer, in HTML or PDF
    Document(Document),
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  DEMARC_SECRET=dmc_test_… demarc quote import sites.csv --quote 0Q0…
  demarc quote import sites.xlsx --quote 0Q0… --offering ADI --commit

Without --commit or --partial nothing is changed: the columns and rows are shown as they would be
taken. Faults are written into a copy of the file beside it, sites.faults.csv.
Which headings are understood: docs/imports.md")]
pub(super) struct Import {
    /// The file; how its name ends says what it is
    file: PathBuf,
    /// The quote that the sites are for
    #[arg(long, value_name = "ID", value_parser = quote_id)]
    quote: Id,
    /// The product of rows that name none, by code or name
    #[arg(long, value_name = "CODE")]
    offering: Option<String>,
    /// The worksheet of a workbook [default: the first]
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
    /// Take every row, or none if any has a fault
    #[arg(long)]
    commit: bool,
    /// Take the sound rows and leave the others
    #[arg(long, conflicts_with = "commit")]
    partial: bool,
    /// As one JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    remote: Remote,
}

/// Reads a quote's id.
fn quote_id(text: &str) -> Result<Id, String> {
    let id: Id = text.parse().map_err(|e| format!("{e}"))?;
    if id.is(Kind::Quote) { Ok(id) } else { Err("it is no quote's id (0Q0…)".to_owned()) }
}

impl Quote {
    pub(super) async fn run(self) -> Outcome {
        match self {
            Self::Import(import) => import.run().await,
            Self::Document(document) => document.run().await,
        }
    }
}

/// A file, and how it is asked about.
struct File {
    format: Format,
    bytes: Vec<u8>,
}

impl Import {
    async fn run(self) -> Outcome {
        let file = self.read()?;
        let client = self.remote.client()?;
        let found = self.preview(&client, &file).await?;
        let report = found.at("/report")?;
        let faults = report["faults_count"].as_u64().unwrap_or_default();
        let back = if faults > 0 { Some(self.give_back(&file, report)?) } else { None };
        let wanted = self.partial || (self.commit && faults == 0);
        let taken = if wanted { Some(self.take(&client, &file).await?) } else { None };
        if self.json {
            print_json(taken.as_ref().map_or(&found.json, |taken| &taken.json))?;
        } else {
            told::columns(report)?;
            told::sites(&found.json["sites"], report)?;
            told::notes(report);
            told::faults(report);
            match &taken {
                Some(taken) => told::taken(taken)?,
                None => told::looked(faults, self.commit),
            }
        }
        match back {
            None => Ok(()),
            Some(path) => {
                let s = if faults == 1 { "" } else { "s" };
                let path = path.display();
                let say = format!("the file has {faults} fault{s}; a copy that tells them: {path}");
                if taken.is_some() {
                    eprintln!("{say}");
                    return Ok(());
                }
                Err(Failure::failed(say))
            }
        }
    }

    fn read(&self) -> Outcome<File> {
        let name = self.file.display();
        let ending = self.file.extension().and_then(|e| e.to_str()).unwrap_or_default();
        let format = Format::of_ending(ending).ok_or_else(|| {
            let known: Vec<_> = Format::ALL.iter().flat_map(|f| f.endings()).copied().collect();
            Failure::usage(format!("{name}: the name must end in {}", known.join(", ")))
        })?;
        let usage = |e: std::io::Error| Failure::usage(format!("{name}: {e}"));
        let length = fs::metadata(&self.file).map_err(usage)?.len();
        if length > u64::try_from(sheet::MOST_BYTES).unwrap_or(u64::MAX) {
            let most = sheet::MOST_BYTES / 1024 / 1024;
            return Err(Failure::usage(format!("{name}: the file is larger than {most} MB")));
        }
        Ok(File { format, bytes: fs::read(&self.file).map_err(usage)? })
    }

    /// The query with what was said besides.
    fn query(&self, first: &str) -> String {
        let mut query = first.to_owned();
        for (name, value) in [("offering", &self.offering), ("sheet", &self.sheet)] {
            if let Some(value) = value {
                let _ = write!(query, "&{name}={}", encoded(value)); // To a String.
            }
        }
        query
    }

    async fn preview(&self, client: &Client, file: &File) -> Result<Answer, CallError> {
        let waiting = waiting(format!("looking at {}", self.file.display()));
        let query = self.query("faults=10000");
        let path = format!("/v1/quotes/{}/imports/preview?{query}", self.quote);
        let answer = client.upload(&path, file.format.media(), file.bytes.clone(), false).await;
        waiting.finish_and_clear();
        answer?.expect(200)
    }

    async fn take(&self, client: &Client, file: &File) -> Result<Answer, CallError> {
        let waiting = waiting(format!("importing {}", self.file.display()));
        let query = self.query(if self.partial { "mode=partial" } else { "mode=commit" });
        let path = format!("/v1/quotes/{}/imports?{query}", self.quote);
        let answer = client.upload(&path, file.format.media(), file.bytes.clone(), true).await;
        waiting.finish_and_clear();
        answer?.expect(201)
    }

    /// Writes a copy of the file that tells what is wrong in each row, and answers its path.
    fn give_back(&self, file: &File, report: &Value) -> Outcome<PathBuf> {
        let read = sheet::read(&file.bytes, file.format, self.sheet.as_deref());
        let faults: Vec<_> =
            report["faults"].as_array().into_iter().flatten().map(told::fault).collect();
        let bytes = read.and_then(|table| sheet::annotate(&table, &faults));
        let bytes = bytes.map_err(|f| Failure::failed(f.line()))?;
        let path = self.file.with_extension(format!("faults.{}", file.format.endings()[0]));
        fs::write(&path, bytes).map_err(at(path.display()))?;
        Ok(path)
    }
}

/// A line on stderr that moves while somebody waits; nothing where stderr is no terminal.
fn waiting(say: String) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    bar.set_message(say);
    bar.enable_steady_tick(Duration::from_millis(250));
    bar
}

/// A text as a value of a query.
fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut found, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            found.push(char::from(byte));
        } else {
            let _ = write!(found, "%{byte:02X}"); // To a String.
        }
        found
    })
}
