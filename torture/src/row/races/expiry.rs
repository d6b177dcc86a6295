//! An approval of credit that ends while contracts are asked for: servers of this process, whose
//! clock stands still but for the steps over that moment.

use super::arena::{Arena, CLIENTS, Shot};
use super::desk;
use super::flow::Sale;
use super::judge::Verdicts;
use crate::database::Database;
use app::partner::CredentialAdd;
use app::{App, Clock, Frozen, OsRandom, Outside, Settings, Webhooks, Worker, load_catalogue};
use connect::address::BuiltinAddressCheck;
use connect::credit::BuiltinBureau;
use connect::fulfilment::Simulator;
use connect::keys::Keyring;
use connect::serviceability::TableServiceCheck;
use connect::signature::BuiltinDesk;
use connect::webhook::{Unable, Walls};
use domain::contract::Contract;
use domain::credit::CreditPolicy;
use domain::party::{Environment, Role};
use domain::time::Moment;
use fastrand::Rng;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use web::Limits;

const DAY_MS: i64 = 86_400_000;
/// Quotes of one customer, each asked for its contract by some of the clients.
const QUOTES: usize = 8;
/// Steps of the clock, a millisecond each, some before the approval ends and some after.
const STEPS: i64 = 8;

/// Servers on one database, with one clock.
pub(super) struct World {
    pub(super) arena: Arc<Arena>,
    clock: Arc<Frozen>,
    stop: watch::Sender<bool>,
}

impl World {
    pub(super) async fn start(database: &Database, nodes: usize, now: Moment) -> Self {
        let clock = Arc::new(Frozen::at(now));
        let (stop, stopped) = watch::channel(false);
        let (mut servers, mut secret) = (Vec::new(), String::new());
        for _ in 0..nodes {
            let (catalogue, programmes) = load_catalogue(None).expect("the shipped catalogue");
            let (store, random) = (database.open().await, Arc::new(OsRandom));
            let settings = Settings::default();
            let app =
                App::new(store, outside(), catalogue, programmes, clock.clone(), random, settings);
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
            servers.push(format!("http://{}", listener.local_addr().expect("an address")));
            let add = CredentialAdd {
                name: "night shift".to_owned(),
                role: Role::Operations,
                rights: Vec::new(),
            };
            let minted = app.system_add_credential(Environment::Test, &add).await;
            secret = minted.expect("a credential").secret;
            let options = web::Options { limits: Limits::OFF, ..web::Options::default() };
            tokio::spawn(Worker::new(app.clone()).run(stopped.clone()));
            tokio::spawn(app::keep_feed(app.clone(), stopped.clone()));
            tokio::spawn(web::serve(app, listener, options, stopped.clone()));
        }
        Self { arena: Arc::new(Arena::enter(servers, secret).await), clock, stop }
    }

    pub(super) fn end(&self) {
        self.stop.send_replace(true);
    }

    /// One customer's quotes, an approval that covers each, and contracts asked for by all while it
    /// ends. Answers how many contracts there were.
    pub(super) async fn round(
        &self,
        database: &Database,
        seed: u64,
        verdicts: &mut Verdicts,
    ) -> usize {
        let mut dice = Rng::with_seed(seed);
        let first = Sale::open(&self.arena).await;
        first.price(json!({})).await;
        let approved = self.clock.now();
        first.credit().await;
        let policy = CreditPolicy::shipped().expect("the shipped policy");
        let ends = approved.plus_days(policy.approval_days());
        // An offer does not last that long.
        self.clock.advance_ms(40 * DAY_MS);
        let mut sales = vec![first];
        for _ in 1..QUOTES {
            let sale = sales[0].another().await;
            sales.push(sale);
        }
        for sale in &sales {
            sale.price(json!({})).await;
        }
        let before = dice.i64(1..STEPS);
        self.clock.advance_ms(ends.ms() - self.clock.now().ms() - before);
        let name = "contract or the end of credit";
        *verdicts.races.entry(name).or_default() += 1;
        let clock = Arc::clone(&self.clock);
        let pauses: Vec<u64> = (0..STEPS).map(|_| dice.u64(200..8_000)).collect();
        let stepping = tokio::spawn(async move {
            for pause in pauses {
                tokio::time::sleep(Duration::from_micros(pause)).await;
                clock.advance_ms(1);
            }
        });
        let shots = (0..CLIENTS).map(|n| {
            let (path, body) = sales[n % QUOTES].contract();
            Shot::post("contract", path, body)
        });
        let told = self.arena.race(&mut dice, shots.collect()).await;
        stepping.await.expect("no panic");
        verdicts.must(self.clock.now() >= ends, || "the clock did not pass the end".to_owned());
        for told in told.iter().filter(|told| !told.won()) {
            let why = told.body["errors"][0]["code"].as_str().unwrap_or_default();
            let coded = told.code == "already_exists" || why == "credit_expired";
            verdicts.must(coded, || format!("{name}: {} {}", told.status, told.text));
            *verdicts.refused.entry(told.code.clone()).or_default() += 1;
        }
        let won = told.iter().filter(|told| told.won()).count();
        let mut made = 0;
        for sale in &sales {
            // Whoever asks now comes too late, whether there is a contract or not.
            let (path, body) = sale.contract();
            let late = self.arena.race(&mut dice, vec![Shot::post("late", path, body)]).await;
            verdicts.must(late.iter().all(|told| !told.won()), || {
                format!("{name}: {} after the approval had ended", late[0].text)
            });
            made += usize::from(late.iter().any(|told| told.code == "already_exists"));
        }
        verdicts.must(won == made, || format!("{name}: {won} told of {made} contracts"));
        verdicts.broken.extend(too_late(database, ends, &sales).await);
        // Every offer has ended by then.
        self.clock.advance_ms(100 * DAY_MS);
        let sale = dice.choice(&sales).expect("a sale");
        desk::reopened(&self.arena, &mut dice, verdicts, sale).await;
        won
    }
}

/// Contracts of these quotes that were made after their approval had ended.
async fn too_late(database: &Database, ends: Moment, sales: &[Sale<'_>]) -> Vec<String> {
    let rows = database.rows("select doc from contract").await;
    let contracts = rows.iter().map(|row| {
        serde_json::from_str::<Contract>(row.text(0).expect("a text")).expect("a contract")
    });
    let of_these =
        |contract: &Contract| sales.iter().any(|sale| sale.quote_id == contract.quote.to_string());
    let late = contracts.filter(|c| of_these(c) && c.created_at >= ends);
    late.map(|c| format!("contract {} is of {}, after {ends}", c.id, c.created_at)).collect()
}

fn outside() -> Outside {
    Outside {
        address: Arc::new(BuiltinAddressCheck::new()),
        serviceability: Arc::new(TableServiceCheck::shipped().expect("a sound table")),
        credit: Arc::new(BuiltinBureau),
        signature: Arc::new(BuiltinDesk),
        fulfilment: Arc::new(Simulator::new(DAY_MS)),
        keys: Arc::new(Keyring::open_to_all()),
        webhooks: Webhooks {
            post: Arc::new(Unable),
            test: Walls::sandbox(),
            live: Walls::public(),
        },
    }
}
