//! Test clocks: whose they are, what waits for them, and that nothing runs ahead of them.

use super::pages::place;
use super::{Audit, Invariant, PAGE};
use crate::ask::{Ask, doc_in};
use crate::{Query, Row, Store, StoreError, Value};
use domain::event::Event;
use domain::test_clock::TestClock;
use domain::time::Moment;

/// Each clock; how many have its partner's space, and its partner; and the newest event of what
/// it is not the server's clock that dates: webhooks go by that.
pub(super) const CLOCKS: &str = "select t.tenant, t.id, t.version, t.state, t.doc, \
    (select count(*) from partner p where p.id = t.id and p.tenant = 'carrier.test' \
    and t.tenant = p.id || '.test'), \
    (select count(*) from test_clock o where o.tenant = t.tenant), \
    (select e.doc from event e where e.tenant = t.tenant and e.noun <> 'webhook_endpoint' \
    order by e.position desc limit 1) \
    from test_clock t where (t.tenant, t.id) > ($1, $2) order by t.tenant, t.id limit $3";
/// Each job that goes by a clock, with the clock, in one snapshot.
pub(super) const HELD: &str = "select j.tenant, j.id, j.due_at, j.clock_due, \
    (select t.doc from test_clock t where t.tenant = j.tenant and t.state <> 'released') \
    from job j where j.clock_due is not null and j.id > $1 order by j.id limit $2";

pub(super) async fn walk(store: &Store, audit: &mut Audit) -> Result<(), StoreError> {
    let mut after = [Value::from(""), "".into()];
    loop {
        let [tenant, id] = after;
        let query = Query::new(CLOCKS, [tenant, id, PAGE.into()]);
        let rows = store.ask(Ask { query, read: Ok }).await?;
        for row in &rows {
            clock(row, audit);
        }
        audit.count("test_clock", rows.len());
        let Some(last) = rows.last() else { break };
        after = [last.text(0)?.into(), last.text(1)?.into()];
    }
    let mut after = Value::from("");
    loop {
        let query = Query::new(HELD, [after, PAGE.into()]);
        let rows = store.ask(Ask { query, read: Ok }).await?;
        for row in &rows {
            held(row, audit);
        }
        let Some(last) = rows.last() else { return Ok(()) };
        after = last.text(1)?.into();
    }
}

fn clock(row: &Row, audit: &mut Audit) {
    let place = place("test_clock", row);
    let clock = match doc_in::<TestClock>(row, 4) {
        Ok(clock) => clock,
        Err(e) => return audit.blame(Invariant::DocumentsParse, format!("{place}: {e}")),
    };
    let agree = row.text(0).is_ok_and(|tenant| tenant == clock.tenant.to_string())
        && row.text(1).is_ok_and(|id| id == clock.id.short())
        && row.int(2).is_ok_and(|version| u64::try_from(version) == Ok(clock.version))
        && row.text(3).is_ok_and(|state| state == clock.phase().word());
    if !agree {
        let say = format!("{place}: its columns are not as in the document");
        audit.blame(Invariant::ColumnsAgree, say);
    }
    if (row.int(5), row.int(6)) != (Ok(1), Ok(1)) {
        let say = format!("{place}: it is not the one clock of a partner");
        audit.blame(Invariant::ClocksAreOfPartners, say);
    }
    let newest = doc_in::<Event>(row, 7).ok().filter(|_| clock.stands());
    if let Some(event) = newest.filter(|event| event.at > clock.now) {
        let say = format!("{place}: it shows {}, event {} is of {}", clock.now, event.id, event.at);
        audit.blame(Invariant::NothingIsDatedAhead, say);
    }
}

fn held(row: &Row, audit: &mut Audit) {
    let number = |column| row.int(column).unwrap_or(-1);
    let (due, by_clock) = (number(2), number(3));
    let clock = doc_in::<TestClock>(row, 4).ok();
    let waits = due == Moment::NEVER.ms();
    let sound = clock.as_ref().is_some_and(|clock| waits == (by_clock > clock.now.ms()));
    if !sound {
        let shows = clock.map_or_else(|| "there is none".to_owned(), |c| c.now.to_string());
        let say =
            format!("{}: due at {by_clock}, waits: {waits}, clock: {shows}", place("job", row));
        audit.blame(Invariant::ClocksHoldTheirJobs, say);
    }
}
