//! A sale as far as the next race, step by step. Nobody else works on it meanwhile.

use super::arena::Arena;
use serde_json::{Value, json};

/// One site, whose installation costs [`INSTALLATION`] cents once.
const OFFERING: &str = "OFF_ADI_MID_MARKET";
/// The list price of an installation in the shipped catalogue, in cents.
pub(super) const INSTALLATION: i64 = 100_000;

/// A quote and whose it is.
#[derive(Clone)]
pub(super) struct Sale<'a> {
    pub(super) arena: &'a Arena,
    customer: String,
    /// `/v1/quotes/{id}`.
    pub(super) quote: String,
    pub(super) quote_id: String,
    opportunity: String,
}

pub(super) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is not a text"))
}

fn address() -> Value {
    json!({ "street": "1500 Marilla St", "city": "Dallas", "state": "TX", "zip": "75201" })
}

fn signer() -> Value {
    json!({ "name": "Sample Signer", "title": "Owner", "email": "sample.signer@example.com" })
}

fn contact() -> Value {
    json!({ "first_name": "Robin", "last_name": "Castellan",
        "email": "robin.castellan@example.com", "phone": "214-555-0142" })
}

impl<'a> Sale<'a> {
    /// A new customer's quote, configured and ready for its price.
    pub(super) async fn open(arena: &'a Arena) -> Self {
        let customer = format!("Lone Star Dental Group {}", arena.key());
        let new = json!({ "name": customer,
            "new_customer": { "name": customer, "address": address() } });
        let made = arena.post("/v1/opportunities", new).await;
        let opportunity = text(&made["opportunity"]["id"]).to_owned();
        let quote_id = text(&made["quote"]["id"]).to_owned();
        let quote = format!("/v1/quotes/{quote_id}");
        let sale = Self { arena, customer, quote, quote_id, opportunity };
        sale.configure().await;
        sale
    }

    /// One more quote for the same customer.
    pub(super) async fn another(&self) -> Self {
        let new = json!({ "opportunity_id": self.opportunity, "name": "One more" });
        let made = self.arena.post("/v1/quotes", new).await;
        let sale = self.with(&made);
        sale.configure().await;
        sale
    }

    /// One more alternative of the same quote, priced.
    pub(super) async fn alternative(&self) -> Self {
        let new = json!({ "name": "The other" });
        let made = self.arena.post(&format!("{}/alternatives", self.quote), new).await;
        let sale = self.with(&made);
        sale.price(json!({})).await;
        sale
    }

    /// The same with another quote.
    fn with(&self, quote: &Value) -> Self {
        let quote_id = text(&quote["id"]).to_owned();
        Self { quote: format!("/v1/quotes/{quote_id}"), quote_id, ..self.clone() }
    }

    async fn configure(&self) {
        let Self { arena, quote, .. } = self;
        let site = json!({ "name": "Dallas", "address": { "street": "208 S Akard St",
            "city": "Dallas", "state": "TX", "zip": "75202" } });
        arena.post(&format!("{quote}/sites"), json!({ "sites": [site] })).await;
        arena.post(&format!("{quote}/address-validation"), json!({})).await;
        let path = format!("{quote}/sites");
        let answered = |told: &Value| told["sites"][0]["validation"]["state"] != "requested";
        let told = arena.until(&path, answered).await;
        let site = &told["sites"][0];
        if matches!(text(&site["validation"]["state"]), "close_match" | "ambiguous") {
            let path = format!("{path}/{}/address-choice", text(&site["id"]));
            arena.post(&path, json!({ "choice": 0 })).await;
        }
        let choice = |name: &str, value: &str| json!({ "name": name, "value": value });
        let features =
            json!(
                [choice("Port Speed", "1G"), choice("Access Speed", "1G"), choice("Term", "36"),]
            );
        let body = json!({ "offering": OFFERING, "features": features });
        arena.post(&format!("{quote}/configuration"), body).await;
    }

    pub(super) async fn price(&self, ask: Value) {
        self.arena.post(&format!("{}/price", self.quote), ask).await;
    }

    /// An approval that is good for this quote, and a little more.
    pub(super) async fn credit(&self) -> Value {
        // Enough for the same without a discount.
        self.apply(14, "9000.00", "approved").await
    }

    /// A check of a business of that age, once it is decided so.
    pub(super) async fn apply(&self, years: u32, amount: &str, state: &str) -> Value {
        let application = json!({ "business_name": self.customer, "business_type": "corporation",
            "legal_address": address(), "primary_first_name": "Sample",
            "primary_last_name": "Signer", "email": "sample.signer@example.com",
            "years_in_business": years, "past_due": "0.00" });
        let path = format!("{}/credit-checks", self.quote);
        let body = json!({ "application": application, "requested_amount": amount });
        let asked = self.arena.post(&path, body).await;
        let path = format!("/v1/credit-checks/{}", text(&asked["id"]));
        self.arena.until(&path, |told| told["state"] == state).await
    }

    /// What asks for its contract.
    pub(super) fn contract(&self) -> (String, Value) {
        let body = json!({ "signer": signer(),
            "customer": { "company_name": self.customer, "address": address() } });
        (format!("{}/contracts", self.quote), body)
    }

    /// Waits until the contract is out; answers its path and what signs it.
    pub(super) async fn sent(&self, contract: &Value) -> (String, Value) {
        let path = format!("/v1/contracts/{}", text(&contract["id"]));
        let sent = self.arena.until(&path, |told| told["state"] == "sent").await;
        let sign = json!({ "signer": signer(), "document_sha256": sent["document_sha256"] });
        (path, sign)
    }

    /// A contract that nobody raced for.
    pub(super) async fn out(&self) -> (String, Value) {
        let (path, body) = self.contract();
        let made = self.arena.post(&path, body).await;
        self.sent(&made).await
    }

    /// What orders it.
    pub(super) fn order(&self) -> Value {
        json!({ "quote_id": self.quote_id, "accept_terms": true, "purchase_order": "PO-4711",
            "primary_contact": contact(), "alternate_contact": contact() })
    }

    /// Everything that a sub-order needs before its handoff.
    pub(super) async fn enrich(&self, sub_order: &str) {
        let path = |kind: &str| format!("/v1/sub-orders/{sub_order}/enrichments/{kind}");
        let installation = json!({ "contacts": [contact()], "requested_start": "2030-12-07",
            "requested_due": "2031-03-31", "premise_notes": "Ring at the loading dock" });
        self.arena.put(&path("installation"), installation).await;
        let shipping = json!({ "contacts": [contact()], "notes": "Attention: IT" });
        self.arena.put(&path("shipping"), shipping).await;
        let port = json!({ "floor": "2", "room": "201" });
        self.arena.put(&path("port-reservation"), port).await;
        let bill = json!({ "new_account": { "name": self.customer, "address": address(),
            "contacts": [contact()] }, "paperless": true });
        self.arena.put(&path("billing"), bill).await;
    }
}
