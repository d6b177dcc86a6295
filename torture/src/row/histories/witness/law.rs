//! What must hold when a contract is made, sent and signed, and while it is out: read from the
//! database in the moment after the commit.

use super::{Happened, Pinned, Witness, docs};
use crate::row::histories::invariants::Promise;
use serde_json::Value;

const QUOTE: &str = "select doc from quote where id = $1";
const SITES: &str = "select doc from site where quote = $1 order by position";
const CONTRACT: &str = "select doc from contract where id = $1";
const CREDIT: &str = "select c.doc from credit_check c join quote q on q.id = c.quote \
    and q.tenant = c.tenant where c.tenant = $1 and coalesce(q.account, q.opportunity) = $2";
/// Months of recurring charges that the carrier stands to lose, in every programme.
const EXPOSURE_MONTHS: i64 = 3;

fn int(value: &Value) -> i64 {
    value.as_i64().unwrap_or_default()
}

impl Witness {
    pub(super) fn one(&self, sql: &'static str, id: &str) -> Value {
        docs(&self.engine, sql, &[id]).into_iter().next().unwrap_or_default()
    }

    /// The offer and the sites as they are now, without what may change beside a contract.
    pub(in super::super) fn pin(&self, quote: &str, contract: &str) -> Pinned {
        let offer = self.one(QUOTE, quote)["state"]["offer"].clone();
        let mut sites = docs(&self.engine, SITES, &[quote]);
        for site in &mut sites {
            for member in ["version", "customer", "feasible_since"] {
                site[member].take();
            }
        }
        Pinned { contract: contract.to_owned(), offer, sites, expires_at: None }
    }

    pub(super) fn lawful(&mut self, event: &Happened) {
        match event.kind.as_str() {
            "contract.generated" => self.generated(event),
            "contract.sent" => {
                let doc = self.one(CONTRACT, &event.object);
                let quote = doc["quote"].as_str().unwrap_or_default();
                if let Some(pinned) = self.pinned.get_mut(quote) {
                    pinned.expires_at = doc["state"]["expires_at"].as_i64();
                }
            }
            "contract.signed" => self.signed(event),
            "contract.declined" | "contract.voided" | "contract.expired" => {
                self.pinned.retain(|_, pinned| pinned.contract != event.object);
            }
            "contract.terminated" => {
                let quote = event_quote(&self.one(CONTRACT, &event.object));
                if !self.frozen.contains_key(&quote) {
                    let what = format!("contract {} ended, and was not signed", event.object);
                    self.blame(Promise::OrderNeedsSignature, what);
                }
                self.ended.insert(quote);
            }
            "order.created" => self.bound(event, "select doc from orders where id = $1"),
            "sub_order.handed_off" => {
                self.bound(event, "select doc from sub_order where id = $1");
            }
            kind if kind.starts_with("quote.") => self.unchanged(event),
            kind if kind.starts_with("credit_check.approved") => {}
            _ => {}
        }
    }

    /// Whether what is ordered, or handed off, is of a contract that stands.
    fn bound(&mut self, event: &Happened, sql: &'static str) {
        let quote = event_quote(&self.one(sql, &event.object));
        if !self.frozen.contains_key(&quote) || self.ended.contains(&quote) {
            let what = format!("{} {}: quote {quote} is not signed", event.kind, event.object);
            self.blame(Promise::OrderNeedsSignature, what);
        }
    }

    fn generated(&mut self, event: &Happened) {
        let (at, contract) = (event.at(), &event.object);
        let quote = event_quote(&self.one(CONTRACT, contract));
        let doc = self.one(QUOTE, &quote);
        let offer = &doc["state"]["offer"];
        let mut faults = Vec::new();
        if doc["state"]["state"] != "priced" || int(&offer["expires_at"]) <= at {
            faults.push(format!("the quote has no offer that stands: {}", doc["state"]));
        }
        let totals = &offer["totals"];
        let needed = int(&totals["mrc"]) * EXPOSURE_MONTHS + int(&totals["nrc"]);
        let whose = doc["account"].as_str().or(doc["opportunity"].as_str()).unwrap_or_default();
        let covers = |check: &Value| {
            let state = &check["state"];
            state["state"] == "approved"
                && int(&state["valid_until"]) > at
                && int(&state["limit"]) >= needed
        };
        let checks = docs(&self.engine, CREDIT, &[&event.tenant, whose]);
        if !checks.iter().any(covers) {
            let states: Vec<String> = checks.iter().map(|c| c["state"].to_string()).collect();
            faults.push(format!("no approval of {needed} for {whose} at {at} among {states:?}"));
        }
        for fault in faults {
            self.blame(Promise::ContractNeedsCredit, format!("contract {contract}: {fault}"));
        }
        let pinned = self.pin(&quote, contract);
        self.pinned.insert(quote, pinned);
    }

    fn signed(&mut self, event: &Happened) {
        let (at, contract) = (event.at(), &event.object);
        let quote = event_quote(&self.one(CONTRACT, contract));
        let Some(pinned) = self.pinned.remove(&quote).filter(|p| p.contract == *contract) else {
            let what = format!("contract {contract} was signed and was not out");
            return self.blame(Promise::SignedInTime, what);
        };
        let until = pinned.expires_at.unwrap_or_default().min(int(&pinned.offer["expires_at"]));
        if until <= at {
            let what = format!("contract {contract} was signed at {at}, its time was {until}");
            self.blame(Promise::SignedInTime, what);
        }
        let now = self.pin(&quote, contract);
        if (&now.offer, &now.sites) != (&pinned.offer, &pinned.sites) {
            let what =
                format!("quote {quote} changed between its contract {contract} and signature");
            self.blame(Promise::SignedIsFrozen, what);
        }
        let state = &self.one(QUOTE, &quote)["state"];
        if state["state"] != "accepted" || state["contract"] != contract.as_str() {
            let what = format!("contract {contract} is signed, its quote is {state}");
            self.blame(Promise::SignedIsFrozen, what);
        }
        self.frozen.insert(quote, pinned);
    }

    /// Whether a quote is still what its contract is about.
    fn unchanged(&mut self, event: &Happened) {
        let quote = &event.object;
        let out = self.pinned.get(quote);
        let out = out.filter(|p| p.expires_at.is_none_or(|until| until > event.at()));
        let Some(pinned) = self.frozen.get(quote).or(out).cloned() else {
            // Time was up: it may be worked on again.
            self.pinned.remove(quote);
            return;
        };
        let now = self.pin(quote, "");
        if (&now.offer, &now.sites) != (&pinned.offer, &pinned.sites) {
            let what = format!(
                "{}: quote {quote} changed beside contract {}",
                event.kind, pinned.contract
            );
            self.blame(Promise::SignedIsFrozen, what);
        }
    }
}

fn event_quote(doc: &Value) -> String {
    doc["quote"].as_str().unwrap_or_default().to_owned()
}
