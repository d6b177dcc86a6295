//! Money: whole minor units and a currency. No floats anywhere; each rounding has a name.

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The currencies that the carrier bills in. All have two decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Currency {
    #[default]
    #[serde(rename = "USD")]
    Usd,
}

impl Currency {
    /// The ISO 4217 code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Usd => "USD",
        }
    }
}

/// An amount in minor units (cents). Sums saturate never: they are checked, and a quote
/// whose total does not fit in 64 bits is refused.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Money {
    minor: i64,
}

/// How a product of an amount and a rate becomes whole minor units. Stored beside the
/// step that used it, so that the bill can be recomputed by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    /// To the nearest cent, a half cent away from zero.
    HalfUp,
}

/// An amount did not fit in 64 bits of minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overflow;

impl Money {
    pub const ZERO: Self = Self { minor: 0 };

    /// `minor` cents.
    pub const fn from_minor(minor: i64) -> Self {
        Self { minor }
    }

    /// The amount in minor units (cents).
    pub const fn minor(self) -> i64 {
        self.minor
    }

    pub fn checked_add(self, other: Self) -> Result<Self, Overflow> {
        self.minor.checked_add(other.minor).map(Self::from_minor).ok_or(Overflow)
    }

    pub fn checked_sub(self, other: Self) -> Result<Self, Overflow> {
        self.minor.checked_sub(other.minor).map(Self::from_minor).ok_or(Overflow)
    }

    /// `self` taken `times` times.
    pub fn times(self, times: i64) -> Result<Self, Overflow> {
        self.minor.checked_mul(times).map(Self::from_minor).ok_or(Overflow)
    }

    /// The sum of `amounts`.
    pub fn sum(amounts: impl IntoIterator<Item = Self>) -> Result<Self, Overflow> {
        amounts.into_iter().try_fold(Self::ZERO, Self::checked_add)
    }

    /// `percent` of this amount (12.5 is twelve and a half per cent), rounded by `rounding`.
    pub fn percent(self, percent: Decimal, rounding: Rounding) -> Result<Self, Overflow> {
        let strategy = match rounding {
            Rounding::HalfUp => RoundingStrategy::MidpointAwayFromZero,
        };
        let exact = Decimal::from(self.minor)
            .checked_mul(percent)
            .and_then(|p| p.checked_div(Decimal::ONE_HUNDRED))
            .ok_or(Overflow)?;
        i64::try_from(exact.round_dp_with_strategy(0, strategy))
            .map(Self::from_minor)
            .map_err(|_| Overflow)
    }

    /// Reads `"1250.00"` or `"1250"`: an optional minus sign, digits, at most two decimals.
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, cents) = digits.split_once('.').unwrap_or((digits, "00"));
        let all_digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
        if !all_digits(whole) || !all_digits(cents) || cents.len() > 2 {
            return None;
        }
        let cents: i64 = format!("{cents:0<2}").parse().ok()?;
        let minor = whole.parse::<i64>().ok()?.checked_mul(100)?.checked_add(cents)?;
        Some(Self::from_minor(if negative { -minor } else { minor }))
    }
}

impl fmt::Display for Money {
    /// `1250.00`: what stands on the wire, without currency or separators.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.minor < 0 { "-" } else { "" };
        let (whole, cents) = (self.minor.unsigned_abs() / 100, self.minor.unsigned_abs() % 100);
        write!(f, "{sign}{whole}.{cents:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn halves_round_away_from_zero() {
        let half = Decimal::new(125, 1); // 12.5 %
        for (minor, want) in [(100, 13), (-100, -13), (99, 12), (0, 0), (20, 3), (4, 1), (3, 0)] {
            let got = Money::from_minor(minor).percent(half, Rounding::HalfUp).unwrap();
            assert_eq!(got.minor(), want, "12.5 % of {minor}");
        }
    }

    #[test]
    fn texts_that_are_not_money_are_refused() {
        for text in
            ["", "-", ".5", "1.", "1.234", "1,000.00", "1e3", "+1", " 1", "92233720368547758.08"]
        {
            assert_eq!(Money::parse(text), None, "{text:?}");
        }
        assert_eq!(Money::parse("1.5"), Some(Money::from_minor(150)));
        assert_eq!(Money::parse("-0.05"), Some(Money::from_minor(-5)));
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        let most = Money::from_minor(i64::MAX);
        assert_eq!(most.checked_add(Money::from_minor(1)), Err(Overflow));
        assert_eq!(most.times(2), Err(Overflow));
        assert_eq!(most.percent(Decimal::from(101), Rounding::HalfUp), Err(Overflow));
    }

    proptest! {
        #[test]
        fn amounts_round_trip(minor in (i64::MIN + 1)..i64::MAX) {
            let money = Money::from_minor(minor);
            prop_assert_eq!(Money::parse(&money.to_string()), Some(money));
        }

        #[test]
        fn the_order_of_a_sum_does_not_matter(mut minors in prop::collection::vec(-1_000_000_000i64..1_000_000_000, 0..40)) {
            let forward = Money::sum(minors.iter().copied().map(Money::from_minor)).unwrap();
            minors.reverse();
            prop_assert_eq!(Money::sum(minors.into_iter().map(Money::from_minor)).unwrap(), forward);
        }

        #[test]
        fn a_share_is_never_more_than_half_a_cent_off(minor in 0i64..1_000_000_000, tenths in 0i64..1000) {
            let percent = Decimal::new(tenths, 1);
            let got = Money::from_minor(minor).percent(percent, Rounding::HalfUp).unwrap();
            let exact = Decimal::from(minor) * percent / Decimal::ONE_HUNDRED;
            prop_assert!((Decimal::from(got.minor()) - exact).abs() <= Decimal::new(5, 1));
        }
    }
}
