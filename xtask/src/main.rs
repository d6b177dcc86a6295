//! The project's own commands: `cargo xtask test`, `check`, `bless`.

use std::env;
use std::ffi::OsStr;
use std::process::{Command, ExitCode};

const HELP: &str = "\
cargo xtask test          everything that must pass: formatting, lints, every test
cargo xtask check         formatting and lints only
cargo xtask bless         write anew what is drawn from the code: OpenAPI examples, docs pages
cargo xtask patroni --failovers 20
                          as many failovers of a PostgreSQL cluster under load, of every kind
";

fn main() -> ExitCode {
    let mut arguments = env::args_os().skip(1);
    let command = arguments.next();
    let rest: Vec<_> = arguments.collect();
    let done = match command.as_deref().and_then(OsStr::to_str) {
        Some("check") => check(),
        Some("test") => check() && tests(&rest),
        Some("bless") => bless(),
        Some("patroni") => patroni(&rest),
        _ => {
            eprint!("{HELP}");
            return ExitCode::from(2);
        }
    };
    if done { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Runs cargo and says what it runs.
fn cargo(arguments: &[&str], variables: &[(&str, &str)]) -> bool {
    eprintln!("+ cargo {}", arguments.join(" "));
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo).args(arguments).envs(variables.iter().copied()).status();
    match status {
        Ok(status) => status.success(),
        Err(e) => {
            eprintln!("cargo could not be started: {e}");
            false
        }
    }
}

fn check() -> bool {
    let formatted = !has("fmt") || cargo(&["fmt", "--all", "--check"], &[]);
    let linted = !has("clippy")
        || cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"], &[]);
    formatted && linted
}

/// A toolchain without the component says so, and the tests still run.
fn has(component: &str) -> bool {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let found = Command::new(cargo).args([component, "--version"]).output();
    let there = found.is_ok_and(|o| o.status.success());
    if !there {
        eprintln!("this toolchain has no {component}: `rustup component add {component}`");
    }
    there
}

fn tests(rest: &[std::ffi::OsString]) -> bool {
    let rest: Vec<&str> = rest.iter().filter_map(|a| a.to_str()).collect();
    let mut arguments = vec!["test", "--workspace"];
    arguments.extend(rest);
    cargo(&arguments, &[])
}

fn bless() -> bool {
    let blessed = ["examples::", "current::"];
    blessed.iter().all(|name| {
        cargo(&["test", "--package", "demarc-tests", "--test", "it", name], &[("BLESS", "1")])
    })
}

fn patroni(rest: &[std::ffi::OsString]) -> bool {
    let count = match rest {
        [] => "20",
        [flag, count] if flag == "--failovers" => count.to_str().unwrap_or_default(),
        _ => "",
    };
    if count.parse::<u32>().is_err() {
        eprint!("{HELP}");
        return false;
    }
    let arguments =
        ["test", "--package", "demarc", "--test", "ha", "failover", "--", "--nocapture"];
    cargo(&arguments, &[("DEMARC_FAILOVERS", count)])
}
