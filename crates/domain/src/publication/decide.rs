//! What may be done to a version of the catalogue. Two people stand behind every new price: who
//! proposes it does not publish it.

use super::{
    CatalogueFile, CatalogueFiles, CataloguePhase, CatalogueState, CatalogueVersion, Publication,
    Shelf,
};
use crate::catalogue::{Catalogue, CatalogueFault, FaultKind};
use crate::change::{Change, Context};
use crate::code::{Because, Code};
use crate::decision::Decision;
use crate::event::{EventKind, Happened};
use crate::id::{Id, Kind};
use crate::party::{Environment, Partner, Tenant};
use crate::programme::Programmes;
use crate::refusal::{Fault, Refusal, named};
use crate::time::Moment;
use std::collections::BTreeMap;

/// Refuses a catalogue for the faults of its files, each with file, line and remedy.
pub fn faulty(faults: Vec<CatalogueFault>) -> Refusal {
    let count = faults.len();
    let faults = faults.into_iter().map(|fault| {
        let name = fault.file.replace('~', "~0").replace('/', "~1");
        let detail = format!("{}:{}: {}", fault.file, fault.line, fault.message);
        Fault::new(format!("/files/{name}"), Because::CatalogueFault, detail).expected(fault.remedy)
    });
    let (faults, more) = named(faults.collect());
    let s = if count == 1 { "" } else { "s" };
    let detail = format!("the catalogue has {count} fault{s}{more}");
    Refusal::new(Code::InvalidCatalogue, detail).with(faults)
}

/// What a catalogue has to go with.
#[derive(Debug, Clone, Copy)]
pub struct Carrier<'a> {
    pub shelf: Shelf<'a>,
    pub programmes: &'a Programmes,
    pub partners: &'a [Partner],
}

impl Carrier<'_> {
    /// Whether every programme has its offerings in it, and every partner its tier.
    fn can_sell(self, catalogue: &Catalogue) -> Result<(), Refusal> {
        let mut lacks = self.programmes.misfits(catalogue);
        let mut tiers: BTreeMap<&str, usize> = BTreeMap::new();
        for partner in self.partners.iter().filter(|p| catalogue.tier(&p.tier).is_none()) {
            *tiers.entry(&partner.tier).or_default() += 1;
        }
        let carriers = catalogue.files().iter().find(|(_, text)| text.contains("[catalogue]"));
        let file = carriers.map_or("carrier.toml", |(name, _)| name.as_str());
        lacks.extend(tiers.into_iter().map(|(tier, count)| CatalogueFault {
            file: file.to_owned(),
            line: 1,
            kind: FaultKind::Missing,
            message: format!("there is no tier {tier}, which {count} partners are of"),
            remedy: "Add the tier".to_owned(),
        }));
        if lacks.is_empty() { Ok(()) } else { Err(faulty(lacks)) }
    }
}

/// Whether no other catalogue that was ever published has its label: a quote keeps only that.
fn own_label(catalogue: &Catalogue, shelf: Shelf<'_>) -> Result<(), Refusal> {
    let (label, digest) = (&**catalogue.version(), catalogue.digest());
    let configured = (&**shelf.configured.version(), shelf.configured.digest());
    let published = shelf.published.iter().map(|v| (&*v.label, &*v.digest));
    let mut all = published.chain([configured]);
    if all.any(|(other, of)| other == label && of != digest) {
        let detail = format!("version {label} is of another catalogue: give this one its own");
        return Err(Refusal::new(Code::AlreadyExists, detail));
    }
    Ok(())
}

/// Whether it is somebody else who decides now.
fn second_person(ctx: &Context, version: &CatalogueVersion) -> Result<(), Refusal> {
    if ctx.actor.is_second_to(&version.proposed_by) {
        return Ok(());
    }
    let detail = format!("{} proposed it: somebody else decides", version.proposed_by.label());
    Err(Refusal::new(Code::SecondPersonRequired, detail))
}

