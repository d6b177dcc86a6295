//! What single cells say: ZIP codes, states, units, and the values of features as people write them.

use domain::catalogue::{Feature, FeatureKind};
use domain::time::Date;

/// A ZIP code as it shall be, and whether zeros were put before it; none if it is no ZIP code.
///
/// A spreadsheet that takes ZIP codes for numbers eats the zeros before them.
pub(crate) fn zip(text: &str) -> Option<(String, bool)> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let (first, last) = match text.split_once('-') {
        Some((first, last)) if last.len() == 4 => (first, last),
        None if matches!(text.len(), 8 | 9) && text.is_ascii() => text.split_at(text.len() - 4),
        None => (&*text, ""),
        Some(_) => return None,
    };
    let digits = first.bytes().chain(last.bytes()).all(|b| b.is_ascii_digit());
    if !digits || !(3..=5).contains(&first.len()) {
        return None;
    }
    let hyphen = if last.is_empty() { "" } else { "-" };
    Some((format!("{first:0>5}{hyphen}{last}"), first.len() < 5))
}

/// A floor or room as an address says it: a bare number gets its word before it.
pub(crate) fn designated(word: &str, text: &str) -> String {
    let bare = !text.is_empty() && text.chars().count() <= 4 && !text.contains(' ');
    let number = text.chars().next().is_some_and(|c| c.is_ascii_digit());
    if bare && number { format!("{word} {text}") } else { text.to_owned() }
}

/// The two letters of a state, from these or from its name.
pub fn state(text: &str) -> Option<&'static str> {
    let coded = STATES.iter().find(|(code, _)| code.eq_ignore_ascii_case(text));
    let named = || {
        let wanted = super::heading::key(text);
        let is = |(code, name): &&(&str, &str)| {
            code.eq_ignore_ascii_case(&wanted) || super::heading::key(name) == wanted
        };
        STATES.iter().find(is)
    };
    coded.or_else(named).map(|(code, _)| *code)
}

/// The state whose name is written most like this.
pub(crate) fn nearest_state(text: &str) -> Option<String> {
    let name = super::heading::nearest(text, STATES.iter().map(|(_, name)| *name))?;
    let (code, _) = STATES.iter().find(|(_, n)| *n == name)?;
    Some(format!("{code} for {name}"))
}

/// Whether a text says the United States; that is all that is served.
pub(crate) fn is_us(text: &str) -> bool {
    let names = ["", "us", "usa", "unitedstates", "unitedstatesofamerica"];
    names.contains(&&*super::heading::key(text))
}

/// The text of a feature's value as the catalogue writes it, as far as that can be told; else the
/// text itself, for the catalogue to refuse.
pub(crate) fn value(feature: &Feature, text: &str) -> String {
    let listed = || {
        let wanted = sized_key(text);
        let exact = feature.values().iter().find(|v| v.eq_ignore_ascii_case(text));
        let found = exact.or_else(|| feature.values().iter().find(|v| sized_key(v) == wanted));
        found.filter(|_| !wanted.is_empty()).map(ToString::to_string)
    };
    match feature.kind {
        FeatureKind::YesNo(_) => match &*super::heading::key(text) {
            "y" | "1" | "x" | "true" | "yes" => "Yes".to_owned(),
            "n" | "0" | "false" | "no" | "none" => "No".to_owned(),
            _ => text.to_owned(),
        },
        FeatureKind::Integer { .. } => whole(text).unwrap_or_else(|| text.to_owned()),
        FeatureKind::Choice(_) => listed()
            .or_else(|| whole(text).filter(|n| feature.position(n).is_some()))
            .or_else(|| months(feature, text))
            .or_else(|| speed(text))
            .unwrap_or_else(|| text.to_owned()),
    }
}

/// A value without spaces and punctuation, but with what tells `1.5M` from `15M`.
fn sized_key(text: &str) -> String {
    let counts = |c: &char| c.is_alphanumeric() || matches!(c, '.' | '+');
    text.chars().filter(counts).flat_map(char::to_lowercase).collect()
}

/// A whole number, as a spreadsheet may write it: `1,000`, `5.0`.
fn whole(text: &str) -> Option<String> {
    let plain = text.replace(',', "");
    let digits = plain
        .split_once('.')
        .map_or(&*plain, |(whole, rest)| if rest.bytes().all(|b| b == b'0') { whole } else { "" });
    let sound = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    sound.then(|| digits.to_owned())
}

/// A speed in the catalogue's words: `1 Gb`, `1 gig`, `1000 Mbit/s` as `1 Gbps`, `1000 Mbps`.
fn speed(text: &str) -> Option<String> {
    let text = text.replace(',', "").to_ascii_lowercase();
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let (number, unit) = text.split_at(end);
    let unit: String = unit.chars().filter(char::is_ascii_alphabetic).collect();
    let unit = match &*unit {
        "k" | "kb" | "kbps" | "kbs" | "kbit" | "kbits" => "Kbps",
        "m" | "mb" | "mbps" | "mbs" | "mbit" | "mbits" | "meg" | "megs" | "megabit" => "Mbps",
        "g" | "gb" | "gbps" | "gbs" | "gbit" | "gbits" | "gig" | "gigs" | "gigabit" => "Gbps",
        _ => return None,
    };
    (!number.is_empty()).then(|| format!("{number} {unit}"))
}

