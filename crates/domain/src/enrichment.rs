//! Enrichment: what fulfilment needs to know of a sub-order before it is handed off.

mod asked;
mod import;
mod many;
mod once;

pub use asked::{BillingAccountChoice, EnrichDo};
pub use import::{
    EnrichImport, EnrichImported, Matched, MatchedRow, NamedRow, enrich_import, match_rows,
};
pub use many::{Row, enrich_many};
pub use once::{billing_once, enrich_once};

use crate::address::Address;
use crate::catalogue::EnrichmentKind;
use crate::change::{Change, Context};
use crate::code::{Because, Code};
use crate::customer::Contact;
use crate::decision::Decision;
use crate::event::{EventKind, Happened};
use crate::id::{Id, Kind};
use crate::law::{self, Facts};
use crate::order::{BillingAccount, CustomerGroup, Order, SubOrder};
use crate::party::Tenant;
use crate::programme::{Programme, Stage};
use crate::refusal::{Fault, IfMatch, Refusal};
use crate::time::{Date, Moment};
use crate::tsp;
use faults::{Bug, planted};
use serde::{Deserialize, Serialize};

/// An enrichment as given, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filled<T> {
    pub value: T,
    pub at: Moment,
}

/// Where and when to install.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Installation {
    /// At least one; the first is asked first.
    pub contacts: Vec<Contact>,
    pub requested_start: Date,
    pub requested_due: Date,
    pub premise_notes: Option<String>,
    /// Whether billing may start before the requested due date.
    pub start_billing_before_due: bool,
}

/// Where to send equipment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shipping {
    pub contacts: Vec<Contact>,
    /// None: the site's own address.
    pub address: Option<Address>,
    pub notes: Option<String>,
}

/// Where the port ends. RDS keeps floor and room of the demarcation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortReservation {
    pub floor: String,
    pub room: String,
    pub notes: Option<String>,
    /// Telecommunications Service Priority authorization code.
    pub tsp_code: Option<String>,
}

/// How the product is billed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Billing {
    pub billing_account: Id,
    pub paperless: bool,
    pub process_ids: Vec<String>,
    pub quote_ids: Vec<Id>,
    pub ordered_items: Vec<Id>,
    pub sub_orders: Vec<Id>,
    pub invoice_numbers: Vec<String>,
    #[serde(default, skip_serializing_if = "BillingCodes::is_empty")]
    pub codes: BillingCodes,
}

/// Where the carrier's own books have the billing, as its published interfaces name it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillingCodes {
    /// The number of the contract in the books: `MSPS00049851SF`.
    pub contract: Option<String>,
    /// Service order code: `F3`.
    pub soc: Option<String>,
    /// `001`.
    pub bill_group: Option<String>,
    /// Master customer number: `TW8157`.
    pub mcn: Option<String>,
    /// `X014TZQM`.
    pub sub_account: Option<String>,
}

impl BillingCodes {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Billing {
    /// To an account, and nothing else.
    pub fn to(billing_account: Id) -> Self {
        Self {
            billing_account,
            paperless: false,
            process_ids: Vec::new(),
            quote_ids: Vec::new(),
            ordered_items: Vec::new(),
            sub_orders: Vec::new(),
            invoice_numbers: Vec::new(),
            codes: BillingCodes::default(),
        }
    }
}

/// The enrichments of one sub-order. The customer defined group is its order's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrichments {
    pub installation: Option<Filled<Installation>>,
    pub shipping: Option<Filled<Shipping>>,
    pub port_reservation: Option<Filled<PortReservation>>,
    pub billing: Option<Filled<Billing>>,
}

/// The enrichments that `sub` must have: its programme's and its product's, each once.
pub fn required(programme: &Programme, sub: &SubOrder) -> Vec<EnrichmentKind> {
    let by_programme = programme.enrichments.iter().filter(|k| !sub.requires.contains(k));
    sub.requires.iter().chain(by_programme).copied().collect()
}

