//! What must hold of promotions: what is counted is what contracts have used, each signed contract
//! once, and no more than there was.

use super::contracts::CONTRACTS;
use super::pages::each;
use super::{Audit, Invariant, PAGE};
use crate::ask::Ask;
use crate::{Query, Row, Store, StoreError, Value};
use domain::contract::Contract;
use domain::promotion::Given;
use domain::quote::Quote;

/// What is counted of each promotion, and what the contracts of its environment say.
pub(super) const USES: &str = "select u.tenant, u.code, u.uses, u.amount, u.most_uses, \
    u.most_amount, (select count(*) from promotion_spend s where s.code = u.code \
    and substr(s.tenant, length(s.tenant) - 3) = substr(u.tenant, length(u.tenant) - 3)), \
    (select cast(coalesce(sum(s.amount), 0) as bigint) from promotion_spend s \
    where s.code = u.code \
    and substr(s.tenant, length(s.tenant) - 3) = substr(u.tenant, length(u.tenant) - 3)) \
    from promotion_use u where (u.tenant, u.code) > ($1, $2) order by u.tenant, u.code limit $3";
/// What contracts have used, whether it is counted, and whether the contract is there.
pub(super) const SPENDS: &str = "select s.tenant, s.contract, s.code, \
    (select count(*) from promotion_use u where u.code = s.code \
    and substr(u.tenant, length(u.tenant) - 3) = substr(s.tenant, length(s.tenant) - 3)), \
    (select count(*) from contract c where c.tenant = s.tenant and c.id = s.contract) \
    from promotion_spend s where (s.tenant, s.contract, s.code) > ($1, $2, $3) \
    order by s.tenant, s.contract, s.code limit $4";

/// Reads every promotion that was used, and every contract beside what it has used.
pub(super) async fn walk(store: &Store, audit: &mut Audit) -> Result<(), StoreError> {
    let mut after = [Value::from(""), "".into()];
    loop {
        let [tenant, code] = after;
        let query = Query::new(USES, [tenant, code, PAGE.into()]);
        let rows = store.ask(Ask { query, read: Ok }).await?;
        for row in &rows {
            counted(row, audit)?;
        }
        audit.count("promotion_use", rows.len());
        let Some(last) = rows.last() else { break };
        after = [last.text(0)?.into(), last.text(1)?.into()];
    }
    let mut after = [Value::from(""), "".into(), "".into()];
    loop {
        let [tenant, contract, code] = after;
        let query = Query::new(SPENDS, [tenant, contract, code, PAGE.into()]);
        let rows = store.ask(Ask { query, read: Ok }).await?;
        for row in rows.iter().filter(|row| row.int(3) != Ok(1) || row.int(4) != Ok(1)) {
            let (contract, code) = (row.text(1)?, row.text(2)?);
            let say = format!("promotion {code} of {contract}: not counted, or no such contract");
            audit.blame(Invariant::PromotionsAreSpentOnce, say);
        }
        audit.count("promotion_spend", rows.len());
        let Some(last) = rows.last() else { break };
        after = [last.text(0)?.into(), last.text(1)?.into(), last.text(2)?.into()];
    }
    let ask = |c: &Contract| {
        (
            crate::contract::by_id(c.tenant, c.id),
            crate::quote::by_id(c.tenant, c.quote),
            crate::promotion::of_contract(c.tenant, c.id),
        )
    };
    each(store, CONTRACTS, ask, |file| contract(file, audit)).await
}

fn counted(row: &Row, audit: &mut Audit) -> Result<(), StoreError> {
    let code = row.text(1)?;
    let (uses, amount) = (row.int(2)?, row.int(3)?);
    let within = |used: i64, most: Option<i64>| most.is_none_or(|most| used <= most);
    if !within(uses, row.opt_int(4)?) || !within(amount, row.opt_int(5)?) {
        let say = format!("promotion {code}: {uses} uses and {amount} cents are beyond its limits");
        audit.blame(Invariant::PromotionsWithinBudget, say);
    }
    let (contracts, sum) = (row.int(6)?, row.int(7)?);
    if (uses, amount) != (contracts, sum) {
        let say = format!(
            "promotion {code}: {uses} uses and {amount} cents are counted, contracts have \
             {contracts} and {sum}"
        );
        audit.blame(Invariant::PromotionsAreSpentOnce, say);
    }
    Ok(())
}

type Signed = (Option<Contract>, Option<Quote>, Vec<Given>);

fn contract((contract, quote, spent): Signed, audit: &mut Audit) {
    let (Some(contract), Some(quote)) = (contract, quote) else { return };
    let offer = quote.offer().filter(|_| contract.is_signed());
    let mut given = offer.map_or_else(Vec::new, |offer| offer.given.clone());
    given.sort_by(|a, b| a.promotion.cmp(&b.promotion));
    if given != spent {
        let (given, spent) = (given.len(), spent.len());
        let say = format!("contract {}: given {given} promotions, used {spent}", contract.id);
        audit.blame(Invariant::PromotionsAreSpentOnce, say);
    }
}
