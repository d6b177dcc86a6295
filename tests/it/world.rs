//! A world for tests: a real server on loopback over a real store, with a clock that stands
//! still, randomness that repeats, and jobs that run when told.

mod end;

use crate::client::Client;
use crate::engines::Watched;
use crate::receivers::Receivers;
use app::load_catalogue;
use app::partner::CredentialAdd;
use app::{App, Clock, Frozen, Outside, Problem, Seeded, Sender, Settings, Webhooks, Worker};
use connect::address::BuiltinAddressCheck;
use connect::credit::BuiltinBureau;
use connect::fulfilment::Simulator;
use connect::keys::Keyring;
use connect::serviceability::TableServiceCheck;
use connect::signature::BuiltinDesk;
use connect::webhook::Walls;
use domain::party::{Environment, Right, Role};
use domain::time::Moment;
use end::End;
use pgtest::Cluster;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use store::{
    Change, Engine, Options, Postgres, PostgresOptions, Query, Row, Sqlite, Statement, Store,
};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use web::{Dialects, Limits};

/// When the world begins.
pub(crate) const BEGINNING: &str = "2026-11-23T15:00:00Z";
/// The largest body that its server reads.
pub(crate) const MAX_BODY_BYTES: usize = 64 * 1024;
/// A day of the clock, in milliseconds.
pub(crate) const DAY_MS: i64 = 86_400_000;

pub(crate) struct World {
    pub(crate) app: Arc<App>,
    pub(crate) clock: Arc<Frozen>,
    /// The carrier's operations.
    pub(crate) operations: Client,
    engine: Arc<Watched>,
    base: String,
    worker: Worker,
    sender: Sender,
    /// What its webhooks meet.
    pub(crate) receivers: Arc<Receivers>,
    stop: watch::Sender<bool>,
    server: Option<JoinHandle<std::io::Result<()>>>,
    /// Before its home, which it looks into.
    end: End,
    home: Home,
    /// How many worlds were made from this one; each has its own randomness.
    made: AtomicU64,
}

impl World {
    /// A fresh world on the database that this program tests.
    pub(crate) async fn start() -> Self {
        Self::start_as(Plan::default()).await
    }

    /// The same, whose server keeps to `limits`.
    pub(crate) async fn start_within(limits: Limits) -> Self {
        Self::start_as(Plan { limits, ..Plan::default() }).await
    }

    /// The same with other outside systems and settings.
    pub(crate) async fn start_with(outside: Outside, settings: Settings) -> Self {
        Self::start_as(Plan { outside, settings, ..Plan::default() }).await
    }

    /// The same whose published interfaces are set so.
    pub(crate) async fn start_speaking(dialects: Dialects) -> Self {
        Self::start_as(Plan { dialects, ..Plan::default() }).await
    }

    async fn start_as(plan: Plan) -> Self {
        let beginning = Moment::parse(BEGINNING).expect("a moment");
        let mut world = Self::build(Home::fresh(), beginning, 7, plan).await;
        let secret = world.operations_secret(Environment::Test).await;
        world.operations = world.client(&secret);
        world
    }

    async fn build(home: Home, now: Moment, seed: u64, plan: Plan) -> Self {
        let Plan { outside, settings, limits, dialects } = plan;
        let engine = Arc::new(Watched::new(home.open().await));
        let store = Store::open(engine.clone()).await.expect("a store");
        let clock = Arc::new(Frozen::at(now));
        let receivers = Arc::new(Receivers::default());
        let outside = Outside { webhooks: webhooks(receivers.clone()), ..outside };
        let (catalogue, programmes) = load_catalogue(None).expect("the shipped catalogue");
        let random = Arc::new(Seeded::new(seed));
        let app = App::new(store, outside, catalogue, programmes, clock.clone(), random, settings);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let (stop, stopped) = watch::channel(false);
        let options =
            web::Options { max_body_bytes: MAX_BODY_BYTES, limits, dialects: Arc::new(dialects) };
        let server = tokio::spawn(web::serve(app.clone(), listener, options, stopped));
        let operations = Client::new(&base, "");
        let worker = Worker::new(app.clone());
        let sender = Sender::new(app.clone(), web::tell);
        let (server, made) = (Some(server), AtomicU64::new(0));
        let end = End::of(&home);
        Self {
            app,
            clock,
            operations,
            engine,
            base,
            worker,
            sender,
            receivers,
            stop,
            server,
            end,
            home,
            made,
        }
    }

