//! Plain reads, already scoped to the caller. A read needs no action.

use crate::load::Sites;
use crate::{App, Caller, Problem};
use domain::contract::Contract;
use domain::credit::CreditCheck;
use domain::customer::lookup::{Lookup, Match};
use domain::customer::{Account, Loa};
use domain::event::Event;
use domain::exception::ExceptionRequest;
use domain::id::{Id, Kind};
use domain::journey::{Journey, journey};
use domain::law::{Facts, QuoteFile};
use domain::letter::{self, LetterOfAgency};
use domain::opportunity::Opportunity;
use domain::order::{BillingAccount, CustomerGroup, Order, OrderState, PhaseCounts, SubOrder};
use domain::party::Tenant;
use domain::programme::Programme;
use domain::quote::{Quote, Site};
use domain::refusal::Refusal;
use domain::time::Moment;
use std::collections::HashMap;
use store::Page;
use store::order::Part;

/// A customer that answers a lookup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub account: Account,
    /// Whether this partner may serve it now, by its status or by an exception.
    pub served: bool,
    /// The newest exception request of this partner for it.
    pub exception: Option<ExceptionRequest>,
    /// Its consent: this partner's own letter of agency, or the one that operations loaded.
    pub loa: Loa,
}

impl Found {
    /// For a partner with these exception requests and letters for it, oldest first.
    fn of(
        account: Account,
        partner: Id,
        (mut exceptions, letters): (Vec<ExceptionRequest>, Vec<LetterOfAgency>),
        now: Moment,
    ) -> Self {
        let unserved = domain::customer::unserved(&account, partner, &exceptions, now);
        let loa = letter::consent(&account, &letters);
        Self { account, served: unserved.is_none(), exception: exceptions.pop(), loa }
    }
}

/// How many orders a page that filters by state looks at.
const LOOK_AT: u32 = 1000;

/// How many sub-orders stand in the answer about an order. The rest is read by page.
pub const SHOWN: u32 = 100;

/// What is read with an order.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderFile {
    pub order: Order,
    pub counts: PhaseCounts,
    /// The first of them, in the order of their places: at most [`SHOWN`].
    pub sub_orders: Vec<SubOrder>,
}

/// A part of a quote's sites.
#[derive(Debug, Clone, PartialEq)]
pub struct SitesPage {
    pub quote: Quote,
    /// In the order of their places.
    pub sites: Vec<Site>,
}

impl App {
    /// The end customers that a partner may see and that answer its question: at most five, best
    /// first, each with the reasons.
    pub async fn customers_find(
        &self,
        caller: &Caller,
        lookup: Lookup,
    ) -> Result<Vec<(Found, Match)>, Problem> {
        let seller = caller.seller()?;
        let asked = lookup.read()?;
        let (environment, partner) = (caller.environment, seller.partner.id);
        let best = store::customer::find(&self.store, environment, Some(partner), &asked).await?;
        let ask = |(account, _): &(Account, Match)| {
            (
                store::exception::of_account(seller.tenant, account.id),
                store::letter::of_account(seller.tenant, account.id),
            )
        };
        let own = self.store.ask(best.iter().map(ask).collect::<Vec<_>>()).await?;
        let now = self.now(caller).await?;
        let found = best
            .into_iter()
            .zip(own)
            .map(|((account, matched), own)| (Found::of(account, partner, own, now), matched));
        Ok(found.collect())
    }

    pub async fn customer_get(&self, caller: &Caller, id: Id) -> Result<Found, Problem> {
        let seller = caller.seller()?;
        let account = self.store.ask(store::customer::by_id(caller.environment, id)).await?;
        let account = account
            .filter(|a| a.visible_to(seller.partner.id))
            .ok_or_else(|| Refusal::not_found("customer"))?;
        self.with_own(caller, account).await
    }

    /// With what the partner has for it.
    async fn with_own(&self, caller: &Caller, account: Account) -> Result<Found, Problem> {
        let seller = caller.seller()?;
        let now = self.now(caller).await?;
        let asks = (
            store::exception::of_account(seller.tenant, account.id),
            store::letter::of_account(seller.tenant, account.id),
        );
        let own = self.store.ask(asks).await?;
        Ok(Found::of(account, seller.partner.id, own, now))
    }

    pub async fn opportunity_get(&self, caller: &Caller, id: Id) -> Result<Opportunity, Problem> {
        let tenant = caller.seller()?.tenant;
        let found = self.store.ask(store::opportunity::by_id(tenant, id)).await?;
        Ok(found.ok_or_else(|| Refusal::not_found("opportunity"))?)
    }

    pub async fn opportunities_list(
        &self,
        caller: &Caller,
        account: Option<Id>,
        page: Page,
    ) -> Result<Vec<Opportunity>, Problem> {
        let tenant = caller.seller()?.tenant;
        Ok(self.store.ask(store::opportunity::list(tenant, account, page)).await?)
    }

