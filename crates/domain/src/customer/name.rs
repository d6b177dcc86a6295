//! Names of businesses as the lookup compares them: without case, accents, punctuation and legal
//! forms, each word in the one form of all in which it is written.

use std::collections::HashMap;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// What stands in a name and tells nobody apart.
const SILENT: [&str; 28] = [
    "and",
    "the",
    "of",
    "dba",
    "inc",
    "incorporated",
    "llc",
    "lc",
    "llp",
    "lllp",
    "lp",
    "ltd",
    "limited",
    "corp",
    "corporation",
    "co",
    "company",
    "companies",
    "pllc",
    "pc",
    "pa",
    "plc",
    "sa",
    "nv",
    "ag",
    "gmbh",
    "bv",
    "na",
];

/// Words that are written in several ways, by each of these.
static FORMS: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| {
    let lines = include_str!("words.txt").lines().filter(|line| !line.starts_with('#'));
    let words = lines.flat_map(|line| {
        let first = line.split_whitespace().next().unwrap_or_default();
        line.split_whitespace().map(move |form| (form, first))
    });
    words.collect()
});

/// A word of a name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Word {
    /// As it was written, in lower case and without accents.
    pub given: String,
    /// The one form that it is compared by.
    pub key: String,
}

/// A name, read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Name {
    pub words: Vec<Word>,
}

impl Name {
    pub fn read(text: &str) -> Self {
        let folded = fold(text);
        let all: Vec<String> = folded.split_whitespace().map(str::to_owned).collect();
        let mut words = all.clone();
        loop {
            let before = words.len();
            words = joined(words);
            words.retain(|word| !SILENT.contains(&&**word));
            if words.len() == before {
                break;
            }
        }
        if words.is_empty() {
            words = all;
        }
        let word = |given: String| {
            let key = FORMS.get(&*given).map_or_else(|| given.clone(), ToString::to_string);
            Word { given, key }
        };
        Self { words: words.into_iter().map(word).collect() }
    }

    /// The words in their compared form, with a blank between them.
    pub fn key(&self) -> String {
        let keys: Vec<&str> = self.words.iter().map(|word| &*word.key).collect();
        keys.join(" ")
    }
}

/// A name as the lookup compares it.
pub fn name_key(name: &str) -> String {
    Name::read(name).key()
}

/// A city as the lookup compares it.
pub fn place_key(city: &str) -> String {
    let words = fold(city);
    let key = |word: &str| (*FORMS.get(word).unwrap_or(&word)).to_owned();
    words.split_whitespace().map(key).collect::<Vec<_>>().join(" ")
}

/// A customer's number as it is compared: letters and digits.
pub fn number_key(number: &str) -> String {
    fold(number).split_whitespace().collect()
}

/// How many letters and digits a text has.
pub fn letters(text: &str) -> usize {
    text.chars().filter(|c| c.is_alphanumeric()).count()
}

/// Lower case, no accents, no punctuation; `&` and `+` as a word.
fn fold(text: &str) -> String {
    let plain: String = text.nfkd().filter(|c| !is_combining_mark(*c)).collect();
    let lower = plain.to_lowercase();
    let mut folded = String::with_capacity(lower.len());
    // How many letters and digits stand before a dot without a gap.
    let mut run = 0;
    for c in lower.nfkd().filter(|c| !is_combining_mark(*c)) {
        match c {
            '&' | '+' => folded.push_str(" and "),
            '\'' | '\u{2019}' | '\u{2bc}' | '`' => continue,
            // `L.L.C.` is one word, `St.Louis` two.
            '.' if run == 1 => {
                run = 0;
                continue;
            }
            _ => match letter(c) {
                Some(plain) => {
                    folded.push_str(plain);
                    run += 1;
                    continue;
                }
                None if c.is_alphanumeric() => {
                    folded.push(c);
                    run += 1;
                    continue;
                }
                None => folded.push(' '),
            },
        }
        run = 0;
    }
    folded
}

/// Letters that are no accented form of another, and are typed as these.
const fn letter(c: char) -> Option<&'static str> {
    Some(match c {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'ł' => "l",
        'đ' | 'ð' => "d",
        'þ' => "th",
        'ı' => "i",
        _ => return None,
    })
}

/// Letters that stand alone one after the other are one word: `A B C` is `ABC`.
fn joined(words: Vec<String>) -> Vec<String> {
    let mut joined: Vec<String> = Vec::with_capacity(words.len());
    let mut alone = false;
    for word in words {
        let single = word.chars().nth(1).is_none();
        match joined.last_mut() {
            Some(last) if single && alone => last.push_str(&word),
            _ => joined.push(word),
        }
        alone = single;
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn legal_forms_marks_and_accents_do_not_matter() {
        for (name, key) in [
            ("Lone Star Dental Group, Inc.", "lone star dental group"),
            ("Smith & Sons Co.", "smith sons"),
            ("Smith and Sons, L.L.C.", "smith sons"),
            ("The Company", "the company"),
            ("O'Neill's L.L.C.", "oneills"),
            ("Café Olé", "cafe ole"),
            ("Straße Møbler", "strasse mobler"),
            ("A. B. C. Plumbing", "abc plumbing"),
            ("ABC Plumbing Corp", "abc plumbing"),
            ("Ｗｉｄｅ", "wide"),
        ] {
            assert_eq!(name_key(name), key, "{name}");
        }
    }

    #[test]
    fn the_ways_to_write_a_word_are_one() {
        for (one, other) in [
            ("Intl Mfg Svcs", "International Manufacturing Services"),
            ("Harris Bros", "Harris Brothers"),
            ("St. Mary's Med Ctr", "Saint Marys Medical Centre"),
            ("Univ of Ft Worth", "University of Fort Worth"),
            ("Natl Assoc Dept", "National Associates Department"),
            ("1st Natl", "First National"),
        ] {
            assert_eq!(name_key(one), name_key(other));
        }
        assert_eq!(place_key("Ft. Worth"), place_key("FORT WORTH"));
    }

    #[test]
    fn no_word_has_two_forms_to_be_compared_by() {
        let lines = include_str!("words.txt").lines().filter(|line| !line.starts_with('#'));
        let mut seen: HashMap<&str, &str> = HashMap::new();
        for line in lines {
            for form in line.split_whitespace() {
                assert_eq!(seen.insert(form, line), None, "{form} stands twice: {line}");
                assert!(!SILENT.contains(&form), "{form} is left out of names");
                assert_eq!(fold(form), form, "{form} is not as it is compared");
            }
        }
    }

    proptest! {
        #[test]
        fn reading_a_compared_name_again_changes_nothing(name in "\\PC{0,60}") {
            let key = name_key(&name);
            prop_assert_eq!(name_key(&key), key);
        }

        #[test]
        fn case_and_punctuation_never_matter(words in prop::collection::vec("[a-z]{2,8}", 1..5)) {
            let plain = words.join(" ");
            let shouted = words.join(" - ").to_uppercase() + "!, Inc.";
            prop_assert_eq!(name_key(&format!("{plain} inc")), name_key(&shouted));
        }
    }
}
