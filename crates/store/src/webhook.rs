//! Webhook endpoints, with what follows from them: what they hear, and their senders' turns.

use crate::ask::{Ask, all, maybe};
use crate::put::{Texts, Written};
use crate::{Query, Statement, StoreError};
use domain::change::Mode;
use domain::id::Id;
use domain::party::Tenant;
use domain::webhook::WebhookEndpoint;

const TEXTS: Texts = Texts {
    insert: "insert into webhook_endpoint (tenant, id, version, state, doc) \
             values ($1, $2, $3, $4, $5)",
    update: "update webhook_endpoint set version = $1, state = $2, doc = $3 \
             where tenant = $4 and id = $5 and version = $6",
    remove: "delete from webhook_endpoint where tenant = $1 and id = $2 and version = $3",
    unique: "webhook_endpoint",
};
const BY_ID: &str =
    "select doc from webhook_endpoint where tenant = $1 and id = $2 and state <> 'removed'";
const LIST: &str =
    "select doc from webhook_endpoint where tenant = $1 and state <> 'removed' order by id";
const UNSUBSCRIBE: &str = "delete from subscription where tenant = $1 and endpoint = $2";
const SUBSCRIBE: &str = "insert into subscription (tenant, endpoint, kind) values ($1, $2, $3)";
/// Due at once: what waits is looked at. Its failures are forgiven.
const TURN_ON: &str = "insert into sender_turn \
    (tenant, endpoint, due_at, lease_until, owner, epoch, failing_since) \
    values ($1, $2, 0, 0, '', 0, 0) on conflict (tenant, endpoint) \
    do update set due_at = 0, failing_since = 0";
/// Whoever is sending just now is fenced off.
const TURN_OFF: &str = "update sender_turn set due_at = 9223372036854775807, lease_until = 0, \
    owner = '', epoch = epoch + 1 where tenant = $1 and endpoint = $2";

pub(crate) const SQL: &[&str] = &[
    TEXTS.insert,
    TEXTS.update,
    TEXTS.remove,
    BY_ID,
    LIST,
    UNSUBSCRIBE,
    SUBSCRIBE,
    TURN_ON,
    TURN_OFF,
];

/// The noun by itself.
pub(crate) fn put_noun(endpoint: &WebhookEndpoint, mode: Mode) -> Result<Statement, StoreError> {
    let state = endpoint.state.word();
    let noun = Written {
        tenant: endpoint.tenant,
        id: endpoint.id,
        version: endpoint.version,
        fixed: vec![state.into()],
        moving: vec![state.into()],
        doc: endpoint,
    };
    TEXTS.put(noun, mode)
}

/// The noun, and what follows from it.
pub(crate) fn put(endpoint: &WebhookEndpoint, mode: Mode) -> Result<Vec<Statement>, StoreError> {
    let whose = || [endpoint.tenant.to_string().into(), endpoint.id.short().into()];
    // The noun first: its version guards what follows.
    let mut statements = vec![put_noun(endpoint, mode)?, Statement::new(UNSUBSCRIBE, whose())];
    if endpoint.is_active() {
        statements.push(Statement::new(TURN_ON, whose()));
        for filter in &endpoint.types {
            let [tenant, id] = whose();
            statements.push(Statement::new(SUBSCRIBE, [tenant, id, filter.to_string().into()]));
        }
    } else {
        statements.push(Statement::new(TURN_OFF, whose()));
    }
    Ok(statements)
}

/// One that is not removed.
pub fn by_id(tenant: Tenant, id: Id) -> Ask<Option<WebhookEndpoint>> {
    let values = [tenant.to_string().into(), id.short().into()];
    Ask { query: Query::within(tenant, BY_ID, values), read: maybe }
}

/// Every one that is not removed, oldest first; an owner has few.
pub fn list(tenant: Tenant) -> Ask<Vec<WebhookEndpoint>> {
    Ask { query: Query::within(tenant, LIST, [tenant.to_string().into()]), read: all }
}
