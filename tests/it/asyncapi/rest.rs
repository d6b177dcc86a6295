//! What the tour of the examples does not let happen: failures of the outside, and what expires.

use crate::client::Client;
use crate::jobs::script::{Does, Script, told};
use crate::story::steps::*;
use crate::webhooks::{OTHER, endpoint};
use crate::world::{DAY_MS, World};
use app::{Outside, Settings};
use async_trait::async_trait;
use connect::ConnectorError;
use connect::fulfilment::Fulfilment;
use domain::fulfilment::{Progress, Received};
use domain::order::SubOrder;
use domain::time::Moment;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

/// A world whose outside does as it is told.
pub(super) struct Stage {
    pub(super) world: World,
    address: Arc<Script>,
    credit: Arc<Script>,
    delivery: Arc<Delivery>,
}

const DELIVERS: u8 = 0;
const REJECTS: u8 = 1;
const FAILS: u8 = 2;

/// The built-in simulator, until it is told to refuse.
#[derive(Debug)]
struct Delivery {
    does: AtomicU8,
    real: Arc<dyn Fulfilment>,
}

#[async_trait]
impl Fulfilment for Delivery {
    async fn submit(&self, sub: &SubOrder) -> Result<Received, ConnectorError> {
        if self.does.load(Ordering::SeqCst) == REJECTS {
            return Ok(Received::Rejected { reason: "no such building".to_owned() });
        }
        self.real.submit(sub).await
    }

    async fn progress(&self, sub: &SubOrder, now: Moment) -> Result<Progress, ConnectorError> {
        let mut progress = self.real.progress(sub, now).await?;
        if self.does.load(Ordering::SeqCst) == FAILS {
            let failed = Some("no fibre reaches the building".to_owned());
            progress = Progress { failed, ..Progress::default() };
        }
        Ok(progress)
    }
}

impl Stage {
    pub(super) async fn new() -> Self {
        let (address, credit) = (Script::new(Does::Answer), Script::new(Does::Answer));
        let outside = told(&address, &credit);
        let real = outside.fulfilment.clone();
        let delivery = Arc::new(Delivery { does: AtomicU8::new(DELIVERS), real });
        let outside = Outside { fulfilment: delivery.clone(), ..outside };
        let world = World::start_with(outside, Settings::default()).await;
        Self { world, address, credit, delivery }
    }

    pub(super) async fn the_rest(&self) {
        let partner = self.world.partner("apex").await;
        let whose = customer(&self.world, "Prairie Wind Clinics Inc.", "open").await;
        let theirs = self.world.partner("alliance").await;
        let captured = json!({ "name": "New business", "new_customer": { "name": "Sample Mills",
            "address": { "street": "208 S Akard St", "city": "Dallas", "state": "TX",
                "zip": "75202" } } });
        theirs.post("/v1/opportunities", &captured).await.expect(201);
        let quote = self.failing_outside(&partner).await;
        for does in [REJECTS, FAILS] {
            self.badly_delivered(&partner, &whose, does).await;
        }
        // Operations test an endpoint of their own: a test is sent to that one only.
        let own = endpoint(&self.world.operations, OTHER, &["job.*"]).await;
        self.world.operations.post(&format!("{own}/test"), &json!({})).await.expect(200);
        // At the end, since it moves the clock far on.
        self.expiring(&partner, &quote).await;
    }

    async fn sites(&self, partner: &Client) -> String {
        let opened = partner.post("/v1/opportunities", &json!({ "name": "Resale" })).await;
        let quote = id(&opened.expect(201)["quote"]["id"]).to_owned();
        two_sites(partner, &quote).await;
        quote
    }

    async fn priced(&self, partner: &Client, quote: &str) {
        validate(&self.world, partner, quote).await;
        configure(partner, quote, "OFF_ADI_MID_MARKET", adi()).await;
        partner.post(&format!("/v1/quotes/{quote}/price"), &json!({})).await.expect(200);
    }

    /// Neither the address service nor the bureau answers, then both do.
    async fn failing_outside(&self, partner: &Client) -> String {
        let quote = self.sites(partner).await;
        self.address.tell(Does::Never);
        let path = format!("/v1/quotes/{quote}/address-validation");
        partner.post(&path, &json!({})).await.expect(202);
        self.world.run_jobs().await;
        self.address.tell(Does::Answer);
        self.priced(partner, &quote).await;
        let asked = json!({ "application": application("Sample apex partner") });
        self.credit.tell(Does::Never);
        let failed = credit(&self.world, partner, &quote, &asked).await;
        assert_eq!(failed["state"], "failed");
        self.credit.tell(Does::Answer);
        credit(&self.world, partner, &quote, &asked).await;
        quote
    }

    /// A contract that nobody signs, and the next.
    async fn expiring(&self, partner: &Client, quote: &str) {
        let signer =
            json!({ "name": "Dana Sample", "title": "Owner", "email": "dana@example.com" });
        let new = json!({ "signer": signer, "customer": { "company_name": "Sample apex partner",
            "address": { "street": "208 S Akard St", "city": "Dallas", "state": "TX",
                "zip": "75202" } } });
        let path = format!("/v1/quotes/{quote}/contracts");
        for _ in 0..2 {
            partner.post(&path, &new).await.expect(202);
            self.world.run_jobs().await;
            self.world.send_webhooks().await;
            self.world.clock.advance_ms(30 * DAY_MS);
        }
    }

    /// An order that fulfilment does not take, or does not finish.
    async fn badly_delivered(&self, partner: &Client, whose: &str, does: u8) {
        let quote = self.sites(partner).await;
        self.priced(partner, &quote).await;
        let asked = json!({ "application": application("Sample apex partner") });
        credit(&self.world, partner, &quote, &asked).await;
        contract(&self.world, partner, &quote).await;
        let made = order(partner, &quote).await;
        let bill = json!({ "new_account": { "name": "Resale", "address":
            { "street": "208 S Akard St", "city": "Dallas", "state": "TX", "zip": "75202" } } });
        for sub in made["sub_orders"].as_array().expect("subs") {
            let path = format!("/v1/quotes/{quote}/sites/{}/customer", id(&sub["site_id"]));
            let body = json!({ "customer_id": whose }).to_string();
            partner.send("PUT", &path, &[], Some(body)).await.expect(200);
            enrich(partner, id(&sub["id"]), &bill).await;
        }
        let path = format!("/v1/orders/{}/handoff", id(&made["id"]));
        partner.post(&path, &json!({})).await.expect(200);
        if does == FAILS {
            // Only what has begun can fail.
            self.world.run_jobs().await;
        }
        self.delivery.does.store(does, Ordering::SeqCst);
        for _ in 0..3 {
            self.world.run_jobs().await;
            self.world.clock.advance_ms(DAY_MS);
        }
        self.delivery.does.store(DELIVERS, Ordering::SeqCst);
    }
}
