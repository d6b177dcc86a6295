//! To be written.

use crate::plan::Plan;
use crate::report::Report;

pub(super) fn run(_: &Plan, _: &mut Report) {}
