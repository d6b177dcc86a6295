//! Every request many times at once, over three nodes: cut, late, in halves, and under keys that
//! others use too. Each key must have one effect, and one answer, byte for byte.

mod client;
mod desk;
mod judge;
mod key;
mod walk;
mod wire;

use self::client::{Client, Made, Storm, id};
use self::walk::Walk;
use crate::database::Database;
use crate::ledger::Ledger;
use crate::plan::Plan;
use crate::report::Report;
use crate::seeds;
use crate::seller::Seller;
use crate::server::Server;
use axum::Router;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

const NODES: usize = 3;
/// Partners, each with one client.
const CLIENTS: usize = 12;
/// How long the short form may take, whatever it has done by then.
const SHORT: Duration = Duration::from_secs(110);
/// Breaches that are told; the others are counted.
const SHOWN: usize = 10;
/// After so many it is shown well enough.
const ENOUGH: usize = 50;

pub(super) fn run(plan: &Plan, report: &mut Report) {
    report.unit = "keys";
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    for seed in seeds::kept("storm") {
        eprintln!("  storm: again what broke at seed {}", seeds::text(seed));
        let mut again = plan.clone();
        again.seed = seed;
        runtime.block_on(one(&again, plan.of(400, 2000), report));
    }
    let keys = plan.of(5_000, 50_000);
    report.asked += keys;
    runtime.block_on(one(plan, keys, report));
}

/// One storm over a fresh database.
async fn one(plan: &Plan, keys: usize, report: &mut Report) {
    let database = Database::postgres();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut nodes = Vec::new();
    for _ in 0..NODES {
        let mut node = Server::new(plan, folder.path(), &database)
            // A delivery is not looked after again before the end of the storm.
            .with("DEMARC_FULFILMENT__WORKING_DAY_MS", "3600000")
            .with("DEMARC_LOG__FILTER", "warn,demarc=info");
        node.start_again();
        nodes.push(node);
    }
    let begun = Instant::now();
    let urls: Vec<String> = nodes.iter().map(Server::url).collect();
    let hosts = urls.iter().map(|url| url.replacen("http://", "", 1)).collect();
    let (operations, second) = (nodes[0].operations(), nodes[0].operations());
    let (sink, database_too) = (sink().await, Some(database.clone()));
    let storm = Storm {
        nodes: hosts,
        sink,
        operations,
        second,
        database: database_too,
        ..Storm::default()
    };
    let storm = Arc::new(storm);
    let clients = clients(plan, &urls, &storm).await;
    let before = judge::causes(&database).await;
    let walking: Vec<_> =
        clients.into_iter().map(|c| tokio::spawn(walk_on(c, keys, plan.clone()))).collect();
    for client in walking {
        if let Err(e) = client.await {
            report.broke(plan.seed, format!("a client panicked: {e}"));
        }
    }
    let took = begun.elapsed();
    // What was cut may still be under way in a node.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let made = std::mem::take(&mut *storm.made.lock().expect("no panic while it is held"));
    report.done += made.keys.len();
    figures(&made, took, report);
    let missing = missing(&made);
    let mut wrong = judge::judge(&database, &made, &before).await;
    if !missing.is_empty() && made.keys.len() >= 1000 && !plan.time_is_up() {
        wrong.push(format!("these commands took no part: {missing:?}"));
    }
    for what in wrong.iter().take(SHOWN) {
        report.broke(plan.seed, what);
    }
    if wrong.len() > SHOWN {
        report.broke(plan.seed, format!("and {} more", wrong.len() - SHOWN));
    }
}

