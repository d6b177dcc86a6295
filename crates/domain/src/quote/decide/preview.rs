//! What a quote would cost with other sites, configurations or terms of sale: the commands
//! themselves, performed on a copy that nobody keeps.

use super::{
    AskPrice, Configure, NewSite, Rules, named_sites, site_remove, sites_add, sites_configure,
    stale_bases,
};
use crate::catalogue::{Catalogue, Choice};
use crate::change::{Change, Context, Mode, Record};
use crate::code::{Because, Code};
use crate::id::Id;
use crate::law::{MOST_NAMED, QuoteFile};
use crate::quote::{Quote, Site};
use crate::refusal::{Fault, IfMatch, Refusal};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

mod price;
#[cfg(test)]
mod tests;

pub use price::{Preview, PreviewSite, Touch, price_preview};

/// An offering's features, as a configuration chooses them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Features {
    pub offering: String,
    pub choices: Vec<Choice>,
}

/// A site to add, configured at once if its features are given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddSite {
    pub site: NewSite,
    pub features: Option<Features>,
}

/// Which sites are configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    All,
    Named(Vec<Id>),
    /// Those that have this offering until then, by code.
    Of(String),
}

/// Edits of a quote's sites that a preview takes as made: first some are removed, then others
/// added, then some configured, in the order given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SiteEdits {
    pub remove: Vec<Id>,
    pub add: Vec<AddSite>,
    pub configure: Vec<(Which, Features)>,
}

impl SiteEdits {
    /// The sites that are named; none if every site is looked at.
    pub fn named(&self) -> Option<Vec<Id>> {
        let mut named = self.remove.clone();
        for (which, _) in &self.configure {
            match which {
                Which::All => return None,
                Which::Named(ids) => named.extend(ids),
                Which::Of(_) => {}
            }
        }
        Some(named)
    }

    /// On which bases the quote has prices of sites that are looked at by their offering. Their
    /// sites must be there before anything is edited.
    pub fn bases(&self, quote: &Quote) -> Vec<Arc<str>> {
        let of = |(which, _): &(Which, Features)| match which {
            Which::Of(offering) => quote.tally.priced.bases_of(offering).cloned().collect(),
            Which::All | Which::Named(_) => Vec::new(),
        };
        self.configure.iter().flat_map(of).collect()
    }
}

/// A quote as it would be after edits, unpriced.
#[derive(Debug, Clone)]
pub struct Edited {
    /// As it would be loaded.
    pub file: QuoteFile,
    /// The ids that the added sites have in it, in their order.
    added: Vec<Id>,
    configured: HashSet<Id>,
    removed: HashSet<Id>,
}

/// Makes the edits on a copy. The file has the sites that they look at.
///
/// # Errors
/// As the commands refuse them; pointers begin with `/edits`.
pub fn sites_edited(
    ctx: &mut Context,
    rules: Rules<'_>,
    file: QuoteFile,
    catalogue: &Catalogue,
    edits: &SiteEdits,
) -> Result<Edited, Refusal> {
    let mut edited = Edited::of(file);
    named_sites(&edited.file, &edits.remove)
        .map_err(|no| moved(no, |pointer| pointer.replacen("/site_ids", "/edits/remove", 1)))?;
    for site in &edits.remove {
        let decision = site_remove(ctx, rules, &edited.file, *site, IfMatch::Any)?;
        edited.apply(decision.change);
    }
    edited.add(ctx, rules, catalogue, &edits.add)?;
    for (at, (which, features)) in edits.configure.iter().enumerate() {
        let place = format!("/edits/configure/{at}");
        let sites = edited.which(which).map_err(|no| inside(&place, no))?;
        edited.configure(ctx, rules, catalogue, sites, features, &place)?;
    }
    edited.name_lacking();
    Ok(edited)
}

/// What comes of edits of a quote that is loaded in part.
#[derive(Debug)]
pub enum Looked {
    /// What was loaded is enough, for the edits and for the price after them.
    Whole(Box<Edited>),
    /// The sites priced on these bases are looked at, too.
    Lacks(Vec<Arc<str>>),
}

/// Makes the edits on a copy of a file that has the sites they name and those priced on the
/// `loaded` bases. Nothing is edited, and nothing refused, before all that they look at is there.
///
/// # Errors
/// As [`sites_edited`].
pub fn sites_edited_as_loaded(
    ctx: &mut Context,
    rules: Rules<'_>,
    tier: &str,
    file: &QuoteFile,
    loaded: &[Arc<str>],
    ask: &AskPrice,
    edits: &SiteEdits,
) -> Result<Looked, Refusal> {
    let lacks = |needed: &[Arc<str>]| needed.iter().any(|basis| !loaded.contains(basis));
    let by_offering = edits.bases(&file.quote);
    if lacks(&by_offering) {
        // Most edits leave it as it is what is priced anew: one more look is saved.
        let stale = stale_bases(ctx, tier, file, &file.catalogue, ask);
        return Ok(Looked::Lacks([stale, by_offering].concat()));
    }
    let edited = sites_edited(ctx, rules, file.clone(), &file.catalogue, edits)?;
    let stale = stale_bases(ctx, tier, &edited.file, &file.catalogue, ask);
    let needed = [stale, by_offering].concat();
    Ok(if lacks(&needed) { Looked::Lacks(needed) } else { Looked::Whole(Box::new(edited)) })
}

