//! The law of the flow: what a journey lists as missing is what a refused attempt answers, and
//! what it calls ready succeeds, at every point of the story of every programme.

mod expiry;

use crate::client::{Client, Reply};
use crate::story::steps::*;
use crate::world::World;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A story under way: one partner, one quote, and what came of it.
struct Story {
    world: World,
    partner: Client,
    programme: &'static str,
    /// The quote's id.
    quote: String,
    /// An end customer that may be assigned.
    customer: String,
    /// What was checked: per stage and standing, how often.
    seen: BTreeMap<(String, String), usize>,
}

fn new_contract() -> Value {
    json!({
        "signer": { "name": "Dana Sample", "title": "Owner", "email": "dana@example.com" },
        "customer": { "company_name": "Lone Star Dental Group", "address":
            { "street": "208 S Akard St", "city": "Dallas", "state": "TX", "zip": "75202" } },
    })
}

impl Story {
    async fn begin(programme: &'static str) -> Self {
        let world = World::start().await;
        let partner = world.partner(programme).await;
        let customer = customer(&world, "Lone Star Dental Group, LLC", "open").await;
        let open = match programme {
            "apex" => json!({ "name": "Resale" }),
            _ => json!({ "name": "Two offices", "customer_id": customer }),
        };
        let opened = partner.post("/v1/opportunities", &open).await.expect(201);
        let quote = id(&opened["quote"]["id"]).to_owned();
        let mut story = Self { world, partner, programme, quote, customer, seen: BTreeMap::new() };
        story.check("opened").await;
        story
    }

    fn of_quote(&self, what: &str) -> String {
        format!("/v1/quotes/{}/{what}", self.quote)
    }

    fn offering(&self) -> (&'static str, Value) {
        match self.programme {
            "aiab" => ("OFF_AIAB", json!([{ "name": "Plan", "value": "Advanced" }])),
            _ => ("OFF_ADI_MID_MARKET", adi()),
        }
    }

    async fn journey(&self, client: &Client) -> Vec<Value> {
        let journey = client.get(&self.of_quote("journey")).await.expect(200);
        journey["stages"].as_array().expect("stages").clone()
    }

    async fn orders(&self, client: &Client) -> Option<Value> {
        let list = client.get(&format!("/v1/orders?quote_id={}", self.quote)).await.expect(200);
        let order = list["items"].as_array().expect("orders").first()?;
        Some(client.get(&format!("/v1/orders/{}", id(&order["id"]))).await.expect(200))
    }

