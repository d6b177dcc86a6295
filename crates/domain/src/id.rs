//! Ids: 15 characters of base62, emitted with their three-character checksum.
//!
//! The first three characters name the kind, the other twelve hold 41 bits of
//! milliseconds and 30 bits of randomness, so that ids sort by time. The
//! suffix is the one of the published ids: one character per block of five,
//! whose bits say which letters of the block are capitals. It lets an id
//! survive a system that forgets the case of letters.

use std::fmt;
use std::str::FromStr;

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const SUFFIX: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";

/// Milliseconds from the Unix epoch to 2020-01-01T00:00:00Z, where ids begin.
/// 41 bits reach until 2089.
const EPOCH_MS: i64 = 1_577_836_800_000;

/// What an id names; its three characters lead the id.
///
/// Prefixes follow the published examples where those exist; the others are ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    Account,
    Opportunity,
    Quote,
    Site,
    Import,
    CreditCheck,
    Contract,
    /// Parent orders and sub-orders share one kind, as published.
    Order,
    OrderItem,
    ExceptionRequest,
    LetterOfAgency,
    Partner,
    Credential,
    /// A version of the catalogue, proposed or published.
    Catalogue,
    CustomerGroup,
    WebhookEndpoint,
    Event,
    Job,
    Request,
}

impl Kind {
    pub const ALL: [Self; 19] = [
        Self::Account,
        Self::Opportunity,
        Self::Quote,
        Self::Site,
        Self::Import,
        Self::CreditCheck,
        Self::Contract,
        Self::Order,
        Self::OrderItem,
        Self::ExceptionRequest,
        Self::LetterOfAgency,
        Self::Partner,
        Self::Credential,
        Self::Catalogue,
        Self::CustomerGroup,
        Self::WebhookEndpoint,
        Self::Event,
        Self::Job,
        Self::Request,
    ];

    /// The three characters that lead every id of this kind.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Account => "001",
            Self::Opportunity => "006",
            Self::Quote => "0Q0",
            Self::Site => "a7l",
            Self::Import => "a7i",
            Self::CreditCheck => "a9X",
            Self::Contract => "a4T",
            Self::Order => "801",
            Self::OrderItem => "802",
            Self::ExceptionRequest => "a8E",
            Self::LetterOfAgency => "a2L",
            Self::Partner => "a0P",
            Self::Credential => "a0C",
            Self::Catalogue => "a5C",
            Self::CustomerGroup => "a3G",
            Self::WebhookEndpoint => "a6W",
            Self::Event => "evt",
            Self::Job => "job",
            Self::Request => "req",
        }
    }
}

/// An id: 15 significant characters, shown with three more.
///
/// Ordering is by bytes, which within a kind is by time.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id([u8; 15]);

/// Why a text is not an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdError {
    /// Neither 15 nor 18 characters.
    Length,
    /// A character outside of base62.
    Alphabet,
    /// The suffix does not belong to the fifteen characters before it.
    Checksum,
}

impl fmt::Display for IdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Length => "an id has 15 characters, or 18 with its checksum",
            Self::Alphabet => "an id has letters and digits only",
            Self::Checksum => "the last three characters do not match the rest of the id",
        })
    }
}

impl std::error::Error for IdError {}

impl Id {
    /// Builds an id of `kind` from a moment and 30 random bits (higher bits are ignored).
    pub fn new(kind: Kind, unix_ms: i64, random: u32) -> Self {
        let ms = u128::try_from(unix_ms - EPOCH_MS).unwrap_or(0) & ((1 << 41) - 1);
        let mut rest = (ms << 30) | u128::from(random & ((1 << 30) - 1));
        let mut bytes = [b'0'; 15];
        bytes[..3].copy_from_slice(kind.prefix().as_bytes());
        for place in bytes[3..].iter_mut().rev() {
            *place = BASE62[usize::try_from(rest % 62).unwrap_or(0)];
            rest /= 62;
        }
        Self(bytes)
    }

    /// The last id of `kind` that a moment could give: those of later moments sort behind it.
    pub fn last_of(kind: Kind, unix_ms: i64) -> Self {
        Self::new(kind, unix_ms, u32::MAX)
    }

    /// The kind, if the prefix is one of ours.
    pub fn kind(&self) -> Option<Kind> {
        Kind::ALL.into_iter().find(|k| k.prefix().as_bytes() == &self.0[..3])
    }

    /// Whether this id names a thing of `kind`.
    pub fn is(&self, kind: Kind) -> bool {
        kind.prefix().as_bytes() == &self.0[..3]
    }

    /// When it was made, in milliseconds since the Unix epoch.
    pub fn made_at_ms(&self) -> i64 {
        let digit = |c: &u8| BASE62.iter().position(|b| b == c).unwrap_or(0) as u128;
        let rest = self.0[3..].iter().fold(0_u128, |n, c| n * 62 + digit(c));
        EPOCH_MS + i64::try_from(rest >> 30).unwrap_or(0)
    }

