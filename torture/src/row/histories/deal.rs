//! A sale as its partner's program knows it: what the last answers said, and the step that comes
//! next.

use super::ask::{Ask, SECOND};
use super::bodies;
use fastrand::Rng;
use serde_json::{Value, json};

#[derive(Debug, Clone, Default)]
pub(super) struct Part {
    pub(super) id: String,
    pub(super) state: String,
    /// The site that it is for, where it is a sub-order.
    pub(super) site: String,
    /// Enrichments that are not sent yet.
    pub(super) lacks: Vec<&'static str>,
}

/// One sale.
#[derive(Debug, Clone, Default)]
pub(super) struct Deal {
    pub(super) number: usize,
    pub(super) caller: usize,
    pub(super) programme: &'static str,
    pub(super) opportunity: String,
    pub(super) customer: String,
    pub(super) quote: String,
    pub(super) state: String,
    pub(super) version: u64,
    pub(super) sites: Vec<Part>,
    pub(super) configured: bool,
    pub(super) check: Part,
    /// The check's version with an approval that waits for a second person; 0: none does.
    pub(super) proposed: u64,
    pub(super) contract: Part,
    pub(super) hash: String,
    pub(super) order: Part,
    pub(super) subs: Vec<Part>,
    pub(super) assigned: Vec<String>,
    /// What must be looked at before the next step.
    pub(super) look: Vec<&'static str>,
    /// Ended, well or not.
    pub(super) over: bool,
    /// Steps that were refused, one after the other.
    pub(super) refused: usize,
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

const ENRICHMENTS: [&str; 4] = ["installation", "shipping", "port-reservation", "billing"];

impl Deal {
    pub(super) fn quote_path(&self, rest: &str) -> String {
        format!("/v1/quotes/{}{rest}", self.quote)
    }

    fn post(&self, kind: &'static str, path: String, body: Value) -> Ask {
        Ask::post(kind, self.caller, path, body).of(self.number)
    }

    fn get(&self, kind: &'static str, path: String) -> Ask {
        Ask::get(kind, self.caller, path).of(self.number)
    }

    /// What its program does next.
    pub(super) fn step(&self, dice: &mut Rng, customers: &[String]) -> Ask {
        if self.quote.is_empty() {
            return self.open(dice, customers);
        }
        if let Some(what) = self.look.first() {
            return self.look(what);
        }
        if !self.order.id.is_empty() {
            return self.fulfil(dice, customers);
        }
        match self.state.as_str() {
            "accepted" => self.post("order", "/v1/orders".to_owned(), bodies::order(&self.quote)),
            "pending_approval" => self.approve(dice),
            "priced" => self.close(dice),
            "expired" if dice.bool() => self.post("reopen", self.quote_path("/reopen"), json!({})),
            _ => self.prepare(dice),
        }
    }

    fn open(&self, dice: &mut Rng, customers: &[String]) -> Ask {
        let name = format!("Sale {}", self.number);
        let mut body = json!({ "name": name });
        if self.programme != "apex" {
            if let Some(customer) = dice.choice(customers).filter(|_| dice.bool()) {
                body["customer_id"] = json!(customer);
            } else {
                let customer = format!("Harbor Point Bakery {}", self.number);
                body["new_customer"] = json!({ "name": customer, "address": bodies::address(0) });
            }
        }
        self.post("open", "/v1/opportunities".to_owned(), body)
    }

    /// Whether nothing is left to do for now but to wait for somebody outside.
    pub(super) fn waits(&self) -> bool {
        let asked = |part: &Part| matches!(part.state.as_str(), "requested" | "generated");
        let draft = |sub: &Part| sub.state == "draft";
        if !self.order.id.is_empty() {
            return !self.subs.iter().any(draft);
        }
        self.sites.iter().any(asked) || asked(&self.check) || asked(&self.contract)
    }

