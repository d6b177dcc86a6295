//! The program as its user meets it: exit codes, what goes to stdout and what to stderr.

use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// The program in a folder of its own, without anybody's settings.
fn demarc(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_demarc"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("DEMARC_") {
            command.env_remove(name);
        }
    }
    command.args(args).current_dir(folder).stdin(Stdio::null());
    command
}

fn run(folder: &Path, args: &[&str]) -> Output {
    demarc(folder, args).output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn the_demo_plays_to_its_end_in_plain_lines() {
    let folder = tempfile::tempdir().unwrap();
    let played = run(folder.path(), &["demo", "--exit", "--json"]);
    assert!(played.status.success(), "{}", stderr(&played));
    let summary: Value = serde_json::from_str(&stdout(&played)).unwrap();
    assert_eq!(summary["sub_orders"].as_array().unwrap().len(), 12);
    assert_eq!(summary["stages"].as_array().unwrap().len(), 16);
    // Not the exact amount: promotions end one day.
    assert_ne!(summary["totals"]["mrc"], "0.00");
    let told = stderr(&played);
    assert!(told.contains("16/16 Journey"), "{told}");
    let control = |c: char| c.is_control() && c != '\n';
    assert!(!told.contains(control), "{told:?}");
}

#[test]
fn the_demo_names_the_stage_that_is_not_as_told() {
    let folder = tempfile::tempdir().unwrap();
    let sites = "name,street,unit,city,state,zip,port_speed,access_speed\n\
                 Nowhere,1 Main St,,Nowhereville,ZZ,00000,1G,1G\n";
    std::fs::write(folder.path().join("sites.csv"), sites).unwrap();
    let played = run(folder.path(), &["demo", "--exit", "--sites", "sites.csv"]);
    assert_eq!(played.status.code(), Some(1));
    assert_eq!(stdout(&played), "");
    let told = stderr(&played);
    let last = told.lines().last().unwrap();
    assert!(last.starts_with("demarc: stage \"Address validation\": site Nowhere: "), "{last}");
}

#[test]
fn a_server_serves_alone_beside_commands_and_ends_well_on_sigterm() {
    let folder = tempfile::tempdir().unwrap();
    let serve = ["serve", "--listen", "127.0.0.1:0"];
    let mut server = demarc(folder.path(), &serve).stderr(Stdio::piped()).spawn().unwrap();
    let mut log = BufReader::new(server.stderr.take().unwrap()).lines();
    let mut heard = String::new();
    // The last line of the welcome; the server is there by then.
    while !heard.contains("Documentation: http://127.0.0.1:") {
        heard.push_str(&log.next().expect("the server ended early").unwrap());
    }
    assert!(heard.contains("demarc credential add --role operations"), "{heard}");

    let second = run(folder.path(), &serve);
    assert_eq!(second.status.code(), Some(1));
    assert!(stderr(&second).contains("already open by another server"), "{}", stderr(&second));

    let made = run(folder.path(), &["credential", "add", "--role", "operations"]);
    assert!(made.status.success(), "{}", stderr(&made));
    assert!(stdout(&made).starts_with("dmc_test_"), "{}", stdout(&made));
    assert!(!stderr(&made).contains("dmc_test_"), "a secret is said once, on stdout");

    let told = Command::new("kill").arg("-TERM").arg(server.id().to_string()).status().unwrap();
    assert!(told.success());
    assert_eq!(server.wait().unwrap().code(), Some(0));
    let rest: String = log.map_while(Result::ok).collect();
    assert!(rest.contains("stopped"), "{rest}");
    assert!(!folder.path().join("demarc-data/demarc.sqlite-wal").exists(), "it was not closed");
}

#[test]
fn every_mistake_in_the_configuration_is_said_and_exits_with_2() {
    let folder = tempfile::tempdir().unwrap();
    let text = "lisen = \"x\"\nmax_body_bytes = 1\n";
    std::fs::write(folder.path().join("demarc.toml"), text).unwrap();
    let refused = run(folder.path(), &["serve"]);
    assert_eq!(refused.status.code(), Some(2));
    let told = stderr(&refused);
    assert!(told.contains("demarc.toml: lisen: there is no such key"), "{told}");
    assert!(told.contains("demarc.toml: max_body_bytes: 1 is not 1024 or more"), "{told}");
    assert!(!folder.path().join("demarc-data").exists());
}

#[test]
fn a_faulty_catalogue_is_said_line_by_line_and_exits_with_1() {
    let folder = tempfile::tempdir().unwrap();
    let text = "[catalogue]\n  version = 7 # soon\n";
    std::fs::write(folder.path().join("carrier.toml"), text).unwrap();
    let checked = run(folder.path(), &["catalogue", "check", "."]);
    assert_eq!(checked.status.code(), Some(1));
    let faults = stdout(&checked);
    let one = "carrier.toml:2: `version` must be a text in quotes, not empty\n\
               \x20 2 |   version = 7 # soon\n    |   ^^^^^^^^^^^\n\
               \x20 remedy: Write a text in quotes, not empty\n";
    assert!(faults.contains(one), "{faults}");
    let count = faults.lines().filter(|line| line.starts_with("carrier.toml:")).count();
    let total = stderr(&checked);
    assert!(count > 3 && total.contains(&format!("catalogue .: {count} faults")), "{total}");
    let json = stdout(&run(folder.path(), &["catalogue", "check", ".", "--json"]));
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["faults"].as_array().unwrap().len(), count);
    let version = &json["faults"].as_array().unwrap().iter().find(|f| f["line"] == 2).unwrap();
    assert_eq!(
        (&version["file"], &version["kind"]),
        (&"carrier.toml".into(), &"wrong_form".into())
    );
    assert!(run(folder.path(), &["catalogue", "check"]).status.success());
}