/// Whether `sub` has the enrichment; `group` is its order's customer defined group.
pub fn is_there(kind: EnrichmentKind, sub: &SubOrder, group: Option<Id>) -> bool {
    match kind {
        EnrichmentKind::Installation => sub.enrichments.installation.is_some(),
        EnrichmentKind::Shipping => sub.enrichments.shipping.is_some(),
        EnrichmentKind::PortReservation => sub.enrichments.port_reservation.is_some(),
        EnrichmentKind::Billing => sub.enrichments.billing.is_some(),
        EnrichmentKind::CustomerDefinedGroup => group.is_some(),
    }
}

/// Whose billing account: one that exists, or a new one made with the enrichment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BillTo {
    Existing(BillingAccount),
    New { name: String, address: Address, contacts: Vec<Contact> },
}

/// One enrichment as a partner gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Enrich {
    Installation(Installation),
    Shipping(Shipping),
    PortReservation(PortReservation),
    /// The account inside `billing` is filled in from `to`.
    Billing {
        to: Box<BillTo>,
        billing: Billing,
    },
}

impl Enrich {
    pub const fn kind(&self) -> EnrichmentKind {
        match self {
            Self::Installation(_) => EnrichmentKind::Installation,
            Self::Shipping(_) => EnrichmentKind::Shipping,
            Self::PortReservation(_) => EnrichmentKind::PortReservation,
            Self::Billing { .. } => EnrichmentKind::Billing,
        }
    }

    /// The same with its billing account made, if it is a new one.
    fn ready(self, ctx: &mut Context, change: &mut Change, tenant: Tenant) -> Ready {
        match self {
            Self::Installation(value) => Ready::Installation(value),
            Self::Shipping(value) => Ready::Shipping(value),
            Self::PortReservation(value) => Ready::PortReservation(value),
            Self::Billing { to, billing } => {
                let account = bill_to(ctx, change, tenant, *to, billing.paperless);
                Ready::Billing(Billing { billing_account: account.id, ..billing })
            }
        }
    }
}

/// An enrichment that a sub-order can take as it is.
#[derive(Debug, Clone)]
enum Ready {
    Installation(Installation),
    Shipping(Shipping),
    PortReservation(PortReservation),
    Billing(Billing),
}

impl Ready {
    const fn kind(&self) -> EnrichmentKind {
        match self {
            Self::Installation(_) => EnrichmentKind::Installation,
            Self::Shipping(_) => EnrichmentKind::Shipping,
            Self::PortReservation(_) => EnrichmentKind::PortReservation,
            Self::Billing(_) => EnrichmentKind::Billing,
        }
    }

    /// What it is called when it is sent by itself.
    const fn event(&self) -> EventKind {
        match self {
            Self::Installation(_) => EventKind::SubOrderInstallationSet,
            Self::Shipping(_) => EventKind::SubOrderShippingSet,
            Self::PortReservation(_) => EventKind::SubOrderPortReserved,
            Self::Billing(_) => EventKind::SubOrderBillingSet,
        }
    }

    /// Puts it into a sub-order, in place of what it had.
    fn fill(self, enrichments: &mut Enrichments, at: Moment) {
        match self {
            Self::Installation(value) => enrichments.installation = Some(Filled { value, at }),
            Self::Shipping(value) => enrichments.shipping = Some(Filled { value, at }),
            Self::PortReservation(value) => {
                enrichments.port_reservation = Some(Filled { value, at });
            }
            Self::Billing(value) => enrichments.billing = Some(Filled { value, at }),
        }
    }
}

/// What keeps a sub-order from taking an enrichment.
fn closed(ctx: &Context, programme: &Programme, order: &Order, sub: &SubOrder) -> Vec<Fault> {
    if planted(Bug::EnrichAfterHandoff) {
        return Vec::new();
    }
    let facts = Facts {
        order: Some(order),
        sub_orders: std::slice::from_ref(sub),
        ..Facts::new(ctx.now, programme, order.id)
    };
    law::missing(Stage::Enrichment, &facts)
}

