//! Actions on end customers.

use crate::{Action, App, Caller, Decided, Problem};
use domain::change::{Change, Context};
use domain::code::{Because, Code};
use domain::customer::{self, Account, AccountDetails, AccountStatus, AllianceStatus, NewAccount};
use domain::decision::Decision;
use domain::event::Happened;
use domain::id::{Id, Kind};
use domain::party::{Environment, Tenant};
use domain::refusal::{Fault, IfMatch, Refusal};

/// Updates a customer with what opportunity and quote captured.
#[derive(Debug)]
pub struct CustomerUpdate {
    pub account: Id,
    pub seen: IfMatch,
    pub details: AccountDetails,
}

impl Action for CustomerUpdate {
    type View = Account;

    async fn decide(&self, app: &App, caller: &Caller, ctx: &mut Context) -> Decided<Account> {
        let seller = caller.seller()?;
        let asks = (
            store::customer::by_id(caller.environment, self.account),
            store::opportunity::engaged(seller.tenant, self.account),
        );
        let (account, engaged) = app.store.ask(asks).await?;
        let account = account
            .filter(|a| a.visible_to(seller.partner.id))
            .ok_or_else(|| Refusal::not_found("customer"))?;
        let details = self.details.clone();
        Ok(customer::customer_update(ctx, account, engaged, self.seen, details)?)
    }
}

/// Operations load an end customer's account.
#[derive(Debug)]
pub struct CustomerCreate {
    pub new: NewAccount,
    pub alliance_status: AllianceStatus,
    pub account_status: AccountStatus,
    /// The partner that serves it.
    pub partner: Option<Id>,
    pub acid: Option<String>,
    pub sub_account_id: Option<String>,
    pub sales_segment: Option<String>,
    pub contract_status: Option<String>,
    pub loa_on_file: bool,
}

impl Action for CustomerCreate {
    type View = Account;

    async fn decide(&self, app: &App, caller: &Caller, ctx: &mut Context) -> Decided<Account> {
        let environment = caller.operations()?;
        self.check_partner(app, environment).await?;
        let account = Account {
            id: ctx.ids.next(Kind::Account),
            tenant: Tenant::carrier(environment),
            version: 0,
            name: self.new.name.clone(),
            doing_business_as: self.new.doing_business_as.clone(),
            address: self.new.address.clone(),
            acid: self.acid.clone(),
            sub_account_id: self.sub_account_id.clone(),
            sales_segment: self.sales_segment.clone(),
            contract_status: self.contract_status.clone(),
            alliance_status: self.alliance_status,
            account_status: self.account_status,
            loa_on_file: self.loa_on_file,
            partner: self.partner,
            contacts: self.new.contacts.clone(),
            created_at: ctx.now,
        };
        let mut change = Change::default();
        let view = change.insert(ctx, account, Happened::new("customer.created"));
        Ok(Decision { change, view })
    }
}

impl CustomerCreate {
    /// The partner that it names must exist, and one that only a partner may serve must name it.
    async fn check_partner(&self, app: &App, at: Environment) -> Result<(), Problem> {
        let (code, because, detail) = match self.partner {
            Some(id) => {
                if app.store.ask(store::partner::by_id(at, id)).await?.is_some() {
                    return Ok(());
                }
                (Code::UnknownReference, Because::UnknownId, "no such partner")
            }
            None if self.alliance_status == AllianceStatus::PartnerOnly => {
                let detail = "partner_only needs the partner that has the customer";
                (Code::InvalidBody, Because::Missing, detail)
            }
            None => return Ok(()),
        };
        let fault = Fault::new("/partner_id", because, detail);
        Err(Refusal::new(code, detail).with(vec![fault]).into())
    }
}
