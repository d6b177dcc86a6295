//! Jobs as their leases say: who holds which, until when, in which epoch.

use super::{Broken, doc, look, number, text};
use crate::row::histories::invariants::Promise;
use crate::row::histories::sim::Who;
use std::collections::BTreeMap;
use store::{Row, Sqlite, Statement};

#[derive(Debug, Clone, Copy)]
struct Lease {
    epoch: i64,
    /// When it ends; 0: nobody holds it.
    until: i64,
}

/// When a job is due by its partner's test clock, and that clock, while it stands.
const BY_CLOCK: &str = "select j.clock_due, t.doc from job j join test_clock t \
    on t.tenant = j.tenant where j.id = $1 and j.clock_due is not null and t.state <> 'released'";

/// Whether a job that was just claimed is still to wait for its partner's clock, which never goes
/// back.
pub(super) fn early(engine: &Sqlite, claimed: &Row) -> Option<Broken> {
    let id = claimed.text(3).expect("a job's id");
    let rows = look(engine, BY_CLOCK, &[id]);
    let row = rows.first()?;
    let (due, now) = (row.int(0).expect("a moment"), doc(row, 1)["now"].as_i64());
    let what = format!("job {id} is due at {due} by a clock that shows {now:?}, and is claimed");
    (now < Some(due)).then_some(Broken { promise: Promise::ClockIsKept, what })
}

#[derive(Debug, Default)]
pub(super) struct Jobs(BTreeMap<String, Lease>);

impl Jobs {
    /// A statement about jobs became durable, and returned these rows.
    pub(super) fn wrote(
        &mut self,
        who: Who,
        statement: &Statement,
        rows: Option<&Vec<Row>>,
    ) -> Vec<Broken> {
        let sql = statement.sql;
        if sql.starts_with("insert into job") {
            self.0.insert(text(statement, 0), Lease { epoch: 0, until: 0 });
        } else if sql.contains("tries = tries + 1") {
            return rows.into_iter().flatten().filter_map(|r| self.claimed(statement, r)).collect();
        } else if sql.starts_with("delete from job")
            || (sql.starts_with("update job") && sql.contains("epoch = epoch + 1"))
        {
            let last = statement.values.len();
            let (id, epoch) = (text(statement, last - 2), number(statement, last - 1));
            return self.settled(who, sql, &id, epoch).into_iter().collect();
        }
        // What is left lets jobs wait for a test clock, or no longer: nobody's lease changes.
        Vec::new()
    }

    fn claimed(&mut self, claim: &Statement, row: &Row) -> Option<Broken> {
        let id = row.text(3).expect("a job's id").to_owned();
        let (epoch, until, now) =
            (row.int(1).expect("an epoch"), number(claim, 1), number(claim, 3));
        let before = self.0.insert(id.clone(), Lease { epoch, until });
        let held = before.filter(|lease| lease.until > now)?;
        let what = format!("job {id} was claimed at {now}, held until {}", held.until);
        Some(Broken { promise: Promise::OneHolder, what })
    }

    fn settled(&mut self, who: Who, sql: &str, id: &str, epoch: i64) -> Option<Broken> {
        let known = self.0.get(id).copied();
        if sql.starts_with("delete") {
            self.0.remove(id);
        } else {
            self.0.insert(id.to_owned(), Lease { epoch: epoch + 1, until: 0 });
        }
        let fits = known.is_some_and(|lease| lease.epoch == epoch);
        let what = || format!("job {id} was settled by {who:?} in epoch {epoch}, it has {known:?}");
        (!fits).then(|| Broken { promise: Promise::LeaseCounts, what: what() })
    }
}
