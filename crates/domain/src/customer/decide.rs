//! Decisions on end customers: operations load them, partners capture more of them.

use super::{Account, AccountDetails, AllianceStatus, CarrierAccount, NewAccount};
use crate::change::{Change, Context};
use crate::code::{Because, Code};
use crate::decision::Decision;
use crate::event::{EventKind, Happened};
use crate::id::{Id, Kind};
use crate::party::{Environment, Tenant};
use crate::refusal::{Fault, IfMatch, Refusal};

/// What the store knows of what a new account names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Known {
    /// The partner that it names is there.
    pub partner: bool,
    /// Another account has its customer number.
    pub acid: bool,
}

impl CarrierAccount {
    /// The account, new.
    pub(super) fn into_account(self, ctx: &mut Context, environment: Environment) -> Account {
        Account {
            id: ctx.ids.next(Kind::Account),
            tenant: Tenant::carrier(environment),
            version: 0,
            name: self.new.name,
            doing_business_as: self.new.doing_business_as,
            address: self.new.address,
            acid: self.acid,
            sub_accounts: self.sub_accounts,
            sales_segment: self.sales_segment,
            contract_status: self.contract_status,
            alliance_status: self.alliance_status,
            account_status: self.account_status,
            loa: self.loa,
            partner: self.partner,
            contacts: self.new.contacts,
            created_at: ctx.now,
        }
    }
}

/// Operations load an account. A partner that it names must exist, a customer that only a partner
/// may serve must name it, and a customer number is one account's.
pub fn customer_create(
    ctx: &mut Context,
    environment: Environment,
    account: CarrierAccount,
    known: Known,
) -> Result<Decision<Account>, Refusal> {
    let wrong = match account.partner {
        Some(_) if !known.partner => {
            Some((Code::UnknownReference, Because::UnknownId, "no such partner"))
        }
        None if account.alliance_status == AllianceStatus::PartnerOnly => {
            let detail = "partner_only needs the partner that has the customer";
            Some((Code::InvalidBody, Because::Missing, detail))
        }
        Some(_) | None => None,
    };
    if let Some((code, because, detail)) = wrong {
        let fault = Fault::new("/partner_id", because, detail);
        return Err(Refusal::new(code, detail).with(vec![fault]));
    }
    if let Some(acid) = account.acid.as_deref().filter(|_| known.acid) {
        let detail = format!("another customer has the number {acid}");
        let fault = Fault::new("/acid", Because::Duplicate, detail.clone());
        return Err(Refusal::new(Code::AlreadyExists, detail).with(vec![fault]));
    }
    let account = account.into_account(ctx, environment);
    let mut change = Change::default();
    let view = change.insert_account(ctx, account, Happened::new(EventKind::CustomerCreated));
    Ok(Decision { change, view })
}

/// Captures customers that a partner names and nobody knows yet, each as a prospect of its own.
pub fn customers_capture(
    ctx: &mut Context,
    environment: Environment,
    partner: Id,
    new: Vec<NewAccount>,
) -> Decision<Vec<Account>> {
    let (carrier, mut change) = (Tenant::carrier(environment), Change::default());
    let capture = |new| {
        let account = Account::prospect(ctx, carrier, partner, new);
        change.insert_account(ctx, account, Happened::new(EventKind::CustomerCaptured))
    };
    let view = new.into_iter().map(capture).collect();
    Decision { change, view }
}

/// Updates a customer's details with what opportunity and quote captured. Only a partner that
/// has an opportunity with the customer may (`engaged`).
pub fn customer_update(
    ctx: &mut Context,
    account: Account,
    engaged: bool,
    seen: IfMatch,
    details: AccountDetails,
) -> Result<Decision<Account>, Refusal> {
    if !engaged {
        return Err(Refusal::new(
            Code::StateConflict,
            "only a partner with an opportunity for this customer updates its details",
        ));
    }
    seen.check(account.version)?;
    let before = account.clone();
    let mut account = account;
    if let Some(name) = details.doing_business_as {
        account.doing_business_as = Some(name);
    }
    if let Some(address) = details.address {
        account.address = address;
    }
    if let Some(contacts) = details.contacts {
        account.contacts = contacts;
    }
    let mut change = Change::default();
    let what = Happened::new(EventKind::CustomerUpdated);
    let view = change.update_account(ctx, &before, account, what);
    Ok(Decision { change, view })
}

impl Change {
    /// A new account, which the lookup finds from then on.
    pub(crate) fn insert_account(
        &mut self,
        ctx: &mut Context,
        account: Account,
        what: Happened,
    ) -> Account {
        let account = self.insert(ctx, account, what);
        self.index_account(None, &account);
        account
    }

    /// An account as it shall be, and as the lookup finds it from then on.
    pub(crate) fn update_account(
        &mut self,
        ctx: &mut Context,
        before: &Account,
        account: Account,
        what: Happened,
    ) -> Account {
        let account = self.update(ctx, account, what);
        self.index_account(Some(before), &account);
        account
    }
}
