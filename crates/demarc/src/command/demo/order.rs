//! The demo's order: made once however often it is asked for, and enriched site by site.

use super::show::{CUSTOMER, Came, Show, Sub, Totals, add, amount, is_refusal, same, text};
use crate::client::Answer;
use crate::failure::{Failure, Outcome};
use crate::{figures, flow};
use domain::money::Money;
use serde_json::{Value, json};

impl Show {
    pub(super) async fn order(&mut self) -> Came {
        let key = self.partner.fresh_key();
        let body = flow::order(&self.quote);
        let made = self.partner.post_as(&key, "/v1/orders", body.clone()).await?.expect(201)?;
        made.str("/id")?.clone_into(&mut self.order);
        made.str("/number")?.clone_into(&mut self.order_number);
        same("state", "draft", made.str("/state")?)?;
        self.t.did(format!("order {} ({})", self.order_number, self.order));
        let again = self.partner.post_as(&key, "/v1/orders", body).await?.expect(201)?;
        same("Idempotency-Replayed", "true", again.header("idempotency-replayed").unwrap_or(""))?;
        same("replayed bytes are the same", true, again.text == made.text)?;
        self.t
            .did("sent again with the same key: the same bytes, marked as replayed, no new order");
        let second = self.partner.post("/v1/orders", flow::order(&self.quote)).await?;
        same("status of a second order", 409, second.status.as_u16())?;
        self.t.refused(format!("with another key: 409 {}", second.str("/code")?));
        let items = self.check_order(&made)?;
        self.early_handoff().await?;
        Ok(format!("{}: {} sub-orders, {items} items", self.order_number, self.subs.len()))
    }

    /// One sub-order a site; its sums are the quote's.
    fn check_order(&mut self, made: &Answer) -> Outcome<usize> {
        let subs = made.list("/sub_orders")?;
        same("sub-orders", self.rows.len(), subs.len())?;
        let mut sum = Totals::default();
        let mut items = 0;
        for sub in subs {
            let own = sub["items"].as_array().map(Vec::as_slice).unwrap_or_default();
            items += own.len();
            let name = text(sub, "name");
            sum = sum.plus(sub_totals(name, sub, own)?)?;
            self.t.did(format!(
                "{name} {}: {} items, {} USD a month",
                text(sub, "id"),
                own.len(),
                figures::money(amount(&sub["totals"]["mrc"])?)
            ));
            self.subs.push(Sub {
                id: text(sub, "id").to_owned(),
                name: name.to_owned(),
                etag: format!("\"{}\"", sub["version"]),
            });
        }
        let first = subs.iter().find_map(|s| s["items"].as_array());
        let kinds: Vec<_> = first.into_iter().flatten().map(|i| text(i, "item_type")).collect();
        self.t.note(format!("items of the first: {}", kinds.join(", ")));
        same("sum of the sub-orders", self.totals, sum)?;
        same("totals of the order", self.totals, Totals::read(made.at("/totals")?)?)?;
        self.t.did(format!("{items} items; the order's totals are the quote's to the cent"));
        Ok(items)
    }

    /// Handing off at once is refused, with everything that is missing.
    async fn early_handoff(&self) -> Outcome {
        let path = format!("/v1/orders/{}/handoff", self.order);
        let refused = self.partner.post(&path, json!({})).await?;
        let missing = is_refusal(&refused, 409, "premature_step")?;
        let errors = refused.list("/errors")?;
        self.t.refused(format!("handoff at once: 409 premature_step, {missing} things missing"));
        for fault in errors.iter().take(3) {
            self.t.note(format!("{} {}", text(fault, "code"), text(fault, "detail")));
        }
        if missing > 3 {
            self.t.note(format!("… and {} more", missing - 3));
        }
        let path = format!("/v1/orders/{}/journey", self.order);
        let journey = self.partner.get(&path).await?.expect(200)?;
        let stages = journey.list("/stages")?;
        let handoff = stages.iter().find(|s| text(s, "stage") == "handoff");
        let told = handoff.and_then(|s| s["missing"].as_array());
        same("the journey names the same", true, told.map(Vec::as_slice) == Some(errors))?;
        self.t.did("the journey names exactly the same");
        Ok(())
    }

