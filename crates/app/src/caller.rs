//! Who asks: a credential becomes a caller, and a caller's scope is all that it may see.

use crate::{App, Problem};
use domain::code::{Because, Code};
use domain::id::{Id, Kind};
use domain::party::{
    self, Actor, Credential, Environment, Partner, Right, Role, Scope, Tenant, is_sp_id,
};
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
        party::may(&self.rights, right)
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

/// How a caller says who it is, beside its secret: what is asked of one form is not answered to
/// another.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Named {
    /// By the secret alone; a connector chooses its partner by id.
    Native(Option<Id>),
    /// By the credential's id; a connector chooses its partner by the carrier's number for it.
    Sp { credential: Id, sp_id: Option<String> },
}

/// The hash of a secret, and how the caller was named.
type Seen = (String, Named);

/// Callers seen lately. Saves two reads a request, and bounds with `FRESH` the time until a
/// revocation is felt.
#[derive(Debug, Default)]
pub(crate) struct Known(HashMap<Seen, (Instant, Caller)>);

/// A revocation made anywhere is felt here within this time.
const FRESH: Duration = Duration::from_secs(2);
const MOST_KNOWN: usize = 10_000;

impl Known {
    fn get(&self, key: &Seen) -> Option<Caller> {
        let (seen, caller) = self.0.get(key)?;
        (seen.elapsed() < FRESH).then(|| caller.clone())
    }

    fn put(&mut self, key: Seen, caller: Caller) {
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
        let key = (secret_sha256(secret), Named::Native(acting_for));
        if let Some(known) = self.known().get(&key) {
            return Ok(known);
        }
        let credential = self.credential(&key.0).await?;
        let caller = self.caller(credential, acting_for).await?;
        self.known().put(key, caller.clone());
        Ok(caller)
    }

    /// The caller that a pair of client id (its credential's) and secret belongs to, as the
    /// published interfaces know it. A connector names its partner by `sp_id`: the carrier's
    /// number for it, or its id; a partner's own credential may name itself.
    pub async fn authenticate_sp(
        &self,
        client_id: &str,
        secret: &str,
        sp_id: Option<&str>,
    ) -> Result<Caller, Problem> {
        let client = client_id.parse::<Id>().ok().filter(|id| id.is(Kind::Credential));
        let Some(id) = client.filter(|_| secret.starts_with("dmc_")) else {
            return Err(unauthenticated().into());
        };
        let named = Named::Sp { credential: id, sp_id: sp_id.map(str::to_owned) };
        let key = (secret_sha256(secret), named);
        if let Some(known) = self.known().get(&key) {
            return Ok(known);
        }
        let credential = self.credential(&key.0).await?;
        if credential.id != id {
            return Err(unauthenticated().into());
        }
        let partner = self.sp(&credential, sp_id).await?;
        let caller = calling(credential, Who::Partner(Arc::new(partner)));
        // Kept only for a partner that was found: so no key is longer than a partner's name.
        self.known().put(key, caller.clone());
        Ok(caller)
    }

    /// The partner that a credential acts for when it is named as the published interfaces do.
    async fn sp(&self, credential: &Credential, sp_id: Option<&str>) -> Result<Partner, Problem> {
        let at = credential.tenant.environment;
        let (partner, named) = match (&credential.role, sp_id) {
            (Role::Operations, _) => {
                let detail = "this needs a credential of a partner or of a connector";
                return Err(Refusal::new(Code::Forbidden, detail).into());
            }
            (Role::Partner { partner }, _) => (*partner, sp_id),
            (Role::Connector { .. }, None) => return Err(no_sp(Because::Missing).into()),
            (Role::Connector { partners }, Some(sp_id)) => {
                let found = if is_sp_id(sp_id) {
                    self.store.ask(store::partner::by_sp_id(at, sp_id)).await?
                } else {
                    None
                };
                if let Some(partner) = found.filter(|partner| partners.contains(&partner.id)) {
                    return Ok(partner);
                }
                let by_id = sp_id.parse().ok().filter(|id| partners.contains(id));
                (by_id.ok_or_else(|| no_sp(Because::UnknownId))?, None)
            }
        };
        let partner = self.store.ask(store::partner::by_id(at, partner)).await?;
        let partner = partner.ok_or_else(unauthenticated)?;
        match named.filter(|sp_id| !partner.is_named(sp_id)) {
            None => Ok(partner),
            Some(_) => Err(another_sp().into()),
        }
    }

    /// The credential that is in force by a secret's stored form.
    async fn credential(&self, secret_sha256: &str) -> Result<Credential, Problem> {
        let found = self.store.ask(store::credential::by_secret(secret_sha256)).await?;
        Ok(found.filter(|c| c.revoked_at.is_none()).ok_or_else(unauthenticated)?)
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
        Ok(calling(credential, who))
    }

    pub(crate) fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        // A panic while holding it leaves a map that is still whole.
        self.callers.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

fn calling(credential: Credential, who: Who) -> Caller {
    Caller {
        credential: credential.id,
        name: credential.name.into(),
        environment: credential.tenant.environment,
        who,
        rights: credential.rights.into(),
    }
}

fn no_sp(because: Because) -> Refusal {
    let detail = "a connector must name one of its own partners in spId";
    let fault = Fault::new("/spId", because, detail);
    let expected = "the carrier's number of one of its partners, or that partner's id";
    Refusal::new(Code::Forbidden, detail).with(vec![fault.expected(expected)])
}

fn another_sp() -> Refusal {
    let detail = "the credential acts for another partner than the one that spId names";
    let fault = Fault::new("/spId", Because::UnknownId, detail);
    let fault = fault.expected("the partner's own number, its id, or nothing");
    Refusal::new(Code::Forbidden, detail).with(vec![fault])
}

fn no_partner_chosen() -> Refusal {
    let detail = "a connector names the partner it acts for in the header Demarc-Partner";
    let fault = Fault::new("/headers/demarc-partner", Because::UnknownId, detail);
    Refusal::new(Code::InvalidHeader, detail).with(vec![fault])
}
