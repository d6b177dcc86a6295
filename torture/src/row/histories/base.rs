//! What every history begins with: a database with some partners, their credentials and the
//! carrier's end customers, made once and copied.

use super::sim::alone;
use crate::seeds;
use app::partner::CredentialAdd;
use app::{App, Frozen, Seeded, Settings, load_catalogue};
use axum::Router;
use axum::body::Body;
use domain::catalogue::Catalogue;
use domain::party::{Environment, Role};
use domain::programme::Programmes;
use domain::time::Moment;
use http::Request;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::{Options, Sqlite, Store};
use tower::ServiceExt;

/// When the base is made; histories begin a little later.
pub(super) const BEGINNING: &str = "2026-11-23T15:00:00Z";

/// Somebody who may ask.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    /// `operations`, or the partner's programme.
    pub(super) programme: &'static str,
    pub(super) secret: String,
    /// The credential's id.
    pub(super) client: String,
    /// The partner's id; empty for operations.
    pub(super) id: String,
}

/// What is copied.
#[derive(Debug)]
pub(super) struct Base {
    file: Vec<u8>,
    pub(super) operations: Caller,
    /// Another person of operations.
    pub(super) second: Caller,
    pub(super) partners: Vec<Caller>,
    /// The carrier's end customers.
    pub(super) customers: Vec<String>,
    pub(super) catalogue: Catalogue,
    pub(super) programmes: Programmes,
}

const PARTNERS: [(&str, &str); 5] = [
    ("alliance", "premier"),
    ("aiab", "standard"),
    ("apex", "distributor"),
    ("alliance", "standard"),
    ("apex", "premier"),
];

/// A folder in memory where there is one.
pub(super) fn memory() -> PathBuf {
    let shared = Path::new("/dev/shm");
    if tempfile::tempfile_in(shared).is_ok() { shared.to_owned() } else { std::env::temp_dir() }
}

pub(super) fn open(file: &Path) -> Arc<Sqlite> {
    let options = Options { readers: 1, ..Options::default() };
    Arc::new(Sqlite::open(file, options).expect("a database file"))
}

impl Base {
    /// Makes it, on a runtime of its own.
    pub(super) fn make() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(Self::fill())
    }

    async fn fill() -> Self {
        let folder = tempfile::tempdir_in(memory()).expect("a folder");
        let file = folder.path().join("base.sqlite");
        let engine = open(&file);
        let store = Store::open(engine.clone()).await.expect("a store");
        let (catalogue, programmes) = load_catalogue(None).expect("the shipped catalogue");
        let clock = Arc::new(Frozen::at(Moment::parse(BEGINNING).expect("a moment")));
        let (random, outside) = (Arc::new(Seeded::new(1)), super::outside::builtin());
        let (c, p) = (catalogue.clone(), programmes.clone());
        let app = App::new(store, outside, c, p, clock, random, Settings::default());
        let add = CredentialAdd {
            name: "Operations".to_owned(),
            role: Role::Operations,
            rights: Vec::new(),
        };
        let made = app.system_add_credential(Environment::Test, &add).await.expect("a secret");
        let operations = made.secret;
        let add = CredentialAdd {
            name: "Price desk".to_owned(),
            role: Role::Operations,
            rights: Vec::new(),
        };
        let made = app.system_add_credential(Environment::Test, &add).await.expect("a secret");
        let second = made.secret;
        let router = web::router(app, super::node::options()).expect("a router");
        let ask = |path: &'static str, body: Value| post(&router, &operations, path, body);
        let mut partners = Vec::new();
        for (number, (programme, tier)) in PARTNERS.into_iter().enumerate() {
            let mut new = json!({ "name": format!("Sample Partner {number}"),
                "programme": programme, "tier": tier });
            if programme == "apex" {
                // Whose credit is checked by what the carrier knows of it.
                new["legal"] = json!({ "legal_name": format!("Sample Partner {number}, LLC"),
                    "business_type": "llc", "address": super::bodies::address(number),
                    "contact": super::bodies::contact() });
            }
            let partner = ask("/v1/operations/partners", new).await;
            let id = partner["id"].as_str().expect("an id").to_owned();
            let new = json!({ "name": "Orders", "role": "partner", "partner_ids": [id] });
            let credential = ask("/v1/operations/credentials", new).await;
            let text = |value: &Value| value.as_str().expect("a text").to_owned();
            let (secret, client) =
                (text(&credential["secret"]), text(&credential["credential"]["id"]));
            partners.push(Caller { programme, secret, client, id });
        }
        let mut customers = Vec::new();
        for (number, status) in ["open", "open", "carrier_only"].into_iter().enumerate() {
            let new = json!({ "name": format!("Sample Clinics {number}"),
                "address": super::bodies::address(number), "alliance_status": status,
                "sub_account_id": format!("U8GOM{number}") });
            let made = ask("/v1/operations/customers", new).await;
            customers.push(made["id"].as_str().expect("an id").to_owned());
        }
        drop(router);
        alone(store::Engine::close(&*engine)).expect("it closes");
        let file = std::fs::read(&file).expect("the file");
        let carrier = |secret| {
            let (client, id) = (String::new(), String::new());
            Caller { programme: "operations", secret, client, id }
        };
        let (operations, second) = (carrier(operations), carrier(second));
        Self { file, operations, second, partners, customers, catalogue, programmes }
    }

    /// A copy of it in a file.
    pub(super) fn copy(&self, to: &Path) {
        std::fs::write(to, &self.file).expect("a copy");
    }
}

async fn post(router: &Router, secret: &str, path: &'static str, body: Value) -> Value {
    let request = Request::post(path)
        .header("authorization", format!("Bearer {secret}"))
        .header("content-type", "application/json")
        .header("idempotency-key", seeds::text(seeds::mix(0, &body.to_string())))
        .body(Body::from(body.to_string()))
        .expect("a request");
    let answer = router.clone().oneshot(request).await.expect("an answer");
    let bytes = axum::body::to_bytes(answer.into_body(), usize::MAX).await.expect("a body");
    serde_json::from_slice(&bytes).expect("JSON")
}
