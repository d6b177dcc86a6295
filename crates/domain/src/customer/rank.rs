//! How well an account answers a lookup, and why: in codes and in words.

use super::lookup::Asked;
use super::name::{Name, Word, place_key};
use super::{Account, spelling, terms};

/// Why an account stands in the answer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// The same words in the same order, legal forms and punctuation aside.
    ExactName,
    /// The same words in another order.
    SameWords,
    /// The name begins with what was asked.
    BeginsWith,
    /// All words asked stand in the name.
    Contains,
    /// It is the name that the customer does business as.
    DoingBusinessAs,
    /// A word is written in another way.
    Abbreviation {
        asked: String,
        found: String,
    },
    /// A word was read as another.
    Typo {
        asked: String,
        found: String,
    },
    /// The last word is the beginning of another.
    WordBegins {
        asked: String,
        found: String,
    },
    /// A word asked is the customer's city or state.
    PlaceInName {
        asked: String,
    },
    Acid,
    SubAccount,
    City,
    State,
    Zip,
}

impl Reason {
    /// Every code.
    pub const CODES: [&'static str; 14] = [
        "exact_name",
        "same_words",
        "begins_with",
        "contains",
        "doing_business_as",
        "abbreviation",
        "typo",
        "word_begins",
        "place_in_name",
        "acid",
        "sub_account",
        "city",
        "state",
        "zip",
    ];

    /// The stable code, as on the wire.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::ExactName => "exact_name",
            Self::SameWords => "same_words",
            Self::BeginsWith => "begins_with",
            Self::Contains => "contains",
            Self::DoingBusinessAs => "doing_business_as",
            Self::Abbreviation { .. } => "abbreviation",
            Self::Typo { .. } => "typo",
            Self::WordBegins { .. } => "word_begins",
            Self::PlaceInName { .. } => "place_in_name",
            Self::Acid => "acid",
            Self::SubAccount => "sub_account",
            Self::City => "city",
            Self::State => "state",
            Self::Zip => "zip",
        }
    }

    /// For a person.
    pub fn in_words(&self) -> String {
        match self {
            Self::ExactName => "The name is the same.".into(),
            Self::SameWords => "The name has the same words in another order.".into(),
            Self::BeginsWith => "The name begins with what was asked.".into(),
            Self::Contains => "The words asked stand in the name.".into(),
            Self::DoingBusinessAs => "It is the name that the customer does business as.".into(),
            Self::Abbreviation { asked, found } => format!("“{asked}” is “{found}”."),
            Self::Typo { asked, found } => format!("“{asked}” was read as “{found}”."),
            Self::WordBegins { asked, found } => format!("“{asked}” begins “{found}”."),
            Self::PlaceInName { asked } => format!("“{asked}” is where the customer is."),
            Self::Acid => "The customer number is the same.".into(),
            Self::SubAccount => "The sub-account is one of the customer's.".into(),
            Self::City => "The city is the same.".into(),
            Self::State => "The state is the same.".into(),
            Self::Zip => "The ZIP code is the same.".into(),
        }
    }
}

/// How well, best first: misspelt words, then how much of the name it is, then how it is written.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank {
    slips: u32,
    /// 0 exact, 1 the same words, 2 a beginning, 3 anywhere.
    shape: u8,
    begun: u32,
    other_name: bool,
    places: u32,
    /// Words of the name that were not asked for.
    more: usize,
    abbreviated: u32,
}

/// An answer's place and reasons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    pub rank: Rank,
    pub reasons: Vec<Reason>,
}

/// How well `account` answers; none if it does not, or is elsewhere.
pub(super) fn rank(asked: &Asked, account: &Account) -> Option<Match> {
    let places = places(asked, account)?;
    let mut matched = if asked.by_number() {
        let mut reasons = numbers(asked, account)?;
        // A name beside the number must not contradict it.
        if !asked.name.words.is_empty() {
            reasons.extend(named(asked, account)?.reasons);
        }
        Match { rank: Rank::default(), reasons }
    } else {
        named(asked, account)?
    };
    matched.reasons.extend(places);
    Some(matched)
}

/// City, state and ZIP code are exact where given.
fn places(asked: &Asked, account: &Account) -> Option<Vec<Reason>> {
    let spot = terms::Spot::of(account);
    let given = [
        (&asked.city, &spot.city, Reason::City),
        (&asked.state, &spot.state, Reason::State),
        (&asked.zip, &spot.zip, Reason::Zip),
    ];
    let given = given.into_iter().filter(|(asked, ..)| !asked.is_empty());
    given.map(|(asked, has, reason)| (asked == has).then_some(reason)).collect()
}

