//! Whom a thing is for: partners of credentials and partners, contracts of texts, imports of files.

use super::pages::{BY_ID, page, pages, place};
use super::{Audit, Invariant, PAGE};
use crate::ask::{Ask, any, doc_in};
use crate::{Query, Row, Store, StoreError, Value};
use domain::id::Id;
use domain::party::{Credential, Partner, Role, Tenant};

pub(super) const PARTNERS: &str = page!("partner");
pub(super) const CREDENTIALS: &str = page!("credential");
pub(super) const DOCUMENTS: &str = "select d.tenant, d.contract, \
    (select count(*) from contract c where c.tenant = d.tenant and c.id = d.contract) \
    from document d where (d.tenant, d.contract) > ($1, $2) order by d.tenant, d.contract limit $3";
pub(super) const IMPORT_FILES: &str = "select f.tenant, f.import, \
    (select count(*) from import i where i.tenant = f.tenant and i.id = f.import) \
    from import_file f where (f.tenant, f.import) > ($1, $2) order by f.tenant, f.import limit $3";

/// Reads partners, credentials, texts and files.
pub(super) async fn walk(store: &Store, audit: &mut Audit) -> Result<(), StoreError> {
    partners(store, audit, "partner", PARTNERS, |row| {
        let partner = doc_in::<Partner>(row, 2).ok()?;
        Some((partner.tenant, partner.distributor.into_iter().collect()))
    })
    .await?;
    partners(store, audit, "credential", CREDENTIALS, |row| {
        let credential = doc_in::<Credential>(row, 2).ok()?;
        let partners = match credential.role {
            Role::Partner { partner } => vec![partner],
            Role::Connector { partners } => partners,
            Role::Operations => Vec::new(),
        };
        Some((credential.tenant, partners))
    })
    .await?;
    pages(store, audit, ("document", DOCUMENTS, BY_ID), |rows, audit| {
        for row in rows.iter().filter(|row| row.int(2) != Ok(1)) {
            let say = format!("{}: its contract is not there", place("document", row));
            audit.blame(Invariant::TextsExist, say);
        }
    })
    .await?;
    pages(store, audit, ("import_file", IMPORT_FILES, BY_ID), |rows, audit| {
        for row in rows.iter().filter(|row| row.int(2) != Ok(1)) {
            let say = format!("{}: its import is not there", place("import_file", row));
            audit.blame(Invariant::ImportsHaveFiles, say);
        }
    })
    .await
}

/// Whose row it is, and the partners that it names; none if it makes no sense.
type Named = Option<(Tenant, Vec<Id>)>;

/// Looks for the partners that rows name. A partner is never deleted, so that it does not matter
/// that it is looked for a little later.
async fn partners(
    store: &Store,
    audit: &mut Audit,
    table: &str,
    sql: &'static str,
    named: fn(&Row) -> Named,
) -> Result<(), StoreError> {
    let mut after = [Value::from(""), "".into()];
    loop {
        let [tenant, id] = after;
        let query = Query::new(sql, [tenant, id, PAGE.into()]);
        let rows = store.ask(Ask { query, read: Ok }).await?;
        let (mut places, mut asks) = (Vec::new(), Vec::new());
        for row in &rows {
            let Some((tenant, ids)) = named(row) else { continue };
            for id in ids {
                places.push(format!("{}: partner {id} is not there", place(table, row)));
                let query = crate::partner::by_id(tenant.environment, id).query;
                asks.push(Ask { query, read: any });
            }
        }
        for (place, there) in places.into_iter().zip(store.ask(asks).await?) {
            if !there {
                audit.blame(Invariant::CredentialsHavePartners, place);
            }
        }
        let Some(last) = rows.last() else { return Ok(()) };
        after = [last.text(0)?.into(), last.text(1)?.into()];
    }
}
