//! Seeds: read, written, mixed, and kept when they have found something.

use std::collections::hash_map::RandomState;
use std::fmt::Write as _;
use std::fs;
use std::hash::{BuildHasher, Hasher};
use std::path::{Path, PathBuf};

/// Reads a seed: decimal, or hexadecimal after `0x`.
pub(crate) fn parse(text: &str) -> Result<u64, String> {
    let parsed = match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16),
        None => text.parse(),
    };
    parsed.map_err(|e| format!("{text:?} is no seed: {e}"))
}

/// A seed as it is printed, and read again.
pub(crate) fn text(seed: u64) -> String {
    format!("{seed:#018x}")
}

/// A seed that nobody chose.
pub(crate) fn fresh() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// A seed for one purpose (FNV-1a over its name).
pub(crate) fn mix(seed: u64, purpose: &str) -> u64 {
    let fold = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    purpose.as_bytes().iter().fold(seed ^ 0xcbf2_9ce4_8422_2325, fold)
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds")
}

/// The seeds that once broke a row. They are run first, each time.
pub(crate) fn kept(row: &str) -> Vec<u64> {
    let Ok(text) = fs::read_to_string(folder().join(format!("{row}.txt"))) else {
        return Vec::new();
    };
    let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    let seeds = lines.filter(|line| !line.is_empty());
    seeds.map(|line| parse(line).unwrap_or_else(|e| panic!("seeds/{row}.txt: {e}"))).collect()
}

/// Keeps a seed that has just broken a row, with what it broke.
pub(crate) fn keep(row: &str, seed: u64, what: &str) {
    if kept(row).contains(&seed) {
        return;
    }
    let file = folder().join(format!("{row}.txt"));
    // The first that is ever kept finds no folder; writing says so if it cannot be made.
    let _ = fs::create_dir_all(folder());
    let mut all = fs::read_to_string(&file).unwrap_or_default();
    let first = what.lines().next().unwrap_or_default();
    let _ = writeln!(all, "{} # {first}", text(seed)); // Writing to a String cannot fail.
    if let Err(e) = fs::create_dir_all(folder()).and_then(|()| fs::write(&file, all)) {
        eprintln!("{} is not kept in {}: {e}", text(seed), file.display());
    }
}
