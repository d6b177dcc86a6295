//! The walk of a desk: the commands that a sale does not need.

use super::client::{Client, Went, id};
use super::walk::{address, signer};
use crate::prices::labelled;
use domain::time::Moment;
use serde_json::{Value, json};

impl Client {
    pub(super) async fn desk(&mut self) -> Went {
        let customer = json!({ "name": format!("Prairie Clinics {}-{}", self.number, self.walk),
            "address": address(), "alliance_status": "carrier_only" });
        let customer = id(&self.operate("/v1/operations/customers", customer).await?["id"]);
        self.exceptions(&customer).await?;
        self.letters(&customer).await?;
        self.accounts().await?;
        let open = json!({ "name": "A first try", "customer_id": customer });
        let made = self.post("/v1/opportunities", open).await?;
        let quote = id(&made["quote"]["id"]);
        self.priced(&quote, json!({})).await?;
        self.credit(&quote, 14, "approved").await?;
        for end in ["decline", "void"] {
            let contract = id(&self.contract(&quote).await?["id"]);
            let why = json!({ "reason": "The customer wants another term." });
            self.post(&format!("/v1/contracts/{contract}/{end}"), why).await?;
        }
        let other = json!({ "name": "The same for 60 months" });
        self.post(&format!("/v1/quotes/{quote}/alternatives"), other).await?;
        let copy = json!({ "name": "The same once more" });
        let copy = id(&self.post(&format!("/v1/quotes/{quote}/clone"), copy).await?["id"]);
        self.terminated(&copy).await?;
        let revised = self.post(&format!("/v1/quotes/{quote}/revise"), json!({})).await?;
        let why = json!({ "reason": "The customer chose another offer." });
        self.post(&format!("/v1/quotes/{}/cancel", id(&revised["id"])), why).await?;
        self.reviews(&made["opportunity"]["id"]).await?;
        self.webhooks().await?;
        self.catalogues().await?;
        self.clock().await?;
        self.partners().await
    }

    /// End customers from a file: some that every desk has, and one of its own.
    async fn accounts(&mut self) -> Went {
        let row = |acid: String, name: &str| {
            json!({ "ACID": acid, "Name": name, "Street": "208 S Akard St", "City": "Dallas",
                "State": "TX", "ZIP": "75202" })
        };
        let own = format!("D-{}-{}", self.number, self.walk);
        let name = format!("Sample Freight {}", self.walk);
        let rows = json!([row("D-0".to_owned(), "Sample Depots"), row(own, &name)]);
        self.operate("/v1/operations/customer-imports", rows).await.map(drop)
    }

    async fn exceptions(&mut self, customer: &str) -> Went {
        let last = if self.number.is_multiple_of(2) { "approve" } else { "approve all" };
        for end in ["withdraw", "deny", "deny all", last] {
            let plea = json!({ "customer_id": customer,
                "reason": "The customer asked us to move its branch offices to fibre." });
            let filed = id(&self.post("/v1/exception-requests", plea).await?["id"]);
            let carriers = format!("/v1/operations/exception-requests/{filed}/{end}");
            match end {
                "withdraw" => {
                    let path = format!("/v1/exception-requests/{filed}/withdraw");
                    self.post(&path, json!({})).await?;
                }
                "deny" => {
                    let deny = json!({ "reason_code": "insufficient_reason",
                        "note": "Please attach the letter." });
                    self.operate(&carriers, deny).await?;
                }
                "deny all" => {
                    let path = format!("/v1/operations/exceptions/{customer}/deny");
                    self.operate(&path, json!({ "reason_code": "other" })).await?;
                }
                _ => {
                    let approve = json!({ "valid_days": 90, "note": "Letter seen." });
                    let all = format!("/v1/operations/exceptions/{customer}/approve");
                    let path = if end == "approve" { carriers } else { all };
                    self.operate(&path, approve).await?;
                }
            }
        }
        Ok(())
    }

