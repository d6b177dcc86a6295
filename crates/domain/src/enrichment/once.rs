//! Enrichments that may be sent again: the very same changes nothing, even after handoff.

use super::{BillTo, Billing, Enrich, enrich};
use crate::change::{Context, Record};
use crate::decision::Decision;
use crate::order::{BillingAccount, Order, SubOrder};
use crate::programme::Programme;
use crate::refusal::{IfMatch, Refusal};

/// Gives a sub-order an enrichment, in place of another; one that it has already is left alone. A
/// new billing account with the content of `billed`, the account that the sub-order is billed to,
/// is that account.
///
/// # Errors
/// As [`enrich`].
pub fn enrich_once(
    ctx: &mut Context,
    programme: &Programme,
    order: &Order,
    sub: &SubOrder,
    billed: Option<&BillingAccount>,
    what: Enrich,
) -> Result<Decision<SubOrder>, Refusal> {
    let what = match (what, billed) {
        (Enrich::Billing { to, billing }, Some(billed)) if is_of(billed, &to, &billing) => {
            Enrich::Billing { to: Box::new(BillTo::Existing(billed.clone())), billing }
        }
        (what, _) => what,
    };
    if has(sub, &what) {
        return Ok(Decision::repeated(sub, sub.clone()));
    }
    enrich(ctx, programme, order, sub, IfMatch::Any, what)
}

/// The same of the billing, with the account that the sub-order is billed to from then on.
///
/// # Errors
/// As [`enrich`].
pub fn billing_once(
    ctx: &mut Context,
    programme: &Programme,
    order: &Order,
    sub: &SubOrder,
    billed: Option<&BillingAccount>,
    what: Enrich,
) -> Result<Decision<(SubOrder, BillingAccount)>, Refusal> {
    let named = match &what {
        Enrich::Billing { to, .. } => match &**to {
            BillTo::Existing(account) => Some(account.clone()),
            BillTo::New { .. } => billed.cloned(),
        },
        _ => billed.cloned(),
    };
    let Decision { change, view } = enrich_once(ctx, programme, order, sub, billed, what)?;
    let made = change.puts.iter().find_map(|put| match &put.record {
        Record::BillingAccount(account) => Some(account.clone()),
        _ => None,
    });
    let account = made.or(named).ok_or_else(|| Refusal::not_found("billing account"))?;
    Ok(Decision { change, view: (view, account) })
}

/// Whether a new account would have the content of this one.
fn is_of(account: &BillingAccount, to: &BillTo, billing: &Billing) -> bool {
    let BillTo::New { name, address, contacts } = to else { return false };
    account.name == *name
        && account.address == *address
        && account.contacts == *contacts
        && account.paperless == billing.paperless
}

/// Whether the sub-order has this very enrichment.
fn has(sub: &SubOrder, what: &Enrich) -> bool {
    let had = &sub.enrichments;
    match what {
        Enrich::Installation(new) => had.installation.as_ref().is_some_and(|f| f.value == *new),
        Enrich::Shipping(new) => had.shipping.as_ref().is_some_and(|f| f.value == *new),
        Enrich::PortReservation(new) => {
            had.port_reservation.as_ref().is_some_and(|f| f.value == *new)
        }
        Enrich::Billing { to, billing } => {
            let BillTo::Existing(account) = &**to else { return false };
            let new = Billing { billing_account: account.id, ..billing.clone() };
            had.billing.as_ref().is_some_and(|f| f.value == new)
        }
    }
}