    /// The 15 significant characters, as stored.
    pub fn short(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    fn suffix(&self) -> [u8; 3] {
        let mut suffix = [0; 3];
        for (block, out) in self.0.chunks_exact(5).zip(&mut suffix) {
            let capitals = block
                .iter()
                .enumerate()
                .filter(|(_, c)| c.is_ascii_uppercase())
                .fold(0usize, |bits, (at, _)| bits | 1 << at);
            *out = SUFFIX[capitals];
        }
        suffix
    }
}

impl FromStr for Id {
    type Err = IdError;

    /// Reads 15 characters as they are, or 18 in any case.
    fn from_str(text: &str) -> Result<Self, IdError> {
        let bytes = text.as_bytes();
        if bytes.len() != 15 && bytes.len() != 18 {
            return Err(IdError::Length);
        }
        if !bytes.iter().all(u8::is_ascii_alphanumeric) {
            return Err(IdError::Alphabet);
        }
        let mut id = Self([0; 15]);
        id.0.copy_from_slice(&bytes[..15]);
        if bytes.len() == 15 {
            return Ok(id);
        }
        for (block, mark) in id.0.chunks_exact_mut(5).zip(&bytes[15..]) {
            let capitals = SUFFIX
                .iter()
                .position(|c| *c == mark.to_ascii_uppercase())
                .ok_or(IdError::Checksum)?;
            for (at, c) in block.iter_mut().enumerate() {
                let capital = capitals >> at & 1 == 1;
                if capital && !c.is_ascii_alphabetic() {
                    return Err(IdError::Checksum);
                }
                *c = if capital { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() };
            }
        }
        Ok(id)
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.short())?;
        f.write_str(std::str::from_utf8(&self.suffix()).unwrap_or_default())
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl serde::Serialize for Id {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.short())
    }
}

impl<'de> serde::Deserialize<'de> for Id {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Where a decision takes its fresh ids from: a moment and a seed, given from outside,
/// so that the same decision replayed makes the same ids.
#[derive(Debug, Clone)]
pub struct Ids {
    unix_ms: i64,
    next: u32,
}

impl Ids {
    /// A source for one decision at `unix_ms`; `seed` is fresh randomness.
    pub fn new(unix_ms: i64, seed: u32) -> Self {
        Self { unix_ms, next: seed }
    }

    /// The next id. Ids of one source sort in the order they were taken, except where
    /// the 30 bits wrap around.
    pub fn next(&mut self, kind: Kind) -> Id {
        let id = Id::new(kind, self.unix_ms, self.next);
        self.next = self.next.wrapping_add(1);
        id
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PUBLISHED: [&str; 7] = [
        "801Kf000004FnicIAC",
        "801Kf000004FnihIAC",
        "0Q0Kf000000xjXgKAI",
        "a7ldx000000o0pdAAA",
        "802Kf000006H3ktIAC",
        "0013g00000cUIRtAAO",
        "a9X550000005tWzEAI",
    ];

    #[test]
    fn published_ids_carry_our_checksum() {
        for text in PUBLISHED {
            let id: Id = text[..15].parse().unwrap();
            assert_eq!(id.to_string(), text);
            assert_eq!(text.parse::<Id>().unwrap(), id);
        }
    }

    #[test]
    fn eighteen_characters_are_read_in_any_case() {
        for text in PUBLISHED {
            let id: Id = text.parse().unwrap();
            assert_eq!(text.to_lowercase().parse::<Id>().unwrap(), id);
            assert_eq!(text.to_uppercase().parse::<Id>().unwrap(), id);
        }
    }

    #[test]
    fn what_is_not_an_id_says_why() {
        assert_eq!("".parse::<Id>(), Err(IdError::Length));
        assert_eq!("801Kf000004Fnic1".parse::<Id>(), Err(IdError::Length));
        assert_eq!("801Kf000004Fni-".parse::<Id>(), Err(IdError::Alphabet));
        assert_eq!("801Kf000004FnicIA9".parse::<Id>(), Err(IdError::Checksum));
        // A capital where the block has a digit.
        assert_eq!("80100000000000055A".parse::<Id>(), Err(IdError::Checksum));
    }

    #[test]
    fn prefixes_are_distinct() {
        for a in Kind::ALL {
            assert_eq!(Kind::ALL.iter().filter(|b| b.prefix() == a.prefix()).count(), 1);
            assert_eq!(Id::new(a, EPOCH_MS, 0).kind(), Some(a));
        }
    }

    proptest! {
        #[test]
        fn ids_round_trip(ms in 0i64..(1 << 41), random: u32, upper: bool) {
            let id = Id::new(Kind::Quote, EPOCH_MS + ms, random);
            prop_assert_eq!(id.made_at_ms(), EPOCH_MS + ms);
            let long = id.to_string();
            prop_assert_eq!(long.len(), 18);
            let shown = if upper { long.to_uppercase() } else { long.to_lowercase() };
            prop_assert_eq!(shown.parse::<Id>().unwrap(), id);
            prop_assert_eq!(id.short().parse::<Id>().unwrap(), id);
        }

        #[test]
        fn ids_sort_by_time(a in 0i64..(1 << 41), b in 0i64..(1 << 41), x: u32, y: u32) {
            prop_assume!(a < b);
            let (early, late) = (Id::new(Kind::Order, EPOCH_MS + a, x), Id::new(Kind::Order, EPOCH_MS + b, y));
            prop_assert!(early < late);
            prop_assert!(early.short() < late.short());
        }
    }
}
