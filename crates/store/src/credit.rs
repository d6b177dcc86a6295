//! Credit checks: the partner's own, and operations' review queue.

use crate::ask::{Ask, all, maybe};
use crate::page::Page;
use crate::put::{Texts, Written};
use crate::{Query, Statement, StoreError};
use domain::change::Mode;
use domain::credit::CreditCheck;
use domain::id::{Id, Kind};
use domain::party::{Environment, Tenant};

const TEXTS: Texts = Texts {
    insert: "insert into credit_check \
             (tenant, id, version, environment, subject, quote, state, doc) \
             values ($1, $2, $3, $4, $5, $6, $7, $8)",
    update: "update credit_check set version = $1, state = $2, doc = $3 \
             where tenant = $4 and id = $5 and version = $6",
    remove: "delete from credit_check where tenant = $1 and id = $2 and version = $3",
    unique: "credit_check",
};
const BY_ID: &str = "select doc from credit_check where tenant = $1 and id = $2";
const OF_QUOTE: &str = "select doc from credit_check where tenant = $1 and subject = \
    (select subject from quote where tenant = $2 and id = $3) order by id";
const ANYWHERE: &str = "select doc from credit_check where id = $1 and environment = $2";
const QUEUE: &str = "select doc from credit_check where environment = $1 and state = $2 \
    and id < $3 and id >= $4 order by id desc limit $5";

pub(crate) const SQL: &[&str] =
    &[TEXTS.insert, TEXTS.update, TEXTS.remove, BY_ID, OF_QUOTE, ANYWHERE, QUEUE];

pub(crate) fn put(check: &CreditCheck, mode: Mode) -> Result<Statement, StoreError> {
    let state = check.state.word();
    let noun = Written {
        tenant: check.tenant,
        id: check.id,
        version: check.version,
        fixed: vec![
            check.tenant.environment.as_str().into(),
            check.subject.short().into(),
            check.quote.short().into(),
            state.into(),
        ],
        moving: vec![state.into()],
        doc: check,
    };
    TEXTS.put(noun, mode)
}

pub fn by_id(tenant: Tenant, id: Id) -> Ask<Option<CreditCheck>> {
    let values = [tenant.to_string().into(), id.short().into()];
    Ask { query: Query::within(tenant, BY_ID, values), read: maybe }
}

/// Every check of the quote's credit subject, oldest first.
pub fn of_quote(tenant: Tenant, quote: Id) -> Ask<Vec<CreditCheck>> {
    let space = tenant.to_string();
    let values = [space.clone().into(), space.into(), quote.short().into()];
    Ask { query: Query::within(tenant, OF_QUOTE, values), read: all }
}

/// Any partner's, for operations.
pub fn anywhere(environment: Environment, id: Id) -> Ask<Option<CreditCheck>> {
    let values = [id.short().into(), environment.as_str().into()];
    Ask { query: Query::within(environment, ANYWHERE, values), read: maybe }
}

/// Every partner's in one state, for operations.
pub fn queue(environment: Environment, state: &str, page: Page) -> Ask<Vec<CreditCheck>> {
    let (upper, lower, limit) = page.values(Kind::CreditCheck);
    let values = [environment.as_str().into(), state.into(), upper, lower, limit];
    Ask { query: Query::within(environment, QUEUE, values), read: all }
}