    fn look(&self, what: &'static str) -> Ask {
        match what {
            "sites" => self.get("look at sites", self.quote_path("/sites")),
            "check" => self.get("look at credit", format!("/v1/credit-checks/{}", self.check.id)),
            "checks" => self.get("look at checks", self.quote_path("/credit-checks")),
            "contract" => {
                self.get("look at contract", format!("/v1/contracts/{}", self.contract.id))
            }
            "contracts" => self.get("look at contracts", self.quote_path("/contracts")),
            "order" => self.get("look at order", format!("/v1/orders/{}", self.order.id)),
            _ => self.get("look at quote", self.quote_path("")),
        }
    }

    /// Before the price.
    fn prepare(&self, dice: &mut Rng) -> Ask {
        let unpassed = self.sites.iter().find(|site| {
            !matches!(site.state.as_str(), "match" | "accepted" | "unchecked" | "requested")
        });
        if self.sites.is_empty() {
            return self.post("add sites", self.quote_path("/sites"), bodies::sites(dice));
        }
        if let Some(site) = unpassed {
            let path = self.quote_path(&format!("/sites/{}", site.id));
            if site.state == "no_match" {
                let body = json!({ "address": bodies::address(0) });
                return Ask::edit("edit site", self.caller, "PATCH", path, "*", body)
                    .of(self.number);
            }
            if site.state == "close_match" && dice.bool() {
                let path = self.quote_path("/address-choices");
                return self.post("accept corrections", path, json!({}));
            }
            let body = json!({ "choice": 0 });
            return self.post("choose address", format!("{path}/address-choice"), body);
        }
        if self.sites.iter().any(|site| site.state == "unchecked") {
            return self.post("validate", self.quote_path("/address-validation"), json!({}));
        }
        if self.sites.iter().any(|site| site.state == "requested") {
            return self.look("sites");
        }
        if self.programme == "aiab" && self.check.state != "approved" {
            return self.credit(dice);
        }
        if !self.configured {
            let body = bodies::configuration(self.programme, dice);
            return self.post("configure", self.quote_path("/configuration"), body);
        }
        self.post("price", self.quote_path("/price"), bodies::price(self.programme, dice))
    }

    fn approve(&self, dice: &mut Rng) -> Ask {
        let path = format!("/v1/operations/discount-approvals/{}", self.quote);
        let (what, kind, body) = match dice.u8(0..6) {
            0 => ("refuse discount", "refuse", bodies::reason()),
            1 | 2 => ("counter discount", "counter", bodies::counter()),
            _ => ("approve discount", "approve", json!({ "note": "Volume" })),
        };
        Ask::post(what, 0, format!("{path}/{kind}"), body).of(self.number)
    }

    fn credit(&self, dice: &mut Rng) -> Ask {
        let path = format!("/v1/operations/credit-reviews/{}", self.check.id);
        match self.check.state.as_str() {
            "requested" => self.look("check"),
            "in_review" => {
                // Who proposed it is refused.
                let other = if dice.u8(0..6) == 0 { 0 } else { SECOND };
                let (what, by, kind, body) = match dice.u8(0..6) {
                    _ if self.proposed > 0 && dice.u8(0..4) > 0 => {
                        ("confirm credit", other, "confirm", json!({ "version": self.proposed }))
                    }
                    0 => ("decline credit", 0, "decline", bodies::reason()),
                    1 | 2 => ("approve credit", 0, "approve", bodies::large_approval()),
                    _ => ("approve credit", 0, "approve", bodies::reason()),
                };
                Ask::post(what, by, format!("{path}/{kind}"), body).of(self.number)
            }
            "declined" if dice.u8(0..4) == 0 => {
                Ask::post("approve credit", 0, path + "/approve", bodies::reason()).of(self.number)
            }
            _ => {
                let body = bodies::credit(self.programme, dice);
                self.post("ask credit", self.quote_path("/credit-checks"), body)
            }
        }
    }