/// A term in months: `36 months`, `36mo`, `3 years`, if the feature has a value of so many.
fn months(feature: &Feature, text: &str) -> Option<String> {
    let text = text.to_ascii_lowercase();
    let end = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(end);
    let factor = match unit.trim_matches(|c: char| !c.is_ascii_alphabetic()) {
        "m" | "mo" | "mos" | "mth" | "mths" | "month" | "months" => 1,
        "y" | "yr" | "yrs" | "year" | "years" => 12,
        _ => return None,
    };
    let months = number.parse::<u32>().ok()?.checked_mul(factor)?.to_string();
    feature.position(&months).map(|_| months)
}

/// A day as `2026-02-19`, or as people write it: `2/19/2026`.
pub(crate) fn day(text: &str) -> Option<Date> {
    if let Ok(day) = text.parse() {
        return Some(day);
    }
    let mut parts = text.split('/');
    let (month, day, year) = (parts.next()?, parts.next()?, parts.next()?);
    let number = |text: &str| text.parse::<u16>().ok();
    let (year, month, day) = (number(year)?, number(month)?, number(day)?);
    format!("{year:04}-{month:02}-{day:02}").parse().ok().filter(|_| parts.next().is_none())
}

/// The states, the district and the territories, by the codes of the postal service.
const STATES: [(&str, &str); 59] = [
    ("AL", "Alabama"),
    ("AK", "Alaska"),
    ("AS", "American Samoa"),
    ("AZ", "Arizona"),
    ("AR", "Arkansas"),
    ("CA", "California"),
    ("CO", "Colorado"),
    ("CT", "Connecticut"),
    ("DE", "Delaware"),
    ("DC", "District of Columbia"),
    ("FM", "Micronesia"),
    ("FL", "Florida"),
    ("GA", "Georgia"),
    ("GU", "Guam"),
    ("HI", "Hawaii"),
    ("ID", "Idaho"),
    ("IL", "Illinois"),
    ("IN", "Indiana"),
    ("IA", "Iowa"),
    ("KS", "Kansas"),
    ("KY", "Kentucky"),
    ("LA", "Louisiana"),
    ("ME", "Maine"),
    ("MH", "Marshall Islands"),
    ("MD", "Maryland"),
    ("MA", "Massachusetts"),
    ("MI", "Michigan"),
    ("MN", "Minnesota"),
    ("MS", "Mississippi"),
    ("MO", "Missouri"),
    ("MT", "Montana"),
    ("NE", "Nebraska"),
    ("NV", "Nevada"),
    ("NH", "New Hampshire"),
    ("NJ", "New Jersey"),
    ("NM", "New Mexico"),
    ("NY", "New York"),
    ("NC", "North Carolina"),
    ("ND", "North Dakota"),
    ("MP", "Northern Mariana Islands"),
    ("OH", "Ohio"),
    ("OK", "Oklahoma"),
    ("OR", "Oregon"),
    ("PW", "Palau"),
    ("PA", "Pennsylvania"),
    ("PR", "Puerto Rico"),
    ("RI", "Rhode Island"),
    ("SC", "South Carolina"),
    ("SD", "South Dakota"),
    ("TN", "Tennessee"),
    ("TX", "Texas"),
    ("UT", "Utah"),
    ("VT", "Vermont"),
    ("VI", "Virgin Islands"),
    ("VA", "Virginia"),
    ("WA", "Washington"),
    ("WV", "West Virginia"),
    ("WI", "Wisconsin"),
    ("WY", "Wyoming"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zip_codes_keep_their_zeros_or_get_them_back() {
        let read = |text| {
            zip(text).map(|(zip, padded)| format!("{zip}{}", ["", " +"][usize::from(padded)]))
        };
        for (text, expected) in [
            ("60606", "60606"),
            ("02108", "02108"),
            ("2108", "02108 +"),
            ("601", "00601 +"),
            ("606062345", "60606-2345"),
            ("60606-2345", "60606-2345"),
            ("21081234", "02108-1234 +"),
            ("2108-1234", "02108-1234 +"),
            (" 6 0606 ", "60606"),
        ] {
            assert_eq!(read(text).as_deref(), Some(expected), "{text}");
        }
        for wrong in ["", "12", "6060A", "606061", "60606-", "60606-12", "1-2-3", "-1234"] {
            assert_eq!(zip(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn states_are_known_by_code_and_by_name() {
        for (text, code) in
            [("IL", "IL"), ("il", "IL"), ("Illinois", "IL"), ("new  york", "NY"), ("N.C.", "NC")]
        {
            assert_eq!(state(text), Some(code), "{text}");
        }
        assert_eq!(state("Ontario"), None);
        assert_eq!(nearest_state("Ilinois").as_deref(), Some("IL for Illinois"));
    }

    #[test]
    fn speeds_are_understood_as_people_write_them() {
        for (text, expected) in [
            ("100 Mbps", "100 Mbps"),
            ("100M", "100 Mbps"),
            ("1 Gb", "1 Gbps"),
            ("1gig", "1 Gbps"),
            ("1,000 mbit/s", "1000 Mbps"),
            ("0.5 G", "0.5 Gbps"),
        ] {
            assert_eq!(speed(text).as_deref(), Some(expected), "{text}");
        }
        for none in ["fast", "100", "M", "10 miles", "AT&T Managed"] {
            assert_eq!(speed(none), None, "{none}");
        }
    }

    #[test]
    fn a_bare_floor_or_room_gets_its_word() {
        assert_eq!(designated("FL", "7"), "FL 7");
        assert_eq!(designated("RM", "12B"), "RM 12B");
        assert_eq!(designated("FL", "Mezzanine"), "Mezzanine");
        assert_eq!(designated("FL", "FL 7"), "FL 7");
    }
}
