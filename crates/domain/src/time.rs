//! Moments, days and terms. The clock is not here: a moment always comes from the context.

use jiff::{Span, Timestamp, ToSpan, civil, tz::TimeZone};
use serde::{Deserialize, Serialize};
use std::fmt;

pub use jiff::civil::Date;

/// A moment, in milliseconds since the Unix epoch, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Moment(i64);

impl Moment {
    /// Later than anything that happens: in December 9999.
    pub const NEVER: Self = Self(253_402_207_200_000);

    pub const fn from_ms(unix_ms: i64) -> Self {
        Self(unix_ms)
    }

    /// Milliseconds since the Unix epoch.
    pub const fn ms(self) -> i64 {
        self.0
    }

    /// `ms` milliseconds later.
    #[must_use]
    pub const fn plus_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// The same time of day (UTC) `days` calendar days later.
    #[must_use]
    pub fn plus_days(self, days: u32) -> Self {
        self.plus(i64::from(days).days())
    }

    /// The same day of the month `months` later, or the last day of a shorter month.
    #[must_use]
    pub fn plus_months(self, months: u32) -> Self {
        self.plus(i64::from(months).months())
    }

    fn plus(self, span: Span) -> Self {
        // Out of range (the year 9999) means never: the last moment there is.
        self.timestamp()
            .to_zoned(TimeZone::UTC)
            .checked_add(span)
            .map_or(Self(Timestamp::MAX.as_millisecond()), |z| Self(z.timestamp().as_millisecond()))
    }

    /// Later by a length of time in words or after ISO 8601: `30 days`, `18mo`, `P1M2D`, `PT90S`.
    pub fn plus_length(self, text: &str) -> Option<Self> {
        let span: Span = text.parse().ok()?;
        let moved = self.timestamp().to_zoned(TimeZone::UTC).checked_add(span).ok()?;
        Some(Self(moved.timestamp().as_millisecond()))
    }

    /// The first and the last day that a calendar on a wall shows at this moment, somewhere on
    /// earth: clocks there are from 12 hours behind UTC to 14 ahead of it (IANA time zone database).
    pub fn days_somewhere(self) -> (Date, Date) {
        const HOUR: i64 = 3_600_000;
        (self.plus_ms(-12 * HOUR).date(), self.plus_ms(14 * HOUR).date())
    }

    /// The UTC day of this moment.
    pub fn date(self) -> Date {
        self.timestamp().to_zoned(TimeZone::UTC).date()
    }

    /// The first moment (UTC) of `date`.
    pub fn start_of(date: Date) -> Self {
        civil::DateTime::from(date)
            .to_zoned(TimeZone::UTC)
            .map_or(Self(0), |z| Self(z.timestamp().as_millisecond()))
    }

    /// For a person: `31 October 2026 at 14:05 UTC`.
    pub fn in_words(self) -> String {
        format!("{} {}", in_words(self.date()), self.timestamp().strftime("at %H:%M UTC"))
    }

    /// Reads RFC 3339; finer than a millisecond is cut off.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse::<Timestamp>().ok().map(|t| Self(t.as_millisecond()))
    }

    fn timestamp(self) -> Timestamp {
        Timestamp::from_millisecond(self.0).unwrap_or(Timestamp::MAX)
    }
}

impl fmt::Display for Moment {
    /// RFC 3339 in UTC with milliseconds: `2026-02-19T15:04:05.000Z`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", self.timestamp())
    }
}

/// For a person: `31 October 2026`.
pub fn in_words(date: Date) -> String {
    date.strftime("%-d %B %Y").to_string()
}

/// `days` working days after `date`: Saturdays and Sundays are skipped, holidays are not known.
pub fn plus_working_days(date: Date, days: u32) -> Date {
    let mut day = date;
    let mut left = days;
    while left > 0 {
        let Ok(next) = day.tomorrow() else { return day };
        day = next;
        if !matches!(day.weekday(), civil::Weekday::Saturday | civil::Weekday::Sunday) {
            left -= 1;
        }
    }
    day
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_keep_the_day_or_take_the_last() {
        let end_of_january = Moment::parse("2028-01-31T10:00:00Z").unwrap();
        assert_eq!(end_of_january.plus_months(1).to_string(), "2028-02-29T10:00:00.000Z");
        assert_eq!(end_of_january.plus_months(12).to_string(), "2029-01-31T10:00:00.000Z");
    }

    #[test]
    fn a_length_of_time_is_in_words_or_after_iso_8601() {
        let start = Moment::parse("2026-01-31T10:00:00Z").unwrap();
        for (text, end) in [
            ("30 days", "2026-03-02T10:00:00.000Z"),
            ("P1M", "2026-02-28T10:00:00.000Z"),
            ("PT90S", "2026-01-31T10:01:30.000Z"),
            ("18mo", "2027-07-31T10:00:00.000Z"),
        ] {
            assert_eq!(start.plus_length(text).unwrap().to_string(), end, "{text}");
        }
        for text in ["", "soon", "P", "99999 years"] {
            assert_eq!(start.plus_length(text), None, "{text}");
        }
    }

    #[test]
    fn moments_round_trip() {
        for text in ["2026-02-19T15:04:05.123Z", "1999-12-31T23:59:59.000Z"] {
            assert_eq!(Moment::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(
            Moment::parse("2026-02-19T15:04:05+02:00").unwrap().to_string(),
            "2026-02-19T13:04:05.000Z"
        );
        assert_eq!(Moment::parse("2026-02-30T00:00:00Z"), None);
    }

    #[test]
    fn a_moment_in_words_is_for_a_person() {
        let moment = Moment::parse("2026-02-09T05:04:59Z").unwrap();
        assert_eq!(moment.in_words(), "9 February 2026 at 05:04 UTC");
    }

    #[test]
    fn working_days_skip_the_weekend() {
        let friday = civil::date(2026, 11, 20);
        assert_eq!(plus_working_days(friday, 1), civil::date(2026, 11, 23));
        assert_eq!(plus_working_days(friday, 5), civil::date(2026, 11, 27));
        assert_eq!(plus_working_days(friday, 0), friday);
    }
}
