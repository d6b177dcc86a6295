//! Sites of quotes.

use crate::ask::{Ask, all};
use crate::put::{Texts, Written};
use crate::{Query, Statement, StoreError};
use domain::change::Mode;
use domain::id::Id;
use domain::party::Tenant;
use domain::quote::Site;

const TEXTS: Texts = Texts {
    insert: "insert into site (tenant, id, version, quote, position, doc) \
             values ($1, $2, $3, $4, $5, $6)",
    update: "update site set version = $1, doc = $2 where tenant = $3 and id = $4 and version = $5",
    remove: "delete from site where tenant = $1 and id = $2 and version = $3",
    unique: "site",
};
const OF_QUOTE: &str = "select doc from site where tenant = $1 and quote = $2 order by position";

pub(crate) const SQL: &[&str] = &[TEXTS.insert, TEXTS.update, TEXTS.remove, OF_QUOTE];

pub(crate) fn put(site: &Site, mode: Mode) -> Result<Statement, StoreError> {
    let noun = Written {
        tenant: site.tenant,
        id: site.id,
        version: site.version,
        fixed: vec![site.quote.short().into(), site.position.into()],
        moving: vec![],
        doc: site,
    };
    TEXTS.put(noun, mode)
}

/// In the order of their places.
pub fn of_quote(tenant: Tenant, quote: Id) -> Ask<Vec<Site>> {
    let values = [tenant.to_string().into(), quote.short().into()];
    Ask { query: Query::within(tenant, OF_QUOTE, values), read: all }
}
