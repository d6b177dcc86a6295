//! Credentials, found by the hash of their secret.

use crate::ask::{Ask, maybe};
use crate::put::{Texts, Written};
use crate::{Query, Statement, StoreError};
use domain::change::Mode;
use domain::id::Id;
use domain::party::{Credential, Environment, Tenant};

const TEXTS: Texts = Texts {
    insert: "insert into credential (tenant, id, version, secret_sha256, doc) \
             values ($1, $2, $3, $4, $5)",
    update: "update credential set version = $1, doc = $2 \
             where tenant = $3 and id = $4 and version = $5",
    remove: "delete from credential where tenant = $1 and id = $2 and version = $3",
    unique: "credential",
};
const BY_SECRET: &str = "select doc from credential where secret_sha256 = $1";
const BY_ID: &str = "select doc from credential where tenant = $1 and id = $2";

pub(crate) const SQL: &[&str] = &[TEXTS.insert, TEXTS.update, TEXTS.remove, BY_SECRET, BY_ID];

pub(crate) fn put(credential: &Credential, mode: Mode) -> Result<Statement, StoreError> {
    let noun = Written {
        tenant: credential.tenant,
        id: credential.id,
        version: credential.version,
        fixed: vec![credential.secret_sha256.as_str().into()],
        moving: vec![],
        doc: credential,
    };
    TEXTS.put(noun, mode)
}

/// By the SHA-256 of the secret, in hexadecimal: the only read that asks for no scope, because
/// its answer is what a scope is made of.
pub fn by_secret(secret_sha256: &str) -> Ask<Option<Credential>> {
    Ask { query: Query::new(BY_SECRET, [secret_sha256.into()]), read: maybe }
}

pub fn by_id(environment: Environment, id: Id) -> Ask<Option<Credential>> {
    let carrier = Tenant::carrier(environment);
    let values = [carrier.to_string().into(), id.short().into()];
    Ask { query: Query::within(carrier, BY_ID, values), read: maybe }
}
