//! The index of the lookup: under which words and numbers an account is found, where, by whom.
//!
//! Besides each word of its names an account stands under each pair of the first few, in the
//! order of the alphabet: two words that are common by themselves are one look-up together.

use super::name::{Name, number_key, place_key};
use super::{Account, AccountStatus};
use crate::change::{Change, Mode, Put, Record};
use crate::id::Id;
use crate::party::Tenant;
use std::collections::BTreeSet;

/// So many words of a name are found one by one.
const WORDS: usize = 12;
/// So many are found in pairs.
const PAIRED: usize = 5;

/// Where an account stands, and who may find it there.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Spot {
    /// Two capital letters.
    pub state: String,
    /// As [`place_key`] makes it.
    pub city: String,
    /// Five digits.
    pub zip: String,
    /// The partner whose prospect it is; empty for the carrier's customers, whom all may find.
    pub owner: String,
}

/// What one account adds to the index, and takes from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountTerms {
    pub tenant: Tenant,
    pub account: Id,
    pub dropped: Option<(Spot, BTreeSet<String>)>,
    pub added: (Spot, BTreeSet<String>),
    /// Words whose misspellings shall find them.
    pub spelt: BTreeSet<String>,
    /// The customer number that it is the holder of from now on.
    pub acid: Option<String>,
}

/// A pair of words as the index has it.
pub fn pair(one: &str, other: &str) -> String {
    if one <= other { format!("{one} {other}") } else { format!("{other} {one}") }
}

/// A customer's or a sub-account's number as the index has it. No word has this mark in it.
pub fn number(number: &str) -> String {
    format!("#{}", number_key(number))
}

impl Spot {
    pub fn of(account: &Account) -> Self {
        let owner = match (account.account_status, account.partner) {
            (AccountStatus::Prospect, Some(partner)) => partner.short().to_owned(),
            _ => String::new(),
        };
        Self {
            state: account.address.state.to_uppercase(),
            city: place_key(&account.address.city),
            zip: account.address.zip5().to_owned(),
            owner,
        }
    }
}

/// The single words of an account's names.
fn words(account: &Account) -> impl Iterator<Item = Vec<String>> + '_ {
    let names = std::iter::once(&*account.name).chain(account.doing_business_as.as_deref());
    names.map(|name| Name::read(name).words.into_iter().map(|w| w.key).take(WORDS).collect())
}

/// Everything that an account is found under.
pub fn terms(account: &Account) -> BTreeSet<String> {
    let mut terms = BTreeSet::new();
    for words in words(account) {
        for (at, one) in words.iter().take(PAIRED).enumerate() {
            let others = words.iter().take(PAIRED).skip(at + 1).filter(|other| *other != one);
            terms.extend(others.map(|other| pair(one, other)));
        }
        terms.extend(words);
    }
    let subs = account.sub_accounts.iter().map(|sub| &sub.id);
    terms.extend(account.acid.iter().chain(subs).map(|n| number(n)));
    terms
}

impl AccountTerms {
    /// Of an account that is new to the index.
    pub fn of(account: &Account) -> Self {
        Self {
            tenant: account.tenant,
            account: account.id,
            dropped: None,
            added: (Spot::of(account), terms(account)),
            spelt: words(account).flatten().collect(),
            acid: account.acid.clone(),
        }
    }

    /// Of one that has changed; none if it is found as before.
    fn moved(before: &Account, after: &Account) -> Option<Self> {
        let new = Self::of(after);
        let (spot, known) = (Spot::of(before), terms(before));
        let acid = after.acid.clone().filter(|_| before.acid.is_none());
        if spot != new.added.0 {
            return Some(Self { dropped: Some((spot, known)), acid, ..new });
        }
        let gone: BTreeSet<_> = known.difference(&new.added.1).cloned().collect();
        let come: BTreeSet<_> = new.added.1.difference(&known).cloned().collect();
        if gone.is_empty() && come.is_empty() {
            return None;
        }
        let spelt = new.spelt.difference(&known).cloned().collect();
        Some(Self { dropped: Some((spot, gone)), added: (new.added.0, come), spelt, acid, ..new })
    }
}

impl Change {
    /// An account is written: the index follows in the same commit.
    pub(crate) fn index_account(&mut self, before: Option<&Account>, after: &Account) {
        let terms = match before {
            None => Some(AccountTerms::of(after)),
            Some(before) => AccountTerms::moved(before, after),
        };
        if let Some(terms) = terms {
            self.puts.push(Put { record: Record::AccountTerms(terms.into()), mode: Mode::Insert });
        }
    }
}
