//! The demo's first acts: who there is, who is looked for, who may be served.

use super::show::{CUSTOMER, Came, Show, is_refusal, same, text};
use crate::failure::Outcome;
use crate::flow;
use serde_json::{Value, json};

const OPEN_CUSTOMER: &str = "Lone Star Dental Group, Inc.";
const OTHER_CUSTOMER: &str = "Blue Ridge Outfitters LLC";

impl Show {
    pub(super) async fn doors(&mut self) -> Came {
        same("/readyz", 200, self.operations.get("/readyz").await?.status.as_u16())?;
        let me = self.operations.get("/v1/me").await?.expect(200)?;
        same("role", "operations", me.str("/role")?)?;
        self.t.did(format!("operations come in as {:?}", me.str("/name")?));
        let partner = json!({
            "name": "Northwind Networks", "programme": "alliance", "tier": "premier",
        });
        let added = self.operations.post("/v1/operations/partners", partner).await?.expect(201)?;
        let id = added.str("/id")?;
        self.t.did(format!("operations add the partner Northwind Networks {id}, tier premier"));
        let credential = json!({ "name": "Northwind orders", "role": "partner",
            "partner_ids": [id] });
        let path = "/v1/operations/credentials";
        let minted = self.operations.post(path, credential).await?.expect(201)?;
        minted.str("/secret")?.clone_into(&mut self.partner_secret);
        self.partner = self.operations.with_secret(&self.partner_secret);
        let me = self.partner.get("/v1/me").await?.expect(200)?;
        same("partner", id, me.str("/partner/id")?)?;
        let tail = self.partner_secret.chars().rev().take(4).collect::<Vec<_>>();
        let tail: String = tail.into_iter().rev().collect();
        self.t.did(format!("the partner comes in with a credential of its own, …{tail}"));
        let stranger = self.operations.with_secret("dmc_test_0").get("/v1/me").await?;
        is_refusal(&stranger, 401, "unauthenticated")?;
        self.t.refused("a secret that nobody issued is turned away: 401 unauthenticated");
        Ok("partner Northwind Networks, programme alliance, tier premier".to_owned())
    }

    pub(super) async fn customers(&mut self) -> Came {
        let me = self.partner.get("/v1/me").await?.expect(200)?;
        let partner = me.str("/partner/id")?;
        let customers =
            [(OPEN_CUSTOMER, "open"), (CUSTOMER, "carrier_only"), (OTHER_CUSTOMER, "partner_only")];
        for (name, status) in customers {
            let mut body = flow::customer(name, status);
            if status == "partner_only" {
                body["partner_id"] = json!(partner);
            }
            let path = "/v1/operations/customers";
            let added = self.operations.post(path, body).await?.expect(201)?;
            same("alliance_status", status, added.str("/alliance_status")?)?;
            let id = added.str("/id")?;
            self.t.did(format!("operations load {name} {id}: {status}"));
            match status {
                "open" => id.clone_into(&mut self.open_customer),
                "carrier_only" => id.clone_into(&mut self.customer),
                _ => {}
            }
        }
        let sneak = flow::customer("Sneaky Sample", "open");
        let refused = self.partner.post("/v1/operations/customers", sneak).await?;
        is_refusal(&refused, 403, "forbidden")?;
        self.t.refused("the partner may not load customers: 403 forbidden");
        Ok("three on the carrier's books".to_owned())
    }

    pub(super) async fn lookup(&mut self) -> Came {
        let found = self.look_for("lone star dental", Some("Dallas")).await?;
        same("customers found", 1, found.len())?;
        same("id", self.open_customer.as_str(), text(&found[0], "id"))?;
        same("served", true, found[0]["served"] == json!(true))?;
        self.t.did(format!("\"lone star dental\" in Dallas: {OPEN_CUSTOMER}, may be served"));
        let body = json!({ "name": "Umbra Deep Mining" });
        let none = self.partner.ask("/v1/customers/lookup", body).await?.expect(200)?;
        same("customers found", 0, none.list("/customers")?.len())?;
        same("message", "No customer found.", none.str("/message")?)?;
        self.t.did("\"Umbra Deep Mining\": No customer found.");
        let found = self.look_for("great lakes", None).await?;
        same("customers found", 1, found.len())?;
        same("served", false, found[0]["served"] == json!(true))?;
        self.t.did(format!(
            "\"great lakes\": {CUSTOMER}, {}: not to be served by partners",
            text(&found[0], "alliance_status")
        ));
        let refused = self.partner.post("/v1/opportunities", self.chance()).await?;
        is_refusal(&refused, 409, "premature_step")?;
        same("what is missing", "customer_unserved", refused.str("/errors/0/code")?)?;
        self.t.refused(format!(
            "an opportunity for it: 409 premature_step, customer_unserved: {}",
            refused.str("/errors/0/detail")?
        ));
        Ok("one served, one unknown, one reserved to the carrier".to_owned())
    }

    async fn look_for(&self, name: &str, city: Option<&str>) -> Outcome<Vec<Value>> {
        let mut body = json!({ "name": name });
        if let Some(city) = city {
            body["city"] = json!(city);
        }
        let found = self.partner.ask("/v1/customers/lookup", body).await?.expect(200)?;
        Ok(found.list("/customers")?.to_vec())
    }

    /// The opportunity that the sale is about.
    fn chance(&self) -> Value {
        json!({ "name": "National access renewal", "customer_id": self.customer })
    }

    pub(super) async fn exception(&mut self) -> Came {
        let body = json!({ "customer_id": self.customer,
            "reason": "The customer asked us to run its network; letter of 2 November attached.",
            "attachment_reference": "LOA-2026-118" });
        let made = self.partner.post("/v1/exception-requests", body).await?.expect(201)?;
        let id = made.str("/id")?;
        same("state", "open", made.str("/state")?)?;
        self.t.did(format!("the partner asks for an exception: {id}, open"));
        let path = "/v1/operations/exception-requests";
        let open = self.operations.get(&format!("{path}?state=open")).await?.expect(200)?;
        same("open requests that operations see", 1, open.list("/items")?.len())?;
        let body = json!({ "valid_days": 90, "note": "Letter of authorisation seen." });
        let approve = format!("{path}/{id}/approve");
        let approved = self.operations.post(&approve, body).await?.expect(200)?;
        same("state", "approved", approved.str("/state")?)?;
        let until = approved.str("/decision/valid_until")?;
        let by = approved.str("/decision/by")?;
        self.t.decided(format!("{by} approves it, valid until {}", day(until)));
        let found = self.look_for("great lakes", None).await?;
        let served = found.first().is_some_and(|c| c["served"] == json!(true));
        same("served", true, served)?;
        self.t.did(format!("{CUSTOMER} may be served now"));
        Ok(format!("approved by operations until {}", day(until)))
    }

    pub(super) async fn opportunity(&mut self) -> Came {
        let made = self.partner.post("/v1/opportunities", self.chance()).await?.expect(201)?;
        same("state of the quote", "draft", made.str("/quote/state")?)?;
        same("customer", self.customer.as_str(), made.str("/quote/customer_id")?)?;
        made.str("/quote/id")?.clone_into(&mut self.quote);
        let number = made.str("/quote/number")?;
        self.t.did(format!("opportunity {}", made.str("/opportunity/id")?));
        self.t.did(format!("quote {number} ({}), draft", self.quote));
        Ok(format!("quote {number}, draft"))
    }
}

/// The day of an RFC 3339 moment.
pub(super) fn day(moment: &str) -> &str {
    moment.split('T').next().unwrap_or(moment)
}
