//! Letters of agency: their texts, how long they hold, and that one follows the other.

use super::contracts::newest;
use super::pages::{each, page};
use super::{Audit, Invariant};
use crate::{Store, StoreError};
use domain::event::{Event, EventKind};
use domain::letter::LetterOfAgency;

pub(super) const LETTERS: &str = page!("letter_of_agency");

/// Reads every letter of agency.
pub(super) async fn walk(store: &Store, audit: &mut Audit) -> Result<(), StoreError> {
    let ask = |l: &LetterOfAgency| {
        (
            crate::letter::by_id(l.tenant, l.id),
            newest(l.tenant, l.id, 2),
            crate::letter::of_account(l.tenant, l.account),
        )
    };
    each(store, LETTERS, ask, |(letter, recent, all)| {
        if let Some(found) = letter {
            self::letter(&found, &recent, &all, audit);
        }
    })
    .await
}

fn letter(letter: &LetterOfAgency, recent: &[Event], all: &[LetterOfAgency], audit: &mut Audit) {
    let place = format!("letter of agency {}", letter.id);
    if !letter.is_original() {
        audit.blame(Invariant::LettersAreOriginal, format!("{place}: not the text that it names"));
    }
    if let Some(filing) = letter.filing() {
        // A revocation may be newer.
        let filed = recent.iter().find(|event| event.kind == EventKind::LoaOnFile.word());
        let on = filing.signed_on;
        let early = on < letter.signing_days(letter.created_at).0;
        let late = filed.is_some_and(|event| letter.signing_days(event.at).1 < on);
        if early || late || filing.valid_until != letter.holds_until(on) {
            let until = filing.valid_until;
            let say = format!("{place}: signed on {on}, it holds until {until}");
            audit.blame(Invariant::LettersHoldAsSigned, say);
        }
    }
    let beside = |other: &&LetterOfAgency| {
        other.created_at > letter.created_at && letter.is_live(other.created_at)
    };
    if let Some(other) = all.iter().find(beside) {
        let say = format!("{place}: it was live when {} was generated", other.id);
        audit.blame(Invariant::LettersFollow, say);
    }
}
