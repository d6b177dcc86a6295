//! Backup, restore and doctor as their user meets them: real servers under load, files that are
//! not what they seem, places that are taken.

#[path = "backup/client.rs"]
mod client;
#[expect(dead_code, reason = "shared with `demo`, which needs more of it")]
#[path = "../src/flow.rs"]
mod flow;
#[path = "../src/command/bench/sale.rs"]
mod sale;
#[path = "../src/sites.rs"]
mod sites;
#[path = "../src/steps.rs"]
mod steps;

use client::{Client, Ledger};
use sale::Seller;
use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::task::JoinSet;

/// Clients at once.
const CLIENTS: usize = 4;
/// Acknowledgements before the backup begins.
const BEFORE: usize = 55;

/// A folder to work in and the database that the program is told of.
struct Place {
    folder: tempfile::TempDir,
    url: Option<String>,
}

impl Place {
    fn file() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), url: None }
    }

    fn database() -> Self {
        Self { url: Some(pgtest::Cluster::shared().database()), ..Self::file() }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn demarc(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_demarc"));
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("DEMARC_") {
                command.env_remove(name);
            }
        }
        if let Some(url) = &self.url {
            command.env("DEMARC_DATABASE", url);
            // Where the cluster's programs were unpacked, its tools are beside them.
            let path = std::env::var_os("PATH").unwrap_or_default();
            let mut folders = vec![pgtest::programs()];
            folders.extend(std::env::split_paths(&path));
            command.env("PATH", std::env::join_paths(folders).unwrap());
        }
        command.env("DEMARC_FULFILMENT__WORKING_DAY_MS", "0");
        command.args(args).current_dir(self.path()).stdin(Stdio::null());
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        self.demarc(args).output().unwrap()
    }

    /// Runs it to its good end; answers the JSON that it prints.
    fn json(&self, args: &[&str]) -> Value {
        let mut args = args.to_vec();
        args.push("--json");
        let ended = self.run(&args);
        assert!(ended.status.success(), "{args:?}: {}{}", stderr(&ended), stdout(&ended));
        serde_json::from_slice(&ended.stdout).unwrap()
    }

    fn serve(&self) -> Server {
        let mut process = self
            .demarc(&["serve", "--listen", "127.0.0.1:0"])
            .env("DEMARC_LOG__FORMAT", "json")
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(process.stderr.take().unwrap()).lines();
        let url = loop {
            let line = log.next().expect("the server ended early").unwrap();
            let line: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("{line}"));
            if line["message"] == "serving" {
                break line["url"].as_str().unwrap().to_owned();
            }
        };
        std::thread::spawn(move || log.for_each(drop));
        Server { process, url }
    }

    /// A partner's secret.
    fn partner(&self) -> String {
        let add = ["partner", "add", "--name", "Sample", "--programme", "alliance", "--tier"];
        let made = self.json(&[&add[..], &["premier"]].concat());
        let id = made["id"].as_str().unwrap();
        let made = self.json(&["credential", "add", "--role", "partner", "--partner", id]);
        made["secret"].as_str().unwrap().to_owned()
    }
}

