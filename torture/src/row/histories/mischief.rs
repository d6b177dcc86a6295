//! What clients do besides the next step: at every moment, too late, twice, wrongly, with what
//! belongs to others.

use super::ask::{Aim, Ask, SECOND};
use super::bodies;
use super::deal::Deal;
use super::history::History;
use crate::prices::labelled;
use domain::time::Moment;
use fastrand::Rng;
use serde_json::json;

impl History<'_> {
    /// Something that is not the next step of a sale.
    pub(super) fn stray(&mut self) {
        match self.dice.u8(0..40) {
            0..6 => self.repeat(),
            6..8 => self.other_body(),
            8..11 => self.pry(),
            11..22 => self.meddle(),
            22..26 => self.webhooks(),
            26 => self.faulty(),
            27..29 => self.read_on(),
            29 => self.tend_jobs(),
            30 => self.look_around(),
            32..36 => self.catalogues(),
            36..38 => self.clocks(),
            38.. => self.letters(),
            _ => self.plead(),
        }
    }

    /// Asks once more what was answered, or is still under way.
    fn repeat(&mut self) {
        let may =
            |n: &usize| self.asked[*n].ask.may_repeat() && self.asked[*n].ask.aim == Aim::Honest;
        let recent = self.asked.len().saturating_sub(60)..self.asked.len();
        let such: Vec<usize> = recent.filter(may).filter(|n| self.may_repeat(*n)).collect();
        if let Some(number) = self.dice.choice(such) {
            self.count("repeats");
            self.attempt(number);
        }
    }

    fn may_repeat(&self, number: usize) -> bool {
        let asked = &self.asked[number];
        let running = asked.attempts.iter().any(|a| self.attempts[*a].task.is_some());
        self.is_kept(number) || (running && asked.done.is_none())
    }

    /// Uses a key that has its answer for something else.
    fn other_body(&mut self) {
        let such: Vec<usize> = (0..self.asked.len())
            .filter(|n| self.asked[*n].ask.aim == Aim::Honest && self.asked[*n].ask.key.is_some())
            .filter(|n| (1..self.callers.len()).contains(&self.asked[*n].ask.caller))
            .filter(|n| self.is_kept(*n))
            .collect();
        let Some(number) = self.dice.choice(such) else { return };
        let was = self.asked[number].ask.clone();
        let mut body = json!({ "name": format!("Another {}", self.asked.len()) });
        if self.callers[was.caller].programme != "apex" {
            body["new_customer"] = json!({ "name": "Another", "address": bodies::address(1) });
        }
        let path = "/v1/opportunities".to_owned();
        let ask = Ask::post("use a key for another", was.caller, path, body);
        self.ask(Ask { key: was.key, ..ask }.aim(Aim::OtherBody(number)));
    }

    /// Looks at, and reaches for, what is another partner's.
    fn pry(&mut self) {
        let Some(deal) = self.dice.choice(&self.deals).cloned() else { return };
        let others: Vec<usize> = (1..self.callers.len()).filter(|c| *c != deal.caller).collect();
        let Some(caller) = self.dice.choice(others) else { return };
        if deal.quote.is_empty() {
            return;
        }
        let quote = deal.quote_path("");
        let ask = match self.dice.u8(0..8) {
            0 => Ask::get("pry", caller, quote),
            1 => Ask::get("pry", caller, format!("{quote}/sites")),
            2 => Ask::post("pry", caller, format!("{quote}/price"), json!({})),
            3 => Ask::post("pry", caller, format!("{quote}/cancel"), bodies::reason()),
            4 if !deal.contract.id.is_empty() => {
                let body = json!({ "signer": bodies::signer(), "document_sha256": deal.hash });
                Ask::post("pry", caller, format!("/v1/contracts/{}/sign", deal.contract.id), body)
            }
            5 if !deal.order.id.is_empty() => {
                let path = format!("/v1/orders/{}/handoff", deal.order.id);
                Ask::post("pry", caller, path, json!({}))
            }
            6 if !deal.check.id.is_empty() => {
                Ask::get("pry", caller, format!("/v1/credit-checks/{}", deal.check.id))
            }
            _ => Ask::get("pry", caller, format!("{quote}/journey")),
        };
        self.ask(ask.aim(Aim::Prying));
    }

    /// Does something to a sale at whatever moment it is.
    fn meddle(&mut self) {
        let such: Vec<usize> =
            (0..self.deals.len()).filter(|n| !self.deals[*n].quote.is_empty()).collect();
        let Some(number) = self.dice.choice(such) else { return };
        let deal = self.deals[number].clone();
        let ask = match self.dice.u8(0..26) {
            choice @ 0..12 => rework(&deal, choice, &mut self.dice),
            choice => press(&deal, choice, &mut self.dice),
        };
        self.ask(ask);
    }

    fn webhooks(&mut self) {
        let own = self.dice.choice(&self.endpoints).cloned();
        let choice = self.dice.u8(0..12);
        let Some((caller, id)) = own.filter(|_| choice > 1 || self.endpoints.len() > 5) else {
            let caller = self.dice.usize(0..self.callers.len());
            let url = format!("https://hooks.example.com/{caller}/{}", self.asked.len());
            let types = match self.dice.u8(0..4) {
                0 => json!(["quote.*", "order.created"]),
                1 => json!(["contract.signed", "sub_order.*"]),
                _ => json!(["*"]),
            };
            let body = json!({ "url": url, "types": types });
            let path = "/v1/webhook-endpoints".to_owned();
            return self.ask(Ask::post("create endpoint", caller, path, body));
        };
        let path = format!("/v1/webhook-endpoints/{id}");
        let post = |kind, what, body| Ask::post(kind, caller, format!("{path}/{what}"), body);
        let ask = match choice {
            2 => post("disable endpoint", "disable", json!({})),
            3..6 => post("enable endpoint", "enable", json!({})),
            6 => post("replay", "replay", json!({ "since": super::base::BEGINNING })),
            7 => post("rotate secret", "rotate-secret", json!({ "overlap_hours": 1 })),
            8 => post("test endpoint", "test", json!({})),
            9 => {
                let body = json!({ "description": "Order desk" });
                Ask::edit("edit endpoint", caller, "PATCH", path, "*", body)
            }
            10 => {
                let others: Vec<usize> = (0..self.callers.len()).filter(|c| *c != caller).collect();
                let other = self.dice.choice(others).unwrap_or_default();
                Ask::get("pry", other, path).aim(Aim::Prying)
            }
            _ => Ask::get("look at deliveries", caller, format!("{path}/deliveries")),
        };
        self.ask(ask);
    }

    fn faulty(&mut self) {
        let Some(deal) = self.dice.choice(&self.deals).cloned() else { return };
        let path = deal.quote_path("/sites");
        let body = match self.dice.u8(0..3) {
            0 => json!({ "sites": [] }),
            1 => json!({ "sites": [{ "name": 7 }] }),
            _ => json!({ "sites": [{ "name": "a\u{0}b", "address": bodies::address(0) }] }),
        };
        self.ask(Ask::post("faulty body", deal.caller, path, body).aim(Aim::Faulty));
    }

    /// Reads on in the feed.
    fn read_on(&mut self) {
        let caller = self.dice.usize(0..self.callers.len());
        let reading = self.asked.iter().any(|asked| {
            let running = || asked.attempts.iter().any(|a| self.attempts[*a].task.is_some());
            asked.ask.aim == Aim::Feed && asked.ask.caller == caller && running()
        });
        if !reading {
            self.ask(self.next_of_feed(caller));
        }
    }

    pub(super) fn next_of_feed(&self, caller: usize) -> Ask {
        let last = self.feeds.get(&caller).and_then(|feed| feed.last());
        let after = last.map(|id| format!("&after={id}")).unwrap_or_default();
        let path = format!("/v1/events?limit=100{after}");
        Ask::get("read the feed", caller, path).aim(Aim::Feed)
    }

    fn tend_jobs(&mut self) {
        let Some(job) = self.dice.choice(&self.jobs).cloned().filter(|_| self.dice.u8(0..3) > 0)
        else {
            let path = "/v1/operations/jobs?limit=20".to_owned();
            return self.ask(Ask::get("look at jobs", 0, path));
        };
        let path = |what: &str| format!("/v1/operations/jobs/{job}/{what}");
        let ask = match self.dice.u8(0..4) {
            0 => Ask::post("put a job aside", 0, path("quarantine"), bodies::reason()),
            _ => Ask::post("retry a job", 0, path("retry"), json!({})),
        };
        self.ask(ask);
    }

    /// Stops a partner's time, moves it, or looks at it.
    fn clocks(&mut self) {
        const PATH: &str = "/v1/test-clock";
        let caller = self.dice.usize(1..self.callers.len());
        let path = PATH.to_owned();
        let ask = match self.dice.u8(0..8) {
            0 => Ask::set("freeze time", caller, path, json!({})),
            1 => Ask {
                method: http::Method::DELETE,
                ..Ask::set("release time", caller, path, json!({}))
            },
            2 => Ask::get("look at time", caller, path),
            choice => {
                let by = ["0s", "1s", "5 minutes", "1 day", "40 days"];
                let by = by[usize::from(choice) - 3];
                Ask::post("advance time", caller, format!("{PATH}/advance"), json!({ "by": by }))
            }
        };
        self.ask(ask);
    }

    /// Proposes a version of the catalogue, or does something to one that was.
    fn catalogues(&mut self) {
        const PATH: &str = "/v1/operations/catalogues";
        let some = self.dice.choice(&self.catalogues).cloned();
        let Some(version) = some.filter(|_| self.dice.u8(0..4) > 0) else {
            let body = labelled(&format!("h-{}", self.asked.len()));
            return self.ask(Ask::post("propose a catalogue", 0, PATH.to_owned(), body));
        };
        let path = |what: &str| format!("{PATH}/{version}/{what}");
        let by = if self.dice.u8(0..6) == 0 { 0 } else { SECOND };
        let ask = match self.dice.u8(0..12) {
            0..6 => {
                // At once, soon, or later; now and then a moment that is past.
                let soon = Moment::from_ms(self.now() + self.dice.i64(-10_000..600_000));
                let at = (self.dice.bool()).then(|| soon.to_string());
                let body = json!({ "effective_at": at });
                Ask::post("publish a catalogue", by, path("publish"), body)
            }
            6..9 => Ask::post("roll a catalogue back", by, path("roll-back"), bodies::reason()),
            9 => Ask::post("refuse a catalogue", by, path("refuse"), bodies::reason()),
            10 => Ask::post("withdraw a catalogue", by, path("withdraw"), bodies::reason()),
            _ => Ask::get("look at catalogues", by, PATH.to_owned()),
        };
        self.ask(ask);
    }

    fn look_around(&mut self) {
        let caller = self.dice.usize(1..self.callers.len());
        let lists = ["quotes", "orders", "opportunities", "webhook-endpoints", "billing-accounts"];
        let list = self.dice.choice(lists).unwrap_or("orders");
        self.ask(Ask::get("list", caller, format!("/v1/{list}")));
    }

    /// Asks for an exception, decides on all that are asked for a customer, takes customers from a
    /// file, or looks one up.
    fn plead(&mut self) {
        let Some(customer) = self.base.customers.last().cloned() else { return };
        let caller = self.dice.usize(1..self.callers.len());
        let ask = match self.dice.u8(0..6) {
            0 => {
                let deny = json!({ "reason_code": "other" });
                let path = format!("/v1/operations/exceptions/{customer}/deny");
                Ask::post("deny pleas", 0, path, deny)
            }
            1 => {
                let path = "/v1/operations/customer-imports".to_owned();
                Ask::post("import customers", 0, path, bodies::accounts(&mut self.dice))
            }
            2 => {
                let names = ["sample clinics", "prairie clinic", "smaple clinics", "nobody at all"];
                let name = self.dice.choice(names).unwrap_or("sample");
                let path = "/v1/customers/lookup".to_owned();
                Ask::question("look up", caller, path, &json!({ "name": name }))
            }
            3 => Ask::get("look at pleas", 0, "/v1/operations/exceptions".to_owned()),
            _ => {
                let body = json!({ "customer_id": customer, "reason": "They asked us to." });
                Ask::post("plead", caller, "/v1/exception-requests".to_owned(), body)
            }
        };
        self.ask(ask);
    }
}