/// A version of `catalogue`, and its files.
fn version(
    ctx: &mut Context,
    at: Environment,
    catalogue: &Catalogue,
) -> (CatalogueVersion, CatalogueFiles) {
    let (id, tenant) = (ctx.ids.next(Kind::Catalogue), Tenant::carrier(at));
    let file = |(name, text): &(String, String)| {
        let bytes = u64::try_from(text.len()).unwrap_or(u64::MAX);
        CatalogueFile { name: name.clone(), bytes }
    };
    let files = CatalogueFiles {
        tenant,
        catalogue: id,
        digest: catalogue.digest().to_owned(),
        files: catalogue.files().to_vec(),
    };
    let version = CatalogueVersion {
        id,
        tenant,
        version: 0,
        label: catalogue.version().to_string(),
        digest: catalogue.digest().to_owned(),
        effective_from: catalogue.effective_from(),
        files: catalogue.files().iter().map(file).collect(),
        note: None,
        proposed_by: ctx.actor.clone(),
        state: CatalogueState::Proposed,
        rolls_back: None,
        rolled_back_by: None,
        created_at: ctx.now,
    };
    (version, files)
}

/// Proposes a catalogue, read and checked already.
///
/// # Errors
/// Refused where a programme sells what it does not offer, or its label is another's.
pub fn catalogue_propose(
    ctx: &mut Context,
    at: Environment,
    catalogue: &Catalogue,
    carrier: Carrier<'_>,
    note: Option<String>,
) -> Result<Decision<CatalogueVersion>, Refusal> {
    carrier.can_sell(catalogue)?;
    own_label(catalogue, carrier.shelf)?;
    let (proposed, files) = version(ctx, at, catalogue);
    let mut change = Change::default();
    change.insert_catalogue_files(files);
    let what = Happened { reason: note.clone(), ..Happened::new(EventKind::CatalogueProposed) };
    let view = change.insert(ctx, CatalogueVersion { note, ..proposed }, what);
    Ok(Decision { change, view })
}

impl CatalogueVersion {
    fn go(
        mut self,
        ctx: &mut Context,
        (from, to): (CataloguePhase, CataloguePhase),
        state: CatalogueState,
        what: Happened,
    ) -> Result<Decision<Self>, Refusal> {
        from.guard(to, to.word())?;
        let was = self.state.word();
        self.state = state;
        let mut change = Change::default();
        let view = change.update(ctx, self, what.from(was));
        Ok(Decision { change, view })
    }
}

/// Publishes a proposed version for a moment; none: at once. `catalogue` is what its files say.
///
/// # Errors
/// Refused to who proposed it; for a moment that is past, taken, or before the first day of its
/// prices; and where it could no longer be proposed.
pub fn catalogue_publish(
    ctx: &mut Context,
    version: CatalogueVersion,
    catalogue: &Catalogue,
    carrier: Carrier<'_>,
    effective_at: Option<Moment>,
) -> Result<Decision<CatalogueVersion>, Refusal> {
    let shelf = carrier.shelf;
    let from = shelf.phase(&version, ctx.now);
    from.guard(CataloguePhase::Published, "published")?;
    second_person(ctx, &version)?;
    carrier.can_sell(catalogue)?;
    own_label(catalogue, carrier.shelf)?;
    let publication = Publication {
        number: shelf.last_number() + 1,
        by: ctx.actor.clone(),
        at: ctx.now,
        effective_at: effect(ctx.now, catalogue, shelf, effective_at)?,
        at_once: effective_at.is_none(),
    };
    let reason = format!("in force from {}", publication.effective_at);
    let what = Happened::new(EventKind::CataloguePublished).because(reason);
    let state = CatalogueState::Published { publication };
    version.go(ctx, (from, CataloguePhase::Published), state, what)
}

/// When it takes effect.
fn effect(
    now: Moment,
    catalogue: &Catalogue,
    shelf: Shelf<'_>,
    asked: Option<Moment>,
) -> Result<Moment, Refusal> {
    let refuse = |because, detail: String, expected: String| {
        let fault = Fault::new("/effective_at", because, detail.clone()).expected(expected);
        Err(Refusal::new(Code::InvalidBody, detail).with(vec![fault]))
    };
    let at = asked.unwrap_or_else(|| shelf.at_once(now));
    if at < now {
        return refuse(Because::OutOfRange, "the moment is past".into(), format!("{now} or later"));
    }
    let first = catalogue.effective_from();
    if at.date() < first {
        let detail = format!("its prices may not be offered before {first}");
        let expected = format!("{} or later", Moment::start_of(first));
        return refuse(Because::CatalogueNotInForce, detail, expected);
    }
    if asked.is_some() && shelf.publications().any(|(_, p)| p.effective_at == at) {
        let detail = "another version takes effect at that very moment".to_owned();
        return refuse(Because::Duplicate, detail, "another moment".to_owned());
    }
    Ok(at)
}

