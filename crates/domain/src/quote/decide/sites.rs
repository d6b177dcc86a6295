//! A quote's sites: added, edited, removed, validated, configured, and given their customers.

use super::Rules;
use crate::address::{Address, Avps};
use crate::catalogue::{Catalogue, Choice, Configuration, ConfigurationFault};
use crate::change::{Change, Context, Settle};
use crate::code::{Because, Code};
use crate::decision::Decision;
use crate::event::{EventKind, Happened};
use crate::id::{Id, Kind};
use crate::job::Work;
use crate::law::QuoteFile;
use crate::programme::Stage;
use crate::quote::{Quote, Site, Validation};
use crate::refusal::{Fault, IfMatch, Refusal};

/// A quote with those of its sites that a decision touched.
#[derive(Debug, Clone, PartialEq)]
pub struct QuoteSites {
    pub quote: Quote,
    pub sites: Vec<Site>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSite {
    pub name: String,
    pub address: Address,
}

/// The most sites that one quote holds.
pub const MOST_SITES: usize = 10_000;

/// Adds sites, in the order given.
pub fn sites_add(
    ctx: &mut Context,
    rules: Rules<'_>,
    file: &QuoteFile,
    new: Vec<NewSite>,
) -> Result<Decision<QuoteSites>, Refusal> {
    file.gate(ctx, rules, Stage::Sites)?;
    room_for(file, new.len(), "/sites")?;
    let (mut quote, from) = file.reopened(ctx)?;
    let mut change = Change::default();
    let mut sites = Vec::with_capacity(new.len());
    for site in new {
        let site = join(ctx, &mut quote, site, None);
        sites.push(change.insert_part(site));
    }
    let quote = change.update(ctx, quote, Happened::new(EventKind::QuoteSitesAdded).from(from));
    Ok(Decision { change, view: QuoteSites { quote, sites } })
}

/// Refuses more sites than a quote holds. `pointer` is where the request names them.
pub(super) fn room_for(file: &QuoteFile, new: usize, pointer: &str) -> Result<(), Refusal> {
    if file.sites.len() + new <= MOST_SITES {
        return Ok(());
    }
    let detail = format!("a quote holds at most {MOST_SITES} sites");
    let fault = Fault::new(pointer, Because::TooLong, &*detail);
    Err(Refusal::new(Code::InvalidBody, detail).with(vec![fault]))
}

/// A new site with this configuration joins the quote, at the next place.
pub(super) fn join(
    ctx: &mut Context,
    quote: &mut Quote,
    new: NewSite,
    configuration: Option<Configuration>,
) -> Site {
    quote.sites_added += 1;
    Site {
        id: ctx.ids.next(Kind::Site),
        tenant: quote.tenant,
        version: 0,
        quote: quote.id,
        position: quote.sites_added,
        name: new.name,
        given: new.address,
        validation: Validation::Unchecked,
        configuration,
        price: None,
        customer: None,
        created_at: ctx.now,
    }
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
    let mut site = find(file, site)?.clone();
    seen.check(site.version)?;
    file.gate(ctx, rules, Stage::Sites)?;
    if let Some(name) = edit.name {
        site.name = name;
    }
    if let Some(address) = edit.address {
        site.given = address;
        site.validation = Validation::Unchecked;
    }
    one_site(ctx, file, site, EventKind::QuoteSiteEdited)
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
    let mut change = Change::default();
    change.remove_part(site);
    let quote = change.update(ctx, quote, Happened::new(EventKind::QuoteSiteRemoved).from(from));
    Ok(Decision { change, view: QuoteSites { quote, sites: Vec::new() } })
}

/// Asks for the validation of every site that has no valid address yet.
pub fn addresses_request(
    ctx: &mut Context,
    rules: Rules<'_>,
    file: &QuoteFile,
) -> Result<Decision<QuoteSites>, Refusal> {
    file.gate(ctx, rules, Stage::AddressValidation)?;
    let mut change = Change::default();
    let mut sites = Vec::new();
    for site in &file.sites {
        if site.passed().is_some() || matches!(site.validation, Validation::Requested) {
            continue;
        }
        let asked = Site { validation: Validation::Requested, ..site.clone() };
        sites.push(change.update_part(asked));
    }
    let work = Work::ValidateAddresses { quote: file.quote.id };
    let now = ctx.now;
    change.later(ctx, file.quote.tenant, work, now);
    // The price stays: an address changes it only when a correction is accepted.
    let what = Happened::new(EventKind::QuoteValidationRequested);
    let quote = change.update(ctx, file.quote.clone(), what);
    Ok(Decision { change, view: QuoteSites { quote, sites } })
}

/// Records what the validation answered for sites that still wait for it.
pub fn addresses_record(
    ctx: &mut Context,
    file: &QuoteFile,
    answers: Vec<(Id, Avps)>,
    settle: Settle,
) -> Decision<QuoteSites> {
    let mut change = Change { settle: Some(settle), ..Change::default() };
    let mut sites = Vec::new();
    if file.quote.phase(ctx.now).is_final() {
        return Decision { change, view: QuoteSites { quote: file.quote.clone(), sites } };
    }
    for (id, avps) in answers {
        let waiting = file.sites.iter().find(|s| s.id == id);
        let Some(site) = waiting.filter(|s| matches!(s.validation, Validation::Requested)) else {
            continue; // Edited or removed meanwhile: the answer is to another address.
        };
        let validation = Validation::Answered { avps, at: ctx.now };
        sites.push(change.update_part(Site { validation, ..site.clone() }));
    }
    let what = Happened::new(EventKind::QuoteAddressesValidated);
    let quote = change.update(ctx, file.quote.clone(), what);
    Decision { change, view: QuoteSites { quote, sites } }
}

/// The validation gave no answer, for good: the sites that wait are unvalidated again.
pub fn addresses_unanswered(
    ctx: &mut Context,
    file: &QuoteFile,
    settle: Settle,
) -> Decision<QuoteSites> {
    let mut change = Change { settle: Some(settle), ..Change::default() };
    let mut sites = Vec::new();
    for site in file.sites.iter().filter(|s| matches!(s.validation, Validation::Requested)) {
        let unchecked = Site { validation: Validation::Unchecked, ..site.clone() };
        sites.push(change.update_part(unchecked));
    }
    let what = Happened::new(EventKind::QuoteValidationFailed);
    let quote = change.update(ctx, file.quote.clone(), what);
    Decision { change, view: QuoteSites { quote, sites } }
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
    let mut site = find(file, site)?.clone();
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
    site.validation = Validation::Accepted { address, avps: avps.clone(), at: ctx.now };
    one_site(ctx, file, site, EventKind::QuoteAddressAccepted)
}

/// Which sites an offering's features are chosen for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Configure {
    /// None: every site of the quote.
    pub sites: Option<Vec<Id>>,
    pub offering: String,
    pub choices: Vec<Choice>,
}