    /// Another node on the same database, with the same clock.
    pub(crate) fn node(&self, outside: Outside) -> Arc<App> {
        let (catalogue, programmes) = load_catalogue(None).expect("the shipped catalogue");
        let (store, clock) = (self.app.store.clone(), self.clock.clone());
        let random = Arc::new(Seeded::new(99));
        App::new(store, outside, catalogue, programmes, clock, random, self.app.settings)
    }

    async fn operations_secret(&self, at: Environment) -> String {
        let (name, rights) = ("night shift".to_owned(), Right::ALL.to_vec());
        let add = CredentialAdd { name, role: Role::Operations, rights };
        self.app.system_add_credential(at, &add).await.expect("a secret").secret
    }

    /// Operations of the live environment, where the tests' other things are not.
    pub(crate) async fn live_operations(&self) -> Client {
        self.client(&self.operations_secret(Environment::Live).await)
    }

    /// The same world once more, from a copy of its memory: what happens there leaves this one
    /// as it is. Secrets and ids are the same.
    pub(crate) async fn fork(&self) -> Self {
        let seed = 1000 * (self.made.fetch_add(1, Ordering::SeqCst) + 1);
        let mut world =
            Self::build(self.home.copy(), self.clock.now(), seed, Plan::default()).await;
        world.operations = world.client(self.operations.secret());
        world
    }

    /// Another node on the same database.
    pub(crate) async fn beside(&self) -> Self {
        let Home::Database(url) = &self.home else { panic!("a file has one server") };
        let seed = 1000 * (self.made.fetch_add(1, Ordering::SeqCst) + 1);
        Self::build(Home::Database(url.clone()), self.clock.now(), seed, Plan::default()).await
    }

    /// Stops the server, closes the store, and starts both again on the same file.
    pub(crate) async fn restart(mut self) -> Self {
        self.stopped().await;
        // The world goes on, and is judged when that one ends.
        self.end.is_not_judged();
        self.app.store.close().await.expect("the store closes");
        let (now, secret, home) =
            (self.clock.now(), self.operations.secret().to_owned(), self.home);
        drop((self.app, self.worker, self.sender, self.engine, self.end));
        let mut world = Self::build(home, now, 77, Plan::default()).await;
        world.operations = world.client(&secret);
        world
    }

    /// Runs every job that is due. A test that forgets some finds them with `jobs_left`.
    pub(crate) async fn run_jobs(&self) -> usize {
        self.worker.drain().await.expect("jobs run")
    }

    /// The same where it may fail.
    pub(crate) async fn try_jobs(&self) -> Result<usize, Problem> {
        self.worker.drain().await
    }

    /// Places events as they are committed, as a server does, until the world stops.
    pub(crate) fn keep_feed(&self) {
        tokio::spawn(app::keep_feed(self.app.clone(), self.stop.subscribe()));
    }

    /// Sends every webhook that is due.
    pub(crate) async fn send_webhooks(&self) -> usize {
        self.sender.drain().await.expect("webhooks are sent")
    }

    pub(crate) async fn jobs_left(&self) -> i64 {
        self.app.store.ask(store::job::open()).await.expect("a count")
    }

    /// A client with any secret.
    pub(crate) fn client(&self, secret: &str) -> Client {
        Client::new(&self.base, secret)
    }

    /// Where the server listens.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// The database file.
    pub(crate) fn file(&self) -> PathBuf {
        match &self.home {
            Home::Folder(folder) => file(folder.path()),
            Home::Database(url) => panic!("{url} is no file"),
        }
    }

    /// A fresh partner of a programme, with its credential.
    pub(crate) async fn partner(&self, programme: &str) -> Client {
        let new = json!({ "name": format!("Sample {programme} partner"), "programme": programme,
            "tier": "standard" });
        let partner = self.operations.post("/v1/operations/partners", &new).await.expect(201);
        let new =
            json!({ "name": "order desk", "role": "partner", "partner_ids": [partner["id"]] });
        let minted = self.operations.post("/v1/operations/credentials", &new).await.expect(201);
        self.client(minted["secret"].as_str().expect("a secret"))
    }

