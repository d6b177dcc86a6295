//! Figures for people: money with separators, counts, durations.

use domain::money::Money;
use std::time::Duration;

/// `1,234,567.50`.
pub(crate) fn money(amount: Money) -> String {
    let text = amount.to_string();
    let (whole, cents) = text.split_once('.').unwrap_or((&text, "00"));
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |d| ("-", d));
    format!("{sign}{}.{cents}", grouped(digits))
}

/// `1,234,567`.
pub(crate) fn count(number: u64) -> String {
    grouped(&number.to_string())
}

fn grouped(digits: &str) -> String {
    let mut out = String::with_capacity(digits.len() * 4 / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `812 µs`, `4.2 ms`, `340 ms`, `2.31 s`.
pub(crate) fn span(time: Duration) -> String {
    let us = time.as_micros();
    match us {
        0..1_000 => format!("{us} µs"),
        1_000..100_000 => format!("{}.{} ms", us / 1000, us % 1000 / 100),
        100_000..1_000_000 => format!("{} ms", us / 1000),
        _ => format!("{}.{:02} s", us / 1_000_000, us % 1_000_000 / 10_000),
    }
}

/// `13.4 MiB`, `812 KiB`, `90 B`.
pub(crate) fn bytes(number: u64) -> String {
    match number {
        0..1_024 => format!("{number} B"),
        1_024..1_048_576 => format!("{} KiB", number / 1_024),
        _ => format!("{}.{} MiB", number / 1_048_576, number % 1_048_576 * 10 / 1_048_576),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_has_separators_and_two_decimals() {
        for (minor, text) in [
            (0, "0.00"),
            (5, "0.05"),
            (99_999, "999.99"),
            (100_000, "1,000.00"),
            (-123_456_789, "-1,234,567.89"),
        ] {
            assert_eq!(money(Money::from_minor(minor)), text);
        }
    }

    #[test]
    fn durations_keep_three_digits_or_so() {
        for (us, text) in [
            (0, "0 µs"),
            (999, "999 µs"),
            (4_260, "4.2 ms"),
            (340_900, "340 ms"),
            (2_319_000, "2.31 s"),
        ] {
            assert_eq!(span(Duration::from_micros(us)), text);
        }
    }

    #[test]
    fn sizes_are_in_binary_units() {
        assert_eq!(bytes(1_023), "1023 B");
        assert_eq!(bytes(1_024), "1 KiB");
        assert_eq!(bytes(14_050_919), "13.4 MiB");
        assert_eq!(count(1_234), "1,234");
    }
}
