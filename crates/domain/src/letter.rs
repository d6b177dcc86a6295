//! The letter of agency: an end customer's written consent that a partner may see and order its
//! services. The server draws the text; the signed copy stays in the partner's keeping.

mod document;
mod once;

use crate::change::{Change, Context, Siblings};
use crate::code::{Because, Code};
use crate::contract::hex;
use crate::customer::{Account, Loa};
use crate::decision::Decision;
use crate::event::{EventKind, Happened};
use crate::id::{Id, Kind};
use crate::party::{Partner, Tenant};
use crate::refusal::{Fault, Refusal};
use crate::state::phases;
use crate::time::{Date, Moment};
pub use once::{letter_once, letter_sign_once};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

phases! {
    /// generated → on_file | withdrawn; on_file → revoked. The clock: generated → lapsed,
    /// on_file → expired. A lapsed letter is withdrawn when the next one takes its place.
    LetterPhase of "letter of agency" {
        Generated = "generated" => [OnFile, Withdrawn, Lapsed];
        OnFile = "on_file" => [Revoked, Expired];
        Withdrawn = "withdrawn" => [];
        Revoked = "revoked" => [];
        Lapsed = "lapsed" => [Withdrawn];
        Expired = "expired" => [];
    }
}

/// How the signed copy is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filing {
    /// The day that the signer wrote on it, which is that of the signer's place.
    pub signed_on: Date,
    /// The partner's reference to the signed copy.
    pub attachment_reference: String,
    /// The last day on which it holds.
    pub valid_until: Date,
}

/// A state owns its data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum LetterState {
    Generated,
    OnFile {
        filing: Filing,
    },
    Withdrawn,
    /// Taken back after it was signed.
    Revoked {
        filing: Filing,
        by: String,
        reason: String,
    },
}

impl LetterState {
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Generated => "generated",
            Self::OnFile { .. } => "on_file",
            Self::Withdrawn => "withdrawn",
            Self::Revoked { .. } => "revoked",
        }
    }
}

/// Who signs at the end customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LetterSigner {
    pub name: String,
    pub title: Option<String>,
    pub email: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LetterOfAgency {
    pub id: Id,
    pub tenant: Tenant,
    pub version: u64,
    pub account: Id,
    /// As the account was called on the day of the letter.
    pub account_name: String,
    pub signer: LetterSigner,
    /// For how long it holds from the day it is signed.
    pub months: u32,
    /// The text. Written once, never changed.
    pub document: String,
    /// SHA-256 of the document's bytes, in hexadecimal.
    pub document_sha256: String,
    pub state: LetterState,
    pub created_at: Moment,
}

/// For how many days a letter waits for its signature.
pub const SIGNATURE_DAYS: u32 = 90;
/// The most months that a letter may hold.
pub const MOST_MONTHS: u32 = 60;

impl LetterOfAgency {
    /// The phase at `now`: what the clock ends has ended, noted or not.
    pub fn phase(&self, now: Moment) -> LetterPhase {
        match &self.state {
            LetterState::Generated if self.lapses_at() <= now => LetterPhase::Lapsed,
            LetterState::Generated => LetterPhase::Generated,
            LetterState::OnFile { filing } if filing.valid_until < now.date() => {
                LetterPhase::Expired
            }
            LetterState::OnFile { .. } => LetterPhase::OnFile,
            LetterState::Withdrawn => LetterPhase::Withdrawn,
            LetterState::Revoked { .. } => LetterPhase::Revoked,
        }
    }

    /// From this moment on it can no longer be put on file.
    pub fn lapses_at(&self) -> Moment {
        self.created_at.plus_days(SIGNATURE_DAYS)
    }

    /// Whether it waits for its signature, or is signed and holds.
    pub fn is_live(&self, now: Moment) -> bool {
        matches!(self.phase(now), LetterPhase::Generated | LetterPhase::OnFile)
    }

