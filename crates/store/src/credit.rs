//! Credit checks: the partner's own, and operations' review queue.

use crate::ask::{Ask, all, maybe};
use crate::page::Page;
use crate::put::{Texts, Written};
use crate::{Query, Statement, StoreError};
use domain::change::Mode;
use domain::contract::Contract;
use domain::credit::CreditCheck;
use domain::id::{Id, Kind};
use domain::party::{Environment, Tenant};

const TEXTS: Texts = Texts {
    insert: "insert into credit_check \
             (tenant, id, version, environment, subject, quote, state, tax_id, doc) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    update: "update credit_check set version = $1, state = $2, doc = $3 \
             where tenant = $4 and id = $5 and version = $6",
    remove: "delete from credit_check where tenant = $1 and id = $2 and version = $3",
    unique: "credit_check",
};
const BY_ID: &str = "select doc from credit_check where tenant = $1 and id = $2";
const OF_QUOTE: &str = "select doc from credit_check where tenant = $1 and subject = \
    (select subject from quote where tenant = $2 and id = $3) order by id";
/// A subject's, but for one.
pub(crate) const OTHERS: &str =
    "select id from credit_check where tenant = $1 and subject = $2 and id <> $3";
const ANYWHERE: &str = "select doc from credit_check where id = $1 and environment = $2";
const QUEUE: &str = "select doc from credit_check where environment = $1 and state = $2 \
    and id > $3 and id >= $4 order by id limit $5";
const SAME_TAX_ID: &str = "select doc from credit_check where environment = $1 and tax_id = $2 \
    and tax_id <> '' and id <> $3 order by id desc limit $4";
/// What is signed for a customer, whoever sold it.
const SIGNED: &str = "select c.doc from quote q \
    join contract c on c.tenant = q.tenant and c.quote = q.id and c.state = 'signed' \
    where q.environment = $1 and q.subject = $2 order by c.id";

pub(crate) const SQL: &[&str] = &[
    TEXTS.insert,
    TEXTS.update,
    TEXTS.remove,
    BY_ID,
    OF_QUOTE,
    OTHERS,
    ANYWHERE,
    QUEUE,
    SAME_TAX_ID,
    SIGNED,
];

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
            check.application.tax_id.as_ref().map_or("", |sealed| &sealed.blind).into(),
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

/// Every partner's in one state, the oldest first, for operations: those after the page's cursor.
pub fn queue(environment: Environment, state: &str, page: Page) -> Ask<Vec<CreditCheck>> {
    let (_, lower, limit) = page.values(Kind::CreditCheck);
    let after = page.before.map_or_else(String::new, |id| id.short().to_owned());
    let values = [environment.as_str().into(), state.into(), after.into(), lower, limit];
    Ask { query: Query::within(environment, QUEUE, values), read: all }
}

/// Other checks of an environment whose applicant has the same tax id, the newest first.
pub fn same_tax_id(environment: Environment, check: &CreditCheck) -> Ask<Vec<CreditCheck>> {
    let blind = check.application.tax_id.as_ref().map_or("", |sealed| &sealed.blind);
    let values =
        [environment.as_str().into(), blind.into(), check.id.short().into(), MOST_SAME.into()];
    Ask { query: Query::within(environment, SAME_TAX_ID, values), read: all }
}

/// So many of them are told.
const MOST_SAME: u32 = 20;

/// The contracts that are signed for a customer, by whatever partner.
pub fn signed_for(environment: Environment, subject: Id) -> Ask<Vec<Contract>> {
    let values = [environment.as_str().into(), subject.short().into()];
    Ask { query: Query::within(environment, SIGNED, values), read: all }
}
