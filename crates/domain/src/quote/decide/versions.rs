//! A version that takes the place of another: with the same number, the same letter, and copies of
//! its sites.

use super::void_open_contracts;
use crate::change::{Change, Context};
use crate::decision::Decision;
use crate::event::{EventKind, Happened};
use crate::id::{Id, Kind};
use crate::law::QuoteFile;
use crate::quote::{Feasibility, Quote, QuotePhase, QuoteState, Site, Tally, Validation};
use crate::refusal::Refusal;

/// One version and the one after it.
pub(super) struct Succession {
    /// Superseded.
    pub(super) old: Quote,
    /// A draft; not yet in the change.
    pub(super) new: Quote,
    /// The new version's; not yet in the change.
    pub(super) sites: Vec<Site>,
}

/// Supersedes the version of the file, which has all of its sites, and voids a contract of it that
/// is out. `action` is what was done to it: `revised`.
pub(super) fn succeed(
    ctx: &mut Context,
    file: &QuoteFile,
    action: &'static str,
    change: &mut Change,
) -> Result<Succession, Refusal> {
    let id = ctx.ids.next(Kind::Quote);
    let mut old = file.quote.clone();
    let superseded = QuoteState::Superseded { by: id, offer: old.offer().cloned() };
    let from = old.go(ctx.now, QuotePhase::Superseded, superseded, action)?;
    void_open_contracts(ctx, file, change, &format!("the quote was {action}"));
    let old = change.update(ctx, old, Happened::new(EventKind::QuoteSuperseded).from(from));
    let sites = copies(ctx, &file.sites, id);
    let new = Quote {
        id,
        version: 0,
        tally: Tally::of(&sites),
        revision: old.revision + 1,
        replaces: Some(old.id),
        state: QuoteState::Draft,
        feasibility: Feasibility::Unasked,
        counter: None,
        created_at: ctx.now,
        ..old.clone()
    };
    Ok(Succession { old, new, sites })
}

/// A new revision with the same number: a draft with the same sites and configurations.
/// The revised version is superseded, and a contract of it that is out is voided. The file has
/// all sites.
pub fn quote_revise(ctx: &mut Context, file: &QuoteFile) -> Result<Decision<Quote>, Refusal> {
    let mut change = Change::default();
    let Succession { new, sites, .. } = succeed(ctx, file, "revised", &mut change)?;
    let view = change.insert(ctx, new, Happened::new(EventKind::QuoteCreated));
    for site in sites {
        change.insert_part(site);
    }
    Ok(Decision { change, view })
}

/// Sites as they are in another version of their quote, or in another quote: without a price.
pub(super) fn copies(ctx: &mut Context, sites: &[Site], quote: Id) -> Vec<Site> {
    sites.iter().map(|site| copied(ctx, site, quote)).collect()
}

fn copied(ctx: &mut Context, site: &Site, quote: Id) -> Site {
    let validation = match &site.validation {
        // What was asked for the old version is answered to the old version.
        Validation::Requested => Validation::Unchecked,
        other => other.clone(),
    };
    Site {
        id: ctx.ids.next(Kind::Site),
        quote,
        validation,
        price: None,
        created_at: ctx.now,
        ..site.clone()
    }
}
