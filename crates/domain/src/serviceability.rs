//! Serviceability: how a site can be reached by the network, how fast, and how soon. Found for an
//! address, kept with the site, and good until a moment.

mod speed;
mod table;

pub use speed::Speed;
pub use table::{SERVICEABILITY, ServiceTable};

use crate::address::Address;
use crate::time::Moment;
use serde::{Deserialize, Serialize};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal;)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vdoc])* $variant,)* }
        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];
            /// As it stands in files and on the wire.
            pub const fn word(self) -> &'static str { match self { $(Self::$variant => $word,)* } }
            /// The one of that word.
            pub fn of(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.word() == word)
            }
        }
    };
}

words! {
    /// How far the network is from the building.
    Reach {
        /// The building is connected.
        OnNet = "on_net";
        /// The network passes nearby; the last stretch must be built.
        NearNet = "near_net";
        /// Only over the network of another, or not at all.
        OffNet = "off_net";
    }
}

words! {
    /// How the last stretch is made.
    Technology {
        Fiber = "fiber";
        EthernetOverCopper = "ethernet_over_copper";
        Coax = "coax";
        FixedWireless = "fixed_wireless";
        Cellular = "cellular";
        /// Bought from the local carrier.
        ThirdParty = "third_party";
    }
}

words! {
    /// How sure the answer is.
    Confidence {
        Green = "green";
        Yellow = "yellow";
        Red = "red";
    }
}

/// Working days from the order to service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstallDays {
    pub least: u32,
    pub most: u32,
}

/// One way to reach the building.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    pub technology: Technology,
    /// What it can carry, slowest first, each once.
    pub speeds: Vec<Speed>,
    pub install_days: InstallDays,
}

/// What is known of an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Serviceability {
    pub reach: Reach,
    /// The preferred one first. None: the address cannot be served.
    pub accesses: Vec<Access>,
    pub confidence: Confidence,
    /// Why it is as sure as it is, for a person.
    pub reason: String,
    /// From this moment on it is to be asked for again.
    pub guaranteed_until: Moment,
}

/// An asked speed that no access of the address carries, and what is there instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shortfall {
    pub asked: Speed,
    /// The nearest below and the nearest above, with the technology that is preferred for each.
    pub alternates: Vec<(Technology, Speed)>,
}

impl Serviceability {
    /// Whether it still holds at `now`.
    pub fn is_good(&self, now: Moment) -> bool {
        now < self.guaranteed_until
    }

    /// The access that is preferred for that speed.
    pub fn access(&self, speed: Speed) -> Option<&Access> {
        self.accesses.iter().find(|access| access.speeds.contains(&speed))
    }

    /// Every speed that can be had, slowest first.
    pub fn speeds(&self) -> Vec<Speed> {
        let mut speeds: Vec<_> = self.accesses.iter().flat_map(|a| &a.speeds).copied().collect();
        speeds.sort_unstable();
        speeds.dedup();
        speeds
    }

    /// From the soonest to the latest of all accesses; none if there is no access.
    pub fn install_days(&self) -> Option<InstallDays> {
        let least = self.accesses.iter().map(|a| a.install_days.least).min()?;
        let most = self.accesses.iter().map(|a| a.install_days.most).max()?;
        Some(InstallDays { least, most })
    }

    /// None if the speed can be had.
    pub fn shortfall(&self, asked: Speed) -> Option<Shortfall> {
        let speeds = self.speeds();
        if speeds.contains(&asked) {
            return None;
        }
        let below = speeds.iter().rev().find(|speed| **speed < asked);
        let above = speeds.iter().find(|speed| **speed > asked);
        let with = |speed: &Speed| Some((self.access(*speed)?.technology, *speed));
        let alternates = below.into_iter().chain(above).filter_map(with).collect();
        Some(Shortfall { asked, alternates })
    }

