//! Partners: in the carrier's own space.

use crate::ask::{Ask, all, maybe};
use crate::put::{Texts, Written};
use crate::{Query, Statement, StoreError};
use domain::change::Mode;
use domain::id::Id;
use domain::party::{Environment, Partner, Tenant};

const TEXTS: Texts = Texts {
    insert: "insert into partner (tenant, id, version, sp_id, doc) values ($1, $2, $3, $4, $5)",
    update: "update partner set version = $1, sp_id = $2, doc = $3 \
             where tenant = $4 and id = $5 and version = $6",
    remove: "delete from partner where tenant = $1 and id = $2 and version = $3",
    unique: "partner",
};
const BY_ID: &str = "select doc from partner where tenant = $1 and id = $2";
const BY_SP_ID: &str = "select doc from partner where tenant = $1 and sp_id = $2";
const ALL: &str = "select doc from partner where tenant = $1 order by id";

pub(crate) const SQL: &[&str] = &[TEXTS.insert, TEXTS.update, TEXTS.remove, BY_ID, BY_SP_ID, ALL];

pub(crate) fn put(partner: &Partner, mode: Mode) -> Result<Statement, StoreError> {
    let noun = Written {
        tenant: partner.tenant,
        id: partner.id,
        version: partner.version,
        fixed: vec![partner.sp_id.clone().into()],
        moving: vec![partner.sp_id.clone().into()],
        doc: partner,
    };
    TEXTS.put(noun, mode)
}

pub fn by_id(environment: Environment, id: Id) -> Ask<Option<Partner>> {
    let carrier = Tenant::carrier(environment);
    let values = [carrier.to_string().into(), id.short().into()];
    Ask { query: Query::within(carrier, BY_ID, values), read: maybe }
}

/// By the carrier's own number for a solution provider.
pub fn by_sp_id(environment: Environment, sp_id: &str) -> Ask<Option<Partner>> {
    let carrier = Tenant::carrier(environment);
    let values = [carrier.to_string().into(), sp_id.into()];
    Ask { query: Query::within(carrier, BY_SP_ID, values), read: maybe }
}

/// Every partner, for operations.
pub fn list(environment: Environment) -> Ask<Vec<Partner>> {
    let carrier = Tenant::carrier(environment);
    let query = Query::within(carrier, ALL, [carrier.to_string().into()]);
    Ask { query, read: all }
}
