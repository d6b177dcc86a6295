//! Opportunities.

use crate::ask::{Ask, all, any, maybe};
use crate::page::Page;
use crate::put::{Texts, Written};
use crate::{Query, Statement, StoreError, Value};
use domain::change::Mode;
use domain::id::{Id, Kind};
use domain::opportunity::Opportunity;
use domain::party::Tenant;

const TEXTS: Texts = Texts {
    insert: "insert into opportunity (tenant, id, version, account, doc) \
             values ($1, $2, $3, $4, $5)",
    update: "update opportunity set version = $1, account = $2, doc = $3 \
             where tenant = $4 and id = $5 and version = $6",
    remove: "delete from opportunity where tenant = $1 and id = $2 and version = $3",
    unique: "opportunity",
};
const BY_ID: &str = "select doc from opportunity where tenant = $1 and id = $2";
const LIST: &str = "select doc from opportunity where tenant = $1 and id < $2 and id >= $3 \
    and ($4 = '' or account = $4) order by id desc limit $5";
const WITH_ACCOUNT: &str = "select id from opportunity where tenant = $1 and account = $2 limit 1";

pub(crate) const SQL: &[&str] =
    &[TEXTS.insert, TEXTS.update, TEXTS.remove, BY_ID, LIST, WITH_ACCOUNT];

pub(crate) fn put(opportunity: &Opportunity, mode: Mode) -> Result<Statement, StoreError> {
    let account: Value = opportunity.account.map(|a| a.short().to_owned()).into();
    let noun = Written {
        tenant: opportunity.tenant,
        id: opportunity.id,
        version: opportunity.version,
        fixed: vec![account.clone()],
        moving: vec![account],
        doc: opportunity,
    };
    TEXTS.put(noun, mode)
}

pub fn by_id(tenant: Tenant, id: Id) -> Ask<Option<Opportunity>> {
    let values = [tenant.to_string().into(), id.short().into()];
    Ask { query: Query::within(tenant, BY_ID, values), read: maybe }
}

/// Newest first, of one end customer if one is named.
pub fn list(tenant: Tenant, account: Option<Id>, page: Page) -> Ask<Vec<Opportunity>> {
    let (upper, lower, limit) = page.values(Kind::Opportunity);
    let account = account.map_or_else(String::new, |a| a.short().to_owned());
    let values = [tenant.to_string().into(), upper, lower, account.into(), limit];
    Ask { query: Query::within(tenant, LIST, values), read: all }
}

/// Whether the partner has an opportunity with this end customer.
pub fn engaged(tenant: Tenant, account: Id) -> Ask<bool> {
    let values = [tenant.to_string().into(), account.short().into()];
    Ask { query: Query::within(tenant, WITH_ACCOUNT, values), read: any }
}