    /// Its engine, to be watched and hindered.
    pub(crate) fn engine(&self) -> &Watched {
        &self.engine
    }

    /// Does `act`, and waits until it has led to a write.
    pub(crate) async fn writing<T: Send + 'static>(
        &self,
        act: impl Future<Output = T> + Send + 'static,
    ) -> JoinHandle<T> {
        let before = self.engine.writes();
        let acting = tokio::spawn(act);
        pgtest::until("it has led to a write", async || self.engine.writes() > before).await;
        acting
    }

    /// Tells the server to stop.
    pub(crate) fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// Tells the server to stop and waits until it has.
    pub(crate) async fn stopped(&mut self) {
        self.stop();
        if let Some(server) = self.server.take() {
            server.await.expect("no panic").expect("the server ends well");
        }
    }

    /// Asks the database itself.
    pub(crate) async fn rows(&self, sql: &'static str) -> Vec<Row> {
        let mut answers = self.engine.read(vec![Query::new(sql, [])]).await.expect("rows");
        answers.remove(0)
    }

    /// Says that what is written here makes no sense together, so that nobody asks at the end.
    pub(crate) fn is_made_up(&self) {
        self.end.is_not_judged();
    }

    /// Changes the database behind the server's back.
    pub(crate) async fn damage(&self, sql: &'static str) {
        self.is_made_up();
        let change = Change::new([Statement::new(sql, [])]).alone();
        let written = self.engine.write(change).await.expect("a write");
        assert!(written.is_done(), "{sql}: {written:?}");
    }

    /// Everything that the memory holds, table by table.
    pub(crate) async fn memory(&self) -> Vec<(&'static str, Vec<Row>)> {
        let mut tables = Vec::with_capacity(TABLES.len());
        for (table, sql) in TABLES {
            tables.push((table, self.rows(sql).await));
        }
        tables
    }
}

/// The outside as it is shipped.
pub(crate) fn builtin() -> Outside {
    Outside {
        address: Arc::new(BuiltinAddressCheck::new()),
        serviceability: Arc::new(TableServiceCheck::shipped().expect("a sound table")),
        credit: Arc::new(BuiltinBureau),
        signature: Arc::new(BuiltinDesk),
        // A working day takes a second of the frozen clock.
        fulfilment: Arc::new(Simulator::new(1000)),
        webhooks: webhooks(Arc::default()),
        keys: Arc::new(Keyring::open_to_all()),
    }
}

fn webhooks(receivers: Arc<Receivers>) -> Webhooks {
    Webhooks { post: receivers, test: Walls::sandbox(), live: Walls::public() }
}

/// How a world is made.
struct Plan {
    /// Its webhooks go to the world's receivers.
    outside: Outside,
    settings: Settings,
    limits: Limits,
    dialects: Dialects,
}

impl Default for Plan {
    fn default() -> Self {
        let (settings, dialects) = (Settings::default(), Dialects::default());
        Self { outside: builtin(), settings, limits: Limits::OFF, dialects }
    }
}

/// Where a world's memory is kept.
enum Home {
    Folder(TempDir),
    Database(String),
}

impl Home {
    fn fresh() -> Self {
        // Migrated once: what a migration does to each database is tested by itself.
        static MIGRATED: OnceLock<String> = OnceLock::new();
        if crate::ON_POSTGRES {
            let migrated = MIGRATED.get_or_init(|| {
                // A thread with a runtime of its own, since its connections end with it.
                std::thread::spawn(migrated).join().expect("a migrated database")
            });
            Self::Database(Cluster::shared().like(migrated))
        } else {
            Self::folder()
        }
    }

    fn folder() -> Self {
        Self::Folder(tempfile::tempdir().expect("a temporary folder"))
    }

    async fn open(&self) -> Arc<dyn Engine> {
        match self {
            Self::Folder(folder) => sqlite(folder.path()),
            Self::Database(url) => {
                let options = PostgresOptions { pool: 4, ..PostgresOptions::default() };
                Arc::new(Postgres::connect(url, options).await.expect("a database"))
            }
        }
    }

