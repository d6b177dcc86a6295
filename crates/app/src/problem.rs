//! Why an action gave no answer: a refusal is theirs and has a code; a fault is ours and is
//! logged once, at the door.

use domain::refusal::Refusal;
use store::StoreError;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    #[error("{}", .0.detail)]
    Refused(Refusal),
    #[error(transparent)]
    Fault(#[from] StoreError),
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}
