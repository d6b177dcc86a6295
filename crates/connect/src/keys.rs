//! The carrier's keys: they come from a file or the environment, never from the database, and seal
//! the keys of customers, which seal their tax ids. AES-256-GCM; what a seal is bound to is
//! authenticated with it, so that no ciphertext opens in another's place.

mod file;

pub use file::{BadKeys, KeyFile};

use domain::credit::{DataKey, SealedTaxId, TaxId};
use domain::id::Id;
use domain::party::{Environment, Tenant};
use hmac::{Hmac, KeyInit as _, Mac as _};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use sha2::Sha256;
use std::fmt::{self, Write as _};
use std::path::PathBuf;
use std::sync::{PoisonError, RwLock};

/// Why nothing was sealed or opened. It never says what.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Shut {
    #[error("the server has no key")]
    NoKey,
    #[error("the key {0} is not among the server's keys")]
    UnknownKey(String),
    #[error("the customer's key was destroyed")]
    Destroyed,
    #[error("it does not open: another key, another place, or damage")]
    Broken,
}

/// The carrier's keys, shared by everything in the process.
#[derive(Debug, Default)]
pub struct Keyring {
    keys: RwLock<Option<KeyFile>>,
    /// Read again when a key is named that is not known yet: another process may have added it.
    path: Option<PathBuf>,
    /// Made by the program for a sandbox: nothing of the live environment is sealed with it.
    sandbox: bool,
}

/// The randomness of one seal.
pub type Random = [u8; 32];

impl Keyring {
    /// Without any key: no tax id can be sealed.
    pub fn none() -> Self {
        Self::default()
    }

    /// With these keys; `path`: the file that they were read from.
    pub const fn new(keys: KeyFile, path: Option<PathBuf>) -> Self {
        Self { keys: RwLock::new(Some(keys)), path, sandbox: false }
    }

    /// The same for the test environment only: nobody has said yet that these keys are kept safe.
    #[must_use]
    pub const fn for_sandbox(mut self) -> Self {
        self.sandbox = true;
        self
    }

    /// Keys that anybody can know, for tests and simulations.
    pub fn open_to_all() -> Self {
        Self::new(KeyFile::made([7; 32], [8; 32]), None)
    }

    /// Whether a tax id of an environment can be sealed.
    pub fn is_for(&self, environment: Environment) -> bool {
        let for_it = !self.sandbox || environment == Environment::Test;
        for_it && self.with(|keys| Ok(keys.is_some())).unwrap_or(false)
    }

    fn with<T>(&self, look: impl FnOnce(Option<&KeyFile>) -> Result<T, Shut>) -> Result<T, Shut> {
        look(self.keys.read().unwrap_or_else(PoisonError::into_inner).as_ref())
    }

    /// A key of the carrier, by its name.
    fn key(&self, name: &str) -> Result<[u8; 32], Shut> {
        let find = |keys: Option<&KeyFile>| {
            keys.ok_or(Shut::NoKey)?.key(name).ok_or_else(|| Shut::UnknownKey(name.to_owned()))
        };
        match (self.with(find), &self.path) {
            (Err(Shut::UnknownKey(_)), Some(path)) => {
                if let Ok(read) = KeyFile::read(path) {
                    *self.keys.write().unwrap_or_else(PoisonError::into_inner) = Some(read);
                }
                self.with(find)
            }
            (found, _) => found,
        }
    }

    /// The keys' names, the newest last.
    pub fn names(&self) -> Vec<String> {
        let names = |keys: Option<&KeyFile>| {
            Ok(keys.iter().flat_map(|keys| keys.names()).map(str::to_owned).collect())
        };
        self.with(names).unwrap_or_default()
    }

    /// The name of the key that seals what is new.
    ///
    /// # Errors
    /// [`Shut::NoKey`].
    pub fn newest(&self) -> Result<String, Shut> {
        self.with(|keys| Ok(keys.ok_or(Shut::NoKey)?.newest().to_owned()))
    }

    /// A new data key of a customer. `key` is the key itself, and of `nonce` the first bytes count.
    ///
    /// # Errors
    /// Where the server has no key.
    pub fn make(
        &self,
        (tenant, subject, number): (Tenant, Id, u32),
        key: Random,
        nonce: Random,
    ) -> Result<DataKey, Shut> {
        if !self.is_for(tenant.environment) {
            return Err(Shut::NoKey);
        }
        let sealed_by = self.newest()?;
        let place = DataKey::place(tenant, subject, number);
        let sealed = seal(self.key(&sealed_by)?, &wrapped(&sealed_by, &place), nonce, &key)?;
        Ok(DataKey { tenant, subject, number, sealed_by, sealed: Some(sealed) })
    }

    /// The same data key under the newest of the carrier's keys.
    ///
    /// # Errors
    /// Where it does not open.
    pub fn reseal(&self, key: &DataKey, nonce: Random) -> Result<DataKey, Shut> {
        let place = (key.tenant, key.subject, key.number);
        self.make(place, self.data_key(key)?, nonce)
    }

