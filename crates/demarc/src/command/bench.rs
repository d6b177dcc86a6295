//! `demarc bench`: measurements. Each says what was measured and beside which floor.

mod alone;
mod base;
mod child;
mod cluster;
mod customers;
mod engine;
mod events;
mod flow;
mod floor;
mod load;
mod machine;
mod nodes;
mod process;
mod quotes;
mod report;
mod sale;
mod share;

use crate::failure::{Failure, Outcome};
use crate::stop::Stop;
use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(super) enum Bench {
    /// Measure the whole order flow over HTTP, beside the floor that the database sets
    Flow(flow::Flow),
    /// Measure how far several servers on one PostgreSQL go, each with a small share of a processor
    Nodes(nodes::Nodes),
    /// Measure how soon events reach webhooks and the feed, and what they cost
    Events(events::Events),
    /// Measure quotes of up to ten thousand sites: pricing alone, from file to price, one-site edits
    Quotes(quotes::Quotes),
    /// Measure the lookup of end customers among a million accounts
    Customers(customers::Customers),
}

impl Bench {
    pub(super) async fn run(self) -> Outcome {
        if cfg!(debug_assertions) {
            eprintln!("This is a debug build: its figures mean little.");
        }
        let mut stop = Stop::listen()?;
        let bench = async {
            match self {
                Self::Flow(flow) => flow.run().await,
                Self::Nodes(nodes) => nodes.run().await,
                Self::Events(events) => events.run().await,
                Self::Quotes(quotes) => quotes.run().await,
                Self::Customers(customers) => customers.run().await,
            }
        };
        tokio::select! {
            // What is dropped then ends its processes and removes its files.
            () = stop.told() => Err(Failure::failed("stopped")),
            done = bench => done,
        }
    }
}
