//! End customers' accounts: in the carrier's own space; a prospect is its partner's alone.

use crate::ask::{Ask, all, maybe};
use crate::put::{Texts, Written};
use crate::{Query, Statement, StoreError};
use domain::change::Mode;
use domain::customer::{Account, AccountStatus, name_key};
use domain::id::Id;
use domain::party::{Environment, Tenant};

const TEXTS: Texts = Texts {
    insert: "insert into account (tenant, id, version, name_key, city, state, zip, owner, doc) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    update: "update account set version = $1, name_key = $2, city = $3, state = $4, zip = $5, \
             doc = $6 where tenant = $7 and id = $8 and version = $9",
    remove: "delete from account where tenant = $1 and id = $2 and version = $3",
    unique: "account",
};
const BY_ID: &str = "select doc from account where tenant = $1 and id = $2";
/// `owner` is empty for the carrier's customers and the partner's id for its prospects. Names
/// that begin with what was asked come first, then by name, so that the best of many are kept.
const SEARCH: &str = "select doc from account where tenant = $1 and name_key like $2 \
    and (owner = '' or owner = $3) and ($4 = '' or city = $4) and ($5 = '' or state = $5) \
    and ($6 = '' or zip = $6) \
    order by case when name_key like $7 then 0 else 1 end, name_key, id limit 50";
const OF_QUOTE: &str = "select doc from account where tenant = $1 and id = \
    (select account from quote where tenant = $2 and id = $3)";

pub(crate) const SQL: &[&str] =
    &[TEXTS.insert, TEXTS.update, TEXTS.remove, BY_ID, SEARCH, OF_QUOTE];

pub(crate) fn put(account: &Account, mode: Mode) -> Result<Statement, StoreError> {
    let owner = match (account.account_status, account.partner) {
        (AccountStatus::Prospect, Some(partner)) => partner.short().to_owned(),
        _ => String::new(),
    };
    let columns = [
        name_key(&account.name).into(),
        account.address.city.to_uppercase().into(),
        account.address.state.to_uppercase().into(),
        account.address.zip5().into(),
    ];
    let noun = Written {
        tenant: account.tenant,
        id: account.id,
        version: account.version,
        fixed: columns.iter().cloned().chain([owner.into()]).collect(),
        moving: columns.to_vec(),
        doc: account,
    };
    TEXTS.put(noun, mode)
}

pub fn by_id(environment: Environment, id: Id) -> Ask<Option<Account>> {
    let carrier = Tenant::carrier(environment);
    let values = [carrier.to_string().into(), id.short().into()];
    Ask { query: Query::within(carrier, BY_ID, values), read: maybe }
}

/// The end customer of a quote.
pub fn of_quote(tenant: Tenant, quote: Id) -> Ask<Option<Account>> {
    let carrier = Tenant::carrier(tenant.environment).to_string();
    let values = [carrier.into(), tenant.to_string().into(), quote.short().into()];
    Ask { query: Query::within(tenant, OF_QUOTE, values), read: maybe }
}

/// What a lookup asks for. Empty texts do not restrict.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Search {
    /// As `customer::name_key` makes it.
    pub name_key: String,
    pub city: String,
    pub state: String,
    /// Five digits.
    pub zip: String,
}

/// Up to 50 accounts that `partner` may see whose name contains what was asked.
pub fn search(environment: Environment, partner: Option<Id>, search: &Search) -> Ask<Vec<Account>> {
    let carrier = Tenant::carrier(environment);
    let sight = partner.map_or(carrier, |partner| Tenant::partner(partner, environment));
    let values = [
        carrier.to_string().into(),
        format!("%{}%", search.name_key).into(),
        partner.map_or_else(String::new, |p| p.short().to_owned()).into(),
        search.city.to_uppercase().into(),
        search.state.to_uppercase().into(),
        search.zip.as_str().into(),
        format!("{}%", search.name_key).into(),
    ];
    Ask { query: Query::within(sight, SEARCH, values), read: all }
}
