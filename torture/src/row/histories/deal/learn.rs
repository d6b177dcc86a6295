//! What a sale's program remembers of its answers.

use super::{Deal, ENRICHMENTS, Part, text};
use serde_json::Value;

impl Deal {
    /// Remembers what an answer to one of its own asks said.
    pub(in crate::row::histories) fn learn(&mut self, kind: &str, path: &str, told: &Value) {
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
            "contract"
            | "look at contract"
            | "decline"
            | "void"
            | "terminate"
            | "confirm termination" => {
                self.learn_contract(Some(told));
            }
            "order" | "look at order" => self.learn_order(told),
            "hand off" => {
                for sub in told["sub_orders"].as_array().into_iter().flatten() {
                    self.learn_sub(sub);
                }
                self.look = vec!["order"];
            }
            kind if kind.ends_with("by a published call") => self.learn_published(kind, told),
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
            partner: self.partner.clone(),
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
        let proposed = told["termination_proposed"].is_object();
        self.ending = told["version"].as_u64().filter(|_| proposed).unwrap_or_default();
        self.over |= self.contract.state == "terminated";
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
