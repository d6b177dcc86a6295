//! The publication of catalogues: a version is proposed, a second person publishes it for a
//! moment, and from that moment on it is in force until the next one is.

mod decide;
mod impact;
#[cfg(test)]
mod tests;

pub use decide::*;
pub use impact::impact;

use crate::catalogue::Catalogue;
use crate::id::Id;
use crate::party::{Actor, Tenant};
use crate::state::phases;
use crate::time::{Date, Moment};
use serde::{Deserialize, Serialize};

phases! {
    /// proposed → published | refused | withdrawn; published → superseded (by the clock, when the
    /// next takes effect) | withdrawn (before it has taken effect).
    CataloguePhase of "catalogue" {
        Proposed = "proposed" => [Published, Refused, Withdrawn];
        Published = "published" => [Superseded, Withdrawn];
        Superseded = "superseded" => [];
        Refused = "refused" => [];
        Withdrawn = "withdrawn" => [];
    }
}

/// When a version takes effect, and by whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Publication {
    /// 1, 2, 3 … in the order of publishing, which need not be that of taking effect.
    pub number: u64,
    pub by: Actor,
    pub at: Moment,
    /// In force from this moment on.
    pub effective_at: Moment,
    /// Whether no moment was named.
    pub at_once: bool,
}

impl Publication {
    /// In which order publications take effect.
    const fn order(&self) -> (Moment, u64) {
        (self.effective_at, self.number)
    }
}

/// A state owns its data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum CatalogueState {
    Proposed,
    Published {
        publication: Publication,
    },
    Refused {
        by: Actor,
        at: Moment,
        reason: String,
    },
    Withdrawn {
        by: Actor,
        at: Moment,
        reason: String,
        /// What it had been published for.
        publication: Option<Publication>,
    },
}

impl CatalogueState {
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Published { .. } => "published",
            Self::Refused { .. } => "refused",
            Self::Withdrawn { .. } => "withdrawn",
        }
    }
}

/// One of a version's files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogueFile {
    pub name: String,
    pub bytes: u64,
}

/// One version of the catalogue, from its proposal on. Its files are kept beside it, by digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogueVersion {
    pub id: Id,
    pub tenant: Tenant,
    /// The row's version; not the catalogue's own, which is `label`.
    pub version: u64,
    /// What the files call this version; a quote keeps it.
    pub label: String,
    /// SHA-256 of the files.
    pub digest: String,
    /// The first day on which its prices may be offered, as the files say.
    pub effective_from: Date,
    pub files: Vec<CatalogueFile>,
    pub note: Option<String>,
    pub proposed_by: Actor,
    pub state: CatalogueState,
    /// The version that it was put in the place of, where it is a roll-back.
    pub rolls_back: Option<Id>,
    /// The roll-back that took its place.
    pub rolled_back_by: Option<Id>,
    pub created_at: Moment,
}

/// The files of a catalogue, kept byte for byte. Several versions may have the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogueFiles {
    pub tenant: Tenant,
    /// A version that has these files.
    pub catalogue: Id,
    pub digest: String,
    /// Each a name and its text, by name.
    pub files: Vec<(String, String)>,
}

impl CatalogueVersion {
    /// Its publication, unless it was withdrawn.
    pub const fn publication(&self) -> Option<&Publication> {
        match &self.state {
            CatalogueState::Published { publication } => Some(publication),
            _ => None,
        }
    }

    /// The phase at `now`; `next` is when the version after it takes effect.
    pub fn phase(&self, now: Moment, next: Option<Moment>) -> CataloguePhase {
        match &self.state {
            CatalogueState::Proposed => CataloguePhase::Proposed,
            CatalogueState::Published { .. } if next.is_some_and(|next| next <= now) => {
                CataloguePhase::Superseded
            }
            CatalogueState::Published { .. } => CataloguePhase::Published,
            CatalogueState::Refused { .. } => CataloguePhase::Refused,
            CatalogueState::Withdrawn { .. } => CataloguePhase::Withdrawn,
        }
    }
}

fn publications(
    published: &[CatalogueVersion],
) -> impl Iterator<Item = (&CatalogueVersion, &Publication)> {
    published.iter().filter_map(|version| Some((version, version.publication()?)))
}

/// When the version that follows on this one takes effect, if one does.
pub fn next(published: &[CatalogueVersion], version: &CatalogueVersion) -> Option<Moment> {
    let own = version.publication()?.order();
    let later = publications(published).filter(|(_, p)| p.order() > own);
    later.map(|(_, p)| p.effective_at).min()
}

/// Every published version of an environment, and what is in force before the first of them.
#[derive(Debug, Clone, Copy)]
pub struct Shelf<'a> {
    pub published: &'a [CatalogueVersion],
    /// The catalogue of the configuration.
    pub configured: &'a Catalogue,
}

impl<'a> Shelf<'a> {
    fn publications(self) -> impl Iterator<Item = (&'a CatalogueVersion, &'a Publication)> {
        publications(self.published)
    }

    /// The version in force at `now`; none: the configuration's.
    pub fn in_force(self, now: Moment) -> Option<&'a CatalogueVersion> {
        let begun = self.publications().filter(|(_, p)| p.effective_at <= now);
        begun.max_by_key(|(_, p)| p.order()).map(|(version, _)| version)
    }

    /// When the version that follows on this one takes effect, if one does.
    pub fn next(self, version: &CatalogueVersion) -> Option<Moment> {
        next(self.published, version)
    }

    /// The version that this one followed on; none: the configuration's.
    pub fn before(self, version: &CatalogueVersion) -> Option<&'a CatalogueVersion> {
        let own = version.publication()?.order();
        let earlier = self.publications().filter(|(_, p)| p.order() < own);
        earlier.max_by_key(|(_, p)| p.order()).map(|(version, _)| version)
    }

    pub fn phase(self, version: &CatalogueVersion, now: Moment) -> CataloguePhase {
        version.phase(now, self.next(version))
    }

    /// Whether it is in force at `now`.
    pub fn is_in_force(self, version: &CatalogueVersion, now: Moment) -> bool {
        self.in_force(now).is_some_and(|one| one.id == version.id)
    }

    /// The moment of what takes effect at once: now, or, where the clock of another node is ahead
    /// of ours, as soon as what that one has published at once.
    fn at_once(self, now: Moment) -> Moment {
        let last = self.publications().filter(|(_, p)| p.at_once).map(|(_, p)| p.effective_at);
        last.max().map_or(now, |last| last.max(now))
    }

    fn last_number(self) -> u64 {
        self.publications().map(|(_, p)| p.number).max().unwrap_or_default()
    }
}
