//! The project's own commands: `cargo xtask test`, `check`, `bless`, `torture`.

use std::collections::hash_map::RandomState;
use std::env;
use std::ffi::{OsStr, OsString};
use std::hash::{BuildHasher, Hasher};
use std::path::Path;
use std::process::{Command, ExitCode};

const HELP: &str = "\
cargo xtask test          everything that must pass: formatting, lints, every test, torture in short.
                          Its randomness comes from the sources, so that they pass or fail as such
cargo xtask check         formatting and lints only
cargo xtask bless         write anew what is drawn from the code: examples, golden files, docs pages
cargo xtask torture       tries in ten ways to make it lose or double an order; for hours.
                          --short for the form of the tests, --help for more
";

fn main() -> ExitCode {
    let mut arguments = env::args_os().skip(1);
    let command = arguments.next();
    let rest: Vec<_> = arguments.collect();
    let done = match command.as_deref().and_then(OsStr::to_str) {
        Some("check") => check(),
        Some("test") => {
            let seed = seed_of_the_sources();
            check() && tests(&rest, seed) && tortured(seed)
        }
        Some("bless") => bless(),
        Some("torture") => torture(&rest),
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
    succeeds(Command::new(cargo).args(arguments).envs(variables.iter().copied()))
}

/// Runs a program of ours.
fn run(program: &Path, arguments: &[OsString]) -> bool {
    succeeds(Command::new(program).args(arguments))
}

fn succeeds(command: &mut Command) -> bool {
    match command.status() {
        Ok(status) => status.success(),
        Err(e) => {
            eprintln!("{} could not be started: {e}", command.get_program().display());
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

/// From what is committed: other sources look at other cases, and the same ones pass or fail alike
/// wherever they are tested. Without a checkout nobody chooses it.
fn seed_of_the_sources() -> u64 {
    let tree = Command::new("git").args(["rev-parse", "HEAD^{tree}"]).output();
    let tree = tree.ok().filter(|o| o.status.success());
    let digits = tree.and_then(|o| String::from_utf8(o.stdout).ok()).unwrap_or_default();
    let seed = digits.get(..16).and_then(|digits| u64::from_str_radix(digits, 16).ok());
    let seed = seed.unwrap_or_else(|| RandomState::new().build_hasher().finish());
    eprintln!("seed {seed:#018x}");
    seed
}

fn tests(rest: &[OsString], seed: u64) -> bool {
    let rest: Vec<&str> = rest.iter().filter_map(|a| a.to_str()).collect();
    let mut arguments = vec!["test", "--workspace"];
    arguments.extend(rest);
    cargo(&arguments, &[("PROPTEST_RNG_SEED", &seed.to_string())])
}

fn bless() -> bool {
    let blessed = ["examples::", "current::", "dialects::"];
    blessed.iter().all(|name| {
        cargo(&["test", "--package", "demarc-tests", "--test", "it", name], &[("BLESS", "1")])
    })
}

/// The harness in short: every row, and then whether it finds what is planted.
fn tortured(seed: u64) -> bool {
    let seed = format!("--seed={seed:#018x}");
    torture(&["--short".into(), (&seed).into()])
        && torture(&["--short".into(), seed.into(), "--bugs".into()])
}

/// Builds everything in one selection of features, so that nothing is built twice, and runs the
/// harness: in the tests' own build for the short form, in an optimised one for the long one.
fn torture(rest: &[OsString]) -> bool {
    let short = rest.iter().any(|argument| argument == "--short");
    let (profile, build): (_, &[&str]) = if short {
        ("debug", &["build", "--workspace", "--all-targets"])
    } else {
        ("torture", &["build", "--workspace", "--profile", "torture"])
    };
    let me = env::current_exe().ok();
    // This program is in the folder of a profile in the target folder.
    let Some(target) = me.as_deref().and_then(Path::parent).and_then(Path::parent) else {
        eprintln!("the target folder is not known");
        return false;
    };
    cargo(build, &[]) && run(&target.join(profile).join("demarc-torture"), rest)
}
