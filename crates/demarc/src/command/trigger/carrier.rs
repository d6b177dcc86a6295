//! Which steps let which kind of event happen: the carrier's side, with operations' secret.

use super::happen::unknown;
use super::walk::{Rung, Undo, Walk};
use super::word;
use crate::failure::{Failure, Outcome};
use domain::event::EventKind as K;
use serde_json::json;
use std::time::Duration;

const WHY: &str = "Triggered by hand.";

/// How often a job is tried to be caught between two runs, and the pause between.
const CATCHES: usize = 100;
const PAUSE: Duration = Duration::from_millis(100);

impl Walk {
    pub(super) async fn carriers(&mut self, kind: K) -> Outcome<String> {
        match kind {
            K::PartnerAdded => {
                let new = json!({ "name": self.name, "programme": "apex", "tier": "standard" });
                let path = "/v1/operations/partners";
                let made = self.operations()?.post(path, new).await?.expect(201)?;
                let id = made.str("/id")?.to_owned();
                self.did("partner", &id);
                Ok(id)
            }
            K::CredentialAdded | K::CredentialRevoked => self.credential(kind).await,
            K::CustomerCreated => self.customer("open").await,
            K::CustomerCaptured | K::CustomerUpdated => self.captured(kind).await,
            K::ExceptionFiled
            | K::ExceptionApproved
            | K::ExceptionDenied
            | K::ExceptionWithdrawn => self.exception(kind).await,
            K::LoaGenerated | K::LoaOnFile | K::LoaWithdrawn | K::LoaRevoked => {
                self.letter(kind).await
            }
            K::JobQuarantined | K::JobRetried => self.job(kind).await,
            _ => Err(unknown(kind)),
        }
    }

    async fn credential(&mut self, kind: K) -> Outcome<String> {
        let new = json!({ "name": self.name, "role": "partner", "partner_ids": [self.partner_id] });
        let path = "/v1/operations/credentials";
        let made = self.operations()?.post(path, new).await?.expect(201)?;
        let id = made.str("/credential/id")?.to_owned();
        self.did("credential, for this time only:", &id);
        let path = format!("/v1/operations/credentials/{id}/revoke");
        if kind == K::CredentialRevoked {
            self.operations()?.post(&path, json!({})).await?.expect(200)?;
        } else {
            self.undo.push(Undo::Credential(path));
        }
        Ok(id)
    }

    async fn captured(&mut self, kind: K) -> Outcome<String> {
        self.must_be(&["alliance", "aiab"])?;
        self.up_to(Rung::Opened).await?;
        let quote = self.partner.get(&format!("/v1/quotes/{}", self.quote)).await?.expect(200)?;
        let id = quote.str("/customer_id")?.to_owned();
        self.did("customer", &id);
        if kind == K::CustomerUpdated {
            let details = json!({ "doing_business_as": "Sample" });
            self.partner.patch(&format!("/v1/customers/{id}"), details).await?.expect(200)?;
        }
        Ok(id)
    }

    async fn exception(&mut self, kind: K) -> Outcome<String> {
        self.must_be(&["alliance"])?;
        let customer = self.customer("carrier_only").await?;
        let plea = json!({ "customer_id": customer, "reason": WHY });
        let filed = self.partner.post("/v1/exception-requests", plea).await?.expect(201)?;
        let id = filed.str("/id")?.to_owned();
        self.did("exception request", &id);
        let theirs = |what: &str| format!("/v1/operations/exception-requests/{id}/{what}");
        match kind {
            K::ExceptionApproved => {
                let body = json!({ "valid_days": 30 });
                self.operations()?.post(&theirs("approve"), body).await?.expect(200)?;
            }
            K::ExceptionDenied => {
                let body = json!({ "reason_code": "insufficient_reason", "note": WHY });
                self.operations()?.post(&theirs("deny"), body).await?.expect(200)?;
            }
            K::ExceptionWithdrawn => {
                let path = format!("/v1/exception-requests/{id}/withdraw");
                self.partner.post(&path, json!({})).await?.expect(200)?;
            }
            _ => {}
        }
        Ok(id)
    }

    async fn letter(&mut self, kind: K) -> Outcome<String> {
        let customer = self.customer("open").await?;
        let new = json!({ "customer_id": customer,
            "signer": { "name": "Dana Sample", "email": "dana@example.com" } });
        let made = self.partner.post("/v1/letters-of-agency", new).await?.expect(201)?;
        let id = made.str("/id")?.to_owned();
        self.did("letter of agency", &id);
        let path = |what: &str| format!("/v1/letters-of-agency/{id}/{what}");
        if kind == K::LoaWithdrawn {
            self.partner.post(&path("withdraw"), json!({})).await?.expect(200)?;
        }
        if matches!(kind, K::LoaOnFile | K::LoaRevoked) {
            let day = made.str("/created_at")?.get(..10).unwrap_or_default();
            let signed = json!({ "signed_on": day,
                "document_sha256": made.str("/document_sha256")?,
                "attachment_reference": self.name });
            self.partner.post(&path("sign"), signed).await?.expect(200)?;
        }
        if kind == K::LoaRevoked {
            let why = json!({ "reason": WHY });
            self.partner.post(&path("revoke"), why).await?.expect(200)?;
        }
        Ok(id)
    }

    /// Puts the job aside that follows a delivery, between two of its runs.
    async fn job(&mut self, kind: K) -> Outcome<String> {
        self.operations()?;
        self.up_to(Rung::HandedOff).await?;
        let sub_order = self.sub_order()?;
        let operations = self.operations()?.clone();
        for _ in 0..CATCHES {
            let waiting = "/v1/operations/jobs?state=ready&limit=100";
            let waiting = operations.get(waiting).await?.expect(200)?;
            let mine = |job: &&serde_json::Value| {
                job["object_id"] == sub_order.as_str() && job["kind"] == "follow_order"
            };
            if let Some(job) = waiting.list("/items")?.iter().find(mine) {
                let id = word(&job["id"]).to_owned();
                let path = |what: &str| format!("/v1/operations/jobs/{id}/{what}");
                let aside = json!({ "reason": WHY });
                let put = operations.post(&path("quarantine"), aside.clone()).await?;
                if put.status.as_u16() == 200 {
                    self.did("quarantined job", &id);
                    if kind == K::JobRetried {
                        operations.post(&path("retry"), aside).await?.expect(200)?;
                    } else {
                        self.undo.push(Undo::Job(path("retry")));
                    }
                    return Ok(id);
                }
            }
            tokio::time::sleep(PAUSE).await;
        }
        Err(Failure::failed(format!("no job that follows {sub_order} could be caught waiting")))
    }

    /// Undoes what nobody would want to find later.
    pub(super) async fn tidy(&mut self) -> Outcome {
        for undo in std::mem::take(&mut self.undo) {
            match undo {
                Undo::Endpoint(path) => self.partner.delete(&path).await?.expect(200)?,
                Undo::Credential(path) => {
                    self.operations()?.post(&path, json!({})).await?.expect(200)?
                }
                Undo::Job(path) => {
                    let body = json!({ "reason": WHY });
                    self.operations()?.post(&path, body).await?.expect(200)?
                }
            };
        }
        Ok(())
    }
}
