//! The way up: from an opportunity to a delivered order, as far as a kind of event needs it, in
//! whichever programme the partner is.

use super::word;
use crate::client::{Answer, Client};
use crate::failure::{Failure, Outcome};
use crate::flow::{self, OFFERING};
use crate::steps;
use app::{OsRandom, Random as _};
use serde_json::{Value, json};

/// How far the sale is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rung {
    Nothing,
    Opened,
    Sites,
    Validated,
    Accepted,
    Configured,
    Priced,
    Credited,
    Sent,
    Signed,
    Ordered,
    Enriched,
    HandedOff,
    Delivered,
}

impl Rung {
    const UP: [Self; 13] = [
        Self::Opened,
        Self::Sites,
        Self::Validated,
        Self::Accepted,
        Self::Configured,
        Self::Priced,
        Self::Credited,
        Self::Sent,
        Self::Signed,
        Self::Ordered,
        Self::Enriched,
        Self::HandedOff,
        Self::Delivered,
    ];
}

/// One sale on its way, and what was made for it.
#[derive(Debug)]
pub(super) struct Walk {
    pub(super) partner: Client,
    operations: Option<Client>,
    programme: String,
    pub(super) partner_id: String,
    /// A name that no other run uses.
    pub(super) name: String,
    at: Rung,
    pub(super) opportunity: String,
    pub(super) quote: String,
    sites: Option<Answer>,
    pub(super) check: String,
    contract: Option<Answer>,
    order: Option<Answer>,
    pub(super) account: String,
    /// What was made, for people.
    pub(super) made: Vec<String>,
    /// What is to be undone when the event has been seen.
    pub(super) undo: Vec<Undo>,
}

/// What is not left behind.
#[derive(Debug)]
pub(super) enum Undo {
    Endpoint(String),
    Credential(String),
    Job(String),
}

impl Walk {
    pub(super) async fn begin(partner: Client, operations: Option<Client>) -> Outcome<Self> {
        let me = partner.get("/v1/me").await?.expect(200)?;
        if me.str("/role")? != "partner" {
            return Err(Failure::usage("the secret is operations': give a partner's"));
        }
        let programme = me.str("/partner/programme")?.to_owned();
        let partner_id = me.str("/partner/id")?.to_owned();
        Ok(Self {
            partner,
            operations,
            programme,
            partner_id,
            name: format!("Sample Trigger {:08x}", OsRandom.seed()),
            at: Rung::Nothing,
            opportunity: String::new(),
            quote: String::new(),
            sites: None,
            check: String::new(),
            contract: None,
            order: None,
            account: String::new(),
            made: Vec::new(),
            undo: Vec::new(),
        })
    }

    pub(super) fn operations(&self) -> Outcome<&Client> {
        self.operations.as_ref().ok_or_else(|| {
            let say = "operations' secret is needed: an APEX sale needs a customer of theirs";
            Failure::usage(say)
        })
    }

    pub(super) fn is(&self, programme: &str) -> bool {
        self.programme.eq_ignore_ascii_case(programme)
    }

    /// Refuses a partner of another programme.
    pub(super) fn must_be(&self, programmes: &[&str]) -> Outcome {
        if programmes.iter().any(|p| self.is(p)) {
            return Ok(());
        }
        let (wanted, found) = (programmes.join(" or "), &self.programme);
        Err(Failure::usage(format!("a partner of {wanted} is needed; this one is of {found}")))
    }

    pub(super) fn did(&mut self, what: &str, id: &str) {
        self.made.push(format!("made {what} {id}"));
    }

    /// Goes up as far as `rung`.
    pub(super) async fn up_to(&mut self, rung: Rung) -> Outcome {
        for next in Rung::UP {
            if self.at < next && next <= rung {
                self.step(next).await?;
                self.at = next;
            }
        }
        Ok(())
    }

    async fn step(&mut self, next: Rung) -> Outcome {
        let client = self.partner.clone();
        match next {
            Rung::Nothing => {}
            Rung::Opened => self.open().await?,
            Rung::Sites => {
                let added = steps::add_sites(&client, &self.quote, two_sites()).await?;
                self.sites = Some(added);
            }
            Rung::Validated => {
                self.sites = Some(steps::validate(&client, &self.quote).await?);
            }
            Rung::Accepted => {
                if let Some(sites) = &self.sites {
                    steps::accept(&client, &self.quote, sites).await?;
                }
            }
            Rung::Configured => self.configure().await?,
            Rung::Priced => {
                steps::price(&client, &self.quote, json!({}), "priced").await?;
            }
            Rung::Credited => self.credit().await?,
            Rung::Sent => {
                let sent = steps::contract(&client, &self.quote, &self.name).await?;
                self.did("contract", sent.str("/id")?);
                self.contract = Some(sent);
            }
            Rung::Signed => {
                steps::sign(&client, self.contract()?).await?;
            }
            Rung::Ordered => {
                let made = steps::order(&client, &self.quote).await?;
                self.did("order", made.str("/id")?);
                self.order = Some(made);
            }
            Rung::Enriched => self.enrich().await?,
            Rung::HandedOff => {
                steps::hand_off(&client, self.order()?.str("/id")?).await?;
            }
            Rung::Delivered => {
                eprintln!("demarc: waiting for delivery");
                steps::delivered(&client, self.order()?.str("/id")?).await?;
            }
        }
        Ok(())
    }