#[test]
fn a_changed_price_is_said_from_what_to_what() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in domain::catalogue::SHIPPED {
        let text = text.replacen("price = 35.00", "price = 45.00", 1);
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let diff = run(folder.path(), &["catalogue", "diff", "shipped", "."]);
    assert!(diff.status.success(), "{}", stderr(&diff));
    let told = stdout(&diff);
    assert!(
        told.contains("1 difference\nOFF_AIAB: Activation NRC: from 35.00 to 45.00\n"),
        "{told}"
    );
    assert!(told.contains("give the new one its own"), "{told}");
    let json = stdout(&run(folder.path(), &["catalogue", "diff", ".", "shipped", "--json"]));
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let want = serde_json::json!([
        { "subject": "OFF_AIAB: Activation NRC", "from": "45.00", "to": "35.00" }
    ]);
    assert_eq!(json["differences"], want);
}

#[test]
fn a_quote_that_a_new_catalogue_would_change_is_said_with_its_amounts() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("new")).unwrap();
    for (name, text) in domain::catalogue::SHIPPED {
        let text = text.replacen("price = 35.00", "price = 45.00", 1);
        let text = text.replacen("\"Own\"]\n", "\"None\"]\n", 1).replace("\"Own\"", "\"None\"");
        let text = text.replace("Own = 5", "None = 5");
        std::fs::write(folder.path().join("new").join(name), text).unwrap();
    }
    let quote = |name: &str, offering: &str, features: serde_json::Value| {
        let sites = [serde_json::json!({
            "zip": "60606", "offering": offering, "features": features,
        })];
        serde_json::json!({ "quote": name, "tier": "standard", "sites": sites }).to_string()
    };
    let plan = serde_json::json!({ "name": "Plan", "value": "Standard" });
    let own = serde_json::json!({ "name": "Router", "value": "Own" });
    let calls = serde_json::json!([
        { "name": "Concurrent Calls", "value": "24" }, { "name": "Term", "value": "36" },
    ]);
    let lines = [
        quote("Q-1", "OFF_AIAB", serde_json::json!([plan])),
        quote("Q-2", "OFF_AIAB", serde_json::json!([plan, own])),
        quote("Q-3", "OFF_IP_FLEX", calls),
    ];
    std::fs::write(folder.path().join("quotes.jsonl"), lines.join("\n\n")).unwrap();
    let ask = ["catalogue", "diff", "shipped", "new", "--quotes", "quotes.jsonl"];
    let diff = run(folder.path(), &ask);
    assert!(diff.status.success(), "{}", stderr(&diff));
    let told = stdout(&diff);
    let want = "2 of 3 quotes would change\n\
                Q-1: NRC 35.00 to 45.00 (+10.00), total 851.00 to 861.00 (+10.00)\n\
                Q-2: no price any more (MRC 60.00): Router cannot be Own\n";
    assert!(told.ends_with(want), "{told}");
    std::fs::write(folder.path().join("quotes.jsonl"), "\n{\"quote\": 1}").unwrap();
    let refused = run(folder.path(), &ask);
    assert_eq!(refused.status.code(), Some(1));
    assert!(stderr(&refused).contains("quotes.jsonl:2: "), "{}", stderr(&refused));
}

#[test]
fn a_secret_given_as_an_id_is_not_repeated() {
    let folder = tempfile::tempdir().unwrap();
    let refused = run(folder.path(), &["credential", "revoke", "dmc_test_0123"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(!stderr(&refused).contains("0123"), "{}", stderr(&refused));
}

#[test]
fn jobs_are_listed_without_a_server_and_one_that_is_not_there_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let listed = run(folder.path(), &["jobs", "list", "--state", "quarantined", "--json"]);
    assert!(listed.status.success(), "{}", stderr(&listed));
    let listed: Value = serde_json::from_str(&stdout(&listed)).unwrap();
    assert_eq!(listed, serde_json::json!({ "items": [] }));
    let none = run(folder.path(), &["jobs", "retry", "job000000000000"]);
    assert_eq!(none.status.code(), Some(1));
    assert!(stderr(&none).contains("there is no such job"), "{}", stderr(&none));
    let wrong = run(folder.path(), &["jobs", "quarantine", "0Q0000000000000", "--why", "x"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(stderr(&wrong).contains("a job's id begins with job"), "{}", stderr(&wrong));
}
