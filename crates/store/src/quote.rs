//! Quotes: one row per version of a quote.

use crate::ask::{Ask, all, maybe};
use crate::page::Page;
use crate::put::{Texts, Written};
use crate::{Query, Statement, StoreError};
use domain::change::Mode;
use domain::id::{Id, Kind};
use domain::party::{Environment, Tenant};
use domain::quote::Quote;

const TEXTS: Texts = Texts {
    insert: "insert into quote \
             (tenant, id, version, environment, opportunity, account, subject, number, \
             alternative, revision, state, feasibility, doc) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    update: "update quote set version = $1, state = $2, feasibility = $3, doc = $4 \
             where tenant = $5 and id = $6 and version = $7",
    remove: "delete from quote where tenant = $1 and id = $2 and version = $3",
    unique: "quote",
};
const BY_ID: &str = "select doc from quote where tenant = $1 and id = $2";
const LIST: &str = "select doc from quote where tenant = $1 and id < $2 and id >= $3 \
    and ($4 = '' or state = $4) and ($5 = '' or opportunity = $5) order by id desc limit $6";
const ANYWHERE: &str = "select doc from quote where id = $1 and environment = $2";
const QUEUE: &str = "select doc from quote where environment = $1 and state = $2 \
    and id < $3 and id >= $4 order by id desc limit $5";
// The condition stands as that of the partial index, word for word: that is how it is used.
const ASKED: &str = "select doc from quote where environment = $1 \
    and feasibility = 'requested' and id < $2 and id >= $3 order by id desc limit $4";

const ALTERNATIVES: &str = "select doc from quote where tenant = $1 and number = $2 \
    and not exists (select 1 from quote n where n.tenant = quote.tenant \
    and n.number = quote.number and n.alternative = quote.alternative \
    and n.revision > quote.revision) order by alternative";

pub(crate) const SQL: &[&str] =
    &[TEXTS.insert, TEXTS.update, TEXTS.remove, BY_ID, LIST, ANYWHERE, QUEUE, ASKED, ALTERNATIVES];

pub(crate) fn put(quote: &Quote, mode: Mode) -> Result<Statement, StoreError> {
    let state = quote.state.word();
    let feasibility = if quote.awaits_feasibility() { "requested" } else { "" };
    let noun = Written {
        tenant: quote.tenant,
        id: quote.id,
        version: quote.version,
        fixed: vec![
            quote.tenant.environment.as_str().into(),
            quote.opportunity.short().into(),
            quote.account.map(|a| a.short().to_owned()).into(),
            quote.credit_subject().short().into(),
            quote.number.as_str().into(),
            quote.alternative.to_string().into(),
            quote.revision.into(),
            state.into(),
            feasibility.into(),
        ],
        moving: vec![state.into(), feasibility.into()],
        doc: quote,
    };
    TEXTS.put(noun, mode)
}

pub fn by_id(tenant: Tenant, id: Id) -> Ask<Option<Quote>> {
    let values = [tenant.to_string().into(), id.short().into()];
    Ask { query: Query::within(tenant, BY_ID, values), read: maybe }
}

/// The newest version of each alternative of a quote, by their letters.
pub fn alternatives(tenant: Tenant, number: &str) -> Ask<Vec<Quote>> {
    let values = [tenant.to_string().into(), number.into()];
    Ask { query: Query::within(tenant, ALTERNATIVES, values), read: all }
}

/// Newest first. An empty `state` and no opportunity do not restrict.
pub fn list(tenant: Tenant, state: &str, opportunity: Option<Id>, page: Page) -> Ask<Vec<Quote>> {
    let (upper, lower, limit) = page.values(Kind::Quote);
    let opportunity = opportunity.map_or_else(String::new, |o| o.short().to_owned());
    let space = tenant.to_string();
    let values = [space.into(), upper, lower, state.into(), opportunity.into(), limit];
    Ask { query: Query::within(tenant, LIST, values), read: all }
}

/// Any partner's, for operations.
pub fn anywhere(environment: Environment, id: Id) -> Ask<Option<Quote>> {
    let values = [id.short().into(), environment.as_str().into()];
    Ask { query: Query::within(environment, ANYWHERE, values), read: maybe }
}

/// Every partner's in one state, for operations.
pub fn queue(environment: Environment, state: &str, page: Page) -> Ask<Vec<Quote>> {
    let (upper, lower, limit) = page.values(Kind::Quote);
    let values = [environment.as_str().into(), state.into(), upper, lower, limit];
    Ask { query: Query::within(environment, QUEUE, values), read: all }
}

/// Every partner's whose feasibility operations are asked for.
pub fn asked(environment: Environment, page: Page) -> Ask<Vec<Quote>> {
    let (upper, lower, limit) = page.values(Kind::Quote);
    let values = [environment.as_str().into(), upper, lower, limit];
    Ask { query: Query::within(environment, ASKED, values), read: all }
}
