//! Deliveries: planned with the events, sent by whoever has the endpoint's turn, kept as a log.
//!
//! A sender takes the turn of an endpoint, not of single deliveries: one lease, one fence, one
//! commit for many outcomes, and a receiver that hangs keeps nobody but itself waiting.

use crate::ask::{Ask, doc};
use crate::put::number;
use crate::{Change, Guard, Query, Row, Sight, Statement, StoreError};
use domain::delivery::{DeliveryState, Log, Planned, Replay, Which};
use domain::event::Event;
use domain::id::{Id, Kind};
use domain::party::Tenant;
use domain::time::Moment;

/// Nothing to send.
const NEVER: i64 = i64::MAX;

const DUE: &str = "select endpoint from sender_turn where lease_until <= $1 \
    and (due_at <= $1 or lease_until > 0) limit 1";
/// A turn that is taken is due to nobody else until its lease runs out.
const CLAIM: &str = "update sender_turn set epoch = epoch + 1, owner = $1, lease_until = $2, \
    due_at = 9223372036854775807 where endpoint in (select endpoint from sender_turn \
    where lease_until <= $3 and (due_at <= $3 or lease_until > 0) order by due_at limit $4) \
    returning tenant, endpoint, epoch, failing_since";
/// The same for an engine with several writers.
const CLAIM_FREE: &str = "update sender_turn set epoch = epoch + 1, owner = $1, lease_until = $2, \
    due_at = 9223372036854775807 where endpoint = any(array(select endpoint from sender_turn \
    where lease_until <= $3 and (due_at <= $3 or lease_until > 0) order by due_at limit $4 \
    for update skip locked)) returning tenant, endpoint, epoch, failing_since";
/// The fence of every outcome, and the lease's next stretch. A turn that was given back is not held
/// on, though whoever gave it back may not have heard that it was.
const HOLD: &str = "update sender_turn set lease_until = $1, failing_since = $2 \
    where tenant = $3 and endpoint = $4 and epoch = $5 and lease_until > 0";
/// Refused if something new was planned meanwhile.
const GIVE_BACK: &str = "update sender_turn set due_at = $1, lease_until = 0, owner = '' \
    where tenant = $2 and endpoint = $3 and epoch = $4 and due_at = $5";
/// What was planned meanwhile is about to be looked at.
const SEEN: &str = "update sender_turn set due_at = 9223372036854775807 \
    where tenant = $1 and endpoint = $2 and epoch = $3 and lease_until > 0";
const NEXT_TURN: &str = "select min(due_at) from sender_turn where lease_until <= $1";
const BATCH: &str = "select d.doc, e.doc, d.tries from delivery d join event e on e.id = d.event \
    where d.tenant = $1 and d.endpoint = $2 and d.state = 'pending' and d.due_at <= $3 \
    order by d.due_at, d.position limit $4";
const NEXT_DUE: &str = "select tenant, due_at from delivery \
    where tenant = $1 and endpoint = $2 and state = 'pending' order by due_at limit 1";
const SETTLE: &str = "update delivery set state = $1, due_at = $2, tries = $3, doc = $4 \
    where tenant = $5 and endpoint = $6 and event = $7";
const PLAN_ONE: &str = "insert into delivery \
    (tenant, endpoint, event, position, state, due_at, tries, planned_at, doc) \
    values ($1, $2, $3, 0, 'pending', $4, 0, $4, '{}') \
    on conflict (tenant, endpoint, event) do update set state = 'pending', due_at = $4, tries = 0";
