//! A quote's sites: added, edited, removed, validated, configured, and given their customers.

use super::super::edits::{Edits, QuoteSites};
use super::Rules;
use crate::address::{Address, Avps};
use crate::catalogue::{Catalogue, Choice, Configuration, ConfigurationFault, Offering};
use crate::change::{Change, Context, Settle};
use crate::code::{Because, Code};
use crate::decision::Decision;
use crate::event::{EventKind, Happened};
use crate::id::Id;
use crate::job::Work;
use crate::law::QuoteFile;
use crate::programme::Stage;
use crate::quote::{Site, Validation};
use crate::refusal::{Fault, IfMatch, Refusal};
use crate::serviceability::Serviceability;
use std::collections::{HashMap, HashSet};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSite {
    pub name: String,
    pub address: Address,
}

/// The most sites that one quote holds.
pub const MOST_SITES: usize = 10_000;
/// So many answers of the address validation are recorded in one change, so that a quote of many
/// sites keeps no other waiting for long.
pub const PORTION: u32 = 1000;

/// Adds sites, in the order given.
pub fn sites_add(
    ctx: &mut Context,
    rules: Rules<'_>,
    file: &QuoteFile,
    new: Vec<NewSite>,
) -> Result<Decision<QuoteSites>, Refusal> {
    file.gate(ctx, rules, Stage::Sites)?;
    room_for(file, new.len(), "/sites")?;
    let (quote, from) = file.reopened(ctx)?;
    let mut edits = Edits::of(quote);
    for site in new {
        edits.join(ctx, site, None);
    }
    Ok(edits.end(ctx, Happened::new(EventKind::QuoteSitesAdded).from(from)))
}

/// Refuses more sites than a quote holds. `pointer` is where the request names them.
pub(super) fn room_for(file: &QuoteFile, new: usize, pointer: &str) -> Result<(), Refusal> {
    let there = usize::try_from(file.quote.tally.sites).unwrap_or(usize::MAX);
    if there.saturating_add(new) <= MOST_SITES {
        return Ok(());
    }
    let detail = format!("a quote holds at most {MOST_SITES} sites");
    let fault = Fault::new(pointer, Because::TooLong, &*detail);
    Err(Refusal::new(Code::InvalidBody, detail).with(vec![fault]))
}

/// What an edit of a site changes; a new address must be validated anew.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SiteEdit {
    pub name: Option<String>,
    pub address: Option<Address>,
}

pub fn site_edit(
    ctx: &mut Context,
    rules: Rules<'_>,
    file: &QuoteFile,
    site: Id,
    seen: IfMatch,
    edit: SiteEdit,
) -> Result<Decision<QuoteSites>, Refusal> {
    let old = find(file, site)?;
    let mut site = old.clone();
    seen.check(site.version)?;
    file.gate(ctx, rules, Stage::Sites)?;
    if let Some(name) = edit.name {
        site.name = name;
    }
    if let Some(address) = edit.address {
        site.given = address;
        site.validation = Validation::Unchecked;
        site.serviceability = None;
    }
    one_site(ctx, file, old, site, EventKind::QuoteSiteEdited)
}

pub fn site_remove(
    ctx: &mut Context,
    rules: Rules<'_>,
    file: &QuoteFile,
    site: Id,
    seen: IfMatch,
) -> Result<Decision<QuoteSites>, Refusal> {
    let site = find(file, site)?.clone();
    seen.check(site.version)?;
    file.gate(ctx, rules, Stage::Sites)?;
    let (quote, from) = file.reopened(ctx)?;
    let mut edits = Edits::of(quote);
    edits.remove(site);
    Ok(edits.end(ctx, Happened::new(EventKind::QuoteSiteRemoved).from(from)))
}

/// Asks for the validation of every site that has no valid address yet. The file has the first of
/// those that nobody has asked for: as many as an answer shows.
pub fn addresses_request(
    ctx: &mut Context,
    rules: Rules<'_>,
    file: &QuoteFile,
) -> Result<Decision<QuoteSites>, Refusal> {
    file.gate(ctx, rules, Stage::AddressValidation)?;
    let mut change = Change::default();
    let work = Work::ValidateAddresses { quote: file.quote.id };
    let now = ctx.now;
    change.later(ctx, file.quote.tenant, work, now);
    // The price stays: an address changes it only when a correction is accepted.
    let mut edits = Edits::of(file.quote.clone()).with(change);
    edits.request(&file.sites);
    Ok(edits.end(ctx, Happened::new(EventKind::QuoteValidationRequested)))
}

/// A decision that only settles the job: nobody waits for its answer any more.
fn only(file: &QuoteFile, settle: Settle) -> Decision<QuoteSites> {
    let change = Change { settle: Some(settle), ..Change::default() };
    let view = QuoteSites { quote: file.quote.clone(), sites: Vec::new(), touched: 0 };
    Decision { change, view }
}

