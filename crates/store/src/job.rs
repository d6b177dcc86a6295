//! Jobs: claimed by lease with a fencing epoch; an outcome counts only while the epoch holds. They
//! wait in lanes, one a connector, and a claim takes from the lanes that have room.

use crate::ask::{Ask, doc};
use crate::page::Page;
use crate::put::{leased, number};
use crate::{Expect, Guard, Query, Row, Statement, StoreError, Value};
use domain::change::Settle;
use domain::id::{Id, Kind};
use domain::job::{Job, JobFile, MOST_TRIES, Work};
use domain::party::{Environment, Tenant};
use domain::time::Moment;
use faults::{Bug, planted};

const INSERT: &str = "insert into job \
    (id, tenant, state, due_at, lease_until, owner, epoch, tries, connector, doc) \
    values ($1, $2, 'ready', $3, 0, '', 0, 0, $4, $5)";
const DONE: &str = "delete from job where id = $1 and epoch = $2";
const AGAIN: &str = "update job set due_at = $1, tries = $2, why = $3, epoch = epoch + 1, \
    lease_until = 0, owner = '' where id = $4 and epoch = $5";
const QUARANTINE: &str = "update job set state = 'quarantined', quarantined_at = $1, why = $2, \
    epoch = epoch + 1, lease_until = 0, owner = '' where id = $3 and epoch = $4";
const RETRY: &str = "update job set state = 'ready', quarantined_at = null, due_at = $1, \
    why = $2, tries = 0, moves = moves + 1, epoch = epoch + 1, lease_until = 0, owner = '' \
    where id = $3 and epoch = $4";
const PUT_ASIDE: &str = "update job set state = 'quarantined', quarantined_at = $1, why = $2, \
    moves = moves + 1, epoch = epoch + 1, lease_until = 0, owner = '' \
    where id = $3 and epoch = $4";
/// The due jobs of one lane, as many as are asked for.
const DUE: &str = "select due_at from job where state = 'ready' and connector = $1 \
    and due_at <= $2 and lease_until <= $3 order by due_at, id limit $4";
/// A claim counts a try, and says so in the same row before the try begins.
const CLAIM: &str = "update job set epoch = epoch + 1, tries = tries + 1, owner = $1, \
    lease_until = $2 where id in (select id from job where state = 'ready' and connector = $3 \
    and due_at <= $4 and lease_until <= $5 order by due_at, id limit $6) \
    returning doc, epoch, tries, id, why";
/// The same for an engine with several writers: each passes over what another is just claiming.
/// The array makes the inner select run once, whatever the planner thinks of it.
const CLAIM_FREE: &str = "update job set epoch = epoch + 1, tries = tries + 1, owner = $1, \
    lease_until = $2 where id = any(array(select id from job where state = 'ready' \
    and connector = $3 and due_at <= $4 and lease_until <= $5 order by due_at, id limit $6 \
    for update skip locked)) returning doc, epoch, tries, id, why";
const NEXT: &str = "select min(due_at) from job where state = 'ready' and connector = $1 \
    and lease_until <= $2";
const OPEN: &str = "select count(*) from job where state = 'ready'";
/// An environment is the last part of a tenant.
const LIST: &str = "select doc, epoch, tries, id, why, tenant, connector, due_at, lease_until, \
    quarantined_at, moves from job where tenant like $1 and id < $2 and id >= $3 and ($4 = '' or \
    $4 = case when state = 'ready' and lease_until > $5 then 'running' else state end) \
    order by id desc limit $6";
const BY_ID: &str = "select doc, epoch, tries, id, why, tenant, connector, due_at, lease_until, \
    quarantined_at, moves from job where tenant like $1 and id = $2";

/// Those of an object that wait for another try.
const DELAYED: &str = "select why, due_at from job where tenant = $1 and state = 'ready' \
    and connector = $2 and why is not null and doc like $3 order by due_at limit 1";

pub(crate) const SQL: &[&str] =
    &[DELAYED, INSERT, DONE, AGAIN, QUARANTINE, RETRY, PUT_ASIDE, DUE, NEXT, OPEN, LIST, BY_ID];

