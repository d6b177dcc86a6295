//! Sites of quotes.

use crate::ask::{Ask, doc, doc_in};
use crate::parts::in_parts;
use crate::put::{Texts, Written};
use crate::{Guard, Query, Row, Statement, StoreError};
use domain::address::Address;
use domain::change::Mode;
use domain::id::Id;
use domain::party::Tenant;
use domain::quote::{AddressesRequested, Site, Validation};
use serde::Deserialize;

const TEXTS: Texts = Texts {
    insert: "insert into site \
             (tenant, id, version, quote, position, address, configured, basis, doc) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    update: "update site set version = $1, address = $2, configured = $3, basis = $4, doc = $5 \
             where tenant = $6 and id = $7 and version = $8",
    remove: "delete from site where tenant = $1 and id = $2 and version = $3",
    unique: "site",
};
const OF_QUOTE: &str =
    "select doc, address, version from site where tenant = $1 and quote = $2 order by position";
const NAMED: &str =
    "select doc, address, version from site where tenant = $1 and id = $2 and quote = $3";
const PAGE: &str = "select doc, address, version from site where tenant = $1 and quote = $2 and position > $3 \
    order by position limit $4";
const OF_BASIS: &str = "select doc, address, version from site where tenant = $1 and quote = $2 and basis = $3 \
    order by position";
// The conditions stand as those of the partial indexes, word for word: that is how they are used.
const UNPASSED: &str = "select doc, address, version from site where tenant = $1 and quote = $2 \
    and address <> 'passed' order by position limit $3";
const BY_ADDRESS: &str = "select doc, address, version from site where tenant = $1 and quote = $2 \
    and address <> 'passed' and address = $3 order by position limit $4";
/// The columns alone: a document says so when it is written the next time.
const REQUEST: &str = "update site set version = version + 1, address = $1 \
    where tenant = $2 and quote = $3 and address <> 'passed' and address = $4";
const UNCONFIGURED: &str = "select doc, address, version from site where tenant = $1 and quote = $2 \
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
    BY_ADDRESS,
    REQUEST,
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

/// The validation of every open address of a quote is asked for.
pub(crate) fn request(requested: &AddressesRequested) -> Statement {
    let (tenant, quote) = (requested.tenant.to_string(), requested.quote.short());
    let values = ["requested".into(), tenant.into(), quote.into(), "open".into()];
    Statement::new(REQUEST, values).expecting(requested.sites.into(), Guard::Version)
}

/// The site of a row, whose document stands in the first of these columns, the column of its
/// address in the second and its version in the third.
pub(crate) fn read(row: &Row, [doc, address, version]: [usize; 3]) -> Result<Site, StoreError> {
    let mut site: Site = doc_in(row, doc)?;
    if row.text(address)? == "requested" {
        // See `REQUEST`.
        site.validation = Validation::Requested;
        let newer = u64::try_from(row.int(version)?);
        site.version = newer.map_err(|e| row.corrupt(version, e.to_string()))?;
    }
    Ok(site)
}

fn all(rows: Vec<Row>) -> Result<Vec<Site>, StoreError> {
    in_parts(&rows, |rows| rows.iter().map(|row| read(row, [0, 1, 2])).collect())
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

fn by_address(tenant: Tenant, quote: Id, address: &str, limit: u32) -> Ask<Vec<Site>> {
    let values = [tenant.to_string().into(), quote.short().into(), address.into(), limit.into()];
    Ask { query: Query::within(tenant, BY_ADDRESS, values), read: all }
}

/// What is asked about a site whose address is being validated.
#[derive(Deserialize)]
struct Waiting {
    id: Id,
    given: Address,
}

fn asked(rows: Vec<Row>) -> Result<Vec<(Id, Address)>, StoreError> {
    let pair = |row: &Row| doc(row).map(|Waiting { id, given }| (id, given));
    in_parts(&rows, |rows| rows.iter().map(pair).collect())
}

/// The first whose address is being validated: which they are, and their addresses as given.
pub fn waiting(tenant: Tenant, quote: Id, limit: u32) -> Ask<Vec<(Id, Address)>> {
    Ask { query: by_address(tenant, quote, "requested", limit).query, read: asked }
}

/// The first whose address is being validated.
pub fn requested(tenant: Tenant, quote: Id, limit: u32) -> Ask<Vec<Site>> {
    by_address(tenant, quote, "requested", limit)
}

/// The first without a valid address that nobody has asked for.
pub fn open(tenant: Tenant, quote: Id, limit: u32) -> Ask<Vec<Site>> {
    by_address(tenant, quote, "open", limit)
}

/// The first that have no configuration.
pub fn unconfigured(tenant: Tenant, quote: Id, limit: u32) -> Ask<Vec<Site>> {
    first(UNCONFIGURED, tenant, quote, limit)
}
