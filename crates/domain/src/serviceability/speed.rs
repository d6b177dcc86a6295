//! A speed of an access, as catalogues write it.

use serde::{Deserialize, Serialize};
use std::fmt;

/// In Mbit/s. Written as `500M` or `10G`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Speed(u32);

/// No access is as fast.
const FASTEST: u32 = 10_000_000;

impl Speed {
    /// Reads `500M`, `1G` or `2.5G`; none for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let (number, times) = match text.strip_suffix('G') {
            Some(number) => (number, 1000),
            None => (text.strip_suffix('M')?, 1),
        };
        let (whole, part) = number.split_once('.').map_or((number, None), |(w, p)| (w, Some(p)));
        let digits = |text: &str| {
            let plain = (1..=7).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
            plain.then(|| text.parse::<u32>().ok()).flatten()
        };
        let tenths = match part {
            Some(part) if times == 1000 && part.len() == 1 => digits(part)? * 100,
            Some(_) => return None,
            None => 0,
        };
        let mbps = digits(whole)?.checked_mul(times)?.checked_add(tenths)?;
        (1..=FASTEST).contains(&mbps).then_some(Self(mbps))
    }

    /// In Mbit/s.
    pub const fn mbps(self) -> u32 {
        self.0
    }
}

impl fmt::Display for Speed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0 / 1000, self.0 % 1000) {
            (whole, 0) if whole > 0 => write!(f, "{whole}G"),
            (whole, part) if whole > 0 && part % 100 == 0 => write!(f, "{whole}.{}G", part / 100),
            _ => write!(f, "{}M", self.0),
        }
    }
}

impl TryFrom<String> for Speed {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("not a speed such as 500M or 10G")
    }
}

impl From<Speed> for String {
    fn from(speed: Speed) -> Self {
        speed.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_speed_is_read_and_written_the_same() {
        for (text, mbps) in
            [("1M", 1), ("500M", 500), ("1G", 1000), ("2.5G", 2500), ("100G", 100_000)]
        {
            let speed = Speed::parse(text).unwrap();
            assert_eq!((speed.mbps(), speed.to_string().as_str()), (mbps, text));
        }
        assert_eq!(Speed::parse("1000M").unwrap().to_string(), "1G");
        assert_eq!(Speed::parse("1250M").unwrap().to_string(), "1250M");
        for text in ["", "M", "G", "10", "10K", "-1M", "0M", "1.5M", "2.55G", "2.G", "99999999M"] {
            assert_eq!(Speed::parse(text), None, "{text}");
        }
    }
}
