//! What goes with the objects: the contracts' texts, events, jobs and stored answers.

use super::tables::place;
use super::{Audit, Invariant, PAGE};
use crate::ask::{Ask, any, doc_in};
use crate::{Query, Row, Store, StoreError, Value};
use domain::contract::Contract;
use domain::event::Event;
use domain::job::{Job, Work};

pub(super) const DOCUMENTS: &str = "select d.tenant, d.contract, d.body, c.doc from document d \
    left join contract c on c.tenant = d.tenant and c.id = d.contract \
    where (d.tenant, d.contract) > ($1, $2) order by d.tenant, d.contract limit $3";

macro_rules! objects {
    ($first:literal $(, $table:literal)*) => {
        concat!(
            "(select count(*) from ", $first, " o where o.tenant = e.tenant and o.id = e.object)"
            $(, " + (select count(*) from ", $table,
                " o where o.tenant = e.tenant and o.id = e.object)")*
        )
    };
}

/// The object is looked for once: with the first of its events, or the first after a gap. A job
/// that is done is gone.
pub(super) const EVENTS: &str = concat!(
    "select e.tenant, e.object, e.sequence, e.id, e.doc, case when (select count(*) from event b \
     where b.tenant = e.tenant and b.object = e.object and b.sequence = e.sequence - 1) = 1 \
     then 1 when e.object like 'job%' then 1 else ",
    objects!(
        "partner",
        "credential",
        "account",
        "exception_request",
        "opportunity",
        "quote",
        "credit_check",
        "contract",
        "orders",
        "sub_order",
        "billing_account",
        "customer_group",
        "webhook_endpoint"
    ),
    " end from event e where (e.tenant, e.object, e.sequence) > ($1, $2, $3) \
     order by e.tenant, e.object, e.sequence limit $4"
);
pub(super) const JOBS: &str = "select tenant, id, state, due_at, doc from job where id > $1 \
    order by id limit $2";
pub(super) const ANSWERS: &str = "select tenant, name, status, headers, body from idempotency \
    where (tenant, name) > ($1, $2) order by tenant, name limit $3";

/// Reads all of it.
pub(super) async fn walk(store: &Store, audit: &mut Audit) -> Result<(), StoreError> {
    documents(store, audit).await?;
    events(store, audit).await?;
    jobs(store, audit).await?;
    answers(store, audit).await
}

async fn page(
    store: &Store,
    sql: &'static str,
    after: impl Into<Vec<Value>>,
) -> Result<Vec<Row>, StoreError> {
    let mut values = after.into();
    values.push(PAGE.into());
    store.ask(Ask { query: Query::new(sql, values), read: Ok }).await
}

async fn documents(store: &Store, audit: &mut Audit) -> Result<(), StoreError> {
    let mut after = [Value::from(""), "".into()];
    loop {
        let rows = page(store, DOCUMENTS, after).await?;
        for row in &rows {
            let place = place("document", row);
            if row.opt_text(3) == Ok(None) {
                let say = format!("{place}: its contract is not there");
                audit.blame(Invariant::ParentsExist, say);
            } else if let (Ok(contract), Ok(text)) = (doc_in::<Contract>(row, 3), row.text(2))
                && !contract.is_of(text)
            {
                let say = format!("{place}: it is not the text that its contract names");
                audit.blame(Invariant::TextsAreOriginal, say);
            }
        }
        audit.count("document", rows.len());
        let Some(last) = rows.last() else { return Ok(()) };
        after = [last.text(0)?.into(), last.text(1)?.into()];
    }
}

async fn events(store: &Store, audit: &mut Audit) -> Result<(), StoreError> {
    let mut after = [Value::from(""), "".into(), 0_i64.into()];
    loop {
        let rows = page(store, EVENTS, after).await?;
        for row in &rows {
            event(row, audit);
        }
        audit.count("event", rows.len());
        let Some(last) = rows.last() else { return Ok(()) };
        after = [last.text(0)?.into(), last.text(1)?.into(), last.int(2)?.into()];
    }
}

fn event(row: &Row, audit: &mut Audit) {
    let sequence = row.int(2).unwrap_or_default();
    let place = format!("event {sequence} of {}", row.text(1).unwrap_or("?"));
    match doc_in::<Event>(row, 4) {
        Err(e) => audit.blame(Invariant::DocumentsParse, format!("{place}: {e}")),
        Ok(event) => {
            let written = crate::event::insert(&event, None).map(|s| s.values).unwrap_or_default();
            if (0..4).any(|column| row.value(column) != written.get(column)) {
                let say = format!("{place}: its columns are not as in the document");
                audit.blame(Invariant::ColumnsAgree, say);
            }
        }
    }
    if row.int(5) != Ok(1) {
        audit.blame(Invariant::EventsHaveObjects, format!("{place}: the object is not there"));
    }
}

async fn jobs(store: &Store, audit: &mut Audit) -> Result<(), StoreError> {
    let mut after = Value::from("");
    loop {
        let rows = page(store, JOBS, [after]).await?;
        let (mut found, mut asks) = (Vec::new(), Vec::new());
        for row in &rows {
            match doc_in::<Job>(row, 4) {
                Ok(job) => {
                    asks.push(object(&job));
                    found.push(job);
                }
                Err(e) => {
                    let say = format!("{}: {e}", place("job", row));
                    audit.blame(Invariant::DocumentsParse, say);
                }
            }
        }
        for (job, there) in found.iter().zip(store.ask(asks).await?) {
            if !there {
                let say = format!("job {} ({}): its object is not there", job.id, job.work.name());
                audit.blame(Invariant::JobsHaveObjects, say);
            }
        }
        audit.count("job", rows.len());
        let Some(last) = rows.last() else { return Ok(()) };
        after = last.text(1)?.into();
    }
}

/// Asks whether the object of a job is there. The document itself is another invariant's.
fn object(job: &Job) -> Ask<bool> {
    let tenant = job.tenant;
    let query = match job.work {
        Work::ValidateAddresses { quote } => crate::quote::by_id(tenant, quote).query,
        Work::AssessCredit { check } => crate::credit::by_id(tenant, check).query,
        Work::SendContract { contract } => crate::contract::by_id(tenant, contract).query,
        Work::SubmitOrder { sub_order } | Work::FollowOrder { sub_order } => {
            crate::order::sub_order(tenant, sub_order).query
        }
    };
    Ask { query, read: any }
}

async fn answers(store: &Store, audit: &mut Audit) -> Result<(), StoreError> {
    let mut after = [Value::from(""), "".into()];
    loop {
        let rows = page(store, ANSWERS, after).await?;
        for row in &rows {
            if let Some(problem) = unanswerable(row) {
                let say = format!("key {:?}: {problem}", row.text(1).unwrap_or("?"));
                audit.blame(Invariant::AnswersParse, say);
            }
        }
        audit.count("idempotency", rows.len());
        let Some(last) = rows.last() else { return Ok(()) };
        after = [last.text(0)?.into(), last.text(1)?.into()];
    }
}

/// What is wrong with a stored answer.
fn unanswerable(row: &Row) -> Option<String> {
    if !row.int(2).is_ok_and(|status| (200..600).contains(&status)) {
        return Some("the status is none of HTTP".to_owned());
    }
    if let Err(e) = doc_in::<Vec<(String, String)>>(row, 3) {
        return Some(format!("the headers: {e}"));
    }
    match row.text(4) {
        Ok("") => None,
        _ => doc_in::<serde::de::IgnoredAny>(row, 4).err().map(|e| format!("the body: {e}")),
    }
}
