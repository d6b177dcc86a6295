//! A partner's program that sells without end, as the documents say one should be written: each
//! command has its key, and what is not answered is asked again, of the next server.

mod deliver;
mod published;

use crate::ledger::{Acknowledged, Ledger, Unknown};
use reqwest::{Client, Method, Response};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How long a try may take before it counts as a hang.
const HANG: Duration = Duration::from_secs(8);
/// How often a command that was acknowledged is asked for again.
const ASKED_AGAIN: usize = 100;
/// Between two tries.
const PAUSE: Duration = Duration::from_millis(100);

#[derive(Clone)]
pub(crate) struct Seller {
    http: Client,
    servers: Vec<String>,
    secret: String,
    /// The credential's id.
    client: String,
    /// Whether it takes what steps it can by the published interfaces, which know no key.
    publishing: bool,
    name: String,
    number: usize,
    turn: usize,
    ledger: Arc<Ledger>,
    stop: Arc<AtomicBool>,
    /// How long it bears that what was made is not found, and since when it does.
    stale: Duration,
    stale_since: Option<Instant>,
}

impl Seller {
    pub(crate) fn new(servers: &[String], secret: &str, name: &str, ledger: &Arc<Ledger>) -> Self {
        connect::tls::provide();
        let http = Client::builder().timeout(HANG).build().unwrap();
        let (secret, name) = (secret.to_owned(), name.to_owned());
        let ledger = Arc::clone(ledger);
        let (servers, stop) = (servers.to_vec(), Arc::default());
        Self {
            http,
            servers,
            secret,
            client: String::new(),
            publishing: false,
            name,
            number: 0,
            turn: 0,
            ledger,
            stop,
            stale: Duration::ZERO,
            stale_since: None,
        }
    }

    /// A partner of its own, with as many sellers as there are names.
    pub(crate) async fn team(
        servers: &[String],
        operations: &str,
        size: usize,
        ledger: &Arc<Ledger>,
    ) -> Vec<Self> {
        let setting_up = Arc::new(Ledger::default());
        let mut boss = Self::new(servers, operations, "operations", &setting_up);
        let partner = json!({ "name": "Northwind Networks", "programme": "alliance",
            "tier": "premier" });
        let partner = boss.post("/v1/operations/partners", partner).await.unwrap();
        let credential = json!({ "name": "Orders", "role": "partner",
            "partner_ids": [partner["id"]] });
        let credential = boss.post("/v1/operations/credentials", credential).await.unwrap();
        let secret = credential["secret"].as_str().unwrap();
        let client = text(&credential["credential"]["id"]);
        let stop: Arc<AtomicBool> = Arc::default();
        let member = |turn| {
            let (stop, client) = (Arc::clone(&stop), client.to_owned());
            Self { client, turn, stop, ..Self::new(servers, secret, &format!("c{turn}"), ledger) }
        };
        (0..size).map(member).collect()
    }

    /// Another of the same team, with keys and customers of its own.
    pub(crate) fn colleague(&self, number: usize) -> Self {
        Self { name: format!("m{number}"), number: 0, turn: number, ..self.clone() }
    }

    /// Asks again where a server looks at what was, and does not find what was made since; but
    /// not for longer than this.
    pub(crate) fn bearing_stale(self, stale: Duration) -> Self {
        Self { stale, ..self }
    }

    /// The same by the published interfaces, where they have the step.
    pub(crate) fn publishing(self) -> Self {
        Self { publishing: true, ..self }
    }

    fn bears(&mut self) -> bool {
        self.stale_since.get_or_insert_with(Instant::now).elapsed() < self.stale
    }

    /// Sells, one customer after the other, until the team is told to stop.
    pub(crate) async fn sell_on(mut self) {
        while self.sell().await.is_some() {}
    }

