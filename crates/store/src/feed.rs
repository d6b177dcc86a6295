//! The feed: gives committed events their places, and plans who is told of them.
//!
//! Transactions end in another order than they begin, so a position that is taken while writing
//! would let a reader pass one that is still to come. Here a position is given only when the event
//! is known to be committed: by the one writer as it writes, or, where several nodes write, by a
//! later transaction of any of them. They take turns at the feed's row. Deliveries to webhook
//! endpoints are planned in the same transaction, so that each is planned exactly once.

use crate::ask::Ask;
use crate::{Change, Guard, Query, Row, Statement};
use domain::time::Moment;
use faults::{Bug, planted};

/// Taking this row is taking the turn.
const TURN: &str = "update feed set position = position where name = 'events'";
/// In the order in which they were written: what followed from another event comes behind it.
const PLACE: &str = "update event set position = placed.place from \
    (select u.id as id, (select position from feed where name = 'events') \
    + row_number() over (order by u.rowid) as place \
    from event u where u.position is null order by u.rowid limit $1) placed \
    where event.id = placed.id";
/// What is new is between two positions: of one bound alone PostgreSQL thinks that a third of the
/// table is beyond it.
const PLAN: &str = "insert into delivery \
    (tenant, endpoint, event, position, state, due_at, tries, planned_at, doc) \
    select s.tenant, s.endpoint, e.id, e.position, 'pending', $1, 0, $2, '{}' \
    from event e join subscription s on s.tenant = e.tenant \
    and s.kind in ('*', e.noun || '.*', e.kind) \
    where e.position > (select position from feed where name = 'events') \
    and e.position <= (select max(position) from event) \
    and e.kind <> 'webhook_endpoint.tested' on conflict do nothing";
/// The carrier hears what its partners do.
const PLAN_CARRIER: &str = "insert into delivery \
    (tenant, endpoint, event, position, state, due_at, tries, planned_at, doc) \
    select s.tenant, s.endpoint, e.id, e.position, 'pending', $1, 0, $2, '{}' \
    from event e join subscription s on s.tenant = 'carrier.' || e.environment \
    and s.kind in ('*', e.noun || '.*', e.kind) \
    where e.position > (select position from feed where name = 'events') \
    and e.position <= (select max(position) from event) \
    and e.tenant <> s.tenant and e.kind <> 'webhook_endpoint.tested' on conflict do nothing";
/// Also what is due already: the row must be held until what was planned can be seen, or a sender
/// that takes its turn meanwhile finds nothing and gives it back for good.
/// Whom it concerns is read first, by position: asked endpoint by endpoint, each placing of events
/// would read all the deliveries there are.
const WAKE: &str = "with planned as materialized (select distinct endpoint from delivery \
    where position > (select position from feed where name = 'events') \
    and position <= (select max(position) from event)) \
    update sender_turn set due_at = case when due_at > $1 then $2 else due_at end \
    where endpoint in (select endpoint from planned)";
const END: &str = "update feed set position = coalesce((select max(position) from event), position) \
    where name = 'events' returning position";
const STATE: &str = "select position, (select id from event where position is null limit 1) \
    from feed where name = 'events'";

pub(crate) const SQL: &[&str] = &[TURN, PLACE, PLAN, PLAN_CARRIER, WAKE, END, STATE];

/// Events that are placed in one transaction, at most.
const AT_ONCE: u32 = 1000;

/// How far the feed has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    /// The last position given.
    pub(crate) position: i64,
    /// Whether there are events without a position.
    pub(crate) behind: bool,
}

pub(crate) fn head() -> Ask<Head> {
    let read = |rows: Vec<Row>| match rows.first() {
        Some(row) => Ok(Head { position: row.int(0)?, behind: row.opt_text(1)?.is_some() }),
        None => Err(crate::StoreError::ours("the feed has no row")),
    };
    Ask { query: Query::new(STATE, []), read }
}

/// What follows events that were placed as they were written: the plan, and the feed's new end.
pub(crate) fn plan(now: Moment) -> [Statement; 4] {
    let at = || [now.ms().into(), now.ms().into()];
    let forgets = planted(Bug::DeliveryNotPlanned) && now.ms() % 3 == 0;
    [
        Statement::new(if forgets { PLAN_CARRIER } else { PLAN }, at()),
        Statement::new(PLAN_CARRIER, at()),
        Statement::new(WAKE, at()),
        Statement::one(END, [], Guard::None),
    ]
}

/// A transaction that places what is committed and has no place yet. Its last statement returns
/// the feed's new end. It holds the feed's row and wakes many endpoints' senders.
pub(crate) fn place(now: Moment) -> Change {
    let mut statements =
        vec![Statement::one(TURN, [], Guard::None), Statement::new(PLACE, [AT_ONCE.into()])];
    statements.extend(plan(now));
    Change::new(statements).alone()
}
