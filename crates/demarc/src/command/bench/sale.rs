//! One whole flow as a partner's program makes it: no telling, every status checked.

use crate::client::{Answer, CallError, Client};
use crate::flow::{self, OFFERING};
use crate::sites::SiteRow;
use serde_json::json;

/// A partner's program with its own connection.
#[derive(Debug, Clone)]
pub(super) struct Seller {
    pub(super) client: Client,
}

const CUSTOMER: &str = "Lone Star Dental Group, Inc.";
/// An order that is not delivered after so many waits of 30 s never will be.
const WAITS: usize = 4;

impl Seller {
    /// Sells to `sites`, from opportunity to delivery.
    pub(super) async fn sell(&self, sites: &[SiteRow]) -> Result<(), CallError> {
        let quote = self.quote(sites).await?;
        self.bind(&quote).await?;
        let client = &self.client;
        let made = client.post("/v1/orders", flow::order(&quote)).await?.expect(201)?;
        self.enrich(&made).await?;
        let order = made.str("/id")?;
        client.post(&format!("/v1/orders/{order}/handoff"), json!({})).await?.expect(200)?;
        for _ in 0..WAITS {
            let path = format!("/v1/orders/{order}?wait=30");
            let now = client.get(&path).await?.expect(200)?;
            match now.str("/state")? {
                "completed" => return Ok(()),
                "failed" | "rejected" | "cancelled" => return Err(unexpected(&now, "completed")),
                _ => {}
            }
        }
        Err(CallError::new(format!("order {order}: it is not delivered")))
    }

    async fn quote(&self, sites: &[SiteRow]) -> Result<String, CallError> {
        let client = &self.client;
        // Each flow has a customer of its own: no business has thousands of orders under way.
        let name = format!("{CUSTOMER} {}", client.fresh_key());
        let customer = json!({ "name": name, "address": flow::address() });
        let body = json!({ "name": "Bench", "new_customer": customer });
        let made = client.post("/v1/opportunities", body).await?.expect(201)?;
        let quote = made.str("/quote/id")?;
        let at = |rest: &str| format!("/v1/quotes/{quote}{rest}");
        let bodies: Vec<_> = sites.iter().map(SiteRow::body).collect();
        client.post(&at("/sites"), json!({ "sites": bodies })).await?.expect(201)?;
        client.post(&at("/address-validation"), json!({})).await?.expect(202)?;
        let answered = client.get(&at("/sites?wait=30")).await?.expect(200)?;
        for site in answered.list("/sites")? {
            let state = site["validation"]["state"].as_str().unwrap_or_default();
            if matches!(state, "close_match" | "ambiguous") {
                let id = site["id"].as_str().unwrap_or_default();
                let path = at(&format!("/sites/{id}/address-choice"));
                client.post(&path, json!({ "choice": 0 })).await?.expect(200)?;
            }
        }
        let body = json!({ "offering": OFFERING, "features": flow::features("1G", "1G", "36") });
        client.post(&at("/configuration"), body).await?.expect(200)?;
        let priced = client.post(&at("/price"), json!({})).await?.expect(200)?;
        if priced.str("/quote/state")? == "priced" {
            Ok(quote.to_owned())
        } else {
            Err(unexpected(&priced, "priced"))
        }
    }

    async fn bind(&self, quote: &str) -> Result<(), CallError> {
        let client = &self.client;
        let path = format!("/v1/quotes/{quote}/credit-checks");
        let asked = client.post(&path, flow::credit_check(CUSTOMER)).await?.expect(202)?;
        let path = format!("/v1/credit-checks/{}?wait=30", asked.str("/id")?);
        let check = client.get(&path).await?.expect(200)?;
        if check.str("/state")? != "approved" {
            return Err(unexpected(&check, "approved"));
        }
        let path = format!("/v1/quotes/{quote}/contracts");
        let asked = client.post(&path, flow::contract(CUSTOMER)).await?.expect(202)?;
        let path = format!("/v1/contracts/{}", asked.str("/id")?);
        let sent = client.get(&format!("{path}?wait=30")).await?.expect(200)?;
        if sent.str("/state")? != "sent" {
            return Err(unexpected(&sent, "sent"));
        }
        let body = flow::signature(sent.str("/document_sha256")?);
        client.post(&format!("{path}/sign"), body).await?.expect(200)?;
        Ok(())
    }

    async fn enrich(&self, made: &Answer) -> Result<(), CallError> {
        let client = &self.client;
        let order = made.str("/id")?;
        let path = format!("/v1/orders/{order}/customer-defined-group");
        client.put(&path, None, json!({ "name": "Bench" })).await?.expect(200)?;
        let mut account: Option<String> = None;
        for (at, sub) in made.list("/sub_orders")?.iter().enumerate() {
            let id = sub["id"].as_str().unwrap_or_default();
            let mut etag = format!("\"{}\"", sub["version"]);
            let kinds = [
                ("installation", flow::installation()),
                ("shipping", flow::shipping()),
                ("port-reservation", flow::port_reservation(at + 1)),
                ("billing", flow::billing(account.as_deref(), CUSTOMER)),
            ];
            for (kind, body) in kinds {
                let path = format!("/v1/sub-orders/{id}/enrichments/{kind}");
                let done = client.put(&path, Some(&etag), body).await?.expect(200)?;
                if let Some(now) = done.header("etag") {
                    now.clone_into(&mut etag);
                }
                if kind == "billing" && account.is_none() {
                    account = Some(done.str("/billing/billing_account_id")?.to_owned());
                }
            }
        }
        Ok(())
    }
}

fn unexpected(found: &Answer, expected: &str) -> CallError {
    let state = found.json["state"].as_str().or_else(|| found.json["quote"]["state"].as_str());
    let state = state.unwrap_or("no state").to_owned();
    CallError::new(format!("{}: expected {expected}, found {state}", found.asked()))
}
