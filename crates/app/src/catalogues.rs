//! The catalogues that this process has read. Which of them is in force, the store says at each
//! decision: no node goes on with one that another has superseded.

use crate::{App, Problem};
use domain::catalogue::Catalogue;
use domain::party::Environment;
use domain::publication::next;
use domain::time::Moment;
use faults::{Bug, planted};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use store::StoreError;

/// So many published ones are kept as read; they are read again when they are needed.
const MOST_KEPT: usize = 16;

/// The configured catalogue, and published ones by their digest.
#[derive(Debug)]
pub struct Catalogues {
    configured: Arc<Catalogue>,
    read: Mutex<HashMap<String, Arc<Catalogue>>>,
}

impl Catalogues {
    pub(crate) fn new(configured: Catalogue) -> Self {
        Self { configured: Arc::new(configured), read: Mutex::default() }
    }

    /// The one of the configuration, in force until the first is published.
    pub fn configured(&self) -> &Arc<Catalogue> {
        &self.configured
    }

    fn read(&self) -> MutexGuard<'_, HashMap<String, Arc<Catalogue>>> {
        // A map of whole values is sound, whoever panicked beside it.
        self.read.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn find(&self, digest: &str) -> Option<Arc<Catalogue>> {
        if digest == self.configured.digest() {
            return Some(self.configured.clone());
        }
        self.read().get(digest).cloned()
    }

    fn keep(&self, catalogue: &Arc<Catalogue>) {
        let mut read = self.read();
        if read.len() >= MOST_KEPT {
            read.clear();
        }
        read.insert(catalogue.digest().to_owned(), catalogue.clone());
    }
}

impl App {
    /// The catalogue in force in an environment at `now`.
    ///
    /// # Errors
    /// A published one that is damaged, or that this program cannot read: nothing is sold then,
    /// rather than at other prices.
    pub async fn in_force(&self, at: Environment, now: Moment) -> Result<Arc<Catalogue>, Problem> {
        let digest = self.store.ask(store::publication::in_force(at, now)).await?;
        self.catalogue_of(at, digest.as_deref()).await
    }

    /// What programmes sell and a published catalogue that is, or will be, in force does not
    /// have: one a line. A server whose programmes were changed since must not start with it.
    ///
    /// # Errors
    /// As [`App::in_force`].
    pub async fn sold_and_not_offered(&self) -> Result<Vec<String>, Problem> {
        let (now, mut lines) = (self.clock.now(), Vec::new());
        for at in [Environment::Test, Environment::Live] {
            let published = self.store.ask(store::publication::published(at)).await?;
            for version in &published {
                if next(&published, version).is_some_and(|next| next <= now) {
                    continue;
                }
                let catalogue = self.catalogue_of(at, Some(&version.digest)).await?;
                let label = &version.label;
                let faults = self.programmes.misfits(&catalogue);
                lines.extend(faults.iter().map(|fault| format!("catalogue {label}: {fault}")));
            }
        }
        Ok(lines)
    }

    /// The catalogue of a digest; none: the configuration's.
    pub(crate) async fn catalogue_of(
        &self,
        at: Environment,
        digest: Option<&str>,
    ) -> Result<Arc<Catalogue>, Problem> {
        let published = digest.filter(|_| !planted(Bug::CatalogueOfTheStart));
        let Some(digest) = published else { return Ok(self.catalogues.configured.clone()) };
        let missing = || unreadable(digest, "its files are not there");
        self.read_catalogue(at, digest).await?.ok_or_else(missing)
    }

    /// The catalogue of a digest, if it was ever proposed, or is the configuration's.
    pub(crate) async fn read_catalogue(
        &self,
        at: Environment,
        digest: &str,
    ) -> Result<Option<Arc<Catalogue>>, Problem> {
        if let Some(catalogue) = self.catalogues.find(digest) {
            return Ok(Some(catalogue));
        }
        // Files of a digest never change: no snapshot is needed.
        let found = self.store.ask(store::publication::files(at, digest)).await?;
        let Some(files) = found else { return Ok(None) };
        let read = Catalogue::parse(&files).map_err(|faults| {
            let first = faults.first().map(ToString::to_string).unwrap_or_default();
            unreadable(digest, &first)
        })?;
        if read.digest() != digest {
            return Err(unreadable(digest, "its files are others"));
        }
        let catalogue = Arc::new(read);
        self.catalogues.keep(&catalogue);
        Ok(Some(catalogue))
    }
}

fn unreadable(digest: &str, why: &str) -> Problem {
    let what = format!("catalogue {digest} cannot be read: {why}");
    tracing::error!("{what}");
    Problem::Fault(StoreError::Unavailable(what))
}
