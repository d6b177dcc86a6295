//! Orders with their sub-orders, and what they were made of.

use super::pages::{each, page};
use super::price::{as_quoted, items_sum, sums_to};
use super::{Audit, Invariant};
use crate::ask::Ask;
use crate::{Query, Store, StoreError};
use domain::contract::Contract;
use domain::id::Id;
use domain::order::{Order, SubOrder, SubOrderPhase};
use domain::quote::{Quote, QuoteState, Site};
use std::collections::{BTreeSet, HashMap};

pub(super) const ORDERS: &str = page!("orders");
pub(super) const GROUPS: &str = "select id from customer_group where tenant = $1 and id = $2";
pub(super) const SUB_ORDERS: &str = page!("sub_order");

fn group(order: &Order) -> Ask<bool> {
    let group = order.group.unwrap_or(order.id);
    let values = [order.tenant.to_string().into(), group.short().into()];
    Ask { query: Query::new(GROUPS, values), read: crate::ask::any }
}

type File = (Option<Order>, Option<Contract>, Option<Quote>, Vec<SubOrder>, Vec<Site>, bool);

/// Reads every order and sub-order.
pub(super) async fn walk(store: &Store, audit: &mut Audit) -> Result<(), StoreError> {
    let ask = |o: &Order| {
        (
            crate::order::by_id(o.tenant, o.id),
            crate::contract::by_id(o.tenant, o.contract),
            crate::quote::by_id(o.tenant, o.quote),
            crate::order::sub_orders(o.tenant, o.id),
            crate::site::of_quote(o.tenant, o.quote),
            group(o),
        )
    };
    each(store, ORDERS, ask, |file| order(file, audit)).await?;
    let ask = |s: &SubOrder| {
        // What it does not name is asked for by its own id, which no billing account has.
        let account = s.enrichments.billing.as_ref().map_or(s.id, |b| b.value.billing_account);
        (crate::order::sub_order(s.tenant, s.id), crate::billing::by_id(s.tenant, account))
    };
    each(store, SUB_ORDERS, ask, |(sub, account)| {
        if let Some(sub) = sub {
            sub_order(&sub, account.is_some(), audit);
        }
    })
    .await
}

fn order((order, contract, quote, subs, sites, grouped): File, audit: &mut Audit) {
    let Some(order) = order else { return };
    let of: HashMap<Id, &Site> = sites.iter().map(|site| (site.id, site)).collect();
    for sub in &subs {
        let quoted = of.get(&sub.site).is_none_or(|site| as_quoted(sub, site));
        if !quoted || sub.quote != order.quote {
            let say = format!("sub-order {}: not what was quoted for its site", sub.id);
            audit.blame(Invariant::SubOrdersAreAsQuoted, say);
        }
    }
    let mut blame = |holds: bool, invariant, what: &str| {
        if !holds {
            audit.blame(invariant, format!("order {}: {what}", order.id));
        }
    };
    let bound = contract.as_ref().zip(quote.as_ref()).is_some_and(|(contract, quote)| {
        let ended = order.terminated_at.is_some();
        let stands = if ended { contract.is_terminated() } else { contract.is_signed() };
        stands && contract.quote == order.quote && accepted_by(quote, contract)
    });
    blame(bound, Invariant::OrdersAreSigned, "no signed contract of an accepted quote");
    let held = |sub: &SubOrder| !sub.is_open() && !sub.came_to_nothing();
    let apart = order.terminated_at.is_none() || !subs.iter().any(held);
    blame(apart, Invariant::TerminatedIsNotDelivered, "terminated, and with fulfilment");
    let theirs = quote.is_none_or(|q| {
        (&q.number, q.opportunity, q.account) == (&order.number, order.opportunity, order.account)
    });
    blame(theirs, Invariant::OrdersAreOfTheirQuote, "not what its quote is about");
    let costs = contract.is_none_or(|c| c.totals == order.totals);
    blame(costs, Invariant::OrdersCostWhatWasSigned, "its totals are not those that were signed");
    let ordered: BTreeSet<_> = subs.iter().map(|s| s.site.short().to_owned()).collect();
    let quoted: BTreeSet<_> = sites.iter().map(|s| s.id.short().to_owned()).collect();
    let each = ordered == quoted && ordered.len() == subs.len();
    let what = format!("{} sub-orders for {} sites", subs.len(), sites.len());
    blame(each, Invariant::SubOrdersAreSites, &what);
    let sum = sums_to(&order.totals, subs.iter().map(|s| &s.totals));
    blame(sum, Invariant::OrdersAddUp, "its sub-orders do not sum to its totals");
    blame(grouped || order.group.is_none(), Invariant::GroupsExist, "its group is not there");
}

fn accepted_by(quote: &Quote, by: &Contract) -> bool {
    matches!(&quote.state, QuoteState::Accepted { contract, .. } if *contract == by.id)
}

/// What a sub-order says by itself.
fn sub_order(sub: &SubOrder, account: bool, audit: &mut Audit) {
    use SubOrderPhase::{Completed, Draft, Failed, Rejected, Submitted};
    let mut blame = |holds: bool, invariant, what: &str| {
        if !holds {
            audit.blame(invariant, format!("sub-order {}: {what}", sub.id));
        }
    };
    blame(items_sum(sub), Invariant::ItemsAddUp, "its items do not sum to its totals");
    let billed = sub.enrichments.billing.is_none() || account;
    blame(billed, Invariant::BillingAccountsExist, "its billing account is not there");
    let planned = sub.milestones.iter().all(|m| m.planned.is_some() == (sub.state != Draft));
    let dated = (sub.state == Draft) == sub.handed_off_at.is_none() && planned;
    blame(dated, Invariant::HandoffsAreDated, "its state and its handoff disagree");
    let before = matches!(sub.state, Draft | Submitted | Rejected);
    let kept = before == sub.acknowledgement.is_none();
    blame(kept, Invariant::AcknowledgementsAreKept, "its state and its acknowledgement disagree");
    let all = sub.milestones.iter().all(|m| m.reached_at.is_some());
    let none = sub.milestones.iter().all(|m| m.reached_at.is_none());
    let reached = (sub.state != Completed || all) && (!before || none);
    blame(reached, Invariant::CompletedReachedEverything, "its state and its milestones disagree");
    let told = matches!(sub.state, Rejected | Failed) == sub.trouble.is_some();
    blame(told, Invariant::TroublesAreTold, "its state and its trouble disagree");
}
