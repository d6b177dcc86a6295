//! Orders and handoffs that may be asked for again: the very same changes nothing and is answered
//! as it is now. Whoever has no idempotency key repeats these.

use super::{NewOrder, Order, OrderView, SubOrder, hand_off, order_create};
use crate::change::Context;
use crate::decision::Decision;
use crate::law::QuoteFile;
use crate::quote::Rules;
use crate::refusal::Refusal;
use faults::{Bug, planted};

/// Creates the order of a signed quote. One that was created with the same content is answered;
/// its sub-orders are those of the file.
///
/// # Errors
/// As [`order_create`]: also where the quote was ordered with other content.
pub fn order_once(
    ctx: &mut Context,
    rules: Rules<'_>,
    file: &QuoteFile,
    new: NewOrder,
) -> Result<Decision<OrderView>, Refusal> {
    match &file.order {
        Some(order) if is_the_same(order, file, &new) && !planted(Bug::RepeatRefused) => {
            let sub_orders = file.sub_orders.clone();
            Ok(Decision::repeated(order, OrderView { order: order.clone(), sub_orders }))
        }
        _ => order_create(ctx, rules, file, new),
    }
}

fn is_the_same(order: &Order, file: &QuoteFile, new: &NewOrder) -> bool {
    let purchase_order = new.purchase_order.as_ref();
    new.accept_terms
        && order.primary_contact == new.primary_contact
        && order.alternate_contact == new.alternate_contact
        && order.external_id == new.external_id
        && order.purchase_order.as_ref()
            == purchase_order.or(file.quote.billing.purchase_order.as_ref())
}

/// Hands off those of the sub-orders that are open. If all were handed off before, they are
/// answered as they are now.
///
/// # Errors
/// As [`hand_off`].
pub fn hand_off_once(
    ctx: &mut Context,
    rules: Rules<'_>,
    order: &Order,
    sub_orders: &[SubOrder],
) -> Result<Decision<OrderView>, Refusal> {
    if sub_orders.is_empty() || sub_orders.iter().any(SubOrder::is_open) {
        return hand_off(ctx, rules, order, sub_orders);
    }
    let view = OrderView { order: order.clone(), sub_orders: sub_orders.to_vec() };
    Ok(Decision::repeated(order, view))
}
