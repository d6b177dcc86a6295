//! Telling PostgreSQL's failures apart: a refusal, a thing to try again, or a fault of ours.

use crate::StoreError;
use deadpool_postgres::PoolError;
use std::error::Error as _;
use tokio_postgres::error::SqlState;

/// What a failure means to the transaction that it happens in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A unique constraint or primary key.
    Unique,
    /// Any other constraint, or the statement itself.
    Statement,
    /// Lost against another transaction and rolled back: worth another try.
    Conflict,
    /// The connection is gone: worth a try on another one, unless a COMMIT was under way.
    Gone,
    /// The server: nothing will work now.
    Outage,
}

/// A failed statement: what it means here, and the error for whoever asked.
#[derive(Debug)]
pub(super) struct Failed {
    pub(super) kind: Kind,
    pub(super) error: StoreError,
}

impl Failed {
    pub(super) fn new(statement: &str, error: &tokio_postgres::Error) -> Self {
        let kind = kind(error);
        let message = words(error);
        let error = match kind {
            Kind::Conflict | Kind::Gone | Kind::Outage => StoreError::Unavailable(message),
            Kind::Unique | Kind::Statement => {
                StoreError::Engine { statement: statement.to_owned(), message }
            }
        };
        Self { kind, error }
    }

    /// No connection to be had.
    pub(super) fn pool(error: PoolError) -> Self {
        let message = match error {
            PoolError::Backend(error) => words(&error),
            PoolError::Closed => "it is closed".to_owned(),
            PoolError::Timeout(_) => "no connection became free or could be made".to_owned(),
            other => other.to_string(),
        };
        Self { kind: Kind::Outage, error: StoreError::Unavailable(message) }
    }

    /// The server keeps us waiting.
    pub(super) fn silent(message: &str) -> Self {
        Self { kind: Kind::Outage, error: StoreError::Unavailable(message.to_owned()) }
    }

    /// A fault that the server need not be asked about.
    pub(super) const fn ours(error: StoreError) -> Self {
        Self { kind: Kind::Statement, error }
    }
}

/// The server's own words, or the driver's with their cause. The server's `detail` stays out: it
/// repeats values.
pub(super) fn words(error: &tokio_postgres::Error) -> String {
    match (error.as_db_error(), error.source()) {
        (Some(told), _) => format!("{} ({})", told.message(), told.code().code()),
        (None, Some(cause)) => format!("{error}: {cause}"),
        (None, None) => error.to_string(),
    }
}

fn kind(error: &tokio_postgres::Error) -> Kind {
    let Some(state) = error.code() else {
        let cause = error.source();
        let io = cause.is_some_and(<dyn std::error::Error>::is::<std::io::Error>);
        // Whatever else the driver refuses, such as a value of the wrong type, never left it.
        return if error.is_closed() || io { Kind::Gone } else { Kind::Statement };
    };
    match *state {
        SqlState::UNIQUE_VIOLATION => Kind::Unique,
        SqlState::T_R_SERIALIZATION_FAILURE | SqlState::T_R_DEADLOCK_DETECTED => Kind::Conflict,
        SqlState::ADMIN_SHUTDOWN
        | SqlState::CRASH_SHUTDOWN
        | SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT => Kind::Gone,
        // A message that we put together wrongly, unlike the rest of its class.
        SqlState::PROTOCOL_VIOLATION => Kind::Statement,
        SqlState::LOCK_NOT_AVAILABLE => Kind::Outage,
        // Connection, resources, the operator, the system below.
        _ => match state.code().get(..2) {
            Some("08" | "53" | "57" | "58") => Kind::Outage,
            _ => Kind::Statement,
        },
    }
}
