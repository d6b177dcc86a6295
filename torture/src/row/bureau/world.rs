//! A server in this process, on a file, with a bureau of ours and a clock that can run fast: then
//! what is tried again after minutes is tried again within seconds.

use super::liar::Liar;
use crate::wire::Wire;
use app::partner::CredentialAdd;
use app::{App, Clock, Outside, Seeded, Settings, SystemClock, Webhooks, Worker, load_catalogue};
use connect::address::BuiltinAddressCheck;
use connect::fulfilment::Simulator;
use connect::keys::Keyring;
use connect::serviceability::TableServiceCheck;
use connect::signature::BuiltinDesk;
use connect::webhook::{Unable, Walls};
use domain::party::{Environment, Role};
use domain::time::Moment;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use std::time::Instant;
use store::{Options, Sqlite, Store};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// So many seconds of its clock pass in one of ours when it runs fast.
const SPEED: i64 = 600;
/// Milliseconds, of our clock, that a call of the bureau may take.
const CALL_MS: i64 = 2_000;
/// Milliseconds, of its clock, that a job is leased for: ten of our seconds, so that none ends
/// while a call is under way.
const LEASE_MS: i64 = 10_000 * SPEED;

/// The machine's clock until it is told to run fast.
#[derive(Debug)]
pub(super) struct Gait(Mutex<(Moment, Instant, i64)>);

impl Gait {
    fn start() -> Self {
        Self(Mutex::new((SystemClock.now(), Instant::now(), 1)))
    }

    /// From now on every second of ours is `SPEED` of its own.
    pub(super) fn run_fast(&self) {
        let now = self.now();
        *self.0.lock().expect("no panic while it is held") = (now, Instant::now(), SPEED);
    }
}

impl Clock for Gait {
    fn now(&self) -> Moment {
        let (began, since, speed) = *self.0.lock().expect("no panic while it is held");
        let ms = i64::try_from(since.elapsed().as_millis()).unwrap_or(i64::MAX);
        began.plus_ms(ms * speed)
    }
}

pub(super) struct World {
    pub(super) app: Arc<App>,
    pub(super) clock: Arc<Gait>,
    pub(super) url: String,
    pub(super) operations: String,
    pub(super) partner: String,
    stop: watch::Sender<bool>,
    running: JoinSet<()>,
    _folder: TempDir,
}

impl World {
    pub(super) async fn start(bureau: Arc<Liar>, seed: u64) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let options = Options { exclusive_server: true, ..Options::default() };
        let file = folder.path().join("demarc.sqlite");
        let engine = Arc::new(Sqlite::open(file, options).expect("a database"));
        let store = Store::open(engine).await.expect("a store");
        let post = Arc::new(Unable);
        let webhooks = Webhooks { post, test: Walls::sandbox(), live: Walls::public() };
        let outside = Outside {
            address: Arc::new(BuiltinAddressCheck::new()),
            serviceability: Arc::new(TableServiceCheck::shipped().expect("a sound table")),
            credit: bureau,
            signature: Arc::new(BuiltinDesk),
            fulfilment: Arc::new(Simulator::new(1000)),
            webhooks,
            keys: Arc::new(Keyring::open_to_all()),
        };
        let (catalogue, programmes) = load_catalogue(None).expect("the shipped catalogue");
        let clock = Arc::new(Gait::start());
        let random = Arc::new(Seeded::new(seed));
        let settings =
            Settings { connector_timeout_ms: CALL_MS, lease_ms: LEASE_MS, ..Settings::default() };
        let app = App::new(store, outside, catalogue, programmes, clock.clone(), random, settings);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let (stop, stopped) = watch::channel(false);
        let mut running = JoinSet::new();
        let options = web::Options { limits: web::Limits::OFF, ..web::Options::default() };
        let serving = web::serve(app.clone(), listener, options, stopped.clone());
        running.spawn(async { serving.await.expect("the server ends well") });
        running.spawn(Worker::new(app.clone()).run(stopped.clone()));
        running.spawn(app::keep_feed(app.clone(), stopped));
        let add = CredentialAdd {
            name: "night shift".to_owned(),
            role: Role::Operations,
            rights: Vec::new(),
        };
        let minted = app.system_add_credential(Environment::Test, &add).await;
        let operations = minted.expect("a credential").secret;
        let partner = partner(&url, &operations).await;
        Self { app, clock, url, operations, partner, stop, running, _folder: folder }
    }

    /// Ends it in order.
    pub(super) async fn end(mut self) {
        self.stop.send_replace(true);
        while self.running.join_next().await.is_some() {}
        self.app.store.close().await.expect("the store closes");
    }
}

/// The secret of a new partner.
async fn partner(url: &str, operations: &str) -> String {
    let mut wire = Wire::new(url, operations);
    let new = json!({ "name": "Northwind Networks", "programme": "alliance", "tier": "premier" });
    let partner = made(&mut wire, "/v1/operations/partners", "p", &new).await;
    let new = json!({ "name": "Orders", "role": "partner", "partner_ids": [partner["id"]] });
    let made = made(&mut wire, "/v1/operations/credentials", "c", &new).await;
    made["secret"].as_str().expect("a secret").to_owned()
}

/// The answer to a command that must succeed.
pub(super) async fn made(wire: &mut Wire, path: &str, key: &str, body: &Value) -> Value {
    let reply = wire.post(path, key, &body.to_string()).await.expect("an answer");
    let told = reply.json();
    assert!((200..300).contains(&reply.status), "{path}: {} {told}", reply.status);
    told
}
