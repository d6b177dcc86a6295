//! Loading what a decision looks at: everything about one quote or order from one snapshot.

use crate::read::SHOWN;
use crate::{App, Problem, Seller};
use domain::id::Id;
use domain::law::QuoteFile;
use domain::order::{Order, SubOrder};
use domain::party::Tenant;
use domain::programme::Programme;
use domain::promotion::Allowance;
use domain::quote::Rules;
use domain::refusal::Refusal;
use store::order::Part;

impl App {
    /// A quote with all that its gates look at.
    pub(crate) async fn quote_file(&self, tenant: Tenant, id: Id) -> Result<QuoteFile, Problem> {
        let asks = (
            store::quote::by_id(tenant, id),
            store::site::of_quote(tenant, id),
            store::customer::of_quote(tenant, id),
            store::exception::of_quote(tenant, id),
            store::credit::of_quote(tenant, id),
            store::contract::of_quote(tenant, id),
            store::promotion::used(tenant.environment),
            store::order::of_quote(tenant, id),
            store::order::sub_orders_of_quote(tenant, id),
        );
        let (quote, sites, account, exceptions, credit, contracts, used, order, sub_orders) =
            self.store.ask(asks).await?;
        let quote = quote.ok_or_else(|| Refusal::not_found("quote"))?;
        let allowance = |promotion| Allowance::new(promotion, &used);
        let promotions = self.catalogue.promotions().iter().map(allowance).collect();
        Ok(QuoteFile {
            quote,
            sites,
            account,
            exceptions,
            credit,
            contracts,
            promotions,
            order,
            sub_orders,
        })
    }

    /// An order with its open sub-orders, at most so many; where none is open, with the first of
    /// all. What is not open never is again, so that the two looks need no common snapshot.
    pub(crate) async fn open_file(
        &self,
        tenant: Tenant,
        id: Id,
        most: u32,
    ) -> Result<(Order, Vec<SubOrder>), Problem> {
        let asks =
            (store::order::by_id(tenant, id), store::order::open_sub_orders(tenant, id, most));
        let (order, mut sub_orders) = self.store.ask(asks).await?;
        let order = order.ok_or_else(|| Refusal::not_found("order"))?;
        if sub_orders.is_empty() {
            let first = Part { after: 0, state: String::new(), limit: SHOWN };
            sub_orders = self.store.ask(store::order::sub_orders_part(tenant, id, &first)).await?;
        }
        Ok((order, sub_orders))
    }

    /// A sub-order with its parent.
    pub(crate) async fn sub_order_file(
        &self,
        tenant: Tenant,
        id: Id,
    ) -> Result<(Order, SubOrder), Problem> {
        let asks = (store::order::of_sub_order(tenant, id), store::order::sub_order(tenant, id));
        match self.store.ask(asks).await? {
            (Some(order), Some(sub)) => Ok((order, sub)),
            _ => Err(Refusal::not_found("sub-order").into()),
        }
    }

    /// The programme that a partner works under.
    pub(crate) fn programme(&self, seller: Seller<'_>) -> Result<&Programme, Problem> {
        let code = &seller.partner.programme;
        self.programmes.get(code).ok_or_else(|| {
            let message = format!("partner {} is in no known programme: {code}", seller.partner.id);
            Problem::Fault(store::StoreError::Unavailable(message))
        })
    }

    /// The rules that a partner's quotes are worked on under.
    pub(crate) fn rules(&self, seller: Seller<'_>) -> Result<Rules<'_>, Problem> {
        Ok(Rules { programme: self.programme(seller)?, partner: seller.partner.id })
    }
}