/// A claimed job, or as much of it as could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    pub id: Id,
    /// Fencing: see [`Job::epoch`].
    pub epoch: u64,
    /// Tries begun, with the one that this claim is for.
    pub tries: u32,
    /// What the try before ended with.
    pub why: Option<String>,
    /// The job itself; an error if its row makes no sense.
    pub job: Result<Job, StoreError>,
}

/// A lane with room: a connector, and how many jobs may be claimed for it.
pub type Room = (&'static str, u32);

/// The claim's text, which is the one that differs between engines.
pub(crate) const fn claim_sql(skips_locked: bool) -> &'static str {
    if skips_locked { CLAIM_FREE } else { CLAIM }
}

pub(crate) fn insert(job: &Job) -> Result<Statement, StoreError> {
    let text = serde_json::to_string(job)
        .map_err(|e| StoreError::ours(format!("a job cannot be written: {e}")))?;
    let values = [
        job.id.short().into(),
        job.tenant.to_string().into(),
        job.due_at.ms().into(),
        job.work.connector().into(),
        text.into(),
    ];
    Ok(Statement::one(INSERT, values, Guard::Unique("job")))
}

pub(crate) fn settle(settle: &Settle) -> Statement {
    let statement = settling(settle);
    let counts = !planted(Bug::IgnoreEpoch);
    if counts { statement } else { Statement { expect: Expect::Any, ..statement } }
}

fn settling(settle: &Settle) -> Statement {
    let (job, epoch) = leased(settle);
    let (job, epoch) = (job.short().into(), number(epoch).into());
    match settle {
        Settle::Done { .. } => Statement::one(DONE, [job, epoch], Guard::Lease),
        Settle::Again { due_at, tries, why, .. } => {
            let why = why.as_deref().map_or(Value::Null, Into::into);
            let values = [due_at.ms().into(), (*tries).into(), why, job, epoch];
            Statement::one(AGAIN, values, Guard::Lease)
        }
        Settle::Quarantine { at, why, .. } => {
            let values = [at.ms().into(), why.as_str().into(), job, epoch];
            Statement::one(QUARANTINE, values, Guard::Lease)
        }
        // By a person, who looks again if it has moved.
        Settle::PutAside { at, why, .. } => {
            let values = [at.ms().into(), why.as_str().into(), job, epoch];
            Statement::one(PUT_ASIDE, values, Guard::Version)
        }
        Settle::Retry { due_at, why, .. } => {
            let values = [due_at.ms().into(), why.as_str().into(), job, epoch];
            Statement::one(RETRY, values, Guard::Version)
        }
    }
}

/// When the next free job of a lane is due.
pub(crate) fn next_due(connector: &str, now: Moment) -> Query {
    Query::new(NEXT, [connector.into(), now.ms().into()])
}

/// The due jobs of a lane, at most `room`: when each was due.
pub(crate) fn due((connector, room): Room, now: Moment) -> Query {
    let values = [connector.into(), now.ms().into(), free(now), room.into()];
    Query::new(DUE, values)
}

/// How the lanes share `limit` places: those due first come first. `due` has a list a lane.
pub(crate) fn share(rooms: &[Room], due: &[Vec<Row>], limit: u32) -> Result<Vec<Room>, StoreError> {
    let mut all = Vec::new();
    for (lane, rows) in due.iter().enumerate() {
        for row in rows {
            all.push((row.int(0)?, lane));
        }
    }
    all.sort_unstable();
    all.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let mut shares: Vec<Room> = rooms.iter().map(|(connector, _)| (*connector, 0)).collect();
    for (_, lane) in all {
        if let Some((_, share)) = shares.get_mut(lane) {
            *share += 1;
        }
    }
    shares.retain(|(_, share)| *share > 0);
    Ok(shares)
}

/// How many jobs wait, due or not.
pub fn open() -> Ask<i64> {
    let read = |rows: Vec<Row>| rows.first().map_or(Ok(0), |r| r.int(0));
    Ask { query: Query::new(OPEN, []), read }
}

/// Every tenant of an environment.
fn tenants(environment: Environment) -> String {
    format!("%.{}", environment.as_str())
}