    pub(super) async fn enrichment(&mut self) -> Came {
        let mut account: Option<String> = None;
        let path = format!("/v1/orders/{}/customer-defined-group", self.order);
        let group = json!({ "name": "Great Lakes national" });
        let grouped = self.partner.put(&path, None, group).await?.expect(200)?;
        let name = grouped.str("/group/name")?;
        self.t.did(format!("customer defined group {name:?} for the whole order"));
        let subs = self.subs.clone();
        for (at, mut sub) in subs.into_iter().enumerate() {
            self.t.progress(at, self.subs.len(), &sub.name);
            self.enrich(&mut sub, "installation", flow::installation()).await?;
            self.enrich(&mut sub, "shipping", flow::shipping()).await?;
            let port = flow::port_reservation(at + 1);
            self.enrich(&mut sub, "port-reservation", port).await?;
            let billing = flow::billing(account.as_deref(), CUSTOMER);
            let done = self.enrich(&mut sub, "billing", billing).await?;
            same("complete", true, done.json["complete"] == json!(true))?;
            let billed = done.str("/billing/billing_account_id")?.to_owned();
            match &account {
                None => {
                    self.t.did(format!("{}: installation, shipping, port with TSP code, billing; new account {billed}",
                        sub.name));
                    self.stale_edit(&sub).await?;
                }
                Some(account) => {
                    same("billing account", account, &billed)?;
                }
            }
            account.get_or_insert(billed);
        }
        let others = self.subs.len() - 1;
        self.t.did(format!("the same for {others} more, billed to the same account"));
        let accounts = self.partner.get("/v1/billing-accounts").await?.expect(200)?;
        same("billing accounts", 1, accounts.list("/items")?.len())?;
        Ok(format!("five kinds on {} sub-orders, one billing account", self.subs.len()))
    }

    async fn enrich(&mut self, sub: &mut Sub, kind: &str, body: Value) -> Outcome<Answer> {
        let path = format!("/v1/sub-orders/{}/enrichments/{kind}", sub.id);
        let done = self.partner.put(&path, Some(&sub.etag), body).await?.expect(200)?;
        let etag = done
            .header("etag")
            .ok_or_else(|| Failure::failed(format!("PUT {path}: the answer has no ETag")))?;
        etag.clone_into(&mut sub.etag);
        Ok(done)
    }

    /// An edit of a version that is gone.
    async fn stale_edit(&self, sub: &Sub) -> Outcome {
        let path = format!("/v1/sub-orders/{}/enrichments/shipping", sub.id);
        let stale = self.partner.put(&path, Some("\"0\""), flow::shipping()).await?;
        is_refusal(&stale, 412, "stale_version")?;
        self.t.refused(format!("an edit of an older version: 412 stale_version, now {}", sub.etag));
        Ok(())
    }
}

/// A sub-order's totals, which are those of its items; over the term they are computed here.
fn sub_totals(name: &str, sub: &Value, items: &[Value]) -> Outcome<Totals> {
    let mrc = amount(&sub["totals"]["mrc"])?;
    let nrc = amount(&sub["totals"]["nrc"])?;
    let (mut monthly, mut once) = (Money::ZERO, Money::ZERO);
    for item in items {
        monthly = add(monthly, amount(&item["mrc"])?)?;
        once = add(once, amount(&item["nrc"])?)?;
    }
    same(&format!("{name}: monthly charges of its items"), mrc, monthly)?;
    same(&format!("{name}: one-off charges of its items"), nrc, once)?;
    let months = sub["term_months"].as_i64().unwrap_or_default();
    let term = mrc.times(months).map_err(|_| Failure::failed(format!("{name}: too large")))?;
    Ok(Totals { mrc, nrc, tcv: add(term, nrc)? })
}
