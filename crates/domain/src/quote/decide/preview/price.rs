//! An edited quote, priced, beside what it costs now.

use super::super::super::edits::QuoteSites;
use super::super::{AskPrice, Rules, quote_price, stale_bases};
use super::Edited;
use crate::catalogue::Catalogue;
use crate::change::Context;
use crate::id::Id;
use crate::law::QuoteFile;
use crate::money::Money;
use crate::pricing::Totals;
use crate::quote::{Quote, Site};
use crate::refusal::Refusal;
use std::collections::HashMap;

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