/// Changes a quote at whatever moment it is.
fn rework(deal: &Deal, choice: u8, dice: &mut Rng) -> Ask {
    let (caller, quote) = (deal.caller, deal.quote_path(""));
    let site = dice.choice(&deal.sites).map(|s| s.id.clone()).unwrap_or_default();
    let post = |kind, path: String, body| Ask::post(kind, caller, path, body);
    let ask = match choice {
        0 if dice.bool() => post("import", format!("{quote}/imports"), bodies::rows(dice)),
        0 => post("add sites", format!("{quote}/sites"), bodies::sites(dice)),
        1 => {
            let path = format!("{quote}/sites/{site}");
            let body = json!({ "address": bodies::address(dice.usize(0..5)) });
            Ask::edit("edit site", caller, "PATCH", path, "*", body)
        }
        2 => {
            let seen = format!("\"{}\"", dice.u8(1..4));
            let path = format!("{quote}/sites/{site}");
            Ask::edit("remove site", caller, "DELETE", path, &seen, json!({}))
        }
        3 | 4 => {
            let body = bodies::configuration(deal.programme, dice);
            post("configure", format!("{quote}/configuration"), body)
        }
        5 if dice.bool() => {
            let body = bodies::preview(deal.programme, &site, dice);
            Ask::question("preview", caller, format!("{quote}/price/preview"), &body)
        }
        5 | 6 => post("price", format!("{quote}/price"), bodies::price(deal.programme, dice)),
        7 => {
            let seen = format!("\"{}\"", deal.version);
            let body = json!({ "name": format!("Renamed {}", dice.u8(..)) });
            Ask::edit("rename", caller, "PATCH", quote, &seen, body)
        }
        8 if dice.bool() => post("cancel", format!("{quote}/cancel"), bodies::reason()),
        9 if dice.bool() => post("revise", format!("{quote}/revise"), json!({})),
        9 => post("reopen", format!("{quote}/reopen"), json!({})),
        10 if dice.bool() => {
            let body = json!({ "name": format!("Another {}", dice.u8(..)) });
            post("alternative", format!("{quote}/alternatives"), body)
        }
        10 if dice.bool() => {
            let body = json!({ "name": format!("Copy {}", dice.u8(..)) });
            return post("clone", format!("{quote}/clone"), body);
        }
        10 => {
            let body = json!({ "opportunity_id": deal.opportunity });
            return post("another quote", "/v1/quotes".to_owned(), body);
        }
        11 if dice.bool() => feasibility(deal, dice),
        _ => post("validate", format!("{quote}/address-validation"), json!({})),
    };
    ask.of(deal.number)
}

