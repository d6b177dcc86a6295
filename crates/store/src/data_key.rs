//! The keys that customers' tax ids are sealed with, each sealed itself by one of the carrier's.

use crate::ask::Ask;
use crate::{Change, Guard, Query, Row, Statement, Store, StoreError};
use domain::credit::DataKey;
use domain::id::Id;
use domain::party::Tenant;
use std::collections::BTreeMap;

const INSERT: &str = "insert into data_key (tenant, subject, number, sealed_by, sealed) \
    values ($1, $2, $3, $4, $5)";
const OF: &str = "select tenant, subject, number, sealed_by, sealed from data_key \
    where tenant = $1 and subject = $2 order by number";
const NOT_BY: &str = "select tenant, subject, number, sealed_by, sealed from data_key \
    where sealed <> '' and sealed_by <> $1 and (tenant, subject) > ($2, $3) \
    order by tenant, subject, number limit $4";
const ANYWHERE: &str = "select tenant, subject, number, sealed_by, sealed from data_key \
    where subject = $1 order by tenant, number";
const RESEAL: &str = "update data_key set sealed_by = $1, sealed = $2 \
    where tenant = $3 and subject = $4 and number = $5 and sealed = $6";
const DESTROY: &str = "update data_key set sealed = '' \
    where tenant = $1 and subject = $2 and number = $3";
const COUNT: &str = "select case when sealed = '' then '' else sealed_by end, count(*) \
    from data_key group by 1 order by 1";

pub(crate) const SQL: &[&str] = &[INSERT, OF, NOT_BY, ANYWHERE, RESEAL, DESTROY, COUNT];

/// So many are sealed anew before the next are read.
const PAGE: u32 = 100;

fn place(key: &DataKey) -> [crate::Value; 3] {
    [key.tenant.to_string().into(), key.subject.short().into(), i64::from(key.number).into()]
}

pub(crate) fn insert(key: &DataKey) -> Statement {
    let [tenant, subject, number] = place(key);
    let sealed = key.sealed.as_deref().unwrap_or_default();
    let values = [tenant, subject, number, key.sealed_by.as_str().into(), sealed.into()];
    Statement::one(INSERT, values, Guard::Unique("data_key"))
}

fn read(rows: Vec<Row>) -> Result<Vec<DataKey>, StoreError> {
    let key = |row: Row| {
        let tenant = row.text(0)?.parse::<Tenant>().map_err(|e| row.corrupt(0, e))?;
        let subject = row.text(1)?.parse::<Id>().map_err(|e| row.corrupt(1, e.to_string()))?;
        let number = u32::try_from(row.int(2)?).map_err(|_| row.corrupt(2, "no number"))?;
        let sealed = Some(row.text(4)?).filter(|text| !text.is_empty()).map(str::to_owned);
        Ok(DataKey { tenant, subject, number, sealed_by: row.text(3)?.to_owned(), sealed })
    };
    rows.into_iter().map(key).collect()
}

/// A customer's keys with one partner, the newest last.
pub fn of(tenant: Tenant, subject: Id) -> Ask<Vec<DataKey>> {
    let values = [tenant.to_string().into(), subject.short().into()];
    Ask { query: Query::within(tenant, OF, values), read }
}

impl Store {
    /// Seals every key anew that is not sealed by the carrier's key `by`. Answers how many there
    /// were. One that somebody else changes meanwhile is left for the next time.
    ///
    /// # Errors
    /// A database that is away, and what `reseal` answers for a key that it cannot open.
    pub async fn reseal<E: From<StoreError>>(
        &self,
        by: &str,
        reseal: impl Fn(&DataKey) -> Result<DataKey, E>,
    ) -> Result<u64, E> {
        let (mut after, mut count) = ([String::new(), String::new()], 0);
        loop {
            let [tenant, subject] = after.clone();
            let values = [by.into(), tenant.into(), subject.into(), PAGE.into()];
            let keys = self.ask(Ask { query: Query::new(NOT_BY, values), read }).await?;
            let Some(last) = keys.last() else { return Ok(count) };
            after = [last.tenant.to_string(), last.subject.short().to_owned()];
            for key in &keys {
                let anew = reseal(key)?;
                let (was, is) = (key.sealed.as_deref(), anew.sealed.as_deref());
                let [tenant, subject, number] = place(key);
                let is = is.unwrap_or_default().into();
                let was = was.unwrap_or_default().into();
                let values = [anew.sealed_by.as_str().into(), is, tenant, subject, number, was];
                let statement = Statement::new(RESEAL, values);
                let change = Change::within(key.tenant, [statement]);
                count += u64::from(self.engine.write(change).await?.is_done());
            }
        }
    }

    /// Destroys every key of a customer, and with them what they sealed. Answers how many there
    /// were.
    ///
    /// # Errors
    /// A database that is away.
    pub async fn destroy_keys(&self, subject: Id) -> Result<u64, StoreError> {
        let values = [subject.short().into()];
        let keys = self.ask(Ask { query: Query::new(ANYWHERE, values), read }).await?;
        let live: Vec<_> = keys.into_iter().filter(|key| key.sealed.is_some()).collect();
        let mut count = 0;
        for key in &live {
            let statement = Statement::new(DESTROY, place(key));
            let change = Change::within(key.tenant, [statement]);
            count += u64::from(self.engine.write(change).await?.is_done());
        }
        Ok(count)
    }

    /// How many keys each of the carrier's keys seals; under the empty name those destroyed.
    ///
    /// # Errors
    /// A database that is away.
    pub async fn keys_by_seal(&self) -> Result<BTreeMap<String, u64>, StoreError> {
        let count = |rows: Vec<Row>| {
            let one = |row: &Row| {
                Ok((row.text(0)?.to_owned(), u64::try_from(row.int(1)?).unwrap_or_default()))
            };
            rows.iter().map(one).collect()
        };
        self.ask(Ask { query: Query::new(COUNT, []), read: count }).await
    }
}
