//! The house rules that a compiler does not keep: imports run downward, files stay readable.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// What each crate must not depend on, and why.
const FORBIDDEN: [(&str, &[&str], &str); 8] = [
    ("faults", &["app", "connect", "domain", "store", "tokio", "web"], "everybody stands on it"),
    (
        "domain",
        &[
            "app",
            "async-trait",
            "axum",
            "connect",
            "futures",
            "getrandom",
            "reqwest",
            "rusqlite",
            "store",
            "tokio",
            "web",
        ],
        "the rules are pure and synchronous",
    ),
    ("store", &["app", "axum", "connect", "reqwest", "web"], "the memory knows no HTTP"),
    ("connect", &["app", "axum", "rusqlite", "store", "web"], "the outside knows no SQL"),
    ("app", &["axum", "reqwest", "rusqlite", "web"], "actions know neither axum nor SQL text"),
    (
        "sheet",
        &["app", "axum", "connect", "reqwest", "rusqlite", "store", "tokio", "web"],
        "files are read purely: bytes in, rows and faults out",
    ),
    (
        "print",
        &["app", "axum", "connect", "domain", "reqwest", "rusqlite", "store", "tokio", "web"],
        "documents are plain words: it knows neither quotes nor the clock",
    ),
    ("web", &["reqwest", "rusqlite"], "doors know no SQL and call nobody"),
];

#[test]
fn imports_run_downward() {
    for (name, forbidden, why) in FORBIDDEN {
        let manifest = root().join(format!("crates/{name}/Cargo.toml"));
        let text = fs::read_to_string(&manifest).expect("a manifest");
        let dependencies = text.split("[dependencies]").nth(1).expect("dependencies");
        let dependencies = dependencies.split("\n[").next().unwrap_or_default();
        for line in dependencies.lines() {
            let used = line.split(['.', ' ', '=']).next().unwrap_or_default();
            assert!(!forbidden.contains(&used), "{name} depends on {used}, but {why}");
        }
    }
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

fn all_sources() -> Vec<PathBuf> {
    let mut files = Vec::new();
    for folder in ["crates", "torture"] {
        sources(&root().join(folder), &mut files);
    }
    files
}

#[test]
fn source_files_stay_within_four_hundred_lines_and_say_what_they_are() {
    let files = all_sources();
    assert!(files.len() > 100, "the sources were found");
    for file in files {
        let text = fs::read_to_string(&file).expect("a source");
        let product = text.split("\n#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        // The way to the folder leads through this one, which is called tests too.
        let inside = file.strip_prefix(root()).expect("it is inside");
        let tests =
            file.ends_with("tests.rs") || inside.components().any(|c| c.as_os_str() == "tests");
        let lines = product.lines().count();
        assert!(tests || lines <= 400, "{} has {lines} lines", file.display());
        assert!(text.starts_with("//! "), "{} does not say what it is", file.display());
    }
}

#[test]
fn only_the_clock_reads_the_clock_and_nothing_is_left_open() {
    let files = all_sources();
    for file in files {
        let text = fs::read_to_string(&file).expect("a source");
        let clock = file.ends_with("app/src/clock.rs");
        assert!(clock || !text.contains("SystemTime::now"), "{} reads the clock", file.display());
        for left in ["todo!(", "unimplemented!(", "FIXME", "dbg!("] {
            assert!(!text.contains(left), "{} has {left}", file.display());
        }
    }
}