    /// From the price to the signature.
    fn close(&self, dice: &mut Rng) -> Ask {
        let path = |what| format!("/v1/contracts/{}/{what}", self.contract.id);
        match self.contract.state.as_str() {
            "generated" => self.look("contract"),
            "sent" | "viewed" => match dice.u8(0..16) {
                0 => self.post("decline", path("decline"), bodies::reason()),
                1 => self.post("void", path("void"), bodies::reason()),
                _ => {
                    let body = json!({ "signer": bodies::signer(), "document_sha256": self.hash });
                    self.post("sign", path("sign"), body)
                }
            },
            _ if self.check.state != "approved" => self.credit(dice),
            _ => self.post("contract", self.quote_path("/contracts"), bodies::contract()),
        }
    }

    /// From the order to delivery.
    fn fulfil(&self, dice: &mut Rng, customers: &[String]) -> Ask {
        let drafts = || self.subs.iter().filter(|sub| sub.state == "draft");
        if drafts().next().is_none() {
            return self.look("order");
        }
        if drafts().any(|sub| !sub.lacks.is_empty()) && dice.u8(0..6) == 0 {
            let ids: Vec<&str> = drafts().map(|sub| sub.id.as_str()).collect();
            let path = format!("/v1/orders/{}/enrichments", self.order.id);
            return self.post("enrich many", path, bodies::enrichments(&ids, dice));
        }
        for sub in drafts() {
            if let Some(kind) = dice.choice(&sub.lacks).copied() {
                let path = format!("/v1/sub-orders/{}/enrichments/{kind}", sub.id);
                let body = bodies::enrichment(kind, dice);
                let seen = if dice.u8(0..6) == 0 { "\"1\"" } else { "*" };
                return Ask::edit("enrich", self.caller, "PUT", path, seen, body).of(self.number);
            }
            let unassigned = self.programme == "apex" && !self.assigned.contains(&sub.site);
            if let Some(customer) = dice.choice(customers).filter(|_| unassigned) {
                let path = self.quote_path(&format!("/sites/{}/customer", sub.site));
                let body = json!({ "customer_id": customer });
                return Ask::set("assign", self.caller, path, body).of(self.number);
            }
        }
        let one = dice.choice(&self.subs).filter(|_| dice.u8(0..4) == 0);
        let path = match one {
            Some(sub) => format!("/v1/sub-orders/{}/handoff", sub.id),
            None => format!("/v1/orders/{}/handoff", self.order.id),
        };
        self.post("hand off", path, json!({}))
    }

    /// Looks at everything again.
    pub(super) fn doubt(&mut self) {
        self.look = vec!["quote", "sites"];
        if !self.order.id.is_empty() {
            self.look.push("order");
        } else if !self.quote.is_empty() {
            self.look.extend(["checks", "contracts"]);
        }
    }

    /// Remembers what an answer to one of its own asks said.
    pub(super) fn learn(&mut self, kind: &str, path: &str, told: &Value) {
        self.refused = 0;
        match kind {
            "open" => {
                self.opportunity = text(&told["opportunity"]["id"]);
                self.customer = text(&told["quote"]["customer_id"]);
                self.learn_quote(&told["quote"]);
            }
            "look at quote" | "cancel" | "approve discount" | "refuse discount"
            | "counter discount" | "feasibility" => self.learn_quote(told),
            "revise" | "alternative" | "reopen" => *self = self.revision(told),
            "look at checks" => self.learn_check(told["items"].as_array().and_then(|l| l.last())),
            "look at credit" | "ask credit" | "approve credit" | "decline credit"
            | "confirm credit" => {
                self.learn_check(Some(told));
            }
            "look at contracts" => {
                self.learn_contract(told["items"].as_array().and_then(|list| list.last()));
            }
            "sign" => {
                self.learn_contract(Some(&told["contract"]));
                self.learn_quote(&told["quote"]);
            }
            "contract" | "look at contract" | "decline" | "void" => {
                self.learn_contract(Some(told));
            }
            "order" | "look at order" => self.learn_order(told),
            "hand off" => {
                for sub in told["sub_orders"].as_array().into_iter().flatten() {
                    self.learn_sub(sub);
                }
                self.look = vec!["order"];
            }
            "enrich" => {
                let sub = path.split('/').nth(3).unwrap_or_default();
                let done = path.rsplit('/').next().unwrap_or_default();
                for part in self.subs.iter_mut().filter(|part| part.id == sub) {
                    part.lacks.retain(|kind| *kind != done);
                }
            }
            // They were given every kind.
            "enrich many" => {
                for sub in told["sub_orders"].as_array().into_iter().flatten() {
                    let id = text(&sub["id"]);
                    let of = self.subs.iter_mut().filter(|part| part.id == id);
                    of.for_each(|part| part.lacks.clear());
                }
            }
            "assign" => self.assigned.push(path.split('/').nth(5).unwrap_or_default().to_owned()),
            "look at sites" => self.learn_sites(&told["sites"]),
            _ if told["quote"].is_object() => {
                self.learn_quote(&told["quote"]);
                self.learn_some_sites(told["sites"].as_array());
                if matches!(kind, "edit site" | "remove site" | "import") {
                    self.look = vec!["sites"];
                }
                self.configured |= matches!(kind, "configure" | "price");
                self.configured &= !matches!(kind, "add sites" | "import");
            }
            _ => {}
        }
    }