impl Edited {
    /// Unedited so far.
    pub(super) fn of(file: QuoteFile) -> Self {
        let (configured, removed) = (HashSet::new(), HashSet::new());
        Self { file, added: Vec::new(), configured, removed }
    }

    /// What would be loaded after this decision, which configures sites and nothing else.
    pub(super) fn after(mut self, change: Change) -> QuoteFile {
        let touched = self.apply(change);
        self.configured.extend(touched);
        self.name_lacking();
        self.file
    }

    fn add(
        &mut self,
        ctx: &mut Context,
        rules: Rules<'_>,
        catalogue: &Catalogue,
        add: &[AddSite],
    ) -> Result<(), Refusal> {
        if add.is_empty() {
            return Ok(());
        }
        let new = add.iter().map(|one| one.site.clone()).collect();
        let decision = sites_add(ctx, rules, &self.file, new)
            .map_err(|no| moved(no, |pointer| pointer.replacen("/sites", "/edits/add", 1)))?;
        self.added = self.apply(decision.change);
        // Sites with equal features are configured together, as one would do it.
        let mut groups: Vec<(&Features, usize, Vec<Id>)> = Vec::new();
        for (at, (one, id)) in add.iter().zip(&self.added).enumerate() {
            let Some(features) = &one.features else { continue };
            match groups.iter_mut().find(|(of, ..)| *of == features) {
                Some((.., ids)) => ids.push(*id),
                None => groups.push((features, at, vec![*id])),
            }
        }
        for (features, at, ids) in groups {
            let place = format!("/edits/add/{at}/configuration");
            self.configure(ctx, rules, catalogue, Some(ids), features, &place)?;
        }
        Ok(())
    }

    /// The ids as the command takes them.
    fn which(&self, which: &Which) -> Result<Option<Vec<Id>>, Refusal> {
        Ok(match which {
            Which::All => None,
            Which::Named(ids) => Some(ids.clone()),
            Which::Of(offering) => {
                let has = |site: &&Site| {
                    site.configuration.as_ref().is_some_and(|c| *c.offering == **offering)
                };
                let ids: Vec<Id> = self.file.sites.iter().filter(has).map(|s| s.id).collect();
                if ids.is_empty() {
                    let detail = "no site of the quote has this offering";
                    let fault = Fault::new("/of_offering", Because::NotAllowedValue, detail);
                    return Err(Refusal::new(Code::UnknownReference, detail).with(vec![fault]));
                }
                Some(ids)
            }
        })
    }

    fn configure(
        &mut self,
        ctx: &mut Context,
        rules: Rules<'_>,
        catalogue: &Catalogue,
        sites: Option<Vec<Id>>,
        features: &Features,
        place: &str,
    ) -> Result<(), Refusal> {
        let Features { offering, choices } = features.clone();
        let configure = Configure { sites, offering, choices };
        let decision = sites_configure(ctx, rules, &self.file, catalogue, configure)
            .map_err(|no| inside(place, no))?;
        let touched = self.apply(decision.change);
        self.configured.extend(touched);
        Ok(())
    }

    /// Takes over what a decision would write; answers the sites that it touched.
    fn apply(&mut self, change: Change) -> Vec<Id> {
        let sites = &mut self.file.sites;
        let places: HashMap<Id, usize> = sites.iter().enumerate().map(|(n, s)| (s.id, n)).collect();
        let mut touched = Vec::new();
        let mut gone = HashSet::new();
        for put in change.puts {
            match (put.record, put.mode) {
                (Record::Quote(quote), _) => self.file.quote = *quote,
                (Record::Site(site), Mode::Remove { .. }) => {
                    gone.insert(site.id);
                }
                (Record::Site(site), _) => {
                    touched.push(site.id);
                    match places.get(&site.id) {
                        Some(place) => sites[*place] = *site,
                        None => sites.push(*site),
                    }
                }
                _ => {}
            }
        }
        if !gone.is_empty() {
            sites.retain(|site| !gone.contains(&site.id));
            self.removed.extend(gone);
        }
        touched
    }

    /// Names the first sites that lack something, as they would be loaded.
    fn name_lacking(&mut self) {
        let changed = |site: &Site| {
            self.configured.contains(&site.id)
                || self.added.contains(&site.id)
                || self.removed.contains(&site.id)
        };
        let sites = &self.file.sites;
        let name = |named: &mut Vec<Site>, lacks: fn(&Site) -> bool| {
            named.retain(|site| !changed(site));
            named.extend(sites.iter().filter(|site| changed(site) && lacks(site)).cloned());
            named.sort_by_key(|site| site.position);
            named.truncate(usize::try_from(MOST_NAMED).unwrap_or(usize::MAX));
        };
        name(&mut self.file.unpassed, |site| site.passed().is_none());
        name(&mut self.file.unconfigured, |site| site.configuration.is_none());
    }
}

/// A refusal of what the body says, whose pointers begin at `place`. What is missing first is
/// named where it is in the quote.
fn inside(place: &str, refusal: Refusal) -> Refusal {
    moved(refusal, |pointer| format!("{place}{pointer}"))
}

fn moved(mut refusal: Refusal, to: impl Fn(&str) -> String) -> Refusal {
    if refusal.code != Code::PrematureStep {
        for fault in &mut refusal.faults {
            fault.pointer = to(&fault.pointer);
        }
    }
    refusal
}
