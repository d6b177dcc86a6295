//! Jobs: whose they are, who has them, and that whatever waits for the outside has one.

use super::pages::place;
use super::{Audit, Invariant, PAGE};
use crate::ask::{Ask, any, doc_in};
use crate::{Query, Row, Store, StoreError, Value};
use domain::id::Id;
use domain::job::{Job, MOST_TRIES, Work};
use std::collections::HashMap;

pub(super) const JOBS: &str = "select tenant, id, state, due_at, doc, lease_until, owner, epoch, \
    tries, quarantined_at, connector from job where id > $1 order by id limit $2";

/// What waits for the outside: the table, whose state says so, what its job is, and how a job's
/// document names it.
struct Waiting {
    table: &'static str,
    invariant: Invariant,
    /// The objects that wait, by tenant and id.
    page: &'static str,
    /// One of them, if it still waits, with the number of its jobs.
    again: &'static str,
    /// Whether more than one job will do.
    more: bool,
}

macro_rules! waiting {
    ($table:literal, $invariant:ident, $more:literal, $name:literal, $member:literal, $waits:literal) => {
        Waiting {
            table: $table,
            invariant: Invariant::$invariant,
            page: concat!(
                "select t.tenant, t.id from ",
                $table,
                " t where (t.tenant, t.id) > ($1, $2) and ",
                $waits,
                " order by t.tenant, t.id limit $3"
            ),
            again: concat!(
                // Not `like`, to which on one engine the case of an id's letters is all one.
                "select t.tenant, t.id, (select count(*) from job j where j.tenant = t.tenant \
                 and replace(j.doc, '\"job\":\"",
                $name,
                "\",\"",
                $member,
                "\":\"' || t.id, '') <> j.doc) from ",
                $table,
                " t where t.tenant = $1 and t.id = $2 and ",
                $waits
            ),
            more: $more,
        }
    };
}

const ADDRESSES: Waiting = waiting!(
    "quote",
    AddressesAreAsked,
    true,
    "validate_addresses",
    "quote",
    "t.state in ('draft', 'priced', 'pending_approval') and exists (select 1 from site s \
     where s.tenant = t.tenant and s.quote = t.id \
     and s.address = 'requested')"
);
const CREDIT: Waiting = waiting!(
    "credit_check",
    CreditIsAsked,
    false,
    "assess_credit",
    "check",
    "t.state = 'requested'"
);
const CONTRACTS: Waiting = waiting!(
    "contract",
    ContractsAreSent,
    false,
    "send_contract",
    "contract",
    "t.state = 'generated'"
);
const SUBMITTED: Waiting = waiting!(
    "sub_order",
    SubOrdersAreSubmitted,
    false,
    "submit_order",
    "sub_order",
    "t.state = 'submitted'"
);
const FOLLOWED: Waiting = waiting!(
    "sub_order",
    SubOrdersAreFollowed,
    false,
    "follow_order",
    "sub_order",
    "t.state not in ('draft', 'submitted', 'rejected', 'cancelled', 'completed', 'failed')"
);

const CLOCKS: Waiting = waiting!(
    "test_clock",
    ClocksAreAdvanced,
    false,
    "advance_clock",
    "partner",
    "t.state = 'advancing'"
);

const WAITING: [Waiting; 6] = [ADDRESSES, CREDIT, CONTRACTS, SUBMITTED, FOLLOWED, CLOCKS];

pub(super) const SQL: [&str; 13] = [
    JOBS,
    CLOCKS.page,
    CLOCKS.again,
    ADDRESSES.page,
    ADDRESSES.again,
    CREDIT.page,
    CREDIT.again,
    CONTRACTS.page,
    CONTRACTS.again,
    SUBMITTED.page,
    SUBMITTED.again,
    FOLLOWED.page,
    FOLLOWED.again,
];

/// How many jobs there are of a kind of work about an object.
type Counted = HashMap<(Invariant, Id), u32>;

/// Reads every job, and every object that waits for one.
pub(super) async fn walk(store: &Store, audit: &mut Audit) -> Result<(), StoreError> {
    let counted = jobs(store, audit).await?;
    for waiting in &WAITING {
        self::waiting(store, waiting, &counted, audit).await?;
    }
    Ok(())
}

