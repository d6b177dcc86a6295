//! The lookup: what is asked, under which terms of the index it may stand, and how well an account
//! answers it.

use super::Account;
use super::name::{Name, letters, place_key};
use super::terms::{self, pair};
use super::{rank, spelling};
use crate::code::{Because, Code};
use crate::refusal::{Fault, Refusal};
use std::collections::{BTreeMap, BTreeSet};

pub use super::rank::{Match, Reason};

/// The fewest letters and digits of a name.
pub const FEWEST: usize = 3;
/// The most that a lookup answers.
pub const MOST: usize = 5;
/// Other words that one word asked may have been meant for.
const MEANT: usize = 4;
/// Terms of the index that one lookup asks for.
const TERMS: usize = 48;
/// Names that are looked for as wholes or beginnings.
const NAMES: usize = 8;
/// Words of a question that count.
const WORDS: usize = 8;

/// A question as it came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lookup {
    pub name: Option<String>,
    pub acid: Option<String>,
    pub sub_account: Option<String>,
    pub city: Option<String>,
    pub state: Option<String>,
    pub zip: Option<String>,
}

/// A question as the index is asked it. Empty texts do not restrict.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    pub name: Name,
    /// The customer's number, as the index has it.
    pub acid: Option<String>,
    pub sub_account: Option<String>,
    pub city: String,
    pub state: String,
    /// Five digits.
    pub zip: String,
}

/// A word of the index that a word asked may mean, and what is asked about it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Term {
    pub text: String,
    /// How many of the words asked it covers: fewer are worse.
    pub covers: u8,
    /// Whether it is as asked.
    pub literal: bool,
}

impl Lookup {
    /// Reads a question. Refused without a name of at least three letters or digits, or a number.
    pub fn read(self) -> Result<Asked, Refusal> {
        let given = |text: Option<String>| text.filter(|t| !t.trim().is_empty());
        let (name, acid, sub) = (given(self.name), given(self.acid), given(self.sub_account));
        let short = name.as_deref().is_some_and(|name| letters(name) < FEWEST);
        let no_number = |n: &Option<String>| n.as_deref().is_some_and(|n| letters(n) == 0);
        let mut faults = Vec::new();
        let fault = |pointer, because, detail: &str| Fault::new(pointer, because, detail);
        if short {
            let detail = "a name has at least three letters or digits";
            faults.push(fault("/name", Because::TooShort, detail).expected("three at least"));
        } else if name.is_none() && acid.is_none() && sub.is_none() {
            let detail = "a lookup needs a name, an acid or a sub_account_id";
            faults.push(fault("/name", Because::Missing, detail));
        }
        for (pointer, number) in [("/acid", &acid), ("/sub_account_id", &sub)] {
            if no_number(number) {
                let detail = "a customer's number has letters or digits";
                faults.push(fault(pointer, Because::BadFormat, detail));
            }
        }
        if !faults.is_empty() {
            let detail = "the lookup does not say whom to look for";
            return Err(Refusal::new(Code::InvalidBody, detail).with(faults));
        }
        let mut name = name.map_or_else(Name::default, |name| Name::read(&name));
        name.words.truncate(WORDS);
        Ok(Asked {
            name,
            acid: acid.map(|n| terms::number(&n)),
            sub_account: sub.map(|n| terms::number(&n)),
            city: given(self.city).map(|c| place_key(&c)).unwrap_or_default(),
            state: given(self.state).unwrap_or_default().trim().to_uppercase(),
            zip: given(self.zip).unwrap_or_default().trim().chars().take(5).collect(),
        })
    }
}

impl Asked {
    /// Whether it asks for a number: that tells a customer better than its name.
    pub fn by_number(&self) -> bool {
        self.acid.is_some() || self.sub_account.is_some()
    }

    /// For each word the forms under which a near word of the vocabulary is known.
    pub fn spellings(&self) -> Vec<BTreeSet<String>> {
        self.name.words.iter().map(|word| spelling::keys(&word.key)).collect()
    }

    /// The last word, which may be the beginning of a longer one.
    pub fn beginning(&self) -> Option<&str> {
        let last = self.name.words.last()?;
        (letters(&last.key) >= FEWEST).then_some(&*last.key)
    }

