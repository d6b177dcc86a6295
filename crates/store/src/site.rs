//! Sites of quotes.

use crate::ask::{Ask, all};
use crate::put::{Texts, Written};
use crate::{Query, Statement, StoreError};
use domain::change::Mode;
use domain::id::Id;
use domain::party::Tenant;
use domain::quote::{Site, Validation};

const TEXTS: Texts = Texts {
    insert: "insert into site \
             (tenant, id, version, quote, position, address, configured, basis, doc) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    update: "update site set version = $1, address = $2, configured = $3, basis = $4, doc = $5 \
             where tenant = $6 and id = $7 and version = $8",
    remove: "delete from site where tenant = $1 and id = $2 and version = $3",
    unique: "site",
};
const OF_QUOTE: &str = "select doc from site where tenant = $1 and quote = $2 order by position";
const NAMED: &str = "select doc from site where tenant = $1 and id = $2 and quote = $3";
const PAGE: &str = "select doc from site where tenant = $1 and quote = $2 and position > $3 \
    order by position limit $4";
const OF_BASIS: &str = "select doc from site where tenant = $1 and quote = $2 and basis = $3 \
    order by position";
// The conditions stand as those of the partial indexes, word for word: that is how they are used.
const UNPASSED: &str = "select doc from site where tenant = $1 and quote = $2 \
    and address <> 'passed' order by position limit $3";
const REQUESTED: &str = "select doc from site where tenant = $1 and quote = $2 \
    and address <> 'passed' and address = $3 order by position limit $4";
const UNCONFIGURED: &str = "select doc from site where tenant = $1 and quote = $2 \
    and configured = 0 order by position limit $3";

pub(crate) const SQL: &[&str] = &[
    TEXTS.insert,
    TEXTS.update,
    TEXTS.remove,
    OF_QUOTE,
    NAMED,
    PAGE,
    OF_BASIS,
    UNPASSED,
    REQUESTED,
    UNCONFIGURED,
];

/// How far the address has come, as the column says it.
pub(crate) fn address(site: &Site) -> &'static str {
    match site.validation {
        Validation::Requested => "requested",
        _ if site.passed().is_some() => "passed",
        _ => "open",
    }
}

/// What the price rests on, as the column says it: empty for a site to be priced.
pub(crate) fn basis(site: &Site) -> &str {
    site.basis().unwrap_or_default()
}

pub(crate) fn put(site: &Site, mode: Mode) -> Result<Statement, StoreError> {
    let guards = [address(site).into(), site.configuration.is_some().into(), basis(site).into()];
    let mut fixed = vec![site.quote.short().into(), site.position.into()];
    fixed.extend(guards.clone());
    let noun = Written {
        tenant: site.tenant,
        id: site.id,
        version: site.version,
        fixed,
        moving: guards.to_vec(),
        doc: site,
    };
    TEXTS.put(noun, mode)
}

/// In the order of their places.
pub fn of_quote(tenant: Tenant, quote: Id) -> Ask<Vec<Site>> {
    let values = [tenant.to_string().into(), quote.short().into()];
    Ask { query: Query::within(tenant, OF_QUOTE, values), read: all }
}

/// The one of that id, if it is of the quote.
pub fn named(tenant: Tenant, quote: Id, id: Id) -> Ask<Vec<Site>> {
    let values = [tenant.to_string().into(), id.short().into(), quote.short().into()];
    Ask { query: Query::within(tenant, NAMED, values), read: all }
}

/// Those after a place, in the order of their places.
pub fn page(tenant: Tenant, quote: Id, after: u32, limit: u32) -> Ask<Vec<Site>> {
    let values = [tenant.to_string().into(), quote.short().into(), after.into(), limit.into()];
    Ask { query: Query::within(tenant, PAGE, values), read: all }
}

/// Those whose price rests on this basis, in the order of their places; on an empty one, those to
/// be priced.
pub fn of_basis(tenant: Tenant, quote: Id, basis: &str) -> Ask<Vec<Site>> {
    let values = [tenant.to_string().into(), quote.short().into(), basis.into()];
    Ask { query: Query::within(tenant, OF_BASIS, values), read: all }
}

fn first(sql: &'static str, tenant: Tenant, quote: Id, limit: u32) -> Ask<Vec<Site>> {
    let values = [tenant.to_string().into(), quote.short().into(), limit.into()];
    Ask { query: Query::within(tenant, sql, values), read: all }
}

/// The first that have no valid address.
pub fn unpassed(tenant: Tenant, quote: Id, limit: u32) -> Ask<Vec<Site>> {
    first(UNPASSED, tenant, quote, limit)
}

/// The first whose address is being validated.
pub fn requested(tenant: Tenant, quote: Id, limit: u32) -> Ask<Vec<Site>> {
    let values =
        [tenant.to_string().into(), quote.short().into(), "requested".into(), limit.into()];
    Ask { query: Query::within(tenant, REQUESTED, values), read: all }
}

/// The first that have no configuration.
pub fn unconfigured(tenant: Tenant, quote: Id, limit: u32) -> Ask<Vec<Site>> {
    first(UNCONFIGURED, tenant, quote, limit)
}
