//! What must hold between the objects of one flow: quote, contract, order. Each is read again
//! with its relations, from one snapshot.

use super::{Audit, Invariant};
use crate::ask::{Ask, Asks, doc_in};
use crate::{Query, Store, StoreError, Value};
use domain::contract::{Contract, ContractState};
use domain::money::Money;
use domain::order::{Order, SubOrder};
use domain::pricing::Totals;
use domain::quote::{Quote, QuoteState, Site};
use serde::de::DeserializeOwned;
use std::collections::BTreeSet;

/// Objects of a page: each brings its relations along.
const PAGE: u32 = 50;

macro_rules! page {
    ($table:literal) => {
        concat!(
            "select tenant, id, doc from ",
            $table,
            " where (tenant, id) > ($1, $2) order by tenant, id limit $3"
        )
    };
}
pub(super) const QUOTES: &str = page!("quote");
pub(super) const CONTRACTS: &str = page!("contract");
pub(super) const ORDERS: &str = page!("orders");

/// Reads every quote, contract and order.
pub(super) async fn walk(store: &Store, audit: &mut Audit) -> Result<(), StoreError> {
    let ask = |q: &Quote| {
        let contract = match &q.state {
            QuoteState::Accepted { contract, .. } => *contract,
            _ => q.id,
        };
        (
            crate::quote::by_id(q.tenant, q.id),
            crate::site::of_quote(q.tenant, q.id),
            crate::contract::by_id(q.tenant, contract),
        )
    };
    each(store, QUOTES, ask, |file| quote(file, audit)).await?;
    let ask = |c: &Contract| {
        (crate::contract::by_id(c.tenant, c.id), crate::quote::by_id(c.tenant, c.quote))
    };
    each(store, CONTRACTS, ask, |file| contract(file, audit)).await?;
    let ask = |o: &Order| {
        (
            crate::order::by_id(o.tenant, o.id),
            crate::contract::by_id(o.tenant, o.contract),
            crate::quote::by_id(o.tenant, o.quote),
            crate::order::sub_orders(o.tenant, o.id),
            crate::site::of_quote(o.tenant, o.quote),
        )
    };
    each(store, ORDERS, ask, |file| order(file, audit)).await
}

/// Asks about every object of a table, page by page. One whose documents do not parse is left
/// out: another invariant tells of it.
pub(super) async fn each<T: DeserializeOwned, A: Asks>(
    store: &Store,
    sql: &'static str,
    ask: impl Fn(&T) -> A,
    mut look: impl FnMut(A::Answers),
) -> Result<(), StoreError> {
    let mut after = [Value::from(""), "".into()];
    loop {
        let [tenant, id] = after;
        let query = Query::new(sql, [tenant, id, PAGE.into()]);
        let rows = store.ask(Ask { query, read: Ok }).await?;
        let nouns: Vec<T> = rows.iter().filter_map(|row| doc_in(row, 2).ok()).collect();
        match store.ask(nouns.iter().map(&ask).collect::<Vec<A>>()).await {
            Ok(files) => files.into_iter().for_each(&mut look),
            Err(StoreError::Corrupt { .. }) => {
                for noun in &nouns {
                    match store.ask(ask(noun)).await {
                        Ok(file) => look(file),
                        Err(StoreError::Corrupt { .. }) => {}
                        Err(e) => return Err(e),
                    }
                }
            }
            Err(e) => return Err(e),
        }
        let Some(last) = rows.last() else { return Ok(()) };
        after = [last.text(0)?.into(), last.text(1)?.into()];
    }
}

fn quote(
    (quote, sites, contract): (Option<Quote>, Vec<Site>, Option<Contract>),
    audit: &mut Audit,
) {
    let Some(quote) = quote else { return };
    for site in &sites {
        if let Some(price) = &site.price
            && !sums_to(&price.totals, price.lines.iter().map(|line| &line.totals))
        {
            let say = format!("site {}: its lines do not sum to its totals", site.id);
            audit.blame(Invariant::SumsAreExact, say);
        }
    }
    if let Some(offer) = quote.offer() {
        let priced = sites.iter().filter_map(|s| s.price.as_ref()).map(|p| &p.totals);
        if !sums_to(&offer.totals, priced) {
            let say = format!("quote {}: its sites do not sum to its offer", quote.id);
            audit.blame(Invariant::SumsAreExact, say);
        }
    }
    if matches!(quote.state, QuoteState::Accepted { .. })
        && !contract.is_some_and(|c| signed(&c) && c.quote == quote.id)
    {
        let say = format!("quote {}: it is accepted without a signed contract", quote.id);
        audit.blame(Invariant::SignedIsAccepted, say);
    }
}

fn contract((contract, quote): (Option<Contract>, Option<Quote>), audit: &mut Audit) {
    let Some(contract) = contract.filter(signed) else { return };
    if !quote.is_some_and(|q| accepted_by(&q, &contract)) {
        let say = format!("contract {}: it is signed, its quote not accepted by it", contract.id);
        audit.blame(Invariant::SignedIsAccepted, say);
    }
}

type OrderFile = (Option<Order>, Option<Contract>, Option<Quote>, Vec<SubOrder>, Vec<Site>);

fn order((order, contract, quote, subs, sites): OrderFile, audit: &mut Audit) {
    let Some(order) = order else { return };
    let bound = contract.zip(quote).is_some_and(|(contract, quote)| {
        signed(&contract) && contract.quote == order.quote && accepted_by(&quote, &contract)
    });
    if !bound {
        let say = format!("order {}: no signed contract of an accepted quote", order.id);
        audit.blame(Invariant::OrdersAreSigned, say);
    }
    let ordered: BTreeSet<_> = subs.iter().map(|s| s.site.short().to_owned()).collect();
    let quoted: BTreeSet<_> = sites.iter().map(|s| s.id.short().to_owned()).collect();
    if ordered != quoted || ordered.len() != subs.len() {
        let (subs, sites) = (subs.len(), sites.len());
        let say = format!("order {}: {subs} sub-orders for {sites} sites", order.id);
        audit.blame(Invariant::SubOrdersAreSites, say);
    }
    if !sums_to(&order.totals, subs.iter().map(|s| &s.totals)) {
        let say = format!("order {}: its sub-orders do not sum to its totals", order.id);
        audit.blame(Invariant::SumsAreExact, say);
    }
    for sub in subs.iter().filter(|sub| !items_sum(sub)) {
        let say = format!("sub-order {}: its items do not sum to its totals", sub.id);
        audit.blame(Invariant::SumsAreExact, say);
    }
}

const fn signed(contract: &Contract) -> bool {
    matches!(contract.state, ContractState::Signed { .. })
}

fn accepted_by(quote: &Quote, by: &Contract) -> bool {
    matches!(&quote.state, QuoteState::Accepted { contract, .. } if *contract == by.id)
}

fn sums_to<'t>(whole: &Totals, parts: impl Iterator<Item = &'t Totals>) -> bool {
    Totals::sum(parts).is_ok_and(|sum| sum == *whole)
}

/// Items have no total over the term of their own: it follows from the other two.
fn items_sum(sub: &SubOrder) -> bool {
    let sum = |part: fn(&domain::order::OrderItem) -> Money| Money::sum(sub.items.iter().map(part));
    let (Ok(mrc), Ok(nrc)) = (sum(|i| i.mrc), sum(|i| i.nrc)) else { return false };
    let value = mrc.times(i64::from(sub.term_months)).and_then(|m| m.checked_add(nrc));
    sub.totals.mrc == mrc
        && sub.totals.nrc == nrc
        && value.is_ok_and(|value| value == sub.totals.total_contract_value)
}
