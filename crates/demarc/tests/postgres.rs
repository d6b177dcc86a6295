//! The program on PostgreSQL: several servers on one database.

use reqwest::Client;
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

fn demarc(folder: &Path, url: &str, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_demarc"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("DEMARC_") {
            command.env_remove(name);
        }
    }
    command.args(args).env("DEMARC_DATABASE", url).current_dir(folder).stdin(Stdio::null());
    command
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

/// Starts a server. The caller waits for it, so that two can start at once.
fn starting(folder: &Path, url: &str) -> Child {
    demarc(folder, url, &["serve", "--listen", "127.0.0.1:0"])
        .env("DEMARC_LOG__FORMAT", "json")
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn started(mut process: Child) -> Server {
    let mut log = BufReader::new(process.stderr.take().unwrap()).lines();
    let url = loop {
        let line = log.next().expect("the server ended early").unwrap();
        let line: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("{line}"));
        if line["message"] == "serving" {
            assert!(!line.to_string().contains("demarc@"), "{line}");
            break line["url"].as_str().unwrap().to_owned();
        }
    };
    // What else it says must not fill the pipe.
    std::thread::spawn(move || log.for_each(drop));
    Server { process, url }
}

#[tokio::test]
async fn servers_that_start_at_once_share_one_new_database() {
    let url = pgtest::Cluster::shared().database();
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (starting(folder.path(), &url), starting(folder.path(), &url));
    let (one, mut two) = (started(one), started(two));
    assert!(!folder.path().join("demarc-data").exists(), "there is no file to keep");

    let add = ["credential", "add", "--role", "operations", "--json"];
    let made = demarc(folder.path(), &url, &add).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let made: Value = serde_json::from_slice(&made.stdout).unwrap();
    let secret = made["secret"].as_str().unwrap();

    connect::tls::provide();
    let http = Client::new();
    let new = json!({ "name": "Sample partner", "programme": "alliance", "tier": "standard" });
    let send = |base: &str| {
        http.post(format!("{base}/v1/operations/partners"))
            .bearer_auth(secret)
            .header("idempotency-key", "one-partner")
            .header("content-type", "application/json")
            .body(new.to_string())
            .send()
    };
    let (here, there) = tokio::join!(send(&one.url), send(&two.url));
    let mut bodies = Vec::new();
    for answer in [here.unwrap(), there.unwrap(), send(&two.url).await.unwrap()] {
        assert_eq!(answer.status(), 201);
        bodies.push(answer.text().await.unwrap());
    }
    assert!(bodies.iter().all(|body| *body == bodies[0]), "one key has one effect: {bodies:?}");

    let told = Command::new("kill").arg("-TERM").arg(two.process.id().to_string()).status();
    assert!(told.unwrap().success());
    assert_eq!(two.process.wait().unwrap().code(), Some(0));
    assert_eq!(send(&one.url).await.unwrap().text().await.unwrap(), bodies[0]);
}

#[test]
fn a_database_that_is_not_there_is_named_without_its_password() {
    let folder = tempfile::tempdir().unwrap();
    let url = "postgres://demarc:hunter2@127.0.0.1:1/demarc";
    let refused = demarc(folder.path(), url, &["serve", "--listen", "127.0.0.1:0"]);
    let refused = { refused }.output().unwrap();
    assert_eq!(refused.status.code(), Some(1));
    let told = String::from_utf8(refused.stderr).unwrap();
    assert!(told.contains("database postgres://127.0.0.1:1/demarc: "), "{told}");
    assert!(!told.contains("hunter2"), "{told}");
}
