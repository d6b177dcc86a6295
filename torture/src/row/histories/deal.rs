//! A sale as its partner's program knows it: what the last answers said, and the step that comes
//! next.

mod learn;
mod published;

use super::ask::Ask;
use super::{bodies, desk};
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
    /// Its partner's id.
    pub(super) partner: String,
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
    /// The contract's version with a proposal to terminate it; 0: there is none.
    pub(super) ending: u64,
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

    pub(super) fn post(&self, kind: &'static str, path: String, body: Value) -> Ask {
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
        if self.ending > 0 && dice.u8(0..4) == 0 {
            return desk::terminate(self, dice);
        }
        if !self.order.id.is_empty() {
            return self.fulfil(dice, customers);
        }
        match self.state.as_str() {
            "accepted" => self.order_published(dice).unwrap_or_else(|| {
                self.post("order", "/v1/orders".to_owned(), bodies::order(&self.quote))
            }),
            "pending_approval" => desk::approve(self, dice),
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

    pub(super) fn look(&self, what: &'static str) -> Ask {
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
            return desk::credit(self, dice);
        }
        if !self.configured {
            if let Some(ask) = self.configure_published(dice) {
                return ask;
            }
            let body = bodies::configuration(self.programme, dice);
            return self.post("configure", self.quote_path("/configuration"), body);
        }
        self.post("price", self.quote_path("/price"), bodies::price(self.programme, dice))
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
            _ if self.check.state != "approved" => desk::credit(self, dice),
            _ => self.contract_published(dice).unwrap_or_else(|| {
                self.post("contract", self.quote_path("/contracts"), bodies::contract())
            }),
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
                let billed =
                    if kind == "billing" { self.bill_published(dice, &sub.id) } else { None };
                if let Some(ask) = billed {
                    return ask;
                }
                let path = format!("/v1/sub-orders/{}/enrichments/{kind}", sub.id);
                let body = bodies::enrichment(kind, dice);
                let seen = if dice.u8(0..6) == 0 { "\"1\"" } else { "*" };
                return Ask::edit("enrich", self.caller, "PUT", path, seen, body).of(self.number);
            }
            let unassigned = self.programme == "apex" && !self.assigned.contains(&sub.site);
            if let Some(customer) = dice.choice(customers).filter(|_| unassigned) {
                if let Some(ask) = self.name_published(dice, &sub.site, customer) {
                    return ask;
                }
                let path = self.quote_path(&format!("/sites/{}/customer", sub.site));
                let body = json!({ "customer_id": customer });
                return Ask::set("assign", self.caller, path, body).of(self.number);
            }
        }
        let one = dice.choice(&self.subs).filter(|_| dice.u8(0..4) == 0);
        if let Some(ask) = one.and_then(|sub| self.hand_off_published(dice, &sub.id)) {
            return ask;
        }
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
}
