//! One whole flow as a partner's program makes it: no telling, every status checked.

use crate::client::{CallError, Client};
use crate::flow::{self, OFFERING};
use crate::sites::SiteRow;
use crate::steps;
use serde_json::json;

/// A partner's program with its own connection.
#[derive(Debug, Clone)]
pub(super) struct Seller {
    pub(super) client: Client,
}

const CUSTOMER: &str = "Lone Star Dental Group, Inc.";

impl Seller {
    /// Sells to `sites`, from opportunity to delivery.
    pub(super) async fn sell(&self, sites: &[SiteRow]) -> Result<(), CallError> {
        let client = &self.client;
        let quote = self.quote(sites).await?;
        steps::credit(client, &quote, flow::credit_check(CUSTOMER), "approved").await?;
        let sent = steps::contract(client, &quote, CUSTOMER).await?;
        steps::sign(client, &sent).await?;
        let made = steps::order(client, &quote).await?;
        let order = made.str("/id")?;
        steps::group(client, order, "Bench").await?;
        steps::enrich(client, &made, CUSTOMER).await?;
        steps::hand_off(client, order).await?;
        steps::delivered(client, order).await
    }

    async fn quote(&self, sites: &[SiteRow]) -> Result<String, CallError> {
        let client = &self.client;
        // Each flow has a customer of its own: no business has thousands of orders under way.
        let name = format!("{CUSTOMER} {}", client.fresh_key());
        let made = steps::open(client, "Bench", Some(&name)).await?;
        let quote = made.str("/quote/id")?;
        steps::add_sites(client, quote, sites.iter().map(SiteRow::body).collect()).await?;
        let answered = steps::validate(client, quote).await?;
        steps::accept(client, quote, &answered).await?;
        let features = flow::features("1G", "1G", "36");
        steps::configure(client, quote, OFFERING, features).await?;
        steps::price(client, quote, json!({}), "priced").await?;
        Ok(quote.to_owned())
    }
}
