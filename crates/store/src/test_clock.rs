//! Test clocks, and the jobs that wait for them. A job that goes by its partner's clock has
//! `clock_due`; while that lies ahead of the clock, its `due_at` never comes.

use crate::ask::{Ask, all, maybe};
use crate::put::{Texts, Written, number};
use crate::{Guard, Query, Row, Statement, StoreError, Value};
use domain::change::{Mode, Reading};
use domain::event::Event;
use domain::id::Id;
use domain::party::{Environment, Scope, Tenant};
use domain::test_clock::{ClockJobs, TestClock};
use domain::time::Moment;
use faults::{Bug, planted};

const TEXTS: Texts = Texts {
    insert: "insert into test_clock (tenant, id, version, state, doc) values ($1, $2, $3, $4, $5)",
    update: "update test_clock set version = $1, state = $2, doc = $3 where tenant = $4 \
             and id = $5 and version = $6",
    remove: "delete from test_clock where tenant = $1 and id = $2 and version = $3",
    unique: "test clock",
};
const OF: &str = "select doc from test_clock where tenant = $1";
const LIST: &str = "select doc from test_clock where tenant like $1 order by tenant limit 10000";
/// Locks the row: who decides by a clock, and who moves it, exclude each other.
const STILL: &str = "update test_clock set version = version where tenant = $1 and version = $2 \
    and state <> 'released'";
const NONE: &str = "select id from test_clock where tenant = $1 and state <> 'released'";
/// What is due first: what is due already stands before what waits.
const FIRST: &str = "select id, clock_due from job where tenant = $1 and clock_due is not null \
    and state = 'ready' and connector <> '' order by clock_due limit 1";
/// The newest event behind an id, of what the server's clock does not date for ever, as it does
/// webhooks. Ids sort by time.
const NEWEST: &str = "select doc from event where tenant = $1 and noun <> 'webhook_endpoint' \
    and id > $2 order by id desc limit 1";
const NEWER: &str = "select id from event where tenant = $1 and noun <> 'webhook_endpoint' \
    and id > $2 limit 1";
const HOLD_LATER: &str = "update job set clock_due = due_at, due_at = $1 where tenant = $2 \
    and state = 'ready' and lease_until = 0 and due_at > $3";
/// What a worker has in hand is left alone: it is brought back by the clock, and two that locked
/// each other's jobs would wait for each other.
const HOLD_DUE: &str = "update job set clock_due = $1 where tenant = $2 and state = 'ready' \
    and lease_until = 0 and due_at <= $3";
const QUIET: &str = "select id from job where tenant = $1 and clock_due <= $2 \
    and state = 'ready' and connector <> '' limit 1";
const LET_GO: &str = "update job set due_at = $1 where tenant = $2 and clock_due <= $3 \
    and state = 'ready' and due_at = $4";
const FREE: &str = "update job set due_at = clock_due, clock_due = null where tenant = $1 \
    and clock_due is not null";
const CLAIM: &str = "update job set epoch = epoch + 1, tries = tries + 1, owner = $1, \
    lease_until = $2 where id in (select id from job where tenant = $3 \
    and clock_due is not null and state = 'ready' and connector <> '' and due_at <= $4 \
    and lease_until <= $5 order by due_at, id limit $6) returning doc, epoch, tries, id, why";
/// As [`crate::job`] has it for several writers.
const CLAIM_FREE: &str = "update job set epoch = epoch + 1, tries = tries + 1, owner = $1, \
    lease_until = $2 where id = any(array(select id from job where tenant = $3 \
    and clock_due is not null and state = 'ready' and connector <> '' and due_at <= $4 \
    and lease_until <= $5 order by due_at, id limit $6 for update skip locked)) \
    returning doc, epoch, tries, id, why";

pub(crate) const SQL: &[&str] = &[
    TEXTS.insert,
    TEXTS.update,
    TEXTS.remove,
    OF,
    LIST,
    STILL,
    NONE,
    FIRST,
    NEWEST,
    NEWER,
    HOLD_LATER,
    HOLD_DUE,
    QUIET,
    LET_GO,
    FREE,
];