/// What has no place in the feed yet is planned when it gets one.
const REPLAY: &str = "insert into delivery \
    (tenant, endpoint, event, position, state, due_at, tries, planned_at, doc) \
    select $1, $2, e.id, e.position, 'pending', $3, 0, $3, '{}' from event e \
    where (e.tenant = $1 or 'carrier.' || e.environment = $1) \
    and e.id >= $4 and e.id < $5 and e.kind <> 'webhook_endpoint.tested' \
    and e.position is not null \
    and exists (select 1 from subscription s where s.tenant = $1 and s.endpoint = $2 \
    and s.kind in ('*', e.noun || '.*', e.kind)) \
    on conflict (tenant, endpoint, event) do update \
    set state = 'pending', due_at = excluded.due_at, tries = 0 \
    where delivery.state <> 'delivered' or $6 = 1";
const WAKE: &str = "update sender_turn set due_at = $1 where tenant = $2 and endpoint = $3";
const LIST: &str = "select d.doc, e.doc, d.tries, d.state, d.due_at, d.planned_at \
    from delivery d join event e on e.id = d.event where d.tenant = $1 and d.endpoint = $2 \
    and d.event < $3 and d.event >= $4 and ($5 = '' or d.state = $5) \
    order by d.event desc limit $6";
const ONE: &str = "select d.doc, e.doc, d.tries, d.state, d.due_at, d.planned_at \
    from delivery d join event e on e.id = d.event \
    where d.tenant = $1 and d.endpoint = $2 and d.event = $3";
const WAITING: &str = "select count(*) from delivery where state = 'pending'";
// The conditions of the inner one are those of its partial index, word for word.
const FORGET: &str = "delete from delivery where (tenant, endpoint, event) in \
    (select tenant, endpoint, event from delivery where state <> 'pending' and planned_at <= $1 \
    order by planned_at limit $2) returning 1";

pub(crate) const SQL: &[&str] = &[
    DUE, HOLD, GIVE_BACK, SEEN, NEXT_TURN, BATCH, NEXT_DUE, SETTLE, PLAN_ONE, REPLAY, WAKE, LIST,
    ONE, WAITING, FORGET,
];

/// The claim's text, which differs between engines.
pub(crate) const fn claim_sql(skips_locked: bool) -> &'static str {
    if skips_locked { CLAIM_FREE } else { CLAIM }
}

/// The turn of one endpoint, taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    pub tenant: Tenant,
    pub endpoint: Id,
    /// Fencing: outcomes count only while the turn has this epoch.
    pub epoch: u64,
    /// Since when every attempt failed.
    pub failing_since: Option<Moment>,
}

impl Turn {
    fn whose(&self) -> [crate::Value; 3] {
        let (tenant, id) = (self.tenant.to_string(), self.endpoint.short());
        [tenant.into(), id.into(), number(self.epoch).into()]
    }
}

/// Whether any endpoint's turn is due and free.
pub fn due(now: Moment) -> Ask<bool> {
    Ask { query: Query::new(DUE, [now.ms().into()]), read: crate::ask::any }
}

/// When the next free turn is due.
pub fn next_turn(now: Moment) -> Ask<Option<Moment>> {
    Ask { query: Query::new(NEXT_TURN, [now.ms().into()]), read: soonest }
}

fn soonest(rows: Vec<Row>) -> Result<Option<Moment>, StoreError> {
    let due = rows.first().map(|r| r.opt_int(0)).transpose()?.flatten();
    Ok(due.filter(|due| *due < NEVER).map(Moment::from_ms))
}

pub(crate) fn claim(
    sql: &'static str,
    owner: Id,
    now: Moment,
    lease_until: Moment,
    limit: u32,
) -> Statement {
    let values = [owner.short().into(), lease_until.ms().into(), now.ms().into(), limit.into()];
    Statement::new(sql, values)
}

pub(crate) fn claimed(row: &Row) -> Result<Turn, StoreError> {
    let tenant = row.text(0)?.parse().map_err(|e: String| row.corrupt(0, e))?;
    let endpoint = row.text(1)?.parse().map_err(|_| row.corrupt(1, "not an id"))?;
    let epoch = u64::try_from(row.int(2)?).map_err(|_| row.corrupt(2, "negative"))?;
    let since = Some(row.int(3)?).filter(|ms| *ms > 0).map(Moment::from_ms);
    Ok(Turn { tenant, endpoint, epoch, failing_since: since })
}

