//! How an installation stands, for whoever looks after it: the jobs, the newest object, and what
//! a PostgreSQL server is set to. It judges nothing.

use crate::ask::Ask;
use crate::{Query, Row, StoreError};
use domain::time::Moment;

const QUARANTINED: &str = "select count(*) from job where state = 'quarantined'";
const OVERDUE: &str = "select count(*) from job where state = 'ready' and due_at <= $1 \
    and lease_until <= $2";
const NEWEST: &str = "select max(id) from quote";

pub(crate) const SQL: &[&str] = &[QUARANTINED, OVERDUE, NEWEST];

pub(crate) const SERVER: &str = "select current_setting('server_version_num')::bigint, \
    current_setting('fsync'), current_setting('synchronous_commit'), \
    current_setting('synchronous_standby_names'), current_setting('full_page_writes'), \
    d.datcollate::text, r.rolsuper::int, r.rolbypassrls::int, pg_is_in_recovery()::int, \
    (extract(epoch from clock_timestamp()) * 1000)::bigint, \
    current_setting('max_connections')::bigint \
    - current_setting('superuser_reserved_connections')::bigint, \
    (select count(*) from pg_stat_activity where backend_type = 'client backend') \
    from pg_database d, pg_roles r \
    where d.datname = current_database() and r.rolname = current_user";

fn count(rows: Vec<Row>) -> Result<i64, StoreError> {
    rows.first().map_or(Ok(0), |row| row.int(0))
}

/// Jobs that were given up and wait for a person.
pub fn quarantined() -> Ask<i64> {
    Ask { query: Query::new(QUARANTINED, []), read: count }
}

/// Jobs that were due at `then` and that nobody works on.
pub fn overdue(then: Moment) -> Ask<i64> {
    Ask { query: Query::new(OVERDUE, [then.ms().into(), then.ms().into()]), read: count }
}

/// The newest quote's id: it holds the time at which it was made.
pub fn newest_quote() -> Ask<Option<String>> {
    let read = |rows: Vec<Row>| match rows.first() {
        Some(row) => Ok(row.opt_text(0)?.map(str::to_owned)),
        None => Ok(None),
    };
    Ask { query: Query::new(NEWEST, []), read }
}

/// What a PostgreSQL server says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// 150008 is 15.8.
    pub version: i64,
    pub fsync: String,
    pub synchronous_commit: String,
    /// Empty: a commit waits for no other machine.
    pub standbys: String,
    pub full_page_writes: String,
    pub collation: String,
    pub superuser: bool,
    /// The role passes by row-level security.
    pub bypasses_rls: bool,
    /// A standby, which takes no writes.
    pub standby: bool,
    /// Its clock, in milliseconds since the Unix epoch.
    pub clock_ms: i64,
    /// Connections that an ordinary role may have, all together.
    pub connections: i64,
    /// Connections that there are.
    pub connected: i64,
}

impl Server {
    pub(crate) fn read(row: &Row) -> Result<Self, StoreError> {
        let text = |column| row.text(column).map(str::to_owned);
        let yes = |column| row.int(column).map(|n| n != 0);
        Ok(Self {
            version: row.int(0)?,
            fsync: text(1)?,
            synchronous_commit: text(2)?,
            standbys: text(3)?,
            full_page_writes: text(4)?,
            collation: text(5)?,
            superuser: yes(6)?,
            bypasses_rls: yes(7)?,
            standby: yes(8)?,
            clock_ms: row.int(9)?,
            connections: row.int(10)?,
            connected: row.int(11)?,
        })
    }
}