    /// Letters of agency: withdrawn, and revoked by either side.
    async fn letters(&mut self, customer: &str) -> Went {
        for end in ["withdraw", "revoke", "revoke by the carrier"] {
            let new = json!({ "customer_id": customer, "signer": signer() });
            let made = self.post("/v1/letters-of-agency", new).await?;
            let letter = id(&made["id"]);
            let path = |what: &str| format!("/v1/letters-of-agency/{letter}/{what}");
            if end == "withdraw" {
                self.post(&path(end), json!({})).await?;
                continue;
            }
            let day = id(&made["created_at"]);
            let signed = json!({ "signed_on": day.get(..10), "attachment_reference": "DOC-7",
                "document_sha256": made["document_sha256"] });
            self.post(&path("sign"), signed).await?;
            let why = json!({ "reason": "The customer changed its agent." });
            if end == "revoke" {
                self.post(&path(end), why).await?;
            } else {
                let path = format!("/v1/operations/letters-of-agency/{letter}/revoke");
                self.operate(&path, why).await?;
            }
        }
        Ok(())
    }

    /// Discounts and credit checks that a person decides.
    async fn reviews(&mut self, opportunity: &Value) -> Went {
        let new = json!({ "opportunity_id": opportunity, "name": "Second offer" });
        let quote = id(&self.post("/v1/quotes", new).await?["id"]);
        let ask = || json!({ "discount_percent": "14" });
        self.priced(&quote, ask()).await?;
        let path = format!("/v1/operations/discount-approvals/{quote}");
        let refuse = json!({ "reason": "Too much for this volume." });
        self.operate(&format!("{path}/refuse"), refuse).await?;
        let price = format!("/v1/quotes/{quote}/price");
        self.post(&price, ask()).await?;
        let counter = json!({ "discount_percent": "12.5", "reason": "Not for two sites." });
        self.operate(&format!("{path}/counter"), counter).await?;
        self.post(&price, json!({ "discount_percent": "12.5" })).await?;
        self.post(&price, ask()).await?;
        let approve = json!({ "note": "A strategic customer." });
        self.operate(&format!("{path}/approve"), approve).await?;
        self.feasibility(&quote).await?;
        self.credit_reviews(&quote).await?;
        self.expire(&quote).await;
        self.post(&format!("/v1/quotes/{quote}/reopen"), json!({})).await.map(drop)
    }

    /// A copy that is signed, and whose contract two people end.
    async fn terminated(&mut self, quote: &str) -> Went {
        self.post(&format!("/v1/quotes/{quote}/price"), json!({})).await?;
        let contract = self.contract(quote).await?;
        let path = |what: &str| format!("/v1/{what}contracts/{}", id(&contract["id"]));
        let sign = json!({ "signer": signer(), "document_sha256": contract["document_sha256"] });
        self.post(&format!("{}/sign", path("")), sign).await?;
        let why = json!({ "reason": "The customer is being wound up." });
        let path = path("operations/");
        let proposed = self.operate(&format!("{path}/terminate"), why).await?;
        let seen = json!({ "version": proposed["version"] });
        self.agree(&format!("{path}/confirm-termination"), seen).await.map(drop)
    }

    /// Checks in review: declined and then approved against the rules, by one person, and by two.
    async fn credit_reviews(&mut self, quote: &str) -> Went {
        let check = self.credit(quote, 1, "in_review").await?;
        let path = |check: &str, what| format!("/v1/operations/credit-reviews/{check}/{what}");
        self.operate(&path(&check, "decline"), json!({ "reason": "No statements." })).await?;
        let alone = json!({ "reason": "Statements seen.", "limit": "35000.00" });
        self.operate(&path(&check, "approve"), alone).await?;
        let why = json!({ "reason": "The bureau asked for it." });
        self.operate(&path(&check, "reveal-tax-id"), why).await?;
        let check = self.credit(quote, 1, "in_review").await?;
        let large = json!({ "reason": "A guarantee was given.", "limit": "2000000.00" });
        let proposed = self.operate(&path(&check, "approve"), large).await?;
        let seen = json!({ "version": proposed["version"] });
        self.agree(&path(&check, "confirm"), seen).await?;
        // A bureau that does not answer when it is asked, and then by itself.
        let check = self.applied(quote, "Sandbox Bureau Down", 14, None).await?;
        let answer = json!({ "reference": check, "verdict": "approved", "limit": "30000.00",
            "bureau_reference": "B-1" });
        self.operate(&path(&check, "bureau-answer"), answer).await.map(drop)
    }

