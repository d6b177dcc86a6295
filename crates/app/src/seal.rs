//! Sealing and opening tax ids: the keys of customers from the store, the carrier's from outside.

use crate::{App, Key, Problem};
use connect::keys::Shut;
use domain::code::Code;
use domain::credit::{CreditCheck, DataKey, SealedTaxId, TaxId};
use domain::id::Id;
use domain::party::Tenant;
use domain::refusal::Refusal;
use store::StoreError;

impl From<Shut> for Problem {
    fn from(shut: Shut) -> Self {
        let code = match shut {
            Shut::NoKey => Code::SealingKeyMissing,
            Shut::UnknownKey(_) | Shut::Destroyed | Shut::Broken => Code::TaxIdUnreadable,
        };
        Refusal::new(code, shut.to_string()).into()
    }
}

/// Why a round of sealing anew ended early.
#[derive(Debug, thiserror::Error)]
pub enum Unsealed {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    NoKey(Shut),
    #[error("the key of customer {0}: {1}")]
    Shut(Id, Shut),
}

impl App {
    /// Seals a tax id with its customer's key, and that key where it is a new one.
    pub(crate) async fn seal(
        &self,
        tenant: Tenant,
        subject: Id,
        tax_id: &TaxId,
    ) -> Result<(SealedTaxId, Option<DataKey>), Problem> {
        let keys = self.store.ask(store::data_key::of(tenant, subject)).await?;
        let ring = &self.outside.keys;
        if let Some(live) = keys.last().filter(|key| key.sealed.is_some()) {
            return Ok((ring.seal(live, tax_id, self.random.bytes())?, None));
        }
        let number = keys.last().map_or(0, |key| key.number) + 1;
        let place = (tenant, subject, number);
        let key = ring.make(place, self.random.bytes(), self.random.bytes())?;
        Ok((ring.seal(&key, tax_id, self.random.bytes())?, Some(key)))
    }

    /// The tax id of a check's applicant, in clear.
    pub(crate) async fn tax_id(&self, check: &CreditCheck) -> Result<TaxId, Problem> {
        let Some(sealed) = &check.application.tax_id else {
            return Err(Refusal::not_found("tax id: the application was made without one").into());
        };
        let keys = self.store.ask(store::data_key::of(check.tenant, check.subject)).await?;
        let key = keys.iter().find(|key| key.number == sealed.key).ok_or(Shut::Destroyed)?;
        Ok(self.outside.keys.open(key, sealed)?)
    }

    /// The key of a request that holds a tax id, with a fingerprint from which it cannot be
    /// guessed.
    ///
    /// # Errors
    /// Refused where the server has no key to seal with.
    pub fn blinded(&self, key: Option<Key>) -> Result<Option<Key>, Problem> {
        let blind = |Key { name, fingerprint }: Key| {
            let fingerprint = self.outside.keys.fingerprint(&fingerprint)?;
            Ok(Key { name, fingerprint })
        };
        key.map(blind).transpose()
    }

    /// Seals the keys of all customers anew by the newest of the carrier's. Answers how many.
    ///
    /// # Errors
    /// A database that is away, or a key that does not open.
    pub async fn keys_reseal(&self) -> Result<u64, Unsealed> {
        let ring = &self.outside.keys;
        let newest = ring.newest().map_err(Unsealed::NoKey)?;
        let anew = |key: &DataKey| {
            let anew = ring.reseal(key, self.random.bytes());
            anew.map_err(|shut| Unsealed::Shut(key.subject, shut))
        };
        self.store.reseal(&newest, anew).await
    }
}