fn numbers(asked: &Asked, account: &Account) -> Option<Vec<Reason>> {
    let mut reasons = Vec::new();
    if let Some(acid) = &asked.acid {
        account.acid.as_deref().filter(|has| terms::number(has) == *acid)?;
        reasons.push(Reason::Acid);
    }
    if let Some(sub) = &asked.sub_account {
        account.sub_accounts.iter().find(|has| terms::number(&has.id) == *sub)?;
        reasons.push(Reason::SubAccount);
    }
    Some(reasons)
}

/// By the better of its names.
fn named(asked: &Asked, account: &Account) -> Option<Match> {
    let own = Name::read(&account.name);
    let own = by_name(asked, &own, account);
    let other = account.doing_business_as.as_deref().map(Name::read);
    let other = other.and_then(|name| by_name(asked, &name, account)).map(|mut matched| {
        matched.rank.other_name = true;
        matched.reasons.insert(1, Reason::DoingBusinessAs);
        matched
    });
    [own, other].into_iter().flatten().min_by(|a, b| a.rank.cmp(&b.rank))
}

/// How one word asked is found in a name.
enum Hit {
    Word { at: usize, why: Option<Reason>, slips: u32 },
    Place,
}

fn by_name(asked: &Asked, name: &Name, account: &Account) -> Option<Match> {
    let mut free: Vec<bool> = vec![true; name.words.len()];
    let last = asked.name.words.len().checked_sub(1)?;
    let mut hits = Vec::with_capacity(last + 1);
    for (at, word) in asked.name.words.iter().enumerate() {
        let hit = hit(word, at == last, name, &free).or_else(|| in_place(word, account))?;
        if let Hit::Word { at, .. } = &hit {
            free[*at] = false;
        }
        hits.push(hit);
    }
    let mut rank = Rank { more: free.iter().filter(|free| **free).count(), ..Rank::default() };
    let (mut at, mut reasons) = (Vec::new(), Vec::new());
    for (hit, word) in hits.into_iter().zip(&asked.name.words) {
        match hit {
            Hit::Word { at: found, why, slips } => {
                at.push(found);
                rank.slips += slips;
                rank.begun += u32::from(matches!(why, Some(Reason::WordBegins { .. })));
                rank.abbreviated += u32::from(matches!(why, Some(Reason::Abbreviation { .. })));
                reasons.extend(why);
            }
            Hit::Place => {
                rank.places += 1;
                reasons.push(Reason::PlaceInName { asked: word.given.clone() });
            }
        }
    }
    // A name of places only says nothing about the customer.
    if at.is_empty() {
        return None;
    }
    let in_order = at.iter().enumerate().all(|(n, found)| n == *found);
    let whole = rank.more == 0 && rank.places == 0 && rank.begun == 0;
    let (shape, reason) = match (whole, in_order) {
        (true, true) => (0, Reason::ExactName),
        (true, false) => (1, Reason::SameWords),
        (false, true) => (2, Reason::BeginsWith),
        (false, false) => (3, Reason::Contains),
    };
    rank.shape = shape;
    reasons.insert(0, reason);
    Some(Match { rank, reasons })
}

/// The best word of the name that is still free.
fn hit(word: &Word, last: bool, name: &Name, free: &[bool]) -> Option<Hit> {
    let open = || name.words.iter().enumerate().filter(|(at, _)| free[*at]);
    let both = |found: &Word| (word.given.clone(), found.given.clone());
    if let Some((at, found)) = open().find(|(_, w)| w.key == word.key) {
        let (asked, found) = both(found);
        let why = (asked != found).then_some(Reason::Abbreviation { asked, found });
        return Some(Hit::Word { at, why, slips: 0 });
    }
    let long = word.key.chars().count() >= super::lookup::FEWEST;
    if last
        && long
        && let Some((at, found)) =
            open().find(|(_, w)| w.key.starts_with(&word.key) || w.given.starts_with(&word.given))
    {
        let (asked, found) = both(found);
        return Some(Hit::Word { at, why: Some(Reason::WordBegins { asked, found }), slips: 0 });
    }
    let near = |(at, w): (usize, &Word)| {
        let written = spelling::slips(&word.given, &w.given);
        let read = spelling::slips(&word.key, &w.key);
        let slips = [written, read].into_iter().flatten().min()?;
        Some((slips, at))
    };
    let (slips, at) = open().filter_map(near).min()?;
    let (asked, found) = both(&name.words[at]);
    Some(Hit::Word { at, why: Some(Reason::Typo { asked, found }), slips })
}

/// People write the place behind the name: `Lone Star Dental Dallas`.
fn in_place(word: &Word, account: &Account) -> Option<Hit> {
    let city = place_key(&account.address.city);
    let is = city.split(' ').any(|part| part == word.key)
        || account.address.state.eq_ignore_ascii_case(&word.given);
    is.then_some(Hit::Place)
}
