//! What clients do in the storm: together these walks make every kind of command.

use super::client::{Client, Went, contact, id};
use app::{Clock as _, SystemClock};
use domain::time::{Moment, plus_working_days};
use serde_json::{Value, json};

/// A walk, by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Walk {
    /// From opportunity to handoff, and a job that is put aside.
    Sale,
    /// Whatever a desk does besides: exceptions, discounts, credit reviews, contracts that end
    /// otherwise, webhooks, credentials.
    Desk,
    /// An opportunity with some quotes, most of it under two bodies at once.
    Light,
}

impl Client {
    /// Takes a walk to its end, or to where it cannot go on.
    pub(super) async fn take(&mut self, walk: Walk) -> Went {
        self.walk += 1;
        self.step = 0;
        match walk {
            Walk::Sale => self.sale().await,
            Walk::Desk => self.desk().await,
            Walk::Light => self.light().await,
        }
    }

    fn name(&self) -> String {
        format!("Lone Star Dental Group {}-{}", self.number, self.walk)
    }

    async fn light(&mut self) -> Went {
        let open = |name: &str| {
            json!({ "name": name, "new_customer":
            { "name": name, "address": address() } })
        };
        let (one, two) = (self.name(), format!("{} or so", self.name()));
        let made = self.post_beside("/v1/opportunities", open(&one), open(&two)).await?;
        let opportunity = &made["opportunity"]["id"];
        for name in ["Second offer", "Third offer"] {
            let new = json!({ "opportunity_id": opportunity, "name": name });
            let rival = json!({ "opportunity_id": opportunity, "name": "Another offer" });
            let quote = id(&self.post_beside("/v1/quotes", new, rival).await?["id"]);
            self.post(&format!("/v1/quotes/{quote}/sites"), sites()).await?;
            let (rows, others) = (rows("Dallas"), rows("Fort Worth"));
            self.post_beside(&format!("/v1/quotes/{quote}/imports"), rows, others).await?;
        }
        let why = json!({ "reason": "The customer chose another offer." });
        self.post(&format!("/v1/quotes/{}/cancel", id(&made["quote"]["id"])), why).await.map(drop)
    }

    async fn sale(&mut self) -> Went {
        let customer = self.name();
        let body = json!({ "name": customer, "new_customer":
            { "name": customer, "address": address() } });
        let made = self.post("/v1/opportunities", body).await?;
        let quote = id(&made["quote"]["id"]);
        self.priced(&quote, json!({})).await?;
        self.credit(&quote, 14, "approved").await?;
        let other = json!({ "name": "The same for 60 months" });
        self.post(&format!("/v1/quotes/{quote}/alternatives"), other).await?;
        let contract = self.contract(&quote).await?;
        let sign = json!({ "signer": signer(), "document_sha256": contract["document_sha256"] });
        self.post(&format!("/v1/contracts/{}/sign", id(&contract["id"])), sign).await?;
        let body = json!({ "quote_id": quote, "accept_terms": true,
            "primary_contact": contact() });
        let order = self.post("/v1/orders", body).await?;
        let subs: Vec<String> =
            order["sub_orders"].as_array().into_iter().flatten().map(|s| id(&s["id"])).collect();
        let all = json!({ "defaults": { "port_reservation": { "floor": "1", "room": "102" } },
            "sub_orders": [{ "id": subs[0], "shipping": { "contacts": [contact()] } },
                { "id": subs[1] }] });
        self.post(&format!("/v1/orders/{}/enrichments", id(&order["id"])), all).await?;
        let row = |sub, room| json!({ "Sub-Order": sub, "Floor": "1", "Room": room });
        let (rows, others) = (json!([row(&subs[0], "07")]), json!([row(&subs[1], "08")]));
        let path = format!("/v1/orders/{}/enrichment-imports", id(&order["id"]));
        self.post_beside(&path, rows, others).await?;
        for sub in &subs {
            self.enrich(sub).await?;
        }
        self.post(&format!("/v1/sub-orders/{}/handoff", subs[0]), json!({})).await?;
        self.post(&format!("/v1/orders/{}/handoff", id(&order["id"])), json!({})).await?;
        let known = format!("/v1/operations/orders/{}/identifiers", id(&order["id"]));
        let number = json!({ "kind": "uber_cart_id", "value": self.name() });
        self.set_as_carrier(&known, &number).await?;
        self.job(&subs).await
    }

    /// Everything before a contract.
    pub(super) async fn priced(&mut self, quote: &str, ask: Value) -> Went<Value> {
        let at = |rest: &str| format!("/v1/quotes/{quote}/{rest}");
        self.post(&at("sites"), sites()).await?;
        self.post(&at("address-validation"), json!({})).await?;
        let settled = |told: &Value| {
            let mut sites = told["sites"].as_array().into_iter().flatten();
            sites.all(|site| site["validation"]["state"] != "requested")
        };
        let told = self.until(&at("sites"), settled).await?;
        for site in told["sites"].as_array().into_iter().flatten() {
            let state = site["validation"]["state"].as_str().unwrap_or_default();
            if state == "close_match" && self.walk.is_multiple_of(2) {
                self.post(&at("address-choices"), json!({})).await?;
            } else if matches!(state, "close_match" | "ambiguous") {
                let path = at(&format!("sites/{}/address-choice", id(&site["id"])));
                self.post(&path, json!({ "choice": 0 })).await?;
            }
        }
        let choice = |name: &str, value: &str| json!({ "name": name, "value": value });
        let features =
            json!([choice("Port Speed", "1G"), choice("ATT_ACC_SPD", "1G"), choice("Term", "36"),]);
        let body = json!({ "offering": "OFF_ADI_MID_MARKET", "features": features });
        self.post(&at("configuration"), body).await?;
        self.post(&at("price"), ask).await
    }

