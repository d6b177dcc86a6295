//! A domain change as statements: which noun's file writes which record.

use crate::parts::in_parts;
use crate::{Change, Guard, Sight, Statement, StoreError, Value};
use domain::change::{Mode, Put, Record, Settle, Siblings};
use domain::id::{Id, Kind};
use domain::job::Work;
use domain::party::Tenant;
use domain::time::Moment;
use faults::{Bug, planted};
use serde::Serialize;

/// The stored answer to a request that had an effect: written with the effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    pub tenant: Tenant,
    /// The key as the caller sent it.
    pub name: String,
    /// Of method, route and canonical body.
    pub fingerprint: String,
    pub status: u16,
    /// Headers that belong to the answer, as JSON.
    pub headers: String,
    pub body: String,
    /// When it may be forgotten, in milliseconds since the Unix epoch.
    pub forget_at: i64,
}

/// Turns a decision into the statements that write it. `placed`: the moment, if its events are
/// placed in the feed at once.
pub(crate) fn statements(
    change: &domain::change::Change,
    answered: Option<&Answered>,
    placed: Option<Moment>,
) -> Result<Change, StoreError> {
    let mut statements = Vec::with_capacity(change.puts.len() + change.events.len() + 4);
    // First what others may have been faster with: the job's lease and the key.
    if let Some(settle) = &change.settle {
        statements.push(crate::job::settle(settle));
    }
    if let Some(answered) = answered {
        statements.push(crate::idempotency::remember(answered));
    }
    if let Some(put) = &change.rests_on {
        record(put, &mut statements)?;
    }
    statements.extend(in_parts(&change.puts, |puts| {
        let mut statements = Vec::with_capacity(puts.len());
        for put in puts {
            record(put, &mut statements)?;
        }
        Ok(statements)
    })?);
    if let Some(seen) = &change.siblings {
        statements.push(siblings(seen)?);
    }
    statements.extend(change.requested.iter().map(crate::site::request));
    let mut events = change.events.as_slice();
    if let [most @ .., _] = events
        && planted(Bug::DropEvent)
        && !most.is_empty()
    {
        events = most;
    }
    for (ahead, event) in (1..).zip(events) {
        statements.push(crate::event::insert(event, placed.map(|_| ahead))?);
    }
    for job in &change.jobs {
        if planted(Bug::DropJob) && matches!(job.work, Work::SendContract { .. }) {
            continue;
        }
        statements.push(crate::job::insert(job)?);
    }
    for planned in &change.plans {
        statements.extend(crate::delivery::plan_one(planned));
    }
    if let Some(replay) = &change.replay {
        statements.extend(crate::delivery::replay(replay));
    }
    statements.extend(change.clock_jobs.iter().flat_map(crate::test_clock::jobs));
    // After everything that is this flow's alone: these rows are all signers'.
    statements.extend(crate::promotion::spend(&change.spends));
    statements.extend(crate::promotion::release(&change.releases));
    // Last, so that its last statement's row is the feed's new end.
    if let Some(now) = placed.filter(|_| !change.events.is_empty()) {
        statements.extend(crate::feed::plan(now));
    }
    // An engine with one writer places the events in the same transaction, which is the system's
    // own doing; it knows no sights.
    let writing = Change::within(sight(change, answered)?, statements);
    // Whoever touches a sender's turn does so by itself, and so does who uses a promotion.
    let turns = change.puts.iter().any(|put| matches!(put.record, Record::WebhookEndpoint(_)));
    let promotions = !change.spends.is_empty() || !change.releases.is_empty();
    Ok(if turns || promotions { writing.alone() } else { writing })
}

/// Whose rows a decision touches: one partner's, the carrier's own, or both. A decision that
/// reaches further is a mistake of ours, and is not written. A replay looks at all the events that
/// its endpoint may hear of; a person moves the jobs of all
/// partners of an environment. One that only settles a job is the
/// worker's, who works for all.
fn sight(
    change: &domain::change::Change,
    answered: Option<&Answered>,
) -> Result<Sight, StoreError> {
    if let Some(replay) = &change.replay {
        return Ok(crate::delivery::seeing(replay.tenant));
    }
    if let (Some(Settle::Retry { .. } | Settle::PutAside { .. }), Some(event)) =
        (&change.settle, change.events.first())
    {
        return Ok(event.tenant.environment.into());
    }
    // Operations decide on the pleas of several partners at once.
    let pleas = |put: &Put| matches!(put.record, Record::ExceptionRequest(_));
    if let [first, _, ..] = change.puts.as_slice()
        && change.puts.iter().all(pleas)
    {
        return Ok(first.record.tenant().environment.into());
    }
    let puts = change.rests_on.iter().chain(&change.puts).map(|put| put.record.tenant());
    let events = change.events.iter().map(|event| event.tenant);
    let jobs = change.jobs.iter().map(|job| job.tenant);
    let key = answered.map(|answered| answered.tenant);
    let spent = change.spends.iter().map(|spend| spend.tenant);
    let released = change.releases.iter().map(|release| release.tenant);
    let counted = spent.chain(released).map(|tenant| Tenant::carrier(tenant.environment));
    Sight::over(puts.chain(events).chain(jobs).chain(key).chain(counted))
        .ok_or_else(|| StoreError::ours("one change of two partners or two environments"))
}

