//! Judges a race: who won, and whether everybody else was told why not.

use super::arena::Told;
use serde_json::Value;
use std::collections::BTreeMap;

/// What some races came to.
#[derive(Debug, Default)]
pub(super) struct Verdicts {
    /// How often each sort of race was run.
    pub(super) races: BTreeMap<&'static str, usize>,
    /// Commands refused with a code, by the code.
    pub(super) refused: BTreeMap<String, usize>,
    /// What broke.
    pub(super) broken: Vec<String>,
}

impl Verdicts {
    pub(super) fn count(&self) -> usize {
        self.races.values().sum()
    }

    pub(super) fn add(&mut self, other: Self) {
        for (race, count) in other.races {
            *self.races.entry(race).or_default() += count;
        }
        for (code, count) in other.refused {
            *self.refused.entry(code).or_default() += count;
        }
        self.broken.extend(other.broken);
    }

    pub(super) fn must(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.broken.push(what());
        }
    }

    /// Exactly so many won; each of the others was refused, with one of these codes.
    pub(super) fn winners(
        &mut self,
        race: &'static str,
        told: &[Told],
        expected: usize,
        codes: &[&str],
    ) -> Vec<Told> {
        *self.races.entry(race).or_default() += 1;
        let (won, lost): (Vec<_>, Vec<_>) = told.iter().cloned().partition(Told::won);
        self.must(won.len() == expected, || {
            let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
            for told in &won {
                *kinds.entry(told.kind).or_default() += 1;
            }
            format!("{race}: {} won, not {expected}: {kinds:?}", won.len())
        });
        for told in &lost {
            let refused = (400..500).contains(&told.status) && codes.contains(&&*told.code);
            self.must(refused, || {
                format!("{race}: a {} was answered {} {}", told.kind, told.status, told.text)
            });
            *self.refused.entry(told.code.clone()).or_default() += 1;
        }
        won
    }

    /// Without a key: all were told the same member. Answers it.
    pub(super) fn repeated(&mut self, race: &'static str, told: &[Told], member: &str) -> String {
        *self.races.entry(race).or_default() += 1;
        let said = |told: &Told| match told.body.pointer(member) {
            Some(Value::String(text)) if told.won() => Some(text.clone()),
            _ => None,
        };
        let first = told.iter().find_map(said);
        let other = told.iter().find(|told| said(told).is_none() || said(told) != first);
        self.must(other.is_none(), || {
            let other = other.map(|told| format!("{} {}", told.status, told.text));
            format!("{race}: {first:?}, and then {other:?}")
        });
        first.unwrap_or_default()
    }

    /// One key, one body: all were given the same answer, and one of them first.
    pub(super) fn same(&mut self, race: &'static str, told: &[Told]) -> Vec<Told> {
        *self.races.entry(race).or_default() += 1;
        let Some(one) = told.iter().find(|told| told.won()) else {
            let first = told.first().map_or("", |told| &told.text);
            self.broken.push(format!("{race}: nobody won: {first}"));
            return Vec::new();
        };
        let answer = |told: &Told| (told.status, told.text.clone(), told.headers.clone());
        let others: Vec<_> = told.iter().filter(|told| answer(told) != answer(one)).collect();
        self.must(others.is_empty(), || {
            let short = |told: &Told| {
                let text: String = told.text.chars().take(100).collect();
                format!("{} {:?} {text}", told.status, told.headers)
            };
            let (count, other) = (others.len(), others.first().map(|told| short(told)));
            format!("{race}: {count} got another answer to the one key: {}, {other:?}", short(one))
        });
        let first = told.iter().filter(|told| !told.replayed).count();
        self.must(first == 1, || format!("{race}: {first} answers to one key are no replay"));
        vec![one.clone()]
    }
}
