//! An order is created, its sites get their customers, and it is handed off.

use super::{Milestone, Order, OrderItem, SubOrder, SubOrderPhase};
use crate::change::{Change, Context};
use crate::code::{Because, Code};
use crate::contract::Contract;
use crate::customer::Contact;
use crate::decision::Decision;
use crate::event::{EventKind, Happened};
use crate::id::{Id, Kind};
use crate::job::Work;
use crate::law::{self, Facts, QuoteFile};
use crate::programme::Stage;
use crate::quote::{Rules, Site};
use crate::refusal::{Fault, Refusal, named};
use crate::time::{Moment, plus_working_days};
use faults::{Bug, planted};

/// What a partner says when it orders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOrder {
    pub accept_terms: bool,
    pub primary_contact: Contact,
    pub alternate_contact: Option<Contact>,
    pub purchase_order: Option<String>,
    pub external_id: Option<String>,
}

/// An order with its sub-orders.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderView {
    pub order: Order,
    pub sub_orders: Vec<SubOrder>,
}

/// Creates the order of a signed quote: one sub-order per site, one item per component and one
/// for the bundle. A quote is ordered once.
pub fn order_create(
    ctx: &mut Context,
    rules: Rules<'_>,
    file: &QuoteFile,
    new: NewOrder,
) -> Result<Decision<OrderView>, Refusal> {
    if let Some(order) = &file.order {
        let detail = format!("order {} is of this quote", order.id);
        return Err(Refusal::new(Code::AlreadyExists, detail));
    }
    let mut facts = file.facts(ctx.now, rules.programme, rules.partner);
    facts.terms_accepted = Some(new.accept_terms);
    law::gate(Stage::Order, &facts)?;
    let signed = file.contracts.iter().find(|c| c.is_signed());
    let (Some(contract), Some(offer)) = (signed, file.quote.offer()) else {
        return Err(Refusal::state("quote", file.quote.state.word(), "ordered"));
    };
    let order = Order {
        id: ctx.ids.next(Kind::Order),
        tenant: file.quote.tenant,
        version: 0,
        quote: file.quote.id,
        contract: contract.id,
        opportunity: file.quote.opportunity,
        account: file.quote.account,
        number: file.quote.number.clone(),
        primary_contact: new.primary_contact,
        alternate_contact: new.alternate_contact,
        purchase_order: new.purchase_order.or_else(|| file.quote.billing.purchase_order.clone()),
        external_id: new.external_id,
        totals: match file.sites.first().and_then(|site| site.price.as_ref()) {
            Some(price) if planted(Bug::OrderTotalsDrift) => price.totals,
            _ => offer.totals,
        },
        terms_accepted_by: ctx.actor.clone(),
        terms_accepted_at: ctx.now,
        group: None,
        identifiers: Vec::new(),
        terminated_at: None,
        created_at: ctx.now,
    };
    let mut change = Change::default();
    let order = change.insert(ctx, order, Happened::new(EventKind::OrderCreated));
    let mut sub_orders = Vec::with_capacity(file.sites.len());
    for site in &file.sites {
        let sub = sub_order(ctx, &order, contract, site, file)?;
        sub_orders.push(change.insert(ctx, sub, Happened::new(EventKind::SubOrderCreated)));
    }
    // The quote's row moves too, so that a customer assigned to a site at the same moment and
    // this order exclude each other.
    change.update(ctx, file.quote.clone(), Happened::new(EventKind::QuoteOrdered));
    Ok(Decision { change, view: OrderView { order, sub_orders } })
}

fn sub_order(
    ctx: &mut Context,
    order: &Order,
    contract: &Contract,
    site: &Site,
    file: &QuoteFile,
) -> Result<SubOrder, Refusal> {
    let (Some(configuration), Some(price)) = (&site.configuration, &site.price) else {
        return Err(Refusal::state("site", "unpriced", "ordered"));
    };
    let Some(offering) = file.offering(&configuration.offering) else {
        let detail = format!("the catalogue has no offering {}", &configuration.offering);
        return Err(Refusal::new(Code::StateConflict, detail));
    };
    let id = ctx.ids.next(Kind::Order);
    let bundle = OrderItem {
        id: ctx.ids.next(Kind::OrderItem),
        item_type: offering.item_type.to_string(),
        component: None,
        mrc: crate::money::Money::ZERO,
        nrc: crate::money::Money::ZERO,
    };
    let mut items = vec![bundle];
    items.extend(price.lines.iter().map(|c| OrderItem {
        id: ctx.ids.next(Kind::OrderItem),
        item_type: c.item_type.to_string(),
        component: Some(c.component.to_string()),
        mrc: c.totals.mrc,
        nrc: c.totals.nrc,
    }));
    let milestones = offering.milestones.iter().map(|m| Milestone {
        code: m.code.to_string(),
        name: m.name.to_string(),
        working_days: m.working_day,
        planned: None,
        reached_at: None,
    });
    Ok(SubOrder {
        id,
        tenant: order.tenant,
        version: 0,
        order: order.id,
        quote: contract.quote,
        site: site.id,
        position: site.position,
        name: site.name.clone(),
        address: site.address().clone(),
        customer: site.customer.or(order.account),
        offering: configuration.offering.to_string(),
        term_months: price.term_months,
        items,
        totals: price.totals,
        requires: offering.enrichments.clone(),
        enrichments: crate::enrichment::Enrichments::default(),
        state: SubOrderPhase::Draft,
        handed_off_at: None,
        acknowledgement: None,
        milestones: milestones.collect(),
        foc: None,
        trouble: None,
        identifiers: Vec::new(),
        created_at: ctx.now,
    })
}

