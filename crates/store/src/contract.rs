//! Contracts and their documents.

use crate::ask::{Ask, all, maybe};
use crate::put::{Texts, Written};
use crate::{Guard, Query, Statement, StoreError};
use domain::change::Mode;
use domain::contract::{Contract, Document};
use domain::id::Id;
use domain::party::{Environment, Tenant};

const TEXTS: Texts = Texts {
    insert: "insert into contract (tenant, id, version, quote, state, doc) \
             values ($1, $2, $3, $4, $5, $6)",
    update: "update contract set version = $1, state = $2, doc = $3 \
             where tenant = $4 and id = $5 and version = $6",
    remove: "delete from contract where tenant = $1 and id = $2 and version = $3",
    unique: "contract",
};
const BY_ID: &str = "select doc from contract where tenant = $1 and id = $2";
const ANYWHERE: &str = "select doc from contract where id = $1 and tenant like $2";
const OF_QUOTE: &str = "select doc from contract where tenant = $1 and quote = $2 order by id";
const INSERT_DOCUMENT: &str = "insert into document (tenant, contract, body) values ($1, $2, $3)";
const DOCUMENT: &str = "select body from document where tenant = $1 and contract = $2";

pub(crate) const SQL: &[&str] = &[
    TEXTS.insert,
    TEXTS.update,
    TEXTS.remove,
    BY_ID,
    ANYWHERE,
    OF_QUOTE,
    INSERT_DOCUMENT,
    DOCUMENT,
];

pub(crate) fn put(contract: &Contract, mode: Mode) -> Result<Statement, StoreError> {
    let state = contract.state.word();
    let noun = Written {
        tenant: contract.tenant,
        id: contract.id,
        version: contract.version,
        fixed: vec![contract.quote.short().into(), state.into()],
        moving: vec![state.into()],
        doc: contract,
    };
    TEXTS.put(noun, mode)
}

pub(crate) fn put_document(document: &Document) -> Statement {
    let values = [
        document.tenant.to_string().into(),
        document.contract.short().into(),
        document.text.as_str().into(),
    ];
    Statement::one(INSERT_DOCUMENT, values, Guard::Unique("document"))
}

pub fn by_id(tenant: Tenant, id: Id) -> Ask<Option<Contract>> {
    let values = [tenant.to_string().into(), id.short().into()];
    Ask { query: Query::within(tenant, BY_ID, values), read: maybe }
}

/// Any partner's, for operations.
pub fn anywhere(environment: Environment, id: Id) -> Ask<Option<Contract>> {
    let values = [id.short().into(), format!("%.{}", environment.as_str()).into()];
    Ask { query: Query::within(environment, ANYWHERE, values), read: maybe }
}

/// Every contract of a quote version, oldest first.
pub fn of_quote(tenant: Tenant, quote: Id) -> Ask<Vec<Contract>> {
    let values = [tenant.to_string().into(), quote.short().into()];
    Ask { query: Query::within(tenant, OF_QUOTE, values), read: all }
}

/// The text of a contract.
pub fn document(tenant: Tenant, contract: Id) -> Ask<Option<String>> {
    let values = [tenant.to_string().into(), contract.short().into()];
    let read = |mut rows: Vec<crate::Row>| rows.first_mut().map(|r| r.take_text(0)).transpose();
    Ask { query: Query::within(tenant, DOCUMENT, values), read }
}
