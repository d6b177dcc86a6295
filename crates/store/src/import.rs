//! Imports from files, and the files that they were made from.

use crate::ask::{Ask, maybe};
use crate::put::{Texts, Written};
use crate::{Guard, Query, Statement, StoreError};
use domain::change::Mode;
use domain::id::Id;
use domain::party::Tenant;
use domain::quote::{Import, ImportFile};

const TEXTS: Texts = Texts {
    insert: "insert into import (tenant, id, version, quote, doc) values ($1, $2, $3, $4, $5)",
    update: "update import set version = $1, doc = $2 \
             where tenant = $3 and id = $4 and version = $5",
    remove: "delete from import where tenant = $1 and id = $2 and version = $3",
    unique: "import",
};
const BY_ID: &str = "select doc from import where tenant = $1 and id = $2";
const INSERT_FILE: &str = "insert into import_file (tenant, import, body) values ($1, $2, $3)";
const FILE: &str = "select body from import_file where tenant = $1 and import = $2";

pub(crate) const SQL: &[&str] =
    &[TEXTS.insert, TEXTS.update, TEXTS.remove, BY_ID, INSERT_FILE, FILE];

pub(crate) fn put(import: &Import, mode: Mode) -> Result<Statement, StoreError> {
    let noun = Written {
        tenant: import.tenant,
        id: import.id,
        version: import.version,
        fixed: vec![import.quote.short().into()],
        moving: vec![],
        doc: import,
    };
    TEXTS.put(noun, mode)
}

pub(crate) fn put_file(file: &ImportFile) -> Statement {
    let values =
        [file.tenant.to_string().into(), file.import.short().into(), file.body.as_str().into()];
    Statement::one(INSERT_FILE, values, Guard::Unique("import_file"))
}

pub fn by_id(tenant: Tenant, id: Id) -> Ask<Option<Import>> {
    let values = [tenant.to_string().into(), id.short().into()];
    Ask { query: Query::within(tenant, BY_ID, values), read: maybe }
}

/// The file of an import, as it is kept.
pub fn file(tenant: Tenant, import: Id) -> Ask<Option<String>> {
    let values = [tenant.to_string().into(), import.short().into()];
    let read = |mut rows: Vec<crate::Row>| rows.first_mut().map(|r| r.take_text(0)).transpose();
    Ask { query: Query::within(tenant, FILE, values), read }
}
