//! What a quote knows of its sites without looking at them: how many there are, how far they have
//! come, and what the priced ones add up to.

use super::{Site, Validation};
use crate::pricing::PriceSums;
use serde::{Deserialize, Serialize};

/// Counts over a quote's sites. Kept with the quote; whoever puts another site in the place of one
/// swaps it here too.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    pub sites: u32,
    /// With a valid address.
    pub passed: u32,
    /// Whose address is being validated.
    pub requested: u32,
    pub configured: u32,
    /// Of which operations have confirmed that they can be served.
    #[serde(default)]
    pub feasible: u32,
    /// Configured for an access speed that is known not to be had.
    #[serde(default)]
    pub short: u32,
    /// With an end customer of their own.
    pub assigned: u32,
    /// What the priced ones add up to, by the basis of their prices and so by offering.
    pub priced: PriceSums,
}

impl Tally {
    /// Of these sites.
    pub fn of<'s>(sites: impl IntoIterator<Item = &'s Site>) -> Self {
        let mut tally = Self::default();
        sites.into_iter().for_each(|site| tally.swap(None, Some(site)));
        tally
    }

    /// One site goes, another comes in its place; either may be none.
    pub fn swap(&mut self, old: Option<&Site>, new: Option<&Site>) {
        if let Some(old) = old {
            self.count(old, -1);
            if let Some(price) = &old.price {
                self.priced.take(price);
            }
        }
        if let Some(new) = new {
            self.count(new, 1);
            if let Some(price) = &new.price {
                self.priced.put(price);
            }
        }
    }

    fn count(&mut self, site: &Site, by: i32) {
        // Less than none there is only in a damaged database, which an audit tells of.
        let step = |count: &mut u32, counts: bool| {
            if counts {
                *count = count.saturating_add_signed(by);
            }
        };
        step(&mut self.sites, true);
        step(&mut self.passed, site.passed().is_some());
        step(&mut self.requested, matches!(site.validation, Validation::Requested));
        step(&mut self.configured, site.configuration.is_some());
        step(&mut self.feasible, site.feasible_since.is_some());
        step(&mut self.short, site.shortfall().is_some());
        step(&mut self.assigned, site.customer.is_some());
    }

    /// Without a valid address.
    pub const fn unpassed(&self) -> u32 {
        self.sites.saturating_sub(self.passed)
    }

    /// Of which nobody has confirmed that they can be served.
    pub const fn unconfirmed(&self) -> u32 {
        self.sites.saturating_sub(self.feasible)
    }

    /// Without a configuration.
    pub const fn unconfigured(&self) -> u32 {
        self.sites.saturating_sub(self.configured)
    }
}
