//! A priced quote's way to fulfilment, over HTTP, stage by stage.

use super::stages::{Stage, Watch};
use crate::client::Client;
use crate::failure::{Failure, Outcome};
use crate::flow;
use crate::steps;
use serde_json::json;

const CUSTOMER: &str = "Lone Star Dental Group, Inc.";

/// Who brings a quote there.
pub(super) struct Desk<'a> {
    pub(super) client: &'a Client,
    /// Two of operations: large credit takes two.
    pub(super) people: [Client; 2],
    /// The server.
    pub(super) process: u32,
}

impl Desk<'_> {
    /// From its price to the handoff, with `rows` as the file of enrichments.
    pub(super) async fn order(&self, quote: &str, rows: &[u8]) -> Outcome<Vec<Stage>> {
        let (client, mut stages) = (self.client, Vec::new());
        let watch = || Watch::start(self.process);

        let begun = watch();
        self.credit(quote).await?;
        stages.push(begun.stop("credit"));

        let begun = watch();
        let sent = steps::contract(client, quote, CUSTOMER).await?;
        stages.push(begun.stop("contract"));

        let begun = watch();
        steps::sign(client, &sent).await?;
        stages.push(begun.stop("sign"));

        let begun = watch();
        let made = steps::order(client, quote).await?;
        stages.push(begun.stop("order"));

        let order = made.str("/id")?;
        steps::group(client, order, "Bench").await?;
        let begun = watch();
        let all = json!({ "defaults": {
            "installation": flow::installation(),
            "shipping": flow::shipping(),
            "port_reservation": flow::port_reservation(1),
            "billing": flow::billing(None, CUSTOMER),
        } });
        client.post(&format!("/v1/orders/{order}/enrichments"), all).await?.expect(200)?;
        stages.push(begun.stop("enrich all"));

        let begun = watch();
        let path = format!("/v1/orders/{order}/enrichment-imports");
        client.upload(&path, "text/csv", rows.to_vec(), true).await?.expect(201)?;
        stages.push(begun.stop("enrich by file"));

        let begun = watch();
        steps::hand_off(client, order).await?;
        stages.push(begun.stop("hand off"));
        Ok(stages)
    }

    /// Asks for credit; what the rules leave to a person, two grant.
    async fn credit(&self, quote: &str) -> Outcome {
        let path = format!("/v1/quotes/{quote}/credit-checks");
        let asked = self.client.post(&path, flow::credit_check(CUSTOMER)).await?.expect(202)?;
        let check = asked.str("/id")?;
        let path = format!("/v1/credit-checks/{check}?wait=30");
        let found = self.client.get(&path).await?.expect(200)?;
        match found.str("/state")? {
            "approved" => return Ok(()),
            "in_review" => {}
            other => return Err(Failure::failed(format!("credit is {other}"))),
        }
        let at = |verb: &str| format!("/v1/operations/credit-reviews/{check}/{verb}");
        let [first, second] = &self.people;
        let why = json!({ "reason": "A measurement." });
        let said = first.post(&at("approve"), why).await?.expect(200)?;
        if said.str("/state")? == "in_review" {
            let seen = json!({ "version": said.at("/version")? });
            second.post(&at("confirm"), seen).await?.expect(200)?;
        }
        Ok(())
    }
}