/// What an endpoint's owner may see of events: its own, or, the carrier, everybody's.
pub(crate) fn seeing(owner: Tenant) -> Sight {
    match owner.partner {
        Some(_) => owner.into(),
        None => owner.environment.into(),
    }
}

/// A delivery that is due.
#[derive(Debug, Clone, PartialEq)]
pub struct Due {
    pub event: Event,
    /// Attempts of this schedule so far.
    pub tries: u32,
    pub log: Log,
}

/// What is due to an endpoint, in order.
pub fn batch(turn: &Turn, now: Moment, limit: u32) -> Ask<Vec<Due>> {
    let [tenant, endpoint, _] = turn.whose();
    let read = |rows: Vec<Row>| rows.iter().map(one_due).collect();
    Ask {
        query: Query::within(
            seeing(turn.tenant),
            BATCH,
            [tenant, endpoint, now.ms().into(), limit.into()],
        ),
        read,
    }
}

fn one_due(row: &Row) -> Result<Due, StoreError> {
    let event = serde_json::from_str(row.text(1)?).map_err(|e| row.corrupt(1, e.to_string()))?;
    let tries = u32::try_from(row.int(2)?).map_err(|_| row.corrupt(2, "not a count"))?;
    Ok(Due { event, tries, log: doc(row)? })
}

/// When the next of an endpoint's deliveries is due.
pub fn next_due(turn: &Turn) -> Ask<Option<Moment>> {
    let read = |rows: Vec<Row>| rows.first().map(|r| r.int(1).map(Moment::from_ms)).transpose();
    let [tenant, endpoint, _] = turn.whose();
    Ask { query: Query::within(turn.tenant, NEXT_DUE, [tenant, endpoint]), read }
}

/// A delivery as it stands after an attempt.
#[derive(Debug, Clone, PartialEq)]
pub struct Settled {
    pub event: Id,
    pub state: DeliveryState,
    /// The next attempt, while it is pending.
    pub due_at: Option<Moment>,
    pub tries: u32,
    pub log: Log,
}

/// The statements that settle outcomes while the turn is still held, and hold it on.
pub(crate) fn settle(
    turn: &Turn,
    lease_until: Moment,
    settled: &[Settled],
) -> Result<Change, StoreError> {
    let [tenant, endpoint, epoch] = turn.whose();
    let since = turn.failing_since.map_or(0, Moment::ms);
    let hold = [lease_until.ms().into(), since.into(), tenant.clone(), endpoint.clone(), epoch];
    let mut statements = vec![Statement::one(HOLD, hold, Guard::Lease)];
    for one in settled {
        let log = serde_json::to_string(&one.log)
            .map_err(|e| StoreError::ours(format!("a delivery cannot be written: {e}")))?;
        let values = [
            one.state.word().into(),
            one.due_at.map_or(0, Moment::ms).into(),
            one.tries.into(),
            log.into(),
            tenant.clone(),
            endpoint.clone(),
            one.event.short().into(),
        ];
        statements.push(Statement::new(SETTLE, values));
    }
    Ok(Change::within(turn.tenant, statements))
}

/// Gives the turn back until `due`; refused as stale if something was planned meanwhile.
pub(crate) fn give_back(turn: &Turn, due: Option<Moment>) -> Statement {
    let [tenant, endpoint, epoch] = turn.whose();
    let due = due.map_or(NEVER, Moment::ms);
    Statement::one(GIVE_BACK, [due.into(), tenant, endpoint, epoch, NEVER.into()], Guard::Version)
}

/// Says that what was planned is about to be looked at; refused if the turn is lost.
pub(crate) fn seen(turn: &Turn) -> Statement {
    Statement::one(SEEN, turn.whose(), Guard::Lease)
}