/// What was found of a site's address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Validated {
    pub site: Id,
    pub avps: Avps,
    /// Of the matched or the corrected address, if somebody knew.
    pub serviceability: Option<Serviceability>,
}

/// Records what the validation answered for sites that still wait for it.
pub fn addresses_record(
    ctx: &mut Context,
    file: &QuoteFile,
    answers: Vec<Validated>,
    settle: Settle,
) -> Decision<QuoteSites> {
    if file.quote.phase(ctx.now).is_final() {
        return only(file, settle);
    }
    let mut answers: HashMap<Id, Validated> = answers.into_iter().map(|a| (a.site, a)).collect();
    let change = Change { settle: Some(settle), ..Change::default() };
    let mut edits = Edits::of(file.quote.clone()).with(change);
    for site in file.sites.iter().filter(|s| matches!(s.validation, Validation::Requested)) {
        // One that was edited or removed meanwhile has no answer here.
        let Some(answer) = answers.remove(&site.id) else { continue };
        let Validated { avps, serviceability, .. } = answer;
        let validation = Validation::Answered { avps, at: ctx.now };
        let mut answered = Site { validation, serviceability, ..site.clone() };
        if answered.address().zip != site.address().zip {
            // The price stands, but the next pricing looks at the site again.
            if let Some(price) = &mut answered.price {
                price.share = None;
            }
            edits.drop_counter();
        }
        edits.update(site, answered);
    }
    edits.end(ctx, Happened::new(EventKind::QuoteAddressesValidated))
}

/// The validation gave no answer, for good: the sites that wait are not validated, and say why.
pub fn addresses_unanswered(
    ctx: &mut Context,
    file: &QuoteFile,
    why: &str,
    settle: Settle,
) -> Decision<QuoteSites> {
    if file.quote.phase(ctx.now).is_final() {
        return only(file, settle);
    }
    let change = Change { settle: Some(settle), ..Change::default() };
    let mut edits = Edits::of(file.quote.clone()).with(change);
    for site in file.sites.iter().filter(|s| matches!(s.validation, Validation::Requested)) {
        let validation = Validation::Unanswered { why: why.to_owned(), at: ctx.now };
        edits.update(site, Site { validation, ..site.clone() });
    }
    edits.end(ctx, Happened::new(EventKind::QuoteValidationFailed))
}

/// Accepts one of the addresses that the validation proposed: the correction of a close
/// match (choice 0), or an alternate by its place.
pub fn address_accept(
    ctx: &mut Context,
    rules: Rules<'_>,
    file: &QuoteFile,
    site: Id,
    choice: usize,
) -> Result<Decision<QuoteSites>, Refusal> {
    let old = find(file, site)?;
    let mut site = old.clone();
    file.gate(ctx, rules, Stage::Sites)?;
    let Validation::Answered { avps, .. } = &site.validation else {
        return Err(Refusal::new(
            Code::StateConflict,
            "the site has no proposed address to accept",
        ));
    };
    let Some(address) = avps.choices().get(choice).cloned() else {
        let count = avps.choices().len();
        if count == 0 {
            let detail = format!("the address is a {}: there is nothing to choose", avps.word());
            return Err(Refusal::new(Code::StateConflict, detail));
        }
        let fault = Fault::new("/choice", Because::OutOfRange, "there is no such alternate");
        return Err(Refusal::new(Code::InvalidBody, "there is no such alternate")
            .with(vec![fault.expected(format!("0 to {}", count - 1))]));
    };
    if !matches!(avps, Avps::CloseMatch { .. }) {
        // Nobody asked about an alternate before it was chosen.
        site.serviceability = None;
    }
    site.validation = Validation::Accepted { address, avps: avps.clone(), at: ctx.now };
    one_site(ctx, file, old, site, EventKind::QuoteAddressAccepted)
}

/// Accepts every correction that waits for it. The file has the sites without a valid address.
pub fn corrections_accept(
    ctx: &mut Context,
    rules: Rules<'_>,
    file: &QuoteFile,
) -> Result<Decision<QuoteSites>, Refusal> {
    file.gate(ctx, rules, Stage::Sites)?;
    let correction = |site: &Site| {
        let (address, avps) = site.correction()?;
        let (address, avps) = (address.clone(), avps.clone());
        Some(Validation::Accepted { address, avps, at: ctx.now })
    };
    let accepted = file.sites.iter().filter_map(|site| Some((site, correction(site)?)));
    let accepted: Vec<_> = accepted.collect();
    if accepted.is_empty() {
        let detail = "no site has a corrected address to accept";
        return Err(Refusal::new(Code::StateConflict, detail));
    }
    let (quote, from) = file.reopened(ctx)?;
    let mut edits = Edits::of(quote);
    for (site, validation) in accepted {
        edits.update(site, Site { validation, ..site.clone() }.edited());
    }
    Ok(edits.end(ctx, Happened::new(EventKind::QuoteAddressAccepted).from(from)))
}

/// Which sites an offering's features are chosen for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Configure {
    /// None: every site of the quote.
    pub sites: Option<Vec<Id>>,
    pub offering: String,
    pub choices: Vec<Choice>,
}