pub(crate) fn put(clock: &TestClock, mode: Mode) -> Result<Statement, StoreError> {
    let state = Value::from(clock.phase().word());
    let noun = Written {
        tenant: clock.tenant,
        id: clock.id,
        version: clock.version,
        fixed: vec![state.clone()],
        moving: vec![state],
        doc: clock,
    };
    TEXTS.put(noun, mode)
}

/// Holds a change to the clock that it was decided by. Where there is none, it only looks: a job
/// that is written in the very moment of freezing may go by the server's clock once more.
pub(crate) fn fence(reading: &Reading) -> Statement {
    let tenant = reading.tenant.to_string();
    match reading.version {
        Some(version) => {
            Statement::one(STILL, [tenant.into(), number(version).into()], Guard::Clock)
        }
        None => Statement::new(NONE, [tenant.into()]).expecting(0, Guard::Clock),
    }
}

/// What a move of a clock does to its partner's jobs.
pub(crate) fn jobs(moved: &ClockJobs) -> Vec<Statement> {
    let tenant = || Value::from(moved.tenant().to_string());
    let never = || Value::from(Moment::NEVER.ms());
    match moved {
        ClockJobs::Hold { now, newest, .. } => vec![
            Statement::new(NEWER, [tenant(), newest.short().into()]).expecting(0, Guard::Version),
            Statement::new(HOLD_LATER, [never(), tenant(), now.ms().into()]),
            Statement::new(HOLD_DUE, [now.ms().into(), tenant(), now.ms().into()]),
        ],
        ClockJobs::Move { was, now, wall, .. } => vec![
            Statement::new(QUIET, [tenant(), was.ms().into()]).expecting(0, Guard::Version),
            Statement::new(LET_GO, [wall.ms().into(), tenant(), reached(*now), never()]),
        ],
        ClockJobs::Free { .. } => vec![Statement::new(FREE, [tenant()])],
    }
}

/// What is due until then is let go.
fn reached(now: Moment) -> Value {
    if planted(Bug::ClockRunsAhead) { Moment::NEVER.ms().into() } else { now.ms().into() }
}

pub(crate) const fn claim_sql(skips_locked: bool) -> &'static str {
    if skips_locked { CLAIM_FREE } else { CLAIM }
}

/// Claims due jobs of one partner.
pub(crate) fn claim(
    sql: &'static str,
    tenant: Tenant,
    owner: Id,
    now: Moment,
    lease_until: Moment,
    limit: u32,
) -> Statement {
    let values = [
        owner.short().into(),
        lease_until.ms().into(),
        tenant.to_string().into(),
        now.ms().into(),
        now.ms().into(),
        limit.into(),
    ];
    Statement::new(sql, values)
}

/// A partner's clock, standing or released.
pub fn of(tenant: Tenant) -> Ask<Option<TestClock>> {
    Ask { query: Query::within(tenant, OF, [tenant.to_string().into()]), read: maybe }
}

/// The newest event of a partner's behind that id, but for those of webhook endpoints.
pub fn newest_event(tenant: Tenant, after: Id) -> Ask<Option<Event>> {
    let values = [tenant.to_string().into(), after.short().into()];
    Ask { query: Query::within(tenant, NEWEST, values), read: maybe }
}

/// Every clock of the test environment, for operations.
pub fn list() -> Ask<Vec<TestClock>> {
    let sight = Scope::Operations(Environment::Test);
    Ask { query: Query::within(sight, LIST, ["%.test".into()]), read: all }
}

/// When the first of a partner's jobs is due by its clock.
pub fn first_due(tenant: Tenant) -> Ask<Option<Moment>> {
    let read = |rows: Vec<Row>| {
        let due = rows.first().map(|row| row.int(1)).transpose()?;
        Ok(due.map(Moment::from_ms))
    };
    Ask { query: Query::within(tenant, FIRST, [tenant.to_string().into()]), read }
}