    fn revision(&self, told: &Value) -> Self {
        let mut new = Self {
            number: self.number,
            caller: self.caller,
            programme: self.programme,
            opportunity: self.opportunity.clone(),
            customer: self.customer.clone(),
            check: self.check.clone(),
            proposed: self.proposed,
            look: vec!["sites"],
            ..Self::default()
        };
        new.learn_quote(told.get("quote").unwrap_or(told));
        new
    }

    fn learn_quote(&mut self, told: &Value) {
        self.quote = text(&told["id"]);
        self.state = text(&told["state"]);
        self.version = told["version"].as_u64().unwrap_or_default();
        self.look.retain(|what| *what != "quote");
        self.over |= matches!(self.state.as_str(), "cancelled" | "superseded");
    }

    fn learn_some_sites(&mut self, told: Option<&Vec<Value>>) {
        for site in told.into_iter().flatten() {
            let (id, state) = (text(&site["id"]), text(&site["validation"]["state"]));
            match self.sites.iter_mut().find(|known| known.id == id) {
                Some(known) => known.state = state,
                None => self.sites.push(Part { id, state, ..Part::default() }),
            }
        }
    }

    fn learn_sites(&mut self, told: &Value) {
        self.look.retain(|what| *what != "sites");
        self.sites.clear();
        self.learn_some_sites(told.as_array());
        let bare = |site: &Value| site["configuration"].is_null();
        self.configured = !told.as_array().into_iter().flatten().any(bare);
    }

    fn learn_check(&mut self, told: Option<&Value>) {
        self.look.retain(|what| !matches!(*what, "check" | "checks"));
        let Some(told) = told else { return };
        self.check.id = text(&told["id"]);
        self.check.state = text(&told["state"]);
        let proposed = told["approval_proposed"] == true;
        self.proposed = told["version"].as_u64().filter(|_| proposed).unwrap_or_default();
    }

    fn learn_contract(&mut self, told: Option<&Value>) {
        self.look.retain(|what| !matches!(*what, "contract" | "contracts"));
        let Some(told) = told else { return };
        self.contract.id = text(&told["id"]);
        self.contract.state = text(&told["state"]);
        self.hash = text(&told["document_sha256"]);
    }

    fn learn_order(&mut self, told: &Value) {
        self.look.retain(|what| *what != "order");
        self.order.id = text(&told["id"]);
        self.order.state = text(&told["state"]);
        for sub in told["sub_orders"].as_array().into_iter().flatten() {
            self.learn_sub(sub);
        }
        let ended = ["completed", "failed", "rejected", "partial"];
        self.over = ended.contains(&self.order.state.as_str());
    }

    fn learn_sub(&mut self, told: &Value) {
        let (id, state) = (text(&told["id"]), text(&told["state"]));
        if let Some(known) = self.subs.iter_mut().find(|sub| sub.id == id) {
            known.state = state;
            return;
        }
        let (site, lacks) = (text(&told["site_id"]), ENRICHMENTS.to_vec());
        self.subs.push(Part { id, state, site, lacks });
    }
}
