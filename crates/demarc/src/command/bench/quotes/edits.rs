//! One site of a quote is edited and the quote is priced: the large quote in turns with a small one.

use super::stages::{Stage, Watch};
use crate::client::Client;
use crate::failure::{Failure, Outcome};
use crate::flow::{self, OFFERING};
use crate::steps;
use serde_json::{Value, json};

/// Edits of one quote.
#[derive(Debug, Clone, Default)]
pub(super) struct Edited {
    pub(super) edits: Vec<Stage>,
}

/// The first sites of a quote, which are edited by turns.
const EDITED: usize = 10;

/// `count` edits of each quote; the quotes take turns, and each begins every other time.
pub(super) async fn measure(
    client: &Client,
    process: u32,
    quotes: [&str; 2],
    count: u16,
) -> Outcome<[Edited; 2]> {
    let mut sites = Vec::new();
    for quote in quotes {
        sites.push(first_sites(client, quote).await?);
    }
    let mut found = [Edited::default(), Edited::default()];
    for number in 0..usize::from(count) {
        let order = if number % 2 == 0 { [0, 1] } else { [1, 0] };
        for at in order {
            let site = &sites[at][number % sites[at].len()];
            let watch = Watch::start(process);
            edit(client, quotes[at], site, number).await?;
            found[at].edits.push(watch.stop("edit"));
        }
    }
    Ok(found)
}

async fn first_sites(client: &Client, quote: &str) -> Outcome<Vec<String>> {
    let page =
        client.get(&format!("/v1/quotes/{quote}/sites?limit={EDITED}")).await?.expect(200)?;
    let id = |site: &Value| site["id"].as_str().map(str::to_owned);
    let ids: Vec<_> = page.list("/sites")?.iter().filter_map(id).collect();
    if ids.is_empty() { Err(Failure::failed("the quote has no sites")) } else { Ok(ids) }
}

/// Another port speed than the file or the edit before gave it.
async fn edit(client: &Client, quote: &str, site: &str, number: usize) -> Outcome {
    let speed = if (number / EDITED).is_multiple_of(2) { "20M" } else { "50M" };
    let body = json!({
        "offering": OFFERING, "features": flow::features(speed, "1G", "36"), "site_ids": [site],
    });
    let path = format!("/v1/quotes/{quote}/configuration");
    client.post(&path, body).await?.expect(200)?;
    let priced = steps::price(client, quote, json!({ "discount_percent": "5" }), "priced").await?;
    match priced.json["sites_touched"].as_u64() {
        Some(1) => Ok(()),
        other => Err(Failure::failed(format!("{other:?} sites were priced, not one"))),
    }
}