    async fn open(&mut self) -> Outcome {
        let customer = (!self.is("apex")).then_some(self.name.as_str());
        let opened = steps::open(&self.partner, &self.name, customer).await?;
        opened.str("/opportunity/id")?.clone_into(&mut self.opportunity);
        opened.str("/quote/id")?.clone_into(&mut self.quote);
        let (opportunity, quote) = (self.opportunity.clone(), self.quote.clone());
        self.did("opportunity", &opportunity);
        self.did("quote", &quote);
        Ok(())
    }

    async fn configure(&mut self) -> Outcome {
        let (offering, features) = if self.is("aiab") {
            self.credit().await?;
            ("OFF_AIAB", json!([{ "name": "Plan", "value": "Advanced" }]))
        } else {
            (OFFERING, flow::features("1G", "1G", "36"))
        };
        steps::configure(&self.partner, &self.quote, offering, features).await?;
        Ok(())
    }

    /// What an application has, before it is changed to be decided otherwise.
    pub(super) fn application(&self) -> Value {
        let mut asked = flow::credit_check(&self.name);
        if self.is("aiab") {
            asked["requested_amount"] = json!("5000.00");
        }
        asked
    }

    async fn credit(&mut self) -> Outcome {
        if self.check.is_empty() {
            self.ask_credit(self.application(), "approved").await?;
        }
        Ok(())
    }

    pub(super) async fn ask_credit(&mut self, asked: Value, state: &str) -> Outcome {
        let check = steps::credit(&self.partner, &self.quote, asked, state).await?;
        check.str("/id")?.clone_into(&mut self.check);
        self.did("credit check", check.str("/id")?);
        Ok(())
    }

    async fn enrich(&mut self) -> Outcome {
        if self.is("apex") {
            let customer = self.customer("open").await?;
            for site in self.site_ids()? {
                self.assign(&site, &customer).await?;
            }
        }
        // As it is now, with its versions.
        let path = format!("/v1/orders/{}", self.order()?.str("/id")?);
        let made = self.partner.get(&path).await?.expect(200)?;
        self.account = steps::enrich(&self.partner, &made, &self.name).await?;
        Ok(())
    }

    /// A customer on the carrier's books.
    pub(super) async fn customer(&mut self, alliance_status: &str) -> Outcome<String> {
        let body = flow::customer(&self.name, alliance_status);
        let made = self.operations()?.post("/v1/operations/customers", body).await?.expect(201)?;
        let id = made.str("/id")?.to_owned();
        self.did("customer", &id);
        Ok(id)
    }

    /// Assigns a site its end customer.
    pub(super) async fn assign(&self, site: &str, customer: &str) -> Outcome {
        let path = format!("/v1/quotes/{}/sites/{site}/customer", self.quote);
        self.partner.put(&path, None, json!({ "customer_id": customer })).await?.expect(200)?;
        Ok(())
    }

    pub(super) fn site_ids(&self) -> Outcome<Vec<String>> {
        let sites = self.sites.as_ref().ok_or_else(|| missing("sites"))?;
        Ok(sites.list("/sites")?.iter().map(|s| word(&s["id"]).to_owned()).collect())
    }

    pub(super) fn contract(&self) -> Outcome<&Answer> {
        self.contract.as_ref().ok_or_else(|| missing("contract"))
    }

    pub(super) fn order(&self) -> Outcome<&Answer> {
        self.order.as_ref().ok_or_else(|| missing("order"))
    }

    /// The order's first sub-order.
    pub(super) fn sub_order(&self) -> Outcome<String> {
        Ok(self.order()?.str("/sub_orders/0/id")?.to_owned())
    }
}

fn missing(what: &str) -> Failure {
    Failure::failed(format!("there is no {what} yet"))
}

/// One address as it should be, and one with a mistyped ZIP code.
fn two_sites() -> Vec<Value> {
    vec![
        json!({ "name": "Chicago", "address": { "street": "233 S Wacker Dr", "city": "Chicago",
            "state": "IL", "zip": "60606" } }),
        json!({ "name": "Round Rock", "address": { "street": "1 Dell Way", "city": "Round Rock",
            "state": "TX", "zip": "78628" } }),
    ]
}
