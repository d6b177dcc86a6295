//! What a rule answers when it says yes.

use crate::change::Change;

/// What changes, and the view of it that the caller is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision<V> {
    pub change: Change,
    pub view: V,
}
