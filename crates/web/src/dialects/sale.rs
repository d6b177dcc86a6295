//! What Alliance and AIAB share: one channel sells through both, so that most of their calls are
//! the same. What only one of them has stands in its own folder.

pub(super) mod billing;
pub(super) mod config;
pub(super) mod contract;
pub(super) mod credit;
pub(super) mod enrichment;
pub(super) mod handoff;
pub(super) mod installation;
pub(super) mod lookup;
pub(super) mod order;
pub(super) mod quote;
pub(super) mod site;
pub(super) mod status;

use super::door::Said;
use super::shape::moment;
use crate::door::{Place, Refused};
use crate::v1::shape::{At, Faults};
use app::read::OrderFile;
use app::{App, Caller};
use domain::code::Because;
use domain::id::Id;
use domain::refusal::Fault;
use domain::time::{Date, Moment};
use store::order::Part;

/// The word for a step that was done.
const SUCCESS: &str = "Success";

/// The id that a member holds.
fn id(place: &Place, pointer: &str, text: &str) -> Result<Id, Refused> {
    let mut faults = Faults::default();
    let id = faults.id(pointer, text);
    faults.finish(id).at(place)
}

/// The day of a moment in a published form, or a day by itself.
pub(super) fn day(faults: &mut Faults, pointer: &str, text: &str) -> Option<Date> {
    let day = moment(text).map(Moment::date).or_else(|| text.parse().ok());
    if day.is_none() {
        let fault = Fault::new(pointer, Because::BadFormat, "neither a moment nor a day");
        faults.push(fault.expected("2026-12-07T20:00:00.000+0000, or 2026-12-07"));
    }
    day
}

/// The ids of two members, both read before either is refused.
fn ids(said: &Said, one: (&str, &str), other: (&str, &str)) -> Result<(Id, Id), Refused> {
    let mut faults = Faults::default();
    let (first, second) = (faults.id(one.0, one.1), faults.id(other.0, other.1));
    faults.finish(first.zip(second)).at(&said.place)
}

/// An order with all of its sub-orders.
async fn whole(app: &App, caller: &Caller, order: Id) -> Result<OrderFile, app::Problem> {
    let all = Part { after: 0, state: String::new(), limit: u32::MAX };
    app.order_part(caller, order, &all).await
}
