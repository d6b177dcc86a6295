//! `demarc catalogue`: checks a catalogue folder as the server would read it, compares two, and
//! publishes on a running server.

use crate::config::Config;
use crate::failure::{Failure, Outcome};
use app::Unsound;
use clap::{Args, Subcommand};
use domain::catalogue::{Catalogue as Prices, CatalogueFault, differences};
use quotes::Compared;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

mod publish;
mod quotes;

#[derive(Debug, Subcommand)]
pub(super) enum Catalogue {
    /// Say every mistake in a catalogue, with file, line and remedy
    Check(Check),
    /// Say what changed between two catalogues
    Diff(Diff),
    /// Propose a folder's catalogue to a running server
    Propose(publish::Propose),
    /// Publish what somebody else has proposed
    Publish(publish::Publish),
    /// Refuse what somebody else has proposed
    Refuse(publish::Refuse),
    /// Withdraw a version that is not in force yet
    Withdraw(publish::Withdraw),
    /// Put the catalogue before the one in force in its place again, at once
    RollBack(publish::RollBack),
    /// List the versions of a running server
    List(publish::List),
    /// Say what a version would change: prices, and quotes on offer
    Impact(publish::Impact),
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  demarc catalogue check               the configured catalogue
  demarc catalogue check ./catalogue
  demarc catalogue check ./catalogue --json

Exit codes: 0 sound, 1 with faults (on stdout).")]
pub(super) struct Check {
    /// Folder with *.toml files [default: the configured one]
    folder: Option<PathBuf>,
    /// Configuration file [default: demarc.toml if it is there]
    #[arg(long, value_name = "FILE", env = "DEMARC_CONFIG", hide_env_values = true)]
    config: Option<PathBuf>,
    /// As one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  demarc catalogue diff ./catalogue-2026-1 ./catalogue
  demarc catalogue diff shipped ./catalogue --json
  demarc catalogue diff shipped ./catalogue --quotes quotes.jsonl

A line of --quotes is a quote as it is priced, with the features that were chosen:
  {\"quote\": \"Q-1\", \"tier\": \"standard\", \"priced_on\": \"2026-11-20\",
   \"discount_percent\": \"5\", \"promotions\": [], \"sites\": [{\"zip\": \"60606\",
   \"offering\": \"OFF_AIAB\", \"features\": [{\"name\": \"Plan\", \"value\": \"Standard\"}]}]}
Without priced_on, the first day of the new catalogue counts.

Exit codes: 0 whether anything changed or not, 1 if one of the two has faults.")]
pub(super) struct Diff {
    /// Folder of the old catalogue; `shipped` for the one that comes with the program
    old: PathBuf,
    /// Folder of the new catalogue, or `shipped`
    new: PathBuf,
    /// Quotes as JSON lines: which would change, and by how much
    #[arg(long, value_name = "FILE")]
    quotes: Option<PathBuf>,
    /// As one JSON object
    #[arg(long)]
    json: bool,
}

impl Catalogue {
    pub(super) async fn run(self) -> Outcome {
        match self {
            Self::Check(check) => check.run(),
            Self::Diff(diff) => diff.run(),
            Self::Propose(propose) => propose.run().await,
            Self::Publish(publish) => publish.run().await,
            Self::Refuse(refuse) => refuse.run().await,
            Self::Withdraw(withdraw) => withdraw.run().await,
            Self::RollBack(back) => back.run().await,
            Self::List(list) => list.run().await,
            Self::Impact(impact) => impact.run().await,
        }
    }
}

impl Check {
    fn run(self) -> Outcome {
        let folder = match self.folder {
            Some(folder) => Some(folder),
            None => Config::load(self.config.as_deref())?.catalogue,
        };
        let place = folder.as_ref().map_or("shipped".into(), |f| f.display().to_string());
        let (catalogue, programmes) = match app::read_catalogue(folder.as_deref()) {
            Ok(loaded) => loaded,
            Err(unsound) => {
                if self.json {
                    let faults: Vec<_> = unsound.faults.iter().map(in_json).collect();
                    super::print_json(&json!({ "folder": place, "ok": false, "faults": faults }))?;
                } else {
                    super::print(&explain(&unsound))?;
                }
                return Err(failed(&place, &unsound));
            }
        };
        let offerings: Vec<_> = catalogue.offerings().iter().map(|o| o.code.to_string()).collect();
        let promotions: Vec<_> =
            catalogue.promotions().iter().map(|p| p.code.to_string()).collect();
        let known: Vec<_> = programmes.all().iter().map(|p| p.code.clone()).collect();
        if self.json {
            return super::print_json(&json!({
                "folder": place, "ok": true, "faults": [], "version": catalogue.version().as_ref(),
                "effective_from": catalogue.effective_from().to_string(),
                "offerings": offerings, "promotions": promotions, "programmes": known,
            }));
        }
        super::print(&format!(
            "catalogue {place}: sound; version {} in force from {}\nofferings: {}\n\
             promotions: {}\nprogrammes: {}",
            catalogue.version(),
            catalogue.effective_from(),
            offerings.join(", "),
            promotions.join(", "),
            known.join(", "),
        ))
    }
}

fn failed(place: &str, unsound: &Unsound) -> Failure {
    let count = unsound.faults.len();
    let many = if count == 1 { "fault" } else { "faults" };
    Failure::failed(format!("catalogue {place}: {count} {many}"))
}

fn in_json(fault: &CatalogueFault) -> Value {
    json!({
        "file": fault.file, "line": fault.line, "kind": fault.kind,
        "message": fault.message, "remedy": fault.remedy,
    })
}

/// Each fault with its line as it stands in the file, marked, and with the remedy below.
fn explain(unsound: &Unsound) -> String {
    let told: Vec<_> = unsound.faults.iter().map(|fault| told(fault, unsound)).collect();
    told.join("\n")
}

fn told(fault: &CatalogueFault, unsound: &Unsound) -> String {
    let CatalogueFault { file, line, message, remedy, .. } = fault;
    let head = format!("{file}:{line}: {message}\n");
    let text = unsound.files.iter().find(|(name, _)| name == file).map(|(_, text)| text);
    let shown = text.and_then(|text| text.lines().nth(line - 1)).map(|text| {
        let (number, mark) = (line.to_string(), marks(text));
        let gutter = " ".repeat(number.len());
        format!("  {number} | {}\n  {gutter} | {mark}\n", text.replace('\t', " "))
    });
    format!("{head}{}  remedy: {remedy}\n", shown.unwrap_or_default())
}

/// Carets below what is written on the line, but not below a comment.
fn marks(line: &str) -> String {
    let blank = line.chars().take_while(|c| c.is_whitespace()).count();
    let written = line.split(" #").next().unwrap_or(line).trim_end().chars().count();
    " ".repeat(blank) + &"^".repeat(written.saturating_sub(blank).max(1))
}

impl Diff {
    fn run(self) -> Outcome {
        let (old, new) = (read(&self.old)?, read(&self.new)?);
        let changed = differences(&old, &new);
        let quotes = self.quotes.map(|file| quotes::compare(&file, &old, &new)).transpose()?;
        if self.json {
            let quotes = quotes.map(|all| all.iter().map(Compared::json).collect::<Vec<_>>());
            return super::print_json(&json!({
                "old": old.version().as_ref(), "new": new.version().as_ref(),
                "differences": changed, "quotes": quotes,
            }));
        }
        let count = match changed.len() {
            0 => "nothing changed".to_owned(),
            1 => "1 difference".to_owned(),
            more => format!("{more} differences"),
        };
        let mut lines = vec![format!("catalogue {} to {}: {count}", old.version(), new.version())];
        lines.extend(changed.iter().map(ToString::to_string));
        if !changed.is_empty() && old.version() == new.version() {
            lines.push("Both have the same version: give the new one its own".to_owned());
        }
        if let Some(quotes) = quotes {
            let changed: Vec<_> = quotes.iter().filter(|quote| quote.changed()).collect();
            lines.push(format!("{} of {} quotes would change", changed.len(), quotes.len()));
            lines.extend(changed.iter().map(|quote| quote.words()));
        }
        super::print(&lines.join("\n"))
    }
}

fn read(folder: &Path) -> Outcome<Prices> {
    let place = folder.display().to_string();
    let folder = Some(folder).filter(|folder| *folder != Path::new("shipped"));
    match app::read_catalogue(folder) {
        Ok((catalogue, _)) => Ok(catalogue),
        Err(unsound) => {
            super::print(&explain(&unsound))?;
            Err(failed(&place, &unsound))
        }
    }
}
