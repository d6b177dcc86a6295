//! Loading what a decision looks at: everything about one quote or order from one snapshot. Of a
//! quote's sites only those that it looks at: there may be ten thousand.

use crate::read::SHOWN;
use crate::{App, Caller, Problem, Seller};
use domain::catalogue::Catalogue;
use domain::credit::CreditCheck;
use domain::id::Id;
use domain::law::{MOST_NAMED, QuoteFile};
use domain::order::{Order, SubOrder};
use domain::party::Tenant;
use domain::programme::Programme;
use domain::promotion::Allowance;
use domain::quote::{Approvals, MOST_SHOWN, Quote, Rules, Site};
use domain::refusal::Refusal;
use domain::time::Moment;
use std::collections::BTreeSet;
use std::sync::Arc;
use store::{Ask, Beside};

/// Which of a quote's sites an action looks at.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Sites<'a> {
    None,
    /// Those of these ids that are of the quote.
    Named(&'a [Id]),
    /// Those without a valid address.
    Unpassed,
    /// The first without a valid address that nobody has asked for: as many as an answer shows.
    Open,
    /// The first so many whose address is being validated.
    Requested(u32),
    /// Those without a price to keep, and those whose price rests on one of these bases.
    Unpriced(&'a [Arc<str>]),
    /// Those of these ids, and those that [`Sites::Unpriced`] are.
    Edited(&'a [Id], &'a [Arc<str>]),
    All,
}

/// More than so many are not asked for one by one.
const MOST_SINGLE: usize = 200;

impl Sites<'_> {
    /// The questions; the answers of some may overlap.
    fn asks(self, tenant: Tenant, quote: Id) -> Vec<Ask<Vec<Site>>> {
        match self {
            Self::None => Vec::new(),
            Self::Named(ids) if ids.len() <= MOST_SINGLE => {
                let ids: BTreeSet<Id> = ids.iter().copied().collect();
                ids.into_iter().map(|id| store::site::named(tenant, quote, id)).collect()
            }
            Self::Edited(ids, bases) if ids.len() <= MOST_SINGLE => {
                let mut asks = Self::Unpriced(bases).asks(tenant, quote);
                asks.extend(Self::Named(ids).asks(tenant, quote));
                asks
            }
            Self::Named(_) | Self::Edited(..) | Self::All => {
                vec![store::site::of_quote(tenant, quote)]
            }
            Self::Unpassed => vec![store::site::unpassed(tenant, quote, u32::MAX)],
            Self::Open => {
                let most = u32::try_from(MOST_SHOWN).unwrap_or(u32::MAX);
                vec![store::site::open(tenant, quote, most)]
            }
            Self::Requested(most) => vec![store::site::requested(tenant, quote, most)],
            Self::Unpriced(bases) => {
                let bases = std::iter::once("").chain(bases.iter().map(|basis| &**basis));
                bases.map(|basis| store::site::of_basis(tenant, quote, basis)).collect()
            }
        }
    }
}
use store::order::Part;

impl App {
    /// A quote with all that its gates look at, those of its sites, and the catalogue in force at
    /// `now`, the moment of the decision. Its sub-orders are not among it.
    pub(crate) async fn quote_file(
        &self,
        now: Moment,
        tenant: Tenant,
        id: Id,
        sites: Sites<'_>,
    ) -> Result<QuoteFile, Problem> {
        let asks = (
            store::quote::by_id(tenant, id),
            store::site::unpassed(tenant, id, MOST_NAMED),
            store::site::unconfigured(tenant, id, MOST_NAMED),
            store::customer::of_quote(tenant, id),
            store::exception::of_quote(tenant, id),
            store::credit::of_quote(tenant, id),
            store::contract::of_quote(tenant, id),
            store::promotion::used(tenant.environment),
            store::order::of_quote(tenant, id),
            store::publication::in_force(tenant.environment, now),
        );
        let (facts, sites) = self.store.ask(Beside(asks, sites.asks(tenant, id))).await?;
        let (
            quote,
            unpassed,
            unconfigured,
            account,
            exceptions,
            credit,
            contracts,
            used,
            order,
            digest,
        ) = facts;
        let quote = quote.ok_or_else(|| Refusal::not_found("quote"))?;
        let quote = self.with_credit(quote, &credit, now);
        let catalogue = self.catalogue_of(tenant.environment, digest.as_deref()).await?;
        let sold_under = self.sold_under(&quote, &catalogue).await?;
        let mut sites: Vec<Site> = sites.into_iter().flatten().collect();
        sites.sort_by_key(|site| site.position);
        sites.dedup_by_key(|site| site.id);
        // A promotion that the catalogue has no more keeps the limits that it was sold with.
        let left = sold_under.iter().flat_map(|sold| sold.promotions());
        let left = left.filter(|promotion| catalogue.promotion(&promotion.code).is_none());
        let all = catalogue.promotions().iter().chain(left);
        let promotions = all.map(|promotion| Allowance::new(promotion, &used)).collect();
        Ok(QuoteFile {
            quote,
            sites,
            unpassed,
            unconfigured,
            account,
            exceptions,
            credit,
            contracts,
            promotions,
            order,
            catalogue,
            sold_under,
            sub_orders: Vec::new(),
        })
    }

    /// A quote with what these checks of its credit subject mean for it.
    pub(crate) fn with_credit(&self, quote: Quote, credit: &[CreditCheck], now: Moment) -> Quote {
        let months = self.programmes.get(&quote.programme).map(|p| p.exposure_months);
        let approvals = Approvals::new(credit, months.unwrap_or_default(), now);
        Quote { approvals, ..quote }
    }

    /// Quotes with what is known of their credit: asked for those that are priced.
    pub(crate) async fn with_credits(
        &self,
        caller: &Caller,
        quotes: Vec<Quote>,
    ) -> Result<Vec<Quote>, Problem> {
        let priced = quotes.iter().filter(|quote| quote.last_offer().is_some());
        let asks = priced.map(|quote| store::credit::of_quote(quote.tenant, quote.id));
        let asks: Vec<_> = asks.collect();
        if asks.is_empty() {
            return Ok(quotes);
        }
        let mut credits = self.store.ask(asks).await?.into_iter();
        let times = self.times(caller).await?;
        let with = |quote: Quote| match quote.last_offer() {
            Some(_) => {
                let credit = credits.next().unwrap_or_default();
                let now = times.of(quote.tenant);
                self.with_credit(quote, &credit, now)
            }
            None => quote,
        };
        Ok(quotes.into_iter().map(with).collect())
    }

    /// The catalogue that priced a quote's offer, where it is not the one in force.
    async fn sold_under(
        &self,
        quote: &Quote,
        in_force: &Catalogue,
    ) -> Result<Option<Arc<Catalogue>>, Problem> {
        let digest = quote.offer().and_then(|offer| offer.catalogue.as_deref());
        match digest.filter(|digest| *digest != in_force.digest()) {
            Some(digest) => self.read_catalogue(quote.tenant.environment, digest).await,
            None => Ok(None),
        }
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