    /// Tells the whole team to stop. What a member has sent by then it settles.
    pub(crate) fn stop_all(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// The team may sell on.
    pub(crate) fn go_on(&self) {
        self.stop.store(false, Ordering::Relaxed);
    }

    /// From opportunity to order.
    async fn sell(&mut self) -> Option<Value> {
        let customer = format!("Lone Star Dental Group {}-{}", self.name, self.number);
        let address = json!({ "street": "1500 Marilla St", "city": "Dallas", "state": "TX",
            "zip": "75201" });
        let body = json!({ "name": customer, "new_customer":
            { "name": customer, "address": address } });
        let made = self.post("/v1/opportunities", body).await?;
        let quote = format!("/v1/quotes/{}", text(&made["quote"]["id"]));
        let site = json!({ "name": "Dallas", "address": { "street": "208 S Akard St",
            "city": "Dallas", "state": "TX", "zip": "75202" } });
        self.post(&format!("{quote}/sites"), json!({ "sites": [site] })).await?;
        let site = &self.validated(&quote).await?;
        if matches!(text(&site["validation"]["state"]), "close_match" | "ambiguous") {
            let path = format!("{quote}/sites/{}/address-choice", text(&site["id"]));
            self.post(&path, json!({ "choice": 0 })).await?;
        }
        let choice = |name: &str, value: &str| json!({ "name": name, "value": value });
        let features = json!([
            choice("Port Speed", "1G"),
            choice("Access Speed", "1G"),
            choice("Term", "36"),
            choice("Management Option", "AT&T Managed"),
            choice("AT&T Default Router", "Yes"),
            choice("Billing Option", "Flat Rate"),
        ]);
        let body = json!({ "offering": "OFF_ADI_MID_MARKET", "features": features });
        self.post(&format!("{quote}/configuration"), body).await?;
        self.post(&format!("{quote}/price"), json!({})).await?;
        let application = json!({ "business_name": customer, "business_type": "corporation",
            "legal_address": address, "primary_first_name": "Sample",
            "primary_last_name": "Signer", "email": "sample.signer@example.com",
            "years_in_business": 14, "past_due": "0.00" });
        if self.publishing {
            return self.close(text(&made["quote"]["id"]), &customer).await;
        }
        self.approved(&quote, json!({ "application": application })).await?;
        let body = json!({ "signer": signer(), "customer":
            { "company_name": customer, "address": address } });
        let asked = self.post(&format!("{quote}/contracts"), body).await?;
        self.sign(text(&asked["id"])).await?;
        let contact = json!({ "first_name": "Robin", "last_name": "Castellan",
            "email": "robin.castellan@example.com", "phone": "214-555-0142" });
        let body = json!({ "quote_id": made["quote"]["id"], "accept_terms": true,
            "purchase_order": "PO-4711", "primary_contact": contact,
            "alternate_contact": contact });
        self.post("/v1/orders", body).await
    }

    /// Signs a contract once it is out.
    async fn sign(&mut self, contract: &str) -> Option<()> {
        let path = format!("/v1/contracts/{contract}");
        let sent = self.until(&path, |told| told["state"] == "sent").await?;
        let body = json!({ "signer": signer(), "document_sha256": sent["document_sha256"] });
        self.post(&format!("{path}/sign"), body).await.map(drop)
    }

    /// The quote's site when its address is validated. A job that was put aside leaves it
    /// unchecked: then it is asked for again.
    async fn validated(&mut self, quote: &str) -> Option<Value> {
        let path = format!("{quote}/sites");
        let answered = |told: &Value| told["sites"][0]["validation"]["state"] != "requested";
        loop {
            self.post(&format!("{quote}/address-validation"), json!({})).await?;
            let mut sites = self.until(&path, answered).await?;
            if sites["sites"][0]["validation"]["state"] != "unchecked" {
                return Some(sites["sites"][0].take());
            }
        }
    }

    /// Asks for credit until it is approved. A job that was put aside fails its check.
    async fn approved(&mut self, quote: &str, application: Value) -> Option<()> {
        let path = format!("{quote}/credit-checks");
        loop {
            let asked = self.post(&path, application.clone()).await?;
            let path = format!("/v1/credit-checks/{}", text(&asked["id"]));
            let told = self.until(&path, |told| told["state"] != "requested").await?;
            if told["state"] == "approved" {
                return Some(());
            }
            assert_eq!(told["state"], "failed", "{told}");
        }
    }

    /// Sends a command until it is answered, always under the same key. Nothing if it is time to
    /// stop, but then nothing was sent.
    pub(crate) async fn post(&mut self, path: &str, sent: Value) -> Option<Value> {
        if self.stop.load(Ordering::Relaxed) {
            return None;
        }
        self.number += 1;
        let key = format!("{}-{}", self.name, self.number);
        loop {
            let begun = Instant::now();
            let command = Some((["idempotency-key", &key], &sent));
            let answer = self.send(Method::POST, path, command).await;
            let Some((status, replayed, body)) = answer else { continue };
            assert!((200..300).contains(&status), "{path} after {:?}: {body}", begun.elapsed());
            let told = serde_json::from_str(&body).unwrap();
            let (at, path) = (Instant::now(), path.to_owned());
            let entry = Acknowledged { at, path, key, sent, status, body };
            self.ledger.acknowledge(entry, replayed);
            return Some(told);
        }
    }

    /// Sends a command that was acknowledged once more, until it is answered. A key that is
    /// forgotten may well be refused without end: that is an answer too.
    pub(crate) async fn again(&mut self, was: &Acknowledged) -> (u16, bool, String) {
        for _ in 0..ASKED_AGAIN {
            let asked = Some((["idempotency-key", was.key.as_str()], &was.sent));
            if let Some(answer) = self.send(Method::POST, &was.path, asked).await {
                return answer;
            }
        }
        (0, false, "never answered".to_owned())
    }

    /// The status of one read, whatever it is; nothing where there is no answer.
    pub(crate) async fn read_once(&self, path: &str) -> Option<u16> {
        let request = self.http.get(format!("{}{path}", self.servers[0]));
        let answer = request.bearer_auth(&self.secret).send().await;
        answer.ok().map(|answer| answer.status().as_u16())
    }

    /// Looks until it is so.
    async fn until(&mut self, path: &str, so: impl Fn(&Value) -> bool) -> Option<Value> {
        for _ in 0..1000 {
            if self.stop.load(Ordering::Relaxed) {
                return None;
            }
            let answer = self.send(Method::GET, &format!("{path}?wait=3"), None).await;
            let Some((status, _, body)) = answer else { continue };
            assert_eq!(status, 200, "{path}: {body}");
            let told: Value = serde_json::from_str(&body).unwrap();
            if so(&told) {
                return Some(told);
            }
        }
        panic!("{path}: what should come does not come")
    }

    /// One try. Nothing where it is not known what became of it: then the next server's turn is.
    async fn send(
        &mut self,
        method: Method,
        path: &str,
        command: Option<([&str; 2], &Value)>,
    ) -> Option<(u16, bool, String)> {
        let server = &self.servers[self.turn % self.servers.len()];
        let request = self.http.request(method, format!("{server}{path}"));
        let mut request = if path.starts_with("/v1/") {
            request.bearer_auth(&self.secret)
        } else {
            request.header("client_id", &self.client).header("client_secret", &self.secret)
        };
        if let Some(([header, value], body)) = command {
            request = request
                .header(header, value)
                .header("content-type", "application/json")
                .body(body.to_string());
        }
        let at = Instant::now();
        let status = match request.send().await {
            Ok(answer) if answer.status() == 503 => {
                assert!(answer.headers().contains_key("retry-after"), "{path}: 503 without it");
                Some(503)
            }
            Ok(answer) => match whole(answer).await {
                // For some seconds a server may look at a leader that was deposed and does not
                // know. It refuses what is not there yet, and says when to ask again.
                Some((409, _, body)) if body.contains("\"retryable\":\"after\"") => Some(409),
                Some((404, ..)) if self.bears() => Some(404),
                Some(answer) => {
                    self.stale_since = None;
                    return Some(answer);
                }
                None => None,
            },
            Err(error) => {
                assert!(!error.is_timeout(), "{path} hangs");
                None
            }
        };
        self.ledger.not_known(Unknown { at, took: at.elapsed(), status });
        self.turn += 1;
        tokio::time::sleep(PAUSE).await;
        None
    }
}

fn signer() -> Value {
    json!({ "name": "Sample Signer", "title": "Owner", "email": "sample.signer@example.com" })
}

async fn whole(answer: Response) -> Option<(u16, bool, String)> {
    let status = answer.status().as_u16();
    let replayed = answer.headers().contains_key("idempotency-replayed");
    answer.text().await.ok().map(|body| (status, replayed, body))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is not a text"))
}