    pub async fn quote_get(&self, caller: &Caller, id: Id) -> Result<Quote, Problem> {
        let tenant = caller.seller()?.tenant;
        let asks = (store::quote::by_id(tenant, id), store::credit::of_quote(tenant, id));
        let (found, credit) = self.store.ask(asks).await?;
        let quote = found.ok_or_else(|| Refusal::not_found("quote"))?;
        let now = self.now(caller).await?;
        Ok(self.with_credit(quote, &credit, now))
    }

    /// A quote with all that its gates look at, but without its sites.
    pub async fn quote_facts(&self, caller: &Caller, id: Id) -> Result<QuoteFile, Problem> {
        let now = self.now(caller).await?;
        self.quote_file(now, caller.seller()?.tenant, id, Sites::None).await
    }

    /// A quote with the first so many of its sites that come after a place.
    pub async fn sites_list(
        &self,
        caller: &Caller,
        quote: Id,
        after: u32,
        limit: u32,
    ) -> Result<SitesPage, Problem> {
        let tenant = caller.seller()?.tenant;
        let asks = (
            store::quote::by_id(tenant, quote),
            store::site::page(tenant, quote, after, limit),
            store::credit::of_quote(tenant, quote),
        );
        let (quote, sites, credit) = self.store.ask(asks).await?;
        let quote = quote.ok_or_else(|| Refusal::not_found("quote"))?;
        let now = self.now(caller).await?;
        Ok(SitesPage { quote: self.with_credit(quote, &credit, now), sites })
    }

    pub async fn site_get(&self, caller: &Caller, quote: Id, id: Id) -> Result<Site, Problem> {
        let tenant = caller.seller()?.tenant;
        let asks = (store::quote::by_id(tenant, quote), store::site::named(tenant, quote, id));
        let (quote, mut sites) = self.store.ask(asks).await?;
        quote.ok_or_else(|| Refusal::not_found("quote"))?;
        Ok(sites.pop().ok_or_else(|| Refusal::not_found("site"))?)
    }

    pub async fn quotes_list(
        &self,
        caller: &Caller,
        state: &str,
        opportunity: Option<Id>,
        page: Page,
    ) -> Result<Vec<Quote>, Problem> {
        let tenant = caller.seller()?.tenant;
        let found = self.store.ask(store::quote::list(tenant, state, opportunity, page)).await?;
        self.with_credits(caller, found).await
    }

    /// Quotes whose discount waits for operations.
    pub async fn discounts_queue(
        &self,
        caller: &Caller,
        page: Page,
    ) -> Result<Vec<Quote>, Problem> {
        let environment = caller.operations()?;
        let waiting = store::quote::queue(environment, "pending_approval", page);
        self.with_credits(caller, self.store.ask(waiting).await?).await
    }

    /// The journey of a quote, through to the delivery of its order.
    pub async fn quote_journey(&self, caller: &Caller, id: Id) -> Result<Journey, Problem> {
        let seller = caller.seller()?;
        let programme = self.programme(seller)?;
        let now = self.now(caller).await?;
        let mut file = self.quote_file(now, seller.tenant, id, Sites::None).await?;
        if file.order.is_some() {
            let ask = store::order::sub_orders_of_quote(seller.tenant, id);
            file.sub_orders = self.store.ask(ask).await?;
        }
        Ok(journey(&file.facts(now, programme, seller.partner.id)))
    }

    /// The journey of an order: its quote's, seen from the order.
    pub async fn order_journey(&self, caller: &Caller, id: Id) -> Result<Journey, Problem> {
        let tenant = caller.seller()?.tenant;
        let order = self.store.ask(store::order::by_id(tenant, id)).await?;
        let quote = order.ok_or_else(|| Refusal::not_found("order"))?.quote;
        self.quote_journey(caller, quote).await
    }

    /// What is still missing for one sub-order's handoff, and its programme.
    pub async fn sub_order_get(
        &self,
        caller: &Caller,
        id: Id,
    ) -> Result<(Order, SubOrder), Problem> {
        let tenant = caller.seller()?.tenant;
        self.sub_order_file(tenant, id).await
    }

    /// The programme of the partner that calls.
    pub fn programme_of(&self, caller: &Caller) -> Result<&Programme, Problem> {
        self.programme(caller.seller()?)
    }

    /// What is missing for the handoff of a sub-order, as its gate would say it.
    pub fn handoff_missing(
        &self,
        now: Moment,
        caller: &Caller,
        order: &Order,
        sub: &SubOrder,
    ) -> Result<Vec<domain::refusal::Fault>, Problem> {
        let seller = caller.seller()?;
        let programme = self.programme(seller)?;
        let facts = Facts {
            order: Some(order),
            sub_orders: std::slice::from_ref(sub),
            ..Facts::new(now, programme, seller.partner.id)
        };
        Ok(domain::law::missing(domain::programme::Stage::Handoff, &facts))
    }

    pub async fn credit_get(&self, caller: &Caller, id: Id) -> Result<CreditCheck, Problem> {
        let tenant = caller.seller()?.tenant;
        let found = self.store.ask(store::credit::by_id(tenant, id)).await?;
        Ok(found.ok_or_else(|| Refusal::not_found("credit check"))?)
    }