async fn jobs(store: &Store, audit: &mut Audit) -> Result<Counted, StoreError> {
    let mut counted = Counted::new();
    let mut after = Value::from("");
    loop {
        let query = Query::new(JOBS, [after, PAGE.into()]);
        let rows = store.ask(Ask { query, read: Ok }).await?;
        let (mut found, mut asks) = (Vec::new(), Vec::new());
        for row in &rows {
            held(row, audit);
            match doc_in::<Job>(row, 4) {
                Ok(job) => {
                    columns(row, &job, audit);
                    if let Some(asked) = asks_for(&job.work) {
                        *counted.entry((asked, job.work.object())).or_default() += 1;
                    }
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
        let Some(last) = rows.last() else { return Ok(counted) };
        after = last.text(1)?.into();
    }
}

fn columns(row: &Row, job: &Job, audit: &mut Audit) {
    let agree = row.text(0).is_ok_and(|tenant| tenant == job.tenant.to_string())
        && row.text(1).is_ok_and(|id| id == job.id.short())
        && row.text(10).is_ok_and(|connector| connector == job.work.connector());
    if !agree {
        let say = format!("{}: its columns are not as in the document", place("job", row));
        audit.blame(Invariant::ColumnsAgree, say);
    }
}

/// Who has it, and how often it was tried.
fn held(row: &Row, audit: &mut Audit) {
    let place = place("job", row);
    let state = row.text(2).unwrap_or_default();
    let aside = row.opt_int(9).unwrap_or_default().is_some();
    if !matches!((state, aside), ("ready", false) | ("quarantined", true)) {
        let say = format!("{place}: it is {state:?}, put aside: {aside}");
        audit.blame(Invariant::JobStatesAreKnown, say);
    }
    let number = |column| row.int(column).unwrap_or(-1);
    let (lease, epoch, tries) = (number(5), number(7), number(8));
    let owned = row.text(6).is_ok_and(|owner| !owner.is_empty());
    let sound = if lease > 0 { owned && epoch > 0 && state == "ready" } else { !owned };
    if !sound || lease < 0 || epoch < 0 {
        let say = format!("{place}: taken until {lease}, epoch {epoch}, by somebody: {owned}");
        audit.blame(Invariant::LeasesHaveOwners, say);
    }
    let most = i64::from(MOST_TRIES);
    if tries < 0 || tries > epoch || (lease == 0 && state == "ready" && tries > most) {
        let say = format!("{place}: tried {tries} times in epoch {epoch}");
        audit.blame(Invariant::TriesAreBounded, say);
    }
}

const fn asks_for(work: &Work) -> Option<Invariant> {
    Some(match work {
        Work::ValidateAddresses { .. } => ADDRESSES.invariant,
        Work::AssessCredit { .. } => CREDIT.invariant,
        Work::SendContract { .. } => CONTRACTS.invariant,
        Work::SubmitOrder { .. } => SUBMITTED.invariant,
        Work::FollowOrder { .. } => FOLLOWED.invariant,
        Work::AdvanceClock { .. } => CLOCKS.invariant,
        // Nothing of the contract says that a scripted signer is to come.
        Work::AwaitSignature { .. } => return None,
    })
}

fn object(job: &Job) -> Ask<bool> {
    let tenant = job.tenant;
    let query = match job.work {
        Work::ValidateAddresses { quote } => crate::quote::by_id(tenant, quote).query,
        Work::AssessCredit { check } => crate::credit::by_id(tenant, check).query,
        Work::SendContract { contract } | Work::AwaitSignature { contract } => {
            crate::contract::by_id(tenant, contract).query
        }
        Work::AdvanceClock { .. } => crate::test_clock::of(tenant).query,
        Work::SubmitOrder { sub_order } | Work::FollowOrder { sub_order } => {
            crate::order::sub_order(tenant, sub_order).query
        }
    };
    Ask { query, read: any }
}

/// The jobs were counted earlier, and a server goes on meanwhile: what seems to be without its
/// job is looked at once more, with its jobs, in one snapshot.
async fn waiting(
    store: &Store,
    waiting: &Waiting,
    counted: &Counted,
    audit: &mut Audit,
) -> Result<(), StoreError> {
    let enough = |jobs: i64| jobs == 1 || (waiting.more && jobs > 1);
    let mut after = [Value::from(""), "".into()];
    loop {
        let [tenant, id] = after;
        let query = Query::new(waiting.page, [tenant, id, PAGE.into()]);
        let rows = store.ask(Ask { query, read: Ok }).await?;
        for row in &rows {
            let id = row.text(1)?;
            let known = id.parse::<Id>().ok().and_then(|id| counted.get(&(waiting.invariant, id)));
            if enough(known.copied().unwrap_or_default().into()) {
                continue;
            }
            let query = Query::new(waiting.again, [row.text(0)?.into(), id.into()]);
            let again = store.ask(Ask { query, read: Ok }).await?;
            let jobs = again.first().map(|row| row.int(2)).transpose()?;
            if let Some(jobs) = jobs.filter(|jobs| !enough(*jobs)) {
                let say = format!("{}: it waits and has {jobs} jobs", place(waiting.table, row));
                audit.blame(waiting.invariant, say);
            }
        }
        let Some(last) = rows.last() else { return Ok(()) };
        after = [last.text(0)?.into(), last.text(1)?.into()];
    }
}
