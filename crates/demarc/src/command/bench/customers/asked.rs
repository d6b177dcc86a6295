//! What the lookup is asked, made from accounts that are there, and names that are not.

use super::names::{Dice, row};
use serde_json::{Value, json};

/// How a name is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Exact,
    Partial,
    Abbreviated,
    Misspelt,
    Common,
    Absent,
}

/// How much of the place is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    None,
    State,
    Zip,
    All,
}

impl Way {
    pub(super) const ALL: [Self; 6] =
        [Self::Exact, Self::Partial, Self::Abbreviated, Self::Misspelt, Self::Common, Self::Absent];

    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Partial => "partial",
            Self::Abbreviated => "abbreviated",
            Self::Misspelt => "misspelt",
            Self::Common => "one common word",
            Self::Absent => "absent",
        }
    }
}

impl Place {
    pub(super) const ALL: [Self; 4] = [Self::None, Self::State, Self::Zip, Self::All];

    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::None => "nowhere",
            Self::State => "state",
            Self::Zip => "ZIP code",
            Self::All => "city, state, ZIP code",
        }
    }
}

const SHORT: [(&str, &str); 10] = [
    ("Services", "Svcs"),
    ("Manufacturing", "Mfg"),
    ("Associates", "Assoc"),
    ("Center", "Ctr"),
    ("International", "Intl"),
    ("Brothers", "Bros"),
    ("Construction", "Constr"),
    ("Group", "Grp"),
    ("Insurance", "Ins"),
    ("Medical", "Med"),
];

/// A question about account number `at`, and the number that should be among the answers.
pub(super) fn question(at: u32, way: Way, place: Place) -> (Value, String) {
    let account = row(at).account;
    let mut dice = Dice::new(u64::from(at) ^ 0xdead);
    let whole = account.new.name;
    let words: Vec<&str> = whole.split_whitespace().filter(|w| w.len() > 1).collect();
    let name = match way {
        Way::Exact => whole.to_uppercase(),
        Way::Partial => words[..words.len().min(2)].join(" "),
        Way::Abbreviated => {
            let short = |name: String, (long, short): &(&str, &str)| name.replace(long, short);
            SHORT.iter().fold(whole.clone(), short)
        }
        Way::Misspelt => misspelt(&whole, &mut dice),
        Way::Common => ["services", "construction", "dental", "group"][dice.below(4)].to_owned(),
        Way::Absent => format!("Qzx{}vorblum Wyk{}fet", letters(&mut dice), letters(&mut dice)),
    };
    let address = account.new.address;
    let mut body = json!({ "name": name });
    if matches!(place, Place::State | Place::All) {
        body["state"] = address.state.into();
    }
    if matches!(place, Place::Zip | Place::All) {
        body["zip"] = address.zip.into();
    }
    if place == Place::All {
        body["city"] = address.city.into();
    }
    (body, account.acid.unwrap_or_default())
}

fn letters(dice: &mut Dice) -> String {
    (0..3).map(|_| ["a", "e", "i", "o", "u"][dice.below(5)]).collect()
}

/// With a slip in its longest word.
fn misspelt(name: &str, dice: &mut Dice) -> String {
    let longest = name.split_whitespace().max_by_key(|word| word.len()).unwrap_or(name);
    let mut letters: Vec<char> = longest.chars().collect();
    let at = 1 + dice.below(letters.len().saturating_sub(2));
    match dice.below(3) {
        0 => drop(letters.remove(at)),
        1 => letters.swap(at - 1, at),
        _ => letters[at] = 'q',
    }
    name.replacen(longest, &letters.into_iter().collect::<String>(), 1)
}