    pub async fn contract_get(&self, caller: &Caller, id: Id) -> Result<Contract, Problem> {
        self.contract(caller.seller()?, id).await
    }

    pub async fn contract_document(&self, caller: &Caller, id: Id) -> Result<String, Problem> {
        let tenant = caller.seller()?.tenant;
        let found = self.store.ask(store::contract::document(tenant, id)).await?;
        Ok(found.ok_or_else(|| Refusal::not_found("contract"))?)
    }

    pub async fn order_get(&self, caller: &Caller, id: Id) -> Result<OrderFile, Problem> {
        self.order_part(caller, id, &Part { after: 0, state: String::new(), limit: SHOWN }).await
    }

    /// How far an order is: how many of its sub-orders are in each phase.
    pub async fn order_counts(&self, caller: &Caller, id: Id) -> Result<PhaseCounts, Problem> {
        let tenant = caller.seller()?.tenant;
        Ok(self.store.ask(store::order::counts(tenant, id)).await?)
    }

    /// An order, the phases of all its sub-orders, and a part of them.
    pub async fn order_part(
        &self,
        caller: &Caller,
        id: Id,
        part: &Part,
    ) -> Result<OrderFile, Problem> {
        let tenant = caller.seller()?.tenant;
        let asks = (
            store::order::by_id(tenant, id),
            store::order::counts(tenant, id),
            store::order::sub_orders_part(tenant, id, part),
        );
        let (order, counts, sub_orders) = self.store.ask(asks).await?;
        let order = order.ok_or_else(|| Refusal::not_found("order"))?;
        Ok(OrderFile { order, counts, sub_orders })
    }

    /// Orders with their states, newest first, and where the next page begins. The state is a
    /// fold, so a filter on it is applied to what was read; one page looks at `LOOK_AT` orders at
    /// most.
    pub async fn orders_list(
        &self,
        caller: &Caller,
        account: Option<Id>,
        quote: Option<Id>,
        state: Option<&str>,
        page: Page,
    ) -> Result<(Vec<(Order, OrderState)>, Option<Id>), Problem> {
        let tenant = caller.seller()?.tenant;
        let limit = usize::try_from(page.limit).unwrap_or(usize::MAX);
        let look = if state.is_some() { Page { limit: LOOK_AT, ..page } } else { page };
        let mut orders = self.store.ask(store::order::list(tenant, account, quote, look)).await?;
        let seen = usize::try_from(look.limit).unwrap_or(usize::MAX);
        let unseen = orders.len() > seen;
        orders.truncate(seen);
        let last_seen = orders.last().map(|o| o.id).filter(|_| unseen);
        let with_states = self.with_states(tenant, orders).await?;
        let wanted = |(_, s): &(Order, OrderState)| state.is_none_or(|w| w == s.word());
        let mut found: Vec<_> = with_states.into_iter().filter(wanted).collect();
        if found.len() > limit {
            found.truncate(limit);
            let next = found.last().map(|(o, _)| o.id);
            return Ok((found, next));
        }
        Ok((found, last_seen))
    }

    async fn with_states(
        &self,
        tenant: Tenant,
        orders: Vec<Order>,
    ) -> Result<Vec<(Order, OrderState)>, Problem> {
        // Newest first, so the ids fall.
        let (Some(last), Some(first)) = (orders.first(), orders.last()) else {
            return Ok(Vec::new());
        };
        let rows = self.store.ask(store::order::states(tenant, first.id, last.id)).await?;
        let mut phases: HashMap<String, PhaseCounts> = HashMap::new();
        for (order, phase) in rows {
            phases.entry(order).or_default().add(phase, 1);
        }
        let with_state = |order: Order| {
            let state = phases.remove(order.id.short()).unwrap_or_default().state();
            (order, state)
        };
        Ok(orders.into_iter().map(with_state).collect())
    }

    pub async fn billing_accounts(&self, caller: &Caller) -> Result<Vec<BillingAccount>, Problem> {
        let tenant = caller.seller()?.tenant;
        Ok(self.store.ask(store::billing::list(tenant)).await?)
    }

    pub async fn customer_groups(&self, caller: &Caller) -> Result<Vec<CustomerGroup>, Problem> {
        let tenant = caller.seller()?.tenant;
        Ok(self.store.ask(store::billing::groups(tenant)).await?)
    }

    /// What happened to an object of the caller's, oldest first.
    pub async fn history(&self, caller: &Caller, id: Id) -> Result<Vec<Event>, Problem> {
        let events = self.store.ask(store::event::history(caller.tenant(), id)).await?;
        let shared = id.is(Kind::Account) && events.is_empty();
        if events.is_empty() && !shared {
            return Err(Refusal::not_found("object").into());
        }
        if shared {
            // An end customer's own history is the carrier's; what may be seen of it is that it
            // exists.
            self.customer_get(caller, id).await?;
        }
        Ok(events)
    }
}
