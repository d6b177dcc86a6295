//! A file of rows that a command sends: looked at first, taken only if told so, given back with
//! its faults.

mod steps;
mod told;

use super::print_json;
use super::remote::Remote;
use crate::client::{Answer, CallError, Client};
use crate::failure::{Failure, Outcome, at};
use crate::figures::{bytes, count};
use clap::Args;
use serde_json::Value;
use sheet::Format;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

pub(super) use steps::Steps;
pub(super) use told::{list, word};

/// A file of rows, and what shall be done with it.
#[derive(Debug, Args)]
pub(super) struct Upload {
    /// The file; how its name ends says what it is
    file: PathBuf,
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

/// Where rows go, and how they are told.
pub(super) struct Target {
    /// `/v1/quotes/…/imports`.
    pub(super) path: String,
    /// What is said in the query besides.
    pub(super) query: Vec<(&'static str, String)>,
    /// Prints the first rows as they would be taken.
    pub(super) rows: fn(found: &Answer) -> Outcome,
    /// Prints what was taken.
    pub(super) taken: fn(answer: &Answer) -> Outcome,
}

/// A file as it is sent.
pub(super) struct File {
    pub(super) format: Format,
    pub(super) bytes: Vec<u8>,
}

impl File {
    /// Reads a file whose name says its form.
    pub(super) fn read(path: &Path) -> Outcome<Self> {
        let name = path.display();
        let ending = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
        let format = Format::of_ending(ending).ok_or_else(|| {
            let known: Vec<_> = Format::ALL.iter().flat_map(|f| f.endings()).copied().collect();
            Failure::usage(format!("{name}: the name must end in {}", known.join(", ")))
        })?;
        let usage = |e: std::io::Error| Failure::usage(format!("{name}: {e}"));
        let length = fs::metadata(path).map_err(usage)?.len();
        if length > u64::try_from(sheet::MOST_BYTES).unwrap_or(u64::MAX) {
            let most = sheet::MOST_BYTES / 1024 / 1024;
            return Err(Failure::usage(format!("{name}: the file is larger than {most} MB")));
        }
        Ok(Self { format, bytes: fs::read(path).map_err(usage)? })
    }

    /// `sites.csv, 1.2 MiB`.
    pub(super) fn called(&self, path: &Path) -> String {
        let size = u64::try_from(self.bytes.len()).unwrap_or(u64::MAX);
        format!("{}, {}", path.display(), bytes(size))
    }
}

impl Upload {
    pub(super) async fn run(self, target: &Target) -> Outcome {
        let file = File::read(&self.file)?;
        let client = self.remote.client()?;
        let steps = Steps::begin(if self.commit || self.partial { 2 } else { 1 });
        let found = self.preview(&client, &file, target, &steps).await;
        let found = found.inspect_err(|_| steps.end())?;
        let report = found.at("/report")?;
        let faults = report["faults_count"].as_u64().unwrap_or_default();
        let back = if faults > 0 { Some(self.give_back(&file, report)?) } else { None };
        let wanted = self.partial || (self.commit && faults == 0);
        let taken = if wanted {
            let rows = report["sound"].as_u64().unwrap_or_default();
            Some(self.take(&client, &file, target, (&steps, rows)).await)
        } else {
            None
        };
        steps.end();
        let taken = taken.transpose()?;
        if self.json {
            print_json(taken.as_ref().map_or(&found.json, |taken| &taken.json))?;
        } else {
            told::columns(report)?;
            (target.rows)(&found)?;
            super::print(&format!("{} rows, {} of them sound", report["rows"], report["sound"]))?;
            told::notes(report);
            told::faults(report);
            match &taken {
                Some(taken) => (target.taken)(taken)?,
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

    /// The query with what was said besides.
    fn query(&self, target: &Target, first: &str) -> String {
        let mut query = first.to_owned();
        let sheet = self.sheet.iter().map(|sheet| ("sheet", sheet));
        for (name, value) in target.query.iter().map(|(name, v)| (*name, v)).chain(sheet) {
            let _ = write!(query, "&{name}={}", encoded(value)); // To a String.
        }
        query
    }

    async fn preview(
        &self,
        client: &Client,
        file: &File,
        target: &Target,
        steps: &Steps,
    ) -> Result<Answer, CallError> {
        let called = file.called(&self.file);
        steps.next(format!("sending {called}; the server reads and checks it"));
        let query = self.query(target, "faults=10000");
        let path = format!("{}/preview?{query}", target.path);
        client.upload(&path, file.format.media(), file.bytes.clone(), false).await?.expect(200)
    }

    async fn take(
        &self,
        client: &Client,
        file: &File,
        target: &Target,
        (steps, rows): (&Steps, u64),
    ) -> Result<Answer, CallError> {
        steps.next(format!("taking {} rows in one commit", count(rows)));
        let query = self.query(target, if self.partial { "mode=partial" } else { "mode=commit" });
        let path = format!("{}?{query}", target.path);
        client.upload(&path, file.format.media(), file.bytes.clone(), true).await?.expect(201)
    }

    /// Writes a copy of the file that tells what is wrong in each row, and answers its path.
    fn give_back(&self, file: &File, report: &Value) -> Outcome<PathBuf> {
        let read = sheet::read(&file.bytes, file.format, self.sheet.as_deref());
        let faults: Vec<_> = list(report, "faults").iter().map(told::fault).collect();
        let bytes = read.and_then(|table| sheet::annotate(&table, &faults));
        let bytes = bytes.map_err(|f| Failure::failed(f.line()))?;
        let path = self.file.with_extension(format!("faults.{}", file.format.endings()[0]));
        fs::write(&path, bytes).map_err(at(path.display()))?;
        Ok(path)
    }
}

/// A text as a value of a query.
pub(super) fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut found, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            found.push(char::from(byte));
        } else {
            let _ = write!(found, "%{byte:02X}"); // To a String.
        }
        found
    })
}
