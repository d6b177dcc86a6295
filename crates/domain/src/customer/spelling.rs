//! Misspelt words: which known words a word may have been meant for. Two words that are one slip
//! apart share a form with one letter left out, so that the near ones are found by equality.

use std::collections::BTreeSet;

/// Words shorter than this are not spelt in other ways: too many are near.
const SHORTEST: usize = 4;
/// Longer ones are known as they are.
const LONGEST: usize = 32;
/// From so many letters on, a word may be two slips away.
const LONG: usize = 8;

/// The forms under which a word is known: itself, and with each letter left out once. One with a
/// digit in it is a number, which nobody wants to be read as another.
pub fn keys(word: &str) -> BTreeSet<String> {
    let letters: Vec<char> = word.chars().collect();
    let mut keys = BTreeSet::from([word.to_owned()]);
    let digits = letters.iter().any(char::is_ascii_digit);
    if digits || !(SHORTEST..=LONGEST).contains(&letters.len()) {
        return keys;
    }
    for left_out in 0..letters.len() {
        let kept = letters.iter().enumerate().filter(|(at, _)| *at != left_out);
        keys.insert(kept.map(|(_, letter)| letter).collect());
    }
    keys
}

/// How many slips apart two words are, if few enough to be taken for each other: a letter left
/// out, put in, mistaken, or swapped with its neighbour.
pub(super) fn slips(asked: &str, word: &str) -> Option<u32> {
    let digit = |text: &str| text.bytes().any(|b| b.is_ascii_digit());
    let (a, b): (Vec<char>, Vec<char>) = (asked.chars().collect(), word.chars().collect());
    let shorter = a.len().min(b.len());
    if digit(asked) || digit(word) || shorter + 1 < SHORTEST || a.len().max(b.len()) < SHORTEST {
        return None;
    }
    let most = if shorter >= LONG { 2 } else { 1 };
    let apart = u32::try_from(a.len().abs_diff(b.len())).unwrap_or(u32::MAX);
    if apart > most {
        return None;
    }
    Some(distance(&a, &b)).filter(|slips| *slips <= most)
}

/// The optimal string alignment distance.
fn distance(a: &[char], b: &[char]) -> u32 {
    let mut before = vec![0; b.len() + 1];
    let mut last: Vec<u32> = (0..).take(b.len() + 1).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![last[0] + 1];
        for (j, y) in b.iter().enumerate() {
            let mut least = (last[j + 1] + 1).min(row[j] + 1).min(last[j] + u32::from(x != y));
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                least = least.min(before[j - 1] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn slips_are_counted() {
        for (asked, word, apart) in [
            ("dental", "dental", Some(0)),
            ("dentl", "dental", Some(1)),
            ("dentall", "dental", Some(1)),
            ("dentel", "dental", Some(1)),
            ("detnal", "dental", Some(1)),
            ("dnetla", "dental", None),
            ("managemnet", "management", Some(1)),
            ("manegemant", "management", Some(2)),
            ("cat", "bat", None),
            ("1234", "1235", None),
        ] {
            assert_eq!(slips(asked, word), apart, "{asked} {word}");
        }
    }

    /// Every single slip of a word.
    fn misspelt(word: &str, at: usize, how: usize, letter: char) -> String {
        let mut letters: Vec<char> = word.chars().collect();
        let at = at % letters.len();
        match how {
            0 => drop(letters.remove(at)),
            1 => letters.insert(at, letter),
            2 => letters[at] = letter,
            _ => {
                let next = (at + 1) % letters.len();
                if next > at {
                    letters.swap(at, next);
                }
            }
        }
        letters.into_iter().collect()
    }

    proptest! {
        #[test]
        fn every_single_slip_of_a_word_of_five_letters_is_found(
            word in "[a-z]{5,20}", at in 0_usize..20, how in 0_usize..4, letter in "[a-z]",
        ) {
            let asked = misspelt(&word, at, how, letter.chars().next().unwrap());
            prop_assert!(!keys(&asked).is_disjoint(&keys(&word)), "{} {}", asked, word);
            prop_assert!(slips(&asked, &word).is_some(), "{} {}", asked, word);
        }
    }
}