    /// A credit check of a business that is so old.
    pub(super) async fn credit(&mut self, quote: &str, years: u8, state: &str) -> Went<String> {
        let amount = (state == "in_review").then_some("30000.00");
        let name = self.name();
        let check = self.applied(quote, &name, years, amount).await?;
        let path = format!("/v1/credit-checks/{check}");
        let told = self.until(&path, |told| told["state"] != "requested").await?;
        if told["state"] == state {
            return Ok(check);
        }
        self.wrong(format!("{path} is not {state}: {told}"))
    }

    /// An application for credit.
    pub(super) async fn applied(
        &mut self,
        quote: &str,
        name: &str,
        years: u8,
        amount: Option<&str>,
    ) -> Went<String> {
        let mut body = json!({ "application": { "business_name": name,
            "business_type": "llc", "legal_address": address(),
            "primary_first_name": "Sample", "primary_last_name": "Signer",
            "email": "sample.signer@example.com", "years_in_business": years,
            "tax_id": format!("98-76{:05}", self.walk % 100_000) } });
        if let Some(amount) = amount {
            body["requested_amount"] = json!(amount);
        }
        let asked = self.post(&format!("/v1/quotes/{quote}/credit-checks"), body).await?;
        Ok(id(&asked["id"]))
    }

    /// A contract that is out for signature.
    pub(super) async fn contract(&mut self, quote: &str) -> Went<Value> {
        let body = json!({ "signer": signer(), "customer":
            { "company_name": self.name(), "address": address() } });
        let asked = self.post(&format!("/v1/quotes/{quote}/contracts"), body).await?;
        let path = format!("/v1/contracts/{}", id(&asked["id"]));
        self.until(&path, |told| told["state"] == "sent").await
    }

    async fn enrich(&mut self, sub: &str) -> Went {
        let path = |kind: &str| format!("/v1/sub-orders/{sub}/enrichments/{kind}");
        let today = SystemClock.now().date();
        let installation = json!({ "contacts": [contact()],
            "requested_start": plus_working_days(today, 5).to_string(),
            "requested_due": plus_working_days(today, 60).to_string() });
        self.edit("PUT", &path("installation"), installation).await?;
        self.edit("PUT", &path("shipping"), json!({ "contacts": [contact()] })).await?;
        let port = json!({ "floor": "2", "room": "201", "tsp_code": "TSP645321-44" });
        self.edit("PUT", &path("port-reservation"), port).await?;
        let billing = json!({ "new_account": { "name": self.name(), "address": address(),
            "contacts": [contact()] }, "paperless": true });
        self.edit("PUT", &path("billing"), billing).await.map(drop)
    }

    /// Puts a job of these sub-orders aside and takes it up again.
    async fn job(&mut self, subs: &[String]) -> Went {
        // A delivery is looked after once a working day, which is an hour here: its job waits.
        let soon = SystemClock.now().plus_ms(600_000);
        for _ in 0..100 {
            let jobs = self.look("/v1/operations/jobs?state=ready&limit=200").await?;
            let waits = |job: &&Value| {
                let object = job["object_id"].as_str().unwrap_or_default();
                let due = job["due_at"].as_str().and_then(Moment::parse);
                due.is_some_and(|due| due > soon) && subs.iter().any(|sub| sub == object)
            };
            if let Some(job) = jobs["items"].as_array().into_iter().flatten().find(waits) {
                let path = format!("/v1/operations/jobs/{}", id(&job["id"]));
                let why = json!({ "reason": "The fulfilment desk moves tonight." });
                self.operate(&format!("{path}/quarantine"), why).await?;
                let back = json!({ "reason": "It is back." });
                return self.operate(&format!("{path}/retry"), back).await.map(drop);
            }
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        }
        self.wrong("no delivery waits for its next working day".to_owned())
    }
}

pub(super) fn address() -> Value {
    json!({ "street": "208 S Akard St", "city": "Dallas", "state": "TX", "zip": "75202" })
}

pub(super) fn signer() -> Value {
    json!({ "name": "Sample Signer", "title": "Owner", "email": "sample.signer@example.com" })
}

/// A file of one site.
fn rows(name: &str) -> Value {
    json!([{ "Name": name, "Street": "208 S Akard St", "City": "Dallas", "State": "TX",
        "ZIP": "75202", "Product": "ADI", "Port Speed": "1G", "Access Speed": "1 Gb",
        "Term": 36 }])
}

/// One as it should be, one with a mistyped ZIP code.
fn sites() -> Value {
    json!({ "sites": [
        { "name": "Chicago", "address": { "street": "233 S Wacker Dr", "city": "Chicago",
            "state": "IL", "zip": "60606" } },
        { "name": "Round Rock", "address": { "street": "1 Dell Way", "city": "Round Rock",
            "state": "TX", "zip": "78628" } },
    ] })
}
