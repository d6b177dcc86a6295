//! Which allowed values were most likely meant: by size where both have one, else by spelling.

use rust_decimal::Decimal;
use std::sync::Arc;

/// The values near to `text`, the nearest first: those of at least its size, then the smaller
/// ones; or the one of like spelling.
pub(super) fn values(text: &str, values: &[Arc<str>]) -> Vec<Arc<str>> {
    let Some((unit, wanted)) = size(text) else {
        return by_spelling(text, values).into_iter().collect();
    };
    let sized = |v: &Arc<str>| size(v).filter(|(u, _)| *u == unit).map(|(_, n)| (n, v.clone()));
    let mut sizes: Vec<_> = values.iter().filter_map(sized).collect();
    if sizes.is_empty() {
        return by_spelling(text, values).into_iter().collect();
    }
    sizes.sort();
    let smaller = sizes.partition_point(|(n, _)| *n < wanted);
    let (lower, higher) = sizes.split_at(smaller);
    higher.iter().chain(lower.iter().rev()).map(|(_, v)| v.clone()).collect()
}

/// The place of the value of exactly that speed: `100 Mbps` is `100M`.
pub(super) fn same_size(text: &str, values: &[Arc<str>]) -> Option<usize> {
    let wanted = size(text).filter(|(unit, _)| *unit == Unit::Speed)?;
    values.iter().position(|v| size(v).is_some_and(|own| own == wanted))
}

/// The value that needs the fewest letters changed, if those are at most half of its letters.
pub(super) fn by_spelling(text: &str, values: &[Arc<str>]) -> Option<Arc<str>> {
    // What nobody would type is not worth comparing.
    if text.chars().count() > 64 {
        return None;
    }
    let scored = values.iter().map(|v| (distance(text, v), v));
    let (score, value) = scored.min_by_key(|(score, _)| *score)?;
    (score * 2 <= value.chars().count()).then(|| value.clone())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    /// In kilobits a second.
    Speed,
    Plain,
}

/// A size: `36`, `100M`, `10 Gbps`, `36 months`.
fn size(text: &str) -> Option<(Unit, Decimal)> {
    let digits = text.bytes().take_while(|b| b.is_ascii_digit() || *b == b'.').count();
    let number: Decimal = text[..digits].parse().ok()?;
    let unit = text[digits..].trim().to_ascii_lowercase();
    let bare = unit.trim_end_matches("bps").trim_end_matches("b/s").trim_end_matches("bit/s");
    let (unit, factor) = match bare.trim() {
        "k" => (Unit::Speed, 1),
        "m" => (Unit::Speed, 1_000),
        "g" => (Unit::Speed, 1_000_000),
        "" | "months" | "month" => (Unit::Plain, 1),
        _ => return None,
    };
    Some((unit, number.checked_mul(Decimal::from(factor))?))
}

/// Levenshtein's distance, ignoring the case of letters.
fn distance(a: &str, b: &str) -> usize {
    let (a, b) = (a.to_lowercase(), b.to_lowercase());
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.chars().enumerate() {
            let change = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = change.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.chars().count()]
}
