//! What a quote would cost with other sites, configurations or terms of sale: the commands
//! themselves, performed on a copy that nobody keeps.

use super::super::edits::QuoteSites;
use super::{
    AskPrice, Configure, NewSite, Rules, named_sites, quote_price, site_remove, sites_add,
    sites_configure, stale_bases,
};
use crate::catalogue::{Catalogue, Choice};
use crate::change::{Change, Context, Mode, Record};
use crate::code::{Because, Code};
use crate::id::Id;
use crate::law::{MOST_NAMED, QuoteFile};
use crate::money::Money;
use crate::pricing::Totals;
use crate::quote::{Quote, Site};
use crate::refusal::{Fault, IfMatch, Refusal};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

#[cfg(test)]
mod tests;

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

/// Why a site is among those of a preview.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Touch {
    Added,
    /// The edits configure it.
    Configured,
    /// It costs something else, or has had no price.
    Repriced,
}

impl Touch {
    pub const ALL: [Self; 3] = [Self::Added, Self::Configured, Self::Repriced];

    /// As it stands on the wire.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Configured => "configured",
            Self::Repriced => "repriced",
        }
    }
}

/// One site of a preview, priced.
#[derive(Debug, Clone, PartialEq)]
pub struct PreviewSite {
    pub touch: Touch,
    pub site: Site,
    /// What it costs now.
    pub before: Option<Totals>,
}

/// What a quote would cost.
#[derive(Debug, Clone, PartialEq)]
pub struct Preview {
    /// The quote as it is.
    pub before: Quote,
    /// As it would be, with its offer.
    pub after: Quote,
    /// The first sites that would be priced, in the order of their places.
    pub sites: Vec<PreviewSite>,
    /// How many would be priced.
    pub touched: usize,
    pub removed: usize,
}

impl Preview {
    /// What it would cost more than now: less, if negative. None: it has no price now.
    pub fn difference(&self) -> Option<Totals> {
        let (before, after) = (self.before.offer()?.totals, self.after.offer()?.totals);
        let less = |more: Money, less: Money| more.checked_sub(less).ok();
        Some(Totals {
            mrc: less(after.mrc, before.mrc)?,
            nrc: less(after.nrc, before.nrc)?,
            total_contract_value: less(after.total_contract_value, before.total_contract_value)?,
        })
    }
}

/// Prices the edited quote, as [`quote_price`] would if the edits were made. `before` has at least
/// the sites that `edited` has of those that are not new.
pub fn price_preview(
    ctx: &mut Context,
    rules: Rules<'_>,
    tier: &str,
    before: &QuoteFile,
    mut edited: Edited,
    catalogue: &Catalogue,
    ask: AskPrice,
) -> Result<Preview, Refusal> {
    let stale = stale_bases(ctx, tier, &edited.file, catalogue, &ask);
    let keeps = |site: &Site| site.basis().is_some_and(|b| stale.iter().all(|s| **s != *b));
    edited.file.sites.retain(|site| !keeps(site));
    let decision = quote_price(ctx, rules, tier, &edited.file, catalogue, ask)
        .map_err(|no| edited.named_as_added(no))?;
    let QuoteSites { quote, sites, touched } = decision.view;
    let costs: HashMap<Id, Totals> =
        before.sites.iter().filter_map(|s| Some((s.id, s.price.as_ref()?.totals))).collect();
    let drawn = |site: Site| PreviewSite {
        touch: edited.touch(site.id),
        before: costs.get(&site.id).copied(),
        site,
    };
    Ok(Preview {
        before: before.quote.clone(),
        after: quote,
        sites: sites.into_iter().map(drawn).collect(),
        touched,
        removed: edited.removed.len(),
    })
}

impl Edited {
    fn touch(&self, site: Id) -> Touch {
        if self.added.contains(&site) {
            Touch::Added
        } else if self.configured.contains(&site) {
            Touch::Configured
        } else {
            Touch::Repriced
        }
    }

    /// An added site has no id that anybody knows: it is named by its place in the body.
    fn named_as_added(&self, mut refusal: Refusal) -> Refusal {
        for fault in &mut refusal.faults {
            for (at, id) in self.added.iter().enumerate() {
                if let Some(rest) = fault.pointer.strip_prefix(&format!("/sites/{id}")) {
                    fault.pointer = format!("/edits/add/{at}{rest}");
                }
            }
        }
        refusal
    }
}