/// The partner asks whether the sites can be served, or operations answer.
fn feasibility(deal: &Deal, dice: &mut Rng) -> Ask {
    let path = format!("/v1/operations/feasibility-checks/{}", deal.quote);
    let (caller, path, body) = match dice.u8(0..8) {
        0..4 => (deal.caller, deal.quote_path("/feasibility"), json!({})),
        4 => (0, format!("{path}/refuse"), bodies::reason()),
        _ => (0, format!("{path}/confirm"), json!({})),
    };
    Ask::post("feasibility", caller, path, body)
}

/// Takes a later step too early, once more, or wrongly.
fn press(deal: &Deal, choice: u8, dice: &mut Rng) -> Ask {
    let (caller, quote) = (deal.caller, deal.quote_path(""));
    let contract = |what: &str| format!("/v1/contracts/{}/{what}", deal.contract.id);
    let post = |kind, path: String, body| Ask::post(kind, caller, path, body);
    let ask = match choice {
        12 => {
            let body = bodies::credit(deal.programme, dice);
            post("ask credit", format!("{quote}/credit-checks"), body)
        }
        13 => post("decline", contract("decline"), bodies::reason()),
        14 => post("void", contract("void"), bodies::reason()),
        15 | 16 => {
            let hash = if dice.u8(0..4) == 0 { "0".repeat(64) } else { deal.hash.clone() };
            let body = json!({ "signer": bodies::signer(), "document_sha256": hash });
            post("sign", contract("sign"), body)
        }
        17 => post("order", "/v1/orders".to_owned(), bodies::order(&deal.quote)),
        18 | 19 if !deal.order.id.is_empty() => {
            post("hand off", format!("/v1/orders/{}/handoff", deal.order.id), json!({}))
        }
        20 if !deal.order.id.is_empty() => {
            let ids: Vec<&str> = deal.subs.iter().map(|sub| sub.id.as_str()).collect();
            if dice.bool() {
                let path = format!("/v1/orders/{}/enrichment-imports", deal.order.id);
                let part = ["", "?mode=partial"][usize::from(dice.bool())];
                let rows = bodies::enrichment_rows(&ids, dice);
                return post("import enrichments", format!("{path}{part}"), rows).of(deal.number);
            }
            let path = format!("/v1/orders/{}/enrichments", deal.order.id);
            post("enrich many", path, bodies::enrichments(&ids, dice))
        }
        21 if !deal.subs.is_empty() => {
            let kind = ["installation", "shipping", "port-reservation", "billing"];
            let kind = dice.choice(kind).unwrap_or("billing");
            let sub = dice.choice(&deal.subs).map(|s| s.id.clone()).unwrap_or_default();
            let path = format!("/v1/sub-orders/{sub}/enrichments/{kind}");
            Ask::edit("enrich", caller, "PUT", path, "*", bodies::enrichment(kind, dice))
        }
        22 if !deal.order.id.is_empty() => {
            let path = format!("/v1/orders/{}/customer-defined-group", deal.order.id);
            Ask::set("group", caller, path, json!({ "name": format!("G{}", dice.u8(0..3)) }))
        }
        23 if !deal.order.id.is_empty() => super::desk::identify(deal, dice),
        24 if deal.contract.state == "signed" && dice.u8(0..3) == 0 => {
            return super::desk::terminate(deal, dice);
        }
        _ => post("contract", format!("{quote}/contracts"), bodies::contract()),
    };
    ask.of(deal.number)
}
