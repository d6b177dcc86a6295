//! Billing accounts and customer defined groups.

use crate::ask::{Ask, all, maybe};
use crate::put::{Texts, Written};
use crate::{Query, Statement, StoreError};
use domain::change::Mode;
use domain::id::Id;
use domain::order::{BillingAccount, CustomerGroup};
use domain::party::Tenant;

const TEXTS: Texts = Texts {
    insert: "insert into billing_account (tenant, id, version, doc) values ($1, $2, $3, $4)",
    update: "update billing_account set version = $1, doc = $2 \
             where tenant = $3 and id = $4 and version = $5",
    remove: "delete from billing_account where tenant = $1 and id = $2 and version = $3",
    unique: "billing_account",
};
const GROUP_TEXTS: Texts = Texts {
    insert: "insert into customer_group (tenant, id, version, name, doc) \
             values ($1, $2, $3, $4, $5)",
    update: "update customer_group set version = $1, doc = $2 \
             where tenant = $3 and id = $4 and version = $5",
    remove: "delete from customer_group where tenant = $1 and id = $2 and version = $3",
    unique: "customer_group",
};
const BY_ID: &str = "select doc from billing_account where tenant = $1 and id = $2";
const ALL: &str = "select doc from billing_account where tenant = $1 order by id desc limit 200";
const GROUP_BY_NAME: &str = "select doc from customer_group where tenant = $1 and name = $2";
const GROUPS: &str = "select doc from customer_group where tenant = $1 order by name limit 200";

pub(crate) const SQL: &[&str] = &[
    TEXTS.insert,
    TEXTS.update,
    TEXTS.remove,
    GROUP_TEXTS.insert,
    GROUP_TEXTS.update,
    GROUP_TEXTS.remove,
    BY_ID,
    ALL,
    GROUP_BY_NAME,
    GROUPS,
];

pub(crate) fn put(account: &BillingAccount, mode: Mode) -> Result<Statement, StoreError> {
    let noun = Written {
        tenant: account.tenant,
        id: account.id,
        version: account.version,
        fixed: vec![],
        moving: vec![],
        doc: account,
    };
    TEXTS.put(noun, mode)
}

pub(crate) fn put_group(group: &CustomerGroup, mode: Mode) -> Result<Statement, StoreError> {
    let noun = Written {
        tenant: group.tenant,
        id: group.id,
        version: group.version,
        fixed: vec![group.name.as_str().into()],
        moving: vec![],
        doc: group,
    };
    GROUP_TEXTS.put(noun, mode)
}

pub fn by_id(tenant: Tenant, id: Id) -> Ask<Option<BillingAccount>> {
    let values = [tenant.to_string().into(), id.short().into()];
    Ask { query: Query::within(tenant, BY_ID, values), read: maybe }
}

/// The newest 200.
pub fn list(tenant: Tenant) -> Ask<Vec<BillingAccount>> {
    Ask { query: Query::within(tenant, ALL, [tenant.to_string().into()]), read: all }
}

pub fn group_by_name(tenant: Tenant, name: &str) -> Ask<Option<CustomerGroup>> {
    let values = [tenant.to_string().into(), name.into()];
    Ask { query: Query::within(tenant, GROUP_BY_NAME, values), read: maybe }
}

/// The first 200 by name.
pub fn groups(tenant: Tenant) -> Ask<Vec<CustomerGroup>> {
    Ask { query: Query::within(tenant, GROUPS, [tenant.to_string().into()]), read: all }
}
