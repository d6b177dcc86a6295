//! Jobs: claimed by lease with a fencing epoch; an outcome counts only while the epoch holds.

use crate::ask::{Ask, doc};
use crate::put::{leased, number};
use crate::{Guard, Query, Row, Statement, StoreError};
use domain::change::Settle;
use domain::id::Id;
use domain::job::Job;
use domain::time::Moment;

const INSERT: &str = "insert into job \
    (id, tenant, state, due_at, lease_until, owner, epoch, tries, doc) \
    values ($1, $2, 'ready', $3, 0, '', 0, 0, $4)";
const DONE: &str = "delete from job where id = $1 and epoch = $2";
const AGAIN: &str = "update job set due_at = $1, tries = $2, lease_until = 0, owner = '' \
    where id = $3 and epoch = $4";
const QUARANTINE: &str = "update job set state = 'quarantined', why = $1, lease_until = 0, \
    owner = '' where id = $2 and epoch = $3";
const DUE: &str = "select id from job where state = 'ready' and due_at <= $1 \
    and lease_until <= $2 limit 1";
const CLAIM: &str = "update job set epoch = epoch + 1, owner = $1, lease_until = $2 \
    where id in (select id from job where state = 'ready' and due_at <= $3 \
    and lease_until <= $4 order by due_at, id limit $5) \
    returning doc, epoch, tries";
/// The same for an engine with several writers: each passes over what another is just claiming.
/// The array makes the inner select run once, whatever the planner thinks of it.
const CLAIM_FREE: &str = "update job set epoch = epoch + 1, owner = $1, lease_until = $2 \
    where id = any(array(select id from job where state = 'ready' and due_at <= $3 \
    and lease_until <= $4 order by due_at, id limit $5 for update skip locked)) \
    returning doc, epoch, tries";
const NEXT: &str = "select min(due_at) from job where state = 'ready' and lease_until <= $1";
const OPEN: &str = "select count(*) from job where state = 'ready'";

pub(crate) const SQL: &[&str] = &[INSERT, DONE, AGAIN, QUARANTINE, DUE, NEXT, OPEN];

/// The claim's text, which is the one that differs between engines.
pub(crate) const fn claim_sql(skips_locked: bool) -> &'static str {
    if skips_locked { CLAIM_FREE } else { CLAIM }
}

pub(crate) fn insert(job: &Job) -> Result<Statement, StoreError> {
    let text = serde_json::to_string(job)
        .map_err(|e| StoreError::ours(format!("a job cannot be written: {e}")))?;
    let values =
        [job.id.short().into(), job.tenant.to_string().into(), job.due_at.ms().into(), text.into()];
    Ok(Statement::one(INSERT, values, Guard::Unique("job")))
}

pub(crate) fn settle(settle: &Settle) -> Statement {
    let (job, epoch) = leased(settle);
    let (job, epoch) = (job.short().into(), number(epoch).into());
    match settle {
        Settle::Done { .. } => Statement::one(DONE, [job, epoch], Guard::Lease),
        Settle::Again { due_at, tries, .. } => {
            let values = [due_at.ms().into(), (*tries).into(), job, epoch];
            Statement::one(AGAIN, values, Guard::Lease)
        }
        Settle::Quarantine { why, .. } => {
            Statement::one(QUARANTINE, [why.as_str().into(), job, epoch], Guard::Lease)
        }
    }
}

/// Whether any job is due and free: asked before a claim, which is a write.
pub fn due(now: Moment) -> Ask<bool> {
    Ask { query: Query::new(DUE, [now.ms().into(), now.ms().into()]), read: crate::ask::any }
}

/// When the next free job is due.
pub fn next_due(now: Moment) -> Ask<Option<Moment>> {
    let read = |rows: Vec<Row>| {
        let due = rows.first().map(|r| r.opt_int(0)).transpose()?;
        Ok(due.flatten().map(Moment::from_ms))
    };
    Ask { query: Query::new(NEXT, [now.ms().into()]), read }
}

/// How many jobs wait, due or not.
pub fn open() -> Ask<i64> {
    let read = |rows: Vec<Row>| rows.first().map_or(Ok(0), |r| r.int(0));
    Ask { query: Query::new(OPEN, []), read }
}

/// Claims up to `limit` due jobs for `owner` until `lease_until`.
pub(crate) fn claim(
    sql: &'static str,
    owner: Id,
    now: Moment,
    lease_until: Moment,
    limit: u32,
) -> Statement {
    let values = [
        owner.short().into(),
        lease_until.ms().into(),
        now.ms().into(),
        now.ms().into(),
        limit.into(),
    ];
    Statement::new(sql, values)
}

/// A claimed job, as the claim returned it.
pub(crate) fn claimed(row: &Row) -> Result<Job, StoreError> {
    let job: Job = doc(row)?;
    let sense = |n: i64, column| u64::try_from(n).map_err(|_| row.corrupt(column, "negative"));
    let epoch = sense(row.int(1)?, 1)?;
    let tries = u32::try_from(row.int(2)?).map_err(|_| row.corrupt(2, "not a count"))?;
    Ok(Job { epoch, tries, ..job })
}