/// The offering of that code, which the programme must sell. `pointer`: where it was named.
pub(super) fn sold<'c>(
    rules: Rules<'_>,
    catalogue: &'c Catalogue,
    code: &str,
    pointer: &str,
) -> Result<&'c Offering, Refusal> {
    rules.programme.offering(catalogue, code).ok_or_else(|| {
        let detail = "no such offering for this programme";
        let fault = Fault::new(pointer, Because::NotAllowedValue, detail);
        Refusal::new(Code::InvalidConfiguration, "the offering is not sold here")
            .with(vec![fault.expected(rules.programme.offerings.join(", "))])
    })
}

/// Configures sites: the same choices for each site named. The file has them, or all.
pub fn sites_configure(
    ctx: &mut Context,
    rules: Rules<'_>,
    file: &QuoteFile,
    catalogue: &Catalogue,
    configure: Configure,
) -> Result<Decision<QuoteSites>, Refusal> {
    file.gate(ctx, rules, Stage::Configuration)?;
    let configuration = fitting(rules, catalogue, &configure)?;
    let named = match &configure.sites {
        None => file.sites.iter().collect(),
        Some(ids) => named_sites(file, ids)?,
    };
    configured(ctx, file, named.into_iter().map(|site| (site, configuration.clone())))
}

/// The configuration that the choices make.
pub(super) fn fitting(
    rules: Rules<'_>,
    catalogue: &Catalogue,
    configure: &Configure,
) -> Result<Configuration, Refusal> {
    let offering = sold(rules, catalogue, &configure.offering, "/offering")?;
    offering.configure(&configure.choices).map_err(|faults| {
        Refusal::new(Code::InvalidConfiguration, "the choices do not fit the offering")
            .with(faults.into_iter().map(configuration_fault).collect())
    })
}

/// Gives each of these sites its configuration.
pub(super) fn configured<'f>(
    ctx: &mut Context,
    file: &QuoteFile,
    each: impl Iterator<Item = (&'f Site, Configuration)>,
) -> Result<Decision<QuoteSites>, Refusal> {
    let (quote, from) = file.reopened(ctx)?;
    let mut edits = Edits::of(quote);
    for (site, configuration) in each {
        let configuration = Some(configuration);
        edits.update(site, Site { configuration, ..site.clone() }.edited());
    }
    Ok(edits.end(ctx, Happened::new(EventKind::QuoteConfigured).from(from)))
}

fn configuration_fault(fault: ConfigurationFault) -> Fault {
    let because = Because::ALL.iter().copied().find(|b| b.as_str() == fault.code.word());
    let pointer = match fault.index {
        Some(index) => format!("/features/{index}"),
        None => "/features".to_owned(),
    };
    let nearest = fault.nearest_words().map(|words| format!("nearest: {words}"));
    let allowed = Some(fault.allowed.join(", ")).filter(|list| !list.is_empty());
    let expected: Vec<_> = allowed.into_iter().chain(nearest).collect();
    let expected = expected.join("; ");
    let wrong = Fault::new(pointer, because.unwrap_or(Because::ValueNotAllowed), fault.detail);
    if expected.is_empty() { wrong } else { wrong.expected(expected) }
}

/// The sites of those ids, in the order of their places.
pub(super) fn named_sites<'f>(file: &'f QuoteFile, ids: &[Id]) -> Result<Vec<&'f Site>, Refusal> {
    let known: HashSet<Id> = file.sites.iter().map(|s| s.id).collect();
    let mut named = HashSet::with_capacity(ids.len());
    let mut faults = Vec::new();
    for (at, id) in ids.iter().enumerate() {
        let fault = |because, detail| Fault::new(format!("/site_ids/{at}"), because, detail);
        if !named.insert(*id) {
            faults.push(fault(Because::Duplicate, "the site is named twice"));
        } else if !known.contains(id) {
            faults.push(fault(Because::UnknownId, "no such site in this quote"));
        }
    }
    if faults.is_empty() {
        return Ok(file.sites.iter().filter(|s| named.contains(&s.id)).collect());
    }
    Err(Refusal::new(Code::UnknownReference, "some sites are not of this quote").with(faults))
}

fn find(file: &QuoteFile, site: Id) -> Result<&Site, Refusal> {
    file.sites.iter().find(|s| s.id == site).ok_or_else(|| Refusal::not_found("site"))
}

/// An edit of one site, which was `old`: the quote is a draft again.
fn one_site(
    ctx: &mut Context,
    file: &QuoteFile,
    old: &Site,
    new: Site,
    kind: EventKind,
) -> Result<Decision<QuoteSites>, Refusal> {
    let (quote, from) = file.reopened(ctx)?;
    let mut edits = Edits::of(quote);
    edits.update(old, new.edited());
    Ok(edits.end(ctx, Happened::new(kind).from(from)))
}

#[cfg(test)]
mod tests;
