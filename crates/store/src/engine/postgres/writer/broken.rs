//! What can become of a transaction besides its success.

use super::super::{
    Client,
    failure::{Failed, Kind},
};
use super::unknown;
use crate::{StoreError, Written};

/// Why a transaction came to nothing. It is rolled back already.
pub(super) enum Broken {
    /// These changes of it (their places, rising) were refused. It says nothing about what
    /// becomes of them alone: a neighbour that is not durable may be the reason.
    Refused(Vec<(usize, Written)>),
    /// This change has a fault.
    Fault(usize, StoreError),
    /// One of them did it; which one shows when each goes alone.
    Culprit(StoreError),
    /// Another transaction was in the way, or the connection was dead: to be tried again.
    Again(StoreError),
    /// Nothing can be written now.
    All(StoreError),
}

pub(super) fn unbegun(failed: Failed) -> Broken {
    match failed.kind {
        Kind::Conflict | Kind::Gone => Broken::Again(failed.error),
        // Such as a server that only follows another and takes no writes.
        _ => Broken::All(StoreError::Unavailable(failed.error.to_string())),
    }
}

/// What the failure of one statement, in the change at `place`, means to its transaction.
pub(super) fn broken(place: usize, failed: Failed) -> Broken {
    match failed.kind {
        Kind::Unique | Kind::Statement => Broken::Fault(place, failed.error),
        Kind::Conflict | Kind::Gone => Broken::Again(failed.error),
        Kind::Outage => Broken::All(failed.error),
    }
}

/// What a failed commit means. Nothing of it may be tried again unless the server said that it
/// rolled back: with the connection lost nobody knows.
pub(super) fn uncommitted(client: Client, failed: Failed) -> Broken {
    drop(Client::take(client));
    match failed.kind {
        Kind::Conflict => Broken::Again(failed.error),
        Kind::Gone | Kind::Outage => Broken::All(unknown(failed.error)),
        // A deferred constraint is checked here.
        Kind::Unique | Kind::Statement => Broken::Culprit(failed.error),
    }
}