    /// The words that each word asked may mean, best first: itself, then those that begin with
    /// it, then those that it may be a misspelling of. `near` has for each word the words of the
    /// vocabulary that share a form with it, `longer` those that begin with the last.
    fn meant(&self, near: &[Vec<String>], longer: &[String]) -> Vec<Vec<String>> {
        let last = self.name.words.len().saturating_sub(1);
        let meant = |(at, word): (usize, &super::Word)| {
            let near = near.get(at).into_iter().flatten();
            let spelt = |w: &String| Some((spelling::slips(&word.key, w)?, w.clone()));
            let others: BTreeSet<(u32, String)> =
                near.filter(|w| **w != word.key).filter_map(spelt).collect();
            let begun = longer.iter().filter(|w| at == last && **w != word.key).cloned();
            let mut meant = vec![word.key.clone()];
            meant.extend(others.into_iter().map(|(_, w)| w).take(MEANT));
            meant.extend(begun.take(MEANT));
            meant
        };
        self.name.words.iter().enumerate().map(meant).collect()
    }

    /// The terms of the index to ask for, most telling first.
    pub fn terms(&self, near: &[Vec<String>], longer: &[String]) -> Vec<Term> {
        if self.by_number() {
            let numbers = self.acid.iter().chain(&self.sub_account).cloned();
            return numbers.map(|text| Term { text, covers: 2, literal: true }).collect();
        }
        let meant = self.meant(near, longer);
        // The same term may be reached in two ways; the better one counts.
        let mut terms: BTreeMap<String, (bool, u8)> = BTreeMap::new();
        let mut order: Vec<String> = Vec::new();
        let mut add = |text: String, covers: u8, literal: bool| {
            let known = terms.entry(text.clone()).or_insert_with(|| {
                order.push(text);
                (literal, covers)
            });
            *known = (known.0 || literal, known.1.max(covers));
        };
        // Pairs as asked, then pairs with one word in another way, then both, then single words.
        for distance in 0..3_usize {
            for (i, ones) in meant.iter().enumerate() {
                for others in meant.iter().skip(i + 1) {
                    for (a, one) in ones.iter().enumerate() {
                        for (b, other) in others.iter().enumerate() {
                            let apart = usize::from(a > 0) + usize::from(b > 0);
                            if apart == distance && one != other {
                                add(pair(one, other), 2, apart == 0);
                            }
                        }
                    }
                }
            }
        }
        for words in &meant {
            for (at, word) in words.iter().enumerate() {
                if at == 0 || meant.len() == 1 {
                    add(word.clone(), 1, at == 0);
                }
            }
        }
        let singles = order.iter().filter(|text| !text.contains(' ')).count();
        let pairs = order.len() - singles;
        let dropped = order.len().saturating_sub(TERMS).min(pairs);
        let kept = order.iter().take(pairs - dropped).chain(order.iter().skip(pairs));
        let term = |text: &String| {
            let (literal, covers) = terms[text];
            Term { text: text.clone(), covers, literal }
        };
        kept.map(term).collect()
    }

    /// The names to look for as wholes or beginnings: as asked, and with one word read as another.
    pub fn names(&self, near: &[Vec<String>], longer: &[String]) -> Vec<String> {
        if self.by_number() {
            return Vec::new();
        }
        let mut names = vec![self.name.key()];
        for (at, words) in self.meant(near, longer).iter().enumerate() {
            for other in words.iter().skip(1) {
                let mut words: Vec<&str> = self.name.words.iter().map(|w| &*w.key).collect();
                words[at] = other;
                names.push(words.join(" "));
            }
        }
        names.truncate(NAMES);
        names
    }

    /// How well an account answers, with the reasons; none if it does not.
    pub fn rank(&self, account: &Account) -> Option<Match> {
        rank::rank(self, account)
    }
}

/// The best accounts, in their order; `found` may have some twice.
pub fn best(asked: &Asked, found: impl IntoIterator<Item = Account>) -> Vec<(Account, Match)> {
    let mut ranked: BTreeMap<String, (Account, Match)> = BTreeMap::new();
    for account in found {
        if let Some(matched) = asked.rank(&account) {
            ranked.insert(account.id.short().to_owned(), (account, matched));
        }
    }
    let mut ranked: Vec<_> = ranked.into_values().collect();
    // Accounts of one rank: by name, then by id, which is their age.
    ranked.sort_by(|(a, x), (b, y)| {
        x.rank.cmp(&y.rank).then_with(|| a.name.cmp(&b.name)).then_with(|| a.id.cmp(&b.id))
    });
    ranked.truncate(MOST);
    ranked
}

#[cfg(test)]
mod tests;
