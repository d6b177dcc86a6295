//! Telling SQLite's failures apart: a refusal, a thing to retry, or a fault of ours.

use crate::StoreError;
use rusqlite::{ErrorCode, ffi};

/// What a failure means to the group that it happens in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A unique constraint or primary key.
    Unique,
    /// Any other constraint.
    Constraint,
    /// No room: the change may be too large, its neighbours may still fit.
    Full,
    /// The statement itself is at fault.
    Statement,
    /// The file, the disk or the lock: nothing will work now.
    Outage,
}

/// A failed statement: what it means here, and the error for whoever asked.
#[derive(Debug)]
pub(super) struct Failed {
    pub(super) kind: Kind,
    pub(super) error: StoreError,
}

impl Failed {
    pub(super) fn new(statement: &str, error: rusqlite::Error) -> Self {
        let kind = error.sqlite_error().map_or(Kind::Statement, |error| kind(*error));
        let message = error.to_string();
        let error = match kind {
            Kind::Full | Kind::Outage => StoreError::Unavailable(message),
            Kind::Unique | Kind::Constraint | Kind::Statement => {
                StoreError::Engine { statement: statement.to_owned(), message }
            }
        };
        Self { kind, error }
    }

    /// A fault that the engine need not be asked about.
    pub(super) const fn ours(error: StoreError) -> Self {
        Self { kind: Kind::Statement, error }
    }
}

/// Whether it is a sync that failed.
pub(super) fn in_sync(error: &rusqlite::Error) -> bool {
    error.sqlite_error().is_some_and(|error| error.extended_code == ffi::SQLITE_IOERR_FSYNC)
}

fn kind(error: ffi::Error) -> Kind {
    match error.code {
        ErrorCode::ConstraintViolation => match error.extended_code {
            ffi::SQLITE_CONSTRAINT_UNIQUE
            | ffi::SQLITE_CONSTRAINT_PRIMARYKEY
            | ffi::SQLITE_CONSTRAINT_ROWID => Kind::Unique,
            _ => Kind::Constraint,
        },
        ErrorCode::DiskFull => Kind::Full,
        // What cannot be read for now it calls corrupt as well; `doctor` tells whether it is.
        ErrorCode::DatabaseCorrupt
        | ErrorCode::SystemIoFailure
        | ErrorCode::DatabaseBusy
        | ErrorCode::DatabaseLocked
        | ErrorCode::CannotOpen
        | ErrorCode::PermissionDenied
        | ErrorCode::ReadOnly
        | ErrorCode::OutOfMemory
        | ErrorCode::OperationInterrupted
        | ErrorCode::FileLockingProtocolFailed => Kind::Outage,
        _ => Kind::Statement,
    }
}