/// Every partner's jobs, for operations: newest first. An empty `state` does not restrict.
pub fn list(environment: Environment, state: &str, now: Moment, page: Page) -> Ask<Vec<JobFile>> {
    let (upper, lower, limit) = page.values(Kind::Job);
    let values = [tenants(environment).into(), upper, lower, state.into(), now.ms().into(), limit];
    let read = |rows: Vec<Row>| rows.iter().map(file).collect();
    Ask { query: Query::within(environment, LIST, values), read }
}

/// A job that gave no answer and waits for another try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delay {
    pub due_at: Moment,
    /// What the last try ended with.
    pub why: Option<String>,
}

/// The next try that `work` waits for; none while none has failed.
pub fn delay(tenant: Tenant, work: &Work) -> Ask<Option<Delay>> {
    let doc = format!("%\"job\":\"{}\"%\"{}%", work.name(), work.object().short());
    let values = [tenant.to_string().into(), work.connector().into(), doc.into()];
    let read = |rows: Vec<Row>| rows.first().map(delayed).transpose();
    Ask { query: Query::within(tenant, DELAYED, values), read }
}

fn delayed(row: &Row) -> Result<Delay, StoreError> {
    let why = row.opt_text(0)?.map(str::to_owned);
    Ok(Delay { due_at: Moment::from_ms(row.int(1)?), why })
}

/// Any partner's job, for operations.
pub fn anywhere(environment: Environment, id: Id) -> Ask<Option<JobFile>> {
    let values = [tenants(environment).into(), id.short().into()];
    let read = |rows: Vec<Row>| rows.first().map(file).transpose();
    Ask { query: Query::within(environment, BY_ID, values), read }
}

/// Jobs whose lease has run out by then are free.
fn free(now: Moment) -> Value {
    Value::from(if planted(Bug::DoubleLease) { i64::MAX } else { now.ms() })
}

/// Claims up to `limit` due jobs of one lane for `owner` until `lease_until`.
pub(crate) fn claim(
    sql: &'static str,
    owner: Id,
    now: Moment,
    lease_until: Moment,
    (connector, limit): Room,
) -> Statement {
    let values = [
        owner.short().into(),
        lease_until.ms().into(),
        connector.into(),
        now.ms().into(),
        free(now),
        limit.into(),
    ];
    Statement::new(sql, values)
}

/// What every reader of jobs selects first: epoch, tries, id.
fn counts(row: &Row) -> Result<(u64, u32, Id), StoreError> {
    let epoch = u64::try_from(row.int(1)?).map_err(|_| row.corrupt(1, "negative"))?;
    let tries = u32::try_from(row.int(2)?).map_err(|_| row.corrupt(2, "not a count"))?;
    let id = row.text(3)?.parse().map_err(|e| row.corrupt(3, format!("{e}")))?;
    Ok((epoch, tries, id))
}

/// A job as the claim returned it.
pub(crate) fn claimed(row: &Row) -> Result<Claimed, StoreError> {
    let (epoch, tries, id) = counts(row)?;
    let why = row.opt_text(4)?.map(str::to_owned);
    let job = doc::<Job>(row).map(|job| Job { id, epoch, tries, ..job });
    Ok(Claimed { id, epoch, tries, why, job })
}

/// A job as operations look at it: one whose document cannot be read is shown nevertheless.
fn file(row: &Row) -> Result<JobFile, StoreError> {
    let (epoch, tries, id) = counts(row)?;
    let moves = u64::try_from(row.int(10)?).map_err(|_| row.corrupt(10, "negative"))?;
    let tenant = row.text(5)?.parse().map_err(|e: String| row.corrupt(5, e))?;
    Ok(JobFile {
        id,
        tenant,
        work: doc::<Job>(row).ok().map(|job| job.work),
        connector: row.text(6)?.to_owned(),
        due_at: Moment::from_ms(row.int(7)?),
        lease_until: Moment::from_ms(row.int(8)?),
        // A claim that finds all tries spent counts, but is not one.
        tries: tries.min(MOST_TRIES),
        epoch,
        why: row.opt_text(4)?.map(str::to_owned),
        quarantined_at: row.opt_int(9)?.map(Moment::from_ms),
        moves,
    })
}
