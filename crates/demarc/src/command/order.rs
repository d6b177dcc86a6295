//! `demarc order`, over HTTP: `enrich` gives an order's sub-orders what a file says; it looks first
//! and takes the rows only if told so. `find` finds orders by a number that they are known by.

mod find;

use super::upload::{Target, Upload, list, word};
use super::{print, table};
use crate::client::Answer;
use crate::failure::Outcome;
use clap::{Args, Subcommand};
use domain::id::{Id, Kind};
use find::Find;
use serde_json::Value;

#[derive(Debug, Subcommand)]
pub(super) enum Order {
    /// Enrich sub-orders from a CSV, XLSX or JSON file
    Enrich(Enrich),
    /// Find orders by a number that they are known by
    Find(Find),
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  DEMARC_SECRET=dmc_test_… demarc order enrich sites.csv --order 801…
  demarc order enrich sites.xlsx --order 801… --commit

Without --commit or --partial nothing is changed: the columns and rows are shown as they would be
taken. Faults are written into a copy of the file beside it, sites.faults.csv.
Which headings are understood: docs/imports.md")]
pub(super) struct Enrich {
    /// The order whose sub-orders the rows name
    #[arg(long, value_name = "ID", value_parser = order_id)]
    order: Id,
    #[command(flatten)]
    upload: Upload,
}

/// Reads an order's id.
fn order_id(text: &str) -> Result<Id, String> {
    let id: Id = text.parse().map_err(|e| format!("{e}"))?;
    if id.is(Kind::Order) { Ok(id) } else { Err("it is no order's id (801…)".to_owned()) }
}

impl Order {
    pub(super) async fn run(self) -> Outcome {
        match self {
            Self::Enrich(enrich) => enrich.run().await,
            Self::Find(find) => find.run().await,
        }
    }
}

impl Enrich {
    async fn run(self) -> Outcome {
        let target = Target {
            path: format!("/v1/orders/{}/enrichment-imports", self.order),
            query: Vec::new(),
            rows: sub_orders,
            taken,
        };
        self.upload.run(&target).await
    }
}

/// The first rows as they would enrich their sub-orders.
fn sub_orders(found: &Answer) -> Outcome {
    let mut rows = table(&["row", "sub-order", "site", "enrichments"]);
    for sub in found.list("/sub_orders")? {
        let kinds: Vec<_> = list(sub, "kinds").iter().filter_map(Value::as_str).collect();
        let row = sub["row"].to_string();
        rows.add_row([&row, word(sub, "sub_order_id"), word(sub, "name"), &kinds.join(", ")]);
    }
    print(&rows.to_string())
}

fn taken(answer: &Answer) -> Outcome {
    let import = answer.str("/import/id")?;
    let (enriched, lack) = (answer.at("/receipt/enriched")?, answer.at("/receipt/incomplete")?);
    print(&format!("{enriched} sub-orders enriched, {lack} of them still lack a kind: {import}"))
}
