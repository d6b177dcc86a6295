//! One sale, at whose every turn many want something different at the same moment.

use super::arena::{Arena, CLIENTS, Shot, Told};
use super::flow::{Sale, text};
use super::judge::Verdicts;
use super::{desk, ends};
use fastrand::Rng;
use serde_json::{Value, json};
use std::sync::Arc;

/// How a command that comes too late is refused. A sign, an edit or a handoff of what has moved
/// on is told which state it has, or what would have to come first.
pub(super) const LATE: &[&str] =
    &["state_conflict", "premature_step", "already_exists", "stale_version"];

/// Clients that want one of these each, in turn.
pub(super) fn mixed(shots: &[Shot]) -> Vec<Shot> {
    shots.iter().cycle().take(CLIENTS).cloned().collect()
}

/// A walk under way.
pub(super) struct Walk<'a> {
    pub(super) arena: &'a Arc<Arena>,
    dice: Rng,
    pub(super) verdicts: Verdicts,
}

/// Walks as this seed has it.
pub(super) async fn walk(arena: &Arc<Arena>, seed: u64) -> Verdicts {
    let dice = Rng::with_seed(seed);
    let mut walk = Walk { arena, dice, verdicts: Verdicts::default() };
    let sale = Sale::open(arena).await;
    if walk.dice.u8(..4) == 0 {
        walk.exception().await;
    }
    walk.price(&sale).await;
    if walk.dice.u8(..3) == 0 {
        walk.review(&sale).await;
    }
    match walk.dice.u8(..6) {
        0 => walk.verdicts.add(desk::feasibility(&sale, &mut walk.dice, arena).await),
        1 => walk.verdicts.add(desk::imports(&sale, &mut walk.dice, arena).await),
        _ => {}
    }
    sale.credit().await;
    let (contract, sign) = walk.contract(&sale).await;
    if walk.sign(&sale, &contract, &sign).await {
        let order = walk.order(&sale).await;
        if let Some(order) = order {
            if walk.dice.u8(..4) == 0 {
                let Walk { dice, verdicts, .. } = &mut walk;
                ends::ended_or_handed_off(arena, dice, verdicts, &contract, &order).await;
            } else {
                walk.handoff(&order).await;
            }
        }
    }
    walk.verdicts
}