/// What an action plans itself.
pub(crate) fn plan_one(planned: &Planned) -> [Statement; 2] {
    let (tenant, endpoint) = (planned.tenant.to_string(), planned.endpoint.short());
    one(&tenant, endpoint, planned.event, planned.at)
}

fn one(tenant: &str, endpoint: &str, event: Id, at: Moment) -> [Statement; 2] {
    let at = at.ms();
    // The turn first, as in every change that locks both.
    [
        Statement::new(WAKE, [at.into(), tenant.into(), endpoint.into()]),
        Statement::new(PLAN_ONE, [tenant.into(), endpoint.into(), event.short().into(), at.into()]),
    ]
}

/// Past events once more.
pub(crate) fn replay(replay: &Replay) -> [Statement; 2] {
    let (tenant, endpoint, at) = (replay.tenant.to_string(), replay.endpoint.short(), replay.at);
    let (since, until, again) = match &replay.which {
        Which::One(event) => return one(&tenant, endpoint, *event, at),
        Which::Range { since, until, again } => (since, until, again),
    };
    let bound = |moment: Moment| Id::new(Kind::Event, moment.ms(), 0).short().to_owned().into();
    let values = [
        tenant.as_str().into(),
        endpoint.into(),
        at.ms().into(),
        bound(*since),
        bound(*until),
        i64::from(*again).into(),
    ];
    let wake = [at.ms().into(), tenant.as_str().into(), endpoint.into()];
    [Statement::new(WAKE, wake), Statement::new(REPLAY, values)]
}

/// A delivery as its log shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    pub event: Event,
    pub state: DeliveryState,
    /// The next attempt, while it is pending.
    pub due_at: Option<Moment>,
    pub planned_at: Moment,
    /// Attempts of the present schedule.
    pub tries: u32,
    pub log: Log,
}

fn kept(row: &Row) -> Result<Kept, StoreError> {
    let Due { event, tries, log } = one_due(row)?;
    let word = row.text(3)?;
    let state = DeliveryState::ALL.into_iter().find(|s| s.word() == word);
    let state = state.ok_or_else(|| row.corrupt(3, "no state of a delivery"))?;
    let pending = state == DeliveryState::Pending;
    let due_at = pending.then_some(row.int(4)?).map(Moment::from_ms);
    Ok(Kept { event, state, due_at, planned_at: Moment::from_ms(row.int(5)?), tries, log })
}

/// An endpoint's deliveries, the newest event first. An empty `state` does not restrict.
pub fn list(tenant: Tenant, endpoint: Id, state: &str, page: crate::Page) -> Ask<Vec<Kept>> {
    let (upper, lower, limit) = page.values(Kind::Event);
    let values =
        [tenant.to_string().into(), endpoint.short().into(), upper, lower, state.into(), limit];
    Ask {
        query: Query::within(seeing(tenant), LIST, values),
        read: |rows| rows.iter().map(kept).collect(),
    }
}

/// One event's delivery to one endpoint.
pub fn by_event(tenant: Tenant, endpoint: Id, event: Id) -> Ask<Option<Kept>> {
    let values = [tenant.to_string().into(), endpoint.short().into(), event.short().into()];
    Ask {
        query: Query::within(seeing(tenant), ONE, values),
        read: |rows| rows.first().map(kept).transpose(),
    }
}

/// How many deliveries wait, due or not.
pub fn waiting() -> Ask<i64> {
    let read = |rows: Vec<Row>| rows.first().map_or(Ok(0), |r| r.int(0));
    Ask { query: Query::new(WAITING, []), read }
}

/// Forgets so many of the finished ones that were planned at or before `moment`, the oldest, with
/// a row for each.
pub(crate) fn forget(moment: Moment, most: u32) -> Statement {
    Statement::new(FORGET, [moment.ms().into(), most.into()])
}
