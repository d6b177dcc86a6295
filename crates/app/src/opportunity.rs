//! Actions on opportunities.

use crate::{Action, App, Caller, Decided, Problem};
use domain::change::Context;
use domain::code::{Because, Code};
use domain::customer::NewAccount;
use domain::id::Id;
use domain::opportunity::{self, ForWhom, OpenOpportunity, Opened, Opportunity};
use domain::party::Tenant;
use domain::quote::{BillingPreferences, Quote};
use domain::refusal::{Fault, Refusal};

/// For whom, as the request says it.
#[derive(Debug, Clone)]
pub enum Customer {
    Found(Id),
    New(Box<NewAccount>),
    Later,
}

/// Opens an opportunity with the first version of its quote.
#[derive(Debug)]
pub struct OpportunityOpen {
    pub customer: Customer,
    pub open: OpenOpportunity,
}

impl Action for OpportunityOpen {
    type View = Opened;

    async fn decide(&self, app: &App, caller: &Caller, ctx: &mut Context) -> Decided<Opened> {
        let seller = caller.seller()?;
        let (partner, tenant) = (seller.partner, seller.tenant);
        let (whom, exceptions) = match &self.customer {
            Customer::New(new) => (ForWhom::New(new.clone()), Vec::new()),
            Customer::Later => (ForWhom::Later, Vec::new()),
            Customer::Found(id) => {
                let asks = (
                    store::customer::by_id(caller.environment, *id),
                    store::exception::of_account(tenant, *id),
                );
                let (account, exceptions) = app.store.ask(asks).await?;
                let account = account
                    .filter(|a| a.visible_to(partner.id))
                    .ok_or_else(|| unknown_customer("/customer_id"))?;
                (ForWhom::Found(Box::new(account)), exceptions)
            }
        };
        let billing = &self.open.billing;
        check_billing_account(app, caller, billing, "/quote/billing/billing_account_id").await?;
        let programme = app.programme(seller)?;
        let open = self.open.clone();
        Ok(opportunity::opportunity_open(ctx, tenant, partner, programme, whom, &exceptions, open)?)
    }
}

/// Starts another quote for an opportunity.
#[derive(Debug)]
pub struct QuoteCreate {
    pub opportunity: Id,
    pub name: Option<String>,
    pub billing: BillingPreferences,
}

impl Action for QuoteCreate {
    type View = Quote;

    async fn decide(&self, app: &App, caller: &Caller, ctx: &mut Context) -> Decided<Quote> {
        let seller = caller.seller()?;
        let opportunity = opportunity_named(app, seller.tenant, self.opportunity).await?;
        check_billing_account(app, caller, &self.billing, "/billing/billing_account_id").await?;
        let (name, billing) = (self.name.clone(), self.billing.clone());
        Ok(opportunity::quote_create(ctx, &opportunity, seller.partner, name, billing))
    }
}

/// The opportunity that a body names as its `opportunity_id`.
pub(crate) async fn opportunity_named(
    app: &App,
    tenant: Tenant,
    id: Id,
) -> Result<Opportunity, Problem> {
    let found = app.store.ask(store::opportunity::by_id(tenant, id)).await?;
    Ok(found.ok_or_else(|| {
        let fault = Fault::new("/opportunity_id", Because::UnknownId, "no such opportunity");
        Refusal::new(Code::UnknownReference, "no such opportunity").with(vec![fault])
    })?)
}

/// A body that names a customer which this caller cannot see.
pub(crate) fn unknown_customer(pointer: &str) -> Refusal {
    let fault = Fault::new(pointer, Because::UnknownId, "no such end customer");
    Refusal::new(Code::UnknownReference, "no such end customer").with(vec![fault])
}

/// Refuses billing preferences that name an account which this partner does not have.
pub(crate) async fn check_billing_account(
    app: &App,
    caller: &Caller,
    billing: &BillingPreferences,
    pointer: &str,
) -> Result<(), Problem> {
    let Some(id) = billing.billing_account else { return Ok(()) };
    if app.store.ask(store::billing::by_id(caller.tenant(), id)).await?.is_some() {
        return Ok(());
    }
    let fault = Fault::new(pointer, Because::UnknownId, "no such billing account");
    Err(Refusal::new(Code::UnknownReference, "no such billing account").with(vec![fault]).into())
}
