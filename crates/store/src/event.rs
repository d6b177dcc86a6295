//! Events: appended with the change that they are about, never touched again.

use crate::ask::{Ask, all};
use crate::put::number;
use crate::{Guard, Query, Statement, StoreError};
use domain::event::Event;
use domain::id::Id;
use domain::party::Tenant;

const INSERT: &str =
    "insert into event (tenant, object, sequence, id, doc) values ($1, $2, $3, $4, $5)";
const HISTORY: &str =
    "select doc from event where tenant = $1 and object = $2 order by sequence limit 1000";

pub(crate) const SQL: &[&str] = &[INSERT, HISTORY];

pub(crate) fn insert(event: &Event) -> Result<Statement, StoreError> {
    let doc = serde_json::to_string(event)
        .map_err(|e| StoreError::ours(format!("an event cannot be written: {e}")))?;
    let values = [
        event.tenant.to_string().into(),
        event.object.short().into(),
        number(event.sequence).into(),
        event.id.short().into(),
        doc.into(),
    ];
    // Two events of one sequence mean two writers of one version.
    Ok(Statement::one(INSERT, values, Guard::Version))
}

/// What happened to one object, oldest first: the first 1,000 events.
pub fn history(tenant: Tenant, object: Id) -> Ask<Vec<Event>> {
    let values = [tenant.to_string().into(), object.short().into()];
    Ask { query: Query::new(HISTORY, values), read: all }
}
