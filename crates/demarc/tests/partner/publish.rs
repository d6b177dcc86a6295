//! `demarc catalogue propose`, `publish` and their like, on a running server.

use super::server::{Server, code, stderr, stdout};
use super::text;
use serde_json::Value;
use std::fs;

fn json(server: &Server, secret: &str, arguments: &[&str]) -> Value {
    let told = server.run(secret, &[arguments, &["--json"]].concat());
    assert_eq!(code(&told), 0, "{arguments:?}: {}", stderr(&told));
    serde_json::from_str(&stdout(&told)).unwrap()
}

#[test]
fn a_folder_is_proposed_by_one_and_published_by_another() {
    let server = Server::start();
    let (one, two, partner) = (server.operations(), server.operations(), server.partner("apex"));
    let folder = server.folder().join("next");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("programmes.toml"), "this stays behind").unwrap();
    for (name, content) in domain::catalogue::SHIPPED {
        let content = content.replace("2026.1-sample", "2026.2");
        let content = content.replace("\"Flat Rate\" = 890.00", "\"Flat Rate\" = 900.00");
        fs::write(folder.join(name), content).unwrap();
    }

    let proposed = json(&server, &one, &["catalogue", "propose", "next", "--note", "New year"]);
    let version = text(&proposed["id"]);
    assert_eq!(proposed["files"].as_array().map(Vec::len), Some(5));
    let mine = server.run(&one, &["catalogue", "publish", &version]);
    assert_eq!(code(&mine), 1);
    assert!(stderr(&mine).contains("second_person_required"), "{}", stderr(&mine));
    let impact = stdout(&server.run(&two, &["catalogue", "impact", &version]));
    assert!(impact.contains("from 890.00 to 900.00"), "{impact}");
    assert!(impact.contains("0 of 0 quotes on offer would change"), "{impact}");

    let published = server.run(&two, &["catalogue", "publish", &version]);
    assert!(stdout(&published).contains(": in force since "), "{}", stdout(&published));
    assert_eq!(server.get(&partner, "/v1/catalogue")["version"], "2026.2");
    let back = ["catalogue", "roll-back", &version, "--reason", "Wrong prices"];
    assert_eq!(json(&server, &one, &back)["label"], "2026.1-sample");
    assert_eq!(server.get(&partner, "/v1/catalogue")["version"], "2026.1-sample");
    let listed = stdout(&server.run(&one, &["catalogue", "list"]));
    assert!(listed.contains("superseded") && listed.contains("New year"), "{listed}");

    fs::write(folder.join("carrier.toml"), "[catalogue]\nversion = 7\n").unwrap();
    let faulty = server.run(&one, &["catalogue", "propose", "next"]);
    assert_eq!(code(&faulty), 1);
    assert!(stdout(&faulty).contains("carrier.toml:2: "), "{}", stdout(&faulty));
}
