//! Enriching an order from a file: which sub-orders its rows mean, and taking them.

use super::Accounts;
use crate::{Action, App, Caller, Decided, Problem};
use domain::change::Context;
use domain::enrichment::{
    self, EnrichDo, EnrichImport, EnrichImported, Matched, MatchedRow, NamedRow, Row,
};
use domain::id::Id;
use domain::order::{Order, SubOrder};
use domain::party::Tenant;
use domain::refusal::{IfMatch, Refusal};
use std::collections::HashMap;
use std::sync::Arc;

/// Gives sub-orders what the rows of a file say, read and matched already.
#[derive(Debug)]
pub struct EnrichmentImport {
    pub order: Id,
    /// The rows that can be taken.
    pub rows: Arc<Vec<MatchedRow>>,
    pub asked: Arc<EnrichImport>,
}

impl Action for EnrichmentImport {
    type View = EnrichImported;

    async fn decide(
        &self,
        app: &App,
        caller: &Caller,
        ctx: &mut Context,
    ) -> Decided<EnrichImported> {
        let seller = caller.seller()?;
        let programme = app.programme(seller)?;
        let (order, subs) = app.whole_order(seller.tenant, self.order).await?;
        let all = self.rows.iter().flat_map(|row| &row.own);
        let mut accounts = Accounts::named(app, seller.tenant, all).await?;
        let mut subs: HashMap<Id, SubOrder> = subs.into_iter().map(|sub| (sub.id, sub)).collect();
        let mut rows = Vec::with_capacity(self.rows.len());
        for row in self.rows.iter() {
            let place = format!("/rows/{}", row.row);
            // A sub-order is never removed.
            let Some(sub) = subs.remove(&row.sub_order) else { continue };
            let of_billing = format!("{place}/billing");
            let with = |what: &EnrichDo| accounts.with(what.clone(), &of_billing);
            let own = row.own.iter().filter_map(with).collect();
            rows.push(Row { sub, seen: IfMatch::Any, own, place });
        }
        let rows = accounts.known(Some(rows))?;
        let asked = self.asked.as_ref().clone();
        Ok(enrichment::enrich_import(ctx, programme, &order, rows, asked)?)
    }
}

impl App {
    /// Which sub-orders these rows mean, and what stands against them now.
    pub async fn enrichment_match(
        &self,
        caller: &Caller,
        order: Id,
        rows: Vec<NamedRow>,
    ) -> Result<Matched, Problem> {
        let seller = caller.seller()?;
        let programme = self.programme(seller)?;
        let (order, subs) = self.whole_order(seller.tenant, order).await?;
        let all = rows.iter().flat_map(|row| &row.own);
        let accounts = Accounts::named(self, seller.tenant, all).await?;
        let ctx = self.context_of(seller.tenant, caller.actor(), None).await?;
        Ok(enrichment::match_rows(&ctx, programme, &order, &subs, &accounts.found, rows))
    }

    /// An order with all of its sub-orders.
    async fn whole_order(&self, tenant: Tenant, id: Id) -> Result<(Order, Vec<SubOrder>), Problem> {
        let asks = (store::order::by_id(tenant, id), store::order::sub_orders(tenant, id));
        let (order, subs) = self.store.ask(asks).await?;
        Ok((order.ok_or_else(|| Refusal::not_found("order"))?, subs))
    }
}
