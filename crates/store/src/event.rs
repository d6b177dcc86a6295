//! Events: appended with the change that they are about, never touched again but to be placed in
//! the feed.

use crate::ask::{Ask, all, doc};
use crate::put::number;
use crate::{Guard, Query, Row, Statement, StoreError, Value};
use domain::event::Event;
use domain::id::Id;
use domain::party::{Scope, Tenant};

const INSERT: &str = "insert into event (tenant, object, sequence, id, environment, noun, kind, doc) \
    values ($1, $2, $3, $4, $5, $6, $7, $8)";
/// For an engine with one writer, which knows the feed's next position while it writes.
const INSERT_PLACED: &str = "insert into event \
    (tenant, object, sequence, id, environment, noun, kind, doc, position) \
    values ($1, $2, $3, $4, $5, $6, $7, $8, \
    (select position from feed where name = 'events') + $9)";
const HISTORY: &str =
    "select doc from event where tenant = $1 and object = $2 order by sequence limit 1000";
const BY_ID: &str = "select doc, position from event where id = $1 and tenant = $2";
const ANYWHERE: &str = "select doc, position from event where id = $1 and environment = $2";
const FEED: &str = "select doc, position from event where tenant = $1 and position > $2 \
    and position <= $3 and ($4 = '' or kind = $4 or noun = $4) and ($5 = '' or object = $5) \
    order by position limit $6";
const FEED_ANYWHERE: &str = "select doc, position from event where environment = $1 \
    and position > $2 and position <= $3 and ($4 = '' or kind = $4 or noun = $4) \
    and ($5 = '' or object = $5) order by position limit $6";
/// By the index of the objects: the sum keeps the engine from walking the whole feed in its order.
const FEED_OF_OBJECT: &str = "select doc, position from event where tenant = $1 \
    and object = $2 and position > $3 and ($4 = '' or kind = $4 or noun = $4) \
    order by position + 0 limit $5";
/// The last of so many next events, whatever they are.
const WINDOW: &str = "select id, position from event where tenant = $1 and position > $2 \
    order by position limit 1 offset $3";
const WINDOW_ANYWHERE: &str = "select id, position from event where environment = $1 \
    and position > $2 order by position limit 1 offset $3";

pub(crate) const SQL: &[&str] = &[
    INSERT,
    INSERT_PLACED,
    HISTORY,
    BY_ID,
    ANYWHERE,
    FEED,
    FEED_ANYWHERE,
    FEED_OF_OBJECT,
    WINDOW,
    WINDOW_ANYWHERE,
];

/// Appends an event. `ahead`: how far behind the feed's end it stands, if it is placed at once.
pub(crate) fn insert(event: &Event, ahead: Option<u64>) -> Result<Statement, StoreError> {
    let doc = serde_json::to_string(event)
        .map_err(|e| StoreError::ours(format!("an event cannot be written: {e}")))?;
    let noun = event.kind.split('.').next().unwrap_or_default();
    let mut values: Vec<Value> = vec![
        event.tenant.to_string().into(),
        event.object.short().into(),
        number(event.sequence).into(),
        event.id.short().into(),
        event.tenant.environment.as_str().into(),
        noun.into(),
        event.kind.as_str().into(),
        doc.into(),
    ];
    let sql = if let Some(ahead) = ahead {
        values.push(number(ahead).into());
        INSERT_PLACED
    } else {
        INSERT
    };
    // Two events of one sequence mean two writers of one version.
    Ok(Statement::one(sql, values, Guard::Version))
}

/// What happened to one object, oldest first: the first 1,000 events.
pub fn history(tenant: Tenant, object: Id) -> Ask<Vec<Event>> {
    let values = [tenant.to_string().into(), object.short().into()];
    Ask { query: Query::within(tenant, HISTORY, values), read: all }
}

/// An event with its place in the feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    pub event: Event,
    /// Rises through the feed without a gap; zero while it is not placed yet.
    pub position: i64,
}

fn placed(row: &Row) -> Result<Placed, StoreError> {
    Ok(Placed { event: doc(row)?, position: row.opt_int(1)?.unwrap_or(0) })
}

/// One event that this scope may see.
pub fn by_id(scope: Scope, id: Id) -> Ask<Option<Placed>> {
    let (sql, space) = match scope {
        Scope::Partner(tenant) => (BY_ID, tenant.to_string()),
        Scope::Operations(environment) => (ANYWHERE, environment.as_str().to_owned()),
    };
    let query = Query::within(scope, sql, [id.short().into(), space.into()]);
    Ask { query, read: |rows| rows.first().map(placed).transpose() }
}

/// Which part of the feed is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stretch {
    /// Only events behind this position.
    pub after: i64,
    /// Up to this position, with it; none: to the end.
    pub until: Option<i64>,
    /// Only this kind, or this noun's; empty: every kind.
    pub kind: String,
    /// Only this object's.
    pub object: Option<Id>,
    /// At most so many.
    pub limit: u32,
}

impl Stretch {
    /// Whether a reader passes over events one by one, and so should look at a window at a time.
    pub const fn selects(&self, scope: Scope) -> bool {
        match (scope, self.object) {
            (Scope::Partner(_), Some(_)) => false,
            (Scope::Operations(_), Some(_)) => true,
            (_, None) => !self.kind.is_empty(),
        }
    }
}

/// A place in the feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// The event that stands there.
    pub id: Id,
    pub position: i64,
}

/// The last of the next `most` events behind `after`, whatever they are. None: there are fewer.
pub fn window(scope: Scope, after: i64, most: u32) -> Ask<Option<Mark>> {
    let (sql, space) = match scope {
        Scope::Partner(tenant) => (WINDOW, tenant.to_string()),
        Scope::Operations(environment) => (WINDOW_ANYWHERE, environment.as_str().to_owned()),
    };
    let skipped = most.saturating_sub(1);
    let query = Query::within(scope, sql, [space.into(), after.into(), skipped.into()]);
    Ask { query, read: |rows| rows.first().map(mark).transpose() }
}

fn mark(row: &Row) -> Result<Mark, StoreError> {
    let id = row.text(0)?.parse().map_err(|e| row.corrupt(0, format!("{e}")))?;
    Ok(Mark { id, position: row.int(1)? })
}

/// A stretch of the feed, in its order, as far as it is placed.
pub fn feed(scope: Scope, stretch: &Stretch) -> Ask<Vec<Placed>> {
    let read = |rows: Vec<Row>| rows.iter().map(placed).collect();
    if let (Scope::Partner(tenant), Some(object)) = (scope, stretch.object) {
        let values = [
            tenant.to_string().into(),
            object.short().into(),
            stretch.after.into(),
            stretch.kind.as_str().into(),
            stretch.limit.into(),
        ];
        return Ask { query: Query::within(scope, FEED_OF_OBJECT, values), read };
    }
    let (sql, space) = match scope {
        Scope::Partner(tenant) => (FEED, tenant.to_string()),
        Scope::Operations(environment) => (FEED_ANYWHERE, environment.as_str().to_owned()),
    };
    let object = stretch.object.map_or_else(String::new, |o| o.short().to_owned());
    let values = [
        space.into(),
        stretch.after.into(),
        stretch.until.unwrap_or(i64::MAX).into(),
        stretch.kind.as_str().into(),
        object.into(),
        stretch.limit.into(),
    ];
    Ask { query: Query::within(scope, sql, values), read }
}