    /// Whether the sites can be served: no, and then yes.
    async fn feasibility(&mut self, quote: &str) -> Went {
        let path = format!("/v1/operations/feasibility-checks/{quote}");
        for (answer, body) in
            [("refuse", json!({ "reason": "No fibre yet." })), ("confirm", json!({}))]
        {
            self.post(&format!("/v1/quotes/{quote}/feasibility"), json!({})).await?;
            self.operate(&format!("{path}/{answer}"), body).await?;
        }
        Ok(())
    }

    /// Versions of the catalogue, with each of their ends. Prices stay as they are.
    async fn catalogues(&mut self) -> Went {
        let why = || json!({ "reason": "The port prices are last year's." });
        let refused = self.propose("a").await?;
        self.agree(&format!("{refused}/refuse"), why()).await?;
        let withdrawn = self.propose("b").await?;
        // No two at the same moment.
        let apart = i64::try_from(self.number * 1_000_000 + self.walk).unwrap_or_default();
        let at = Moment::from_ms(1_893_456_000_000 + apart).to_string();
        let publish = json!({ "effective_at": at });
        self.agree(&format!("{withdrawn}/publish"), publish).await?;
        self.operate(&format!("{withdrawn}/withdraw"), why()).await?;
        let storm = std::sync::Arc::clone(&self.storm);
        let _alone = storm.price_desk.lock().await;
        let rolled = self.propose("c").await?;
        self.agree(&format!("{rolled}/publish"), json!({})).await?;
        // Longer than the clocks of two nodes differ.
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        self.operate(&format!("{rolled}/roll-back"), why()).await.map(drop)
    }

    async fn propose(&mut self, end: &str) -> Went<String> {
        let label = format!("{}-{}-{end}", self.number, self.walk);
        let proposed = self.operate("/v1/operations/catalogues", labelled(&label)).await?;
        Ok(format!("/v1/operations/catalogues/{}", id(&proposed["id"])))
    }

    async fn webhooks(&mut self) -> Went {
        let new = json!({ "url": self.storm.sink, "types": ["quote.*", "order.created"] });
        let made = self.post("/v1/webhook-endpoints", new).await?;
        let path = format!("/v1/webhook-endpoints/{}", id(&made["id"]));
        self.post(&format!("{path}/test"), json!({})).await?;
        let object = id(&made["id"]);
        let tested = format!("/v1/events?type=webhook_endpoint.tested&object_id={object}");
        let tested = self.get(&tested).await?;
        let again = json!({ "event_id": tested["items"][0]["id"] });
        self.post(&format!("{path}/resend"), again).await?;
        let since = json!({ "since": "2026-01-01T00:00:00Z" });
        self.post(&format!("{path}/replay"), since).await?;
        self.post(&format!("{path}/rotate-secret"), json!({ "overlap_hours": 1 })).await?;
        self.post(&format!("{path}/disable"), json!({})).await?;
        self.post(&format!("{path}/enable"), json!({})).await?;
        self.edit("DELETE", &path, json!({})).await.map(drop)
    }

    /// Time stops, moves, and goes on.
    async fn clock(&mut self) -> Went {
        const PATH: &str = "/v1/test-clock";
        self.edit("PUT", PATH, json!({})).await?;
        let by = json!({ "by": "0s" });
        let target = self.post("/v1/test-clock/advance", by).await?["target"].clone();
        let there = self.until(PATH, |clock| clock["state"] == "ready").await?;
        if there["now"] != target {
            return self.wrong(format!("{PATH}: {there}, and not {target}"));
        }
        self.edit("DELETE", PATH, json!({})).await.map(drop)
    }

    /// Another partner with a credential that is taken back.
    async fn partners(&mut self) -> Went {
        let new = json!({ "name": format!("Example Solutions {}-{}", self.number, self.walk),
            "programme": "apex", "tier": "standard" });
        let partner = self.operate("/v1/operations/partners", new).await?;
        let clock = format!("/v1/operations/partners/{}/test-clock", id(&partner["id"]));
        self.set_as_carrier(&clock, &json!({})).await?;
        self.operate(&format!("{clock}/advance"), json!({ "by": "18 months" })).await?;
        let new = json!({ "name": "billing desk", "role": "connector",
            "partner_ids": [partner["id"]] });
        let minted = self.operate("/v1/operations/credentials", new).await?;
        let path = format!("/v1/operations/credentials/{}", id(&minted["credential"]["id"]));
        self.operate(&format!("{path}/revoke"), json!({})).await.map(drop)
    }
}
