//! `demarc bench`: measurements. Each says what was measured and beside which floor.

mod child;
mod engine;
mod flow;
mod floor;
mod load;
mod process;
mod report;
mod sale;

use crate::failure::Outcome;
use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(super) enum Bench {
    /// Measure the whole order flow over HTTP, beside the floor that the disk sets
    Flow(flow::Flow),
}

impl Bench {
    pub(super) async fn run(self) -> Outcome {
        let Self::Flow(flow) = self;
        flow.run().await
    }
}