    /// Another with the same in it.
    fn copy(&self) -> Self {
        let copy = match self {
            Self::Folder(_) => Self::folder(),
            Self::Database(url) => Self::Database(Cluster::shared().copy(url)),
        };
        if let (Self::Folder(from), Self::Folder(to)) = (self, &copy) {
            for name in ["demarc.sqlite", "demarc.sqlite-wal"] {
                let from = from.path().join(name);
                if from.exists() {
                    std::fs::copy(from, to.path().join(name)).expect("a copy");
                }
            }
        }
        copy
    }
}

/// The URL of a database that is migrated, and empty.
fn migrated() -> String {
    let url = Cluster::shared().database();
    let home = Home::Database(url.clone());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let store = Store::open(home.open().await).await.expect("a store");
        store.close().await.expect("the store closes");
    });
    url
}

/// A database file in a folder, held as by the one server.
pub(crate) fn sqlite(folder: &Path) -> Arc<dyn Engine> {
    let options = Options { exclusive_server: true, ..Options::default() };
    Arc::new(Sqlite::open(file(folder), options).expect("a database"))
}

fn file(folder: &Path) -> PathBuf {
    folder.join("demarc.sqlite")
}

/// Every table, and how to read all of it.
const TABLES: [(&str, &str); 35] = [
    ("partner", "select id, version, doc from partner order by id"),
    ("credential", "select id, version, doc from credential order by id"),
    ("account", "select id, version, doc from account order by id"),
    ("exception_request", "select id, version, doc from exception_request order by id"),
    ("opportunity", "select id, version, doc from opportunity order by id"),
    ("quote", "select id, version, doc from quote order by id"),
    ("site", "select id, version, doc from site order by id"),
    ("credit_check", "select id, version, doc from credit_check order by id"),
    ("contract", "select id, version, doc from contract order by id"),
    ("document", "select contract, body from document order by contract"),
    ("orders", "select id, version, doc from orders order by id"),
    ("sub_order", "select id, version, doc from sub_order order by id"),
    ("billing_account", "select id, version, doc from billing_account order by id"),
    ("customer_group", "select id, version, doc from customer_group order by id"),
    ("event", "select id, object, sequence, doc from event order by id"),
    ("job", "select id, state, due_at, tries, doc from job order by id"),
    (
        "idempotency",
        "select tenant, name, fingerprint, body from idempotency order by tenant, name",
    ),
    ("feed", "select name from feed"),
    ("webhook_endpoint", "select id, version, doc from webhook_endpoint order by id"),
    ("subscription", "select endpoint, kind from subscription order by endpoint, kind"),
    ("sender_turn", "select endpoint, epoch from sender_turn order by endpoint"),
    (
        "delivery",
        "select endpoint, event, state, tries, doc from delivery order by event, endpoint",
    ),
    ("promotion_use", "select tenant, code, uses, amount from promotion_use order by code"),
    (
        "promotion_spend",
        "select contract, code, amount from promotion_spend order by contract, code",
    ),
    ("import", "select id, version, doc from import order by id"),
    ("import_file", "select import, body from import_file order by import"),
    ("catalogue_version", "select id, version, doc from catalogue_version order by id"),
    ("catalogue_files", "select digest, body from catalogue_files order by digest"),
    (
        "account_word",
        "select word, account, state, city, zip, owner from account_word order by word, account",
    ),
    (
        "account_spelling",
        "select distinct key, word, owner from account_spelling order by key, word, owner",
    ),
    ("account_acid", "select acid, account from account_acid order by acid"),
    (
        "data_key",
        "select subject, number, sealed_by, sealed from data_key order by subject, number",
    ),
    ("test_clock", "select id, version, doc from test_clock order by id"),
    (
        "order_identifier",
        "select kind, value, orders, sub_order from order_identifier order by kind, value, orders, \
         sub_order",
    ),
    ("letter_of_agency", "select id, version, doc from letter_of_agency order by id"),
];

#[test]
fn the_memory_is_compared_whole() {
    let made: Vec<&str> = store::MIGRATIONS
        .iter()
        .flat_map(|m| m.sql.split("create table ").skip(1))
        .filter_map(|rest| rest.split_whitespace().next())
        .collect();
    let read: Vec<&str> = TABLES.iter().map(|(table, _)| *table).collect();
    assert_eq!(made, read);
}