/// Configures sites: the same choices for each site named.
pub fn sites_configure(
    ctx: &mut Context,
    rules: Rules<'_>,
    file: &QuoteFile,
    catalogue: &Catalogue,
    configure: Configure,
) -> Result<Decision<QuoteSites>, Refusal> {
    file.gate(ctx, rules, Stage::Configuration)?;
    let allowed = &rules.programme.offerings;
    let offering = catalogue
        .offering(&configure.offering)
        .filter(|o| allowed.iter().any(|code| code.as_str() == &*o.code));
    let Some(offering) = offering else {
        let fault = Fault::new(
            "/offering",
            Because::NotAllowedValue,
            "no such offering for this programme",
        );
        return Err(Refusal::new(Code::InvalidConfiguration, "the offering is not sold here")
            .with(vec![fault.expected(allowed.join(", "))]));
    };
    let configuration = offering.configure(&configure.choices).map_err(|faults| {
        Refusal::new(Code::InvalidConfiguration, "the choices do not fit the offering")
            .with(faults.into_iter().map(configuration_fault).collect())
    })?;
    let named = match &configure.sites {
        None => file.sites.clone(),
        Some(ids) => named_sites(file, ids)?,
    };
    let (quote, from) = file.reopened(ctx)?;
    let mut change = Change::default();
    let mut sites = Vec::with_capacity(named.len());
    for site in named {
        let configured = Site { configuration: Some(configuration.clone()), price: None, ..site };
        sites.push(change.update_part(configured));
    }
    let quote = change.update(ctx, quote, Happened::new(EventKind::QuoteConfigured).from(from));
    Ok(Decision { change, view: QuoteSites { quote, sites } })
}

fn configuration_fault(fault: ConfigurationFault) -> Fault {
    let because = Because::ALL.iter().copied().find(|b| b.as_str() == fault.code.word());
    let pointer = match fault.index {
        Some(index) => format!("/features/{index}"),
        None => "/features".to_owned(),
    };
    let mut expected = fault.allowed.join(", ");
    if let Some(nearest) = fault.nearest {
        expected = format!("{expected}; nearest: {nearest}");
    }
    let wrong = Fault::new(pointer, because.unwrap_or(Because::ValueNotAllowed), fault.detail);
    if expected.is_empty() { wrong } else { wrong.expected(expected) }
}

fn named_sites(file: &QuoteFile, ids: &[Id]) -> Result<Vec<Site>, Refusal> {
    let mut sites = Vec::with_capacity(ids.len());
    let mut faults = Vec::new();
    for (at, id) in ids.iter().enumerate() {
        let pointer = format!("/site_ids/{at}");
        if ids[..at].contains(id) {
            faults.push(Fault::new(pointer, Because::Duplicate, "the site is named twice"));
            continue;
        }
        match file.sites.iter().find(|s| s.id == *id) {
            Some(site) => sites.push(site.clone()),
            None => {
                faults.push(Fault::new(pointer, Because::UnknownId, "no such site in this quote"));
            }
        }
    }
    if faults.is_empty() {
        return Ok(sites);
    }
    Err(Refusal::new(Code::UnknownReference, "some sites are not of this quote").with(faults))
}

fn find(file: &QuoteFile, site: Id) -> Result<&Site, Refusal> {
    file.sites.iter().find(|s| s.id == site).ok_or_else(|| Refusal::not_found("site"))
}

/// An edit of one site: the quote is a draft again.
fn one_site(
    ctx: &mut Context,
    file: &QuoteFile,
    site: Site,
    kind: EventKind,
) -> Result<Decision<QuoteSites>, Refusal> {
    let (quote, from) = file.reopened(ctx)?;
    let mut change = Change::default();
    let site = change.update_part(Site { price: None, ..site });
    let quote = change.update(ctx, quote, Happened::new(kind).from(from));
    Ok(Decision { change, view: QuoteSites { quote, sites: vec![site] } })
}
