//! The APEX family, as published.

mod billing;
mod config;
mod contract;
mod credit;
mod customer;
mod enrichment;
mod order;
mod price;
mod quote;
mod site;
mod status;

use super::door::Asked;
use crate::State;
use crate::door::Refused;
use crate::v1::shape::{At, Faults};
use domain::code::Because;
use domain::id::Id;
use domain::refusal::{Fault, Refusal};
use utoipa_axum::router::OpenApiRouter;

/// Every path of the family, in the order of its flow.
pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .merge(quote::routes())
        .merge(site::routes())
        .merge(config::routes())
        .merge(credit::routes())
        .merge(contract::routes())
        .merge(order::routes())
        .merge(enrichment::routes())
        .merge(billing::routes())
        .merge(customer::routes())
        .merge(status::routes())
}

/// As `status` says that all went well.
const SUCCESS: &str = "Success";

/// A number for what is known here by an id, where the family shows a number. It is always the
/// same for one id; nothing is found by it.
fn number_of(id: Id) -> u32 {
    // FNV-1a, without the highest bit: it fits a signed integer.
    let hash = id
        .short()
        .bytes()
        .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    hash & 0x7fff_ffff
}

/// One id of a body that is read by itself.
fn one_id(pointer: &str, text: &str) -> Result<Id, Refusal> {
    let mut faults = Faults::default();
    let id = faults.id(pointer, text);
    faults.finish(id)
}

/// The id that a query must name.
fn asked_id(asked: &Asked, name: &str) -> Result<Id, Refused> {
    let mut params = asked.params();
    let found = params.id(name);
    let id = params.needs(name, found);
    params.sound().at(&asked.place)?;
    // Without it the parameters are not sound.
    id.ok_or_else(|| asked.place.refuse(Refusal::not_found(name)))
}

/// What a call names is not there, or not this caller's.
fn not_there(noun: &str, pointer: &str) -> Refusal {
    let fault = Fault::new(pointer, Because::UnknownId, format!("there is no such {noun}"));
    Refusal::not_found(noun).with(vec![fault])
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::id::Kind;

    #[test]
    fn an_id_has_one_number_that_a_client_of_the_family_can_hold() {
        let numbers = (0..1000).map(|n| number_of(Id::new(Kind::Contract, 1_790_000_000_000, n)));
        let numbers: std::collections::BTreeSet<u32> = numbers.collect();
        assert!(numbers.len() > 990, "{}", numbers.len());
        assert!(numbers.iter().all(|number| i32::try_from(*number).is_ok()));
    }
}