/// Refuses a proposed version.
///
/// # Errors
/// Refused to who proposed it, who may withdraw it.
pub fn catalogue_refuse(
    ctx: &mut Context,
    version: CatalogueVersion,
    shelf: Shelf<'_>,
    reason: String,
) -> Result<Decision<CatalogueVersion>, Refusal> {
    let from = shelf.phase(&version, ctx.now);
    from.guard(CataloguePhase::Refused, "refused")?;
    second_person(ctx, &version)?;
    let what = Happened::new(EventKind::CatalogueRefused).because(reason.clone());
    let state = CatalogueState::Refused { by: ctx.actor.clone(), at: ctx.now, reason };
    version.go(ctx, (from, CataloguePhase::Refused), state, what)
}

/// Withdraws a version that is not in force yet. One person may: everything stays as it is.
///
/// # Errors
/// Refused of one that is or was in force.
pub fn catalogue_withdraw(
    ctx: &mut Context,
    version: CatalogueVersion,
    shelf: Shelf<'_>,
    reason: String,
) -> Result<Decision<CatalogueVersion>, Refusal> {
    let from = shelf.phase(&version, ctx.now);
    let publication = version.publication().cloned();
    if publication.as_ref().is_some_and(|p| p.effective_at <= ctx.now) {
        let state = if from == CataloguePhase::Superseded { from.word() } else { "in force" };
        return Err(Refusal::state("catalogue", state, "withdrawn"));
    }
    let what = Happened::new(EventKind::CatalogueWithdrawn).because(reason.clone());
    let by = ctx.actor.clone();
    let state = CatalogueState::Withdrawn { by, at: ctx.now, reason, publication };
    version.go(ctx, (from, CataloguePhase::Withdrawn), state, what)
}

/// Puts the catalogue before the one in force in its place again, at once, as a publication of
/// its own. One person may: two have agreed to it before, and it must not wait for a second.
/// `previous` is that catalogue, read from its files.
///
/// # Errors
/// Refused of a version that is not in force, and where a programme could not be sold any more.
pub fn catalogue_roll_back(
    ctx: &mut Context,
    at: Environment,
    faulty: CatalogueVersion,
    previous: &Catalogue,
    carrier: Carrier<'_>,
    reason: String,
) -> Result<Decision<CatalogueVersion>, Refusal> {
    let shelf = carrier.shelf;
    if !shelf.is_in_force(&faulty, ctx.now) {
        let phase = shelf.phase(&faulty, ctx.now);
        let waits = phase == CataloguePhase::Published;
        let state = if waits { "not in force yet" } else { phase.word() };
        return Err(Refusal::state("catalogue", state, "rolled back"));
    }
    // A clock that was set back has it in force again, until what took its place is.
    if faulty.rolled_back_by.is_some() {
        return Err(Refusal::state("catalogue", "rolled back", "rolled back again"));
    }
    carrier.can_sell(previous)?;
    let (back, files) = version(ctx, at, previous);
    let publication = Publication {
        number: shelf.last_number() + 1,
        by: ctx.actor.clone(),
        at: ctx.now,
        effective_at: shelf.at_once(ctx.now),
        at_once: true,
    };
    let (was, id): (Id, Id) = (faulty.id, back.id);
    let back = CatalogueVersion {
        note: Some(reason.clone()),
        rolls_back: Some(was),
        state: CatalogueState::Published { publication },
        ..back
    };
    let mut change = Change::default();
    change.insert_catalogue_files(files);
    let what = Happened::new(EventKind::CatalogueRolledBack).because(reason);
    let faulty = CatalogueVersion { rolled_back_by: Some(id), ..faulty };
    change.update(ctx, faulty, what);
    let what = Happened::new(EventKind::CataloguePublished).because(format!("rolls back {was}"));
    let view = change.insert(ctx, back, what);
    Ok(Decision { change, view })
}