/// Where an end customer was assigned.
#[derive(Debug, Clone, PartialEq)]
pub enum Assigned {
    Site(Box<Site>),
    SubOrder(Box<SubOrder>),
}

/// Assigns end customers to sites, or takes them away: on the quote before it is ordered, on the
/// sub-orders until handoff. All or none; what is wrong is named by its place in `wanted`.
pub fn customers_assign(
    ctx: &mut Context,
    rules: Rules<'_>,
    file: &QuoteFile,
    wanted: &[(Id, Option<Id>)],
) -> Result<Decision<Vec<Assigned>>, Refusal> {
    if !rules.programme.customer_per_site {
        let detail = format!("{} has one end customer per quote", rules.programme.name);
        return Err(Refusal::new(Code::StateConflict, detail));
    }
    law::gate(Stage::CustomerAssignment, &file.facts(ctx.now, rules.programme, rules.partner))?;
    closed(file, wanted)?;
    let (mut change, mut view) = (Change::default(), Vec::with_capacity(wanted.len()));
    let mut quote = file.quote.clone();
    let mut on_quote = false;
    for (site, customer) in wanted {
        if let Some(sub) = file.sub_orders.iter().find(|s| s.site == *site) {
            let assigned = SubOrder { customer: *customer, ..sub.clone() };
            let what = Happened::new(EventKind::SubOrderCustomerAssigned);
            view.push(Assigned::SubOrder(Box::new(change.update(ctx, assigned, what))));
        } else if let Some(found) = file.sites.iter().find(|s| s.id == *site) {
            let site = change.update_part(Site { customer: *customer, ..found.clone() });
            quote.tally.swap(Some(found), Some(&site));
            on_quote = true;
            view.push(Assigned::Site(Box::new(site)));
        } else {
            return Err(Refusal::not_found("site"));
        }
    }
    if on_quote {
        change.update(ctx, quote, Happened::new(EventKind::QuoteCustomerAssigned));
    }
    Ok(Decision { change, view })
}

/// Refuses where a sub-order is handed off.
fn closed(file: &QuoteFile, wanted: &[(Id, Option<Id>)]) -> Result<(), Refusal> {
    let of = |site: &Id| file.sub_orders.iter().find(|sub| sub.site == *site);
    let mut faults = Vec::new();
    let mut first = None;
    for (at, (site, _)) in wanted.iter().enumerate() {
        if let Some(sub) = of(site).filter(|sub| !sub.is_open()) {
            let state = sub.state.word();
            let detail = format!("the sub-order of site {site} is {state}");
            let pointer = format!("/assignments/{at}/site_id");
            faults.push(Fault::new(pointer, Because::HandedOff, detail));
            first = first.or(Some(state));
        }
    }
    let Some(state) = first else { return Ok(()) };
    let refusal = Refusal::state("sub-order", state, "given another customer");
    // One that is asked for by itself has no place in a list.
    if wanted.len() == 1 {
        return Err(refusal);
    }
    let (faults, more) = named(faults);
    Err(Refusal { detail: format!("{}{more}", refusal.detail), ..refusal.with(faults) })
}

/// Hands sub-orders off: all of those given that are open, or none. From then on they are
/// immutable to the partner.
pub fn hand_off(
    ctx: &mut Context,
    rules: Rules<'_>,
    order: &Order,
    sub_orders: &[SubOrder],
) -> Result<Decision<OrderView>, Refusal> {
    let facts = Facts {
        order: Some(order),
        sub_orders,
        ..Facts::new(ctx.now, rules.programme, rules.partner)
    };
    let again = planted(Bug::HandoffTwice) && !sub_orders.iter().any(SubOrder::is_open);
    if !again {
        law::gate(Stage::Handoff, &facts)?;
    }
    let mut change = Change::default();
    let mut handed = Vec::new();
    for sub in sub_orders.iter().filter(|s| again || s.is_open()) {
        let mut sub = sub.clone();
        if !again {
            sub.state.guard(SubOrderPhase::Submitted, "handed off")?;
        }
        sub.state = SubOrderPhase::Submitted;
        sub.handed_off_at = Some(ctx.now);
        plan(&mut sub, ctx.now);
        let what = Happened::new(EventKind::SubOrderHandedOff).from(SubOrderPhase::Draft.word());
        let sub = change.update(ctx, sub, what);
        let now = ctx.now;
        change.later(ctx, sub.tenant, Work::SubmitOrder { sub_order: sub.id }, now);
        handed.push(sub);
    }
    // The parent's row moves too, so that enrichment of the whole order and handoff exclude
    // each other.
    let order = change.update(ctx, order.clone(), Happened::new(EventKind::OrderHandedOff));
    Ok(Decision { change, view: OrderView { order, sub_orders: handed } })
}

fn plan(sub: &mut SubOrder, now: Moment) {
    for milestone in &mut sub.milestones {
        milestone.planned = Some(plus_working_days(now.date(), milestone.working_days));
    }
}
