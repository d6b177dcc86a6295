//! What can become of a transaction besides its success.

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
