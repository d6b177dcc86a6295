//! A letter that may be asked for again: the very same changes nothing.

use super::{LetterOfAgency, LetterPhase, LetterSigned, NewLetter, letter_generate, letter_sign};
use crate::change::Context;
use crate::customer::Account;
use crate::decision::Decision;
use crate::party::{Partner, Tenant};
use crate::refusal::Refusal;

/// Generates a letter. One that waits for its signature or holds, for the same signer and as many
/// months, is answered as it is; after one that ended a new one is made.
///
/// # Errors
/// As [`letter_generate`]: also where one with other content is live.
pub fn letter_once(
    ctx: &mut Context,
    partner: &Partner,
    tenant: Tenant,
    programme_months: u32,
    account: &Account,
    earlier: &[LetterOfAgency],
    new: NewLetter,
) -> Result<Decision<LetterOfAgency>, Refusal> {
    let now = ctx.now;
    let live = earlier.iter().find(|l| l.account == account.id && l.is_live(now));
    match live {
        Some(letter) if is_the_same(letter, &new) => Ok(Decision::repeated(letter, letter.clone())),
        _ => letter_generate(ctx, partner, tenant, programme_months, account, earlier, new),
    }
}

/// Puts a signed letter on file. One that is on file with the same day and reference is answered
/// as it is.
///
/// # Errors
/// As [`letter_sign`].
pub fn letter_sign_once(
    ctx: &mut Context,
    letter: LetterOfAgency,
    signed: &LetterSigned,
) -> Result<Decision<LetterOfAgency>, Refusal> {
    let is_the_same = letter.filing().is_some_and(|filing| {
        letter.phase(ctx.now) == LetterPhase::OnFile
            && filing.signed_on == signed.signed_on
            && filing.attachment_reference == signed.attachment_reference
            && letter.document_sha256 == signed.document_sha256
    });
    if is_the_same {
        return Ok(Decision::repeated(&letter, letter.clone()));
    }
    letter_sign(ctx, letter, signed)
}

/// Who leaves the months open takes those of the first.
fn is_the_same(letter: &LetterOfAgency, new: &NewLetter) -> bool {
    letter.signer == new.signer && new.months.is_none_or(|months| months == letter.months)
}