    /// Tries a stage with a request that is right in itself. None: there is nothing yet that the
    /// request could name.
    async fn attempt(&self, client: &Client, stage: &str) -> Option<Reply> {
        let post = |what: &'static str, body: Value| async move {
            client.post(&self.of_quote(what), &body).await
        };
        let (offering, features) = self.offering();
        Some(match stage {
            "sites" => {
                let site = json!({ "name": "Third", "address": { "street": "350 5th Ave",
                    "city": "New York", "state": "NY", "zip": "10118" } });
                post("sites", json!({ "sites": [site] })).await
            }
            "address_validation" => post("address-validation", json!({})).await,
            "configuration" => {
                post("configuration", json!({ "offering": offering, "features": features })).await
            }
            "pricing" => post("price", json!({})).await,
            "credit_check" => {
                let body = json!({ "application": application("Lone Star Dental Group"),
                    "requested_amount": "5000.00" });
                post("credit-checks", body).await
            }
            "feasibility" => post("feasibility", json!({})).await,
            "contract" => post("contracts", new_contract()).await,
            "signature" => {
                let contracts = client.get(&self.of_quote("contracts")).await.expect(200);
                let contract = contracts["items"].as_array().expect("contracts").last()?;
                let body = json!({ "signer": contract["signer"],
                    "document_sha256": contract["document_sha256"] });
                client.post(&format!("/v1/contracts/{}/sign", id(&contract["id"])), &body).await
            }
            "order" => {
                let body = json!({ "quote_id": self.quote, "accept_terms": true,
                    "primary_contact": contact() });
                client.post("/v1/orders", &body).await
            }
            "customer_assignment" => {
                let sites = client.get(&self.of_quote("sites")).await.expect(200);
                let site = id(&sites["sites"].as_array().expect("sites").first()?["id"]).to_owned();
                let body = json!({ "customer_id": self.customer }).to_string();
                let path = self.of_quote(&format!("sites/{site}/customer"));
                client.send("PUT", &path, &[], Some(body)).await
            }
            "enrichment" => {
                let order = self.orders(client).await?;
                let sub = id(&order["sub_orders"][0]["id"]);
                let body = json!({ "contacts": [contact()] });
                client.put(&format!("/v1/sub-orders/{sub}/enrichments/shipping"), "*", &body).await
            }
            "handoff" => {
                let order = self.orders(client).await?;
                let path = format!("/v1/orders/{}/handoff", id(&order["id"]));
                client.post(&path, &json!({})).await
            }
            "fulfilment" => return None, // The carrier's work, not a request.
            other => panic!("nobody said how to try the stage {other}"),
        })
    }

    /// At this point: blocked stages refuse with what the journey says, ready ones succeed.
    async fn check(&mut self, point: &str) {
        // Ids sort by time: what follows is later than what was.
        self.world.clock.advance_ms(10);
        let before = self.world.memory().await;
        let legs = self.journey(&self.partner).await;
        for leg in &legs {
            let (stage, status) = (id(&leg["stage"]), id(&leg["status"]));
            let place = format!("{} {point}: {stage}", self.programme);
            let missing = &leg["missing"];
            assert_eq!(status == "blocked", *missing != json!([]), "{place} is {status}");
            let tried = match status {
                "blocked" => match self.attempt(&self.partner, stage).await {
                    Some(reply) => {
                        let problem = reply.refused(409, "premature_step");
                        assert_eq!(problem["errors"], *missing, "{place}");
                        "refused"
                    }
                    None => "nothing to try",
                },
                "ready" => {
                    // In a copy of the world, so that the story goes on as it was told.
                    let world = self.world.fork().await;
                    let client = world.client(self.partner.secret());
                    let reply = self.attempt(&client, stage).await;
                    let reply = reply.unwrap_or_else(|| panic!("{place} cannot be tried"));
                    assert!((200..300).contains(&reply.status), "{place}: {}", reply.text);
                    "succeeded"
                }
                _ => "not tried",
            };
            *self.seen.entry((stage.to_owned(), tried.to_owned())).or_default() += 1;
        }
        assert!(self.world.memory().await == before, "{point}: refusals leave nothing behind");
    }

    async fn sites(&mut self) {
        two_sites(&self.partner, &self.quote).await;
        self.check("with sites").await;
    }

    async fn validation(&mut self) {
        let path = self.of_quote("address-validation");
        self.partner.post(&path, &json!({})).await.expect(202);
        self.check("addresses asked").await;
        self.world.run_jobs().await;
        self.check("addresses answered").await;
        let sites = self.partner.get(&self.of_quote("sites")).await.expect(200);
        let second = id(&sites["sites"][1]["id"]).to_owned();
        let path = self.of_quote(&format!("sites/{second}/address-choice"));
        self.partner.post(&path, &json!({ "choice": 0 })).await.expect(200);
        self.check("addresses accepted").await;
    }

    async fn configuration(&mut self) {
        let (offering, features) = self.offering();
        configure(&self.partner, &self.quote, offering, features).await;
        self.check("configured").await;
    }

    async fn price(&mut self) {
        let ask = json!({ "discount_percent": "8" });
        let priced = self.partner.post(&self.of_quote("price"), &ask).await.expect(200);
        assert_eq!(priced["quote"]["state"], "pending_approval");
        self.check("discount pending").await;
        let path = format!("/v1/operations/discount-approvals/{}/approve", self.quote);
        self.world.operations.post(&path, &json!({})).await.expect(200);
        self.check("priced").await;
    }

    async fn clear_credit(&mut self) {
        // First declined, then in review, then approved.
        let mut declined = application("Lone Star Dental Group");
        declined["past_due"] = json!("900.00");
        let mut young = application("Lone Star Dental Group");
        young["years_in_business"] = json!(1);
        for (point, application) in [("credit declined", declined), ("credit in review", young)] {
            let body = json!({ "application": application, "requested_amount": "30000.00" });
            self.partner.post(&self.of_quote("credit-checks"), &body).await.expect(202);
            self.check("credit asked").await;
            self.world.run_jobs().await;
            self.check(point).await;
        }
        let queue = self.world.operations.get("/v1/operations/credit-reviews").await.expect(200);
        let review = id(&queue["items"][0]["id"]);
        let path = format!("/v1/operations/credit-reviews/{review}/approve");
        let approve = json!({ "reason": "Statements seen.", "limit": "40000.00" });
        self.world.operations.post(&path, &approve).await.expect(200);
        self.check("credit approved").await;
    }

    async fn sign(&mut self) {
        for end in ["decline", "void", "sign"] {
            let path = self.of_quote("contracts");
            let made = self.partner.post(&path, &new_contract()).await.expect(202);
            self.check("contract generated").await;
            self.world.run_jobs().await;
            self.check("contract sent").await;
            let body = match end {
                "sign" => json!({ "signer": made["signer"],
                    "document_sha256": made["document_sha256"] }),
                _ => json!({ "reason": "Another term is wanted." }),
            };
            let path = format!("/v1/contracts/{}/{end}", id(&made["id"]));
            self.partner.post(&path, &body).await.expect(200);
            self.check(&format!("after {end}")).await;
        }
    }

    async fn deliver(&mut self) {
        let made = order(&self.partner, &self.quote).await;
        self.check("ordered").await;
        let bill = json!({ "new_account": { "name": "Lone Star Dental", "address":
            { "street": "208 S Akard St", "city": "Dallas", "state": "TX", "zip": "75202" } } });
        for sub in made["sub_orders"].as_array().expect("subs") {
            enrich(&self.partner, id(&sub["id"]), &bill).await;
            self.check("enriched").await;
        }
        if self.programme == "apex" {
            for sub in made["sub_orders"].as_array().expect("subs") {
                let path = self.of_quote(&format!("sites/{}/customer", id(&sub["site_id"])));
                let body = json!({ "customer_id": self.customer }).to_string();
                self.partner.send("PUT", &path, &[], Some(body)).await.expect(200);
                self.check("assigned").await;
            }
        }
        let path = format!("/v1/orders/{}/handoff", id(&made["id"]));
        self.partner.post(&path, &json!({})).await.expect(200);
        self.check("handed off").await;
        deliver(&self.world, &self.partner, id(&made["id"])).await;
        self.check("delivered").await;
    }

    /// Every stage was refused where it was early, and succeeded where it was ready.
    fn end(&self) {
        let count = |stage: &str, tried: &str| {
            self.seen.get(&(stage.to_owned(), tried.to_owned())).copied().unwrap_or_default()
        };
        for stage in ["pricing", "credit_check", "contract", "order", "handoff"] {
            assert!(count(stage, "refused") > 0, "{stage} was never early: {:?}", self.seen);
            assert!(count(stage, "succeeded") > 0, "{stage} was never ready: {:?}", self.seen);
        }
        for stage in ["sites", "address_validation", "configuration", "signature", "enrichment"] {
            assert!(count(stage, "succeeded") > 0, "{stage} was never ready: {:?}", self.seen);
        }
    }
}

#[tokio::test]
async fn the_journey_of_an_alliance_partner_says_what_the_gates_say() {
    let mut story = Story::begin("alliance").await;
    story.sites().await;
    story.validation().await;
    story.configuration().await;
    story.price().await;
    story.clear_credit().await;
    story.sign().await;
    story.deliver().await;
    story.end();
}

#[tokio::test]
async fn the_journey_of_an_aiab_partner_says_what_the_gates_say() {
    let mut story = Story::begin("aiab").await;
    story.sites().await;
    story.validation().await;
    story.clear_credit().await;
    story.configuration().await;
    story.price().await;
    story.sign().await;
    story.deliver().await;
    story.end();
}

#[tokio::test]
async fn the_journey_of_an_apex_partner_says_what_the_gates_say() {
    let mut story = Story::begin("apex").await;
    story.sites().await;
    story.validation().await;
    story.configuration().await;
    story.price().await;
    story.clear_credit().await;
    story.sign().await;
    story.deliver().await;
    story.end();
}
