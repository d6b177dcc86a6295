//! Idempotency: the first answer to a key is kept with its effect, later ones are replayed.

use crate::ask::Ask;
use crate::put::Answered;
use crate::{Guard, Query, Row, Statement, StoreError};
use domain::party::Tenant;
use domain::time::Moment;

const REMEMBER: &str = "insert into idempotency \
    (tenant, name, fingerprint, status, headers, body, forget_at) \
    values ($1, $2, $3, $4, $5, $6, $7)";
const FIND: &str = "select fingerprint, status, headers, body from idempotency \
    where tenant = $1 and name = $2 and forget_at > $3";
const FORGET: &str = "delete from idempotency where (tenant, name) in \
    (select tenant, name from idempotency where forget_at <= $1 order by forget_at limit $2) \
    returning 1";
/// A key past its retention makes room for its next use even before it is swept.
const FORGET_ONE: &str = "delete from idempotency where tenant = $1 and name = $2 \
    and forget_at <= $3";

/// A write that changes nothing, so that its commit says that the answer itself is as safe as a
/// commit is, and gives it as it is there.
const CONFIRM: &str = "update idempotency set status = status where tenant = $1 and name = $2 \
    returning fingerprint, status, headers, body";

pub(crate) const SQL: &[&str] = &[REMEMBER, FIND, FORGET, FORGET_ONE, CONFIRM];

/// What the unique constraint on keys is called in a refusal.
pub(crate) const KEY: &str = "idempotency_key";

/// A stored answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub fingerprint: String,
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

pub(crate) fn remember(answered: &Answered) -> Statement {
    let values = [
        answered.tenant.to_string().into(),
        answered.name.as_str().into(),
        answered.fingerprint.as_str().into(),
        i64::from(answered.status).into(),
        answered.headers.as_str().into(),
        answered.body.as_str().into(),
        answered.forget_at.into(),
    ];
    Statement::one(REMEMBER, values, Guard::Unique(KEY))
}

/// The answer that was given to this key, if it is still kept.
pub fn find(tenant: Tenant, name: &str, now: Moment) -> Ask<Option<Kept>> {
    let values = [tenant.to_string().into(), name.into(), now.ms().into()];
    Ask { query: Query::within(tenant, FIND, values), read: kept }
}

/// The same with a write, and whatever its age.
pub(crate) fn confirm(tenant: Tenant, name: &str) -> Statement {
    Statement::new(CONFIRM, [tenant.to_string().into(), name.into()])
}

pub(crate) fn kept(mut rows: Vec<Row>) -> Result<Option<Kept>, StoreError> {
    let Some(row) = rows.first_mut() else { return Ok(None) };
    let status = u16::try_from(row.int(1)?).map_err(|_| row.corrupt(1, "not a status"))?;
    let headers = serde_json::from_str(row.text(2)?).map_err(|e| row.corrupt(2, e.to_string()))?;
    Ok(Some(Kept { fingerprint: row.take_text(0)?, status, headers, body: row.take_text(3)? }))
}

/// Forgets so many keys whose time is over, the oldest, with a row for each.
pub(crate) fn forget(now: Moment, most: u32) -> Statement {
    Statement::new(FORGET, [now.ms().into(), most.into()])
}

/// Forgets one key if its time is over.
pub(crate) fn forget_one(answered: &Answered, now: Moment) -> Statement {
    let values =
        [answered.tenant.to_string().into(), answered.name.as_str().into(), now.ms().into()];
    Statement::new(FORGET_ONE, values)
}
