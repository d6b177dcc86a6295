//! Versions of the catalogue and their files: in the carrier's own space.

use crate::ask::{Ask, all, doc_in, maybe};
use crate::page::Page;
use crate::put::{Texts, Written, number};
use crate::{Query, Row, Statement, StoreError, Value};
use domain::change::Mode;
use domain::id::{Id, Kind};
use domain::party::{Environment, Tenant};
use domain::publication::{CatalogueFiles, CatalogueVersion};
use domain::time::Moment;
use std::collections::BTreeMap;

const TEXTS: Texts = Texts {
    insert: "insert into catalogue_version \
             (tenant, id, version, label, digest, state, number, effective_at, doc) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    update: "update catalogue_version set version = $1, state = $2, number = $3, \
             effective_at = $4, doc = $5 where tenant = $6 and id = $7 and version = $8",
    remove: "delete from catalogue_version where tenant = $1 and id = $2 and version = $3",
    unique: "catalogue",
};
const BY_ID: &str = "select doc from catalogue_version where tenant = $1 and id = $2";
const LIST: &str = "select doc from catalogue_version where tenant = $1 and id < $2 \
    and id >= $3 order by id desc limit $4";
const PUBLISHED: &str = "select doc from catalogue_version where tenant = $1 \
    and state = 'published' order by number";
const IN_FORCE: &str = "select digest from catalogue_version where tenant = $1 \
    and state = 'published' and effective_at <= $2 \
    order by effective_at desc, number desc limit 1";
const INSERT_FILES: &str = "insert into catalogue_files (tenant, digest, body) \
    values ($1, $2, $3) on conflict (tenant, digest) do nothing";
const FILES: &str = "select body from catalogue_files where tenant = $1 and digest = $2";

pub(crate) const SQL: &[&str] = &[
    TEXTS.insert,
    TEXTS.update,
    TEXTS.remove,
    BY_ID,
    LIST,
    PUBLISHED,
    IN_FORCE,
    INSERT_FILES,
    FILES,
];

pub(crate) fn put(version: &CatalogueVersion, mode: Mode) -> Result<Statement, StoreError> {
    let state = Value::from(version.state.word());
    let publication = version.publication();
    let nth = publication.map_or(Value::Null, |p| number(p.number).into());
    let effective = publication.map_or(Value::Null, |p| p.effective_at.ms().into());
    let (label, digest) = (version.label.as_str(), version.digest.as_str());
    let moving = vec![state, nth, effective];
    let noun = Written {
        tenant: version.tenant,
        id: version.id,
        version: version.version,
        fixed: [label.into(), digest.into()].into_iter().chain(moving.clone()).collect(),
        moving,
        doc: version,
    };
    TEXTS.put(noun, mode)
}

/// The same files are kept once.
pub(crate) fn put_files(files: &CatalogueFiles) -> Result<Statement, StoreError> {
    let texts: BTreeMap<&str, &str> = files.files.iter().map(|(n, t)| (&**n, &**t)).collect();
    let body = serde_json::to_string(&texts)
        .map_err(|e| StoreError::ours(format!("files cannot be written: {e}")))?;
    let values = [files.tenant.to_string().into(), files.digest.as_str().into(), body.into()];
    Ok(Statement::new(INSERT_FILES, values))
}

pub fn by_id(environment: Environment, id: Id) -> Ask<Option<CatalogueVersion>> {
    let carrier = Tenant::carrier(environment);
    let values = [carrier.to_string().into(), id.short().into()];
    Ask { query: Query::within(carrier, BY_ID, values), read: maybe }
}

/// Newest first.
pub fn list(environment: Environment, page: Page) -> Ask<Vec<CatalogueVersion>> {
    let carrier = Tenant::carrier(environment);
    let (upper, lower, limit) = page.values(Kind::Catalogue);
    let values = [carrier.to_string().into(), upper, lower, limit];
    Ask { query: Query::within(carrier, LIST, values), read: all }
}

/// Every one that is, was or will be in force, in the order of publishing.
pub fn published(environment: Environment) -> Ask<Vec<CatalogueVersion>> {
    let carrier = Tenant::carrier(environment);
    Ask { query: Query::within(carrier, PUBLISHED, [carrier.to_string().into()]), read: all }
}

/// The digest of the catalogue in force at `now`; none: the configuration's.
pub fn in_force(environment: Environment, now: Moment) -> Ask<Option<String>> {
    let carrier = Tenant::carrier(environment);
    let values = [carrier.to_string().into(), now.ms().into()];
    let read = |mut rows: Vec<Row>| rows.first_mut().map(|row| row.take_text(0)).transpose();
    Ask { query: Query::within(carrier, IN_FORCE, values), read }
}

/// The files of that digest, each a name and its text, by name.
pub fn files(environment: Environment, digest: &str) -> Ask<Option<Vec<(String, String)>>> {
    let carrier = Tenant::carrier(environment);
    let values = [carrier.to_string().into(), digest.into()];
    let read = |rows: Vec<Row>| {
        let texts = |row: &Row| doc_in::<BTreeMap<String, String>>(row, 0);
        let found = rows.first().map(texts).transpose();
        found.map(|found| found.map(|texts| texts.into_iter().collect()))
    };
    Ask { query: Query::within(carrier, FILES, values), read }
}
