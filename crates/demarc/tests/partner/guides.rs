//! The guides of the published interfaces do what they say: every block, in its order, against a
//! server, by a shell.

use crate::server::Server;
use std::path::Path;
use std::process::Command;

/// For a machine without curl.
const CURL: &str = include_str!("curl.sh");

/// The blocks of a page that a shell runs.
fn blocks(page: &str) -> Vec<&str> {
    let parts = page.split("\n```sh\n").skip(1);
    parts.map(|rest| rest.split("\n```").next().unwrap_or_default()).collect()
}

fn follow(name: &str, curl: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name);
    let page = std::fs::read_to_string(&file).expect("the guide");
    let blocks = blocks(&page);
    assert!(blocks.len() >= 5, "{name} has {} blocks", blocks.len());
    let server = Server::start();
    let program = Path::new(env!("CARGO_BIN_EXE_demarc")).parent().expect("a folder");
    let found = std::env::var_os("PATH").unwrap_or_default();
    let mut path = program.as_os_str().to_owned();
    path.push(":");
    path.push(found);
    let script = format!("set -euo pipefail\n{curl}\n{}\n", blocks.join("\n"));
    let done = Command::new("bash")
        .args(["-c", &script])
        .current_dir(server.folder())
        .env("PATH", path)
        .env("BASE", server.base())
        .output()
        .expect("bash");
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(done.status.success(), "{name}: {}\n{}", said(&done.stdout), said(&done.stderr));
}

fn curl_if_there_is_none() -> &'static str {
    let there = Command::new("bash").args(["-c", "command -v curl"]).output().expect("bash");
    if there.status.success() { "" } else { CURL }
}

#[test]
fn the_guide_of_apex_leads_to_a_handed_off_order() {
    follow("guide-apex.md", curl_if_there_is_none());
}

#[test]
fn the_guide_of_alliance_leads_to_a_handed_off_order() {
    follow("guide-alliance.md", curl_if_there_is_none());
}

#[test]
fn the_guide_of_aiab_leads_to_a_handed_off_order_on_a_machine_without_curl() {
    follow("guide-aiab.md", CURL);
}