impl Walk<'_> {
    pub(super) async fn race(&mut self, shots: Vec<Shot>) -> Vec<Told> {
        self.arena.race(&mut self.dice, shots).await
    }

    /// All clients send the same: under keys of their own, of which one wins, or under one key,
    /// whose answer all are given.
    async fn same(&mut self, apart: &'static str, together: &'static str, shot: Shot) -> Value {
        let won = if self.dice.u8(..3) == 0 {
            let shot = shot.under(&self.arena.key());
            let told = self.race(vec![shot; CLIENTS]).await;
            self.verdicts.same(together, &told)
        } else {
            let told = self.race(vec![shot; CLIENTS]).await;
            self.verdicts.winners(apart, &told, 1, LATE)
        };
        won.first().map_or(Value::Null, |told| told.body.clone())
    }

    /// Operations decide on one exception request, some this way and some that.
    async fn exception(&mut self) {
        let customer = json!({ "name": format!("Northern Dental {}", self.arena.key()),
            "alliance_status": "carrier_only", "address": { "street": "208 S Akard St",
                "city": "Dallas", "state": "TX", "zip": "75202" } });
        let customer = self.arena.by_operations("/v1/operations/customers", customer).await;
        let plea = json!({ "customer_id": customer["id"], "reason": "They asked us to." });
        let filed = self.arena.post("/v1/exception-requests", plea).await;
        let path = format!("/v1/operations/exception-requests/{}", text(&filed["id"]));
        let approve = Shot::post("approval", format!("{path}/approve"), json!({ "valid_days": 9 }));
        let deny = json!({ "reason_code": "insufficient_reason" });
        let deny = Shot::post("denial", format!("{path}/deny"), deny);
        let shots = mixed(&[approve.by_operations(), deny.by_operations()]);
        let told = self.race(shots).await;
        self.verdicts.winners("exception decided", &told, 1, LATE);
    }

    /// One of operations proposes to approve credit; the other confirms, or somebody declines.
    async fn review(&mut self, sale: &Sale<'_>) {
        let check = sale.apply(1, "30000.00", "in_review").await;
        let path = format!("/v1/operations/credit-reviews/{}", text(&check["id"]));
        let large = json!({ "reason": "A guarantee was given.", "limit": "2000000.00" });
        let proposed = self.arena.by_operations(&format!("{path}/approve"), large).await;
        let seen = json!({ "version": proposed["version"] });
        let confirm = Shot::post("confirmation", format!("{path}/confirm"), seen).by_second();
        let why = json!({ "reason": "No statements." });
        let decline = Shot::post("decline", format!("{path}/decline"), why).by_operations();
        let told = self.race(mixed(&[confirm, decline])).await;
        self.verdicts.winners("credit confirmed or declined", &told, 1, LATE);
    }

    /// A price, now and then one whose discount operations decide on.
    async fn price(&mut self, sale: &Sale<'_>) {
        if self.dice.u8(..3) > 0 {
            return sale.price(json!({})).await;
        }
        sale.price(json!({ "discount_percent": "12" })).await;
        let path = format!("/v1/operations/discount-approvals/{}", sale.quote_id);
        let approve = Shot::post("approval", format!("{path}/approve"), json!({ "note": "Yes" }));
        let refuse = json!({ "reason": "Too much for this volume." });
        let refuse = Shot::post("refusal", format!("{path}/refuse"), refuse);
        let counter = json!({ "discount_percent": "11", "reason": "Not for so few sites." });
        let counter = Shot::post("counter-offer", format!("{path}/counter"), counter);
        let shots = [approve, refuse, counter].map(Shot::by_operations);
        let told = self.race(mixed(&shots)).await;
        let won = self.verdicts.winners("discount decided", &told, 1, LATE);
        match won.first().map_or("refusal", |told| told.kind) {
            "refusal" => sale.price(json!({})).await,
            // Taken: nobody is asked again.
            "counter-offer" => sale.price(json!({ "discount_percent": "11" })).await,
            _ => {}
        }
    }

    /// Two contracts of one quote, or one beside an edit of its site. Answers one that is out.
    async fn contract(&mut self, sale: &Sale<'_>) -> (String, Value) {
        let (path, body) = sale.contract();
        let ask = Shot::post("contract", path, body);
        let made = if self.dice.u8(..3) == 0 {
            let id = self.contract_published(sale).await;
            json!({ "id": id })
        } else if self.dice.bool() {
            self.same("contract asked", "contract asked under one key", ask).await
        } else {
            let sites = self.arena.get(&format!("{}/sites", sale.quote)).await.body;
            let site = format!("{}/sites/{}", sale.quote, text(&sites["sites"][0]["id"]));
            let seen = self.arena.get(&site).await.headers[0].clone();
            let edit = Shot::edit("edit", &site, json!({ "name": "Dallas, second floor" }), &seen);
            let told = self.race(mixed(&[ask, edit])).await;
            let won = self.verdicts.winners("site edited or contract", &told, 1, LATE);
            let Some(told) = won.first().filter(|told| told.kind == "contract") else {
                // The edit has taken the price away.
                sale.price(json!({})).await;
                return sale.out().await;
            };
            told.body.clone()
        };
        let all = self.arena.get(&format!("{}/contracts", sale.quote)).await.body;
        let count = all["items"].as_array().map_or(0, Vec::len);
        self.verdicts.must(count == 1, || format!("a quote has {count} contracts: {all}"));
        sale.sent(&made).await
    }

    /// Many sign, beside some who want the contract gone. Answers whether it is signed.
    async fn sign(&mut self, sale: &Sale<'_>, contract: &str, body: &Value) -> bool {
        let sign = Shot::post("signature", format!("{contract}/sign"), body.clone());
        let quote = |what: &str| format!("{}/{what}", sale.quote);
        let why = || json!({ "reason": "The customer wants another term." });
        match self.dice.u8(..7) {
            0 | 1 => {
                self.same("signed", "signed under one key", sign).await;
            }
            2 => {
                let revise = Shot::post("revision", quote("revise"), json!({}));
                let told = self.race(mixed(&[sign, revise])).await;
                self.verdicts.winners("signed or revised", &told, 1, LATE);
            }
            3 => {
                let cancel = Shot::post("cancellation", quote("cancel"), why());
                let told = self.race(mixed(&[sign, cancel])).await;
                self.verdicts.winners("signed or cancelled", &told, 1, LATE);
            }
            4 => self.sign_or_edit(sale, contract, sign, why()).await,
            5 => self.sign_either(sale, sign).await,
            _ => self.sign_beside_new(sale, sign).await,
        }
        let signed = self.arena.get(contract).await.body["state"] == "signed";
        let state = self.arena.get(&sale.quote).await.body["state"].clone();
        self.verdicts.must(signed == (state == "accepted"), || {
            format!("{contract} is signed: {signed}, and its quote is {state}")
        });
        signed
    }

    /// Two alternatives of one quote: one is signed, and the other ends with it.
    async fn sign_either(&mut self, sale: &Sale<'_>, sign: Shot) {
        let other = sale.alternative().await;
        let (contract, body) = other.out().await;
        let rival = Shot::post("other signature", format!("{contract}/sign"), body);
        let told = self.race(mixed(&[sign, rival])).await;
        self.verdicts.winners("one of two alternatives signed", &told, 1, LATE);
        self.alone(sale).await;
    }

    /// Alternatives join a quote that is being signed: they end with it, or come too late.
    async fn sign_beside_new(&mut self, sale: &Sale<'_>, sign: Shot) {
        let path = format!("{}/alternatives", sale.quote);
        let add = Shot::post("alternative", path, json!({ "name": "One more" }));
        let told = self.race(mixed(&[sign, add])).await;
        let (added, signed): (Vec<_>, Vec<_>) =
            told.into_iter().partition(|told| told.kind == "alternative");
        self.verdicts.winners("signed beside new alternatives", &signed, 1, LATE);
        let joined = added.iter().filter(|told| told.won()).count();
        self.verdicts.winners("alternatives beside a signature", &added, joined, LATE);
        self.alone(sale).await;
    }

    /// Of the quote's alternatives one is signed, and the others have ended with it.
    async fn alone(&mut self, sale: &Sale<'_>) {
        let all = self.arena.get(&format!("{}/alternatives", sale.quote)).await.body;
        let items = all["items"].as_array().into_iter().flatten();
        let mut states: Vec<_> = items.map(|quote| text(&quote["state"])).collect();
        states.sort_unstable();
        let (first, others) = states.split_first().unwrap_or((&"none", &[]));
        let alone = *first == "accepted" && others.iter().all(|state| *state == "superseded");
        self.verdicts.must(alone, || format!("{}: its alternatives are {states:?}", sale.quote));
    }

    /// Signed, or voided and then edited: never signed and edited.
    async fn sign_or_edit(&mut self, sale: &Sale<'_>, contract: &str, sign: Shot, why: Value) {
        let void = Shot::post("void", format!("{contract}/void"), why);
        let seen = self.arena.get(&sale.quote).await.headers[0].clone();
        let edit = Shot::edit("edit", &sale.quote, json!({ "name": "Second wave" }), &seen);
        let told = self.race(mixed(&[sign, void, edit])).await;
        let (edits, ends): (Vec<_>, Vec<_>) = told.into_iter().partition(|t| t.kind == "edit");
        let won = self.verdicts.winners("signed or voided", &ends, 1, LATE);
        let voided = won.iter().any(|told| told.kind == "void");
        let edited = edits.iter().filter(|told| told.won()).count();
        let race = "edited beside a signature";
        self.verdicts.winners(race, &edits, edited, LATE);
        self.verdicts.must(edited <= usize::from(voided), || {
            format!("{race}: of one version {edited} edits, the contract voided: {voided}")
        });
    }

    async fn order(&mut self, sale: &Sale<'_>) -> Option<Value> {
        let published = self.dice.u8(..3) == 0;
        let id = if published {
            self.order_published(sale).await
        } else {
            let ask = Shot::post("order", "/v1/orders", sale.order());
            let order = self.same("ordered", "ordered under one key", ask).await;
            order["id"].as_str().unwrap_or_default().to_owned()
        };
        if id.is_empty() {
            // Without a winner there is nothing to go on with.
            return None;
        }
        let path = format!("/v1/orders/{id}");
        let order = self.arena.get(&path).await.body;
        for sub in order["sub_orders"].as_array().into_iter().flatten() {
            sale.enrich(text(&sub["id"])).await;
            if published {
                self.bill_published(&id, text(&sub["id"])).await;
            }
        }
        Some(self.arena.get(&path).await.body)
    }

    /// The order is handed off, or its only part, by many.
    async fn handoff(&mut self, order: &Value) {
        let sub = text(&order["sub_orders"][0]["id"]);
        let path = format!("/v1/orders/{}/handoff", text(&order["id"]));
        let whole = Shot::post("handoff", path, json!({}));
        if self.dice.u8(..3) == 0 {
            self.hand_off_published(order).await;
        } else if self.dice.bool() {
            self.same("handed off", "handed off under one key", whole).await;
        } else {
            let path = format!("/v1/sub-orders/{sub}/handoff");
            let part = Shot::post("handoff of a part", path, json!({}));
            let told = self.race(mixed(&[whole, part])).await;
            self.verdicts.winners("handed off whole or in part", &told, 1, LATE);
        }
        let history = self.arena.get(&format!("/v1/history/{sub}")).await.body;
        let events = history["items"].as_array().expect("events").iter();
        let times = events.filter(|event| event["kind"] == "sub_order.handed_off").count();
        self.verdicts.must(times == 1, || format!("{sub} was handed off {times} times"));
    }
}