/// A running server, killed when the test ends.
struct Server {
    process: Child,
    url: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Sells on `server` with several clients, takes a backup in the midst, restores it elsewhere,
/// and asks there for every acknowledgement that was received before the backup began.
async fn a_backup_under_load_is_whole(here: Place, there: Place) {
    let server = here.serve();
    let secret = here.partner();
    let ledger = Ledger::default();
    let enough = Arc::new(AtomicBool::new(false));
    let sites = sites::read("sample", sites::SAMPLE).unwrap();
    let sites: Arc<[sites::SiteRow]> = sites.into_iter().take(2).collect();
    let mut sellers = JoinSet::new();
    for n in 0..CLIENTS {
        let client = Client::new(&server.url, &secret, &format!("seller-{n}"), ledger.clone());
        let (seller, sites, enough) = (Seller { client }, sites.clone(), enough.clone());
        sellers.spawn(async move {
            while !enough.load(Ordering::SeqCst) {
                seller.sell(&sites).await.unwrap();
            }
        });
    }
    ledger.count.subscribe().wait_for(|count| *count >= BEFORE).await.unwrap();
    let before = ledger.lines.lock().unwrap().clone();
    let file = here.path().join("copy.backup");
    let taken = tokio::task::spawn_blocking(move || {
        let made = here.json(&["backup", "copy.backup"]);
        (here, made)
    });
    let (here, made) = taken.await.unwrap();
    // They go on selling.
    ledger.count.subscribe().wait_for(|count| *count > before.len()).await.unwrap();
    enough.store(true, Ordering::SeqCst);
    while let Some(sold) = sellers.join_next().await {
        sold.unwrap();
    }
    let tables = made["tables"].as_object().unwrap();
    assert!(tables["idempotency"].as_u64().unwrap() >= before.len() as u64, "{made}");
    let left: Vec<_> = std::fs::read_dir(here.path()).unwrap().flatten().collect();
    let partial = left.iter().any(|f| f.file_name().to_string_lossy().contains("demarc-backup"));
    assert!(!partial, "{left:?}");

    let restored = there.json(&["restore", file.to_str().unwrap()]);
    assert_eq!(restored["sound"], true, "{restored}");
    for (table, rows) in restored["tables"].as_object().unwrap() {
        assert_eq!(tables[table], *rows, "{table}");
    }
    let again = there.serve();
    let partner = Client::new(&again.url, &secret, "again", Ledger::default());
    for line in &before {
        let answer = partner.again(line).await;
        assert_eq!(answer, (line.status, line.text.clone()), "{} {}", line.path, line.key);
    }
    let doctor = there.json(&["doctor", "--deep"]);
    let of = |check: &str| {
        doctor["checks"].as_array().unwrap().iter().find(|c| c["check"] == check).unwrap().clone()
    };
    assert_eq!(of("invariants")["verdict"], "ok", "{doctor}");
    assert_eq!(of("schema")["verdict"], "ok", "{doctor}");
    drop((server, again));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_under_load_restores_whole_on_sqlite() {
    a_backup_under_load_is_whole(Place::file(), Place::file()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_under_load_restores_whole_on_postgresql() {
    a_backup_under_load_is_whole(Place::database(), Place::database()).await;
}

/// A place with a partner in it and a backup of it.
fn backed_up(place: &Place) {
    place.partner();
    let made = place.json(&["backup", "--to", "copy.backup"]);
    assert_eq!(made["tables"]["partner"], 1, "{made}");
}

/// Runs it and expects a refusal that says `word`; the data folder must stay without a database.
fn refused(place: &Place, args: &[&str], word: &str) {
    let ended = place.run(args);
    assert!(!ended.status.success(), "{args:?}");
    let told = stderr(&ended);
    assert!(told.contains(word), "{args:?}: {word:?} is not in: {told}");
    let data = place.path().join("demarc-data");
    let left: Vec<_> = std::fs::read_dir(data).into_iter().flatten().flatten().collect();
    assert!(left.is_empty(), "{args:?} left {left:?}");
}

#[test]
fn a_backup_overwrites_nothing_and_a_restore_neither() {
    let here = Place::file();
    backed_up(&here);
    let whole = std::fs::read(here.path().join("copy.backup")).unwrap();
    let again = here.run(&["backup", "copy.backup"]);
    assert_eq!(again.status.code(), Some(2));
    assert!(stderr(&again).contains("overwrites nothing"), "{}", stderr(&again));
    let onto = here.run(&["restore", "copy.backup"]);
    assert_eq!(onto.status.code(), Some(2));
    assert!(stderr(&onto).contains("overwrites nothing"), "{}", stderr(&onto));
    assert_eq!(std::fs::read(here.path().join("copy.backup")).unwrap(), whole);
    assert_eq!(here.json(&["partner", "list"])["items"].as_array().unwrap().len(), 1);

    let here = Place::database();
    backed_up(&here);
    let onto = here.run(&["restore", "copy.backup"]);
    assert_eq!(onto.status.code(), Some(1));
    assert!(stderr(&onto).contains("it is not empty"), "{}", stderr(&onto));
}

#[test]
fn a_file_that_is_no_sound_backup_leaves_nothing_behind() {
    let here = Place::file();
    backed_up(&here);
    let there = Place::file();
    let good = std::fs::read(here.path().join("copy.backup")).unwrap();
    let file = there.path().join("file");
    let put = |bytes: &[u8]| std::fs::write(&file, bytes).unwrap();
    refused(&there, &["restore", "file"], "file");
    put(b"something else");
    refused(&there, &["restore", "file"], "it is no backup");
    put(b"PGDMP and more");
    refused(&there, &["restore", "file"], "DEMARC_DATABASE");
    let mut bad = good.clone();
    bad[good.len() / 2..].fill(0xff);
    put(&bad);
    refused(&there, &["restore", "file"], "file");
    put(&good[..good.len() / 2]);
    refused(&there, &["restore", "file"], "file");
    put(&good);
    let log = there.path().join("file-wal");
    std::fs::write(&log, b"more").unwrap();
    refused(&there, &["restore", "file"], "in use");
    std::fs::remove_file(&log).unwrap();

    let sql = |text: &str| rusqlite::Connection::open(&file).unwrap().execute_batch(text).unwrap();
    sql("update partner set version = 7");
    refused(&there, &["restore", "file"], "events_are_dense");
    sql("insert into schema_history values (9999, 'later', '', 0)");
    refused(&there, &["restore", "file"], "run the newer program");
    sql("drop table schema_history");
    refused(&there, &["restore", "file"], "it is no database of this program");

    put(&good);
    there.json(&["restore", "file"]);
    assert_eq!(there.json(&["partner", "list"])["items"].as_array().unwrap().len(), 1);
}

#[test]
fn what_does_not_hold_is_restored_only_on_demand_and_then_said() {
    let here = Place::file();
    backed_up(&here);
    let there = Place::file();
    let file = here.path().join("copy.backup");
    let damage = "update partner set version = 7";
    rusqlite::Connection::open(&file).unwrap().execute_batch(damage).unwrap();
    let file = file.to_str().unwrap();
    refused(&there, &["restore", file], "--unsound");
    let forced = there.run(&["restore", file, "--unsound", "--json"]);
    assert_eq!(forced.status.code(), Some(1));
    let told: Value = serde_json::from_slice(&forced.stdout).unwrap();
    assert_eq!(told["violations"][0]["invariant"], "columns_agree", "{told}");
    let doctor = there.run(&["doctor", "--deep"]);
    assert_eq!(doctor.status.code(), Some(1));
    let told = stdout(&doctor);
    assert!(
        told.lines().any(|l| l.starts_with("fault") && l.contains("events_are_dense")),
        "{told}"
    );
    assert_eq!(there.run(&["doctor"]).status.code(), Some(0));
}

#[test]
fn the_doctor_names_a_damaged_file_and_a_place_without_a_database() {
    let here = Place::file();
    let empty = here.json(&["doctor"]);
    assert_eq!(empty["sound"], true, "{empty}");
    assert!(!here.path().join("demarc-data").exists(), "it made something");
    here.partner();
    let file = here.path().join("demarc-data/demarc.sqlite");
    let sound = here.json(&["doctor"]);
    for check in ["integrity", "schema", "durable write", "jobs", "clock", "catalogue"] {
        let checks = sound["checks"].as_array().unwrap();
        assert!(checks.iter().any(|c| c["check"] == check && c["verdict"] == "ok"), "{check}");
    }
    let mut bytes = std::fs::read(&file).unwrap();
    let half = bytes.len() / 2;
    bytes[half..].fill(0xff);
    std::fs::write(&file, bytes).unwrap();
    let ended = here.run(&["doctor"]);
    assert_eq!(ended.status.code(), Some(1));
    assert!(stdout(&ended).contains("restore the last backup"), "{}", stdout(&ended));
}

#[test]
fn a_password_is_in_no_argument_and_no_message() {
    let place = Place::file();
    let url = "postgres://demarc:hunter2@127.0.0.1:1/demarc";
    for args in [&["backup", "x"][..], &["doctor"]] {
        let ended = place.demarc(args).env("DEMARC_DATABASE", url).output().unwrap();
        assert_eq!(ended.status.code(), Some(1), "{args:?}");
        let told = stderr(&ended) + &stdout(&ended);
        assert!(told.contains("127.0.0.1:1/demarc") && !told.contains("hunter2"), "{told}");
    }
    assert!(!place.path().join("x").exists());
}
