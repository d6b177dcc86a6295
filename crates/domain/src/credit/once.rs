//! A credit check that may be asked for again: the very same changes nothing.

use super::decide::{amount, credit_request};
use super::{Application, CreditCheck, CreditPhase, DataKey, SealedTaxId};
use crate::change::{Context, Siblings};
use crate::decision::Decision;
use crate::law::QuoteFile;
use crate::money::Money;
use crate::quote::Rules;
use crate::refusal::Refusal;
use crate::time::Moment;

/// Asks for a credit decision. If this quote version has asked the same, for the same amount, and
/// the check is undecided or its decision still holds, that check is answered. A failed check and
/// an expired approval are no answer: then a new one is requested.
///
/// # Errors
/// As [`credit_request`]: also where a check with other content is undecided.
pub fn credit_once(
    ctx: &mut Context,
    rules: Rules<'_>,
    file: &QuoteFile,
    application: Application,
    requested: Option<Money>,
    key: Option<DataKey>,
) -> Result<Decision<CreditCheck>, Refusal> {
    let wanted = amount(rules, file, requested);
    let is_the_same = |check: &&CreditCheck| {
        check.quote == file.quote.id
            && holds(check, ctx.now)
            && wanted.is_none_or(|wanted| wanted == check.amount)
            && is_same_application(&check.application, &application)
    };
    let before = file.credit.iter().filter(is_the_same).max_by_key(|check| check.id);
    if let Some(check) = before {
        return Ok(Decision::repeated(check, check.clone()));
    }
    let mut decision = credit_request(ctx, rules, file, application, requested, key)?;
    let check = &decision.view;
    // Without a key nothing else tells that somebody was faster, and has been answered.
    decision.change.siblings = Some(Siblings::of(check, check.subject, file.credit.len()));
    Ok(decision)
}

/// Whether it is undecided, or decided and still good for what was decided.
fn holds(check: &CreditCheck, now: Moment) -> bool {
    !matches!(check.phase(now), CreditPhase::Failed | CreditPhase::Expired)
}

/// Tax ids are compared by their blind index: each seal of the same one looks different.
fn is_same_application(one: &Application, other: &Application) -> bool {
    let blind = |sealed: &SealedTaxId| (sealed.kind, sealed.blind.clone());
    let without = |a: &Application| Application { tax_id: None, ..a.clone() };
    one.tax_id.as_ref().map(blind) == other.tax_id.as_ref().map(blind)
        && without(one) == without(other)
}