/// Asked after the insert: whoever was faster is committed by then, since two that are written at
/// the same moment exclude each other.
fn siblings(seen: &Siblings) -> Result<Statement, StoreError> {
    let others = match seen.written.kind() {
        Some(Kind::CreditCheck) => crate::credit::OTHERS,
        Some(Kind::LetterOfAgency) => crate::letter::OTHERS,
        _ => return Err(StoreError::ours(format!("{} has no siblings", seen.written))),
    };
    let values =
        [seen.tenant.to_string().into(), seen.about.short().into(), seen.written.short().into()];
    Ok(Statement::new(others, values).expecting(seen.others, Guard::Version))
}

fn record(put: &Put, statements: &mut Vec<Statement>) -> Result<(), StoreError> {
    let mode = put.mode;
    statements.push(match &put.record {
        Record::Partner(r) => crate::partner::put(r, mode)?,
        Record::Credential(r) => crate::credential::put(r, mode)?,
        Record::CatalogueVersion(r) => crate::publication::put(r, mode)?,
        Record::CatalogueFiles(r) => crate::publication::put_files(r)?,
        Record::Account(r) => crate::customer::put(r, mode)?,
        Record::AccountTerms(r) => {
            statements.extend(crate::customer::put_terms(r));
            return Ok(());
        }
        Record::ExceptionRequest(r) => crate::exception::put(r, mode)?,
        Record::LetterOfAgency(r) => crate::letter::put(r, mode)?,
        Record::Opportunity(r) => crate::opportunity::put(r, mode)?,
        Record::Quote(r) => crate::quote::put(r, mode)?,
        Record::Site(r) => crate::site::put(r, mode)?,
        Record::Import(r) => crate::import::put(r, mode)?,
        Record::ImportFile(r) => crate::import::put_file(r),
        Record::CreditCheck(r) => crate::credit::put(r, mode)?,
        Record::DataKey(r) => crate::data_key::insert(r),
        Record::Contract(r) => crate::contract::put(r, mode)?,
        Record::Document(r) => crate::contract::put_document(r),
        Record::Order(r) => crate::order::put(r, mode)?,
        Record::SubOrder(r) => crate::order::put_sub(r, mode)?,
        Record::Identifier(r) => crate::order::put_identifier(r, mode),
        Record::BillingAccount(r) => crate::billing::put(r, mode)?,
        Record::CustomerGroup(r) => crate::billing::put_group(r, mode)?,
        Record::TestClock(r) => crate::test_clock::put(r, mode)?,
        Record::WebhookEndpoint(r) => {
            statements.extend(crate::webhook::put(r, mode)?);
            return Ok(());
        }
    });
    Ok(())
}

/// The three texts that write a noun. Columns in order: insert has tenant, id, version, then the
/// noun's own, then doc; update has version, the noun's own that may change, doc, tenant, id and
/// the version read; remove has tenant, id and the version read.
pub(crate) struct Texts {
    pub(crate) insert: &'static str,
    pub(crate) update: &'static str,
    pub(crate) remove: &'static str,
    /// What it means if the insert meets a unique constraint.
    pub(crate) unique: &'static str,
}

/// What is written of a noun.
pub(crate) struct Written<'a, T> {
    pub(crate) tenant: Tenant,
    pub(crate) id: Id,
    pub(crate) version: u64,
    /// The noun's own columns, as the insert names them.
    pub(crate) fixed: Vec<Value>,
    /// Those of them that an update writes again.
    pub(crate) moving: Vec<Value>,
    pub(crate) doc: &'a T,
}

impl Texts {
    pub(crate) fn put<T: Serialize>(
        &self,
        noun: Written<'_, T>,
        mode: Mode,
    ) -> Result<Statement, StoreError> {
        let doc = || {
            serde_json::to_string(noun.doc)
                .map(Value::from)
                .map_err(|e| StoreError::ours(format!("a document cannot be written: {e}")))
        };
        let (tenant, id) = (noun.tenant.to_string(), noun.id.short());
        let version = Value::from(number(noun.version));
        Ok(match mode {
            Mode::Insert => {
                let mut values = vec![tenant.into(), id.into(), version];
                values.extend(noun.fixed);
                values.push(doc()?);
                Statement::one(self.insert, values, Guard::Unique(self.unique))
            }
            Mode::Update { read_at } => {
                let mut values = vec![version];
                values.extend(noun.moving);
                values.extend([doc()?, tenant.into(), id.into(), number(read_at).into()]);
                Statement::one(self.update, values, Guard::Version)
            }
            Mode::Remove { read_at } => {
                let values = [tenant.into(), id.into(), number(read_at).into()];
                Statement::one(self.remove, values, Guard::Version)
            }
        })
    }
}

/// A version or count as the database holds it; those are far below 2^63.
pub(crate) fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// The job that a settlement is about, and the epoch it must still have.
pub(crate) const fn leased(settle: &Settle) -> (Id, u64) {
    match settle {
        Settle::Done { job, epoch }
        | Settle::Again { job, epoch, .. }
        | Settle::Quarantine { job, epoch, .. }
        | Settle::Retry { job, epoch, .. }
        | Settle::PutAside { job, epoch, .. } => (*job, *epoch),
    }
}
