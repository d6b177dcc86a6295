//! Who asks: a credential becomes a caller, and a caller's scope is all that it may see.

use crate::{App, Problem};
use domain::code::{Because, Code};
use domain::id::Id;
use domain::party::{Actor, Credential, Environment, Partner, Right, Role, Scope, Tenant};
use domain::refusal::{Fault, Refusal};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// Who asks.
#[derive(Debug, Clone)]
pub struct Caller {
    pub credential: Id,
    /// The credential's name.
    pub name: Arc<str>,
    pub environment: Environment,
    pub who: Who,
    /// Beyond what everybody of operations may do.
    pub rights: Arc<[Right]>,
}

#[derive(Debug, Clone)]
pub enum Who {
    Partner(Arc<Partner>),
    Operations,
}

/// A caller that acts for a partner.
#[derive(Debug, Clone, Copy)]
pub struct Seller<'a> {
    pub partner: &'a Partner,
    pub tenant: Tenant,
}

impl Caller {
    /// The space that this caller's idempotency keys live in.
    pub fn tenant(&self) -> Tenant {
        match &self.who {
            Who::Partner(partner) => Tenant::partner(partner.id, self.environment),
            Who::Operations => Tenant::carrier(self.environment),
        }
    }

    pub fn scope(&self) -> Scope {
        match &self.who {
            Who::Partner(_) => Scope::Partner(self.tenant()),
            Who::Operations => Scope::Operations(self.environment),
        }
    }

    pub fn actor(&self) -> Actor {
        match &self.who {
            Who::Partner(partner) => {
                Actor::Partner { partner: partner.id, credential: self.credential }
            }
            Who::Operations => {
                Actor::Operations { name: self.name.to_string(), credential: self.credential }
            }
        }
    }

    /// This caller as a partner, or a refusal.
    pub fn seller(&self) -> Result<Seller<'_>, Refusal> {
        match &self.who {
            Who::Partner(partner) => Ok(Seller { partner, tenant: self.tenant() }),
            Who::Operations => {
                Err(Refusal::new(Code::Forbidden, "this needs a partner's credential"))
            }
        }
    }

    /// Refuses whoever was not given a right.
    pub fn may(&self, right: Right) -> Result<(), Refusal> {
        if self.rights.contains(&right) {
            return Ok(());
        }
        let word = right.word();
        let detail = format!("this needs a credential of operations with the right {word}");
        Err(Refusal::new(Code::Forbidden, detail))
    }

    /// Refuses anybody but the carrier's people.
    pub fn operations(&self) -> Result<Environment, Refusal> {
        match &self.who {
            Who::Operations => Ok(self.environment),
            Who::Partner(_) => {
                Err(Refusal::new(Code::Forbidden, "this needs a credential of operations"))
            }
        }
    }
}

/// Callers seen lately, by the hash of their secret and the partner that they chose. Saves two
/// reads a request, and bounds with `FRESH` the time until a revocation is felt.
#[derive(Debug, Default)]
pub(crate) struct Known(HashMap<(String, Option<Id>), (Instant, Caller)>);

/// A revocation made anywhere is felt here within this time.
const FRESH: Duration = Duration::from_secs(2);
const MOST_KNOWN: usize = 10_000;

impl Known {
    fn get(&self, key: &(String, Option<Id>)) -> Option<Caller> {
        let (seen, caller) = self.0.get(key)?;
        (seen.elapsed() < FRESH).then(|| caller.clone())
    }

    fn put(&mut self, key: (String, Option<Id>), caller: Caller) {
        if self.0.len() >= MOST_KNOWN {
            self.0.clear();
        }
        self.0.insert(key, (Instant::now(), caller));
    }

    /// Forgets everything: a credential was revoked here.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}

/// The stored form of a secret.
pub(crate) fn secret_sha256(secret: &str) -> String {
    use std::fmt::Write as _;
    Sha256::digest(secret.as_bytes()).iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}"); // Writing to a String cannot fail.
        hex
    })
}

fn unauthenticated() -> Refusal {
    Refusal::new(Code::Unauthenticated, "the credential is missing, unknown or revoked")
}

impl App {
    /// The caller that a secret belongs to. `acting_for` chooses the partner of a connector.
    pub async fn authenticate(
        &self,
        secret: &str,
        acting_for: Option<Id>,
    ) -> Result<Caller, Problem> {
        // A wrong prefix needs no look: most mistyped secrets end here.
        if !secret.starts_with("dmc_") {
            return Err(unauthenticated().into());
        }
        let key = (secret_sha256(secret), acting_for);
        if let Some(known) = self.known().get(&key) {
            return Ok(known);
        }
        let found = self.store.ask(store::credential::by_secret(&key.0)).await?;
        let credential = found.filter(|c| c.revoked_at.is_none()).ok_or_else(unauthenticated)?;
        let caller = self.caller(credential, acting_for).await?;
        self.known().put(key, caller.clone());
        Ok(caller)
    }

    /// Whom a credential acts for.
    async fn caller(
        &self,
        credential: Credential,
        acting_for: Option<Id>,
    ) -> Result<Caller, Problem> {
        let environment = credential.tenant.environment;
        let partner = match &credential.role {
            Role::Operations => None,
            Role::Partner { partner } => Some(*partner),
            Role::Connector { partners } => {
                let chosen = acting_for.filter(|id| partners.contains(id));
                Some(chosen.ok_or_else(no_partner_chosen)?)
            }
        };
        let who = match partner {
            None => Who::Operations,
            Some(id) => {
                let found = self.store.ask(store::partner::by_id(environment, id)).await?;
                Who::Partner(Arc::new(found.ok_or_else(unauthenticated)?))
            }
        };
        Ok(Caller {
            credential: credential.id,
            name: credential.name.into(),
            environment,
            who,
            rights: credential.rights.into(),
        })
    }

    pub(crate) fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        // A panic while holding it leaves a map that is still whole.
        self.callers.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

fn no_partner_chosen() -> Refusal {
    let detail = "a connector names the partner it acts for in the header Demarc-Partner";
    let fault = Fault::new("/headers/demarc-partner", Because::UnknownId, detail);
    Refusal::new(Code::InvalidHeader, detail).with(vec![fault])
}
