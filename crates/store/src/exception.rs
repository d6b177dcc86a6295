//! Exception requests: the partner's own, and operations' queue.

use crate::ask::{Ask, all, maybe};
use crate::page::Page;
use crate::put::{Texts, Written};
use crate::{Query, Row, Statement, StoreError, Value};
use domain::change::Mode;
use domain::exception::ExceptionRequest;
use domain::id::{Id, Kind};
use domain::party::{Environment, Tenant};

const TEXTS: Texts = Texts {
    insert: "insert into exception_request (tenant, id, version, environment, account, state, doc) \
             values ($1, $2, $3, $4, $5, $6, $7)",
    update: "update exception_request set version = $1, state = $2, doc = $3 \
             where tenant = $4 and id = $5 and version = $6",
    remove: "delete from exception_request where tenant = $1 and id = $2 and version = $3",
    unique: "exception_request",
};
const BY_ID: &str = "select doc from exception_request where tenant = $1 and id = $2";
const OF_ACCOUNT: &str =
    "select doc from exception_request where tenant = $1 and account = $2 order by id";
const OF_QUOTE: &str = "select doc from exception_request where tenant = $1 and account = \
    (select account from quote where tenant = $2 and id = $3) order by id";
const LIST: &str = "select doc from exception_request where tenant = $1 and id < $2 \
    and id >= $3 and ($4 = '' or state = $4) order by id desc limit $5";
const ANYWHERE: &str = "select doc from exception_request where id = $1 and environment = $2";
const QUEUE: &str = "select doc from exception_request where environment = $1 and state = $2 \
    and id < $3 and id >= $4 order by id desc limit $5";

/// The customers that are asked for, by their oldest open request.
const GROUPS: &str = "select account, min(id) from exception_request where environment = $1 \
    and state = 'open' group by account having min(id) > $2 order by min(id) limit $3";
const OPEN_FOR: &str = "select doc from exception_request where environment = $1 \
    and state = 'open' and account in ($2, $3, $4, $5, $6, $7, $8, $9) order by id";
/// How many customers one question asks for.
const CUSTOMERS: usize = 8;

pub(crate) const SQL: &[&str] = &[
    TEXTS.insert,
    TEXTS.update,
    TEXTS.remove,
    BY_ID,
    OF_ACCOUNT,
    OF_QUOTE,
    LIST,
    ANYWHERE,
    QUEUE,
    GROUPS,
    OPEN_FOR,
];

pub(crate) fn put(request: &ExceptionRequest, mode: Mode) -> Result<Statement, StoreError> {
    let state = request.state.word();
    let environment = request.tenant.environment.as_str();
    let noun = Written {
        tenant: request.tenant,
        id: request.id,
        version: request.version,
        fixed: vec![environment.into(), request.account.short().into(), state.into()],
        moving: vec![state.into()],
        doc: request,
    };
    TEXTS.put(noun, mode)
}

pub fn by_id(tenant: Tenant, id: Id) -> Ask<Option<ExceptionRequest>> {
    let values = [tenant.to_string().into(), id.short().into()];
    Ask { query: Query::within(tenant, BY_ID, values), read: maybe }
}

pub fn of_account(tenant: Tenant, account: Id) -> Ask<Vec<ExceptionRequest>> {
    let values = [tenant.to_string().into(), account.short().into()];
    Ask { query: Query::within(tenant, OF_ACCOUNT, values), read: all }
}

/// Those about a quote's end customer.
pub fn of_quote(tenant: Tenant, quote: Id) -> Ask<Vec<ExceptionRequest>> {
    let space = tenant.to_string();
    let values = [space.clone().into(), space.into(), quote.short().into()];
    Ask { query: Query::within(tenant, OF_QUOTE, values), read: all }
}

/// Newest first; an empty `state` does not restrict.
pub fn list(tenant: Tenant, state: &str, page: Page) -> Ask<Vec<ExceptionRequest>> {
    let (upper, lower, limit) = page.values(Kind::ExceptionRequest);
    let values = [tenant.to_string().into(), upper, lower, state.into(), limit];
    Ask { query: Query::within(tenant, LIST, values), read: all }
}

/// Any partner's, for operations.
pub fn anywhere(environment: Environment, id: Id) -> Ask<Option<ExceptionRequest>> {
    let values = [id.short().into(), environment.as_str().into()];
    Ask { query: Query::within(environment, ANYWHERE, values), read: maybe }
}

/// Every partner's in one state, for operations.
pub fn queue(environment: Environment, state: &str, page: Page) -> Ask<Vec<ExceptionRequest>> {
    let (upper, lower, limit) = page.values(Kind::ExceptionRequest);
    let values = [environment.as_str().into(), state.into(), upper, lower, limit];
    Ask { query: Query::within(environment, QUEUE, values), read: all }
}

/// End customers with open requests, whoever filed them: each with its oldest request, oldest
/// first. One more than asked for, so that the reader knows whether there is a next page.
pub fn groups(environment: Environment, page: Page) -> Ask<Vec<(Id, Id)>> {
    let after = page.before.map_or_else(String::new, |id| id.short().to_owned());
    let values = [environment.as_str().into(), after.into(), i64::from(page.limit + 1).into()];
    let read = |rows: Vec<Row>| {
        let id = |row: &Row, column| {
            let text = row.text(column)?;
            text.parse::<Id>().map_err(|e| row.corrupt(column, e.to_string()))
        };
        rows.iter().map(|row| Ok((id(row, 0)?, id(row, 1)?))).collect()
    };
    Ask { query: Query::within(environment, GROUPS, values), read }
}

/// Every open request for these end customers, oldest first in each answer.
pub fn open_for(environment: Environment, accounts: &[Id]) -> Vec<Ask<Vec<ExceptionRequest>>> {
    let ask = |some: &[Id]| {
        let id = |n: usize| Value::from(some.get(n).unwrap_or(&some[0]).short());
        let mut values = vec![environment.as_str().into()];
        values.extend((0..CUSTOMERS).map(id));
        Ask { query: Query::within(environment, OPEN_FOR, values), read: all }
    };
    accounts.chunks(CUSTOMERS).map(ask).collect()
}
