//! End customers' accounts: in the carrier's own space; a prospect is its partner's alone.

mod index;
mod search;

use crate::ask::{Ask, all, any, maybe};
use crate::put::{Texts, Written};
use crate::{Query, Statement, StoreError};
use domain::change::Mode;
use domain::customer::terms::Spot;
use domain::customer::{Account, name_key};
use domain::id::Id;
use domain::party::{Environment, Tenant};

pub use index::size;
pub(crate) use index::{PAGE as INDEX, index_all, put_terms, words_of};
pub(crate) use search::SEARCH;
pub use search::find;

const TEXTS: Texts = Texts {
    insert: "insert into account (tenant, id, version, name_key, city, state, zip, owner, indexed, \
             doc) values ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9)",
    update: "update account set version = $1, name_key = $2, city = $3, state = $4, zip = $5, \
             owner = $6, doc = $7 where tenant = $8 and id = $9 and version = $10",
    remove: "delete from account where tenant = $1 and id = $2 and version = $3",
    unique: "account",
};
const BY_ID: &str = "select doc from account where tenant = $1 and id = $2";
const OF_QUOTE: &str = "select doc from account where tenant = $1 and id = \
    (select account from quote where tenant = $2 and id = $3)";
const OF_ACIDS: &str = "select a.doc from account_acid h \
    join account a on a.tenant = h.tenant and a.id = h.account \
    where h.tenant = $1 and h.acid in ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, \
    $15, $16, $17) order by h.acid";
const HAS_ACID: &str = "select account from account_acid where tenant = $1 and acid = $2";

pub(crate) const SQL: &[&str] =
    &[TEXTS.insert, TEXTS.update, TEXTS.remove, BY_ID, OF_QUOTE, OF_ACIDS, HAS_ACID];

/// How many customer numbers one question asks for.
pub const ACIDS: usize = 16;

pub(crate) fn put(account: &Account, mode: Mode) -> Result<Statement, StoreError> {
    let columns = columns(account);
    let noun = Written {
        tenant: account.tenant,
        id: account.id,
        version: account.version,
        fixed: columns.to_vec(),
        moving: columns.to_vec(),
        doc: account,
    };
    TEXTS.put(noun, mode)
}

fn columns(account: &Account) -> [crate::Value; 5] {
    let Spot { state, city, zip, owner } = Spot::of(account);
    [name_key(&account.name).into(), city.into(), state.into(), zip.into(), owner.into()]
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

/// The accounts that hold these customer numbers; at most [`ACIDS`] are asked for.
pub fn of_acids(environment: Environment, acids: &[&str]) -> Ask<Vec<Account>> {
    let carrier = Tenant::carrier(environment);
    let last = acids.last().copied().unwrap_or_default();
    let mut values = vec![carrier.to_string().into()];
    values.extend((0..ACIDS).map(|n| acids.get(n).copied().unwrap_or(last).into()));
    Ask { query: Query::within(carrier, OF_ACIDS, values), read: all }
}

/// Whether an account holds this customer number.
pub fn has_acid(environment: Environment, acid: &str) -> Ask<bool> {
    let carrier = Tenant::carrier(environment);
    let values = [carrier.to_string().into(), acid.into()];
    Ask { query: Query::within(carrier, HAS_ACID, values), read: any }
}