    fn data_key(&self, key: &DataKey) -> Result<[u8; 32], Shut> {
        let sealed = key.sealed.as_deref().ok_or(Shut::Destroyed)?;
        let place = DataKey::place(key.tenant, key.subject, key.number);
        let opened = open(self.key(&key.sealed_by)?, &wrapped(&key.sealed_by, &place), sealed)?;
        opened.try_into().map_err(|_| Shut::Broken)
    }

    /// Seals a tax id with its customer's key.
    ///
    /// # Errors
    /// Where that key does not open.
    pub fn seal(&self, key: &DataKey, tax_id: &TaxId, nonce: Random) -> Result<SealedTaxId, Shut> {
        if !self.is_for(key.tenant.environment) {
            return Err(Shut::NoKey);
        }
        let place = DataKey::place(key.tenant, key.subject, key.number);
        let cipher = seal(self.data_key(key)?, &place, nonce, tax_id.expose().as_bytes())?;
        Ok(SealedTaxId {
            kind: tax_id.kind(),
            key: key.number,
            cipher,
            blind: self.blind(key.tenant.environment, tax_id)?,
            last_four: tax_id.last_four().to_owned(),
        })
    }

    /// Opens a tax id with its customer's key.
    ///
    /// # Errors
    /// Where either does not open.
    pub fn open(&self, key: &DataKey, sealed: &SealedTaxId) -> Result<TaxId, Shut> {
        let place = DataKey::place(key.tenant, key.subject, key.number);
        let opened = open(self.data_key(key)?, &place, &sealed.cipher)?;
        let digits = String::from_utf8(opened).map_err(|_| Shut::Broken)?;
        TaxId::parse(sealed.kind, &digits).ok_or(Shut::Broken)
    }

    /// What is equal exactly for equal tax ids of one environment. Nine digits are guessed in a
    /// minute from a plain hash, so that this one needs a key.
    fn blind(&self, environment: Environment, tax_id: &TaxId) -> Result<String, Shut> {
        let label = format!("tax id of {}", environment.as_str());
        self.mac(&label, tax_id.expose().as_bytes())
    }

    /// The fingerprint of a request that holds a tax id: from the plain one, and all else that the
    /// request says, the digits could be guessed.
    ///
    /// # Errors
    /// Where the server has no key.
    pub fn fingerprint(&self, plain: &str) -> Result<String, Shut> {
        self.mac("fingerprint", plain.as_bytes())
    }

    /// By a key of its own for each label, which does not change when the sealing keys do.
    fn mac(&self, label: &str, of: &[u8]) -> Result<String, Shut> {
        let index = self.with(|keys| Ok(*keys.ok_or(Shut::NoKey)?.index()))?;
        let own = hmac(&index, label.as_bytes())?;
        Ok(hex(&hmac(&own, of)?))
    }
}

fn hmac(key: &[u8], of: &[u8]) -> Result<[u8; 32], Shut> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(|_| Shut::Broken)?;
    mac.update(of);
    Ok(mac.finalize().into_bytes().into())
}

/// What the seal of a data key is bound to: its place, and which of the carrier's keys sealed it.
fn wrapped(by: &str, place: &str) -> String {
    format!("{by}/{place}")
}

fn cipher(key: [u8; 32]) -> Result<LessSafeKey, Shut> {
    UnboundKey::new(&AES_256_GCM, &key).map(LessSafeKey::new).map_err(|_| Shut::Broken)
}

fn seal(key: [u8; 32], bound: &str, random: Random, clear: &[u8]) -> Result<String, Shut> {
    let mut nonce = [0; NONCE_LEN];
    nonce.copy_from_slice(random.get(..NONCE_LEN).ok_or(Shut::Broken)?);
    let mut bytes = clear.to_vec();
    cipher(key)?
        .seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(bound.as_bytes()),
            &mut bytes,
        )
        .map_err(|_| Shut::Broken)?;
    Ok(hex(&nonce) + &hex(&bytes))
}

fn open(key: [u8; 32], bound: &str, sealed: &str) -> Result<Vec<u8>, Shut> {
    let bytes = unhex(sealed).ok_or(Shut::Broken)?;
    let (nonce, rest) = bytes.split_at_checked(NONCE_LEN).ok_or(Shut::Broken)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| Shut::Broken)?;
    let mut rest = rest.to_vec();
    let clear = cipher(key)?.open_in_place(nonce, Aad::from(bound.as_bytes()), &mut rest);
    clear.map(|clear| clear.to_vec()).map_err(|_| Shut::Broken)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}"); // Writing to a String cannot fail.
        hex
    })
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.is_ascii() || !text.len().is_multiple_of(2) {
        return None;
    }
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok())
        .collect()
}

impl fmt::Debug for KeyFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyFile({})", self.names().join(", "))
    }
}

#[cfg(test)]
mod tests;
