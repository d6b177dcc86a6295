//! Actions on exception requests: the partner's side and operations'.

use crate::{Action, App, Caller, Decided, Problem};
use domain::change::Context;
use domain::exception::{self, DenialReason, ExceptionRequest};
use domain::id::Id;
use domain::refusal::Refusal;

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

/// What operations say.
#[derive(Debug, Clone)]
pub enum Verdict {
    Approve { valid_days: u32, note: Option<String> },
    Deny { reason_code: DenialReason, note: Option<String> },
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
        Ok(match self.verdict.clone() {
            Verdict::Approve { valid_days, note } => {
                exception::exception_approve(ctx, request, valid_days, note)?
            }
            Verdict::Deny { reason_code, note } => {
                exception::exception_deny(ctx, request, reason_code, note)?
            }
        })
    }
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
}