    /// How the signed copy is kept, if there was one.
    pub const fn filing(&self) -> Option<&Filing> {
        match &self.state {
            LetterState::OnFile { filing } | LetterState::Revoked { filing, .. } => Some(filing),
            LetterState::Generated | LetterState::Withdrawn => None,
        }
    }

    /// The last day on which it holds if it is signed on `day`: that day of the month so many
    /// months later, or the last of a shorter month.
    pub fn holds_until(&self, day: Date) -> Date {
        Moment::start_of(day).plus_months(self.months).date()
    }

    /// The days that a signer may have written on it by `now`: wherever the signer is, not before
    /// the text was there.
    pub fn signing_days(&self, now: Moment) -> (Date, Date) {
        (self.created_at.days_somewhere().0, now.days_somewhere().1)
    }

    /// Whether its text is the one that its hash names.
    pub fn is_original(&self) -> bool {
        self.document_sha256 == sha256(&self.document)
    }

    fn go(
        mut self,
        ctx: &mut Context,
        to: LetterPhase,
        state: LetterState,
        what: Happened,
        change: &mut Change,
    ) -> Result<Self, Refusal> {
        let from = self.phase(ctx.now);
        from.guard(to, to.word())?;
        self.state = state;
        Ok(change.update(ctx, self, what.from(from.word())))
    }
}

fn sha256(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

/// How the consent of `account` stands for the partner that has these letters: its own letters and
/// the one that operations loaded, of which the one that holds longest counts.
pub fn consent(account: &Account, letters: &[LetterOfAgency]) -> Loa {
    let own = letters.iter().filter(|letter| letter.account == account.id);
    let own = own.filter_map(|letter| match &letter.state {
        LetterState::OnFile { filing } => Some(filing.valid_until),
        _ => None,
    });
    match (account.loa, own.max()) {
        (Loa::None, Some(day)) => Loa::OnFile { valid_until: Some(day) },
        (Loa::OnFile { valid_until: Some(loaded) }, Some(day)) => {
            Loa::OnFile { valid_until: Some(loaded.max(day)) }
        }
        // No letter of its own; or one is loaded until it is taken back, and no day is later.
        (loaded, _) => loaded,
    }
}

/// What a partner says when it asks for a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLetter {
    pub signer: LetterSigner,
    /// None: as many as the programme has.
    pub months: Option<u32>,
}

/// Generates a letter for the end customer to sign. One is live at a time; of those that nobody
/// signed in time, the clock's end is noted as a withdrawal.
///
/// # Errors
/// `already_exists` while one waits for its signature or holds.
pub fn letter_generate(
    ctx: &mut Context,
    partner: &Partner,
    tenant: Tenant,
    programme_months: u32,
    account: &Account,
    earlier: &[LetterOfAgency],
    new: NewLetter,
) -> Result<Decision<LetterOfAgency>, Refusal> {
    let own = || earlier.iter().filter(|letter| letter.account == account.id);
    if let Some(live) = own().find(|letter| letter.is_live(ctx.now)) {
        let detail = format!("letter of agency {} is {}", live.id, live.state.word());
        return Err(Refusal::new(Code::AlreadyExists, detail));
    }
    let mut change = Change::default();
    let now = ctx.now;
    for lapsed in own().filter(|letter| letter.phase(now) == LetterPhase::Lapsed) {
        let what = Happened::new(EventKind::LoaWithdrawn).because("nobody signed it in time");
        let (to, state) = (LetterPhase::Withdrawn, LetterState::Withdrawn);
        lapsed.clone().go(ctx, to, state, what, &mut change)?;
    }
    let mut letter = LetterOfAgency {
        id: ctx.ids.next(Kind::LetterOfAgency),
        tenant,
        version: 0,
        account: account.id,
        account_name: account.name.clone(),
        signer: new.signer,
        months: new.months.unwrap_or(programme_months),
        document: String::new(),
        document_sha256: String::new(),
        state: LetterState::Generated,
        created_at: ctx.now,
    };
    letter.document = document::text(&letter, partner, &account.address);
    letter.document_sha256 = sha256(&letter.document);
    let view = change.insert(ctx, letter, Happened::new(EventKind::LoaGenerated));
    // Two that wait for a signature exclude each other; one that is signed already does not.
    change.siblings = Some(Siblings::of(&view, account.id, own().count()));
    Ok(Decision { change, view })
}

