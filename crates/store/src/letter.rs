//! Letters of agency: the partner's own, and every partner's for operations.

use crate::ask::{Ask, all, maybe};
use crate::page::Page;
use crate::put::{Texts, Written};
use crate::{Query, Statement, StoreError};
use domain::change::Mode;
use domain::id::{Id, Kind};
use domain::letter::LetterOfAgency;
use domain::party::{Environment, Tenant};

const TEXTS: Texts = Texts {
    insert: "insert into letter_of_agency (tenant, id, version, environment, account, state, doc) \
             values ($1, $2, $3, $4, $5, $6, $7)",
    update: "update letter_of_agency set version = $1, state = $2, doc = $3 \
             where tenant = $4 and id = $5 and version = $6",
    remove: "delete from letter_of_agency where tenant = $1 and id = $2 and version = $3",
    unique: "letter_of_agency",
};
const BY_ID: &str = "select doc from letter_of_agency where tenant = $1 and id = $2";
const OF_ACCOUNT: &str =
    "select doc from letter_of_agency where tenant = $1 and account = $2 order by id";
/// An account's, but for one.
pub(crate) const OTHERS: &str =
    "select id from letter_of_agency where tenant = $1 and account = $2 and id <> $3";
const LIST: &str = "select doc from letter_of_agency where tenant = $1 and id < $2 \
    and id >= $3 and ($4 = '' or state = $4) and ($5 = '' or account = $5) \
    order by id desc limit $6";
const ANYWHERE: &str = "select doc from letter_of_agency where id = $1 and environment = $2";
const EVERYBODYS: &str = "select doc from letter_of_agency where environment = $1 and id < $2 \
    and id >= $3 and ($4 = '' or state = $4) and ($5 = '' or account = $5) \
    order by id desc limit $6";

pub(crate) const SQL: &[&str] = &[
    TEXTS.insert,
    TEXTS.update,
    TEXTS.remove,
    BY_ID,
    OF_ACCOUNT,
    OTHERS,
    LIST,
    ANYWHERE,
    EVERYBODYS,
];

pub(crate) fn put(letter: &LetterOfAgency, mode: Mode) -> Result<Statement, StoreError> {
    let state = letter.state.word();
    let environment = letter.tenant.environment.as_str();
    let noun = Written {
        tenant: letter.tenant,
        id: letter.id,
        version: letter.version,
        fixed: vec![environment.into(), letter.account.short().into(), state.into()],
        moving: vec![state.into()],
        doc: letter,
    };
    TEXTS.put(noun, mode)
}

pub fn by_id(tenant: Tenant, id: Id) -> Ask<Option<LetterOfAgency>> {
    let values = [tenant.to_string().into(), id.short().into()];
    Ask { query: Query::within(tenant, BY_ID, values), read: maybe }
}

/// Oldest first.
pub fn of_account(tenant: Tenant, account: Id) -> Ask<Vec<LetterOfAgency>> {
    let values = [tenant.to_string().into(), account.short().into()];
    Ask { query: Query::within(tenant, OF_ACCOUNT, values), read: all }
}

/// Newest first; an empty `state` does not restrict, and neither does no account.
pub fn list(
    tenant: Tenant,
    account: Option<Id>,
    state: &str,
    page: Page,
) -> Ask<Vec<LetterOfAgency>> {
    let (upper, lower, limit) = page.values(Kind::LetterOfAgency);
    let account = account.map_or_else(String::new, |id| id.short().to_owned());
    let values = [tenant.to_string().into(), upper, lower, state.into(), account.into(), limit];
    Ask { query: Query::within(tenant, LIST, values), read: all }
}

/// Any partner's, for operations.
pub fn anywhere(environment: Environment, id: Id) -> Ask<Option<LetterOfAgency>> {
    let values = [id.short().into(), environment.as_str().into()];
    Ask { query: Query::within(environment, ANYWHERE, values), read: maybe }
}

/// Every partner's, for operations: as [`list`].
pub fn everybodys(
    environment: Environment,
    account: Option<Id>,
    state: &str,
    page: Page,
) -> Ask<Vec<LetterOfAgency>> {
    let (upper, lower, limit) = page.values(Kind::LetterOfAgency);
    let account = account.map_or_else(String::new, |id| id.short().to_owned());
    let values = [environment.as_str().into(), upper, lower, state.into(), account.into(), limit];
    Ask { query: Query::within(environment, EVERYBODYS, values), read: all }
}