/// Walks until all clients together have stormed so many keys.
async fn walk_on(mut client: Client, keys: usize, plan: Plan) {
    let first = [Walk::Desk, Walk::Sale, Walk::Light][client.number % 3];
    let mut walk = first;
    let storm = Arc::clone(&client.storm);
    let begun = Instant::now();
    let over = || {
        let broken = storm.made.lock().expect("no panic while it is held").wrong.len();
        let late = plan.of(begun.elapsed() > SHORT, false) || plan.time_is_up();
        storm.keys.load(Ordering::Relaxed) >= keys || late || broken > ENOUGH
    };
    while !over() {
        // A walk that cannot go on has noted why.
        let _ = client.take(walk).await;
        walk = match client.dice.u8(0..10) {
            0 => Walk::Desk,
            1 | 2 => Walk::Sale,
            _ => Walk::Light,
        };
        if client.number == 0 {
            eprintln!("  storm: {} keys", storm.keys.load(Ordering::Relaxed));
        }
    }
}

/// A partner for each client.
async fn clients(plan: &Plan, urls: &[String], storm: &Arc<Storm>) -> Vec<Client> {
    let ledger = Arc::new(Ledger::default());
    let mut boss = Seller::new(urls, &storm.operations, "operations", &ledger);
    let mut clients = Vec::new();
    for number in 0..CLIENTS {
        let new = json!({ "name": format!("Northwind Networks {number}"),
            "programme": "alliance", "tier": "standard" });
        let partner = boss.post("/v1/operations/partners", new).await.expect("it goes on");
        let new = json!({ "name": "Orders", "role": "partner", "partner_ids": [partner["id"]] });
        let minted = boss.post("/v1/operations/credentials", new).await.expect("it goes on");
        clients.push(Client {
            storm: Arc::clone(storm),
            number,
            dice: plan.dice(&format!("client {number}")),
            partner: id(&partner["id"]),
            secret: id(&minted["secret"]),
            walk: 0,
            step: 0,
        });
    }
    clients
}

/// A receiver of webhooks that takes everything.
async fn sink() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let router = Router::new().fallback(|| async { http::StatusCode::NO_CONTENT });
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}/")
}

fn figures(made: &Made, took: Duration, report: &mut Report) {
    let replays: usize = made.keys.iter().map(|done| done.replays.len()).sum();
    let unseen = made.keys.iter().filter(|done| done.first.is_none()).count();
    report.figure("sends", made.sends);
    report.figure("cut by the client", made.cut);
    report.figure("replays compared", replays);
    report.figure("keys whose first answer nobody read", unseen);
    report.figure("keys with two bodies at once", made.rivals);
    report.figure("refused as another request's key", made.reused);
    report.figure("told to come back with the same key", made.later);
    let done: BTreeSet<String> = operations(made);
    report.figure("kinds of command", format!("{} of {}", done.len(), commands().len()));
    let rate = made.keys.len() as u64 * 10 / took.as_secs().max(1);
    report.figure("keys a second", format!("{}.{}", rate / 10, rate % 10));
}

/// The paths of the documented commands.
fn commands() -> BTreeSet<String> {
    let document = web::openapi();
    let paths = document["paths"].as_object().expect("paths");
    let keyed = |operation: &Value| {
        let parameters = operation["parameters"].as_array();
        let mut names = parameters.into_iter().flatten().filter_map(|p| p["$ref"].as_str());
        names.any(|name| name == "#/components/parameters/IdempotencyKey")
    };
    paths.iter().filter(|(_, item)| keyed(&item["post"])).map(|(path, _)| path.clone()).collect()
}

/// Those of them that were made.
fn operations(made: &Made) -> BTreeSet<String> {
    let commands = commands();
    let fits = |template: &&String, path: &str| {
        let (mut one, mut two) = (template.split('/'), path.split('/'));
        let same = one.by_ref().zip(two.by_ref()).all(|(w, p)| w.starts_with('{') || w == p);
        same && template.split('/').count() == path.split('/').count()
    };
    let of = |path: &str| commands.iter().find(|template| fits(template, path)).cloned();
    made.keys.iter().filter_map(|done| of(&done.asked.path)).collect()
}

fn missing(made: &Made) -> Vec<String> {
    let done = operations(made);
    commands().into_iter().filter(|template| !done.contains(template)).collect()
}