/// Gives a sub-order one of its enrichments, in place of what it had.
pub fn enrich(
    ctx: &mut Context,
    programme: &Programme,
    order: &Order,
    sub: &SubOrder,
    seen: IfMatch,
    what: Enrich,
) -> Result<Decision<SubOrder>, Refusal> {
    seen.check(sub.version)?;
    law::refuse(Stage::Enrichment, closed(ctx, programme, order, sub))?;
    let faults = faults(&what, programme, ctx.now.date());
    if !faults.is_empty() {
        return Err(Refusal::new(Code::InvalidBody, "the enrichment is not valid").with(faults));
    }
    let mut change = Change::default();
    let mut sub = sub.clone();
    let given = what.ready(ctx, &mut change, sub.tenant);
    let event = given.event();
    given.fill(&mut sub.enrichments, ctx.now);
    let view = change.update(ctx, sub, Happened::new(event));
    Ok(Decision { change, view })
}

fn bill_to(
    ctx: &mut Context,
    change: &mut Change,
    tenant: Tenant,
    to: BillTo,
    paperless: bool,
) -> BillingAccount {
    let (name, address, contacts) = match to {
        BillTo::Existing(account) => return account,
        BillTo::New { name, address, contacts } => (name, address, contacts),
    };
    let account = BillingAccount {
        id: ctx.ids.next(Kind::Account),
        tenant,
        version: 0,
        name,
        address,
        contacts,
        paperless,
        created_at: ctx.now,
    };
    change.insert(ctx, account, Happened::new(EventKind::BillingAccountCreated))
}

/// What is wrong with an enrichment beyond its form; pointers into the request's body.
fn faults(what: &Enrich, programme: &Programme, today: Date) -> Vec<Fault> {
    match what {
        Enrich::Installation(i) => installation_faults(i, today),
        Enrich::PortReservation(p) => match p.tsp_code.as_deref() {
            None if programme.tsp_code_required => {
                let detail = format!("{} requires a TSP code", programme.name);
                vec![Fault::new("/tsp_code", Because::Missing, detail)]
            }
            None => Vec::new(),
            Some(code) => tsp::fault(code).into_iter().collect(),
        },
        Enrich::Shipping(_) | Enrich::Billing { .. } => Vec::new(),
    }
}

fn installation_faults(i: &Installation, today: Date) -> Vec<Fault> {
    let mut faults = Vec::new();
    if i.requested_start < today {
        let fault = Fault::new("/requested_start", Because::OutOfRange, "the date has passed");
        faults.push(fault.expected(format!("{today} or later")));
    }
    if i.requested_due < i.requested_start {
        let detail = "the due date is before the start date";
        let fault = Fault::new("/requested_due", Because::OutOfRange, detail);
        faults.push(fault.expected(format!("{} or later", i.requested_start)));
    }
    faults
}

/// Puts an order into the group of that name, making the group if it is new.
pub fn order_group(
    ctx: &mut Context,
    programme: &Programme,
    order: &Order,
    sub_orders: &[SubOrder],
    existing: Option<CustomerGroup>,
    name: String,
) -> Result<Decision<(Order, CustomerGroup)>, Refusal> {
    let facts =
        Facts { order: Some(order), sub_orders, ..Facts::new(ctx.now, programme, order.id) };
    law::gate(Stage::Enrichment, &facts)?;
    let mut change = Change::default();
    let group = if let Some(group) = existing {
        group
    } else {
        let group = CustomerGroup {
            id: ctx.ids.next(Kind::CustomerGroup),
            tenant: order.tenant,
            version: 0,
            name,
            created_at: ctx.now,
        };
        change.insert(ctx, group, Happened::new(EventKind::CustomerGroupCreated))
    };
    if order.group == Some(group.id) {
        return Ok(Decision { change, view: (order.clone(), group) }); // It is there already.
    }
    let grouped = Order { group: Some(group.id), ..order.clone() };
    let order = change.update(ctx, grouped, Happened::new(EventKind::OrderGrouped));
    Ok(Decision { change, view: (order, group) })
}
