//! Commands of the published interfaces, which know no idempotency key: many send the same, and
//! all are given what came of the one that was first.

use super::arena::{CLIENTS, Shot};
use super::flow::{Sale, text};
use super::walk::Walk;
use serde_json::{Value, json};

/// One more call a little later, as of a client that heard nothing.
const LATER: usize = 2;

fn person() -> Value {
    json!({ "type": "primary", "firstName": "Robin", "lastName": "Castellan",
        "email": "robin.castellan@example.com", "phone": "214-555-0142",
        "street": "1500 Marilla St", "city": "Dallas", "state": "TX", "zip": "75201",
        "zipCode": "75201", "country": "USA" })
}

impl Walk<'_> {
    /// All clients send the same, some once more afterwards; all are told the same `member`.
    async fn repeated(
        &mut self,
        race: &'static str,
        path: &str,
        body: Value,
        member: &str,
    ) -> String {
        let shot = Shot::published(race, path, body);
        let mut told = self.race(vec![shot.clone(); CLIENTS]).await;
        told.extend(self.race(vec![shot; LATER]).await);
        self.verdicts.repeated(race, &told, member)
    }

    /// A contract by the published call. Answers its id.
    pub(super) async fn contract_published(&mut self, sale: &Sale<'_>) -> String {
        let body = json!({ "quoteId": sale.quote_id, "spId": self.arena.partner_id(),
            "approverEmail": "sample.signer@example.com", "contractInput": { "endCustomerDetails": {
                "companyName": "Lone Star Dental Group", "companyAddress": {
                    "street": "1500 Marilla St", "city": "Dallas", "state": "TX",
                    "zipCode": "75201" } } } });
        let race = "contract asked by a published call";
        self.repeated(race, "/apex/api/v1/contract-apex", body, "/ContractEnvelopeId").await
    }

    /// An order by the published call. Answers its id.
    pub(super) async fn order_published(&mut self, sale: &Sale<'_>) -> String {
        let body = json!({ "quoteId": sale.quote_id, "checkT&C": true, "contacts": {
            "contactDetails": { "primary": person(), "alternate": person() } } });
        let race = "ordered by a published call";
        let order = self.repeated(race, "/apex/api/v1/order-apex", body, "/orderId").await;
        let all = self.arena.get(&format!("/v1/orders?quote_id={}", sale.quote_id)).await.body;
        let count = all["items"].as_array().map_or(0, Vec::len);
        self.verdicts.must(count == 1, || format!("{race}: {count} orders: {all}"));
        order
    }

    /// A billing account by the published call, over the one that the sub-order has.
    pub(super) async fn bill_published(&mut self, order: &str, sub_order: &str) {
        let mut payer = person();
        // Nobody else is billed under this name.
        payer["lastName"] = json!(sub_order);
        let body = json!({ "orderId": order, "subOrderId": sub_order, "description": "",
            "paperlessBilling": "true", "contacts": { "contactDetails": [payer] } });
        let race = "billed by a published call";
        let path = "/apex/api/v1/order-enrichment/newBilling-apex";
        self.repeated(race, path, body, "/billingAccountId").await;
        let all = self.arena.get("/v1/billing-accounts").await.body;
        let own = |account: &&Value| account["contacts"][0]["last_name"] == sub_order;
        let count = all["items"].as_array().into_iter().flatten().filter(own).count();
        self.verdicts.must(count == 1, || format!("{race}: {count} accounts of {sub_order}"));
    }

    /// A handoff by the published call.
    pub(super) async fn hand_off_published(&mut self, order: &Value) {
        let body =
            json!({ "orderId": order["id"], "subOrderId": text(&order["sub_orders"][0]["id"]) });
        let race = "handed off by a published call";
        self.repeated(race, "/apex/api/v1/order-apex", body, "/status").await;
    }
}
