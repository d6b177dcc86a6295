//! Stories: the whole flow through the door, for each programme.

mod aiab;
mod alliance;
mod apex;
pub(crate) mod steps;