/// What a partner says of the signed copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterSigned {
    pub signed_on: Date,
    /// The hash of the document that was signed, in hexadecimal.
    pub document_sha256: String,
    pub attachment_reference: String,
}

/// Puts a signed letter on file.
///
/// # Errors
/// A day on which it cannot have been signed, or whose months are over; a hash of another text;
/// `state_conflict` unless it waits for its signature.
pub fn letter_sign(
    ctx: &mut Context,
    letter: LetterOfAgency,
    signed: &LetterSigned,
) -> Result<Decision<LetterOfAgency>, Refusal> {
    letter.phase(ctx.now).guard(LetterPhase::OnFile, "put on file")?;
    let (first, last) = letter.signing_days(ctx.now);
    let valid_until = letter.holds_until(signed.signed_on);
    let wrong = if signed.signed_on < first || signed.signed_on > last {
        Some("it cannot have been signed on this day".to_owned())
    } else if valid_until < ctx.now.date() {
        Some(format!("signed on this day, it held until {valid_until}"))
    } else {
        None
    };
    if let Some(detail) = wrong {
        let fault = Fault::new("/signed_on", Because::OutOfRange, detail.clone());
        let fault = fault.expected(format!("a day from {first} to {last}"));
        return Err(Refusal::new(Code::InvalidBody, detail).with(vec![fault]));
    }
    if signed.document_sha256 != letter.document_sha256 {
        let detail = "the hash is not that of the letter's document";
        return Err(Refusal::new(Code::StateConflict, detail));
    }
    let filing = Filing {
        signed_on: signed.signed_on,
        attachment_reference: signed.attachment_reference.clone(),
        valid_until,
    };
    let (to, state) = (LetterPhase::OnFile, LetterState::OnFile { filing });
    moved(ctx, letter, to, state, Happened::new(EventKind::LoaOnFile))
}

/// Takes back a letter that was not put on file.
///
/// # Errors
/// `state_conflict` if it was.
pub fn letter_withdraw(
    ctx: &mut Context,
    letter: LetterOfAgency,
) -> Result<Decision<LetterOfAgency>, Refusal> {
    let (to, state) = (LetterPhase::Withdrawn, LetterState::Withdrawn);
    moved(ctx, letter, to, state, Happened::new(EventKind::LoaWithdrawn))
}

/// Ends a letter that is on file: the end customer takes its consent back. By the partner or by
/// operations.
///
/// # Errors
/// `state_conflict` unless it is on file and holds.
pub fn letter_revoke(
    ctx: &mut Context,
    letter: LetterOfAgency,
    reason: String,
) -> Result<Decision<LetterOfAgency>, Refusal> {
    letter.phase(ctx.now).guard(LetterPhase::Revoked, "revoked")?;
    let Some(filing) = letter.filing().cloned() else {
        return Err(Refusal::state("letter of agency", letter.state.word(), "revoked"));
    };
    let what = Happened::new(EventKind::LoaRevoked).because(reason.clone());
    let state = LetterState::Revoked { filing, by: ctx.actor.label(), reason };
    moved(ctx, letter, LetterPhase::Revoked, state, what)
}

fn moved(
    ctx: &mut Context,
    letter: LetterOfAgency,
    to: LetterPhase,
    state: LetterState,
    what: Happened,
) -> Result<Decision<LetterOfAgency>, Refusal> {
    let mut change = Change::default();
    let view = letter.go(ctx, to, state, what, &mut change)?;
    Ok(Decision { change, view })
}

#[cfg(test)]
mod tests;