    /// Why it cannot be true, if so: what another system says is looked at before it counts.
    pub fn nonsense(&self, now: Moment) -> Option<&'static str> {
        let rising = |access: &Access| access.speeds.windows(2).all(|pair| pair[0] < pair[1]);
        let timely = |access: &Access| {
            let InstallDays { least, most } = access.install_days;
            least <= most && most <= MOST_DAYS
        };
        if self.accesses.len() > Technology::ALL.len() {
            Some("more accesses than there are technologies")
        } else if self.accesses.iter().any(|a| a.speeds.is_empty() || a.speeds.len() > MOST_SPEEDS)
        {
            Some("an access without a speed, or with too many")
        } else if !self.accesses.iter().all(rising) {
            Some("speeds that do not rise")
        } else if !self.accesses.iter().all(timely) {
            Some("an impossible install interval")
        } else if self.reach == Reach::OnNet && self.accesses.is_empty() {
            Some("an address that is on the network and has no access")
        } else if self.reason.chars().nth(MOST_REASON).is_some()
            || self.reason.contains(char::is_control)
        {
            Some("a reason that is too long, or no text")
        } else if !self.is_good(now) || self.guaranteed_until > now.plus_days(MOST_GUARANTEED) {
            Some("a guarantee that is over, or beyond two years")
        } else {
            None
        }
    }
}

/// What an answer may have at most.
const MOST_SPEEDS: usize = 50;
const MOST_DAYS: u32 = 1000;
const MOST_REASON: usize = 500;
const MOST_GUARANTEED: u32 = 732;

/// Whether an address says enough to be looked up. None: it does.
pub fn unanswerable(address: &Address) -> Option<&'static str> {
    let five = address.zip5();
    let digits = five.len() == 5 && five.bytes().all(|b| b.is_ascii_digit());
    (!digits).then_some("the address has no ZIP code; validate it first")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Moment {
        Moment::from_ms(1_700_000_000_000)
    }

    fn speeds(words: &[&str]) -> Vec<Speed> {
        words.iter().map(|word| Speed::parse(word).unwrap()).collect()
    }

    fn found() -> Serviceability {
        let access = |technology, words: &[&str], (least, most)| Access {
            technology,
            speeds: speeds(words),
            install_days: InstallDays { least, most },
        };
        Serviceability {
            reach: Reach::NearNet,
            accesses: vec![
                access(Technology::Fiber, &["100M", "1G"], (30, 60)),
                access(Technology::FixedWireless, &["50M", "100M"], (5, 10)),
            ],
            confidence: Confidence::Yellow,
            reason: "records".into(),
            guaranteed_until: now().plus_days(30),
        }
    }

    #[test]
    fn an_asked_speed_is_there_or_the_nearest_are_named() {
        let found = found();
        let speed = |word| Speed::parse(word).unwrap();
        assert_eq!(found.shortfall(speed("100M")), None);
        assert_eq!(found.access(speed("100M")).unwrap().technology, Technology::Fiber);
        let alternates = |word| {
            let shortfall = found.shortfall(speed(word)).unwrap();
            let words = shortfall.alternates.iter().map(|(t, s)| format!("{} {s}", t.word()));
            words.collect::<Vec<_>>().join(", ")
        };
        assert_eq!(alternates("10M"), "fixed_wireless 50M");
        assert_eq!(alternates("250M"), "fiber 100M, fiber 1G");
        assert_eq!(alternates("10G"), "fiber 1G");
        assert_eq!(found.install_days(), Some(InstallDays { least: 5, most: 60 }));
        let none = Serviceability { accesses: Vec::new(), ..found };
        assert_eq!(none.shortfall(speed("10M")).unwrap().alternates, []);
    }

    #[test]
    fn a_guarantee_ends_at_its_moment() {
        let found = found();
        let until = found.guaranteed_until;
        assert!(found.is_good(until.plus_ms(-1)) && !found.is_good(until));
    }

    #[test]
    fn an_impossible_answer_is_told_from_a_possible_one() {
        assert_eq!(found().nonsense(now()), None);
        let spoil: [fn(&mut Serviceability); 8] = [
            |s| s.accesses[0].speeds.reverse(),
            |s| s.accesses[0].speeds.clear(),
            |s| s.accesses[0].install_days.least = 61,
            |s| s.accesses[0].install_days.most = 1001,
            |s| s.reason = "x".repeat(501),
            |s| s.reason = "a\u{0}".into(),
            |s| s.guaranteed_until = now(),
            |s| s.guaranteed_until = now().plus_days(733),
        ];
        for (at, spoil) in spoil.iter().enumerate() {
            let mut spoilt = found();
            spoil(&mut spoilt);
            assert!(spoilt.nonsense(now()).is_some(), "{at}");
        }
        let empty = Serviceability { reach: Reach::OnNet, accesses: Vec::new(), ..found() };
        assert!(empty.nonsense(now()).is_some());
        let off = Serviceability { reach: Reach::OffNet, ..empty };
        assert_eq!(off.nonsense(now()), None);
    }
}
