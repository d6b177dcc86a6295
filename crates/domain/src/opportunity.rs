//! The opportunity: the chance of business that quotes belong to.

use crate::change::{Change, Context};
use crate::code::{Because, Code};
use crate::customer::{Account, NewAccount};
use crate::decision::Decision;
use crate::event::{EventKind, Happened};
use crate::exception::ExceptionRequest;
use crate::id::{Id, Kind};
use crate::law::{self, Facts};
use crate::party::{Partner, Tenant};
use crate::programme::{Programme, Stage};
use crate::quote::{BillingPreferences, Quote};
use crate::refusal::{Fault, Refusal};
use crate::time::Moment;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opportunity {
    pub id: Id,
    pub tenant: Tenant,
    pub version: u64,
    pub name: String,
    /// The end customer, where the programme knows it from the start.
    pub account: Option<Id>,
    /// The partner's own reference.
    pub external_id: Option<String>,
    pub created_at: Moment,
}

/// For whom an opportunity is opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ForWhom {
    /// A customer that the lookup found.
    Found(Box<Account>),
    /// One that it did not: captured now, as a prospect.
    New(Box<NewAccount>),
    /// Assigned to each site later, where the programme has it so.
    Later,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenOpportunity {
    pub name: String,
    pub external_id: Option<String>,
    pub quote_name: Option<String>,
    pub billing: BillingPreferences,
}

/// What opening an opportunity makes.
#[derive(Debug, Clone, PartialEq)]
pub struct Opened {
    pub opportunity: Opportunity,
    pub quote: Quote,
    /// The prospect, where one was captured.
    pub captured: Option<Account>,
}

/// Opens an opportunity with the first version of its quote.
pub fn opportunity_open(
    ctx: &mut Context,
    tenant: Tenant,
    partner: &Partner,
    programme: &Programme,
    whom: ForWhom,
    exceptions: &[ExceptionRequest],
    open: OpenOpportunity,
) -> Result<Decision<Opened>, Refusal> {
    if matches!(whom, ForWhom::Later) != programme.customer_per_site {
        return Err(wrong_moment(programme));
    }
    let found = match &whom {
        ForWhom::Found(account) => Some(account.as_ref()),
        ForWhom::New(_) | ForWhom::Later => None,
    };
    let facts = Facts { account: found, exceptions, ..Facts::new(ctx.now, programme, partner.id) };
    law::gate(Stage::Opportunity, &facts)?;

    let mut change = Change::default();
    let (account, captured) = match whom {
        ForWhom::Found(account) => (Some(account.id), None),
        ForWhom::Later => (None, None),
        ForWhom::New(new) => {
            let carrier = Tenant::carrier(tenant.environment);
            let account = Account::prospect(ctx, carrier, partner.id, *new);
            let what = Happened::new(EventKind::CustomerCaptured);
            let account = change.insert_account(ctx, account, what);
            (Some(account.id), Some(account))
        }
    };
    let opportunity = Opportunity {
        id: ctx.ids.next(Kind::Opportunity),
        tenant,
        version: 0,
        name: open.name,
        account,
        external_id: open.external_id,
        created_at: ctx.now,
    };
    let opportunity = change.insert(ctx, opportunity, Happened::new(EventKind::OpportunityOpened));
    let quote = Quote::draft(ctx, &opportunity, partner, open.quote_name, open.billing);
    let quote = change.insert(ctx, quote, Happened::new(EventKind::QuoteCreated));
    Ok(Decision { change, view: Opened { opportunity, quote, captured } })
}

fn wrong_moment(programme: &Programme) -> Refusal {
    let (because, detail) = if programme.customer_per_site {
        (Because::Conflicting, "end customers are assigned to sites later, not to the opportunity")
    } else {
        (Because::Missing, "the opportunity needs its end customer: customer_id or new_customer")
    };
    let detail = format!("{}: {detail}", programme.name);
    Refusal::new(Code::InvalidBody, detail.clone()).with(vec![Fault::new(
        "/customer_id",
        because,
        detail,
    )])
}

/// Starts another quote for an opportunity.
pub fn quote_create(
    ctx: &mut Context,
    opportunity: &Opportunity,
    partner: &Partner,
    name: Option<String>,
    billing: BillingPreferences,
) -> Decision<Quote> {
    let mut change = Change::default();
    let quote = Quote::draft(ctx, opportunity, partner, name, billing);
    let view = change.insert(ctx, quote, Happened::new(EventKind::QuoteCreated));
    Decision { change, view }
}
