//! What a rule answers when it says yes.

use crate::change::{Change, Object};

/// What changes, and the view of it that the caller is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision<V> {
    pub change: Change,
    pub view: V,
}

impl<V> Decision<V> {
    /// What was asked for was done before, and `effect` is what it did: nothing changes.
    pub fn repeated<T: Object>(effect: &T, view: V) -> Self {
        Self { change: Change::resting_on(effect), view }
    }
}
