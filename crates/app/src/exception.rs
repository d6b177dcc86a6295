//! Actions on exception requests, and reads of them: the partner's side and operations'.

use crate::{Action, App, Caller, Decided, Problem};
use domain::change::Context;
use domain::exception::{self, ExceptionRequest, Verdict};
use domain::id::Id;
use domain::refusal::Refusal;
use store::Page;

/// A partner files a plea.
#[derive(Debug)]
pub struct ExceptionFile {
    pub account: Id,
    pub reason: String,
    pub attachment_reference: Option<String>,
}

impl Action for ExceptionFile {
    type View = ExceptionRequest;

    async fn decide(
        &self,
        app: &App,
        caller: &Caller,
        ctx: &mut Context,
    ) -> Decided<ExceptionRequest> {
        let seller = caller.seller()?;
        let partner = seller.partner.id;
        let asks = (
            store::customer::by_id(caller.environment, self.account),
            store::exception::of_account(seller.tenant, self.account),
        );
        let (account, earlier) = app.store.ask(asks).await?;
        let account = account
            .filter(|a| a.visible_to(partner))
            .ok_or_else(|| crate::opportunity::unknown_customer("/customer_id"))?;
        let (reason, attachment) = (self.reason.clone(), self.attachment_reference.clone());
        let tenant = seller.tenant;
        Ok(exception::exception_file(ctx, tenant, partner, &account, &earlier, reason, attachment)?)
    }
}

/// A partner takes its plea back.
#[derive(Debug)]
pub struct ExceptionWithdraw {
    pub request: Id,
}

impl Action for ExceptionWithdraw {
    type View = ExceptionRequest;

    async fn decide(
        &self,
        app: &App,
        caller: &Caller,
        ctx: &mut Context,
    ) -> Decided<ExceptionRequest> {
        let seller = caller.seller()?;
        let found = app.store.ask(store::exception::by_id(seller.tenant, self.request)).await?;
        let request = found.ok_or_else(|| Refusal::not_found("exception request"))?;
        Ok(exception::exception_withdraw(ctx, request)?)
    }
}

#[derive(Debug)]
pub struct ExceptionDecide {
    pub request: Id,
    pub verdict: Verdict,
}

impl Action for ExceptionDecide {
    type View = ExceptionRequest;

    async fn decide(
        &self,
        app: &App,
        caller: &Caller,
        ctx: &mut Context,
    ) -> Decided<ExceptionRequest> {
        let request = app.exception_anywhere(caller, self.request).await?;
        Ok(exception::exception_decide(ctx, request, self.verdict.clone())?)
    }
}

/// Operations decide on every open request for one end customer.
#[derive(Debug)]
pub struct ExceptionsDecide {
    pub account: Id,
    pub verdict: Verdict,
}

impl Action for ExceptionsDecide {
    type View = Vec<ExceptionRequest>;
    /// Each request goes by its partner's.
    const BY_WALL: bool = true;

    async fn decide(
        &self,
        app: &App,
        caller: &Caller,
        ctx: &mut Context,
    ) -> Decided<Vec<ExceptionRequest>> {
        let environment = caller.operations()?;
        let account = app.store.ask(store::customer::by_id(environment, self.account)).await?;
        account.ok_or_else(|| Refusal::not_found("customer"))?;
        let open = app.store.ask(store::exception::open_for(environment, &[self.account])).await?;
        let mut each = Vec::new();
        for request in open.into_iter().flatten() {
            let own = app.context_of(request.tenant, ctx.actor.clone(), ctx.request).await?;
            each.push((own, request));
        }
        Ok(exception::exceptions_decide(each, self.verdict.clone())?)
    }
}

/// An end customer that partners ask for, and what they ask, oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    pub account: Id,
    /// The oldest request when the list was made. Where all were decided since, there is no more.
    pub oldest: Id,
    pub requests: Vec<ExceptionRequest>,
}

impl App {
    /// Any partner's exception request, for operations.
    async fn exception_anywhere(
        &self,
        caller: &Caller,
        id: Id,
    ) -> Result<ExceptionRequest, Problem> {
        let environment = caller.operations()?;
        let found = self.store.ask(store::exception::anywhere(environment, id)).await?;
        Ok(found.ok_or_else(|| Refusal::not_found("exception request"))?)
    }

    pub async fn exception_get(
        &self,
        caller: &Caller,
        id: Id,
    ) -> Result<ExceptionRequest, Problem> {
        let tenant = caller.seller()?.tenant;
        let found = self.store.ask(store::exception::by_id(tenant, id)).await?;
        Ok(found.ok_or_else(|| Refusal::not_found("exception request"))?)
    }

    pub async fn exceptions_list(
        &self,
        caller: &Caller,
        state: &str,
        page: Page,
    ) -> Result<Vec<ExceptionRequest>, Problem> {
        let tenant = caller.seller()?.tenant;
        Ok(self.store.ask(store::exception::list(tenant, state, page)).await?)
    }

    /// Operations' queue.
    pub async fn exceptions_queue(
        &self,
        caller: &Caller,
        state: &str,
        page: Page,
    ) -> Result<Vec<ExceptionRequest>, Problem> {
        let environment = caller.operations()?;
        Ok(self.store.ask(store::exception::queue(environment, state, page)).await?)
    }

    /// What waits for operations: end customers with all that is asked for them, longest waiting
    /// first. One more than asked for, if there is a next page.
    pub async fn exceptions_open(
        &self,
        caller: &Caller,
        page: Page,
    ) -> Result<Vec<Asked>, Problem> {
        let environment = caller.operations()?;
        let groups = self.store.ask(store::exception::groups(environment, page)).await?;
        let accounts: Vec<Id> = groups.iter().map(|(account, _)| *account).collect();
        let open = self.store.ask(store::exception::open_for(environment, &accounts)).await?;
        let open: Vec<ExceptionRequest> = open.into_iter().flatten().collect();
        let asked = |(account, oldest): (Id, Id)| {
            let requests = open.iter().filter(|r| r.account == account).cloned().collect();
            Asked { account, oldest, requests }
        };
        Ok(groups.into_iter().map(asked).collect())
    }
}
