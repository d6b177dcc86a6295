//! `demarc quote`, over HTTP: `import` brings sites from a file into a quote; it looks first and
//! takes them only if told so. `document` writes a quote as HTML or PDF.

mod document;

use super::upload::{Target, Upload, list, word};
use super::{print, table};
use crate::client::Answer;
use crate::failure::Outcome;
use clap::{Args, Subcommand};
use document::Document;
use domain::id::{Id, Kind};
use serde_json::Value;

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
    /// The quote that the sites are for
    #[arg(long, value_name = "ID", value_parser = quote_id)]
    quote: Id,
    /// The product of rows that name none, by code or name
    #[arg(long, value_name = "CODE")]
    offering: Option<String>,
    #[command(flatten)]
    upload: Upload,
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

impl Import {
    async fn run(self) -> Outcome {
        let target = Target {
            path: format!("/v1/quotes/{}/imports", self.quote),
            query: self.offering.into_iter().map(|code| ("offering", code)).collect(),
            rows: sites,
            taken,
        };
        self.upload.run(&target).await
    }
}

/// The first rows as they would become sites.
fn sites(found: &Answer) -> Outcome {
    let mut rows = table(&["row", "site", "address", "offering", "features"]);
    for site in found.list("/sites")? {
        let address = &site["address"];
        let of = |member| word(address, member);
        let unit = address["unit"].as_str().map(|u| format!(" {u}")).unwrap_or_default();
        let place =
            format!("{}{unit}, {}, {} {}", of("street"), of("city"), of("state"), of("zip"));
        let feature = |f: &Value| format!("{} {}", word(f, "name"), word(f, "value"));
        let features: Vec<_> = list(site, "features").iter().map(feature).collect();
        let row = site["row"].to_string();
        rows.add_row([
            &row,
            word(site, "name"),
            place.trim_end(),
            word(site, "offering"),
            &features.join(", "),
        ]);
    }
    print(&rows.to_string())
}

fn taken(answer: &Answer) -> Outcome {
    let (import, sound) = (answer.str("/import/id")?, answer.at("/import/report/sound")?);
    print(&format!("{sound} sites imported: {import}"))
}
