//! A quote is given a further alternative; when one is signed, the others end.

use super::super::alternative::{Alternative, Sibling};
use super::versions::copies;
use crate::change::{Change, Context, Record};
use crate::code::Code;
use crate::decision::Decision;
use crate::event::{EventKind, Happened};
use crate::id::Kind;
use crate::law::QuoteFile;
use crate::quote::{Feasibility, Quote, QuotePhase, QuoteState, Tally};
use crate::refusal::Refusal;

/// A further draft in the same quote, with copies of this version's sites. `all` are the newest
/// versions of all its alternatives; the file has all sites.
///
/// This version's row moves too: a signature, which ends every live alternative, and this exclude
/// each other.
pub fn alternative_add(
    ctx: &mut Context,
    file: &QuoteFile,
    all: &[Quote],
    name: String,
) -> Result<Decision<Quote>, Refusal> {
    none_is_signed(all.iter())?;
    let source = &file.quote;
    let phase = source.phase(ctx.now);
    if phase.is_final() {
        return Err(Refusal::state("quote", phase.word(), "given an alternative"));
    }
    let last = all.iter().map(|quote| quote.alternative).fold(source.alternative, Ord::max);
    let alternative = last.next().ok_or_else(|| {
        let first = Alternative::FIRST;
        let detail = format!("the quote has every alternative from {first} to {last}");
        Refusal::new(Code::StateConflict, detail)
    })?;
    let mut change = Change::default();
    let what = Happened::new(EventKind::QuoteAlternativeAdded);
    let what = what.because(format!("alternative {alternative}, {name}"));
    change.update(ctx, source.clone(), what);
    let id = ctx.ids.next(Kind::Quote);
    let sites = copies(ctx, &file.sites, id);
    let new = Quote {
        id,
        version: 0,
        alternative,
        revision: 1,
        replaces: None,
        name,
        state: QuoteState::Draft,
        feasibility: Feasibility::Unasked,
        counter: None,
        tally: Tally::of(&sites),
        created_at: ctx.now,
        ..source.clone()
    };
    let what = Happened::new(EventKind::QuoteCreated);
    let what = what.because(format!("an alternative to {}", source.label()));
    let view = change.insert(ctx, new, what);
    for site in sites {
        change.insert_part(site);
    }
    Ok(Decision { change, view })
}

fn none_is_signed<'q>(mut all: impl Iterator<Item = &'q Quote>) -> Result<(), Refusal> {
    let signed = all.find(|quote| matches!(quote.state, QuoteState::Accepted { .. }));
    let Some(signed) = signed else { return Ok(()) };
    let (number, letter) = (&signed.number, signed.alternative);
    let detail = format!("alternative {letter} of quote {number} is signed");
    Err(Refusal::new(Code::StateConflict, detail))
}

/// Ends the other alternatives of a quote of which one is being signed: those that live are
/// superseded by it, and their contracts that are out are voided.
pub(crate) fn end_others(
    ctx: &mut Context,
    signed: &Quote,
    others: &[Sibling],
    change: &mut Change,
) -> Result<(), Refusal> {
    none_is_signed(others.iter().map(|other| &other.quote))?;
    let why = format!("alternative {} was signed", signed.alternative);
    let now = ctx.now;
    for Sibling { quote, contracts } in others {
        if quote.phase(now).is_final() {
            continue;
        }
        for contract in contracts.iter().filter(|contract| contract.is_out(now)) {
            let (voided, from) = contract.voided(now, &why);
            let what = Happened::new(EventKind::ContractVoided).from(from).because(&*why);
            change.update(ctx, voided, what);
        }
        let mut ended = quote.clone();
        let state = QuoteState::Superseded { by: signed.id, offer: ended.offer().cloned() };
        let from = ended.go(now, QuotePhase::Superseded, state, "superseded")?;
        let what = Happened::new(EventKind::QuoteSuperseded).from(from).because(&*why);
        change.update(ctx, ended, what);
    }
    // Two signatures of one quote touch the same rows: in one order, so that neither waits for the
    // other in a circle. Contracts come first, as wherever one ends with its quote.
    change
        .puts
        .sort_by_key(|put| (matches!(put.record, Record::Quote(_)), put.record.concerns().0));
    Ok(())
}
